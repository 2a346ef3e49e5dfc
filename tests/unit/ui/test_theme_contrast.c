/* SPDX-License-Identifier: MIT
 *
 * Every theme in themes/ can be read: the contrast of each role (WCAG 2.1, 1.4.3 and 1.4.6) with
 * every number of colours, and on each terminal whose 16 colours we know the worst of them counts.
 * What must be told apart can be, also without colours. Run from the top of the tree.
 */
#include "../../lib/test.h"

#include "ui/colour.h"
#include "ui/theme.h"

#include <dirent.h>
#include <math.h>

/* As the terminals come. bold: it makes the first eight colours the bright ones. */
static const struct palette {
	const char *name;
	bool bold_brightens;
	uint32_t at[16];
} palettes[] = {
	{"xterm",
	 true,
	 {0x000000, 0xcd0000, 0x00cd00, 0xcdcd00, 0x0000ee, 0xcd00cd, 0x00cdcd, 0xe5e5e5, 0x7f7f7f,
	  0xff0000, 0x00ff00, 0xffff00, 0x5c5cff, 0xff00ff, 0x00ffff, 0xffffff}},
	{"linux",
	 true,
	 {0x000000, 0xaa0000, 0x00aa00, 0xaa5500, 0x0000aa, 0xaa00aa, 0x00aaaa, 0xaaaaaa, 0x555555,
	  0xff5555, 0x55ff55, 0xffff55, 0x5555ff, 0xff55ff, 0x55ffff, 0xffffff}},
	{"gnome",
	 false,
	 {0x171421, 0xc01c28, 0x26a269, 0xa2734c, 0x12488b, 0xa347ba, 0x2aa1b3, 0xd0cfcc, 0x5e5c64,
	  0xf66151, 0x33da7a, 0xe9ad0c, 0x2a7bde, 0xc061cb, 0x33c7de, 0xffffff}},
};
static const int depths[] = {16777216, 256, 16, 8};

#define NORMAL    4.5
#define SECONDARY 3.0
#define ENHANCED  7.0 /* all of high-contrast */

/* Lines, and words that something else says too. */
static const enum role secondary[] = {ROLE_FRAME, ROLE_TARGET};

static double linear(uint32_t channel)
{
	double c = channel / 255.0;

	return c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4);
}

static double luminance(uint32_t rgb)
{
	return 0.2126 * linear(rgb >> 16 & 255) + 0.7152 * linear(rgb >> 8 & 255) +
	       0.0722 * linear(rgb & 255);
}

static double ratio(uint32_t a, uint32_t b)
{
	double la = luminance(a), lb = luminance(b);

	return la > lb ? (la + 0.05) / (lb + 0.05) : (lb + 0.05) / (la + 0.05);
}

static uint32_t shown(const struct palette *p, int32_t colour, int32_t otherwise)
{
	if (colour == COLOUR_DEFAULT)
		colour = otherwise;
	return colour < 16 ? p->at[colour] : colour_rgb(colour);
}

/* A terminal without a word about it in the theme is white on black. */
static double contrast(const struct theme *t, const struct palette *p, const struct look *look)
{
	int32_t plain_fg = t->terminal.fg == COLOUR_DEFAULT ? 7 : t->terminal.fg;
	int32_t plain_bg = t->terminal.bg == COLOUR_DEFAULT ? 0 : t->terminal.bg;
	int32_t colour = look->fg;

	if (p->bold_brightens && look->attrs & LOOK_BOLD && colour >= 0 && colour < 8)
		colour += 8;
	return ratio(shown(p, colour, plain_fg), shown(p, look->bg, plain_bg));
}

static double needed(const char *theme, enum role role)
{
	if (strcmp(theme, "high-contrast") == 0)
		return ENHANCED;
	for (size_t i = 0; i < ARRAY_LEN(secondary); i++)
		if (secondary[i] == role)
			return SECONDARY;
	return NORMAL;
}

static void load(const char *name, int colors, struct theme *t)
{
	char path[300], text[65536];
	FILE *file;
	size_t len;

	snprintf(path, sizeof(path), "themes/%s.theme", name);
	file = fopen(path, "re");
	assert_non_null(file);
	len = fread(text, 1, sizeof(text), file);
	fclose(file);
	assert_int_equal(theme_init(t), 0);
	assert_int_equal(theme_parse(t, text, len, NULL, NULL), 0);
	theme_resolve(t, colors);
}

static unsigned check_contrast(const char *name, int colors)
{
	unsigned bad = 0;
	struct theme t;

	load(name, colors, &t);
	for (int role = 0; role < ROLE_KINDS; role++) {
		double worst = 100, need = needed(name, (enum role)role);
		const char *where = "";

		/* Half as bright, or not: nobody knows. */
		assert_false(t.looks[role].attrs & LOOK_DIM);
		for (size_t i = 0; i < ARRAY_LEN(palettes); i++) {
			double c = contrast(&t, &palettes[i], &t.looks[role]);

			if (c < worst) {
				worst = c;
				where = palettes[i].name;
			}
		}
		if (worst < need) {
			print_message("%s, %d colours: %s has %.2f on %s, %.1f needed\n", name,
				      colors, role_info[role].name, worst, where, need);
			bad++;
		}
	}
	theme_done(&t);
	return bad;
}

static bool same(const struct theme *t, enum role a, enum role b)
{
	const struct look *x = &t->looks[a], *y = &t->looks[b];

	return x->fg == y->fg && x->bg == y->bg && x->attrs == y->attrs;
}

/* Where they meet on the screen nothing but the look tells them apart. */
static const enum role apart[][2] = {
	{ROLE_CURSOR, ROLE_TEXT},        {ROLE_CURSOR, ROLE_FILE},
	{ROLE_CURSOR, ROLE_DIR},         {ROLE_CURSOR, ROLE_LINK},
	{ROLE_CURSOR, ROLE_EXEC},        {ROLE_CURSOR, ROLE_SPECIAL},
	{ROLE_SELECTED, ROLE_TEXT},      {ROLE_MARK, ROLE_TEXT},
	{ROLE_MARK, ROLE_CURSOR},        {ROLE_ERROR, ROLE_NOTICE},
	{ROLE_ERROR, ROLE_WARNING},      {ROLE_WARNING, ROLE_NOTICE},
	{ROLE_MATCH, ROLE_FILE},         {ROLE_MATCH, ROLE_DIR},
	{ROLE_MATCH, ROLE_LINK},         {ROLE_MATCH, ROLE_EXEC},
	{ROLE_MATCH, ROLE_SPECIAL},      {ROLE_MATCH, ROLE_CURSOR},
	{ROLE_MATCH_HERE, ROLE_MATCH},   {ROLE_MATCH_HERE, ROLE_TEXT},
	{ROLE_ESCAPE, ROLE_FILE},        {ROLE_ESCAPE, ROLE_CURSOR},
	{ROLE_META_WARN, ROLE_META},     {ROLE_HEADER_ROOT, ROLE_TEXT},
	{ROLE_HEADER_ROOT, ROLE_HEADER}, {ROLE_TAB_CURRENT, ROLE_TAB},
	{ROLE_HINT_KEY, ROLE_HINT},
};

static unsigned check_apart(const char *name, int colors)
{
	unsigned bad = 0;
	struct theme t;

	load(name, colors, &t);
	for (size_t i = 0; i < ARRAY_LEN(apart); i++) {
		if (!same(&t, apart[i][0], apart[i][1]))
			continue;
		print_message("%s, %d colours: %s looks like %s\n", name, colors,
			      role_info[apart[i][0]].name, role_info[apart[i][1]].name);
		bad++;
	}
	theme_done(&t);
	return bad;
}

/* Calls check for each theme in the tree; returns how many it found. */
static unsigned each_theme(unsigned (*check)(const char *name, int colors), int colors,
			   unsigned *bad)
{
	DIR *dir = opendir("themes");
	struct dirent *entry;
	unsigned n = 0;

	assert_non_null(dir);
	while ((entry = readdir(dir))) {
		char *dot = strrchr(entry->d_name, '.');

		if (!dot || strcmp(dot, ".theme") != 0)
			continue;
		*dot = '\0';
		*bad += check(entry->d_name, colors);
		n++;
	}
	closedir(dir);
	return n;
}

static void every_role_can_be_read(void **state)
{
	unsigned bad = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(depths); i++)
		assert_in_range(each_theme(check_contrast, depths[i], &bad), 6, 100);
	assert_int_equal(bad, 0);
}

static void roles_are_told_apart(void **state)
{
	unsigned bad = 0;

	(void)state;
	each_theme(check_apart, 0, &bad);
	for (size_t i = 0; i < ARRAY_LEN(depths); i++)
		each_theme(check_apart, depths[i], &bad);
	assert_int_equal(bad, 0);
}

static unsigned check_no_colour(const char *name, int colors)
{
	struct theme t;

	if (strcmp(name, "mono") != 0)
		return 0;
	load(name, colors, &t);
	for (int role = 0; role < ROLE_KINDS; role++)
		assert_true(t.looks[role].fg == COLOUR_DEFAULT &&
			    t.looks[role].bg == COLOUR_DEFAULT);
	theme_done(&t);
	return 1;
}

static void mono_has_no_colour(void **state)
{
	unsigned found = 0;

	(void)state;
	each_theme(check_no_colour, 256, &found);
	assert_int_equal(found, 1);
}

/* A person with a light terminal who has not heard of themes yet can still read all of it. */
static void default_is_bearable_on_white(void **state)
{
	struct theme t;

	(void)state;
	load("default", 256, &t);
	t.terminal = (struct look){COLOUR_RGB | 0x000000, COLOUR_RGB | 0xffffff, 0};
	for (int role = 0; role < ROLE_KINDS; role++)
		for (size_t i = 0; i < ARRAY_LEN(palettes); i++)
			assert_true(contrast(&t, &palettes[i], &t.looks[role]) >= 1.9);
	theme_done(&t);
}

/* The figures of WCAG's own examples. */
static void ratio_is_that_of_wcag(void **state)
{
	(void)state;
	assert_true(fabs(ratio(0x000000, 0xffffff) - 21) < 0.001);
	assert_true(fabs(ratio(0x767676, 0xffffff) - 4.54) < 0.005);
	assert_true(fabs(ratio(0xffffff, 0x949494) - 3.03) < 0.005);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ratio_is_that_of_wcag),
		cmocka_unit_test(every_role_can_be_read),
		cmocka_unit_test(roles_are_told_apart),
		cmocka_unit_test(mono_has_no_colour),
		cmocka_unit_test(default_is_bearable_on_white),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
