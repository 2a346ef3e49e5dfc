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

#define RACES  100
#define LINK   "away/link"
#define DECOY  "away/decoy"
#define DECOYS "away/decoys"
#define PARKED "away/parked"

static void list(const struct scenario *s, const struct reference *ref, struct case_list *out)
{
	static struct call races[RACES];

	if (s->flags & SCENARIO_SECOND)
		return; /* things cannot be moved between the two */
	for (unsigned i = 0; i < RACES; i++) {
		races[i] = (struct call){.name = "race", .nth = i + 1};
		case_add(out, &(struct fault_case){s, ref, &races[i], NULL, false, NULL});
	}
}

static void race(const struct scenario *s, int fd, unsigned start)
{
	for (unsigned i = start;; i++) {
		switch (i * 2654435761u >> 29) {
		case 0:
		case 1:
			renameat2(fd, s->dir, fd, LINK, RENAME_EXCHANGE);
			break;
		case 2:
			renameat2(fd, s->thing, fd, DECOY, RENAME_EXCHANGE);
			break;
		case 3:
			renameat2(fd, s->thing, fd, LINK, RENAME_EXCHANGE);
			break;
		case 4:
			renameat2(fd, s->dir, fd, PARKED, RENAME_NOREPLACE);
			break;
		case 5:
			renameat2(fd, PARKED, fd, s->dir, RENAME_NOREPLACE);
			break;
		case 6:
			renameat2(fd, s->dir, fd, DECOYS, RENAME_EXCHANGE);
			break;
		default:
			if (s->target)
				renameat2(fd, DECOY, fd, s->target, RENAME_NOREPLACE);
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
	tree_add(w.tree, "away/link -> ../canary\naway/decoy \"decoy\"\naway/decoys/x \"not it\"\n"
			 "away/decoys/sub/x \"nor that\"\n");
	scenario_prepare(s, &w, &before);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		race(s, w.tree->fd, c->call->nth * 7919);
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

const struct layer layer_raced = {"raced", 2, NULL, list, run};
