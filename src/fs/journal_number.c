/* SPDX-License-Identifier: MIT
 *
 * The numbers of actions, one sequence for all programs: a file has the next one, and its lock is
 * what programs take turns by. It is a hint only: when it is missing, damaged or behind what was
 * read, all files are looked at.
 */
#include "fs/journal_inside.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/crc32c.h"
#include "fs/stat.h"
#include "fs/sys.h"

#define DIGITS   20u
#define LINE_LEN (DIGITS + 10u) /* digits, blank, checksum in hex, newline */
#define AHEAD    1000000u       /* more than this beyond all that was read is no number of ours */
#define TRIES    4u

/* -ESTALE: it was removed meanwhile. */
static int check(int fd)
{
	struct meta meta;
	int r = stat_fd(fd, &meta, NULL);

	if (r < 0)
		return r;
	if (!S_ISREG(meta.mode) || meta.uid != geteuid() || (meta.mode & 022) || meta.nlink > 1)
		return -EPERM;
	return meta.nlink == 0 ? -ESTALE : 0;
}

static int open_locked(struct journal *j)
{
	int fd =
		sys_openat(j->dirfd, JOURNAL_NEXT,
			   O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0600);
	int r;

	if (fd < 0)
		return fd;
	r = check(fd);
	if (r == 0)
		r = sys_flock(fd, LOCK_EX);
	if (r == 0)
		r = check(fd);
	if (r < 0)
		sys_close(fd);
	return r < 0 ? r : fd;
}

int journal_lock(struct journal *j)
{
	int fd = -ESTALE;

	for (unsigned i = 0; fd == -ESTALE && i < TRIES; i++)
		fd = open_locked(j);
	return fd;
}

void journal_unlock(int lock)
{
	if (lock >= 0)
		sys_close(lock);
}

static void make_line(char line[LINE_LEN + 1], uint64_t next)
{
	snprintf(line, LINE_LEN + 1, "%0*" PRIu64 " ", (int)DIGITS, next);
	snprintf(line + DIGITS + 1, LINE_LEN - DIGITS, "%08x\n", crc32c(0, line, DIGITS));
}

/* 0: nothing that could be believed. */
static uint64_t read_hint(int lock)
{
	char line[LINE_LEN + 1] = "", expect[LINE_LEN + 1];
	uint64_t next;

	if (sys_pread(lock, line, LINE_LEN, 0) != (ssize_t)LINE_LEN)
		return 0;
	next = strtoull(line, NULL, 10);
	make_line(expect, next);
	return memcmp(line, expect, LINE_LEN) == 0 ? next : 0;
}

/* One that is behind would give a number twice: rather none. */
static int write_hint(int lock, uint64_t next)
{
	char line[LINE_LEN + 1];
	ssize_t n;

	make_line(line, next);
	n = sys_pwrite(lock, line, LINE_LEN, 0);
	return n == (ssize_t)LINE_LEN ? 0 : sys_ftruncate(lock, 0);
}

static bool plausible(const struct journal *j, uint64_t hint)
{
	return hint > j->max_id && hint - j->max_id <= AHEAD;
}

int journal_next_id(struct journal *j, int lock, uint64_t *ret_id)
{
	uint64_t id = lock < 0 ? 0 : read_hint(lock);
	int r = plausible(j, id) ? 0 : journal_refresh(j);

	if (r < 0)
		return r;
	if (!plausible(j, id))
		id = j->max_id + 1;
	if (id > JOURNAL_ID_MAX)
		return -EOVERFLOW;
	if (lock >= 0)
		r = write_hint(lock, id + 1);
	if (r < 0)
		return r;
	j->max_id = id;
	*ret_id = id;
	return 0;
}
