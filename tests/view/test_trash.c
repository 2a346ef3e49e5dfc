/* SPDX-License-Identifier: MIT
 *
 * The view of the trash, drawn: what is there, what is odd, what is hostile, who does not answer.
 */
#include "stage.h"

#define HOME_TRASH STAGE_HOME "/.local/share/Trash"

struct thing {
	const char *name, *origin; /* NULL: not known */
	const char *deleted;
	uint32_t mode;
	uint64_t size;
	bool weighed;
	uint32_t nlink;
	enum trash_state state;
};

static const struct thing things[] = {
	{"report.pdf", STAGE_HOME "/Documents/report.pdf", "2026-11-03 09:59", S_IFREG | 0644,
	 4300800, true, 1, TRASH_WHOLE},
	{"report.2.pdf", STAGE_HOME "/Documents/drafts/2026/autumn/report.pdf", "2026-11-02 08:15",
	 S_IFREG | 0644, 12288, true, 1, TRASH_WHOLE},
	{"node_modules", STAGE_HOME "/site/web/node_modules", "2026-10-29 17:40", S_IFDIR | 0755,
	 734003200, true, 9, TRASH_WHOLE},
	{"old-uploads", STAGE_HOME "/site/uploads/2019", "2026-10-12 11:00", S_IFDIR | 0755, 0,
	 false, 5, TRASH_WHOLE},
	{"run.sh", "/srv/bin/run.sh", "2026-09-01 23:01", S_IFLNK | 0777, 4096, true, 1,
	 TRASH_WHOLE},
	{"notes.txt", STAGE_HOME "/notes.txt", "2026-05-02 12:00", S_IFREG | 0600, 4096, true, 2,
	 TRASH_WHOLE},
	{"lost.tar.gz", STAGE_HOME "/backup/lost.tar.gz", "2025-11-01 03:00", 0, 0, false, 0,
	 TRASH_INFO_ALONE},
	{"core.4711", NULL, NULL, S_IFREG | 0600, 268435456, true, 1, TRASH_UNKNOWN},
};

static const struct thing hostile[] = {
	{"evil", "/tmp/\x1b[2J\x1b]0;x\x07/r\x1b[31med\nline\xff", "2026-11-03 09:00",
	 S_IFREG | 0644, 4096, true, 1, TRASH_WHOLE},
	{"wide", STAGE_HOME "/日本語/日本語の長い名前が続く日本語の長い名前.txt",
	 "2038-01-19 03:14", S_IFREG | 04755, 1099511627776, true, 1, TRASH_WHOLE},
	{"a\x1b[1mb", NULL, NULL, S_IFIFO | 0600, 0, true, 1, TRASH_UNKNOWN},
};

static uint64_t ticket_of(const struct stage *s)
{
	return model_trashed(s->model)->ticket;
}

static void tell_dir(struct stage *s, uint32_t number, const char *path, const char *top)
{
	struct fs_event e = {.kind = FS_TRASH_DIR, .ticket = ticket_of(s)};

	e.u.trash_dir = (struct trash_told){.number = number,
					    .home = number == 0,
					    .path = stage_dup(path),
					    .top = stage_dup(top),
					    .id = {1, 900 + number},
					    .files = {1, 950 + number}};
	stage_apply(s, &e);
	free(e.u.trash_dir.path);
	free(e.u.trash_dir.top);
}

static void tell_things(struct stage *s, uint32_t number, const struct thing *at, size_t n)
{
	struct fs_event e = {.kind = FS_TRASH_ITEMS, .ticket = ticket_of(s)};

	e.u.trash_items.at = calloc(n, sizeof(*e.u.trash_items.at));
	e.u.trash_items.n = (uint32_t)n;
	e.u.trash_items.number = number;
	for (size_t i = 0; i < n; i++)
		e.u.trash_items.at[i] = (struct trash_found){
			.name = stage_dup(at[i].name),
			.origin = stage_dup(at[i].origin),
			.why = at[i].origin ? NULL : "there is no information on where it was",
			.state = at[i].state,
			.deleted = at[i].deleted ? stage_time(at[i].deleted) : INT64_MIN,
			.size_known = at[i].weighed,
			.size = at[i].size,
			.meta = {.mode = at[i].mode,
				 .size = at[i].size,
				 .nlink = at[i].nlink,
				 .id = {1, 1000 + i}}};
	stage_apply(s, &e);
	for (size_t i = 0; i < n; i++) {
		free(e.u.trash_items.at[i].name);
		free(e.u.trash_items.at[i].origin);
	}
	free(e.u.trash_items.at);
}

static void tell_places(struct stage *s, const char *path, bool network)
{
	struct trash_place place = {.path = stage_dup(path), .network = network};
	struct fs_event e = {.kind = FS_TRASH_PLACES, .ticket = ticket_of(s)};

	e.u.trash_places.at = &place;
	e.u.trash_places.n = path != NULL;
	stage_apply(s, &e);
	free(place.path);
}

static void tell_over(struct stage *s, uint32_t place)
{
	struct fs_event e = {.kind = FS_TRASH_OVER, .ticket = ticket_of(s)};

	e.u.trash_over.place = place;
	stage_apply(s, &e);
}

static void open_trash(struct stage *s, const struct thing *at, size_t n)
{
	stage_open_typical(s);
	assert_int_equal(model_view_trash(s->model), 0);
	tell_places(s, NULL, false);
	tell_dir(s, 0, HOME_TRASH, STAGE_HOME "/.local/share");
	tell_things(s, 0, at, n);
	tell_over(s, 0);
	stage_settle(s);
}

static void test_trash(void **state)
{
	struct stage s = {0};

	(void)state;
	open_trash(&s, things, ARRAY_LEN(things));
	list_move(model_list(s.model), 1);
	assert_int_equal(model_mark_toggle(s.model, 2), 0);
	stage_compare(&s, "trash");
	/* What is odd is said below. */
	s.canvas.ascii = true;
	assert_true(list_move_to_name(model_list(s.model), "core.4711", 9));
	stage_compare(&s, "trash-ascii");
	stage_close(&s);
}

static void test_empty(void **state)
{
	struct stage s = {0};

	(void)state;
	open_trash(&s, NULL, 0);
	stage_compare(&s, "trash-empty");
	stage_close(&s);
}

static void test_hostile(void **state)
{
	struct stage s = {0};

	(void)state;
	open_trash(&s, hostile, ARRAY_LEN(hostile));
	list_move(model_list(s.model), 1);
	stage_compare(&s, "trash-hostile");
	stage_close(&s);
}

/* Several of them, sorted by where things were; a server does not answer. */
static void test_waiting(void **state)
{
	struct stage s = {0};

	(void)state;
	stage_open_typical(&s);
	assert_int_equal(model_view_trash(s.model), 0);
	tell_places(&s, "/srv/backup", true);
	tell_dir(&s, 0, HOME_TRASH, STAGE_HOME "/.local/share");
	tell_things(&s, 0, things, 3);
	tell_over(&s, 0);
	tell_dir(&s, 3, "/srv/backup/.Trash-1001", "/srv/backup");
	tell_things(&s, 3, &things[3], 2);
	assert_int_equal(model_sort(s.model, SORT_ORIGIN), 0);
	s.now_ms += 2000;
	stage_settle(&s);
	model_set_stall(s.model, ticket_of(&s), 3000);
	stage_compare(&s, "trash-waiting");
	stage_close(&s);
}

static void test_plain(void **state)
{
	struct stage s = {0};

	(void)state;
	open_trash(&s, things, ARRAY_LEN(things));
	s.model->settings.plain = true;
	stage_compare(&s, "plain-trash");
	stage_close(&s);
}

static struct facts *facts_of(const struct stage *s, const char *name)
{
	struct facts *f = calloc(1, sizeof(*f));

	(void)s;
	(void)name;
	assert_non_null(f);
	f->mnt_id = 1;
	f->meta = (struct meta){.mode = S_IFREG | 0644,
				.size = 12001,
				.blocks = 24,
				.uid = UID_DEPLOY,
				.gid = GID_WWW,
				.nlink = 1,
				.mtime = stage_time("2026-10-30 10:00"),
				.ctime = stage_time("2026-11-02 08:15"),
				.btime = INT64_MIN};
	return f;
}

static struct preview *preview_of(const struct stage *s, const char *name)
{
	(void)s;
	(void)name;
	return NULL;
}

static void test_pane(void **state)
{
	struct stage s = {.pane = true, .facts = facts_of, .preview = preview_of};

	(void)state;
	open_trash(&s, things, ARRAY_LEN(things));
	s.model->settings.info_pane = PANE_ON;
	list_move(model_list(s.model), 1);
	s.now_ms += 2000;
	stage_compare(&s, "trash-pane");
	stage_close(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_trash),   cmocka_unit_test(test_empty),
		cmocka_unit_test(test_hostile), cmocka_unit_test(test_waiting),
		cmocka_unit_test(test_plain),   cmocka_unit_test(test_pane),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
