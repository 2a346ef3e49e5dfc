/* SPDX-License-Identifier: MIT */
#include "fs/openpath.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/path.h"
#include "fs/stat.h"
#include "fs/sys.h"

/* Bytes of the longest beginning of `path` that ends before a slash and fits into one call; 0: a
 * component is longer than any call takes. */
static size_t piece_len(const char *path)
{
	size_t len = OPENPATH_PIECE;

	while (len > 0 && path[len] != '/')
		len--;
	return len;
}

static int open_piece(int dir, const char *path, size_t len)
{
	char *piece = memdup0(path, len);
	int fd;

	if (!piece)
		return -ENOMEM;
	fd = sys_openat(dir, piece, O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
	free(piece);
	return fd;
}

void openpath_close(int dir, int dirfd)
{
	if (dir != dirfd)
		sys_close(dir);
}

int openpath_split(int dirfd, const char *path, int *ret_dir, const char **ret_rest)
{
	int dir = dirfd;

	while (strlen(path) > OPENPATH_PIECE) {
		size_t len = piece_len(path);
		int next = len ? open_piece(dir, path, len) : -ENAMETOOLONG;

		openpath_close(dir, dirfd);
		if (next < 0)
			return next;
		dir = next;
		path += len;
		/* What follows is seen from there: an absolute path would start over. */
		while (*path == '/')
			path++;
	}
	*ret_dir = dir;
	*ret_rest = *path || dir == dirfd ? path : ".";
	return 0;
}

int openpath_at(int dirfd, const char *path, int flags)
{
	const char *rest;
	int dir, fd, err = openpath_split(dirfd, path, &dir, &rest);

	if (err)
		return err;
	fd = sys_openat(dir, rest, flags | O_CLOEXEC, 0);
	openpath_close(dir, dirfd);
	return fd;
}

int openpath(const char *path, int flags)
{
	return openpath_at(AT_FDCWD, path, flags);
}

static bool leads_to(const char *path, int dirfd)
{
	struct meta there, here;

	return path[0] == '/' && stat_follow(AT_FDCWD, path, &there, NULL) == 0 &&
	       stat_fd(dirfd, &here, NULL) == 0 && file_id_eq(there.id, here.id);
}

int openpath_of(int dirfd, const char *shown, struct str *out)
{
	char link[32];
	int rc;

	str_clear(out);
	snprintf(link, sizeof(link), "/proc/self/fd/%d", dirfd);
	rc = stat_readlink(AT_FDCWD, link, out);
	if (rc == -ENOMEM || (rc == 0 && leads_to(out->buf, dirfd)))
		return rc;
	str_clear(out);
	if (shown[0] != '/')
		return -ENOENT;
	rc = path_resolve(out, "/", shown, NULL);
	return rc < 0 || leads_to(out->buf, dirfd) ? rc : -ENOENT;
}
