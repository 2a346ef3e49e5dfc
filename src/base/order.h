/* SPDX-License-Identifier: MIT
 *
 * Which ids of a name pool are shown, and in which order: filter and sort as one pure computation.
 * Small ones run where they are asked for, large ones in a worker on the same frozen input.
 *
 * Thread: any; nothing in the spec may change while it runs. Owns: a spec owns its arrays and its
 * references, a result its ids.
 */
#ifndef BASE_ORDER_H
#define BASE_ORDER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/collate.h"
#include "base/match.h"
#include "base/names.h"

struct order_spec {
	struct names *names; /* a reference */
	uint32_t count;      /* ids below this are considered */
	uint32_t *among;     /* only these ids (heap), or NULL: all */
	size_t among_len;
	bool sorted;            /* among is in this order already: it is only filtered */
	uint8_t *dead;          /* bitmap (heap) of ids that are gone, or NULL */
	bool hide_dot;          /* leave out names that begin with a dot */
	struct matcher *filter; /* a reference, or NULL */
	bool by_score;          /* best match first; the order below on ties */
	struct collate_order order;
	uint64_t *primary; /* heap; what order.primary points to, or NULL */
	uint8_t *group;    /* heap; what order.group points to, or NULL */
};

struct order_result {
	uint32_t *ids; /* heap; NULL when n is 0 */
	size_t n;
	size_t dotted;   /* left out because of hide_dot */
	size_t filtered; /* left out by the filter */
	uint32_t best;   /* the id with the best score, or NAMES_NONE */
};

/* 0, -ENOMEM, or -ECANCELED once *cancel (may be NULL) is set. */
int order_run(const struct order_spec *spec, const _Atomic bool *cancel,
	      struct order_result *ret_result) MUST_USE;
void order_spec_done(struct order_spec *spec);
void order_result_done(struct order_result *result);

#endif
