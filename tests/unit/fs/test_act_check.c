/* SPDX-License-Identifier: MIT
 *
 * Situations in which a step cannot be done: the check says so beforehand, doing it says the same,
 * in the same words, and nothing has changed.
 */
#include "acting.h"

#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/mount.h>

struct situation {
	const char *text;
	enum step_kind kind;
	const char *from, *to;
	void (*spoil)(void); /* after the step was thought of */
	int err;
	const char *why; /* a part of it */
};

static struct step step_for(const struct situation *s)
{
	struct step step_of = step(s->kind, s->from, s->to);

	if (s->kind == STEP_SYMLINK)
		step_of.target = strdup("somewhere");
	if (s->kind == STEP_MODE)
		step_of.now.mode ^= 0111;
	if (s->kind == STEP_OWNER)
		step_of.now.gid++;
	if (s->kind == STEP_TIMES)
		step_of.now.mtime++;
	return step_of;
}

/* The check and the deed agree; what went wrong is said with the number of the situation. */
static void agree(const struct situation *s, struct step *step_of, size_t n)
{
	uint64_t before = all_of_it();
	char words[512];
	int rc = check(step_of), ran;

	snprintf(words, sizeof(words), "%s", why.buf);
	ran = run(step_of);
	if (rc != s->err || ran != s->err || !strstr(words, s->why) || strcmp(words, why.buf))
		print_error("situation %zu: check %d (%s), run %d (%s)\n", n, rc, words, ran,
			    why.buf);
	assert_int_equal(rc, s->err);
	assert_int_equal(ran, s->err);
	assert_non_null(strstr(words, s->why));
	assert_string_equal(words, why.buf);
	assert_int_equal(state, STEP_NOT_DONE);
	assert_true(all_of_it() == before);
}

static void try(const struct situation *s, size_t n)
{
	struct step step_of = step_for(s);

	if (s->spoil)
		s->spoil();
	agree(s, &step_of, n);
	step_done(&step_of);
}

/* ---- whoever one is ---- */

static void put_other(void)
{
	tree_move(tree, "work/x", "work/moved");
	tree_add(tree, "work/x \"another\"\n");
}

static void put_link(void)
{
	tree_move(tree, "work/x", "work/moved");
	tree_add(tree, "work/x -> moved\n");
}

static void take_away(void)
{
	tree_remove(tree, "work/x");
}

static void take_dir(void)
{
	tree_move(tree, "work", "elsewhere");
	begin();
}

static void other_dir(void)
{
	tree_move(tree, "work", "elsewhere");
	tree_add(tree, "work/x \"another\"\nwork/sub/\n");
	begin();
}

static void other_target(void)
{
	tree_move(tree, "work/sub", "elsewhere");
	tree_add(tree, "work/sub -> ../elsewhere2\nelsewhere2/\n");
	begin();
}

static void no_target(void)
{
	tree_move(tree, "work/sub", "elsewhere");
	begin();
}

static const struct situation anybody[] = {
	/* The thing, and where it is. */
	{"work/x", STEP_TRASH, "work/x", NULL, take_away, -ENOENT, "not there any more"},
	{"work/x", STEP_RENAME, "work/x", "work/y", put_other, -ESTALE, "something else has"},
	{"work/x", STEP_RENAME, "work/x", "work/y", put_link, -ESTALE, "something else has"},
	{"work/x", STEP_TRASH, "work/x", NULL, put_link, -ESTALE, "something else has"},
	{"work/x", STEP_DELETE, "work/x", NULL, put_other, -ESTALE, "something else has"},
	{"work/x", STEP_LINK, "work/x", "work/y", put_link, -ESTALE, "something else has"},
	{"work/x", STEP_MODE, "work/x", NULL, put_link, -ESTALE, "something else has"},
	{"work/x", STEP_OWNER, "work/x", NULL, put_link, -ESTALE, "something else has"},
	{"work/x", STEP_TIMES, "work/x", NULL, put_other, -ESTALE, "something else has"},
	{"work/x/", STEP_RMDIR, "work/x", NULL, put_other, -ESTALE, "something else has"},
	{"work/x", STEP_TRASH, "work/x", NULL, take_dir, -ENOENT, "directory it was in is gone"},
	{"work/x", STEP_TRASH, "work/x", NULL, other_dir, -ESTALE, "was in is another one"},
	{"work/x", STEP_MODE, "work/x", NULL, other_dir, -ESTALE, "was in is another one"},
	{"work/sub/", STEP_CREATE, NULL, "work/sub/y", other_target, -ESTALE, "be in is another"},
	{"work/sub/", STEP_MKDIR, NULL, "work/sub/y", no_target, -ENOENT, "to be in is not there"},
	{"work/x\nwork/sub/", STEP_RENAME, "work/x", "work/sub/x", no_target, -ENOENT, "not there"},
	/* The new name. */
	{"work/x\nwork/y", STEP_RENAME, "work/x", "work/y", NULL, -EEXIST, "something has that"},
	{"work/x/\nwork/y/", STEP_RENAME, "work/x", "work/y", NULL, -EEXIST, "something has that"},
	{"work/x\nwork/y => work/x", STEP_RENAME, "work/x", "work/y", NULL, -EEXIST, "same file"},
	{"work/x\nwork/y -> x", STEP_LINK, "work/x", "work/y", NULL, -EEXIST, "something has that"},
	{"work/x\nwork/y => work/x", STEP_LINK, "work/x", "work/y", NULL, -EEXIST, "same file"},
	{"work/y", STEP_CREATE, NULL, "work/y", NULL, -EEXIST, "something has that"},
	{"work/y -> none", STEP_CREATE, NULL, "work/y", NULL, -EEXIST, "something has that"},
	{"work/y", STEP_MKDIR, NULL, "work/y", NULL, -EEXIST, "something has that"},
	{"work/y/", STEP_SYMLINK, NULL, "work/y", NULL, -EEXIST, "something has that"},
	{"work/x/in/", STEP_RENAME, "work/x", "work/x/in/y", NULL, -ELOOP, "into itself"},
	{"work/x/", STEP_RENAME, "work/x", "work/x/y", NULL, -ELOOP, "into itself"},
	/* What it is. */
	{"work/x/in", STEP_RMDIR, "work/x", NULL, NULL, -ENOTEMPTY, "something is in it"},
	{"work/x", STEP_RMDIR, "work/x", NULL, NULL, -ENOTDIR, "no directory"},
	{"work/x/", STEP_LINK, "work/x", "work/y", NULL, -EPERM, "second name"},
	{"work/x -> none", STEP_MODE, "work/x", NULL, NULL, -EOPNOTSUPP, "no mode of its own"},
	{"", STEP_TRASH, "home", NULL, NULL, -ELOOP, "the trash is in it"},
	{TRASH "files/\n" TRASH "info/", STEP_TRASH, "home/.local", NULL, NULL, -ELOOP,
	 "the trash is in it"},
};

static void test_anybody(void **st)
{
	(void)st;
	for (size_t i = 0; i < ARRAY_LEN(anybody); i++) {
		build(anybody[i].text);
		try(&anybody[i], i);
	}
}

static void test_long_name(void **st)
{
	static const enum step_kind kinds[] = {STEP_RENAME, STEP_LINK, STEP_CREATE, STEP_MKDIR,
					       STEP_SYMLINK};
	char path[5 + 256 + 1] = "work/";

	(void)st;
	memset(path + 5, 'n', 256);
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		const struct situation s = {"",        kinds[i], i < 2 ? "work/x" : NULL,
					    path,      NULL,     -ENAMETOOLONG,
					    "too long"};

		build("work/x\n");
		try(&s, i);
	}
}

static void test_no_component(void **st)
{
	static const char *const names[] = {"", ".", "..", "a/b", "/", "../x"};

	(void)st;
	build("work/x\n");
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		const struct situation to = {NULL, STEP_RENAME, NULL, NULL, NULL, -EINVAL, "one"};
		struct step s = step(STEP_RENAME, "work/x", "work/y");

		free(s.to.name);
		s.to.name = strdup(names[i]);
		agree(&to, &s, i);
		free(s.to.name);
		s.to.name = strdup("y");
		free(s.from.name);
		s.from.name = strdup(names[i]);
		agree(&to, &s, i);
		step_done(&s);
	}
}

/* What nothing is known of is not touched. */
static void test_not_known(void **st)
{
	const struct situation what = {NULL, STEP_TRASH, NULL, NULL, NULL, -ESTALE, "not known"};
	const struct situation dir = {NULL, STEP_TRASH, NULL, NULL, NULL, -ESTALE, "another one"};
	struct step s;

	(void)st;
	build("work/x\n");
	s = step(STEP_TRASH, "work/x", NULL);
	s.what = (struct step_id){0};
	agree(&what, &s, 0);
	step_done(&s);
	s = step(STEP_DELETE, "work/x", NULL);
	s.from.dir_id = (struct step_id){0};
	agree(&dir, &s, 1);
	step_done(&s);
}

static void test_guarded(void **st)
{
	static const struct situation all[] = {
		{NULL, STEP_TRASH, "work/x", NULL, NULL, -EPERM, "it is guarded"},
		{NULL, STEP_RENAME, "work/x", "work/y", NULL, -EPERM, "it is guarded"},
		{NULL, STEP_DELETE, "work/x", NULL, NULL, -EPERM, "it is guarded"},
		{NULL, STEP_RMDIR, "work/x", NULL, NULL, -EPERM, "it is guarded"},
		{NULL, STEP_DELETE, "work", NULL, NULL, -EPERM, "something guarded is in it"},
	};
	struct guards *g;

	(void)st;
	build("work/x/\n");
	assert_int_equal(guards_new(&g), 0);
	assert_int_equal(guards_add_path(g, tree_path(tree, "work/x"), "it is guarded",
					 "something guarded is in it"),
			 0);
	options.guards = g;
	begin();
	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		try(&all[i], i);
	/* Its attributes may be changed. */
	struct step s = mode_step("work/x", 0700);

	do_it(&s);
	step_done(&s);
	guards_free(g);
	options.guards = NULL;
}

/* ---- a plain user ---- */

static void close_dir(void)
{
	assert_int_equal(chmod(tree_path(tree, "work"), 0600), 0);
}

static void fix_dir(void)
{
	assert_int_equal(chmod(tree_path(tree, "work"), 0555), 0);
}

static void fix_target(void)
{
	assert_int_equal(chmod(tree_path(tree, "work/sub"), 0555), 0);
}

static void fix_thing(void)
{
	assert_int_equal(chmod(tree_path(tree, "work/x"), 0555), 0);
}

static void fix_trash(void)
{
	assert_int_equal(chmod(tree_path(tree, TRASH "info"), 0555), 0);
}

static const struct situation user[] = {
	{"work/x", STEP_RENAME, "work/x", "work/y", fix_dir, -EACCES, "may not change the dir"},
	{"work/x", STEP_TRASH, "work/x", NULL, fix_dir, -EACCES, "may not change the directory"},
	{"work/x", STEP_DELETE, "work/x", NULL, fix_dir, -EACCES, "may not change the directory"},
	{"work/x/in", STEP_DELETE, "work/x", NULL, fix_dir, -EACCES,
	 "may not change the directory"},
	{"work/x/", STEP_RMDIR, "work/x", NULL, fix_dir, -EACCES, "may not change the directory"},
	{"work/x", STEP_LINK, "work/x", "work/y", fix_dir, -EACCES, "may not change the dir"},
	{"", STEP_CREATE, NULL, "work/y", fix_dir, -EACCES, "may not change the directory"},
	{"", STEP_MKDIR, NULL, "work/y", fix_dir, -EACCES, "may not change the directory"},
	{"", STEP_SYMLINK, NULL, "work/y", fix_dir, -EACCES, "may not change the directory"},
	{"work/x\nwork/sub/", STEP_RENAME, "work/x", "work/sub/x", fix_target, -EACCES, "to be in"},
	{"work/x/\nwork/sub/", STEP_RENAME, "work/x", "work/sub/x", fix_thing, -EACCES, "itself"},
	{"work/x/", STEP_TRASH, "work/x", NULL, fix_thing, -EACCES, "itself"},
	{"work/x", STEP_TRASH, "work/x", NULL, close_dir, -EACCES, ""},
	{"work/x", STEP_MODE, "work/x", NULL, close_dir, -EACCES, ""},
	{"", STEP_CREATE, NULL, "work/y", close_dir, -EACCES, ""},
	{"work/x\n" TRASH "files/\n" TRASH "info/", STEP_TRASH, "work/x", NULL, fix_trash, -EACCES,
	 ""},
};

static void try_one(void *ctx)
{
	const struct situation *s = ctx;

	begin();
	try(s, (size_t)(s - user));
	/* The tree is removed by whoever made it. */
	chmod(tree_path(tree, "work"), 0755);
}

static void test_user(void **st)
{
	(void)st;
	for (size_t i = 0; i < ARRAY_LEN(user); i++) {
		build(user[i].text);
		give_to_nobody();
		act_free(act);
		act = NULL;
		as_user(try_one, (void *)(uintptr_t)&user[i]);
	}
}

/* In the same directory its own rights do not matter. */
static void rename_fixed(void *ctx)
{
	struct step s;

	(void)ctx;
	begin();
	s = step(STEP_RENAME, "work/x", "work/y");
	do_it(&s);
	step_done(&s);
}

static void test_user_may(void **st)
{
	(void)st;
	build("work/x/ :0555\n");
	give_to_nobody();
	act_free(act);
	act = NULL;
	as_user(rename_fixed, NULL);
	if (geteuid() == 0)
		assert_true(exists("work/y"));
}

/* What belongs to root, in a directory of root that anybody may write. */
static const struct situation foreign[] = {
	{NULL, STEP_RENAME, "common/x", "common/y", NULL, -EPERM, "sticky"},
	{NULL, STEP_TRASH, "common/x", NULL, NULL, -EPERM, "sticky"},
	{NULL, STEP_DELETE, "common/x", NULL, NULL, -EPERM, "sticky"},
	{NULL, STEP_DELETE, "common/dir", NULL, NULL, -EPERM, "sticky"},
	{NULL, STEP_RMDIR, "common/empty", NULL, NULL, -EPERM, "sticky"},
	{NULL, STEP_MODE, "common/x", NULL, NULL, -EPERM, "only its owner may change its mode"},
	{NULL, STEP_TIMES, "common/x", NULL, NULL, -EPERM, "only its owner may change its times"},
	{NULL, STEP_LINK, "common/x", "work/y", NULL, -EPERM, "not yours"},
};

static void try_foreign(void *ctx)
{
	static const struct situation owner = {NULL,
					       STEP_OWNER,
					       NULL,
					       NULL,
					       NULL,
					       -EPERM,
					       "only root may give things away"},
				      group = {NULL, STEP_OWNER, NULL, NULL, NULL, -EPERM, "group"};
	struct step s;
	char on = '0';
	int fd = open("/proc/sys/fs/protected_hardlinks", O_RDONLY);

	(void)ctx;
	begin();
	if (fd >= 0) {
		assert_int_equal(read(fd, &on, 1), 1);
		close(fd);
	}
	for (size_t i = 0; i < ARRAY_LEN(foreign); i++)
		if (foreign[i].kind != STEP_LINK || on == '1')
			try(&foreign[i], i);
	s = owner_step("common/x", 65534, 0);
	agree(&owner, &s, 100);
	step_done(&s);
	s = owner_step("common/x", 0, 65534);
	agree(&group, &s, 101);
	step_done(&s);
	s = owner_step("work/mine", 0, 65534);
	agree(&owner, &s, 102);
	step_done(&s);
	s = owner_step("work/mine", 65534, 0);
	agree(&group, &s, 103);
	step_done(&s);
	/* It may be another's when one may write in it; then it may be moved, too. */
	s = step(STEP_RENAME, "open/x", "open/y");
	do_it(&s);
	step_done(&s);
}

static void test_foreign(void **st)
{
	(void)st;
	if (geteuid() != 0) {
		print_message("SKIPPED: needs root, who makes what is not nobody's\n");
		skip();
	}
	build("work/mine\ncommon/x :0600\ncommon/dir/x\ncommon/empty/\nopen/x\n");
	give_to_nobody();
	for (size_t i = 0; i < 4; i++) {
		static const char *const names[] = {"common/x", "common/dir", "common/empty",
						    "common"};

		assert_int_equal(chown(tree_path(tree, names[i]), 0, 0), 0);
	}
	assert_int_equal(chmod(tree_path(tree, "common"), 01777), 0);
	assert_int_equal(chown(tree_path(tree, "open/x"), 0, 0), 0);
	act_free(act);
	act = NULL;
	as_user(try_foreign, NULL);
}

/* A home that is somebody else's, and a mount whose root one may not write. */
static void try_no_trash(void *ctx)
{
	static const struct situation s = {NULL, STEP_TRASH, "work/x",       NULL,
					   NULL, -EACCES,    "somebody else"};

	(void)ctx;
	begin();
	try(&s, 0);
}

static void test_no_trash(void **st)
{
	(void)st;
	if (geteuid() != 0) {
		print_message("SKIPPED: needs root, who makes what is not nobody's\n");
		skip();
	}
	build("work/x\n");
	give_to_nobody();
	assert_int_equal(chown(tree_path(tree, "home"), 0, 0), 0);
	memdir_end(); /* a mount whose root all may write is no use: /dev/shm is one */
	build("work/x\n");
	give_to_nobody();
	assert_int_equal(chown(tree_path(tree, "home"), 0, 0), 0);
	act_free(act);
	act = NULL;
	as_user(try_no_trash, NULL);
}

/* ---- root ---- */

static const struct situation linked[] = {
	{"work/x\nhome/other => work/x\nwork/ :0777", STEP_MODE, "work/x", NULL, NULL, -EPERM,
	 "several names"},
	{"work/x\nhome/other => work/x\nwork/ :01777", STEP_OWNER, "work/x", NULL, NULL, -EPERM,
	 "several names"},
	{"work/x\nhome/other => work/x\nwork/ :0770", STEP_MODE, "work/x", NULL, NULL, -EPERM,
	 "several names"},
};

static void test_root_and_links(void **st)
{
	struct step s;

	(void)st;
	if (geteuid() != 0) {
		print_message("SKIPPED: this is about root\n");
		skip();
	}
	for (size_t i = 0; i < ARRAY_LEN(linked); i++) {
		build(linked[i].text);
		try(&linked[i], i);
	}
	/* A directory of somebody else's. */
	build("work/x\nhome/other => work/x\n");
	assert_int_equal(chown(tree_path(tree, "work"), 65534, 0), 0);
	s = mode_step("work/x", 0600);
	assert_int_equal(check(&s), -EPERM);
	step_done(&s);
	/* Where only root can have made them, they are what they look like. */
	s = mode_step("home/other", 0600);
	do_it(&s);
	step_done(&s);
}

static void set_flags(const char *rel, int flags)
{
	int fd = open(tree_path(tree, rel), O_RDONLY), old = 0;

	assert_true(fd >= 0);
	assert_int_equal(ioctl(fd, FS_IOC_GETFLAGS, &old), 0);
	old = (old & ~(FS_IMMUTABLE_FL | FS_APPEND_FL)) | flags;
	assert_int_equal(ioctl(fd, FS_IOC_SETFLAGS, &old), 0);
	close(fd);
}

static bool has_flags(void)
{
	int fd, flags;
	bool has;

	build("work/x\n");
	fd = open(tree_path(tree, "work/x"), O_RDONLY);
	has = geteuid() == 0 && ioctl(fd, FS_IOC_GETFLAGS, &flags) == 0 &&
	      ioctl(fd, FS_IOC_SETFLAGS, &flags) == 0;
	close(fd);
	return has;
}

static const struct {
	const char *at;
	int flags;
	struct situation s;
} fixed[] = {
	{"work/x", FS_IMMUTABLE_FL, {NULL, STEP_RENAME, "work/x", "work/y", NULL, -EPERM, "imm"}},
	{"work/x", FS_IMMUTABLE_FL, {NULL, STEP_TRASH, "work/x", NULL, NULL, -EPERM, "imm"}},
	{"work/x", FS_IMMUTABLE_FL, {NULL, STEP_DELETE, "work/x", NULL, NULL, -EPERM, "imm"}},
	{"work/x", FS_IMMUTABLE_FL, {NULL, STEP_MODE, "work/x", NULL, NULL, -EPERM, "imm"}},
	{"work/x", FS_IMMUTABLE_FL, {NULL, STEP_TIMES, "work/x", NULL, NULL, -EPERM, "imm"}},
	{"work/x", FS_IMMUTABLE_FL, {NULL, STEP_LINK, "work/x", "work/y", NULL, -EPERM, "imm"}},
	{"work/x", FS_APPEND_FL, {NULL, STEP_DELETE, "work/x", NULL, NULL, -EPERM, "only grow"}},
	{"work/x", FS_APPEND_FL, {NULL, STEP_MODE, "work/x", NULL, NULL, -EPERM, "only grow"}},
	{"work", FS_IMMUTABLE_FL, {NULL, STEP_RENAME, "work/x", "work/y", NULL, -EPERM, "imm"}},
	{"work", FS_IMMUTABLE_FL, {NULL, STEP_DELETE, "work/x", NULL, NULL, -EPERM, "imm"}},
	{"work", FS_IMMUTABLE_FL, {NULL, STEP_CREATE, NULL, "work/y", NULL, -EPERM, "imm"}},
	{"work", FS_IMMUTABLE_FL, {NULL, STEP_MKDIR, NULL, "work/y", NULL, -EPERM, "imm"}},
	{"work", FS_IMMUTABLE_FL, {NULL, STEP_SYMLINK, NULL, "work/y", NULL, -EPERM, "imm"}},
	{"work", FS_APPEND_FL, {NULL, STEP_RENAME, "work/x", "work/y", NULL, -EPERM, "only grow"}},
	{"work", FS_APPEND_FL, {NULL, STEP_TRASH, "work/x", NULL, NULL, -EPERM, "only grow"}},
};

static void test_immutable(void **st)
{
	(void)st;
	memdir_end();
	if (!has_flags()) {
		print_message("SKIPPED: needs root and a file system with flags\n");
		skip();
	}
	for (size_t i = 0; i < ARRAY_LEN(fixed); i++) {
		struct step s;

		build("work/x\n");
		s = step_for(&fixed[i].s);
		set_flags(fixed[i].at, fixed[i].flags);
		agree(&fixed[i].s, &s, i);
		set_flags(fixed[i].at, 0);
		step_done(&s);
	}
}

/* ---- mounts ---- */

static const struct situation mounted[] = {
	{NULL, STEP_RENAME, "work/on", "work/y", NULL, -EBUSY, "mounted there"},
	{NULL, STEP_TRASH, "work/on", NULL, NULL, -EBUSY, "mounted there"},
	{NULL, STEP_DELETE, "work/on", NULL, NULL, -EBUSY, "mounted there"},
	{NULL, STEP_RMDIR, "work/on", NULL, NULL, -EBUSY, "mounted there"},
	{NULL, STEP_TRASH, "work/bound", NULL, NULL, -EBUSY, "mounted there"},
	{NULL, STEP_TRASH, "work/file", NULL, NULL, -EBUSY, "mounted there"},
	{NULL, STEP_DELETE, "work/file", NULL, NULL, -EBUSY, "mounted there"},
	{NULL, STEP_RENAME, "work/x", "work/on/x", NULL, -EXDEV, "another file system"},
	{NULL, STEP_LINK, "work/x", "work/on/x", NULL, -EXDEV, "another file system"},
	{NULL, STEP_RENAME, "work/x", "work/bound/x", NULL, -EXDEV, "another file system"},
	{NULL, STEP_LINK, "work/x", "work/bound/x", NULL, -EXDEV, "another file system"},
};

static const struct situation read_only[] = {
	{NULL, STEP_RENAME, "work/ro/x", "work/ro/y", NULL, -EROFS, "read-only"},
	{NULL, STEP_TRASH, "work/ro/x", NULL, NULL, -EROFS, "read-only"},
	{NULL, STEP_DELETE, "work/ro/x", NULL, NULL, -EROFS, "read-only"},
	{NULL, STEP_CREATE, NULL, "work/ro/y", NULL, -EROFS, "read-only"},
	{NULL, STEP_MKDIR, NULL, "work/ro/y", NULL, -EROFS, "read-only"},
	{NULL, STEP_SYMLINK, NULL, "work/ro/y", NULL, -EROFS, "read-only"},
	{NULL, STEP_LINK, "work/ro/x", "work/ro/y", NULL, -EROFS, "read-only"},
	{NULL, STEP_MODE, "work/ro/x", NULL, NULL, -EROFS, "read-only"},
	{NULL, STEP_TIMES, "work/ro/x", NULL, NULL, -EROFS, "read-only"},
	{NULL, STEP_OWNER, "work/ro/x", NULL, NULL, -EROFS, "read-only"},
};

static void try_mounts(void *ctx)
{
	const char *ro = tree_path(tree, "work/ro");
	int fd;

	(void)ctx;
	assert_int_equal(mount("none", tree_path(tree, "work/on"), "tmpfs", 0, NULL), 0);
	assert_int_equal(
		mount(tree_path(tree, "home"), tree_path(tree, "work/bound"), NULL, MS_BIND, NULL),
		0);
	assert_int_equal(
		mount(tree_path(tree, "work/x"), tree_path(tree, "work/file"), NULL, MS_BIND, NULL),
		0);
	assert_int_equal(mount("none", ro, "tmpfs", 0, NULL), 0);
	/* tree->fd is of the namespace outside. */
	fd = open(tree_path(tree, "work/ro/x"), O_WRONLY | O_CREAT | O_EXCL, 0644);
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(mount("none", ro, NULL, MS_REMOUNT | MS_RDONLY, NULL), 0);
	begin();
	for (size_t i = 0; i < ARRAY_LEN(mounted); i++)
		try(&mounted[i], i);
	for (size_t i = 0; i < ARRAY_LEN(read_only); i++)
		try(&read_only[i], 100 + i);
}

static void test_mounts(void **st)
{
	(void)st;
	build("work/on/\nwork/bound/\nwork/file\nwork/x\nwork/ro/\n");
	act_free(act);
	act = NULL;
	as_mounter(try_mounts, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_anybody, setup, teardown),
		cmocka_unit_test_setup_teardown(test_long_name, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_component, setup, teardown),
		cmocka_unit_test_setup_teardown(test_not_known, setup, teardown),
		cmocka_unit_test_setup_teardown(test_guarded, setup, teardown),
		cmocka_unit_test_setup_teardown(test_user, setup, teardown),
		cmocka_unit_test_setup_teardown(test_user_may, setup, teardown),
		cmocka_unit_test_setup_teardown(test_foreign, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_trash, setup, teardown),
		cmocka_unit_test_setup_teardown(test_root_and_links, setup, teardown),
		cmocka_unit_test_setup_teardown(test_immutable, setup, teardown),
		cmocka_unit_test_setup_teardown(test_mounts, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
