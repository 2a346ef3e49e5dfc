/* SPDX-License-Identifier: MIT */
#include "ui/colour.h"

#include "ui/theme.h"

#include <errno.h>
#include <string.h>

static const char *const names[] = {"black", "red",     "green", "yellow",
				    "blue",  "magenta", "cyan",  "white"};

/* xterm's defaults. Terminals differ, but not in which of them is nearest. */
static const uint32_t basic[16] = {
	0x000000, 0xcd0000, 0x00cd00, 0xcdcd00, 0x0000ee, 0xcd00cd, 0x00cdcd, 0xe5e5e5,
	0x7f7f7f, 0xff0000, 0x00ff00, 0xffff00, 0x5c5cff, 0xff00ff, 0x00ffff, 0xffffff,
};
static const uint8_t cube[6] = {0, 95, 135, 175, 215, 255};

static int parse_name(const char *s, size_t len, int32_t *ret_colour)
{
	int bright = 0;

	if (len == 7 && memcmp(s, "default", 7) == 0) {
		*ret_colour = COLOUR_DEFAULT;
		return 0;
	}
	if (len > 7 && memcmp(s, "bright-", 7) == 0) {
		bright = 8;
		s += 7;
		len -= 7;
	}
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (strlen(names[i]) == len && memcmp(s, names[i], len) == 0) {
			*ret_colour = (int32_t)i + bright;
			return 0;
		}
	return -EINVAL;
}

int colour_parse(const char *s, size_t len, int32_t *ret_colour)
{
	static const char digits[] = "0123456789abcdef0123456789ABCDEF";
	bool hex = len == 7 && s[0] == '#';
	uint32_t n = 0;

	if (parse_name(s, len, ret_colour) == 0)
		return 0;
	if (!hex && (len == 0 || len > 3))
		return -EINVAL;
	for (size_t i = hex; i < len; i++) {
		const char *at = s[i] ? strchr(digits, s[i]) : NULL;
		uint32_t d = at ? (uint32_t)(at - digits) % 16 : 16;

		if (d >= (hex ? 16u : 10u))
			return -EINVAL;
		n = n * (hex ? 16 : 10) + d;
	}
	if (!hex && n > 255)
		return -EINVAL;
	*ret_colour = hex ? (int32_t)(n | COLOUR_RGB) : (int32_t)n;
	return 0;
}

uint32_t colour_rgb(int32_t colour)
{
	uint32_t n;

	if (colour & COLOUR_RGB)
		return (uint32_t)colour & 0xffffff;
	if (colour < 16)
		return basic[colour];
	if (colour >= 232)
		return (8 + 10 * ((uint32_t)colour - 232)) * 0x10101;
	n = (uint32_t)colour - 16;
	return (uint32_t)cube[n / 36] << 16 | (uint32_t)cube[n / 6 % 6] << 8 | cube[n % 6];
}

/* Weighted by how bright the eye sees each channel; good enough to choose by. */
static uint32_t distance(uint32_t a, uint32_t b)
{
	int r = (int)(a >> 16 & 255) - (int)(b >> 16 & 255);
	int g = (int)(a >> 8 & 255) - (int)(b >> 8 & 255);
	int bl = (int)(a & 255) - (int)(b & 255);

	return (uint32_t)(3 * r * r + 4 * g * g + 2 * bl * bl);
}

static int32_t nearest(uint32_t rgb, int32_t first, int32_t end)
{
	int32_t best = first;

	for (int32_t i = first; i < end; i++)
		if (distance(rgb, colour_rgb(i)) < distance(rgb, colour_rgb(best)))
			best = i;
	return best;
}

int32_t colour_reduce(int32_t colour, int colors)
{
	if (colour == COLOUR_DEFAULT || colors > 256)
		return colour;
	/* The first 16 are the user's own palette: only what names them uses them. */
	if (colors > 16)
		return colour & COLOUR_RGB ? nearest(colour_rgb(colour), 16, 256) : colour;
	return colour < 16 ? colour : nearest(colour_rgb(colour), 0, 16);
}

bool colour_is_dark(int32_t colour)
{
	uint32_t rgb = colour_rgb(colour);

	return 3 * (rgb >> 16 & 255) + 6 * (rgb >> 8 & 255) + (rgb & 255) < 1275;
}

int colour_number(int32_t colour, int colors)
{
	if (colour == COLOUR_DEFAULT)
		return -1;
	if (colors > 256 && colour >= 8)
		return (int)colour_rgb(colour);
	return (int)MIN(colour, colors - 1);
}
