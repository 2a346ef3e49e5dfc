/* SPDX-License-Identifier: MIT
 *
 * Names made safe: no control byte comes out, glyphs cover the input, nothing is wider than asked.
 */
#include "base/display.h"
#include "base/utf8.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_safe(const struct str *out, bool ascii)
{
	size_t n;

	for (size_t i = 0; i < out->len; i += n) {
		uint32_t cp;

		n = utf8_decode(out->buf + i, out->len - i, &cp);
		if (cp == UTF8_INVALID || utf8_hidden(cp) || (ascii && cp >= 0x80))
			abort();
	}
}

static void check_glyphs(const char *s, size_t len, bool ascii)
{
	struct glyph_iter it;
	struct glyph g;
	size_t covered = 0, width = 0;

	glyph_iter_init(&it, s, len, ascii);
	while (glyph_next(&it, &g)) {
		if (g.offset != covered || !g.bytes || strlen(g.text) != g.text_len)
			abort();
		covered += g.bytes;
		width += g.width;
	}
	if (covered != len || width != display_width(s, len, ascii))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str out = STR_INIT;

	if (size < 2)
		return 0;
	for (int ascii = 0; ascii < 2; ascii++) {
		const char *s = (const char *)data + 1;
		size_t len = size - 1, columns = data[0], width = 0, n;

		check_glyphs(s, len, ascii);
		str_clear(&out);
		display_add(&out, s, len, ascii);
		check_safe(&out, ascii);
		str_clear(&out);
		display_fit(&out, s, len, columns, ascii);
		check_safe(&out, ascii);
		for (size_t i = 0; i < out.len; i += n) {
			uint32_t cp;

			n = utf8_decode(out.buf + i, out.len - i, &cp);
			width += (size_t)utf8_width(cp);
		}
		if (width > columns)
			abort();
		str_clear(&out);
		display_shell(&out, s, len);
		check_safe(&out, false);
	}
	str_done(&out);
	return 0;
}
