/* SPDX-License-Identifier: MIT */
#include "app/dump.h"

#include "app/config.h"
#include "app/values.h"
#include "app/verb.h"
#include "ui/theme.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define COLUMNS_MAX 6

enum dump_format { DUMP_TEXT, DUMP_MARKDOWN, DUMP_MAN, DUMP_FORMATS };

struct dump;

/* A table is rows of cells, the name first and the help last; rows may come in groups. */
struct table {
	const char *name;
	const char *titles[COLUMNS_MAX]; /* NULL at the end */
	const char *text_only; /* the title of a column that documents leave out, or NULL */
	int (*rows)(struct dump *d);
};

struct dump {
	const struct table *table;
	enum dump_format format;
	const struct settings *settings;
	const struct keymap *keymap;
	const char *group; /* of the last row, NULL: none yet */
	struct str cells[COLUMNS_MAX];
	struct str *out;
};

static bool column_shown(const struct dump *d, unsigned i)
{
	const char *hidden = d->table->text_only;

	return d->format == DUMP_TEXT || !hidden || strcmp(d->table->titles[i], hidden) != 0;
}

static unsigned last_column(const struct dump *d)
{
	unsigned n = 0;

	while (n + 1 < COLUMNS_MAX && d->table->titles[n + 1])
		n++;
	return n;
}

/* ---- cells separated by tabs ---- */

static void text_row(struct dump *d)
{
	unsigned last = last_column(d);

	for (unsigned i = 0; i <= last; i++) {
		str_adds(d->out, d->cells[i].buf);
		str_addc(d->out, i == last ? '\n' : '\t');
	}
}

/* ---- Markdown ---- */

static void markdown_cell(struct str *out, const char *s, bool code)
{
	str_adds(out, code ? " `" : " ");
	for (; *s; s++) {
		if (*s == '|' || (!code && strchr("\\`*_<>[]", *s)))
			str_addc(out, '\\');
		str_addc(out, *s);
	}
	str_adds(out, code ? "` |" : " |");
}

static void markdown_start(struct dump *d)
{
	unsigned last = last_column(d), i;

	str_addc(d->out, '|');
	for (i = 0; i <= last; i++) {
		if (column_shown(d, i))
			str_addf(d->out, " %s |", d->table->titles[i]);
	}
	str_adds(d->out, "\n|");
	for (i = 0; i <= last; i++) {
		if (column_shown(d, i))
			str_adds(d->out, "---|");
	}
	str_addc(d->out, '\n');
}

static void markdown_group(struct dump *d, const char *group)
{
	unsigned last = last_column(d);

	str_addf(d->out, "| **%s** |", group);
	for (unsigned i = 1; i <= last; i++) {
		if (column_shown(d, i))
			str_adds(d->out, " |");
	}
	str_addc(d->out, '\n');
}

static void markdown_row(struct dump *d)
{
	unsigned last = last_column(d);

	str_addc(d->out, '|');
	for (unsigned i = 0; i <= last; i++) {
		if (column_shown(d, i))
			markdown_cell(d->out, d->cells[i].buf, i == 0 && d->cells[0].len);
	}
	str_addc(d->out, '\n');
}

/* ---- man(7) ---- */

/* A dot or a quote that begins a line would be a request; a bare hyphen, quote or accent may be
 * printed as another character. */
static void man_text(struct str *out, const char *s)
{
	if (*s == '.' || *s == '\'')
		str_adds(out, "\\&");
	for (; *s; s++) {
		static const char special[] = "\\-'`^~\"";
		static const char *const names[] = {"\\e",   "\\-",   "\\(aq", "\\(ga",
						    "\\(ha", "\\(ti", "\\(dq"};
		const char *at = strchr(special, *s);

		if (at)
			str_adds(out, names[at - special]);
		else
			str_addc(out, *s);
	}
}

static void man_group(struct dump *d, const char *group)
{
	str_addf(d->out, ".SS %s\n", group);
}

/* The name, what it does, and then the cells between them with their titles. */
static void man_row(struct dump *d)
{
	unsigned last = last_column(d);

	str_adds(d->out, ".TP\n\\fB");
	man_text(d->out, d->cells[0].buf);
	str_adds(d->out, "\\fR\n");
	man_text(d->out, d->cells[last].buf);
	str_adds(d->out, "\n");
	for (unsigned i = 1; i < last; i++) {
		if (!column_shown(d, i) || !d->cells[i].len)
			continue;
		str_addf(d->out, "(%s: \\fI", d->table->titles[i]);
		man_text(d->out, d->cells[i].buf);
		str_adds(d->out, "\\fR)\n");
	}
}

static const struct {
	const char *suffix;
	void (*start)(struct dump *d);
	void (*group)(struct dump *d, const char *group);
	void (*row)(struct dump *d);
} formats[DUMP_FORMATS] = {
	[DUMP_TEXT] = {"", NULL, NULL, text_row},
	[DUMP_MARKDOWN] = {"-markdown", markdown_start, markdown_group, markdown_row},
	[DUMP_MAN] = {"-man", NULL, man_group, man_row},
};

/* ---- the tables ---- */

/* Puts out the row in d->cells. */
static int end_row(struct dump *d, const char *group)
{
	bool failed = false;

	if (group && formats[d->format].group && (!d->group || strcmp(d->group, group) != 0))
		formats[d->format].group(d, group);
	d->group = group;
	formats[d->format].row(d);
	for (unsigned i = 0; i < COLUMNS_MAX; i++) {
		failed |= d->cells[i].failed;
		str_clear(&d->cells[i]);
	}
	return failed || d->out->failed ? -ENOMEM : 0;
}

static void add_flags(struct str *out, unsigned flags)
{
	static const struct {
		unsigned flag;
		const char *word;
	} words[] = {
		{CMD_REPEAT, "count"}, {CMD_LETTER, "letter"}, {CMD_MUTATES, "changes"},
		{CMD_HINT, "hint"},    {CMD_CHOOSE, "choose"}, {CMD_OPENS, "opens"},
		{CMD_ACTS, "acts"},
	};

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		if (flags & words[i].flag)
			str_addf(out, "%s%s", out->len ? " " : "", words[i].word);
	}
}

static int command_rows(struct dump *d)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < ncommands; i++) {
		const struct command *c = &commands[i];

		str_adds(&d->cells[0], c->name);
		str_adds(&d->cells[1], c->group);
		str_adds(&d->cells[2], c->keys);
		add_flags(&d->cells[3], c->flags);
		str_adds(&d->cells[4], c->help);
		r = end_row(d, c->group);
	}
	return r;
}

/* Groups may be in several places of the table; here each comes once, where it is first. */
static bool first_of_group(size_t at)
{
	for (size_t i = 0; i < at; i++) {
		if (strcmp(commands[i].group, commands[at].group) == 0)
			return false;
	}
	return true;
}

static int key_group(struct dump *d, const char *group)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < ncommands; i++) {
		const struct command *c = &commands[i];

		if (strcmp(c->group, group) != 0)
			continue;
		r = keymap_keys(d->keymap, CTX_ALL, c, &d->cells[0]);
		if (r < 0 || !d->cells[0].len)
			continue;
		str_adds(&d->cells[1], c->name);
		str_adds(&d->cells[2], c->help);
		r = end_row(d, group);
	}
	return r;
}

static int key_rows(struct dump *d)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < ncommands; i++) {
		if (first_of_group(i))
			r = key_group(d, commands[i].group);
	}
	return r;
}

static int option_rows_out(struct dump *d)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < noption_rows; i++) {
		const struct option_row *o = &option_rows[i];

		str_adds(&d->cells[0], o->name);
		option_domain(o, &d->cells[1]);
		str_adds(&d->cells[2], o->initial);
		r = option_get(d->settings, o, &d->cells[3]);
		str_adds(&d->cells[4], o->help);
		if (r == 0)
			r = end_row(d, NULL);
	}
	return r;
}

static int role_rows(struct dump *d)
{
	int r = 0;

	for (unsigned i = 0; r == 0 && i < ROLE_KINDS; i++) {
		const struct role_info *role = &role_info[i];

		str_adds(&d->cells[0], role->name);
		if (role->fallback != i)
			str_adds(&d->cells[1], role_info[role->fallback].name);
		str_adds(&d->cells[2], role->doc);
		r = end_row(d, NULL);
	}
	return r;
}

static int verb_rows(struct dump *d)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < nverbs; i++) {
		str_adds(&d->cells[0], verbs[i].name);
		str_adds(&d->cells[1], verbs[i].usage);
		str_adds(&d->cells[2], verbs[i].help);
		r = end_row(d, NULL);
	}
	return r;
}

static int argument_group(struct dump *d, const char *group, const struct verb_option *o)
{
	int r = 0;

	for (; r == 0 && o->name; o++) {
		verb_option_form(o, &d->cells[0]);
		str_adds(&d->cells[1], group);
		str_adds(&d->cells[2], o->help);
		r = end_row(d, group);
	}
	return r;
}

static int argument_rows(struct dump *d)
{
	int r = argument_group(d, "trowel", explorer_options);

	for (size_t i = 0; r == 0 && i < nverbs; i++) {
		struct str group = STR_INIT;

		r = str_addf(&group, "trowel %s", verbs[i].name);
		if (r == 0)
			r = argument_group(d, group.buf, verbs[i].options);
		d->group = NULL;
		str_done(&group);
	}
	return r;
}

static int theme_rows(struct dump *d)
{
	struct str names = STR_INIT;
	int r = values_themes(&names);

	for (char *at = names.buf, *end; r == 0 && *at; at = end) {
		end = at + strcspn(at, " ");
		str_add(&d->cells[0], at, (size_t)(end - at));
		end += *end == ' ';
		r = end_row(d, NULL);
	}
	str_done(&names);
	return r;
}

static int value_rows_out(struct dump *d)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < nvalue_rows; i++) {
		str_addf(&d->cells[0], "--%s", value_rows[i].option);
		str_adds(&d->cells[1], value_rows[i].of);
		r = value_rows[i].words(&d->cells[2]);
		if (r == 0)
			r = end_row(d, NULL);
	}
	return r;
}

static const struct table tables[] = {
	{"commands", {"Command", "Group", "Keys", "Flags", "Does"}, "Group", command_rows},
	{"keys", {"Keys", "Command", "Does"}, NULL, key_rows},
	{"options", {"Option", "Values", "Default", "Now", "Does"}, "Now", option_rows_out},
	{"roles", {"Role", "Falls back to", "For"}, NULL, role_rows},
	{"verbs", {"Verb", "Arguments", "Does"}, NULL, verb_rows},
	{"values", {"Option", "Of", "Values"}, NULL, value_rows_out},
	{"themes", {"Theme"}, NULL, theme_rows},
	{"arguments", {"Option", "Of", "Does"}, "Of", argument_rows},
};

int dump_names(struct str *out)
{
	for (size_t i = 0; i < ARRAY_LEN(tables); i++)
		str_addf(out, "%s%s", i ? " " : "", tables[i].name);
	return out->failed ? -ENOMEM : 0;
}

static const struct table *find(const char *what, enum dump_format *ret_format)
{
	for (size_t i = 0; i < ARRAY_LEN(tables); i++) {
		size_t len = strlen(tables[i].name);

		if (strncmp(what, tables[i].name, len) != 0)
			continue;
		for (unsigned f = 0; f < DUMP_FORMATS; f++) {
			if (strcmp(what + len, formats[f].suffix) == 0) {
				*ret_format = (enum dump_format)f;
				return &tables[i];
			}
		}
	}
	return NULL;
}

int dump_table(const char *what, const struct settings *s, const struct keymap *k, struct str *out)
{
	struct dump d = {.settings = s, .keymap = k, .out = out};
	int r;

	d.table = find(what, &d.format);
	if (!d.table)
		return -ENOENT;
	for (unsigned i = 0; i < COLUMNS_MAX; i++)
		str_init(&d.cells[i]);
	if (formats[d.format].start)
		formats[d.format].start(&d);
	r = d.table->rows(&d);
	for (unsigned i = 0; i < COLUMNS_MAX; i++)
		str_done(&d.cells[i]);
	return r;
}

static int unknown_table(const char *what)
{
	struct str names = STR_INIT;
	int r = dump_names(&names);

	if (r == 0)
		verb_usage("", "--dump: '%s' is none of: %s", what, names.buf);
	str_done(&names);
	return EXIT_USAGE;
}

static int print(const char *what, enum dump_format format, struct settings *s, struct keymap *k)
{
	struct openers openers = {0}; /* read for what is wrong with them */
	struct str out = STR_INIT, warnings = STR_INIT;
	int r = format == DUMP_TEXT ? config_load(s, k, &openers, &warnings) : 0;

	if (r == 0 && warnings.len)
		(void)!write(STDERR_FILENO, warnings.buf, warnings.len);
	if (r == 0)
		r = dump_table(what, s, k, &out);
	if (r == 0)
		r = verb_write("", out.buf, out.len);
	openers_done(&openers);
	str_done(&out);
	str_done(&warnings);
	return r < 0 ? EXIT_SOME_FAILED : EXIT_ALL_DONE;
}

int dump_main(const char *what)
{
	enum dump_format format;
	struct settings settings;
	struct keymap keymap;
	int status = EXIT_SOME_FAILED;

	if (!find(what, &format))
		return unknown_table(what);
	settings_init(&settings);
	if (keymap_init(&keymap) == 0)
		status = print(what, format, &settings, &keymap);
	keymap_done(&keymap);
	settings_done(&settings);
	return status;
}
