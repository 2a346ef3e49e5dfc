/* SPDX-License-Identifier: MIT */
#include "../../lib/answers.h"
#include "../../lib/as_user.h"
#include "../../lib/fault.h"
#include "../../lib/nomem.h"
#include "../../lib/test.h"
#include "../../lib/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "fs/browse.h"
#include "fs/gather.h"

#define ENTRY(tag, perm)    tag, 0, perm, 0, 0xff, 0xff, 0xff, 0xff
#define NAMED(tag, perm, n) tag, 0, perm, 0, n, 0, 0, 0

static const uint8_t acl_bytes[] = {
	2, 0, 0, 0, ENTRY(1, 6), NAMED(2, 7, 33), ENTRY(4, 4), ENTRY(16, 6), ENTRY(32, 0)};
static const uint8_t caps_bytes[] = {1, 0, 0, 2, 0, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};

static int setup(void **state)
{
	fault_reset();
	*state = tree_new("dir/ *5\nempty/\nfile 10\nfifo|\nsock=\n"
			  "link -> dir\nlost -> no/where\nloop -> loop\n"
			  "a -> b\nb -> sub/c\nsub/c -> ../file\nclosed/ :0\n");
	return 0;
}

static int teardown(void **state)
{
	tree_free(*state);
	return fault_open_fds() == 0 ? 0 : -1;
}

static struct facts *facts_of(struct tree *t, const char *rel)
{
	struct facts *f = NULL;

	assert_int_equal(gather_facts(&(struct gather){0}, tree_path(t, rel), &f), 0);
	return f;
}

static void links(void **state)
{
	static const struct {
		const char *name, *target;
		int err;
		enum entry_type type;
		unsigned steps;
	} cases[] = {
		{"link", "dir", 0, ENTRY_DIR, 1},
		{"a", "b", 0, ENTRY_FILE, 3},
		{"lost", "no/where", -ENOENT, ENTRY_UNKNOWN, 1},
		{"loop", "loop", -ELOOP, ENTRY_UNKNOWN, 40},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct facts *f = facts_of(*state, cases[i].name);

		assert_string_equal(f->target, cases[i].target);
		assert_int_equal(f->target_err, cases[i].err);
		assert_int_equal(f->target_type, cases[i].type);
		assert_int_equal(f->target_steps, cases[i].steps);
		facts_free(f);
	}
}

static void directories(void **state)
{
	struct facts *f = facts_of(*state, "dir");

	assert_int_equal(f->entries, 5);
	assert_false(f->entries_partial);
	assert_null(f->target);
	facts_free(f);
	f = facts_of(*state, "empty");
	assert_int_equal(f->entries, 0);
	facts_free(f);
}

static void closed_directory(void *ctx)
{
	struct facts *f = facts_of(ctx, "closed");

	assert_int_equal(f->entries, -EACCES);
	assert_int_equal(f->meta.mode, S_IFDIR);
	facts_free(f);
}

static void a_directory_that_cannot_be_read(void **state)
{
	as_user(closed_directory, *state);
}

/* What waits for others is not opened: these would wait for ever, or say ENXIO. */
static void special_files_are_not_opened(void **state)
{
	static const char *const names[] = {"fifo", "sock"};

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct facts *f;
		unsigned opens = fault_count(FAULT_openat);

		f = facts_of(*state, names[i]);
		assert_int_equal(fault_count(FAULT_openat) - opens, 1);
		facts_free(f);
	}
}

static bool has(const struct facts *f, const char *name)
{
	for (uint32_t at = 0; at < f->xattrs_len; at += (uint32_t)strlen(f->xattrs + at) + 1)
		if (strcmp(f->xattrs + at, name) == 0)
			return true;
	return false;
}

static void access_list(void *ctx)
{
	const char *file = tree_path(ctx, "file"), *dir = tree_path(ctx, "dir");
	struct facts *f;

	if (setxattr(file, ACL_XATTR_ACCESS, acl_bytes, sizeof(acl_bytes), 0) < 0 ||
	    setxattr(dir, ACL_XATTR_DEFAULT, acl_bytes, sizeof(acl_bytes), 0) < 0) {
		print_message("SKIPPED: no access control lists here: %s\n", strerror(errno));
		return;
	}
	f = facts_of(ctx, "file");
	assert_int_equal(f->acl_err, 0);
	assert_int_equal(f->acl.n, 5);
	assert_int_equal(f->acl.at[1].tag, ACL_USER);
	assert_int_equal(f->acl.at[1].id, 33);
	assert_int_equal(acl_mask(&f->acl), 6);
	assert_false(has(f, ACL_XATTR_ACCESS));
	facts_free(f);
	f = facts_of(ctx, "dir");
	assert_int_equal(f->acl.n, 0);
	assert_int_equal(f->default_acl.n, 5);
	facts_free(f);
}

/* As root; a plain user in a directory of its own can set them, too. */
static void access_lists(void **state)
{
	struct tree *t = *state;

	access_list(t);
	assert_int_equal(chmod(tree_path(t, ""), 0755), 0);
	if (geteuid() == 0) {
		assert_int_equal(chown(tree_path(t, "file"), 65534, 65534), 0);
		assert_int_equal(chown(tree_path(t, "dir"), 65534, 65534), 0);
	}
	as_user(access_list, t);
}

static void capabilities(void **state)
{
	const char *file = tree_path(*state, "file");
	struct str words = STR_INIT;
	struct facts *f;

	if (setxattr(file, FILECAPS_XATTR, caps_bytes, sizeof(caps_bytes), 0) < 0) {
		print_message("SKIPPED: no file capabilities here: %s\n", strerror(errno));
		skip();
	}
	f = facts_of(*state, "file");
	assert_int_equal(f->caps_err, 0);
	assert_int_equal(filecaps_add(&words, &f->caps), 0);
	assert_string_equal(words.buf, "cap_net_raw=ep");
	assert_false(has(f, FILECAPS_XATTR));
	str_done(&words);
	facts_free(f);
}

static void other_attributes(void **state)
{
	const char *file = tree_path(*state, "file");
	char name[64];
	struct facts *f;

	if (setxattr(file, "user.first", "1", 1, 0) < 0) {
		print_message("SKIPPED: no extended attributes here: %s\n", strerror(errno));
		skip();
	}
	/* More than the first buffer takes. */
	for (int i = 0; i < 40; i++) {
		snprintf(name, sizeof(name), "user.with-a-name-of-some-length-%02d", i);
		assert_int_equal(setxattr(file, name, "", 0, 0), 0);
	}
	f = facts_of(*state, "file");
	assert_int_equal(f->xattrs_err, 0);
	assert_true(has(f, "user.first"));
	assert_true(has(f, "user.with-a-name-of-some-length-39"));
	facts_free(f);
}

/* A list that does not end, or a value nobody could have set. */
static void answers_of_a_broken_server(void **state)
{
	struct facts *f;

	fault_answer(FAULT_listxattr, "user.a\0user.b", 13);
	f = facts_of(*state, "file");
	assert_int_equal(f->xattrs_len, 7);
	facts_free(f);
	fault_answer(FAULT_getxattr, "\2\0\0\0garbage", 11);
	f = facts_of(*state, "file");
	assert_int_equal(f->acl_err, -EINVAL);
	assert_int_equal(f->acl.n, 0);
	facts_free(f);
}

static void failing_calls(void **state)
{
	static const char *const names[] = {"dir", "a", "file"};

	for (int call = 0; call < FAULT_CALLS; call++) {
		for (unsigned n = 1;; n++) {
			struct facts *f = NULL;
			int r;

			fault_reset();
			fault_fail((enum fault_call)call, n, EIO, false);
			r = gather_facts(&(struct gather){0},
					 tree_path(*state, names[n % ARRAY_LEN(names)]), &f);
			assert_true(r == 0 || r == -EIO);
			/* A close(2) that fails here did not close. */
			assert_true(fault_open_fds() == 0 || call == FAULT_close);
			facts_free(f);
			if (n > 12)
				break;
		}
	}
	fault_reset();
}

static void out_of_memory(void **state)
{
	const char *paths[] = {tree_path(*state, "a"), tree_path(*state, "dir"),
			       tree_path(*state, "file")};

	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		bool failed = true;

		for (unsigned long n = 1; failed; n++) {
			struct facts *f = NULL;
			int r;

			nomem_arm(n);
			r = gather_facts(&(struct gather){0}, paths[i], &f);
			failed = nomem_disarm();
			assert_true(r == -ENOMEM || r == 0);
			assert_true(failed || r == 0);
			assert_int_equal(fault_open_fds(), 0);
			facts_free(f);
		}
	}
}

/* As the explorer asks: an event with its ticket; and none when it was closed. */
static void as_an_event(void **state)
{
	struct fs_event *e;
	struct browse *b;
	struct answers a;

	answers_init(&a);
	assert_int_equal(browse_new(&a.queue, &b), 0);
	browse_info(b, 5, tree_path(*state, "file"));
	e = answers_get(&a, FS_INFO, 5);
	assert_int_equal(e->err, 0);
	assert_int_equal(e->u.facts->meta.size, 10);
	if (access("/proc/self/mountinfo", R_OK) == 0)
		assert_true(e->u.facts->mount_path || e->u.facts->mount_unlisted);
	fs_event_free(e);
	browse_info(b, 6, tree_path(*state, "nothing"));
	e = answers_get(&a, FS_INFO, 6);
	assert_int_equal(e->err, -ENOENT);
	assert_null(e->u.facts);
	fs_event_free(e);
	browse_info(b, 7, tree_path(*state, "dir"));
	browse_close(b, 7);
	browse_info(b, 8, tree_path(*state, "dir"));
	e = answers_get(&a, FS_INFO, 8);
	assert_int_equal(e->u.facts->entries, 5);
	fs_event_free(e);
	browse_free(b, 20000);
	answers_done(&a);
}

/* Cancelled, a directory is not counted to its end. */
static void cancelled(void **state)
{
	static const _Atomic bool yes = true;
	struct facts *f = NULL;

	assert_int_equal(
		gather_facts(&(struct gather){.cancel = &yes}, tree_path(*state, "dir"), &f), 0);
	assert_true(f->entries_partial);
	facts_free(f);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(links),
		TEST(directories),
		TEST(a_directory_that_cannot_be_read),
		TEST(special_files_are_not_opened),
		TEST(access_lists),
		TEST(capabilities),
		TEST(other_attributes),
		TEST(answers_of_a_broken_server),
		TEST(failing_calls),
		TEST(out_of_memory),
		TEST(as_an_event),
		TEST(cancelled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
