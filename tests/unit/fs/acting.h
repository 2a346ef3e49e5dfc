/* SPDX-License-Identifier: MIT
 *
 * A home, a place to work in, and steps on what is there. For the tests of fs/act.
 */
#ifndef TESTS_ACTING_H
#define TESTS_ACTING_H

#include "../../lib/test.h"

#include "../../lib/as_user.h"
#include "../../lib/fault.h"
#include "../../lib/memdir.h"
#include "../../lib/nomem.h"
#include "../../lib/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/path.h"
#include "fs/act.h"
#include "fs/stat.h"

#define TRASH "home/.local/share/Trash/"

static struct tree *tree;
static struct act *act;
static struct act_options options;
static struct str why;
static enum step_state state;

static void begin(void)
{
	options.trash = (struct trash_env){.home = tree_path(tree, "home")};
	act_free(act);
	assert_int_equal(act_new(&options, &act), 0);
}

/* The tree belongs to nobody, who is a plain user. */
static void build(const char *text)
{
	act_free(act);
	act = NULL;
	tree_free(tree);
	tree = tree_new("home/\nwork/\n");
	tree_add(tree, text);
	options = (struct act_options){0};
	fault_reset();
	begin();
}

static UNUSED int teardown(void **st)
{
	int left;

	(void)st;
	act_free(act);
	act = NULL;
	left = fault_open_fds();
	str_done(&why);
	fault_reset();
	tree_free(tree);
	tree = NULL;
	memdir_end();
	return left;
}

static UNUSED int setup(void **st)
{
	str_init(&why);
	return memdir_setup(st);
}

static UNUSED bool exists(const char *rel)
{
	struct stat st;

	return tree && fstatat(tree->fd, rel, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

static UNUSED struct stat stat_of(const char *rel)
{
	struct stat st;

	assert_int_equal(fstatat(tree->fd, rel, &st, AT_SYMLINK_NOFOLLOW), 0);
	return st;
}

static UNUSED uint64_t ino_of(const char *rel)
{
	struct stat st;

	return fstatat(tree->fd, rel, &st, AT_SYMLINK_NOFOLLOW) == 0 ? st.st_ino : 0;
}

static struct step_place place(const char *rel)
{
	struct step_place at;
	struct str dir = STR_INIT;
	const char *name = path_base(rel);

	assert_int_equal(str_adds(&dir, tree_path(tree, "")), 0);
	while (dir.len > 1 && dir.buf[dir.len - 1] == '/')
		str_cut(&dir, dir.len - 1);
	assert_int_equal(str_addc(&dir, '/'), 0);
	assert_int_equal(str_add(&dir, rel, (size_t)(name - rel)), 0);
	while (dir.len > 1 && dir.buf[dir.len - 1] == '/')
		str_cut(&dir, dir.len - 1);
	assert_int_equal(act_place_path(act, dir.buf, name, &at), 0);
	str_done(&dir);
	return at;
}

/* A step on what is at `from` (NULL: none), to `to` (NULL: none); was and now as it is. */
static struct step step(enum step_kind kind, const char *from, const char *to)
{
	struct step s = STEP_INIT;

	s.kind = kind;
	if (from) {
		s.from = place(from);
		assert_int_equal(act_thing(act, &s.from, &s.what, &s.was), 0);
		s.now = s.was;
	}
	if (to)
		s.to = place(to);
	return s;
}

static UNUSED struct step mode_step(const char *at, uint32_t mode)
{
	struct step s = step(STEP_MODE, at, NULL);

	s.now.mode = mode;
	return s;
}

static UNUSED struct step owner_step(const char *at, uint32_t uid, uint32_t gid)
{
	struct step s = step(STEP_OWNER, at, NULL);

	s.now.uid = uid;
	s.now.gid = gid;
	if (s.what.type == S_IFREG)
		s.now.mode &= ~(uint32_t)S_ISUID;
	return s;
}

static UNUSED struct step link_step(const char *to, const char *target)
{
	struct step s = step(STEP_SYMLINK, NULL, to);

	s.target = strdup(target);
	return s;
}

static UNUSED struct step make_step(enum step_kind kind, const char *to, uint32_t mode)
{
	struct step s = step(kind, NULL, to);

	if (mode != UINT32_MAX) {
		s.flags |= STEP_HAS_MODE;
		s.now.mode = mode;
	}
	return s;
}

static UNUSED int check(const struct step *s)
{
	int rc = act_check(act, s, &why);

	assert_true(rc == 0 || rc > -4096);
	return rc;
}

static UNUSED int run(struct step *s)
{
	int rc = act_run(act, s, &state, &why);

	assert_true(state == STEP_DONE || state == STEP_NOT_DONE || state == STEP_PARTLY);
	if (rc == 0)
		assert_int_equal(state, STEP_DONE);
	return rc;
}

/* Checked and done; then it is looked at as after a crash. */
static UNUSED void do_it(struct step *s)
{
	struct step copy;
	int rc = check(s);

	if (rc < 0)
		print_error("check: %d %s\n", rc, why.buf);
	assert_int_equal(rc, 0);
	rc = run(s);
	if (rc < 0)
		print_error("run: %d %s\n", rc, why.buf);
	assert_int_equal(rc, 0);
	assert_int_equal(step_copy(s, &copy), 0);
	assert_int_equal(act_look(act, &copy, 0, &state, &why), 0);
	if (state != STEP_DONE)
		print_error("look: %s\n", why.buf);
	assert_int_equal(state, STEP_DONE);
	step_done(&copy);
}

static uint64_t seen;
static bool see_trash; /* what is in a trash too */

static UNUSED int see(const char *path, const struct stat *st, int type, struct FTW *at)
{
	uint64_t h = 0;

	if (type != FTW_NS)
		h = st->st_ino * 31 + st->st_mode * 7 + st->st_uid * 5 + st->st_gid * 3;
	if (!see_trash && (strstr(path, "/.local") || strstr(path, "/.Trash")))
		return 0;
	for (const char *p = path + at->base; *p; p++)
		h = (h ^ (unsigned char)*p) * 1099511628211u;
	seen += h;
	return 0;
}

/* Names, identities, modes and owners of all that is there. */
static UNUSED uint64_t all_of_it(void)
{
	seen = 0;
	assert_int_equal(nftw(tree->path, see, 16, FTW_PHYS), 0);
	return seen;
}

static UNUSED int own(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st;
	(void)type;
	(void)at;
	return lchown(path, 65534, 65534);
}

/* As root: all of it is nobody's. */
static UNUSED void give_to_nobody(void)
{
	if (geteuid() == 0)
		assert_int_equal(nftw(tree->path, own, 16, FTW_PHYS), 0);
}

/* The step that takes it back takes its place. */
static UNUSED void turn(struct step *s)
{
	struct step inverse;

	assert_int_equal(step_inverse(s, &inverse), 0);
	step_done(s);
	*s = inverse;
}

#endif
