/* SPDX-License-Identifier: MIT */
#include "app/sizes_out.h"

#include "app/verb.h"
#include "base/alloc.h"
#include "base/csv.h"
#include "base/display.h"
#include "base/fmt.h"
#include "base/json.h"
#include "base/map.h"
#include "base/path.h"
#include "fs/scan.h"
#include "model/fact.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define NAME  "sizes"
#define FLUSH 65536u

struct ranked {
	uint64_t bytes;
	uint32_t entry;
};

/* One directory on the way down: its entries in their order, and the next of them. */
struct level {
	struct ranked *at;
	uint32_t n, next, dir;
	size_t path_len;
};

struct out {
	const struct sizetree *t;
	const struct sizes_out *o;
	bool terminal, ascii;
	uint64_t whole; /* bytes of the root, by which shares are told */
	struct str text, path;
	struct json json;
	struct level *levels;
	size_t depth, cap;
};

static uint64_t bytes_of(const struct out *p, const struct sizetree_total *total)
{
	if (p->o->apparent)
		return total->size;
	return total->blocks > UINT64_MAX / 512 ? UINT64_MAX : total->blocks * 512;
}

static uint64_t disk_of(uint64_t blocks)
{
	return blocks > UINT64_MAX / 512 ? UINT64_MAX : blocks * 512;
}

static int flush(struct out *p, size_t from)
{
	int r;

	if (p->text.failed)
		return -ENOMEM;
	if (p->text.len < from)
		return 0;
	r = verb_write(NAME, p->text.buf, p->text.len);
	str_clear(&p->text);
	return r;
}

/* ---- what an entry is, in words ---- */

static const struct {
	uint32_t flag;
	const char *word;
} flag_words[] = {
	{TREE_KERNEL, "kernel file system, not entered"},
	{TREE_NOT_ENTERED, "other file system, not entered"},
	{TREE_ELSEWHERE, "counted elsewhere"},
	{TREE_GONE, "vanished"},
	{TREE_EXCLUDED, "excluded"},
	{TREE_LINKED, "has other links"},
	{TREE_MOUNT, "other file system"},
};

/* NULL: nothing to say. The first that applies. */
static const char *word_of(uint32_t meta)
{
	for (size_t i = 0; i < ARRAY_LEN(flag_words); i++)
		if (meta & flag_words[i].flag)
			return flag_words[i].word;
	return NULL;
}

static void add_note(struct out *p, uint32_t entry, const struct sizetree_total *total)
{
	uint32_t sub = sizetree_subdir(p->t, entry);
	const char *word = word_of(sizetree_meta(p->t, entry));
	int err = sub == TREE_NONE ? 0 : sizetree_dir(p->t, sub)->err;
	char count[FMT_MAX];

	if (err)
		str_addf(&p->text, "  (not read: %s)", strerrordesc_np(err));
	else if (sizetree_meta(p->t, entry) & TREE_UNREAD)
		str_adds(&p->text, "  (could not be looked at)");
	else if (total->unread)
		str_addf(&p->text, "  (%s unread)", fmt_count(count, total->unread));
	if (word)
		str_addf(&p->text, "  (%s)", word);
}

/* ---- one entry ---- */

static const char *type_word(const struct out *p, uint32_t entry)
{
	return fact_type(TREE_META_TYPE(sizetree_meta(p->t, entry)));
}

static void put_text(struct out *p, uint32_t entry, const struct sizetree_total *total)
{
	char size[FMT_MAX], count[FMT_MAX];
	uint64_t bytes = bytes_of(p, total);
	double share = p->whole ? 100.0 * (double)bytes / (double)p->whole : 0;

	str_addf(&p->text, "%s%6s %5.1f%% %12s  ", total->unread ? ">=" : "  ",
		 fmt_size(size, bytes), share, fmt_count(count, total->items + 1));
	if (p->terminal)
		display_shell(&p->text, p->path.buf, p->path.len);
	else
		str_add(&p->text, p->path.buf, p->path.len);
	add_note(p, entry, total);
	str_addc(&p->text, '\n');
}

static void put_csv(struct out *p, uint32_t entry, const struct sizetree_total *total)
{
	csv_field(&p->text, p->path.buf, p->path.len);
	str_addf(&p->text, ",%s,%llu,%llu,%llu,%llu,%u,%llu\n", type_word(p, entry),
		 (unsigned long long)disk_of(total->blocks), (unsigned long long)total->size,
		 (unsigned long long)disk_of(total->shared), (unsigned long long)total->items + 1,
		 sizetree_mtime(p->t, entry), (unsigned long long)total->unread);
}

static void put_nul(struct out *p, uint32_t entry, const struct sizetree_total *total)
{
	(void)entry;
	str_addf(&p->text, "%llu\t", (unsigned long long)bytes_of(p, total));
	str_add(&p->text, p->path.buf, p->path.len);
	str_addc(&p->text, '\0');
}

static void json_number(struct out *p, const char *key, uint64_t n)
{
	json_key(&p->json, key);
	json_u64(&p->json, n);
}

static void json_word(struct out *p, const char *key, const char *word)
{
	json_key(&p->json, key);
	json_cstr(&p->json, word);
}

/* Opens its object and leaves it open. */
static void put_json(struct out *p, uint32_t dir, uint32_t entry,
		     const struct sizetree_total *total)
{
	uint32_t sub = sizetree_subdir(p->t, entry);
	int err = sub == TREE_NONE ? 0 : sizetree_dir(p->t, sub)->err;
	size_t len;
	const char *name = sizetree_name(p->t, dir, entry, &len);

	json_object(&p->json);
	json_key(&p->json, "name");
	json_string(&p->json, name, len);
	json_word(p, "type", type_word(p, entry));
	json_number(p, "disk_bytes", disk_of(total->blocks));
	json_number(p, "apparent_bytes", total->size);
	json_number(p, "freed_bytes", disk_of(total->blocks - MIN(total->shared, total->blocks)));
	json_number(p, "entries", total->items + 1);
	json_number(p, "errors", total->unread);
	json_number(p, "mtime", sizetree_mtime(p->t, entry));
	if (word_of(sizetree_meta(p->t, entry)))
		json_word(p, "note", word_of(sizetree_meta(p->t, entry)));
	if (err)
		json_word(p, "errno", strerrorname_np(err));
}

static void put_entry(struct out *p, uint32_t dir, uint32_t entry,
		      const struct sizetree_total *total)
{
	switch (p->o->format) {
	case LIST_TEXT:
		put_text(p, entry, total);
		break;
	case LIST_CSV:
		put_csv(p, entry, total);
		break;
	case LIST_NUL:
		put_nul(p, entry, total);
		break;
	default:
		put_json(p, dir, entry, total);
	}
}

/* ---- the tree ---- */

struct order {
	const struct sizetree *t;
	uint32_t dir;
};

static int compare(const void *a, const void *b, void *ctx)
{
	const struct order *o = ctx;
	const struct ranked *x = a, *y = b;
	const char *nx, *ny;
	size_t lx, ly;
	int c;

	if (x->bytes != y->bytes)
		return x->bytes < y->bytes ? 1 : -1;
	nx = sizetree_name(o->t, o->dir, x->entry, &lx);
	ny = sizetree_name(o->t, o->dir, y->entry, &ly);
	c = memcmp(nx, ny, MIN(lx, ly));
	return c ? c : lx < ly ? -1 : lx > ly;
}

/* The entries of a directory, largest first, then by name. */
static int enter(struct out *p, uint32_t dir)
{
	const struct sizetree_dir *d = sizetree_dir(p->t, dir);
	struct order order = {.t = p->t, .dir = dir};
	struct ranked *ranked = malloc((d->count + 1) * sizeof(*ranked));
	int r = array_grow(&p->levels, &p->cap, p->depth + 1, sizeof(*p->levels));

	if (!ranked || r < 0) {
		free(ranked);
		return -ENOMEM;
	}
	for (uint32_t i = 0; i < d->count; i++) {
		struct sizetree_total total = sizetree_entry_total(p->t, dir, d->first + i);

		ranked[i] = (struct ranked){.bytes = bytes_of(p, &total), .entry = d->first + i};
	}
	qsort_r(ranked, d->count, sizeof(*ranked), compare, &order);
	p->levels[p->depth++] =
		(struct level){.at = ranked, .n = d->count, .dir = dir, .path_len = p->path.len};
	return 0;
}

static void close_entry(struct out *p)
{
	if (p->o->format == LIST_JSON)
		json_end(&p->json);
}

/* The next entry of the innermost directory, or the end of it. */
static int step(struct out *p)
{
	struct level *l = &p->levels[p->depth - 1];
	struct sizetree_total total;
	uint32_t entry, sub;
	const char *name;
	size_t len;

	str_cut(&p->path, l->path_len);
	if (l->next == l->n) {
		free(l->at);
		p->depth--;
		if (p->o->format == LIST_JSON)
			json_end(&p->json);
		if (p->depth)
			close_entry(p);
		return 0;
	}
	entry = l->at[l->next++].entry;
	name = sizetree_name(p->t, l->dir, entry, &len);
	if (p->path.len && p->path.buf[p->path.len - 1] != '/')
		str_addc(&p->path, '/');
	str_add(&p->path, name, len);
	total = sizetree_entry_total(p->t, l->dir, entry);
	put_entry(p, l->dir, entry, &total);
	sub = sizetree_subdir(p->t, entry);
	if (sub == TREE_NONE || p->depth >= p->o->depth || !sizetree_dir(p->t, sub)->count) {
		close_entry(p);
		return 0;
	}
	if (p->o->format == LIST_JSON) {
		json_key(&p->json, "children");
		json_array(&p->json);
	}
	return enter(p, sub);
}

static int print_below(struct out *p)
{
	int r = 0;

	if (p->o->format == LIST_JSON) {
		json_key(&p->json, "children");
		json_array(&p->json);
	}
	r = enter(p, 0);
	while (r == 0 && p->depth) {
		r = step(p);
		if (r == 0)
			r = flush(p, FLUSH);
	}
	while (p->depth)
		free(p->levels[--p->depth].at);
	free(p->levels);
	return r;
}

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

/* Calls fn for every entry that is no directory. */
static int each_file(struct out *p,
		     int (*fn)(struct out *p, uint32_t dir, uint32_t entry, void *ctx), void *ctx)
{
	uint32_t ndirs = atomic_load(&p->t->ndirs);
	int r = 0;

	for (uint32_t dir = 0; r == 0 && dir < ndirs; dir++) {
		const struct sizetree_dir *d = sizetree_dir(p->t, dir);

		for (uint32_t i = 0; r == 0 && i < d->count; i++)
			if (TREE_META_TYPE(sizetree_meta(p->t, d->first + i)) != ENTRY_DIR)
				r = fn(p, dir, d->first + i, ctx);
	}
	return r;
}

struct largest {
	struct file *heap;
	size_t n;
};

static int offer_entry(struct out *p, uint32_t dir, uint32_t entry, void *ctx)
{
	struct sizetree_total total = sizetree_entry_total(p->t, dir, entry);
	const struct file f = {.bytes = bytes_of(p, &total), .dir = dir, .entry = entry};
	struct largest *l = ctx;

	offer(l->heap, &l->n, p->o->top, &f);
	return 0;
}

static int print_file(struct out *p, const struct file *f)
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
		put_entry(p, f->dir, f->entry, &total);
	if (p->o->format == LIST_JSON) {
		json_key(&p->json, "path");
		json_string(&p->json, p->path.buf, p->path.len);
	}
	close_entry(p);
	str_cut(&p->path, root);
	return r;
}

static int print_largest(struct out *p)
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
			r = flush(p, FLUSH);
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
static int count_kind(struct out *p, uint32_t dir, uint32_t entry, void *ctx)
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

static void kind_text(struct out *p, const struct kind *k)
{
	const struct sizetree_total total = {.blocks = k->blocks, .size = k->size};
	uint64_t bytes = bytes_of(p, &total);
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

static void put_kind(struct out *p, const struct kind *k)
{
	if (p->o->format == LIST_TEXT) {
		kind_text(p, k);
	} else if (p->o->format == LIST_JSON) {
		json_object(&p->json);
		json_key(&p->json, "extension");
		json_string(&p->json, k->ext, k->len);
		json_number(p, "files", k->files);
		json_number(p, "disk_bytes", disk_of(k->blocks));
		json_number(p, "apparent_bytes", k->size);
		json_end(&p->json);
	} else if (p->o->format == LIST_CSV) {
		csv_field(&p->text, k->ext, k->len);
		str_addf(&p->text, ",%llu,%llu,%llu\n", (unsigned long long)k->files,
			 (unsigned long long)disk_of(k->blocks), (unsigned long long)k->size);
	} else {
		str_addf(&p->text, "%llu\t",
			 (unsigned long long)(p->o->apparent ? k->size : disk_of(k->blocks)));
		str_add(&p->text, k->ext, k->len);
		str_addc(&p->text, '\0');
	}
}

static int print_kinds(struct out *p)
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
		r = flush(p, FLUSH);
	}
	if (p->o->format == LIST_JSON)
		json_end(&p->json);
	map_done(&k.map);
	free(k.at);
	return r;
}

/* ---- the whole ---- */

static void put_sums(struct out *p, const struct sizetree_total *total)
{
	const struct sizes_out *o = p->o;

	json_key(&p->json, "path");
	json_cstr(&p->json, p->t->root);
	json_number(p, "entries", o->entries);
	json_number(p, "files", o->files);
	json_number(p, "dirs", o->dirs);
	json_number(p, "disk_bytes", disk_of(total->blocks));
	json_number(p, "apparent_bytes", total->size);
	json_number(p, "freed_bytes", disk_of(total->blocks - MIN(total->shared, total->blocks)));
	json_number(p, "hardlinked_extra_bytes", disk_of(o->links.extra_blocks));
	json_number(p, "errors", total->unread);
	json_number(p, "vanished", o->vanished);
	json_number(p, "excluded", o->excluded);
	json_key(&p->json, "seconds");
	json_double(&p->json, o->seconds);
}

static int begin(struct out *p, const struct sizetree_total *total)
{
	const struct sizes_out *o = p->o;

	if (o->format == LIST_JSON) {
		json_init(&p->json, &p->text);
		json_object(&p->json);
		put_sums(p, total);
	} else if (o->format == LIST_CSV) {
		str_adds(&p->text, o->by_extension ? "extension,files,disk_bytes,apparent_bytes\n"
						   : "path,type,disk_bytes,apparent_bytes,shared_"
						     "bytes,entries,mtime,errors\n");
	}
	if (o->format != LIST_JSON && !o->by_extension && !o->top)
		put_entry(p, 0, 0, total);
	return p->text.failed ? -ENOMEM : 0;
}

int sizes_out(const struct sizetree *t, const struct sizes_out *o)
{
	struct out p = {.text = STR_INIT,
			.path = STR_INIT,
			.t = t,
			.o = o,
			.terminal = isatty(STDOUT_FILENO),
			.ascii = verb_ascii()};
	struct sizetree_total total = sizetree_dir_total(t, 0);
	int r = str_adds(&p.path, t->root);

	p.whole = bytes_of(&p, &total);
	if (r == 0)
		r = begin(&p, &total);
	if (r == 0)
		r = o->by_extension ? print_kinds(&p)
		    : o->top        ? print_largest(&p)
				    : print_below(&p);
	if (r == 0 && o->format == LIST_JSON) {
		json_end(&p.json);
		str_addc(&p.text, '\n');
	}
	if (r == 0)
		r = flush(&p, 0);
	str_done(&p.text);
	str_done(&p.path);
	return r;
}
