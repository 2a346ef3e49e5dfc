/* SPDX-License-Identifier: MIT
 *
 * One line of a text from outside, as it is shown: the glyphs of base/display.h with their columns,
 * tabs as blanks up to the next multiple of TEXTLINE_TAB, and a backslash or caret as just that. So
 * it is as safe as a name, and reads like the text, but it is not reversible.
 *
 * Thread: any. Owns: nothing.
 */
#ifndef BASE_TEXTLINE_H
#define BASE_TEXTLINE_H

#include "base/display.h"

#define TEXTLINE_TAB 8

struct textline {
	struct glyph_iter it;
	uint64_t col; /* where the next glyph stands */
};

/* The text is UTF-8, or was meant to be. */
void textline_init(struct textline *l, const char *s, size_t len, bool ascii);
/* False at the end. A tab is a blank with the width it has here. */
bool textline_next(struct textline *l, struct glyph *ret_glyph);

#endif
