/* SPDX-License-Identifier: MIT */
#include "model/survey.h"

#include "base/alloc.h"
#include "base/path.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct survey_step {
	uint32_t dir, next;
};

/* ---- the largest ---- */

/* A heap with the smallest on top. */
static void sift(struct survey_file *heap, size_t n, size_t at)
{
	for (size_t child; (child = at * 2 + 1) < n; at = child) {
		struct survey_file f = heap[at];

		if (child + 1 < n && heap[child + 1].bytes < heap[child].bytes)
			child++;
		if (heap[at].bytes <= heap[child].bytes)
			return;
		heap[at] = heap[child];
		heap[child] = f;
	}
}

static void offer(struct survey *s, const struct survey_file *f)
{
	if (s->nfiles < s->top) {
		s->files[s->nfiles++] = *f;
		for (size_t i = s->nfiles == s->top ? s->top / 2 + 1 : 0; i--;)
			sift(s->files, s->top, i);
	} else if (f->bytes > s->files[0].bytes) {
		s->files[0] = *f;
		sift(s->files, s->top, 0);
	}
}

static int by_bytes(const void *a, const void *b)
{
	const struct survey_file *x = a, *y = b;

	if (x->bytes != y->bytes)
		return x->bytes < y->bytes ? 1 : -1;
	return x->entry < y->entry ? -1 : x->entry > y->entry;
}

/* ---- by extension ---- */

static int add_kind(struct survey *s, const char *ext, size_t len, uintptr_t *ret_at)
{
	int r = array_grow(&s->kinds, &s->kinds_cap, s->nkinds + 1, sizeof(*s->kinds));

	if (r == 0)
		r = map_put(&s->map, ext, len, s->nkinds + 1);
	if (r == 0)
		s->kinds[s->nkinds++] = (struct survey_kind){0};
	*ret_at = s->nkinds;
	return r;
}

static int count_kind(struct survey *s, const char *ext, size_t len,
		      const struct sizetree_total *total)
{
	struct survey_kind *k;
	uintptr_t at;
	bool known;
	int r = 0;

	known = map_get(&s->map, ext, len, &at);
	if (!known && s->kinds_max && s->nkinds >= s->kinds_max) {
		ext = "/";
		len = 1;
		known = map_get(&s->map, ext, len, &at);
	}
	if (!known)
		r = add_kind(s, ext, len, &at);
	if (r < 0)
		return r;
	k = &s->kinds[at - 1];
	k->files++;
	k->blocks = sizetree_add(k->blocks, total->blocks);
	k->size = sizetree_add(k->size, total->size);
	return 0;
}

static int by_kind(const void *a, const void *b, void *ctx)
{
	const struct survey *s = ctx;
	const struct survey_kind *x = a, *y = b;
	uint64_t nx = s->apparent ? x->size : x->blocks, ny = s->apparent ? y->size : y->blocks;
	int c;

	if (nx != ny)
		return nx < ny ? 1 : -1;
	c = memcmp(x->ext, y->ext, MIN(x->len, y->len));
	return c ? c : x->len < y->len ? -1 : x->len > y->len;
}

/* ---- the way through the tree ---- */

#define EXT_MAX 256

/* Case does not matter: .JPG is .jpg. */
static size_t extension_of(const char *name, size_t len, char lower[EXT_MAX])
{
	size_t n = 0;
	const char *ext = path_ext(name, len, &n);

	n = ext && n < EXT_MAX ? n : 0;
	for (size_t i = 0; i < n; i++)
		lower[i] = (char)(ext[i] >= 'A' && ext[i] <= 'Z' ? ext[i] - 'A' + 'a' : ext[i]);
	return n;
}

/* No directory, counted, and of several links one. Before the end of a scan nobody knows which. */
static bool is_file(uint32_t meta)
{
	return TREE_META_TYPE(meta) != ENTRY_DIR &&
	       !(meta & (TREE_EXCLUDED | TREE_GONE | TREE_ELSEWHERE | TREE_NOT_ENTERED)) &&
	       (meta & (TREE_LINKED | TREE_FIRST)) != TREE_LINKED;
}

static int look_at_file(struct survey *s, uint32_t dir, uint32_t entry)
{
	struct sizetree_total total = sizetree_entry_total(s->tree, dir, entry);
	const struct survey_file f = {s->apparent ? total.size : total.blocks, dir, entry};
	char ext[EXT_MAX];
	const char *name;
	size_t len, n;

	if (s->top && !s->only) {
		offer(s, &f);
		return 0;
	}
	name = sizetree_name(s->tree, dir, entry, &len);
	n = extension_of(name, len, ext);
	if (!s->top)
		return count_kind(s, ext, n, &total);
	if (n == s->only_len && memcmp(ext, s->only, n) == 0)
		offer(s, &f);
	return 0;
}

static int enter(struct survey *s, uint32_t dir)
{
	int r;

	if (dir == TREE_NONE || sizetree_dir_state(s->tree, dir) < TREE_READ)
		return 0;
	r = array_grow(&s->stack, &s->stack_cap, s->depth + 1, sizeof(*s->stack));
	if (r == 0)
		s->stack[s->depth++] = (struct survey_step){.dir = dir};
	return r;
}

int survey_init(struct survey *s, const struct sizetree *tree, uint32_t dir, bool apparent,
		size_t top, const char *only, size_t only_len)
{
	*s = (struct survey){.tree = tree, .apparent = apparent, .top = top};
	map_init(&s->map);
	if (top)
		s->files = malloc(top * sizeof(*s->files));
	if (only)
		s->only = memdup0(only, only_len);
	s->only_len = only_len;
	if ((top && !s->files) || (only && !s->only))
		return -ENOMEM;
	return enter(s, dir);
}

void survey_done(struct survey *s)
{
	if (!s)
		return;
	free(s->files);
	free(s->kinds);
	free(s->stack);
	free(s->only);
	map_done(&s->map);
	*s = (struct survey){0};
}

/* The keys of the map do not move any more. */
static void conclude(struct survey *s)
{
	const void *key;
	uintptr_t at;
	size_t pos = 0, len;

	if (s->nfiles)
		qsort(s->files, s->nfiles, sizeof(*s->files), by_bytes);
	while (map_next(&s->map, &pos, &key, &len, &at)) {
		s->kinds[at - 1].ext = key;
		s->kinds[at - 1].len = len;
	}
	if (s->nkinds)
		qsort_r(s->kinds, s->nkinds, sizeof(*s->kinds), by_kind, s);
}

int survey_work(struct survey *s, size_t slice)
{
	int r = 0;

	for (; r == 0 && s->depth && slice; slice--) {
		struct survey_step *step = &s->stack[s->depth - 1];
		const struct sizetree_dir *d = sizetree_dir(s->tree, step->dir);
		uint32_t dir = step->dir, entry = d->first + step->next, meta;

		if (step->next == d->count) {
			s->depth--;
			continue;
		}
		step->next++;
		meta = sizetree_meta(s->tree, entry);
		if (is_file(meta))
			r = look_at_file(s, dir, entry);
		else if (!(meta & (TREE_ELSEWHERE | TREE_GONE)))
			r = enter(s, sizetree_subdir(s->tree, entry));
	}
	if (r == 0 && !s->depth)
		conclude(s);
	return r < 0 ? r : s->depth > 0;
}
