/* SPDX-License-Identifier: MIT
 *
 * Keys to commands without a terminal: the app's parts but term, input and browse.
 */
#include "../../lib/test.h"

#include "../../lib/nomem.h"

#include <errno.h>

#include "app/app.h"
#include "app/config.h"

struct fixture {
	struct app app;
	uint64_t ticket;
};

/* Takes the requests; the ticket of the last listing is kept. */
static void drain(struct fixture *f)
{
	struct request r;

	while (model_next_request(f->app.model, &r)) {
		if (r.kind == REQ_LIST)
			f->ticket = r.ticket;
		request_done(&r);
	}
}

static void apply(struct fixture *f, enum fs_event_kind kind, struct names *names)
{
	struct fs_event *e = calloc(1, sizeof(*e));

	assert_non_null(e);
	e->kind = kind;
	e->ticket = f->ticket;
	if (kind == FS_LIST_OPENED) {
		e->u.opened.names = names_ref(names);
		e->u.opened.dir.meta.id = (struct file_id){1, 2};
		e->u.opened.dir.meta.mode = 0040755;
		e->u.opened.dir.watched = true;
	} else {
		e->u.part.count = names_count(names);
	}
	model_apply(f->app.model, e, f->app.now_ms);
	fs_event_free(e);
	drain(f);
}

static int setup(void **state)
{
	static const char *const entries[] = {"alpha", "beta", "gamma", "delta", "epsilon"};
	struct fixture *f = calloc(1, sizeof(*f));
	struct names *names = names_new();
	struct app *app = &f->app;

	if (!f || !names || model_new(&app->model) < 0 || keymap_init(&app->keymap) < 0)
		return -1;
	for (size_t i = 0; i < EDIT_KINDS; i++)
		lineedit_init(&app->edits[i]);
	app->edit = &app->edits[EDIT_COMMAND];
	str_init(&app->note);
	str_init(&app->keep.dir);
	app->model->settings.remember_places = false;
	str_init(&app->pending.text);
	app->now_ms = 1000;
	if (model_start(app->model, "/home/me", NULL) < 0 || items_hints(app) < 0)
		return -1;
	drain(f);
	for (size_t i = 0; i < ARRAY_LEN(entries); i++)
		assert_int_equal(names_add(names, entries[i], strlen(entries[i]), ENTRY_FILE, NULL),
				 0);
	apply(f, FS_LIST_OPENED, names);
	apply(f, FS_LIST_DONE, names);
	names_unref(names);
	list_fit(model_list(app->model), 20);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	struct app *app = &f->app;

	drain(f);
	items_done(&app->items);
	items_done(&app->hints);
	for (size_t i = 0; i < EDIT_KINDS; i++)
		lineedit_done(&app->edits[i]);
	str_done(&app->note);
	str_done(&app->keep.dir);
	str_done(&app->pending.text);
	keymap_done(&app->keymap);
	model_free(app->model);
	free(f);
	return 0;
}

static void press(struct app *app, const char *keys)
{
	while (*keys) {
		struct input_event e = {.kind = INPUT_KEY};
		size_t n = key_parse(keys, strlen(keys), &e.key);

		assert_true(n > 0);
		keys += n;
		app->now_ms += 200;
		app_input(app, &e);
	}
}

static const char *current(struct app *app)
{
	struct list *l = model_list(app->model);
	struct row row;

	assert_true(list_row(l, l->cursor, &row));
	return row.name;
}

static const char *notice(const struct app *app)
{
	return app->model->notice.kind ? app->model->notice.text.buf : "";
}

static void moving(void **state)
{
	struct app *app = &((struct fixture *)*state)->app;

	press(app, "gg");
	assert_string_equal(current(app), "..");
	press(app, "3j");
	assert_string_equal(current(app), "delta");
	press(app, "k");
	assert_string_equal(current(app), "beta");
	press(app, "G");
	assert_string_equal(current(app), "gamma");
	press(app, "2G");
	assert_string_equal(current(app), "alpha");
	press(app, "99999999999999999999j");
	assert_string_equal(current(app), "gamma");
	press(app, "fb");
	assert_string_equal(current(app), "beta");
}

static void a_count_and_a_chord_can_be_left(void **state)
{
	struct app *app = &((struct fixture *)*state)->app;

	press(app, "2G12g");
	assert_string_equal(app->scene.pending, "12g");
	press(app, "<Esc>");
	assert_string_equal(app->scene.pending, "");
	press(app, "j");
	assert_string_equal(current(app), "beta");
}

static void an_unknown_chord_says_so_and_runs_nothing(void **state)
{
	struct app *app = &((struct fixture *)*state)->app;

	press(app, "2Ggz");
	assert_non_null(strstr(notice(app), "no command on gz"));
	assert_string_equal(current(app), "alpha");
	press(app, "j");
	assert_string_equal(notice(app), "");
}

static void the_strip_opens_after_a_rest_and_closes_with_the_chord(void **state)
{
	struct app *app = &((struct fixture *)*state)->app;

	press(app, "s");
	assert_int_equal(app_pending_deadline(app),
			 app->now_ms + app->model->settings.which_key_ms);
	app->now_ms += app->model->settings.which_key_ms - 1;
	app_pending_tick(app);
	assert_int_equal(app->scene.overlay, OVERLAY_NONE);
	app->now_ms++;
	app_pending_tick(app);
	assert_int_equal(app->scene.overlay, OVERLAY_STRIP);
	assert_true(app->scene.nitems >= 10);
	press(app, "e");
	assert_int_equal(app->scene.overlay, OVERLAY_NONE);
	assert_int_equal(model_list(app->model)->sort.by, SORT_EXT);
}

static void filtering(void **state)
{
	struct app *app = &((struct fixture *)*state)->app;

	press(app, "/eta");
	assert_int_equal(app->scene.overlay, OVERLAY_PROMPT);
	assert_int_equal(model_list(app->model)->n, 1);
	assert_string_equal(current(app), "beta");
	press(app, "<Enter>");
	assert_int_equal(app->scene.overlay, OVERLAY_NONE);
	assert_int_equal(model_list(app->model)->n, 1);
	press(app, "<Esc>");
	assert_int_equal(model_list(app->model)->n, 5);
	press(app, "/zzz<Esc>");
	assert_int_equal(model_list(app->model)->n, 5);
}

static void a_bad_pattern_keeps_the_list_and_says_why(void **state)
{
	struct app *app = &((struct fixture *)*state)->app;

	press(app, "/<Tab><Tab><Tab>a(");
	assert_true(app->scene.note_is_error);
	assert_true(strlen(app->scene.note) > 0);
	assert_true(model_list(app->model)->n > 0);
	press(app, "<BS>l");
	assert_false(app->scene.note_is_error);
	assert_string_equal(current(app), "alpha");
}

static void marking_by_pattern(void **state)
{
	struct app *app = &((struct fixture *)*state)->app;

	press(app, "+*ta<Enter>");
	assert_int_equal(app->model->marks.live, 2);
	assert_string_equal(notice(app), "2 marked");
	press(app, "-d*<Enter>");
	assert_int_equal(app->model->marks.live, 1);
}

static void each_prompt_has_a_history_of_its_own(void **state)
{
	struct app *app = &((struct fixture *)*state)->app;

	press(app, "+al*<Enter>");
	press(app, "+<Up>");
	assert_string_equal(app->edit->text.buf, "al*");
	press(app, "<Esc>gp<Up>");
	assert_string_equal(app->edit->text.buf, "");
}

static void the_palette_finds_and_runs(void **state)
{
	struct app *app = &((struct fixture *)*state)->app;

	press(app, ":bottom");
	assert_int_equal(app->scene.overlay, OVERLAY_PALETTE);
	assert_string_equal(app->scene.items[app->scene.selected].name, "bottom");
	press(app, "<Enter>");
	assert_int_equal(app->scene.overlay, OVERLAY_NONE);
	assert_string_equal(current(app), "gamma");
	press(app, ":nothinglikethis<Enter>");
	assert_int_equal(app->scene.overlay, OVERLAY_NONE);
	press(app, ":tab<Down><Down><Esc>");
	assert_int_equal(app->scene.overlay, OVERLAY_NONE);
}

/* Those for choosing are there only when something is to be chosen. */
static size_t usual_commands(void)
{
	size_t n = 0;

	for (size_t i = 0; i < ncommands; i++)
		n += !(commands[i].flags & CMD_CHOOSE);
	return n;
}

static void help_lists_every_command(void **state)
{
	struct app *app = &((struct fixture *)*state)->app;

	press(app, "?");
	assert_int_equal(app->scene.overlay, OVERLAY_HELP);
	assert_int_equal(app->scene.nitems, usual_commands());
	press(app, "/bookmark");
	assert_in_range(app->scene.nitems, 1, 3);
	press(app, "<Esc>");
	assert_int_equal(app->scene.nitems, usual_commands());
	press(app, "jjq");
	assert_int_equal(app->scene.overlay, OVERLAY_NONE);
	assert_false(app->quit);
}

static void pasted_text_runs_nothing(void **state)
{
	struct app *app = &((struct fixture *)*state)->app;
	struct input_event e = {.kind = INPUT_PASTE, .paste = STR_INIT};

	assert_int_equal(str_adds(&e.paste, "Gq\nq\n"), 0);
	press(app, "2G");
	app_input(app, &e);
	assert_false(app->quit);
	assert_string_equal(current(app), "alpha");
	press(app, "/");
	app_input(app, &e);
	assert_string_equal(app->edit->text.buf, "Gq q");
	str_done(&e.paste);
}

/* Reads every row, as drawing does. */
static size_t read_rows(const struct scene_item *rows, size_t n)
{
	size_t bytes = 0;

	for (size_t i = 0; i < n; i++)
		bytes += strlen(rows[i].keys) + strlen(rows[i].name);
	return bytes;
}

/* Without memory for the rows of the strip or the hints there are none, rather than old ones. */
static void rows_that_there_is_no_memory_for(void **state)
{
	struct app *app = &((struct fixture *)*state)->app;
	bool failed = true;

	for (unsigned long n = 1; failed; n++) {
		int err;

		assert_int_equal(items_hints(app), 0);
		assert_true(read_rows(app->scene.hints, app->scene.nhints) > 0);
		items_hints_drop(app);
		nomem_arm(n);
		err = items_hints(app);
		failed = nomem_disarm();
		assert_int_equal(err, failed ? -ENOMEM : 0);
		assert_true(!failed || app->scene.nhints == 0);
	}
	app->pending.keys[0] = (struct key){'g', 0};
	app->pending.nkeys = 1;
	for (unsigned long n = 1, again = 1; again; n++) {
		int err;

		assert_int_equal(items_strip(app), 0);
		assert_true(read_rows(app->scene.items, app->scene.nitems) > 0);
		nomem_arm(n);
		err = items_strip(app);
		again = nomem_disarm();
		assert_int_equal(err, again ? -ENOMEM : 0);
		assert_true(!again || app->scene.nitems == 0);
	}
	app->pending.nkeys = 0;
}

static void quitting_with_tabs_asks_once(void **state)
{
	struct app *app = &((struct fixture *)*state)->app;

	app->model->settings.confirm_quit = true;
	press(app, "tq");
	assert_false(app->quit);
	assert_non_null(strstr(notice(app), "2 tabs"));
	press(app, "jq");
	assert_false(app->quit);
	press(app, "q");
	assert_true(app->quit);
	assert_true(app->follow);
}

static void leaving_a_view_is_not_quitting(void **state)
{
	struct app *app = &((struct fixture *)*state)->app;

	press(app, "gmq");
	assert_false(app->quit);
	press(app, "Q");
	assert_true(app->quit);
	assert_false(app->follow);
}

static void read_only_offers_nothing_that_changes(void **state)
{
	struct app *app = &((struct fixture *)*state)->app;
	const struct command change = {.name = "change", .flags = CMD_MUTATES};

	app->options.read_only = true;
	app_run(app, &change, &(struct command_args){.count = 1});
	assert_non_null(strstr(notice(app), "read-only"));
}

static bool has_item(const struct scene_item *items, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(items[i].name, name) == 0)
			return true;
	return false;
}

/* Where the viewer is, its keys mean what they mean there, and only they are offered. */
static void keys_of_the_viewer(void **state)
{
	struct app *app = &((struct fixture *)*state)->app;

	press(app, "2G");
	assert_string_equal(current(app), "alpha");
	assert_int_equal(app_context(app), CTX_LIST);
	assert_true(has_item(app->scene.hints, app->scene.nhints, "parent"));
	press(app, "<F3>");
	assert_non_null(app->model->viewer);
	assert_int_equal(app_context(app), CTX_VIEWER);
	assert_int_equal(items_hints(app), 0);
	assert_true(has_item(app->scene.hints, app->scene.nhints, "view-close"));
	assert_true(has_item(app->scene.hints, app->scene.nhints, "edit"));
	assert_false(has_item(app->scene.hints, app->scene.nhints, "parent"));
	press(app, "jx#");
	assert_string_equal(current(app), "alpha");
	assert_true(app->model->viewer->hex && app->model->viewer->numbers);
	/* sr sorts in lists; here s means nothing. */
	press(app, "s");
	assert_non_null(strstr(notice(app), "no command on s"));
	press(app, "g");
	overlay_strip(app);
	assert_int_equal(app->scene.nitems, 1);
	assert_string_equal(app->scene.items[0].name, "view-top");
	press(app, "<Esc><C-p>");
	assert_int_equal(app->scene.overlay, OVERLAY_PALETTE);
	assert_true(has_item(app->scene.items, app->scene.nitems, "view-hex"));
	assert_false(has_item(app->scene.items, app->scene.nitems, "sort-name"));
	press(app, "<Esc><F1>");
	/* Help has what can be done here first, then all the rest. */
	assert_int_equal(app->scene.overlay, OVERLAY_HELP);
	assert_true(has_item(app->scene.items, app->scene.nitems, "sort-name"));
	assert_false(has_item(app->scene.items, 20, "sort-name"));
	press(app, "q");
	assert_non_null(app->model->viewer);
	press(app, "q");
	assert_null(app->model->viewer);
	assert_int_equal(items_hints(app), 0);
	assert_true(has_item(app->scene.hints, app->scene.nhints, "parent"));
}

/* What is typed into the prompts of the viewer. */
static void prompts_of_the_viewer(void **state)
{
	struct app *app = &((struct fixture *)*state)->app;

	press(app, "2G<F3>");
	app->model->viewer->phase = VIEWER_OPEN;
	press(app, "/");
	assert_int_equal(app->scene.overlay, OVERLAY_PROMPT);
	assert_string_equal(app->scene.question, "search: ");
	assert_non_null(strstr(app->scene.note, "words"));
	press(app, "<Tab>");
	assert_non_null(strstr(app->scene.note, "regex"));
	press(app, "(<Enter>");
	assert_int_equal(app->model->notice.kind, NOTICE_ERROR);
	assert_null(app->model->viewer->matcher);
	press(app, "?ab<Enter>");
	assert_non_null(app->model->viewer->matcher);
	assert_true(app->model->viewer->backward);
	assert_int_equal(app->model->viewer->scan.kind, SCAN_SEARCH);
	press(app, "<Esc>");
	assert_int_equal(app->model->viewer->scan.kind, SCAN_NONE);
	press(app, ":12<Enter>");
	assert_int_equal(app->model->viewer->scan.kind, SCAN_TO_LINE);
	press(app, ":12%<Enter>");
	assert_int_equal(app->model->viewer->move.kind, MOVE_TO);
	press(app, ":0x10<Enter>");
	assert_int_equal(app->model->viewer->move.at, 16);
	press(app, ":-3<Enter>");
	assert_non_null(strstr(notice(app), "neither a line"));
	press(app, ":99999999999999999999999<Enter>");
	assert_non_null(strstr(notice(app), "neither a line"));
	press(app, ":<Enter>");
	press(app, "%");
	assert_non_null(strstr(notice(app), "type a number"));
	press(app, "<Esc><Esc>");
	assert_null(app->model->viewer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(moving, setup, teardown),
		cmocka_unit_test_setup_teardown(a_count_and_a_chord_can_be_left, setup, teardown),
		cmocka_unit_test_setup_teardown(an_unknown_chord_says_so_and_runs_nothing, setup,
						teardown),
		cmocka_unit_test_setup_teardown(
			the_strip_opens_after_a_rest_and_closes_with_the_chord, setup, teardown),
		cmocka_unit_test_setup_teardown(filtering, setup, teardown),
		cmocka_unit_test_setup_teardown(a_bad_pattern_keeps_the_list_and_says_why, setup,
						teardown),
		cmocka_unit_test_setup_teardown(marking_by_pattern, setup, teardown),
		cmocka_unit_test_setup_teardown(each_prompt_has_a_history_of_its_own, setup,
						teardown),
		cmocka_unit_test_setup_teardown(the_palette_finds_and_runs, setup, teardown),
		cmocka_unit_test_setup_teardown(help_lists_every_command, setup, teardown),
		cmocka_unit_test_setup_teardown(pasted_text_runs_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(rows_that_there_is_no_memory_for, setup, teardown),
		cmocka_unit_test_setup_teardown(quitting_with_tabs_asks_once, setup, teardown),
		cmocka_unit_test_setup_teardown(leaving_a_view_is_not_quitting, setup, teardown),
		cmocka_unit_test_setup_teardown(keys_of_the_viewer, setup, teardown),
		cmocka_unit_test_setup_teardown(prompts_of_the_viewer, setup, teardown),
		cmocka_unit_test_setup_teardown(read_only_offers_nothing_that_changes, setup,
						teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
