/* SPDX-License-Identifier: MIT */
#include "base/textrow.h"

#include <errno.h>

static bool inside(const struct textwin *w, uint64_t at)
{
	return at >= w->start && at <= textwin_end(w);
}

const struct textgap *textwin_gap(const struct textwin *w, uint64_t at)
{
	for (uint32_t i = 0; i < w->ngaps; i++)
		if (at >= w->gaps[i].from && at < w->gaps[i].to)
			return &w->gaps[i];
	return NULL;
}

/* Where the next gap at or after this position begins, or `end`. */
static uint64_t next_gap(const struct textwin *w, uint64_t at, uint64_t end)
{
	for (uint32_t i = 0; i < w->ngaps; i++)
		if (w->gaps[i].from >= at && w->gaps[i].from < end)
			return w->gaps[i].from;
	return end;
}

/* Where the last gap at or before this position ends; false: there is none. */
static bool gap_before(const struct textwin *w, uint64_t at, uint64_t *ret_end)
{
	bool found = false;

	for (uint32_t i = 0; i < w->ngaps && w->gaps[i].to <= at; i++) {
		*ret_end = w->gaps[i].to;
		found = true;
	}
	return found;
}

/* The multiple of TEXTROW_PIECE where a row without newline that begins at `start` is cut. */
static uint64_t cut_of(uint64_t start)
{
	return (start + TEXTROW_PIECE - 1) / TEXTROW_PIECE * TEXTROW_PIECE + TEXTROW_PIECE;
}

/* A little before a multiple of TEXTROW_PIECE, when that is within a character. The window must
 * hold some bytes before. */
static uint64_t between_characters(const struct textwin *w, uint64_t at)
{
	return w->start + textcode_cut(w->code, w->bytes, (size_t)(at - w->start));
}

bool textrow_end(const struct textwin *w, uint64_t start, uint64_t *ret_end)
{
	uint64_t cut = cut_of(start), end = textwin_end(w), stop, newline;
	const struct textgap *gap = textwin_gap(w, start);

	if (!inside(w, start))
		return false;
	if (gap) {
		*ret_end = gap->to;
		return true;
	}
	stop = next_gap(w, start, MIN(cut, end));
	newline = w->start + textcode_newline(w->code, w->bytes, (size_t)(stop - w->start),
					      (size_t)(start - w->start));
	if (newline < stop)
		*ret_end = newline + textcode_unit(w->code);
	else if (stop < MIN(cut, end) || (stop == end && w->at_end && end < cut))
		*ret_end = stop;
	else if (end >= cut)
		*ret_end = MAX(between_characters(w, cut), start + 1);
	else
		return false;
	return true;
}

/* Some row start at or before `at`, not far from it. */
static bool anchor(const struct textwin *w, uint64_t at, uint64_t *ret_start)
{
	size_t unit = textcode_unit(w->code);
	uint64_t from = at > TEXTROW_BACK ? at - TEXTROW_BACK : 0, piece, gap_end = 0, newline;
	bool has_gap = gap_before(w, at, &gap_end);

	newline = w->start +
		  textcode_newline_before(w->code, w->bytes, w->len, (size_t)(at - w->start));
	if (newline < textwin_end(w) && newline + unit >= from &&
	    (!has_gap || newline + unit > gap_end)) {
		*ret_start = newline + unit;
		return true;
	}
	if (has_gap && gap_end >= from) {
		*ret_start = gap_end;
		return true;
	}
	if (w->start > from)
		return false;
	if (from == 0) {
		*ret_start = 0;
		return true;
	}
	/* No newline in all these bytes: the piece before this one is whole. */
	piece = at / TEXTROW_PIECE * TEXTROW_PIECE;
	*ret_start = between_characters(w, piece);
	return true;
}

bool textrow_start(const struct textwin *w, uint64_t at, uint64_t *ret_start)
{
	const struct textgap *gap = textwin_gap(w, at);
	uint64_t start, end;

	if (!inside(w, at))
		return false;
	if (gap) {
		*ret_start = gap->from;
		return true;
	}
	/* Of the end of a text that has no newline there the row is the last one. */
	if (at == textwin_end(w) && at > 0 && w->at_end && at > w->start)
		at--;
	if (!anchor(w, at, &start))
		return false;
	while (start < at) {
		if (!textrow_end(w, start, &end)) {
			/* It ends behind the window, wherever that is. */
			if (at + 3 < cut_of(start))
				break;
			return false;
		}
		if (end > at)
			break;
		start = end;
	}
	*ret_start = start;
	return true;
}

/* Of `len` bytes of a line that a newline follows. */
static size_t without_return(const struct textwin *w, uint64_t start, size_t len)
{
	size_t unit = textcode_unit(w->code);
	uint32_t cp;

	if (len < unit)
		return len;
	textcode_next(w->code, textwin_at(w, start) + len - unit, unit, &cp);
	return cp == '\r' ? len - unit : len;
}

size_t textrow_len(const struct textwin *w, uint64_t start, uint64_t end)
{
	size_t unit = textcode_unit(w->code), len = (size_t)(end - start);

	if (textwin_gap(w, start) || len < unit ||
	    textcode_newline(w->code, w->bytes, (size_t)(end - w->start),
			     (size_t)(end - w->start) - unit) == (size_t)(end - w->start))
		return len;
	return without_return(w, start, len - unit);
}

size_t textrow_line_len(const struct textwin *w, uint64_t start, uint64_t end, size_t over)
{
	size_t from = (size_t)(start - w->start);
	size_t stop = (size_t)(MIN(end + over, textwin_end(w)) - w->start);
	size_t newline = textcode_newline(w->code, w->bytes, stop, from);

	return newline < stop ? without_return(w, start, newline - from) : stop - from;
}

bool textrow_begins_line(const struct textwin *w, uint64_t start)
{
	size_t unit = textcode_unit(w->code), at;

	if (start == 0)
		return true;
	if (start < w->start + unit)
		return start % TEXTROW_PIECE != 0;
	at = (size_t)(start - w->start);
	return textcode_newline(w->code, w->bytes, at, at - unit) < at;
}
