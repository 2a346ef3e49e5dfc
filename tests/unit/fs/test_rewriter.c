/* SPDX-License-Identifier: MIT */
#include "writing.h"

#include "../../lib/answers.h"
#include "../../lib/nomem.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/acl.h"
#include "fs/browse.h"
#include "fs/rewriter.h"

static int rewrite_to(const char *rel, const char *was, const char *bytes, char **ret_found,
		      const char **ret_reason)
{
	struct rewrite w = {tree_path(tree, rel), was, was ? strlen(was) : 0, bytes, strlen(bytes)};
	size_t len;
	int rc = rewriter_write(&w, ret_found, &len, ret_reason);

	assert_true(!*ret_found || (rc == -ESTALE && strlen(*ret_found) == len));
	return rc;
}

static int rewrite(const char *rel, const char *was, const char *bytes)
{
	const char *reason;
	char *found;
	int rc = rewrite_to(rel, was, bytes, &found, &reason);

	free(found);
	return rc;
}

static void becomes(const char *rel, const char *text, int mode)
{
	struct stat st;

	holds(rel, text);
	assert_int_equal(stat(tree_path(tree, rel), &st), 0);
	assert_int_equal(st.st_mode & 07777, mode);
}

static void is_link(const char *rel)
{
	struct stat st;

	assert_int_equal(lstat(tree_path(tree, rel), &st), 0);
	assert_true(S_ISLNK(st.st_mode));
}

static void keeps_mode_and_links(void **state)
{
	(void)state;
	tree = tree_new("plain \"one\" :0640\n"
			"store/real \"one\" :0604\n"
			"link -> store/../hop\n"
			"hop -> store/real\n");
	assert_int_equal(rewrite("plain", "one", "two"), 0);
	becomes("plain", "two", 0640);
	assert_int_equal(rewrite("link", "one", "two"), 0);
	is_link("link");
	is_link("hop");
	becomes("store/real", "two", 0604);
}

static void makes_what_is_missing(void **state)
{
	(void)state;
	tree = tree_new("store/\ndangling -> store/new\nnowhere -> no/such/dir\n");
	assert_int_equal(rewrite("a/b/config", NULL, "x"), 0);
	becomes("a/b/config", "x", 0644);
	assert_int_equal(rewrite("dangling", NULL, "x"), 0);
	is_link("dangling");
	becomes("store/new", "x", 0644);
	assert_int_equal(rewrite("nowhere", NULL, "x"), -ENOENT);
}

static void refuses_what_was_changed(void **state)
{
	const char *reason;
	char *found;

	(void)state;
	tree = tree_new("f \"theirs\"\n");
	assert_int_equal(rewrite_to("f", "mine", "new", &found, &reason), -ESTALE);
	assert_string_equal(found, "theirs");
	free(found);
	assert_int_equal(rewrite_to("f", "their", "new", &found, &reason), -ESTALE);
	free(found);
	assert_int_equal(rewrite_to("f", NULL, "new", &found, &reason), -ESTALE);
	assert_string_equal(found, "theirs");
	free(found);
	becomes("f", "theirs", 0644);
	assert_int_equal(rewrite_to("gone", "mine", "new", &found, &reason), -ESTALE);
	assert_null(found);
	assert_int_equal(access(tree_path(tree, "gone"), F_OK), -1);
}

static void refused(const char *rel, int err, const char *want_reason)
{
	const char *reason;
	char *found;

	assert_int_equal(rewrite_to(rel, "", "new", &found, &reason), err);
	free(found);
	if (!want_reason)
		return;
	assert_non_null(reason);
	assert_non_null(strstr(reason, want_reason));
}

static void refuses_what_is_not_a_file_of_ours(void **state)
{
	(void)state;
	tree = tree_new("fifo|\n"
			"dir/x\n"
			"one\n"
			"two => one\n"
			"open :0666\n"
			"protected :0444\n"
			"loop -> loop\n"
			"up -> ..\n"
			"below -> one/x\n"
			"theirs -> /etc/passwd\n"
			"dev -> /dev/null\n");
	refused("fifo", -EINVAL, "not a regular file");
	refused("dir", -EISDIR, NULL);
	refused("protected", -EPERM, "write-protected");
	refused("one", -EMLINK, "other names");
	refused("open", -EPERM, "others may write it");
	refused("loop", -ELOOP, NULL);
	refused("up", -EISDIR, NULL);
	refused("below", -ENOTDIR, NULL);
	refused("dev", -EINVAL, "not a regular file");
	refused("", -EISDIR, NULL);
	if (geteuid() != 0)
		refused("theirs", -EPERM, "belongs to someone else");
	if (geteuid() == 0) {
		tree_add(tree, "foreign\n");
		assert_int_equal(chown(tree_path(tree, "foreign"), 65534, 65534), 0);
		refused("foreign", -EPERM, "belongs to someone else");
	}
}

/* Whichever call fails, the file is the old one or the new one, and nothing else is left. */
static void whole_or_not_at_all(void **state)
{
	static const enum fault_call calls[] = {
		FAULT_openat,      FAULT_statx,     FAULT_read,      FAULT_write,
		FAULT_fsync,       FAULT_fchmod,    FAULT_close,     FAULT_renameat,
		FAULT_readlinkat,  FAULT_renameat2, FAULT_getrandom, FAULT_fgetxattr,
		FAULT_fremovexattr};

	(void)state;
	for (size_t k = 0; k < 2 * ARRAY_LEN(calls); k++) {
		bool failed = true;
		size_t i = k / 2;

		if (k % 2 && calls[i] == FAULT_renameat2)
			continue;

		for (unsigned n = 1; failed; n++) {
			unsigned before = fault_count(calls[i]);
			int rc;

			tree = tree_new("d/f \"old\" :0600\n");
			if (k % 2) /* a file system that cannot let two files change places */
				fault_fail(FAULT_renameat2, 1, EINVAL, true);
			fault_fail(calls[i], n, EIO, false);
			rc = rewrite("d/f", "old", "new text");
			failed = fault_count(calls[i]) - before >= n;
			becomes("d/f", rc ? "old" : "new text", 0600);
			tree_remove(tree, "d/f");
			assert_int_equal(rmdir(tree_path(tree, "d")), 0);
			tree_free(tree);
			fault_reset();
		}
	}
	tree = NULL;
}

/* ---- somebody edits it at the same time ---- */

struct edit {
	const char *rel, *text; /* text NULL: it is removed */
};

/* As editors do: a new file in place of the old one. */
static void do_edit(void *ctx)
{
	const struct edit *e = ctx;
	char spec[128];

	if (e->text) {
		snprintf(spec, sizeof(spec), "theirs \"%s\"\n", e->text);
		tree_add(tree, spec);
		tree_move(tree, "theirs", e->rel);
	} else {
		tree_remove(tree, e->rel);
	}
}

static bool has_temp(const char *rel)
{
	DIR *dir = opendir(tree_path(tree, rel));
	const struct dirent *d;
	bool has = false;

	assert_non_null(dir);
	while ((d = readdir(dir)))
		has |= strstr(d->d_name, ".tmp") != NULL;
	closedir(dir);
	return has;
}

/* Just before the nth call of this kind. The edit is what stays, and what is told. */
static void edited_before(enum fault_call call, unsigned nth, const char *was, const char *text)
{
	struct edit edit = {"d/f", text};
	const char *reason;
	char *found;

	if (!tree)
		tree = tree_new(was ? "d/f \"old\"\n" : "d/\n");
	fault_before(call, nth, do_edit, &edit);
	assert_int_equal(rewrite_to("d/f", was, "new text", &found, &reason), -ESTALE);
	if (text) {
		assert_string_equal(found, text);
		becomes("d/f", text, 0644);
	} else {
		assert_null(found);
		assert_int_equal(access(tree_path(tree, "d/f"), F_OK), -1);
	}
	free(found);
	assert_false(has_temp("d"));
	tree_free(tree);
	tree = NULL;
	fault_reset();
}

static void an_edit_meanwhile_is_not_lost(void **state)
{
	static const enum fault_call calls[] = {FAULT_getrandom, FAULT_write, FAULT_fsync,
						FAULT_renameat2};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(calls); i++) {
		edited_before(calls[i], 1, "old", "theirs");
		edited_before(calls[i], 1, "old", NULL);
		edited_before(calls[i], 1, NULL, "theirs");
	}
}

static void nor_where_files_cannot_change_places(void **state)
{
	static const enum fault_call calls[] = {FAULT_write, FAULT_fsync, FAULT_renameat2};
	static const int errors[] = {EINVAL, ENOSYS, EOPNOTSUPP};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(calls); i++) {
		fault_fail(FAULT_renameat2, 1, errors[i], true);
		edited_before(calls[i], 1, "old", "theirs");
		fault_fail(FAULT_renameat2, 1, errors[i], true);
		edited_before(calls[i], 1, "old", NULL);
		fault_fail(FAULT_renameat2, 1, errors[i], true);
		edited_before(calls[i], 1, NULL, "theirs");
	}
	tree = tree_new("f \"old\"\n");
	fault_fail(FAULT_renameat2, 1, EINVAL, true);
	assert_int_equal(rewrite("f", "old", "new"), 0);
	assert_int_equal(rewrite("made", NULL, "new"), 0);
	becomes("f", "new", 0644);
	becomes("made", "new", 0644);
}

/* What comes out of the swap cannot be read: it goes back, too. */
static void what_took_its_place_goes_back(void **state)
{
	(void)state;
	tree = tree_new("d/f \"old\"\n");
	fault_fail(FAULT_read, 3, EIO, false);
	assert_int_equal(rewrite("d/f", "old", "new"), -EIO);
	becomes("d/f", "old", 0644);
	assert_false(has_temp("d"));
}

static struct edit second;

static void edit_twice(void *ctx)
{
	do_edit(ctx);
	fault_before(FAULT_renameat2, 1, do_edit, &second);
}

/* Two edits, one before the swap and one before the swap back: neither is lost, one is beside. */
static void two_edits_at_once_are_both_kept(void **state)
{
	struct edit first = {"d/f", "first"};
	const char *reason;
	char *found;

	(void)state;
	second = (struct edit){"d/f", "second"};
	tree = tree_new("d/f \"old\"\n");
	fault_before(FAULT_renameat2, 1, edit_twice, &first);
	assert_int_equal(rewrite_to("d/f", "old", "new", &found, &reason), -EBUSY);
	assert_null(found);
	assert_non_null(strstr(reason, "beside it"));
	becomes("d/f", "first", 0644);
	assert_true(has_temp("d"));
}

/* A file of the name that chance brings belongs to another program, perhaps on another machine. */
static void a_file_of_another_program_stays(void **state)
{
	static const char zeros[8];

	(void)state;
	tree = tree_new("f \"old\"\n.f.0000000000000000.tmp \"theirs\"\n");
	fault_answer(FAULT_getrandom, zeros, sizeof(zeros));
	assert_int_equal(rewrite("f", "old", "new"), 0);
	assert_int_equal(fault_count(FAULT_getrandom), 2);
	becomes("f", "new", 0644);
	becomes(".f.0000000000000000.tmp", "theirs", 0644);
}

/* Whichever allocation fails, too. */
static void without_memory(void **state)
{
	bool failed = true;

	(void)state;
	tree = tree_new("real \"old\" :0600\nf -> real\n");
	for (unsigned long n = 1; failed; n++) {
		const char *reason, *path = tree_path(tree, "f");
		struct rewrite w = {path, "old", 3, "new", 3};
		size_t len;
		char *found;
		int rc;

		nomem_arm(n);
		rc = rewriter_write(&w, &found, &len, &reason);
		failed = nomem_disarm();
		assert_int_equal(rc, failed ? -ENOMEM : 0);
		assert_null(found);
		becomes("real", failed ? "old" : "new", 0600);
	}
}

static void short_writes_are_completed(void **state)
{
	(void)state;
	tree = tree_new("f \"old text\" :0600\n");
	fault_short(FAULT_read, 3);
	fault_short(FAULT_write, 2);
	assert_int_equal(rewrite("f", "old text", "new text"), 0);
	becomes("f", "new text", 0600);
}

/* A group we are not in: what it was allowed nobody is. */
static void a_foreign_group_gets_nothing(void **state)
{
	(void)state;
	tree = tree_new("f \"old\" :0640\n");
	fault_fail(FAULT_fchown, 1, EPERM, false);
	assert_int_equal(rewrite("f", "old", "new"), 0);
	becomes("f", "new", 0600);
}

/* A list as the kernel has it (acl(5)): the owner may write, the user 33 read; its group nothing,
 * though the mode says r in its place: that is the mask. */
static const uint8_t acl_bytes[] = {2,    0,    0,    0,    1,    0,    6,  0,    0xff, 0xff, 0xff,
				    0xff, 2,    0,    4,    0,    33,   0,  0,    0,    4,    0,
				    0,    0,    0xff, 0xff, 0xff, 0xff, 16, 0,    4,    0,    0xff,
				    0xff, 0xff, 0xff, 32,   0,    0,    0,  0xff, 0xff, 0xff, 0xff};

static void set_acl(const char *rel, const char *name)
{
	if (setxattr(tree_path(tree, rel), name, acl_bytes, sizeof(acl_bytes), 0) == 0)
		return;
	print_message("SKIPPED: no access control lists here: %s\n", strerror(errno));
	skip();
}

static bool has_acl(const char *rel)
{
	uint8_t now[256];
	ssize_t n = getxattr(tree_path(tree, rel), ACL_XATTR_ACCESS, now, sizeof(now));

	return n == (ssize_t)sizeof(acl_bytes) && memcmp(now, acl_bytes, sizeof(acl_bytes)) == 0;
}

static void keeps_the_access_list(void **state)
{
	(void)state;
	tree = tree_new("f \"old\" :0600\n");
	set_acl("f", ACL_XATTR_ACCESS);
	assert_int_equal(rewrite("f", "old", "new"), 0);
	becomes("f", "new", 0640);
	assert_true(has_acl("f"));
}

/* What the directory gives to new files the old one did not have. */
static void gets_no_access_list_from_its_directory(void **state)
{
	(void)state;
	tree = tree_new("d/f \"old\" :0640\n");
	set_acl("d", ACL_XATTR_DEFAULT);
	assert_int_equal(rewrite("d/f", "old", "new"), 0);
	becomes("d/f", "new", 0640);
	assert_true(getxattr(tree_path(tree, "d/f"), ACL_XATTR_ACCESS, NULL, 0) < 0);
}

static void refuses_what_loses_its_access_list(void **state)
{
	static const struct {
		enum fault_call call;
		int err, ret;
		const char *reason;
	} cases[] = {
		{FAULT_fsetxattr, EPERM, -EOPNOTSUPP, "ACL"},
		{FAULT_fsetxattr, EOPNOTSUPP, -EOPNOTSUPP, "ACL"},
		{FAULT_fchown, EPERM, -EOPNOTSUPP, "ACL"},
		{FAULT_fsetxattr, ENOSPC, -ENOSPC, NULL},
		{FAULT_fgetxattr, EIO, -EIO, NULL},
	};

	(void)state;
	tree = tree_new("f \"old\" :0600\n");
	set_acl("f", ACL_XATTR_ACCESS);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const char *reason;
		char *found;

		fault_fail(cases[i].call, 1, cases[i].err, false);
		assert_int_equal(rewrite_to("f", "old", "new", &found, &reason), cases[i].ret);
		assert_true(!cases[i].reason == !reason);
		assert_true(!reason || strstr(reason, cases[i].reason));
		becomes("f", "old", 0640);
		assert_true(has_acl("f"));
		assert_false(has_temp(""));
	}
}

static void answers_from_a_worker(void **state)
{
	struct answers a;
	struct browse *b;
	struct fs_event *e;

	(void)state;
	tree = tree_new("f \"old\"\n");
	answers_init(&a);
	assert_int_equal(browse_new(&a.queue, &b), 0);
	browse_rewrite(b, tree_path(tree, "f"), "old", 3, "new", 3);
	e = answers_get(&a, FS_REWRITTEN, 0);
	assert_int_equal(e->err, 0);
	assert_string_equal(e->u.rewritten.path, tree_path(tree, "f"));
	fs_event_free(e);
	browse_rewrite(b, tree_path(tree, "f"), "old", 3, "newer", 5);
	e = answers_get(&a, FS_REWRITTEN, 0);
	assert_int_equal(e->err, -ESTALE);
	assert_string_equal(e->u.rewritten.found, "new");
	assert_int_equal(e->u.rewritten.found_len, 3);
	fs_event_free(e);
	browse_free(b, 20000);
	answers_done(&a);
}

static const struct text_file *text_of(const struct fs_event *e, const char *name)
{
	for (uint32_t i = 0; i < e->u.texts.n; i++)
		if (strcmp(e->u.texts.at[i].name, name) == 0)
			return &e->u.texts.at[i];
	return NULL;
}

static void reads_the_texts_of_a_directory(void **state)
{
	struct answers a;
	struct browse *b;
	struct fs_event *e;

	(void)state;
	tree = tree_new("b.theme \"bee\"\na.theme \"\"\n.hidden.theme \"x\"\n.theme\nc.txt \"no\"\n"
			"dir.theme/\nfifo.theme|\nlink.theme -> b.theme\nlost.theme -> none\n"
			"open.theme \"x\" :0666\nlarge.theme ~1M\n");
	answers_init(&a);
	assert_int_equal(browse_new(&a.queue, &b), 0);
	browse_texts(b, tree_path(tree, ""), ".theme");
	e = answers_get(&a, FS_TEXTS, 0);
	assert_int_equal(e->err, 0);
	assert_string_equal(e->u.texts.dir, tree_path(tree, ""));
	assert_int_equal(e->u.texts.n, 8);
	assert_string_equal(e->u.texts.at[0].name, "a.theme");
	assert_int_equal(text_of(e, "a.theme")->len, 0);
	assert_string_equal(text_of(e, "b.theme")->bytes, "bee");
	assert_string_equal(text_of(e, "link.theme")->bytes, "bee");
	assert_int_equal(text_of(e, "lost.theme")->err, -ENOENT);
	assert_int_equal(text_of(e, "dir.theme")->err, -EISDIR);
	assert_int_equal(text_of(e, "fifo.theme")->err, -EINVAL);
	assert_int_equal(text_of(e, "open.theme")->err, -EPERM);
	assert_non_null(text_of(e, "open.theme")->reason);
	assert_int_equal(text_of(e, "large.theme")->err, -EFBIG);
	assert_null(text_of(e, "c.txt"));
	fs_event_free(e);
	browse_texts(b, tree_path(tree, "none"), ".theme");
	e = answers_get(&a, FS_TEXTS, 0);
	assert_int_equal(e->err, -ENOENT);
	fs_event_free(e);
	browse_free(b, 20000);
	answers_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(keeps_mode_and_links, setup, teardown),
		cmocka_unit_test_setup_teardown(makes_what_is_missing, setup, teardown),
		cmocka_unit_test_setup_teardown(refuses_what_was_changed, setup, teardown),
		cmocka_unit_test_setup_teardown(refuses_what_is_not_a_file_of_ours, setup,
						teardown),
		cmocka_unit_test_setup_teardown(whole_or_not_at_all, setup, teardown),
		cmocka_unit_test_setup_teardown(an_edit_meanwhile_is_not_lost, setup, teardown),
		cmocka_unit_test_setup_teardown(nor_where_files_cannot_change_places, setup,
						teardown),
		cmocka_unit_test_setup_teardown(what_took_its_place_goes_back, setup, teardown),
		cmocka_unit_test_setup_teardown(two_edits_at_once_are_both_kept, setup, teardown),
		cmocka_unit_test_setup_teardown(a_file_of_another_program_stays, setup, teardown),
		cmocka_unit_test_setup_teardown(without_memory, setup, teardown),
		cmocka_unit_test_setup_teardown(short_writes_are_completed, setup, teardown),
		cmocka_unit_test_setup_teardown(a_foreign_group_gets_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(keeps_the_access_list, setup, teardown),
		cmocka_unit_test_setup_teardown(gets_no_access_list_from_its_directory, setup,
						teardown),
		cmocka_unit_test_setup_teardown(refuses_what_loses_its_access_list, setup,
						teardown),
		cmocka_unit_test_setup_teardown(answers_from_a_worker, setup, teardown),
		cmocka_unit_test_setup_teardown(reads_the_texts_of_a_directory, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
