/* SPDX-License-Identifier: MIT */
#include "base/csv.h"

#include <stdbool.h>
#include <string.h>

static bool must_quote(const char *bytes, size_t len)
{
	for (const char *c = "\",\n\r"; *c; c++)
		if (memchr(bytes, *c, len))
			return true;
	return false;
}

int csv_field(struct str *out, const char *bytes, size_t len)
{
	if (!must_quote(bytes, len))
		return str_add(out, bytes, len);
	str_addc(out, '"');
	for (size_t i = 0; i < len; i++) {
		if (bytes[i] == '"')
			str_addc(out, '"');
		str_addc(out, bytes[i]);
	}
	return str_addc(out, '"');
}
