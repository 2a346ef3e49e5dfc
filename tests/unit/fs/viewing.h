/* SPDX-License-Identifier: MIT
 *
 * Files open for viewing, through fs/browse: with pieces, chunks and pages of a few bytes, so that
 * every border is met. What the tests of them share.
 */
#ifndef TESTS_VIEWING_H
#define TESTS_VIEWING_H

#define TEXTROW_PIECE  16u
#define VIEWSCAN_CHUNK 24u
#define VIEWSCAN_OVER  16u
#define VIEWFILE_PAGE  8u
#include "../../../src/base/textrow.c"
#include "../../../src/fs/viewfile.c"
#include "../../../src/fs/viewscan.c"

#include "../../lib/test.h"

#include "../../lib/answers.h"
#include "../../lib/fault.h"
#include "../../lib/hang.h"
#include "../../lib/tree.h"

#include <sys/stat.h>
#include <unistd.h>

#define FILE_TICKET 5
#define OP          6

struct fixture {
	struct answers a;
	struct browse *b;
	struct tree *tree;
	struct hang *hang;
};

/* Without threads. */
static int setup_tree(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	fault_reset();
	f->tree = tree_new("");
	*state = f;
	return 0;
}

static int setup(void **state)
{
	struct fixture *f;

	setup_tree(state);
	f = *state;
	answers_init(&f->a);
	assert_int_equal(browse_new(&f->a.queue, &f->b), 0);
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	if (f->b) {
		browse_free(f->b, 20000);
		answers_done(&f->a);
	}
	tree_free(f->tree);
	hang_free(f->hang);
	free(f);
	return fault_open_fds() == 0 ? 0 : -1;
}

static const char *write_file(struct fixture *f, const char *name, const char *bytes, size_t len)
{
	const char *path = tree_path(f->tree, name);
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
	return path;
}

static struct fs_event *open_view(struct fixture *f, const char *path)
{
	browse_view(f->b, FILE_TICKET, path);
	return answers_get(&f->a, FS_VIEW_OPENED, FILE_TICKET);
}

static void close_view(struct fixture *f)
{
	browse_close(f->b, FILE_TICKET);
	while (browse_busy(f->b))
		continue;
}

static uint64_t open_ok(struct fixture *f, const char *path)
{
	struct fs_event *e = open_view(f, path);
	uint64_t size = e->u.view_opened.size;

	assert_int_equal(e->err, 0);
	assert_int_equal(e->u.view_opened.type, ENTRY_FILE);
	fs_event_free(e);
	return size;
}

static struct matcher *matcher_of(enum match_kind kind, const char *pattern)
{
	struct matcher *m = NULL;

	assert_int_equal(matcher_new_text(kind, pattern, strlen(pattern), NULL, &m), 0);
	return m;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

#endif
