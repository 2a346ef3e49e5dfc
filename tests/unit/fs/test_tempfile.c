/* SPDX-License-Identifier: MIT */
#include "writing.h"

#include "../../lib/as_user.h"
#include "../../lib/nomem.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "fs/tempfile.h"

/* What is in the directory of the tree. */
static unsigned things(void)
{
	DIR *dir = opendir(tree->path);
	unsigned n = 0;

	assert_non_null(dir);
	while (readdir(dir))
		n++;
	closedir(dir);
	return n - 2;
}

static bool exists(const char *rel)
{
	return faccessat(tree->fd, rel, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static int save(const char *name, const char *text)
{
	return tempfile_save(tree->fd, name, text, strlen(text), RENAME_DURABLE);
}

/* One that has all of its bytes, and waits. */
static void written(struct tempfile *t, const char *text)
{
	assert_int_equal(tempfile_open(t, tree->fd, "f", 0600), 0);
	assert_int_equal(tempfile_write(t, text, strlen(text)), 0);
	assert_int_equal(tempfile_finish(t), 0);
}

/* ---- what it is ---- */

static void is_for_us_alone_by_a_name_of_chance(void **state)
{
	struct tempfile a, b;
	struct stat st;

	(void)state;
	tree = tree_new("");
	umask(0);
	assert_int_equal(tempfile_open(&a, tree->fd, "f", 0600), 0);
	assert_int_equal(tempfile_open(&b, tree->fd, "f", 0600), 0);
	assert_int_equal(strncmp(a.name, ".f.", 3), 0);
	assert_int_equal(strlen(a.name), 3 + 16 + 4);
	assert_string_not_equal(a.name, b.name);
	assert_int_equal(fstatat(tree->fd, a.name, &st, AT_SYMLINK_NOFOLLOW), 0);
	assert_int_equal(st.st_mode, S_IFREG | 0600);
	assert_int_equal(st.st_uid, geteuid());
	assert_int_equal(fcntl(a.fd, F_GETFD), FD_CLOEXEC);
	assert_int_equal(fcntl(a.pin, F_GETFD), FD_CLOEXEC);
	tempfile_done(&a);
	tempfile_done(&a);
	tempfile_done(&b);
	assert_int_equal(things(), 0);
}

static void replaces_whole(void **state)
{
	struct stat st;

	(void)state;
	tree = tree_new("f \"old\" :0644\nlinked \"theirs\"\nlink -> linked\ndir/x\n");
	fault_short(FAULT_write, 2);
	assert_int_equal(save("f", "new text"), 0);
	holds("f", "new text");
	assert_int_equal(fstatat(tree->fd, "f", &st, 0), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(save("link", "new"), 0);
	holds("link", "new");
	holds("linked", "theirs");
	assert_int_equal(save("made", ""), 0);
	holds("made", "");
	assert_int_equal(save("dir", "new"), -EISDIR);
	assert_int_equal(things(), 5);
}

static void takes_a_free_name_only(void **state)
{
	/* With and without the flags of renameat2(2), and where there are no links either. */
	static const struct {
		bool flags, links;
		enum rename_how how;
	} ways[] = {{true, true, RENAME_BY_FLAG},
		    {false, true, RENAME_BY_LINK},
		    {false, false, RENAME_BY_LOOK}};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
		struct tempfile t;
		struct renamed how;

		tree = tree_new("taken \"theirs\"\ndangling -> nowhere\n");
		if (!ways[i].flags)
			fault_fail(FAULT_renameat2, 1, EINVAL, true);
		if (!ways[i].links)
			fault_fail(FAULT_linkat, 1, EPERM, true);
		written(&t, "ours");
		assert_int_equal(tempfile_place(&t, "taken", RENAME_LOOK, &how), -EEXIST);
		assert_int_equal(tempfile_place(&t, "dangling", RENAME_LOOK, &how), -EEXIST);
		assert_false(t.placed);
		assert_int_equal(tempfile_place(&t, "free", RENAME_LOOK | RENAME_DURABLE, &how), 0);
		assert_int_equal(how.how, ways[i].how);
		assert_true(t.placed);
		tempfile_done(&t);
		holds("free", "ours");
		holds("taken", "theirs");
		assert_int_equal(things(), 3);
		tree_free(tree);
		fault_reset();
	}
	tree = NULL;
}

/* Any name has a temporary one, also where names are short; no character of it is cut. */
static void long_names_are_shortened(void **state)
{
	struct tempfile t;
	char name[256];

	(void)state;
	tree = tree_new("");
	memset(name, 'x', 255);
	name[255] = '\0';
	assert_int_equal(save(name, "text"), 0);
	holds(name, "text");
	memcpy(name + 54, "\xe2\x82\xac", 3);
	assert_int_equal(tempfile_open(&t, tree->fd, name, 0600), 0);
	assert_int_equal(strncmp(t.name, ".xxxx", 5), 0);
	assert_int_equal(t.name[55], '.');
	assert_true(strlen(t.name) < TEMPFILE_NAME_SIZE);
	tempfile_done(&t);
	assert_int_equal(things(), 1);
}

/* ---- what goes wrong ---- */

static const enum fault_call all_calls[] = {FAULT_getrandom, FAULT_openat,   FAULT_statx,
					    FAULT_write,     FAULT_fsync,    FAULT_close,
					    FAULT_renameat,  FAULT_getdents, FAULT_unlinkat};

/* Whichever call fails, once: it is the old file or the new one, and nothing else is left. */
static void whole_or_not_at_all(void **state)
{
	static const int errors[] = {EIO, ENOSPC, EDQUOT};
	unsigned tried = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(all_calls) * ARRAY_LEN(errors); i++) {
		enum fault_call call = all_calls[i / ARRAY_LEN(errors)];
		bool failed = true;

		for (unsigned n = 1; failed; n++, tried++) {
			int err = errors[i % ARRAY_LEN(errors)], rc;

			tree = tree_new("f \"old\"\n");
			fault_fail(call, n, err, false);
			rc = save("f", "new");
			failed = fault_count(call) >= n;
			assert_true(rc == 0 || (failed && (rc == -err || rc == -ESTALE)));
			holds("f", rc ? "old" : "new");
			assert_int_equal(things(), 1);
			/* A close(2) that fails has closed all the same; here it did not. */
			assert_int_equal(fault_open_fds(), call == FAULT_close && failed);
			tree_free(tree);
			fault_reset();
		}
	}
	tree = NULL;
	assert_true(tried > 40);
}

/* The disk is full: told by any of the three that may tell it. */
static void a_full_disk_leaves_the_old_file(void **state)
{
	static const enum fault_call calls[] = {FAULT_write, FAULT_fsync, FAULT_close};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(calls); i++) {
		tree = tree_new("f \"old\"\n");
		fault_fail(calls[i], 1, ENOSPC, false);
		assert_int_equal(save("f", "new"), -ENOSPC);
		holds("f", "old");
		assert_int_equal(things(), 1);
		tree_free(tree);
		fault_reset();
	}
	tree = NULL;
}

static void a_file_system_without_fsync_will_do(void **state)
{
	(void)state;
	tree = tree_new("f \"old\"\n");
	fault_fail(FAULT_fsync, 1, EINVAL, true);
	assert_int_equal(save("f", "new"), 0);
	holds("f", "new");
}

/* The directory is not on the disk: it is told, and the file is where it was to be. */
static void what_is_not_durable_is_told(void **state)
{
	struct tempfile t;

	(void)state;
	tree = tree_new("f \"old\"\n");
	written(&t, "new");
	fault_fail(FAULT_fsync, 1, EIO, false);
	assert_int_equal(tempfile_replace(&t, "f", RENAME_DURABLE), -EIO);
	assert_true(t.placed);
	tempfile_done(&t);
	holds("f", "new");
	assert_int_equal(things(), 1);
}

/* The answer of a file server was lost, and asking again failed. */
static void rename_it(void *ctx)
{
	const struct tempfile *t = ctx;

	assert_int_equal(renameat(tree->fd, t->name, tree->fd, "f"), 0);
}

static void what_was_done_is_no_failure(void **state)
{
	struct tempfile t;

	(void)state;
	tree = tree_new("f \"old\"\n");
	written(&t, "new");
	fault_before(FAULT_renameat, 1, rename_it, &t);
	fault_fail(FAULT_renameat, 1, ENOENT, false);
	assert_int_equal(tempfile_replace(&t, "f", 0), 0);
	assert_true(t.placed);
	tempfile_done(&t);
	holds("f", "new");
}

/* Nothing depends on memory but the tidying of what is left by others. */
static void without_memory(void **state)
{
	bool failed = true;

	(void)state;
	tree = tree_new("f \"old\"\n");
	for (unsigned long n = 1; failed; n++) {
		int rc;

		nomem_arm(n);
		rc = save("f", "new");
		failed = nomem_disarm();
		assert_int_equal(rc, 0);
		holds("f", "new");
		assert_int_equal(things(), 1);
	}
}

static void save_without_rights(void *ctx)
{
	(void)ctx;
	assert_int_equal(save("f", "new"), -EACCES);
}

static void a_directory_without_rights_is_an_error(void **state)
{
	(void)state;
	tree = tree_new("f \"old\"\n");
	assert_int_equal(fchmod(tree->fd, 0555), 0);
	as_user(save_without_rights, NULL);
	assert_int_equal(fchmod(tree->fd, 0700), 0);
	holds("f", "old");
	assert_int_equal(things(), 1);
}

/* ---- somebody else ---- */

/* Whatever has the name that chance brings is somebody's, and is not followed. */
static void a_name_that_is_taken_is_not_used(void **state)
{
	static const char *const taken[] = {
		".f.0000000000000000.tmp \"theirs\"\n", ".f.0000000000000000.tmp -> victim\n",
		".f.0000000000000000.tmp -> nowhere\n", ".f.0000000000000000.tmp|\n",
		".f.0000000000000000.tmp/x\n"};
	static const char zeros[8];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(taken); i++) {
		tree = tree_new("victim \"theirs\"\n");
		tree_add(tree, taken[i]);
		fault_answer(FAULT_getrandom, zeros, sizeof(zeros));
		assert_int_equal(save("f", "new"), 0);
		assert_int_equal(fault_count(FAULT_getrandom), 2);
		holds("f", "new");
		holds("victim", "theirs");
		assert_true(exists(".f.0000000000000000.tmp"));
		assert_false(exists("nowhere"));
		assert_int_equal(things(), 3);
		tree_free(tree);
		fault_reset();
	}
	tree = NULL;
}

static void always_zero(void *ctx)
{
	static const char zeros[8];

	(void)ctx;
	fault_answer(FAULT_getrandom, zeros, sizeof(zeros));
	fault_before(FAULT_getrandom, 1, always_zero, NULL);
}

static void it_is_not_tried_for_ever(void **state)
{
	(void)state;
	tree = tree_new("f \"old\"\n.f.0000000000000000.tmp \"theirs\"\n");
	fault_before(FAULT_getrandom, 1, always_zero, NULL);
	assert_int_equal(save("f", "new"), -EEXIST);
	holds("f", "old");
	holds(".f.0000000000000000.tmp", "theirs");
}

/* Somebody who may write the directory takes the name while the file is being written. */
static void take_name(void *ctx)
{
	const char *spec = ctx;
	DIR *dir = opendir(tree->path);
	const struct dirent *d;
	char text[512];

	assert_non_null(dir);
	while ((d = readdir(dir)))
		if (strncmp(d->d_name, ".f.", 3) == 0)
			break;
	assert_non_null(d);
	assert_int_equal(renameat(tree->fd, d->d_name, tree->fd, "ours"), 0);
	snprintf(text, sizeof(text), "%s%s\n", d->d_name, spec);
	closedir(dir);
	tree_add(tree, text);
}

/* Theirs is neither placed nor removed, nor written to. */
static void what_took_its_name_is_left_alone(void **state)
{
	static const enum fault_call calls[] = {FAULT_write, FAULT_fsync};
	static char specs[][32] = {" \"theirs\"", " -> victim", " => victim"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(calls) * ARRAY_LEN(specs) * 2; i++) {
		enum fault_call call = calls[i / 2 % ARRAY_LEN(calls)];

		tree = tree_new("f \"old\"\nvictim \"theirs\"\n");
		fault_before(call, 1, take_name, specs[i / 2 / ARRAY_LEN(calls)]);
		if (i % 2) /* when it is to be removed */
			fault_fail(call, 1, ENOSPC, false);
		assert_int_equal(save("f", "new"), i % 2 ? -ENOSPC : -ESTALE);
		holds("f", "old");
		holds("victim", "theirs");
		assert_int_equal(things(), 4);
		tree_free(tree);
		fault_reset();
	}
	tree = NULL;
}

/* Before it was pinned, even. */
static void nor_what_took_it_at_once(void **state)
{
	char spec[] = " \"theirs\"";

	(void)state;
	tree = tree_new("f \"old\"\n");
	fault_before(FAULT_statx, 1, take_name, spec);
	assert_int_equal(save("f", "new"), -ESTALE);
	holds("f", "old");
	assert_int_equal(things(), 3);
}

static void link_to_f(void *ctx)
{
	const struct tempfile *t = ctx;

	assert_int_equal(unlinkat(tree->fd, "f", 0), 0);
	assert_int_equal(linkat(tree->fd, t->name, tree->fd, "f", 0), 0);
}

/* rename(2) of two links of one file does nothing, and says that it went well. */
static void no_second_name_stays(void **state)
{
	struct tempfile t;

	(void)state;
	tree = tree_new("f \"old\"\n");
	written(&t, "new");
	fault_before(FAULT_renameat, 1, link_to_f, &t);
	assert_int_equal(tempfile_replace(&t, "f", 0), 0);
	tempfile_done(&t);
	holds("f", "new");
	assert_int_equal(things(), 1);
}

static void what_is_kept_stays(void **state)
{
	struct tempfile t;

	(void)state;
	tree = tree_new("");
	written(&t, "text");
	tempfile_keep(&t);
	tempfile_done(&t);
	holds(t.name, "text");
}

/* ---- what is left behind ---- */

static bool killed(enum fault_call call, unsigned nth)
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		fault_before(call, nth, fault_die, NULL);
		_exit(save("f", "new") != 0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status);
}

/* Makes everything but f as old as two hours. */
static void grow_old(void)
{
	struct timespec then[2] = {{.tv_sec = time(NULL) - 2 * TEMPFILE_OLD}};
	DIR *dir = opendir(tree->path);
	const struct dirent *d;

	then[1] = then[0];
	assert_non_null(dir);
	while ((d = readdir(dir)))
		if (d->d_name[0] == '.' && d->d_name[1] == 'f')
			assert_int_equal(utimensat(tree->fd, d->d_name, then, AT_SYMLINK_NOFOLLOW),
					 0);
	closedir(dir);
}

/* Killed at any point: the old file or the new one; what is left goes later, not at once, when its
 * program may still live. */
static void a_killed_program_leaves_nothing_for_long(void **state)
{
	unsigned left = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(all_calls); i++) {
		bool was = true;

		for (unsigned n = 1; was; n++) {
			unsigned before;

			tree = tree_new("f \"old\"\n");
			was = killed(all_calls[i], n);
			before = things();
			assert_true(before <= 2);
			left += before - 1;
			if (before == 2)
				holds("f", "old");
			assert_int_equal(save("f", "later"), 0);
			assert_int_equal(things(), before);
			grow_old();
			assert_int_equal(save("f", "last"), 0);
			holds("f", "last");
			assert_int_equal(things(), 1);
			tree_free(tree);
		}
	}
	tree = NULL;
	assert_true(left > 5);
}

static void only_leftovers_are_tidied(void **state)
{
	unsigned kept;

	(void)state;
	tree = tree_new(".f.0123456789abcdef.tmp/\n"
			".f.1123456789abcdef.tmp -> f\n"
			".f.2123456789abcdef.tmp \"two names\"\n"
			"other => .f.2123456789abcdef.tmp\n"
			".f.3123456789abcde.tmp\n"
			".f.4123456789abcdef0.tmp\n"
			".f.5123456789ABCDEF.tmp\n"
			".f.6123456789abcdef.tmp.tmp\n"
			".f.7123456789abcdef\n"
			".fg.8123456789abcdef.tmp\n"
			".f.g.9123456789abcdef.tmp\n"
			".f.tmp\n");
	grow_old();
	tree_add(tree, ".f.d123456789abcdef.tmp \"young\"\n");
	if (geteuid() == 0) {
		tree_add(tree, ".f.e123456789abcdef.tmp @1000\n");
		assert_int_equal(fchownat(tree->fd, ".f.e123456789abcdef.tmp", 65534, 65534, 0), 0);
	}
	kept = things();
	tree_add(tree, ".f.a123456789abcdef.tmp \"left\" @1000\n");
	assert_int_equal(save("f", "new"), 0);
	assert_false(exists(".f.a123456789abcdef.tmp"));
	assert_int_equal(things(), kept + 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(is_for_us_alone_by_a_name_of_chance, setup,
						teardown),
		cmocka_unit_test_setup_teardown(replaces_whole, setup, teardown),
		cmocka_unit_test_setup_teardown(takes_a_free_name_only, setup, teardown),
		cmocka_unit_test_setup_teardown(long_names_are_shortened, setup, teardown),
		cmocka_unit_test_setup_teardown(whole_or_not_at_all, setup, teardown),
		cmocka_unit_test_setup_teardown(a_full_disk_leaves_the_old_file, setup, teardown),
		cmocka_unit_test_setup_teardown(a_file_system_without_fsync_will_do, setup,
						teardown),
		cmocka_unit_test_setup_teardown(what_is_not_durable_is_told, setup, teardown),
		cmocka_unit_test_setup_teardown(what_was_done_is_no_failure, setup, teardown),
		cmocka_unit_test_setup_teardown(without_memory, setup, teardown),
		cmocka_unit_test_setup_teardown(a_directory_without_rights_is_an_error, setup,
						teardown),
		cmocka_unit_test_setup_teardown(a_name_that_is_taken_is_not_used, setup, teardown),
		cmocka_unit_test_setup_teardown(it_is_not_tried_for_ever, setup, teardown),
		cmocka_unit_test_setup_teardown(what_took_its_name_is_left_alone, setup, teardown),
		cmocka_unit_test_setup_teardown(nor_what_took_it_at_once, setup, teardown),
		cmocka_unit_test_setup_teardown(no_second_name_stays, setup, teardown),
		cmocka_unit_test_setup_teardown(what_is_kept_stays, setup, teardown),
		cmocka_unit_test_setup_teardown(a_killed_program_leaves_nothing_for_long, setup,
						teardown),
		cmocka_unit_test_setup_teardown(only_leftovers_are_tidied, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
