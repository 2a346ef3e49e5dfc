/* SPDX-License-Identifier: MIT */
#include "base/escape.h"

#include <errno.h>

int escape_add(struct str *out, const char *bytes, size_t len)
{
	int err = 0;

	for (size_t i = 0; i < len && !err; i++) {
		if (bytes[i] == '\n')
			err = str_add(out, "\\n", 2);
		else if (bytes[i] == '\\')
			err = str_add(out, "\\\\", 2);
		else
			err = str_addc(out, bytes[i]);
	}
	return err;
}

int escape_take(struct str *out, const char *text, size_t len)
{
	int err = 0;

	for (size_t i = 0; i < len && !err; i++) {
		char c = text[i];

		if (c == '\0' || c == '\n')
			return -EINVAL;
		if (c == '\\') {
			if (++i == len || (text[i] != 'n' && text[i] != '\\'))
				return -EINVAL;
			c = text[i] == 'n' ? '\n' : '\\';
		}
		err = str_addc(out, c);
	}
	return err;
}
