/* SPDX-License-Identifier: MIT
 *
 * What a helper that was taken over may send: whatever is accepted stays within what was asked for,
 * and says the same when it is sent again.
 */
#include "base/wire.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct preview *p, const struct wire_ask *ask)
{
	size_t len, used = 0;

	if (p->kind >= PREVIEW_KINDS || p->nlines > ask->lines)
		abort();
	for (size_t i = 0; i < p->nlines; i++) {
		const char *line = preview_line(p, i, &len);

		if (len > ask->columns || line < p->text.buf ||
		    line + len > p->text.buf + p->text.len)
			abort();
		used += len;
	}
	if (used != p->text.len || p->what.len > WIRE_WORDS_MAX || p->reason.len > WIRE_WORDS_MAX)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct wire_ask asks[] = {
		{.depth = WIRE_CONTENT, .lines = WIRE_LINES_MAX, .columns = WIRE_COLUMNS_MAX},
		{.depth = WIRE_CONTENT, .lines = 3, .columns = 20},
	};
	uint8_t head[WIRE_ASK_LEN] = {0};
	struct wire_header header;
	struct wire_ask ask;

	if (size > 0)
		memcpy(head, data, MIN(size, sizeof(head)));
	if (wire_get_ask(head, &ask) == 0 && ask.lines > WIRE_LINES_MAX)
		abort();
	if (wire_get_header(head, &header) == 0 && header.len > WIRE_ANSWER_MAX)
		abort();
	for (size_t i = 0; i < ARRAY_LEN(asks); i++) {
		struct str again = STR_INIT;
		struct preview *p;

		if (wire_get_preview(data, size, &asks[i], &p) != 0)
			continue;
		check(p, &asks[i]);
		if (wire_put_preview(&again, p) == 0 &&
		    (again.len != size || memcmp(again.buf, data, size) != 0))
			abort();
		str_done(&again);
		preview_free(p);
	}
	return 0;
}
