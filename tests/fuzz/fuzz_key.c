/* SPDX-License-Identifier: MIT
 *
 * The notation of keys: whatever is read as a key is written so that it reads as the same key.
 */
#include "ui/key.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;

	for (size_t at = 0; at < size; at++) {
		struct str written = STR_INIT;
		struct key key, again;
		size_t used = key_parse(text + at, size - at, &key);

		if (used > size - at || (used && !key_valid(key)))
			abort();
		if (used) {
			key_format(&written, key);
			if (key_parse(written.buf, written.len, &again) != written.len ||
			    !key_eq(key, again))
				abort();
		}
		str_done(&written);
	}
	return 0;
}
