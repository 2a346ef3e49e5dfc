/* SPDX-License-Identifier: MIT
 *
 * Values of extended attributes as access control list and as capabilities: any bytes; what is
 * taken is in order and of one class each, and its words are text.
 */
#include "base/acl.h"
#include "base/filecaps.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void as_acl(const uint8_t *data, size_t size)
{
	struct acl acl;
	int r = acl_parse(data, size, &acl);

	if (r == -EINVAL || r == -ENOMEM)
		return;
	if (r != 0 || acl.n != (size - 4) / 8 || acl_mask(&acl) > 7)
		abort();
	for (uint32_t i = 0; i < acl.n; i++) {
		if (acl.at[i].perms > 7 || (i && acl.at[i].tag < acl.at[i - 1].tag))
			abort();
	}
	acl_done(&acl);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str out = STR_INIT;
	struct filecaps caps;

	as_acl(data, size);
	if (filecaps_parse(data, size, &caps) == 0 && filecaps_add(&out, &caps) == 0 &&
	    (out.len == 0 || strlen(out.buf) != out.len))
		abort();
	str_done(&out);
	return 0;
}
