/* SPDX-License-Identifier: MIT */
#include "base/args.h"

#include "base/alloc.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void args_done(struct args *a)
{
	for (size_t i = 0; i < a->n; i++)
		free(a->at[i]);
	free(a->at);
	*a = (struct args){0};
}

int args_add(struct args *a, const char *bytes, size_t len)
{
	size_t takes = len + 1 + sizeof(*a->at);
	int r;

	if (takes > ARGS_BYTES_MAX - a->bytes)
		return -E2BIG;
	r = array_grow(&a->at, &a->cap, a->n + 2, sizeof(*a->at));
	if (r < 0)
		return r;
	a->at[a->n] = memdup0(bytes, len);
	if (!a->at[a->n])
		return -ENOMEM;
	a->at[++a->n] = NULL;
	a->bytes += takes;
	return 0;
}

/* One pass over a line. Without `with` it only looks. */
struct scan {
	const char *at;
	const struct args_with *with;
	struct args *out;
	struct str *err;
	struct str word;
	bool begun;   /* in a word: one in quotes may be empty */
	bool all;     /* the word is %F */
	bool placed;  /* it has a placeholder */
	bool script;  /* it has what words of a script are separated by */
	bool shell;   /* refused for what only a shell understands */
	size_t words; /* before this one */
	unsigned uses;
};

static int refuse(struct scan *s, const char *fmt, ...) PRINTF(2, 3);
static int refuse(struct scan *s, const char *fmt, ...)
{
	va_list args;
	int r = 0;

	va_start(args, fmt);
	if (s->err)
		r = str_vaddf(s->err, fmt, args);
	va_end(args);
	return r < 0 ? r : -EINVAL;
}

static int refuse_shell(struct scan *s, char c)
{
	s->shell = true;
	if (c == '\n')
		return refuse(s, "the end of a line means something to a shell only: quote it");
	return refuse(s, "%c means something to a shell only, and none is used here: quote it", c);
}

static int add(struct scan *s, const char *bytes, size_t len)
{
	if (s->all)
		return refuse(s, "%%F is several arguments: it must be a word of its own");
	s->begun = true;
	return s->with ? str_add(&s->word, bytes, len) : 0;
}

/* What the line itself has. */
static int add_literal(struct scan *s, const char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		s->script |= strchr(" \t\n;&|<>()$`'\"\\", bytes[i]) != NULL;
	return add(s, bytes, len);
}

static int add_text(struct scan *s, const char *text)
{
	return add(s, text, s->with ? strlen(text) : 0);
}

/* A name is the beginning of a word: it must not be taken for an option. */
static int add_name(struct scan *s)
{
	int r = 0;

	if (!s->begun && s->with && s->with->name[0] == '-')
		r = add(s, "./", 2);
	return r < 0 ? r : add_text(s, s->with ? s->with->name : "");
}

static int add_all(struct scan *s)
{
	if (s->begun)
		return refuse(s, "%%F is several arguments: it must be a word of its own");
	s->begun = s->all = true;
	return 0;
}

/* At the %. */
static int placeholder(struct scan *s)
{
	char c = s->at[1];

	s->at += c ? 2 : 1;
	s->placed |= c != '%';
	if (c != '%' && !s->words)
		s->uses |= ARGS_COMMAND;
	switch (c) {
	case '%':
		return add(s, "%", 1);
	case 'f':
		s->uses |= ARGS_FILE;
		return add_text(s, s->with ? s->with->file : "");
	case 'd':
		s->uses |= ARGS_DIR;
		return add_text(s, s->with ? s->with->dir : "");
	case 'n':
		s->uses |= ARGS_NAME;
		return add_name(s);
	case 'F':
		s->uses |= ARGS_FILES;
		return add_all(s);
	case '\0':
		return refuse(s, "a %% at the end: %%%% is a percent sign");
	default:
		/* The reason goes where only harmless characters may. */
		return c > ' ' && c < 127
			       ? refuse(s,
					"%%%c is none of %%f %%F %%d %%n; %%%% is a percent sign",
					c)
			       : refuse(s, "a %% before none of f F d n: %%%% is a percent sign");
	}
}

/* What follows a backslash, literally; in quotes only what means something there. */
static int escaped(struct scan *s, bool quoted)
{
	char c = s->at[1];
	bool means = c && strchr("\"\\%$`", c);

	if (!c)
		return refuse(s, "a \\ at the end");
	if (quoted && !means) {
		s->at++;
		return add_literal(s, "\\", 1);
	}
	s->at += 2;
	return add_literal(s, &c, 1);
}

static int single_quoted(struct scan *s)
{
	const char *end = strchr(++s->at, '\'');
	int r;

	if (!end)
		return refuse(s, "the quote ' is not closed");
	r = add_literal(s, s->at, (size_t)(end - s->at));
	s->at = end + 1;
	return r;
}

static int double_quoted(struct scan *s)
{
	bool had = s->begun;
	int r = 0;

	s->at++;
	while (r == 0 && *s->at && *s->at != '"') {
		if (*s->at == '%')
			r = placeholder(s);
		else if (*s->at == '\\')
			r = escaped(s, true);
		else if (*s->at == '$' || *s->at == '`')
			r = refuse_shell(s, *s->at);
		else
			r = add_literal(s, s->at++, 1);
	}
	if (r < 0)
		return r;
	if (!*s->at)
		return refuse(s, "the quote \" is not closed");
	s->at++;
	s->begun = true;
	return had && s->all ? refuse(s, "%%F must be a word of its own") : 0;
}

static int home(struct scan *s)
{
	char next = s->at[1];

	if (next != '/' && next != ' ' && next != '\t' && next)
		return refuse_shell(s, '~');
	s->at++;
	if (s->with && !s->with->home)
		return refuse(s, "~ is not known: HOME is not set");
	return add_text(s, s->with ? s->with->home : "");
}

/* NAME=value, as a shell takes it before the command. */
static bool is_assignment(const char *at)
{
	size_t n = strspn(at, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789");

	return n && at[n] == '=' && !(at[0] >= '0' && at[0] <= '9');
}

static int word_start(struct scan *s)
{
	if (s->words == 0 && is_assignment(s->at)) {
		s->shell = true;
		return refuse(s, "NAME=value in front of a command needs env(1) or a shell");
	}
	if (*s->at == '#')
		return refuse_shell(s, '#');
	return *s->at == '~' ? home(s) : 0;
}

static int unquoted(struct scan *s)
{
	switch (*s->at) {
	case '%':
		return placeholder(s);
	case '\\':
		return escaped(s, false);
	case '\'':
		return single_quoted(s);
	case '"':
		return double_quoted(s);
	default:
		return strchr("|&;<>()$`*?[\n", *s->at) ? refuse_shell(s, *s->at)
							: add_literal(s, s->at++, 1);
	}
}

/* sh -c "rm %f" would make a name part of a script, and so would ssh, su or watch. */
static int check_word(struct scan *s)
{
	if (!s->placed || !s->script)
		return 0;
	return refuse(s, "a name must not become part of a text with blanks or signs of a shell: "
			 "give it as a word of its own");
}

static int end_word(struct scan *s)
{
	int r = check_word(s);

	if (r == 0 && s->with && s->all) {
		for (size_t i = 0; r == 0 && i < s->with->files->n; i++)
			r = args_add(s->out, s->with->files->at[i], strlen(s->with->files->at[i]));
	} else if (r == 0 && s->with) {
		r = args_add(s->out, s->word.buf, s->word.len);
	}
	s->words++;
	s->begun = s->all = s->placed = s->script = false;
	str_clear(&s->word);
	return r;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static int one_word(struct scan *s)
{
	int r = word_start(s);

	while (r == 0 && *s->at && !is_blank(*s->at))
		r = unquoted(s);
	return r < 0 ? r : end_word(s);
}

static int scan_line(struct scan *s, const char *line)
{
	int r = 0;

	str_init(&s->word);
	s->at = line + strspn(line, " \t");
	while (r == 0 && *s->at) {
		r = one_word(s);
		s->at += strspn(s->at, " \t");
	}
	str_done(&s->word);
	if (r == 0 && !s->words)
		r = refuse(s, "no command");
	return r;
}

int args_expand(const char *line, const struct args_with *with, struct args *ret, struct str *err)
{
	struct scan s = {.with = with, .out = ret, .err = err};
	int r = scan_line(&s, line);

	if (r == 0 && with->uses)
		*with->uses = s.uses;
	return r;
}

int args_check(const char *line, unsigned *ret_uses, struct str *err)
{
	struct scan s = {.err = err};
	int r = scan_line(&s, line);

	if (r == 0)
		*ret_uses = s.uses;
	return r;
}

bool args_wants_shell(const char *line)
{
	struct scan s = {0};

	(void)scan_line(&s, line);
	return s.shell;
}
