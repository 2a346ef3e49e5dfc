/* SPDX-License-Identifier: MIT
 *
 * The commands of scenarios for the view of the history. Part of test_scenario.c.
 *
 *	past TICKET [ID LABEL STATE STEPS]...   all actions, oldest first; STATE: its number
 *	past-fails TICKET -ERRNO [WHY]
 *	past-warns TICKET WARNING...            all actions as they are, none: lines of a warning
 *	past-steps TICKET ID FIRST [WHAT OUTCOME UNDO]...
 *	                                        UNDO "-": it cannot be taken back; a last "+": more
 *	past-chosen                             what an action would be about
 */
#ifndef TESTS_SCENARIO_PAST_H
#define TESTS_SCENARIO_PAST_H

static void do_history_view(struct runner *r)
{
	assert_int_equal(model_view_history(r->m), 0);
}

static void do_past(struct runner *r)
{
	struct past_action at[16];
	struct fs_event e = {.kind = FS_PAST, .ticket = ticket(r)};

	e.u.past.at = at;
	for (int i = 2; i + 3 < r->n; i += 4)
		at[e.u.past.n++] =
			(struct past_action){.id = strtoull(r->arg[i], NULL, 10),
					     .label = strdup(r->arg[i + 1]),
					     .state = (enum past_state)atoi(r->arg[i + 2]),
					     .steps = (uint32_t)atoi(r->arg[i + 3])};
	apply(r, &e);
	for (uint32_t i = 0; i < e.u.past.n; i++)
		free(at[i].label);
}

static void do_past_fails(struct runner *r)
{
	struct fs_event e = {.kind = FS_PAST, .ticket = ticket(r), .err = atoi(arg(r, 2))};

	e.u.past.why = r->n > 3 ? arg(r, 3) : NULL;
	apply(r, &e);
}

static void do_past_warns(struct runner *r)
{
	CLEANUP(str_done) struct str text = STR_INIT;
	struct fs_event e = {.kind = FS_PAST, .ticket = ticket(r)};

	for (int i = 2; i < r->n; i++)
		str_addf(&text, "%s\n", r->arg[i]);
	e.u.past.warning = text.buf;
	apply(r, &e);
}

static void do_past_steps(struct runner *r)
{
	struct past_step at[16];
	struct fs_event e = {.kind = FS_PAST_STEPS, .ticket = ticket(r)};

	e.u.past_steps.at = at;
	e.u.past_steps.id = strtoull(arg(r, 2), NULL, 10);
	e.u.past_steps.first = (uint32_t)atoi(arg(r, 3));
	e.u.past_steps.more = r->n > 4 && strcmp(r->arg[r->n - 1], "+") == 0;
	for (int i = 4; i + 2 < r->n; i += 3)
		at[e.u.past_steps.n++] = (struct past_step){
			.what = strdup(r->arg[i]),
			.outcome = (enum past_outcome)atoi(r->arg[i + 1]),
			.undo = r->arg[i + 2][0] == '-' ? NULL : strdup(r->arg[i + 2])};
	apply(r, &e);
	for (uint32_t i = 0; i < e.u.past_steps.n; i++) {
		free(at[i].what);
		free(at[i].undo);
	}
}

static void do_past_chosen(struct runner *r)
{
	uint64_t action;
	uint32_t step;

	if (!model_past_chosen(r->m, &action, &step))
		str_adds(&r->out, "    nothing\n");
	else if (step == PAST_WHOLE)
		str_addf(&r->out, "    action %llu\n", (unsigned long long)action);
	else
		str_addf(&r->out, "    step %u of action %llu\n", step, (unsigned long long)action);
}

static void do_past_rows(struct runner *r)
{
	const struct list *l = model_list(r->m);

	if (r->m->notice.kind != NOTICE_NONE)
		str_addf(&r->out, "    says: %s\n", r->m->notice.text.buf);
	if (rows_loading(l->rows))
		str_adds(&r->out, "    loading\n");
	for (size_t pos = 0; pos < list_len(l); pos++) {
		CLEANUP(str_done) struct str cells = STR_INIT;
		uint32_t id = list_id(l, pos);
		uint64_t number = 0;
		struct row row;

		assert_true(list_row(l, pos, &row));
		assert_true(l->rows->ops->number(l->rows, id, COL_NUMBER, &number));
		l->rows->ops->cell(l->rows, id, COL_STATE, &cells);
		str_addf(&r->out, "    %c %llu %.*s: %s", pos == l->cursor ? '>' : ' ',
			 (unsigned long long)number, (int)row.name_len, row.name, cells.buf);
		str_clear(&cells);
		l->rows->ops->cell(l->rows, id, COL_UNDO, &cells);
		str_addf(&r->out, "%s%s\n", cells.len ? ", undo: " : "",
			 cells.len ? cells.buf : "");
	}
}

/* clang-format off */
#define PAST_COMMANDS                                                                          \
	{"history-view", do_history_view}, {"past", do_past}, {"past-fails", do_past_fails},    \
	{"past-warns", do_past_warns}, {"past-steps", do_past_steps},                           \
	{"past-chosen", do_past_chosen}, {"past-rows", do_past_rows}
/* clang-format on */

#endif
