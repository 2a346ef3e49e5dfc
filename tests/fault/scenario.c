/* SPDX-License-Identifier: MIT */
#include "scenario.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- made ones ---- */

static char *joined(const char *a, const char *b)
{
	struct str s = STR_INIT;
	char *text;

	str_adds(&s, a);
	str_adds(&s, b);
	text = str_take(&s);
	assert_non_null(text);
	return text;
}

static void add_before(struct scenario *s, const char *line)
{
	size_t i = 0;

	while (s->before[i])
		i++;
	assert_true(i + 1 < BEFORE_MAX);
	s->before[i] = line;
}

/* "+" for "-" and the reverse. */
static char *reversed(const char *changes)
{
	char *text;

	if (!changes)
		return NULL;
	text = joined(changes, "");
	for (char *p = text; *p; p++)
		if (p == text || p[-1] == '\n')
			*p = *p == '+' ? '-' : *p == '-' ? '+' : *p;
	return text;
}

static struct scenario *made(const struct scenario *s, const char *suffix)
{
	struct scenario *m = malloc(sizeof(*m));

	assert_non_null(m);
	*m = *s;
	m->name = joined(s->name, suffix);
	m->destroys = NULL;
	m->other = NULL;
	m->operand = NULL;
	add_before(m, s->command);
	return m;
}

static const struct scenario *undo_of(const struct scenario *s)
{
	struct scenario *m = made(s, "-undo");

	m->command = "undo --yes";
	m->back = "redo --yes";
	m->changes = s->undo_changes ? s->undo_changes : reversed(s->changes);
	m->left = NULL;
	m->thing = s->target ? s->target : s->thing;
	m->target = s->thing;
	return m;
}

static const struct scenario *redo_of(const struct scenario *s)
{
	struct scenario *m = made(s, "-redo");

	add_before(m, "undo --yes");
	m->command = "redo --yes";
	if (s->undo_changes)
		m->changes = reversed(s->undo_changes);
	m->left = NULL;
	return m;
}

bool scenario_recovers(const struct scenario *s)
{
	for (size_t i = 0; i < BEFORE_MAX && s->before[i]; i++)
		if (strncmp(s->before[i], "kill", 4) == 0)
			return true;
	return false;
}

const struct scenario *const *scenarios_all(size_t *ret_n)
{
	static const struct scenario **all;
	static size_t n;

	if (!all) {
		all = calloc(3 * nscenarios, sizeof(*all));
		assert_non_null(all);
		for (size_t i = 0; i < nscenarios; i++) {
			all[n++] = &scenarios[i];
			if (!scenarios[i].back || scenario_recovers(&scenarios[i]))
				continue;
			all[n++] = undo_of(&scenarios[i]);
			all[n++] = redo_of(&scenarios[i]);
		}
	}
	*ret_n = n;
	return all;
}

/* ---- running ---- */

const char *scenario_impossible(const struct scenario *s)
{
	const char *why;

	if ((s->flags & SCENARIO_ROOT) && geteuid() != 0)
		return "needs root";
	if ((s->flags & SCENARIO_SECOND) && !world_can_mount(&why))
		return why;
	return NULL;
}

void scenario_make(const struct scenario *s, const struct subject *subject, unsigned flags,
		   struct world *ret_world)
{
	if (s->flags & SCENARIO_SECOND)
		flags |= WORLD_SECOND;
	world_make(ret_world, subject->program, subject->bug, s->fixture, flags);
}

static void shell(struct world *w, const char *line)
{
	char *command = joined("cd work && ", line);
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (pid == 0) {
		if (chdir(w->tree->path) == 0)
			execl("/bin/sh", "sh", "-c", command, NULL);
		_exit(126);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	free(command);
}

static void kill_it(void *ctx, pid_t pid)
{
	bool *hit = ctx;

	*hit = kill(pid, SIGKILL) == 0;
}

static void killed(struct world *w, const char *line)
{
	bool behind = strncmp(line, "kill-behind", 11) == 0, hit = false;
	char call[32], when[16];
	struct injection i = {call, "signal=KILL", when};
	struct ran ran;
	int at = 0;

	line += strcspn(line, " ") + 1;
	assert_int_equal(sscanf(line, "%31[^:]:%15s %n", call, when, &at), 2);
	if (behind)
		trace_stop(w, line + at, call, (unsigned)atoi(when), kill_it, &hit, &ran);
	else
		trace_inject(w, line + at, &i, &ran, &hit);
	if (!hit)
		fail_msg("%s: was not killed there", line);
	ran_done(&ran);
}

static void command(struct world *w, const char *line)
{
	struct ran ran;

	world_run(w, NULL, line, &ran);
	if (ran.status != 0)
		fail_msg("%s: status %d\n%s%s", line, ran.status, ran.out.buf, ran.err.buf);
	ran_done(&ran);
}

void scenario_prepare(const struct scenario *s, struct world *w, struct manifest *ret_before)
{
	bool taken = false;

	for (size_t i = 0; i < BEFORE_MAX && s->before[i]; i++) {
		const char *line = s->before[i];

		if (strcmp(line, "forget") == 0) {
			tree_remove(w->tree, WORLD_STATE);
		} else if (line[0] == '!') {
			shell(w, line + 1);
		} else if (strncmp(line, "kill", 4) == 0) {
			manifest_take(ret_before, w->tree->path);
			taken = true;
			killed(w, line);
		} else {
			command(w, line);
		}
	}
	if (!taken)
		manifest_take(ret_before, w->tree->path);
}

/* ---- a clean run ---- */

static void compare(const struct scenario *s, const struct manifest *before,
		    const struct reference *ref, struct str *problems)
{
	struct str diff = STR_INIT;

	size_t n = manifest_diff(before, &ref->after, "", M_TIMES, &diff);

	if (s->changes &&
	    (s->changes[0] == '#' ? n != (size_t)atol(s->changes + 1) : !str_eq(&diff, s->changes)))
		str_addf(problems, "%s: trowel %s changed\n%swanted:\n%s", s->name, s->command,
			 diff.buf, s->changes);
	str_done(&diff);
}

void reference_make(const struct scenario *s, const struct subject *subject,
		    struct reference *ret_ref, struct str *problems)
{
	struct manifest before;
	struct world w;
	struct ran ran;

	*ret_ref = (struct reference){0};
	scenario_make(s, subject, 0, &w);
	snprintf(ret_ref->home, sizeof(ret_ref->home), "%s", world_path(&w, "home"));
	scenario_prepare(s, &w, &before);
	trace_all(&w, s->command, s->shared, &ret_ref->calls, &ran);
	manifest_take(&ret_ref->after, w.tree->path);
	if (ran.status != 0)
		str_addf(problems, "%s: trowel %s: status %d\n%s%s", s->name, s->command,
			 ran.status, ran.out.buf, ran.err.buf);
	if (ret_ref->calls.elsewhere)
		str_addf(problems, "%s: trowel %s: %u changes by other threads\n", s->name,
			 s->command, ret_ref->calls.elsewhere);
	compare(s, &before, ret_ref, problems);
	manifest_done(&before);
	ran_done(&ran);
	world_free(&w);
}

void reference_done(struct reference *ref)
{
	manifest_done(&ref->after);
	calls_done(&ref->calls);
}
