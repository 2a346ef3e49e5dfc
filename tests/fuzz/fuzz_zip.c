/* SPDX-License-Identifier: MIT
 *
 * The table of contents of a ZIP archive: anything may be in it.
 */
#include "helper/zip.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wire_ask ask = {.lines = 20, .columns = 30};
	struct source source = {.fd = memfd_create("zip", MFD_CLOEXEC), .size = size};
	struct budget budget = {.statm = -1, .until_ms = UINT64_MAX};
	struct preview *p = preview_new();
	int rc;

	if (!p || source.fd < 0 || write(source.fd, data, size) != (ssize_t)size)
		abort();
	rc = zip_fill(&source, &ask, &budget, p);
	if (rc != 0 && rc != -ENOTSUP)
		abort();
	if (p->nlines > ask.lines || p->nlines > p->members || (rc && !p->reason.len))
		abort();
	for (size_t i = 0; i < p->nlines; i++) {
		if (p->lines[i].len > ask.columns)
			abort();
	}
	preview_free(p);
	close(source.fd);
	return 0;
}
