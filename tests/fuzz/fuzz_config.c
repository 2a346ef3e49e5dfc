/* SPDX-License-Identifier: MIT
 *
 * The configuration: whatever a file holds, options stay within their domain, no chord begins
 * another, and a warning is one line of harmless characters.
 */
#include <assert.h>
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

static void check_keys(const struct keymap *k)
{
	for (size_t i = 0; i < k->n; i++) {
		const struct command *found = NULL;

		assert(k->at[i].nkeys > 0 && k->at[i].nkeys <= CHORD_MAX);
		assert(keymap_look(k, k->at[i].keys, k->at[i].nkeys, &found) == KEYMAP_COMMAND);
		assert(found == k->at[i].command);
		for (unsigned n = 1; n < k->at[i].nkeys; n++)
			assert(keymap_look(k, k->at[i].keys, n, &found) == KEYMAP_PREFIX);
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
	struct str warnings = STR_INIT;

	settings_init(&settings);
	assert(keymap_init(&keymap) == 0);
	assert(config_parse("config", (const char *)data, size, &settings, &keymap, &warnings) ==
	       0);
	check_options(&settings);
	check_keys(&keymap);
	check_warnings(&warnings);
	str_done(&warnings);
	keymap_done(&keymap);
	settings_done(&settings);
	return 0;
}
