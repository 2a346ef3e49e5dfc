/* SPDX-License-Identifier: MIT */
#include "fs/trusted.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/path.h"
#include "fs/stat.h"
#include "fs/sys.h"

static bool others_may_write(const struct meta *meta)
{
	bool private_group = meta->gid == meta->uid && meta->uid != 0;

	return meta->mode & (private_group ? 002 : 022);
}

static int check(const struct meta *meta, size_t max, const char **ret_reason)
{
	if (stat_type(meta->mode) == ENTRY_DIR)
		return -EISDIR;
	*ret_reason = "not a regular file";
	if (stat_type(meta->mode) != ENTRY_FILE)
		return -EINVAL;
	*ret_reason = "it belongs to someone else";
	if (meta->uid != geteuid() && meta->uid != 0)
		return -EPERM;
	*ret_reason = "others may write it (chmod go-w would help)";
	if (others_may_write(meta))
		return -EPERM;
	*ret_reason = "too large";
	if (meta->size > max)
		return -EFBIG;
	*ret_reason = NULL;
	return 0;
}

/* A file may grow after it was measured: max holds for what is read. */
static int read_all(int fd, size_t max, struct str *out)
{
	char buf[4096];
	size_t start = out->len;
	ssize_t n;

	while ((n = sys_read(fd, buf, sizeof(buf))) > 0) {
		int r = out->len - start + (size_t)n > max ? -EFBIG : str_add(out, buf, (size_t)n);

		if (r < 0)
			return r;
	}
	return (int)n;
}

/* Judged on the open file, so that nobody can exchange it after the look. */
int trusted_read_fd(int fd, size_t max, struct str *out, struct meta *ret_meta,
		    const char **ret_reason)
{
	size_t start = out->len;
	int r = stat_fd(fd, ret_meta, NULL);

	*ret_reason = NULL;
	if (r == 0)
		r = check(ret_meta, max, ret_reason);
	if (r == 0)
		r = read_all(fd, max, out);
	if (r < 0)
		str_cut(out, start);
	return r;
}

int trusted_read(int dirfd, const char *path, size_t max, struct str *out, const char **ret_reason)
{
	/* O_NONBLOCK: a FIFO would wait for its writer. */
	int fd = sys_openat(dirfd, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0);
	struct meta meta;
	int r;

	*ret_reason = NULL;
	if (fd < 0)
		return fd == -ENOTDIR ? -ENOENT : fd;
	r = trusted_read_fd(fd, max, out, &meta, ret_reason);
	sys_close(fd);
	return r;
}

static int check_owner(const struct meta *meta, const char **ret_reason)
{
	if (meta->uid == 0)
		return 0;
	*ret_reason = "root leaves no files in a directory of someone else";
	return -EPERM;
}

int trusted_place_fd(int dirfd, const char **ret_reason)
{
	struct meta meta;
	int r;

	if (geteuid() != 0)
		return 0;
	r = stat_fd(dirfd, &meta, NULL);
	return r < 0 ? r : check_owner(&meta, ret_reason);
}

/* A link is as much its owner's as the directory it leads to. */
static int check_dir(const char *path, const char **ret_reason)
{
	struct meta meta;
	int r = stat_at(AT_FDCWD, path, &meta, NULL);

	if (r == 0)
		r = check_owner(&meta, ret_reason);
	if (r == 0)
		r = stat_follow(AT_FDCWD, path, &meta, NULL);
	return r < 0 ? r : check_owner(&meta, ret_reason);
}

int trusted_place(const char *path, const char **ret_reason)
{
	size_t len = path_parent_len(path);
	char *dir = geteuid() == 0 ? memdup0(path, len) : NULL;
	int r = 0;

	*ret_reason = NULL;
	if (geteuid() != 0)
		return 0;
	if (!dir)
		return -ENOMEM;
	for (size_t i = 1; r == 0 && i <= len; i++) {
		char c = dir[i];

		if (c && c != '/')
			continue;
		dir[i] = '\0';
		r = check_dir(dir, ret_reason);
		dir[i] = c;
	}
	free(dir);
	return r == -ENOENT ? 0 : r;
}
