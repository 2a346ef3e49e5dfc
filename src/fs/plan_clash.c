/* SPDX-License-Identifier: MIT
 *
 * What comes back out of the trash where something has its name, in the world or in the plan.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/path.h"
#include "fs/plan_inside.h"
#include "fs/sys.h"

#define TRIES      1000u /* names */
#define NAME_LEAST 16u   /* less is no file system's */

void plan_on_clash(struct plan *p, enum plan_clash clash)
{
	p->clash = clash;
}

int plan_clash_note(struct plan *p, uint32_t step)
{
	const struct step *s = &p->steps[step];
	int rc;

	if (s->kind != STEP_RESTORE)
		return 0;
	rc = plan_key(p, &s->to, p->items[step].to_maker);
	return rc < 0 ? rc : map_put(&p->names, p->key.buf, p->key.len, step);
}

enum taken { TAKEN_NOT, TAKEN_IN_PLAN, TAKEN };

/* By what is there, or by what the plan brings or makes there. */
static int look(struct plan *p, const struct step *s, const struct plan_item *item,
		enum taken *ret_taken)
{
	struct step_id id;
	uint32_t by;
	int rc = plan_way_made(p, &s->to, item->to_maker, &by);

	*ret_taken = TAKEN_NOT;
	if (rc < 0)
		return rc;
	/* A directory comes back for which one was to be made: that is no other. */
	if (by != PLAN_NONE && p->items[by].on_way && s->what.type == S_IFDIR)
		return 0;
	if (by != PLAN_NONE || map_get(&p->names, p->key.buf, p->key.len, NULL)) {
		*ret_taken = TAKEN_IN_PLAN;
		return 0;
	}
	rc = item->to_maker == PLAN_NONE ? act_thing(p->act, &s->to, &id, NULL) : -ENOENT;
	if (rc == 0)
		*ret_taken = TAKEN;
	/* What else is wrong there is what plan_check() finds. */
	return plan_is_fatal(rc) ? rc : 0;
}

static int skip(struct plan *p, const struct step *s)
{
	struct str path = STR_INIT;
	int rc = array_grow(&p->skipped, &p->cap_skipped, p->nskipped + 1, sizeof(*p->skipped));

	if (rc == 0)
		rc = step_path(&s->to, &path);
	if (rc == 0) {
		p->skipped[p->nskipped] = str_take(&path);
		rc = p->skipped[p->nskipped] ? 1 : -ENOMEM;
		p->nskipped += rc == 1;
	}
	str_done(&path);
	return rc;
}

static size_t longest_name(struct plan *p, const struct step *s, const struct plan_item *item)
{
	struct statvfs fs;
	int fd = item->to_maker == PLAN_NONE ? act_dir(p->act, &s->to) : -ENOENT;

	if (fd < 0 || sys_fstatvfs(fd, &fs) < 0 || fs.f_namemax < NAME_LEAST ||
	    fs.f_namemax > NAME_MAX)
		return NAME_MAX;
	return fs.f_namemax;
}

static int keep_both(struct plan *p, struct step *s, struct plan_item *item)
{
	size_t longest = longest_name(p, s, item);
	enum taken taken = TAKEN;
	char *first = s->to.name;
	struct str name = STR_INIT;
	int rc = 0;

	for (unsigned n = 2; rc == 0 && taken != TAKEN_NOT && n < TRIES; n++) {
		rc = plan_cancelled(p) ? -ECANCELED : path_numbered(&name, first, n, longest);
		if (rc < 0)
			break;
		s->to.name = name.buf;
		rc = look(p, s, item, &taken);
	}
	s->to.name = first;
	if (rc == 0 && taken != TAKEN_NOT)
		rc = plan_trouble_step(p, s, -EEXIST, "something has that name, and all like it");
	if (rc == 0) {
		s->to.name = str_take(&name);
		rc = s->to.name ? 0 : -ENOMEM;
		free(first);
	}
	item->renamed = rc == 0;
	str_done(&name);
	return rc;
}

/* Bound to what it is now: what somebody else puts there meanwhile is not touched. */
static int make_room(struct plan *p, const struct step *s, struct plan_item *item)
{
	struct plan_item room_item = PLAN_ITEM;
	struct step room = STEP_INIT;
	int rc = step_place_set(&room.from, s->to.dir, &s->to.dir_id, s->to.name);

	room.kind = STEP_TRASH;
	if (rc == 0)
		rc = plan_thing_at(p, &room.from, NULL, &room.what, &room.was);
	if (rc == 0) {
		room.now = room.was;
		room_item.on_way = true;
		item->room = p->n;
		rc = plan_push(p, &room, &room_item);
	}
	step_done(&room);
	return rc;
}

int plan_clash_meet(struct plan *p, struct step *s, struct plan_item *item)
{
	enum taken taken;
	int rc;

	/* What is refused is what plan_check() finds taken. */
	if (p->clash == PLAN_CLASH_REFUSE)
		return 0;
	rc = look(p, s, item, &taken);
	if (rc < 0 || taken == TAKEN_NOT)
		return rc;
	if (p->clash == PLAN_CLASH_SKIP)
		return skip(p, s);
	if (p->clash == PLAN_CLASH_BOTH)
		return keep_both(p, s, item);
	/* One of two that come back takes the name: the other is a problem of the plan. */
	return taken == TAKEN ? make_room(p, s, item) : 0;
}
