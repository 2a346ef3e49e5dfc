/* SPDX-License-Identifier: MIT
 *
 * The mount table is invented: what is said to be a server's is a plain directory, which nobody may
 * touch all the same.
 */
#include "../../lib/test.h"

#include "../../lib/nomem.h"
#include "../../lib/previews.h"
#include "../../lib/tree.h"

#include <fcntl.h>

#include "fs/far.h"
#include "fs/gather.h"
#include "fs/stat.h"

#define OWN    17
#define SERVER 18

static const char tree_text[] = "net/file\n"
				"auto/\n"
				"dir/sub/\n"
				"other/deep/\n"
				"other/net/\n"
				"straight -> net/file\n"
				"mid -> net\n"
				"by.mid -> mid/file\n"
				"one -> two\n"
				"two -> three\n"
				"three -> ./dir/../net\n"
				"absent -> dir/none/net\n"
				"local -> dir/sub\n"
				"ldir -> other/deep\n"
				"up -> ldir/../net\n"
				"loop -> loop\n"
				"mounts -> auto/host\n";

static void invent(struct mounts *m, const char *root, const char *net, const char *automount,
		   uint64_t own)
{
	char source[] = "";
	struct mount at[] = {
		{.id = own, .path = (char *)(uintptr_t)root, .fstype = (char[]){"ext4"}},
		{.id = SERVER,
		 .path = (char *)(uintptr_t)net,
		 .fstype = (char[]){"nfs"},
		 .network = true},
		{.id = 19, .path = (char *)(uintptr_t)automount, .fstype = (char[]){"autofs"}},
	};

	for (size_t i = 0; i < ARRAY_LEN(at); i++)
		at[i].source = source;
	mounts_keep(m, &(struct mount_list){.at = at, .n = ARRAY_LEN(at)});
}

static void each_step_is_judged(void **state)
{
	static const struct {
		const char *link;
		bool far;
	} cases[] = {
		{"straight", true}, {"mid", true},    {"by.mid", true}, {"one", true},
		{"mounts", true},   {"local", false}, {"up", false},    {"absent", false},
		{"loop", false},    {"none", false},
	};
	struct tree *t = tree_new(tree_text);
	struct mounts *m;

	(void)state;
	assert_int_equal(mounts_new(&m), 0);
	assert_false(far_link(m, tree_path(t, "straight"), OWN)); /* no table: nothing is known */
	{
		char net[4096];

		snprintf(net, sizeof(net), "%s/net", t->path);
		invent(m, "/", net, tree_path(t, "auto"), OWN);
	}
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		if (far_link(m, tree_path(t, cases[i].link), OWN) != cases[i].far)
			fail_msg("%s", cases[i].link);
	/* A server's own links lead within it. */
	assert_false(far_link(m, tree_path(t, "straight"), SERVER));
	assert_false(far_link(m, "straight", OWN));
	mounts_free(m);
	tree_free(t);
}

static void without_memory_nothing_is_followed(void **state)
{
	struct tree *t = tree_new(tree_text);
	const char *path = tree_path(t, "local");
	struct mounts *m;
	bool far = true;

	(void)state;
	assert_int_equal(mounts_new(&m), 0);
	invent(m, "/", "/none", "/none", OWN);
	for (unsigned long n = 1; far; n++) {
		nomem_arm(n);
		far = far_link(m, path, OWN);
		assert_true(nomem_disarm() == far);
	}
	mounts_free(m);
	tree_free(t);
}

/* Who asks for facts and previews goes by it. */
static void neither_facts_nor_previews_follow(void **state)
{
	struct previews *previews = previews_new(NULL);
	struct tree *t = tree_new(tree_text);
	struct preview *p;
	struct facts *f;
	struct meta meta;
	uint64_t own = 0;
	char net[4096];

	(void)state;
	assert_int_equal(stat_at(t->fd, "by.mid", &meta, &own), 0);
	snprintf(net, sizeof(net), "%s/net", t->path);
	invent(previews->service.mounts, "/", net, tree_path(t, "auto"), own);
	assert_int_equal(gather_facts(&(struct gather){.mounts = previews->service.mounts},
				      tree_path(t, "by.mid"), &f),
			 0);
	assert_true(f->target_slow);
	assert_string_equal(f->target, "mid/file");
	facts_free(f);
	p = previews_of(previews, tree_path(t, "by.mid"));
	assert_int_equal(p->kind, PREVIEW_LINK);
	assert_int_equal(p->nlines, 1);
	previews_expect_line(p, 0, "mid/file");
	assert_int_equal(p->lines[0].type, 0);
	assert_string_equal(p->reason.buf, "not followed: on a network file system");
	preview_free(p);
	p = previews_of(previews, tree_path(t, "local"));
	assert_int_equal(p->lines[0].type, 'd');
	preview_free(p);
	previews_free(previews);
	tree_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_step_is_judged),
		cmocka_unit_test(without_memory_nothing_is_followed),
		cmocka_unit_test(neither_facts_nor_previews_follow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
