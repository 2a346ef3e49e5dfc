/* SPDX-License-Identifier: MIT
 *
 * The first bytes of any file as text: what comes out is within what was asked for, and valid UTF-8
 * unless the file claims to be that.
 */
#include "base/utf8.h"
#include "helper/text.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wire_ask ask = {.lines = 20, .columns = 30};
	enum text_code guess = size ? text_code(data, size) : TEXT_NONE;

	for (enum text_code code = TEXT_ASCII; size > 0 && code < TEXT_CODES; code++) {
		struct preview *p = preview_new();

		if (!p || text_lines(data, size, size % 2, code, &ask, p) < 0)
			abort();
		if (p->nlines > ask.lines || (guess == code && !p->nlines && size > 4))
			abort();
		for (size_t i = 0; i < p->nlines; i++) {
			size_t len;
			const char *line = preview_line(p, i, &len);

			if (len > ask.columns)
				abort();
			if (code != TEXT_UTF8 && code != TEXT_ASCII && !utf8_valid(line, len))
				abort();
		}
		preview_free(p);
	}
	return 0;
}
