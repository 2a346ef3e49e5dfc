/* SPDX-License-Identifier: MIT
 *
 * Stopped behind a call, and somebody uses the moment. What he makes or moves is his: it must be
 * there afterwards like all that was there before.
 */
#include "layers.h"

#include <unistd.h>

#include "attack.h"

#define READS_EVERY 48 /* before every so manieth call that only reads */

/* Whoever finds no trash in the home takes that of the mount, which must not be one of the machine.
 */
static const char *impossible(void)
{
	const char *why;

	return trace_possible(&why) && world_can_mount(&why) ? NULL : why;
}

static bool possible(const struct attack *a, const struct scenario *s)
{
	const char *why;

	if (a->nobody && (geteuid() != 0 || (s->flags & (SCENARIO_ROOT | SCENARIO_SECOND))))
		return false;
	return !a->mounts || world_can_mount(&why);
}

/* Looks for a name, outside of what the program keeps for itself: only there it makes a difference
 * what somebody did just before. */
static bool looks_up(const struct call *c)
{
	static const char *const names[] = {
		"openat",   "openat2",  "statx",     "newfstatat", "readlinkat",
		"mkdirat",  "renameat", "renameat2", "linkat",     "symlinkat",
		"unlinkat", "fchmodat", "fchownat",  "utimensat",  "getdents64",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(c->name, names[i]) == 0)
			return !strstr(c->args, "/.local/state") && !strstr(c->args, "\"/usr/") &&
			       !strstr(c->args, "\"/proc/");
	return false;
}

/* Before this call it does not know yet what it is to act on: the path is the person's own. Undo
 * and redo know from the beginning. */
static size_t bound(const struct scenario *s, const struct reference *ref)
{
	const char *slash = s->operand ? strrchr(s->operand, '/') : NULL;
	struct str entry = STR_INIT, dir = STR_INIT;
	size_t i = 0;

	if (!s->operand)
		return 0;
	str_addf(&entry, "/%.*s>, \"%s\"", (int)(slash - s->operand), s->operand, slash + 1);
	str_addf(&dir, "/%s>", s->operand);
	while (i < ref->calls.n && !strstr(ref->calls.at[i].args, entry.buf) &&
	       !strstr(ref->calls.at[i].result, dir.buf))
		i++;
	str_done(&entry);
	str_done(&dir);
	return i;
}

/* It is stopped behind the call before. */
static void list(const struct scenario *s, const struct reference *ref, struct case_list *out)
{
	size_t from = bound(s, ref) + 1;

	for (size_t a = 0; a < nattacks; a++) {
		if (!possible(&attacks[a], s))
			continue;
		for (size_t i = from; i < ref->calls.n; i++) {
			const struct call *call = &ref->calls.at[i];

			if (looks_up(call) && !call->again &&
			    (call->sort == CALL_CHANGES || (i + a) % READS_EVERY == 0))
				case_add(out, &(struct fault_case){s, ref, call - 1, NULL, false,
								   &attacks[a]});
		}
	}
}

/* What is moved away from a trash leaves information behind; and recovery leaves alone what it
 * cannot tell any more. */
static bool may_stray(const struct scenario *s)
{
	return scenario_recovers(s) || (s->thing && path_below(s->thing, "home")) ||
	       (s->dir && path_below(s->dir, "home"));
}

struct moment {
	const struct fault_case *c;
	struct world *w;
	bool over, done, replaced;
	struct manifest theirs; /* what was not there before the attack */
};

/* Keeps of `after` what is new in it. */
static void only_new(struct manifest *after, const struct manifest *before)
{
	size_t n = 0;

	for (size_t i = 0; i < after->n; i++) {
		/* Information in a directory that was moved was not to be seen before. */
		if (manifest_has(before, &after->things[i], false) ||
		    strstr(after->things[i].path, ".trashinfo"))
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

static void at_stop(void *ctx, pid_t pid)
{
	struct moment *m = ctx;
	struct manifest before;

	(void)pid;
	if (m->over) /* another thread had an nth call too */
		return;
	m->over = true;
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
				  .attacked = m.done || c->attack->nobody,
				  .stray = m.done && (c->attack->stray || may_stray(c->scenario)),
				  .theirs = &m.theirs,
				  .undoable = c->attack->undoable,
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

const struct layer layer_attacked = {"attacked", 8, 10, impossible, list, run};
