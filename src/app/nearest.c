/* SPDX-License-Identifier: MIT */
#include "app/nearest.h"

#include "base/defs.h"

#include <stdbool.h>
#include <string.h>

#define NEAREST_MAX 64

/* Three rows of the table of distances between beginnings of a and of b: this one, the one before,
 * and the one before that, which an exchange of neighbours needs. */
unsigned nearest_distance(const char *a, const char *b, unsigned limit)
{
	unsigned rows[3][NEAREST_MAX + 1];
	unsigned *before = rows[0], *last = rows[1], *now = rows[2];
	size_t alen = strlen(a), blen = strlen(b);

	if (alen > NEAREST_MAX || blen > NEAREST_MAX)
		return limit + 1;
	for (size_t j = 0; j <= blen; j++)
		now[j] = (unsigned)j;
	for (size_t i = 1; i <= alen; i++) {
		unsigned *oldest = before;

		before = last;
		last = now;
		now = oldest;
		now[0] = (unsigned)i;
		for (size_t j = 1; j <= blen; j++) {
			unsigned change = last[j - 1] + (a[i - 1] != b[j - 1]);

			now[j] = MIN(change, MIN(last[j], now[j - 1]) + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				now[j] = MIN(now[j], before[j - 2] + 1);
		}
	}
	return MIN(now[blen], limit + 1);
}

static bool begins(const char *a, const char *b)
{
	size_t alen = strlen(a), blen = strlen(b), len = MIN(alen, blen);

	return len >= 3 && memcmp(a, b, len) == 0;
}

const char *nearest_name(const char *typed, nearest_name_fn *name_at, const void *table, size_t n)
{
	unsigned limit = (unsigned)MIN(strlen(typed), NEAREST_MAX) / 3, best = limit + 1;
	const char *beginning = NULL, *nearest = NULL;

	for (size_t i = 0; i < n; i++) {
		const char *name = name_at(table, i);
		unsigned distance = nearest_distance(typed, name, limit);

		if (distance < best) {
			best = distance;
			nearest = name;
		}
		if (!beginning && begins(typed, name))
			beginning = name;
	}
	return nearest ? nearest : beginning;
}
