/* SPDX-License-Identifier: MIT
 *
 * Colours as themes write them (ui/theme.h), and what stands for one where there are fewer.
 *
 * Thread: any. Owns: nothing.
 */
#ifndef UI_COLOUR_H
#define UI_COLOUR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Parses default, a name, 0-255 or #rrggbb. 0 or -EINVAL. */
int colour_parse(const char *s, size_t len, int32_t *ret_colour);
/* The nearest of the first `colors` (8, 16, 256) palette entries of xterm; for 8, of the first 16,
 * which the caller turns into 8 and bold. 16777216 keeps the colour; COLOUR_DEFAULT stays. */
int32_t colour_reduce(int32_t colour, int colors);
/* 0xrrggbb of a palette index in xterm's default palette, or of an RGB colour. */
uint32_t colour_rgb(int32_t colour);
bool colour_is_dark(int32_t colour);

/* The number that curses takes for it on a terminal of so many colours, -1: the terminal's own.
 * With direct colour only the first eight numbers are a palette. */
int colour_number(int32_t colour, int colors);

#endif
