/* SPDX-License-Identifier: MIT */
#include "attack.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#define AWAY "away/moved"

const char *attack_name(const struct attack *a)
{
	return a->name;
}

static bool move(struct world *w, const char *from, const char *to)
{
	return from && renameat2(w->tree->fd, from, w->tree->fd, to, RENAME_NOREPLACE) == 0;
}

static bool file(struct world *w, const char *rel, const char *text)
{
	int fd = openat(w->tree->fd, rel, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
			0640);

	if (fd < 0)
		return false;
	(void)!write(fd, text, strlen(text));
	close(fd);
	return true;
}

static bool into_canary(struct world *w, const char *rel, const char *target)
{
	return symlinkat(world_path(w, target), w->tree->fd, rel) == 0;
}

/* ---- the directory ---- */

static bool dir_for_link(const struct scenario *s, struct world *w)
{
	return move(w, s->dir, AWAY) && into_canary(w, s->dir, "canary");
}

static bool dir_away(const struct scenario *s, struct world *w)
{
	return move(w, s->dir, AWAY);
}

static bool dir_for_other(const struct scenario *s, struct world *w)
{
	struct str x = STR_INIT;
	bool done = move(w, s->dir, AWAY) && mkdirat(w->tree->fd, s->dir, 0755) == 0;

	str_addf(&x, "%s/x", s->dir);
	done = done && file(w, x.buf, "another x");
	str_done(&x);
	return done;
}

static bool closed(const struct scenario *s, struct world *w)
{
	return s->dir && fchmodat(w->tree->fd, s->dir, 0, 0) == 0;
}

static void opened(const struct scenario *s, struct world *w)
{
	if (s->dir)
		(void)!fchmodat(w->tree->fd, s->dir, 0755, 0);
}

static bool mounted(const struct scenario *s, struct world *w)
{
	return s->dir &&
	       mount(world_path(w, "canary"), world_path(w, s->dir), NULL, MS_BIND, NULL) == 0;
}

static void unmounted(const struct scenario *s, struct world *w)
{
	if (s->dir)
		umount2(world_path(w, s->dir), MNT_DETACH | UMOUNT_NOFOLLOW);
}

/* ---- the thing ---- */

static bool thing_for_file(const struct scenario *s, struct world *w)
{
	return move(w, s->thing, AWAY) && file(w, s->thing, "in its place");
}

static bool thing_for_link(const struct scenario *s, struct world *w)
{
	return move(w, s->thing, AWAY) && into_canary(w, s->thing, "canary/x");
}

static bool thing_for_dirlink(const struct scenario *s, struct world *w)
{
	return move(w, s->thing, AWAY) && into_canary(w, s->thing, "canary/sub");
}

static bool thing_for_fifo(const struct scenario *s, struct world *w)
{
	return move(w, s->thing, AWAY) && mkfifoat(w->tree->fd, s->thing, 0600) == 0;
}

static bool thing_exchanged(const struct scenario *s, struct world *w)
{
	if (!s->thing || !file(w, AWAY, "for it"))
		return false;
	if (renameat2(w->tree->fd, s->thing, w->tree->fd, AWAY, RENAME_EXCHANGE) == 0)
		return true;
	unlinkat(w->tree->fd, AWAY, 0);
	return false;
}

static bool thing_away(const struct scenario *s, struct world *w)
{
	return move(w, s->thing, AWAY);
}

/* ---- names ---- */

static bool target_taken(const struct scenario *s, struct world *w)
{
	return s->target && file(w, s->target, "was first");
}

static bool target_for_link(const struct scenario *s, struct world *w)
{
	return s->target && into_canary(w, s->target, "canary/y");
}

static bool added(struct world *w, const char *dir, const char *name)
{
	struct str path = STR_INIT;
	bool done;

	str_addf(&path, "%s/%s", dir, name);
	done = file(w, path.buf, "more");
	str_done(&path);
	return done;
}

static bool entries_added(const struct scenario *s, struct world *w)
{
	bool done = s->dir && added(w, s->dir, "added");

	done |= s->thing && added(w, s->thing, "added");
	return done;
}

/* ---- the trash ---- */

static bool trash_for_link(const struct scenario *s, struct world *w)
{
	(void)s;
	return move(w, WORLD_TRASH "/files", AWAY) &&
	       into_canary(w, WORLD_TRASH "/files", "canary");
}

static bool info_for_link(const struct scenario *s, struct world *w)
{
	(void)s;
	return move(w, WORLD_TRASH "/info", AWAY) && into_canary(w, WORLD_TRASH "/info", "canary");
}

static bool info_removed(const struct scenario *s, struct world *w)
{
	(void)s;
	return unlinkat(w->tree->fd, WORLD_TRASH "/info/x.trashinfo", 0) == 0;
}

/* ---- another of our kind ---- */

static bool other_program(const struct scenario *s, struct world *w)
{
	struct ran ran;

	if (!s->other)
		return false;
	world_run(w, NULL, s->other, &ran);
	ran_done(&ran);
	return true;
}

const struct attack attacks[] = {
	{.name = "dir-for-link", .act = dir_for_link},
	{.name = "dir-away", .act = dir_away},
	{.name = "dir-for-other", .act = dir_for_other},
	{.name = "closed", .nobody = true, .act = closed, .end = opened},
	{.name = "mounted", .mounts = true, .act = mounted, .end = unmounted},
	{.name = "thing-for-file", .act = thing_for_file},
	{.name = "thing-for-link", .act = thing_for_link},
	{.name = "thing-for-dirlink", .act = thing_for_dirlink},
	{.name = "thing-for-fifo", .act = thing_for_fifo},
	{.name = "thing-exchanged", .act = thing_exchanged},
	{.name = "thing-away", .act = thing_away},
	{.name = "target-taken", .stray = true, .act = target_taken},
	{.name = "target-for-link", .stray = true, .act = target_for_link},
	{.name = "entries-added", .act = entries_added},
	{.name = "trash-for-link", .stray = true, .act = trash_for_link},
	{.name = "info-for-link", .stray = true, .act = info_for_link},
	{.name = "info-removed", .stray = true, .act = info_removed},
	{.name = "other-program", .undoable = true, .act = other_program},
};

const size_t nattacks = sizeof(attacks) / sizeof(attacks[0]);
