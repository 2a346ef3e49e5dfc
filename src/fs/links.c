/* SPDX-License-Identifier: MIT */
#include "fs/links.h"

#include "fs/sizetree_grow.h"

#include <errno.h>
#include <stdlib.h>

#include "base/alloc.h"

#define PAGE_LEN 2048u
#define NO_NOTE  UINT32_MAX

struct note {
	uint64_t dev, ino;
	uint32_t dir, entry;
	uint32_t nlink : 31;
	uint32_t mounted : 1; /* a mount point, which is no link */
	uint32_t next;        /* note of the same inode */
};

struct links_page {
	struct links_page *next;
	size_t n;
	struct note at[PAGE_LEN];
};

struct links {
	struct links_page *_Atomic pages;
	struct note *kept; /* those that were settled; their `next` means nothing */
	uint32_t nkept;
};

int links_new(struct links **ret_links)
{
	*ret_links = calloc(1, sizeof(**ret_links));
	return *ret_links ? 0 : -ENOMEM;
}

static void free_pages(struct links *l)
{
	struct links_page *p = atomic_exchange(&l->pages, NULL);

	while (p) {
		struct links_page *next = p->next;

		free(p);
		p = next;
	}
}

void links_free(struct links *l)
{
	if (!l)
		return;
	free_pages(l);
	free(l->kept);
	free(l);
}

static struct links_page *new_page(struct links *l)
{
	struct links_page *p = malloc(sizeof(*p)), *next = atomic_load(&l->pages);

	if (!p)
		return NULL;
	p->n = 0;
	do {
		p->next = next;
	} while (!atomic_compare_exchange_weak(&l->pages, &next, p));
	return p;
}

int links_note(struct links *l, struct links_page **page, const struct meta *meta, uint32_t dir,
	       uint32_t entry)
{
	if (!*page || (*page)->n == PAGE_LEN)
		*page = new_page(l);
	if (!*page)
		return -ENOMEM;
	(*page)->at[(*page)->n++] = (struct note){.dev = meta->id.dev,
						  .ino = meta->id.ino,
						  .dir = dir,
						  .entry = entry,
						  .nlink = MIN(meta->nlink, INT32_MAX),
						  .mounted = (meta->attrs & META_MOUNT_ROOT) != 0,
						  .next = NO_NOTE};
	return 0;
}

/* ---- reading ---- */

size_t links_count(const struct links *l)
{
	size_t n = 0;

	for (const struct links_page *p = atomic_load(&l->pages); p; p = p->next)
		n += p->n;
	return n;
}

bool links_next(const struct links *l, struct links_at *at, struct links_sight *ret_sight)
{
	if (!at->begun)
		at->page = atomic_load(&l->pages);
	at->begun = true;
	while (at->page && at->next == at->page->n) {
		at->page = at->page->next;
		at->next = 0;
	}
	if (!at->page)
		return false;
	const struct note *n = &at->page->at[at->next++];

	*ret_sight = (struct links_sight){
		.id = {.dev = n->dev, .ino = n->ino}, .dir = n->dir, .entry = n->entry};
	return true;
}

void links_move(struct links *l, struct links *from)
{
	struct links_page *first = atomic_exchange(&from->pages, NULL), *last = first;

	while (last && last->next)
		last = last->next;
	if (!last)
		return;
	last->next = atomic_load(&l->pages);
	atomic_store(&l->pages, first);
}

/* ---- settling ---- */

/* The notes as one array; and for each inode, found by hash, its last note, from which the others
 * follow. */
struct groups {
	struct note *notes;
	uint32_t n;
	uint32_t *heads;
	size_t nheads; /* a power of two */
};

static int make_room(struct groups *g, size_t n)
{
	if (n == 0)
		return 0;
	if (n >= NO_NOTE)
		return -ENOMEM;
	g->notes = malloc(n * sizeof(*g->notes));
	return g->notes ? 0 : -ENOMEM;
}

static int collect(struct links *l, struct groups *g)
{
	int r = make_room(g, links_count(l));

	if (r < 0 || !g->notes)
		return r;
	/* Page by page, so that they are not there twice. */
	for (struct links_page *p = atomic_exchange(&l->pages, NULL), *next; p; p = next) {
		next = p->next;
		memcpy(g->notes + g->n, p->at, p->n * sizeof(*p->at));
		g->n += (uint32_t)p->n;
		free(p);
	}
	return 0;
}

static void add_live(struct groups *g, const struct note *notes, size_t n,
		     const struct sizetree_live *live)
{
	for (size_t i = 0; i < n; i++)
		if (sizetree_is_live(live, notes[i].dir))
			g->notes[g->n++] = notes[i];
}

/* Those of what is in the tree; the newest last, for of an inode that one says the most. */
static int collect_live(const struct links *before, const struct links *since, struct groups *g,
			const struct sizetree_live *live)
{
	int r = make_room(g, before->nkept + links_count(before) + links_count(since));

	if (r < 0 || !g->notes)
		return r;
	add_live(g, before->kept, before->nkept, live);
	for (const struct links_page *p = atomic_load(&before->pages); p; p = p->next)
		add_live(g, p->at, p->n, live);
	for (const struct links_page *p = atomic_load(&since->pages); p; p = p->next)
		add_live(g, p->at, p->n, live);
	return 0;
}

static size_t hash_of(const struct note *n)
{
	uint64_t x = (n->ino ^ n->dev << 40 ^ n->dev >> 24) * 0x9e3779b97f4a7c15u;

	return (size_t)(x ^ x >> 29);
}

static int group(struct groups *g)
{
	for (g->nheads = 16; g->nheads < (size_t)g->n * 2 && g->nheads < SIZE_MAX / 4;)
		g->nheads *= 2;
	g->heads = malloc(g->nheads * sizeof(*g->heads));
	if (!g->heads)
		return -ENOMEM;
	memset(g->heads, 0xff, g->nheads * sizeof(*g->heads));
	for (uint32_t i = 0; i < g->n; i++) {
		struct note *n = &g->notes[i];
		size_t at = hash_of(n) & (g->nheads - 1);

		while (g->heads[at] != NO_NOTE && (g->notes[g->heads[at]].ino != n->ino ||
						   g->notes[g->heads[at]].dev != n->dev))
			at = (at + 1) & (g->nheads - 1);
		n->next = g->heads[at];
		g->heads[at] = i;
	}
	return 0;
}

/* A link is the first of its inode from now on, or no longer. */
struct change {
	uint32_t entry;
	bool first;
};

/* What is known of each directory while inodes are added: how deep it lies, the last inode added to
 * it, its sums. Nobody else sees these before all are complete. */
struct climb {
	struct sizetree *tree;
	struct sizetree_live live;
	uint32_t nsums;
	uint32_t *stamp;
	struct sizetree_linkeds **sums;
	struct change *changes;
	size_t nchanges, changes_cap;
};

static int start_climb(struct climb *c, struct sizetree *t)
{
	uint32_t n = c->live.n;

	c->tree = t;
	c->nsums = (n + TREE_DIR_LEN - 1) >> TREE_DIR_BITS;
	c->stamp = malloc((n + 1) * sizeof(*c->stamp));
	c->sums = calloc(c->nsums + 1, sizeof(struct sizetree_linkeds *));
	if (!c->stamp || !c->sums)
		return -ENOMEM;
	memset(c->stamp, 0xff, n * sizeof(*c->stamp));
	return 0;
}

static void end_climb(struct climb *c)
{
	for (uint32_t i = 0; c->sums && i < c->nsums; i++)
		free(c->sums[i]);
	free(c->sums);
	free(c->stamp);
	free(c->changes);
	sizetree_live_done(&c->live);
}

/* NULL: no memory. */
static struct sizetree_linked *sums_of(struct climb *c, uint32_t dir)
{
	struct sizetree_linkeds **sums = &c->sums[dir >> TREE_DIR_BITS];

	if (!*sums)
		*sums = calloc(1, sizeof(**sums));
	return *sums ? &(*sums)->at[dir & (TREE_DIR_LEN - 1)] : NULL;
}

static int add_to_dir(struct climb *c, uint32_t dir, uint64_t blocks, uint64_t size)
{
	struct sizetree_linked *l = sums_of(c, dir);

	if (!l)
		return -ENOMEM;
	l->blocks = sizetree_add(l->blocks, blocks);
	l->size = sizetree_add(l->size, size);
	l->shared = sizetree_add(l->shared, blocks);
	return 0;
}

static int compare_names(const struct sizetree *t, uint32_t dir_a, uint32_t a, uint32_t dir_b,
			 uint32_t b)
{
	size_t la = 0, lb = 0;
	const char *na = sizetree_name(t, dir_a, a, &la), *nb = sizetree_name(t, dir_b, b, &lb);
	int c = memcmp(na, nb, MIN(la, lb));

	return c ? c : la < lb ? -1 : la > lb;
}

/* In lists of files an inode stands once, under the name that comes first, and of those that are
 * alike under the one in the directory whose name does: that does not depend on which thread saw
 * which link when. */
static bool name_before(const struct climb *climb, const struct note *a, const struct note *b)
{
	const struct sizetree *t = climb->tree;
	uint32_t da = a->dir, db = b->dir;
	int c = compare_names(t, da, a->entry, db, b->entry);

	while (!c && da != db) {
		uint32_t pa = sizetree_live_parent(&climb->live, da),
			 pb = sizetree_live_parent(&climb->live, db);

		if (pa == TREE_NONE || pb == TREE_NONE)
			return pa == TREE_NONE;
		/* Where its name is: one that is kept has its entry in what is replaced. */
		c = compare_names(t, sizetree_dir(t, da)->parent, sizetree_dir(t, da)->entry,
				  sizetree_dir(t, db)->parent, sizetree_dir(t, db)->entry);
		da = pa;
		db = pb;
	}
	return c < 0;
}

/* Marks that one of the inode's links. */
static int mark_first(struct climb *c, const struct groups *g, uint32_t head,
		      const struct note *first)
{
	for (uint32_t i = head; i != NO_NOTE; i = g->notes[i].next) {
		bool is = &g->notes[i] == first;
		int r;

		if (is == ((sizetree_meta(c->tree, g->notes[i].entry) & TREE_FIRST) != 0))
			continue;
		r = array_grow(&c->changes, &c->changes_cap, c->nchanges + 1, sizeof(*c->changes));
		if (r < 0)
			return r;
		c->changes[c->nchanges++] =
			(struct change){.entry = g->notes[i].entry, .first = is};
	}
	return 0;
}

/* Up from each of its links until where another one has passed. The highest place where two of them
 * met is the innermost directory that has all of them below it: *ret_common. */
static int climb_inode(struct climb *c, const struct groups *g, uint32_t head, uint64_t blocks,
		       uint64_t size, uint32_t *ret_common)
{
	uint32_t common = TREE_NONE, dir;

	for (uint32_t i = head; i != NO_NOTE; i = g->notes[i].next) {
		for (dir = g->notes[i].dir; dir != TREE_NONE && c->stamp[dir] != head;
		     dir = sizetree_live_parent(&c->live, dir)) {
			c->stamp[dir] = head;
			if (add_to_dir(c, dir, blocks, size) < 0)
				return -ENOMEM;
		}
		if (i == head)
			common = g->notes[i].dir;
		else if (c->live.depth[dir] < c->live.depth[common])
			common = dir;
	}
	*ret_common = common;
	return 0;
}

static int add_inode(struct climb *c, const struct groups *g, uint32_t head, struct links_sum *sum)
{
	const struct note *note = &g->notes[head], *first = note;
	uint64_t blocks = sizetree_blocks(c->tree, note->dir, note->entry);
	uint64_t size = sizetree_size(c->tree, note->dir, note->entry);
	uint32_t n = 0, nlinks = 0, common;

	if (climb_inode(c, g, head, blocks, size, &common) < 0)
		return -ENOMEM;
	for (uint32_t i = head; i != NO_NOTE; i = g->notes[i].next, n++) {
		nlinks += !g->notes[i].mounted;
		if (name_before(c, &g->notes[i], first))
			first = &g->notes[i];
	}
	/* More than it should have: they came and went meanwhile. */
	for (uint32_t dir = nlinks >= note->nlink ? common : TREE_NONE; dir != TREE_NONE;
	     dir = sizetree_live_parent(&c->live, dir)) {
		struct sizetree_linked *l = sums_of(c, dir);

		if (!l)
			return -ENOMEM;
		l->shared -= blocks;
	}
	sum->inodes++;
	sum->links += n;
	sum->extra_blocks = sizetree_add(sum->extra_blocks, blocks * (n - 1));
	sum->extra_size = sizetree_add(sum->extra_size, size * (n - 1));
	return mark_first(c, g, head, first);
}

static int add_all(struct climb *c, struct groups *g, struct sizetree *t,
		   const _Atomic bool *cancel, struct links_sum *sum)
{
	int r = group(g);

	if (r == 0)
		r = start_climb(c, t);
	for (size_t i = 0; r == 0 && i < g->nheads; i++) {
		if (g->heads[i] != NO_NOTE)
			r = add_inode(c, g, g->heads[i], sum);
		if (cancel && atomic_load_explicit(cancel, memory_order_relaxed))
			r = -ECANCELED;
	}
	return r;
}

static void set_firsts(struct climb *c)
{
	for (size_t i = 0; i < c->nchanges; i++)
		if (c->changes[i].first)
			sizetree_set_flags(c->tree, c->changes[i].entry, TREE_FIRST);
		else
			sizetree_clear_flags(c->tree, c->changes[i].entry, TREE_FIRST);
}

static void publish(struct climb *c)
{
	set_firsts(c);
	for (uint32_t i = 0; i < c->nsums; i++) {
		sizetree_publish_linked(c->tree, i << TREE_DIR_BITS, c->sums[i]);
		c->sums[i] = NULL;
	}
}

int links_settle(struct links *l, struct sizetree *t, bool keep, const _Atomic bool *cancel,
		 struct links_sum *ret_sum)
{
	struct climb c = {0};
	struct groups g = {0};
	int r = collect(l, &g);

	*ret_sum = (struct links_sum){0};
	if (r == 0 && g.n)
		r = sizetree_live_init(&c.live, t, atomic_load(&t->ndirs), NULL);
	if (r == 0 && g.n)
		r = add_all(&c, &g, t, cancel, ret_sum);
	if (r == 0 && g.n)
		publish(&c);
	end_climb(&c);
	free(g.heads);
	/* Also of one that was cancelled: it may be looked at again. */
	if (keep) {
		l->kept = g.notes;
		l->nkept = g.n;
	} else {
		free(g.notes);
	}
	return r;
}

/* ---- once more ---- */

struct links_result {
	struct climb climb;
	struct note *notes;
	uint32_t n;
};

int links_again(const struct links *before, const struct links *since, struct sizetree *t,
		const struct sizetree_swap *swap, const _Atomic bool *cancel,
		struct links_result **ret_result)
{
	struct links_result *result = calloc(1, sizeof(*result));
	struct groups g = {0};
	struct links_sum sum = {0};
	int r;

	*ret_result = NULL;
	if (!result)
		return -ENOMEM;
	result->climb.tree = t;
	r = 0;
	/* Without notes there are no sums, and nothing to look through every directory for. */
	if (before->nkept || links_count(before) || links_count(since))
		r = sizetree_live_init(&result->climb.live, t, atomic_load(&t->ndirs), swap);
	if (r == 0 && result->climb.live.depth)
		r = collect_live(before, since, &g, &result->climb.live);
	if (r == 0 && g.n)
		r = add_all(&result->climb, &g, t, cancel, &sum);
	sizetree_live_done(&result->climb.live);
	free(result->climb.stamp);
	result->climb.stamp = NULL;
	free(g.heads);
	result->notes = g.notes;
	result->n = g.n;
	if (r < 0)
		links_result_free(result);
	else
		*ret_result = result;
	return r;
}

void links_take(struct links *l, struct sizetree *t, struct links_result *result)
{
	struct climb *c = &result->climb;
	uint32_t n = (atomic_load(&t->ndirs) + TREE_DIR_LEN - 1) >> TREE_DIR_BITS;
	struct note *notes = l->kept;

	set_firsts(c);
	for (uint32_t i = 0; i < n; i++) {
		struct sizetree_linkeds *sums = i < c->nsums ? c->sums[i] : NULL;

		sums = sizetree_swap_linked(t, i << TREE_DIR_BITS, sums);
		if (i < c->nsums)
			c->sums[i] = sums;
		else
			free(sums);
	}
	free_pages(l);
	l->kept = result->notes;
	l->nkept = result->n;
	result->notes = notes;
	result->n = 0;
}

void links_result_free(struct links_result *result)
{
	if (!result)
		return;
	end_climb(&result->climb);
	free(result->notes);
	free(result);
}
