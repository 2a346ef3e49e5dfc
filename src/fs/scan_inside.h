/* SPDX-License-Identifier: MIT
 *
 * What the files of the scan engine share: fs/scan (its life, its threads), fs/scan_work (who does
 * what next), fs/scan_dir (one directory), fs/scan_read (its entries), fs/scan_open (descriptors),
 * fs/scan_moved (what was seen at two places), fs/scan_again (a directory of a tree anew).
 *
 * Thread: see each. Owns: see fs/scan.h.
 */
#ifndef FS_SCAN_INSIDE_H
#define FS_SCAN_INSIDE_H

#include "fs/scan.h"
#include "fs/scandir.h"
#include "fs/seen.h"
#include "fs/sizetree_grow.h"

#include <pthread.h>

/* A directory kept open for those in it that wait: they are opened from it. */
struct scan_parent {
	_Atomic uint32_t refs;  /* tasks that wait, and whoever reads it */
	_Atomic uint32_t users; /* calls going on with fd; SCAN_EVICTED */
	_Atomic int fd;         /* -1: given back */
	uint32_t dir;
	uint64_t mnt_id; /* 0: unknown */
	uint64_t dev;
};
#define SCAN_EVICTED 0x80000000u

/* A directory that waits to be read. */
struct scan_task {
	struct scan_parent *parent; /* NULL: the root */
	uint32_t dir;
	bool cross; /* into another mount, now that everything before it is done */
};

/* Directories that wait, of one thread: it takes the last, others the first. A ring. */
struct scan_stack {
	pthread_mutex_t lock;
	struct scan_task *at;
	size_t cap, first;
	size_t evicted; /* of the oldest so many have parents that were given back */
	_Atomic size_t n;
};

/* One entry of the directory that is being read. */
struct scan_name {
	uint32_t off; /* in scan_thread.names */
	uint16_t len;
	uint8_t type, flags;
};
enum scan_name_flag { SCAN_LEFT_OUT = 1, SCAN_LOST = 2 };

static inline bool scan_is_subdir(const struct scan_name *n)
{
	return n->type == ENTRY_DIR && !(n->flags & SCAN_LEFT_OUT);
}

struct scan_values { /* too large for its columns: needed again when its name is written */
	uint32_t at;
	struct sizetree_values v;
};

struct scan_thread {
	struct scan *scan;
	unsigned index;
	pthread_t thread;
	struct scan_stack stack;
	/* what it has seen: written by it alone, read by scan_progress() */
	_Atomic uint64_t entries, files, dirs, blocks, unread, vanished, excluded;
	/* how fast storage answers */
	uint32_t dirs_timed, dirs_slow;
	/* the directory it reads */
	struct scandir reader;
	struct str names;
	struct scan_name *at;
	size_t n, cap;
	struct scan_values *big;
	size_t nbig, big_cap;
	struct scan_item *items; /* with a visitor */
	struct sizetree_names pool;
	struct links_page *page, *recent_page, *mounted_page;
	struct str rel; /* its path below the root, when patterns ask for it */
	bool atime;     /* may not leave access times alone */
};

/* A directory on another mount: read when everything before it is done. */
struct scan_later {
	struct scan_task task;
	char *path; /* below the root: their order */
	bool network;
};

struct scan_moment { /* by the clock that the kernel stamps files with */
	int64_t sec;
	uint32_t nsec;
};

struct scan {
	struct scan_options options;
	struct sizetree *tree;
	struct seen *seen;
	struct links *links;
	struct links *recent;  /* files that have changed since it began */
	struct links *mounted; /* on other files, with one link */
	struct scan_moment began;
	struct scan_moment tree_began; /* the first scan of its tree */
	uint32_t top;                  /* the directory it began with: sums go up to there */
	struct scan_again *again;      /* NULL: the first of its tree */
	struct links_sum linked;       /* this and err are for others to see once it is concluded */
	int root_fd, err;
	uint64_t root_mnt;
	struct mount_list *mounts; /* NULL: not read */
	bool automounts;           /* there are some: look before opening */
	_Atomic bool cancel, concluded, over, no_openat2;
	_Atomic uint32_t open_parents;
	_Atomic uint32_t max_parents;
	_Atomic uint32_t idle;
	pthread_mutex_t lock; /* of what follows, and nthreads */
	pthread_cond_t wake, ended;
	struct scan_later *later;
	size_t nlater, later_cap;
	_Atomic unsigned nthreads;
	unsigned alive;
	bool abandoned;        /* the owner has not waited: nobody is there to be called back */
	bool finish;           /* no more tasks will come */
	_Atomic uint32_t refs; /* threads and the owner; given back under the lock */
	struct scan_thread threads[SCAN_THREADS_MAX];
};

/* ---- fs/scan_work: who does what next ---- */
void scan_stack_init(struct scan_stack *st);
void scan_stack_done(struct scan_stack *st);
int scan_push(struct scan_thread *t, const struct scan_task *task) MUST_USE;
/* Waits for one. False: there are no more. */
bool scan_next(struct scan_thread *t, struct scan_task *ret_task);
/* Puts a directory on another mount behind everything else; takes the task. */
int scan_push_later(struct scan *s, const struct scan_task *task, bool network) MUST_USE;
/* One more of what a directory waits for is done: when it was the last, its sums go up. */
void scan_dir_done(struct scan *s, uint32_t dir);
void scan_add_up(struct sizetree_dir *parent, struct sizetree_dir *d);
bool scan_cancelled(const struct scan *s);
/* The scan cannot go on: keeps the first reason and cancels. */
void scan_fail(struct scan *s, int err);

/* ---- fs/scan: its life, its threads ---- */
/* Nothing but the options and the time; NULL: no memory. */
struct scan *scan_new(const struct scan_options *options);
/* When the root and the tree are there: what else it needs. 0 or -errno. */
int scan_prepare(struct scan *s) MUST_USE;
/* Starts its threads, unless r is an error of what came before; then, or when none starts, it is
 * freed. */
int scan_launch(struct scan *s, int r, struct scan **ret_scan) MUST_USE;
/* Storage answers slowly: one more, if there is work for it. */
void scan_more_threads(struct scan *s);

/* ---- fs/scan_open: descriptors ---- */
/* Opens the task's directory; a descriptor or -errno; -EXDEV: another mount begins there, -ENOTDIR:
 * it is no directory (any more). */
int scan_open(struct scan_thread *t, const struct scan_task *task) MUST_USE;
/* Opens a directory of the tree again, O_PATH. A descriptor or -errno. */
int scan_open_again(struct scan *s, uint32_t dir) MUST_USE;
/* Metadata of what the task is about, from its parent. 0 or -errno. */
int scan_stat(struct scan_thread *t, const struct scan_task *task, struct meta *ret_meta,
	      uint64_t *ret_mnt) MUST_USE;
/* Keeps the descriptor (taken) for those below. NULL: no memory, and closed. */
struct scan_parent *scan_parent_new(struct scan_thread *t, int fd, uint32_t dir, uint64_t mnt_id);
void scan_parent_unref(struct scan *s, struct scan_parent *p); /* NULL is fine */

/* ---- fs/scan_dir: one directory ---- */
void scan_dir(struct scan_thread *t, const struct scan_task *task);

/* ---- fs/scan_read: its entries ---- */
/* The directory that is being read. */
struct scan_reading {
	struct scan_thread *t;
	const struct scan_task *task;
	int fd;
	uint32_t entry; /* of it in its parent */
	struct meta meta;
	uint64_t mnt_id;
	int err;
	uint32_t first, count,
		subdirs; /* numbers it got, entries it has, how many of them are directories */
	uint32_t kept;   /* of these: as they were (fs/scan_again) */
	size_t names_len;
	/* its own sums */
	uint64_t blocks, size;
	uint32_t items, unread;
	uint32_t nitems; /* waiting for the visitor */
};
/* Reads it and puts those in it into the stack. 0, or what ends the scan. */
int scan_read(struct scan_reading *r) MUST_USE;
/* What it is by itself; from now on its entries may be read. */
void scan_publish(struct scan_reading *r, char *names);

static inline void scan_count(_Atomic uint64_t *n, uint64_t add)
{
	atomic_store_explicit(n, atomic_load_explicit(n, memory_order_relaxed) + add,
			      memory_order_relaxed);
}

static inline void scan_add_flags(const struct scan_reading *r, uint32_t flags)
{
	sizetree_set_flags(r->t->scan->tree, r->entry, flags);
}

/* It has changed since then. */
static inline bool scan_is_since(const struct scan_moment *then, const struct meta *meta)
{
	return meta->ctime > then->sec ||
	       (meta->ctime == then->sec && meta->ctime_nsec >= then->nsec);
}

/* ---- fs/scan_again ---- */
void scan_again_free(struct scan *s);
/* Of the directory that is scanned again: its subdirectories that were there before and are to be
 * kept get their numbers; r->kept. 0, -ENOMEM, -ECANCELED. */
int scan_keep_subdirs(struct scan_reading *r) MUST_USE;
uint32_t scan_kept_undone(const struct scan_reading *r);
void scan_add_kept(struct scan_reading *r); /* their sums */
/* 1: what is opened as `dir` is counted where the tree has had it before, and is there still; 0:
 * it is not; -ENOMEM. Only of a scan that is not the first. */
int scan_counted_elsewhere(struct scan *s, uint32_t dir, struct file_id id) MUST_USE;
/* At its end: what has several links, as it will be. */
int scan_settle_again(struct scan *s) MUST_USE;

struct scan *scan_again_base(const struct scan *s);
const struct sizetree_swap *scan_again_swap(const struct scan *s);

/* ---- fs/scan_mounted ---- */
/* Takes out files mounted on files that count where they lie. 0, -ENOMEM, -ECANCELED. */
int scan_settle_mounted(struct scan *s) MUST_USE;

/* ---- fs/scan_moved ---- */
/* A number for what does not change when a file is moved: length, blocks, mtime. */
uint64_t scan_look_of(const struct sizetree *t, uint32_t dir, uint32_t entry);
/* Whether it is a file that counts by itself. */
bool scan_counts(const struct sizetree *t, uint32_t entry);
/* A file no longer counts there, for the reason that the flag says. */
void scan_uncount(struct scan *s, uint32_t dir, uint32_t entry, uint32_t flag);
/* Takes out what has been counted at two places. 0, -ENOMEM, -ECANCELED. */
int scan_settle_moved(struct scan *s) MUST_USE;

#endif
