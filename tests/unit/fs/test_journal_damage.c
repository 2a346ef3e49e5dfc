/* SPDX-License-Identifier: MIT
 *
 * Files of the journal that ended too soon, that have changed, or that somebody made: never a step
 * that was not written, and nothing is taken back of which the end cannot be known.
 */
#include "journaling.h"

#include <time.h>

/* A file as a program leaves it: three actions, one of them an undo, one that was interrupted. */
struct sample {
	struct tree *t;
	const char *dir;
	char path[600];
	uint8_t bytes[16384];
	size_t len;
	struct journal *truth;
	uint64_t last; /* number of the one that was interrupted */
};

static void make_sample(struct sample *s)
{
	struct journal *j;
	struct step now = renaming("f0");
	uint64_t id;
	int fd;

	memset(s, 0, sizeof(*s));
	s->t = tree_new("");
	s->dir = tree_path(s->t, "journal");
	j = open_at(s->dir);
	id = do_some(j, "rename 2 items", 0, 2);
	assert_int_equal(begin_some(j, "undo", id, 2, &id), 0);
	now.what.ino = 78;
	assert_int_equal(journal_intend(j, id, 0, &now), 0);
	now.what.ino = 79;
	assert_int_equal(journal_result(j, id, 0, STEP_DONE, 0, &now), 0);
	assert_int_equal(journal_result(j, id, 1, STEP_NOT_DONE, -EACCES, NULL), 0);
	assert_int_equal(journal_end(j, id, false), 0);
	assert_int_equal(begin_some(j, "last", 0, 2, &s->last), 0);
	assert_int_equal(journal_result(j, s->last, 0, STEP_PARTLY, -EIO, NULL), 0);
	journal_close(j);
	step_done(&now);
	only_file(s->dir, s->path, sizeof(s->path));
	fd = open(s->path, O_RDONLY | O_CLOEXEC);
	s->len = (size_t)read(fd, s->bytes, sizeof(s->bytes));
	close(fd);
	assert_in_range(s->len, 500, sizeof(s->bytes) - 1);
	s->truth = look_at(s->dir);
	assert_null(journal_warning(s->truth));
}

static void free_sample(struct sample *s)
{
	journal_close(s->truth);
	tree_free(s->t);
}

/* Where the records of the file begin; its end is the last. */
static size_t record_starts(const struct sample *s, size_t *starts, size_t max)
{
	struct journal_head head;
	size_t at = JOURNAL_HEAD_LEN, n = 0;

	assert_int_equal(journal_get_head(s->bytes, &head), 0);
	while (at < s->len) {
		struct journal_record r;

		assert_int_equal(journal_get_record(s->bytes + at, head.salt, at, &r), 0);
		assert_true(n + 1 < max);
		starts[n++] = at;
		at += JOURNAL_RECORD_LEN + r.len;
	}
	assert_int_equal(at, s->len);
	starts[n] = at;
	return n;
}

/* One of what was written of it at some time. */
static void expect_step(const struct action_step *is, const struct action_step *truth)
{
	assert_int_equal(is->step.kind, truth->step.kind);
	assert_int_equal(is->step.undoes, truth->step.undoes);
	assert_string_equal(is->step.from.dir, truth->step.from.dir);
	assert_string_equal(is->step.from.name, truth->step.from.name);
	assert_string_equal(is->step.to.name, truth->step.to.name);
	assert_in_range(is->step.what.ino, 77, 79);
	assert_true(is->state == STEP_OPEN || (is->state == truth->state && is->err == truth->err));
}

static void expect_true(const struct sample *s, const struct journal *j)
{
	size_t n;
	const struct action *a = journal_actions(j, &n);

	for (size_t i = 0; i < n; i++) {
		const struct action *truth = must_find(s->truth, a[i].id);

		assert_int_equal(a[i].undoes, truth->undoes);
		assert_string_equal(a[i].label, truth->label);
		assert_true(a[i].nsteps == truth->nsteps || a[i].state == ACTION_DAMAGED);
		for (uint32_t k = 0; k < a[i].nsteps; k++)
			expect_step(&a[i].steps[k], &truth->steps[k]);
		assert_true(a[i].state == truth->state || a[i].state == ACTION_INTERRUPTED ||
			    a[i].state == ACTION_DAMAGED);
	}
}

/* As after a power cut: what is there is read, the rest was not written. */
static void cut_at_every_byte(void **state)
{
	struct sample s;
	size_t starts[32], n, whole = 0;

	(void)state;
	make_sample(&s);
	n = record_starts(&s, starts, ARRAY_LEN(starts));
	for (size_t len = 0; len <= s.len; len++) {
		struct journal *j;
		size_t known, begun;

		put_file(s.path, s.bytes, len);
		j = look_at(s.dir);
		assert_null(journal_warning(j));
		expect_true(&s, j);
		while (whole < n && starts[whole + 1] <= len)
			whole++;
		/* Records: begin, 2 results, end; begin, intention, 2 results, end; begin, result.
		 */
		begun = (whole >= 1) + (whole >= 5) + (whole >= 10);
		journal_actions(j, &known);
		assert_int_equal(known, begun);
		if (begun >= 1)
			assert_int_equal(must_find(j, 1)->state,
					 whole >= 4 ? ACTION_ENDED : ACTION_INTERRUPTED);
		if (begun >= 2)
			assert_int_equal(must_find(j, 1)->steps[0].undone, whole >= 7);
		journal_close(j);
	}
	free_sample(&s);
}

/* And then goes on, in a file of its own, with numbers that were not given yet. */
static void cut_and_gone_on(void **state)
{
	struct sample s;

	(void)state;
	make_sample(&s);
	for (size_t len = 64; len <= s.len; len += 37) {
		struct journal *j;

		put_file(s.path, s.bytes, len);
		j = open_at(s.dir);
		assert_true(do_some(j, "on", 0, 1) > s.last);
		journal_close(j);
	}
	free_sample(&s);
}

static void zeros_behind_the_end(void **state)
{
	struct sample s;
	struct journal *j;

	(void)state;
	make_sample(&s);
	put_file(s.path, s.bytes, s.len);
	assert_int_equal(truncate(s.path, (off_t)s.len + 5000), 0);
	j = look_at(s.dir);
	assert_null(journal_warning(j));
	expect_true(&s, j);
	assert_int_equal(must_find(j, s.last)->state, ACTION_INTERRUPTED);
	journal_close(j);
	free_sample(&s);
}

/* Which action had ended before the byte stays; what had not is never taken back. */
static void expect_damaged(const struct sample *s, const struct journal *j, const size_t *starts,
			   size_t at)
{
	static const size_t ends[] = {4, 9, SIZE_MAX}, begins[] = {1, 5, 10};

	assert_non_null(journal_warning(j));
	expect_true(s, j);
	for (size_t i = 0; i < 3; i++) {
		const struct action *a = journal_find(j, i + 1);
		bool ended = ends[i] != SIZE_MAX && starts[ends[i]] <= at;

		/* Its first record was not whole any more. */
		if (starts[begins[i]] > at && !a)
			continue;
		if (!a)
			fail_msg("action %zu is not known, byte %zu", i + 1, at);
		assert_int_equal(a->state, ended ? ACTION_ENDED : ACTION_DAMAGED);
	}
	assert_true(journal_undoable(j, false) <= 1);
	assert_true(journal_undoable(j, false) == 0 || starts[4] <= at);
}

static void one_bit_at_every_byte(void **state)
{
	struct sample s;
	size_t starts[32];

	(void)state;
	make_sample(&s);
	record_starts(&s, starts, ARRAY_LEN(starts));
	for (size_t at = 0; at < s.len; at++) {
		uint8_t was = s.bytes[at];
		struct journal *j;
		size_t n;

		for (int bit = 0; bit < 8; bit += 3) {
			s.bytes[at] = (uint8_t)(was ^ 1 << bit);
			put_file(s.path, s.bytes, s.len);
			j = look_at(s.dir);
			if (at < JOURNAL_HEAD_LEN) {
				assert_non_null(journal_warning(j));
				journal_actions(j, &n);
				assert_int_equal(n, 0);
			} else {
				expect_damaged(&s, j, starts, at);
			}
			journal_close(j);
		}
		s.bytes[at] = was;
	}
	free_sample(&s);
}

/* A record that was left out, put in twice, or comes from another place. */
static void records_out_of_place(void **state)
{
	struct sample s;
	size_t starts[32], n;
	uint8_t bytes[32768];

	(void)state;
	make_sample(&s);
	n = record_starts(&s, starts, ARRAY_LEN(starts));
	for (size_t i = 0; i + 1 < n; i++) {
		struct journal *j;
		size_t rest = s.len - starts[i + 1], len = starts[i + 1] - starts[i];

		memcpy(bytes, s.bytes, starts[i]);
		memcpy(bytes + starts[i], s.bytes + starts[i + 1], rest);
		put_file(s.path, bytes, starts[i] + rest);
		j = look_at(s.dir);
		assert_non_null(strstr(journal_warning(j), "damaged"));
		expect_true(&s, j);
		journal_close(j);
		memcpy(bytes + starts[i], s.bytes + starts[i], len);
		memcpy(bytes + starts[i + 1], s.bytes + starts[i], s.len - starts[i]);
		put_file(s.path, bytes, s.len + len);
		j = look_at(s.dir);
		assert_non_null(strstr(journal_warning(j), "damaged"));
		expect_true(&s, j);
		journal_close(j);
	}
	free_sample(&s);
}

/* ---- made by somebody ---- */

static struct journal *look_made(struct made *m, struct tree *t)
{
	made_put(m, t, "journal/m.journal");
	return look_at(tree_path(t, "journal"));
}

/* Two files that give one number. */
static void a_number_twice(void **state)
{
	struct tree *t = tree_new("journal/ :0700\n");
	struct journal *j;
	struct made m;
	int64_t now = time(NULL);

	(void)state;
	for (int i = 0; i < 2; i++) {
		made_start(&m);
		made_begin(&m, 3, 0, now, 1);
		made_result(&m, 3, 0, STEP_DONE, 0);
		made_end(&m, 3);
		made_begin(&m, (uint64_t)(7 + i), 0, now, 1);
		made_result(&m, (uint64_t)(7 + i), 0, STEP_DONE, 0);
		made_end(&m, (uint64_t)(7 + i));
		made_put(&m, t, i ? "journal/a.journal" : "journal/b.journal");
	}
	/* And one that takes back one of them. */
	made_start(&m);
	made_begin(&m, 9, 3, now, 1);
	made_result(&m, 9, 0, STEP_DONE, 0);
	made_end(&m, 9);
	made_put(&m, t, "journal/c.journal");
	j = open_at(tree_path(t, "journal"));
	assert_int_equal(must_find(j, 3)->state, ACTION_DAMAGED);
	assert_false(must_find(j, 3)->steps[0].undone);
	assert_int_equal(must_find(j, 7)->state, ACTION_ENDED);
	assert_int_equal(journal_undoable(j, false), 8);
	assert_int_equal(journal_result(j, 3, 0, STEP_DONE, 0, NULL), -EUCLEAN);
	assert_int_equal(do_some(j, "x", 0, 1), 10);
	journal_close(j);
	tree_free(t);
}

enum bad {
	BAD_UNDOES,
	BAD_STEPS,
	BAD_NO_STEPS,
	BAD_RESULT_N,
	BAD_RESULT_STATE,
	BAD_RESULT_ERR,
	BAD_RESULT_SHORT,
	BAD_KIND,
	BAD_STEPS_ALONE,
	BAD_BEGIN_TWICE,
	BAD_BEGIN_SHORT,
	BAD_BEGIN_IN_BEGIN,
	BADS
};

static void add_begin_of(struct made *m, uint32_t nsteps, uint64_t id)
{
	const struct journal_begin b = {.nsteps = nsteps, .label = "bad", .label_len = 3};
	struct str payload = STR_INIT;

	assert_int_equal(journal_add_begin(&payload, &b), 0);
	made_record(m, RECORD_BEGIN, id, payload.buf, payload.len);
	str_done(&payload);
}

static void add_result_of_another_kind(struct made *m)
{
	struct str payload = STR_INIT;
	struct step s = STEP_INIT;

	s.kind = STEP_MODE;
	assert_int_equal(step_place_set(&s.from, "/d", NULL, "x"), 0);
	assert_int_equal(journal_add32(&payload, 0), 0);
	assert_int_equal(journal_add32(&payload, STEP_DONE), 0);
	assert_int_equal(journal_add32(&payload, 0), 0);
	assert_int_equal(journal_add_step(&payload, &s), 0);
	made_record(m, RECORD_RESULT, 2, payload.buf, payload.len);
	step_done(&s);
	str_done(&payload);
}

static void add_bad(struct made *m, enum bad bad)
{
	switch (bad) {
	case BAD_UNDOES:
		made_begin(m, 3, 3, 1, 1);
		break;
	case BAD_STEPS:
		add_begin_of(m, UINT32_MAX, 3);
		break;
	case BAD_NO_STEPS:
		add_begin_of(m, 0, 3);
		break;
	case BAD_RESULT_N:
		made_result(m, 2, 1, STEP_DONE, 0);
		break;
	case BAD_RESULT_STATE:
		made_result(m, 2, 0, 99, 0);
		break;
	case BAD_RESULT_ERR:
		made_result(m, 2, 0, STEP_NOT_DONE, INT32_MIN);
		break;
	case BAD_RESULT_SHORT:
		made_record(m, RECORD_RESULT, 2, "\0\0\0", 3);
		break;
	case BAD_KIND:
		add_result_of_another_kind(m);
		break;
	case BAD_STEPS_ALONE:
		made_record(m, RECORD_STEPS, 2, "\1\0\0\0", 4);
		break;
	case BAD_BEGIN_TWICE:
		made_begin(m, 2, 0, 1, 1);
		break;
	case BAD_BEGIN_SHORT:
		made_record(m, RECORD_BEGIN, 3, "begin", 5);
		break;
	default:
		add_begin_of(m, 2, 3);
		made_begin(m, 4, 0, 1, 1);
		break;
	}
}

/* What is written correctly and cannot be is as good as damaged. */
static void what_cannot_be(void **state)
{
	(void)state;
	for (unsigned bad = 0; bad < BADS; bad++) {
		struct tree *t = tree_new("journal/ :0700\n");
		struct journal *j;
		struct made m;

		made_start(&m);
		made_begin(&m, 1, 0, 1, 1);
		made_result(&m, 1, 0, STEP_DONE, 0);
		made_end(&m, 1);
		made_begin(&m, 2, 0, 1, 1);
		add_bad(&m, (enum bad)bad);
		made_result(&m, 2, 0, STEP_DONE, 0);
		made_end(&m, 2);
		j = look_made(&m, t);
		assert_non_null(journal_warning(j));
		assert_non_null(strstr(journal_warning(j), "m.journal is damaged"));
		assert_int_equal(must_find(j, 1)->state, ACTION_ENDED);
		assert_int_equal(must_find(j, 2)->state, ACTION_DAMAGED);
		assert_int_equal(must_find(j, 2)->steps[0].state, STEP_OPEN);
		assert_int_equal(journal_undoable(j, false), 1);
		journal_close(j);
		tree_free(t);
	}
}

/* A record that is not known says something of its action that is not known. */
static void of_a_later_version(void **state)
{
	struct tree *t = tree_new("journal/ :0700\n");
	struct journal_head head = {.version = JOURNAL_VERSION + 1};
	uint8_t bytes[JOURNAL_HEAD_LEN];
	struct journal *j;
	struct made m;

	(void)state;
	made_start(&m);
	for (uint64_t id = 1; id <= 2; id++) {
		made_begin(&m, id, 0, 1, 1);
		made_result(&m, id, 0, STEP_DONE, 0);
		made_end(&m, id);
	}
	made_record(&m, 77, 2, "new", 3);
	made_record(&m, RECORD_TYPES, 40, "new", 3);
	j = look_made(&m, t);
	assert_non_null(strstr(journal_warning(j), "later version"));
	assert_int_equal(must_find(j, 2)->state, ACTION_DAMAGED);
	assert_int_equal(must_find(j, 1)->state, ACTION_ENDED);
	assert_int_equal(journal_undoable(j, false), 1);
	journal_close(j);
	journal_put_head(bytes, &head);
	put_file(tree_path(t, "journal/m.journal"), bytes, sizeof(bytes));
	j = open_at(tree_path(t, "journal"));
	assert_non_null(strstr(journal_warning(j), "later version"));
	assert_null(journal_find(j, 1));
	journal_close(j);
	/* It is not removed, either. */
	assert_int_equal(faccessat(t->fd, "journal/m.journal", F_OK, 0), 0);
	tree_free(t);
}

/* A gigabyte and more; a record that says it is as large. */
static void very_large(void **state)
{
	struct tree *t = tree_new("journal/ :0700\n");
	const char *path = tree_path(t, "journal/m.journal");
	uint8_t head[JOURNAL_RECORD_LEN + JOURNAL_HEAD_LEN];
	struct journal *j;
	struct made m;

	(void)state;
	made_start(&m);
	made_begin(&m, 1, 0, 1, 1);
	made_put(&m, t, "journal/m.journal");
	assert_int_equal(truncate(path, INT64_C(1) << 30), 0);
	j = look_at(tree_path(t, "journal"));
	assert_non_null(strstr(journal_warning(j), "damaged"));
	assert_int_equal(must_find(j, 1)->state, ACTION_DAMAGED);
	journal_close(j);
	assert_int_equal(truncate(path, INT64_C(1) << 40), 0);
	j = look_at(tree_path(t, "journal"));
	assert_non_null(strstr(journal_warning(j), "too large"));
	journal_close(j);
	made_start(&m);
	made_record(&m, RECORD_END, 1, "", 0);
	memcpy(head, m.bytes.buf, sizeof(head));
	memset(head + JOURNAL_HEAD_LEN + 4, 0xff, 4);
	str_done(&m.bytes);
	put_file(path, head, sizeof(head));
	assert_int_equal(truncate(path, 100000), 0);
	j = look_at(tree_path(t, "journal"));
	assert_non_null(strstr(journal_warning(j), "damaged"));
	journal_close(j);
	tree_free(t);
}

/* What does not follow from the content: what the answers say must hold together all the same. */
static void notes_of_nobody(void **state)
{
	struct tree *t = tree_new("journal/ :0700\n");
	struct journal *j;
	struct made m;
	size_t n;

	(void)state;
	made_start(&m);
	made_result(&m, 5, 0, STEP_DONE, 0);
	made_result(&m, 6, 4000000, STEP_DONE, 0);
	made_end(&m, 5);
	made_put(&m, t, "journal/a.journal");
	j = look_at(tree_path(t, "journal"));
	assert_null(journal_warning(j));
	journal_actions(j, &n);
	assert_int_equal(n, 0);
	/* What they speak of comes later: it counts then. */
	made_start(&m);
	made_begin(&m, 5, 0, 1, 1);
	made_begin(&m, 6, 0, 1, 1);
	made_put(&m, t, "journal/b.journal");
	assert_int_equal(journal_refresh(j), 0);
	assert_int_equal(must_find(j, 5)->state, ACTION_ENDED);
	assert_int_equal(must_find(j, 6)->state, ACTION_INTERRUPTED);
	assert_int_equal(must_find(j, 6)->steps[0].state, STEP_OPEN);
	journal_close(j);
	tree_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cut_at_every_byte),    cmocka_unit_test(cut_and_gone_on),
		cmocka_unit_test(zeros_behind_the_end), cmocka_unit_test(one_bit_at_every_byte),
		cmocka_unit_test(records_out_of_place), cmocka_unit_test(a_number_twice),
		cmocka_unit_test(what_cannot_be),       cmocka_unit_test(of_a_later_version),
		cmocka_unit_test(very_large),           cmocka_unit_test(notes_of_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
