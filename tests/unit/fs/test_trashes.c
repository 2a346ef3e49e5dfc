/* SPDX-License-Identifier: MIT
 *
 * Looking into every trash: what a browser is told of the one in a home made for it, and of others
 * on file systems mounted for the test. Trash of the machine may be told, too, and is passed over.
 */
#include "browsing.h"

#include "../../lib/as_user.h"
#include "../../lib/hang.h"
#include "../../lib/memdir.h"
#include "../../lib/nomem.h"

#include <errno.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/str.h"

#define TRASH "home/.local/share/Trash/"
#define HEAD  "\"[Trash Info]\\nPath="

static int setup(void **state)
{
	*state = begin_browsing("home/\n");
	return 0;
}

static int teardown(void **state)
{
	end_browsing(*state);
	fault_reset();
	memdir_end();
	return 0;
}

static void ask(struct fixture *f)
{
	const struct trash_ask a = {.home = tree_path(f->tree, "home")};

	browse_trash(f->b, TICKET, &a);
}

/* ---- what is told ---- */

/* A line for each thing of one number. */
static void note(struct str *out, const struct fs_event *e, uint32_t number)
{
	static const char *const states[] = {"whole", "unknown", "info"};

	for (uint32_t i = 0; e->u.trash_items.number == number && i < e->u.trash_items.n; i++) {
		const struct trash_found *t = &e->u.trash_items.at[i];

		assert_true(t->origin || t->why);
		str_addf(out, "%s %s %s%s%s\n", states[t->state], t->name,
			 t->origin ? t->origin : "-", t->deleted == INT64_MIN ? " undated" : "",
			 t->size_known ? "" : " unweighed");
	}
}

/* Everything that is told until a place is over; *ret_over (may be NULL) gets that event. */
static void until_over(struct fixture *f, uint32_t place, struct str *out,
		       struct fs_event **ret_over)
{
	struct fs_event *e = NULL, *items;
	bool found = false;

	while (!found) {
		fs_event_free(e);
		e = answers_get(&f->a, FS_TRASH_OVER, TICKET);
		found = e->u.trash_over.place == place;
	}
	while ((items = answers_peek(&f->a, FS_TRASH_ITEMS, TICKET))) {
		for (uint32_t number = place * 2; out && number < place * 2 + 2; number++)
			note(out, items, number);
		fs_event_free(items);
	}
	if (ret_over)
		*ret_over = e;
	else
		fs_event_free(e);
}

static bool has(const struct str *out, const char *line)
{
	if (out->len && strstr(out->buf, line))
		return true;
	print_message("no \"%s\" in:\n%s", line, out->len ? out->buf : "");
	return false;
}

static void tells_what_is_in_the_home(void **state)
{
	struct fixture *f = *state;
	CLEANUP(str_done) struct str out = STR_INIT;
	struct fs_event *e;

	tree_add(f->tree, TRASH "files/a 10\n" TRASH "files/dir/x 5000\n" TRASH
				"files/orphan 3\n" TRASH "info/a.trashinfo " HEAD
				"/srv/where/a\\nDeletionDate=2026-11-06T12:00:00\\n\"\n" TRASH
				"info/dir.trashinfo " HEAD "/srv/dir\\n\"\n" TRASH
				"info/gone.trashinfo " HEAD "/srv/gone\\n\"\n");
	ask(f);
	until_over(f, 0, &out, &e);
	assert_int_equal(e->err, 0);
	assert_false(e->u.trash_over.unchanged);
	fs_event_free(e);
	assert_true(has(&out, "whole a /srv/where/a\n"));
	assert_true(has(&out, "whole dir /srv/dir undated unweighed\n"));
	assert_true(has(&out, "unknown orphan - undated\n"));
	assert_true(has(&out, "info gone /srv/gone undated unweighed\n"));
	e = answers_get(&f->a, FS_TRASH_DIR, TICKET);
	assert_int_equal(e->err, 0);
	assert_true(e->u.trash_dir.home);
	assert_string_equal(e->u.trash_dir.path, tree_path(f->tree, "home/.local/share/Trash"));
	assert_true(e->u.trash_dir.files.ino != 0);
	fs_event_free(e);
	e = answers_get(&f->a, FS_TRASH_PLACES, TICKET);
	assert_int_equal(e->err, 0);
	for (uint32_t i = 0; i < e->u.trash_places.n; i++)
		assert_int_equal(e->u.trash_places.at[i].path[0], '/');
	fs_event_free(e);
	e = answers_get(&f->a, FS_TRASH_SIZES, TICKET);
	assert_int_equal(e->u.trash_sizes.number, 0);
	assert_int_equal(e->u.trash_sizes.n, 1);
	assert_string_equal(e->u.trash_sizes.at[0].name, "dir");
	assert_int_equal(e->u.trash_sizes.at[0].err, 0);
	assert_true(e->u.trash_sizes.at[0].bytes > 0);
	fs_event_free(e);
	/* Nothing was written, for that was not asked for. */
	assert_int_equal(access(tree_path(f->tree, TRASH "directorysizes"), F_OK), -1);
	close_it(f);
}

static void keeps_sizes_when_asked(void **state)
{
	struct fixture *f = *state;
	const struct trash_ask a = {.home = tree_path(f->tree, "home"), .keep = true};
	CLEANUP(str_done) struct str out = STR_INIT;
	struct fs_event *e;

	/* There is nothing to weigh anywhere else where this user may have written. */
	tree_add(f->tree, TRASH "files/dir/x 5000\n" TRASH "files/two/y 9000\n" TRASH
				"info/dir.trashinfo " HEAD "/srv/dir\\n\"\n" TRASH
				"info/two.trashinfo " HEAD "/srv/two\\n\"\n");
	browse_trash(f->b, TICKET, &a);
	until_over(f, 0, NULL, NULL);
	e = answers_get(&f->a, FS_TRASH_SIZES, TICKET);
	fs_event_free(e);
	close_it(f);
	ask(f);
	until_over(f, 0, &out, NULL);
	assert_true(has(&out, "whole dir /srv/dir undated\n"));
	assert_true(has(&out, "whole two /srv/two undated\n"));
	close_it(f);
}

/* A home without a trash is nothing to speak of, one of somebody else is. */
static void a_home_that_is_not_ours(void **state)
{
	struct fixture *f = *state;
	struct fs_event *e;

	ask(f);
	until_over(f, 0, NULL, &e);
	assert_int_equal(e->err, 0);
	fs_event_free(e);
	close_it(f);
	if (geteuid() != 0) {
		print_message("SKIPPED: only root has others' homes\n");
		return;
	}
	tree_add(f->tree, TRASH "files/a\n" TRASH "info/\n");
	assert_int_equal(chown(tree_path(f->tree, "home"), 1234, 1234), 0);
	ask(f);
	until_over(f, 0, NULL, NULL);
	e = answers_get(&f->a, FS_TRASH_DIR, TICKET);
	assert_int_equal(e->err, -EPERM);
	assert_string_equal(e->u.trash_dir.why, "the home directory belongs to somebody else");
	fs_event_free(e);
	assert_null(answers_peek(&f->a, FS_TRASH_ITEMS, TICKET));
	close_it(f);
}

/* What changes is told, and then only that trash is read again. */
static void changes_are_told(void **state)
{
	struct fixture *f = *state;
	CLEANUP(str_done) struct str out = STR_INIT;
	struct fs_event *e;

	tree_add(f->tree, TRASH "files/a 10\n" TRASH "info/a.trashinfo " HEAD "/srv/a\\n\"\n");
	ask(f);
	until_over(f, 0, NULL, &e);
	assert_true(e->u.trash_over.watched);
	fs_event_free(e);
	browse_trash_look(f->b, TICKET);
	until_over(f, 0, &out, &e);
	assert_true(e->u.trash_over.unchanged);
	assert_int_equal(out.len, 0);
	fs_event_free(e);
	tree_add(f->tree, TRASH "files/b 10\n");
	browse_watch_read(f->b);
	e = answers_get(&f->a, FS_CHANGED, TICKET);
	fs_event_free(e);
	browse_trash_look(f->b, TICKET);
	until_over(f, 0, &out, &e);
	assert_false(e->u.trash_over.unchanged);
	fs_event_free(e);
	assert_true(has(&out, "unknown b - undated\n"));
	assert_true(has(&out, "whole a /srv/a undated\n"));
	close_it(f);
	assert_int_equal(fault_open_fds(), 1); /* inotify */
}

/* Whoever can write there may have written anything. */
static void hostile_information(void **state)
{
	struct fixture *f = *state;
	CLEANUP(str_done) struct str out = STR_INIT;

	tree_add(f->tree, TRASH
		 "files/up\n" TRASH "files/long\n" TRASH "files/esc\n" TRASH "files/fifo\n" TRASH
		 "files/binary\n" TRASH "files/dated\n" TRASH "files/r\\e[31med\\n\n" TRASH
		 "info/up.trashinfo " HEAD "/home/../etc/passwd\\n\"\n" TRASH
		 "info/long.trashinfo " HEAD "/x\\R4096;/y\\nDeletionDate=9\\R4096;\\n\"\n" TRASH
		 "info/esc.trashinfo " HEAD "/a%1b%5b31m%0a%ffb\\n\"\n" TRASH
		 "info/fifo.trashinfo|\n" TRASH "info/binary.trashinfo \"\\x01\\xff\\xfe\"\n" TRASH
		 "info/dated.trashinfo " HEAD "/d\\nDeletionDate=2026-99-99T99:99:99\\n\"\n" TRASH
		 "info/.trashinfo \"x\"\n" TRASH "info/no-suffix\n");
	ask(f);
	until_over(f, 0, &out, NULL);
	assert_true(has(&out, "unknown up - undated\n"));
	assert_true(has(&out, "unknown fifo - undated\n"));
	assert_true(has(&out, "unknown binary - undated\n"));
	assert_true(has(&out, "whole esc /a\x1b[31m\n\xff"
			      "b undated\n"));
	assert_true(has(&out, "whole dated /d undated\n"));
	assert_true(has(&out, "unknown r\x1b[31med\n - undated\n"));
	assert_null(strstr(out.buf, "info "));
	close_it(f);
}

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static int setup_memory(void **state)
{
	memdir_setup(state);
	return setup(state);
}

/* Ten thousand things in less than a second. */
static void many(void **state)
{
	struct fixture *f = *state;
	CLEANUP(str_done) struct str text = STR_INIT;
	const char *slow = getenv("TEST_SLOW");
	double start, took;
	struct fs_event *e;
	size_t n = 0;

	for (int i = 0; i < 10000; i++)
		str_addf(&text,
			 TRASH "files/f%d\n" TRASH "info/f%d.trashinfo " HEAD "/srv/d%d/f%d\\n\"\n",
			 i, i, i % 100, i);
	tree_add(f->tree, text.buf);
	start = seconds();
	ask(f);
	do {
		e = answers_get(&f->a, FS_TRASH_ITEMS, TICKET);
		if (e->u.trash_items.number == 0) {
			/* The first are there soon. */
			assert_true(n > 0 || e->u.trash_items.n <= 64);
			n += e->u.trash_items.n;
		}
		fs_event_free(e);
	} while (n < 10000);
	took = seconds() - start;
	print_message("10000 things in %.3f s\n", took);
	assert_true(took < 1.0 * (slow ? atof(slow) : 1));
	close_it(f);
}

/* Closing while everything is under way: nothing is sent, nothing stays open. */
static void closing_at_any_time(void **state)
{
	struct fixture *f = *state;

	tree_add(f->tree, TRASH "files/d1/ *300\n" TRASH "files/d2/ *300\n" TRASH "info/\n");
	for (int i = 0; i < 30; i++) {
		ask(f);
		for (int k = 0; k < i * 50; k++)
			sched_yield();
		close_it(f);
	}
	assert_int_equal(fault_open_fds(), 1);
}

static void out_of_memory_is_told(void **state)
{
	struct fixture *f = *state;
	const struct trash_ask a = {.home = tree_path(f->tree, "home")};

	tree_add(f->tree, TRASH "files/a\n" TRASH "info/\n");
	for (unsigned long n = 1;; n++) {
		struct fs_event *e;
		bool failed;

		nomem_arm(n);
		browse_trash(f->b, TICKET, &a);
		failed = nomem_disarm();
		until_over(f, 0, NULL, &e);
		assert_true(e->err == 0 || (failed && e->err == -ENOMEM));
		fs_event_free(e);
		e = answers_get(&f->a, FS_TRASH_PLACES, TICKET);
		assert_true(e->err == 0 || (failed && e->err == -ENOMEM));
		fs_event_free(e);
		close_it(f);
		if (!failed)
			break;
	}
}

/* Every system call fails once: what is told says so, or is whole. */
static void errors_are_told(void **state)
{
	static const enum fault_call calls[] = {FAULT_openat, FAULT_statx, FAULT_getdents,
						FAULT_read};
	struct fixture *f = *state;

	tree_add(f->tree, TRASH "files/a\n" TRASH "info/a.trashinfo " HEAD "/srv/a\\n\"\n");
	for (size_t c = 0; c < sizeof(calls) / sizeof(calls[0]); c++) {
		for (unsigned n = 1; n < 25; n++) {
			CLEANUP(str_done) struct str out = STR_INIT;
			struct fs_event *over, *dir;

			fault_fail(calls[c], n, EIO, false);
			ask(f);
			until_over(f, 0, &out, &over);
			dir = answers_peek(&f->a, FS_TRASH_DIR, TICKET);
			assert_true(over->err || (dir && dir->err) ||
				    (out.len && strstr(out.buf, " a ")));
			fs_event_free(over);
			fs_event_free(dir);
			close_it(f); /* and nothing goes on any more */
			fault_fail(calls[c], 0, 0, false);
		}
	}
}

/* ---- other file systems ---- */

static uint32_t place_of(struct fixture *f, const char *path)
{
	struct fs_event *e = answers_get(&f->a, FS_TRASH_PLACES, TICKET);
	uint32_t place = 0;

	for (uint32_t i = 0; i < e->u.trash_places.n; i++)
		if (strcmp(e->u.trash_places.at[i].path, path) == 0)
			place = i + 1;
	fs_event_free(e);
	assert_true(place > 0);
	return place;
}

static void in_namespace(void *ctx)
{
	struct fixture *f;
	CLEANUP(str_done) struct str out = STR_INIT;
	uint32_t place;

	(void)ctx;
	assert_int_equal(setup((void **)&f), 0);
	tree_add(f->tree, "stick/\nagain/\n");
	assert_int_equal(mount("none", tree_path(f->tree, "stick"), "tmpfs", 0, NULL), 0);
	assert_int_equal(mount(tree_path(f->tree, "stick"), tree_path(f->tree, "again"), NULL,
			       MS_BIND, NULL),
			 0);
	tree_add(f->tree, "stick/.Trash-0/files/own\nstick/.Trash-0/info/own.trashinfo " HEAD
			  "dir/own\\n\"\n"
			  "stick/.Trash/0/files/shared\nstick/.Trash/0/info/shared.trashinfo " HEAD
			  "shared\\n\"\nstick/.Trash/ :1777\n");
	ask(f);
	place = place_of(f, tree_path(f->tree, "stick"));
	until_over(f, place, &out, NULL);
	str_clear(&out);
	close_it(f);
	/* Through whichever mount: once. */
	ask(f);
	place = place_of(f, tree_path(f->tree, "stick"));
	while (browse_busy(f->b) > 0)
		sched_yield();
	for (struct fs_event *e; (e = answers_peek(&f->a, FS_TRASH_ITEMS, TICKET));) {
		note(&out, e, place * 2);
		note(&out, e, place * 2 + 1);
		note(&out, e, (place + 1) * 2);
		note(&out, e, (place + 1) * 2 + 1);
		fs_event_free(e);
	}
	assert_true(has(&out, "whole own "));
	assert_true(has(&out, "/dir/own undated\n"));
	assert_true(has(&out, "whole shared "));
	assert_null(strstr(strstr(out.buf, "whole own ") + 1, "whole own "));
	close_it(f);
	assert_int_equal(umount(tree_path(f->tree, "again")), 0);
	/* Nothing keeps it busy. */
	assert_int_equal(umount(tree_path(f->tree, "stick")), 0);
	assert_int_equal(teardown((void **)&f), 0);
}

static void other_file_systems(void **state)
{
	(void)state;
	as_mounter(in_namespace, NULL);
}

/* A server that does not answer holds up nobody but itself. */
static void a_hung_mount(void **state)
{
	struct hang *h = hang_new();
	struct fixture *f;
	CLEANUP(str_done) struct str out = STR_INIT;
	struct fs_event *e;
	uint32_t place;

	(void)state;
	assert_int_equal(setup((void **)&f), 0);
	tree_add(f->tree, TRASH "files/d/x 100\n" TRASH "info/d.trashinfo " HEAD "/srv/d\\n\"\n");
	hang_stop(h);
	ask(f);
	until_over(f, 0, &out, NULL);
	assert_true(has(&out, "whole d /srv/d undated unweighed\n"));
	e = answers_get(&f->a, FS_TRASH_SIZES, TICKET);
	fs_event_free(e);
	e = answers_get(&f->a, FS_TRASH_PLACES, TICKET);
	place = 0;
	for (uint32_t i = 0; i < e->u.trash_places.n; i++)
		if (strcmp(e->u.trash_places.at[i].path, hang_path(h)) == 0) {
			place = i + 1;
			assert_true(e->u.trash_places.at[i].network);
		}
	fs_event_free(e);
	assert_true(place > 0);
	hang_await_request(h);
	while ((e = answers_peek(&f->a, FS_TRASH_OVER, TICKET))) {
		assert_true(e->u.trash_over.place != place);
		fs_event_free(e);
	}
	hang_go(h);
	until_over(f, place, NULL, &e);
	assert_int_equal(e->err, 0);
	fs_event_free(e);
	close_it(f);
	assert_int_equal(teardown((void **)&f), 0);
	hang_free(h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(tells_what_is_in_the_home, setup, teardown),
		cmocka_unit_test_setup_teardown(keeps_sizes_when_asked, setup, teardown),
		cmocka_unit_test_setup_teardown(a_home_that_is_not_ours, setup, teardown),
		cmocka_unit_test_setup_teardown(changes_are_told, setup, teardown),
		cmocka_unit_test_setup_teardown(hostile_information, setup, teardown),
		cmocka_unit_test_setup_teardown(many, setup_memory, teardown),
		cmocka_unit_test_setup_teardown(closing_at_any_time, setup, teardown),
		cmocka_unit_test_setup_teardown(out_of_memory_is_told, setup, teardown),
		cmocka_unit_test_setup_teardown(errors_are_told, setup, teardown),
		cmocka_unit_test(other_file_systems),
		cmocka_unit_test(a_hung_mount),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
