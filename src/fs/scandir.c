/* SPDX-License-Identifier: MIT */
#include "fs/scandir.h"

#include "fs/openpath.h"
#include "fs/sys.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

/* What getdents64 writes. */
struct record {
	uint64_t ino;
	int64_t off;
	uint16_t len;
	uint8_t type;
	char name[];
};
#define RECORD_HEAD offsetof(struct record, name)
#define RECORD_MAX  (RECORD_HEAD + 256 + 8)

static const uint8_t type_of[] = {
	[DT_UNKNOWN] = ENTRY_UNKNOWN, [DT_REG] = ENTRY_FILE,  [DT_DIR] = ENTRY_DIR,
	[DT_LNK] = ENTRY_LINK,        [DT_FIFO] = ENTRY_FIFO, [DT_SOCK] = ENTRY_SOCKET,
	[DT_CHR] = ENTRY_CHAR,        [DT_BLK] = ENTRY_BLOCK,
};

void scandir_init(struct scandir *s, int fd, bool owned)
{
	*s = (struct scandir){.fd = fd, .owned = owned, .max = SCANDIR_MAX};
}

int scandir_open(struct scandir *s, int dirfd, const char *path, bool follow)
{
	int flags = O_RDONLY | O_DIRECTORY | O_NONBLOCK | O_CLOEXEC | (follow ? 0 : O_NOFOLLOW);
	int fd = openpath_at(dirfd, path, flags);

	if (fd < 0)
		return fd;
	scandir_init(s, fd, true);
	return 0;
}

static void drop_fd(struct scandir *s)
{
	if (s->owned && s->fd >= 0)
		sys_close(s->fd);
	s->fd = -1;
	s->owned = false;
}

void scandir_reuse(struct scandir *s, int fd, bool owned)
{
	drop_fd(s);
	s->fd = fd;
	s->owned = owned;
	s->end = false;
	s->pos = s->len = 0;
}

void scandir_done(struct scandir *s)
{
	if (!s)
		return;
	drop_fd(s);
	free(s->buf);
	*s = (struct scandir){.fd = -1, .end = true};
}

/* A bigger buffer is only a matter of speed: without memory for it the old one goes on serving. */
static int make_room(struct scandir *s)
{
	size_t want = s->buf ? MIN(s->cap * 4, s->max) : MIN(SCANDIR_FIRST, s->max);
	char *buf;

	if (s->buf && (s->len + RECORD_MAX <= s->cap || s->cap >= want))
		return 0;
	buf = malloc(want);
	if (!buf)
		return s->buf ? 0 : -ENOMEM;
	free(s->buf);
	s->buf = buf;
	s->cap = want;
	return 0;
}

int scandir_read(struct scandir *s)
{
	ssize_t n;

	if (s->end)
		return 0;
	if (make_room(s) < 0)
		return -ENOMEM;
	s->pos = s->len = 0;
	n = sys_getdents(s->fd, s->buf, s->cap);
	if (n < 0 && n != -ENOENT)
		return (int)n;
	s->len = n > 0 ? (size_t)n : 0;
	s->end = n <= 0;
	return n > 0;
}

static bool is_dots(const char *name)
{
	return name[0] == '.' && (!name[1] || (name[1] == '.' && !name[2]));
}

int scandir_entry(struct scandir *s, struct scan_entry *ret_entry)
{
	while (s->pos < s->len) {
		const struct record *r = (const void *)(s->buf + s->pos);
		size_t left = s->len - s->pos, room, len;

		/* Alignment matters too: the next record is read in place. */
		if (left < RECORD_HEAD + 1 || r->len < RECORD_HEAD + 1 || r->len > left ||
		    r->len % _Alignof(struct record)) {
			s->pos = s->len;
			return -EIO;
		}
		s->pos += r->len;
		room = r->len - RECORD_HEAD;
		len = strnlen(r->name, room);
		if (len == 0 || len == room || memchr(r->name, '/', len))
			return -EIO;
		if (is_dots(r->name))
			continue;
		ret_entry->name = r->name;
		ret_entry->len = len;
		ret_entry->ino = r->ino;
		ret_entry->type = r->type < ARRAY_LEN(type_of) ? type_of[r->type] : ENTRY_UNKNOWN;
		return 1;
	}
	return 0;
}

int scandir_next(struct scandir *s, struct scan_entry *ret_entry)
{
	for (;;) {
		int r = scandir_entry(s, ret_entry);

		if (r)
			return r;
		r = scandir_read(s);
		if (r <= 0)
			return r;
	}
}

int scandir_next_usable(struct scandir *s, struct scan_entry *ret_entry, int *bad)
{
	for (;;) {
		int r = scandir_entry(s, ret_entry);

		if (r > 0)
			return r;
		if (r < 0) {
			*bad = r;
			continue;
		}
		r = scandir_read(s);
		if (r <= 0)
			return r;
	}
}

int scandir_has(int dirfd, const char *name)
{
	size_t len = strlen(name);
	struct scandir s;
	struct scan_entry e;
	int rc = scandir_open(&s, dirfd, ".", false), bad = 0;

	if (rc < 0)
		return rc;
	while ((rc = scandir_next_usable(&s, &e, &bad)) > 0)
		if (e.len == len && memcmp(e.name, name, len) == 0)
			break;
	scandir_done(&s);
	return rc;
}
