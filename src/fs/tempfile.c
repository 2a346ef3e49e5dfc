/* SPDX-License-Identifier: MIT */
#include "fs/tempfile.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/utf8.h"
#include "fs/scandir.h"
#include "fs/stat.h"
#include "fs/sys.h"
#include "fs/whole.h"

#define TRIES    8u
#define SUFFIX   ".tmp"
#define DIGITS   16u
#define STEM_MAX (TEMPFILE_NAME_SIZE - DIGITS - sizeof(SUFFIX))

/* ".NAME.", of a long name the beginning: the length, which is less than size. */
static size_t make_stem(const char *name, char stem[STEM_MAX])
{
	size_t len = utf8_cut(name, STEM_MAX - 3);

	snprintf(stem, STEM_MAX, ".%.*s.", (int)len, name);
	return len + 2;
}

/* An answer that failed is asked for again: what cannot be recognised is not removed. */
static bool is_at(const struct tempfile *t, const char *name)
{
	struct meta meta;
	int rc = -EBADF;

	for (int i = 0; t->pin >= 0 && rc < 0 && rc != -ENOENT && i < 2; i++)
		rc = identity_at(t->dirfd, name, t->pin, &meta);
	return rc == 1;
}

/* Between the look and the removal there is next to no time, and no way to have none. */
static void remove_own(const struct tempfile *t)
{
	if (is_at(t, t->name))
		(void)sys_unlinkat(t->dirfd, t->name, 0);
}

/* From now on it is this file, whatever becomes of its name. */
static int pin(struct tempfile *t)
{
	struct identity made;
	struct meta meta;
	int rc = stat_fd(t->fd, &meta, NULL);

	if (rc < 0)
		return rc;
	made = identity_of(&meta);
	t->made = meta.mtime;
	rc = identity_pin(t->dirfd, t->name, &made, &t->pin, &meta);
	return rc == -ENOENT ? -ESTALE : rc;
}

/* Two programs may write the same file at once, also from two machines or containers that share a
 * home, where process ids are the same: only chance tells their files apart. */
static int make(struct tempfile *t, const char *stem, uint32_t mode)
{
	int fd = -EEXIST;

	for (unsigned i = 0; fd == -EEXIST && i < TRIES; i++) {
		uint64_t chance;
		int rc = whole_random(&chance, sizeof(chance));

		if (rc < 0)
			return rc;
		snprintf(t->name, sizeof(t->name), "%s%016" PRIx64 SUFFIX, stem, chance);
		fd = sys_openat(t->dirfd, t->name,
				O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
	}
	return fd;
}

int tempfile_open(struct tempfile *t, int dirfd, const char *name, uint32_t mode)
{
	char stem[STEM_MAX];
	int rc;

	*t = (struct tempfile)TEMPFILE_INIT;
	t->dirfd = dirfd;
	(void)make_stem(name, stem);
	rc = make(t, stem, mode);
	if (rc < 0)
		return rc;
	t->fd = rc;
	rc = pin(t);
	if (rc == 0)
		return 0;
	/* It cannot be asked for, as when there is no descriptor left. Nobody knew the name a
	 * moment ago; where somebody took it since, it is his. */
	if (rc != -ESTALE)
		(void)sys_unlinkat(dirfd, t->name, 0);
	tempfile_done(t);
	return rc;
}

int tempfile_write(struct tempfile *t, const void *bytes, size_t len)
{
	return whole_write(t->fd, bytes, len);
}

int tempfile_finish(struct tempfile *t)
{
	int rc = whole_synced(sys_fsync(t->fd)), closed = sys_close(t->fd);

	t->fd = -1;
	return rc < 0 ? rc : closed;
}

int tempfile_replace(struct tempfile *t, const char *name, unsigned flags)
{
	int rc = is_at(t, t->name) ? 0 : -ESTALE;

	if (rc < 0)
		return rc;
	rc = sys_renameat(t->dirfd, t->name, t->dirfd, name);
	/* What failed may have been the answer only, and not the deed. */
	t->placed = rc == 0 || is_at(t, name);
	if (!t->placed)
		return rc;
	return flags & RENAME_DURABLE ? atomic_rename_durable(t->dirfd) : 0;
}

int tempfile_place(struct tempfile *t, const char *name, unsigned flags, struct renamed *ret)
{
	struct meta meta;
	struct identity is;
	struct rename_place from = {t->dirfd, t->name, &is}, to = {t->dirfd, name, NULL};
	int rc = stat_fd(t->pin, &meta, NULL);

	*ret = (struct renamed){0};
	if (rc < 0)
		return rc;
	is = identity_of(&meta);
	rc = atomic_rename(&from, &to, flags, ret);
	t->placed = ret->state == RENAME_DONE || ret->state == RENAME_BOTH;
	return rc;
}

static void close_both(struct tempfile *t)
{
	if (t->fd >= 0)
		sys_close(t->fd);
	if (t->pin >= 0)
		sys_close(t->pin);
	t->fd = t->pin = -1;
}

void tempfile_keep(struct tempfile *t)
{
	close_both(t);
}

/* Also of one that was placed: it may have got its name as a link, and kept the old one. */
void tempfile_done(struct tempfile *t)
{
	remove_own(t);
	close_both(t);
}

/* ---- what programs left ---- */

static bool is_name_of_one(const char *name, const char *stem, size_t len)
{
	if (strncmp(name, stem, len) != 0)
		return false;
	name += len;
	return strspn(name, "0123456789abcdef") == DIGITS && strcmp(name + DIGITS, SUFFIX) == 0;
}

/* One that a server held up for an hour, and whose program lives all the same, fails as it is
 * placed: its old file stays. */
static bool is_leftover(const struct tempfile *t, const char *name)
{
	struct meta meta;

	return stat_at(t->dirfd, name, &meta, NULL) == 0 && S_ISREG(meta.mode) &&
	       meta.uid == geteuid() && meta.nlink == 1 && meta.mtime <= t->made - TEMPFILE_OLD;
}

static void sweep(const struct tempfile *t, const char *name)
{
	char stem[STEM_MAX];
	size_t len = make_stem(name, stem);
	struct scandir dir;
	struct scan_entry e;
	int bad = 0;

	if (scandir_open(&dir, t->dirfd, ".", false) < 0)
		return;
	while (scandir_next_usable(&dir, &e, &bad) > 0)
		if (is_name_of_one(e.name, stem, len) && is_leftover(t, e.name))
			(void)sys_unlinkat(t->dirfd, e.name, 0);
	scandir_done(&dir);
}

int tempfile_save(int dirfd, const char *name, const void *bytes, size_t len, unsigned flags)
{
	struct tempfile t;
	int rc = tempfile_open(&t, dirfd, name, 0600);

	if (rc == 0)
		rc = tempfile_write(&t, bytes, len);
	if (rc == 0)
		rc = tempfile_finish(&t);
	if (rc == 0)
		rc = tempfile_replace(&t, name, flags);
	if (t.placed)
		sweep(&t, name);
	tempfile_done(&t);
	return t.placed ? 0 : rc;
}
