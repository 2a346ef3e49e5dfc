/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "app/app.h"
#include "app/choose.h"
#include "app/commands.h"
#include "base/alloc.h"
#include "base/match.h"

static void items_clear(struct items *items)
{
	for (size_t i = 0; i < items->n; i++)
		free(items->keys[i]);
	items->n = 0;
}

void items_done(struct items *items)
{
	items_clear(items);
	free(items->rows);
	free(items->commands);
	free(items->keys);
	*items = (struct items){0};
}

static int items_grow(struct items *items)
{
	size_t cap = items->cap, rows_cap = cap, commands_cap = cap;
	int err = array_grow(&items->rows, &rows_cap, items->n + 1, sizeof(*items->rows));

	if (!err)
		err = array_grow(&items->commands, &commands_cap, items->n + 1,
				 sizeof(struct command *));
	if (!err)
		err = array_grow(&items->keys, &cap, items->n + 1, sizeof(*items->keys));
	if (!err)
		items->cap = MIN(MIN(rows_cap, commands_cap), cap);
	return err;
}

/* Takes the text of keys. */
static int items_add(struct items *items, const struct command *command, const char *help,
		     struct str *keys)
{
	char *text;
	int err = items_grow(items);

	if (err)
		return err;
	text = str_take(keys);
	if (!text)
		return -ENOMEM;
	items->keys[items->n] = text;
	items->commands[items->n] = command;
	items->rows[items->n] = (struct scene_item){
		.group = command->group,
		.keys = text,
		.name = command->name,
		.help = help,
	};
	items->n++;
	return 0;
}

/* The screen is drawn from the rows: while they are made, and when memory runs out on the way, it
 * has none. */
void items_begin(struct app *app)
{
	items_clear(&app->items);
	app->scene.items = NULL;
	app->scene.nitems = 0;
}

/* One block holds all three texts. */
int items_add_words(struct app *app, const struct command *command, const char *name,
		    const char *keys, const char *help)
{
	struct items *items = &app->items;
	size_t name_len = strlen(name) + 1, keys_len = strlen(keys) + 1;
	struct str block = STR_INIT;
	int err = items_grow(items);
	char *text;

	str_add(&block, name, name_len);
	str_add(&block, keys, keys_len);
	str_adds(&block, help);
	text = err || block.failed ? NULL : str_take(&block);
	str_done(&block);
	if (!text)
		return -ENOMEM;
	items->keys[items->n] = text;
	items->commands[items->n] = command;
	items->rows[items->n++] = (struct scene_item){
		.group = command->group,
		.name = text,
		.keys = text + name_len,
		.help = text + name_len + keys_len,
	};
	return 0;
}

static bool offered(const struct app *app, const struct command *command)
{
	return !(app->options.read_only && command->flags & CMD_MUTATES) &&
	       !choose_refuses(app, command);
}

/* Hints show one key: the first. */
static void first_alternative(struct str *keys)
{
	char *gap = strstr(keys->buf, "  ");

	if (gap)
		str_cut(keys, (size_t)(gap - keys->buf));
}

static const char *hint_of(const struct app *app, const struct command *command)
{
	const char *choose = choose_hint(app);

	return choose && command->run == cmd_open ? choose : command->hint;
}

void items_hints_drop(struct app *app)
{
	app->hints_of = (enum command_context)0;
}

int items_hints(struct app *app)
{
	enum command_context context = app_context(app);

	if (app->hints_of == context)
		return 0;
	items_hints_drop(app);
	items_clear(&app->hints);
	app->scene.hints = NULL;
	app->scene.nhints = 0;
	for (size_t i = 0; i < ncommands; i++) {
		CLEANUP(str_done) struct str keys = STR_INIT;
		int err;

		if (!(commands[i].flags & CMD_HINT) || !(commands[i].contexts & context) ||
		    !offered(app, &commands[i]))
			continue;
		err = keymap_keys(&app->keymap, context, &commands[i], &keys);
		if (err)
			return err;
		first_alternative(&keys);
		if (!keys.len)
			continue;
		err = items_add(&app->hints, &commands[i], hint_of(app, &commands[i]), &keys);
		if (err)
			return err;
	}
	app->scene.hints = app->hints.rows;
	app->scene.nhints = app->hints.n;
	app->hints_of = context;
	return 0;
}

void items_publish(struct app *app)
{
	app->scene.items = app->items.rows;
	app->scene.nitems = app->items.n;
	if (app->scene.selected >= app->items.n)
		app->scene.selected = app->items.n ? app->items.n - 1 : 0;
}

/* What the words typed are looked for in: name, help, keys and group of one command. */
static int score_of(const struct matcher *m, const struct command *command, const char *keys)
{
	CLEANUP(str_done) struct str text = STR_INIT;

	if (str_addf(&text, "%s  %s  %s  %s", command->name, command->help, keys, command->group) <
	    0)
		return 0;
	return matcher_test(m, text.buf, text.len, NULL);
}

/* A command whose name begins with what was typed comes before others that merely contain it. */
static void move_best_first(struct items *items, const char *typed)
{
	size_t len = strlen(typed), best = 0;

	if (!len)
		return;
	while (best < items->n && strncmp(items->rows[best].name, typed, len) != 0)
		best++;
	if (best == items->n)
		return;
	for (size_t i = best; i > 0; i--) {
		struct scene_item row = items->rows[i];
		const struct command *command = items->commands[i];
		char *keys = items->keys[i];

		items->rows[i] = items->rows[i - 1];
		items->commands[i] = items->commands[i - 1];
		items->keys[i] = items->keys[i - 1];
		items->rows[i - 1] = row;
		items->commands[i - 1] = command;
		items->keys[i - 1] = keys;
	}
}

/* What the commands offered must have, and which keys of theirs are shown. */
struct choice {
	unsigned in, not_in; /* works in one of these contexts, and in none of those */
	const struct matcher *matcher;
};

static int add_chosen(struct app *app, const struct choice *choice)
{
	int err = 0;

	for (size_t i = 0; i < ncommands && !err; i++) {
		const struct command *c = &commands[i];
		CLEANUP(str_done) struct str keys = STR_INIT;

		if (!(c->contexts & choice->in) || c->contexts & choice->not_in || !offered(app, c))
			continue;
		err = keymap_keys(&app->keymap, choice->in, c, &keys);
		if (!err && score_of(choice->matcher, c, keys.buf))
			err = items_add(&app->items, c, c->help, &keys);
	}
	return err;
}

static int choose(struct app *app, const char *typed, bool others)
{
	struct choice choice = {.in = app_context(app)};
	struct matcher *m;
	int err = matcher_new(MATCH_SUBSTRING, typed, strlen(typed), NULL, &m);

	if (err)
		return err;
	items_begin(app);
	choice.matcher = m;
	err = add_chosen(app, &choice);
	if (!err && others) {
		choice.not_in = choice.in;
		choice.in = CTX_ALL & ~choice.not_in;
		err = add_chosen(app, &choice);
	}
	matcher_unref(m);
	return err;
}

int items_palette(struct app *app, const char *typed)
{
	int err = choose(app, typed, false);

	move_best_first(&app->items, typed);
	items_publish(app);
	return err;
}

int items_help(struct app *app, const char *typed)
{
	int err = choose(app, typed, true);

	items_publish(app);
	return err;
}

static bool continues(const struct binding *b, const struct key *keys, unsigned n)
{
	if (b->nkeys <= n)
		return false;
	for (unsigned i = 0; i < n; i++)
		if (!key_eq(b->keys[i], keys[i]))
			return false;
	return true;
}

int items_strip(struct app *app)
{
	items_begin(app);
	for (size_t i = 0; i < app->keymap.n; i++) {
		const struct binding *b = &app->keymap.at[i];
		CLEANUP(str_done) struct str keys = STR_INIT;
		int err = 0;

		if (!(b->contexts & app_context(app)) ||
		    !continues(b, app->pending.keys, app->pending.nkeys) ||
		    !offered(app, b->command))
			continue;
		for (unsigned k = app->pending.nkeys; k < b->nkeys && !err; k++)
			err = key_format_human(&keys, b->keys[k]);
		if (!err)
			err = items_add(&app->items, b->command,
					b->command->hint ? b->command->hint : b->command->help,
					&keys);
		if (err)
			return err;
	}
	items_publish(app);
	return 0;
}
