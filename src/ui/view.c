/* SPDX-License-Identifier: MIT */
#include "ui/view.h"

#include <string.h>

void view_range(const struct frame *f, size_t *ret_first, size_t *ret_end)
{
	const struct list *l = &model_view(f->model)->list;
	size_t len = list_len(l), height = (size_t)MAX(f->screen.list.rows, 0);

	*ret_first = MIN(l->top, len);
	*ret_end = len - *ret_first < height ? len : *ret_first + height;
}

int view_add_path(const struct frame *f, struct str *out, const char *path)
{
	const char *home = f->model->self.home;
	size_t len = home ? strlen(home) : 0;

	while (len > 0 && home[len - 1] == '/')
		len--;
	if (len > 0 && strncmp(path, home, len) == 0 && (path[len] == '/' || path[len] == '\0')) {
		str_addc(out, '~');
		path += len;
	}
	return str_adds(out, path);
}

int view_width(const struct canvas *c, const char *bytes, size_t len)
{
	return (int)MIN(display_width(bytes, len, c->ascii), (size_t)1000000);
}

int view_tail(struct canvas *c, int row, int col, int width, const char *bytes, size_t len,
	      uint16_t look)
{
	int total = view_width(c, bytes, len);
	struct glyph_iter it;
	struct glyph g;

	if (total <= width)
		return canvas_text(c, row, col, width, bytes, len, look);
	if (width <= 0)
		return col;
	glyph_iter_init(&it, bytes, len, c->ascii);
	while (total > width - 1 && glyph_next(&it, &g))
		total -= g.width;
	/* Not "~", which at the beginning of a path is the home directory. */
	col = canvas_word(c, row, col, 1, "…", "<", look);
	return canvas_text(c, row, col, width - 1, bytes + it.pos, len - it.pos, look);
}

size_t view_break(const struct frame *f, const char *bytes, size_t len, int width)
{
	struct glyph_iter it;
	struct glyph g;
	size_t blank = 0, end = 0;

	glyph_iter_init(&it, bytes, len, f->c->ascii);
	while (glyph_next(&it, &g)) {
		if (g.width > width)
			return blank > end / 2 ? blank : end;
		width -= g.width;
		end = it.pos;
		if (strcmp(g.text, " ") == 0)
			blank = end;
	}
	return len;
}

const char *view_sign(const struct canvas *c, const char *utf8, const char *ascii)
{
	return c->ascii || c->ascii_signs ? ascii : utf8;
}

int view_item(struct frame *f, int row, int col, int width, int keys_width, const char *keys,
	      const char *text)
{
	int end = col + width, at = col + keys_width + COLUMN_GAP;

	keys_width = MIN(keys_width, width);
	canvas_text(f->c, row, col, keys_width, keys, strlen(keys), ROLE_HINT_KEY);
	if (at >= end)
		return MIN(at, end);
	return canvas_text(f->c, row, at, end - at, text, strlen(text), ROLE_HINT);
}

int view_keys_width(const struct frame *f, size_t max)
{
	int widest = 1;

	for (size_t i = 0; i < f->scene->nitems; i++) {
		const char *keys = f->scene->items[i].keys;

		widest = MAX(widest, view_width(f->c, keys, strlen(keys)));
	}
	return MIN(widest, (int)max);
}

void view_line(struct canvas *c, int row, int col, int width)
{
	/* In the linear mode it would only be one more line to go over. */
	for (int i = 0; !c->ascii_signs && i < width; i++)
		canvas_word(c, row, col + i, 1, "─", "-", ROLE_FRAME);
}
