/* SPDX-License-Identifier: MIT
 *
 * Command lines for sh(1). A placeholder becomes the name of a parameter: within double quotes as
 * ${x}, elsewhere as "${x}"; what the parameter holds is no part of the script, so the shell does
 * not read it as one. Where this would be quoted in another way again (backquotes, ${...}, a here
 * document) a placeholder is refused rather than guessed at: were it guessed wrong, a name could
 * still not run as a command, but it could become several arguments.
 */
#include "base/args.h"

#include <errno.h>
#include <string.h>

#define NESTING_MAX 64

/* The first three parameters have names, so that "$1" and "$@" are the files. */
#define PROLOGUE "trowel_f=$1 trowel_d=$2 trowel_n=$3; shift 3\n"

struct script {
	const char *at, *line;
	struct str *out, *err;
	struct {
		char close; /* " or ) */
		const char *at;
	} nest[NESTING_MAX]; /* what has to be closed, and where it was opened */
	size_t depth;
	unsigned uses;       /* placeholders so far: enum args_use */
	const char *strange; /* from here on placeholders are refused; NULL: nowhere */
};

static int refuse(const struct script *s, const char *reason)
{
	int r = s->err ? str_adds(s->err, reason) : 0;

	return r < 0 ? r : -EINVAL;
}

static bool in_quotes(const struct script *s)
{
	return s->depth && s->nest[s->depth - 1].close == '"';
}

static int copy(struct script *s, size_t len)
{
	int r = str_add(s->out, s->at, len);

	s->at += len;
	return r;
}

static int open_nest(struct script *s, char close, size_t len)
{
	if (s->depth == NESTING_MAX)
		return refuse(s, "nested too deeply");
	s->nest[s->depth].close = close;
	s->nest[s->depth++].at = s->at;
	return copy(s, len);
}

static bool separates(char c)
{
	return !c || strchr(" \t\n;&|<>()", c);
}

static int all_files(struct script *s)
{
	if (in_quotes(s) || (s->at > s->line && !separates(s->at[-1])) || !separates(s->at[2]))
		return refuse(s, "%F is several arguments: it must be a word of its own");
	s->at += 2;
	return str_adds(s->out, "\"$@\"");
}

/* What is between the quotes around here may be a script for another shell, ssh(1), su(1). */
static bool like_a_script(const struct script *s)
{
	const char *from = s->nest[s->depth - 1].at + 1;
	size_t len = strcspn(s->at, "\"");

	return strcspn(from, " \t;&|<>()$`'\\") < (size_t)(s->at - from) + len;
}

static unsigned use_of(char placeholder)
{
	return placeholder == 'f'   ? ARGS_FILE
	       : placeholder == 'F' ? ARGS_FILES
	       : placeholder == 'd' ? ARGS_DIR
				    : ARGS_NAME;
}

static int placeholder(struct script *s)
{
	char c = s->at[1];

	if (c == '%') {
		s->at += 2;
		return str_addc(s->out, '%');
	}
	if (!c || !strchr("fFdn", c))
		return refuse(s, "no placeholder but %f %F %d %n; %% is a percent sign");
	if (s->strange)
		return refuse(s, "no placeholder after ` ${ $' or <<: use \"$1\" or \"$@\", which "
				 "are the files");
	s->uses |= use_of(c);
	if (c == 'F')
		return all_files(s);
	if (in_quotes(s) && like_a_script(s))
		return refuse(s, "a name must not become part of a text with blanks or signs of a "
				 "shell: give it as a word of its own");
	s->at += 2;
	return str_addf(s->out, in_quotes(s) ? "${trowel_%c}" : "\"${trowel_%c}\"", c);
}

static int single_quoted(struct script *s)
{
	const char *end = strchr(s->at + 1, '\'');

	return end ? copy(s, (size_t)(end + 1 - s->at)) : refuse(s, "the quote ' is not closed");
}

static int dollar(struct script *s)
{
	if (s->at[1] == '(')
		return open_nest(s, ')', 2);
	if (s->at[1] == '{' || s->at[1] == '\'')
		s->strange = s->at;
	return copy(s, 1);
}

static bool starts_comment(const struct script *s)
{
	return s->at == s->line || separates(s->at[-1]);
}

static int unquoted(struct script *s)
{
	switch (*s->at) {
	case '\'':
		return single_quoted(s);
	case '#':
		return starts_comment(s) ? copy(s, strlen(s->at)) : copy(s, 1);
	case '(':
		return open_nest(s, ')', 1);
	case ')':
		if (s->depth)
			s->depth--;
		return copy(s, 1);
	case '<':
		if (s->at[1] == '<')
			s->strange = s->at;
		return copy(s, 1);
	default:
		return copy(s, 1);
	}
}

static int step(struct script *s)
{
	switch (*s->at) {
	case '%':
		return placeholder(s);
	case '\\':
		return s->at[1] ? copy(s, 2) : refuse(s, "a \\ at the end");
	case '$':
		return dollar(s);
	case '`':
		s->strange = s->at;
		return copy(s, 1);
	case '"':
		if (!in_quotes(s))
			return open_nest(s, '"', 1);
		s->depth--;
		return copy(s, 1);
	default:
		return in_quotes(s) ? copy(s, 1) : unquoted(s);
	}
}

static int make_script(const char *line, struct str *out, unsigned *ret_uses, struct str *err)
{
	struct script s = {.at = line, .line = line, .out = out, .err = err};
	int r = str_adds(out, PROLOGUE);

	while (r == 0 && *s.at)
		r = step(&s);
	for (size_t i = 0; r == 0 && i < s.depth; i++) {
		if (s.nest[i].close == '"')
			r = refuse(&s, "the quote \" is not closed");
	}
	*ret_uses = s.uses;
	return r;
}

static int add(struct args *a, const char *text)
{
	return args_add(a, text, strlen(text));
}

int args_shell(const char *line, const struct args_with *with, struct args *ret, struct str *err)
{
	CLEANUP(str_done) struct str script = STR_INIT;
	CLEANUP(str_done) struct str name = STR_INIT;
	unsigned uses;
	int r = make_script(line, &script, &uses, err);

	if (r == 0)
		r = str_addf(&name, "%s%s", with->name[0] == '-' ? "./" : "", with->name);
	if (r == 0)
		r = add(ret, "/bin/sh");
	if (r == 0)
		r = add(ret, "-c");
	if (r == 0)
		r = args_add(ret, script.buf, script.len);
	if (r == 0)
		r = add(ret, "sh");
	if (r == 0)
		r = add(ret, with->file);
	if (r == 0)
		r = add(ret, with->dir);
	if (r == 0)
		r = add(ret, name.buf);
	for (size_t i = 0; r == 0 && i < with->files->n; i++)
		r = add(ret, with->files->at[i]);
	if (r == 0 && with->uses)
		*with->uses = uses;
	return r;
}
