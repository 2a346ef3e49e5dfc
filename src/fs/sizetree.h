/* SPDX-License-Identifier: MIT
 *
 * A size tree: every entry below a directory with its sizes, small enough to keep ten million of
 * them. Data only: the model may include this; fs/scan fills it.
 *
 * An entry has 20 bytes and its name, a directory 80 more. Entries are numbered; those of one
 * directory have consecutive numbers, in the directory's own order, so no entry points to another:
 * a directory has the number of its first. Columns lie in segments that never move, so that what is
 * published can be read while more is added.
 *
 * Publication: a directory's entries, their names and its own first/count may be read once
 * sizetree_dir_state() has answered TREE_READ or more; it is set last (release) and asked first
 * (acquire). The totals of a directory are complete at TREE_DONE and final when the scan is over:
 * at its end what was counted at two places is taken out, and struct sizetree_linked appears. Until
 * TREE_DONE they are what is known of it alone and of those subdirectories that are done. A few
 * values of an entry that is a directory (its own time and flags) become known after the directory
 * it is in was published: those columns are read and written with relaxed atomics.
 *
 * A scan that was stopped leaves directories at TREE_WAITING or TREE_READING, of which nothing is
 * known, and those above them at TREE_READ.
 *
 * Again: a directory may be scanned once more into the same tree (scan_again()). What that finds
 * gets new numbers at the end, and nothing of what may be read changes; then scan_take(), while
 * nobody reads, makes the directory's entry lead to its new number and puts the sums above it
 * right, up to the root: sizetree_root() then is another number when it was the root itself. One
 * that was not done adds to those above from then on, and makes them done when it was the last.
 * Numbers of what was replaced stay and lead nowhere; parents need not have lower numbers than what
 * lies in them. How many entries are of no use any more is `ndead`.
 *
 * Sizes: disk is in blocks of 512 bytes, apparent in bytes; sums stop at UINT64_MAX instead of
 * wrapping. What has several links is not in the sums of a directory but in struct sizetree_linked
 * beside it, which the end of a scan fills: once for each directory it is anywhere below of.
 *
 * Thread: any number of readers. Owns: itself, by a count of references (sizetree_unref()).
 */
#ifndef FS_SIZETREE_H
#define FS_SIZETREE_H

#include "base/defs.h"
#include "fs/entry.h"

#include <stdatomic.h>
#include <string.h>

#define TREE_NONE     UINT32_MAX /* no entry, no directory */
#define TREE_SEG_BITS 16
#define TREE_SEG_LEN  (1u << TREE_SEG_BITS)
#define TREE_DIR_BITS 14
#define TREE_DIR_LEN  (1u << TREE_DIR_BITS)
#define TREE_SEGS_MAX (1u << (32 - TREE_SEG_BITS))
#define TREE_DIRS_MAX (1u << (32 - TREE_DIR_BITS))

/* The columns of TREE_SEG_LEN entries. */
struct sizetree_seg {
	uint32_t name[TREE_SEG_LEN];   /* where it begins in the names of its directory */
	uint32_t blocks[TREE_SEG_LEN]; /* of a directory that was entered: its number as a directory
					*/
	uint32_t size[TREE_SEG_LEN];   /* low 32 bits */
	uint32_t meta[TREE_SEG_LEN];   /* TREE_META_*, enum sizetree_flag */
	uint32_t mtime[TREE_SEG_LEN];  /* seconds since the epoch, 0 to UINT32_MAX */
};

/* In `meta`. A name of more than 255 bytes (FUSE allows them) has the length 0 here and two bytes
 * of length before it; sizes that do not fit have TREE_BIG and 16 bytes of blocks and size before
 * that. */
#define TREE_META_LEN(m)     ((m)&0xffu)
#define TREE_META_SIZE_HI(m) (((m) >> 8) & 0xffu)
#define TREE_META_TYPE(m)    ((enum entry_type)(((m) >> 16) & 7u))

enum sizetree_flag {
	TREE_BIG = 1u << 19,
	TREE_LINKED = 1u << 20,      /* several links: counted by struct sizetree_linked */
	TREE_UNREAD = 1u << 21,      /* could not be looked at or not be read to its end */
	TREE_EXCLUDED = 1u << 22,    /* by a pattern or a CACHEDIR.TAG: not counted */
	TREE_MOUNT = 1u << 23,       /* another file system begins here */
	TREE_NOT_ENTERED = 1u << 24, /* with TREE_MOUNT: because one file system was asked for */
	TREE_KERNEL = 1u << 25,      /* with TREE_MOUNT: nothing is stored there, not entered */
	TREE_ELSEWHERE = 1u << 26, /* the same directory is counted at another place: a bind mount,
				      or it was moved here */
	TREE_SPARSE = 1u << 27,    /* takes less than its length on disk */
	TREE_FIRST =
		1u
		<< 29, /* with TREE_LINKED: of its links the one to be counted in lists of files */
	TREE_GONE = 1u << 28, /* counted once, and gone since: no longer in the sums */
};

enum sizetree_state {
	TREE_WAITING, /* nobody has looked at it yet */
	TREE_READING,
	TREE_READ, /* its entries are there */
	TREE_DONE, /* and everything below is */
};

struct sizetree_dir {
	_Atomic uint64_t blocks,
		size; /* of the directory itself and what is below, without TREE_LINKED */
	const char *names;
	uint32_t parent, entry; /* TREE_NONE: the root has no parent; its entry is 0. Of a directory
				   that was replaced they mean nothing */
	uint32_t first, count;  /* its entries */
	_Atomic uint32_t items; /* entries below, TREE_LINKED ones included */
	_Atomic uint32_t
		unread; /* of it and below: directories and entries that could not be looked at */
	_Atomic uint32_t
		pending;       /* subdirectories that are not done, and 1 while it is being read */
	uint32_t own_blocks;   /* of the directory itself */
	_Atomic uint8_t state; /* enum sizetree_state */
	uint8_t err;           /* errno of opening or reading it; 0 */
	struct file_id id;     /* zero: it was not read here */
};

/* What has several links: sums for a directory, each inode once. */
struct sizetree_linked {
	uint64_t blocks, size;
	uint64_t shared; /* of blocks: would stay when the directory is deleted, for other links lie
			    outside */
};

struct sizetree_dirs {
	struct sizetree_dir at[TREE_DIR_LEN];
};

struct sizetree_linkeds {
	struct sizetree_linked at[TREE_DIR_LEN];
};

struct sizetree {
	struct sizetree_seg *_Atomic *segs;
	struct sizetree_dirs *_Atomic *dirs;
	struct sizetree_linkeds *_Atomic
		*linked; /* NULL in a segment, or altogether: nothing below has several links */
	_Atomic uint32_t nentries, ndirs;
	_Atomic uint32_t ndead; /* of the entries: replaced by a later scan, or scanned in vain */
	_Atomic uint32_t refs;
	char *root;          /* the path as it was given */
	void *_Atomic names; /* the blocks of names: fs/sizetree_grow.h */
};

/* How far a scan is. */
struct scan_progress {
	uint64_t entries; /* seen: the root and everything below */
	uint64_t files, dirs;
	uint64_t blocks;
	uint64_t unread, vanished, excluded;
	unsigned threads;
	bool over;
};

/* ---- reading ---- */

static inline const struct sizetree_dir *sizetree_dir(const struct sizetree *t, uint32_t dir)
{
	struct sizetree_dirs *d =
		atomic_load_explicit(&t->dirs[dir >> TREE_DIR_BITS], memory_order_acquire);

	return &d->at[dir & (TREE_DIR_LEN - 1)];
}

static inline struct sizetree_seg *sizetree_seg(const struct sizetree *t, uint32_t entry)
{
	return atomic_load_explicit(&t->segs[entry >> TREE_SEG_BITS], memory_order_acquire);
}

static inline enum sizetree_state sizetree_dir_state(const struct sizetree *t, uint32_t dir)
{
	return (enum sizetree_state)atomic_load_explicit(&sizetree_dir(t, dir)->state,
							 memory_order_acquire);
}

static inline uint32_t sizetree_meta(const struct sizetree *t, uint32_t entry)
{
	return __atomic_load_n(&sizetree_seg(t, entry)->meta[entry & (TREE_SEG_LEN - 1)],
			       __ATOMIC_RELAXED);
}

static inline uint32_t sizetree_mtime(const struct sizetree *t, uint32_t entry)
{
	return __atomic_load_n(&sizetree_seg(t, entry)->mtime[entry & (TREE_SEG_LEN - 1)],
			       __ATOMIC_RELAXED);
}

/* Seconds since the epoch as the column has them. */
static inline uint32_t sizetree_time(int64_t t)
{
	return t < 0 ? 0 : t > UINT32_MAX ? UINT32_MAX : (uint32_t)t;
}

/* The directory that this entry is, TREE_NONE when it is none or was not entered. */
static inline uint32_t sizetree_subdir(const struct sizetree *t, uint32_t entry)
{
	if (TREE_META_TYPE(sizetree_meta(t, entry)) != ENTRY_DIR)
		return TREE_NONE;
	return sizetree_seg(t, entry)->blocks[entry & (TREE_SEG_LEN - 1)];
}

/* The root directory. */
static inline uint32_t sizetree_root(const struct sizetree *t)
{
	return sizetree_subdir(t, 0);
}

/* Where what belongs to the entry begins in the names of its directory. */
static inline const unsigned char *sizetree_blob(const struct sizetree *t, uint32_t dir,
						 uint32_t entry)
{
	uint32_t off = sizetree_seg(t, entry)->name[entry & (TREE_SEG_LEN - 1)];

	return (const unsigned char *)sizetree_dir(t, dir)->names + off;
}

/* The name of an entry of the directory: no NUL at its end. Valid as long as the tree. */
static inline const char *sizetree_name(const struct sizetree *t, uint32_t dir, uint32_t entry,
					size_t *ret_len)
{
	const unsigned char *at = sizetree_blob(t, dir, entry);
	uint32_t meta = sizetree_meta(t, entry);

	if (meta & TREE_BIG)
		at += 16;
	*ret_len = TREE_META_LEN(meta);
	if (!*ret_len) {
		*ret_len = (size_t)at[0] | (size_t)at[1] << 8;
		at += 2;
	}
	return (const char *)at;
}

static inline uint64_t sizetree_big(const struct sizetree *t, uint32_t dir, uint32_t entry,
				    size_t at)
{
	uint64_t n;

	memcpy(&n, sizetree_blob(t, dir, entry) + at, sizeof(n));
	return n;
}

/* Blocks and bytes of an entry that is no directory, whether or not it has other links. */
static inline uint64_t sizetree_blocks(const struct sizetree *t, uint32_t dir, uint32_t entry)
{
	return sizetree_meta(t, entry) & TREE_BIG
		       ? sizetree_big(t, dir, entry, 0)
		       : sizetree_seg(t, entry)->blocks[entry & (TREE_SEG_LEN - 1)];
}

static inline uint64_t sizetree_size(const struct sizetree *t, uint32_t dir, uint32_t entry)
{
	uint32_t meta = sizetree_meta(t, entry);

	if (meta & TREE_BIG)
		return sizetree_big(t, dir, entry, 8);
	return sizetree_seg(t, entry)->size[entry & (TREE_SEG_LEN - 1)] |
	       (uint64_t)TREE_META_SIZE_HI(meta) << 32;
}

/* NULL: nothing in it has several links (or the scan is not over). */
static inline const struct sizetree_linked *sizetree_linked(const struct sizetree *t, uint32_t dir)
{
	struct sizetree_linkeds *l;

	if (!t->linked)
		return NULL;
	l = atomic_load_explicit(&t->linked[dir >> TREE_DIR_BITS], memory_order_acquire);
	return l ? &l->at[dir & (TREE_DIR_LEN - 1)] : NULL;
}

static inline uint64_t sizetree_add(uint64_t a, uint64_t b)
{
	return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

/* What takes up how much: everything in a directory, or one entry. */
struct sizetree_total {
	uint64_t blocks, size;
	uint64_t shared; /* of blocks: would stay when it is deleted */
	uint64_t items;  /* entries below */
	uint64_t unread; /* more than 0: the sums are at least so much */
	bool done;       /* false: this is what is known of it alone */
};

static inline struct sizetree_total sizetree_dir_total(const struct sizetree *t, uint32_t dir)
{
	const struct sizetree_dir *d = sizetree_dir(t, dir);
	enum sizetree_state state = sizetree_dir_state(t, dir);
	const struct sizetree_linked *l = state == TREE_DONE ? sizetree_linked(t, dir) : NULL;
	struct sizetree_total total = {
		.blocks = atomic_load_explicit(&d->blocks, memory_order_acquire),
		.size = atomic_load_explicit(&d->size, memory_order_acquire),
		.items = atomic_load_explicit(&d->items, memory_order_acquire),
		.unread = atomic_load_explicit(&d->unread, memory_order_acquire),
		.done = state == TREE_DONE,
	};

	if (l) {
		total.blocks = sizetree_add(total.blocks, l->blocks);
		total.size = sizetree_add(total.size, l->size);
		total.shared = l->shared;
	}
	return total;
}

/* Of an entry of the directory. One with several links frees nothing by itself. */
static inline struct sizetree_total sizetree_entry_total(const struct sizetree *t, uint32_t dir,
							 uint32_t entry)
{
	uint32_t meta = sizetree_meta(t, entry), sub = sizetree_subdir(t, entry);
	struct sizetree_total total = {.done = true, .unread = (meta & TREE_UNREAD) != 0};

	if (sub != TREE_NONE)
		return sizetree_dir_total(t, sub);
	if (TREE_META_TYPE(meta) == ENTRY_DIR ||
	    (meta & (TREE_ELSEWHERE | TREE_NOT_ENTERED | TREE_GONE)))
		return total;
	total.blocks = sizetree_blocks(t, dir, entry);
	total.size = sizetree_size(t, dir, entry);
	total.shared = meta & TREE_LINKED ? total.blocks : 0;
	return total;
}

#endif
