/* SPDX-License-Identifier: MIT
 *
 * Which directories of a size tree are in it, and how deep: numbers of what was replaced by a later
 * scan, or was scanned in vain, lead nowhere. The same as it will be when one more is replaced.
 *
 * Thread: any, while nobody changes which directory an entry leads to. Owns: 4 bytes a directory.
 */
#ifndef FS_SIZETREE_LIVE_H
#define FS_SIZETREE_LIVE_H

#include "fs/sizetree.h"

/* A subdirectory that stays when the directory it is in is scanned again. */
struct sizetree_kept {
	uint32_t dir, entry; /* its entry from then on */
};

/* `now` takes the place of `dir` (TREE_NONE: nothing does). */
struct sizetree_swap {
	uint32_t dir, now;
	const struct sizetree_kept *kept;
	size_t nkept;
};

#define TREE_DEAD (UINT32_MAX - 1) /* as a depth */

struct sizetree_live {
	const struct sizetree *tree;
	const struct sizetree_swap *swap;
	uint32_t n, *depth;
};

/* The first `n` directories of the tree: while a scan adds to it, only those from before are
 * complete (and, with `swap`, its `now`). `swap`: NULL, or kept by the caller. 0 or -ENOMEM. */
int sizetree_live_init(struct sizetree_live *l, const struct sizetree *t, uint32_t n,
		       const struct sizetree_swap *swap) MUST_USE;
void sizetree_live_done(struct sizetree_live *l);

static inline bool sizetree_is_live(const struct sizetree_live *l, uint32_t dir)
{
	return l->depth[dir] != TREE_DEAD;
}

/* The directory that one which is live lies in; TREE_NONE for the root. */
static inline uint32_t sizetree_live_parent(const struct sizetree_live *l, uint32_t dir)
{
	uint32_t parent = sizetree_dir(l->tree, dir)->parent;

	return l->swap && parent == l->swap->dir && parent != TREE_NONE ? l->swap->now : parent;
}

#endif
