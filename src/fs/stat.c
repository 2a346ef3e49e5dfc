/* SPDX-License-Identifier: MIT */
#include "fs/stat.h"

#include "fs/openpath.h"
#include "fs/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#define MASK (STATX_BASIC_STATS | STATX_BTIME | STATX_MNT_ID)

static void fill(const struct statx *x, struct meta *m)
{
	bool device = S_ISCHR(x->stx_mode) || S_ISBLK(x->stx_mode);
	bool born = x->stx_mask & STATX_BTIME;

	*m = (struct meta){
		.id = {.dev = makedev(x->stx_dev_major, x->stx_dev_minor), .ino = x->stx_ino},
		.size = device ? makedev(x->stx_rdev_major, x->stx_rdev_minor) : x->stx_size,
		.blocks = x->stx_blocks,
		.mtime = x->stx_mtime.tv_sec,
		.ctime = x->stx_ctime.tv_sec,
		.btime = born ? x->stx_btime.tv_sec : INT64_MIN,
		.mtime_nsec = x->stx_mtime.tv_nsec,
		.ctime_nsec = x->stx_ctime.tv_nsec,
		.btime_nsec = born ? x->stx_btime.tv_nsec : 0,
		.mode = x->stx_mode,
		.uid = x->stx_uid,
		.gid = x->stx_gid,
		.nlink = x->stx_nlink,
		.attrs = (uint32_t)(x->stx_attributes & x->stx_attributes_mask),
	};
}

static int stat_short(int dirfd, const char *path, int flags, struct meta *ret_meta,
		      uint64_t *ret_mnt_id)
{
	struct statx x;
	int r;

	flags |= AT_NO_AUTOMOUNT;
	r = sys_statx(dirfd, path, flags | AT_STATX_DONT_SYNC, MASK, &x);
	/* Emulations of statx (sandboxes, some FUSE-backed kernels) refuse the sync flags. */
	if (r == -EINVAL)
		r = sys_statx(dirfd, path, flags, MASK, &x);
	if (r < 0)
		return r;
	fill(&x, ret_meta);
	if (ret_mnt_id)
		*ret_mnt_id = x.stx_mask & STATX_MNT_ID ? x.stx_mnt_id : 0;
	return 0;
}

static int stat_with(int dirfd, const char *path, int flags, struct meta *ret_meta,
		     uint64_t *ret_mnt_id)
{
	int dir, r = stat_short(dirfd, path, flags, ret_meta, ret_mnt_id);

	if (r != -ENAMETOOLONG || strlen(path) <= OPENPATH_PIECE)
		return r;
	r = openpath_split(dirfd, path, &dir, &path);
	if (r < 0)
		return r;
	r = stat_short(dir, path, flags, ret_meta, ret_mnt_id);
	openpath_close(dir, dirfd);
	return r;
}

int stat_at(int dirfd, const char *name, struct meta *ret_meta, uint64_t *ret_mnt_id)
{
	return stat_with(dirfd, name, AT_SYMLINK_NOFOLLOW, ret_meta, ret_mnt_id);
}

int stat_follow(int dirfd, const char *path, struct meta *ret_meta, uint64_t *ret_mnt_id)
{
	return stat_with(dirfd, path, 0, ret_meta, ret_mnt_id);
}

int stat_fd(int fd, struct meta *ret_meta, uint64_t *ret_mnt_id)
{
	return stat_with(fd, "", AT_EMPTY_PATH, ret_meta, ret_mnt_id);
}

enum entry_type stat_type(uint32_t mode)
{
	static const uint8_t types[16] = {
		[S_IFREG >> 12] = ENTRY_FILE,    [S_IFDIR >> 12] = ENTRY_DIR,
		[S_IFLNK >> 12] = ENTRY_LINK,    [S_IFIFO >> 12] = ENTRY_FIFO,
		[S_IFSOCK >> 12] = ENTRY_SOCKET, [S_IFCHR >> 12] = ENTRY_CHAR,
		[S_IFBLK >> 12] = ENTRY_BLOCK,
	};

	return types[(mode & S_IFMT) >> 12];
}

bool file_id_eq(struct file_id a, struct file_id b)
{
	return a.ino == b.ino && a.dev == b.dev;
}

/* readlinkat(2) cuts what does not fit, and st_size is no guide (0 in /proc, and it may change): a
 * result that fills the buffer is read again into a bigger one. */
static int readlink_short(int dirfd, const char *name, struct str *ret_target)
{
	char first[512], *buf = first;
	size_t cap = sizeof(first);
	ssize_t n = sys_readlinkat(dirfd, name, buf, cap);
	int r;

	while (n >= 0 && (size_t)n == cap && cap <= SIZE_MAX / 2) {
		if (buf != first)
			free(buf);
		cap *= 2;
		buf = malloc(cap);
		if (!buf)
			return -ENOMEM;
		n = sys_readlinkat(dirfd, name, buf, cap);
	}
	r = n < 0 ? (int)n : str_add(ret_target, buf, (size_t)n);
	if (buf != first)
		free(buf);
	return r;
}

int stat_readlink(int dirfd, const char *name, struct str *ret_target)
{
	int dir, r = readlink_short(dirfd, name, ret_target);

	if (r != -ENAMETOOLONG || strlen(name) <= OPENPATH_PIECE)
		return r;
	r = openpath_split(dirfd, name, &dir, &name);
	if (r < 0)
		return r;
	r = readlink_short(dir, name, ret_target);
	openpath_close(dir, dirfd);
	return r;
}
