/* SPDX-License-Identifier: MIT
 *
 * Makes the Nth allocation of this thread fail, once. Linking it replaces malloc, calloc and
 * realloc of the whole test program. Under a sanitizer, whose allocator stays, nothing fails.
 *
 *	for (unsigned long n = 1;; n++) {
 *		nomem_arm(n);
 *		r = what_is_tested();
 *		if (!nomem_disarm())
 *			break;	// fewer than n allocations: all of them have failed once
 *		assert_int_equal(r, -ENOMEM);
 *	}
 */
#ifndef TESTS_LIB_NOMEM_H
#define TESTS_LIB_NOMEM_H

#include <stdbool.h>

void nomem_arm(unsigned long nth); /* from 1; 0 disarms */
bool nomem_disarm(void);           /* true when an allocation has failed since it was armed */

#endif
