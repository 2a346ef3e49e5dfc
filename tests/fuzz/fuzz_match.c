/* SPDX-License-Identifier: MIT
 *
 * Patterns and names: the first byte is the kind, the first line the pattern, the rest the name.
 * Nothing hangs; spans are in order and inside the name; narrowing never loses a name.
 */
#include "base/match.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_spans(const struct match_spans *spans, size_t len)
{
	size_t end = 0;

	for (uint32_t i = 0; i < spans->n; i++) {
		if (!spans->at[i].len || (i && spans->at[i].start <= end))
			abort();
		end = (size_t)spans->at[i].start + spans->at[i].len;
		if (end > len)
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *newline = size ? memchr(data + 1, '\n', size - 1) : NULL;
	struct matcher *m, *shorter;
	struct match_spans spans;
	const char *pattern, *name;
	size_t pattern_len, name_len;
	enum match_kind kind;

	if (!newline)
		return 0;
	kind = data[0] % MATCH_KINDS;
	pattern = (const char *)data + 1;
	pattern_len = (size_t)(newline - data) - 1;
	name = (const char *)newline + 1;
	name_len = size - pattern_len - 2;
	if (matcher_new(kind, pattern, pattern_len, NULL, &m) < 0)
		return 0;
	int score = matcher_test(m, name, name_len, &spans);
	if ((score > 0) != (matcher_test(m, name, name_len, NULL) > 0))
		abort();
	check_spans(&spans, name_len);
	if (pattern_len && matcher_new(kind, pattern, pattern_len - 1, NULL, &shorter) == 0) {
		if (score && matcher_narrows(m, shorter) &&
		    !matcher_test(shorter, name, name_len, NULL))
			abort();
		matcher_unref(shorter);
	}
	matcher_unref(m);
	return 0;
}
