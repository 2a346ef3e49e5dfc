/* SPDX-License-Identifier: MIT */
#include "ui/icons.h"

#include "base/path.h"

#include <string.h>

enum icon {
#define ICON(kind, plain, nerd) ICON_##kind,
#include "ui/icons.def"
	ICON_KINDS
};

static const char *const signs[ICON_KINDS][ICON_SETS] = {
#define ICON(kind, plain, nerd) [ICON_##kind] = {NULL, plain, nerd},
#include "ui/icons.def"
};

struct known {
	const char *text; /* lower case */
	enum icon icon;
};

static const struct known names[] = {
#define NAME(name, kind) {name, ICON_##kind},
#include "ui/icons.def"
};

static const struct known extensions[] = {
#define EXT(extension, kind) {extension, ICON_##kind},
#include "ui/icons.def"
};

#define TEXT_MAX 16 /* bytes of the longest name in the table, and one */

/* The tables are short, and a screen has few rows. */
static bool look_up(const struct known *table, size_t n, const char *s, size_t len,
		    enum icon *ret_icon)
{
	char lower[TEXT_MAX];

	if (len == 0 || len >= TEXT_MAX)
		return false;
	for (size_t i = 0; i < len; i++)
		lower[i] = s[i] >= 'A' && s[i] <= 'Z' ? (char)(s[i] + ('a' - 'A')) : s[i];
	lower[len] = '\0';
	for (size_t i = 0; i < n; i++)
		if (strcmp(table[i].text, lower) == 0) {
			*ret_icon = table[i].icon;
			return true;
		}
	return false;
}

/* A script is known by its extension, a program by its mode. */
static enum icon icon_of_file(const struct row *row)
{
	enum icon icon;
	size_t len;
	const char *ext;

	if (look_up(names, ARRAY_LEN(names), row->name, row->name_len, &icon))
		return icon;
	ext = path_ext(row->name, row->name_len, &len);
	if (look_up(extensions, ARRAY_LEN(extensions), ext, len, &icon))
		return icon;
	return row->meta && row->meta->mode & 0111 ? ICON_EXEC : ICON_FILE;
}

const char *icon_of(enum icon_set set, const struct row *row)
{
	static const enum icon of_type[] = {
		[ENTRY_UNKNOWN] = ICON_FILE, [ENTRY_FILE] = ICON_FILE,
		[ENTRY_DIR] = ICON_DIR,      [ENTRY_LINK] = ICON_LINK,
		[ENTRY_FIFO] = ICON_FIFO,    [ENTRY_SOCKET] = ICON_SOCKET,
		[ENTRY_CHAR] = ICON_DEVICE,  [ENTRY_BLOCK] = ICON_DEVICE,
	};
	enum entry_type type = row->type;

	if (type == ENTRY_UNKNOWN && row->meta)
		type = rows_type_of_mode(row->meta->mode);
	return signs[type == ENTRY_FILE ? icon_of_file(row) : of_type[type]][set];
}
