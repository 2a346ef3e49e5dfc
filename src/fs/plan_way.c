/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/path.h"
#include "fs/plan_inside.h"
#include "fs/stat.h"
#include "fs/sys.h"

int plan_way_init(struct plan_way *w, int fd, const char *path)
{
	*w = (struct plan_way){.fd = fd, .path = STR_INIT, .maker = PLAN_NONE};
	return str_adds(&w->path, path);
}

void plan_way_done(struct plan_way *w)
{
	if (!w)
		return;
	if (w->fd >= 0)
		sys_close(w->fd);
	w->fd = -1;
	str_done(&w->path);
}

static int ends(struct plan_way *w, int err, const char *why)
{
	w->err = err;
	w->why = why;
	return err == -ENOMEM ? err : 1;
}

static int not_entered(struct plan_way *w, const char *name, int err)
{
	struct meta meta;

	if (err != -ENOTDIR && err != -ELOOP)
		return ends(w, err, NULL);
	if (stat_at(w->fd, name, &meta, NULL) == 0 && S_ISLNK(meta.mode))
		return ends(w, -ELOOP, "there is a link on the way");
	return ends(w, -ENOTDIR, "something that is no directory is on the way");
}

int plan_way_made(struct plan *p, const struct step_place *place, uint32_t maker,
		  uint32_t *ret_step)
{
	uintptr_t step;
	int rc = plan_key(p, place, maker);

	*ret_step = PLAN_NONE;
	if (rc == 0 && map_get(&p->made, p->key.buf, p->key.len, &step))
		*ret_step = (uint32_t)step;
	return rc;
}

/* A directory that a step is to make, or makes already. */
static int add_missing(struct plan *p, struct plan_way *w, const char *name)
{
	struct step s = STEP_INIT;
	struct plan_item item = PLAN_ITEM;
	uint32_t by;
	int rc = plan_way_place(p, w, name, &s.to);

	if (rc != 0)
		return rc;
	rc = plan_way_made(p, &s.to, w->maker, &by);
	if (rc == 0 && by == PLAN_NONE) {
		by = p->n;
		s.kind = STEP_MKDIR;
		if (w->secret) {
			s.now.mode = 0700;
			s.flags = STEP_HAS_MODE;
		}
		item.to_maker = w->maker;
		item.on_way = true;
		rc = plan_push(p, &s, &item);
		if (rc == 0)
			rc = map_put(&p->made, p->key.buf, p->key.len, by);
	}
	step_done(&s);
	w->maker = by;
	return rc;
}

static int enter(struct plan *p, struct plan_way *w, const char *name)
{
	int fd = -ENOENT;

	if (w->maker == PLAN_NONE)
		fd = sys_openat(w->fd, name,
				O_PATH | O_DIRECTORY | O_CLOEXEC | (w->follow ? 0 : O_NOFOLLOW), 0);
	if (fd == -ENOENT) {
		int rc = add_missing(p, w, name);

		if (rc != 0)
			return rc;
	} else if (fd < 0) {
		return not_entered(w, name, fd);
	}
	if (w->fd >= 0)
		sys_close(w->fd);
	w->fd = fd < 0 ? -1 : fd;
	w->id = (struct step_id){0};
	return 0;
}

int plan_way_enter(struct plan *p, struct plan_way *w, const char *name, size_t len)
{
	struct str copy = STR_INIT;
	int rc = str_add(&copy, name, len);

	if (rc == 0 && !identity_component(copy.buf))
		rc = ends(w, -EINVAL, "it is no name for a directory");
	if (rc == 0)
		rc = enter(p, w, copy.buf);
	if (rc == 0 && w->path.buf[w->path.len - 1] != '/')
		rc = str_addc(&w->path, '/');
	if (rc == 0)
		rc = str_add(&w->path, copy.buf, copy.len);
	str_done(&copy);
	return rc;
}

int plan_way_place(struct plan *p, struct plan_way *w, const char *name,
		   struct step_place *ret_place)
{
	int rc;

	if (w->maker == PLAN_NONE && w->id.type == 0) {
		rc = act_place(p->act, w->fd, w->path.buf, name, ret_place);
		if (rc < 0)
			return ends(w, rc, NULL);
		w->id = ret_place->dir_id;
		return 0;
	}
	rc = step_place_set(ret_place, w->path.buf, &w->id, name);
	return rc < 0 ? ends(w, rc, NULL) : 0;
}
