/* SPDX-License-Identifier: MIT
 *
 * Steps of every kind, each with the way to prepare it, and what is true of it afterwards, found
 * out without fs/act. For the tests that disturb them.
 */
#ifndef TESTS_ACT_TRIALS_H
#define TESTS_ACT_TRIALS_H

#include "acting.h"

#include <dirent.h>

struct trial {
	const char *text;
	enum step_kind kind;
	const char *from, *to; /* to: also where a restored thing was, when it is trashed first */
	uint32_t mode;         /* UINT32_MAX: none given */
	bool owner;            /* and an owner */
};

static const struct trial trials[] = {
	{"work/x \"y\"", STEP_RENAME, "work/x", "work/new", 0, false},
	{"work/x \"y\"\nhome/sub/", STEP_RENAME, "work/x", "home/sub/new", 0, false},
	{"work/x/in/side", STEP_RENAME, "work/x", "work/new", 0, false},
	{"work/x/in/side\nhome/sub/", STEP_RENAME, "work/x", "home/sub/x", 0, false},
	{"work/x \"y\"", STEP_TRASH, "work/x", NULL, 0, false},
	{"work/x \"y\"\n" TRASH "files/x\n" TRASH "info/x.2.trashinfo\n" TRASH "files/x.2",
	 STEP_TRASH, "work/x", NULL, 0, false},
	{"work/x/in/side", STEP_TRASH, "work/x", NULL, 0, false},
	{"work/x -> none", STEP_TRASH, "work/x", NULL, 0, false},
	{"work/x \"y\"", STEP_RESTORE, TRASH "files/x", "work/x", 0, false},
	{"work/x/in/side", STEP_RESTORE, TRASH "files/x", "work/x", 0, false},
	{"", STEP_CREATE, NULL, "work/new", UINT32_MAX, false},
	{"", STEP_CREATE, NULL, "work/new", 0666, false},
	{"", STEP_MKDIR, NULL, "work/new", UINT32_MAX, false},
	{"", STEP_MKDIR, NULL, "work/new", 0777, false},
	{"", STEP_MKDIR, NULL, "work/new", 02751, true},
	{"work/x/", STEP_RMDIR, "work/x", NULL, 0, false},
	{"", STEP_SYMLINK, NULL, "work/new", 0, false},
	{"work/x \"y\"", STEP_LINK, "work/x", "work/new", 0, false},
	{"work/x \"y\" :0600", STEP_MODE, "work/x", NULL, 0, false},
	{"work/x \"y\"", STEP_OWNER, "work/x", NULL, 0, false},
	{"work/x \"y\"", STEP_TIMES, "work/x", NULL, 0, false},
	{"work/x \"y\"", STEP_DELETE, "work/x", NULL, 0, false},
	{"work/x/in/side\nwork/x/a\nwork/x/b", STEP_DELETE, "work/x", NULL, 0, false},
	{"work/x \"y\"", STEP_ERASE, TRASH "files/x", NULL, 0, false},
	{"work/x/in/side\nwork/x/a\nwork/x/b", STEP_ERASE, TRASH "files/x", NULL, 0, false},
};

/* Only root may give things away. */
static bool needs_root(const struct trial *t)
{
	return geteuid() != 0 && (t->owner || t->kind == STEP_OWNER);
}

/* Until the clock by which files are dated has gone on: twice, for what we see of it may be late.
 */
static UNUSED void tick(void)
{
	struct timespec was, is;

	for (int i = 0; i < 2; i++) {
		clock_gettime(CLOCK_REALTIME_COARSE, &was);
		do
			clock_gettime(CLOCK_REALTIME_COARSE, &is);
		while (is.tv_sec == was.tv_sec && is.tv_nsec == was.tv_nsec);
	}
}

static UNUSED struct step prepare(const struct trial *t)
{
	struct step s;

	build(t->text);
	if (t->kind == STEP_RESTORE || t->kind == STEP_ERASE) {
		s = step(STEP_TRASH, "work/x", NULL);
		assert_int_equal(run(&s), 0);
		step_done(&s);
	}
	begin();
	s = step(t->kind, t->from, t->to);
	if (!t->from && t->kind != STEP_SYMLINK && t->mode != UINT32_MAX) {
		s.flags |= STEP_HAS_MODE | (t->owner ? STEP_HAS_OWNER : 0);
		s.now.mode = t->mode;
		s.now.uid = t->owner && geteuid() == 0 ? 12 : geteuid();
		s.now.gid = t->owner && geteuid() == 0 ? 34 : getegid();
	}
	if (t->kind == STEP_SYMLINK)
		s.target = strdup("some/where");
	if (t->kind == STEP_MODE)
		s.now.mode = 0751;
	if (t->kind == STEP_OWNER && geteuid() == 0)
		s.now.uid = 12, s.now.gid = 34;
	if (t->kind == STEP_TIMES)
		s.now.mtime = 99;
	if (strstr(t->text, "files/x\n"))
		tick();
	return s;
}

static UNUSED uint64_t everything(void)
{
	uint64_t all;

	see_trash = true;
	all = all_of_it();
	see_trash = false;
	return all;
}

/* The name in files/ by which it is there; NULL: it is not. */
static UNUSED const char *in_trash(uint64_t ino)
{
	static char name[600];
	DIR *d = opendir(tree_path(tree, TRASH "files"));
	bool is = false;

	for (const struct dirent *e; d && !is && (e = readdir(d));) {
		snprintf(name, sizeof(name), TRASH "files/%s", e->d_name);
		is = e->d_name[0] != '.' && ino_of(name) == ino;
	}
	if (d)
		closedir(d);
	return is ? name : NULL;
}

/* How many in files/ have no information, or the reverse. */
static int alone(const char *in, const char *other, const char *suffix)
{
	char path[600];
	DIR *d = opendir(tree_path(tree, in));
	int n = 0;

	for (const struct dirent *e; d && (e = readdir(d));) {
		size_t len = strlen(e->d_name);

		if (e->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s%.*s%s", other,
			 *suffix ? (int)len : (int)(len - strlen(".trashinfo")), e->d_name, suffix);
		n += !exists(path);
	}
	if (d)
		closedir(d);
	return n;
}

static bool made_whole(const struct trial *t)
{
	struct stat st = stat_of(t->to);

	if (t->kind == STEP_SYMLINK || t->mode == UINT32_MAX)
		return true;
	return (st.st_mode & 07777) == t->mode &&
	       (!t->owner || geteuid() != 0 || (st.st_uid == 12 && st.st_gid == 34));
}

/* Without asking fs/act. */
static UNUSED enum step_state truth(const struct trial *t, uint64_t ino)
{
	bool from = t->from && ino_of(t->from) == ino, to;

	switch (t->kind) {
	case STEP_TRASH:
		to = in_trash(ino);
		return from && to ? STEP_PARTLY : to ? STEP_DONE : STEP_NOT_DONE;
	case STEP_RENAME:
	case STEP_RESTORE:
		to = ino_of(t->to) == ino;
		return from && to ? STEP_PARTLY : to ? STEP_DONE : STEP_NOT_DONE;
	case STEP_CREATE:
	case STEP_MKDIR:
	case STEP_SYMLINK:
		return !exists(t->to) ? STEP_NOT_DONE : made_whole(t) ? STEP_DONE : STEP_PARTLY;
	case STEP_LINK:
		return ino_of(t->to) == ino ? STEP_DONE : STEP_NOT_DONE;
	case STEP_MODE:
		return (stat_of("work/x").st_mode & 07777) == 0751 ? STEP_DONE : STEP_NOT_DONE;
	case STEP_OWNER:
		return stat_of("work/x").st_uid == 12 || geteuid() != 0 ? STEP_DONE : STEP_NOT_DONE;
	case STEP_TIMES:
		return stat_of("work/x").st_mtim.tv_sec == 99 ? STEP_DONE : STEP_NOT_DONE;
	case STEP_RMDIR:
		return from ? STEP_NOT_DONE : STEP_DONE;
	default:
		if (!from)
			return STEP_DONE;
		return S_ISDIR(stat_of(t->from).st_mode) ? STEP_PARTLY : STEP_NOT_DONE;
	}
}

/* What was begun leaves nothing that was not there before or is not meant to be. */
static UNUSED void nothing_left(const struct trial *t)
{
	bool orphan = strstr(t->text, "files/x\n"); /* was there before */

	if (state == STEP_NOT_DONE && t->to)
		assert_false(exists(t->to));
	assert_int_equal(alone(TRASH "info/", TRASH "files/", ""), 0);
	assert_int_equal(alone(TRASH "files/", TRASH "info/", ".trashinfo"), orphan);
}

#endif
