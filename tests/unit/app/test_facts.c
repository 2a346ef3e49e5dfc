/* SPDX-License-Identifier: MIT */
#include "../../lib/fault.h"
#include "../../lib/nomem.h"
#include "../../lib/test.h"
#include "../../lib/tree.h"

#include "app/facts.h"
#include "fs/access.h"
#include "fs/event.h"
#include "fs/mounts.h"

#include <errno.h>
#include <unistd.h>

struct fixture {
	struct tree *tree;
	struct owners *owners;
	struct mount_list mounts;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	f->tree = tree_new("dir/ *5\nlink -> dir\nfile 10\n");
	assert_int_equal(owners_new(&f->owners), 0);
	assert_int_equal(mounts_read(MOUNTS_FILE, &f->mounts), 0);
	fault_reset();
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	fault_reset();
	owners_free(f->owners);
	fs_mounts_free(&f->mounts);
	tree_free(f->tree);
	free(f);
	return 0;
}

static int get(struct fixture *f, const char *rel, struct path_facts *facts)
{
	return facts_get(facts, tree_path(f->tree, rel), f->owners, &f->mounts);
}

/* Every call of it fails once: an error, or facts that say what is not known; no descriptor stays
 * open. */
static void test_failing_calls(void **state)
{
	static const enum fault_call calls[] = {FAULT_openat,   FAULT_statx,    FAULT_readlinkat,
						FAULT_getdents, FAULT_getxattr, FAULT_listxattr,
						FAULT_getflags};
	static const char *const names[] = {"dir", "link", "file"};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_LEN(calls) * ARRAY_LEN(names); i++) {
		enum fault_call call = calls[i / ARRAY_LEN(names)];
		const char *name = names[i % ARRAY_LEN(names)];

		for (unsigned n = 1;; n++) {
			struct path_facts facts;
			int r;

			fault_reset();
			fault_fail(call, n, EIO, false);
			r = get(f, name, &facts);
			assert_true(r == 0 || r == -EIO);
			assert_int_equal(fault_open_fds(), 0);
			if (r == 0) {
				assert_true(facts.f->entries == 5 || facts.f->entries == 0 ||
					    facts.f->entries == -EIO);
				assert_true(facts.f->target_err == 0 ||
					    facts.f->target_err == -EIO);
				facts_done(&facts);
			}
			if (fault_count(call) < n)
				break;
		}
	}
}

static void exchange(void *ctx)
{
	struct fixture *f = ctx;

	tree_move(f->tree, "file", "other");
	tree_move(f->tree, "dir", "file");
}

/* All facts are those of the thing that was there first. */
static void test_exchanged_meanwhile(void **state)
{
	struct fixture *f = *state;
	struct path_facts facts;

	fault_before(FAULT_statx, 1, exchange, f);
	assert_int_equal(get(f, "file", &facts), 0);
	assert_int_equal(facts.f->meta.size, 10);
	assert_string_equal(fact_type(ENTRY_FILE), "regular file");
	assert_int_equal(facts.f->entries, 0);
	facts_done(&facts);
}

static void test_out_of_memory(void **state)
{
	struct fixture *f = *state;
	const char *path = tree_path(f->tree, "link");
	struct subject self;
	bool failed = true;

	assert_int_equal(access_self(&self), 0);
	for (unsigned long n = 1; failed; n++) {
		struct str text = STR_INIT, json = STR_INIT;
		struct path_facts facts;
		struct json j;
		int r;

		json_init(&j, &json);
		nomem_arm(n);
		r = facts_get(&facts, path, f->owners, &f->mounts);
		if (r == 0) {
			int rt = facts_text(&facts, &self, false, &text);
			int rj = facts_json(&facts, &self, &j);

			facts_done(&facts);
			r = rt ? rt : rj;
		}
		failed = nomem_disarm();
		/* A name of an owner that could not be kept is a number: that is no error. */
		assert_true(r == -ENOMEM || r == 0);
		assert_true(failed || r == 0);
		assert_int_equal(fault_open_fds(), 0);
		str_done(&text);
		str_done(&json);
	}
}

/* A chroot's table does not have the mount of its root; without /proc there is no table. */
static void test_mount_not_listed(void **state)
{
	struct mount other = {.id = UINT64_MAX, .path = (char[]){"/other"}};
	const struct mount_list lists[] = {{.at = &other, .n = 1}, {0}};
	struct fixture *f = *state;
	struct subject self;

	assert_int_equal(access_self(&self), 0);
	for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
		struct str text = STR_INIT;
		struct path_facts facts;
		bool told;

		assert_int_equal(
			facts_get(&facts, tree_path(f->tree, "file"), f->owners, &lists[i]), 0);
		assert_int_equal(facts_text(&facts, &self, false, &text), 0);
		assert_null(facts.f->mount_path);
		told = strstr(text.buf, "\nmount      not in the mount table");
		assert_int_equal(told, lists[i].n > 0 && facts.f->mnt_id != 0);
		assert_int_equal(told, strstr(text.buf, "\nmount ") != NULL);
		facts_done(&facts);
		str_done(&text);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_failing_calls),
		TEST(test_exchanged_meanwhile),
		TEST(test_out_of_memory),
		TEST(test_mount_not_listed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
