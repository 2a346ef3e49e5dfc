/* SPDX-License-Identifier: MIT
 *
 * Run from the top of the tree: reads themes/.
 */
#include "../../lib/test.h"

#include "model/rows.h"
#include "ui/colour.h"
#include "ui/theme.h"

static struct theme t;
static unsigned bad_line;
static char bad_reason[200];

static void bad(void *ctx, unsigned line, const char *reason)
{
	(void)ctx;
	bad_line = line;
	snprintf(bad_reason, sizeof(bad_reason), "%s", reason);
}

static int parse(const char *text)
{
	return theme_parse(&t, text, strlen(text), bad, NULL);
}

static int setup(void **state)
{
	(void)state;
	return theme_init(&t);
}

static int teardown(void **state)
{
	(void)state;
	theme_done(&t);
	return 0;
}

static void assert_look(int look, int32_t fg, int32_t bg, unsigned attrs)
{
	assert_int_equal(t.looks[look].fg, fg);
	assert_int_equal(t.looks[look].bg, bg);
	assert_int_equal(t.looks[look].attrs, attrs);
}

static void looks(void **state)
{
	static const struct {
		const char *value;
		int32_t fg, bg;
		unsigned attrs;
	} rows[] = {
		{"", -1, -1, 0},
		{"fg=red", 1, -1, 0},
		{"bg=bright-white\tbold", -1, 15, LOOK_BOLD},
		{"fg=default bg=255 dim italic underline reverse strike", -1, 255, 62},
		{"fg=#0aF0ff", COLOUR_RGB | 0x0af0ff, -1, 0},
		{"fg=x", 208, -1, 0},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char text[200];

		snprintf(text, sizeof(text), "palette.x = 208\ndir = %s\n", rows[i].value);
		assert_int_equal(parse(text), 0);
		assert_look(ROLE_DIR, rows[i].fg, rows[i].bg, rows[i].attrs);
	}
}

static void bad_lines_are_named(void **state)
{
	static const struct {
		const char *line, *reason;
	} rows[] = {
		{"nosuch = bold", "no role has the name nosuch"},
		{"dir = blod", "neither fg=, bg= nor an attribute: blod"},
		{"dir = fg=reed", "not a colour: reed"},
		{"dir = fg=256", "not a colour: 256"},
		{"dir = fg=#12345", "not a colour: #12345"},
		{"dir = fg=#12345g", "not a colour: #12345g"},
		{"dir = fg=", "neither fg=, bg= nor an attribute: fg="},
		{"dir = fg=later", "not a colour: later"},
		{"palette.y = blurple", "not a colour: blurple"},
		{"palette.red = 9", "red is a colour already"},
		{"dir = dim | blod", "neither fg=, bg= nor an attribute: blod"},
		{"dir = dim | bold | strike", "more than two looks"},
		{"terminal = fg=reed", "not a colour: reed"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char text[200];

		snprintf(text, sizeof(text), "dir = bold\n%s\nfile = dim\n", rows[i].line);
		assert_int_equal(parse(text), 1);
		assert_int_equal(bad_line, 2);
		assert_string_equal(bad_reason, rows[i].reason);
		assert_look(ROLE_DIR, -1, -1, LOOK_BOLD);
		assert_look(ROLE_FILE, -1, -1, LOOK_DIM);
	}
	assert_int_equal(parse("[section]\ndir = bold"), 1);
}

static void fallbacks(void **state)
{
	(void)state;
	for (int i = 0; i < ROLE_KINDS; i++)
		assert_true((int)role_info[i].fallback < i || i == ROLE_TEXT);
	parse("header = fg=red\nheader.path = bold\nfile = fg=3\n");
	theme_resolve(&t, 256);
	assert_look(ROLE_HEADER_USER, 1, -1, 0);
	assert_look(ROLE_TITLE, 1, -1, 0);
	assert_look(ROLE_HEADER_PATH, -1, -1, LOOK_BOLD);
	assert_look(ROLE_EXEC, 3, -1, 0);
	assert_look(ROLE_DIR, -1, -1, 0);
}

static void reduction(void **state)
{
	static const struct {
		const char *value;
		int colors;
		int32_t fg, bg;
		unsigned attrs;
	} rows[] = {
		{"fg=#5fafff", 16777216, COLOUR_RGB | 0x5fafff, -1, 0},
		{"fg=#5fafff", 256, 75, -1, 0},
		{"fg=#ffffff bg=#000000", 256, 231, 16, 0},
		{"fg=75", 256, 75, -1, 0},
		{"fg=bright-blue", 256, 12, -1, 0},
		{"fg=#ff0000", 16, 9, -1, 0},
		{"fg=196 bg=250", 16, 9, 7, 0},
		{"fg=bright-blue", 8, 4, -1, LOOK_BOLD},
		{"fg=bright-black", 8, -1, -1, 0},
		{"fg=red bg=bright-blue", 8, 1, 4, 0},
		{"fg=#101010 bg=#000000", 8, 7, 0, 0},
		{"fg=252 bg=bright-white", 8, 0, 7, 0},
		{"fg=red bg=blue italic", 0, -1, -1, LOOK_REVERSE | LOOK_ITALIC},
		{"fg=red", 0, -1, -1, 0},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char text[200];

		theme_done(&t);
		theme_init(&t);
		snprintf(text, sizeof(text), "dir = %s\n", rows[i].value);
		assert_int_equal(parse(text), 0);
		theme_resolve(&t, rows[i].colors);
		assert_look(ROLE_DIR, rows[i].fg, rows[i].bg, rows[i].attrs);
	}
}

/* Few colours may have a look of their own; where there is none the other is brought down. */
static void looks_for_few_colours(void **state)
{
	static const struct {
		int colors;
		int32_t dir_fg;
		unsigned dir_attrs, link_attrs;
	} rows[] = {
		{16777216, COLOUR_RGB | 0x5fafff, 0, LOOK_ITALIC},
		{256, 75, 0, LOOK_ITALIC},
		{16, 6, LOOK_BOLD, 0},
		{8, 6, LOOK_BOLD, 0},
		{0, -1, LOOK_BOLD, 0},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		theme_done(&t);
		theme_init(&t);
		assert_int_equal(parse("dir = fg=#5fafff|fg=cyan bold\nlink = italic |\n"), 0);
		theme_resolve(&t, rows[i].colors);
		assert_look(ROLE_DIR, rows[i].dir_fg, -1, rows[i].dir_attrs);
		assert_look(ROLE_LINK, -1, -1, rows[i].link_attrs);
	}
	parse("file = fg=75 | bold\n");
	theme_resolve(&t, 8);
	assert_look(ROLE_EXEC, -1, -1, LOOK_BOLD);
}

/* The colours of plain text are the ground of everything, names in LS_COLORS too. */
static void colours_of_text_are_everywhere(void **state)
{
	(void)state;
	parse("terminal = fg=1 bg=#000000\ntext = fg=250 bg=17\ndir = fg=75\nmatch = bg=3\n");
	assert_int_equal(t.terminal.fg, 1);
	assert_int_equal(t.terminal.bg, COLOUR_RGB);
	assert_int_equal(theme_ls_colors(&t, "*.tar=31"), 0);
	theme_resolve(&t, 256);
	assert_look(ROLE_DIR, 75, 17, 0);
	assert_look(ROLE_MATCH, 250, 3, 0);
	assert_look(ROLE_FOOTER, 250, 17, 0);
	assert_look(ROLE_KINDS, 1, 17, 0);
	theme_done(&t);
	theme_init(&t);
	/* Without colours it sets nothing apart. */
	parse("text = fg=250 bg=17\ndir = fg=75\nmatch = bg=3\n");
	theme_resolve(&t, 0);
	assert_look(ROLE_TEXT, -1, -1, 0);
	assert_look(ROLE_DIR, -1, -1, 0);
	assert_int_not_equal(t.looks[ROLE_MATCH].attrs, 0);
}

static bool same_look(enum role a, enum role b)
{
	return t.looks[a].fg == t.looks[b].fg && t.looks[a].bg == t.looks[b].bg &&
	       t.looks[a].attrs == t.looks[b].attrs;
}

static char *read_theme(const char *name)
{
	char path[100], *text = calloc(1, 65536);
	FILE *file;

	snprintf(path, sizeof(path), "themes/%s.theme", name);
	file = fopen(path, "re");
	assert_non_null(text);
	assert_non_null(file);
	assert_true(fread(text, 1, 65535, file) > 0);
	fclose(file);
	return text;
}

/* What matters can be told apart with any number of colours. */
static void themes_are_complete(void **state)
{
	static const char *const names[] = {"default", "light",          "high-contrast",
					    "mono",    "solarized-dark", "solarized-light"};
	static const int colors[] = {0, 8, 16, 256, 16777216};
	static const enum role apart[] = {ROLE_CURSOR,      ROLE_MARK,        ROLE_ESCAPE,
					  ROLE_MATCH,       ROLE_ERROR,       ROLE_WARNING,
					  ROLE_HEADER_ROOT, ROLE_TAB_CURRENT, ROLE_SELECTED};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		for (size_t k = 0; k < ARRAY_LEN(colors); k++) {
			char *text = read_theme(names[i]);

			theme_done(&t);
			theme_init(&t);
			assert_int_equal(parse(text), 0);
			for (int role = 0; role < ROLE_KINDS; role++)
				assert_true(t.set[role]);
			theme_resolve(&t, colors[k]);
			for (size_t r = 0; r < ARRAY_LEN(apart); r++) {
				assert_false(same_look(apart[r], ROLE_TEXT));
				assert_false(same_look(apart[r], ROLE_FILE));
			}
			assert_false(same_look(ROLE_CURSOR, ROLE_MARK));
			/* Within a name, the one of the current row too. */
			assert_false(same_look(ROLE_MATCH, ROLE_ESCAPE));
			assert_false(same_look(ROLE_MATCH, ROLE_CURSOR));
			assert_false(same_look(ROLE_ESCAPE, ROLE_CURSOR));
			/* Blue or black on a black screen cannot be read. */
			for (int role = 0; i == 0 && role < ROLE_KINDS; role++)
				assert_true(t.looks[role].bg != -1 || t.looks[role].fg == -1 ||
					    t.looks[role].attrs & LOOK_BOLD ||
					    (t.looks[role].fg != 0 && t.looks[role].fg != 4));
			free(text);
		}
}

static void default_is_built_in(void **state)
{
	char *text = read_theme("default");

	(void)state;
	assert_string_equal(theme_default_text, text);
	free(text);
}

static void ls_colors(void **state)
{
	static const struct {
		const char *name;
		enum entry_type type;
		unsigned mode; /* 0: not known */
		int32_t fg;    /* -2: a role decides */
		enum role role;
	} rows[] = {
		{"d", ENTRY_DIR, 0, 4, 0},
		{"d", ENTRY_DIR, 0041777, 2, 0},
		{"d", ENTRY_DIR, 0040757, 3, 0},
		{"d", ENTRY_DIR, 0041755, 5, 0},
		{"l", ENTRY_LINK, 0, -2, ROLE_LINK},
		{"p", ENTRY_FIFO, 0, -2, ROLE_SPECIAL},
		{"a", ENTRY_FILE, 0100644, -2, ROLE_FILE},
		{"a.tar", ENTRY_FILE, 0100644, 9, 0},
		{"a.TAR", ENTRY_FILE, 0, 9, 0},
		{"a.x.tar.gz", ENTRY_FILE, 0, 10, 0},
		{"a.gz", ENTRY_FILE, 0, 11, 0},
		{"a~", ENTRY_FILE, 0, 8, 0},
		{"a.tar", ENTRY_FILE, 0100755, 12, 0},
		{"a", ENTRY_FILE, 0104755, 13, 0},
		{"a.tar", ENTRY_UNKNOWN, 0, -2, ROLE_FILE},
		{"a.tar", ENTRY_UNKNOWN, 0100644, 9, 0},
		{"", ENTRY_FILE, 0, -2, ROLE_FILE},
	};

	(void)state;
	assert_int_equal(
		theme_ls_colors(&t,
				"rs=0:di=01;34:ln=target:tw=30;32:ow=33:st=35:ex=94:su=95:"
				"*.tar=91:*.TAR.gz=38;5;10:*.gz=38;5;11:*~=00;90:bogus:=:*=1:xx=31:"
				"so=38;5;999:pi=38;5:bd=1x"),
		0);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct meta meta = {.mode = rows[i].mode};
		struct row row = {.name = rows[i].name,
				  .name_len = strlen(rows[i].name),
				  .type = rows[i].type,
				  .meta = rows[i].mode ? &meta : NULL};
		uint16_t look = theme_name_look(&t, &row);

		if (rows[i].fg == -2)
			assert_int_equal(look, rows[i].role);
		else
			assert_int_equal(t.looks[look].fg, rows[i].fg);
	}
}

static void without_ls_colors(void **state)
{
	static const struct {
		enum entry_type type;
		unsigned mode;
		enum role role;
	} rows[] = {
		{ENTRY_DIR, 0, ROLE_DIR},         {ENTRY_LINK, 0, ROLE_LINK},
		{ENTRY_FILE, 0100644, ROLE_FILE}, {ENTRY_FILE, 0100755, ROLE_EXEC},
		{ENTRY_SOCKET, 0, ROLE_SPECIAL},  {ENTRY_UNKNOWN, 0040755, ROLE_DIR},
		{ENTRY_UNKNOWN, 0, ROLE_FILE},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct meta meta = {.mode = rows[i].mode};
		struct row row = {
			.name = "x.tar", .name_len = 5, .type = rows[i].type, .meta = &meta};

		assert_int_equal(theme_name_look(&t, &row), rows[i].role);
	}
}

/* However many looks the variable names, there is room for the roles and no more than the rest. */
static void many_looks(void **state)
{
	struct str value = STR_INIT;

	(void)state;
	for (int i = 0; i < 3000; i++)
		str_addf(&value, "*.e%d=38;2;%d;%d;7:", i, i / 256, i % 256);
	assert_int_equal(theme_ls_colors(&t, value.buf), 0);
	assert_int_equal(t.nlooks, THEME_LOOKS_MAX);
	str_done(&value);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(looks, setup, teardown),
		cmocka_unit_test_setup_teardown(bad_lines_are_named, setup, teardown),
		cmocka_unit_test_setup_teardown(fallbacks, setup, teardown),
		cmocka_unit_test_setup_teardown(reduction, setup, teardown),
		cmocka_unit_test_setup_teardown(looks_for_few_colours, setup, teardown),
		cmocka_unit_test_setup_teardown(colours_of_text_are_everywhere, setup, teardown),
		cmocka_unit_test_setup_teardown(themes_are_complete, setup, teardown),
		cmocka_unit_test_setup_teardown(default_is_built_in, setup, teardown),
		cmocka_unit_test_setup_teardown(ls_colors, setup, teardown),
		cmocka_unit_test_setup_teardown(without_ls_colors, setup, teardown),
		cmocka_unit_test_setup_teardown(many_looks, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
