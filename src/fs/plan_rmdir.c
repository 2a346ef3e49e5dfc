/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/path.h"
#include "fs/plan_inside.h"
#include "fs/stat.h"
#include "fs/sys.h"
#include "fs/walk.h"

/* A search for what would be empty. */
struct emptying {
	struct plan *p;
	const char *root; /* its path */
	bool *stays;      /* of each directory we are in: something in it does */
	size_t cap;
	uint32_t depth;
};

static void stays(struct emptying *e)
{
	if (e->depth > 0 && e->stays)
		e->stays[e->depth - 1] = true;
}

static int below_path(const struct emptying *e, const struct walk_item *i, struct str *out)
{
	size_t len = strlen(i->rel);

	return len ? path_join(out, e->root, i->rel, len) : str_adds(out, e->root);
}

static int trouble(struct emptying *e, const struct walk_item *i)
{
	struct str path = STR_INIT;
	int rc = below_path(e, i, &path);

	stays(e);
	if (rc == 0)
		rc = plan_trouble(e->p, path.buf, NULL, i->err, NULL);
	str_done(&path);
	return plan_added(rc);
}

static int enter(struct emptying *e, const struct walk_item *i)
{
	int rc = array_grow(&e->stays, &e->cap, e->depth + 1, sizeof(*e->stays));

	if (rc == 0)
		e->stays[e->depth++] = false;
	return rc == 0 && i->err ? trouble(e, i) : rc;
}

/* All that is in it is gone by then. */
static int add_dir(struct emptying *e, const struct walk_item *i)
{
	struct str path = STR_INIT;
	struct identity expect = identity_of(&i->meta);
	struct plan_at at = {.dirfd = i->dirfd, .name = i->name, .expect = &expect};
	uint32_t troubles = e->p->ntroubles;
	int rc = below_path(e, i, &path);

	if (rc == 0) {
		str_cut(&path, path_parent_len(path.buf));
		at.dir = path.buf;
		rc = plan_rmdir(e->p, &at, false);
	}
	if (e->p->ntroubles > troubles)
		stays(e);
	str_done(&path);
	return rc;
}

static int leave(struct emptying *e, const struct walk_item *i)
{
	bool kept = e->depth > 0 && e->stays && e->stays[e->depth - 1];

	if (e->depth > 0)
		e->depth--;
	if (e->depth == 0)
		return kept; /* the root is for the caller */
	if (kept || i->dirfd < 0 || !i->has_meta) {
		stays(e);
		return 0;
	}
	return add_dir(e, i);
}

/* 1 at the end when something in the root stays. */
static int look(struct emptying *e, int fd)
{
	struct walk_options o = {.flags = WALK_PRE | WALK_POST | WALK_XDEV | WALK_STAT,
				 .cancel = e->p->env.cancel};
	struct walk_item i;
	struct walk *w;
	int rc = walk_new(fd, ".", &o, &w), more = 0;

	if (rc < 0)
		return rc;
	while (rc == 0 && (more = walk_next(w, &i)) > 0) {
		if (i.kind == WALK_DIR)
			rc = enter(e, &i);
		else if (i.kind == WALK_DIR_END)
			rc = leave(e, &i);
		else if (i.kind == WALK_ERROR)
			rc = trouble(e, &i);
		else
			stays(e);
	}
	walk_free(w);
	return more < 0 ? more : rc;
}

/* What is in the directory at the place. 1: something in it stays, or a problem. */
static int add_below(struct plan *p, const struct step *root)
{
	struct emptying e = {.p = p};
	struct str path = STR_INIT;
	int fd = -1, rc = step_path(&root->from, &path);

	if (rc == 0)
		rc = act_dir(p->act, &root->from);
	if (rc >= 0)
		rc = fd = identity_open_dir(rc, root->from.name, NULL);
	e.root = path.buf;
	if (rc >= 0)
		rc = look(&e, fd);
	if (rc < 0 && !plan_is_fatal(rc))
		rc = plan_trouble_step(p, root, rc, NULL);
	if (fd >= 0)
		sys_close(fd);
	free(e.stays);
	str_done(&path);
	return rc;
}

int plan_rmdir(struct plan *p, const struct plan_at *at, bool below)
{
	struct step s;
	int rc = plan_begin(p, STEP_RMDIR, at, &s);

	if (rc == 0 && s.what.type != S_IFDIR)
		rc = plan_trouble_at(p, at, -ENOTDIR, NULL);
	if (rc == 0 && below)
		rc = add_below(p, &s);
	if (rc == 0)
		rc = plan_push(p, &s, &PLAN_ITEM);
	step_done(&s);
	return plan_added(rc);
}
