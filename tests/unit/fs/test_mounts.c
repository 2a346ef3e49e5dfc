/* SPDX-License-Identifier: MIT */
#include "../../lib/test.h"

#include "../../lib/answers.h"
#include "../../lib/fault.h"
#include "../../lib/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "fs/browse.h"
#include "fs/event.h"
#include "fs/mounts.h"
#include "fs/stat.h"

static const char TABLE[] = "20 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw\n"
			    "21 20 0:20 / /proc rw - proc proc rw\n"
			    "this is not a line of the table\n"
			    "22 20 0:30 / /mnt/a\\040b\\012c ro,relatime shared:1 - tmpfs none rw\n"
			    "23 20 0:31 / /srv rw - nfs4 server:/export ro,vers=4.2\n"
			    "24 20 0:32 / /home/u/remote rw - fuse.sshfs u@h: rw\n"
			    "25 23 0:33 / /srv/deep rw - ext4 /dev/sdb1 rw\n"
			    "26 20 0:34 / /srv/deep rw - xfs /dev/sdc1 rw\n";

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static const struct mount *by_id(const struct mount_list *list, uint64_t id)
{
	for (uint32_t i = 0; i < list->n; i++) {
		if (list->at[i].id == id)
			return &list->at[i];
	}
	fail_msg("no mount %d", (int)id);
	return NULL;
}

static void reads_a_table(void **state)
{
	struct tree *t = tree_new("");
	struct mount_list list;
	const char *file = tree_path(t, "mountinfo");

	(void)state;
	write_file(file, TABLE);
	assert_int_equal(mounts_read(file, &list), 0);
	assert_int_equal(list.n, 7);
	assert_string_equal(by_id(&list, 20)->path, "/");
	assert_true(by_id(&list, 21)->kernel);
	assert_string_equal(by_id(&list, 22)->path, "/mnt/a b\nc");
	assert_true(by_id(&list, 22)->read_only);
	assert_true(by_id(&list, 23)->read_only);
	assert_true(by_id(&list, 23)->network);
	assert_false(by_id(&list, 20)->read_only);
	assert_true(by_id(&list, 24)->network);
	assert_int_equal(by_id(&list, 25)->parent_id, 23);
	fs_mounts_free(&list);
	tree_free(t);
}

static void finds_the_mount_of_a_path(void **state)
{
	static const struct {
		const char *path;
		uint64_t id;
	} cases[] = {
		{"/", 20},           {"/etc", 20},        {"/srv", 23},
		{"/srv/x/y", 23},    {"/srvx", 20},       {"/srv/deep", 26},
		{"/srv/deep/z", 26}, {"/srv/deeper", 23}, {"/home/u/remote", 24},
		{"/proc/self", 21},
	};
	struct tree *t = tree_new("");
	struct mount_list list, none = {0};
	const char *file = tree_path(t, "mountinfo");

	(void)state;
	write_file(file, TABLE);
	assert_int_equal(mounts_read(file, &list), 0);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_int_equal(mounts_find(&list, cases[i].path)->id, cases[i].id);
	assert_null(mounts_find(&none, "/"));
	fs_mounts_free(&list);
	tree_free(t);
}

static void knows_kinds(void **state)
{
	static const char *const network[] = {"nfs",  "nfs4", "cifs",       "smb3",    "9p",
					      "ceph", "fuse", "fuse.sshfs", "fuseblk", "fuse.x"};
	static const char *const local[] = {"ext4", "tmpfs", "overlay", "fusex", "nfsd", ""};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(network); i++)
		assert_true(mounts_network_type(network[i]));
	for (size_t i = 0; i < ARRAY_LEN(local); i++)
		assert_false(mounts_network_type(local[i]));
	assert_true(mounts_kernel_type("cgroup2"));
	assert_true(mounts_kernel_type("fusectl"));
	assert_false(mounts_kernel_type("tmpfs"));
}

static void bad_tables_are_errors_or_empty(void **state)
{
	struct tree *t = tree_new("empty\n");
	struct mount_list list;

	(void)state;
	assert_true(mounts_read(tree_path(t, "missing"), &list) < 0);
	assert_int_equal(mounts_read(tree_path(t, "empty"), &list), 0);
	assert_int_equal(list.n, 0);
	fs_mounts_free(&list);
	tree_free(t);
}

static void ids_are_those_statx_gives(void **state)
{
	struct mounts *m = NULL;
	struct meta meta;
	uint64_t id;

	(void)state;
	assert_int_equal(mounts_new(&m), 0);
	assert_int_equal(mounts_lane(m, "/proc/self"), 0); /* nothing known yet */
	assert_int_equal(mounts_refresh(m), 0);
	assert_int_equal(stat_follow(AT_FDCWD, "/proc", &meta, &id), 0);
	if (id != 0) {
		assert_int_equal(mounts_lane(m, "/proc/self"), id);
		assert_false(mounts_is_network(m, id, -1)); /* the table is enough */
	}
	mounts_free(m);
	mounts_free(NULL);
}

static void a_file_system_that_fails_has_no_capacity(void **state)
{
	struct answers a;
	struct browse *b;
	struct fs_event *e;

	(void)state;
	fault_reset();
	for (int failing = 0; failing < 2; failing++) {
		bool any = false, root = false;

		answers_init(&a);
		assert_int_equal(browse_new(&a.queue, &b), 0);
		if (failing)
			fault_fail(FAULT_fstatvfs, 1, EIO, true);
		browse_mounts(b);
		e = answers_get(&a, FS_MOUNTS, 0);
		assert_int_equal(e->err, 0);
		assert_true(e->u.mounts.n > 0);
		for (uint32_t i = 0; i < e->u.mounts.n; i++) {
			const struct mount *m = &e->u.mounts.at[i];

			any |= m->has_space;
			root |= !strcmp(m->path, "/") && !m->network && !m->kernel;
			assert_false(m->has_space && (m->network || m->kernel));
			if (m->has_space)
				assert_true(m->space.free <= m->space.total &&
					    m->space.avail <= m->space.free);
		}
		if (failing)
			assert_false(any);
		else if (root) /* in a chroot it is not in the table */
			assert_true(any);
		fs_event_free(e);
		browse_free(b, 20000);
		answers_done(&a);
	}
	fault_reset();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_a_table),
		cmocka_unit_test(finds_the_mount_of_a_path),
		cmocka_unit_test(knows_kinds),
		cmocka_unit_test(bad_tables_are_errors_or_empty),
		cmocka_unit_test(ids_are_those_statx_gives),
		cmocka_unit_test(a_file_system_that_fails_has_no_capacity),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
