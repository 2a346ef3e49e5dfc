/* SPDX-License-Identifier: MIT
 *
 * Options changed while the program runs, as far as that goes without a terminal: every one has a
 * way to take effect, and the lists that are open follow.
 */
#include "../../lib/test.h"

#include "app/apply.h"

#include <errno.h>

struct fixture {
	struct app app;
	struct names *names;
};

static void feed(struct fixture *f, uint64_t ticket, enum fs_event_kind kind)
{
	struct fs_event *e = fs_event_new(kind, ticket);

	assert_non_null(e);
	if (kind == FS_LIST_OPENED) {
		e->u.opened.names = names_ref(f->names);
		e->u.opened.dir.meta.id = (struct file_id){1, 2};
		e->u.opened.dir.meta.mode = 0040755;
		e->u.opened.dir.watched = true;
	} else {
		e->u.part.count = names_count(f->names);
	}
	model_apply(f->app.model, e, 1000);
	fs_event_free(e);
}

static void answer(struct fixture *f)
{
	struct request r;

	while (model_next_request(f->app.model, &r)) {
		if (r.kind == REQ_LIST) {
			feed(f, r.ticket, FS_LIST_OPENED);
			feed(f, r.ticket, FS_LIST_DONE);
		}
		request_done(&r);
	}
}

static int setup(void **state)
{
	static const struct {
		const char *name;
		enum entry_type type;
	} entries[] = {{"alpha", ENTRY_FILE},  {"beta", ENTRY_DIR},  {".dot", ENTRY_FILE},
		       {"gamma", ENTRY_FILE},  {"delta", ENTRY_DIR}, {"zeta", ENTRY_FILE},
		       {"theta", ENTRY_FILE},  {"iota", ENTRY_FILE}, {"kappa", ENTRY_FILE},
		       {"lambda", ENTRY_FILE}, {"my", ENTRY_FILE},   {"ny", ENTRY_FILE}};
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	f->names = names_new();
	for (size_t i = 0; i < ARRAY_LEN(entries); i++)
		assert_int_equal(names_add(f->names, entries[i].name, strlen(entries[i].name),
					   (uint8_t)entries[i].type, NULL),
				 0);
	assert_int_equal(model_new(&f->app.model), 0);
	assert_int_equal(theme_init(&f->app.theme), 0);
	assert_int_equal(themes_init(&f->app.themes), 0);
	assert_int_equal(model_start(f->app.model, "/home/me", NULL), 0);
	answer(f);
	assert_int_equal(model_tab_new(f->app.model), 0);
	answer(f);
	for (size_t i = 0; i < f->app.model->ntabs; i++)
		list_fit(&f->app.model->tabs[i].views[0].list, 8);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	names_unref(f->names);
	model_free(f->app.model);
	theme_done(&f->app.theme);
	themes_done(&f->app.themes);
	free(f->app.previewed);
	free(f);
	return 0;
}

static void every_option_has_a_way(void **state)
{
	(void)state;
	for (size_t i = 0; i < noption_rows; i++)
		if (!apply_knows(option_rows[i].name))
			fail_msg("say in the table of app/apply.c how '%s' takes effect while the "
				 "program runs",
				 option_rows[i].name);
	assert_false(apply_knows("nonsense"));
}

/* Any value of any option can be set at any time, and the lists stay sound. */
static void every_value_can_be_set(void **state)
{
	struct fixture *f = *state;

	for (size_t i = 0; i < noption_rows; i++) {
		struct str domain = STR_INIT;
		char *at = NULL, *word;

		assert_int_equal(option_domain(&option_rows[i], &domain), 0);
		for (word = strtok_r(domain.buf, " ", &at); word; word = strtok_r(NULL, " ", &at)) {
			char *dots = strstr(word, "..");

			assert_int_equal(apply_set(&f->app, option_rows[i].name,
						   dots ? dots + 2 : word, NULL),
					 0);
			answer(f);
			model_check(f->app.model);
		}
		assert_true(f->app.touched >> i & 1);
		str_done(&domain);
	}
}

static void set(struct fixture *f, const char *option, const char *value)
{
	assert_int_equal(apply_set(&f->app, option, value, NULL), 0);
	answer(f);
	model_check(f->app.model);
}

static struct list *list_of(struct fixture *f, size_t tab)
{
	return &f->app.model->tabs[tab].views[0].list;
}

static void row_is(struct fixture *f, size_t tab, size_t pos, const char *name)
{
	struct row row;

	assert_true(list_row(list_of(f, tab), pos, &row));
	assert_string_equal(row.name, name);
}

static void lists_of_all_tabs_follow(void **state)
{
	struct fixture *f = *state;

	row_is(f, 0, 1, "beta");
	row_is(f, 1, 1, "beta");
	set(f, "dirs-first", "no");
	row_is(f, 0, 1, "alpha");
	row_is(f, 1, 1, "alpha");
	set(f, "sort-reverse", "yes");
	row_is(f, 0, 1, "zeta");
	set(f, "show-hidden", "yes");
	assert_int_equal(list_len(list_of(f, 0)), 13);
	assert_int_equal(list_len(list_of(f, 1)), 13);
	set(f, "sort-reverse", "no");
	row_is(f, 1, 1, ".dot");
	set(f, "sort", "mode");
	assert_int_equal(list_of(f, 0)->sort.by, SORT_MODE);
	assert_int_equal(list_of(f, 1)->sort.by, SORT_MODE);
}

/* The cursor, the window and a range stay on their rows. */
static void the_parent_row_comes_and_goes(void **state)
{
	struct fixture *f = *state;
	struct list *l = list_of(f, 1);
	uint32_t id, anchor;

	list_move_to(l, 3);
	list_range_start(l);
	list_move_to(l, 9);
	id = l->cursor_id;
	anchor = l->range_anchor;
	set(f, "parent-row", "no");
	row_is(f, 0, 0, "beta");
	assert_int_equal(list_of(f, 0)->cursor, 0);
	assert_int_equal(l->cursor, 8);
	assert_int_equal(l->cursor_id, id);
	assert_int_equal(l->range_anchor, anchor);
	assert_int_equal(l->range_pos, 2);
	set(f, "parent-row", "yes");
	assert_int_equal(l->cursor_id, id);
	assert_int_equal(l->range_pos, 3);
	/* A range from ".." goes on from the row that is first then. */
	list_move_to(l, 0);
	list_range_start(l);
	set(f, "parent-row", "no");
	assert_int_equal(l->range_anchor, list_id(l, 0));
	/* / has none. */
	assert_int_equal(model_go(f->app.model, "/", NULL), 0);
	answer(f);
	set(f, "parent-row", "yes");
	row_is(f, 1, 0, "beta");
}

static void moving_follows(void **state)
{
	struct fixture *f = *state;
	struct list *l = list_of(f, 1);

	set(f, "scroll-margin", "0");
	list_move_to(l, 7);
	assert_int_equal(l->top, 0);
	set(f, "scroll-margin", "2");
	assert_int_equal(l->top, 2);
	list_move_to(l, 0);
	set(f, "wrap", "yes");
	list_move(l, -1);
	assert_int_equal(l->cursor, list_len(l) - 1);
	/* Views that lie over the directory too, but not their order. */
	assert_int_equal(model_mark_toggle(f->app.model, 1), 0);
	assert_int_equal(model_view_marked(f->app.model), 0);
	set(f, "wrap", "no");
	set(f, "sort", "size");
	assert_false(model_list(f->app.model)->wrap);
	assert_int_equal(model_list(f->app.model)->sort.by, SORT_NAME);
}

static void a_filter_that_is_on_keeps_its_kind(void **state)
{
	struct fixture *f = *state;

	f->app.match_kind_set = true;
	assert_int_equal(model_filter(f->app.model, MATCH_GLOB, "*a", NULL), 0);
	set(f, "filter", "regex");
	assert_int_equal(list_of(f, 1)->filter_kind, MATCH_GLOB);
	assert_int_equal(list_of(f, 0)->filter_kind, MATCH_REGEX);
	assert_false(f->app.match_kind_set);
}

static void refused_values_change_nothing(void **state)
{
	struct fixture *f = *state;
	struct str err = STR_INIT;

	assert_int_equal(apply_set(&f->app, "scroll-margin", "101", &err), -EINVAL);
	assert_non_null(strstr(err.buf, "0..100"));
	assert_int_equal(apply_set(&f->app, "nonsense", "1", NULL), -ENOENT);
	assert_int_equal(f->app.touched, 0);
	assert_int_equal(f->app.model->settings.scroll_margin, 3);
	str_done(&err);
}

int main(void)
{
#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(every_option_has_a_way),
		TEST(every_value_can_be_set),
		TEST(lists_of_all_tabs_follow),
		TEST(the_parent_row_comes_and_goes),
		TEST(moving_follows),
		TEST(a_filter_that_is_on_keeps_its_kind),
		TEST(refused_values_change_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
