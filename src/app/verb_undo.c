/* SPDX-License-Identifier: MIT */
#include "app/deed.h"

#include "base/display.h"
#include "fs/recover.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- undo, redo ---- */

enum { UNDO_CHANGED = DEED_OWN };

#define UNDO_OPTIONS                                                                   \
	DEED_OPTIONS, [UNDO_CHANGED] = {"changed", 0, NULL,                            \
					"also what was changed since it was made: it " \
					"goes to the trash"}

const struct verb_option verb_undo_options[] = {
	UNDO_OPTIONS,
	{0},
};

const struct verb_option verb_redo_options[] = {
	UNDO_OPTIONS,
	{0},
};

static int undo_option(void *ctx, int option, const char *value)
{
	bool *changed = ctx;

	(void)option;
	(void)value;
	*changed = true;
	return 0;
}

static const char *why_not(int err)
{
	static const struct {
		int err;
		const char *why;
	} rows[] = {
		{-ENOENT, "there is no such action in the journal; 'trowel history' lists them"},
		{-EBUSY, "the program that does it is still at it"},
		{-EUCLEAN, "it was interrupted: 'trowel recover' looks what of it was done"},
		{-ENOTSUP, "nothing of it can be taken back"},
		{-EALREADY, "all of it was taken back already"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (rows[i].err == err)
			return rows[i].why;
	}
	return strerrordesc_np(-err);
}

static bool parse_id(struct deed *d, const char *text, uint64_t *ret_id)
{
	char *end;

	text += *text == '#';
	errno = 0;
	*ret_id = strtoull(text, &end, 10);
	if (*text >= '0' && *text <= '9' && !*end && !errno && *ret_id)
		return true;
	d->status = verb_usage(d->name,
			       "'%s' is no number of an action; 'trowel history' lists them", text);
	return false;
}

static void take_back(struct deed *d, uint64_t id)
{
	int r;

	if (deed_plan(d) < 0)
		return;
	r = plan_undo(d->plan, d->journal, id);
	if (r == 0 || r == -ENOMEM)
		deed_do(d, r);
	else
		deed_refuse(d, "action %llu: %s", (unsigned long long)id, why_not(r));
}

static void undo(struct deed *d, bool changed,
		 uint64_t (*newest)(const struct journal *j, bool own))
{
	uint64_t id = 0;

	if (d->args.at < d->args.argc && !parse_id(d, d->args.argv[d->args.at], &id))
		return;
	if (changed)
		d->env.flags |= ACT_CHANGED;
	if (deed_journal(d, false) < 0)
		return;
	if (!id)
		id = newest(d->journal, false);
	if (id)
		take_back(d, id);
	else
		deed_refuse(d, "there is nothing to %s", d->name);
}

int verb_undo(int argc, char **argv)
{
	bool changed = false;
	struct deed d;

	if (deed_begin(&d, "undo", verb_undo_options, undo_option, &changed, argc, argv) &&
	    deed_operands(&d, 0, 1, "one action at a time is undone"))
		undo(&d, changed, journal_undoable);
	return deed_end(&d);
}

int verb_redo(int argc, char **argv)
{
	bool changed = false;
	struct deed d;

	if (deed_begin(&d, "redo", verb_redo_options, undo_option, &changed, argc, argv) &&
	    deed_operands(&d, 0, 0, "it redoes what was undone last"))
		undo(&d, changed, journal_redoable);
	return deed_end(&d);
}

/* ---- recover ---- */

const struct verb_option verb_recover_options[] = {
	{"dry-run", 'n', NULL, "print what was found, and change nothing"},
	{"print", 'p', "[FORMAT]", "what was found as text (the default), json, or nul: the paths"},
	{"yes", 'y', NULL, "do not ask"},
	{0},
};

/* What was found is kept as text, for the question and for the end. */
struct recovering {
	struct deed d;
	struct str text, found, paths;
	struct json json;
	bool final; /* what is found is what it stays */
};

static void found_text(struct recovering *r, const struct recovered *f)
{
	CLEANUP(str_done) struct str what = STR_INIT;

	str_addf(&r->text, "#%llu ", (unsigned long long)f->id);
	step_describe(f->what, &what);
	display_add(&r->text, what.buf, what.len, verb_ascii());
	str_addf(&r->text, ": %s", deed_state_word(f->state));
	if (f->why) {
		str_adds(&r->text, ": ");
		display_add(&r->text, f->why, strlen(f->why), verb_ascii());
	}
	str_addc(&r->text, '\n');
	r->text.failed |= what.failed;
}

static void found_json(struct recovering *r, const struct recovered *f)
{
	struct json *j = &r->json;

	json_object(j);
	json_key(j, "id");
	json_u64(j, f->id);
	json_key(j, "label");
	json_cstr(j, f->label);
	json_key(j, "step");
	json_u64(j, f->step);
	deed_step_json(j, f->what);
	json_key(j, "state");
	json_cstr(j, deed_state_word(f->state));
	json_key(j, "errno");
	json_cstr(j, f->err ? strerrorname_np(-f->err) : NULL);
	json_key(j, "reason");
	json_cstr(j, f->why);
	json_end(j);
}

/* What is not as it was to be, and stays so. */
static void found_bad(struct recovering *r, const struct recovered *f)
{
	CLEANUP(str_done) struct str path = STR_INIT, text = STR_INIT;
	bool gone = f->what->kind == STEP_DELETE || f->what->kind == STEP_ERASE;

	if (f->state == STEP_DONE || f->state == STEP_NOT_DONE)
		str_adds(&text, "what was left on the way could not be removed yet: ");
	else if (f->state == STEP_LOST)
		str_adds(&text, "it could not be told whether it was done: ");
	else
		str_adds(&text, gone ? "its deletion was interrupted: "
				     : "it is half done, and could not be finished: ");
	step_describe(f->what, &text);
	if (f->state == STEP_PARTLY && gone)
		str_adds(&text, "; some of it is gone, the rest is still there");
	if (f->why || f->err < 0)
		str_addf(&text, ": %s", f->why ? f->why : strerrordesc_np(-f->err));
	if (deed_add_path(f->what, &path) == 0 && !text.failed)
		verb_say(r->d.name, path.buf, text.buf);
}

static void found(void *ctx, const struct recovered *f)
{
	struct recovering *r = ctx;

	if (r->final && (f->state == STEP_PARTLY || f->state == STEP_LOST || f->err < 0))
		found_bad(r, f);
	found_text(r, f);
	found_json(r, f);
	(void)deed_add_path(f->what, &r->paths);
}

static int look(struct recovering *r, bool finish, bool dry_run, struct recover_result *ret)
{
	const struct recover options = {
		.env = &r->d.env, .finish = finish, .dry_run = dry_run, .each = found, .ctx = r};
	int rc;

	r->final = !dry_run;
	str_clear(&r->text);
	str_clear(&r->found);
	str_clear(&r->paths);
	json_init(&r->json, &r->found);
	json_array(&r->json);
	*ret = (struct recover_result){0};
	rc = recover(r->d.journal, &options, ret);
	json_end(&r->json);
	if (rc == 0 && (r->text.failed || r->found.failed || r->paths.failed))
		rc = -ENOMEM;
	if (rc == -EBUSY)
		deed_refuse(&r->d, "another program is at it");
	else if (rc < 0)
		deed_fail(&r->d, "the journal", rc);
	return rc;
}

static void add_sum(const struct recover_result *sum, struct str *out)
{
	str_addf(
		out,
		"%u interrupted %s: %u steps were done, %u not, %u partly, of %u it is not known\n",
		sum->actions, sum->actions == 1 ? "action" : "actions", sum->done, sum->not_done,
		sum->partly, sum->lost);
}

static void print_found(struct recovering *r, const struct recover_result *sum)
{
	CLEANUP(str_done) struct str out = STR_INIT;

	if (r->d.format == PRINT_JSON) {
		str_addf(&out,
			 "{\"verb\":\"recover\",\"dry_run\":%s,\"actions\":%u,\"done\":%u,"
			 "\"not_done\":%u,\"partly\":%u,\"lost\":%u,\"steps\":",
			 r->d.dry_run ? "true" : "false", sum->actions, sum->done, sum->not_done,
			 sum->partly, sum->lost);
		str_add(&out, r->found.buf, r->found.len);
		str_adds(&out, "}\n");
	} else if (r->d.format == PRINT_NUL) {
		str_add(&out, r->paths.buf, r->paths.len);
	} else if (r->d.print || r->d.dry_run || isatty(STDOUT_FILENO)) {
		str_add(&out, r->text.buf, r->text.len);
		if (sum->actions)
			add_sum(sum, &out);
		else
			str_adds(&out, "nothing was interrupted\n");
	}
	if (out.failed)
		deed_fail(&r->d, "memory", -ENOMEM);
	else if (verb_write(r->d.name, out.buf, out.len) < 0)
		r->d.status = EXIT_SOME_FAILED;
}

/* Shown before, in words. */
static bool agreed(struct recovering *r, const struct recover_result *sum)
{
	CLEANUP(str_done) struct str text = STR_INIT;

	if (r->d.yes)
		return true;
	str_add(&text, r->text.buf, r->text.len);
	add_sum(sum, &text);
	str_adds(&text, "What is half done is finished, and what was left behind on the way is "
			"removed. Type y to do it: ");
	return !text.failed && deed_ask(&r->d, text.buf, "y");
}

/* The journal could be read a moment ago, so that this may be what was to be finished. */
static bool reads_less(struct recovering *r, const struct str *before)
{
	const char *now = journal_warning(r->d.journal);
	bool less = now && !str_eq(before, now);

	if (less)
		deed_say_warnings(&r->d);
	return less;
}

static void recover_all(struct recovering *r)
{
	CLEANUP(str_done) struct str warned = STR_INIT;
	struct recover_result sum;
	bool less = false;

	if (deed_journal(&r->d, false) < 0 || look(r, false, true, &sum) < 0)
		return;
	if (journal_warning(r->d.journal))
		str_adds(&warned, journal_warning(r->d.journal));
	if (!r->d.dry_run && sum.actions) {
		if (!agreed(r, &sum) || deed_journal(&r->d, true) < 0 ||
		    look(r, true, false, &sum) < 0)
			return;
		less = reads_less(r, &warned);
	}
	print_found(r, &sum);
	if (!r->d.dry_run && (sum.partly || sum.lost || sum.untidy || less) &&
	    r->d.status == EXIT_ALL_DONE)
		r->d.status = EXIT_SOME_FAILED;
}

int verb_recover(int argc, char **argv)
{
	struct recovering r = {.text = STR_INIT, .found = STR_INIT, .paths = STR_INIT};
	int status;

	if (deed_begin(&r.d, "recover", verb_recover_options, NULL, NULL, argc, argv) &&
	    deed_operands(&r.d, 0, 0, "it takes no operands"))
		recover_all(&r);
	status = deed_end(&r.d);
	str_done(&r.text);
	str_done(&r.found);
	str_done(&r.paths);
	return status;
}
