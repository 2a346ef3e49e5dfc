/* SPDX-License-Identifier: MIT
 *
 * What the tests of the journal share: a journal in a directory of its own, and steps to put in it.
 */
#ifndef TESTS_UNIT_FS_JOURNALING_H
#define TESTS_UNIT_FS_JOURNALING_H

#include "../../lib/fault.h"
#include "../../lib/test.h"
#include "../../lib/tree.h"

#include "base/defs.h"
#include "fs/journal.h"

#include <errno.h>
#include <sys/stat.h>

static UNUSED struct journal *open_at(const char *dir)
{
	const char *why = NULL;
	struct journal *j = NULL;
	int r = journal_open(dir, &j, &why);

	if (r != 0)
		print_message("journal_open: %d %s\n", r, why ? why : "");
	assert_int_equal(r, 0);
	return j;
}

static UNUSED struct journal *look_at(const char *dir)
{
	const char *why = NULL;
	struct journal *j = NULL;

	assert_int_equal(journal_look(dir, &j, &why), 0);
	return j;
}

/* A renaming of /d/NAME to /d/NAME.new; the caller gives it back. */
static UNUSED struct step renaming(const char *name)
{
	const struct step_id dir = {.dev = 1, .ino = 2, .type = S_IFDIR, .btime = INT64_MIN};
	struct step s = STEP_INIT;
	char to[300];

	snprintf(to, sizeof(to), "%s.new", name);
	s.kind = STEP_RENAME;
	s.what = (struct step_id){.dev = 1, .ino = 77, .type = S_IFREG, .btime = 5};
	assert_int_equal(step_place_set(&s.from, "/d", &dir, name), 0);
	assert_int_equal(step_place_set(&s.to, "/d", &dir, to), 0);
	return s;
}

/* Begins an action of `n` renamings. */
static UNUSED int begin_some(struct journal *j, const char *label, uint64_t undoes, uint32_t n,
			     uint64_t *ret_id)
{
	struct step *steps = calloc(n ? n : 1, sizeof(*steps));
	int r;

	assert_non_null(steps);
	for (uint32_t i = 0; i < n; i++) {
		char name[16];

		snprintf(name, sizeof(name), "f%u", i);
		steps[i] = renaming(name);
		if (undoes)
			steps[i].undoes = i;
	}
	r = journal_begin(j, label, undoes, steps, n, ret_id);
	for (uint32_t i = 0; i < n; i++)
		step_done(&steps[i]);
	free(steps);
	return r;
}

/* Begins, finishes each step, ends. */
static UNUSED uint64_t do_some(struct journal *j, const char *label, uint64_t undoes, uint32_t n)
{
	uint64_t id = 0;

	assert_int_equal(begin_some(j, label, undoes, n, &id), 0);
	for (uint32_t i = 0; i < n; i++)
		assert_int_equal(journal_result(j, id, i, STEP_DONE, 0, NULL), 0);
	assert_int_equal(journal_end(j, id, false), 0);
	return id;
}

static UNUSED const struct action *must_find(const struct journal *j, uint64_t id)
{
	const struct action *a = journal_find(j, id);

	assert_non_null(a);
	assert_int_equal(a->id, id);
	return a;
}

#endif
