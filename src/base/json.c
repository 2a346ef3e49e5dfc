/* SPDX-License-Identifier: MIT */
#include "base/json.h"

#include "base/utf8.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void json_init(struct json *j, struct str *out)
{
	*j = (struct json){.out = out};
	j->first[0] = true;
}

/* What must stand before the next value or key. */
static void separate(struct json *j)
{
	if (j->after_key)
		j->after_key = false;
	else if (j->depth && !j->first[j->depth])
		str_addc(j->out, ',');
	j->first[j->depth] = false;
}

static void open_level(struct json *j, char opener, char closer)
{
	separate(j);
	if (j->depth + 1 >= JSON_DEPTH_MAX) {
		j->out->failed = true;
		return;
	}
	str_addc(j->out, opener);
	j->depth++;
	j->first[j->depth] = true;
	j->closer[j->depth] = closer;
}

void json_object(struct json *j)
{
	open_level(j, '{', '}');
}

void json_array(struct json *j)
{
	open_level(j, '[', ']');
}

void json_end(struct json *j)
{
	if (!j->depth)
		return;
	str_addc(j->out, j->closer[j->depth]);
	j->depth--;
}

static void add_unit(struct str *out, unsigned unit)
{
	str_addf(out, "\\u%04x", unit);
}

static void add_escaped(struct str *out, uint32_t cp)
{
	static const char from[] = "\"\\\b\f\n\r\t", to[] = "\"\\bfnrt";
	const char *short_form = cp && cp < 0x80 ? strchr(from, (int)cp) : NULL;

	if (short_form) {
		str_addc(out, '\\');
		str_addc(out, to[short_form - from]);
	} else if (cp < 0x10000) {
		add_unit(out, cp);
	} else {
		add_unit(out, 0xd800 + ((cp - 0x10000) >> 10));
		add_unit(out, 0xdc00 + ((cp - 0x10000) & 0x3ff));
	}
}

static void add_quoted(struct str *out, const char *s, size_t len)
{
	size_t plain = 0, n;

	str_addc(out, '"');
	for (size_t i = 0; i < len; i += n) {
		uint32_t cp;

		n = utf8_decode(s + i, len - i, &cp);
		if (cp != UTF8_INVALID && cp != '"' && cp != '\\' && !utf8_hidden(cp))
			continue;
		str_add(out, s + plain, i - plain);
		plain = i + n;
		if (cp == UTF8_INVALID)
			add_unit(out, 0xdc00 + (unsigned char)s[i]);
		else
			add_escaped(out, cp);
	}
	str_add(out, s + plain, len - plain);
	str_addc(out, '"');
}

void json_key(struct json *j, const char *key)
{
	separate(j);
	add_quoted(j->out, key, strlen(key));
	str_addc(j->out, ':');
	j->after_key = true;
}

void json_string(struct json *j, const char *bytes, size_t len)
{
	separate(j);
	add_quoted(j->out, bytes, len);
}

void json_cstr(struct json *j, const char *s)
{
	if (s)
		json_string(j, s, strlen(s));
	else
		json_null(j);
}

void json_u64(struct json *j, uint64_t n)
{
	separate(j);
	str_addf(j->out, "%" PRIu64, n);
}

void json_i64(struct json *j, int64_t n)
{
	separate(j);
	str_addf(j->out, "%" PRId64, n);
}

/* The shorter of two forms that reads back as the same number. The locale may have put a comma
 * where RFC 8259 wants a point. */
void json_double(struct json *j, double d)
{
	char buf[40];

	if (!isfinite(d)) {
		json_null(j);
		return;
	}
	separate(j);
	snprintf(buf, sizeof(buf), "%.15g", d);
	if (strtod(buf, NULL) != d)
		snprintf(buf, sizeof(buf), "%.17g", d);
	for (char *c = buf; *c; c++) {
		if (!strchr("0123456789+-e.", *c))
			*c = '.';
	}
	str_adds(j->out, buf);
}

void json_bool(struct json *j, bool b)
{
	separate(j);
	str_adds(j->out, b ? "true" : "false");
}

void json_null(struct json *j)
{
	separate(j);
	str_adds(j->out, "null");
}
