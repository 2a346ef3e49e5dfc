/* SPDX-License-Identifier: MIT
 *
 * A date, size or span from the command line: what is taken for a date comes back the same when it
 * is written in full and read again.
 */
#include "base/amount.h"
#include "base/datespec.h"
#include "base/fmt.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_again(int64_t sec, uint32_t nsec)
{
	char text[FMT_MAX];
	const char *why;
	int64_t again;
	uint32_t again_nsec;

	/* Years of four digits, whatever the zone. */
	if (sec < -62135500000 || sec > 253402200000)
		return;
	if (datespec_parse(fmt_time_exact(text, sec, nsec), &again, &again_nsec, &why) < 0 ||
	    again != sec || again_nsec != nsec)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[256];
	const char *why;
	uint64_t bytes;
	int64_t sec;
	uint32_t nsec;

	size = size < sizeof(text) - 1 ? size : sizeof(text) - 1;
	memcpy(text, data, size);
	text[size] = '\0';
	(void)!amount_size(text, &bytes);
	if (amount_span(text, &sec) == 0 && sec < 0)
		abort();
	if (datespec_parse(text, &sec, &nsec, &why) == 0) {
		if (nsec > 999999999)
			abort();
		check_again(sec, nsec);
	} else if (!why) {
		abort();
	}
	return 0;
}
