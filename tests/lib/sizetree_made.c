/* SPDX-License-Identifier: MIT */
#include "sizetree_made.h"

#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#define SEGS_MAX  64
#define DIRS_MAX  64
#define WORDS_MAX 65536

struct made {
	struct sizetree tree; /* first */
	char **names;
	size_t nnames;
};

static void *must(void *p)
{
	assert(p);
	return p;
}

static struct made *of(struct sizetree *t)
{
	return (struct made *)(void *)t;
}

static struct sizetree_dir *dir_mut(struct sizetree *t, uint32_t dir)
{
	return (struct sizetree_dir *)(uintptr_t)sizetree_dir(t, dir);
}

static uint32_t take_entries(struct sizetree *t, uint32_t n)
{
	uint32_t first = atomic_load(&t->nentries);

	atomic_store(&t->nentries, first + n);
	for (uint32_t i = first >> TREE_SEG_BITS; n && i <= (first + n - 1) >> TREE_SEG_BITS; i++) {
		assert(i < SEGS_MAX);
		if (!atomic_load(&t->segs[i]))
			atomic_store(&t->segs[i], must(malloc(sizeof(struct sizetree_seg))));
	}
	return first;
}

static uint32_t take_dir(struct sizetree *t, uint32_t parent, uint32_t entry)
{
	uint32_t dir = atomic_fetch_add(&t->ndirs, 1), i = dir >> TREE_DIR_BITS;
	struct sizetree_dir *d;

	assert(i < DIRS_MAX);
	if (!atomic_load(&t->dirs[i]))
		atomic_store(&t->dirs[i], must(calloc(1, sizeof(struct sizetree_dirs))));
	d = dir_mut(t, dir);
	d->parent = parent;
	d->entry = entry;
	atomic_store(&d->pending, 1);
	return dir;
}

static char *take_names(struct sizetree *t, size_t len)
{
	struct made *m = of(t);

	m->names = must(realloc(m->names, (m->nnames + 1) * sizeof(*m->names)));
	m->names[m->nnames] = must(malloc(len + 1));
	return m->names[m->nnames++];
}

/* ---- entries ---- */

static bool is_big(const struct made_entry *e)
{
	return e->type != ENTRY_DIR && (e->blocks >= TREE_NONE || e->size >> 40);
}

static size_t blob_len(const struct made_entry *e)
{
	return e->len + (e->len > 255 || !e->len ? 2 : 0) + (is_big(e) ? 16 : 0);
}

static void put_blob(const struct made_entry *e, char *at)
{
	if (is_big(e)) {
		memcpy(at, &e->blocks, 8);
		memcpy(at + 8, &e->size, 8);
		at += 16;
	}
	if (e->len > 255 || !e->len) {
		*at++ = (char)(e->len & 0xff);
		*at++ = (char)(e->len >> 8);
	}
	if (e->len)
		memcpy(at, e->name, e->len);
}

static void put_entry(struct sizetree *t, uint32_t entry, const struct made_entry *e, size_t off)
{
	struct sizetree_seg *s = sizetree_seg(t, entry);
	uint32_t at = entry & (TREE_SEG_LEN - 1);

	s->name[at] = (uint32_t)off;
	s->blocks[at] = e->type == ENTRY_DIR ? TREE_NONE : is_big(e) ? 0 : (uint32_t)e->blocks;
	s->size[at] = (uint32_t)e->size;
	s->mtime[at] = e->mtime;
	s->meta[at] = (e->len > 255 ? 0 : (uint32_t)e->len) | (uint32_t)e->type << 16 | e->flags;
	if (is_big(e))
		s->meta[at] |= TREE_BIG;
	else if (e->type != ENTRY_DIR)
		s->meta[at] |= (uint32_t)(e->size >> 32 & 0xff) << 8;
}

struct sizetree *made_new(const char *root)
{
	static const struct made_entry top = {.type = ENTRY_DIR};
	struct made *m = must(calloc(1, sizeof(*m)));
	struct sizetree *t = &m->tree;
	uint32_t dir;

	t->segs = must(calloc(SEGS_MAX, sizeof(*t->segs)));
	t->dirs = must(calloc(DIRS_MAX, sizeof(*t->dirs)));
	t->linked = must(calloc(DIRS_MAX, sizeof(*t->linked)));
	t->root = must(strdup(root));
	(void)take_entries(t, 1);
	put_entry(t, 0, &top, 0);
	dir = take_dir(t, TREE_NONE, 0);
	sizetree_seg(t, 0)->blocks[0] = dir;
	return t;
}

void made_free(struct sizetree *t)
{
	struct made *m = of(t);

	if (!t)
		return;
	for (size_t i = 0; i < SEGS_MAX; i++)
		free(atomic_load(&t->segs[i]));
	for (size_t i = 0; i < DIRS_MAX; i++) {
		free(atomic_load(&t->dirs[i]));
		free(atomic_load(&t->linked[i]));
	}
	for (size_t i = 0; i < m->nnames; i++)
		free(m->names[i]);
	free(m->names);
	free(t->segs);
	free(t->dirs);
	free(t->linked);
	free(t->root);
	free(m);
}

/* ---- where ---- */

static uint32_t find(const struct sizetree *t, uint32_t dir, const char *name, size_t len)
{
	const struct sizetree_dir *d = sizetree_dir(t, dir);

	for (uint32_t i = 0; i < d->count; i++) {
		size_t n;
		const char *at = sizetree_name(t, dir, d->first + i, &n);

		if (n == len && memcmp(at, name, len) == 0)
			return d->first + i;
	}
	return TREE_NONE;
}

static uint32_t entry_below(const struct sizetree *t, uint32_t dir, const char *path)
{
	uint32_t entry = sizetree_dir(t, dir)->entry;

	while (*path && dir != TREE_NONE) {
		size_t len = strcspn(path, "/");

		entry = find(t, dir, path, len);
		path += len + (path[len] == '/');
		dir = entry == TREE_NONE ? TREE_NONE : sizetree_subdir(t, entry);
	}
	return *path ? TREE_NONE : entry;
}

uint32_t made_entry_at(const struct sizetree *t, const char *path)
{
	return entry_below(t, sizetree_root(t), path);
}

uint32_t made_dir_below(const struct sizetree *t, uint32_t dir, const char *path)
{
	uint32_t entry = *path ? entry_below(t, dir, path) : TREE_NONE;

	return !*path ? dir : entry == TREE_NONE ? TREE_NONE : sizetree_subdir(t, entry);
}

uint32_t made_dir(const struct sizetree *t, const char *path)
{
	return made_dir_below(t, sizetree_root(t), path);
}

/* ---- publishing ---- */

static bool leads_on(const struct made_entry *e)
{
	return e->type == ENTRY_DIR &&
	       !(e->flags & (TREE_EXCLUDED | TREE_NOT_ENTERED | TREE_KERNEL | TREE_ELSEWHERE));
}

void made_flags(struct sizetree *t, uint32_t entry, uint32_t flags)
{
	sizetree_seg(t, entry)->meta[entry & (TREE_SEG_LEN - 1)] |= flags;
}

static void add(_Atomic uint64_t *to, uint64_t n)
{
	atomic_store(to, sizetree_add(atomic_load(to), n));
}

static void count_entry(struct sizetree_dir *d, const struct made_entry *e)
{
	if (e->flags & TREE_EXCLUDED)
		return;
	atomic_fetch_add(&d->items, 1);
	atomic_fetch_add(&d->unread, e->type != ENTRY_DIR && (e->flags & TREE_UNREAD));
	if (e->type == ENTRY_DIR || (e->flags & (TREE_LINKED | TREE_ELSEWHERE | TREE_NOT_ENTERED)))
		return;
	add(&d->blocks, e->blocks);
	add(&d->size, e->size);
}

void made_publish(struct sizetree *t, uint32_t dir, const struct made_entry *own,
		  const struct made_entry *entries, size_t n)
{
	struct sizetree_dir *d = dir_mut(t, dir);
	struct sizetree_seg *s = sizetree_seg(t, d->entry);
	uint32_t first = take_entries(t, (uint32_t)n), pending = 1;
	size_t len = 0;
	char *names;

	assert(atomic_load(&d->state) < TREE_READ);
	for (size_t i = 0; i < n; i++)
		len += blob_len(&entries[i]);
	names = take_names(t, len);
	len = 0;
	add(&d->blocks, own->blocks);
	add(&d->size, own->size);
	atomic_store(&d->unread, (own->flags & TREE_UNREAD) != 0);
	for (uint32_t i = 0; i < n; i++) {
		put_entry(t, first + i, &entries[i], len);
		put_blob(&entries[i], names + len);
		len += blob_len(&entries[i]);
		count_entry(d, &entries[i]);
		if (leads_on(&entries[i])) {
			uint32_t sub = take_dir(t, dir, first + i);

			sizetree_seg(t, first + i)->blocks[(first + i) & (TREE_SEG_LEN - 1)] = sub;
			pending++;
		}
	}
	s->size[d->entry & (TREE_SEG_LEN - 1)] = (uint32_t)own->size;
	s->mtime[d->entry & (TREE_SEG_LEN - 1)] = own->mtime;
	made_flags(t, d->entry, own->flags);
	d->names = names;
	d->first = first;
	d->count = (uint32_t)n;
	d->own_blocks = (uint32_t)own->blocks;
	d->err = own->flags & TREE_UNREAD ? 13 : 0;
	d->id = (struct file_id){7, dir + 100};
	atomic_store(&d->pending, pending);
	atomic_store(&d->state, TREE_READ);
}

/* ---- text ---- */

static uint32_t parse_flags(char *text)
{
	static const struct {
		const char *name;
		uint32_t flag;
	} flags[] = {{"linked", TREE_LINKED}, {"first", TREE_FIRST},
		     {"unread", TREE_UNREAD}, {"excluded", TREE_EXCLUDED},
		     {"mount", TREE_MOUNT},   {"other", TREE_NOT_ENTERED},
		     {"kernel", TREE_KERNEL}, {"elsewhere", TREE_ELSEWHERE},
		     {"sparse", TREE_SPARSE}, {"gone", TREE_GONE}};
	uint32_t found = 0;
	char *save = NULL;

	for (char *w = strtok_r(text, ",", &save); w; w = strtok_r(NULL, ",", &save)) {
		size_t i = 0;

		while (i < sizeof(flags) / sizeof(flags[0]) && strcmp(flags[i].name, w) != 0)
			i++;
		assert(i < sizeof(flags) / sizeof(flags[0]));
		found |= flags[i].flag;
	}
	return found;
}

static void parse_name(char *word, struct made_entry *e)
{
	static const char marks[] = "/@|";
	static const enum entry_type types[] = {ENTRY_DIR, ENTRY_LINK, ENTRY_FIFO};
	size_t len = strlen(word), n = 0;
	const char *mark = len > 1 ? strchr(marks, word[len - 1]) : NULL;
	unsigned byte;

	e->type = mark ? types[mark - marks] : ENTRY_FILE;
	len -= mark != NULL;
	for (size_t i = 0; i < len; n++) {
		bool hex = word[i] == '\\' && sscanf(word + i, "\\x%2x", &byte) == 1;

		word[n] = hex ? (char)byte : word[i];
		i += hex ? 4 : 1;
	}
	e->name = word;
	e->len = n;
}

static void parse_word(char *word, struct made_entry *e)
{
	char *save = NULL, *field = strtok_r(word, ":", &save);
	uint64_t numbers[3] = {0};
	size_t n = 0;

	*e = (struct made_entry){0};
	parse_name(field, e);
	while ((field = strtok_r(NULL, ":", &save))) {
		if (!isdigit((unsigned char)*field)) {
			e->flags |= parse_flags(field);
			continue;
		}
		assert(n < 3);
		numbers[n++] = strtoull(field, NULL, 10);
	}
	e->size = numbers[0];
	e->blocks = numbers[1];
	e->mtime = (uint32_t)numbers[2];
}

void made_read_dir(struct sizetree *t, uint32_t dir, const char *text)
{
	struct made_entry *entries = must(calloc(WORDS_MAX, sizeof(*entries)));
	struct made_entry own = {.size = 4096, .blocks = 8};
	char *copy = must(strdup(text)), *save = NULL;
	size_t n = 0;

	for (char *w = strtok_r(copy, " ", &save); w; w = strtok_r(NULL, " ", &save)) {
		struct made_entry e;

		parse_word(w, &e);
		assert(n < WORDS_MAX);
		if (e.len == 1 && e.name[0] == '.')
			own = e;
		else
			entries[n++] = e;
	}
	made_publish(t, dir, &own, entries, n);
	free(entries);
	free(copy);
}

void made_read(struct sizetree *t, const char *path, const char *text)
{
	uint32_t dir = made_dir(t, path);

	assert(dir != TREE_NONE);
	made_read_dir(t, dir, text);
}

/* ---- done ---- */

static void add_up(struct sizetree_dir *to, const struct sizetree_dir *d)
{
	add(&to->blocks, atomic_load(&d->blocks));
	add(&to->size, atomic_load(&d->size));
	atomic_fetch_add(&to->items, atomic_load(&d->items));
	atomic_fetch_add(&to->unread, atomic_load(&d->unread));
}

void made_dir_done(struct sizetree *t, uint32_t dir)
{
	while (dir != TREE_NONE) {
		struct sizetree_dir *d = dir_mut(t, dir);

		assert(atomic_load(&d->pending) > 0);
		if (atomic_fetch_sub(&d->pending, 1) != 1)
			return;
		atomic_store(&d->state, TREE_DONE);
		if (d->parent == TREE_NONE || sizetree_subdir(t, d->entry) != dir)
			return;
		add_up(dir_mut(t, d->parent), d);
		dir = d->parent;
	}
}

void made_done(struct sizetree *t, const char *path)
{
	uint32_t dir = made_dir(t, path);

	assert(dir != TREE_NONE);
	made_dir_done(t, dir);
}

void made_gone(struct sizetree *t, uint32_t dir)
{
	static const struct made_entry nothing;
	made_publish(t, dir, &nothing, NULL, 0);
	made_flags(t, sizetree_dir(t, dir)->entry, TREE_GONE);
	atomic_fetch_sub(&dir_mut(t, sizetree_dir(t, dir)->parent)->items, 1);
	made_dir_done(t, dir);
}

void made_linked(struct sizetree *t, const char *path, uint64_t blocks, uint64_t size,
		 uint64_t shared)
{
	uint32_t dir = made_dir(t, path), i = dir >> TREE_DIR_BITS;
	struct sizetree_linkeds *l = atomic_load(&t->linked[i]);

	if (!l)
		l = must(calloc(1, sizeof(*l)));
	l->at[dir & (TREE_DIR_LEN - 1)] = (struct sizetree_linked){blocks, size, shared};
	atomic_store(&t->linked[i], l);
}

/* ---- again ---- */

uint32_t made_again(struct sizetree *t, uint32_t dir)
{
	static const struct made_entry stand_in = {.type = ENTRY_DIR};
	uint32_t entry = take_entries(t, 1);

	put_entry(t, entry, &stand_in, 0);
	return take_dir(t, sizetree_dir(t, dir)->parent, entry);
}

/* Subdirectories that were not read again. */
static void keep_old(struct sizetree *t, uint32_t dir, uint32_t now)
{
	struct sizetree_dir *d = dir_mut(t, now);

	for (uint32_t i = 0; i < d->count; i++) {
		uint32_t e = d->first + i, sub = sizetree_subdir(t, e), was, old;
		size_t len;
		const char *name = sizetree_name(t, now, e, &len);

		if (sub == TREE_NONE || sizetree_dir_state(t, sub) >= TREE_READ)
			continue;
		was = find(t, dir, name, len);
		old = was == TREE_NONE ? TREE_NONE : sizetree_subdir(t, was);
		if (old == TREE_NONE)
			continue;
		sizetree_seg(t, e)->blocks[e & (TREE_SEG_LEN - 1)] = old;
		dir_mut(t, old)->parent = now;
		dir_mut(t, old)->entry = e;
		add_up(d, sizetree_dir(t, old));
		atomic_fetch_sub(&d->pending, 1);
		if (atomic_load(&d->pending) == 0)
			atomic_store(&d->state, TREE_DONE);
	}
}

static void replace_sums(struct sizetree_dir *to, const struct sizetree_dir *was,
			 const struct sizetree_dir *now)
{
	atomic_fetch_sub(&to->blocks, atomic_load(&was->blocks));
	atomic_fetch_sub(&to->size, atomic_load(&was->size));
	atomic_fetch_sub(&to->items, atomic_load(&was->items) + (now ? 0 : 1));
	atomic_fetch_sub(&to->unread, atomic_load(&was->unread));
	if (now)
		add_up(to, now);
}

void made_take(struct sizetree *t, uint32_t dir, uint32_t now)
{
	struct sizetree_dir *old = dir_mut(t, dir), *d = now == TREE_NONE ? NULL : dir_mut(t, now);
	uint32_t entry = old->entry, at = entry & (TREE_SEG_LEN - 1);

	if (d) {
		keep_old(t, dir, now);
		assert(atomic_load(&d->state) == TREE_DONE);
		sizetree_seg(t, entry)->size[at] =
			sizetree_seg(t, d->entry)->size[d->entry & (TREE_SEG_LEN - 1)];
		d->entry = entry;
		d->id = old->id;
	} else {
		made_flags(t, entry, TREE_GONE);
	}
	sizetree_seg(t, entry)->blocks[at] = now;
	for (uint32_t up = old->parent; up != TREE_NONE; up = sizetree_dir(t, up)->parent)
		replace_sums(dir_mut(t, up), old, d);
}

/* splitmix64 */
uint32_t made_random(uint64_t *state, uint32_t n)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return (uint32_t)((z ^ z >> 31) % n);
}
