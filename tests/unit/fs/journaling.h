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
#include "fs/journal_inside.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

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

/* The path of one of its files. */
static UNUSED void only_file(const char *dir, char *path, size_t size)
{
	DIR *d = opendir(dir);
	struct dirent *e;

	assert_non_null(d);
	path[0] = '\0';
	while ((e = readdir(d)))
		if (strstr(e->d_name, JOURNAL_SUFFIX))
			snprintf(path, size, "%s/%s", dir, e->d_name);
	closedir(d);
	assert_true(path[0]);
}

/* ---- a file made by hand ---- */

struct made {
	struct str bytes;
	uint64_t seq;
};

#define MADE_SALT 0x5a17u

static UNUSED void made_start(struct made *m)
{
	const struct journal_head head = {.version = JOURNAL_VERSION, .salt = MADE_SALT};
	uint8_t bytes[JOURNAL_HEAD_LEN];

	journal_put_head(bytes, &head);
	*m = (struct made){.bytes = STR_INIT, .seq = 1};
	assert_int_equal(str_add(&m->bytes, bytes, sizeof(bytes)), 0);
}

/* A record with any payload. */
static UNUSED void made_record(struct made *m, uint16_t type, uint64_t id, const void *payload,
			       size_t len)
{
	size_t at = m->bytes.len;

	assert_int_equal(journal_add_room(&m->bytes), 0);
	assert_int_equal(str_add(&m->bytes, payload, len), 0);
	journal_seal(&m->bytes, at, MADE_SALT, at, type, m->seq++, id);
}

static UNUSED void made_begin(struct made *m, uint64_t id, uint64_t undoes, int64_t begun,
			      uint32_t n)
{
	const struct journal_begin b = {.nsteps = n,
					.undoes = undoes,
					.begun = begun,
					.pid = 1,
					.label = "made",
					.label_len = 4};
	struct str payload = STR_INIT;

	assert_int_equal(journal_add_begin(&payload, &b), 0);
	for (uint32_t i = 0; i < n; i++) {
		struct step s = renaming("x");

		s.undoes = undoes ? i : STEP_UNDOES_NONE;
		assert_int_equal(journal_add_step(&payload, &s), 0);
		step_done(&s);
	}
	made_record(m, RECORD_BEGIN, id, payload.buf, payload.len);
	str_done(&payload);
}

static UNUSED void made_result(struct made *m, uint64_t id, uint32_t n, uint32_t state, int err)
{
	struct str payload = STR_INIT;

	assert_int_equal(journal_add32(&payload, n), 0);
	assert_int_equal(journal_add32(&payload, state), 0);
	assert_int_equal(journal_add32(&payload, (uint32_t)err), 0);
	made_record(m, RECORD_RESULT, id, payload.buf, payload.len);
	str_done(&payload);
}

static UNUSED void made_end(struct made *m, uint64_t id)
{
	made_record(m, RECORD_END, id, "", 0);
}

static UNUSED void put_file(const char *path, const void *bytes, size_t len)
{
	/* Not cut to nothing first: some file systems take that for a reason to wait for the disk.
	 */
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, len), len);
	assert_int_equal(ftruncate(fd, (off_t)len), 0);
	close(fd);
}

/* Puts it there and forgets it. */
static UNUSED void made_put(struct made *m, struct tree *t, const char *rel)
{
	put_file(tree_path(t, rel), m->bytes.buf, m->bytes.len);
	str_done(&m->bytes);
}

#endif
