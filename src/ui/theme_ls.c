/* SPDX-License-Identifier: MIT
 *
 * The part of a theme that LS_COLORS gives: looks of names by type and suffix. The order in which
 * types decide is that of ls(1): setuid, setgid, executable, then the suffix.
 */
#include "ui/theme.h"

#include "model/rows.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

enum ls_type {
	LS_FILE,
	LS_DIR,
	LS_LINK,
	LS_FIFO,
	LS_SOCKET,
	LS_BLOCK,
	LS_CHAR,
	LS_EXEC,
	LS_SETUID,
	LS_SETGID,
	LS_STICKY_OTHER_WRITABLE,
	LS_OTHER_WRITABLE,
	LS_STICKY,
	LS_TYPES
};

static const char ls_codes[LS_TYPES][3] = {"fi", "di", "ln", "pi", "so", "bd", "cd",
					   "ex", "su", "sg", "tw", "ow", "st"};

#define SUFFIX_MAX 32 /* bytes; longer ones name no kind of file */

/* One SGR parameter, console_codes(4). */
static void apply_sgr(struct look *look, long n)
{
	static const uint8_t attrs[10] = {
		[1] = LOOK_BOLD,      [2] = LOOK_DIM,     [3] = LOOK_ITALIC,
		[4] = LOOK_UNDERLINE, [7] = LOOK_REVERSE, [9] = LOOK_STRIKE};

	if (n == 0)
		*look = (struct look){COLOUR_DEFAULT, COLOUR_DEFAULT, 0};
	else if (n < 10)
		look->attrs |= attrs[n];
	else if (n >= 30 && n <= 37)
		look->fg = (int32_t)n - 30;
	else if (n >= 40 && n <= 47)
		look->bg = (int32_t)n - 40;
	else if (n >= 90 && n <= 97)
		look->fg = (int32_t)n - 90 + 8;
	else if (n >= 100 && n <= 107)
		look->bg = (int32_t)n - 100 + 8;
}

/* The next number and the separator after it; false at the end or at what is no number. */
static bool next_number(const char **at, const char *end, long *ret)
{
	const char *s = *at;
	long n = 0;

	if (s >= end)
		return false;
	for (; s < end && *s >= '0' && *s <= '9'; s++)
		n = n < 1000 ? n * 10 + (*s - '0') : n;
	if (s < end && *s != ';' && *s != ':')
		return false;
	*at = s + 1;
	*ret = n;
	return true;
}

/* After 38 or 48: 5;INDEX or 2;R;G;B. */
static bool extended_colour(const char **at, const char *end, int32_t *colour)
{
	long kind, n, rgb = 0;

	if (!next_number(at, end, &kind))
		return false;
	if (kind == 5) {
		if (!next_number(at, end, &n) || n > 255)
			return false;
		*colour = (int32_t)n;
		return true;
	}
	for (int i = 0; i < 3 && kind == 2; i++) {
		if (!next_number(at, end, &n) || n > 255)
			return false;
		rgb = rgb << 8 | n;
	}
	if (kind == 2)
		*colour = (int32_t)(COLOUR_RGB | rgb);
	return kind == 2;
}

static bool parse_sgr(const char *s, size_t len, struct look *ret_look)
{
	struct look look = {COLOUR_DEFAULT, COLOUR_DEFAULT, 0};
	const char *end = s + len;
	long n;

	while (s < end) {
		if (!next_number(&s, end, &n))
			return false;
		if (n == 38 || n == 48) {
			if (!extended_colour(&s, end, n == 38 ? &look.fg : &look.bg))
				return false;
		} else {
			apply_sgr(&look, n);
		}
	}
	*ret_look = look;
	return true;
}

static bool look_eq(struct look a, struct look b)
{
	return a.fg == b.fg && a.bg == b.bg && a.attrs == b.attrs;
}

/* Looks are few although suffixes are many. 0: no room. */
static uint16_t intern(struct theme *t, struct look look)
{
	for (uint32_t i = ROLE_KINDS; i < t->nlooks; i++)
		if (look_eq(t->looks[i], look))
			return (uint16_t)i;
	if (t->nlooks == THEME_LOOKS_MAX)
		return 0;
	t->looks[t->nlooks] = look;
	return (uint16_t)t->nlooks++;
}

static size_t lower_suffix(const char *s, size_t len, char out[SUFFIX_MAX])
{
	if (len == 0 || len > SUFFIX_MAX)
		return 0;
	for (size_t i = 0; i < len; i++)
		out[i] = s[i] >= 'A' && s[i] <= 'Z' ? (char)(s[i] + ('a' - 'A')) : s[i];
	return len;
}

static int take_part(struct theme *t, const char *key, size_t key_len, const char *sgr,
		     size_t sgr_len)
{
	char suffix[SUFFIX_MAX];
	struct look look;
	uint16_t id;

	if (!parse_sgr(sgr, sgr_len, &look))
		return 0; /* also "target", for links: a row does not say what the target is */
	id = intern(t, look);
	if (id == 0)
		return 0;
	if (key_len > 1 && key[0] == '*') {
		size_t len = lower_suffix(key + 1, key_len - 1, suffix);

		return len ? map_put(&t->by_ext, suffix, len, id) : 0;
	}
	for (size_t i = 0; i < LS_TYPES && key_len == 2; i++)
		if (memcmp(ls_codes[i], key, 2) == 0)
			t->by_type[i] = id;
	return 0;
}

int theme_ls_colors(struct theme *t, const char *value)
{
	const char *s = value;

	t->has_ls_colors = true;
	while (*s) {
		size_t len = strcspn(s, ":");
		const char *equals = memchr(s, '=', len);
		int r = 0;

		if (equals)
			r = take_part(t, s, (size_t)(equals - s), equals + 1,
				      len - (size_t)(equals - s) - 1);
		if (r < 0)
			return r;
		s += len + (s[len] == ':');
	}
	return 0;
}

/* The longest suffix that begins with a dot, then one last character ("*~"). */
static uint16_t by_suffix(const struct theme *t, const char *name, size_t len)
{
	char suffix[SUFFIX_MAX];
	uintptr_t id;
	size_t start = len > SUFFIX_MAX ? len - SUFFIX_MAX : 0;

	if (t->by_ext.count == 0 || len == 0)
		return 0;
	for (size_t i = start; i < len; i++) {
		if (name[i] != '.' && i + 1 != len)
			continue;
		if (map_get(&t->by_ext, suffix, lower_suffix(name + i, len - i, suffix), &id))
			return (uint16_t)id;
	}
	return 0;
}

static uint16_t first_given(const struct theme *t, const enum ls_type *types, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (t->by_type[types[i]])
			return t->by_type[types[i]];
	return 0;
}

static uint16_t ls_file(const struct theme *t, const struct row *row, uint32_t mode)
{
	enum ls_type types[3];
	size_t n = 0;
	uint16_t look;

	if (mode & S_ISUID)
		types[n++] = LS_SETUID;
	if (mode & S_ISGID)
		types[n++] = LS_SETGID;
	if (mode & 0111)
		types[n++] = LS_EXEC;
	look = first_given(t, types, n);
	if (!look)
		look = by_suffix(t, row->name, row->name_len);
	/* An executable keeps its role when LS_COLORS has no "ex". */
	return look || (mode & 0111) ? look : t->by_type[LS_FILE];
}

static uint16_t ls_dir(const struct theme *t, uint32_t mode)
{
	enum ls_type types[4];
	size_t n = 0;

	if ((mode & S_ISVTX) && (mode & S_IWOTH))
		types[n++] = LS_STICKY_OTHER_WRITABLE;
	if (mode & S_IWOTH)
		types[n++] = LS_OTHER_WRITABLE;
	if (mode & S_ISVTX)
		types[n++] = LS_STICKY;
	types[n++] = LS_DIR;
	return first_given(t, types, n);
}

static enum entry_type type_of(const struct row *row)
{
	static const struct {
		uint32_t format;
		enum entry_type type;
	} formats[] = {{S_IFREG, ENTRY_FILE}, {S_IFDIR, ENTRY_DIR},     {S_IFLNK, ENTRY_LINK},
		       {S_IFIFO, ENTRY_FIFO}, {S_IFSOCK, ENTRY_SOCKET}, {S_IFCHR, ENTRY_CHAR},
		       {S_IFBLK, ENTRY_BLOCK}};

	for (size_t i = 0; row->type == ENTRY_UNKNOWN && row->meta && i < ARRAY_LEN(formats); i++)
		if ((row->meta->mode & S_IFMT) == formats[i].format)
			return formats[i].type;
	return row->type;
}

uint16_t theme_name_look(const struct theme *t, const struct row *row)
{
	static const struct {
		enum role role;
		enum ls_type ls;
	} looks[] = {
		[ENTRY_UNKNOWN] = {ROLE_FILE, LS_FILE}, [ENTRY_FILE] = {ROLE_FILE, LS_FILE},
		[ENTRY_DIR] = {ROLE_DIR, LS_DIR},       [ENTRY_LINK] = {ROLE_LINK, LS_LINK},
		[ENTRY_FIFO] = {ROLE_SPECIAL, LS_FIFO}, [ENTRY_SOCKET] = {ROLE_SPECIAL, LS_SOCKET},
		[ENTRY_CHAR] = {ROLE_SPECIAL, LS_CHAR}, [ENTRY_BLOCK] = {ROLE_SPECIAL, LS_BLOCK},
	};
	enum entry_type type = type_of(row);
	uint32_t mode = row->meta ? row->meta->mode : 0;
	uint16_t look = 0;

	if (t->has_ls_colors) {
		if (type == ENTRY_FILE)
			look = ls_file(t, row, mode);
		else
			look = type == ENTRY_DIR ? ls_dir(t, mode) : t->by_type[looks[type].ls];
	}
	if (look)
		return look;
	return type == ENTRY_FILE && (mode & 0111) ? ROLE_EXEC : looks[type].role;
}
