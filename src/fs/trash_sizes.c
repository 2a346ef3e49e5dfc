/* SPDX-License-Identifier: MIT */
#include "fs/trash_sizes.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/trashinfo.h"
#include "fs/stat.h"
#include "fs/tempfile.h"
#include "fs/trash_list.h"

#define FILE_NAME "directorysizes"
#define FILE_MAX  (64u << 20)

struct trash_size {
	uint64_t bytes;
	int64_t mtime;
};

void trash_sizes_init(struct trash_sizes *s)
{
	*s = (struct trash_sizes){0};
	map_init(&s->names);
}

void trash_sizes_done(struct trash_sizes *s)
{
	map_done(&s->names);
	free(s->rows);
	trash_sizes_init(s);
}

static int take_line(struct trash_sizes *s, const char *line, size_t len, struct str *name)
{
	struct trash_size row;
	int rc = trashinfo_size_line(line, len, &row.bytes, &row.mtime, name);

	if (rc < 0)
		return rc == -ENOMEM ? rc : 0;
	rc = array_grow(&s->rows, &s->cap, s->n + 1, sizeof(*s->rows));
	if (rc == 0)
		rc = map_put(&s->names, name->buf, name->len, s->n);
	if (rc == 0)
		s->rows[s->n++] = row;
	return rc;
}

int trash_sizes_read(const struct trash_dir *trash, struct trash_sizes *s)
{
	struct str text = STR_INIT, name = STR_INIT;
	int rc = trash_read_file(trash->fd, FILE_NAME, FILE_MAX, &text, NULL);
	const char *at = text.buf, *end = text.buf + text.len;

	/* Whatever is wrong with it, it is only a cache. */
	if (rc < 0 && rc != -ENOMEM)
		rc = 0;
	while (rc == 0 && at < end) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		size_t len = (size_t)((newline ? newline : end) - at);

		rc = take_line(s, at, len, &name);
		at += len + 1;
	}
	str_done(&text);
	str_done(&name);
	return rc;
}

bool trash_sizes_get(const struct trash_sizes *s, const char *name, int64_t mtime,
		     uint64_t *ret_bytes)
{
	uintptr_t i;

	if (!map_get(&s->names, name, strlen(name), &i) || s->rows[i].mtime != mtime)
		return false;
	*ret_bytes = s->rows[i].bytes;
	return true;
}

/* Those that are there still, but for what is in `skip`. */
static int write_rows(const struct trash_dir *trash, const struct trash_sizes *s,
		      const struct map *skip, struct str *out)
{
	const void *key;
	uintptr_t i;
	size_t pos = 0, len;
	int rc = 0;

	while (rc == 0 && map_next(&s->names, &pos, &key, &len, &i)) {
		char *name = memdup0(key, len);
		struct meta meta;

		if (!name)
			return -ENOMEM;
		if (!map_get(skip, key, len, NULL) &&
		    stat_at(trash->files, name, &meta, NULL) != -ENOENT)
			rc = trashinfo_add_size_line(out, s->rows[i].bytes, s->rows[i].mtime, name);
		free(name);
	}
	return rc;
}

/* Without those in `skip` and with these. */
static int write_anew(const struct trash_dir *trash, const struct trash_sizes *s,
		      const struct map *skip, const struct trash_measured *at, size_t n)
{
	struct str text = STR_INIT;
	int rc = write_rows(trash, s, skip, &text);

	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = trashinfo_add_size_line(&text, at[i].bytes, at[i].info_mtime, at[i].name);
	if (rc == 0)
		/* To be replaced: the specification's own way, and a cache. */
		rc = tempfile_save(trash->fd, FILE_NAME, text.buf, text.len, 0);
	str_done(&text);
	return rc;
}

int trash_sizes_keep(const struct trash_dir *trash, const struct trash_measured *at, size_t n)
{
	struct trash_sizes s;
	struct map skip;
	int rc;

	trash_sizes_init(&s);
	map_init(&skip);
	rc = trash_sizes_read(trash, &s);
	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = map_put(&skip, at[i].name, strlen(at[i].name), 1);
	if (rc == 0)
		rc = write_anew(trash, &s, &skip, at, n);
	map_done(&skip);
	trash_sizes_done(&s);
	return rc;
}

static int forget(const struct trash_dir *trash, const char *name)
{
	struct trash_sizes s;
	struct map skip;
	int rc;

	trash_sizes_init(&s);
	map_init(&skip);
	rc = trash_sizes_read(trash, &s);
	if (rc == 0 && map_get(&s.names, name, strlen(name), NULL)) {
		rc = map_put(&skip, name, strlen(name), 1);
		if (rc == 0)
			rc = write_anew(trash, &s, &skip, NULL, 0);
	}
	map_done(&skip);
	trash_sizes_done(&s);
	return rc;
}

int trash_sizes_set(const struct trash_dir *trash, const char *name, int64_t mtime,
		    const uint64_t *bytes)
{
	struct trash_measured one = {.info_mtime = mtime, .bytes = bytes ? *bytes : 0};
	int rc;

	if (!bytes)
		return forget(trash, name);
	one.name = memdup0(name, strlen(name));
	rc = one.name ? trash_sizes_keep(trash, &one, 1) : -ENOMEM;
	free(one.name);
	return rc;
}
