/* SPDX-License-Identifier: MIT
 *
 * A value changed in a text that people write by hand (base/conf.h): one line is changed or added,
 * and every other byte stays as it was: comments, blank lines, order, lines that make no sense,
 * line ends of other systems, a last line without its newline.
 *
 * Thread: any. Owns: nothing.
 */
#ifndef BASE_CONF_EDIT_H
#define BASE_CONF_EDIT_H

#include "base/str.h"

struct conf_change {
	const char *section;      /* "": what is before the first */
	const char *name, *value; /* the value as it is to be read back */
};

/* Appends to out the text with one value changed. Of several lines with that name in the section
 * the last is changed, since it is the one that counts; in it, only the value. Where there is none,
 * a line is added behind the last setting of the section, or a section at the end. 0, -ENOMEM, or
 * -EINVAL for a section or name that no line can have. */
int conf_edit(const char *text, size_t len, const struct conf_change *change, struct str *out);
/* All of them, one after the other. On error out is as it was. */
int conf_edit_all(const char *text, size_t len, const struct conf_change *changes, size_t n,
		  struct str *out);

#endif
