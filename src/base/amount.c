/* SPDX-License-Identifier: MIT */
#include "base/amount.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

/* Digits at *at, which moves behind them. */
static int whole(const char **at, uint64_t *ret_n)
{
	uint64_t n = 0;

	if (**at < '0' || **at > '9')
		return -EINVAL;
	for (; **at >= '0' && **at <= '9'; (*at)++) {
		if (__builtin_mul_overflow(n, (uint64_t)10, &n) ||
		    __builtin_add_overflow(n, (uint64_t)(**at - '0'), &n))
			return -ERANGE;
	}
	*ret_n = n;
	return 0;
}

/* Up to three digits behind a point, as thousandths: "1.5" is 1 and 500. */
static int thousandths(const char **at, uint64_t *ret_n)
{
	uint64_t n = 0;
	int digits = 0;

	*ret_n = 0;
	if (**at != '.')
		return 0;
	for ((*at)++; **at >= '0' && **at <= '9'; (*at)++, digits++)
		n = n * 10 + (uint64_t)(**at - '0');
	if (digits == 0 || digits > 3)
		return -EINVAL;
	for (; digits < 3; digits++)
		n *= 10;
	*ret_n = n;
	return 0;
}

/* What a unit multiplies with; 0: it is none. */
static uint64_t unit(const char *s)
{
	static const char letters[] = "KMGTPE";
	const char *at = *s ? strchr(letters, *s & ~0x20) : NULL;
	uint64_t base = 1024, n = 1;

	if (!*s || strcasecmp(s, "B") == 0)
		return 1;
	if (!at || !*at)
		return 0;
	if (strcasecmp(s + 1, "B") == 0)
		base = 1000;
	else if (s[1] && strcasecmp(s + 1, "iB") != 0)
		return 0;
	for (long i = at - letters; i >= 0; i--)
		n *= base;
	return n;
}

int amount_size(const char *text, uint64_t *ret_bytes)
{
	uint64_t n, part = 0, of, bytes;
	int r = whole(&text, &n);

	if (r == 0)
		r = thousandths(&text, &part);
	if (r < 0)
		return r;
	of = unit(text);
	if (of == 0)
		return -EINVAL;
	/* So that thousandths of an exbibyte do not overflow. */
	part = of / 1000 * part + (of % 1000 * part + 999) / 1000;
	if (__builtin_mul_overflow(n, of, &bytes) || __builtin_add_overflow(bytes, part, ret_bytes))
		return -ERANGE;
	return 0;
}

int amount_span(const char *text, int64_t *ret_seconds)
{
	static const struct {
		const char *unit;
		int64_t seconds;
	} units[] = {{"", 86400}, {"d", 86400}, {"h", 3600}, {"w", INT64_C(7) * 86400}};
	uint64_t n;
	int64_t seconds;
	int r = whole(&text, &n);

	for (size_t i = 0; r == 0 && i < ARRAY_LEN(units); i++) {
		if (strcmp(text, units[i].unit) != 0)
			continue;
		if (n > INT64_MAX || __builtin_mul_overflow((int64_t)n, units[i].seconds, &seconds))
			return -ERANGE;
		*ret_seconds = seconds;
		return 0;
	}
	return r < 0 ? r : -EINVAL;
}
