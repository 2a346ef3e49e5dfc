/* SPDX-License-Identifier: MIT */
#include "../../lib/test.h"

#include "../../lib/nomem.h"

#include "model/trashed_rows.h"

#include <errno.h>
#include <sys/stat.h>

#define KNOWN true

static int setup(void **state)
{
	*state = trashed_rows_new();
	return *state ? 0 : -1;
}

static int teardown(void **state)
{
	trashed_rows_free(*state);
	return 0;
}

static int add_dir(struct trashed_rows *t, uint32_t number, const char *path)
{
	struct trash_told told = {.number = number,
				  .home = number == 0,
				  .path = strdup(path),
				  .top = strdup("/top"),
				  .id = {1, 10 + number},
				  .files = {1, 50 + number}};
	/* What makes the news is refused memory here, too. */
	int r = told.path && told.top ? trashed_rows_dir(t, &told) : -ENOMEM;

	free(told.path);
	free(told.top);
	return r;
}

static int add(struct trashed_rows *t, uint32_t number, const char *name, const char *origin,
	       uint64_t size, bool known)
{
	struct trash_found f = {.name = (char *)(uintptr_t)name,
				.origin = (char *)(uintptr_t)origin,
				.state = origin ? TRASH_WHOLE : TRASH_UNKNOWN,
				.deleted = 1000,
				.size = size,
				.size_known = known,
				.meta = {.mode = known ? S_IFREG | 0644 : S_IFDIR | 0755,
					 .nlink = 1,
					 .id = {1, 77}}};

	return trashed_rows_items(t, number, &f, 1);
}

static uint32_t find(const struct trashed_rows *t, uint32_t number, const char *name)
{
	return trashed_rows_find(t, (struct file_id){1, 50 + number}, name, strlen(name));
}

static void a_row_keeps_its_id_while_it_is_the_same(void **state)
{
	struct trashed_rows *t = *state;
	struct trashed_thing thing;
	uint32_t a, b;

	assert_int_equal(add_dir(t, 0, "/h/Trash"), 0);
	assert_int_equal(add(t, 0, "a", "/x/a", 10, KNOWN), 0);
	assert_int_equal(add(t, 0, "b.2", "/x/b", 20, KNOWN), 0);
	a = find(t, 0, "a");
	b = find(t, 0, "b.2");
	assert_true(a != b && a != NAMES_NONE && b != NAMES_NONE);
	trashed_rows_told(t, 0, NULL);
	assert_int_equal(trashed_rows_total(t).size, 30);
	/* Again: one as it was, one that came from somewhere else, one is gone. */
	assert_int_equal(add_dir(t, 0, "/h/Trash"), 0);
	assert_int_equal(add(t, 0, "a", "/x/a", 15, KNOWN), 0);
	assert_int_equal(add(t, 0, "b.2", "/y/b", 20, KNOWN), 0);
	trashed_rows_told(t, 0, NULL);
	assert_int_equal(find(t, 0, "a"), a);
	assert_true(find(t, 0, "b.2") != b);
	assert_false(trashed_rows_thing(t, b, &thing));
	assert_true(trashed_rows_thing(t, find(t, 0, "b.2"), &thing));
	assert_string_equal(thing.name, "b.2");
	assert_string_equal(thing.shown, "b");
	assert_string_equal(thing.origin, "/y");
	assert_string_equal(thing.dir->path, "/h/Trash");
	assert_string_equal(thing.dir->files_path, "/h/Trash/files");
	assert_int_equal(trashed_rows_total(t).size, 35);
	assert_int_equal(trashed_rows_total(t).things, 2);
}

struct gone {
	char names[64];
};

static void note_gone(void *ctx, struct file_id files, const char *name, size_t len)
{
	struct gone *g = ctx;

	assert_int_equal(files.ino, 50);
	snprintf(g->names + strlen(g->names), sizeof(g->names) - strlen(g->names), "%.*s ",
		 (int)len, name);
}

static void what_is_not_told_again_is_gone(void **state)
{
	struct trashed_rows *t = *state;
	struct gone g = {""};
	const struct trashed_gone gone = {note_gone, &g};

	assert_int_equal(add_dir(t, 0, "/h/Trash"), 0);
	assert_int_equal(add(t, 0, "a", "/x/a", 10, KNOWN), 0);
	assert_int_equal(add(t, 0, "b", NULL, 20, KNOWN), 0);
	trashed_rows_told(t, 0, &gone);
	trashed_rows_all_told(t, &gone);
	assert_string_equal(g.names, "");
	assert_int_equal(trashed_rows_total(t).odd, 1);
	assert_int_equal(add_dir(t, 0, "/h/Trash"), 0);
	assert_int_equal(add(t, 0, "b", NULL, 20, KNOWN), 0);
	trashed_rows_told(t, 0, &gone);
	assert_string_equal(g.names, "a ");
	/* A whole trash goes. */
	trashed_rows_begin(t);
	trashed_rows_all_told(t, &gone);
	assert_string_equal(g.names, "a b ");
	assert_int_equal(trashed_rows_dirs(t), 0);
	assert_int_equal(trashed_rows_total(t).things, 0);
	/* And comes back. */
	assert_int_equal(add_dir(t, 0, "/h/Trash"), 0);
	assert_int_equal(add(t, 0, "b", NULL, 20, KNOWN), 0);
	assert_int_equal(trashed_rows_total(t).things, 1);
	assert_int_equal(trashed_rows_dirs(t), 1);
}

static void weights_come_later_and_are_kept(void **state)
{
	struct trashed_rows *t = *state;
	const struct rows *r = trashed_rows_const(t);
	struct trash_weight w[] = {{(char *)(uintptr_t) "d", 4096, 0},
				   {(char *)(uintptr_t) "nobody", 1, 0}};
	CLEANUP(str_done) struct str cell = STR_INIT;
	uint64_t size;
	uint32_t d;

	assert_int_equal(add_dir(t, 0, "/h/Trash"), 0);
	assert_int_equal(add(t, 0, "d", "/x/d", 0, !KNOWN), 0);
	d = find(t, 0, "d");
	assert_false(r->ops->number(r, d, COL_SIZE, &size));
	assert_int_equal(trashed_rows_total(t).unknown, 1);
	trashed_rows_sizes(t, 0, w, 2);
	assert_true(r->ops->number(r, d, COL_SIZE, &size));
	assert_int_equal(size, 4096);
	assert_int_equal(trashed_rows_total(t).unknown, 0);
	assert_int_equal(trashed_rows_total(t).freed, 4096);
	/* Told again without a size, as where it may not be written into the trash. */
	assert_int_equal(add_dir(t, 0, "/h/Trash"), 0);
	assert_int_equal(add(t, 0, "d", "/x/d", 0, !KNOWN), 0);
	assert_true(r->ops->number(r, d, COL_SIZE, &size));
	w[0].err = -EACCES;
	trashed_rows_sizes(t, 0, w, 1);
	assert_false(r->ops->number(r, d, COL_SIZE, &size));
	assert_int_equal(r->ops->cell(r, d, COL_SIZE, &cell), 0);
	assert_string_equal(cell.buf, "?");
}

static void several_trashes_have_a_column(void **state)
{
	struct trashed_rows *t = *state;
	const enum column *columns = trashed_rows_const(t)->columns;

	assert_int_equal(add_dir(t, 0, "/h/Trash"), 0);
	assert_int_equal(add_dir(t, 3, "/m/.Trash-0"), 0);
	assert_int_equal(add(t, 0, "a", "/x/a", 10, KNOWN), 0);
	assert_ptr_equal(trashed_rows_const(t)->columns, columns);
	assert_int_equal(add(t, 3, "a", "/top/a", 10, KNOWN), 0);
	assert_true(trashed_rows_const(t)->columns != columns);
	assert_true(find(t, 0, "a") != find(t, 3, "a"));
	/* What nobody has announced is not taken. */
	assert_int_equal(add(t, 9, "z", "/z", 10, KNOWN), 0);
	assert_int_equal(trashed_rows_total(t).things, 2);
}

/* Links elsewhere: removing it here frees nothing. */
static void links_free_nothing(void **state)
{
	struct trashed_rows *t = *state;
	struct trash_found f = {.name = (char *)(uintptr_t) "l",
				.origin = (char *)(uintptr_t) "/l",
				.size = 512,
				.size_known = true,
				.deleted = INT64_MIN,
				.meta = {.mode = S_IFREG, .nlink = 2}};
	const struct rows *r = trashed_rows_const(t);
	uint64_t n;

	assert_int_equal(add_dir(t, 0, "/h/Trash"), 0);
	assert_int_equal(trashed_rows_items(t, 0, &f, 1), 0);
	assert_int_equal(trashed_rows_total(t).size, 512);
	assert_int_equal(trashed_rows_total(t).freed, 0);
	assert_int_equal(trashed_rows_total(t).linked, 1);
	assert_false(r->ops->number(r, 0, COL_DATE, &n));
	/* The root of everything has no name: that of the trash stands for it. */
	f.origin = (char *)(uintptr_t) "/";
	assert_int_equal(trashed_rows_items(t, 0, &f, 1), 0);
	assert_int_equal(trashed_rows_total(t).things, 1);
}

static void origins_are_ordered_by_their_paths(void **state)
{
	struct trashed_rows *t = *state;
	const struct rows *r = trashed_rows_const(t);
	uint64_t a, b, c, none;

	assert_int_equal(add_dir(t, 0, "/h/Trash"), 0);
	assert_int_equal(add(t, 0, "c", "/z/c", 1, KNOWN), 0);
	assert_int_equal(add(t, 0, "a", "/a/a", 1, KNOWN), 0);
	assert_int_equal(add(t, 0, "b", "/a/b/b", 1, KNOWN), 0);
	assert_int_equal(add(t, 0, "n", NULL, 1, KNOWN), 0);
	assert_true(r->ops->rank(r, find(t, 0, "c"), SORT_ORIGIN, &c));
	assert_true(r->ops->rank(r, find(t, 0, "a"), SORT_ORIGIN, &a));
	assert_true(r->ops->rank(r, find(t, 0, "b"), SORT_ORIGIN, &b));
	assert_true(r->ops->rank(r, find(t, 0, "n"), SORT_ORIGIN, &none));
	assert_true(none < a && a < b && b < c);
}

static void out_of_memory(void **state)
{
	(void)state;
	for (unsigned long n = 1;; n++) {
		struct trashed_rows *t;
		struct trashed_thing thing;
		int r = 0;

		nomem_arm(n);
		t = trashed_rows_new();
		if (t) {
			r = add_dir(t, 0, "/h/Trash");
			for (int i = 0; r == 0 && i < 20; i++) {
				char name[16], origin[32];

				snprintf(name, sizeof(name), "n%d", i);
				snprintf(origin, sizeof(origin), "/d%d/n%d", i, i);
				r = add(t, 0, name, origin, 1, KNOWN);
			}
		}
		if (!nomem_disarm()) {
			assert_int_equal(trashed_rows_total(t).things, 20);
			trashed_rows_free(t);
			break;
		}
		/* Whatever came in before is whole. */
		for (uint32_t id = 0; t && id < rows_count(trashed_rows_const(t)); id++)
			if (trashed_rows_thing(t, id, &thing))
				assert_true(thing.name[0] == 'n' && thing.shown[0] == 'n');
		trashed_rows_free(t);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_row_keeps_its_id_while_it_is_the_same),
		TEST(what_is_not_told_again_is_gone),
		TEST(weights_come_later_and_are_kept),
		TEST(several_trashes_have_a_column),
		TEST(links_free_nothing),
		TEST(origins_are_ordered_by_their_paths),
		cmocka_unit_test(out_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
