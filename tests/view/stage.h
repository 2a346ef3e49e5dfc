/* SPDX-License-Identifier: MIT
 *
 * A stage for view tests: a model that is fed from a made-up directory, a scene, a canvas; and the
 * comparison of what is drawn with the stored drawings tests/view/NAME.draw. Run a test program
 * with UPDATE=1 in the environment to rewrite them.
 */
#ifndef TESTS_VIEW_STAGE_H
#define TESTS_VIEW_STAGE_H

#include "../lib/test.h"

#include "model/state.h"
#include "ui/scene.h"

#include <errno.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>

#define STAGE_HOME "/home/deploy"
#define STAGE_PATH STAGE_HOME "/site/uploads"

struct stage_file {
	const char *name;
	uint32_t mode;
	uint32_t uid, gid;
	uint64_t size;
	const char *modified; /* UTC */
	const char *target;
	int err; /* of its metadata */
};

enum { UID_ROOT = 0, UID_DEV = 1000, UID_DEPLOY = 1001, GID_WWW = 33, GID_DEV = 1000 };

static const struct stage_file stage_typical[] = {
	{"2024", S_IFDIR | 02775, UID_DEV, GID_WWW, 12288, "2026-11-02 14:02", NULL, 0},
	{"2025", S_IFDIR | 02775, UID_DEV, GID_WWW, 4096, "2026-11-02 14:05", NULL, 0},
	{"incoming", S_IFDIR | 0777, UID_DEV, GID_WWW, 4096, "2026-11-03 08:30", NULL, 0},
	{".cache", S_IFDIR | 0700, UID_DEV, GID_DEV, 4096, "2026-01-09 10:00", NULL, 0},
	{".gitignore", S_IFREG | 0644, UID_DEV, GID_DEV, 31, "2026-01-09 10:00", NULL, 0},
	{"banner.psd", S_IFREG | 0664, UID_DEV, GID_WWW, 222298112, "2026-10-30 09:11", NULL, 0},
	{"old-banner.psd", S_IFREG | 0600, UID_ROOT, GID_DEV, 25165824, "2025-01-12 18:40", NULL,
	 0},
	{"run.sh", S_IFLNK | 0777, UID_DEV, GID_WWW, 13, "2026-11-01 10:00", "../bin/run.sh", 0},
	{"backup.tar.zst", S_IFREG | 0640, UID_ROOT, GID_WWW, 25769803776, "2026-11-01 03:00", NULL,
	 0},
	{"catalogue.pdf", S_IFREG | 0664, UID_DEV, GID_WWW, 8912896, "2026-09-14 16:20", NULL, 0},
	{"deploy", S_IFREG | 0755, UID_DEV, GID_WWW, 2210, "2026-08-01 12:00", NULL, 0},
	{"error.log", S_IFREG | 0644, UID_DEPLOY, GID_WWW, 73400320, "2026-11-03 09:58", NULL, 0},
	{"feed.xml", S_IFREG | 0644, UID_DEPLOY, GID_WWW, 18234, "2026-11-03 06:00", NULL, 0},
	{"index.html", S_IFREG | 0644, UID_DEV, GID_WWW, 5120, "2026-10-28 11:45", NULL, 0},
	{"logo.svg", S_IFREG | 0664, UID_DEV, GID_WWW, 3900, "2026-03-02 09:00", NULL, 0},
	{"mail.sock", S_IFSOCK | 0660, UID_ROOT, GID_WWW, 0, "2026-11-03 00:00", NULL, 0},
	{"notes.txt", S_IFREG | 0666, UID_DEV, GID_WWW, 912, "2026-10-02 17:31", NULL, 0},
	{"photo-1.jpg", S_IFREG | 0664, UID_DEV, GID_WWW, 4404019, "2026-10-11 13:37", NULL, 0},
	{"photo-2.jpg", S_IFREG | 0664, UID_DEV, GID_WWW, 4613734, "2026-10-11 13:38", NULL, 0},
	{"photo-10.jpg", S_IFREG | 0664, UID_DEV, GID_WWW, 3984588, "2026-10-11 13:40", NULL, 0},
	{"photo-11.jpg", S_IFREG | 0664, UID_DEV, GID_WWW, 3984590, "2026-10-11 13:41", NULL, 0},
	{"queue", S_IFIFO | 0660, UID_DEPLOY, GID_WWW, 0, "2026-11-03 00:00", NULL, 0},
	{"suid-helper", S_IFREG | 04755, UID_ROOT, GID_DEV, 34816, "2024-05-20 08:00", NULL, 0},
	{"team-photo-with-a-rather-long-name-final-2.tiff", S_IFREG | 0664, UID_DEV, GID_WWW,
	 104857600, "2026-10-12 10:10", NULL, 0},
	{"unreadable.bin", S_IFREG, 0, 0, 0, "2026-10-12 10:10", NULL, -EACCES},
	{"video.mkv", S_IFREG | 0664, UID_DEV, GID_WWW, 1610612736, "2026-10-13 20:00", NULL, 0},
	{"zero", S_IFREG | 0644, 4242, 4243, 0, "2026-10-13 20:01", NULL, 0},
};

struct stage {
	struct model *model;
	struct scene scene;
	struct theme theme;
	struct scene_layout layout;
	struct canvas canvas;
	struct lineedit edit;
	const struct stage_file *files;
	size_t nfiles;
	bool unfinished; /* listings never end */
	bool silent;     /* nothing below the directory is ever answered */
	int list_err;    /* listings fail */
	bool is_root;
	const char *path;    /* NULL: STAGE_PATH */
	const char *content; /* of the file that is viewed */
	size_t content_len;
	bool pane; /* with an info pane where the options have one, */
	struct facts *(*facts)(const struct stage *s, const char *name); /* and what it is told */
	struct preview *(*preview)(const struct stage *s, const char *name);
	int err; /* of both */
	int64_t now_ms;
};

static inline int64_t stage_time(const char *text)
{
	struct tm tm = {0};

	assert_non_null(strptime(text, "%Y-%m-%d %H:%M", &tm));
	return (int64_t)timegm(&tm);
}

static inline char *stage_dup(const char *text)
{
	char *copy = text ? strdup(text) : NULL;

	assert_true(!text || copy);
	return copy;
}

/* ---- events ---- */

static inline void stage_event_done(struct fs_event *e)
{
	switch (e->kind) {
	case FS_LIST_OPENED:
		names_unref(e->u.opened.names);
		break;
	case FS_STAT:
		for (uint32_t i = 0; e->u.stat.items && i < e->u.stat.n; i++) {
			free(e->u.stat.items[i].name);
			free(e->u.stat.items[i].target);
		}
		free(e->u.stat.items);
		break;
	case FS_OWNER:
		free(e->u.owner.name);
		break;
	case FS_SELF:
		free(e->u.self.user);
		free(e->u.self.host);
		free(e->u.self.home);
		break;
	case FS_MOUNTS:
		for (uint32_t i = 0; e->u.mounts.at && i < e->u.mounts.n; i++) {
			free(e->u.mounts.at[i].path);
			free(e->u.mounts.at[i].fstype);
			free(e->u.mounts.at[i].source);
		}
		free(e->u.mounts.at);
		break;
	case FS_COMPLETE:
		for (uint32_t i = 0; e->u.complete.names && i < e->u.complete.n; i++)
			free(e->u.complete.names[i]);
		free(e->u.complete.names);
		break;
	default:
		break;
	}
}

static inline void stage_apply(struct stage *s, struct fs_event *e)
{
	model_apply(s->model, e, s->now_ms);
	stage_event_done(e);
}

static inline struct meta stage_meta(const struct stage_file *f, uint64_t ino)
{
	return (struct meta){
		.id = {.dev = 1, .ino = ino},
		.size = f->size,
		.mtime = stage_time(f->modified),
		.ctime = stage_time(f->modified),
		.btime = INT64_MIN,
		.mode = f->mode,
		.uid = f->uid,
		.gid = f->gid,
		.nlink = 1,
	};
}

static inline enum entry_type stage_type(uint32_t mode)
{
	return rows_type_of_mode(mode);
}

static inline void stage_answer_list(struct stage *s, const struct request *r)
{
	struct fs_event opened = {.kind = FS_LIST_OPENED, .ticket = r->ticket};
	struct fs_event part = {.kind = FS_LIST_PART, .ticket = r->ticket};
	struct fs_event done = {.kind = FS_LIST_DONE, .ticket = r->ticket, .err = s->list_err};
	struct fs_event space = {.kind = FS_SPACE, .ticket = r->ticket};

	if (s->silent)
		return;
	if (!s->list_err) {
		struct names *names = names_new();

		assert_non_null(names);
		for (size_t i = 0; i < s->nfiles; i++)
			assert_int_equal(names_add(names, s->files[i].name,
						   strlen(s->files[i].name),
						   (uint8_t)stage_type(s->files[i].mode), NULL),
					 0);
		opened.u.opened.names = names;
		opened.u.opened.dir.meta.id = (struct file_id){1, 2};
		opened.u.opened.dir.meta.mode = S_IFDIR | 02775;
		opened.u.opened.dir.meta.uid = UID_DEV;
		opened.u.opened.dir.meta.gid = GID_WWW;
		opened.u.opened.dir.watched = true;
		stage_apply(s, &opened);
		part.u.part.count = done.u.part.count = (uint32_t)s->nfiles;
		stage_apply(s, &part);
	}
	if (s->unfinished)
		return;
	stage_apply(s, &done);
	space.u.space =
		(struct space){.total = 107374182400, .free = 34359738368, .avail = 33285996544};
	if (!s->list_err)
		stage_apply(s, &space);
}

static inline void stage_answer_stat(struct stage *s, const struct request *r)
{
	struct fs_event e = {.kind = FS_STAT, .ticket = r->ticket};

	if (s->silent || !r->ids || r->n == 0)
		return;
	e.u.stat.items = calloc(r->n, sizeof(*e.u.stat.items));
	assert_non_null(e.u.stat.items);
	e.u.stat.n = r->n;
	for (uint32_t i = 0; i < r->n; i++) {
		const struct stage_file *f = &s->files[r->ids[i]];
		struct stat_item *item = &e.u.stat.items[i];

		assert_true(r->ids[i] < s->nfiles);
		item->id = r->ids[i];
		item->err = f->err;
		item->meta = stage_meta(f, 100 + r->ids[i]);
		item->target = stage_dup(f->target);
	}
	stage_apply(s, &e);
}

static inline void stage_answer_owner(struct stage *s, const struct request *r)
{
	static const struct {
		bool group;
		uint32_t id;
		const char *name;
	} known[] = {
		{false, UID_ROOT, "root"}, {false, UID_DEV, "dev"}, {false, UID_DEPLOY, "deploy"},
		{true, UID_ROOT, "root"},  {true, GID_WWW, "www"},  {true, GID_DEV, "dev"},
	};
	struct fs_event e = {.kind = FS_OWNER};

	e.u.owner.group = r->group;
	e.u.owner.id = r->id;
	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (known[i].group == r->group && known[i].id == r->id)
			e.u.owner.name = stage_dup(known[i].name);
	stage_apply(s, &e);
}

static inline void stage_answer_mounts(struct stage *s)
{
	static const struct {
		const char *path, *fstype, *source;
		uint64_t total, avail;
		bool ro, network;
	} table[] = {
		{"/", "ext4", "/dev/vda1", 107374182400, 33285996544, false, false},
		{"/boot", "vfat", "/dev/vda2", 536870912, 500000000, true, false},
		{"/srv/backup", "nfs4", "10.0.0.7:/export/backup", 0, 0, false, true},
		{"/tmp", "tmpfs", "tmpfs", 2147483648, 2147483648, false, false},
		{"/mnt/odd\nname\x1b[31m", "fuse.sshfs", "me@host:", 0, 0, false, true},
	};
	struct fs_event e = {.kind = FS_MOUNTS};

	e.u.mounts.n = ARRAY_LEN(table);
	e.u.mounts.at = calloc(ARRAY_LEN(table), sizeof(struct mount));
	assert_non_null(e.u.mounts.at);
	for (uint32_t i = 0; i < ARRAY_LEN(table); i++) {
		struct mount *m = &e.u.mounts.at[i];

		m->id = 20 + i;
		m->parent_id = i ? 20 : 1;
		m->dev = i + 1;
		m->path = stage_dup(table[i].path);
		m->fstype = stage_dup(table[i].fstype);
		m->source = stage_dup(table[i].source);
		m->read_only = table[i].ro;
		m->network = table[i].network;
		m->has_space = table[i].total != 0;
		m->space =
			(struct space){table[i].total, table[i].avail, table[i].avail, table[i].ro};
	}
	stage_apply(s, &e);
}

static inline void stage_answer_complete(struct stage *s, const struct request *r)
{
	static const char *const names[] = {"assets/", "archive/", "access.log", "a\x1b[2Jb",
					    "avatars/"};
	struct fs_event e = {.kind = FS_COMPLETE, .ticket = r->ticket};

	e.u.complete.n = ARRAY_LEN(names);
	e.u.complete.names = calloc(ARRAY_LEN(names), sizeof(char *));
	assert_non_null(e.u.complete.names);
	for (uint32_t i = 0; i < ARRAY_LEN(names); i++)
		e.u.complete.names[i] = stage_dup(names[i]);
	stage_apply(s, &e);
}

static inline void stage_answer_order(struct stage *s, struct request *r)
{
	struct fs_event e = {.kind = FS_ORDER, .ticket = r->ticket};

	e.err = order_run(&r->order, NULL, &e.u.order);
	stage_apply(s, &e);
	order_result_done(&e.u.order);
}

/* The file viewed is the content, with a page in it that cannot be read when it is that long. */
static inline void stage_answer_view(struct stage *s, const struct request *r)
{
	struct fs_event e = {.kind = FS_VIEW_OPENED, .ticket = r->ticket};
	struct textwin *w = &e.u.view_data.window;

	if (r->kind == REQ_VIEW) {
		e.u.view_opened.size = s->content_len;
		e.u.view_opened.type = ENTRY_FILE;
	} else {
		e.kind = FS_VIEW_DATA;
		w->bytes = memcpy(malloc(s->content_len + 1), s->content, s->content_len);
		w->len = s->content_len;
		w->at_end = true;
		e.u.view_data.size = s->content_len;
		if (w->len > 4096)
			w->gaps[w->ngaps++] =
				(struct textgap){.from = 256, .to = 4096, .err = -EIO};
	}
	model_apply(s->model, &e, s->now_ms);
	if (r->kind != REQ_VIEW)
		free((void *)(uintptr_t)w->bytes);
}

static inline void stage_answer_info(struct stage *s, const struct request *r)
{
	struct fs_event e = {.kind = FS_INFO, .ticket = r->ticket, .err = s->err};

	if (s->silent)
		return;
	if (!s->err)
		e.u.facts = s->facts(s, strrchr(r->path, '/') + 1);
	stage_apply(s, &e);
	facts_free(e.u.facts);
}

static inline void stage_answer_preview(struct stage *s, const struct request *r)
{
	struct fs_event e = {.kind = FS_PREVIEW, .ticket = r->ticket, .err = s->err};

	if (s->silent)
		return;
	if (!s->err)
		e.u.preview = s->preview(s, strrchr(r->path, '/') + 1);
	stage_apply(s, &e);
	preview_free(e.u.preview);
}

static inline void stage_answer(struct stage *s, struct request *r)
{
	switch (r->kind) {
	case REQ_VIEW:
	case REQ_VIEW_READ:
		stage_answer_view(s, r);
		break;
	case REQ_LIST:
		stage_answer_list(s, r);
		break;
	case REQ_STAT:
		stage_answer_stat(s, r);
		break;
	case REQ_OWNER:
		stage_answer_owner(s, r);
		break;
	case REQ_MOUNTS:
		stage_answer_mounts(s);
		break;
	case REQ_COMPLETE:
		stage_answer_complete(s, r);
		break;
	case REQ_ORDER:
		stage_answer_order(s, r);
		break;
	case REQ_INFO:
		stage_answer_info(s, r);
		break;
	case REQ_PREVIEW:
		stage_answer_preview(s, r);
		break;
	default:
		break;
	}
}

/* Time passes and everything asked for is answered. */
static inline void stage_settle(struct stage *s)
{
	for (int round = 0; round < 20; round++) {
		struct request r;
		bool any = false;

		s->now_ms += 10;
		model_tick(s->model, s->now_ms);
		while (model_next_request(s->model, &r)) {
			any = true;
			stage_answer(s, &r);
			request_done(&r);
		}
		if (!any)
			return;
	}
}

/* ---- the stage ---- */

static const struct scene_item stage_hints[] = {
	{"Program", "?", "help", "help"},  {"Program", ":", "palette", "command"},
	{"Move", "h", "parent", "up"},     {"Move", "l", "open", "open"},
	{"Mark", "Space", "mark", "mark"}, {"Find", "/", "filter", "filter"},
	{"View", "S", "sizes", "sizes"},   {"View", ".", "hidden", "hidden"},
	{"Out", "e", "edit", "edit"},      {"Out", "!", "shell", "shell"},
	{"Program", "q", "quit", "quit"},
};

static inline void stage_self(struct stage *s)
{
	struct fs_event e = {.kind = FS_SELF};

	e.u.self.user = stage_dup(s->is_root ? "root" : "deploy");
	e.u.self.host = stage_dup("web3");
	e.u.self.home = stage_dup(STAGE_HOME);
	e.u.self.subject.uid = s->is_root ? UID_ROOT : UID_DEPLOY;
	e.u.self.subject.gid = s->is_root ? 0 : GID_WWW;
	if (s->is_root)
		e.u.self.subject.caps = PERM_CAP_DAC_OVERRIDE | PERM_CAP_DAC_READ_SEARCH;
	stage_apply(s, &e);
}

/* Sets up a scene in STAGE_PATH; set the flags of `s` before. */
static inline void stage_open(struct stage *s, const struct stage_file *files, size_t nfiles)
{
	setenv("TZ", "UTC", 1);
	tzset();
	s->files = files;
	s->nfiles = nfiles;
	s->now_ms = 1000;
	s->scene = (struct scene){
		.hints = stage_hints,
		.nhints = ARRAY_LEN(stage_hints),
		.pending = "",
		.resting = true,
		.is_root = s->is_root,
	};
	lineedit_init(&s->edit);
	assert_int_equal(theme_init(&s->theme), 0);
	theme_resolve(&s->theme, 8);
	assert_int_equal(canvas_init(&s->canvas, 24, 80, false), 0);
	assert_int_equal(model_new(&s->model), 0);
	if (!s->pane)
		s->model->settings.info_pane = PANE_OFF;
	stage_self(s);
	assert_int_equal(model_start(s->model, s->path ? s->path : STAGE_PATH, NULL), 0);
	stage_settle(s);
}

static inline void stage_close(struct stage *s)
{
	model_free(s->model);
	canvas_done(&s->canvas);
	theme_done(&s->theme);
	lineedit_done(&s->edit);
}

static inline struct drawing stage_drawing(struct stage *s)
{
	return (struct drawing){
		.model = s->model,
		.scene = &s->scene,
		.theme = &s->theme,
		.now_sec = stage_time("2026-11-03 10:00"),
		.layout = &s->layout,
	};
}

static inline void stage_fit(struct stage *s)
{
	struct drawing d = stage_drawing(s);
	struct rect room;
	struct screen screen;

	scene_screen(&d, s->canvas.rows, s->canvas.cols, &screen);
	list_fit(model_list(s->model), (size_t)screen.list.rows);
	model_info_room(s->model, screen.info.rows > 0, (size_t)screen.preview.rows);
	room = scene_viewer_room(&d, s->canvas.rows, s->canvas.cols);
	viewer_fit(s->model, room.rows, room.cols, s->canvas.ascii);
	stage_settle(s);
}

static inline void stage_open_typical(struct stage *s)
{
	stage_open(s, stage_typical, ARRAY_LEN(stage_typical));
	stage_fit(s);
	list_move_to_name(model_list(s->model), "banner.psd", strlen("banner.psd"));
}

static inline void stage_draw(struct stage *s, const struct canvas *before)
{
	struct drawing d = stage_drawing(s);

	scene_draw(&d, &s->canvas, before);
	assert_true(s->canvas.cursor_row >= 0 && s->canvas.cursor_row < s->canvas.rows);
	assert_true(s->canvas.cursor_col >= 0 && s->canvas.cursor_col < s->canvas.cols);
}

/* Draws at this size, everything settled. */
static inline void stage_draw_at(struct stage *s, int rows, int cols)
{
	assert_int_equal(canvas_resize(&s->canvas, rows, cols), 0);
	stage_fit(s);
	stage_draw(s, NULL);
}

static inline void stage_type_text(struct stage *s, const char *text)
{
	assert_int_equal(lineedit_set(&s->edit, text, strlen(text)), 0);
	s->scene.edit = &s->edit;
}

/* ---- stored drawings ---- */

static inline bool stage_read(const char *path, struct str *out)
{
	FILE *f = fopen(path, "re");
	char buf[4096];
	size_t n;

	if (!f)
		return false;
	while ((n = fread(buf, 1, sizeof(buf), f)) > 0)
		assert_int_equal(str_add(out, buf, n), 0);
	fclose(f);
	return true;
}

static inline void stage_write(const char *path, const struct str *text)
{
	FILE *f = fopen(path, "we");

	assert_non_null(f);
	assert_int_equal(fwrite(text->buf, 1, text->len, f), text->len);
	assert_int_equal(fclose(f), 0);
}

static inline bool stage_updates(void)
{
	const char *update = getenv("UPDATE");

	return update && strcmp(update, "1") == 0;
}

static inline void stage_say_difference(const char *path, const char *want, const char *got)
{
	size_t line = 1;

	while (*want && *want == *got) {
		line += *want == '\n';
		want++;
		got++;
	}
	while (want[-1] != '\n' && line > 1)
		want--, got--;
	fprintf(stderr, "%s:%zu differs\n  stored: %.*s\n  drawn:  %.*s\n", path, line,
		(int)strcspn(want, "\n"), want, (int)strcspn(got, "\n"), got);
}

/* Compares the scene at all sizes with tests/view/NAME.draw. */
static inline void stage_compare(struct stage *s, const char *name)
{
	static const struct {
		int rows, cols;
		bool looks;
	} sizes[] = {{24, 80, true}, {40, 120, false}, {10, 40, true},
		     {5, 20, false}, {1, 1, false},    {45, 140, true}};
	struct str got = STR_INIT, want = STR_INIT, path = STR_INIT;
	bool same, found;

	/* The largest is for what only large screens have. */
	for (size_t i = 0; i < ARRAY_LEN(sizes) - !s->pane; i++) {
		stage_draw_at(s, sizes[i].rows, sizes[i].cols);
		str_addf(&got, "==== %dx%d\n", sizes[i].cols, sizes[i].rows);
		assert_int_equal(canvas_dump(&s->canvas, &got, sizes[i].looks), 0);
	}
	str_addf(&path, "tests/view/%s.draw", name);
	if (stage_updates())
		stage_write(path.buf, &got);
	found = stage_read(path.buf, &want);
	same = found && str_eq(&want, got.buf);
	if (!found)
		fprintf(stderr, "%s is missing: UPDATE=1 writes it\n", path.buf);
	else if (!same)
		stage_say_difference(path.buf, want.buf, got.buf);
	str_done(&got);
	str_done(&want);
	str_done(&path);
	assert_true(same);
}

#endif
