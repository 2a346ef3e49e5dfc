/* SPDX-License-Identifier: MIT
 *
 * What the files of the list share.
 *
 * Thread: UI. Owns: nothing.
 */
#ifndef MODEL_LIST_INSIDE_H
#define MODEL_LIST_INSIDE_H

#include "model/list.h"

/* Puts the cursor on a position (clamped) and brings it into the window. */
void list_cursor_set(struct list *l, size_t pos);
/* Brings the cursor into the window, keeping the margin. */
void list_show_cursor(struct list *l);
/* Takes `ids` as the new order; the cursor stays on its row or goes to the nearest that is left, or
 * to `best` when its row was left out and best is not NAMES_NONE. */
void list_replace_order(struct list *l, uint32_t *ids, size_t n, uint32_t best);
/* Applies the ids that changed to the order in place. 0 or -ENOMEM. */
int list_merge(struct list *l, uint32_t *changed, size_t n);
/* Begins a spec for the first `count` ids; list_work() completes it. 0 or -ENOMEM. */
int list_draft(struct list *l, uint32_t count, bool ranked, bool narrowed, bool by_score);
void list_drop_draft(struct list *l);
/* How the list orders now. */
struct collate_order list_collation(const struct sort_spec *sort, bool ranked);

#endif
