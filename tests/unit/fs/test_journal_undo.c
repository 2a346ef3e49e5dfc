/* SPDX-License-Identifier: MIT
 *
 * What was taken back and what can be: random sequences of actions, undos and redos, compared with
 * a model that knows only the sentence "taken back by a finished step that was not taken back
 * itself".
 */
#include "journaling.h"

#define ACTIONS 60u
#define STEPS   4u

struct model_step {
	enum step_state state;
	uint32_t undoes;
};

struct model_action {
	uint64_t undoes;
	bool redo;
	uint32_t nsteps;
	struct model_step steps[STEPS];
};

/* Action 1 is at 1. */
struct model {
	struct model_action actions[ACTIONS + 1];
	uint64_t n;
};

static uint64_t seed;

static uint32_t chance(uint32_t below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (uint32_t)(seed % below);
}

static bool is_undone(const struct model *m, uint64_t id, uint32_t n)
{
	for (uint64_t u = id + 1; u <= m->n; u++) {
		const struct model_action *a = &m->actions[u];

		for (uint32_t i = 0; a->undoes == id && i < a->nsteps; i++)
			if (a->steps[i].undoes == n && a->steps[i].state == STEP_DONE &&
			    !is_undone(m, u, i))
				return true;
	}
	return false;
}

static bool can_be_undone(const struct model *m, uint64_t id)
{
	for (uint32_t i = 0; i < m->actions[id].nsteps; i++)
		if (m->actions[id].steps[i].state == STEP_DONE && !is_undone(m, id, i))
			return true;
	return false;
}

static uint64_t model_undoable(const struct model *m)
{
	for (uint64_t id = m->n; id > 0; id--)
		if ((!m->actions[id].undoes || m->actions[id].redo) && can_be_undone(m, id))
			return id;
	return 0;
}

static uint64_t model_redoable(const struct model *m)
{
	for (uint64_t id = m->n; id > 0; id--) {
		const struct model_action *a = &m->actions[id];

		if (a->undoes && !a->redo && can_be_undone(m, id))
			return id;
		for (uint32_t i = 0; !a->undoes && i < a->nsteps; i++)
			if (a->steps[i].state != STEP_NOT_DONE)
				return 0;
	}
	return 0;
}

static void compare(const struct model *m, const struct journal *j)
{
	for (uint64_t id = 1; id <= m->n; id++) {
		const struct action *a = must_find(j, id);

		assert_int_equal(a->undoes, m->actions[id].undoes);
		assert_int_equal(a->redo, m->actions[id].redo);
		assert_int_equal(a->nsteps, m->actions[id].nsteps);
		for (uint32_t i = 0; i < a->nsteps; i++) {
			assert_int_equal(a->steps[i].state, m->actions[id].steps[i].state);
			assert_int_equal(a->steps[i].undone, is_undone(m, id, i));
		}
	}
	assert_int_equal(journal_undoable(j, false), model_undoable(m));
	assert_int_equal(journal_redoable(j, false), model_redoable(m));
	assert_int_equal(journal_undoable(j, true), model_undoable(m));
}

static enum step_state random_result(void)
{
	static const enum step_state states[] = {STEP_DONE,     STEP_DONE,   STEP_DONE, STEP_DONE,
						 STEP_NOT_DONE, STEP_PARTLY, STEP_LOST};

	return states[chance(ARRAY_LEN(states))];
}

/* The steps of an undo, as a plan would have them: from the last to the first. */
static void choose_steps(struct model *m, struct model_action *a)
{
	const struct model_action *of = &m->actions[a->undoes];

	for (uint32_t i = of->nsteps; i-- > 0;)
		if (of->steps[i].state == STEP_DONE && !is_undone(m, a->undoes, i))
			a->steps[a->nsteps++].undoes = i;
}

static void act(struct model *m, struct journal *j, uint64_t undoes)
{
	struct model_action *a = &m->actions[m->n + 1];
	struct step steps[STEPS];
	uint64_t id = 0;

	*a = (struct model_action){.undoes = undoes};
	a->redo = undoes && m->actions[undoes].undoes && !m->actions[undoes].redo;
	if (undoes)
		choose_steps(m, a);
	else
		a->nsteps = 1 + chance(STEPS);
	for (uint32_t i = 0; i < a->nsteps; i++) {
		steps[i] = renaming("x");
		steps[i].undoes = a->steps[i].undoes =
			undoes ? a->steps[i].undoes : STEP_UNDOES_NONE;
	}
	if (a->nsteps > 0) {
		assert_int_equal(journal_begin(j, "random", undoes, steps, a->nsteps, &id), 0);
		assert_int_equal(id, ++m->n);
	}
	for (uint32_t i = 0; i < a->nsteps; i++) {
		a->steps[i].state = random_result();
		assert_int_equal(journal_result(j, id, i, a->steps[i].state, 0, NULL), 0);
		/* Also in the middle of it. */
		assert_int_equal(must_find(j, id)->steps[i].undone, false);
		step_done(&steps[i]);
	}
	if (a->nsteps > 0)
		assert_int_equal(journal_end(j, id, false), 0);
}

static uint64_t choose_action(const struct model *m, const struct journal *j)
{
	switch (chance(5)) {
	case 0:
		return journal_undoable(j, false);
	case 1:
		return journal_redoable(j, false);
	case 2:
		return m->n > 0 ? 1 + chance((uint32_t)m->n) : 0;
	default:
		return 0;
	}
}

/* Two programs in turn, and one that comes later. */
static void as_the_model_says(void **state)
{
	(void)state;
	for (uint64_t run = 1; run <= 10; run++) {
		struct tree *t = tree_new("");
		const char *dir = tree_path(t, "j");
		struct journal *two[] = {open_at(dir), open_at(dir)}, *later;
		struct model *m = calloc(1, sizeof(*m));

		assert_non_null(m);
		seed = run * 0x9e3779b97f4a7c15u;
		while (m->n < ACTIONS) {
			struct journal *j = two[chance(2)];

			assert_int_equal(journal_refresh(j), 0);
			act(m, j, choose_action(m, j));
			compare(m, j);
		}
		later = look_at(dir);
		compare(m, later);
		assert_null(journal_warning(later));
		journal_close(later);
		journal_close(two[0]);
		journal_close(two[1]);
		free(m);
		tree_free(t);
	}
}

/* ---- what a person sees ---- */

/* Takes back what `undoable` says; all of it succeeds. Whether there was something. */
static bool press(struct journal *j, uint64_t id, int *world)
{
	const struct action *a = id ? must_find(j, id) : NULL;
	struct step steps[STEPS];
	uint32_t n = 0;
	uint64_t undo = 0;

	if (!a)
		return false;
	for (uint32_t i = a->nsteps; i-- > 0;) {
		if (a->steps[i].state != STEP_DONE || a->steps[i].undone)
			continue;
		steps[n] = renaming("x");
		/* Which of the things it is about: `what`, so that undo and redo find it. */
		steps[n].what = a->steps[i].step.what;
		steps[n].undoes = i;
		n++;
	}
	assert_int_equal(journal_begin(j, "press", id, steps, n, &undo), 0);
	for (uint32_t i = 0; i < n; i++) {
		world[steps[i].what.ino] ^= 1;
		assert_int_equal(journal_result(j, undo, i, STEP_DONE, 0, NULL), 0);
		step_done(&steps[i]);
	}
	assert_int_equal(journal_end(j, undo, false), 0);
	return true;
}

static void do_fresh(struct journal *j, int *world, uint64_t *things)
{
	struct step steps[2] = {renaming("x"), renaming("y")};
	uint64_t id;

	for (int i = 0; i < 2; i++)
		steps[i].what.ino = (*things)++;
	assert_int_equal(journal_begin(j, "fresh", 0, steps, 2, &id), 0);
	for (uint32_t i = 0; i < 2; i++) {
		world[steps[i].what.ino] ^= 1;
		assert_int_equal(journal_result(j, id, i, STEP_DONE, 0, NULL), 0);
		step_done(&steps[i]);
	}
	assert_int_equal(journal_end(j, id, false), 0);
}

/* However undo, redo and new actions were mixed: undo until there is nothing gives the world as it
 * was at first, and redo until there is nothing the one before these undos. */
static void all_the_way_back_and_forth(void **state)
{
	(void)state;
	for (uint64_t run = 1; run <= 15; run++) {
		struct tree *t = tree_new("");
		struct journal *j = open_at(tree_path(t, "j"));
		int world[200] = {0}, now[200], first[200] = {0};
		uint64_t things = 0;

		seed = run * 0x9e3779b97f4a7c15u;
		for (int i = 0; i < 30; i++) {
			uint32_t what = chance(4);

			if (what < 2 && things < 100)
				do_fresh(j, world, &things);
			else if (what == 2)
				press(j, journal_undoable(j, true), world);
			else
				press(j, journal_redoable(j, true), world);
		}
		/* Redo is what is left to be redone, first. */
		while (press(j, journal_redoable(j, true), world))
			;
		memcpy(now, world, sizeof(now));
		while (press(j, journal_undoable(j, true), world))
			;
		assert_memory_equal(world, first, sizeof(world));
		while (press(j, journal_redoable(j, true), world))
			;
		assert_memory_equal(world, now, sizeof(world));
		journal_close(j);
		tree_free(t);
	}
}

/* An undo of which a part failed leaves the rest to be undone; a new action ends redo, one that
 * came to nothing does not. */
static void in_parts(void **state)
{
	struct tree *t = tree_new("");
	struct journal *j = open_at(tree_path(t, "j"));
	uint64_t id = do_some(j, "two", 0, 2), undo, nothing;

	(void)state;
	assert_int_equal(begin_some(j, "undo", id, 2, &undo), 0);
	assert_int_equal(journal_undoable(j, true), id);
	assert_int_equal(journal_redoable(j, true), 0); /* still at it */
	assert_int_equal(journal_result(j, undo, 1, STEP_DONE, 0, NULL), 0);
	assert_int_equal(journal_result(j, undo, 0, STEP_NOT_DONE, -EACCES, NULL), 0);
	assert_int_equal(journal_end(j, undo, false), 0);
	assert_false(must_find(j, id)->steps[0].undone);
	assert_true(must_find(j, id)->steps[1].undone);
	assert_int_equal(journal_undoable(j, true), id);
	assert_int_equal(journal_redoable(j, true), undo);

	assert_int_equal(begin_some(j, "nothing", 0, 1, &nothing), 0);
	assert_int_equal(journal_result(j, nothing, 0, STEP_NOT_DONE, -EACCES, NULL), 0);
	assert_int_equal(journal_end(j, nothing, false), 0);
	assert_int_equal(journal_redoable(j, true), undo);
	do_some(j, "new", 0, 1);
	assert_int_equal(journal_redoable(j, true), 0);
	journal_close(j);
	tree_free(t);
}

/* What nobody can take back is passed over. */
static void what_is_gone_is_passed_over(void **state)
{
	struct tree *t = tree_new("");
	struct journal *j = open_at(tree_path(t, "j"));
	uint64_t id = do_some(j, "one", 0, 1), gone;
	struct step s = STEP_INIT;

	(void)state;
	s.kind = STEP_DELETE;
	s.what.type = S_IFREG;
	assert_int_equal(step_place_set(&s.from, "/d", NULL, "x"), 0);
	assert_int_equal(journal_begin(j, "delete", 0, &s, 1, &gone), 0);
	assert_int_equal(journal_result(j, gone, 0, STEP_DONE, 0, NULL), 0);
	assert_int_equal(journal_end(j, gone, true), 0);
	assert_int_equal(journal_undoable(j, true), id);
	/* Trashed, but where is not known. */
	s.kind = STEP_TRASH;
	assert_int_equal(journal_begin(j, "trash", 0, &s, 1, &gone), 0);
	assert_int_equal(journal_result(j, gone, 0, STEP_DONE, 0, NULL), 0);
	assert_int_equal(journal_end(j, gone, true), 0);
	assert_int_equal(journal_undoable(j, true), id);
	assert_int_equal(step_place_set(&s.to, "/t/files", NULL, "x"), 0);
	assert_int_equal(journal_result(j, gone, 0, STEP_DONE, 0, &s), 0);
	assert_int_equal(journal_undoable(j, true), gone);
	step_done(&s);
	journal_close(j);
	tree_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_the_model_says),
		cmocka_unit_test(all_the_way_back_and_forth),
		cmocka_unit_test(in_parts),
		cmocka_unit_test(what_is_gone_is_passed_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
