/* SPDX-License-Identifier: MIT
 *
 * The line parser: any text; every item is a C string inside a section, every line is counted once.
 */
#include "base/conf.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct seen {
	unsigned line;
	int bad;
};

static int set(void *ctx, const struct conf_item *item, struct str *err)
{
	struct seen *seen = ctx;
	long n;
	bool b;

	if (item->line <= seen->line || !item->name[0] || strchr(item->section, '\n') ||
	    strchr(item->name, '\n'))
		abort();
	seen->line = item->line;
	if (conf_int(item->value, -100, 100, &n, NULL) == 0 && (n < -100 || n > 100))
		abort();
	return conf_bool(item->value, &b, err);
}

static void bad(void *ctx, unsigned line, const char *reason)
{
	struct seen *seen = ctx;

	if (line < seen->line || !reason[0])
		abort();
	seen->line = line;
	seen->bad++;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct seen seen = {0};

	if (conf_parse((const char *)data, size, set, bad, &seen) != seen.bad)
		abort();
	return 0;
}
