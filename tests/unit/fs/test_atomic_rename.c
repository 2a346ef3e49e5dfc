/* SPDX-License-Identifier: MIT */
#include "renaming.h"

#include "../../lib/as_user.h"
#include "../../lib/nomem.h"

#include <sys/mount.h>

/* x/NAME to y/TO */
static int across(const char *name, const char *to, const struct identity *expect, unsigned flags,
		  struct renamed *ret)
{
	struct rename_place a = {from_dir, name, expect}, b = {.dirfd = to_dir, .name = to};

	return atomic_rename(&a, &b, flags, ret);
}

static int within(const char *name, const char *to, unsigned flags, struct renamed *ret)
{
	struct rename_place a = {.dirfd = from_dir, .name = name}, b = {from_dir, to, NULL};

	return atomic_rename(&a, &b, flags, ret);
}

static const char kinds[] = "x/file \"content\"\nx/dir/in/side \"content\"\nx/link -> nowhere\n"
			    "x/fifo|\nx/sock=\n";
static const char *const names[] = {"file", "dir", "link", "fifo", "sock"};

static void test_every_kind(void **state)
{
	static const struct {
		int flags_err;
		bool links;
		enum rename_how file, dir;
	} rows[] = {{0, true, RENAME_BY_FLAG, RENAME_BY_FLAG},
		    {EINVAL, true, RENAME_BY_LINK, RENAME_BY_RESERVE},
		    {ENOSYS, true, RENAME_BY_LINK, RENAME_BY_RESERVE},
		    {EPERM, true, RENAME_BY_LINK, RENAME_BY_RESERVE},
		    {EINVAL, false, RENAME_BY_LOOK, RENAME_BY_RESERVE}};

	(void)state;
	for (size_t r = 0; r < ARRAY_LEN(rows); r++) {
		build(kinds);
		if (rows[r].flags_err)
			no_flags(rows[r].flags_err);
		if (!rows[r].links)
			no_links();
		for (size_t i = 0; i < ARRAY_LEN(names); i++) {
			char old[32], new[32];
			struct renamed ret;
			struct identity id;

			snprintf(old, sizeof(old), "x/%s", names[i]);
			snprintf(new, sizeof(new), "y/%s", names[i]);
			id = identity(old);
			assert_int_equal(
				across(names[i], names[i], &id, RENAME_LOOK | RENAME_DURABLE, &ret),
				0);
			assert_int_equal(ret.state, RENAME_DONE);
			assert_int_equal(ret.how, i == 1 ? rows[r].dir : rows[r].file);
			assert_true(ret.synced);
			assert_false(exists(old));
			assert_true(is(new, &id));
		}
		assert_true(exists("y/dir/in/side"));
		unbuild();
	}
}

static void test_nothing_is_overwritten(void **state)
{
	(void)state;
	for (int way = 0; way < 3; way++)
		for (size_t i = 0; i < ARRAY_LEN(names); i++)
			for (size_t k = 0; k < ARRAY_LEN(names); k++) {
				struct identity a, b;
				char old[32], new[32];
				struct renamed ret;

				build(kinds);
				tree_add(tree, "y/file \"other\"\ny/dir/\ny/link -> ../x\n"
					       "y/fifo|\ny/sock=\n");
				if (way > 0)
					no_flags(EINVAL);
				if (way > 1)
					no_links();
				snprintf(old, sizeof(old), "x/%s", names[i]);
				snprintf(new, sizeof(new), "y/%s", names[k]);
				a = identity(old);
				b = identity(new);
				assert_int_equal(
					across(names[i], names[k], NULL, RENAME_LOOK, &ret),
					-EEXIST);
				assert_int_equal(ret.state, RENAME_NOT_DONE);
				assert_false(ret.same_file);
				assert_true(is(old, &a));
				assert_true(is(new, &b));
				unbuild();
			}
}

static void test_no_promise_no_rename(void **state)
{
	struct renamed ret;

	(void)state;
	build(kinds);
	no_flags(EINVAL);
	no_links();
	assert_int_equal(across("file", "file", NULL, 0, &ret), -EOPNOTSUPP);
	assert_int_equal(ret.state, RENAME_NOT_DONE);
	assert_true(exists("x/file"));
	assert_false(exists("y/file"));
	unbuild();
}

static void test_bad_names(void **state)
{
	static const char *const bad[] = {"", ".", "..", "a/b", "/", "/etc", "a/"};
	char longname[300];
	struct renamed ret;

	(void)state;
	build(kinds);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		assert_int_equal(across("file", bad[i], NULL, 0, &ret), -EINVAL);
		assert_int_equal(across(bad[i], "file", NULL, 0, &ret), -EINVAL);
	}
	assert_int_equal(fault_count(FAULT_renameat2), 0);
	memset(longname, 'n', sizeof(longname));
	longname[256] = '\0';
	assert_int_equal(across("file", longname, NULL, 0, &ret), -ENAMETOOLONG);
	longname[255] = '\0';
	assert_int_equal(across("file", longname, NULL, 0, &ret), 0);
	assert_int_equal(across("gone", "gone", NULL, 0, &ret), -ENOENT);
	/* What a file system cannot hold; some say EINVAL for it. */
	fault_fail(FAULT_renameat2, 1, EILSEQ, false);
	assert_int_equal(across("dir", "a:b", NULL, 0, &ret), -EILSEQ);
	no_flags(EINVAL);
	fault_fail(FAULT_mkdirat, 1, EINVAL, false);
	assert_int_equal(across("dir", "a:b", NULL, 0, &ret), -EILSEQ);
	assert_true(exists("x/dir/in/side"));
	unbuild();
}

static void test_what_was_confirmed(void **state)
{
	struct identity id;
	struct renamed ret;

	(void)state;
	build(kinds);
	id = identity("x/file");
	tree_move(tree, "x/file", "x/kept");
	tree_add(tree, "x/file \"other\"\n");
	assert_int_equal(across("file", "file", &id, 0, &ret), -ESTALE);
	assert_int_equal(ret.state, RENAME_NOT_DONE);
	assert_false(exists("y/file"));
	id.type = S_IFDIR;
	assert_int_equal(across("kept", "file", &id, 0, &ret), -ESTALE);
	unbuild();
}

static void test_into_itself(void **state)
{
	struct rename_place a, b;
	struct renamed ret;

	(void)state;
	build(kinds);
	for (int way = 0; way < 2; way++) {
		if (way)
			no_flags(EINVAL);
		b = (struct rename_place){.dirfd = open(tree_path(tree, "x/dir/in"), O_PATH),
					  .name = "again"};
		a = (struct rename_place){.dirfd = from_dir, .name = "dir"};
		assert_int_equal(atomic_rename(&a, &b, RENAME_LOOK, &ret), -ELOOP);
		close(b.dirfd);
	}
	assert_false(exists("x/dir/in/again"));
	unbuild();
}

/* rename(2) of a file to another link of itself does nothing and says that it went well. */
static void test_two_links_of_one_file(void **state)
{
	struct renamed ret;

	(void)state;
	for (int way = 0; way < 3; way++) {
		build("x/one \"content\"\nx/two => x/one\n");
		if (way > 0)
			no_flags(EINVAL);
		if (way > 1)
			no_links();
		assert_int_equal(within("one", "two", RENAME_LOOK, &ret), -EEXIST);
		assert_true(ret.same_file);
		assert_int_equal(ret.state, RENAME_NOT_DONE);
		assert_true(exists("x/one") && exists("x/two"));
		assert_int_equal(within("one", "one", RENAME_LOOK, &ret), -EEXIST);
		assert_true(exists("x/one"));
		unbuild();
	}
}

/* ---- somebody else, between two calls ---- */

static void make_link_to_it(void *ctx)
{
	(void)ctx;
	assert_int_equal(linkat(from_dir, "one", from_dir, "two", 0), 0);
}

static void test_link_made_between_look_and_rename(void **state)
{
	struct renamed ret;

	(void)state;
	build("x/one \"content\"\n");
	no_flags(EINVAL);
	no_links();
	fault_before(FAULT_renameat, 1, make_link_to_it, NULL);
	assert_int_equal(within("one", "two", RENAME_LOOK, &ret), -EEXIST);
	assert_true(ret.same_file);
	assert_true(exists("x/one") && exists("x/two"));
	unbuild();
}

struct swap {
	enum fault_call call;
	const char *text; /* what takes the place */
};

static void swap_source(void *ctx)
{
	const struct swap *s = ctx;

	assert_int_equal(renameat(from_dir, "it", from_dir, "kept"), 0);
	tree_add(tree, s->text);
}

/* What was confirmed is exchanged just before each call that acts on its name. */
static void test_swapped_at_each_call(void **state)
{
	static const struct swap rows[] = {
		{FAULT_renameat2, "x/it \"other\"\n"}, {FAULT_renameat2, "x/it -> /etc/passwd\n"},
		{FAULT_renameat2, "x/it/sub/\n"},      {FAULT_linkat, "x/it \"other\"\n"},
		{FAULT_linkat, "x/it -> /etc\n"},      {FAULT_unlinkat, "x/it \"other\"\n"},
		{FAULT_renameat, "x/it \"other\"\n"},  {FAULT_renameat, "x/it/sub/\n"},
		{FAULT_statx, "x/it \"other\"\n"},     {FAULT_openat, "x/it \"other\"\n"}};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		for (int dir = 0; dir < 2; dir++) {
			struct swap s = rows[i];
			struct identity id, other;
			struct renamed ret;
			int rc;

			build(dir ? "x/it/in/\n" : "x/it \"content\"\n");
			id = identity("x/it");
			if (s.call != FAULT_renameat2)
				no_flags(EINVAL);
			fault_before(s.call, 1, swap_source, &s);
			rc = across("it", "it", &id, 0, &ret);
			if (!exists("x/kept")) { /* not a call of this way */
				assert_int_equal(rc, 0);
				unbuild();
				continue;
			}
			if (s.call == FAULT_unlinkat && !dir) {
				/* The last moment: the name that goes is the other's. */
				assert_int_equal(rc, 0);
				assert_true(is("y/it", &id) && is("x/kept", &id));
				unbuild();
				continue;
			}
			assert_int_equal(rc, -ESTALE);
			assert_int_equal(ret.state, RENAME_NOT_DONE);
			assert_true(is("x/kept", &id));
			assert_false(exists("y/it"));
			other = identity("x/it");
			assert_false(identity_eq(&other, &id));
			unbuild();
		}
}

static void take_target(void *ctx)
{
	tree_add(tree, ctx);
}

static void test_target_taken_at_each_call(void **state)
{
	static const enum fault_call calls[] = {FAULT_renameat2, FAULT_linkat, FAULT_mkdirat};
	static char texts[][24] = {"y/it \"other\"\n", "y/it/full/\n"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(calls); i++)
		for (int dir = 0; dir < 2; dir++)
			for (int t = 0; t < 2; t++) {
				struct identity id;
				struct renamed ret;

				build(dir ? "x/it/in/\n" : "x/it \"content\"\n");
				id = identity("x/it");
				if (calls[i] != FAULT_renameat2)
					no_flags(EINVAL);
				fault_before(calls[i], 1, take_target, texts[t]);
				if (across("it", "it", &id, 0, &ret) == 0) {
					assert_false(exists("y/it/full"));
				} else {
					assert_true(is("x/it", &id));
					assert_false(is("y/it", &id));
					assert_int_equal(ret.state, RENAME_NOT_DONE);
				}
				unbuild();
			}
}

static void fill_reserved(void *ctx)
{
	(void)ctx;
	tree_add(tree, "y/it/theirs \"content\"\n");
}

static void test_reserved_directory_filled(void **state)
{
	struct renamed ret;

	(void)state;
	build("x/it/in/\n");
	no_flags(EINVAL);
	fault_before(FAULT_renameat, 1, fill_reserved, NULL);
	assert_int_equal(across("it", "it", NULL, 0, &ret), -EEXIST);
	assert_true(exists("x/it/in"));
	assert_true(exists("y/it/theirs"));
	unbuild();
}

static void move_it_already(void *ctx)
{
	(void)ctx;
	assert_int_equal(renameat(from_dir, "it", to_dir, "it"), 0);
}

/* A server did it, and its answer was lost. */
static void test_done_though_it_failed(void **state)
{
	static const int errs[] = {EIO, ENOENT, ETIMEDOUT};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(errs); i++) {
		struct renamed ret;

		build("x/it \"content\"\n");
		fault_before(FAULT_renameat2, 1, move_it_already, NULL);
		fault_fail(FAULT_renameat2, 1, errs[i], false);
		assert_int_equal(across("it", "it", NULL, 0, &ret), 0);
		assert_int_equal(ret.state, RENAME_DONE);
		unbuild();
	}
}

/* ---- names that differ in case only ---- */

static void alias(void *ctx)
{
	(void)ctx;
	assert_int_equal(linkat(from_dir, "File", from_dir, "file", 0), 0);
}

static void no_alias(void *ctx)
{
	(void)ctx;
	assert_int_equal(unlinkat(from_dir, "file", 0), 0);
}

/* A directory that finds File under both names and lists one: played by a link that is there while
 * names are looked up, and not while the directory is read. */
static void test_case_only(void **state)
{
	(void)state;
	for (int fail = 0; fail < 3; fail++) {
		struct renamed ret;
		struct identity id;

		build("x/File \"content\"\n");
		id = identity("x/File");
		fault_before(FAULT_renameat2, 1, alias, NULL);
		fault_before(FAULT_getdents, 1, no_alias, NULL);
		if (fail)
			fault_fail(FAULT_renameat2, (unsigned)fail + 1, ENOSPC, false);
		if (!fail) {
			assert_int_equal(within("File", "file", 0, &ret), 0);
			assert_int_equal(ret.how, RENAME_BY_HOP);
			assert_int_equal(ret.state, RENAME_DONE);
			assert_true(is("x/file", &id));
			assert_false(exists("x/File"));
		} else {
			assert_int_equal(within("File", "file", 0, &ret), -ENOSPC);
			assert_int_equal(ret.state, RENAME_NOT_DONE);
			assert_true(is("x/File", &id));
			assert_false(exists("x/file"));
		}
		unbuild();
	}
}

/* ---- every call fails ---- */

static void check_told(int rc, const struct renamed *ret, const struct identity *id)
{
	bool old = is("x/it", id), new = is("y/it", id);

	assert_true(old || new || ret->state == RENAME_BETWEEN);
	if (rc == 0)
		assert_int_equal(ret->state, RENAME_DONE);
	switch (ret->state) {
	case RENAME_NOT_DONE:
		assert_true(old && !new);
		break;
	case RENAME_DONE:
		assert_true(new && !old);
		break;
	case RENAME_BOTH:
		assert_true(old && new);
		break;
	case RENAME_BETWEEN:
		assert_false(old || new);
		break;
	case RENAME_ASTRAY:
		assert_true(rc < 0);
		break;
	}
}

static void one_failing(enum fault_call call, unsigned nth, int err, int way, bool dir)
{
	struct identity id;
	struct renamed ret;
	int rc;

	build(dir ? "x/it/in/\n" : "x/it \"content\"\n");
	id = identity("x/it");
	fault_reset();
	if (way > 0)
		no_flags(EINVAL);
	if (way > 1)
		no_links();
	fault_fail(call, nth, err, false);
	rc = across("it", "it", &id, RENAME_LOOK | RENAME_DURABLE, &ret);
	fault_fail(call, 1, 0, false);
	check_told(rc, &ret, &id);
	/* Directories made to reserve a name are gone. */
	if (dir && ret.state == RENAME_NOT_DONE && call != FAULT_unlinkat && call != FAULT_statx)
		assert_false(exists("y/it"));
}

static void test_every_call_failing(void **state)
{
	(void)state;
	for (size_t c = 0; c < ARRAY_LEN(all_calls); c++)
		for (size_t e = 0; e < ARRAY_LEN(all_errs); e++)
			for (int way = 0; way < 6; way++) {
				bool failed = !lie(all_calls[c], all_errs[e]);

				for (unsigned nth = 1; failed && nth < 40; nth++) {
					one_failing(all_calls[c], nth, all_errs[e], way / 2,
						    way % 2);
					failed = fault_count(all_calls[c]) >= nth;
					/* A close that is made to fail leaves it open. */
					if (all_calls[c] == FAULT_close ||
					    lie(all_calls[c], all_errs[e])) {
						fault_reset();
						failed = nth < 3;
					}
					unbuild();
				}
			}
}

static void test_out_of_memory(void **state)
{
	bool failed = true;

	(void)state;
	for (unsigned long nth = 1; failed; nth++) {
		struct renamed ret;
		int rc;

		build("x/File \"content\"\n");
		fault_before(FAULT_renameat2, 1, alias, NULL);
		fault_before(FAULT_getdents, 1, no_alias, NULL);
		nomem_arm(nth);
		rc = within("File", "file", 0, &ret);
		failed = nomem_disarm();
		assert_int_equal(rc, failed ? -EEXIST : 0);
		assert_true(exists("x/File") == failed);
		unbuild();
	}
}

/* ---- rights, mounts ---- */

static void plain_user(void *ctx)
{
	struct renamed ret;

	(void)ctx;
	assert_int_equal(across("file", "file", NULL, 0, &ret), -EACCES);
	assert_int_equal(ret.state, RENAME_NOT_DONE);
	no_flags(EINVAL);
	assert_int_equal(across("file", "file", NULL, RENAME_LOOK, &ret), -EACCES);
	assert_int_equal(across("dir", "dir", NULL, RENAME_LOOK, &ret), -EACCES);
	assert_true(exists("x/file") && exists("x/dir/in/side"));
}

static void test_as_a_plain_user(void **state)
{
	(void)state;
	build(kinds);
	tree_add(tree, "x/ :0555\ny/ :0755\n");
	as_user(plain_user, NULL);
	unbuild();
}

static void mounted(void *ctx)
{
	struct renamed ret;

	(void)ctx;
	assert_int_equal(mount("none", tree_path(tree, "y"), "tmpfs", 0, NULL), 0);
	close(to_dir);
	to_dir = open(tree_path(tree, "y"), O_RDONLY | O_DIRECTORY);
	assert_int_equal(across("file", "file", NULL, RENAME_LOOK, &ret), -EXDEV);
	assert_int_equal(umount2(tree_path(tree, "y"), MNT_DETACH), 0);
	/* The same file system, mounted twice. */
	assert_int_equal(mount(tree_path(tree, "x"), tree_path(tree, "y"), NULL, MS_BIND, NULL), 0);
	close(to_dir);
	to_dir = open(tree_path(tree, "y"), O_RDONLY | O_DIRECTORY);
	assert_int_equal(across("file", "new", NULL, RENAME_LOOK, &ret), -EXDEV);
	assert_int_equal(mount("none", tree_path(tree, "x/dir"), "tmpfs", 0, NULL), 0);
	assert_int_equal(within("dir", "new", RENAME_LOOK, &ret), -EBUSY);
	assert_int_equal(ret.state, RENAME_NOT_DONE);
	close(to_dir);
	to_dir = dup(from_dir);
}

static void test_mounts(void **state)
{
	(void)state;
	build(kinds);
	as_mounter(mounted, NULL);
	unbuild();
}

static void test_directories_that_cannot_be_synced(void **state)
{
	static const int cannot[] = {EINVAL, EROFS, EOPNOTSUPP};
	struct rename_place a, b;
	struct renamed ret;

	(void)state;
	build(kinds);
	for (size_t i = 0; i < ARRAY_LEN(cannot); i++) {
		fault_fail(FAULT_fsync, 1, cannot[i], true);
		assert_int_equal(within(i % 2 ? "moved" : "file", i % 2 ? "file" : "moved",
					RENAME_DURABLE, &ret),
				 0);
		assert_false(ret.synced);
	}
	fault_fail(FAULT_fsync, 1, EIO, false);
	assert_int_equal(across("dir", "dir", NULL, RENAME_DURABLE, &ret), -EIO);
	assert_int_equal(ret.state, RENAME_DONE);
	a = (struct rename_place){.dirfd = open(tree_path(tree, "x"), O_PATH), .name = "fifo"};
	b = (struct rename_place){.dirfd = open(tree_path(tree, "y"), O_PATH), .name = "fifo"};
	assert_int_equal(atomic_rename(&a, &b, RENAME_DURABLE, &ret), 0);
	assert_true(ret.synced);
	close(a.dirfd);
	close(b.dirfd);
	unbuild();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_every_kind, memdir_setup, teardown),
		cmocka_unit_test_setup_teardown(test_nothing_is_overwritten, memdir_setup,
						teardown),
		cmocka_unit_test_teardown(test_no_promise_no_rename, teardown),
		cmocka_unit_test_teardown(test_bad_names, teardown),
		cmocka_unit_test_teardown(test_what_was_confirmed, teardown),
		cmocka_unit_test_teardown(test_into_itself, teardown),
		cmocka_unit_test_teardown(test_two_links_of_one_file, teardown),
		cmocka_unit_test_teardown(test_link_made_between_look_and_rename, teardown),
		cmocka_unit_test_setup_teardown(test_swapped_at_each_call, memdir_setup, teardown),
		cmocka_unit_test_setup_teardown(test_target_taken_at_each_call, memdir_setup,
						teardown),
		cmocka_unit_test_teardown(test_reserved_directory_filled, teardown),
		cmocka_unit_test_teardown(test_done_though_it_failed, teardown),
		cmocka_unit_test_teardown(test_case_only, teardown),
		cmocka_unit_test_setup_teardown(test_every_call_failing, memdir_setup, teardown),
		cmocka_unit_test_setup_teardown(test_out_of_memory, memdir_setup, teardown),
		cmocka_unit_test_teardown(test_as_a_plain_user, teardown),
		cmocka_unit_test_teardown(test_mounts, teardown),
		cmocka_unit_test_teardown(test_directories_that_cannot_be_synced, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
