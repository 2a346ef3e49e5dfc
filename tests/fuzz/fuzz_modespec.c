/* SPDX-License-Identifier: MIT
 *
 * A mode from the command line: what is taken gives a mode, and a number gives just that one to a
 * file.
 */
#include "base/modespec.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The text is a number of at most four digits. */
static void check_number(const char *text, uint32_t got)
{
	char *end;
	unsigned long n = strtoul(text, &end, 8);

	if (text[0] >= '0' && text[0] <= '7' && !*end && n != got)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[256];
	struct modespec spec;
	const char *why;
	int r;

	size = size < sizeof(text) - 1 ? size : sizeof(text) - 1;
	memcpy(text, data, size);
	text[size] = '\0';
	r = modespec_parse(text, &spec, &why);
	if (r < 0) {
		if (!why || spec.at)
			abort();
		return 0;
	}
	for (uint32_t mode = 0; mode < 010000; mode += 0123) {
		if (modespec_apply(&spec, mode, true, 022) > 07777)
			abort();
		check_number(text, modespec_apply(&spec, mode, false, 022));
	}
	modespec_done(&spec);
	return 0;
}
