/* SPDX-License-Identifier: MIT
 *
 * Killed just before each call, whatever is being done: what is found afterwards is the truth,
 * finishing leaves nothing behind, and twice is once.
 */
#include "acting.h"

#include <dirent.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>

static const enum fault_call calls[] = {
	FAULT_openat,   FAULT_write,    FAULT_fsync,     FAULT_mkdirat,   FAULT_renameat,
	FAULT_linkat,   FAULT_unlinkat, FAULT_renameat2, FAULT_fchmod,    FAULT_fchmodat2,
	FAULT_fchmodat, FAULT_fchownat, FAULT_utimensat, FAULT_symlinkat, FAULT_getdents};

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

/* ---- what is done, by a child that does not live ---- */

/* What the journal would have been told: the name in the trash. */
struct told {
	bool told;
	char dir[4096], name[256];
	struct step_id dir_id;
};
static struct told *told;

static int intend(void *ctx, const struct step *s)
{
	(void)ctx;
	snprintf(told->dir, sizeof(told->dir), "%s", s->to.dir);
	snprintf(told->name, sizeof(told->name), "%s", s->to.name);
	told->dir_id = s->to.dir_id;
	told->told = true;
	return 0;
}

static void die(void *ctx)
{
	(void)ctx;
	kill(getpid(), SIGKILL);
}

/* False: it did not make so many calls. */
static bool killed(struct step *s, bool flags, enum fault_call call, unsigned nth)
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		if (!flags)
			fault_fail(FAULT_renameat2, 1, EINVAL, true);
		fault_before(call, nth, die, NULL);
		(void)!act_run(act, s, &state, &why);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status);
}

/* Until the clock by which files are dated has gone on: twice, for what we see of it may be late.
 */
static void tick(void)
{
	struct timespec was, is;

	for (int i = 0; i < 2; i++) {
		clock_gettime(CLOCK_REALTIME_COARSE, &was);
		do
			clock_gettime(CLOCK_REALTIME_COARSE, &is);
		while (is.tv_sec == was.tv_sec && is.tv_nsec == was.tv_nsec);
	}
}

static struct step prepare(const struct trial *t)
{
	struct step s;

	build(t->text);
	options.intend = intend;
	begin();
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
	told->told = false;
	if (strstr(t->text, "files/x\n"))
		tick();
	return s;
}

/* ---- what is found ---- */

static uint64_t everything(void)
{
	uint64_t all;

	see_trash = true;
	all = all_of_it();
	see_trash = false;
	return all;
}

/* The name in files/ by which it is there; NULL: it is not. */
static const char *in_trash(uint64_t ino)
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
static enum step_state truth(const struct trial *t, uint64_t ino)
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
static void nothing_left(const struct trial *t)
{
	bool orphan = strstr(t->text, "files/x\n"); /* was there before */

	if (state == STEP_NOT_DONE && t->to)
		assert_false(exists(t->to));
	assert_int_equal(alone(TRASH "info/", TRASH "files/", ""), 0);
	assert_int_equal(alone(TRASH "files/", TRASH "info/", ".trashinfo"), orphan);
}

static void undo(struct step *s, const struct trial *t, uint64_t ino)
{
	struct step inverse;
	int rc = step_inverse(s, &inverse);

	if (t->kind == STEP_DELETE || t->kind == STEP_ERASE) {
		assert_int_equal(rc, -ENOTSUP);
		return;
	}
	assert_int_equal(rc, 0);
	do_it(&inverse);
	step_done(&inverse);
	if (t->from && t->kind != STEP_RMDIR && t->kind != STEP_RESTORE)
		assert_true(ino_of(t->from) == ino);
	if (t->to)
		assert_false(exists(t->to));
}

/* As the journal has it: with the name in the trash, or without, when that was not written. */
static struct step remembered(const struct step *s, bool with_name)
{
	struct step copy;

	assert_int_equal(step_copy(s, &copy), 0);
	if (told->told && with_name)
		assert_int_equal(step_place_set(&copy.to, told->dir, &told->dir_id, told->name), 0);
	return copy;
}

static void after(const struct trial *t, const struct step *begun, int64_t when, bool with_name)
{
	struct step s = remembered(begun, with_name);
	uint64_t ino = begun->what.ino, before = everything();
	enum step_state is = truth(t, ino);
	int rc;

	begin();
	assert_int_equal(act_look(act, &s, when, &state, &why), 0);
	if (state != is)
		print_error("kind %d: %d instead of %d: %s\n", t->kind, state, is, why.buf);
	assert_int_equal(state, is);
	assert_true(everything() == before);
	rc = act_finish(act, &s, when, &state, &why);
	if (is == STEP_PARTLY && (t->kind == STEP_DELETE || t->kind == STEP_ERASE)) {
		assert_int_equal(rc, -ENOTSUP);
		assert_true(everything() == before);
	} else {
		if (rc < 0)
			print_error("kind %d: finish %d %s\n", t->kind, rc, why.buf);
		assert_int_equal(rc, 0);
		assert_int_equal(state, is == STEP_PARTLY ? STEP_DONE : is);
		assert_int_equal(state, truth(t, ino));
		nothing_left(t);
		before = everything();
		assert_int_equal(act_finish(act, &s, when, &state, &why), 0);
		assert_true(everything() == before);
		if (state == STEP_DONE)
			undo(&s, t, ino);
	}
	step_done(&s);
}

static unsigned each(const struct trial *t)
{
	unsigned tried = 0;

	for (int flags = 0; flags < 2; flags++)
		for (int name = 0; name < 1 + (t->kind == STEP_TRASH); name++)
			for (size_t c = 0; c < ARRAY_LEN(calls); c++) {
				bool was_killed = true;

				for (unsigned nth = 1; was_killed; nth++, tried++) {
					struct step s = prepare(t);
					int64_t when = time(NULL);

					was_killed = killed(&s, flags, calls[c], nth);
					if (was_killed)
						after(t, &s, when, name);
					step_done(&s);
				}
			}
	return tried;
}

static void test_killed(void **st)
{
	mode_t old = umask(022);
	unsigned tried = 0;

	(void)st;
	told = mmap(NULL, sizeof(*told), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(told != MAP_FAILED);
	for (size_t i = 0; i < ARRAY_LEN(trials); i++)
		if (!trials[i].owner || geteuid() == 0)
			tried += each(&trials[i]);
	assert_true(tried > 1000);
	munmap(told, sizeof(*told));
	umask(old);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_killed, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
