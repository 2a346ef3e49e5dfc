/* SPDX-License-Identifier: MIT */
#include "ui/theme.h"

#include "base/conf.h"
#include "ui/colour.h"

#include <errno.h>
#include <string.h>

const struct role_info role_info[ROLE_KINDS] = {
#define ROLE(id, name, fallback, letter, doc) {name, ROLE_##fallback, letter, doc},
#include "ui/roles.def"
#undef ROLE
};

static const struct {
	const char *word;
	uint8_t attr;
} attr_words[] = {
	{"bold", LOOK_BOLD},           {"dim", LOOK_DIM},         {"italic", LOOK_ITALIC},
	{"underline", LOOK_UNDERLINE}, {"reverse", LOOK_REVERSE}, {"strike", LOOK_STRIKE},
};

/* Where colour is gone these must still be told from plain text, and the parts of a name from the
 * reversed name of the current row. */
static const struct {
	enum role role;
	uint8_t attr;
} without_colour[] = {
	{ROLE_HEADER_ROOT, LOOK_REVERSE},
	{ROLE_TAB_CURRENT, LOOK_REVERSE},
	{ROLE_ESCAPE, LOOK_UNDERLINE},
	{ROLE_META_WARN, LOOK_UNDERLINE},
	{ROLE_CURSOR, LOOK_REVERSE},
	{ROLE_MARK, LOOK_BOLD},
	{ROLE_MATCH, LOOK_BOLD | LOOK_UNDERLINE},
	{ROLE_MATCH_HERE, LOOK_REVERSE | LOOK_UNDERLINE},
	{ROLE_ERROR, LOOK_REVERSE},
	{ROLE_WARNING, LOOK_BOLD},
	{ROLE_SELECTED, LOOK_REVERSE},
};

int theme_init(struct theme *t)
{
	static const struct look none = {COLOUR_DEFAULT, COLOUR_DEFAULT, 0};

	*t = (struct theme){.nlooks = ROLE_KINDS, .terminal = none};
	for (size_t i = 0; i < THEME_LOOKS_MAX; i++)
		t->looks[i] = none;
	for (size_t i = 0; i < ROLE_KINDS; i++)
		t->few[i] = none;
	map_init(&t->by_ext);
	return 0;
}

void theme_done(struct theme *t)
{
	if (t)
		map_done(&t->by_ext);
}

#define FEW_COLOURS 16

struct theme_parser {
	struct theme *theme;
	struct map palette; /* alias -> colour */
	void (*bad)(void *ctx, unsigned line, const char *reason);
	void *ctx;
};

static int parse_colour(const struct theme_parser *p, const char *s, size_t len, int32_t *ret,
			struct str *err)
{
	uintptr_t alias;

	if (colour_parse(s, len, ret) == 0)
		return 0;
	if (map_get(&p->palette, s, len, &alias)) {
		*ret = (int32_t)(intptr_t)alias;
		return 0;
	}
	str_adds(err, "not a colour: ");
	str_add(err, s, len);
	return -EINVAL;
}

static int parse_word(const struct theme_parser *p, const char *s, size_t len, struct look *look,
		      struct str *err)
{
	if (len > 3 && memcmp(s, "fg=", 3) == 0)
		return parse_colour(p, s + 3, len - 3, &look->fg, err);
	if (len > 3 && memcmp(s, "bg=", 3) == 0)
		return parse_colour(p, s + 3, len - 3, &look->bg, err);
	for (size_t i = 0; i < ARRAY_LEN(attr_words); i++)
		if (strlen(attr_words[i].word) == len && memcmp(attr_words[i].word, s, len) == 0) {
			look->attrs |= attr_words[i].attr;
			return 0;
		}
	str_adds(err, "neither fg=, bg= nor an attribute: ");
	str_add(err, s, len);
	return -EINVAL;
}

/* Up to the end or a bar; *value is put behind what was read. */
static int parse_look(const struct theme_parser *p, const char **value, struct look *ret_look,
		      struct str *err)
{
	struct look look = {COLOUR_DEFAULT, COLOUR_DEFAULT, 0};
	const char *s = *value;

	for (s += strspn(s, " \t"); *s && *s != '|'; s += strspn(s, " \t")) {
		size_t len = strcspn(s, " \t|");
		int r = parse_word(p, s, len, &look, err);

		if (r < 0)
			return r;
		s += len;
	}
	*value = s;
	*ret_look = look;
	return 0;
}

/* One look, or two: "fg=69 | bold". */
static int parse_looks(const struct theme_parser *p, const char *value, struct look *ret_look,
		       struct look *ret_few, struct str *err)
{
	struct look look, few;
	int r = parse_look(p, &value, &look, err);

	few = look;
	if (r == 0 && *value == '|') {
		value++;
		r = parse_look(p, &value, &few, err);
	}
	if (r == 0 && *value == '|') {
		str_adds(err, "more than two looks");
		r = -EINVAL;
	}
	if (r == 0) {
		*ret_look = look;
		*ret_few = few;
	}
	return r;
}

static int set_role(void *ctx, const struct conf_item *item, struct str *err)
{
	struct theme_parser *p = ctx;
	struct look few;
	int32_t colour;
	int r;

	if (*item->section) {
		str_adds(err, "a theme has no sections");
		return -EINVAL;
	}
	if (strncmp(item->name, "palette.", 8) == 0) {
		if (colour_parse(item->name + 8, strlen(item->name + 8), &colour) == 0) {
			str_addf(err, "%s is a colour already", item->name + 8);
			return -EINVAL;
		}
		r = parse_colour(p, item->value, strlen(item->value), &colour, err);
		return r < 0 ? r
			     : map_put(&p->palette, item->name + 8, strlen(item->name + 8),
				       (uintptr_t)(intptr_t)colour);
	}
	if (strcmp(item->name, "terminal") == 0)
		return parse_looks(p, item->value, &p->theme->terminal, &few, err);
	for (size_t i = 0; i < ROLE_KINDS; i++) {
		if (strcmp(item->name, role_info[i].name) != 0)
			continue;
		r = parse_looks(p, item->value, &p->theme->looks[i], &p->theme->few[i], err);
		if (r == 0)
			p->theme->set[i] = true;
		return r;
	}
	str_addf(err, "no role has the name %s", item->name);
	return -EINVAL;
}

static void report(void *ctx, unsigned line, const char *reason)
{
	struct theme_parser *p = ctx;

	if (p->bad)
		p->bad(p->ctx, line, reason);
}

int theme_parse(struct theme *t, const char *text, size_t len,
		void (*bad)(void *ctx, unsigned line, const char *reason), void *ctx)
{
	struct theme_parser p = {.theme = t, .bad = bad, .ctx = ctx};
	int r;

	map_init(&p.palette);
	r = conf_parse(text, len, set_role, report, &p);
	map_done(&p.palette);
	return r;
}

static void reduce_look(struct look *look, int colors, int32_t plain_bg)
{
	struct look was = *look;

	if (colors == 0) {
		/* A background set something apart: reversed it still is. */
		if (look->bg != plain_bg)
			look->attrs |= LOOK_REVERSE;
		look->fg = look->bg = COLOUR_DEFAULT;
		return;
	}
	look->fg = colour_reduce(was.fg, colors);
	look->bg = colour_reduce(was.bg, colors);
	if (colors == 8) {
		/* The eight bright ones are bold, on a foreground; dark grey would be black on
		 * black. */
		if (look->fg == 8)
			look->fg = COLOUR_DEFAULT;
		else if (look->fg > 8)
			look->attrs |= LOOK_BOLD;
		if (look->fg > 8)
			look->fg -= 8;
		if (look->bg >= 8)
			look->bg -= 8;
	}
	if (look->fg == look->bg && look->fg != COLOUR_DEFAULT && was.fg != was.bg)
		look->fg = colour_is_dark(look->bg) ? 7 : 0;
}

static void replace_colours(struct theme *t)
{
	for (size_t i = 0; i < ARRAY_LEN(without_colour); i++) {
		struct look *look = &t->looks[without_colour[i].role];

		if (look->attrs == 0)
			*look = (struct look){COLOUR_DEFAULT, COLOUR_DEFAULT,
					      without_colour[i].attr};
	}
}

/* Fallbacks stand before the roles that need them. */
static void fall_back(struct theme *t)
{
	for (size_t i = 0; i < ROLE_KINDS; i++) {
		enum role fallback = role_info[i].fallback;

		if (!t->set[i] && fallback != (enum role)i) {
			t->looks[i] = t->looks[fallback];
			t->few[i] = t->few[fallback];
			t->set[i] = t->set[fallback];
		}
	}
}

/* Where plain text has colours of its own the rest stands on the same ground. */
static void fill_colours(struct theme *t)
{
	const struct look *text = &t->looks[ROLE_TEXT];

	for (size_t i = 0; i < t->nlooks; i++) {
		struct look *look = &t->looks[i];

		if (look->fg == COLOUR_DEFAULT)
			look->fg = text->fg;
		if (look->bg == COLOUR_DEFAULT)
			look->bg = text->bg;
	}
}

void theme_resolve(struct theme *t, int colors)
{
	int32_t plain_bg;

	fall_back(t);
	if (colors <= FEW_COLOURS)
		memcpy(t->looks, t->few, sizeof(t->few));
	if (colors == 0)
		replace_colours(t);
	fill_colours(t);
	plain_bg = t->looks[ROLE_TEXT].bg;
	for (size_t i = 0; i < t->nlooks; i++)
		reduce_look(&t->looks[i], colors, plain_bg);
}
