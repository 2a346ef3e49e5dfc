/* SPDX-License-Identifier: MIT */
#include "model/viewer_hits.h"

#include "base/alloc.h"

#include <stdlib.h>

#define AROUND 4096 /* a match may begin so far before what is shown, or end so far behind it */

void viewer_hits_init(struct viewer_hits *h)
{
	*h = (struct viewer_hits){.budget = VIEWER_HITS_BUDGET};
	str_init(&h->buf);
}

void viewer_hits_done(struct viewer_hits *h)
{
	str_done(&h->buf);
	free(h->parts);
}

/* How long these bytes are as text. */
static size_t text_len(const struct viewer *v, uint64_t from, uint64_t to)
{
	CLEANUP(str_done) struct str text = STR_INIT;

	if (to <= from || v->code == TEXT_UTF8)
		return to > from ? (size_t)(to - from) : 0;
	(void)textcode_add(v->code, textwin_at(&v->window, from), (size_t)(to - from), &text);
	return text.len;
}

/* ---- parts ---- */

static void add_part(struct viewer_hits *h, size_t start, size_t end, bool here)
{
	if (start >= end || array_grow(&h->parts, &h->cap, h->n + 1, sizeof(*h->parts)) < 0)
		return;
	h->parts[h->n++] = (struct match_part){.start = start, .len = end - start, .here = here};
}

/* A part that is not this one's. */
static void add_around(struct viewer_hits *h, size_t start, size_t end,
		       const struct match_part *here)
{
	add_part(h, start, MIN(end, here->start), false);
	add_part(h, MAX(start, here->start + here->len), end, false);
}

static void add_here(struct viewer_hits *h, const struct match_part *here)
{
	size_t n = h->n;

	add_part(h, here->start, here->start + here->len, true);
	for (size_t i = n; h->n > n && i > 0 && h->parts[i - 1].start > here->start; i--) {
		h->parts[i] = h->parts[i - 1];
		h->parts[i - 1] = *here;
	}
}

/* What of [from, to) of the row the match that was found last is. */
static struct match_part part_here(const struct viewer *v, const struct viewer_row *row,
				   size_t from, size_t to)
{
	uint64_t begin = row->start + viewer_bom(v, row->start);
	struct match_part here = {.start = SIZE_MAX / 2, .here = true};
	size_t start, end;

	if (!v->match.on || v->match.at >= row->end || v->match.at + v->match.len <= begin)
		return here;
	start = text_len(v, begin, v->match.at);
	end = start +
	      text_len(v, MAX(begin, v->match.at), MIN(row->end, v->match.at + v->match.len));
	here.start = MAX(start, from);
	here.len = MIN(end, to) > here.start ? MIN(end, to) - here.start : 0;
	return here;
}

/* ---- rows of text ---- */

static bool load(struct viewer_hits *h, const struct viewer *v, uint64_t at)
{
	const struct textwin *w = &v->window;
	uint64_t begin;
	size_t len;

	h->end = h->start = 0;
	if (!textrow_start(w, at, &h->start) || !textrow_end(w, h->start, &h->end))
		return false;
	begin = h->start + viewer_bom(v, h->start);
	len = textrow_line_len(w, begin, h->end, AROUND);
	str_clear(&h->buf);
	if (v->code != TEXT_UTF8 && textcode_add(v->code, textwin_at(w, begin), len, &h->buf) < 0)
		return false;
	h->text = v->code == TEXT_UTF8 ? textwin_at(w, begin) : h->buf.buf;
	h->len = v->code == TEXT_UTF8 ? len : h->buf.len;
	h->place = begin;
	h->at = h->pos = 0;
	return true;
}

/* To the row of the screen, which is in the row of text, or in another. */
static bool move(struct viewer_hits *h, const struct viewer *v, uint64_t start)
{
	if ((start < h->start || start >= h->end) && !load(h, v, start)) {
		h->start = h->end = 0;
		return false;
	}
	h->at += text_len(v, h->place, start);
	h->place = MAX(h->place, start);
	return true;
}

void viewer_hits_row(struct viewer_hits *h, const struct viewer *v, const struct viewer_row *row,
		     size_t from, size_t to)
{
	struct match_part here = part_here(v, row, from, to);
	size_t len, at, n, end;

	h->n = 0;
	if (!matcher_empty(v->matcher) && move(h, v, row->start)) {
		end = h->at + to;
		len = MIN(h->len, end + AROUND);
		h->pos = MAX(h->pos, h->at + from - MIN(h->at + from, AROUND));
		while (h->pos < MIN(end, len) &&
		       matcher_find_within(v->matcher, h->text, len, h->pos, &h->budget, &at, &n)) {
			/* One that goes on in the next row is found there again. */
			h->pos = at + n < end ? at + MAX(n, 1) : at;
			if (at + n > h->at + from && at < end)
				add_around(h, MAX(at, h->at + from) - h->at,
					   MIN(at + n, end) - h->at, &here);
			if (at + n >= end)
				break;
		}
	}
	add_here(h, &here);
}
