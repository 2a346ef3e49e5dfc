/* SPDX-License-Identifier: MIT */
#include "app/deed.h"

#include "base/display.h"
#include "base/fmt.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

const char *deed_state_word(enum step_state state)
{
	static const char *const words[] = {
		[STEP_OPEN] = "not begun",    [STEP_DONE] = "done",
		[STEP_NOT_DONE] = "not done", [STEP_PARTLY] = "partly done",
		[STEP_LOST] = "unknown",
	};

	return words[state];
}

static const char *reason(int err, const char *why)
{
	const char *text = err ? strerrordesc_np(-err) : NULL;

	return why ? why : text ? text : "unknown error";
}

void deed_say(struct deed *d, const char *text)
{
	CLEANUP(str_done) struct str line = STR_INIT;

	str_addf(&line, "trowel %s: ", d->name);
	display_add(&line, text, strlen(text), verb_ascii());
	str_addc(&line, '\n');
	if (!line.failed)
		(void)!write(STDERR_FILENO, line.buf, line.len);
}

const char *deed_help(const char *why, bool clash)
{
	static const struct {
		const char *why, *help;
	} rows[] = {
		{"its file system cannot promise", "; with --look it is looked first, then done"},
		{"there can be no trash for it", "; 'trowel delete' removes it for good"},
	};

	for (size_t i = 0; why && i < ARRAY_LEN(rows); i++)
		if (strncmp(why, rows[i].why, strlen(rows[i].why)) == 0)
			return rows[i].help;
	if (clash)
		return "; --conflict=both gives it another name, --conflict=replace puts what is "
		       "there into the trash";
	return "";
}

static void say_trouble(struct deed *d, const char *path, int err, const char *why, bool clash)
{
	CLEANUP(str_done) struct str text = STR_INIT;

	str_adds(&text, reason(err, why));
	str_adds(&text, deed_help(why, clash));
	verb_say(d->name, path, text.buf);
}

void deed_say_troubles(struct deed *d)
{
	for (size_t i = 0; i < d->ntroubles; i++)
		say_trouble(d, d->troubles[i].path, d->troubles[i].err, d->troubles[i].why, false);
	for (uint32_t i = 0; d->plan && i < plan_nproblems(d->plan); i++) {
		struct plan_problem p = plan_problem(d->plan, i);

		say_trouble(d, p.path, p.err, p.why, p.clash);
	}
}

/* ---- counted ---- */

/* What goes for good frees something; what goes to the trash takes what it took. */
static void add_bytes(const struct deed *d, struct str *out)
{
	const struct plan_counts *c = &d->counts;
	char size[FMT_MAX];

	if (!d->asks) {
		str_addf(out, ", %s", fmt_size(size, c->freed + c->held));
		return;
	}
	str_addf(out, ", %s freed", fmt_size(size, c->freed));
	if (c->held_files)
		str_addf(out, " (not the %s of what has other links)", fmt_size(size, c->held));
}

static void add_counts(const struct deed *d, struct str *out)
{
	const struct plan_counts *c = &d->counts;
	char n[FMT_MAX];

	str_addf(out, ": %s %s", fmt_count(n, c->files), c->files == 1 ? "file" : "files");
	str_addf(out, ", %s %s", fmt_count(n, c->dirs), c->dirs == 1 ? "directory" : "directories");
	add_bytes(d, out);
	if (c->kept)
		str_addf(out, ", %s would stay", fmt_count(n, c->kept));
}

void deed_summary(struct deed *d, struct str *out)
{
	const char *label = plan_label(d->plan);

	display_add(out, label, strlen(label), verb_ascii());
	if (d->measured)
		add_counts(d, out);
	if (plan_nwithin(d->plan))
		str_addf(out, " (%u left out: named twice, or in others)", plan_nwithin(d->plan));
}

/* ---- steps ---- */

static int add_place_json(struct json *j, const char *key, const struct step_place *place)
{
	CLEANUP(str_done) struct str path = STR_INIT;

	json_key(j, key);
	if (!place->dir || !place->name) {
		json_null(j);
		return 0;
	}
	if (step_path(place, &path) < 0)
		return -ENOMEM;
	json_string(j, path.buf, path.len);
	return 0;
}

void deed_step_json(struct json *j, const struct step *s)
{
	json_key(j, "kind");
	json_cstr(j, s->kind == STEP_UNKNOWN ? s->kind_name : step_kind_name(s->kind));
	if (add_place_json(j, "from", &s->from) < 0 || add_place_json(j, "to", &s->to) < 0)
		j->out->failed = true;
}

static void error_json(struct json *j, const char *path, int err, const char *why)
{
	json_object(j);
	json_key(j, "path");
	json_cstr(j, path);
	json_key(j, "errno");
	json_cstr(j, err ? strerrorname_np(-err) : NULL);
	json_key(j, "reason");
	json_cstr(j, reason(err, why));
	json_end(j);
}

static void add_errors(struct deed *d, struct json *j)
{
	bool some = d->ntroubles || (d->plan && plan_nproblems(d->plan));

	json_key(j, "errors");
	json_array(j);
	for (size_t i = 0; i < d->ntroubles; i++)
		error_json(j, d->troubles[i].path, d->troubles[i].err, d->troubles[i].why);
	for (uint32_t i = 0; d->plan && i < plan_nproblems(d->plan); i++) {
		struct plan_problem p = plan_problem(d->plan, i);

		error_json(j, p.path, p.err, p.why);
	}
	/* These are JSON already. */
	if (d->failed_json.len && some)
		str_addc(j->out, ',');
	str_add(j->out, d->failed_json.buf, d->failed_json.len);
	json_end(j);
}

static void add_steps_json(struct deed *d, struct json *j)
{
	uint32_t n = d->plan ? plan_nsteps(d->plan) : 0;

	json_key(j, "steps");
	json_array(j);
	for (uint32_t i = 0; i < n; i++) {
		const struct deed_step *was = d->steps ? &d->steps[i] : NULL;

		json_object(j);
		deed_step_json(j, plan_step(d->plan, i));
		json_key(j, "state");
		json_cstr(j, was ? deed_state_word(was->state) : "planned");
		if (was && was->err) {
			json_key(j, "errno");
			json_cstr(j, strerrorname_np(-was->err));
			json_key(j, "reason");
			json_cstr(j, reason(was->err, was->why));
		}
		json_end(j);
	}
	json_end(j);
}

static uint32_t nskipped(const struct deed *d)
{
	return d->plan ? plan_nskipped(d->plan) : 0;
}

static void add_skipped_json(const struct deed *d, struct json *j)
{
	json_key(j, "skipped");
	json_array(j);
	for (uint32_t i = 0; i < nskipped(d); i++)
		json_cstr(j, plan_skipped(d->plan, i));
	json_end(j);
}

static void add_counts_json(const struct deed *d, struct json *j)
{
	const struct {
		const char *name;
		uint64_t n;
	} rows[] = {
		{"files", d->counts.files},       {"directories", d->counts.dirs},
		{"freed_bytes", d->counts.freed}, {"apparent_bytes", d->counts.apparent},
		{"held_bytes", d->counts.held},   {"would_stay", d->counts.kept},
	};

	json_key(j, "counts");
	if (!d->measured) {
		json_null(j);
		return;
	}
	json_object(j);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		json_key(j, rows[i].name);
		json_u64(j, rows[i].n);
	}
	json_end(j);
}

static void add_result_json(const struct deed *d, struct json *j)
{
	const struct {
		const char *name;
		uint64_t n;
	} rows[] = {
		{"done", d->result.done},
		{"failed", d->result.failed},
		{"left", d->result.left},
		{"deleted_files", d->result.deleted.files},
		{"deleted_directories", d->result.deleted.dirs},
	};

	json_key(j, "id");
	if (d->result.id)
		json_u64(j, d->result.id);
	else
		json_null(j);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		json_key(j, rows[i].name);
		json_u64(j, rows[i].n);
	}
}

static int print_json(struct deed *d)
{
	CLEANUP(str_done) struct str out = STR_INIT;
	struct json j;

	json_init(&j, &out);
	json_object(&j);
	json_key(&j, "verb");
	json_cstr(&j, d->name);
	json_key(&j, "dry_run");
	json_bool(&j, d->dry_run);
	json_key(&j, "label");
	json_cstr(&j, d->plan && plan_nsteps(d->plan) ? plan_label(d->plan) : NULL);
	add_result_json(d, &j);
	add_counts_json(d, &j);
	add_steps_json(d, &j);
	add_skipped_json(d, &j);
	add_errors(d, &j);
	json_end(&j);
	str_addc(&out, '\n');
	return out.failed ? -ENOMEM : verb_write(d->name, out.buf, out.len);
}

int deed_add_path(const struct step *s, struct str *out)
{
	bool to = s->to.dir && s->to.name;
	int r = step_path(to ? &s->to : &s->from, out);

	return r < 0 ? r : str_addc(out, '\0');
}

static int print_nul(struct deed *d)
{
	CLEANUP(str_done) struct str out = STR_INIT;
	uint32_t n = d->plan ? plan_nsteps(d->plan) : 0;
	int r = 0;

	if (!d->ran && !d->dry_run)
		return 0;
	for (uint32_t i = 0; r == 0 && i < n; i++) {
		if (!d->steps || d->steps[i].state == STEP_DONE)
			r = deed_add_path(plan_step(d->plan, i), &out);
	}
	return r < 0 ? r : verb_write(d->name, out.buf, out.len);
}

static void add_step(const struct step *s, const char *word, struct str *out)
{
	CLEANUP(str_done) struct str text = STR_INIT;

	step_describe(s, &text);
	str_addf(out, "%s ", word);
	display_add(out, text.buf, text.len, verb_ascii());
	str_addc(out, '\n');
	out->failed |= text.failed;
}

/* What was asked for and is, as asked for, not done. */
static void add_skipped(const struct deed *d, struct str *out)
{
	for (uint32_t i = 0; i < nskipped(d); i++) {
		const char *path = plan_skipped(d->plan, i);

		str_adds(out, "skipped ");
		display_add(out, path, strlen(path), verb_ascii());
		str_adds(out, ", where something has that name\n");
	}
}

/* What it did, and how to take it back. */
static void add_end(struct deed *d, struct str *out)
{
	bool back = false;

	deed_summary(d, out);
	for (uint32_t i = 0; !back && i < plan_nsteps(d->plan); i++)
		back = d->steps[i].state == STEP_DONE && step_has_inverse(plan_step(d->plan, i));
	if (d->result.done < plan_nsteps(d->plan))
		str_addf(out, ": %u of %u done", d->result.done, plan_nsteps(d->plan));
	if (back && d->result.id)
		str_addf(out, "; 'trowel undo %llu' takes it back",
			 (unsigned long long)d->result.id);
	str_addc(out, '\n');
}

static int print_text(struct deed *d)
{
	CLEANUP(str_done) struct str out = STR_INIT;
	uint32_t n = d->plan ? plan_nsteps(d->plan) : 0;

	for (uint32_t i = 0; d->print && i < n; i++)
		add_step(plan_step(d->plan, i), deed_state_word(d->steps[i].state), &out);
	add_skipped(d, &out);
	if (n)
		add_end(d, &out);
	return out.failed ? -ENOMEM : verb_write(d->name, out.buf, out.len);
}

static int print_text_plan(struct deed *d)
{
	CLEANUP(str_done) struct str out = STR_INIT;
	uint32_t n = d->plan ? plan_nsteps(d->plan) : 0;

	for (uint32_t i = 0; i < n; i++)
		add_step(plan_step(d->plan, i), "would", &out);
	add_skipped(d, &out);
	str_adds(&out, "nothing was changed; it would ");
	if (n)
		deed_summary(d, &out);
	else
		str_adds(&out, "do nothing");
	str_addc(&out, '\n');
	return out.failed ? -ENOMEM : verb_write(d->name, out.buf, out.len);
}

int deed_print_plan(struct deed *d)
{
	if (d->format == PRINT_JSON)
		return print_json(d);
	return d->format == PRINT_NUL ? print_nul(d) : print_text_plan(d);
}

/* Who asked for nothing to be printed hears what was done on a terminal, as people do. */
int deed_print_result(struct deed *d)
{
	if (d->format == PRINT_JSON)
		return print_json(d);
	if (d->format == PRINT_NUL)
		return print_nul(d);
	return (d->ran || nskipped(d)) && (d->print || isatty(STDOUT_FILENO)) ? print_text(d) : 0;
}
