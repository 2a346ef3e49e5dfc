/* SPDX-License-Identifier: MIT */
#include "app/sizes_print.h"

#include "app/verb.h"
#include "base/alloc.h"
#include "base/csv.h"
#include "base/display.h"
#include "base/fmt.h"
#include "model/fact.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define NAME "sizes"

uint64_t sizes_bytes(const struct sizes_print *p, const struct sizetree_total *total)
{
	if (p->o->apparent)
		return total->size;
	return total->blocks > UINT64_MAX / 512 ? UINT64_MAX : total->blocks * 512;
}

uint64_t sizes_disk(uint64_t blocks)
{
	return blocks > UINT64_MAX / 512 ? UINT64_MAX : blocks * 512;
}

int sizes_flush(struct sizes_print *p, size_t from)
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

static void add_note(struct sizes_print *p, uint32_t entry, const struct sizetree_total *total)
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

static const char *type_word(const struct sizes_print *p, uint32_t entry)
{
	return fact_type(TREE_META_TYPE(sizetree_meta(p->t, entry)));
}

static void put_text(struct sizes_print *p, uint32_t entry, const struct sizetree_total *total)
{
	char size[FMT_MAX], count[FMT_MAX];
	uint64_t bytes = sizes_bytes(p, total);
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

static void put_csv(struct sizes_print *p, uint32_t entry, const struct sizetree_total *total)
{
	csv_field(&p->text, p->path.buf, p->path.len);
	str_addf(&p->text, ",%s,%llu,%llu,%llu,%llu,%u,%llu\n", type_word(p, entry),
		 (unsigned long long)sizes_disk(total->blocks), (unsigned long long)total->size,
		 (unsigned long long)sizes_disk(total->shared),
		 (unsigned long long)total->items + 1, sizetree_mtime(p->t, entry),
		 (unsigned long long)total->unread);
}

static void put_nul(struct sizes_print *p, uint32_t entry, const struct sizetree_total *total)
{
	(void)entry;
	str_addf(&p->text, "%llu\t", (unsigned long long)sizes_bytes(p, total));
	str_add(&p->text, p->path.buf, p->path.len);
	str_addc(&p->text, '\0');
}

void sizes_number(struct sizes_print *p, const char *key, uint64_t n)
{
	json_key(&p->json, key);
	json_u64(&p->json, n);
}

static void json_word(struct sizes_print *p, const char *key, const char *word)
{
	json_key(&p->json, key);
	json_cstr(&p->json, word);
}

/* Opens its object and leaves it open. */
static void put_json(struct sizes_print *p, uint32_t dir, uint32_t entry,
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
	sizes_number(p, "disk_bytes", sizes_disk(total->blocks));
	sizes_number(p, "apparent_bytes", total->size);
	sizes_number(p, "freed_bytes",
		     sizes_disk(total->blocks - MIN(total->shared, total->blocks)));
	sizes_number(p, "entries", total->items + 1);
	sizes_number(p, "errors", total->unread);
	sizes_number(p, "mtime", sizetree_mtime(p->t, entry));
	if (word_of(sizetree_meta(p->t, entry)))
		json_word(p, "note", word_of(sizetree_meta(p->t, entry)));
	if (err)
		json_word(p, "errno", strerrorname_np(err));
}

void sizes_put(struct sizes_print *p, uint32_t dir, uint32_t entry,
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
static int enter(struct sizes_print *p, uint32_t dir)
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

		ranked[i] = (struct ranked){.bytes = sizes_bytes(p, &total), .entry = d->first + i};
	}
	qsort_r(ranked, d->count, sizeof(*ranked), compare, &order);
	p->levels[p->depth++] =
		(struct level){.at = ranked, .n = d->count, .dir = dir, .path_len = p->path.len};
	return 0;
}

void sizes_close(struct sizes_print *p)
{
	if (p->o->format == LIST_JSON)
		json_end(&p->json);
}

/* The next entry of the innermost directory, or the end of it. */
static int step(struct sizes_print *p)
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
			sizes_close(p);
		return 0;
	}
	entry = l->at[l->next++].entry;
	name = sizetree_name(p->t, l->dir, entry, &len);
	if (p->path.len && p->path.buf[p->path.len - 1] != '/')
		str_addc(&p->path, '/');
	str_add(&p->path, name, len);
	total = sizetree_entry_total(p->t, l->dir, entry);
	sizes_put(p, l->dir, entry, &total);
	sub = sizetree_subdir(p->t, entry);
	if (sub == TREE_NONE || p->depth >= p->o->depth || !sizetree_dir(p->t, sub)->count) {
		sizes_close(p);
		return 0;
	}
	if (p->o->format == LIST_JSON) {
		json_key(&p->json, "children");
		json_array(&p->json);
	}
	return enter(p, sub);
}

static int print_below(struct sizes_print *p)
{
	int r = 0;

	if (p->o->format == LIST_JSON) {
		json_key(&p->json, "children");
		json_array(&p->json);
	}
	if (p->o->depth)
		r = enter(p, 0);
	else if (p->o->format == LIST_JSON)
		json_end(&p->json);
	while (r == 0 && p->depth) {
		r = step(p);
		if (r == 0)
			r = sizes_flush(p, SIZES_FLUSH);
	}
	while (p->depth)
		free(p->levels[--p->depth].at);
	free(p->levels);
	return r;
}

/* ---- the whole ---- */

static void put_sums(struct sizes_print *p, const struct sizetree_total *total)
{
	const struct sizes_out *o = p->o;

	json_key(&p->json, "path");
	json_cstr(&p->json, p->t->root);
	sizes_number(p, "entries", o->entries);
	sizes_number(p, "files", o->files);
	sizes_number(p, "dirs", o->dirs);
	sizes_number(p, "disk_bytes", sizes_disk(total->blocks));
	sizes_number(p, "apparent_bytes", total->size);
	sizes_number(p, "freed_bytes",
		     sizes_disk(total->blocks - MIN(total->shared, total->blocks)));
	sizes_number(p, "hardlinked_extra_bytes", sizes_disk(o->links.extra_blocks));
	sizes_number(p, "errors", total->unread);
	sizes_number(p, "vanished", o->vanished);
	sizes_number(p, "excluded", o->excluded);
	json_key(&p->json, "seconds");
	json_double(&p->json, o->seconds);
}

static int begin(struct sizes_print *p, const struct sizetree_total *total)
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
		sizes_put(p, 0, 0, total);
	return p->text.failed ? -ENOMEM : 0;
}

int sizes_out(const struct sizetree *t, const struct sizes_out *o)
{
	struct sizes_print p = {.text = STR_INIT,
				.path = STR_INIT,
				.t = t,
				.o = o,
				.terminal = isatty(STDOUT_FILENO),
				.ascii = verb_ascii()};
	struct sizetree_total total = sizetree_dir_total(t, 0);
	int r = str_adds(&p.path, t->root);

	p.whole = sizes_bytes(&p, &total);
	if (r == 0)
		r = begin(&p, &total);
	if (r == 0)
		r = o->by_extension ? sizes_kinds(&p)
		    : o->top        ? sizes_largest(&p)
				    : print_below(&p);
	if (r == 0 && o->format == LIST_JSON) {
		json_end(&p.json);
		str_addc(&p.text, '\n');
	}
	if (r == 0)
		r = sizes_flush(&p, 0);
	str_done(&p.text);
	str_done(&p.path);
	return r;
}
