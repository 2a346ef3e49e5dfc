/* SPDX-License-Identifier: MIT */
#include "model/rows.h"

#include <string.h>
#include <sys/stat.h>

static const char *const sort_names[SORT_KINDS] = {
	[SORT_NAME] = "name",       [SORT_SIZE] = "size", [SORT_MODIFIED] = "modified",
	[SORT_CHANGED] = "changed", [SORT_BORN] = "born", [SORT_EXT] = "extension",
	[SORT_OWNER] = "owner",     [SORT_MODE] = "mode", [SORT_ITEMS] = "items",
	[SORT_FREED] = "freed",     [SORT_TIME] = "time", [SORT_ORIGIN] = "origin",
};

const char *sort_name(enum sort_by by)
{
	return sort_names[by];
}

bool sort_parse(const char *name, enum sort_by *ret_by)
{
	for (size_t i = 0; i < SORT_KINDS; i++) {
		if (strcmp(name, sort_names[i]) == 0) {
			*ret_by = (enum sort_by)i;
			return true;
		}
	}
	return false;
}

bool sort_needs_rank(enum sort_by by)
{
	return by != SORT_NAME && by != SORT_EXT;
}

bool sort_descends(enum sort_by by)
{
	return sort_needs_rank(by) && by != SORT_OWNER && by != SORT_MODE && by != SORT_ORIGIN;
}

bool rows_loading(const struct rows *r)
{
	return r->ops->loading && r->ops->loading(r);
}

bool rows_complete(const struct rows *r)
{
	return !r->ops->complete || r->ops->complete(r);
}

bool rows_sorts(const struct rows *r, enum sort_by by)
{
	if (!sort_needs_rank(by))
		return true;
	return r->ops->sorts ? r->ops->sorts(r, by) : r->ops->rank != NULL;
}

bool rows_live(const struct rows *r, uint32_t id)
{
	const uint8_t *holes;
	struct row row;

	if (id >= rows_count(r))
		return false;
	if (!r->ops->holes)
		return r->ops->row(r, id, &row);
	holes = r->ops->holes(r);
	return !holes || !(holes[id / 8] >> (id % 8) & 1);
}

uint8_t rows_group(const struct rows *r, uint32_t id)
{
	struct row row;

	if (r->ops->group)
		return r->ops->group(r, id);
	return r->ops->row(r, id, &row) ? rows_type_group(row.type) : 1;
}

enum entry_type rows_type_of_mode(uint32_t mode)
{
	static const uint8_t types[16] = {
		[S_IFREG >> 12] = ENTRY_FILE,    [S_IFDIR >> 12] = ENTRY_DIR,
		[S_IFLNK >> 12] = ENTRY_LINK,    [S_IFIFO >> 12] = ENTRY_FIFO,
		[S_IFCHR >> 12] = ENTRY_CHAR,    [S_IFBLK >> 12] = ENTRY_BLOCK,
		[S_IFSOCK >> 12] = ENTRY_SOCKET,
	};

	return (enum entry_type)types[(mode & S_IFMT) >> 12];
}

uint64_t rows_rank_of_time(int64_t sec, uint32_t nsec)
{
	const int64_t far = (int64_t)1
			    << 33; /* seconds; 34 bits and 30 of nanoseconds fill the rank */

	if (sec == INT64_MIN)
		return 0;
	sec = sec < -far + 1 ? -far + 1 : sec > far - 1 ? far - 1 : sec;
	return (uint64_t)(sec + far) << 30 | (nsec & 0x3fffffff);
}

bool rows_rank_of_meta(const struct meta *meta, enum sort_by by, uint64_t *ret_rank)
{
	switch (by) {
	case SORT_SIZE:
		*ret_rank = S_ISREG(meta->mode) || S_ISDIR(meta->mode) || S_ISLNK(meta->mode)
				    ? meta->size
				    : 0;
		return true;
	case SORT_MODIFIED:
		*ret_rank = rows_rank_of_time(meta->mtime, meta->mtime_nsec);
		return true;
	case SORT_CHANGED:
		*ret_rank = rows_rank_of_time(meta->ctime, meta->ctime_nsec);
		return true;
	case SORT_BORN:
		*ret_rank = rows_rank_of_time(meta->btime, meta->btime_nsec);
		return true;
	case SORT_OWNER:
		*ret_rank = (uint64_t)meta->uid << 32 | meta->gid;
		return true;
	case SORT_MODE:
		*ret_rank = meta->mode;
		return true;
	default:
		return false;
	}
}
