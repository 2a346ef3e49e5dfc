/* SPDX-License-Identifier: MIT */
#include "app/deed.h"

#include "base/alloc.h"
#include "base/display.h"
#include "base/fmt.h"
#include "fs/homes.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define PROGRESS_MS 100
#define SHOWN_MAX   20 /* steps that a question lists */

/* A signal handler can reach nothing else. */
static _Atomic bool cancelled;

const _Atomic bool *deed_cancelled(void)
{
	return &cancelled;
}

/* ---- asking ---- */

/* A line of the terminal, without its newline; longer ones are cut, and are no answer. */
static bool read_line(char *line, size_t size)
{
	size_t len = 0;
	char c;

	while (read(STDIN_FILENO, &c, 1) == 1) {
		if (c == '\n') {
			line[len] = '\0';
			return true;
		}
		if (len + 1 < size)
			line[len++] = c;
	}
	return false;
}

bool deed_ask(struct deed *d, const char *text, const char *answer)
{
	char line[64];

	if (!isatty(STDIN_FILENO) || !isatty(STDERR_FILENO)) {
		deed_refuse(d, "it asks first, and there is no terminal to ask on: --yes agrees "
			       "(--dry-run shows what it would do)");
		return false;
	}
	/* What was typed before the question was seen is no answer to it. */
	tcflush(STDIN_FILENO, TCIFLUSH);
	(void)!write(STDERR_FILENO, text, strlen(text));
	if (read_line(line, sizeof(line)) && strcmp(line, answer) == 0)
		return true;
	deed_refuse(d, "nothing was changed");
	return false;
}

static void add_shown(struct deed *d, struct str *out)
{
	uint32_t n = plan_nsteps(d->plan);

	for (uint32_t i = 0; i < n && i < SHOWN_MAX; i++) {
		CLEANUP(str_done) struct str text = STR_INIT;

		step_describe(plan_step(d->plan, i), &text);
		str_adds(out, "  ");
		display_add(out, text.buf, text.len, verb_ascii());
		str_addc(out, '\n');
		out->failed |= text.failed;
	}
	if (n > SHOWN_MAX)
		str_addf(out, "  ... and %u more\n", n - SHOWN_MAX);
}

/* The number of all things that would go, not of those named: it is what one did not type oneself.
 */
static bool agreed(struct deed *d)
{
	CLEANUP(str_done) struct str text = STR_INIT, number = STR_INIT;

	if (!d->asks || d->yes)
		return true;
	add_shown(d, &text);
	deed_summary(d, &text);
	str_addf(&number, "%" PRIu64, d->counts.files + d->counts.dirs);
	str_addf(&text,
		 "\nThis cannot be undone. Type %s to do it, anything else not to: ", number.buf);
	if (text.failed || number.failed) {
		deed_fail(d, "memory", -ENOMEM);
		return false;
	}
	return deed_ask(d, text.buf, number.buf);
}

/* ---- progress ---- */

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* A line on the terminal that is drawn over itself, and goes before anything else is said. */
static void show_progress(struct deed *d, const char *what, uint64_t n, uint32_t of)
{
	char line[160], count[FMT_MAX], all[FMT_MAX] = "";
	int64_t now = d->shown_ms ? now_ms() : 0;
	int len;

	if (!d->shown_ms || now - d->shown_ms < PROGRESS_MS)
		return;
	d->shown_ms = now;
	d->progress_shown = true;
	len = snprintf(line, sizeof(line), "\r%s%s%s %s\033[K", fmt_count(count, n),
		       of ? " of " : "", of ? fmt_count(all, of) : "", what);
	(void)!write(STDERR_FILENO, line, (size_t)len);
}

static void clear_progress(struct deed *d)
{
	if (d->progress_shown)
		(void)!write(STDERR_FILENO, "\r\033[K", 4);
	d->progress_shown = false;
}

static void on_counting(void *ctx, const struct plan_counts *counts)
{
	show_progress(ctx, "things counted", counts->files + counts->dirs, 0);
}

static void on_deleting(void *ctx, uint32_t i, const struct delete_counts *counts)
{
	(void)i;
	show_progress(ctx, "things removed", counts->files + counts->dirs, 0);
}

/* ---- running ---- */

static void on_signal(int signal)
{
	(void)signal;
	atomic_store(&cancelled, true);
}

/* The first asks to end with the step at hand, a second one ends at once: the journal knows. What
 * is said to nobody is no reason to stop in the middle. */
static void catch_signals(void)
{
	static const int ends[] = {SIGINT, SIGTERM, SIGHUP};
	struct sigaction sa = {.sa_handler = on_signal, .sa_flags = SA_RESTART | SA_RESETHAND}, old;

	sigemptyset(&sa.sa_mask);
	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		if (sigaction(ends[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
			sigaction(ends[i], &sa, NULL);
	}
	sa = (struct sigaction){.sa_handler = SIG_IGN};
	sigaction(SIGPIPE, &sa, NULL);
}

static void note_json(struct deed *d, const char *path, size_t len, int err, const char *why)
{
	struct str *out = &d->failed_json;
	struct json j;

	if (d->format != PRINT_JSON)
		return;
	if (out->len)
		str_addc(out, ',');
	json_init(&j, out);
	json_object(&j);
	json_key(&j, "path");
	json_string(&j, path, len);
	json_key(&j, "errno");
	json_cstr(&j, strerrorname_np(-err));
	json_key(&j, "reason");
	json_cstr(&j, why ? why : strerrordesc_np(-err));
	json_end(&j);
}

static bool on_failed(void *ctx, const struct delete_failure *f)
{
	struct deed *d = ctx;
	char *path = memdup0(f->path, f->len);

	clear_progress(d);
	d->failures++;
	if (path && f->why)
		verb_say(d->name, path, f->why);
	else if (path)
		verb_error(d->name, path, f->err);
	note_json(d, f->path, f->len, f->err, f->why);
	free(path);
	return true;
}

/* Names what did not come out as it should, and what would help. */
static void say_step(struct deed *d, const struct step *s, enum step_state state, int err,
		     const char *why)
{
	CLEANUP(str_done) struct str path = STR_INIT, text = STR_INIT;
	const struct step_place *place = s->from.dir ? &s->from : &s->to;
	const char *reason = why && *why ? why : strerrordesc_np(-err);

	if (step_path(place, &path) < 0)
		return;
	str_addf(&text, "%s%s%s",
		 state == STEP_DONE     ? "done, but "
		 : state == STEP_PARTLY ? "only partly done: "
					: "",
		 reason ? reason : "unknown error", deed_help(why, false));
	if (!text.failed)
		verb_say(d->name, path.buf, text.buf);
	note_json(d, path.buf, path.len, err, why && *why ? why : NULL);
}

static void on_over(void *ctx, uint32_t i, const struct step *step, enum step_state state, int err,
		    const char *why)
{
	struct deed *d = ctx;

	d->steps[i].state = state;
	d->steps[i].err = err;
	if (why && *why)
		d->steps[i].why = memdup0(why, strlen(why));
	show_progress(d, "done", (uint64_t)i + 1, plan_nsteps(d->plan));
	if (err == -ECANCELED) {
		d->cancelled = true;
		clear_progress(d);
		if (state == STEP_PARTLY)
			say_step(d, step, state, err, "cancelled, what is left of it stays");
	} else if (err < 0) {
		clear_progress(d);
		d->failures++;
		say_step(d, step, state, err, why);
	}
}

/* It ended before its end: because it was asked to, or without a journal. */
static void say_ended(struct deed *d, bool asked)
{
	CLEANUP(str_done) struct str text = STR_INIT;

	if (asked)
		str_adds(&text, "cancelled");
	else
		str_addf(&text, "stopped, because the journal could not be written any more (%s)",
			 strerrordesc_np(-d->result.journal_err));
	str_addf(&text, ": %u of %u done, %u failed, %u not begun", d->result.done,
		 plan_nsteps(d->plan), d->result.failed, d->result.left);
	if (d->result.done && d->result.id)
		str_addf(&text, "; 'trowel undo %" PRIu64 "' takes back what can be", d->result.id);
	deed_say(d, text.buf);
	d->status = asked ? EXIT_CANCELLED : EXIT_SOME_FAILED;
}

/* What is true of all of it. */
static void say_afterwards(struct deed *d)
{
	const struct {
		int err;
		const char *text;
	} rows[] = {
		{d->no_journal || d->result.left ? 0 : d->result.journal_err,
		 "it was done, but the journal could not be written, and undo may not know"},
		{d->result.sync_err, "it was done, but it is not known to be on the disk"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP(str_done) struct str text = STR_INIT;

		if (!rows[i].err)
			continue;
		str_addf(&text, "%s: %s", rows[i].text, strerrordesc_np(-rows[i].err));
		deed_say(d, text.buf);
		d->failures++;
	}
}

static void say_nothing_done(struct deed *d, int err)
{
	d->ran = false;
	if (err == -EALREADY)
		deed_refuse(d, "nothing was done: another program has just taken it back");
	else
		deed_refuse(d,
			    "nothing was done: the journal cannot be written: %s (--no-journal "
			    "goes without it, and without undo)",
			    strerrordesc_np(-err));
}

static bool has_troubles(const struct deed *d)
{
	return d->ntroubles || (d->plan && plan_nproblems(d->plan));
}

static void run(struct deed *d)
{
	const struct plan_run run = {.no_journal = d->no_journal,
				     .over = on_over,
				     .progress = on_deleting,
				     .failed = on_failed,
				     .ctx = d};
	int r;

	d->steps = calloc(plan_nsteps(d->plan), sizeof(*d->steps));
	if (!d->steps) {
		deed_fail(d, "memory", -ENOMEM);
		return;
	}
	catch_signals();
	d->ran = true;
	r = plan_run(d->plan, d->journal, &run, &d->result);
	clear_progress(d);
	if (r == -ECANCELED || (r == 0 && d->cancelled)) {
		say_ended(d, true);
	} else if (r < 0) {
		say_nothing_done(d, r);
		return;
	} else if (d->result.left) {
		say_ended(d, false);
	}
	say_afterwards(d);
	if (d->status == EXIT_ALL_DONE && (d->failures || d->result.failed || has_troubles(d)))
		d->status = EXIT_SOME_FAILED;
}

void deed_say_warnings(struct deed *d)
{
	const char *at = journal_warning(d->journal);

	while (at && *at) {
		CLEANUP(str_done) struct str line = STR_INIT;
		size_t len = strcspn(at, "\n");

		if (str_add(&line, at, len) == 0)
			deed_say(d, line.buf);
		at += len + (at[len] == '\n');
	}
}

int deed_journal(struct deed *d, bool write)
{
	const char *why = NULL;
	int r = -ENOENT;

	journal_close(d->journal);
	d->journal = NULL;
	if (!d->journal_dir.len)
		why = homes_missing();
	else if (write)
		r = journal_open(d->journal_dir.buf, &d->journal, &why);
	else
		r = journal_look(d->journal_dir.buf, &d->journal, &why);
	if (r == 0 && !write)
		deed_say_warnings(d);
	if (r == 0 || (write && d->no_journal && r != -ENOMEM))
		return 0;
	deed_refuse(d, "the journal%s%s cannot be %s: %s%s", d->journal_dir.len ? " in " : "",
		    d->journal_dir.buf, write ? "written" : "read", why ? why : strerrordesc_np(-r),
		    write ? "; --no-journal goes without it, and without undo" : "");
	return r;
}

/* Nothing of it can be done, or nothing needs to be. */
static void end_empty(struct deed *d)
{
	d->status = has_troubles(d) ? EXIT_REFUSED : EXIT_ALL_DONE;
	if ((d->dry_run ? deed_print_plan(d) : deed_print_result(d)) < 0)
		d->status = EXIT_SOME_FAILED;
}

static int prepare(struct deed *d)
{
	int r = plan_check(d->plan);

	d->shown_ms = isatty(STDERR_FILENO) ? now_ms() : 0;
	if (r == 0) {
		deed_say_troubles(d);
		d->measured &= d->dry_run || d->asks;
		if (d->measured && plan_nsteps(d->plan))
			r = plan_measure(d->plan, on_counting, d, &d->counts);
		clear_progress(d);
	}
	return r;
}

void deed_do(struct deed *d, int r)
{
	if (r == 0)
		r = prepare(d);
	if (r < 0) {
		if (d->status == EXIT_ALL_DONE)
			deed_fail(d, "memory", r);
		return;
	}
	if (plan_nsteps(d->plan) == 0) {
		end_empty(d);
		return;
	}
	if (d->dry_run) {
		d->status = has_troubles(d) ? EXIT_SOME_FAILED : EXIT_ALL_DONE;
		if (deed_print_plan(d) < 0)
			d->status = EXIT_SOME_FAILED;
		return;
	}
	if (agreed(d) && deed_journal(d, true) == 0)
		run(d);
	if (deed_print_result(d) < 0)
		d->status = EXIT_SOME_FAILED;
}
