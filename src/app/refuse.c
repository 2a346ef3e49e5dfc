/* SPDX-License-Identifier: MIT */
#include "app/refuse.h"

#include <errno.h>

int refuse(struct str *err, const char *fmt, ...)
{
	va_list args;
	int r = 0;

	va_start(args, fmt);
	if (err)
		r = str_vaddf(err, fmt, args);
	va_end(args);
	return r < 0 ? r : -EINVAL;
}
