/* SPDX-License-Identifier: MIT
 *
 * Making room in a size tree (fs/sizetree.h). Numbers are handed out once and for all; segments are
 * made as the numbers reach them and take memory only as they are written to.
 *
 * Thread: any; each struct sizetree_names belongs to one thread. Owns: the tree by its count of
 * references.
 */
#ifndef FS_SIZETREE_GROW_H
#define FS_SIZETREE_GROW_H

#include "fs/sizetree.h"

/* An empty tree with one reference; `root`: the path as the user gave it. 0 or -ENOMEM. */
int sizetree_new(const char *root, struct sizetree **ret_tree) MUST_USE;
struct sizetree *sizetree_ref(struct sizetree *t);
void sizetree_unref(struct sizetree *t); /* NULL is fine */

/* `n` consecutive numbers for entries or directories, with the segments they lie in; directories
 * begin at TREE_WAITING and zero. 0, -ENOMEM, or -EOVERFLOW when there are no more numbers. */
int sizetree_take_entries(struct sizetree *t, uint32_t n, uint32_t *ret_first) MUST_USE;
int sizetree_take_dirs(struct sizetree *t, uint32_t n, uint32_t *ret_first) MUST_USE;

/* The directory, to be written by the thread that has taken it. */
struct sizetree_dir *sizetree_dir_mut(struct sizetree *t, uint32_t dir);

/* Where a thread puts names. */
struct sizetree_names {
	char *at;
	size_t left;
};
/* `len` bytes that stay where they are as long as the tree; NULL: no memory. */
char *sizetree_take_names(struct sizetree *t, struct sizetree_names *names, size_t len) MUST_USE;

/* The columns of an entry. blocks and size that are too large for them are put before the name:
 * TREE_BIG. */
struct sizetree_values {
	uint64_t blocks, size;
	int64_t mtime;
	enum entry_type type;
	uint32_t flags; /* enum sizetree_flag, without TREE_BIG and TREE_SPARSE, which are found
			   here */
};
/* All but the name; returns how many bytes sizetree_set_name() will need for one of `len` bytes. */
size_t sizetree_set_values(struct sizetree *t, uint32_t entry, const struct sizetree_values *v,
			   size_t len);
/* Writes the name (and what belongs before it) at `at`, which is `offset` bytes into the names of
 * its directory. */
void sizetree_set_name(struct sizetree *t, uint32_t entry, const struct sizetree_values *v,
		       const char *name, size_t len, char *at, size_t offset);

/* Of a directory's entry, once its directory is known: which it is, its own length and time. */
void sizetree_set_subdir(struct sizetree *t, uint32_t entry, uint32_t dir);
void sizetree_set_own(struct sizetree *t, uint32_t entry, uint64_t size, int64_t mtime);
void sizetree_set_flags(struct sizetree *t, uint32_t entry,
			uint32_t flags); /* added to those it has */
void sizetree_clear_flags(struct sizetree *t, uint32_t entry, uint32_t flags);
/* Of two entries that are directories: all that is said of `from` but its name, and which directory
 * it is. */
void sizetree_copy_own(struct sizetree *t, uint32_t to, uint32_t from);
/* One whose name is that of `from`, a directory in the same directory; nothing else is known of it.
 */
void sizetree_copy_name(struct sizetree *t, uint32_t to, uint32_t from);

/* The sums of what has several links for TREE_DIR_LEN directories from `dir` on, complete; taken.
 */
void sizetree_publish_linked(struct sizetree *t, uint32_t dir, struct sizetree_linkeds *sums);
/* The same, while nobody reads; what was there is the caller's. */
struct sizetree_linkeds *sizetree_swap_linked(struct sizetree *t, uint32_t dir,
					      struct sizetree_linkeds *sums);

void sizetree_add_to(_Atomic uint64_t *sum, uint64_t n); /* stops at UINT64_MAX */

#endif
