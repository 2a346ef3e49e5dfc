/* SPDX-License-Identifier: MIT */
#include "app/verb.h"

#include "app/nearest.h"
#include "base/display.h"
#include "fs/whole.h"

#include <errno.h>
#include <getopt.h>
#include <langinfo.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define OPTIONS_MAX 40
#define HELP_COLUMN 28
#define HELP_WIDTH  79

const struct verb verbs[] = {
	{"list", "[OPTION]... [PATH]...",
	 "print what is in a directory, or in the whole tree below it", verb_list_options,
	 verb_list},
	{"info", "[OPTION]... PATH...", "print metadata, type and permissions of each path",
	 verb_info_options, verb_info},
	{"sizes", "[OPTION]... [PATH]", "show what takes up the space below PATH, or print it",
	 verb_sizes_options, verb_sizes},
	{"rm", "[OPTION]... FILE...", "put each FILE into the trash", verb_rm_options, verb_rm},
	{"restore", "[OPTION]... ITEM...", "take things out of the trash, back to where they were",
	 verb_restore_options, verb_restore},
	{"empty", "[OPTION]...", "remove for good what is in the trash", verb_empty_options,
	 verb_empty},
	{"delete", "[OPTION]... FILE...", "remove each FILE for good, with all that is in it",
	 verb_delete_options, verb_delete},
	{"rename", "[OPTION]... OLD NEW", "give OLD the name NEW, which nothing may have",
	 verb_rename_options, verb_rename},
	{"mkdir", "[OPTION]... DIRECTORY...", "make directories", verb_mkdir_options, verb_mkdir},
	{"touch", "[OPTION]... FILE...", "set times of each FILE to now, or make it",
	 verb_touch_options, verb_touch},
	{"link", "[OPTION]... FILE NEW", "give FILE a second name, a hard link", verb_link_options,
	 verb_link},
	{"symlink", "[OPTION]... TARGET NAME", "make a symbolic link NAME that leads to TARGET",
	 verb_symlink_options, verb_symlink},
	{"chmod", "[OPTION]... MODE FILE...", "change the mode of each FILE", verb_chmod_options,
	 verb_chmod},
	{"chown", "[OPTION]... OWNER[:GROUP] FILE...", "change owner and group of each FILE",
	 verb_chown_options, verb_chown},
	{"rmdir", "[OPTION]... DIRECTORY...", "remove empty directories", verb_rmdir_options,
	 verb_rmdir},
	{"undo", "[OPTION]... [ID]", "take back the newest action, or that of this number",
	 verb_undo_options, verb_undo},
	{"redo", "[OPTION]...", "do again what was undone last", verb_redo_options, verb_redo},
	{"recover", "[OPTION]...", "look what became of actions that were interrupted",
	 verb_recover_options, verb_recover},
	{"trash", "[OPTION]...", "show what is in the trash, of all mounts, or print it",
	 verb_trash_options, verb_trash},
	{"history", "[OPTION]... [ID]...", "show what was done and can be undone, or print it",
	 verb_history_options, verb_history},
};
const size_t nverbs = ARRAY_LEN(verbs);

const struct verb_option explorer_options[] = {
	[EXPLORER_CONFIG] = {"config", 0, "FILE", "read this configuration file"},
	[EXPLORER_CWD_FILE] = {"cwd-file", 0, "FILE", "on q, write the last directory to FILE"},
	[EXPLORER_READ_ONLY] = {"read-only", 0, NULL, "offer nothing that changes files"},
	[EXPLORER_PLAIN] = {"plain", 0, NULL,
			    "one line after the other, for screen readers and braille"},
	[EXPLORER_OPTION] = {"option", 'o', "NAME=VALUE",
			     "set an option of the configuration for this run"},
	[EXPLORER_DUMP] = {"dump", 0, "TABLE",
			   "print commands, keys, options, roles, themes or verbs and exit"},
	[EXPLORER_CHOOSE_FILE] = {"choose-file", 0, "[FILE]",
				  "Enter chooses a file: its path goes to FILE (standard output)"},
	[EXPLORER_CHOOSE_FILES] = {"choose-files", 0, "[FILE]",
				   "the same for all marked files, one a line"},
	[EXPLORER_CHOOSE_DIR] = {"choose-dir", 0, "[FILE]", "the same for a directory"},
	[EXPLORER_NULL] = {"null", '0', NULL, "what is chosen ends in a NUL byte, not a newline"},
	[EXPLORER_RESUME] = {"resume", 0, NULL, "open the tabs of the last session again"},
	{0},
};

const struct verb *verb_find(const char *name)
{
	for (size_t i = 0; i < nverbs; i++) {
		if (strcmp(verbs[i].name, name) == 0)
			return &verbs[i];
	}
	return NULL;
}

bool verb_ascii(void)
{
	return strcmp(nl_langinfo(CODESET), "UTF-8") != 0;
}

static void add_prefix(struct str *out, const char *name)
{
	str_addf(out, "trowel%s%s: ", *name ? " " : "", name);
}

/* One write, so that lines of programs that share a terminal do not mix. There is nobody to tell
 * when it fails. */
static void to_stderr(struct str *text)
{
	if (!text->failed)
		(void)!write(STDERR_FILENO, text->buf, text->len);
	str_done(text);
}

int verb_usage(const char *name, const char *fmt, ...)
{
	struct str text = STR_INIT, reason = STR_INIT;
	va_list args;

	add_prefix(&text, name);
	va_start(args, fmt);
	str_vaddf(&reason, fmt, args);
	va_end(args);
	display_add(&text, reason.buf, reason.len, verb_ascii());
	str_addf(&text, "\nTry 'trowel%s%s --help'.\n", *name ? " " : "", name);
	str_done(&reason);
	to_stderr(&text);
	return EXIT_USAGE;
}

void verb_say(const char *name, const char *path, const char *reason)
{
	struct str text = STR_INIT;

	add_prefix(&text, name);
	str_addc(&text, '\'');
	display_add(&text, path, strlen(path), verb_ascii());
	str_adds(&text, "': ");
	display_add(&text, reason, strlen(reason), verb_ascii());
	str_addc(&text, '\n');
	to_stderr(&text);
}

void verb_error(const char *name, const char *path, int err)
{
	const char *reason = strerrordesc_np(-err);

	verb_say(name, path, reason ? reason : "unknown error");
}

static int say_write_error(const char *name, int err)
{
	struct str text = STR_INIT;

	add_prefix(&text, name);
	str_addf(&text, "standard output: %s\n", strerrordesc_np(-err));
	to_stderr(&text);
	return err;
}

int verb_write(const char *name, const char *bytes, size_t len)
{
	int rc = whole_write(STDOUT_FILENO, bytes, len);

	return rc < 0 ? say_write_error(name, rc) : 0;
}

static bool value_optional(const struct verb_option *o)
{
	return o->value && o->value[0] == '[';
}

int verb_option_form(const struct verb_option *option, struct str *out)
{
	if (option->letter)
		str_addf(out, "-%c, ", option->letter);
	str_addf(out, "--%s", option->name);
	if (value_optional(option))
		str_addf(out, "[=%s", option->value + 1);
	else if (option->value)
		str_addf(out, "=%s", option->value);
	return out->failed ? -ENOMEM : 0;
}

/* Words from HELP_COLUMN on, as many to a line as HELP_WIDTH takes. */
static void add_wrapped(struct str *out, const char *text)
{
	size_t col = HELP_COLUMN;

	while (*text) {
		size_t len = strcspn(text, " ");

		if (col > HELP_COLUMN && col + 1 + len > HELP_WIDTH) {
			str_addf(out, "\n%*s", HELP_COLUMN, "");
			col = HELP_COLUMN;
		} else if (col > HELP_COLUMN) {
			str_addc(out, ' ');
			col++;
		}
		str_add(out, text, len);
		col += len;
		text += len;
		text += strspn(text, " ");
	}
	str_addc(out, '\n');
}

/* Names of options stand in one column, with a letter or without. */
static void add_option_help(const struct verb_option *o, struct str *out)
{
	size_t start = out->len, len;

	str_adds(out, o->letter ? "  " : "      ");
	verb_option_form(o, out);
	len = out->len - start;
	if (len + 2 > HELP_COLUMN)
		str_addf(out, "\n%*s", HELP_COLUMN, "");
	else
		str_addf(out, "%*s", (int)(HELP_COLUMN - len), "");
	add_wrapped(out, o->help);
}

int verb_options_help(const struct verb_option *options, struct str *out)
{
	static const struct verb_option everywhere[] = {
		{"help", 0, NULL, "print this and exit"},
		{"version", 0, NULL, "print the version and exit"},
		{0},
	};

	for (; options->name; options++)
		add_option_help(options, out);
	for (options = everywhere; options->name; options++)
		add_option_help(options, out);
	return out->failed ? -ENOMEM : 0;
}

static void add_verb_help(const struct verb *verb, struct str *out)
{
	str_addf(out, "Usage: trowel %s %s\n%s\n\n", verb->name, verb->usage, verb->help);
	verb_options_help(verb->options, out);
}

static void add_explorer_help(const struct verb_option *options, struct str *out)
{
	str_adds(out,
		 "Usage: trowel [OPTION]... [PATH]\n"
		 "  or:  trowel VERB [OPTION]... [PATH]...\n"
		 "Browse PATH (the current directory) in the terminal, or do what VERB says.\n\n");
	verb_options_help(options, out);
	str_adds(out, "\nVerbs ('trowel VERB --help' tells more):\n");
	for (size_t i = 0; i < nverbs; i++) {
		str_addf(out, "  %-*s", HELP_COLUMN - 2, verbs[i].name);
		add_wrapped(out, verbs[i].help);
	}
	str_adds(out, "\nA directory with a verb's name is ./NAME; what follows -- is a path.\n"
		      "Press ? in the explorer for its keys; the manual is trowel(1).\n"
		      "\nExit status: 0 all done, 1 some failed (each is named), 2 wrong usage or\n"
		      "no usable terminal, 3 refused with nothing changed, 130 cancelled.\n");
}

enum { CODE_LONG = 256, CODE_HELP = CODE_LONG + OPTIONS_MAX, CODE_VERSION };

static int leave(struct verb_args *args, int status)
{
	args->status = status;
	return VERB_ARGS_EXIT;
}

static int print_help(struct verb_args *args, int code)
{
	const struct verb *verb = verb_find(args->name);
	struct str text = STR_INIT;
	int r;

	if (code == CODE_VERSION)
		str_adds(&text, "trowel " TROWEL_VERSION "\n");
	else if (verb)
		add_verb_help(verb, &text);
	else
		add_explorer_help(args->options, &text);
	r = text.failed ? -ENOMEM : verb_write(args->name, text.buf, text.len);
	str_done(&text);
	return leave(args, r < 0 ? EXIT_SOME_FAILED : EXIT_ALL_DONE);
}

static const char *option_name(const void *table, size_t i)
{
	return ((const struct verb_option *)table)[i].name;
}

static int unknown_long(const struct verb_args *args, const char *word)
{
	const char *near = NULL;
	size_t n = 0;

	while (args->options[n].name)
		n++;
	if (strncmp(word, "--", 2) == 0)
		near = nearest_name(word + 2, option_name, args->options, n);
	if (near)
		return verb_usage(args->name, "unknown or ambiguous option %s; did you mean --%s?",
				  word, near);
	return verb_usage(args->name, "unknown or ambiguous option %s", word);
}

/* What getopt_long(3) stumbled over, in our words: its own message would send the bytes as they
 * are. */
static int complain(struct verb_args *args, int answer)
{
	const char *word = args->argv[optind > 1 ? optind - 1 : 1];
	int status;

	if (optopt > 0 && optopt < CODE_LONG) {
		status = verb_usage(
			args->name,
			answer == ':' ? "option -%c needs a value" : "unknown option -%c", optopt);
	} else if (optopt >= CODE_LONG) {
		status = verb_usage(args->name,
				    answer == ':' ? "option %s needs a value"
						  : "option %s takes no value",
				    word);
	} else {
		status = unknown_long(args, word);
	}
	return leave(args, status);
}

struct tables {
	struct option longs[OPTIONS_MAX + 3];
	char shorts[3 + 3 * OPTIONS_MAX];
};

/* "-" is not used: POSIXLY_CORRECT keeps its meaning. ':' asks for ':' when a value is missing. */
static void make_tables(const struct verb_args *args, struct tables *t)
{
	char *s = t->shorts;
	size_t n = 0;

	if (args->stop)
		*s++ = '+';
	*s++ = ':';
	for (const struct verb_option *o = args->options; o->name && n < OPTIONS_MAX; o++, n++) {
		int has = !o->value           ? no_argument
			  : value_optional(o) ? optional_argument
					      : required_argument;

		t->longs[n] = (struct option){o->name, has, NULL, CODE_LONG + (int)n};
		if (!o->letter)
			continue;
		*s++ = o->letter;
		for (int i = 0; i < has; i++)
			*s++ = ':';
	}
	*s = '\0';
	t->longs[n++] = (struct option){"help", no_argument, NULL, CODE_HELP};
	t->longs[n++] = (struct option){"version", no_argument, NULL, CODE_VERSION};
	t->longs[n] = (struct option){0};
}

static int end_of_options(struct verb_args *args, int before)
{
	args->operands = optind > before && strcmp(args->argv[optind - 1], "--") == 0;
	args->at = optind;
	return VERB_ARGS_END;
}

static int letter_index(const struct verb_args *args, int letter)
{
	int i = 0;

	while (args->options[i].letter != letter)
		i++;
	return i;
}

int verb_args_next(struct verb_args *args)
{
	struct tables t = {0};
	int code, before;

	make_tables(args, &t);
	optind = args->at; /* 0 makes getopt_long(3) begin anew */
	opterr = 0;
	before = MAX(args->at, 1);
	code = getopt_long(args->argc, args->argv, t.shorts, t.longs, NULL);
	args->at = optind;
	args->value = optarg;
	if (code == -1)
		return end_of_options(args, before);
	if (code == '?' || code == ':')
		return complain(args, code);
	if (code >= CODE_HELP)
		return print_help(args, code);
	return code >= CODE_LONG ? code - CODE_LONG : letter_index(args, code);
}

static const char *const print_names[PRINT_FORMATS] = {"text", "json", "nul"};

int print_formats(struct str *out)
{
	for (unsigned i = 0; i < PRINT_FORMATS; i++)
		str_addf(out, "%s%s", i ? " " : "", print_names[i]);
	return out->failed ? -ENOMEM : 0;
}

bool print_parse(const char *value, enum print_format *ret_format)
{
	for (unsigned i = 0; i < PRINT_FORMATS; i++) {
		if (strcmp(value ? value : "text", print_names[i]) == 0) {
			*ret_format = (enum print_format)i;
			return true;
		}
	}
	return false;
}
