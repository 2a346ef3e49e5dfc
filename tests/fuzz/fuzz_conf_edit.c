/* SPDX-License-Identifier: MIT
 *
 * Editing a configuration: the input is a value up to the first NUL, and a text behind it. The
 * value comes back from what is written, and every line but the one that is changed or added is as
 * it was.
 */
#include "base/alloc.h"
#include "base/conf.h"
#include "base/conf_edit.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct seen {
	struct str log; /* every item that is not the changed one */
	struct str value;
	bool given;
};

static int set(void *ctx, const struct conf_item *item, struct str *err)
{
	struct seen *seen = ctx;

	(void)err;
	if (strcmp(item->section, "options") == 0 && strcmp(item->name, "theme") == 0) {
		seen->given = true;
		str_clear(&seen->value);
		return str_adds(&seen->value, item->value);
	}
	return str_addf(&seen->log, "[%s]%s=%s\n", item->section, item->name, item->value);
}

static void parse(const char *text, size_t len, struct seen *ret)
{
	*ret = (struct seen){.log = STR_INIT, .value = STR_INIT};
	if (conf_parse(text, len, set, NULL, ret) < 0)
		abort();
}

static void seen_done(struct seen *s)
{
	str_done(&s->log);
	str_done(&s->value);
}

/* The length that both begin with, and that both end with. */
static size_t common(const char *a, const char *b, size_t max, bool behind)
{
	size_t n = 0;

	while (n < max && (behind ? a[-1 - (long)n] == b[-1 - (long)n] : a[n] == b[n]))
		n++;
	return n;
}

/* What lies between the common beginning and the common end is within one line. */
static void check_rest(const char *was, size_t len, const struct str *now)
{
	size_t max = len < now->len ? len : now->len;
	size_t head = common(was, now->buf, max, false);
	size_t tail = common(was + len, now->buf + now->len, max - head, true);
	size_t gone = len - head - tail;

	if (gone && memchr(was + head, '\n', gone))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *nul = size ? memchr(data, '\0', size) : NULL;
	size_t value_len = nul ? (size_t)(nul - (const char *)data) : 0;
	size_t skip = nul ? value_len + 1 : 0, len = size - skip;
	char *value = memdup0(data, value_len), *text = memdup0(data + skip, len);
	struct conf_change change = {"options", "theme", value};
	struct str out = STR_INIT, again = STR_INIT;
	struct seen before, after;

	if (!value || !text || conf_edit(text, len, &change, &out) < 0)
		abort();
	parse(text, len, &before);
	parse(out.buf, out.len, &after);
	if (!after.given || !str_eq(&after.value, value) || !str_eq(&after.log, before.log.buf))
		abort();
	check_rest(text, len, &out);
	/* Once more changes nothing. */
	if (conf_edit(out.buf, out.len, &change, &again) < 0 || again.len != out.len ||
	    memcmp(again.buf, out.buf, out.len) != 0)
		abort();
	seen_done(&before);
	seen_done(&after);
	str_done(&out);
	str_done(&again);
	free(value);
	free(text);
	return 0;
}
