/* SPDX-License-Identifier: MIT */
#include "fs/trash_list.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/path.h"
#include "fs/scandir.h"
#include "fs/stat.h"
#include "fs/sys.h"
#include "fs/trash_sizes.h"

struct listing {
	const struct trash_dir *trash;
	const _Atomic bool *cancel;
	bool (*each)(void *ctx, const struct trash_item *item);
	void *ctx;
	struct trash_sizes sizes;
	struct str origin;
	bool ended;
};

static int read_open(int fd, size_t max, struct str *out, struct meta *ret_meta)
{
	char buf[4096];
	ssize_t n;
	int rc = stat_fd(fd, ret_meta, NULL);

	if (rc < 0)
		return rc;
	if (!S_ISREG(ret_meta->mode))
		return -EINVAL;
	while ((n = sys_read(fd, buf, sizeof(buf))) > 0) {
		if (out->len + (size_t)n > max)
			return -EFBIG;
		if (str_add(out, buf, (size_t)n) < 0)
			return -ENOMEM;
	}
	return (int)n;
}

int trash_read_file(int dirfd, const char *name, size_t max, struct str *out, struct meta *ret_meta)
{
	int fd = sys_openat(dirfd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC,
			    0);
	struct meta meta;
	int rc;

	if (fd < 0)
		return fd == -ELOOP || fd == -ENXIO ? -EINVAL : fd;
	rc = read_open(fd, max, out, ret_meta ? ret_meta : &meta);
	sys_close(fd);
	return rc;
}

/* T14: absolute paths are for the home only. Some programs write them elsewhere: then what is below
 * the top is meant, and anything else not believed. */
static void fit(const struct trash_dir *trash, struct trashinfo *info)
{
	size_t top = trash->top_path.len;

	if (info->kind != TRASHINFO_ABSOLUTE || trash->kind == TRASH_HOME)
		return;
	if (path_is_below(info->path.buf, trash->top_path.buf) && info->path.len > top + 1) {
		str_remove(&info->path, 0, top + (trash->top_path.buf[top - 1] != '/'));
		info->kind = TRASHINFO_RELATIVE;
		return;
	}
	info->kind = TRASHINFO_NO_PATH;
	info->why = "it says that it was on another file system than its trash";
	str_clear(&info->path);
}

int trash_info(const struct trash_dir *trash, const char *name, struct trashinfo *ret_info,
	       struct meta *ret_meta)
{
	struct str file = STR_INIT, text = STR_INIT;
	int rc = -ENOMEM;

	*ret_info = (struct trashinfo)TRASHINFO_INIT;
	ret_info->why = "its information cannot be read";
	if (str_adds(&file, name) == 0 && str_adds(&file, TRASHINFO_SUFFIX) == 0)
		rc = trash_read_file(trash->info, file.buf, TRASHINFO_MAX, &text, ret_meta);
	if (rc == 0) {
		rc = trashinfo_parse(text.buf, text.len, ret_info);
		if (rc == -EINVAL)
			ret_info->why = "its information is no trash information";
	}
	if (rc == -ENOENT || rc == -ENAMETOOLONG) {
		ret_info->why = "there is no information on where it was";
		rc = -ENOENT;
	}
	if (rc == -EFBIG)
		rc = -EINVAL;
	if (rc == 0)
		fit(trash, ret_info);
	str_done(&file);
	str_done(&text);
	return rc;
}

static bool cancelled(const struct listing *l)
{
	return l->cancel && atomic_load_explicit(l->cancel, memory_order_relaxed);
}

static int tell(struct listing *l, struct trash_item *item, const struct trashinfo *info)
{
	int rc = 0;

	str_clear(&l->origin);
	item->date = info->date;
	item->why = info->why;
	if (info->kind == TRASHINFO_RELATIVE)
		rc = path_join(&l->origin, l->trash->top_path.buf, info->path.buf, info->path.len);
	else if (info->kind == TRASHINFO_ABSOLUTE)
		rc = str_add(&l->origin, info->path.buf, info->path.len);
	if (rc < 0)
		return rc;
	item->origin = l->origin.len ? l->origin.buf : NULL;
	l->ended = !l->each(l->ctx, item);
	return 0;
}

static int list_thing(struct listing *l, const char *name)
{
	struct trash_item item = {.name = name};
	struct meta info_meta = {0};
	struct trashinfo info;
	int rc = stat_at(l->trash->files, name, &item.meta, NULL);

	if (rc < 0)
		return rc == -ENOENT ? 0 : rc;
	rc = trash_info(l->trash, name, &info, &info_meta);
	if (rc == -ENOMEM) {
		trashinfo_done(&info);
		return rc;
	}
	item.state = rc == 0 && info.kind != TRASHINFO_NO_PATH ? TRASH_WHOLE : TRASH_UNKNOWN;
	item.identity = identity_of(&item.meta);
	item.info_mtime = info_meta.mtime;
	item.size_known = !S_ISDIR(item.meta.mode);
	item.size = item.meta.blocks * 512;
	if (!item.size_known && rc == 0)
		item.size_known = trash_sizes_get(&l->sizes, name, info_meta.mtime, &item.size);
	rc = tell(l, &item, &info);
	trashinfo_done(&info);
	return rc;
}

/* Information whose thing is not there. */
static int list_info(struct listing *l, const char *file)
{
	size_t len = strlen(file), suffix = sizeof(TRASHINFO_SUFFIX) - 1;
	struct trash_item item = {.state = TRASH_INFO_ALONE};
	struct meta info_meta = {0};
	struct trashinfo info;
	struct str name = STR_INIT;
	int rc;

	if (len <= suffix || strcmp(file + len - suffix, TRASHINFO_SUFFIX) != 0)
		return 0;
	if (str_add(&name, file, len - suffix) < 0)
		return -ENOMEM;
	rc = stat_at(l->trash->files, name.buf, &item.meta, NULL);
	if (rc == -ENOENT) {
		item.name = name.buf;
		rc = trash_info(l->trash, name.buf, &info, &info_meta);
		item.info_mtime = info_meta.mtime;
		/* Restored or erased by somebody meanwhile: nothing to tell. */
		if (rc != -ENOENT && rc != -ENOMEM)
			rc = tell(l, &item, &info);
		trashinfo_done(&info);
	}
	str_done(&name);
	return rc == -ENOMEM ? rc : 0;
}

static int list_dir(struct listing *l, int dirfd, int (*one)(struct listing *, const char *))
{
	struct scandir s;
	struct scan_entry e;
	int rc = scandir_open(&s, dirfd, ".", false), bad = 0;

	if (rc < 0)
		return rc;
	while (!l->ended && (rc = scandir_next_usable(&s, &e, &bad)) > 0) {
		rc = cancelled(l) ? -ECANCELED : one(l, e.name);
		if (rc == -ENOMEM || rc == -ECANCELED)
			break;
		if (rc < 0)
			bad = rc;
	}
	scandir_done(&s);
	return rc < 0 ? rc : bad;
}

int trash_list(const struct trash_dir *trash, const _Atomic bool *cancel,
	       bool (*each)(void *ctx, const struct trash_item *item), void *ctx)
{
	struct listing l = {
		.trash = trash, .cancel = cancel, .each = each, .ctx = ctx, .origin = STR_INIT};
	int rc, rc2 = 0;

	trash_sizes_init(&l.sizes);
	rc = trash_sizes_read(trash, &l.sizes);
	if (rc == 0)
		rc = list_dir(&l, trash->files, list_thing);
	if (rc != -ENOMEM && rc != -ECANCELED)
		rc2 = list_dir(&l, trash->info, list_info);
	trash_sizes_done(&l.sizes);
	str_done(&l.origin);
	return rc < 0 ? rc : rc2;
}
