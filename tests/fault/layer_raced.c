/* SPDX-License-Identifier: MIT
 *
 * Somebody who moves things about without a pause while the program works: its directory and a link
 * to the canary change places, the thing and others too, and names are taken.
 */
#include "layers.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define RACES  50
#define LINK   "away/link"
#define LINK_X "away/link-x"
#define DECOY  "away/decoy"
#define DECOYS "away/decoys"
#define PARKED "away/parked"

static const char *impossible(void)
{
	const char *why;

	return world_can_mount(&why) ? NULL : why;
}

static void list(const struct scenario *s, const struct reference *ref, struct case_list *out)
{
	static struct call races[RACES];

	/* Things cannot be moved between two file systems; and which names fit a pattern must be
	 * known. */
	if ((s->flags & SCENARIO_SECOND) || strchr(s->command, '*'))
		return;
	for (unsigned i = 0; i < RACES; i++) {
		races[i] = (struct call){.name = "race", .nth = i + 1};
		case_add(out, &(struct fault_case){s, ref, &races[i], NULL, false, NULL});
	}
}

/* A name in a directory that is what it was in the beginning: what is outside is not to be moved by
 * this. */
struct spot {
	int dir;
	const char *name;
};

static struct spot spot(const struct world *w, const char *rel)
{
	const char *slash = rel ? strrchr(rel, '/') : NULL;
	char dir[256];

	if (!slash)
		return (struct spot){-1, ""};
	snprintf(dir, sizeof(dir), "%.*s", (int)(slash - rel), rel);
	return (struct spot){openat(w->tree->fd, dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC),
			     slash + 1};
}

static void change_places(struct spot a, struct spot b)
{
	renameat2(a.dir, a.name, b.dir, b.name, RENAME_EXCHANGE);
}

static void move(struct spot a, struct spot b)
{
	renameat2(a.dir, a.name, b.dir, b.name, RENAME_NOREPLACE);
}

static void race(const struct scenario *s, const struct world *w, unsigned start)
{
	struct spot dir = spot(w, s->dir), thing = spot(w, s->thing), target = spot(w, s->target),
		    link = spot(w, LINK), link_x = spot(w, LINK_X), decoy = spot(w, DECOY),
		    decoys = spot(w, DECOYS), parked = spot(w, PARKED);

	for (unsigned i = start;; i++) {
		switch (i * 2654435761u >> 29) {
		case 0:
		case 1:
			/* Who is given a path while that leads elsewhere is right to go there. */
			if (!s->operand)
				change_places(dir, link);
			break;
		case 2:
			change_places(thing, decoy);
			break;
		case 3:
			change_places(thing, link_x);
			break;
		case 4:
			move(dir, parked);
			break;
		case 5:
			move(parked, dir);
			break;
		case 6:
			change_places(dir, decoys);
			break;
		default:
			move(decoy, target);
			break;
		}
	}
}

static enum case_result run(const struct fault_case *c, const struct subject *subject,
			    struct verdict *v)
{
	const struct scenario *s = c->scenario;
	struct scenario doomed = *s;
	struct manifest before;
	struct world w;
	struct ran ran;
	pid_t pid;

	/* What is put into a tree that is deleted goes with it. */
	if (s->destroys)
		doomed.destroys = "";
	scenario_make(s, subject, 0, &w);
	assert_int_equal(symlinkat(world_path(&w, "canary"), w.tree->fd, LINK), 0);
	assert_int_equal(symlinkat(world_path(&w, "canary/x"), w.tree->fd, LINK_X), 0);
	tree_add(w.tree, "away/decoy \"decoy\"\naway/decoys/x \"not it\"\n"
			 "away/decoys/sub/x \"nor that\"\n");
	scenario_prepare(s, &w, &before);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		race(s, &w, c->call->nth * 7919);
	world_run(&w, NULL, s->command, &ran);
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	{
		struct trial t = {.scenario = &doomed,
				  .ref = c->ref,
				  .world = &w,
				  .before = &before,
				  .attacked = true,
				  .stray = true};

		judge_run(&t, &ran, v);
		judge_after(&t, v);
	}
	ran_done(&ran);
	manifest_done(&before);
	world_free(&w);
	return CASE_TRIED;
}

const struct layer layer_raced = {"raced", 6, 4, impossible, list, run};
