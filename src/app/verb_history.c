/* SPDX-License-Identifier: MIT */
#include "app/deed.h"

#include "app/explore.h"
#include "base/display.h"
#include "base/fmt.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NAME "history"

const struct verb_option verb_history_options[] = {
	{"print", 'p', "[FORMAT]",
	 "text (the default), json with all steps, or nul: number, time and words of each"},
	{0},
};

static const char *state_word(enum action_state state)
{
	static const char *const words[] = {
		[ACTION_RUNNING] = "running",
		[ACTION_ENDED] = "ended",
		[ACTION_INTERRUPTED] = "interrupted",
		[ACTION_DAMAGED] = "damaged",
	};

	return words[state];
}

struct sums {
	uint32_t done, undone, failed, partly, back; /* back: finished and could be taken back */
};

static struct sums sums_of(const struct action *a)
{
	struct sums s = {0};

	for (uint32_t i = 0; i < a->nsteps; i++) {
		enum step_state state = a->steps[i].state;
		bool done = state == STEP_DONE;

		s.done += done;
		s.failed += !done;
		s.partly += state == STEP_PARTLY || state == STEP_LOST;
		s.undone += done && a->steps[i].undone;
		s.back += done && !a->steps[i].undone && step_has_inverse(&a->steps[i].step);
	}
	return s;
}

/* Partly done is not "not done". */
static const char *what_became(const struct action *a, const struct sums *s)
{
	if (a->state != ACTION_ENDED)
		return state_word(a->state);
	if (s->done && s->undone == s->done)
		return "undone";
	if (s->undone)
		return "partly undone";
	if (s->failed)
		return s->done || s->partly ? "partly done" : "not done";
	return s->back ? "done" : "done for good";
}

static void add_line(const struct action *a, struct str *out)
{
	struct sums s = sums_of(a);
	char when[FMT_MAX];

	str_addf(out, "#%-5llu %s  ", (unsigned long long)a->id, fmt_time(when, a->begun));
	display_add(out, a->label, strlen(a->label), verb_ascii());
	if (a->undoes)
		str_addf(out, " (#%llu)", (unsigned long long)a->undoes);
	str_addf(out, "  %s\n", what_became(a, &s));
}

static void add_described(const struct step *s, struct str *out)
{
	CLEANUP(str_done) struct str text = STR_INIT;

	step_describe(s, &text);
	display_add(out, text.buf, text.len, verb_ascii());
	out->failed |= text.failed;
}

/* What one step did, and what undoing it would do. */
static void add_step(const struct action_step *s, struct str *out)
{
	struct step back = STEP_INIT;

	str_addf(out, "    %-9s ", s->undone ? "undone" : deed_state_word(s->state));
	add_described(&s->step, out);
	/* That it was interrupted is what the action says. */
	if (s->err && s->err != -EINTR)
		str_addf(out, ": %s", strerrordesc_np(-s->err));
	str_addc(out, '\n');
	if (s->state != STEP_DONE || s->undone)
		return;
	str_adds(out, "              undo: ");
	if (step_inverse(&s->step, &back) == 0)
		add_described(&back, out);
	else
		str_adds(out, "not possible");
	str_addc(out, '\n');
	step_done(&back);
}

static void add_steps_json(const struct action *a, struct json *j)
{
	json_key(j, "steps");
	json_array(j);
	for (uint32_t i = 0; i < a->nsteps; i++) {
		const struct action_step *s = &a->steps[i];
		CLEANUP(str_done) struct str text = STR_INIT;

		json_object(j);
		deed_step_json(j, &s->step);
		json_key(j, "described");
		step_describe(&s->step, &text);
		json_string(j, text.buf, text.len);
		json_key(j, "state");
		json_cstr(j, deed_state_word(s->state));
		json_key(j, "errno");
		json_cstr(j, s->err ? strerrorname_np(-s->err) : NULL);
		json_key(j, "undone");
		json_bool(j, s->undone);
		json_key(j, "undoable");
		json_bool(j, s->state == STEP_DONE && !s->undone && step_has_inverse(&s->step));
		json_end(j);
		j->out->failed |= text.failed;
	}
	json_end(j);
}

static void add_json(const struct action *a, struct json *j)
{
	struct sums s = sums_of(a);

	json_object(j);
	json_key(j, "id");
	json_u64(j, a->id);
	json_key(j, "begun");
	json_i64(j, a->begun);
	json_key(j, "label");
	json_cstr(j, a->label);
	json_key(j, "state");
	json_cstr(j, state_word(a->state));
	json_key(j, "result");
	json_cstr(j, what_became(a, &s));
	json_key(j, "undoes");
	if (a->undoes)
		json_u64(j, a->undoes);
	else
		json_null(j);
	json_key(j, "redo");
	json_bool(j, a->redo);
	json_key(j, "pid");
	json_u64(j, a->pid);
	add_steps_json(a, j);
	json_end(j);
}

struct history {
	enum print_format format;
	bool steps; /* text: each step */
	struct str out;
	struct json json;
};

static void add_action(struct history *h, const struct action *a)
{
	if (h->format == PRINT_JSON) {
		add_json(a, &h->json);
	} else if (h->format == PRINT_NUL) {
		str_addf(&h->out, "%llu\t%lld\t", (unsigned long long)a->id, (long long)a->begun);
		str_add(&h->out, a->label, strlen(a->label) + 1);
	} else {
		add_line(a, &h->out);
		for (uint32_t i = 0; h->steps && i < a->nsteps; i++)
			add_step(&a->steps[i], &h->out);
	}
}

static int add_asked(struct history *h, struct deed *d)
{
	for (int i = d->args.at; i < d->args.argc; i++) {
		const char *text = d->args.argv[i];
		const struct action *a;
		char *end;
		uint64_t id = strtoull(text + (*text == '#'), &end, 10);

		if (*end || !id)
			return verb_usage(NAME, "'%s' is no number of an action", text);
		a = journal_find(d->journal, id);
		if (a) {
			add_action(h, a);
			continue;
		}
		verb_say(NAME, text, "there is no such action in the journal");
		d->status = EXIT_SOME_FAILED;
	}
	return EXIT_ALL_DONE;
}

static int add_all(struct history *h, struct deed *d)
{
	size_t n;
	const struct action *a = journal_actions(d->journal, &n);

	h->steps = d->args.at < d->args.argc;
	if (h->steps)
		return add_asked(h, d);
	for (size_t i = 0; i < n; i++)
		add_action(h, &a[i]);
	return EXIT_ALL_DONE;
}

static void print_history(struct history *h, struct deed *d)
{
	int usage;

	if (deed_journal(d, false) < 0)
		return;
	json_init(&h->json, &h->out);
	if (h->format == PRINT_JSON) {
		json_object(&h->json);
		json_key(&h->json, "actions");
		json_array(&h->json);
	}
	usage = add_all(h, d);
	if (usage != EXIT_ALL_DONE) {
		d->status = usage;
		return;
	}
	if (h->format == PRINT_JSON) {
		json_end(&h->json);
		json_end(&h->json);
		str_addc(&h->out, '\n');
	}
	if (h->out.failed)
		deed_fail(d, "memory", -ENOMEM);
	else if (verb_write(NAME, h->out.buf, h->out.len) < 0)
		d->status = EXIT_SOME_FAILED;
}

int verb_history(int argc, char **argv)
{
	struct history h = {.out = STR_INIT};
	struct deed d;

	if (deed_begin(&d, NAME, verb_history_options, NULL, NULL, argc, argv)) {
		h.format = d.format;
		if (d.print || d.args.at < d.args.argc || !isatty(STDOUT_FILENO))
			print_history(&h, &d);
		else
			d.status = explore(&(struct explore_options){.history = true});
	}
	str_done(&h.out);
	return deed_end(&d);
}
