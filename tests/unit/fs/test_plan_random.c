/* SPDX-License-Identifier: MIT
 *
 * Actions, undo and redo in any order, against a model that remembers how everything was after
 * each: a list of pictures, and where in it we are.
 */
#include "planning.h"

#define ZOO                                                                        \
	"work/a \"one\" @1000000000\nwork/b \"two\" :0640\nwork/d/e/x \"three\"\n" \
	"work/d/y \"four\"\nwork/c/\n"
#define MAX_DEEP 64

static unsigned seed;

static unsigned next(unsigned n)
{
	seed = seed * 1103515245u + 12345u;
	return (seed >> 16) % n;
}

/* A name that may or may not be there. */
static const char *any(void)
{
	static const char *const names[] = {"a",   "b",     "c",   "d",   "d/e", "d/e/x",
					    "d/y", "c/new", "new", "p",   "p/q", "p/q/new",
					    "c/d", "d/e/c", "p/a", "link"};
	static char path[4][64];
	static unsigned turn;
	char *out = path[turn++ % 4];

	snprintf(out, sizeof(path[0]), "work/%s", names[next(ARRAY_LEN(names))]);
	return out;
}

static void add_one(struct plan *p)
{
	const struct plan_mode mode = {.keep = 0, .set = next(2) ? 0700 : 0750};
	const struct plan_times times = {.set_mtime = true, .mtime = 1000000000 + next(1000)};
	struct plan_at one = at(any()), other = at(any());
	struct plan_at made = here("work", next(2) ? "p/q/new" : "d/e/");

	switch (next(10)) {
	case 0:
	case 1:
		assert_int_equal(plan_trash(p, &one), 0);
		break;
	case 2:
	case 3:
		assert_int_equal(plan_rename(p, &one, &other), 0);
		break;
	case 4:
		assert_int_equal(plan_make(p, &made, UINT32_MAX, next(2)), 0);
		break;
	case 5:
		assert_int_equal(plan_symlink(p, &one, "a"), 0);
		break;
	case 6:
		assert_int_equal(plan_link(p, &one, &other), 0);
		break;
	case 7:
		assert_int_equal(plan_rmdir(p, &one, next(2)), 0);
		break;
	case 8:
		assert_int_equal(plan_mode(p, &one, &mode), 0);
		break;
	default:
		/* The times of directories change with what is in them. */
		one = at(next(2) ? "work/a" : "work/b");
		assert_int_equal(plan_times(p, &one, &times), 0);
		break;
	}
}

/* Some steps of any kind. What the plan thinks can be done is done, whatever the steps before it
 * do; false: there is nothing. */
static bool act(unsigned most)
{
	const struct plan_run how = {.over = told};
	struct plan_result r;
	struct plan *p = new_plan();
	uint32_t n;

	for (unsigned i = next(most) + 1; i > 0; i--)
		add_one(p);
	assert_int_equal(plan_check(p), 0);
	n = plan_nsteps(p);
	assert_int_equal(plan_run(p, journal, &how, &r), 0);
	assert_int_equal(r.done + r.failed, n);
	plan_free(p);
	return r.done > 0;
}

struct model {
	char *pictures[MAX_DEEP];
	unsigned now, n; /* which is now, and how many there are */
};

static void forget_from(struct model *m, unsigned from)
{
	while (m->n > from)
		free(m->pictures[--m->n]);
}

static void one_turn(struct model *m, unsigned most)
{
	unsigned what = next(10);

	if (what < 5 && m->now + 1 < MAX_DEEP && act(most)) {
		forget_from(m, m->now + 1);
		m->pictures[m->n++] = snapshot("work");
		m->now++;
	} else if (what < 8) {
		uint64_t id = journal_undoable(journal, false);

		assert_int_equal(id != 0, m->now > 0);
		if (id) {
			undo(id);
			m->now--;
		}
	} else {
		uint64_t id = journal_redoable(journal, false);

		assert_int_equal(id != 0, m->now + 1 < m->n);
		if (id) {
			undo(id);
			m->now++;
		}
	}
	same_as(m->pictures[m->now]);
}

static void play(unsigned rounds, unsigned turns, unsigned most)
{
	for (unsigned round = 1; round <= rounds; round++) {
		struct model m = {.n = 1};

		seed = round * 7919;
		build(ZOO);
		m.pictures[0] = snapshot("work");
		for (unsigned turn = 0; turn < turns; turn++) {
			/* Another program goes on in between. */
			if (next(12) == 0)
				open_journal();
			one_turn(&m, most);
		}
		while (m.now > 0) {
			undo(journal_undoable(journal, false));
			same_as(m.pictures[--m.now]);
		}
		assert_int_equal(journal_undoable(journal, false), 0);
		forget_from(&m, 0);
	}
}

static void test_single(void **state)
{
	(void)state;
	play(40, 60, 1);
}

static void test_several(void **state)
{
	(void)state;
	play(40, 40, 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_single, memdir_setup, teardown),
		cmocka_unit_test_setup_teardown(test_several, memdir_setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
