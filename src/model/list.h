/* SPDX-License-Identifier: MIT
 *
 * The state of a list on a source: which rows are shown in which order, the cursor, what is on
 * screen. The cursor is on a row, not on a position: when rows are re-sorted, filtered or added it
 * stays on its row, or on the nearest that is left. Positions run from 0 to list_len()-1; position
 * 0 is the ".." row when there is one.
 *
 * Sources of up to LIST_INLINE rows are ordered at once; for larger ones the list asks for an order
 * (order_spec) and shows the old one until it comes.
 *
 * Thread: UI. Owns: its order and filter; borrows the source.
 */
#ifndef MODEL_LIST_H
#define MODEL_LIST_H

#include "base/match.h"
#include "base/order.h"
#include "model/rows.h"

#ifndef LIST_INLINE
#define LIST_INLINE 20000
#endif
#ifndef LIST_SLICE
#define LIST_SLICE 32768 /* rows that one slice of work looks at: 2 to 3 ms */
#endif

struct list {
	const struct rows *rows;
	bool with_parent; /* position 0 is ".." */
	uint32_t *order;  /* ids; n of them (without the parent row) */
	size_t n;
	size_t cursor, top; /* positions */
	size_t height;      /* rows on screen, as told by list_fit() */
	struct sort_spec sort;
	bool show_hidden;
	enum match_kind filter_kind;
	struct str filter; /* as typed */
	struct matcher *matcher;
	size_t hidden, filtered; /* rows left out: dot files, filter */
	bool ranging;
	uint32_t range_anchor; /* id; NAMES_NONE: the parent row */
	uint64_t rev;          /* rises when anything here changes */
	uint64_t ordered_rev;  /* rows->rev the order was made from */
	bool want_order;       /* an order has to be asked for */
	uint64_t order_ticket; /* of the one asked for, 0: none */
	uint32_t cursor_id;    /* NAMES_NONE: the parent row or nothing */
	uint32_t lost_id;      /* where the cursor was when a filter left nothing; NAMES_NONE */
	uint32_t inline_max;   /* LIST_INLINE; tests use tiny ones */
	uint32_t slice;        /* LIST_SLICE; likewise */
	size_t margin;         /* rows kept visible above and below the cursor */
	size_t ahead;          /* rows that scrolling goes further than it must */
	bool wrap;             /* list_move() goes round at the ends */
	bool dirty;   /* what is shown, or its sort, was changed: an order from scratch is due */
	bool ranked;  /* the order is by sort.by; false: by name until all ranks are known */
	bool partial; /* the order was made while the source was loading: its first rows only */
	size_t range_pos;                /* where range_anchor is now */
	struct matcher *ordered_matcher; /* what the order was made with */
	struct sort_spec ordered_sort;
	bool ordered_hidden;
	uint64_t purged_rev;     /* rows->rev when rows that died were last taken out */
	struct order_spec draft; /* of the order to be asked for; names is NULL: none */
	uint32_t drafted;        /* ids below this are in its arrays */
	struct {                 /* of the order asked for */
		uint64_t rev;
		struct matcher *matcher;
		struct sort_spec sort;
		bool hidden, ranked, narrowed;
		size_t base_hidden, base_filtered;
	} asked;
};

int list_init(struct list *l, const struct rows *rows, bool with_parent);
void list_done(struct list *l);

size_t list_len(const struct list *l);
bool list_row(const struct list *l, size_t pos, struct row *ret_row); /* false: no such row */
uint32_t list_id(const struct list *l, size_t pos);                   /* NAMES_NONE for ".." */
bool list_in_range(const struct list *l, size_t pos); /* in the range being marked */
/* What the filter matched in this row's name, for highlighting; n 0 when nothing. */
void list_spans(const struct list *l, size_t pos, struct match_spans *ret_spans);

void list_fit(struct list *l, size_t height); /* new size of the screen; keeps the cursor in view */
void list_move(struct list *l, long delta);
void list_move_to(struct list *l, size_t pos); /* clamped */
void list_scroll(struct list *l, long delta);  /* moves the window; the cursor is dragged along */
void list_page(struct list *l, long half_pages);
bool list_move_to_id(struct list *l, uint32_t id);
bool list_move_to_name(struct list *l, const char *name, size_t len);
/* Looks at the `max` rows after *pos (dir 1) or before it (-1), going round, for one that m matches
 * or, without m, whose name begins with the letter. True when *pos is one; otherwise *pos is the
 * last looked at. */
bool list_scan(const struct list *l, const struct matcher *m, uint32_t letter, int dir, size_t max,
	       size_t *pos);
/* The next (dir 1) or previous (-1) row after the cursor that m matches, wrapping; false: none. */
bool list_find(struct list *l, const struct matcher *m, int dir);
/* The next row whose name begins with this character (case ignored), wrapping. */
bool list_find_letter(struct list *l, uint32_t cp);

/* Where the next group (directories, other things) begins, or the one before: first the start of
 * this one; the last or first row when there is none. */
size_t list_group_step(const struct list *l, size_t pos, int dir);

void list_set_parent(struct list *l,
		     bool on); /* with or without ".."; the cursor stays on its row */
void list_set_sort(struct list *l, const struct sort_spec *sort);
void list_set_hidden(struct list *l, bool show);
/* 0, or -EINVAL for a bad pattern with the reason in err: the old filter stays. */
int list_set_filter(struct list *l, enum match_kind kind, const char *text, size_t len,
		    struct str *err);

/* Brings the order up to date with the source after it changed: at once when small, else sets
 * want_order. Returns 0 or -ENOMEM (the old order stays). */
int list_update(struct list *l);
/* When want_order: takes the spec for a worker and notes the ticket. 0, -ENOMEM, or -EAGAIN while
 * list_work() has to fill it: what it sorts by is collected from a large source in slices, so that
 * no key waits for it. */
int list_take_order_spec(struct list *l, uint64_t ticket, struct order_spec *ret_spec);
/* One slice of that; true while there is more. */
bool list_work(struct list *l);
bool list_has_work(const struct list *l);
/* The worker's answer; a stale ticket is ignored. Takes the ids. */
void list_apply_order(struct list *l, uint64_t ticket, struct order_result *result, int err);
/* A filter outlives a reload, not a change of place. 0 or -ENOMEM. */
int list_keep_filter(struct list *new, const struct list *old);
/* A fresh list of the same directory takes over the cursor, by name, and the window. */
void list_carry(struct list *new, const struct list *old);
/* The source began anew: its ids mean other things. Drops the order and what was asked for. */
void list_reset(struct list *l);
/* Where the row of this id is; list_len() when it is not shown. Linear, 0.3 ms for a million. */
size_t list_pos_of(const struct list *l, uint32_t id);
void list_range_start(struct list *l);
void list_range_end(struct list *l);
void list_check(const struct list *l); /* asserts every invariant; for tests */

#endif
