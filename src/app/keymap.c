/* SPDX-License-Identifier: MIT */
#include "app/keymap.h"

#include "app/nearest.h"
#include "app/refuse.h"
#include "base/alloc.h"
#include "base/display.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define BLANKS  " \t"
#define RUN_MIN 3 /* neighbouring keys that are written as first..last */

static bool same_start(const struct key *a, const struct key *b, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		if (!key_eq(a[i], b[i]))
			return false;
	}
	return true;
}

static void format_chord(struct str *out, const struct binding *b)
{
	for (unsigned i = 0; i < b->nkeys; i++)
		key_format(out, b->keys[i]);
}

static void add_owner(struct str *out, const struct command *owner)
{
	if (owner)
		str_addf(out, " of %s", owner->name);
}

/* `other` has the longer chord, or the shorter one; NULL: both belong to the same command. */
static int refuse_beginning(const struct binding *shorter, const struct binding *longer,
			    const struct command *other, bool other_is_shorter, struct str *err)
{
	struct str text = STR_INIT;
	int r;

	str_addc(&text, '\'');
	format_chord(&text, shorter);
	str_addc(&text, '\'');
	add_owner(&text, other_is_shorter ? other : NULL);
	str_adds(&text, " begins '");
	format_chord(&text, longer);
	str_addc(&text, '\'');
	add_owner(&text, other_is_shorter ? NULL : other);
	r = text.failed ? -ENOMEM : refuse(err, "%s", text.buf);
	str_done(&text);
	return r;
}

/* The chord of `new` is free when no other begins it or is begun by it. */
static int check_free(const struct keymap *k, const struct binding *new, struct str *err)
{
	for (size_t i = 0; i < k->n; i++) {
		const struct binding *old = &k->at[i];
		const struct command *other = old->command == new->command ? NULL : old->command;

		if (!(old->contexts & new->contexts) ||
		    !same_start(old->keys, new->keys, MIN(old->nkeys, new->nkeys)))
			continue;
		if (old->nkeys < new->nkeys)
			return refuse_beginning(old, new, other, true, err);
		if (old->nkeys > new->nkeys)
			return refuse_beginning(new, old, other, false, err);
	}
	return 0;
}

static bool same_chord(const struct binding *a, const struct binding *b)
{
	return a->nkeys == b->nkeys && same_start(a->keys, b->keys, a->nkeys);
}

/* Behind the others, so that the keys of a command stay in the order they were written in. The same
 * chord of another command goes, where both would hold. */
static int add_binding(struct keymap *k, struct binding *new, struct str *err)
{
	size_t kept = 0;
	int r = check_free(k, new, err);

	if (r == 0)
		r = array_grow(&k->at, &k->cap, k->n + 1, sizeof(*k->at));
	if (r < 0)
		return r;
	for (size_t i = 0; i < k->n; i++) {
		struct binding old = k->at[i];

		if (same_chord(&old, new) && old.command == new->command) {
			new->contexts |= old.contexts;
			continue;
		}
		if (same_chord(&old, new))
			old.contexts &= ~new->contexts;
		if (old.contexts)
			k->at[kept++] = old;
	}
	k->at[kept] = *new;
	k->n = kept + 1;
	return 0;
}

static int parse_chord(const char *text, struct binding *ret, struct str *err)
{
	const struct key *first = &ret->keys[0];
	struct str shown = STR_INIT;
	int n = key_parse_chord(text, ret->keys, CHORD_MAX), r = 0;

	if (n <= 0) {
		r = display_add(&shown, text, strlen(text), false);
		if (r == 0 && n == -E2BIG)
			r = refuse(err, "'%s' has more than %d keys", shown.buf, CHORD_MAX);
		else if (r == 0)
			r = refuse(err, "'%s' is no key", shown.buf);
		str_done(&shown);
		return r;
	}
	if (!first->mods && first->sym >= '1' && first->sym <= '9')
		return refuse(err, "'%s' begins with a digit: digits are counts", text);
	if (!first->mods && first->sym == KEYSYM_ESC && n > 1)
		return refuse(err, "'%s' begins with Esc, which leaves what was begun", text);
	ret->nkeys = (unsigned)n;
	return 0;
}

static int add_chords(struct keymap *k, const struct command *command, unsigned contexts,
		      const char *keys, struct str *err)
{
	char *copy = strdup(keys), *state = NULL;
	int r = copy ? 0 : -ENOMEM;

	if (!copy)
		return r;
	for (char *t = strtok_r(copy, BLANKS, &state); r == 0 && t;
	     t = strtok_r(NULL, BLANKS, &state)) {
		struct binding b = {.command = command, .contexts = contexts};

		r = parse_chord(t, &b, err);
		if (r == 0)
			r = add_binding(k, &b, err);
	}
	free(copy);
	return r;
}

int keymap_init(struct keymap *k)
{
	int r = 0;

	*k = (struct keymap){0};
	for (size_t i = 0; r == 0 && i < ncommands; i++)
		r = add_chords(k, &commands[i], commands[i].contexts, commands[i].keys, NULL);
	if (r < 0)
		keymap_done(k);
	return r;
}

void keymap_done(struct keymap *k)
{
	if (!k)
		return;
	free(k->at);
	*k = (struct keymap){0};
}

/* A copy of all bindings but those that one command has in these contexts. */
static int copy_without(const struct keymap *k, const struct command *command, unsigned contexts,
			struct keymap *ret_copy)
{
	struct keymap copy = {0};
	int r = array_grow(&copy.at, &copy.cap, k->n + 1, sizeof(*copy.at));

	if (r < 0)
		return r;
	for (size_t i = 0; i < k->n; i++) {
		struct binding b = k->at[i];

		if (b.command == command)
			b.contexts &= ~contexts;
		if (b.contexts)
			copy.at[copy.n++] = b;
	}
	*ret_copy = copy;
	return 0;
}

static const char *command_name(const void *table, size_t i)
{
	return ((const struct command *)table)[i].name;
}

static int unknown_command(const char *name, struct str *err)
{
	const char *near = nearest_name(name, command_name, commands, ncommands);
	struct str shown = STR_INIT;
	int r = display_add(&shown, name, strlen(name), false);

	if (r == 0)
		r = refuse(err, "no command '%s'%s%s%s", shown.buf, near ? "; did you mean '" : "",
			   near ? near : "", near ? "'?" : "");
	str_done(&shown);
	return r;
}

/* The first context of several. */
static const struct context_info *first_context(unsigned mask)
{
	return context_info(mask & -mask);
}

/* Says where it works: there its keys can be set. */
static int works_elsewhere(const struct command *c, unsigned asked, struct str *err)
{
	const struct context_info *there = first_context(asked), *here = first_context(c->contexts);

	return refuse(err, "'%s' does not work %s, but %s: its keys are set in [keys.%s] or [keys]",
		      c->name, there ? there->where : "there", here->where, here->name);
}

/* Works on a copy, so that a refusal leaves nothing half done. */
int keymap_set(struct keymap *k, unsigned contexts, const char *command, const char *keys,
	       struct str *err)
{
	const struct command *c = command_find(command);
	struct keymap copy = {0};
	int r;

	if (!c)
		return unknown_command(command, err);
	if (!(c->contexts & contexts))
		return works_elsewhere(c, contexts, err);
	if (!keys[strspn(keys, BLANKS)])
		return refuse(err, "no keys for '%s': write none to unbind it", c->name);
	contexts &= c->contexts;
	r = copy_without(k, c, contexts, &copy);
	if (r == 0 && strcmp(keys, "none") != 0)
		r = add_chords(&copy, c, contexts, keys, err);
	if (r < 0) {
		keymap_done(&copy);
		return r;
	}
	keymap_done(k);
	*k = copy;
	return 0;
}

enum keymap_answer keymap_look(const struct keymap *k, enum command_context context,
			       const struct key *keys, unsigned nkeys,
			       const struct command **ret_command)
{
	enum keymap_answer answer = KEYMAP_NONE;

	for (size_t i = 0; nkeys && i < k->n; i++) {
		const struct binding *b = &k->at[i];

		if (!(b->contexts & context) || b->nkeys < nkeys ||
		    !same_start(b->keys, keys, nkeys))
			continue;
		if (b->nkeys == nkeys) {
			*ret_command = b->command;
			return KEYMAP_COMMAND;
		}
		answer = KEYMAP_PREFIX;
	}
	return answer;
}

static int human_chord(struct str *out, const struct binding *b)
{
	int r = 0;

	for (unsigned j = 0; r == 0 && j < b->nkeys; j++)
		r = key_format_human(out, b->keys[j]);
	return r;
}

/* g2 follows g1. */
static bool follows(const struct binding *next, const struct binding *b)
{
	unsigned last = b->nkeys - 1;

	return next->command == b->command && next->contexts == b->contexts &&
	       next->nkeys == b->nkeys && same_start(next->keys, b->keys, last) &&
	       next->keys[last].mods == b->keys[last].mods &&
	       next->keys[last].sym == b->keys[last].sym + 1;
}

/* Index behind the run of bindings that begins at i. Bindings of one command stand together. */
static size_t run_end(const struct keymap *k, size_t i)
{
	size_t end = i + 1;

	while (end < k->n && follows(&k->at[end], &k->at[end - 1]))
		end++;
	return end;
}

int keymap_keys(const struct keymap *k, unsigned contexts, const struct command *command,
		struct str *out)
{
	const char *before = "";
	int r = 0;

	for (size_t i = 0; r == 0 && i < k->n; i++) {
		size_t end = run_end(k, i);

		if (k->at[i].command != command || !(k->at[i].contexts & contexts))
			continue;
		r = str_adds(out, before);
		if (r == 0)
			r = human_chord(out, &k->at[i]);
		before = "  ";
		if (r != 0 || end - i < RUN_MIN)
			continue;
		i = end - 1;
		r = str_adds(out, "..");
		if (r == 0)
			r = human_chord(out, &k->at[i]);
	}
	return r;
}
