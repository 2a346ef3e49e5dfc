/* SPDX-License-Identifier: MIT
 *
 * The receiving end of a browser in tests: waits for events with a deadline, in any order.
 *
 * Thread: the test's. Owns: the queue and the events not yet asked for.
 */
#ifndef TESTS_LIB_ANSWERS_H
#define TESTS_LIB_ANSWERS_H

#include "base/queue.h"
#include "fs/event.h"

#define ANSWERS_DEADLINE_MS 20000 /* times $TEST_SLOW */

struct answers {
	struct queue queue;
	struct qnode *pending;
};

void answers_init(struct answers *a);
void answers_done(struct answers *a);
/* The oldest event of this kind and ticket, waited for; others stay. The caller frees it. */
struct fs_event *answers_get(struct answers *a, enum fs_event_kind kind, uint64_t ticket);
/* The same without waiting: NULL when there is none. */
struct fs_event *answers_peek(struct answers *a, enum fs_event_kind kind, uint64_t ticket);
/* Anything of this ticket, without waiting: NULL when there is none. */
struct fs_event *answers_any(struct answers *a, uint64_t ticket);

#endif
