/* SPDX-License-Identifier: MIT
 *
 * The one place where bytes from outside (names, link targets, messages of other programs) become
 * something that may be shown. The result holds no byte that a terminal could take as a control,
 * and it is reversible: different bytes never look the same.
 *
 *   control characters   ^A ^[ ^?     (C0, DEL); \n and \t as themselves: \n \t
 *   C1, bidi, invisible  \u{202e}
 *   invalid UTF-8        \xff
 *   a backslash that could be taken for one of these escapes (followed by n t x u \) is doubled;
 *   a caret that could be (followed by @..._ or ?) is written ^^
 *   combining marks      kept, at most 4 after a base; none at the start of a text
 *
 * In a locale that is not UTF-8 (ascii = true) everything above ASCII is shown as \xNN bytes.
 *
 * Thread: any. Owns: nothing.
 */
#ifndef BASE_DISPLAY_H
#define BASE_DISPLAY_H

#include "base/str.h"

#define GLYPH_MAX 24 /* bytes of the text of one glyph, NUL included */

struct glyph {
	char text[GLYPH_MAX]; /* UTF-8 or ASCII, NUL-terminated: one base with its marks, or one
				 escape */
	uint8_t text_len;
	uint8_t width;   /* columns: 1 or 2 for a character, its length for an escape */
	bool escaped;    /* stands for bytes that cannot be shown as they are */
	uint32_t offset; /* where its bytes start in the input */
	uint32_t bytes;  /* and how many they are */
};

struct glyph_iter {
	const char *s;
	size_t len, pos;
	bool ascii;
};

void glyph_iter_init(struct glyph_iter *it, const char *s, size_t len, bool ascii);
bool glyph_next(struct glyph_iter *it, struct glyph *ret_glyph); /* false at the end */
size_t display_width(const char *s, size_t len, bool ascii);
/* Appends the safe form. 0 or -ENOMEM. */
int display_add(struct str *out, const char *s, size_t len, bool ascii);
/* Appends the safe form cut to `width` columns: the middle gives way to one … (~ in ASCII), the
 * extension (up to a third of the width) stays. Never wider than width; 0 or -ENOMEM. */
int display_fit(struct str *out, const char *s, size_t len, size_t width, bool ascii);
/* Appends a form a POSIX shell reads back as exactly these bytes: plain when harmless, else
 * 'quoted' or $'...' when it holds controls or invalid bytes. For output a person may paste. */
int display_shell(struct str *out, const char *s, size_t len);

#endif
