/* SPDX-License-Identifier: MIT */
#include "fs/sizetree_grow.h"

#include <errno.h>
#include <stdlib.h>

#include "base/alloc.h"

/* A block of names; a directory with more gets one of its own. Only what is written to takes
 * memory. */
#define NAMES_BLOCK 262144u
#define LEN_MAX     255u /* of a name in its column */
#define BIG_BYTES   16u

struct names_block {
	struct names_block *next;
	char bytes[];
};

int sizetree_new(const char *root, struct sizetree **ret_tree)
{
	struct sizetree *t = calloc(1, sizeof(*t));

	*ret_tree = NULL;
	if (!t)
		return -ENOMEM;
	atomic_init(&t->refs, 1);
	t->segs = calloc(TREE_SEGS_MAX, sizeof(*t->segs));
	t->dirs = calloc(TREE_DIRS_MAX, sizeof(*t->dirs));
	t->linked = calloc(TREE_DIRS_MAX, sizeof(*t->linked));
	t->root = strdup(root);
	if (!t->segs || !t->dirs || !t->linked || !t->root) {
		sizetree_unref(t);
		return -ENOMEM;
	}
	*ret_tree = t;
	return 0;
}

struct sizetree *sizetree_ref(struct sizetree *t)
{
	atomic_fetch_add_explicit(&t->refs, 1, memory_order_relaxed);
	return t;
}

static void free_all(struct sizetree *t)
{
	uint32_t nsegs = (atomic_load(&t->nentries) + TREE_SEG_LEN - 1) >> TREE_SEG_BITS;
	uint32_t ndirs = (atomic_load(&t->ndirs) + TREE_DIR_LEN - 1) >> TREE_DIR_BITS;
	struct names_block *b = atomic_load(&t->names);

	for (uint32_t i = 0; t->segs && i < nsegs; i++)
		free(atomic_load(&t->segs[i]));
	for (uint32_t i = 0; i < ndirs; i++) {
		if (t->dirs)
			free(atomic_load(&t->dirs[i]));
		if (t->linked)
			free(atomic_load(&t->linked[i]));
	}
	while (b) {
		struct names_block *next = b->next;

		free(b);
		b = next;
	}
	free(t->segs);
	free(t->dirs);
	free(t->linked);
	free(t->root);
	free(t);
}

void sizetree_unref(struct sizetree *t)
{
	if (t && atomic_fetch_sub_explicit(&t->refs, 1, memory_order_acq_rel) == 1)
		free_all(t);
}

/* ---- numbers ---- */

/* Whoever comes first puts the segment there; a loser's is untouched and costs nothing. */
#define MAKE_SEGMENT(table, i)                                                               \
	__extension__({                                                                      \
		int made_ = 0;                                                               \
		if (!atomic_load_explicit(&(table)[i], memory_order_acquire)) {              \
			__typeof__(*atomic_load(&(table)[i])) *new_ = malloc(sizeof(*new_)), \
							      *none_ = NULL;                 \
			if (!new_)                                                           \
				made_ = -ENOMEM;                                             \
			else if (!atomic_compare_exchange_strong(&(table)[i], &none_, new_)) \
				free(new_);                                                  \
		}                                                                            \
		made_;                                                                       \
	})

static int take(_Atomic uint32_t *next, uint32_t n, uint32_t *ret_first)
{
	uint32_t at = atomic_load_explicit(next, memory_order_relaxed);

	do {
		if (n >= TREE_NONE - at)
			return -EOVERFLOW;
	} while (!atomic_compare_exchange_weak_explicit(next, &at, at + n, memory_order_relaxed,
							memory_order_relaxed));
	*ret_first = at;
	return 0;
}

int sizetree_take_entries(struct sizetree *t, uint32_t n, uint32_t *ret_first)
{
	int r = take(&t->nentries, n, ret_first);

	if (r < 0 || n == 0)
		return r;
	for (uint32_t i = *ret_first >> TREE_SEG_BITS;
	     r == 0 && i <= (*ret_first + n - 1) >> TREE_SEG_BITS; i++)
		r = MAKE_SEGMENT(t->segs, i);
	return r;
}

int sizetree_take_dirs(struct sizetree *t, uint32_t n, uint32_t *ret_first)
{
	static const struct sizetree_dir none;
	int r = take(&t->ndirs, n, ret_first);

	if (r < 0 || n == 0)
		return r;
	for (uint32_t i = *ret_first >> TREE_DIR_BITS;
	     r == 0 && i <= (*ret_first + n - 1) >> TREE_DIR_BITS; i++)
		r = MAKE_SEGMENT(t->dirs, i);
	for (uint32_t i = 0; r == 0 && i < n; i++)
		memcpy(sizetree_dir_mut(t, *ret_first + i), &none, sizeof(none));
	return r;
}

struct sizetree_dir *sizetree_dir_mut(struct sizetree *t, uint32_t dir)
{
	struct sizetree_dirs *d =
		atomic_load_explicit(&t->dirs[dir >> TREE_DIR_BITS], memory_order_acquire);

	return &d->at[dir & (TREE_DIR_LEN - 1)];
}

void sizetree_publish_linked(struct sizetree *t, uint32_t dir, struct sizetree_linkeds *sums)
{
	free(sizetree_swap_linked(t, dir, sums));
}

struct sizetree_linkeds *sizetree_swap_linked(struct sizetree *t, uint32_t dir,
					      struct sizetree_linkeds *sums)
{
	return atomic_exchange_explicit(&t->linked[dir >> TREE_DIR_BITS], sums,
					memory_order_acq_rel);
}

void sizetree_add_to(_Atomic uint64_t *sum, uint64_t n)
{
	uint64_t old = atomic_load_explicit(sum, memory_order_relaxed);

	while (n &&
	       !atomic_compare_exchange_weak_explicit(sum, &old, sizetree_add(old, n),
						      memory_order_release, memory_order_relaxed))
		continue;
}

/* ---- names ---- */

char *sizetree_take_names(struct sizetree *t, struct sizetree_names *names, size_t len)
{
	void *_Atomic *head = &t->names;
	struct names_block *b;
	char *at;

	if (len > names->left) {
		size_t size = MAX(len, NAMES_BLOCK - sizeof(*b));

		b = malloc(sizeof(*b) + size);
		if (!b)
			return NULL;
		void *next = atomic_load(head);
		do {
			b->next = next;
		} while (!atomic_compare_exchange_weak(head, &next, b));
		if (len >= NAMES_BLOCK / 2)
			return b->bytes;
		names->at = b->bytes;
		names->left = size;
	}
	at = names->at;
	names->at += len;
	names->left -= len;
	return at;
}

/* ---- columns ---- */

static bool is_big(const struct sizetree_values *v)
{
	return v->blocks >= TREE_NONE || v->size >> 40;
}

size_t sizetree_set_values(struct sizetree *t, uint32_t entry, const struct sizetree_values *v,
			   size_t len)
{
	struct sizetree_seg *s = sizetree_seg(t, entry);
	uint32_t at = entry & (TREE_SEG_LEN - 1);
	bool big = is_big(v), sparse = v->type == ENTRY_FILE && v->blocks < v->size / 512;

	s->blocks[at] = v->type == ENTRY_DIR ? TREE_NONE : big ? 0 : (uint32_t)v->blocks;
	s->size[at] = (uint32_t)v->size;
	s->mtime[at] = sizetree_time(v->mtime);
	s->meta[at] = (len > LEN_MAX ? 0 : (uint32_t)len) | (uint32_t)(v->size >> 32 & 0xff) << 8 |
		      (uint32_t)v->type << 16 | v->flags | (big ? (uint32_t)TREE_BIG : 0) |
		      (sparse ? (uint32_t)TREE_SPARSE : 0);
	return len + (len > LEN_MAX || len == 0 ? 2 : 0) + (big ? BIG_BYTES : 0);
}

void sizetree_set_name(struct sizetree *t, uint32_t entry, const struct sizetree_values *v,
		       const char *name, size_t len, char *at, size_t offset)
{
	sizetree_seg(t, entry)->name[entry & (TREE_SEG_LEN - 1)] = (uint32_t)offset;
	if (is_big(v)) {
		memcpy(at, &v->blocks, sizeof(v->blocks));
		memcpy(at + sizeof(v->blocks), &v->size, sizeof(v->size));
		at += BIG_BYTES;
	}
	if (len > LEN_MAX || len == 0) {
		*at++ = (char)(len & 0xff);
		*at++ = (char)(len >> 8 & 0xff);
	}
	memcpy(at, name, len);
}

void sizetree_set_subdir(struct sizetree *t, uint32_t entry, uint32_t dir)
{
	sizetree_seg(t, entry)->blocks[entry & (TREE_SEG_LEN - 1)] = dir;
}

void sizetree_set_own(struct sizetree *t, uint32_t entry, uint64_t size, int64_t mtime)
{
	struct sizetree_seg *s = sizetree_seg(t, entry);
	uint32_t at = entry & (TREE_SEG_LEN - 1);

	__atomic_store_n(&s->size[at], (uint32_t)MIN(size, UINT32_MAX), __ATOMIC_RELAXED);
	__atomic_store_n(&s->mtime[at], sizetree_time(mtime), __ATOMIC_RELAXED);
}

void sizetree_set_flags(struct sizetree *t, uint32_t entry, uint32_t flags)
{
	__atomic_fetch_or(&sizetree_seg(t, entry)->meta[entry & (TREE_SEG_LEN - 1)], flags,
			  __ATOMIC_RELAXED);
}

void sizetree_clear_flags(struct sizetree *t, uint32_t entry, uint32_t flags)
{
	__atomic_fetch_and(&sizetree_seg(t, entry)->meta[entry & (TREE_SEG_LEN - 1)], ~flags,
			   __ATOMIC_RELAXED);
}

#define NAME_BITS 0x000700ffu /* length and type */

void sizetree_copy_own(struct sizetree *t, uint32_t to, uint32_t from)
{
	struct sizetree_seg *a = sizetree_seg(t, to), *b = sizetree_seg(t, from);
	uint32_t i = to & (TREE_SEG_LEN - 1), k = from & (TREE_SEG_LEN - 1);
	uint32_t meta = (sizetree_meta(t, to) & NAME_BITS) | (sizetree_meta(t, from) & ~NAME_BITS);

	__atomic_store_n(&a->meta[i], meta, __ATOMIC_RELAXED);
	__atomic_store_n(&a->size[i], __atomic_load_n(&b->size[k], __ATOMIC_RELAXED),
			 __ATOMIC_RELAXED);
	__atomic_store_n(&a->mtime[i], sizetree_mtime(t, from), __ATOMIC_RELAXED);
}

void sizetree_copy_name(struct sizetree *t, uint32_t to, uint32_t from)
{
	struct sizetree_seg *a = sizetree_seg(t, to), *b = sizetree_seg(t, from);
	uint32_t i = to & (TREE_SEG_LEN - 1), k = from & (TREE_SEG_LEN - 1);

	a->name[i] = b->name[k];
	a->meta[i] = sizetree_meta(t, from) & NAME_BITS;
	a->blocks[i] = TREE_NONE;
	a->size[i] = a->mtime[i] = 0;
}
