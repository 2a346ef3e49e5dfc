/* SPDX-License-Identifier: MIT
 *
 * Two directories, x and y, and what is in them; file systems that lack this or that. For the tests
 * of renaming.
 */
#ifndef TESTS_RENAMING_H
#define TESTS_RENAMING_H

#include "../../lib/test.h"

#include "../../lib/fault.h"
#include "../../lib/memdir.h"
#include "../../lib/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fs/atomic_rename.h"
#include "fs/stat.h"

static struct tree *tree;
static int from_dir, to_dir;

static void build(const char *text)
{
	tree_free(tree);
	tree = tree_new(text);
	tree_add(tree, "x/\ny/\n");
	from_dir = open(tree_path(tree, "x"), O_RDONLY | O_DIRECTORY);
	to_dir = open(tree_path(tree, "y"), O_RDONLY | O_DIRECTORY);
	assert_true(from_dir >= 0 && to_dir >= 0);
	fault_reset();
}

static void unbuild(void)
{
	close(from_dir);
	close(to_dir);
	assert_int_equal(fault_open_fds(), 0);
	fault_reset();
	tree_free(tree);
	tree = NULL;
}

static int teardown(void **state)
{
	(void)state;
	fault_reset();
	tree_free(tree);
	tree = NULL;
	memdir_end();
	return 0;
}

static bool exists(const char *rel)
{
	struct stat st;

	return lstat(tree_path(tree, rel), &st) == 0;
}

static struct identity identity(const char *rel)
{
	struct meta meta;

	assert_int_equal(stat_at(tree->fd, rel, &meta, NULL), 0);
	return identity_of(&meta);
}

static bool is(const char *rel, const struct identity *want)
{
	struct meta meta;

	return stat_at(tree->fd, rel, &meta, NULL) == 0 && identity_is(want, &meta);
}

static void no_flags(int err)
{
	fault_fail(FAULT_renameat2, 1, err, true);
}

static void no_links(void)
{
	fault_fail(FAULT_linkat, 1, EPERM, true);
}

static const enum fault_call all_calls[] = {
	FAULT_openat, FAULT_statx,   FAULT_renameat2, FAULT_renameat, FAULT_linkat,  FAULT_unlinkat,
	FAULT_fsync,  FAULT_mkdirat, FAULT_getrandom, FAULT_getdents, FAULT_fstatfs, FAULT_close};
static const int all_errs[] = {EIO, EPERM, ENOSPC, EEXIST, ENOENT, EINVAL, ENOSYS, EXDEV, EMFILE};

/* That nothing is there, when something is: nobody could find out. */
static bool lie(enum fault_call call, int err)
{
	return call == FAULT_statx && err == ENOENT;
}

#endif
