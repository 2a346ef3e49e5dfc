/* SPDX-License-Identifier: MIT */
#include "ui/wide.h"

#include "base/utf8.h"

#include <string.h>

bool wide_is_blank(const struct cell *cell)
{
	return cell->text[0] == ' ' && cell->text[1] == '\0';
}

/* Curses lays out by the width that libc has for a character. Where that is not ours, a stand-in of
 * our width keeps the rest of the line in its place. */
int wide_of(const struct cell *cell, wchar_t out[WIDE_MAX + 1])
{
	size_t len = strnlen(cell->text, sizeof(cell->text)), at = 0;
	int n = 0;

	while (at < len && n < WIDE_MAX) {
		uint32_t cp;

		at += utf8_decode(cell->text + at, len - at, &cp);
		out[n] = (wchar_t)cp;
		if (cp == UTF8_INVALID || wcwidth(out[n]) != (n == 0 ? cell->width : 0))
			break;
		n++;
	}
	if (n == 0)
		out[n++] = L'?';
	out[n] = L'\0';
	return n;
}
