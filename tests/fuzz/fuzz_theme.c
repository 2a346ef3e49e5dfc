/* SPDX-License-Identifier: MIT
 *
 * Themes and LS_COLORS: any text; every look is one that the terminal has, every name has a look.
 */
#include "model/rows.h"
#include "ui/theme.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct theme *t, int colors)
{
	int32_t end = colors > 16 ? 256 : colors;

	if (t->nlooks < ROLE_KINDS || t->nlooks > THEME_LOOKS_MAX)
		abort();
	for (uint32_t i = 0; i < t->nlooks; i++) {
		const struct look *l = &t->looks[i];
		bool rgb = colors > 256;

		if (!(rgb && l->fg & COLOUR_RGB) && (l->fg < -1 || l->fg >= end))
			abort();
		if (!(rgb && l->bg & COLOUR_RGB) && (l->bg < -1 || l->bg >= end))
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const int colors[] = {0, 8, 16, 256, 16777216};
	char *text = malloc(size + 1);

	if (!text)
		abort();
	memcpy(text, data, size);
	text[size] = '\0';
	for (size_t i = 0; i < ARRAY_LEN(colors); i++) {
		struct theme t;
		struct meta meta = {.mode = size > 1 ? data[0] * 256u + data[1] : 0};
		struct row row = {.name = text,
				  .name_len = size,
				  .type = (enum entry_type)(size % (ENTRY_BLOCK + 1)),
				  .meta = size & 1 ? &meta : NULL};

		if (theme_init(&t) < 0 || theme_parse(&t, text, size, NULL, NULL) < 0 ||
		    theme_ls_colors(&t, text) < 0)
			abort();
		theme_resolve(&t, colors[i]);
		check(&t, colors[i]);
		if (theme_name_look(&t, &row) >= t.nlooks)
			abort();
		theme_done(&t);
	}
	free(text);
	return 0;
}
