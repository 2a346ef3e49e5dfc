/* SPDX-License-Identifier: MIT
 *
 * Every call fails in each of its ways, once and from then on; killed before every call that
 * changes something; and told to end at each of these, as by the keyboard.
 */
#include "layers.h"

#include <unistd.h>

#define READS_EVERY 4 /* of the calls that only read every so manieth, with one of its errors */

/* Whoever finds no trash in the home takes that of the mount, which must not be one of the machine.
 */
static const char *impossible(void)
{
	const char *why;

	return trace_possible(&why) && world_can_mount(&why) ? NULL : why;
}

/* A call that came to nothing anyway is not worth more than that. */
static bool came_to_nothing(const struct call *c)
{
	return strncmp(c->result, "-1", 2) == 0;
}

static void fails_list(const struct scenario *s, const struct reference *ref,
		       struct case_list *list)
{
	for (size_t i = 0; i < ref->calls.n; i++) {
		const struct call *call = &ref->calls.at[i];
		const char *const *errors;
		size_t n = 0;

		if (call->sort == CALL_OTHER || call->again)
			continue;
		errors = call_errors(call);
		while (errors[n])
			n++;
		for (size_t e = 0; e < n; e++) {
			bool can = strcmp(errors[e], "EINTR") != 0;
			struct fault_case c = {s, ref, call, errors[e], false, NULL};

			if (call->sort == CALL_READS &&
			    (i % READS_EVERY || e != i / READS_EVERY % n))
				continue;
			case_add(list, &c);
			c.forever = can && !came_to_nothing(call);
			if (c.forever)
				case_add(list, &c);
		}
	}
}

/* fchmodat2(2), which strace knows by its number only, so that nothing can be done to it; but to
 * the call before it can. */
static bool unknown_comes(const struct reference *ref, size_t i)
{
	return i + 1 < ref->calls.n && strncmp(ref->calls.at[i + 1].name, "syscall_", 8) == 0;
}

static void killed_list(const struct scenario *s, const struct reference *ref,
			struct case_list *list)
{
	for (size_t i = 0; i < ref->calls.n; i++)
		if ((ref->calls.at[i].sort == CALL_CHANGES && !ref->calls.at[i].again) ||
		    unknown_comes(ref, i))
			case_add(list, &(struct fault_case){s, ref, &ref->calls.at[i], NULL, false,
							    NULL});
}

/* What could not be removed, and was named. */
#define STAYS "its information stays in the trash"

static bool says(const struct ran *ran, const char *text)
{
	return ran->status == 1 && ran->err.len && strstr(ran->err.buf, text);
}

/* Told that there is no such thing any more, who looks what there is cannot know better. */
static bool misleads(const struct fault_case *c)
{
	static const char *const gone[] = {"ENOENT", "ESTALE", "EXDEV"};

	for (size_t i = 0; c->scenario->seeks && c->error && i < sizeof(gone) / sizeof(gone[0]);
	     i++)
		if (strcmp(c->error, gone[i]) == 0)
			return true;
	return false;
}

static enum case_result run(const struct fault_case *c, const struct subject *subject,
			    const char *signal, struct verdict *v)
{
	bool kills = signal && strcmp(signal, "KILL") == 0;
	char when[16], what[48];
	const struct injection i = {c->call->name, what, when};
	struct manifest before;
	struct world w;
	struct ran ran;
	bool hit;

	snprintf(when, sizeof(when), "%u%s", c->call->nth, c->forever ? "+" : "");
	snprintf(what, sizeof(what), "%s%s",
		 signal ? "signal=" : "error=", signal ? signal : c->error);
	scenario_make(c->scenario, subject, 0, &w);
	scenario_prepare(c->scenario, &w, &before);
	trace_inject(&w, c->scenario->command, &i, &ran, &hit);
	{
		struct trial t = {.scenario = c->scenario,
				  .ref = c->ref,
				  .world = &w,
				  .before = &before,
				  .cancelled = signal && !kills,
				  .misled = misleads(c),
				  .partly = misleads(c) || says(&ran, "partly done") ||
					    says(&ran, STAYS),
				  .stray = misleads(c) || says(&ran, STAYS),
				  .untold = c->call->told ||
					    (c->forever && strcmp(c->call->name, "write") == 0) ||
					    (c->error && strcmp(c->error, "ENOMEM") == 0)};

		if (!kills || !hit)
			judge_run(&t, &ran, v);
		judge_after(&t, v);
	}
	ran_done(&ran);
	manifest_done(&before);
	world_free(&w);
	return hit ? CASE_TRIED : CASE_MISSED;
}

static enum case_result run_failing(const struct fault_case *c, const struct subject *subject,
				    struct verdict *v)
{
	return run(c, subject, NULL, v);
}

static enum case_result run_killed(const struct fault_case *c, const struct subject *subject,
				   struct verdict *v)
{
	return run(c, subject, "KILL", v);
}

/* Threads but the first take no signals: only what that calls is of use here. */
static enum case_result run_cancelled(const struct fault_case *c, const struct subject *subject,
				      struct verdict *v)
{
	return run(c, subject, "INT", v);
}

const struct layer layer_fails = {"fails", 8, 10, impossible, fails_list, run_failing};
const struct layer layer_killed = {"killed", 8, 10, impossible, killed_list, run_killed};
const struct layer layer_cancelled = {"cancelled", 4, 8, impossible, killed_list, run_cancelled};
