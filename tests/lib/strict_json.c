/* SPDX-License-Identifier: MIT */
#include "strict_json.h"

#include "base/utf8.h"

#include <string.h>

#define DEPTH_MAX 1000

struct reader {
	const char *at, *end;
	int depth;
};

static bool value(struct reader *r);

static bool peek(const struct reader *r, char c)
{
	return r->at < r->end && *r->at == c;
}

static bool take(struct reader *r, char c)
{
	if (!peek(r, c))
		return false;
	r->at++;
	return true;
}

static bool word(struct reader *r, const char *text)
{
	size_t len = strlen(text);

	if ((size_t)(r->end - r->at) < len || memcmp(r->at, text, len) != 0)
		return false;
	r->at += len;
	return true;
}

static bool digits(struct reader *r)
{
	const char *start = r->at;

	while (r->at < r->end && *r->at >= '0' && *r->at <= '9')
		r->at++;
	return r->at > start;
}

static bool number(struct reader *r)
{
	const char *first;

	take(r, '-');
	first = r->at;
	if (!digits(r) || (*first == '0' && r->at - first > 1))
		return false;
	if (take(r, '.') && !digits(r))
		return false;
	if (take(r, 'e') || take(r, 'E')) {
		if (!take(r, '+'))
			take(r, '-');
		return digits(r);
	}
	return true;
}

static bool escape(struct reader *r)
{
	if (r->at == r->end)
		return false;
	if (*r->at != 'u') {
		char c = *r->at++;

		return c && strchr("\"\\/bfnrt", c) != NULL;
	}
	r->at++;
	for (int i = 0; i < 4; i++, r->at++) {
		if (r->at == r->end || !*r->at || !strchr("0123456789abcdefABCDEF", *r->at))
			return false;
	}
	return true;
}

static bool string(struct reader *r)
{
	if (!take(r, '"'))
		return false;
	while (!take(r, '"')) {
		uint32_t c;
		size_t n;

		if (r->at == r->end || (unsigned char)*r->at < ' ')
			return false;
		if (take(r, '\\')) {
			if (!escape(r))
				return false;
			continue;
		}
		n = utf8_decode(r->at, (size_t)(r->end - r->at), &c);
		if (c == UTF8_INVALID)
			return false;
		r->at += n;
	}
	return true;
}

/* Both kinds: what is between commas, up to the closing one. */
static bool list(struct reader *r, char open, char close, bool keys)
{
	if (!take(r, open) || ++r->depth > DEPTH_MAX)
		return false;
	if (!peek(r, close)) {
		do {
			if (keys && !(string(r) && take(r, ':')))
				return false;
			if (!value(r))
				return false;
		} while (take(r, ','));
	}
	r->depth--;
	return take(r, close);
}

static bool value(struct reader *r)
{
	if (peek(r, '{'))
		return list(r, '{', '}', true);
	if (peek(r, '['))
		return list(r, '[', ']', false);
	if (peek(r, '"'))
		return string(r);
	return word(r, "true") || word(r, "false") || word(r, "null") || number(r);
}

/* Blanks between tokens, which ours has none of, are not taken. */
bool strict_json(const char *text, size_t len, size_t *ret_at)
{
	struct reader r = {.at = text, .end = text + len};
	bool ok = value(&r) && take(&r, '\n') && r.at == r.end;

	*ret_at = (size_t)(r.at - text);
	return ok;
}
