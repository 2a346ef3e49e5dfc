/* SPDX-License-Identifier: MIT
 *
 * A browser, what it answers, and a tree to look at. For the tests of what it holds under a ticket
 * (scans, trashes, the history).
 */
#ifndef TESTS_BROWSING_H
#define TESTS_BROWSING_H

#include "../../lib/test.h"

#include "../../lib/answers.h"
#include "../../lib/fault.h"
#include "../../lib/tree.h"

#include <sched.h>

#include "fs/browse.h"

#define TICKET 7

struct fixture {
	struct answers a;
	struct browse *b;
	struct tree *tree;
};

/* With this in the tree. */
static struct fixture *begin_browsing(const char *text)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	fault_reset();
	answers_init(&f->a);
	assert_int_equal(browse_new(&f->a.queue, &f->b), 0);
	f->tree = tree_new(text);
	return f;
}

static void end_browsing(struct fixture *f)
{
	browse_free(f->b, 20000);
	answers_done(&f->a);
	tree_free(f->tree);
	free(f);
}

/* Nothing of it is left but what was in the queue before. */
static void close_it(struct fixture *f)
{
	struct fs_event *e;

	browse_close(f->b, TICKET);
	while ((e = answers_any(&f->a, TICKET)))
		fs_event_free(e);
	while (browse_busy(f->b) > 0)
		sched_yield();
	assert_null(answers_any(&f->a, TICKET));
}

#endif
