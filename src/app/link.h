/* SPDX-License-Identifier: MIT
 *
 * How much may be on its way to the terminal. Between this program and the eye lie buffers of many
 * seconds on a slow line (the pseudo-terminal, ssh, sockets): writing never blocks until they are
 * full, and a page drawn then is seen long after the key. So over ssh the terminal is asked now and
 * then to report that it is still there (DSR, answered in order after all that was sent before),
 * and what is sent ahead of the answers is kept to what the line carries in LINK_AHEAD_MS. A
 * terminal that never answers is not asked again, and nothing waits for it.
 *
 * Pure arithmetic on times that are passed in. Follows: ECMA-48 DSR ("CSI 5 n", answered by "CSI 0
 * n"). Thread: UI. Owns: nothing.
 */
#ifndef APP_LINK_H
#define APP_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LINK_AHEAD_MS 300
#define LINK_QUICK_MS 250 /* an answer within this: more may be sent ahead */
#define LINK_FIRST_MS \
	1000 /* the first answer is waited for so long; then it is taken that none will come */
#define LINK_PROBE      512  /* bytes between two questions, at least */
#define LINK_WINDOW_MIN 1024 /* bytes: a screen changes even on the slowest line */
#define LINK_WINDOW_MAX 65536
#define LINK_LOST_MS    3000 /* an answer that takes longer is not waited for */

struct link {
	bool on;      /* worth asking: a remote terminal that may know how to answer */
	bool answers; /* it has answered before */
	bool asked;   /* an answer is due */
	int64_t asked_at;
	int64_t best_ms;   /* the quickest answer so far; 0: none */
	size_t ahead;      /* bytes sent since the last question that was answered */
	size_t ahead_then; /* of these, before the question that is open */
	size_t window;     /* what may be ahead */
};

void link_init(struct link *l, bool on);
void link_sent(struct link *l, size_t bytes);
/* True when a question should follow what was just sent; link_asked() once it has. */
bool link_wants_ask(const struct link *l);
void link_asked(struct link *l, int64_t now_ms);
/* The answer came. Returns how long it took beyond the quickest, in ms: what queues cost. */
int64_t link_answered(struct link *l, int64_t now_ms);
/* True when a frame may be sent now. */
bool link_ready(const struct link *l, int64_t now_ms);
/* Until when an answer that is due is waited for before the terminal is given to someone else: now
 * when none is. */
int64_t link_deadline_to_leave(const struct link *l, int64_t now_ms);
/* When link_ready() becomes true without an answer; INT64_MAX when it is true now or never asked.
 */
int64_t link_deadline(const struct link *l, int64_t now_ms);

#endif
