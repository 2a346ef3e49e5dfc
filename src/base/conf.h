/* SPDX-License-Identifier: MIT
 *
 * The one strict line parser: configuration, themes, bookmarks. Lines are `[section]`, `name =
 * value`, or comments: a line whose first non-blank is # or ;. Values run to the end of the line,
 * blanks trimmed (a value may contain # ; = and any byte but NUL and newline); "quotes" around a
 * whole value keep blanks, with \" \\ \n \t inside. Lines may be of any length. A bad line is
 * reported with its number and skipped; the rest is used.
 *
 * Thread: any. Owns: nothing.
 */
#ifndef BASE_CONF_H
#define BASE_CONF_H

#include "base/str.h"

struct conf_item {
	const char *section; /* "" before the first; NUL-terminated, valid during the callback */
	const char *name, *value;
	unsigned line; /* from 1 */
};

/* One line, cut into its parts; what the parser goes by and what edits a text (base/conf_edit.h).
 */
enum conf_kind { CONF_NOTHING /* blank or a comment */, CONF_SECTION, CONF_SETTING, CONF_BAD };
struct conf_span {
	const char *at; /* in the line */
	size_t len;
};
struct conf_line {
	enum conf_kind kind;
	struct conf_span name; /* of the section or of the setting */
	struct conf_span
		value;      /* as it stands there, in quotes or not; empty: right behind the = */
	const char *reason; /* CONF_BAD */
};
/* line is without its newline. */
void conf_cut(const char *line, size_t len, struct conf_line *ret_line);
/* Appends a value as a line has to have it to be read back: in quotes where that is needed. 0 or
 * -ENOMEM. */
int conf_quote(struct str *out, const char *value);

/* Returns 0, or -errno with the reason appended to err: that line is then reported. */
typedef int conf_set_fn(void *ctx, const struct conf_item *item, struct str *err);
typedef void conf_bad_fn(void *ctx, unsigned line, const char *reason);

/* Parses text. Returns the number of bad lines, or -ENOMEM. */
int conf_parse(const char *text, size_t len, conf_set_fn *set, conf_bad_fn *bad, void *ctx);

/* Strict scalars; the whole value must fit. 0 or -EINVAL with the reason in err (may be NULL). */
int conf_bool(const char *value, bool *ret, struct str *err); /* yes no true false on off 1 0 */
int conf_int(const char *value, long min, long max, long *ret, struct str *err);

#endif
