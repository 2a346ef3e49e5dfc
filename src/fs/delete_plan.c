/* SPDX-License-Identifier: MIT */
#include "fs/delete_plan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/map.h"
#include "base/str.h"
#include "fs/access.h"
#include "fs/stat.h"
#include "fs/sys.h"
#include "fs/walk.h"

#define PROGRESS_EVERY 1024u

/* A directory the walk is in. */
struct place {
	struct meta meta;
	bool kept; /* something in it stays, and so does it */
	bool asked;
	int err; /* of changing it */
};

struct delete_plan {
	struct plan_options o;
	struct subject self; /* with o.rights */
	struct place *places;
	size_t places_cap;
	struct plan_counts counts;
	struct map links; /* struct file_id to how many of its links are not in the plan yet */
	struct str path;
	size_t shown_len;
	unsigned since_progress;
};

int delete_plan_new(const struct plan_options *options, struct delete_plan **ret_plan)
{
	struct delete_plan *p = calloc(1, sizeof(*p));
	int rc;

	if (!p)
		return -ENOMEM;
	p->o = *options;
	p->path = (struct str)STR_INIT;
	map_init(&p->links);
	rc = options->rights ? access_self(&p->self) : 0;
	if (rc < 0) {
		delete_plan_free(p);
		return rc;
	}
	*ret_plan = p;
	return 0;
}

void delete_plan_free(struct delete_plan *plan)
{
	if (!plan)
		return;
	map_done(&plan->links);
	str_done(&plan->path);
	free(plan->places);
	free(plan);
}

const struct plan_counts *delete_plan_counts(const struct delete_plan *plan)
{
	return &plan->counts;
}

static void count(struct delete_plan *p, uint64_t *counter)
{
	++*counter;
	if (++p->since_progress < PROGRESS_EVERY || !p->o.progress)
		return;
	p->since_progress = 0;
	p->o.progress(p->o.ctx, &p->counts);
}

/* `rel` below the thing that is being added stays. */
static int stays(struct delete_plan *p, const char *rel, int err, const char *why)
{
	struct delete_failure f = {.err = err, .why = why};

	p->counts.kept++;
	if (!p->o.failed)
		return 0;
	str_cut(&p->path, p->shown_len);
	if (*rel && (str_addc(&p->path, '/') < 0 || str_adds(&p->path, rel) < 0))
		return -ENOMEM;
	f.path = p->path.buf;
	f.len = p->path.len;
	p->o.failed(p->o.ctx, &f);
	return 0;
}

static int add_linked(struct delete_plan *p, const struct meta *m, uint64_t bytes)
{
	uintptr_t left;
	bool seen = map_get(&p->links, &m->id, sizeof(m->id), &left);
	int rc;

	if (seen && left == 0)
		return 0; /* more links than there were when it was first met */
	left = seen ? left - 1 : m->nlink - 1;
	rc = map_put(&p->links, &m->id, sizeof(m->id), left);
	if (rc < 0)
		return rc;
	if (!seen) {
		p->counts.apparent += m->size;
		p->counts.held += bytes;
		p->counts.held_files++;
	}
	if (left == 0) {
		p->counts.held -= bytes;
		p->counts.held_files--;
		p->counts.freed += bytes;
	}
	return 0;
}

static int add_file(struct delete_plan *p, const struct meta *m)
{
	uint64_t bytes = m->blocks * 512;

	count(p, &p->counts.files);
	if (m->nlink > 1)
		return add_linked(p, m, bytes);
	if (S_ISREG(m->mode) || S_ISLNK(m->mode))
		p->counts.apparent += m->size;
	p->counts.freed += bytes;
	return 0;
}

/* ---- rights ---- */

static int enter(struct delete_plan *p, const struct walk_item *i)
{
	int rc = array_grow(&p->places, &p->places_cap, i->depth + 1, sizeof(*p->places));

	if (rc == 0)
		p->places[i->depth] = (struct place){.meta = i->meta};
	return rc;
}

/* unlink(2), of something below what is added: 0, or why it will not do. */
static int may_go(struct delete_plan *p, const struct walk_item *i, const char **ret_why)
{
	struct place *d;

	if (!p->o.rights || i->depth == 0)
		return 0;
	d = &p->places[i->depth - 1];
	if (!d->asked)
		d->err = access_may(i->dirfd, W_OK | X_OK);
	d->asked = true;
	if (d->err == -EACCES)
		*ret_why = "you may not change the directory it is in";
	if (d->err)
		return d->err;
	if (access_stuck(&p->self, &d->meta, &i->meta))
		*ret_why = "the directory it is in is sticky, and neither is yours";
	else if (d->meta.attrs & STATX_ATTR_APPEND)
		*ret_why = "the directory it is in may only grow (chattr -a would help)";
	else if (i->meta.attrs & STATX_ATTR_IMMUTABLE)
		*ret_why = "it is immutable (chattr -i would help)";
	else if (i->meta.attrs & STATX_ATTR_APPEND)
		*ret_why = "it may only grow (chattr -a would help)";
	return *ret_why ? -EPERM : 0;
}

/* ---- what is met ---- */

/* With all that it is in. */
static int item_stays(struct delete_plan *p, const struct walk_item *i, int err, const char *why)
{
	for (uint32_t d = i->depth; d-- > 0 && !p->places[d].kept;)
		p->places[d].kept = true;
	return stays(p, i->rel, err, why);
}

/* Where the kernel tells no mount ids, only devices tell. */
static bool crossed(const struct walk_item *i, const struct dir_id *root)
{
	return i->has_meta && (i->meta.id.dev != root->file.dev ||
			       (i->mnt_id && root->mnt_id && i->mnt_id != root->mnt_id));
}

static int skip(struct delete_plan *p, struct walk *w, const struct walk_item *i, int err,
		const char *why)
{
	walk_skip(w);
	return item_stays(p, i, err, why);
}

static int add_dir(struct delete_plan *p, struct walk *w, const struct walk_item *i,
		   const struct dir_id *root)
{
	const char *why = guards_why(p->o.guards, i->meta.id);
	int err;

	if (!i->has_meta)
		return skip(p, w, i, i->err, NULL);
	if (crossed(i, root))
		return skip(p, w, i, -EXDEV, "it is another file system");
	if (why)
		return skip(p, w, i, -EPERM, why);
	err = enter(p, i);
	if (err < 0)
		return err;
	err = may_go(p, i, &why);
	p->places[i->depth].kept = err < 0;
	return err < 0 ? item_stays(p, i, err, why) : 0;
}

static void end_dir(struct delete_plan *p, const struct walk_item *i)
{
	const struct place *d = &p->places[i->depth];

	if (d->kept)
		return;
	count(p, &p->counts.dirs);
	p->counts.freed += d->meta.blocks * 512;
}

static int add_leaf(struct delete_plan *p, const struct walk_item *i, const struct dir_id *root)
{
	const char *why = NULL;
	int err;

	if (crossed(i, root))
		return item_stays(p, i, -EBUSY, "a file system is mounted there");
	if (!i->has_meta)
		return item_stays(p, i, i->err, NULL);
	err = may_go(p, i, &why);
	return err < 0 ? item_stays(p, i, err, why) : add_file(p, &i->meta);
}

/* Between the two of its directory. */
static int not_read(struct delete_plan *p, const struct walk_item *i, int err, const char *why)
{
	p->places[i->depth].kept = true;
	return item_stays(p, i, err, why);
}

static int add_item(struct delete_plan *p, struct walk *w, const struct walk_item *i,
		    const struct dir_id *root)
{
	switch (i->kind) {
	case WALK_LEAF:
		return add_leaf(p, i, root);
	case WALK_DIR:
		return add_dir(p, w, i, root);
	case WALK_ERROR:
		return not_read(p, i, i->err, NULL);
	case WALK_MOUNT:
		return not_read(p, i, -EXDEV, "it is another file system");
	case WALK_LOOP:
		return not_read(p, i, -ELOOP, NULL);
	case WALK_DIR_END:
		end_dir(p, i);
		break;
	}
	return 0;
}

/* The directory fd, which is what was confirmed. */
static int add_tree(struct delete_plan *p, int fd, const struct dir_id *root)
{
	struct walk_options o = {.flags = WALK_PRE | WALK_POST | WALK_XDEV | WALK_STAT,
				 .cancel = p->o.cancel};
	struct walk_item item;
	struct walk *w;
	int rc = walk_new(fd, ".", &o, &w), more;

	if (rc < 0)
		return rc;
	do {
		more = walk_next(w, &item);
		rc = more > 0 ? add_item(p, w, &item, root) : more;
	} while (rc == 0 && more > 0);
	walk_free(w);
	return rc;
}

static int add_confirmed(struct delete_plan *p, int dirfd, const char *name, const struct meta *m,
			 uint64_t mnt_id)
{
	const char *why = guards_why(p->o.guards, m->id);
	const struct dir_id id = {.file = m->id, .mnt_id = mnt_id};
	int fd, rc;

	if (why) {
		rc = stays(p, "", -EPERM, why);
		return rc < 0 ? rc : -EPERM;
	}
	if (!S_ISDIR(m->mode))
		return add_file(p, m);
	fd = identity_open_dir(dirfd, name, &id);
	if (fd == -EXDEV || m->attrs & META_MOUNT_ROOT) {
		if (fd >= 0)
			sys_close(fd);
		rc = stays(p, "", -EBUSY, "a file system is mounted there");
		return rc < 0 ? rc : -EBUSY;
	}
	if (fd == -EACCES || fd == -EPERM) {
		count(p, &p->counts.dirs);
		return stays(p, "", fd, NULL);
	}
	if (fd < 0)
		return fd == -ENOTDIR ? -ESTALE : fd;
	rc = add_tree(p, fd, &id);
	sys_close(fd);
	return rc;
}

int delete_plan_add(struct delete_plan *plan, int dirfd, const char *name,
		    const struct identity *expect, const char *shown)
{
	struct meta meta;
	uint64_t mnt_id;
	int pin, rc;

	str_clear(&plan->path);
	if (str_adds(&plan->path, shown) < 0)
		return -ENOMEM;
	plan->shown_len = plan->path.len;
	rc = identity_pin(dirfd, name, expect, &pin, &meta);
	if (rc < 0)
		return rc;
	rc = stat_fd(pin, &meta, &mnt_id);
	if (rc == 0)
		rc = add_confirmed(plan, dirfd, name, &meta, mnt_id);
	sys_close(pin);
	if (plan->o.progress)
		plan->o.progress(plan->o.ctx, &plan->counts);
	return rc;
}
