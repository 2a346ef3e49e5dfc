/* SPDX-License-Identifier: MIT
 *
 * Scanning a tree for its sizes, in parallel, into a size tree (fs/sizetree.h).
 *
 * Each thread has a stack of directories that wait; it takes the one put there last, and the oldest
 * of another thread when its own is empty. A directory costs one open, one statx of the descriptor,
 * the reads, and one statx for each entry in it that is no directory. There are as many threads as
 * processors while storage answers at once, and up to SCAN_THREADS_MAX while it is slow; that is
 * measured, not guessed from the kind of device.
 *
 * What is counted: everything below the root once. Directories are known by device and inode, so
 * neither a bind mount nor a move while the scan runs makes one count twice (TREE_ELSEWHERE). What
 * begins at a mount point is scanned after everything that can be reached without it, one mount
 * after the other, so which of two places of a directory counts does not depend on which thread was
 * faster. Kernel file systems are not entered unless the root lies on one. What has several links:
 * fs/links.h. What vanishes between being listed and being looked at is counted as vanished.
 *
 * Links are not followed, automounts not triggered, nothing is written (where we may, not even the
 * access times of directories), and nothing waits for a FIFO. A directory is opened by one
 * component from its parent's descriptor; when there are too many of those, the outermost are given
 * back and opened again component by component.
 *
 * Thread: the functions here from one at a time; scan_progress() from any. Owns: its threads and
 * the tree, which may be kept with sizetree_ref().
 */
#ifndef FS_SCAN_H
#define FS_SCAN_H

#include "base/exclude.h"
#include "fs/links.h"
#include "fs/sizetree.h"

#define SCAN_THREADS_MAX 32u

struct scan;

/* What a visitor gets to see: entries of one directory with all that statx(2) said, before it is
 * packed; those that are directories themselves only when they are read, by themselves. In the
 * thread that read them. */
struct scan_item {
	const char *name;
	size_t len;
	struct meta meta;
};
struct scan_batch {
	int dirfd;
	uint32_t dir;     /* of the tree; its path: scan_path() */
	struct meta meta; /* of the directory */
	const struct scan_item *items;
	uint32_t n;
	bool last; /* of this directory */
};
struct scan_visitor {
	void (*batch)(void *ctx, unsigned thread, const struct scan_batch *batch); /* NULL: none */
	void *ctx;
};

struct scan_options {
	unsigned threads;     /* so many, whatever is measured; 0: as described */
	bool one_file_system; /* by mount: other mounts are shown, not entered */
	bool exclude_caches;  /* directories with a CACHEDIR.TAG (bford.info/cachedir) */
	bool background;      /* threads give way to others: there is a screen */
	bool keep;            /* what scan_again() needs: 32 bytes for each of several links */
	const struct exclude
		*exclude; /* kept by the caller until it is freed for good; NULL: nothing */
	struct scan_visitor visitor;
	/* Called once by the last thread, when all but scan_wait() says that it is over; of what is
	 * here it may call scan_progress() and scan_result(). Not after scan_free(). May be NULL.
	 */
	void (*done)(void *ctx);
	/* Called once when a scan that was started is freed for good and nothing of these options
	 * is looked at any more, by whoever was last: a thread that a dead server had held up, or
	 * scan_free(). May be NULL. */
	void (*freed)(void *ctx);
	void *ctx; /* of both */
};

/* Opens the root (links in its path are followed: it is the user's own) and starts. 0 or -errno;
 * -ENOTDIR: it is no directory. */
int scan_start(const char *path, const struct scan_options *options,
	       struct scan **ret_scan) MUST_USE;
/* Waits until it is over, `ms` at most (-1: as long as it takes). True: it is over. */
bool scan_wait(struct scan *s, int ms);
void scan_cancel(struct scan *s); /* does not wait */
/* Cancels, waits `ms` for the threads and frees; what a dead file server holds up is left to
 * itself. */
void scan_free(struct scan *s, int ms);

/* What keeps it from being freed for good. */
struct scan *scan_ref(struct scan *s);
void scan_unref(struct scan *s); /* NULL is fine */

/* Scans a directory of the tree again, while whoever reads that goes on reading what was there:
 * `base` is the first scan of the tree, with options.keep, over or stopped, and no other of these
 * goes on. Not deep: of its subdirectories, those that had been there under the same name, and are
 * the same directories, stay as they are. Starts as scan_start() does, and ends likewise, when it
 * can be taken or freed. 0 or -errno; -EINVAL: there is no such directory in the tree; -ENOENT:
 * the root itself is gone.
 *
 * What is found at a place that the tree has for another one is counted once, unless it is not
 * there any more. Changes elsewhere are not looked for: they are right when that was scanned
 * again. */
int scan_again(struct scan *base, uint32_t dir, bool deep, const struct scan_options *options,
	       struct scan **ret_scan) MUST_USE;
/* When it is over without error: what it found takes the place of what was there, with the sums of
 * everything above; nobody else may read the tree meanwhile. Once; never waits. *ret_dir is
 * *ret_now from now on (TREE_NONE: it is gone, and its entry has TREE_GONE). */
void scan_take(struct scan *s, uint32_t *ret_dir, uint32_t *ret_now);

struct sizetree *scan_tree(struct scan *s);
void scan_progress(const struct scan *s, struct scan_progress *ret_progress);
/* Of a scan that is over: 0, -ECANCELED, -ENOMEM, -EOVERFLOW; and the sums of what has several
 * links. Of one that is not: -ECANCELED, and none. */
int scan_result(const struct scan *s, struct links_sum *ret_links);

/* Opens a directory by its path below the root ("" for the root itself), O_PATH, no links followed.
 * Any thread. A descriptor or -errno. */
int scan_open_path(const struct scan *s, const char *rel) MUST_USE;

/* Appends the path of a directory below the root's path ("" for the root itself), or of an entry of
 * it. 0 or -ENOMEM. */
int scan_path(const struct sizetree *t, uint32_t dir, struct str *ret_rel) MUST_USE;

#endif
