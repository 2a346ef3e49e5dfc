/* SPDX-License-Identifier: MIT
 *
 * A home and a place beside it to trash things from. For the tests of the trash.
 */
#ifndef TESTS_TRASHING_H
#define TESTS_TRASHING_H

#include "../../lib/test.h"

#include "../../lib/fault.h"
#include "../../lib/memdir.h"
#include "../../lib/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fs/stat.h"
#include "base/path.h"
#include "fs/trash_put.h"

static struct tree *tree;
static struct trash_env env;
static struct trash_dir trash;
static struct str from = STR_INIT;
static const struct trash_date noon = {2026, 11, 6, 12, 0, 0};

static void build(const char *text)
{
	if (tree)
		trash_dir_done(&trash);
	tree_free(tree);
	tree = tree_new("home/\nwork/\n");
	tree_add(tree, text);
	env = (struct trash_env){.home = tree_path(tree, "home")};
	trash_dir_init(&trash);
	fault_reset();
}

static int teardown(void **state)
{
	int left;

	(void)state;
	trash_dir_done(&trash);
	left = fault_open_fds();
	str_done(&from);
	fault_reset();
	tree_free(tree);
	tree = NULL;
	memdir_end();
	return left;
}

static bool exists(const char *rel)
{
	struct stat st;

	return tree && lstat(tree_path(tree, rel), &st) == 0;
}

static int open_dir(const char *rel)
{
	int fd = open(tree_path(tree, rel), O_RDONLY | O_DIRECTORY);

	assert_true(fd >= 0);
	return fd;
}

static UNUSED struct identity identity(const char *rel)
{
	struct meta meta;

	assert_int_equal(stat_at(AT_FDCWD, tree_path(tree, rel), &meta, NULL), 0);
	return identity_of(&meta);
}

static UNUSED bool is(const char *rel, const struct identity *want)
{
	struct meta meta;

	return stat_at(AT_FDCWD, tree_path(tree, rel), &meta, NULL) == 0 &&
	       identity_is(want, &meta);
}

/* Finds the trash for the directory and puts one thing of it there. */
static UNUSED int put_from(const char *dir, const char *name, unsigned flags, struct str *ret_name)
{
	struct trash_put p = {.trash = &trash, .name = name, .when = noon, .flags = flags};
	struct trash_why why;
	struct renamed how;
	int rc;

	trash_dir_done(&trash);
	p.dirfd = open_dir(dir);
	rc = trash_dir_for(&env, p.dirfd, tree_path(tree, dir), &trash, &from, &why);
	if (rc == 0) {
		p.from = from.buf;
		rc = trash_put(&p, ret_name, &how);
		assert_true(rc < 0 || how.state == RENAME_DONE);
	}
	close(p.dirfd);
	return rc;
}

#endif
