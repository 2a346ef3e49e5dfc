/* SPDX-License-Identifier: MIT
 *
 * Every kind of step done, taken back, and done again.
 */
#include "acting.h"

#include <sys/xattr.h>

static void undo(struct step *s)
{
	turn(s);
	do_it(s);
}

static void test_rename(void **st)
{
	struct step s;

	(void)st;
	build("work/a \"x\"\nwork/dir/in/side\nwork/sub/\nwork/link -> a\nwork/fifo|\n");
	static const char *const names[] = {"work/a", "work/dir", "work/link", "work/fifo"};
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		uint64_t ino = ino_of(names[i]);

		s = step(STEP_RENAME, names[i], i % 2 ? "work/sub/new" : "work/new");
		do_it(&s);
		assert_false(exists(names[i]));
		assert_int_equal(ino_of(i % 2 ? "work/sub/new" : "work/new"), ino);
		undo(&s);
		assert_int_equal(ino_of(names[i]), ino);
		undo(&s);
		assert_int_equal(ino_of(i % 2 ? "work/sub/new" : "work/new"), ino);
		undo(&s);
		step_done(&s);
	}
}

static void test_trash(void **st)
{
	static const char *const names[] = {"work/a", "work/dir", "work/link", "work/fifo"};
	struct step s;

	(void)st;
	build("work/a \"x\"\nwork/dir/in/side\nwork/link -> a\nwork/fifo|\n");
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		uint64_t ino = ino_of(names[i]);
		char in[64];

		s = step(STEP_TRASH, names[i], NULL);
		do_it(&s);
		snprintf(in, sizeof(in), TRASH "files/%s", path_base(names[i]));
		assert_int_equal(ino_of(in), ino);
		assert_string_equal(s.to.name, path_base(names[i]));
		undo(&s);
		assert_int_equal(s.kind, STEP_RESTORE);
		assert_int_equal(ino_of(names[i]), ino);
		assert_false(exists(in));
		undo(&s);
		assert_int_equal(ino_of(in), ino);
		undo(&s);
		undo(&s);
		turn(&s);
		step_done(&s);
		s = step(STEP_ERASE, in, NULL);
		do_it(&s);
		assert_false(exists(in));
		step_done(&s);
	}
	assert_int_equal(stat_of(TRASH "info").st_nlink, 2);
	assert_false(exists(TRASH "info/a.trashinfo"));
}

static void test_create(void **st)
{
	mode_t old = umask(027);
	struct step s;

	(void)st;
	build("");
	s = make_step(STEP_CREATE, "work/new", UINT32_MAX);
	do_it(&s);
	assert_int_equal(stat_of("work/new").st_mode, S_IFREG | 0640);
	assert_int_equal(s.now.mode, 0640);
	undo(&s);
	assert_int_equal(s.kind, STEP_TRASH);
	assert_false(exists("work/new"));
	assert_true(exists(TRASH "files/new"));
	undo(&s);
	assert_int_equal(stat_of("work/new").st_mode, S_IFREG | 0640);
	step_done(&s);
	s = make_step(STEP_CREATE, "work/given", 0666);
	do_it(&s);
	assert_int_equal(stat_of("work/given").st_mode, S_IFREG | 0666);
	step_done(&s);
	s = make_step(STEP_CREATE, "work/none", 0);
	do_it(&s);
	assert_int_equal(stat_of("work/none").st_mode, S_IFREG);
	step_done(&s);
	umask(old);
}

/* What was written into it since is not thrown away with it. */
static void test_create_changed(void **st)
{
	struct step s;
	int fd;

	(void)st;
	build("");
	s = make_step(STEP_CREATE, "work/new", UINT32_MAX);
	do_it(&s);
	turn(&s);
	assert_int_equal(check(&s), 0);
	fd = open(tree_path(tree, "work/new"), O_WRONLY);
	assert_int_equal(write(fd, "x", 1), 1);
	close(fd);
	assert_int_equal(check(&s), -ESTALE);
	assert_string_equal(why.buf, "it was changed since it was made");
	assert_int_equal(run(&s), -ESTALE);
	assert_int_equal(state, STEP_NOT_DONE);
	assert_true(exists("work/new"));
	options.flags = ACT_CHANGED;
	begin();
	do_it(&s);
	assert_true(exists(TRASH "files/new"));
	step_done(&s);
	/* Emptied again: its time tells. */
	options.flags = 0;
	begin();
	s = make_step(STEP_CREATE, "work/two", UINT32_MAX);
	do_it(&s);
	turn(&s);
	assert_int_equal(utimensat(tree->fd, "work/two", NULL, 0), 0);
	s.was.mtime -= 1;
	assert_int_equal(check(&s), -ESTALE);
	step_done(&s);
}

static void test_mkdir(void **st)
{
	mode_t old = umask(027);
	struct step s;

	(void)st;
	build("");
	s = make_step(STEP_MKDIR, "work/new", UINT32_MAX);
	do_it(&s);
	assert_int_equal(stat_of("work/new").st_mode, S_IFDIR | 0750);
	assert_true(s.what.type == S_IFDIR && s.what.ino == ino_of("work/new"));
	undo(&s);
	assert_int_equal(s.kind, STEP_RMDIR);
	assert_false(exists("work/new"));
	undo(&s);
	assert_int_equal(s.kind, STEP_MKDIR);
	assert_int_equal(stat_of("work/new").st_mode, S_IFDIR | 0750);
	turn(&s);
	tree_add(tree, "work/new/something\n");
	assert_int_equal(check(&s), -ENOTEMPTY);
	assert_string_equal(why.buf, "something is in it");
	assert_int_equal(run(&s), -ENOTEMPTY);
	assert_string_equal(why.buf, "something is in it");
	step_done(&s);
	s = make_step(STEP_MKDIR, "work/given", 01777);
	do_it(&s);
	assert_int_equal(stat_of("work/given").st_mode, S_IFDIR | 01777);
	step_done(&s);
	umask(old);
}

/* A removed directory comes back with the mode and owner it had. */
static void test_rmdir(void **st)
{
	struct step s;

	(void)st;
	build("work/dir/ :02751\n");
	if (geteuid() == 0)
		assert_int_equal(chown(tree_path(tree, "work/dir"), 12, 34), 0);
	assert_int_equal(chmod(tree_path(tree, "work/dir"), 02751), 0);
	s = step(STEP_RMDIR, "work/dir", NULL);
	do_it(&s);
	assert_false(exists("work/dir"));
	undo(&s);
	assert_int_equal(stat_of("work/dir").st_mode, S_IFDIR | 02751);
	if (geteuid() == 0)
		assert_true(stat_of("work/dir").st_uid == 12 && stat_of("work/dir").st_gid == 34);
	undo(&s);
	assert_false(exists("work/dir"));
	step_done(&s);
	tree_add(tree, "work/file\n");
	s = step(STEP_RMDIR, "work/file", NULL);
	assert_int_equal(check(&s), -ENOTDIR);
	assert_int_equal(run(&s), -ENOTDIR);
	step_done(&s);
}

static void test_symlink(void **st)
{
	char target[32] = "";
	struct step s;

	(void)st;
	build("work/dir/x\n");
	s = link_step("work/link", "dir/../dir");
	do_it(&s);
	assert_int_equal(readlinkat(tree->fd, "work/link", target, sizeof(target)), 10);
	assert_string_equal(target, "dir/../dir");
	undo(&s);
	assert_int_equal(s.kind, STEP_TRASH);
	assert_false(exists("work/link"));
	assert_true(exists("work/dir/x") && exists(TRASH "files/link"));
	undo(&s);
	assert_true(exists("work/link"));
	step_done(&s);
	s = link_step("work/none", "");
	assert_int_equal(run(&s), -EINVAL);
	step_done(&s);
}

static void test_link(void **st)
{
	struct step s;

	(void)st;
	build("work/file \"x\"\nwork/sub/\nwork/link -> file\n");
	s = step(STEP_LINK, "work/file", "work/sub/two");
	do_it(&s);
	assert_int_equal(ino_of("work/sub/two"), ino_of("work/file"));
	undo(&s);
	assert_int_equal(s.kind, STEP_TRASH);
	assert_false(exists("work/sub/two"));
	assert_true(exists("work/file"));
	undo(&s);
	assert_int_equal(ino_of("work/sub/two"), ino_of("work/file"));
	step_done(&s);
	/* A link is linked itself. */
	s = step(STEP_LINK, "work/link", "work/another");
	do_it(&s);
	assert_true(S_ISLNK(stat_of("work/another").st_mode));
	step_done(&s);
	s = step(STEP_LINK, "work/sub", "work/no");
	assert_int_equal(check(&s), -EPERM);
	assert_int_equal(run(&s), -EPERM);
	assert_string_equal(why.buf, "a directory cannot have a second name");
	step_done(&s);
}

static void test_mode(void **st)
{
	(void)st;
	/* fchmodat2(2), without it, and where a sandbox forbids it. */
	for (int way = 0; way < 3; way++) {
		static const char *const names[] = {"work/file", "work/closed", "work/dir",
						    "work/fifo", "work/sock"};

		build("work/file \"x\" :0644\nwork/closed :0\nwork/dir/ :0755\nwork/fifo| "
		      ":0600\nwork/sock= :0600\nwork/link -> file\n");
		if (way)
			fault_fail(FAULT_fchmodat2, 1, way == 1 ? ENOSYS : EPERM, true);
		for (size_t i = 0; i < ARRAY_LEN(names); i++) {
			mode_t was = stat_of(names[i]).st_mode;
			struct step s = mode_step(names[i], 0741);

			do_it(&s);
			assert_int_equal(stat_of(names[i]).st_mode, (was & S_IFMT) | 0741);
			undo(&s);
			assert_int_equal(stat_of(names[i]).st_mode, was);
			undo(&s);
			assert_int_equal(stat_of(names[i]).st_mode, (was & S_IFMT) | 0741);
			assert_int_equal(chmod(tree_path(tree, names[i]), 0700), 0);
			turn(&s);
			assert_int_equal(check(&s), -ESTALE);
			assert_string_equal(why.buf, "its mode was changed since");
			assert_int_equal(run(&s), -ESTALE);
			step_done(&s);
		}
		struct step s = mode_step("work/link", 0600);

		assert_int_equal(check(&s), -EOPNOTSUPP);
		assert_string_equal(why.buf, "a link has no mode of its own");
		assert_int_equal(run(&s), -EOPNOTSUPP);
		assert_int_equal(stat_of("work/file").st_mode & 07777, 0700);
		step_done(&s);
	}
}

static void needs_root(void)
{
	if (geteuid() != 0) {
		print_message("only root may change owners\n");
		skip();
	}
}

static void test_owner(void **st)
{
	static const char *const names[] = {"work/file", "work/dir", "work/link", "work/program"};
	static const uid_t uids[] = {12, 12, 12, 0};

	(void)st;
	needs_root();
	build("work/file \"x\" :0644\nwork/dir/ :02755\nwork/link -> file\nwork/program \"x\" "
	      ":06755\n");
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct stat was = stat_of(names[i]), is;
		struct step s = owner_step(names[i], uids[i], 34);

		do_it(&s);
		is = stat_of(names[i]);
		assert_true(is.st_uid == uids[i] && is.st_gid == 34);
		/* The kernel takes those bits, and what it took is what the step says. */
		if (i == 3)
			assert_int_equal(is.st_mode & 07777, 0755);
		assert_int_equal(s.now.mode, is.st_mode & 07777);
		undo(&s);
		is = stat_of(names[i]);
		assert_true(is.st_uid == was.st_uid && is.st_gid == was.st_gid);
		assert_int_equal(is.st_mode, was.st_mode);
		undo(&s);
		assert_int_equal(stat_of(names[i]).st_uid, uids[i]);
		turn(&s);
		assert_int_equal(lchown(tree_path(tree, names[i]), 13, 34), 0);
		assert_int_equal(check(&s), -ESTALE);
		assert_string_equal(why.buf, "its owner was changed since");
		step_done(&s);
	}
	assert_int_equal(stat_of("work/file").st_uid, 13);
}

/* Who owned it meanwhile could have made any program of it, or who is in the group. */
static void test_owner_bits_stay_away(void **st)
{
	(void)st;
	needs_root();
	for (int i = 0; i < 2; i++) {
		struct step s;

		build("work/program \"x\" :06755\n");
		s = owner_step("work/program", i ? 0 : 12, 34);
		do_it(&s);
		if (i) {
			tree_add(tree, "work/other => work/program\n");
			s.now.mtime -= 1; /* the clock of the file system need not have gone on */
		}
		turn(&s);
		assert_int_equal(check(&s), -ESTALE);
		assert_non_null(strstr(why.buf, "could have been changed"));
		assert_int_equal(run(&s), -ESTALE);
		assert_int_equal(stat_of("work/program").st_gid, 34);
		options.flags = ACT_CHANGED;
		begin();
		assert_int_equal(check(&s), 0);
		assert_int_equal(run(&s), 0);
		assert_non_null(strstr(why.buf, "stays away"));
		assert_int_equal(stat_of("work/program").st_uid, 0);
		assert_int_equal(stat_of("work/program").st_mode & 07777, 0755);
		step_done(&s);
	}
}

/* cap_net_raw, permitted and effective (capabilities(7)). */
static const char caps[20] = {1, 0, 0, 2, 0, 0x20};
#define CAPS "security.capability"

static bool has_caps(const char *name)
{
	char value[64];

	return getxattr(tree_path(tree, name), CAPS, value, sizeof(value)) == sizeof(caps) &&
	       memcmp(value, caps, sizeof(caps)) == 0;
}

/* chown(2) takes the capabilities of a file; taking it back gives them back, unless somebody else
 * owned it meanwhile. */
static void test_owner_takes_caps(void **st)
{
	(void)st;
	needs_root();
	for (int other = 0; other < 2; other++) {
		struct step s;

		build("work/program \"x\" :0755\n");
		if (setxattr(tree_path(tree, "work/program"), CAPS, caps, sizeof(caps), 0) < 0) {
			print_message("no capabilities of files here\n");
			skip();
		}
		s = owner_step("work/program", other ? 12 : 0, 34);
		do_it(&s);
		assert_false(has_caps("work/program"));
		turn(&s);
		if (!other) {
			do_it(&s);
			assert_true(has_caps("work/program"));
			undo(&s);
			assert_false(has_caps("work/program"));
			undo(&s);
			assert_true(has_caps("work/program"));
		} else {
			assert_int_equal(check(&s), -ESTALE);
			assert_non_null(strstr(why.buf, "could have been changed"));
			options.flags = ACT_CHANGED;
			begin();
			assert_int_equal(run(&s), 0);
			assert_non_null(strstr(why.buf, "stays away"));
			assert_false(has_caps("work/program"));
		}
		step_done(&s);
	}
}

/* An access list as the kernel keeps it (acl(5)): 1234 may read, the mask lets him; or may all. */
static const struct {
	uint32_t version;
	struct {
		uint16_t tag, perm;
		uint32_t id;
	} at[5];
} reader = {2, {{1, 7, -1u}, {2, 4, 1234}, {4, 0, -1u}, {16, 4, -1u}, {32, 0, -1u}}},
  all = {2, {{1, 7, -1u}, {2, 7, 1234}, {4, 0, -1u}, {16, 7, -1u}, {32, 0, -1u}}};
#define ACCESS  "system.posix_acl_access"
#define DEFAULT "system.posix_acl_default"

static bool has_acl(const char *name, const char *which, const void *acl)
{
	char value[512];
	ssize_t n = getxattr(tree_path(tree, name), which, value, sizeof(value));

	return acl ? n == sizeof(reader) && memcmp(value, acl, sizeof(reader)) == 0 : n < 0;
}

static void set_acl(const char *name, const char *which, const void *acl)
{
	if (setxattr(tree_path(tree, name), which, acl, sizeof(reader), 0) < 0) {
		print_message("no access lists here\n");
		skip();
	}
}

/* What comes back has the access lists it had, and none that its directory hands on. */
static void test_rmdir_keeps_acls(void **st)
{
	struct step s;

	(void)st;
	build("work/own/\nwork/plain/ :0700\n");
	set_acl("work/own", ACCESS, &reader);
	set_acl("work/own", DEFAULT, &reader);
	set_acl("work", DEFAULT, &all);
	for (int i = 0; i < 2; i++) {
		const char *name = i ? "work/plain" : "work/own";
		struct stat was = stat_of(name);

		s = step(STEP_RMDIR, name, NULL);
		do_it(&s);
		assert_false(exists(name));
		undo(&s);
		assert_int_equal(stat_of(name).st_mode, was.st_mode);
		assert_true(has_acl(name, ACCESS, i ? NULL : &reader));
		assert_true(has_acl(name, DEFAULT, i ? NULL : &reader));
		undo(&s);
		assert_false(exists(name));
		undo(&s);
		assert_true(has_acl(name, ACCESS, i ? NULL : &reader));
		step_done(&s);
	}
	/* It is nobody's who is not to have it. */
	s = step(STEP_RMDIR, "work/plain", NULL);
	do_it(&s);
	turn(&s);
	fault_fail(FAULT_removexattr, 1, EPERM, true);
	assert_int_equal(run(&s), -EPERM);
	assert_false(exists("work/plain"));
	fault_recount();
	step_done(&s);
	/* What is not to be had back is said, before and after. */
	s = step(STEP_RMDIR, "work/own", NULL);
	fault_fail(FAULT_getxattr, 1, EIO, false);
	assert_int_equal(run(&s), 0);
	assert_non_null(strstr(why.buf, "not all the extended attributes"));
	turn(&s);
	fault_fail(FAULT_setxattr, 1, ENOSPC, true);
	assert_int_equal(run(&s), 0);
	assert_non_null(strstr(why.buf, "not all the extended attributes"));
	assert_true(has_acl("work/own", ACCESS, NULL) && has_acl("work/own", DEFAULT, NULL));
	step_done(&s);
	fault_recount();
}

static void test_times(void **st)
{
	static const char *const names[] = {"work/file", "work/dir", "work/link"};

	(void)st;
	for (int way = 0; way < 2; way++) {
		build("work/file \"x\" @12345\nwork/dir/ @12345\nwork/link -> file\n");
		if (way) /* Linux before 5.8 */
			fault_fail(FAULT_utimensat, 1, EINVAL, false);
		for (size_t i = 0; i < ARRAY_LEN(names) - (size_t)way; i++) {
			struct stat was = stat_of(names[i]), is;
			struct step s = step(STEP_TIMES, names[i], NULL);

			s.now.mtime = 99;
			s.now.mtime_nsec = 5;
			do_it(&s);
			is = stat_of(names[i]);
			assert_true(is.st_mtim.tv_sec == 99 && is.st_mtim.tv_nsec == 5);
			assert_int_equal(is.st_atim.tv_sec, was.st_atim.tv_sec);
			undo(&s);
			is = stat_of(names[i]);
			assert_int_equal(is.st_mtim.tv_sec, was.st_mtim.tv_sec);
			undo(&s);
			turn(&s);
			utimensat(tree->fd, names[i], NULL, AT_SYMLINK_NOFOLLOW);
			assert_int_equal(check(&s), -ESTALE);
			assert_string_equal(why.buf, "its time was changed since");
			step_done(&s);
			if (way)
				fault_fail(FAULT_utimensat, 1, EINVAL, false);
		}
	}
	struct step s = step(STEP_TIMES, "work/link", NULL);

	s.now.mtime = 99;
	fault_fail(FAULT_utimensat, 1, EINVAL, false);
	assert_int_equal(run(&s), -EOPNOTSUPP);
	assert_string_equal(why.buf, "times of links need Linux 5.8");
	step_done(&s);
	/* Only when it was read: nothing else is touched, and reading it in between is no harm. */
	s = step(STEP_TIMES, "work/file", NULL);
	s.now.atime = 77;
	do_it(&s);
	assert_int_equal(stat_of("work/file").st_atim.tv_sec, 77);
	step_done(&s);
}

static void test_delete(void **st)
{
	struct step s, inverse;

	(void)st;
	build("work/dir/in/side \"x\"\nwork/file\n");
	s = step(STEP_DELETE, "work/dir", NULL);
	do_it(&s);
	assert_false(exists("work/dir"));
	assert_int_equal(step_inverse(&s, &inverse), -ENOTSUP);
	assert_int_equal(run(&s), -ENOENT);
	assert_string_equal(why.buf, "it is not there any more");
	step_done(&s);
	s = step(STEP_DELETE, "work/file", NULL);
	do_it(&s);
	step_done(&s);
}

/* What the kernel does not say in words, where nothing else is in the way. */
static void test_lacking_file_system(void **st)
{
	static const struct {
		enum step_kind kind;
		const char *from, *to;
		enum fault_call call;
		int err;
		const char *why;
	} rows[] = {
		{STEP_LINK, "work/x", "work/y", FAULT_linkat, EPERM, "has no hard links"},
		{STEP_SYMLINK, NULL, "work/y", FAULT_symlinkat, EPERM, "has no symbolic links"},
		{STEP_SYMLINK, NULL, "work/y", FAULT_symlinkat, ENOSYS, "has no symbolic links"},
		{STEP_SYMLINK, NULL, "work/y", FAULT_symlinkat, EILSEQ, "not take that name"},
		{STEP_MKDIR, NULL, "work/y", FAULT_mkdirat, EINVAL, "not take that name"},
		{STEP_CREATE, NULL, "work/y", FAULT_openat, EINVAL, "not take that name"},
		{STEP_MKDIR, NULL, "work/y", FAULT_mkdirat, EIO, ""},
	};

	(void)st;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct step s;

		build("work/x\n");
		s = step(rows[i].kind, rows[i].from, rows[i].to);
		if (rows[i].kind == STEP_SYMLINK)
			s.target = strdup("x");
		fault_fail(rows[i].call, 1, rows[i].err, true);
		assert_int_equal(run(&s), -rows[i].err);
		if (!strstr(why.buf, rows[i].why) || (why.len > 0) != (rows[i].why[0] != 0))
			fail_msg("%zu: it says '%s'", i, why.buf);
		assert_false(exists("work/y"));
		fault_recount();
		step_done(&s);
	}
}

static void test_unknown(void **st)
{
	struct step s = STEP_INIT;

	(void)st;
	build("");
	s.kind = STEP_UNKNOWN;
	assert_int_equal(check(&s), -ENOTSUP);
	assert_int_equal(run(&s), -ENOTSUP);
	assert_int_equal(act_look(act, &s, 0, &state, &why), 0);
	assert_int_equal(state, STEP_LOST);
	assert_int_equal(act_finish(act, &s, 0, &state, &why), -ENOTSUP);
	assert_true(why.len > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_rename, setup, teardown),
		cmocka_unit_test_setup_teardown(test_trash, setup, teardown),
		cmocka_unit_test_setup_teardown(test_create, setup, teardown),
		cmocka_unit_test_setup_teardown(test_create_changed, setup, teardown),
		cmocka_unit_test_setup_teardown(test_mkdir, setup, teardown),
		cmocka_unit_test_setup_teardown(test_rmdir, setup, teardown),
		cmocka_unit_test_setup_teardown(test_symlink, setup, teardown),
		cmocka_unit_test_setup_teardown(test_link, setup, teardown),
		cmocka_unit_test_setup_teardown(test_mode, setup, teardown),
		cmocka_unit_test_setup_teardown(test_owner, setup, teardown),
		cmocka_unit_test_setup_teardown(test_owner_bits_stay_away, setup, teardown),
		cmocka_unit_test_setup_teardown(test_owner_takes_caps, setup, teardown),
		cmocka_unit_test_setup_teardown(test_rmdir_keeps_acls, setup, teardown),
		cmocka_unit_test_setup_teardown(test_times, setup, teardown),
		cmocka_unit_test_setup_teardown(test_delete, setup, teardown),
		cmocka_unit_test_setup_teardown(test_lacking_file_system, setup, teardown),
		cmocka_unit_test_setup_teardown(test_unknown, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
