/* SPDX-License-Identifier: MIT
 *
 * The configuration: whatever a file holds, options stay within their domain, no chord begins
 * another, and a warning is one line of harmless characters.
 */
#include <assert.h>
#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "app/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_options(struct settings *s)
{
	for (size_t i = 0; i < noption_rows; i++) {
		struct str before = STR_INIT, after = STR_INIT;

		assert(option_get(s, &option_rows[i], &before) == 0);
		/* Texts are written in quotes, which are the parser's business. */
		if (option_rows[i].type != OPTION_STRING) {
			assert(option_set(s, option_rows[i].name, before.buf, NULL) == 0);
			assert(option_get(s, &option_rows[i], &after) == 0);
			assert(str_eq(&after, before.buf));
		}
		str_done(&before);
		str_done(&after);
	}
}

/* Each chord leads to its command in each context it holds in, and none begins another there. */
static void check_binding(const struct keymap *k, const struct binding *b,
			  enum command_context context)
{
	const struct command *found = NULL;

	assert(keymap_look(k, context, b->keys, b->nkeys, &found) == KEYMAP_COMMAND);
	assert(found == b->command);
	for (unsigned n = 1; n < b->nkeys; n++)
		assert(keymap_look(k, context, b->keys, n, &found) == KEYMAP_PREFIX);
}

static void check_keys(const struct keymap *k)
{
	for (size_t i = 0; i < k->n; i++) {
		const struct binding *b = &k->at[i];

		assert(b->nkeys > 0 && b->nkeys <= CHORD_MAX);
		assert(b->contexts && !(b->contexts & ~b->command->contexts));
		for (size_t c = 0; c < ncontext_rows; c++)
			if (b->contexts & context_rows[c].context)
				check_binding(k, b, context_rows[c].context);
	}
}

/* Whatever the file says, no rule runs what it opens, or something beside it. */
static void check_openers(const struct openers *o)
{
	static const char *const names[] = {"", "a.pdf", "-rf", "\xff\n$(x)"};
	const struct opener_kind unknown = {0}, known = {.known = true, .mime = "image/png"};

	for (size_t i = 0; i < o->n; i++) {
		const struct opener_command *c = &o->at[i].command;
		struct args files = {0}, got = {0};
		const struct args_with with = {
			.file = "/D/F", .dir = "/D", .name = "F", .files = &files, .home = "/H"};

		for (size_t n = 0; n < ARRAY_LEN(names); n++) {
			assert(opener_matches(&o->at[i], names[n], &unknown) >= -EAGAIN);
			assert(opener_matches(&o->at[i], names[n], &known) >= 0);
		}
		assert(c->own || args_expand(c->line, &with, &got, NULL) == 0);
		assert(c->own || (got.n > 0 && got.at[0][0] &&
				  (got.at[0][0] == '/' || !strchr(got.at[0], '/'))));
		args_done(&got);
	}
}

static void check_warnings(const struct str *warnings)
{
	for (size_t i = 0; i < warnings->len; i++)
		assert((unsigned char)warnings->buf[i] >= ' ' || warnings->buf[i] == '\n');
	assert(warnings->len == 0 || warnings->buf[warnings->len - 1] == '\n');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct settings settings;
	struct keymap keymap;
	struct openers openers = {0};
	struct str warnings = STR_INIT;

	settings_init(&settings);
	assert(keymap_init(&keymap) == 0);
	assert(config_parse("config", (const char *)data, size, &settings, &keymap, &openers,
			    &warnings) == 0);
	check_options(&settings);
	check_keys(&keymap);
	check_openers(&openers);
	check_warnings(&warnings);
	str_done(&warnings);
	keymap_done(&keymap);
	openers_done(&openers);
	settings_done(&settings);
	return 0;
}
