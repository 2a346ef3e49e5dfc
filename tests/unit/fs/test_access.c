/* SPDX-License-Identifier: MIT */
#include "../../lib/test.h"

#include "../../lib/as_user.h"
#include "../../lib/fault.h"
#include "../../lib/hang.h"
#include "../../lib/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "fs/access.h"
#include "fs/access_walk.h"
#include "fs/event.h"

#define CASES 3000

static const struct subject STRANGER = {.uid = 4000001, .gid = 4000001};

static struct subject self(void)
{
	struct subject s = {0};

	assert_int_equal(access_self(&s), 0);
	return s;
}

static int explain(const struct subject *who, const char *path, enum access_action action,
		   const char *rule)
{
	struct access_answer a;
	uint32_t deciding = 0;
	int rc = access_explain(who, path, action, &a);

	if (rc)
		return rc;
	for (uint32_t i = 0; i < a.nsteps; i++) {
		assert_non_null(a.steps[i].text);
		assert_int_equal(a.steps[i].path[0], '/');
		deciding += a.steps[i].decides;
	}
	assert_int_equal(deciding, 1);
	if (rule)
		assert_string_equal(a.rule, rule);
	assert_int_equal(a.verdict == ACCESS_DENY, a.err != 0);
	rc = a.verdict == ACCESS_UNKNOWN_VERDICT ? 1 : a.err;
	access_answer_done(&a);
	return rc;
}

static void asks_what_cannot_be_asked(void **state)
{
	struct tree *t = tree_new("d/f\nloop -> loop\nfile\n");
	struct subject me = self();

	(void)state;
	assert_int_equal(explain(&me, "relative", ACCESS_READ, NULL), -EINVAL);
	assert_int_equal(explain(&me, tree_path(t, "no"), ACCESS_READ, NULL), -ENOENT);
	assert_int_equal(explain(&me, tree_path(t, "no/way"), ACCESS_CREATE, NULL), -ENOENT);
	assert_int_equal(explain(&me, tree_path(t, "file/x"), ACCESS_READ, NULL), -ENOTDIR);
	assert_int_equal(explain(&me, tree_path(t, "loop"), ACCESS_READ, NULL), -ELOOP);
	assert_int_equal(explain(&me, tree_path(t, "loop"), ACCESS_DELETE, NULL), 0);
	assert_int_equal(explain(&me, tree_path(t, "file/"), ACCESS_READ, NULL), -ENOTDIR);
	tree_free(t);
}

static void judges_kinds_and_presence(void **state)
{
	struct tree *t = tree_new("d/f :0600\nto -> d/../d/f\n");
	struct subject me = self();

	(void)state;
	assert_int_equal(explain(&me, "/", ACCESS_LIST, NULL), 0);
	assert_int_equal(explain(&me, tree_path(t, "to"), ACCESS_READ, NULL), 0);
	assert_int_equal(explain(&me, tree_path(t, "d/f"), ACCESS_LIST, "not-a-directory"),
			 -ENOTDIR);
	assert_int_equal(explain(&me, tree_path(t, "d"), ACCESS_EXECUTE, "not-a-program"), -EACCES);
	assert_int_equal(explain(&me, tree_path(t, "d/f"), ACCESS_CREATE, "exists"), -EEXIST);
	assert_int_equal(explain(&me, tree_path(t, "d/new"), ACCESS_CREATE, NULL), 0);
	assert_int_equal(explain(&me, tree_path(t, "d/./../d/f"), ACCESS_DELETE, NULL), 0);
	tree_free(t);
}

static void the_owner_may_be_worse_off_than_others(void **state)
{
	struct tree *t = tree_new("f :0077\ng :0707\n");
	struct subject me = {.uid = geteuid(), .gid = getegid()};
	struct subject mate = {.uid = 4000001, .gid = getegid()};

	(void)state;
	chmod(tree_path(t, ""), 0755);
	assert_int_equal(explain(&me, tree_path(t, "f"), ACCESS_READ, "owner-bits"), -EACCES);
	assert_int_equal(explain(&STRANGER, tree_path(t, "f"), ACCESS_READ, NULL), 0);
	assert_int_equal(explain(&mate, tree_path(t, "g"), ACCESS_READ, "group-bits"), -EACCES);
	tree_free(t);
}

struct acl_value {
	uint32_t version;
	struct {
		uint16_t tag, perm;
		uint32_t id;
	} at[5];
};

static int set_acl(const char *path, uint16_t mask)
{
	const struct acl_value acl = {2,
				      {{0x01, 6, UINT32_MAX},
				       {0x02, 7, 4000001},
				       {0x04, 0, UINT32_MAX},
				       {0x10, mask, UINT32_MAX},
				       {0x20, 4, UINT32_MAX}}};

	return setxattr(path, "system.posix_acl_access", &acl, sizeof(acl), 0);
}

/* The kernel does not even look at a list whose mask is empty. */
static void a_list_makes_it_unknown_unless_its_mask_is_empty(void **state)
{
	struct tree *t = tree_new("f\n");
	struct subject root = {.caps = PERM_CAP_DAC_OVERRIDE};
	const char *f = tree_path(t, "f");

	(void)state;
	chmod(tree_path(t, ""), 0755);
	if (set_acl(f, 7) < 0) {
		print_message("SKIPPED: no access control lists here\n");
		tree_free(t);
		skip();
	}
	assert_int_equal(explain(&STRANGER, f, ACCESS_WRITE, "acl"), 1);
	assert_int_equal(explain(&root, f, ACCESS_WRITE, NULL), 0);
	assert_int_equal(set_acl(f, 0), 0);
	assert_int_equal(explain(&STRANGER, f, ACCESS_READ, "other-bits"), 0);
	assert_int_equal(explain(&STRANGER, f, ACCESS_WRITE, "other-bits"), -EACCES);
	tree_free(t);
}

static struct hang *server;

static int end_server(void **state)
{
	(void)state;
	hang_free(server);
	server = NULL;
	return 0;
}

/* What is found out about the last component when the mount table does not list its mount, as in a
 * chroot(2). */
static struct access_node look_without_table(const char *path, bool asking_fails)
{
	struct access_node node;
	struct access_walk w;

	fault_reset();
	assert_int_equal(access_walk_init(&w, path), 0);
	fs_mounts_free(&w.mounts);
	if (asking_fails)
		fault_fail(FAULT_fstatfs, 1, EIO, true);
	while (!w.done)
		assert_int_equal(access_walk_step(&w, false, false), 0);
	node = w.node;
	access_walk_done(&w);
	fault_reset();
	return node;
}

static void a_server_decides_for_itself(void **state)
{
	char path[4096];

	(void)state;
	server = hang_new();
	snprintf(path, sizeof(path), "%s/one", hang_path(server));
	assert_int_equal(explain(&(struct subject){.caps = PERM_CAP_DAC_OVERRIDE}, path,
				 ACCESS_READ, "server-decides"),
			 1);
	assert_true(look_without_table(path, false).network);
}

static void asks_the_file_system_when_the_table_does_not_list_it(void **state)
{
	struct tree *t = tree_new("d/f\n");
	struct access_node n = look_without_table(tree_path(t, "d/f"), false);

	(void)state;
	assert_true(n.mount_known);
	assert_false(n.network || n.read_only || n.fs_read_only);
	n = look_without_table(tree_path(t, "d/f"), true);
	assert_false(n.mount_known);
	tree_free(t);
}

static void mount_flags(void *ctx)
{
	struct tree *t = ctx;
	struct subject root = self();

	assert_int_equal(mount("t", tree_path(t, "m"), "tmpfs", 0, NULL), 0);
	/* By path: the tree's own descriptor sees the mounts of the parent. */
	close(open(tree_path(t, "m/f"), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0755));
	assert_int_equal(mkdir(tree_path(t, "m/d"), 0755), 0);
	assert_int_equal(explain(&root, tree_path(t, "m/f"), ACCESS_EXECUTE, NULL), 0);
	assert_int_equal(explain(&root, tree_path(t, "m"), ACCESS_DELETE, "mount-point"), -EBUSY);
	assert_int_equal(
		mount("t", tree_path(t, "m"), "tmpfs", MS_REMOUNT | MS_RDONLY | MS_NOEXEC, NULL),
		0);
	assert_int_equal(explain(&root, tree_path(t, "m/f"), ACCESS_EXECUTE, "mount-noexec"),
			 -EACCES);
	assert_int_equal(explain(&root, tree_path(t, "m/f"), ACCESS_WRITE, "mount-read-only"),
			 -EROFS);
	assert_int_equal(explain(&root, tree_path(t, "m/d/x"), ACCESS_CREATE, "mount-read-only"),
			 -EROFS);
	assert_int_equal(explain(&root, tree_path(t, "m/f"), ACCESS_READ, NULL), 0);
	assert_true(look_without_table(tree_path(t, "m/f"), false).read_only);
	assert_true(look_without_table(tree_path(t, "m/f"), false).noexec);
}

static int set_flags(struct tree *t, const char *name, int flags)
{
	int fd = open(tree_path(t, name), O_RDONLY | O_CLOEXEC), rc;

	assert_true(fd >= 0);
	rc = ioctl(fd, FS_IOC_SETFLAGS, &flags) < 0 ? -errno : 0;
	close(fd);
	return rc;
}

static int make_file(void **state)
{
	*state = tree_new("f :0600\n");
	return 0;
}

/* Also after a failure: nobody could remove the tree otherwise. */
static int free_file(void **state)
{
	(void)set_flags(*state, "f", 0);
	tree_free(*state);
	return 0;
}

/* Whether a file may only be appended to is asked after its bits. */
static void append_only(void **state)
{
	struct tree *t = *state;
	struct subject me = self();
	int rc = set_flags(t, "f", FS_APPEND_FL);

	if (rc < 0) {
		print_message("SKIPPED: chattr +a: %s\n", strerror(-rc));
		skip();
	}
	chmod(tree_path(t, ""), 0755);
	assert_int_equal(explain(&me, tree_path(t, "f"), ACCESS_WRITE, "append-only"), -EPERM);
	assert_int_equal(explain(&STRANGER, tree_path(t, "f"), ACCESS_WRITE, NULL), -EACCES);
}

static void mounts_may_forbid_more(void **state)
{
	as_mounter(mount_flags, *state); /* may skip */
}

static int make_tree(void **state)
{
	*state = tree_new("m/\n");
	return 0;
}

static int free_tree(void **state)
{
	tree_free(*state);
	return 0;
}

/* ---- the kernel as the judge ---- */

static uint64_t seed = 0x9e3779b97f4a7c15u;

static unsigned rnd(unsigned below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (unsigned)(seed >> 33) % below;
}

static const uint32_t UIDS[] = {0, 1000, 1001, 1002};
static const uint32_t GIDS[] = {0, 2000, 2001, 2002};

struct inode {
	uint32_t mode, uid, gid;
};

static struct inode random_inode(uint32_t extra)
{
	return (struct inode){(rnd(512) | (rnd(2) ? extra : 0)) | (rnd(3) ? 0 : 0111), UIDS[rnd(4)],
			      GIDS[rnd(4)]};
}

static void apply(const char *path, const struct inode *i)
{
	assert_int_equal(lchown(path, i->uid, i->gid), 0);
	assert_int_equal(chmod(path, i->mode), 0);
}

static struct subject random_subject(void)
{
	static const unsigned caps[] = {0,
					0,
					0,
					PERM_CAP_DAC_OVERRIDE,
					PERM_CAP_DAC_READ_SEARCH,
					PERM_CAP_FOWNER,
					PERM_CAP_FOWNER | PERM_CAP_DAC_OVERRIDE};
	struct subject s = {.uid = UIDS[1 + rnd(3)], .gid = GIDS[1 + rnd(3)]};

	for (size_t i = 1; i < ARRAY_LEN(GIDS); i++) {
		if (rnd(3) == 0)
			s.groups[s.ngroups++] = GIDS[i];
	}
	s.caps = caps[rnd(ARRAY_LEN(caps))];
	return s;
}

/* 0 when this process now is the subject. */
static int become(const struct subject *s)
{
	static const struct {
		unsigned bit, cap;
	} map[] = {{PERM_CAP_DAC_OVERRIDE, CAP_DAC_OVERRIDE},
		   {PERM_CAP_DAC_READ_SEARCH, CAP_DAC_READ_SEARCH},
		   {PERM_CAP_FOWNER, CAP_FOWNER}};
	struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2] = {{0}};

	for (size_t i = 0; i < ARRAY_LEN(map); i++) {
		if (s->caps & map[i].bit)
			data[0].effective |= 1u << map[i].cap;
	}
	data[0].permitted = data[0].effective;
	return prctl(PR_SET_KEEPCAPS, 1) || setgroups(s->ngroups, s->groups) ||
	       setresgid(s->gid, s->gid, s->gid) || setresuid(s->uid, s->uid, s->uid) ||
	       syscall(SYS_capset, &head, data);
}

static int open_error(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC, 0600);

	if (fd < 0)
		return -errno;
	close(fd);
	return 0;
}

static int access_error(const char *path)
{
	return syscall(SYS_faccessat2, AT_FDCWD, path, X_OK, AT_EACCESS) < 0 ? -errno : 0;
}

enum question {
	Q_READ,
	Q_WRITE,
	Q_EXECUTE,
	Q_LIST,
	Q_ENTER,
	Q_LINK,
	Q_CREATE,
	Q_RENAME,
	Q_DELETE,
	QUESTIONS
};

static const struct {
	enum access_action action;
	const char *path;
} ASKED[] = {
	[Q_READ] = {ACCESS_READ, "f"},       [Q_WRITE] = {ACCESS_WRITE, "f"},
	[Q_EXECUTE] = {ACCESS_EXECUTE, "f"}, [Q_LIST] = {ACCESS_LIST, ""},
	[Q_ENTER] = {ACCESS_ENTER, ""},      [Q_LINK] = {ACCESS_READ, "l"},
	[Q_CREATE] = {ACCESS_CREATE, "new"}, [Q_RENAME] = {ACCESS_RENAME, "f"},
	[Q_DELETE] = {ACCESS_DELETE, "f"},
};

static int measure(enum question q, const char *path, const char *other)
{
	switch (q) {
	case Q_READ:
	case Q_LINK:
		return open_error(path, O_RDONLY);
	case Q_WRITE:
		return open_error(path, O_WRONLY);
	case Q_EXECUTE:
	case Q_ENTER:
		return access_error(path);
	case Q_LIST:
		return open_error(path, O_RDONLY | O_DIRECTORY);
	case Q_CREATE:
		return open_error(path, O_WRONLY | O_CREAT | O_EXCL);
	case Q_RENAME:
		return rename(path, other) < 0 ? -errno : rename(other, path) < 0 ? -errno : 0;
	case Q_DELETE:
		return unlink(path) < 0 ? -errno : 0;
	case QUESTIONS:
		break;
	}
	return 1;
}

/* In a child that is the subject: the number of the first question where the kernel differs, or
 * QUESTIONS. */
static int compare(const struct subject *who, char *const paths[], const char *other,
		   const int *expected)
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		if (become(who))
			_exit(100);
		for (int q = 0; q < QUESTIONS; q++) {
			if (measure((enum question)q, paths[q], other) != expected[q])
				_exit(q);
		}
		_exit(QUESTIONS);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* This mount of it, not the file system. */
static void make_read_only(const char *dir)
{
	assert_int_equal(mount(dir, dir, NULL, MS_BIND, NULL), 0);
	assert_int_equal(mount(NULL, dir, NULL, MS_BIND | MS_REMOUNT | MS_RDONLY, NULL), 0);
}

static void one_case(const char *top, unsigned number)
{
	struct inode d = random_inode(rnd(2) ? 01002 : 01000), f = random_inode(0);
	struct subject who = random_subject();
	uint32_t link_uid = UIDS[rnd(4)];
	char *paths[QUESTIONS], *dir, *file, *link, *other;
	int expected[QUESTIONS], differs;
	bool read_only = rnd(8) == 0;

	assert_true(asprintf(&dir, "%s/d%u", top, number) > 0 && asprintf(&file, "%s/f", dir) > 0 &&
		    asprintf(&link, "%s/l", dir) > 0 && asprintf(&other, "%s/g", dir) > 0);
	assert_int_equal(mkdir(dir, 0755), 0);
	assert_int_equal(open_error(file, O_WRONLY | O_CREAT | O_EXCL), 0);
	assert_int_equal(symlink("f", link), 0);
	assert_int_equal(lchown(link, link_uid, 0), 0);
	apply(file, &f);
	apply(dir, &d);
	if (read_only)
		make_read_only(dir);
	for (int q = 0; q < QUESTIONS; q++) {
		const char *name = ASKED[q].path;

		assert_true(asprintf(&paths[q], "%s%s%s", dir, *name ? "/" : "", name) > 0);
		expected[q] = explain(&who, paths[q], ASKED[q].action, NULL);
	}
	differs = compare(&who, paths, other, expected);
	if (read_only)
		assert_int_equal(umount(dir), 0);
	if (differs != QUESTIONS)
		fail_msg("case %u question %d%s: d %o %u:%u f %o %u:%u link %u, subject %u:%u caps "
			 "%x, expected %d",
			 number, differs, read_only ? " (mounted read-only)" : "", d.mode, d.uid,
			 d.gid, f.mode, f.uid, f.gid, link_uid, who.uid, who.gid, who.caps,
			 differs < QUESTIONS ? expected[differs] : 0);
	for (int q = 0; q < QUESTIONS; q++)
		free(paths[q]);
	free(dir);
	free(file);
	free(link);
	free(other);
}

static void against_the_kernel(void *ctx)
{
	assert_int_equal(mount("t", ctx, "tmpfs", 0, "mode=755"), 0);
	umask(0);
	for (unsigned i = 0; i < CASES; i++)
		one_case(ctx, i);
}

static int remove_top(void **state)
{
	if (*state)
		rmdir(*state);
	free(*state);
	return 0;
}

static void agrees_with_the_kernel(void **state)
{
	char *top;

	if (geteuid() != 0) {
		print_message("SKIPPED: comparing with the kernel needs root\n");
		skip();
	}
	/* Subjects must be able to reach it, whatever $TMPDIR is. */
	top = strdup("/tmp/trowel-access.XXXXXX");
	assert_non_null(mkdtemp(top));
	*state = top;
	chmod(top, 0755);
	as_mounter(against_the_kernel, top);
}

static void we_are_who_we_are(void **state)
{
	struct subject me = self();

	(void)state;
	assert_int_equal(me.uid, geteuid());
	assert_int_equal(me.gid, getegid());
	if (geteuid() != 0)
		assert_int_equal(me.caps & PERM_CAP_DAC_OVERRIDE, 0);
}

static void the_sticky_bit_keeps_who_owns_neither(void **state)
{
	enum { ME = 4000001, OTHER, THIRD };
	static const struct {
		uint32_t mode, dir, thing;
		unsigned caps;
		bool stuck;
	} rows[] = {
		{01777, OTHER, THIRD, 0, true},
		{01777, OTHER, OTHER, 0, true},
		{01700, OTHER, THIRD, 0, true}, /* whoever may write it is another question */
		{01777, ME, THIRD, 0, false},
		{01777, OTHER, ME, 0, false},
		{0777, OTHER, THIRD, 0, false},
		{06777, OTHER, THIRD, 0, false},
		{01777, OTHER, THIRD, PERM_CAP_FOWNER, false},
		{01777, OTHER, THIRD, ~(unsigned)PERM_CAP_FOWNER, true},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct subject who = {.uid = ME, .gid = OTHER, .caps = rows[i].caps};
		const struct meta dir = {.mode = S_IFDIR | rows[i].mode, .uid = rows[i].dir};
		/* Its own bits and groups do not matter. */
		const struct meta thing = {
			.mode = S_IFDIR | 01777, .uid = rows[i].thing, .gid = OTHER};

		assert_int_equal(access_stuck(&who, &dir, &thing), rows[i].stuck);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(asks_what_cannot_be_asked),
		cmocka_unit_test(judges_kinds_and_presence),
		cmocka_unit_test(the_owner_may_be_worse_off_than_others),
		cmocka_unit_test(a_list_makes_it_unknown_unless_its_mask_is_empty),
		cmocka_unit_test_teardown(a_server_decides_for_itself, end_server),
		cmocka_unit_test(asks_the_file_system_when_the_table_does_not_list_it),
		cmocka_unit_test_setup_teardown(mounts_may_forbid_more, make_tree, free_tree),
		cmocka_unit_test_teardown(agrees_with_the_kernel, remove_top),
		cmocka_unit_test_setup_teardown(append_only, make_file, free_file),
		cmocka_unit_test(we_are_who_we_are),
		cmocka_unit_test(the_sticky_bit_keeps_who_owns_neither),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
