/* SPDX-License-Identifier: MIT
 *
 * Keys and pastes into a line: the cursor is always inside the text, and drawn inside its room.
 */
#include "ui/lineedit.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct lineedit *e, struct canvas *c, int width)
{
	int col = -1;

	if (e->cursor > e->text.len || e->browsing > e->nhistory ||
	    e->text.buf[e->text.len] != '\0')
		abort();
	lineedit_draw(e, c, 0, 2, width, &col);
	if (col < 2 || (width > 0 && col >= 2 + width))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint32_t syms[] = {KEYSYM_LEFT, KEYSYM_RIGHT, KEYSYM_UP,     KEYSYM_DOWN,
					KEYSYM_HOME, KEYSYM_END,   KEYSYM_DELETE, KEYSYM_BACKSPACE};
	static const char ctrl[] = "abdefknpuwy";
	struct lineedit e;
	struct canvas c;

	lineedit_init(&e);
	if (canvas_init(&c, 1, 20, size & 1) < 0)
		abort();
	for (size_t i = 0; i < size && i < 400; i++) {
		unsigned b = data[i];

		if (b < 0x80)
			lineedit_key(&e, key_make(b, 0));
		else if (b < 0x90)
			lineedit_key(&e, key_make(syms[b % 8], b & 8 ? KEYMOD_CTRL : 0));
		else if (b < 0xa0)
			lineedit_key(&e, key_make((unsigned char)ctrl[b % 11], KEYMOD_CTRL));
		else if (b < 0xb0)
			lineedit_key(&e, key_make((unsigned char)"bfd"[b % 3], KEYMOD_ALT));
		else if (b < 0xc0)
			lineedit_remember(&e);
		else
			lineedit_paste(&e, (const char *)data + i, MIN(size - i, b & 15));
		check(&e, &c, (int)(b % 24));
	}
	canvas_done(&c);
	lineedit_done(&e);
	return 0;
}
