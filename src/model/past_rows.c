/* SPDX-License-Identifier: MIT */
#include "model/past_rows.h"

#include "base/alloc.h"
#include "base/map.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct past_rows {
	struct rows rows;
	uint64_t action;
	struct names *names;
	/* One of both; their names are in the pool, too: an action does not change its label. */
	struct past_action *actions;
	struct past_step *steps;
	bool *live;
	size_t n, actions_cap, steps_cap, live_cap;
	struct map index; /* number of an action -> id */
	bool loading;
};

/* The rows are its first member. */
static const struct past_rows *of(const struct rows *r)
{
	return (const struct past_rows *)(const void *)r;
}

const struct past_action *past_rows_at(const struct past_rows *p, uint32_t id)
{
	return !p->action && id < p->n && p->live[id] ? &p->actions[id] : NULL;
}

const struct past_step *past_rows_step(const struct past_rows *p, uint32_t id)
{
	return p->action && id < p->n && p->live[id] ? &p->steps[id] : NULL;
}

const struct past_action *past_rows_find(const struct past_rows *p, uint64_t action)
{
	uintptr_t id;

	return map_get(&p->index, &action, sizeof(action), &id) ? past_rows_at(p, (uint32_t)id)
								: NULL;
}

/* ---- words ---- */

static const struct {
	const char *word;
	bool warns;
} states[PAST_STATES] = {
	[PAST_DONE] = {"done", false},
	[PAST_FOR_GOOD] = {"done for good", false},
	[PAST_PARTLY] = {"partly done", true},
	[PAST_NOT_DONE] = {"not done", true},
	[PAST_UNDONE] = {"undone", false},
	[PAST_PARTLY_UNDONE] = {"partly undone", true},
	[PAST_REDONE] = {"redone", false},
	[PAST_RUNNING] = {"running", false},
	[PAST_INTERRUPTED] = {"interrupted", true},
	[PAST_DAMAGED] = {"damaged", true},
};

static const struct {
	const char *word;
	bool warns;
} outcomes[PAST_OUTCOMES] = {
	[PAST_STEP_DONE] = {"done", false},        [PAST_STEP_PARTLY] = {"partly done", true},
	[PAST_STEP_NOT_DONE] = {"not done", true}, [PAST_STEP_OPEN] = {"not known yet", true},
	[PAST_STEP_LOST] = {"not known", true},    [PAST_STEP_UNDONE] = {"undone", false},
};

const char *past_state_word(enum past_state state)
{
	return states[state].word;
}

bool past_state_warns(enum past_state state)
{
	return states[state].warns;
}

const char *past_outcome_word(enum past_outcome outcome)
{
	return outcomes[outcome].word;
}

bool past_outcome_warns(enum past_outcome outcome)
{
	return outcomes[outcome].warns;
}

/* ---- the source ---- */

static uint32_t op_count(const struct rows *r)
{
	return (uint32_t)of(r)->n;
}

static bool op_row(const struct rows *r, uint32_t id, struct row *ret_row)
{
	const struct past_rows *p = of(r);

	if (id >= p->n || !p->live[id])
		return false;
	*ret_row = (struct row){.type = ENTRY_UNKNOWN, .nowhere = true};
	ret_row->name = names_get(p->names, id, &ret_row->name_len);
	return true;
}

static struct names *op_names(const struct rows *r)
{
	return of(r)->names;
}

static bool op_sorts(const struct rows *r, enum sort_by by)
{
	(void)r;
	return by == SORT_TIME;
}

/* Numbers are given in the order of time, and no two are the same. */
static bool op_rank(const struct rows *r, uint32_t id, enum sort_by by, uint64_t *ret_rank)
{
	const struct past_rows *p = of(r);

	if (by != SORT_TIME || id >= p->n || !p->live[id])
		return false;
	*ret_rank = p->action ? id : p->actions[id].id;
	return true;
}

static bool op_number(const struct rows *r, uint32_t id, enum column col, uint64_t *ret_number)
{
	const struct past_action *a = past_rows_at(of(r), id);
	const struct past_step *s = past_rows_step(of(r), id);

	if (s && col == COL_NUMBER) {
		*ret_number = id + 1;
		return true;
	}
	if (!a)
		return false;
	switch (col) {
	case COL_NUMBER:
		*ret_number = a->id;
		return true;
	case COL_STEPS:
		*ret_number = a->steps;
		return true;
	case COL_AGE:
	case COL_DATE:
		*ret_number = (uint64_t)a->begun;
		return true;
	default:
		return false;
	}
}

/* What undoing it would do, or why there is nothing to undo. */
static const char *undo_of(const struct past_step *s)
{
	const char *reason = s->err ? strerrordesc_np(-s->err) : NULL;

	if (s->undo)
		return s->undo;
	if (reason)
		return reason;
	return s->outcome == PAST_STEP_DONE ? "it cannot be taken back" : "";
}

static int op_cell(const struct rows *r, uint32_t id, enum column col, struct str *out)
{
	const struct past_action *a = past_rows_at(of(r), id);
	const struct past_step *s = past_rows_step(of(r), id);

	if (a && col == COL_STATE)
		return str_adds(out, past_state_word(a->state));
	if (s && col == COL_STATE)
		return str_adds(out, past_outcome_word(s->outcome));
	return s && col == COL_UNDO ? str_adds(out, undo_of(s)) : 0;
}

/* The view leads on: model_enter() asks for the action. */
static bool op_enter(const struct rows *r, uint32_t id, struct str *path)
{
	(void)r;
	(void)id;
	(void)path;
	return false;
}

static bool op_loading(const struct rows *r)
{
	return of(r)->loading;
}

static const struct rows_ops actions_ops = {
	.name = "history",
	.count = op_count,
	.row = op_row,
	.names = op_names,
	.rank = op_rank,
	.number = op_number,
	.cell = op_cell,
	.enter = op_enter,
	.loading = op_loading,
	.sorts = op_sorts,
};

static const enum column action_columns[] = {COL_NAME,  COL_NUMBER, COL_AGE,  COL_STATE,
					     COL_STEPS, COL_DATE,   COL_KINDS};
static const enum column step_columns[] = {COL_NAME, COL_NUMBER, COL_STATE, COL_UNDO, COL_KINDS};

/* ---- life ---- */

struct past_rows *past_rows_new(uint64_t action)
{
	struct past_rows *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	p->rows = (struct rows){.ops = &actions_ops,
				.columns = action ? step_columns : action_columns};
	p->action = action;
	p->loading = true;
	map_init(&p->index);
	p->names = names_new();
	if (!p->names) {
		past_rows_free(p);
		return NULL;
	}
	return p;
}

void past_rows_free(struct past_rows *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < p->n; i++) {
		if (p->action) {
			free(p->steps[i].what);
			free(p->steps[i].undo);
		} else {
			free(p->actions[i].label);
		}
	}
	free(p->actions);
	free(p->steps);
	free(p->live);
	map_done(&p->index);
	names_unref(p->names);
	free(p);
}

const struct rows *past_rows_const(const struct past_rows *p)
{
	return &p->rows;
}

uint64_t past_rows_action(const struct past_rows *p)
{
	return p->action;
}

void past_rows_set_loading(struct past_rows *p, bool loading)
{
	p->rows.rev += p->loading != loading;
	p->loading = loading;
}

/* ---- what is told ---- */

/* A row more, of this name. */
static int add_row(struct past_rows *p, const char *name)
{
	int r = array_grow(&p->live, &p->live_cap, p->n + 1, sizeof(*p->live));

	if (r == 0 && p->action)
		r = array_grow(&p->steps, &p->steps_cap, p->n + 1, sizeof(*p->steps));
	if (r == 0 && !p->action)
		r = array_grow(&p->actions, &p->actions_cap, p->n + 1, sizeof(*p->actions));
	if (r == 0)
		r = names_add(p->names, name, strlen(name), ENTRY_UNKNOWN, NULL);
	if (r < 0)
		return r;
	if (p->action)
		p->steps[p->n] = (struct past_step){0};
	else
		p->actions[p->n] = (struct past_action){0};
	p->live[p->n++] = false;
	return 0;
}

static int take_action(struct past_rows *p, struct past_action *a)
{
	uintptr_t id = p->n;
	int r = 0;

	if (!map_get(&p->index, &a->id, sizeof(a->id), &id)) {
		r = map_put(&p->index, &a->id, sizeof(a->id), p->n);
		if (r == 0)
			r = add_row(p, a->label);
		if (r < 0) {
			map_remove(&p->index, &a->id, sizeof(a->id), NULL);
			return r;
		}
	}
	free(p->actions[id].label);
	p->actions[id] = *a;
	a->label = NULL;
	p->live[id] = true;
	return 0;
}

int past_rows_set_actions(struct past_rows *p, struct past_action *at, uint32_t n)
{
	int r = 0;

	for (size_t i = 0; i < p->n; i++)
		p->live[i] = false;
	for (uint32_t i = 0; r == 0 && i < n; i++)
		if (at[i].label)
			r = take_action(p, &at[i]);
	p->rows.rev++;
	return r;
}

int past_rows_set_steps(struct past_rows *p, uint32_t first, struct past_step *at, uint32_t n)
{
	int r = 0;

	for (uint32_t i = 0; r == 0 && i < n; i++) {
		size_t id = (size_t)first + i;

		if (!at[i].what || id > p->n)
			continue;
		if (id == p->n)
			r = add_row(p, at[i].what);
		if (r < 0)
			break;
		free(p->steps[id].what);
		free(p->steps[id].undo);
		p->steps[id] = at[i];
		at[i].what = at[i].undo = NULL;
		p->live[id] = true;
	}
	p->rows.rev++;
	return r;
}
