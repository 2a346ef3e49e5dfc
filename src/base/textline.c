/* SPDX-License-Identifier: MIT */
#include "base/textline.h"

void textline_init(struct textline *l, const char *s, size_t len, bool ascii)
{
	glyph_iter_init(&l->it, s, len, ascii);
	l->col = 0;
}

static void stand_for(struct glyph *g, char c, uint8_t width)
{
	g->text[0] = c;
	g->text[1] = '\0';
	g->text_len = 1;
	g->width = width;
	g->escaped = false;
}

bool textline_next(struct textline *l, struct glyph *ret_glyph)
{
	struct glyph *g = ret_glyph;
	char c;

	if (!glyph_next(&l->it, g))
		return false;
	c = l->it.s[g->offset];
	if (g->bytes == 1 && c == '\t')
		stand_for(g, ' ', (uint8_t)(TEXTLINE_TAB - l->col % TEXTLINE_TAB));
	else if (g->bytes == 1 && g->escaped && (c == '\\' || c == '^'))
		stand_for(g, c, 1);
	l->col += g->width;
	return true;
}
