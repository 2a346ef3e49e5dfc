/* SPDX-License-Identifier: MIT
 *
 * What a browser has to make previews, with a helper program of the test's choice: the one built
 * beside $TROWEL_BIN, or any other. Whether it can be run by who runs the test is checked first:
 * the tree may lie where a plain user cannot go, then the test is skipped, with the reason.
 *
 * Thread: the test's. Owns: the service, its threads and helpers.
 */
#ifndef TESTS_LIB_PREVIEWS_H
#define TESTS_LIB_PREVIEWS_H

#include "answers.h"
#include "fs/browse.h"
#include "fs/helper.h"
#include "fs/previewer.h"
#include "fs/service.h"

struct previews {
	struct answers answers;
	struct service service;
	uint64_t ticket; /* of the last question */
};

/* The helper built beside $TROWEL_BIN; skips the test when it cannot be run. */
const char *previews_program(void);
/* program NULL: that one. */
struct previews *previews_new(const char *program);
void previews_free(struct previews *p); /* NULL is fine; fails the test when a job hangs */
/* Asks, under a ticket of its own. */
void previews_ask(struct previews *p, const char *path, enum preview_depth depth, uint32_t lines,
		  uint32_t columns);
/* The answer to the last question; freed by the caller. */
struct preview *previews_get(struct previews *p);
/* Both, for 100 lines of 200 bytes of content. */
struct preview *previews_of(struct previews *p, const char *path);
/* Line i must be exactly these bytes. */
void previews_expect_line(const struct preview *p, size_t i, const char *text);

#endif
