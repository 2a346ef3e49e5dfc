/* SPDX-License-Identifier: MIT */
#include "fs/journal_inside.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "fs/scandir.h"
#include "fs/stat.h"
#include "fs/sys.h"

#define FILES_MAX 20000u

void journal_file_free(struct journal_file *f)
{
	if (!f)
		return;
	for (size_t i = 0; i < f->nacts; i++)
		journal_act_free(f->acts[i]);
	journal_act_free(f->pending);
	if (f->fd >= 0)
		sys_close(f->fd);
	free(f->acts);
	free(f->name);
	free(f);
}

static size_t place_of(const struct journal *j, const char *name)
{
	size_t lo = 0, hi = j->nfiles;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (strcmp(j->files[mid]->name, name) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

int journal_file_add(struct journal *j, const char *name, struct journal_file **ret_file)
{
	size_t at = place_of(j, name);
	struct journal_file *f;

	if (at < j->nfiles && strcmp(j->files[at]->name, name) == 0) {
		*ret_file = j->files[at];
		return 0;
	}
	if (array_grow(&j->files, &j->files_cap, j->nfiles + 1, sizeof(struct journal_file *)) < 0)
		return -ENOMEM;
	f = calloc(1, sizeof(*f));
	if (f)
		f->name = memdup0(name, strlen(name));
	if (!f || !f->name) {
		free(f);
		return -ENOMEM;
	}
	f->fd = -1;
	memmove(&j->files[at + 1], &j->files[at], (j->nfiles - at) * sizeof(struct journal_file *));
	j->files[at] = f;
	j->nfiles++;
	*ret_file = f;
	return 0;
}

static int check_file(const struct journal *j, const struct meta *meta, const char **ret_why)
{
	*ret_why = "is ignored: it is not a regular file";
	if (!S_ISREG(meta->mode))
		return -EPERM;
	*ret_why = "is ignored: it belongs to someone else";
	if (meta->uid != j->uid)
		return -EPERM;
	*ret_why = "is ignored: others may write it";
	if (meta->mode & 022)
		return -EPERM;
	*ret_why = "is ignored: it has more than one name (a hard link)";
	if (meta->nlink > 1)
		return -EPERM;
	*ret_why = "is ignored: it is too large";
	if (meta->size > JOURNAL_FILE_MAX)
		return -EFBIG;
	*ret_why = NULL;
	return 0;
}

/* What is no file is not opened at all: a device might notice. */
int journal_file_open(struct journal *j, const struct journal_file *f, struct meta *ret_meta,
		      const char **ret_why)
{
	int r, fd;

	*ret_why = NULL;
	if (!f->regular) {
		r = stat_at(j->dirfd, f->name, ret_meta, NULL);
		if (r == 0)
			r = check_file(j, ret_meta, ret_why);
		if (r < 0)
			return r;
	}
	fd = sys_openat(j->dirfd, f->name,
			O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0);
	if (fd == -ELOOP)
		*ret_why = "is ignored: it is a link";
	if (fd < 0)
		return fd;
	r = stat_fd(fd, ret_meta, NULL);
	if (r == 0)
		r = check_file(j, ret_meta, ret_why);
	if (r < 0)
		sys_close(fd);
	return r < 0 ? r : fd;
}

bool journal_no_locks(int err)
{
	return err == -ENOLCK || err == -EOPNOTSUPP || err == -ENOSYS || err == -EINVAL ||
	       err == -EBADF;
}

/* Before it is read: of a program that is gone now, all is there. */
static int find_alive(struct journal *j, struct journal_file *f, int fd)
{
	int r = sys_flock(fd, LOCK_SH | LOCK_NB);

	f->alive = r < 0;
	if (r == 0 || r == -EWOULDBLOCK)
		return 0;
	return journal_warn(j, NULL,
			    "files cannot be locked in the directory of the journal: which "
			    "actions are still going on cannot be told");
}

static int read_file(struct journal *j, struct journal_file *f, int fd, const struct meta *meta)
{
	int r = find_alive(j, f, fd);

	f->size = meta->size;
	f->mtime = meta->mtime;
	j->known->stale = true;
	if (r == 0)
		r = journal_read_file(j, f, fd, meta->size);
	/* One without its head may just be being made: the lock comes after the name. */
	if (r == 0 && !f->alive && (f->headed || f->damaged))
		journal_read_over(j, f);
	return r;
}

/* One that cannot be read is no reason not to read the others. */
static int look_at(struct journal *j, struct journal_file *f)
{
	const char *why;
	struct meta meta;
	int r, fd = journal_file_open(j, f, &meta, &why);

	if (fd == -ENOENT) {
		f->over = true;
		return 0;
	}
	if (why) {
		f->ignored = true;
		return journal_warn(j, f->name, why);
	}
	if (fd < 0)
		return fd == -ENOMEM ? fd : journal_warn(j, f->name, "cannot be opened");
	r = read_file(j, f, fd, &meta);
	f->unread = r < 0;
	sys_close(fd);
	if (r == 0 || r == -ENOMEM)
		return r;
	return journal_warn(j, f->name, "cannot be read to its end");
}

static bool is_name(const char *name, size_t len)
{
	static const size_t suffix = sizeof(JOURNAL_SUFFIX) - 1;

	return len > suffix && name[0] != '.' &&
	       memcmp(name + len - suffix, JOURNAL_SUFFIX, suffix) == 0;
}

static int list(struct journal *j, struct scandir *s)
{
	struct scan_entry e;
	int r, bad = 0;

	while ((r = scandir_next_usable(s, &e, &bad)) > 0) {
		struct journal_file *f;

		if (!is_name(e.name, e.len))
			continue;
		if (j->nfiles >= FILES_MAX)
			return journal_warn(j, NULL, "too many files: not all were read");
		r = journal_file_add(j, e.name, &f);
		if (r < 0)
			return r;
		f->regular = e.type == ENTRY_FILE;
	}
	return r;
}

int journal_read_all(struct journal *j)
{
	struct scandir s;
	off_t at = sys_lseek(j->dirfd, 0, SEEK_SET);
	int r;

	if (at < 0)
		return (int)at;
	scandir_init(&s, j->dirfd, false);
	r = list(j, &s);
	scandir_done(&s);
	for (size_t i = 0; r == 0 && i < j->nfiles; i++) {
		struct journal_file *f = j->files[i];

		if (f->fd < 0 && !f->over && !f->ignored)
			r = look_at(j, f);
	}
	return r;
}
