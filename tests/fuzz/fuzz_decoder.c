/* SPDX-License-Identifier: MIT
 *
 * Bytes of a terminal: however they are cut into reads, the same events come out as long as they
 * come in time; never an impossible key, and in the end nothing is left waiting. The first bytes
 * choose the cuts.
 */
#include "ui/input.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void add(struct str *out, const void *bytes, size_t len)
{
	if (str_add(out, bytes, len) < 0)
		abort();
}

static void take(struct decoder *d, int64_t now, struct str *out)
{
	struct input_event e;

	while (decoder_next(d, now, &e)) {
		add(out, &e.kind, sizeof(e.kind));
		if (e.kind == INPUT_KEY) {
			if (!key_valid(e.key))
				abort();
			add(out, &e.key.sym, sizeof(e.key.sym));
			add(out, &e.key.mods, sizeof(e.key.mods));
		} else if (e.kind == INPUT_MOUSE) {
			if (e.mouse.row < 0 || e.mouse.col < 0 || e.mouse.button > 3)
				abort();
			add(out, &e.mouse.row, sizeof(e.mouse.row));
			add(out, &e.mouse.col, sizeof(e.mouse.col));
			add(out, &e.mouse.kind, sizeof(e.mouse.kind));
		} else if (e.kind == INPUT_PASTE) {
			add(out, &e.paste.len, sizeof(e.paste.len));
			add(out, e.paste.buf, e.paste.len);
		} else if (e.kind != INPUT_ALIVE) {
			abort();
		}
		str_done(&e.paste);
	}
}

static void decode(const char *bytes, size_t len, unsigned cuts, struct str *out)
{
	struct decoder *d;

	if (decoder_new(&d) < 0 ||
	    decoder_add_key(d, "\033[5~", (struct key){KEYSYM_PGUP, 0}) < 0 ||
	    decoder_add_key(d, "\033[[Z", (struct key){KEYSYM_F1, 0}) < 0)
		abort();
	for (size_t i = 0; i < len;) {
		size_t n = cuts ? cuts % 7 + 1 : len;

		n = MIN(n, len - i);
		if (decoder_feed(d, bytes + i, n, 0) < 0)
			abort();
		take(d, 0, out);
		i += n;
		cuts = cuts ? cuts * 1103515245u + 12345u : 0;
	}
	take(d, 1000000, out);
	if (decoder_deadline(d) != INT64_MAX)
		abort();
	decoder_free(d);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str whole = STR_INIT, cut = STR_INIT;

	if (size < 2)
		return 0;
	decode((const char *)data + 2, size - 2, 0, &whole);
	decode((const char *)data + 2, size - 2, (data[0] | (unsigned)data[1] << 8) | 1u, &cut);
	if (whole.len != cut.len || memcmp(whole.buf, cut.buf, cut.len) != 0)
		abort();
	str_done(&whole);
	str_done(&cut);
	return 0;
}
