/* SPDX-License-Identifier: MIT
 *
 * What was done as a source of rows: the actions of the journal, or the steps of one of them. Its
 * rows are no things that lie anywhere, so they cannot be marked. An action keeps its id while the
 * journal is read again.
 *
 * Thread: UI. Owns: all that it was told.
 */
#ifndef MODEL_PAST_ROWS_H
#define MODEL_PAST_ROWS_H

#include "fs/event.h"
#include "model/rows.h"

struct past_rows;

/* Of all actions, or (action not 0) of the steps of one. NULL when out of memory. */
struct past_rows *past_rows_new(uint64_t action);
void past_rows_free(struct past_rows *p);
const struct rows *past_rows_const(const struct past_rows *p);
uint64_t past_rows_action(const struct past_rows *p); /* 0: of all actions */
void past_rows_set_loading(struct past_rows *p, bool loading);

/* All actions as they are now; takes their strings. 0 or -ENOMEM: some are missing. */
int past_rows_set_actions(struct past_rows *p, struct past_action *at, uint32_t n);
/* Steps from this one on; takes their strings. 0 or -ENOMEM. */
int past_rows_set_steps(struct past_rows *p, uint32_t first, struct past_step *at, uint32_t n);

/* NULL: a hole, or rows of the other kind. Valid until the next change. */
const struct past_action *past_rows_at(const struct past_rows *p, uint32_t id);
const struct past_step *past_rows_step(const struct past_rows *p, uint32_t id);
const struct past_action *past_rows_find(const struct past_rows *p, uint64_t action);
/* What came of it, in a word or two; and whether somebody should look. */
const char *past_state_word(enum past_state state);
bool past_state_warns(enum past_state state);
const char *past_outcome_word(enum past_outcome outcome);
bool past_outcome_warns(enum past_outcome outcome);

#endif
