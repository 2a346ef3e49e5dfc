/* SPDX-License-Identifier: MIT */
#include "fs/atomic_rename.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "fs/scandir.h"
#include "fs/stat.h"
#include "fs/sys.h"
#include "fs/whole.h"

struct work {
	struct rename_place from, to;
	int pin; /* of what is at from */
	bool dir;
	unsigned flags;
	struct renamed *ret;
};

/* File systems that know the flag: when they answer EINVAL it is the name they mean. */
static const uint32_t knows_flag[] = {
	0x00004d44, /* vfat */
	0x2011bab0, /* exfat */
	0x7366746e, /* ntfs3 */
};

static bool is_at(const struct rename_place *p, int pin)
{
	struct meta meta;

	return identity_at(p->dirfd, p->name, pin, &meta) == 1;
}

/* Known not to be there: 1; it is: 0; nobody knows: -errno. */
static int is_gone(const struct rename_place *p, int pin)
{
	struct meta meta;
	int rc = identity_at(p->dirfd, p->name, pin, &meta);

	return rc == -ENOENT ? 1 : rc < 0 ? rc : rc == 0;
}

/* A sandbox that forbids the call does so before it looks at anything. */
static bool call_forbidden(void)
{
	int rc = sys_renameat2(-1, "x", -1, "x", RENAME_NOREPLACE);

	return rc == -EPERM || rc == -ENOSYS;
}

static bool no_flags(int rc, const struct rename_place *to)
{
	struct statfs fs;

	if (rc == -EPERM)
		return call_forbidden();
	if (rc == -EINVAL && sys_fstatfs(to->dirfd, &fs) == 0)
		for (size_t i = 0; i < ARRAY_LEN(knows_flag); i++)
			if ((uint32_t)fs.f_type == knows_flag[i])
				return false;
	return rc == -EINVAL || rc == -ENOSYS || rc == -EOPNOTSUPP;
}

/* Another name of ours for what is not to be there: it goes only while the thing has one more. */
static int drop_link(const struct rename_place *p, const struct rename_place *other)
{
	struct meta here, there;

	if (stat_at(p->dirfd, p->name, &here, NULL) < 0 ||
	    stat_at(other->dirfd, other->name, &there, NULL) < 0 || !file_id_eq(here.id, there.id))
		return -ESTALE;
	return sys_unlinkat(p->dirfd, p->name, 0);
}

static int by_link(struct work *w)
{
	int rc = sys_linkat(w->from.dirfd, w->from.name, w->to.dirfd, w->to.name, 0);

	if (rc == -EPERM || rc == -EOPNOTSUPP || rc == -ENOSYS || rc == -EMLINK)
		return -EOPNOTSUPP;
	if (rc < 0)
		return rc;
	w->ret->how = RENAME_BY_LINK;
	rc = is_gone(&w->to, w->pin);
	if (rc != 0) {
		w->ret->state = drop_link(&w->to, &w->from) == 0 ? RENAME_NOT_DONE : RENAME_ASTRAY;
		return rc < 0 ? rc : -ESTALE;
	}
	w->ret->state = RENAME_BOTH;
	/* Whoever has taken the old name since then keeps it. */
	rc = is_gone(&w->from, w->pin);
	if (rc == 0)
		rc = sys_unlinkat(w->from.dirfd, w->from.name, 0);
	if (rc >= 0 || is_gone(&w->from, w->pin) == 1) {
		w->ret->state = RENAME_DONE;
		return 0;
	}
	if (drop_link(&w->to, &w->from) == 0)
		w->ret->state = RENAME_NOT_DONE;
	return rc;
}

static int by_reserve(struct work *w)
{
	int rc = sys_mkdirat(w->to.dirfd, w->to.name, 0700);

	if (rc < 0)
		return rc;
	rc = sys_renameat(w->from.dirfd, w->from.name, w->to.dirfd, w->to.name);
	if (rc == 0) {
		w->ret->how = RENAME_BY_RESERVE;
		w->ret->state = RENAME_DONE;
		return 0;
	}
	/* Ours is empty. One that is not is somebody's, and stays. */
	if (is_gone(&w->to, w->pin) == 1)
		(void)sys_unlinkat(w->to.dirfd, w->to.name, AT_REMOVEDIR);
	if (rc == -ENOTEMPTY || rc == -ENOTDIR)
		return -EEXIST;
	return rc == -EISDIR ? -ESTALE : rc;
}

static int by_look(struct work *w)
{
	struct meta meta;
	int rc = stat_at(w->to.dirfd, w->to.name, &meta, NULL);

	if (rc != -ENOENT)
		return rc == 0 ? -EEXIST : rc;
	rc = sys_renameat(w->from.dirfd, w->from.name, w->to.dirfd, w->to.name);
	if (rc < 0)
		return rc;
	w->ret->how = RENAME_BY_LOOK;
	w->ret->state = RENAME_DONE;
	rc = is_gone(&w->from, w->pin);
	if (rc < 0)
		w->ret->state = RENAME_ASTRAY;
	if (rc != 0)
		return MIN(rc, 0);
	/* Made a link to it meanwhile: rename(2) does nothing then, and says that it went well. */
	w->ret->state = RENAME_NOT_DONE;
	w->ret->same_file = is_at(&w->to, w->pin);
	return w->ret->same_file ? -EEXIST : -ESTALE;
}

static int without_flags(struct work *w)
{
	int rc;

	if (w->dir)
		return by_reserve(w);
	rc = by_link(w);
	if (rc == -EOPNOTSUPP && w->flags & RENAME_LOOK)
		rc = by_look(w);
	return rc;
}

/* Moves it by the first way that this file system has. */
static int move(struct work *w)
{
	int rc = sys_renameat2(w->from.dirfd, w->from.name, w->to.dirfd, w->to.name,
			       RENAME_NOREPLACE);

	if (rc == 0) {
		w->ret->how = RENAME_BY_FLAG;
		w->ret->state = RENAME_DONE;
		return 0;
	}
	if (rc == -EINVAL && w->dir && identity_below(w->to.dirfd, w->pin))
		return -ELOOP;
	if (no_flags(rc, &w->to))
		rc = without_flags(w);
	/* What went wrong may have been the answer only, and not the deed. */
	if (rc < 0 && w->ret->state == RENAME_NOT_DONE && is_at(&w->to, w->pin) &&
	    is_gone(&w->from, w->pin) == 1) {
		w->ret->state = RENAME_DONE;
		return 0;
	}
	return rc == -EINVAL ? -EILSEQ : rc;
}

/* The same for other names; *ret says how it went there. */
static int move_between(const struct work *w, const struct rename_place *from,
			const struct rename_place *to, int pin, struct renamed *ret)
{
	struct meta meta;
	struct work part = {.from = *from, .to = *to, .pin = pin, .flags = w->flags, .ret = ret};
	int rc = stat_fd(pin, &meta, NULL);

	*ret = (struct renamed){0};
	if (rc < 0)
		return rc;
	part.dir = S_ISDIR(meta.mode);
	return move(&part);
}

/* It has the new name: is it what was pinned? What came in its place goes back. */
static int confirm(struct work *w)
{
	struct renamed back;
	struct meta meta;
	int pin, rc = identity_at(w->to.dirfd, w->to.name, w->pin, &meta);

	if (rc == 1)
		return 0;
	w->ret->state = RENAME_ASTRAY;
	if (rc < 0)
		return rc == -ENOENT ? -ESTALE : rc;
	if (identity_pin(w->to.dirfd, w->to.name, NULL, &pin, &meta) < 0)
		return -ESTALE;
	if (move_between(w, &w->to, &w->from, pin, &back) == 0)
		w->ret->state = RENAME_NOT_DONE;
	sys_close(pin);
	return -ESTALE;
}

static int third_name(char name[RENAME_THIRD_MAX])
{
	uint64_t chance;
	int rc = whole_random(&chance, sizeof(chance));

	if (rc < 0)
		return rc;
	snprintf(name, RENAME_THIRD_MAX, ".trowel-%016" PRIx64, chance);
	return 0;
}

static int hop(struct work *w)
{
	struct rename_place third = {.dirfd = w->to.dirfd, .name = w->ret->third};
	struct renamed first = {0}, second = {0}, back = {0};
	int rc = third_name(w->ret->third);

	if (rc == 0)
		rc = move_between(w, &w->from, &third, w->pin, &first);
	if (rc < 0) {
		w->ret->state = first.state;
		return rc;
	}
	rc = move_between(w, &third, &w->to, w->pin, &second);
	if (rc == 0) {
		w->ret->state = RENAME_DONE;
		w->ret->how = MAX(MAX(first.how, second.how), RENAME_BY_HOP);
		return 0;
	}
	w->ret->state = RENAME_BETWEEN;
	if (second.state == RENAME_NOT_DONE &&
	    move_between(w, &third, &w->from, w->pin, &back) == 0)
		w->ret->state = RENAME_NOT_DONE;
	return rc;
}

/* The new name is taken: by the very thing? Then it is another link of it, or its only name, which
 * this directory finds in any case. */
static int taken(struct work *w)
{
	if (!is_at(&w->to, w->pin) || !is_at(&w->from, w->pin))
		return -EEXIST;
	if (scandir_has(w->to.dirfd, w->to.name) == 0)
		return hop(w);
	w->ret->same_file = true;
	return -EEXIST;
}

int atomic_rename_sync(int dirfd)
{
	int rc = sys_fsync(dirfd);

	if (rc == -EBADF) { /* O_PATH */
		int fd = sys_openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);

		if (fd < 0)
			return fd == -EACCES ? 0 : fd;
		rc = sys_fsync(fd);
		sys_close(fd);
	}
	if (rc == -EROFS || (rc < 0 && whole_synced(rc) == 0))
		return 0;
	return rc < 0 ? rc : 1;
}

/* The kernel tells once what it could not write: who asks again hears that all is well. */
int atomic_rename_durable(int dirfd)
{
	int rc = atomic_rename_sync(dirfd);

	return rc < 0 ? rc : 0;
}

/* First where it is now: a crash in between leaves two names rather than none. */
static int sync_both(const struct work *w)
{
	int to, from;

	if (!(w->flags & RENAME_DURABLE))
		return 0;
	to = atomic_rename_sync(w->to.dirfd);
	from = to < 0 || w->from.dirfd == w->to.dirfd ? to : atomic_rename_sync(w->from.dirfd);
	if (to < 0 || from < 0)
		return MIN(to, from);
	w->ret->synced = to == 1 && from == 1;
	return 0;
}

int atomic_rename(const struct rename_place *from, const struct rename_place *to, unsigned flags,
		  struct renamed *ret)
{
	struct work w = {.from = *from, .to = *to, .flags = flags, .ret = ret};
	struct meta meta;
	int rc;

	*ret = (struct renamed){0};
	if (!identity_component(to->name))
		return -EINVAL;
	rc = identity_pin(from->dirfd, from->name, from->expect, &w.pin, &meta);
	if (rc < 0)
		return rc;
	w.dir = S_ISDIR(meta.mode);
	rc = move(&w);
	if (rc == -EEXIST && !ret->same_file)
		rc = taken(&w);
	if (rc == 0)
		rc = confirm(&w);
	sys_close(w.pin);
	return rc < 0 ? rc : sync_both(&w);
}

/* ---- two that change places ---- */

static bool exchanged(const struct work *w, int pin_b)
{
	return is_at(&w->from, pin_b) && is_at(&w->to, w->pin);
}

/* a to the third name, b to that of a, a to that of b; backwards when one of them fails. */
static int by_steps(struct work *w, int pin_b)
{
	struct rename_place third = {.dirfd = w->to.dirfd, .name = w->ret->third};
	struct renamed step = {0}, back = {0};
	int rc = third_name(w->ret->third);

	if (rc == 0)
		rc = move_between(w, &w->from, &third, w->pin, &step);
	if (rc < 0) {
		w->ret->state = step.state;
		return rc;
	}
	w->ret->how = MAX(step.how, RENAME_BY_HOP);
	rc = move_between(w, &w->to, &w->from, pin_b, &step);
	w->ret->how = MAX(w->ret->how, step.how);
	if (rc == 0) {
		rc = move_between(w, &third, &w->to, w->pin, &step);
		w->ret->how = MAX(w->ret->how, step.how);
		if (rc == 0) {
			w->ret->state = RENAME_DONE;
			return 0;
		}
		w->ret->state = RENAME_BETWEEN;
		if (step.state != RENAME_NOT_DONE ||
		    move_between(w, &w->from, &w->to, pin_b, &back) < 0)
			return rc;
	}
	w->ret->state = RENAME_BETWEEN;
	if (move_between(w, &third, &w->from, w->pin, &back) == 0)
		w->ret->state = RENAME_NOT_DONE;
	return rc;
}

static int exchange(struct work *w, int pin_b, bool b_dir)
{
	int rc = sys_renameat2(w->from.dirfd, w->from.name, w->to.dirfd, w->to.name,
			       RENAME_EXCHANGE);

	if (rc == 0) {
		w->ret->state = RENAME_DONE;
		if (exchanged(w, pin_b))
			return 0;
		rc = sys_renameat2(w->from.dirfd, w->from.name, w->to.dirfd, w->to.name,
				   RENAME_EXCHANGE);
		w->ret->state = rc == 0 ? RENAME_NOT_DONE : RENAME_ASTRAY;
		return -ESTALE;
	}
	if (exchanged(w, pin_b)) {
		w->ret->state = RENAME_DONE;
		return 0;
	}
	if (rc == -EINVAL && ((w->dir && identity_below(w->to.dirfd, w->pin)) ||
			      (b_dir && identity_below(w->from.dirfd, pin_b))))
		return -ELOOP;
	/* Who knows the one flag need not know the other. */
	if (rc == -EINVAL || no_flags(rc, &w->to))
		return w->flags & RENAME_LOOK ? by_steps(w, pin_b) : -EOPNOTSUPP;
	return rc;
}

int atomic_rename_exchange(const struct rename_place *a, const struct rename_place *b,
			   unsigned flags, struct renamed *ret)
{
	struct work w = {.from = *a, .to = *b, .flags = flags, .ret = ret};
	struct meta meta_a, meta_b;
	int pin_b, rc;

	*ret = (struct renamed){0};
	rc = identity_pin(a->dirfd, a->name, a->expect, &w.pin, &meta_a);
	if (rc < 0)
		return rc;
	rc = identity_pin(b->dirfd, b->name, b->expect, &pin_b, &meta_b);
	if (rc < 0)
		goto out;
	w.dir = S_ISDIR(meta_a.mode);
	ret->same_file = file_id_eq(meta_a.id, meta_b.id);
	rc = ret->same_file ? -EEXIST : exchange(&w, pin_b, S_ISDIR(meta_b.mode));
	sys_close(pin_b);
out:
	sys_close(w.pin);
	return rc < 0 ? rc : sync_both(&w);
}
