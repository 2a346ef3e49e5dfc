/* SPDX-License-Identifier: MIT */
#include "app/sizes_print.h"

#include "base/alloc.h"
#include "base/csv.h"
#include "base/display.h"
#include "base/fmt.h"
#include "base/map.h"
#include "base/path.h"
#include "fs/scan.h"

#include <errno.h>
#include <stdlib.h>

/* ---- the largest files ---- */

struct file {
	uint64_t bytes;
	uint32_t dir, entry;
};

/* A heap with the smallest on top, of at most `cap`. */
static void sift(struct file *heap, size_t n, size_t at)
{
	for (size_t child; (child = at * 2 + 1) < n; at = child) {
		struct file f = heap[at];

		if (child + 1 < n && heap[child + 1].bytes < heap[child].bytes)
			child++;
		if (heap[at].bytes <= heap[child].bytes)
			return;
		heap[at] = heap[child];
		heap[child] = f;
	}
}

static void offer(struct file *heap, size_t *n, size_t cap, const struct file *f)
{
	if (*n < cap) {
		heap[(*n)++] = *f;
		if (*n == cap)
			for (size_t i = cap / 2 + 1; i--;)
				sift(heap, cap, i);
	} else if (f->bytes > heap[0].bytes) {
		heap[0] = *f;
		sift(heap, cap, 0);
	}
}

static int by_bytes(const void *a, const void *b)
{
	const struct file *x = a, *y = b;

	if (x->bytes != y->bytes)
		return x->bytes < y->bytes ? 1 : -1;
	return x->entry < y->entry ? -1 : x->entry > y->entry;
}

/* No directory, counted, and of several links one. */
static bool is_file(uint32_t meta)
{
	return TREE_META_TYPE(meta) != ENTRY_DIR &&
	       !(meta & (TREE_EXCLUDED | TREE_GONE | TREE_ELSEWHERE | TREE_NOT_ENTERED)) &&
	       (meta & (TREE_LINKED | TREE_FIRST)) != TREE_LINKED;
}

/* Calls fn for each of those. */
static int each_file(struct sizes_print *p,
		     int (*fn)(struct sizes_print *p, uint32_t dir, uint32_t entry, void *ctx),
		     void *ctx)
{
	uint32_t ndirs = atomic_load(&p->t->ndirs);
	int r = 0;

	for (uint32_t dir = 0; r == 0 && dir < ndirs; dir++) {
		const struct sizetree_dir *d = sizetree_dir(p->t, dir);

		for (uint32_t i = 0; r == 0 && i < d->count; i++)
			if (is_file(sizetree_meta(p->t, d->first + i)))
				r = fn(p, dir, d->first + i, ctx);
	}
	return r;
}

struct largest {
	struct file *heap;
	size_t n;
};

static int offer_entry(struct sizes_print *p, uint32_t dir, uint32_t entry, void *ctx)
{
	struct sizetree_total total = sizetree_entry_total(p->t, dir, entry);
	const struct file f = {.bytes = sizes_bytes(p, &total), .dir = dir, .entry = entry};
	struct largest *l = ctx;

	offer(l->heap, &l->n, p->o->top, &f);
	return 0;
}

static int print_file(struct sizes_print *p, const struct file *f)
{
	struct sizetree_total total = sizetree_entry_total(p->t, f->dir, f->entry);
	size_t root = p->path.len, len;
	const char *name = sizetree_name(p->t, f->dir, f->entry, &len);
	int r = 0;

	if (root && p->path.buf[root - 1] != '/')
		r = str_addc(&p->path, '/');
	if (r == 0)
		r = scan_path(p->t, f->dir, &p->path);
	if (r == 0 && p->path.len && p->path.buf[p->path.len - 1] != '/')
		r = str_addc(&p->path, '/');
	if (r == 0)
		r = str_add(&p->path, name, len);
	if (r == 0)
		sizes_put(p, f->dir, f->entry, &total);
	if (p->o->format == LIST_JSON) {
		json_key(&p->json, "path");
		json_string(&p->json, p->path.buf, p->path.len);
	}
	sizes_close(p);
	str_cut(&p->path, root);
	return r;
}

int sizes_largest(struct sizes_print *p)
{
	struct largest l = {.heap = malloc(p->o->top * sizeof(*l.heap))};
	int r = l.heap ? each_file(p, offer_entry, &l) : -ENOMEM;

	if (p->o->format == LIST_JSON) {
		json_key(&p->json, "largest");
		json_array(&p->json);
	}
	if (r == 0)
		qsort(l.heap, l.n, sizeof(*l.heap), by_bytes);
	for (size_t i = 0; r == 0 && i < l.n; i++) {
		r = print_file(p, &l.heap[i]);
		if (r == 0)
			r = sizes_flush(p, SIZES_FLUSH);
	}
	if (p->o->format == LIST_JSON)
		json_end(&p->json);
	free(l.heap);
	return r;
}

/* ---- by extension ---- */

struct kind {
	const char *ext; /* in the map */
	size_t len;
	uint64_t files, blocks, size;
};

struct kinds {
	struct map map; /* extension to index + 1 */
	struct kind *at;
	size_t n, cap;
	bool apparent;
};

static int add_kind(struct kinds *k, const char *ext, size_t len, uintptr_t *ret_at)
{
	int r = array_grow(&k->at, &k->cap, k->n + 1, sizeof(*k->at));

	if (r == 0)
		r = map_put(&k->map, ext, len, k->n + 1);
	if (r == 0)
		k->at[k->n++] = (struct kind){0};
	*ret_at = k->n;
	return r;
}

/* Case does not matter: .JPG is .jpg. What has no extension comes under "". */
static int count_kind(struct sizes_print *p, uint32_t dir, uint32_t entry, void *ctx)
{
	struct kinds *k = ctx;
	struct sizetree_total total = sizetree_entry_total(p->t, dir, entry);
	char lower[256];
	size_t len, ext_len = 0;
	const char *name = sizetree_name(p->t, dir, entry, &len),
		   *ext = path_ext(name, len, &ext_len);
	uintptr_t at;
	int r = 0;

	ext_len = ext && ext_len < sizeof(lower) ? ext_len : 0;
	for (size_t i = 0; i < ext_len; i++)
		lower[i] = (char)(ext[i] >= 'A' && ext[i] <= 'Z' ? ext[i] - 'A' + 'a' : ext[i]);
	if (!map_get(&k->map, lower, ext_len, &at))
		r = add_kind(k, lower, ext_len, &at);
	if (r < 0)
		return r;
	k->at[at - 1].files++;
	k->at[at - 1].blocks = sizetree_add(k->at[at - 1].blocks, total.blocks);
	k->at[at - 1].size = sizetree_add(k->at[at - 1].size, total.size);
	return 0;
}

static int by_kind(const void *a, const void *b, void *ctx)
{
	const struct kinds *k = ctx;
	const struct kind *x = a, *y = b;
	uint64_t nx = k->apparent ? x->size : x->blocks, ny = k->apparent ? y->size : y->blocks;
	int c;

	if (nx != ny)
		return nx < ny ? 1 : -1;
	c = memcmp(x->ext, y->ext, MIN(x->len, y->len));
	return c ? c : x->len < y->len ? -1 : x->len > y->len;
}

static void kind_text(struct sizes_print *p, const struct kind *k)
{
	const struct sizetree_total total = {.blocks = k->blocks, .size = k->size};
	uint64_t bytes = sizes_bytes(p, &total);
	char size[FMT_MAX], count[FMT_MAX];

	str_addf(&p->text, "  %6s %5.1f%% %12s  ", fmt_size(size, bytes),
		 p->whole ? 100.0 * (double)bytes / (double)p->whole : 0,
		 fmt_count(count, k->files));
	if (k->len)
		str_addc(&p->text, '.');
	if (k->len)
		display_add(&p->text, k->ext, k->len, p->ascii);
	else
		str_adds(&p->text, "(no extension)");
	str_addc(&p->text, '\n');
}

static void put_kind(struct sizes_print *p, const struct kind *k)
{
	if (p->o->format == LIST_TEXT) {
		kind_text(p, k);
	} else if (p->o->format == LIST_JSON) {
		json_object(&p->json);
		json_key(&p->json, "extension");
		json_string(&p->json, k->ext, k->len);
		sizes_number(p, "files", k->files);
		sizes_number(p, "disk_bytes", sizes_disk(k->blocks));
		sizes_number(p, "apparent_bytes", k->size);
		json_end(&p->json);
	} else if (p->o->format == LIST_CSV) {
		csv_field(&p->text, k->ext, k->len);
		str_addf(&p->text, ",%llu,%llu,%llu\n", (unsigned long long)k->files,
			 (unsigned long long)sizes_disk(k->blocks), (unsigned long long)k->size);
	} else {
		str_addf(&p->text, "%llu\t",
			 (unsigned long long)(p->o->apparent ? k->size : sizes_disk(k->blocks)));
		str_add(&p->text, k->ext, k->len);
		str_addc(&p->text, '\0');
	}
}

int sizes_kinds(struct sizes_print *p)
{
	struct kinds k = {.apparent = p->o->apparent};
	const void *key;
	uintptr_t at;
	size_t pos = 0, len;
	int r;

	map_init(&k.map);
	r = each_file(p, count_kind, &k);
	while (r == 0 && map_next(&k.map, &pos, &key, &len, &at)) {
		k.at[at - 1].ext = key;
		k.at[at - 1].len = len;
	}
	if (p->o->format == LIST_JSON) {
		json_key(&p->json, "extensions");
		json_array(&p->json);
	}
	if (r == 0 && k.n)
		qsort_r(k.at, k.n, sizeof(*k.at), by_kind, &k);
	for (size_t i = 0; r == 0 && i < k.n; i++) {
		put_kind(p, &k.at[i]);
		r = sizes_flush(p, SIZES_FLUSH);
	}
	if (p->o->format == LIST_JSON)
		json_end(&p->json);
	map_done(&k.map);
	free(k.at);
	return r;
}
