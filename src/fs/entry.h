/* SPDX-License-Identifier: MIT
 *
 * What the file system says about one thing. Data only: the model may include this.
 *
 * Thread: any. Owns: nothing.
 */
#ifndef FS_ENTRY_H
#define FS_ENTRY_H

#include <stdbool.h>
#include <stdint.h>

/* d_type, without its numbers. Tag of a directory's names in their pool. */
enum entry_type {
	ENTRY_UNKNOWN, /* the file system did not say; statx decides */
	ENTRY_FILE,
	ENTRY_DIR,
	ENTRY_LINK,
	ENTRY_FIFO,
	ENTRY_SOCKET,
	ENTRY_CHAR,
	ENTRY_BLOCK,
};

/* Equal inode numbers on different devices are different files. */
struct file_id {
	uint64_t dev, ino;
};

/* From statx(2), links not followed. */
struct meta {
	struct file_id id;
	uint64_t size;               /* bytes; for a device node its device number (makedev(3)) */
	uint64_t blocks;             /* of 512 bytes */
	int64_t mtime, ctime, btime; /* seconds since the epoch; btime INT64_MIN when unknown */
	uint32_t mtime_nsec, ctime_nsec, btime_nsec;
	uint32_t mode, uid, gid, nlink;
	uint32_t attrs; /* STATX_ATTR_* of statx(2), low 32 bits (mount root: META_MOUNT_ROOT) */
};
#define META_MOUNT_ROOT 0x2000u /* STATX_ATTR_MOUNT_ROOT */

/* A directory as it was when it was opened. */
struct dir_info {
	struct meta meta;
	uint64_t mnt_id;
	bool network; /* on a network or FUSE file system: expect slow answers */
	bool watched; /* changes arrive as FS_CHANGED; otherwise it must be polled */
};

struct space {
	uint64_t total, free, avail; /* bytes; avail is what a plain user can still write */
	bool read_only;
};

/* One line of the mount table, proc(5) mountinfo. Strings are bytes, NUL-terminated. */
struct mount {
	uint64_t id, parent_id, dev;
	char *path, *fstype, *source;
	bool read_only, network,
		kernel;    /* kernel: proc, sysfs, cgroup...: nothing is stored there */
	bool fs_read_only; /* read_only, and not only this mount of the file system */
	bool has_space;    /* space is known; not asked on network file systems */
	struct space space;
};

struct mount_list {
	struct mount *at;
	uint32_t n;
};

#endif
