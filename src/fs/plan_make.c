/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/path.h"
#include "fs/openpath.h"
#include "fs/plan_inside.h"
#include "fs/stat.h"
#include "fs/sys.h"
#include "fs/trash_list.h"

/* ---- what is made ---- */

/* A directory to begin at. 0, 1, -ENOMEM. */
static int start(struct plan *p, const struct plan_at *at, struct plan_way *w)
{
	int flags = O_PATH | O_DIRECTORY | O_CLOEXEC;
	int fd = at->dirfd < 0 ? openpath(at->dir, flags) : sys_openat(at->dirfd, ".", flags, 0);

	if (at->dir[0] != '/' && fd >= 0) {
		sys_close(fd);
		fd = -EINVAL;
	}
	if (fd < 0)
		return fd == -ENOMEM ? fd : plan_trouble_at(p, at, fd, NULL);
	return plan_way_init(w, fd, at->dir);
}

/* Along all components but the last, which is *ret_last. */
static int go(struct plan *p, struct plan_way *w, const char *path, struct str *ret_last)
{
	int rc = 0;

	while (rc == 0) {
		size_t len = strcspn(path, "/");
		const char *next = path + len + strspn(path + len, "/");

		if (!*next) {
			str_clear(ret_last);
			return str_add(ret_last, path, len);
		}
		rc = plan_way_enter(p, w, path, len);
		path = next;
	}
	return rc;
}

/* What is there already: 0 nothing, 1 the directory that is wanted, or a problem; -ENOMEM. */
static int is_there(struct plan *p, const struct plan_at *at, const struct plan_way *w,
		    const char *name, bool dir_will_do)
{
	struct meta meta;
	int rc;

	if (w->maker != PLAN_NONE)
		return 0;
	rc = stat_at(w->fd, name, &meta, NULL);
	if (rc == -ENOENT)
		return 0;
	if (rc < 0)
		return plan_trouble_at(p, at, rc, NULL);
	if (dir_will_do && S_ISDIR(meta.mode))
		return 1;
	return plan_trouble_at(p, at, -EEXIST, "something has that name already");
}

struct making {
	struct plan_at at;
	bool dir, fresh;
	uint32_t mode; /* UINT32_MAX: what umask(2) leaves */
};

/* The last component. */
static int make_last(struct plan *p, const struct making *m, struct plan_way *w, const char *name)
{
	struct step s = STEP_INIT;
	struct plan_item item = PLAN_ITEM;
	uint32_t by = PLAN_NONE;
	int rc = identity_component(name) ? 0 : -EINVAL;

	if (rc < 0)
		return plan_trouble_at(p, &m->at, rc, "that is no name of a thing in a directory");
	rc = is_there(p, &m->at, w, name, m->dir && !m->fresh);
	if (rc == 0)
		rc = plan_way_place(p, w, name, &s.to);
	if (rc == 1 && w->err)
		rc = plan_trouble_at(p, &m->at, w->err, w->why);
	if (rc == 0)
		rc = plan_way_made(p, &s.to, w->maker, &by);
	if (rc == 0 && by != PLAN_NONE) {
		rc = 1;
		if (!m->dir || m->fresh || p->steps[by].kind == STEP_CREATE)
			rc = plan_trouble_at(p, &m->at, -EEXIST,
					     "something of this plan has that name already");
		else
			p->items[by].on_way = false;
	}
	if (rc == 0) {
		s.kind = m->dir ? STEP_MKDIR : STEP_CREATE;
		if (m->mode != UINT32_MAX) {
			s.now.mode = m->mode & 07777;
			s.flags = STEP_HAS_MODE;
		}
		item.to_maker = w->maker;
		rc = plan_push(p, &s, &item);
	}
	if (rc == 0)
		rc = map_put(&p->made, p->key.buf, p->key.len, p->n - 1);
	step_done(&s);
	return rc;
}

int plan_make(struct plan *p, const struct plan_at *at, uint32_t mode, bool fresh)
{
	struct making m = {.at = *at, .fresh = fresh, .mode = mode};
	uint32_t before = p->n;
	struct plan_way w = {.fd = -1, .path = STR_INIT};
	struct str last = STR_INIT;
	size_t len = strlen(at->name);
	int rc = 0;

	m.dir = len > 0 && at->name[len - 1] == '/';
	if (plan_cancelled(p))
		return -ECANCELED;
	if (at->name[0] == '/' || len == 0)
		rc = plan_trouble_at(p, at, -EINVAL, "that is no name in a directory");
	if (rc == 0)
		rc = start(p, at, &w);
	if (rc == 0) {
		rc = go(p, &w, at->name, &last);
		if (rc == 1)
			rc = plan_trouble_at(p, at, w.err, w.why);
	}
	if (rc == 0)
		rc = make_last(p, &m, &w, last.buf);
	/* Nothing is made on the way to what cannot be made. */
	if (rc != 0)
		plan_forget_from(p, before);
	plan_way_done(&w);
	str_done(&last);
	return plan_added(rc);
}

/* ---- out of the trash ---- */

static int trashed_trouble(struct plan *p, const struct plan_trashed *what, int err,
			   const char *why)
{
	struct str dir = STR_INIT;
	int rc = path_join(&dir, what->trash->path.buf, "files", 5);

	if (rc == 0)
		rc = plan_trouble(p, dir.buf, what->name, err, why);
	str_done(&dir);
	return rc;
}

/* The same directory has been gone to for another thing: ways are kept by trash and directory. */
static int known_way(struct plan *p, const struct plan_trashed *what, const struct trashinfo *info,
		     size_t dir_len, struct plan_way **ret_way)
{
	uintptr_t way = 0;

	str_clear(&p->key);
	str_add(&p->key, &what->trash->id.file, sizeof(what->trash->id.file));
	str_addc(&p->key, info->kind == TRASHINFO_ABSOLUTE ? '/' : '.');
	str_add(&p->key, info->path.buf, dir_len);
	*ret_way = NULL;
	if (p->key.failed)
		return -ENOMEM;
	if (map_get(&p->ways, p->key.buf, p->key.len, &way))
		*ret_way = p->way_list[way];
	return 0;
}

/* Takes the way. */
static int keep_way(struct plan *p, const struct plan_trashed *what, const struct trashinfo *info,
		    size_t dir_len, const struct plan_way *way)
{
	struct plan_way *copy = malloc(sizeof(*copy)), *old;
	int rc =
		copy ? array_grow(&p->way_list, &p->cap_ways, p->nways + 1, sizeof(copy)) : -ENOMEM;

	if (rc == 0)
		rc = known_way(p, what, info, dir_len, &old);
	if (rc == 0)
		rc = map_put(&p->ways, p->key.buf, p->key.len, p->nways);
	if (rc < 0) {
		free(copy);
		return rc;
	}
	*copy = *way;
	/* Its id is known now; thousands of open directories are not needed. */
	if (copy->fd >= 0)
		sys_close(copy->fd);
	copy->fd = -1;
	p->way_list[p->nways++] = copy;
	return 0;
}

static int walk_back(struct plan *p, const struct plan_trashed *what, const struct trashinfo *info,
		     size_t dir_len, struct plan_way *w)
{
	bool absolute = info->kind == TRASHINFO_ABSOLUTE;
	int fd = sys_openat(absolute ? AT_FDCWD : what->trash->top, absolute ? "/" : ".",
			    O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
	int rc;

	if (fd < 0) {
		w->err = fd;
		return fd == -ENOMEM ? fd : 1;
	}
	rc = plan_way_init(w, fd, absolute ? "/" : what->trash->top_path.buf);
	w->secret = true;
	w->follow = p->env.flags & ACT_FOLLOW;
	for (size_t at = absolute; rc == 0 && at < dir_len;) {
		size_t len = strcspn(info->path.buf + at, "/");

		rc = plan_way_enter(p, w, info->path.buf + at, len);
		at += len + 1;
	}
	return rc;
}

/* Where it was: the place, made by which step. */
static int way_back(struct plan *p, const struct plan_trashed *what, const struct trashinfo *info,
		    struct step_place *ret_place, uint32_t *ret_maker)
{
	const char *name = path_base(info->path.buf);
	size_t dir_len = (size_t)(name - info->path.buf);
	struct plan_way fresh = {.fd = -1, .path = STR_INIT, .maker = PLAN_NONE}, *w;
	uint32_t before = p->n;
	int rc = known_way(p, what, info, dir_len, &w);

	if (rc == 0 && w) {
		rc = plan_way_place(p, w, name, ret_place);
		*ret_maker = w->maker;
		return rc;
	}
	if (rc == 0)
		rc = walk_back(p, what, info, dir_len, &fresh);
	if (rc == 0)
		rc = plan_way_place(p, &fresh, name, ret_place);
	*ret_maker = fresh.maker;
	if (rc == 1)
		rc = trashed_trouble(p, what, fresh.err, fresh.why);
	if (rc == 0)
		rc = keep_way(p, what, info, dir_len, &fresh);
	if (rc != 0) {
		plan_forget_from(p, before);
		plan_way_done(&fresh);
	}
	return rc;
}

static int place_back(struct plan *p, const struct plan_trashed *what, struct step *s,
		      uint32_t *ret_maker)
{
	struct trashinfo info;
	int rc = trash_info(what->trash, what->name, &info, NULL);

	if (rc == 0 && info.kind == TRASHINFO_NO_PATH)
		rc = -EINVAL;
	if (rc == -ENOENT)
		rc = -EINVAL;
	if (rc < 0)
		rc = rc == -ENOMEM ? rc : trashed_trouble(p, what, rc, info.why);
	else
		rc = way_back(p, what, &info, &s->to, ret_maker);
	trashinfo_done(&info);
	return rc;
}

/* A directory comes back for which the plan would have made an empty one: it is what the others go
 * into. */
static int push_restore(struct plan *p, struct step *s, const struct plan_item *item,
			uint32_t *ret_step)
{
	uint32_t by;
	int rc = 0;

	*ret_step = p->n;
	if (s->what.type != S_IFDIR)
		return plan_push(p, s, item);
	rc = plan_way_made(p, &s->to, item->to_maker, &by);
	if (rc == 0 && by != PLAN_NONE && p->steps[by].kind == STEP_MKDIR && p->items[by].on_way) {
		*ret_step = by;
		step_done(&p->steps[by]);
		p->steps[by] = *s;
		p->items[by] = *item;
		*s = (struct step)STEP_INIT;
		p->checked = false;
		return 0;
	}
	if (rc == 0)
		rc = plan_push(p, s, item);
	if (rc == 0 && by == PLAN_NONE)
		rc = map_put(&p->made, p->key.buf, p->key.len, p->n - 1);
	return rc;
}

/* It comes to another place than it was at: taken back, it is in the trash as it was before. */
static int keep_origin(const struct plan_trashed *what, struct step *s)
{
	struct trashinfo info;
	struct str path = STR_INIT;
	int rc = trash_info(what->trash, what->name, &info, NULL);

	if (rc == 0 && info.kind == TRASHINFO_ABSOLUTE)
		rc = str_adds(&path, info.path.buf);
	else if (rc == 0 && info.kind == TRASHINFO_RELATIVE)
		rc = path_join(&path, what->trash->top_path.buf, info.path.buf, info.path.len);
	if (rc == 0 && path.len) {
		s->target = str_take(&path);
		rc = s->target ? 0 : -ENOMEM;
	}
	str_done(&path);
	trashinfo_done(&info);
	return rc == -ENOMEM ? rc : 0;
}

int plan_restore(struct plan *p, const struct plan_trashed *what, const struct plan_at *to)
{
	struct plan_item item = PLAN_ITEM;
	uint32_t before = p->n, step;
	struct step s;
	int rc = plan_begin_trashed(p, STEP_RESTORE, what, &s);

	if (rc == 0)
		rc = to ? plan_place(p, to, &s.to) : place_back(p, what, &s, &item.to_maker);
	if (rc == 0)
		rc = plan_clash_meet(p, &s, &item);
	if (rc == 0 && (to || item.renamed))
		rc = keep_origin(what, &s);
	if (rc == 0)
		rc = push_restore(p, &s, &item, &step);
	if (rc == 0)
		rc = plan_clash_note(p, step);
	if (rc != 0)
		plan_forget_from(p, before);
	step_done(&s);
	return plan_added(rc);
}

/* The directory of the step, as it lies in the trash now: a descriptor, or -errno. */
static int open_trashed(struct plan *p, uint32_t step)
{
	const struct step *s = &p->steps[step];
	int up, fd;

	if (s->kind == STEP_RESTORE) {
		up = act_dir(p->act, &s->from);
		return up < 0 ? up : identity_open_dir(up, s->from.name, NULL);
	}
	up = p->items[step].to_maker == PLAN_NONE ? -ENOENT
						  : open_trashed(p, p->items[step].to_maker);
	if (up < 0)
		return up;
	fd = identity_open_dir(up, s->to.name, NULL);
	sys_close(up);
	return fd;
}

static uint32_t brought_by(const struct plan *p, uint32_t step)
{
	while (step != PLAN_NONE && p->steps[step].kind != STEP_RESTORE)
		step = p->items[step].to_maker;
	return step;
}

static int find_trashed(struct plan *p, uint32_t step)
{
	struct step_place in = {0};
	struct step holder = STEP_INIT;
	int fd = open_trashed(p, step), rc;

	if (fd < 0)
		return fd == -ENOMEM ? fd : 0;
	rc = act_place(p->act, fd, "/", "x", &in);
	if (rc == 0)
		p->steps[step].what = in.dir_id;
	holder.to = in;
	step_done(&holder);
	sys_close(fd);
	return rc == -ENOMEM ? rc : 0;
}

int plan_adopt(struct plan *p)
{
	int rc = 0;

	for (uint32_t i = 0; rc == 0 && i < p->n; i++)
		if (p->items[i].on_way && p->steps[i].kind == STEP_MKDIR &&
		    brought_by(p, i) != PLAN_NONE)
			rc = find_trashed(p, i);
	/* From the last to the first: each still says in which it is. */
	for (uint32_t i = p->n; rc == 0 && i-- > 0;) {
		uint32_t dir = p->items[i].to_maker;

		if (dir == PLAN_NONE || p->steps[dir].kind != STEP_MKDIR ||
		    p->steps[dir].what.type == 0)
			continue;
		p->steps[i].to.dir_id = p->steps[dir].what;
		p->items[i].to_maker = brought_by(p, dir);
		p->items[dir].out = true;
	}
	return rc < 0 ? rc : plan_compact(p);
}
