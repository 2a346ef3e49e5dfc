/* SPDX-License-Identifier: MIT
 *
 * The capabilities a program file gives who runs it: the extended attribute security.capability in
 * its three revisions, and as words.
 *
 * Follows: capabilities(7) "File capabilities", linux/capability.h. Thread: any. Owns: nothing.
 */
#ifndef BASE_FILECAPS_H
#define BASE_FILECAPS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

#define FILECAPS_XATTR "security.capability"

struct filecaps {
	uint8_t revision; /* 1, 2 or 3; 0: there are none */
	bool effective;   /* they count from the start, not only when asked for */
	uint64_t permitted, inheritable;
	uint32_t root; /* revision 3: they count in user namespaces whose root is this uid */
};

/* 0 or -EINVAL: then *ret_caps is not touched. */
int filecaps_parse(const void *bytes, size_t len, struct filecaps *ret_caps) MUST_USE;
/* Appends "cap_net_raw=ep", as getcap(8) writes it; those that share their flags stand together,
 * groups are separated by blanks. 0 or -ENOMEM. */
int filecaps_add(struct str *out, const struct filecaps *caps);

#endif
