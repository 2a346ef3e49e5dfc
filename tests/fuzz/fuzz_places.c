/* SPDX-License-Identifier: MIT
 *
 * The file of visited places: any text. What is taken is written, and read again the same.
 */
#include "model/places.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str first = STR_INIT, second = STR_INIT;
	struct places p, q;
	size_t bad = 0, at[8];

	places_init(&p);
	places_init(&q);
	if (places_load(&p, (const char *)data, size, &bad) == 0) {
		if (places_save(&p, &first) < 0 ||
		    places_load(&q, first.buf, first.len, &bad) < 0 || bad || p.n != q.n ||
		    places_save(&q, &second) < 0 || strcmp(first.buf, second.buf) != 0)
			abort();
		if (places_merge(&p, &q) < 0 || places_age(&p, 1800000000) < 0 ||
		    p.n > PLACES_MAX || places_find(&p, "a b", NULL, 1800000000, at, 8) > 8)
			abort();
	}
	places_done(&p);
	places_done(&q);
	str_done(&first);
	str_done(&second);
	return 0;
}
