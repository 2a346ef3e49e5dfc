/* SPDX-License-Identifier: MIT */
#include "fs/sizetree_live.h"

#include <errno.h>
#include <stdlib.h>

#define UNKNOWN UINT32_MAX

/* An entry leads to it: it was not replaced, and what it belongs to was taken. */
static bool is_linked(const struct sizetree_live *l, uint32_t dir)
{
	return sizetree_subdir(l->tree, sizetree_dir(l->tree, dir)->entry) == dir;
}

/* Up to what is known, and down again. */
static uint32_t find_depth(struct sizetree_live *l, uint32_t dir)
{
	uint32_t steps = 0, at, depth;

	for (at = dir; at != TREE_NONE && l->depth[at] == UNKNOWN; steps++) {
		/* What stays of the one that is replaced is known from the beginning. */
		if (!is_linked(l, at) ||
		    (l->swap && sizetree_dir(l->tree, at)->parent == l->swap->dir)) {
			l->depth[at] = TREE_DEAD;
			break;
		}
		at = sizetree_live_parent(l, at);
	}
	depth = at == TREE_NONE ? UNKNOWN : l->depth[at];
	for (uint32_t d = dir; d != at; d = sizetree_live_parent(l, d))
		l->depth[d] = depth == TREE_DEAD ? TREE_DEAD : depth + steps--;
	return l->depth[dir];
}

static void set_swap(struct sizetree_live *l)
{
	const struct sizetree_swap *s = l->swap;
	uint32_t parent = sizetree_dir(l->tree, s->dir)->parent, depth;

	l->depth[s->dir] = TREE_DEAD;
	if (s->now == TREE_NONE)
		return;
	depth = parent == TREE_NONE ? 0 : find_depth(l, parent);
	l->depth[s->now] = parent == TREE_NONE || depth == TREE_DEAD ? depth : depth + 1;
	for (size_t i = 0; i < s->nkept; i++)
		l->depth[s->kept[i].dir] = depth == TREE_DEAD ? TREE_DEAD : l->depth[s->now] + 1;
}

int sizetree_live_init(struct sizetree_live *l, const struct sizetree *t, uint32_t n,
		       const struct sizetree_swap *swap)
{
	*l = (struct sizetree_live){.tree = t, .swap = swap, .n = n};
	l->depth = malloc((n + 1) * sizeof(*l->depth));
	if (!l->depth)
		return -ENOMEM;
	for (uint32_t i = 0; i < n; i++)
		l->depth[i] = UNKNOWN;
	if (swap)
		set_swap(l);
	for (uint32_t i = 0; i < n; i++)
		if (l->depth[i] == UNKNOWN)
			(void)find_depth(l, i);
	return 0;
}

void sizetree_live_done(struct sizetree_live *l)
{
	free(l->depth);
	l->depth = NULL;
}
