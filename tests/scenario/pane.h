/* SPDX-License-Identifier: MIT
 *
 * What scenarios say of the info pane: part of test_scenario.c, which includes it once, behind what
 * it needs of it.
 */
#ifndef TESTS_SCENARIO_PANE_H
#define TESTS_SCENARIO_PANE_H

/* room HEIGHT: there is an info pane, with so many lines of a preview; room -1: none */
static void do_room(struct runner *r)
{
	int height = atoi(arg(r, 1));

	model_info_room(r->m, height >= 0, (size_t)MAX(height, 0));
}

/* key MS [STRETCH]: a key is typed */
static void do_key(struct runner *r)
{
	r->now = atoi(arg(r, 1));
	model_time(r->m, r->now);
	model_info_key(r->m, r->now, atoi(arg(r, 2)));
}

/* facts TICKET SIZE, or -ERRNO */
static void do_facts(struct runner *r)
{
	struct fs_event e = {.kind = FS_INFO, .ticket = ticket(r)};

	if (arg(r, 2)[0] == '-') {
		e.err = atoi(arg(r, 2));
	} else {
		e.u.facts = calloc(1, sizeof(*e.u.facts));
		assert_non_null(e.u.facts);
		e.u.facts->meta = make_meta(ENTRY_FILE, strtoull(arg(r, 2), NULL, 10), 0);
	}
	apply(r, &e);
	facts_free(e.u.facts);
}

/* preview TICKET LINE..., or -ERRNO */
static void do_preview(struct runner *r)
{
	struct fs_event e = {.kind = FS_PREVIEW, .ticket = ticket(r)};
	static const struct preview_line line = {.size = PREVIEW_UNKNOWN};

	if (arg(r, 2)[0] == '-') {
		e.err = atoi(arg(r, 2));
	} else {
		e.u.preview = preview_new();
		assert_non_null(e.u.preview);
		e.u.preview->kind = PREVIEW_TEXT;
		for (int i = 2; i < r->n; i++)
			assert_int_equal(
				preview_add(e.u.preview, arg(r, i), strlen(arg(r, i)), &line), 0);
	}
	apply(r, &e);
	preview_free(e.u.preview);
}

static void do_focus(struct runner *r)
{
	str_addf(&r->out, "    %s\n",
		 model_info_focus(r->m, strcmp(arg(r, 1), "off") != 0) ? "done" : "no pane");
}

static void do_line(struct runner *r)
{
	if (arg(r, 1)[0] == '+' || arg(r, 1)[0] == '-')
		model_info_move(r->m, atol(arg(r, 1)));
	else
		model_info_move_to(r->m, (size_t)atol(arg(r, 1)));
}

static void do_look(struct runner *r)
{
	assert_int_equal(model_info_find(r->m, arg(r, 1)), 0);
}

static void do_look_next(struct runner *r)
{
	model_info_find_next(r->m, r->n > 1 ? atoi(arg(r, 1)) : 1);
}

#endif
