/* SPDX-License-Identifier: MIT
 *
 * Lines as names: the sort agrees with the comparison, the comparison is antisymmetric, and keys
 * never contradict it. Bits of the first byte choose the order.
 */
#include "base/collate.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct names *read_lines(const char *text, size_t len)
{
	struct names *pool = names_new();

	for (size_t at = 0; pool && at <= len;) {
		const char *newline = at < len ? memchr(text + at, '\n', len - at) : NULL;
		size_t end = newline ? (size_t)(newline - text) : len;

		if (names_add(pool, text + at, MIN(end - at, 65535), 0, NULL) < 0)
			break;
		at = end + 1;
	}
	return pool;
}

static void check_pair(const struct names *pool, const struct collate_order *order, uint32_t a,
		       uint32_t b)
{
	size_t alen, blen;
	const char *x = names_get(pool, a, &alen), *y = names_get(pool, b, &blen);
	int r = collate_natural(x, alen, y, blen), back = collate_natural(y, blen, x, alen);
	uint64_t kx = collate_key(COLLATE_NATURAL, x, alen);
	uint64_t ky = collate_key(COLLATE_NATURAL, y, blen);

	if ((r > 0) != (back < 0) || (r == 0) != (back == 0))
		abort();
	if ((kx < ky && r >= 0) || (kx > ky && r <= 0))
		abort();
	if (collate_compare(pool, order, a, b) >= 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct collate_order order;
	struct names *pool;
	uint32_t *ids, n;

	if (!size)
		return 0;
	order = (struct collate_order){
		.how = data[0] & 1 ? COLLATE_BYTES : COLLATE_NATURAL,
		.reverse = data[0] & 2,
		.by_ext = data[0] & 4,
	};
	pool = read_lines((const char *)data + 1, size - 1);
	n = pool ? names_count(pool) : 0;
	ids = malloc(n * sizeof(*ids) + 1);
	for (uint32_t i = 0; ids && i < n; i++)
		ids[i] = i;
	if (ids && collate_sort(pool, ids, n, &order, NULL) == 0) {
		for (uint32_t i = 1; i < n; i++)
			check_pair(pool, &order, ids[i - 1], ids[i]);
	}
	free(ids);
	names_unref(pool);
	return 0;
}
