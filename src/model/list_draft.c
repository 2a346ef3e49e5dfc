/* SPDX-License-Identifier: MIT
 *
 * The spec of an order that is to be asked for. What a large source is sorted by is scattered over
 * its metadata: it is collected in slices. Rows that change meanwhile may get in as they were or as
 * they are; the order is noted to be made from before the first slice, so they are put in their
 * places when it comes.
 */
#include "model/list.h"
#include "model/list_inside.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int fill_dead(const struct list *l, struct order_spec *spec)
{
	const uint8_t *holes = l->rows->ops->holes ? l->rows->ops->holes(l->rows) : NULL;

	if (l->rows->ops->holes && !holes)
		return 0;
	spec->dead = calloc(spec->count / 8 + 1, 1);
	if (!spec->dead)
		return -ENOMEM;
	if (holes) {
		memcpy(spec->dead, holes, (spec->count + 7) / 8);
		return 0;
	}
	for (uint32_t id = 0; id < spec->count; id++) {
		if (!rows_live(l->rows, id))
			spec->dead[id / 8] = (uint8_t)(spec->dead[id / 8] | 1u << (id % 8));
	}
	return 0;
}

static int fill_among(const struct list *l, struct order_spec *spec)
{
	spec->among = malloc(MAX(l->n, 1) * sizeof(*spec->among));
	if (!spec->among)
		return -ENOMEM;
	if (l->n)
		memcpy(spec->among, l->order, l->n * sizeof(*spec->among));
	spec->among_len = l->n;
	/* A list that was best first is not in the order of names. */
	spec->sorted = !l->ordered_matcher || l->filter_kind != MATCH_FUZZY;
	return 0;
}

/* Room for what list_work() fills in. */
static int make_arrays(struct list *l, struct order_spec *spec, bool ranked)
{
	l->drafted = spec->count;
	if (spec->sorted)
		return 0;
	if (l->sort.dirs_first) {
		spec->group = malloc(MAX(spec->count, 1));
		if (!spec->group)
			return -ENOMEM;
		l->drafted = 0;
	}
	if (ranked) {
		spec->primary = malloc(MAX(spec->count, 1) * sizeof(*spec->primary));
		if (!spec->primary)
			return -ENOMEM;
		l->drafted = 0;
	}
	spec->order.group = spec->group;
	spec->order.primary = spec->primary;
	return 0;
}

int list_draft(struct list *l, uint32_t count, bool ranked, bool narrowed, bool by_score)
{
	struct order_spec spec = {
		.names = names_ref(l->rows->ops->names(l->rows)),
		.count = count,
		.hide_dot = !l->show_hidden,
		.filter = matcher_ref(l->matcher),
		.by_score = by_score,
		.order = list_collation(&l->sort, ranked),
	};
	int r = fill_dead(l, &spec);

	if (r == 0 && narrowed)
		r = fill_among(l, &spec);
	if (r == 0)
		r = make_arrays(l, &spec, ranked);
	if (r < 0) {
		order_spec_done(&spec);
		return r;
	}
	l->draft = spec;
	return 0;
}

void list_drop_draft(struct list *l)
{
	order_spec_done(&l->draft);
	l->drafted = 0;
}

bool list_has_work(const struct list *l)
{
	return l->draft.names && l->drafted < l->draft.count;
}

bool list_work(struct list *l)
{
	struct order_spec *spec = &l->draft;
	uint32_t end;

	if (!list_has_work(l))
		return false;
	end = l->drafted + MIN(spec->count - l->drafted, MAX(l->slice, 1));
	for (uint32_t id = l->drafted; spec->group && id < end; id++)
		spec->group[id] = rows_group(l->rows, id);
	for (uint32_t id = l->drafted; spec->primary && id < end; id++) {
		spec->primary[id] = 0;
		l->rows->ops->rank(l->rows, id, l->sort.by, &spec->primary[id]);
	}
	l->drafted = end;
	return list_has_work(l);
}
