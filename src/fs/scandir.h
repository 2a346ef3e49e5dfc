/* SPDX-License-Identifier: MIT
 *
 * A lazy iterator over one directory, with the type of each entry where the file system tells it.
 * Reads 32 KiB first, so that something is there at once, and grows towards a limit only while
 * reads come back full.
 * "." and ".." are left out. Order is the directory's own.
 *
 * What it gives is always one component that is safe to hand to an *at() call: never empty, never
 * with a
 * '/', NUL-terminated. A record that is not like that (a hostile or broken file server; Linux
 * since 5.4 refuses most itself) is -EIO, and the iteration may go on after it; records whose
 * lengths do not add up end the buffer they are in with -EIO. A name with a NUL in it cannot be
 * told from one that ends there. A directory removed while it is being read is at its end.
 *
 * Follows: getdents(2). An entry added or removed meanwhile may or may not be seen; the others come
 * once. Thread: any, one at a time. Owns: its buffer, and the descriptor when told so.
 */
#ifndef FS_SCANDIR_H
#define FS_SCANDIR_H

#include "base/defs.h"
#include "fs/entry.h"

#define SCANDIR_FIRST 32768u
#define SCANDIR_MAX   1048576u

struct scandir {
	char *buf;
	size_t cap, len, pos, max;
	int fd;
	bool owned, end;
};

struct scan_entry {
	const char *name; /* valid until the next scandir_read() or scandir_next() */
	size_t len;
	uint64_t ino; /* of a mount point: the directory below the mount */
	enum entry_type type;
};

/* Prepares for the open directory fd; owned: scandir_done() closes it. No system call. */
void scandir_init(struct scandir *s, int fd, bool owned);
/* Opens and prepares: `path` from the directory `dirfd` (or AT_FDCWD); a link at its end is
 * followed only when `follow`. 0 or -errno (openat(2)); O_NONBLOCK, so that nothing waits for a
 * FIFO's writer. */
int scandir_open(struct scandir *s, int dirfd, const char *path, bool follow) MUST_USE;
/* The same iterator for another directory: what scandir_init() does, keeping the buffer. */
void scandir_reuse(struct scandir *s, int fd, bool owned);
void scandir_done(struct scandir *s); /* fine on a zeroed struct whose fd is -1, and twice */

/* The next entry: 1, 0 at the end, or -errno (-ENOMEM, -EIO, getdents(2)). */
int scandir_next(struct scandir *s, struct scan_entry *ret_entry) MUST_USE;

/* The same, going on after records that are of no use; *bad (not touched otherwise) is then -EIO.
 */
int scandir_next_usable(struct scandir *s, struct scan_entry *ret_entry, int *bad) MUST_USE;

/* Whether the directory has an entry of exactly these bytes: 1, 0, -errno. A look-up would also
 * find one that differs in case, where that makes no difference. */
int scandir_has(int dirfd, const char *name) MUST_USE;

/* scandir_next() in two steps, for who does something after each buffer: scandir_read() gets the
 * next buffer (1, 0 at the end, -errno), scandir_entry() the next entry in it (1, 0: read again,
 * -EIO).
 */
int scandir_read(struct scandir *s) MUST_USE;
int scandir_entry(struct scandir *s, struct scan_entry *ret_entry) MUST_USE;

#endif
