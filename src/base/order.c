/* SPDX-License-Identifier: MIT */
#include "base/order.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>

#define CANCEL_EVERY 4096

/* What one pass over the names has picked. */
struct pick {
	const struct order_spec *spec;
	struct order_result *result;
	uint32_t *scores; /* by id, or NULL when the best is not first */
	int best_score;
};

static bool cancelled(const _Atomic bool *cancel)
{
	return cancel && atomic_load_explicit(cancel, memory_order_relaxed);
}

static void note_best(struct pick *p, uint32_t id, int score)
{
	const struct order_spec *spec = p->spec;

	if (score < p->best_score)
		return;
	if (score == p->best_score && p->result->best != NAMES_NONE &&
	    collate_compare(spec->names, &spec->order, p->result->best, id) < 0)
		return;
	p->best_score = score;
	p->result->best = id;
}

static void consider(struct pick *p, uint32_t id)
{
	const struct order_spec *spec = p->spec;
	const char *name;
	size_t len;
	int score;

	if (spec->dead && spec->dead[id / 8] >> (id % 8) & 1)
		return;
	name = names_get(spec->names, id, &len);
	if (spec->hide_dot && len && name[0] == '.') {
		p->result->dotted++;
		return;
	}
	if (!matcher_empty(spec->filter)) {
		score = matcher_test(spec->filter, name, len, NULL);
		if (score <= 0) {
			p->result->filtered++;
			return;
		}
		note_best(p, id, score);
		if (p->scores)
			p->scores[id] = (uint32_t)score;
	}
	p->result->ids[p->result->n++] = id;
}

static int pick_all(struct pick *p, const _Atomic bool *cancel)
{
	const struct order_spec *spec = p->spec;
	size_t n = spec->among ? spec->among_len : spec->count;

	for (size_t i = 0; i < n; i++) {
		uint32_t id = spec->among ? spec->among[i] : (uint32_t)i;

		if (i % CANCEL_EVERY == 0 && cancelled(cancel))
			return -ECANCELED;
		if (id < spec->count)
			consider(p, id);
	}
	return 0;
}

static int compare_u64(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* Stable: the position in the order so far is the low half of the key. */
static int sort_by_score(struct pick *p)
{
	struct order_result *r = p->result;
	uint64_t *keys = malloc(r->n * sizeof(*keys));
	uint32_t *ids = malloc(r->n * sizeof(*ids));

	if (!keys || !ids) {
		free(keys);
		free(ids);
		return -ENOMEM;
	}
	for (size_t i = 0; i < r->n; i++)
		keys[i] = (uint64_t)(UINT32_MAX - p->scores[r->ids[i]]) << 32 | i;
	qsort(keys, r->n, sizeof(*keys), compare_u64);
	for (size_t i = 0; i < r->n; i++)
		ids[i] = r->ids[(uint32_t)keys[i]];
	free(keys);
	free(r->ids);
	r->ids = ids;
	return 0;
}

/* The array was made for all that were considered; a filter leaves few. */
static void shrink(struct order_result *r)
{
	uint32_t *ids = r->n ? realloc(r->ids, r->n * sizeof(*ids)) : NULL;

	if (!r->n)
		free(r->ids);
	if (!r->n || ids)
		r->ids = ids;
}

static int sort_picked(struct pick *p, const _Atomic bool *cancel)
{
	const struct order_spec *spec = p->spec;
	struct order_result *r = p->result;
	int err = 0;

	shrink(r);
	if (r->n && !spec->sorted)
		err = collate_sort(spec->names, r->ids, r->n, &spec->order, cancel);
	if (err == 0 && r->n && p->scores && !matcher_empty(spec->filter))
		err = sort_by_score(p);
	return err;
}

int order_run(const struct order_spec *spec, const _Atomic bool *cancel,
	      struct order_result *ret_result)
{
	size_t n = spec->among ? spec->among_len : spec->count;
	struct order_result result = {.best = NAMES_NONE};
	struct pick pick = {.spec = spec, .result = &result};
	int r = 0;

	if (n)
		result.ids = malloc(n * sizeof(*result.ids));
	if (spec->by_score && spec->count)
		pick.scores = malloc(spec->count * sizeof(*pick.scores));
	if ((n && !result.ids) || (spec->by_score && spec->count && !pick.scores))
		r = -ENOMEM;
	if (r == 0)
		r = pick_all(&pick, cancel);
	if (r == 0)
		r = sort_picked(&pick, cancel);
	free(pick.scores);
	if (r < 0) {
		order_result_done(&result);
		return r;
	}
	*ret_result = result;
	return 0;
}

void order_spec_done(struct order_spec *spec)
{
	if (!spec)
		return;
	names_unref(spec->names);
	matcher_unref(spec->filter);
	free(spec->among);
	free(spec->dead);
	free(spec->primary);
	free(spec->group);
	*spec = (struct order_spec){0};
}

void order_result_done(struct order_result *result)
{
	if (!result)
		return;
	free(result->ids);
	*result = (struct order_result){.best = NAMES_NONE};
}
