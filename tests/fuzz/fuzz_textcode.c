/* SPDX-License-Identifier: MIT
 *
 * Texts in any encoding: decoding takes every byte once, goes back to where it was, and rows of any
 * window follow each other without a gap, the same from both sides. The first byte chooses the
 * encoding, the second where the window begins.
 */
#define TEXTROW_PIECE 16u
#include "../../src/base/textrow.c"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_decoding(enum textcode code, const char *s, size_t len)
{
	struct str all = STR_INIT, parts = STR_INIT;
	size_t taken, bom;
	uint32_t cp;

	assert(textcode_guess(s, len, true, &bom) < TEXT_CODES && bom <= len);
	assert(textcode_add(code, s, len, &all) == 0);
	for (size_t i = 0; i < len; i += taken) {
		taken = textcode_next(code, s + i, len - i, &cp);
		assert(taken > 0 && taken <= len - i);
		assert(textcode_add(code, s + i, taken, &parts) == 0);
		assert(textcode_span(code, s, len, parts.len) == i + taken);
	}
	assert(all.len == parts.len && memcmp(all.buf, parts.buf, all.len) == 0);
	str_done(&all);
	str_done(&parts);
}

static void check_newlines(enum textcode code, const char *s, size_t len)
{
	size_t unit = textcode_unit(code), at = 0, last = len;
	uint64_t n = 0;

	while ((at = textcode_newline(code, s, len, at)) < len) {
		last = at;
		at += unit;
		n++;
		assert(textcode_newline_before(code, s, len, at) == last);
	}
	assert(textcode_newline_before(code, s, len, len) == last);
	assert(textcode_lines(code, s, len) == n);
}

static void check_rows(const struct textwin *w, uint64_t from, uint64_t size)
{
	uint64_t start, end, again;

	if (!textrow_start(w, from, &start))
		return;
	while (start < size && textrow_end(w, start, &end)) {
		assert(end > start && end <= textwin_end(w));
		assert(end - start < 2 * TEXTROW_PIECE + 4 || textwin_gap(w, start));
		for (uint64_t at = start; at < end; at++)
			assert(!textrow_start(w, at, &again) || again == start);
		assert(textrow_len(w, start, end) <= end - start);
		start = end;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct textwin w = {.at_end = true};
	const char *s;
	size_t from;

	if (size < 2 || size > 4096)
		return 0;
	w.code = (enum textcode)(data[0] % TEXT_CODES);
	from = data[1] / 8 * 4;
	s = (const char *)data + 2;
	size -= 2;
	check_decoding(w.code, s, size);
	check_newlines(w.code, s, size);
	if (data[0] & 0x80 && size > 48 + from) {
		w.gaps[0] = (struct textgap){.from = from + 16, .to = from + 32, .err = -5};
		w.ngaps = 1;
	}
	w.start = MIN(from, size & ~(size_t)3);
	w.bytes = s + w.start;
	w.len = size - w.start;
	check_rows(&w, w.start + MIN(TEXTROW_BACK, w.len), size);
	return 0;
}
