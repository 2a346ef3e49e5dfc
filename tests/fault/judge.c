/* SPDX-License-Identifier: MIT */
#include "judge.h"

#include <signal.h>

void problem(struct verdict *v, enum invariant i, const char *fmt, ...)
{
	va_list args;

	v->broken |= i;
	str_addf(&v->text, "    I%d: ", __builtin_ctz(i));
	va_start(args, fmt);
	str_vaddf(&v->text, fmt, args);
	va_end(args);
	if (v->text.buf[v->text.len - 1] != '\n')
		str_addc(&v->text, '\n');
}

static void said(const struct ran *ran, struct verdict *v)
{
	if (ran->out.len)
		str_addf(&v->text, "      it printed: %.600s\n", ran->out.buf);
	if (ran->err.len)
		str_addf(&v->text, "      it complained: %.600s\n", ran->err.buf);
}

/* ---- the run ---- */

/* A path that is not as it should be is named, or something it lies in. */
static bool named(const char *path, const struct str *err)
{
	char part[512];
	const char *p = path;

	while (p && *p) {
		size_t len = strcspn(p, "/");

		snprintf(part, sizeof(part), "%.*s", (int)len, p);
		if (len && strstr(err->buf, part))
			return true;
		p = p[len] ? p + len + 1 : NULL;
	}
	return false;
}

static void some_failed(const struct trial *t, const struct ran *ran, const struct manifest *now,
			struct verdict *v)
{
	struct str diff = STR_INIT;
	char *save, *line;

	if (t->untold)
		return;
	if (!ran->err.len) {
		problem(v, I4_HONEST, "status 1, and nothing is said");
		return;
	}
	manifest_diff(now, &t->ref->after, "work", M_PLAIN, &diff);
	for (line = strtok_r(diff.buf, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		line[2 + strcspn(line + 2, ":")] = '\0';
		if (!named(line + 2 + strlen("work"), &ran->err)) {
			problem(v, I4_HONEST, "%s is not done, and not named", line + 2);
			said(ran, v);
			break;
		}
	}
	str_done(&diff);
}

static void differs(const struct manifest *a, const struct manifest *b, struct verdict *v,
		    const char *what, const struct ran *ran)
{
	struct str diff = STR_INIT;

	if (manifest_diff(a, b, "", M_TIMES, &diff)) {
		problem(v, I4_HONEST, "%s:\n%s", what, diff.buf);
		said(ran, v);
	}
	str_done(&diff);
}

/* What is said to be removed for good is what is missing. */
static void counted(const struct trial *t, const struct ran *ran, const struct manifest *now,
		    struct verdict *v)
{
	static const char *const keys[] = {"\"deleted_files\":", "\"deleted_directories\":"};
	unsigned long gone[2] = {0};

	for (size_t i = 0; i < t->before->n; i++) {
		const struct thing *x = &t->before->things[i];

		gone[S_ISDIR(x->st.st_mode)] += !manifest_find(now, x->path);
	}
	for (size_t i = 0; t->scenario->destroys && ran->out.len && i < 2; i++) {
		const char *at = strstr(ran->out.buf, keys[i]);

		if (!at || strtoul(at + strlen(keys[i]), NULL, 10) == gone[i])
			continue;
		problem(v, I4_HONEST, "%lu are gone, but %.30s", gone[i], at);
		said(ran, v);
	}
}

static bool may_end_so(int status)
{
	return status == 0 || status == 1 || status == 3;
}

/* Told to end before it had begun it says nothing. */
static bool is_cancelled(const struct trial *t, const struct ran *ran)
{
	return t->cancelled && ran->status == 128 + SIGINT;
}

void judge_run(const struct trial *t, const struct ran *ran, struct verdict *v)
{
	struct manifest now;

	if (ran->late) {
		problem(v, I9_BOUNDED, "it did not end in time");
		said(ran, v);
		return;
	}
	if (!may_end_so(ran->status) && !is_cancelled(t, ran)) {
		problem(v, I9_BOUNDED, "it ended with status %d", ran->status);
		said(ran, v);
		return;
	}
	if (ran->status && !ran->err.len && !t->untold && !is_cancelled(t, ran))
		problem(v, I4_HONEST, "status %d, and nothing is said", ran->status);
	if (t->attacked)
		return;
	manifest_take(&now, t->world->tree->path);
	if (ran->status == 0 && !t->misled)
		differs(&now, &t->ref->after, v, "status 0, but not all is done", ran);
	else if (ran->status == 3 && !scenario_recovers(t->scenario))
		differs(t->before, &now, v, "status 3, but something is changed", ran);
	else if (ran->status == 1)
		some_failed(t, ran, &now, v);
	else if (is_cancelled(t, ran) && !ran->err.len && !scenario_recovers(t->scenario))
		differs(t->before, &now, v, "it ended without a word, but something is changed",
			ran);
	counted(t, ran, &now, v);
	manifest_done(&now);
}

/* ---- the state ---- */

static void check(struct verdict *v, enum invariant i, const char *what, size_t n,
		  const struct str *lines)
{
	if (n)
		problem(v, i, "%s:\n%.800s", what, lines->buf);
}

static void judge_theirs(const struct trial *t, const struct manifest *now, bool undone,
			 struct verdict *v)
{
	struct str lines = STR_INIT;

	if (t->theirs && !(undone && t->undoable))
		check(v, I3_NO_OVERWRITE, "what others made is gone",
		      manifest_lost(t->theirs, now, t->replaced ? NULL : t->scenario->destroys,
				    NULL, &lines),
		      &lines);
	str_done(&lines);
}

void judge_state(const struct trial *t, const struct manifest *now, bool between, struct verdict *v)
{
	struct str lines = STR_INIT;

	check(v, I2_CANARY, "outside", manifest_diff(t->before, now, "canary", M_EXACT, &lines),
	      &lines);
	str_clear(&lines);
	check(v, I1_KEPT, "not to be found any more",
	      manifest_lost(t->before, now, t->scenario->destroys, &t->ref->after, &lines), &lines);
	judge_theirs(t, now, !between, v);
	str_clear(&lines);
	if (!t->attacked && between)
		check(v, I5_RECOVERED, "not as it should be",
		      manifest_between(t->before, &t->ref->after, now, t->stray,
				       t->scenario->swapped, &lines),
		      &lines);
	str_clear(&lines);
	if (!t->stray && manifest_below(t->before, "trash:!", &lines) == 0) {
		str_clear(&lines);
		check(v, I5_RECOVERED, "left in the trash",
		      manifest_below(now, "trash:!", &lines) +
			      manifest_below(now, "trash:?", &lines) +
			      manifest_below(now, "trash:~", &lines),
		      &lines);
	}
	str_done(&lines);
}

/* ---- what comes after it ---- */

static void run(const struct trial *t, const char *line, struct ran *ret, struct verdict *v)
{
	world_run(t->world, NULL, line, ret);
	if (!ret->late && may_end_so(ret->status))
		return;
	problem(v, I9_BOUNDED, "trowel %s: status %d%s", line, ret->status,
		ret->late ? ", too late" : "");
	said(ret, v);
}

static void recover(const struct trial *t, struct manifest *ret_now, struct verdict *v)
{
	struct manifest again;
	struct str diff = STR_INIT;
	struct ran ran;

	run(t, "recover --yes", &ran, v);
	/* What is destroyed by half stays so, which must be said. */
	if (ran.status != 0 && !t->attacked && !(t->scenario->destroys && ran.err.len)) {
		problem(v, I5_RECOVERED, "recover: status %d", ran.status);
		said(&ran, v);
	}
	ran_done(&ran);
	manifest_take(ret_now, t->world->tree->path);
	run(t, "recover --yes", &ran, v);
	manifest_take(&again, t->world->tree->path);
	if (ran.status != 0 && !t->attacked)
		problem(v, I5_RECOVERED, "recover again: status %d", ran.status);
	if (manifest_diff(ret_now, &again, "", M_EXACT, &diff)) {
		problem(v, I5_RECOVERED, "recover again did something:\n%s", diff.buf);
		said(&ran, v);
	}
	str_done(&diff);
	ran_done(&ran);
	manifest_done(&again);
}

static void undo(const struct trial *t, const struct manifest *from, struct verdict *v)
{
	struct manifest now;
	struct str diff = STR_INIT;
	struct ran ran;

	run(t, t->scenario->back, &ran, v);
	manifest_take(&now, t->world->tree->path);
	if (!t->attacked && !t->partly && manifest_diff(t->before, &now, "", M_TIMES, &diff) &&
	    !(t->scenario->left && str_eq(&diff, t->scenario->left))) {
		problem(v, I6_UNDONE, "%s (status %d), but not as before:\n%s", t->scenario->back,
			ran.status, diff.buf);
		said(&ran, v);
	}
	str_clear(&diff);
	if (ran.status == 3 && manifest_diff(from, &now, "", M_EXACT, &diff)) {
		problem(v, I6_UNDONE, "%s refused, but changed:\n%s", t->scenario->back, diff.buf);
		said(&ran, v);
	}
	judge_state(t, &now, false, v);
	str_done(&diff);
	ran_done(&ran);
	manifest_done(&now);
}

/* Where something is gone for good, the journal does not say that nothing was done. */
static void remembered(const struct trial *t, const struct manifest *now, struct verdict *v)
{
	const char *last;
	struct ran ran;
	size_t i = 0;

	if (!t->scenario->destroys || t->attacked)
		return;
	while (i < t->before->n && manifest_find(now, t->before->things[i].path))
		i++;
	if (i == t->before->n)
		return;
	run(t, "history", &ran, v);
	last = ran.out.len ? memrchr(ran.out.buf, '#', ran.out.len) : NULL;
	if (!last || strstr(last, "not done")) {
		problem(v, I4_HONEST, "%s is gone, of which the journal does not know",
			t->before->things[i].path);
		said(&ran, v);
	}
	ran_done(&ran);
}

void judge_after(const struct trial *t, struct verdict *v)
{
	struct manifest now;

	recover(t, &now, v);
	judge_state(t, &now, true, v);
	remembered(t, &now, v);
	if (t->scenario->back)
		undo(t, &now, v);
	manifest_done(&now);
}
