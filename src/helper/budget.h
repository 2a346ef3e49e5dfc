/* SPDX-License-Identifier: MIT
 *
 * What looking at one archive may cost: time, bytes unpacked, memory. A preview that is not
 * complete is better than none, so whoever unpacks asks often, and stops when told; that the kernel
 * and fs/helper.c end the process a little later is for what does not ask in time.
 *
 * Thread: one. Owns: the descriptor of /proc/self/statm.
 */
#ifndef HELPER_BUDGET_H
#define HELPER_BUDGET_H

#include <stdbool.h>
#include <stdint.h>

#define BUDGET_MS       1200u
#define BUDGET_UNPACKED (256ull << 20)
#define BUDGET_GROW_KB  (11u * 1024u) /* memory in use, beyond that at the start */

struct budget {
	int statm; /* -1: cannot be told, or means nothing (sanitizers); then the limit of the
		    * address space has to do */
	uint64_t until_ms, most_kb;
	const char *spent; /* what there is no more of, as a reason; NULL while there is */
};

void budget_open(struct budget *b);  /* before the sandbox */
void budget_start(struct budget *b); /* one file */
/* True when it is used up; `unpacked` bytes so far. Once true, always until the next start. */
bool budget_spent(struct budget *b, uint64_t unpacked);

#endif
