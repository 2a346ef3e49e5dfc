/* SPDX-License-Identifier: MIT */
#include "base/str.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Shared by every string that has no buffer yet; never written to, because cap is 0. */
char str_empty[1];

void str_init(struct str *s)
{
	*s = (struct str)STR_INIT;
}

void str_done(struct str *s)
{
	if (!s)
		return;
	if (s->cap)
		free(s->buf);
	str_init(s);
}

void str_clear(struct str *s)
{
	str_cut(s, 0);
	s->failed = false;
}

/* Room for `more` bytes and the NUL. A failure is sticky: what was appended after it would hide
 * the hole, so later appends fail as well. */
static int reserve(struct str *s, size_t more)
{
	size_t need, want;
	char *grown;

	if (s->failed)
		return -ENOMEM;
	if (__builtin_add_overflow(s->len, more, &need) || need >= SIZE_MAX / 2)
		goto fail;
	if (need < s->cap)
		return 0;
	want = MAX(need + 1, s->cap + s->cap / 2);
	want = MAX(want, 32);
	grown = realloc(s->cap ? s->buf : NULL, want);
	if (!grown)
		goto fail;
	s->buf = grown;
	s->cap = want;
	return 0;
fail:
	s->failed = true;
	return -ENOMEM;
}

int str_add(struct str *s, const void *bytes, size_t len)
{
	int r = reserve(s, len);

	if (r < 0)
		return r;
	if (len)
		memcpy(s->buf + s->len, bytes, len);
	s->len += len;
	s->buf[s->len] = '\0';
	return 0;
}

int str_adds(struct str *s, const char *cstr)
{
	return str_add(s, cstr, strlen(cstr));
}

int str_addc(struct str *s, char c)
{
	return str_add(s, &c, 1);
}

int str_addf(struct str *s, const char *fmt, ...)
{
	va_list args;
	int r;

	va_start(args, fmt);
	r = str_vaddf(s, fmt, args);
	va_end(args);
	return r;
}

int str_vaddf(struct str *s, const char *fmt, va_list args)
{
	va_list again;
	int n, r;

	va_copy(again, args);
	n = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	if (n < 0) {
		s->failed = true;
		return -ENOMEM;
	}
	r = reserve(s, (size_t)n);
	if (r < 0)
		return r;
	vsnprintf(s->buf + s->len, (size_t)n + 1, fmt, args);
	s->len += (size_t)n;
	s->buf[s->len] = '\0';
	return 0;
}

int str_insert(struct str *s, size_t at, const void *bytes, size_t len)
{
	int r = reserve(s, len);

	if (r < 0)
		return r;
	at = MIN(at, s->len);
	memmove(s->buf + at + len, s->buf + at, s->len - at);
	if (len)
		memcpy(s->buf + at, bytes, len);
	s->len += len;
	s->buf[s->len] = '\0';
	return 0;
}

void str_remove(struct str *s, size_t at, size_t len)
{
	if (at >= s->len)
		return;
	len = MIN(len, s->len - at);
	memmove(s->buf + at, s->buf + at + len, s->len - at - len);
	str_cut(s, s->len - len);
}

void str_cut(struct str *s, size_t len)
{
	if (len >= s->len)
		return;
	s->len = len;
	s->buf[len] = '\0';
}

char *str_take(struct str *s)
{
	char *taken = NULL;

	if (!s->failed && (s->cap || reserve(s, 0) == 0)) {
		taken = s->buf;
		taken[s->len] = '\0';
		str_init(s);
	}
	str_done(s);
	return taken;
}

bool str_eq(const struct str *s, const char *cstr)
{
	size_t len = strlen(cstr);

	return s->len == len && memcmp(s->buf, cstr, len) == 0;
}
