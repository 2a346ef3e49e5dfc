/* SPDX-License-Identifier: MIT
 *
 * Every screen at five sizes, compared with its stored drawing.
 */
#include "stage.h"

static void test_typical(void **state)
{
	struct stage s = {0};

	(void)state;
	stage_open_typical(&s);
	stage_compare(&s, "typical");
	stage_close(&s);
}

static void test_root(void **state)
{
	struct stage s = {.is_root = true};

	(void)state;
	stage_open_typical(&s);
	s.scene.read_only = true;
	stage_compare(&s, "root");
	stage_close(&s);
}

/* A path is cut at its beginning, between whole characters and escapes. */
static void test_long_path(void **state)
{
	struct stage s = {
		.path = "/srv/\x1b[31m/with\nnewline/日本語の長いディレクトリ名/\xff\xfe/and/many/"
			"more/levels/"
			"until/it/is/far/too/long/for/any/header/日本語/\xe2\x80\xae/end\\n",
	};

	(void)state;
	stage_open_typical(&s);
	stage_compare(&s, "long-path");
	s.canvas.ascii = true;
	stage_compare(&s, "long-path-ascii");
	stage_close(&s);
}

static void test_empty(void **state)
{
	struct stage s = {0};

	(void)state;
	stage_open(&s, NULL, 0);
	stage_compare(&s, "empty");
	stage_close(&s);
}

static void test_loading(void **state)
{
	struct stage s = {.unfinished = true};

	(void)state;
	stage_open_typical(&s);
	stage_compare(&s, "loading");
	stage_close(&s);
}

static void test_stalled(void **state)
{
	struct stage s = {.silent = true};

	(void)state;
	stage_open(&s, NULL, 0);
	s.now_ms += 12000;
	model_set_stall(s.model,
			listing_ticket(model_tab(s.model)->coming ? model_tab(s.model)->coming
								  : model_tab(s.model)->listing),
			12000);
	stage_compare(&s, "stalled");
	stage_close(&s);
}

static void test_filter(void **state)
{
	struct stage s = {0};

	(void)state;
	stage_open_typical(&s);
	assert_int_equal(model_filter(s.model, MATCH_SUBSTRING, "photo jpg", NULL), 0);
	stage_settle(&s);
	stage_compare(&s, "filter");
	stage_close(&s);
}

static void test_filter_prompt(void **state)
{
	struct stage s = {0};

	(void)state;
	stage_open_typical(&s);
	assert_int_equal(model_filter(s.model, MATCH_GLOB, "*.jpg", NULL), 0);
	s.scene.overlay = OVERLAY_PROMPT;
	s.scene.question = "filter: ";
	s.scene.note = "glob  (Tab: other)";
	stage_type_text(&s, "*.jpg");
	stage_compare(&s, "filter-prompt");
	stage_close(&s);
}

static void test_filter_none(void **state)
{
	struct stage s = {0};

	(void)state;
	stage_open_typical(&s);
	assert_int_equal(model_filter(s.model, MATCH_SUBSTRING, "nothing like it", NULL), 0);
	stage_compare(&s, "filter-none");
	stage_close(&s);
}

static void test_marks_and_range(void **state)
{
	struct stage s = {0};

	(void)state;
	stage_open_typical(&s);
	assert_int_equal(model_mark_toggle(s.model, 3), 0);
	model_range(s.model);
	list_move(model_list(s.model), 2);
	stage_compare(&s, "marks");
	stage_close(&s);
}

static void test_tabs(void **state)
{
	struct stage s = {0};

	(void)state;
	stage_open_typical(&s);
	for (int i = 0; i < TABS_MAX; i++)
		(void)model_tab_new(s.model);
	model_tab_select(s.model, 3);
	stage_settle(&s);
	stage_compare(&s, "tabs");
	stage_close(&s);
}

static void test_sorted(void **state)
{
	struct stage s = {0};

	(void)state;
	stage_open_typical(&s);
	assert_int_equal(model_sort(s.model, SORT_SIZE), 0);
	stage_compare(&s, "sorted");
	stage_close(&s);
}

static void test_notice_error(void **state)
{
	struct stage s = {0};

	(void)state;
	stage_open_typical(&s);
	model_notice(s.model, NOTICE_ERROR, "cannot open %s: Permission denied",
		     "/root/\x1b[31m\nx");
	s.scene.pending = "5g";
	stage_compare(&s, "notice");
	stage_close(&s);
}

/* Wraps into the line of the hints; at the end stands the reason, which is never cut. */
static void test_long_notice(void **state)
{
	struct stage s = {0};

	(void)state;
	stage_open_typical(&s);
	model_notice(s.model, NOTICE_ERROR,
		     "cannot open /srv/www/日本語/%s/uploads: permission denied: you need execute"
		     " (enter) permission on each directory of the path",
		     "a-long-name-without-any-blank-in-it-that-does-not-end-before-the-line-does");
	stage_compare(&s, "notice-long");
	stage_close(&s);
}

/* The way out is the last hint to go. */
static void test_quit_is_always_shown(void **state)
{
	struct stage s = {0};

	(void)state;
	stage_open_typical(&s);
	for (int cols = 9; cols <= 140; cols++) {
		struct str text = STR_INIT;

		stage_draw_at(&s, 14, cols);
		assert_int_equal(canvas_dump(&s.canvas, &text, false), 0);
		assert_non_null(strstr(text.buf, " q quit\n"));
		assert_int_equal(strstr(text.buf, "! shell") != NULL, cols >= 99);
		str_done(&text);
	}
	stage_close(&s);
}

static void test_unreadable(void **state)
{
	struct stage s = {0};

	(void)state;
	stage_open_typical(&s);
	list_move_to_name(model_list(s.model), "unreadable.bin", strlen("unreadable.bin"));
	stage_compare(&s, "unreadable");
	stage_close(&s);
}

static void test_completion(void **state)
{
	struct stage s = {0};

	(void)state;
	stage_open_typical(&s);
	s.scene.overlay = OVERLAY_PROMPT;
	s.scene.question = "go to: ";
	s.scene.completes = true;
	stage_type_text(&s, "a");
	assert_int_equal(model_complete(s.model, "a"), 0);
	stage_settle(&s);
	stage_compare(&s, "completion");
	stage_close(&s);
}

static void test_prompt_error(void **state)
{
	struct stage s = {0};

	(void)state;
	stage_open_typical(&s);
	s.scene.overlay = OVERLAY_PROMPT;
	s.scene.question = "filter: ";
	s.scene.note = "missing closing parenthesis at 4";
	s.scene.note_is_error = true;
	stage_type_text(&s, "(ab\x1b");
	stage_compare(&s, "prompt-error");
	stage_close(&s);
}

static const struct scene_item items[] = {
	{"Move", "j  Down", "down", "move down"},
	{"Move", "k  Up", "up", "move up"},
	{"Move", "h  Left  Backspace", "parent", "go to the parent directory"},
	{"Move", "l  Right  Enter", "enter", "enter the directory, open the file"},
	{"Move", "g g  Home", "top", "move to the first row"},
	{"Move", "G  End", "bottom", "move to the last row"},
	{"Go", "g h", "go-home", "go to the home directory"},
	{"Go", "g /", "go-root", "go to the root directory"},
	{"Go", "g l", "go-link", "go to where the link points"},
	{"Go", "g p", "go-path", "type a path to go to"},
	{"Go", "g m", "mounts", "show the mounted file systems"},
	{"Go", "g r", "go-repo", "go to the root of the repository"},
	{"Go", "g -", "go-last", "go to the directory before this one"},
	{"Mark", "Space  Insert", "mark", "mark the row, move down"},
	{"Mark", "* a  C-a", "mark-all", "mark all rows shown"},
	{"Mark", "* i", "mark-invert", "mark what is not marked"},
	{"Mark", "* n", "mark-none", "drop all marks"},
	{"Program", "?  F1", "help", "show all keys"},
	{"Program", ":  C-p", "palette", "find a command by its words"},
	{"Program", "q", "quit", "quit; the shell follows to this directory"},
	{"Program", "Q", "quit-stay", "quit; the shell stays where it is"},
};

static void test_palette(void **state)
{
	struct stage s = {0};

	(void)state;
	stage_open_typical(&s);
	s.scene.overlay = OVERLAY_PALETTE;
	s.scene.question = ": ";
	s.scene.items = items;
	s.scene.nitems = ARRAY_LEN(items);
	s.scene.selected = 15;
	stage_type_text(&s, "mark");
	stage_compare(&s, "palette");
	stage_close(&s);
}

static const struct scene_item choices[] = {
	{"", "*.psd image/*", "gimp", "detach: gimp %F"},
	{"", "", "xdg-open", "what the desktop opens it with"},
	{"", "", "editor", "vim"},
	{"", "", "viewer", "looks at it, whatever it is"},
	{"", "", "pager", "less"},
};

/* No larger than its list. */
static void test_chooser(void **state)
{
	struct stage s = {0};

	(void)state;
	stage_open_typical(&s);
	s.scene.overlay = OVERLAY_CHOOSER;
	s.scene.question = "open with: ";
	s.scene.items = choices;
	s.scene.nitems = ARRAY_LEN(choices);
	s.scene.selected = 1;
	stage_type_text(&s, "");
	stage_compare(&s, "chooser");
	stage_close(&s);
}

static void test_palette_empty(void **state)
{
	struct stage s = {0};

	(void)state;
	stage_open_typical(&s);
	s.scene.overlay = OVERLAY_PALETTE;
	s.scene.question = ": ";
	stage_type_text(&s, "zzz");
	stage_compare(&s, "palette-empty");
	stage_close(&s);
}

static void test_help(void **state)
{
	struct stage s = {0};

	(void)state;
	stage_open_typical(&s);
	s.scene.overlay = OVERLAY_HELP;
	s.scene.items = items;
	s.scene.nitems = ARRAY_LEN(items);
	stage_compare(&s, "help");
	s.scene.scroll = 4;
	stage_type_text(&s, "mo");
	s.scene.question = "search: ";
	stage_compare(&s, "help-search");
	stage_close(&s);
}

/* A wide screen has two columns, and then no help is cut. */
static void test_help_wide(void **state)
{
	struct stage s = {0};
	struct str text = STR_INIT;

	(void)state;
	stage_open_typical(&s);
	s.scene.overlay = OVERLAY_HELP;
	s.scene.items = items;
	s.scene.nitems = ARRAY_LEN(items);
	stage_draw_at(&s, 16, 140);
	assert_int_equal(s.layout.overlay_scroll_max, 0);
	assert_int_equal(canvas_dump(&s.canvas, &text, false), 0);
	for (size_t i = 0; i < ARRAY_LEN(items); i++)
		assert_non_null(strstr(text.buf, items[i].help));
	str_clear(&text);
	stage_draw_at(&s, 16, 120);
	assert_true(s.layout.overlay_scroll_max > 0);
	assert_int_equal(canvas_dump(&s.canvas, &text, false), 0);
	assert_non_null(strstr(text.buf, items[0].help));
	str_done(&text);
	stage_close(&s);
}

static void test_strip(void **state)
{
	struct stage s = {0};

	(void)state;
	stage_open_typical(&s);
	s.scene.overlay = OVERLAY_STRIP;
	s.scene.items = items + 6;
	s.scene.nitems = 7;
	s.scene.pending = "g";
	stage_compare(&s, "strip");
	stage_close(&s);
}

/* Keys of one command that follow each other are one entry. */
static void test_strip_run(void **state)
{
	static const struct scene_item many[] = {
		{"Go", "h", "go-home", "go to the home directory"},
		{"Tabs", "1", "tab", "go to this tab"},
		{"Tabs", "2", "tab", "go to this tab"},
		{"Tabs", "3", "tab", "go to this tab"},
		{"Tabs", "4", "tab", "go to this tab"},
		{"Go", "m", "mounts", "show the mounted file systems"},
		{"Go", "n", "mounts", "show the mounted file systems"},
	};
	struct stage s = {0};

	(void)state;
	stage_open_typical(&s);
	s.scene.overlay = OVERLAY_STRIP;
	s.scene.items = many;
	s.scene.nitems = ARRAY_LEN(many);
	s.scene.pending = "g";
	stage_compare(&s, "strip-run");
	stage_close(&s);
}

static void test_view_marked(void **state)
{
	struct stage s = {0};

	(void)state;
	stage_open_typical(&s);
	assert_int_equal(model_mark_toggle(s.model, 4), 0);
	assert_int_equal(model_view_marked(s.model), 0);
	stage_compare(&s, "marked");
	stage_close(&s);
}

static void test_view_mounts(void **state)
{
	struct stage s = {0};

	(void)state;
	stage_open_typical(&s);
	assert_int_equal(model_view_mounts(s.model), 0);
	stage_settle(&s);
	stage_compare(&s, "mounts");
	stage_close(&s);
}

static void test_list_fails(void **state)
{
	struct stage s = {.list_err = -EACCES};

	(void)state;
	stage_open(&s, NULL, 0);
	stage_compare(&s, "denied");
	stage_close(&s);
}

#define X16  "xxxxxxxxxxxxxxxx"
#define X240 X16 X16 X16 X16 X16 X16 X16 X16 X16 X16 X16 X16 X16 X16 X16

static const struct stage_file hostile[] = {
	{"-rf", S_IFREG | 0644, 0, 0, 1, "2026-01-01 00:00", NULL, 0},
	{" leading and trailing ", S_IFREG | 0644, 0, 0, 1, "2026-01-01 00:00", NULL, 0},
	{"bidi \xe2\x80\xae"
	 "fdp.exe",
	 S_IFREG | 0644, 0, 0, 1, "2026-01-01 00:00", NULL, 0},
	{"caf\xe9 latin1", S_IFREG | 0644, 0, 0, 1, "2026-01-01 00:00", NULL, 0},
	{"combining e\xcc\x81\xcc\x82\xcc\x83\xcc\x84\xcc\x85\xcc\x86 end", S_IFREG | 0644, 0, 0, 1,
	 "2026-01-01 00:00", NULL, 0},
	{"escape \x1b[2J\x1b]0;title\a", S_IFREG | 0644, 0, 0, 1, "2026-01-01 00:00", NULL, 0},
	{"new\nline\ttab", S_IFDIR | 0755, 0, 0, 1, "2026-01-01 00:00", NULL, 0},
	{"c1 \xc2\x9b"
	 "31m",
	 S_IFREG | 0644, 0, 0, 1, "2026-01-01 00:00", NULL, 0},
	{"back\\slash\\n and \\x41", S_IFREG | 0644, 0, 0, 1, "2026-01-01 00:00", NULL, 0},
	{"\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e\xe3\x81\xae\xe9\x95\xb7\xe3\x81\x84\xe5\x90\x8d\xe5"
	 "\x89\x8d\xe3\x81\xae"
	 "\xe3\x83\x95\xe3\x82\xa1\xe3\x82\xa4\xe3\x83\xab.txt",
	 S_IFREG | 0644, 0, 0, 1, "2026-01-01 00:00", NULL, 0},
	{"emoji \xf0\x9f\x98\x80 \xe2\x80\x8b zero width", S_IFREG | 0644, 0, 0, 1,
	 "2026-01-01 00:00", NULL, 0},
	{"link", S_IFLNK | 0777, 0, 0, 1, "2026-01-01 00:00", "\x1b[31m\xff\n../target", 0},
	{X240 "longest-name.ex", S_IFREG | 0644, 0, 0, 1, "2026-01-01 00:00", NULL, 0},
	{"\xcc\x81starts with a mark", S_IFREG | 0644, 0, 0, 1, "2026-01-01 00:00", NULL, 0},
	{"looks \xe2\x86\x92 like a link", S_IFREG | 0644, 0, 0, 1, "2026-01-01 00:00", NULL, 0},
};

static void test_hostile(void **state)
{
	struct stage s = {0};

	(void)state;
	stage_open(&s, hostile, ARRAY_LEN(hostile));
	stage_compare(&s, "hostile");
	s.canvas.ascii = true;
	stage_compare(&s, "hostile-ascii");
	stage_close(&s);
}

static void test_ascii(void **state)
{
	struct stage s = {0};

	(void)state;
	stage_open_typical(&s);
	s.canvas.ascii = true;
	assert_int_equal(model_filter(s.model, MATCH_SUBSTRING, "a", NULL), 0);
	stage_compare(&s, "ascii");
	stage_close(&s);
}

static void test_options(void **state)
{
	struct stage s = {0};

	(void)state;
	stage_open_typical(&s);
	s.model->settings.size_exact = true;
	s.model->settings.time_relative = true;
	s.model->settings.hints = false;
	assert_int_equal(model_toggle_hidden(s.model), 0);
	stage_compare(&s, "options");
	stage_close(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_typical),
		cmocka_unit_test(test_root),
		cmocka_unit_test(test_long_path),
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_loading),
		cmocka_unit_test(test_stalled),
		cmocka_unit_test(test_filter),
		cmocka_unit_test(test_filter_prompt),
		cmocka_unit_test(test_filter_none),
		cmocka_unit_test(test_marks_and_range),
		cmocka_unit_test(test_tabs),
		cmocka_unit_test(test_sorted),
		cmocka_unit_test(test_notice_error),
		cmocka_unit_test(test_long_notice),
		cmocka_unit_test(test_quit_is_always_shown),
		cmocka_unit_test(test_unreadable),
		cmocka_unit_test(test_completion),
		cmocka_unit_test(test_prompt_error),
		cmocka_unit_test(test_palette),
		cmocka_unit_test(test_chooser),
		cmocka_unit_test(test_palette_empty),
		cmocka_unit_test(test_help),
		cmocka_unit_test(test_help_wide),
		cmocka_unit_test(test_strip),
		cmocka_unit_test(test_strip_run),
		cmocka_unit_test(test_view_marked),
		cmocka_unit_test(test_view_mounts),
		cmocka_unit_test(test_list_fails),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_ascii),
		cmocka_unit_test(test_options),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
