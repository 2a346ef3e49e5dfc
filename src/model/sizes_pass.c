/* SPDX-License-Identifier: MIT
 *
 * How a directory of a size tree comes to be known: its names in slices, and then pass after pass
 * what has become of the subdirectories that are not done.
 */
#include "model/sizes_rows_inside.h"

#include "base/alloc.h"

#include <errno.h>
#include <stdlib.h>

/* ---- filling ---- */

static bool arrive(struct sizes_rows *r)
{
	const struct sizetree_dir *d;

	if (r->there || r->dir == TREE_NONE || sizetree_dir_state(r->tree, r->dir) < TREE_READ)
		return r->there;
	d = sizetree_dir(r->tree, r->dir);
	r->first = d->first;
	r->count = d->count;
	r->where_id = d->id;
	r->settled.blocks = d->own_blocks;
	r->settled.size =
		sizetree_size(r->tree, d->parent == TREE_NONE ? r->dir : d->parent, d->entry);
	r->settled.unread = d->err != 0;
	r->total = sizetree_dir_total(r->tree, r->dir);
	if (!r->total.done)
		r->total = (struct sizetree_total){0};
	r->there = true;
	r->rows.rev++;
	return true;
}

static int make_hole(struct sizes_rows *r, uint32_t id)
{
	if (!r->holes)
		r->holes = calloc((size_t)r->count / 8 + 1, 1);
	if (!r->holes)
		return -ENOMEM;
	r->holes[id / 8] = (uint8_t)(r->holes[id / 8] | 1u << (id % 8));
	return 0;
}

static int add_pending(struct sizes_rows *r, uint32_t id)
{
	int err = array_grow(&r->pending, &r->pending_cap, r->npending + 1, sizeof(*r->pending));

	if (err == 0)
		r->pending[r->npending++] = (struct pending){.id = id};
	return err;
}

static void add_total(struct sizetree_total *to, const struct sizetree_total *more)
{
	to->blocks = sizetree_add(to->blocks, more->blocks);
	to->size = sizetree_add(to->size, more->size);
	to->items = sizetree_add(to->items, more->items);
	to->unread = sizetree_add(to->unread, more->unread);
}

/* What has several links is not in the sums before the scan is over. */
static void settle(struct sizes_rows *r, uint32_t entry)
{
	struct sizetree_total total = sizetree_entry_total(r->tree, r->dir, entry);

	total.items += !(sizetree_meta(r->tree, entry) & TREE_EXCLUDED);
	if (sizetree_meta(r->tree, entry) & TREE_LINKED)
		total.blocks = total.size = 0;
	add_total(&r->settled, &total);
}

static int fill_one(struct sizes_rows *r, uint32_t id)
{
	uint32_t entry = r->first + id, meta = sizetree_meta(r->tree, entry), at;
	uint32_t sub = sizetree_subdir(r->tree, entry);
	size_t len;
	const char *name = sizetree_name(r->tree, r->dir, entry, &len);
	int err = names_add(r->names, name, len, TREE_META_TYPE(meta), &at);

	if (err == 0 && meta & TREE_GONE)
		return make_hole(r, id);
	if (err == 0 && sub != TREE_NONE && sizetree_dir_state(r->tree, sub) != TREE_DONE)
		return add_pending(r, id);
	if (err == 0)
		settle(r, entry);
	return err;
}

static void fill(struct sizes_rows *r, size_t *slice)
{
	while (r->filled < r->count && *slice && !r->err) {
		r->err = fill_one(r, r->filled);
		r->filled += r->err == 0;
		(*slice)--;
	}
	r->rows.rev++;
}

/* ---- the pass ---- */

/* Sums are read before it is asked which subdirectories are done: what becomes done meanwhile is
 * missing until the next pass, but never there twice. */
static bool enter(struct sizes_rows *r, uint32_t dir)
{
	struct sizetree_total total;

	if (sizetree_dir_state(r->tree, dir) < TREE_READ)
		return true;
	if (array_grow(&r->stack, &r->stack_cap, r->depth + 1, sizeof(*r->stack)) < 0)
		return false;
	total = sizetree_dir_total(r->tree, dir);
	add_total(&r->sub, &total);
	if (!total.done)
		r->stack[r->depth++] = (struct step){.dir = dir};
	return true;
}

/* True when it came to the end. */
static bool walk(struct sizes_rows *r, size_t *slice)
{
	while (r->depth && *slice) {
		struct step *s = &r->stack[r->depth - 1];
		const struct sizetree_dir *d = sizetree_dir(r->tree, s->dir);
		uint32_t sub;

		if (s->next == d->count) {
			r->depth--;
			continue;
		}
		(*slice)--;
		sub = sizetree_subdir(r->tree, d->first + s->next++);
		if (sub != TREE_NONE && sizetree_dir_state(r->tree, sub) != TREE_DONE &&
		    !enter(r, sub))
			r->depth = 0;
	}
	return r->depth == 0;
}

static void note_changed(struct sizes_rows *r, uint32_t id)
{
	if (r->nchanged == CHANGED_MAX)
		r->too_many = true;
	else
		r->changed[r->nchanged++] = id;
}

static bool same_total(const struct sizetree_total *a, const struct sizetree_total *b)
{
	return a->blocks == b->blocks && a->size == b->size && a->items == b->items &&
	       a->unread == b->unread && a->done == b->done;
}

/* Sums only grow, as far as is known. */
static void grow_total(struct sizetree_total *to, const struct sizetree_total *now)
{
	to->blocks = MAX(to->blocks, now->blocks);
	to->size = MAX(to->size, now->size);
	to->items = MAX(to->items, now->items);
	to->unread = MAX(to->unread, now->unread);
}

/* What was walked through is known: it stays among those that are not done, or leaves. */
static void leave(struct sizes_rows *r)
{
	struct pending p = r->pending[r->at++];
	uint32_t entry = r->first + p.id;
	struct sizetree_total was = p.total;

	r->walking = false;
	if (sizetree_dir_state(r->tree, sizetree_subdir(r->tree, entry)) == TREE_DONE) {
		/* Without memory it stands there with nothing in it. */
		if (sizetree_meta(r->tree, entry) & TREE_GONE)
			(void)make_hole(r, p.id);
		else
			settle(r, entry);
		note_changed(r, p.id);
		return;
	}
	grow_total(&p.total, &r->sub);
	add_total(&r->sum, &p.total);
	r->sum.items++;
	if (!same_total(&p.total, &was))
		note_changed(r, p.id);
	r->pending[r->kept++] = p;
}

static void end_pass(struct sizes_rows *r)
{
	struct sizetree_total now = sizetree_dir_total(r->tree, r->dir), was = r->total;

	r->passing = r->again;
	r->again = false;
	r->at = SIZE_MAX;
	r->npending = r->kept;
	add_total(&r->sum, &r->settled);
	if (now.done)
		r->total = now;
	else
		grow_total(&r->total, &r->sum);
	if (r->nchanged || r->too_many || !same_total(&was, &r->total))
		r->rows.rev++;
}

static void begin_pass(struct sizes_rows *r)
{
	r->at = r->kept = r->nchanged = 0;
	r->too_many = false;
	r->before = r->rows.rev;
	r->sum = (struct sizetree_total){0};
	r->passing = true;
	r->walking = false;
}

bool sizes_rows_has_work(const struct sizes_rows *r)
{
	return !r->err && r->passing && r->dir != TREE_NONE;
}

void sizes_rows_look(struct sizes_rows *r)
{
	r->again = r->passing && r->at != SIZE_MAX;
	if (!r->passing)
		r->at = SIZE_MAX;
	r->passing = true;
}

bool sizes_rows_work(struct sizes_rows *r, size_t slice)
{
	if (!sizes_rows_has_work(r))
		return false;
	if (!arrive(r)) {
		r->passing = false;
		return false;
	}
	if (r->filled < r->count) {
		fill(r, &slice);
		r->at = SIZE_MAX;
	}
	if (r->filled == r->count && r->at == SIZE_MAX)
		begin_pass(r);
	while (r->filled == r->count && r->at < r->npending && slice) {
		if (!r->walking) {
			r->walking = true;
			r->sub = (struct sizetree_total){0};
			r->depth = 0;
			slice--;
			(void)enter(r, sizetree_subdir(r->tree, r->first + r->pending[r->at].id));
		}
		if (walk(r, &slice))
			leave(r);
	}
	if (r->filled == r->count && r->at == r->npending)
		end_pass(r);
	return sizes_rows_has_work(r);
}
