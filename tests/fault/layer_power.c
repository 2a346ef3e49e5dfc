/* SPDX-License-Identifier: MIT
 *
 * The power goes: behind each call that changes something, and behind the end. Once by taking what
 * is on the disk at that moment and going on with that; once by stopping the file system below the
 * program, which sees that and must not say that it is done.
 */
#include "layers.h"

#include <fcntl.h>
#include <unistd.h>

#include "image.h"

static const char *impossible(void)
{
	const char *why;

	return trace_possible(&why) ? image_impossible() : why;
}

static void list(const struct scenario *s, const struct reference *ref, struct case_list *out)
{
	if (s->flags & SCENARIO_SECOND)
		return;
	for (size_t i = 0; i < ref->calls.n; i++) {
		const struct call *call = &ref->calls.at[i];

		if (call->sort == CALL_CHANGES && !call->again && !call->told)
			case_add(out, &(struct fault_case){s, ref, call, NULL, false, NULL});
	}
}

static void list_and_end(const struct scenario *s, const struct reference *ref,
			 struct case_list *out)
{
	list(s, ref, out);
	if (out->n)
		case_add(out, &(struct fault_case){s, ref, NULL, NULL, false, NULL});
}

struct cut {
	struct image image;
	struct world w;
	struct manifest before;
	bool done;
};

static void begin(struct cut *cut, const struct fault_case *c, const struct subject *subject)
{
	int fd;

	image_make(&cut->image);
	setenv("TMPDIR", cut->image.mount, 1);
	scenario_make(c->scenario, subject, WORLD_BARE, &cut->w);
	scenario_prepare(c->scenario, &cut->w, &cut->before);
	fd = open(cut->image.mount, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(syncfs(fd), 0);
	close(fd);
}

/* The tree is another now, at the same path. */
static bool revive(struct cut *cut, const char *name, struct verdict *v)
{
	struct str said = STR_INIT;
	bool good;

	close(cut->w.tree->fd);
	good = image_revive(&cut->image, name, &said);
	if (!good)
		problem(v, I9_BOUNDED, "the file system cannot be had again: %s", said.buf);
	str_done(&said);
	cut->w.tree->fd = open(cut->w.tree->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return good;
}

static void judge(struct cut *cut, const struct fault_case *c, const struct ran *ran,
		  struct verdict *v)
{
	struct trial t = {
		.scenario = c->scenario, .ref = c->ref, .world = &cut->w, .before = &cut->before};
	struct str diff = STR_INIT;
	struct manifest now;

	if (ran->status == 0 && !ran->late) {
		manifest_take(&now, cut->w.tree->path);
		if (manifest_diff(&now, &c->ref->after, "", M_TIMES, &diff))
			problem(v, I7_DURABLE, "it was said to be done:\n%s", diff.buf);
		manifest_done(&now);
	}
	str_done(&diff);
	judge_after(&t, v);
}

static void end(struct cut *cut)
{
	manifest_done(&cut->before);
	if (cut->w.tree->fd >= 0)
		world_free(&cut->w);
	image_free(&cut->image);
}

/* ---- what is on the disk at that moment ---- */

static void take_copy(void *ctx, pid_t pid)
{
	struct cut *cut = ctx;

	(void)pid;
	if (!cut->done)
		image_copy(&cut->image, "cut");
	cut->done = true;
}

static enum case_result run_copied(const struct fault_case *c, const struct subject *subject,
				   struct verdict *v)
{
	struct cut cut = {.done = false};
	struct ran ran;

	begin(&cut, c, subject);
	if (c->call) {
		trace_stop(&cut.w, c->scenario->command, c->call->name, c->call->nth, take_copy,
			   &cut, &ran);
		ran.status = -1; /* at that moment nothing was said yet */
	} else {
		world_run(&cut.w, NULL, c->scenario->command, &ran);
	}
	if (!cut.done)
		take_copy(&cut, 0);
	if (revive(&cut, "cut", v))
		judge(&cut, c, &ran, v);
	ran_done(&ran);
	end(&cut);
	return CASE_TRIED;
}

/* ---- the file system stops ---- */

static void shut_down(void *ctx, pid_t pid)
{
	struct cut *cut = ctx;

	(void)pid;
	cut->done = cut->done || image_shutdown(&cut->image);
}

static enum case_result run_shutdown(const struct fault_case *c, const struct subject *subject,
				     struct verdict *v)
{
	struct cut cut = {.done = false};
	struct ran ran;

	begin(&cut, c, subject);
	trace_stop(&cut.w, c->scenario->command, c->call->name, c->call->nth, shut_down, &cut,
		   &ran);
	if (ran.late || (ran.status != 0 && ran.status != 1 && ran.status != 3))
		problem(v, I9_BOUNDED, "it ended with status %d%s", ran.status,
			ran.late ? ", late" : "");
	if (revive(&cut, "file", v))
		judge(&cut, c, &ran, v);
	ran_done(&ran);
	end(&cut);
	return cut.done ? CASE_TRIED : CASE_MISSED;
}

const struct layer layer_power = {"power", 4, 4, impossible, list_and_end, run_copied};
const struct layer layer_shutdown = {"shutdown", 4, 2, impossible, list, run_shutdown};
