/* SPDX-License-Identifier: MIT
 *
 * Stopped behind a call, and somebody uses the moment. What he makes or moves is his: it must be
 * there afterwards like all that was there before.
 */
#include "layers.h"

#include <unistd.h>

#include "attack.h"

#define READS_EVERY 4 /* behind every so manieth call that only reads */

static const char *impossible(void)
{
	const char *why;

	return trace_possible(&why) ? NULL : why;
}

static bool possible(const struct attack *a, const struct scenario *s)
{
	const char *why;

	if (a->nobody && (geteuid() != 0 || (s->flags & (SCENARIO_ROOT | SCENARIO_SECOND))))
		return false;
	return !a->mounts || world_can_mount(&why);
}

static void list(const struct scenario *s, const struct reference *ref, struct case_list *out)
{
	for (size_t a = 0; a < nattacks; a++) {
		if (!possible(&attacks[a], s))
			continue;
		for (size_t i = 0; i < ref->calls.n; i++) {
			const struct call *call = &ref->calls.at[i];

			if (call->sort == CALL_CHANGES ||
			    (call->sort == CALL_READS && (i + a) % READS_EVERY == 0))
				case_add(out, &(struct fault_case){s, ref, call, NULL, false,
								   &attacks[a]});
		}
	}
}

struct moment {
	const struct fault_case *c;
	struct world *w;
	bool done, replaced;
	struct manifest theirs; /* what was not there before the attack */
};

/* Keeps of `after` what is new in it. */
static void only_new(struct manifest *after, const struct manifest *before)
{
	size_t n = 0;

	for (size_t i = 0; i < after->n; i++) {
		if (manifest_has(before, &after->things[i], false))
			free(after->things[i].path);
		else
			after->things[n++] = after->things[i];
	}
	after->n = n;
}

static bool same_at(const struct manifest *a, const struct manifest *b, const char *path)
{
	const struct thing *x = manifest_find(a, path), *y = manifest_find(b, path);

	return !x || !y || x->st.st_ino == y->st.st_ino;
}

static void at_stop(void *ctx)
{
	struct moment *m = ctx;
	struct manifest before;

	manifest_take(&before, m->w->tree->path);
	m->done = m->c->attack->act(m->c->scenario, m->w);
	if (!m->c->attack->mounts) {
		manifest_take(&m->theirs, m->w->tree->path);
		m->replaced = m->c->scenario->destroys &&
			      !same_at(&before, &m->theirs, m->c->scenario->destroys);
		only_new(&m->theirs, &before);
	}
	manifest_done(&before);
}

static enum case_result run(const struct fault_case *c, const struct subject *subject,
			    struct verdict *v)
{
	struct world w;
	struct moment m = {.c = c, .w = &w};
	struct manifest before;
	struct ran ran;

	scenario_make(c->scenario, subject, c->attack->nobody ? WORLD_NOBODY : 0, &w);
	scenario_prepare(c->scenario, &w, &before);
	trace_stop(&w, c->scenario->command, c->call->name, c->call->nth, at_stop, &m, &ran);
	if (c->attack->end)
		c->attack->end(c->scenario, &w);
	{
		struct trial t = {.scenario = c->scenario,
				  .ref = c->ref,
				  .world = &w,
				  .before = &before,
				  .attacked = m.done,
				  .stray = m.done && c->attack->stray,
				  .theirs = &m.theirs,
				  .replaced = m.replaced,
				  .untold = c->call->told};

		judge_run(&t, &ran, v);
		judge_after(&t, v);
	}
	ran_done(&ran);
	manifest_done(&m.theirs);
	manifest_done(&before);
	world_free(&w);
	return m.done ? CASE_TRIED : CASE_MISSED;
}

const struct layer layer_attacked = {"attacked", 6, impossible, list, run};
