/* SPDX-License-Identifier: MIT */
#include "app/openers.h"

#include "app/refuse.h"
#include "base/alloc.h"
#include "base/display.h"
#include "base/glob.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct opener_pattern {
	struct glob *glob;
	bool mime;
	bool text; /* text/ and a star */
};

static const char *const hows[OPENER_HOWS] = {
	[OPENER_TERM] = "term:",
	[OPENER_WAIT] = "wait:",
	[OPENER_PAGER] = "pager:",
	[OPENER_DETACH] = "detach:",
};

static const char *const owns[OWN_KINDS] = {
	[OWN_EDIT] = ":edit",
	[OWN_VIEW] = ":view",
	[OWN_PAGER] = ":pager",
	[OWN_DESKTOP] = ":desktop",
};

const char *opener_how_name(enum opener_how how)
{
	return hows[how];
}

const char *opener_own_name(enum opener_own own)
{
	return owns[own];
}

/* Bytes of the configuration end up in a message. */
static int refuse_word(struct str *err, const char *word, size_t len, const char *why)
{
	CLEANUP(str_done) struct str shown = STR_INIT;
	int r = display_add(&shown, word, len, false);

	return r < 0 ? r : refuse(err, "%s: %s", shown.buf, why);
}

int opener_parse_how(const char **line, enum opener_how *how, struct str *err)
{
	const char *word = *line + strspn(*line, " \t");
	size_t len = strcspn(word, " \t");

	if (len < 2 || word[len - 1] != ':' || word[0] == ':')
		return 0;
	for (size_t i = 0; i < OPENER_HOWS; i++) {
		if (strlen(hows[i]) == len && memcmp(hows[i], word, len) == 0) {
			*how = (enum opener_how)i;
			*line = word + len;
			return 0;
		}
	}
	return refuse_word(err, word, len, "there are term: wait: pager: detach:");
}

static int parse_own(const char *word, struct opener_command *c, struct str *err)
{
	size_t len = strcspn(word, " \t");

	for (size_t i = 1; i < OWN_KINDS; i++) {
		if (strlen(owns[i]) == len && memcmp(owns[i], word, len) == 0)
			c->own = (enum opener_own)i;
	}
	if (!c->own)
		return refuse_word(err, word, len, "there are :edit :view :pager :desktop");
	if (word[len + strspn(word + len, " \t")])
		return refuse_word(err, word, len, "takes nothing more");
	return 0;
}

/* The first word as it will be; placeholders are not in it. */
static int check_program(const char *line, struct str *err)
{
	struct args none = {0}, words = {0};
	const struct args_with with = {
		.file = "", .dir = "", .name = "", .files = &none, .home = "/"};
	int r = args_expand(line, &with, &words, err);
	const char *program = r == 0 ? words.at[0] : "";

	if (r == 0 && strchr(program, '/') && program[0] != '/')
		r = refuse_word(err, program, strlen(program),
				"a program is searched in PATH, or has an absolute path");
	if (r == 0 && !program[0])
		r = refuse(err, "the name of the program is empty");
	args_done(&words);
	return r;
}

static int parse_line(const char *line, struct opener_command *c, struct str *err)
{
	int r = args_check(line, &c->uses, err);

	if (r < 0)
		return r;
	if (c->uses & ARGS_COMMAND)
		return refuse(err, "the first word is the program: no placeholder there");
	return check_program(line, err);
}

int opener_parse(const char *text, struct opener_command *ret, struct str *err)
{
	struct opener_command c = {.how = OPENER_TERM};
	const char *line = text;
	int r = opener_parse_how(&line, &c.how, err);

	line += strspn(line, " \t");
	if (r == 0 && line[0] == ':')
		r = parse_own(line, &c, err);
	else if (r == 0)
		r = parse_line(line, &c, err);
	if (r < 0)
		return r;
	c.line = strdup(line);
	if (!c.line)
		return -ENOMEM;
	*ret = c;
	return 0;
}

void opener_command_done(struct opener_command *c)
{
	free(c->line);
	*c = (struct opener_command){0};
}

/* ---- the left side ---- */

static bool has_capital(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		/* Beyond ASCII nothing is known of capitals here: taken as they are. */
		if ((s[i] >= 'A' && s[i] <= 'Z') || (unsigned char)s[i] >= 0x80)
			return true;
	}
	return false;
}

static int add_pattern(struct opener_rule *rule, const char *word, size_t len, struct str *err)
{
	struct opener_pattern p = {.mime = memchr(word, '/', len) != NULL};
	CLEANUP(str_done) struct str reason = STR_INIT;
	int r = array_grow(&rule->patterns, &rule->patterns_cap, rule->npatterns + 1, sizeof(p));

	p.text = len == 6 && memcmp(word, "text/*", 6) == 0;
	if (r == 0)
		r = glob_new(word, len, !has_capital(word, len), &reason, &p.glob);
	if (r == -EINVAL)
		return refuse_word(err, word, len, reason.buf);
	if (r == 0)
		rule->patterns[rule->npatterns++] = p;
	return r;
}

static int add_patterns(struct opener_rule *rule, const char *text, struct str *err)
{
	int r = 0;

	for (text += strspn(text, " \t"); r == 0 && *text; text += strspn(text, " \t")) {
		size_t len = strcspn(text, " \t");

		r = add_pattern(rule, text, len, err);
		text += len;
	}
	return r;
}

static void rule_done(struct opener_rule *rule)
{
	for (size_t i = 0; i < rule->npatterns; i++)
		glob_free(rule->patterns[i].glob);
	free(rule->patterns);
	free(rule->text);
	opener_command_done(&rule->command);
}

void openers_done(struct openers *o)
{
	for (size_t i = 0; i < o->n; i++)
		rule_done(&o->at[i]);
	free(o->at);
	*o = (struct openers){0};
}

int openers_add(struct openers *o, const char *patterns, const char *command, struct str *err)
{
	struct opener_rule rule = {.text = strdup(patterns)};
	int r = rule.text ? array_grow(&o->at, &o->cap, o->n + 1, sizeof(rule)) : -ENOMEM;

	if (r == 0)
		r = add_patterns(&rule, patterns, err);
	if (r == 0)
		r = opener_parse(command, &rule.command, err);
	if (r < 0)
		rule_done(&rule);
	else
		o->at[o->n++] = rule;
	return r;
}

static int pattern_matches(const struct opener_pattern *p, const char *name,
			   const struct opener_kind *kind)
{
	if (!p->mime)
		return glob_test(p->glob, name, strlen(name));
	if (!kind->known)
		return -EAGAIN;
	if (p->text && kind->text)
		return 1;
	return kind->mime && kind->mime[0] && glob_test(p->glob, kind->mime, strlen(kind->mime));
}

int opener_matches(const struct opener_rule *rule, const char *name, const struct opener_kind *kind)
{
	int found = 0;

	for (size_t i = 0; i < rule->npatterns && found != 1; i++) {
		int r = pattern_matches(&rule->patterns[i], name, kind);

		found = r == 0 ? found : r;
	}
	return found;
}

int openers_find(const struct openers *o, const char *name, const struct opener_kind *kind,
		 size_t *at)
{
	for (; *at < o->n; ++*at) {
		int r = opener_matches(&o->at[*at], name, kind);

		if (r)
			return r;
	}
	return 0;
}
