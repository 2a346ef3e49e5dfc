/* SPDX-License-Identifier: MIT
 *
 * The info pane: facts of all kinds, previews of all kinds, beside the list and below it, hostile
 * content, what a held key does to it.
 */
#include "stage.h"

#define NO_SIZE PREVIEW_UNKNOWN

static char *copy(const char *text)
{
	char *s = strdup(text);

	assert_non_null(s);
	return s;
}

static const struct stage_file *file_of(const struct stage *s, const char *name)
{
	for (size_t i = 0; i < s->nfiles; i++)
		if (strcmp(s->files[i].name, name) == 0)
			return &s->files[i];
	return &s->files[0];
}

static struct facts *plain_facts(const struct stage *s, const char *name)
{
	const struct stage_file *file = file_of(s, name);
	struct facts *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	f->meta = stage_meta(file, 4711);
	f->meta.blocks = (file->size + 511) / 512;
	f->meta.id.dev = makedev(8, 1);
	f->meta.btime = stage_time("2024-02-29 12:00");
	if (S_ISDIR(file->mode))
		f->entries = 12;
	if (S_ISLNK(file->mode)) {
		f->target = copy(file->target);
		f->target_err = -ENOENT;
	}
	f->mount_path = copy("/");
	f->mount_type = copy("ext4");
	return f;
}

/* Everything that few files have. */
static struct facts *rich_facts(const struct stage *s, const char *name)
{
	static const struct acl_entry acl[] = {
		{ACL_OWNER, 6, 0},        {ACL_USER, 7, GID_WWW}, {ACL_GROUP, 4, 0},
		{ACL_NAMED_GROUP, 5, 33}, {ACL_MASK, 4, 0},       {ACL_OTHER, 0, 0},
	};
	static const char names[] = "user.origin\0user.\x1b[31m";
	struct facts *f = plain_facts(s, name);

	f->acl.at = malloc(sizeof(acl));
	f->xattrs = malloc(sizeof(names));
	assert_true(f->acl.at && f->xattrs);
	memcpy(f->acl.at, acl, sizeof(acl));
	memcpy(f->xattrs, names, sizeof(names));
	f->acl.n = ARRAY_LEN(acl);
	f->xattrs_len = sizeof(names);
	f->meta.mode |= S_ISUID;
	f->meta.nlink = 3;
	f->meta.attrs = 0x10;
	f->caps = (struct filecaps){.revision = 2, .effective = true, .permitted = 1u << 13};
	f->mount_read_only = true;
	return f;
}

/* With so many entries that are not in the mode, too. */
static struct facts *acl_facts(const struct stage *s, const char *name, uint32_t named)
{
	struct facts *f = plain_facts(s, name);
	struct acl_entry *at = calloc(named + 4, sizeof(*at));

	assert_non_null(at);
	at[0] = (struct acl_entry){ACL_OWNER, 6, 0};
	for (uint32_t i = 1; i <= named; i++)
		at[i] = (struct acl_entry){ACL_USER, 4, 5000 + i};
	at[named + 1] = (struct acl_entry){ACL_GROUP, 4, 0};
	at[named + 2] = (struct acl_entry){ACL_MASK, 4, 0};
	at[named + 3] = (struct acl_entry){ACL_OTHER, 0, 0};
	f->acl = (struct acl){at, named + 4};
	return f;
}

static struct facts *six_in_acl(const struct stage *s, const char *name)
{
	return acl_facts(s, name, 4);
}

static struct facts *nine_in_acl(const struct stage *s, const char *name)
{
	return acl_facts(s, name, 7);
}

static void add(struct preview *p, const char *bytes, size_t len, char type, uint64_t size,
		uint64_t packed, bool cut)
{
	struct preview_line line = {.size = size, .packed = packed, .type = type, .cut = cut};

	assert_int_equal(preview_add(p, bytes, len, &line), 0);
}

static void add_line(struct preview *p, const char *text)
{
	add(p, text, strlen(text), 0, NO_SIZE, NO_SIZE, false);
}

static struct preview *new_preview(enum preview_kind kind, const char *what, const char *mime)
{
	struct preview *p = preview_new();

	assert_non_null(p);
	p->kind = kind;
	assert_int_equal(str_adds(&p->what, what), 0);
	assert_int_equal(str_adds(&p->mime, mime), 0);
	p->members = p->size = p->packed = NO_SIZE;
	return p;
}

static struct preview *text_preview(const struct stage *s, const char *name)
{
	struct preview *p = new_preview(PREVIEW_TEXT, "Unicode text, UTF-8 text", "text/plain");

	(void)s;
	assert_int_equal(str_adds(&p->encoding, "utf-8"), 0);
	add_line(p, name);
	add_line(p, "\ttab\tand\\n{x^2}\ttab");
	add_line(p, "a line that is longer than any pane is wide, so that it has to be cut at the "
		    "edge of the pane wherever that is on this screen");
	add(p, "cut in the file", 15, 0, NO_SIZE, NO_SIZE, true);
	add_line(p, "Grüße, 世界");
	add_line(p, "");
	for (int i = 0; i < 40; i++)
		add_line(p, "needle in a haystack");
	p->more = true;
	return p;
}

static struct preview *hostile_preview(const struct stage *s, const char *name)
{
	struct preview *p = new_preview(PREVIEW_TEXT,
					"data\x1b]0;owned\x07, \x9b"
					"31m",
					"a\nb");

	(void)s;
	(void)name;
	assert_int_equal(str_adds(&p->encoding, "\x1b[2J"), 0);
	add_line(p, "\x1b[31mred\x1b]52;c;AAAA\x07 \x9b"
		    "1m \xff\xfe \r\n\v\f\b");
	add_line(p, "\xe2\x80\xae bidi \xe2\x81\xa6 \xcc\x80\xcc\x81 combining");
	add_line(p, "\t\x1b\t\x1b[?1049l");
	return p;
}

static struct preview *hex_preview(const struct stage *s, const char *name)
{
	struct preview *p = new_preview(PREVIEW_HEX, "data", "application/octet-stream");
	char bytes[256];

	(void)s;
	(void)name;
	for (int i = 0; i < 256; i++)
		bytes[i] = (char)i;
	for (int i = 0; i < 16; i++)
		add(p, bytes + 16 * i, 16, 0, NO_SIZE, NO_SIZE, false);
	add(p, "end", 3, 0, NO_SIZE, NO_SIZE, false);
	return p;
}

static struct preview *archive_preview(const struct stage *s, const char *name)
{
	struct preview *p = new_preview(PREVIEW_ARCHIVE, "Zip archive data", "application/zip");

	(void)s;
	(void)name;
	assert_int_equal(str_adds(&p->format, "ZIP 2.0 (deflation)"), 0);
	add(p, "doc", 3, 'd', NO_SIZE, NO_SIZE, false);
	add(p, "doc/a.txt", 9, '-', 12345, 4000, false);
	add(p, "doc/empty", 9, '-', 0, 0, false);
	add(p, "doc/\x1b[31m", 9, 'l', NO_SIZE, NO_SIZE, false);
	add(p, "a\tb\\n", 5, '-', 1, NO_SIZE, false);
	add(p, "a/very/long/path/to/a/member/of/the/archive/that/does/not/fit.bin", 65, '-',
	    5368709120, NO_SIZE, false);
	p->members = 5;
	p->size = 5368721465;
	p->packed = 4294967296;
	p->partial = true;
	return p;
}

static struct preview *dir_preview(const struct stage *s, const char *name)
{
	struct preview *p = new_preview(PREVIEW_DIR, "directory", "inode/directory");

	(void)s;
	(void)name;
	add(p, "sub", 3, 'd', NO_SIZE, NO_SIZE, false);
	add(p, "link", 4, 'l', NO_SIZE, NO_SIZE, false);
	add(p, "file", 4, '-', NO_SIZE, NO_SIZE, false);
	p->members = 3;
	return p;
}

static struct preview *link_preview(const struct stage *s, const char *name)
{
	struct preview *p = new_preview(PREVIEW_LINK, "symbolic link", "inode/symlink");

	(void)s;
	(void)name;
	add_line(p, "../bin/run.sh");
	add_line(p, "/opt/site/bin/run.sh");
	assert_int_equal(str_adds(&p->reason, "leads nowhere: there is no /opt/site"), 0);
	return p;
}

static struct preview *no_preview(const struct stage *s, const char *name)
{
	struct preview *p = new_preview(PREVIEW_NONE, "", "");

	(void)s;
	(void)name;
	assert_int_equal(str_adds(&p->reason,
				  "a FIFO: reading it would take what is meant for somebody else"),
			 0);
	return p;
}

static void open_pane(struct stage *s, const char *name)
{
	s->pane = true;
	stage_open(s, stage_typical, ARRAY_LEN(stage_typical));
	s->model->settings.info_pane = PANE_ON;
	assert_true(list_move_to_name(model_list(s->model), name, strlen(name)));
	stage_fit(s);
}

static void compare(const char *drawing, const char *name,
		    struct facts *(*facts)(const struct stage *s, const char *name),
		    struct preview *(*preview)(const struct stage *s, const char *name))
{
	struct stage s = {.facts = facts, .preview = preview};

	open_pane(&s, name);
	stage_compare(&s, drawing);
	stage_close(&s);
}

static void test_kinds(void **state)
{
	(void)state;
	compare("pane-text", "notes.txt", plain_facts, text_preview);
	compare("pane-rich", "deploy", rich_facts, hex_preview);
	compare("pane-hostile", "notes.txt", plain_facts, hostile_preview);
	compare("pane-archive", "backup.tar.zst", plain_facts, archive_preview);
	compare("pane-directory", "2025", plain_facts, dir_preview);
	compare("pane-link", "run.sh", plain_facts, link_preview);
	compare("pane-none", "queue", plain_facts, no_preview);
}

static bool drawn(struct stage *s, const char *words)
{
	CLEANUP(str_done) struct str text = STR_INIT;

	stage_draw_at(s, 40, 120);
	assert_int_equal(canvas_dump(&s->canvas, &text, false), 0);
	return strstr(text.buf, words);
}

/* What has no room is counted, and nothing else: owner and others stand in the mode. */
static void test_long_acl(void **state)
{
	struct stage six = {.facts = six_in_acl, .preview = no_preview};
	struct stage nine = {.facts = nine_in_acl, .preview = no_preview};

	(void)state;
	open_pane(&six, "notes.txt");
	assert_true(drawn(&six, "5004"));
	assert_true(drawn(&six, "mask"));
	assert_false(drawn(&six, " more "));
	stage_close(&six);
	open_pane(&nine, "notes.txt");
	assert_true(drawn(&nine, "5005"));
	assert_false(drawn(&nine, "5006"));
	assert_true(drawn(&nine, "and 4 more"));
	stage_close(&nine);
}

static void test_ascii(void **state)
{
	struct stage s = {.facts = rich_facts, .preview = text_preview};

	(void)state;
	open_pane(&s, "notes.txt");
	s.canvas.ascii = true;
	stage_compare(&s, "pane-ascii");
	for (int i = 0; i < s.canvas.rows * s.canvas.cols; i++)
		assert_true((unsigned char)s.canvas.cells[i].text[0] < 128);
	stage_close(&s);
}

static void test_focus_and_search(void **state)
{
	struct stage s = {.facts = plain_facts, .preview = text_preview};

	(void)state;
	open_pane(&s, "notes.txt");
	s.model->settings.line_numbers = true;
	assert_true(model_info_focus(s.model, true));
	assert_int_equal(model_info_find(s.model, "needle"), 0);
	model_notice_clear(s.model);
	/* The cursor is on the line that was found. */
	stage_draw_at(&s, 24, 80);
	assert_string_equal(
		canvas_at(&s.canvas, s.canvas.cursor_row, s.canvas.cursor_col + 3)->text, "n");
	/* At the end of the lines it goes on while the window stays. */
	model_info_move_to(s.model, 100000);
	stage_draw_at(&s, 24, 80);
	assert_int_equal(s.canvas.cursor_row, 21);
	model_info_move_to(s.model, 6);
	stage_compare(&s, "pane-search");
	stage_close(&s);
}

static void test_marked_and_trouble(void **state)
{
	struct stage s = {.facts = plain_facts, .preview = no_preview, .err = -EACCES};

	(void)state;
	open_pane(&s, "2024");
	assert_int_equal(model_mark_toggle(s.model, 6), 0);
	stage_settle(&s);
	stage_compare(&s, "pane-marked");
	stage_close(&s);
}

static void test_no_answer(void **state)
{
	struct stage s = {.facts = plain_facts, .preview = text_preview};
	int row;

	(void)state;
	open_pane(&s, "notes.txt");
	s.silent = true;
	list_move(model_list(s.model), 1);
	stage_settle(&s);
	stage_draw_at(&s, 24, 80);
	row = s.layout.info.row;
	/* What was known stays, until it has been too long. */
	assert_string_equal(canvas_at(&s.canvas, row, 1)->text, "n");
	s.now_ms += 1000;
	stage_settle(&s);
	stage_draw_at(&s, 24, 80);
	assert_string_equal(canvas_at(&s.canvas, row, 1)->text, "o");
	assert_string_equal(canvas_at(&s.canvas, row + 1, 10)->text, "w");
	assert_string_equal(canvas_at(&s.canvas, row + 1, 11)->text, "a");
	stage_close(&s);
}

/* A held key leaves it as it is shown, also when that is blank. */
static void test_held(void **state)
{
	struct stage s = {.facts = plain_facts, .preview = text_preview};
	struct canvas before;

	(void)state;
	open_pane(&s, "notes.txt");
	stage_draw_at(&s, 40, 120);
	assert_int_equal(canvas_init(&before, 40, 120, false), 0);
	canvas_copy(&before, &s.canvas);
	canvas_fill(&before,
		    (struct rect){s.layout.bar.row, s.layout.bar.col, s.layout.bar.rows,
				  120 - s.layout.bar.col},
		    ROLE_TEXT);
	s.scene.resting = false;
	stage_draw(&s, &before);
	for (int row = s.layout.bar.row; row < s.layout.bar.row + s.layout.bar.rows; row++)
		for (int col = s.layout.bar.col; col < 120; col++)
			assert_string_equal(canvas_at(&s.canvas, row, col)->text, " ");
	s.scene.resting = true;
	stage_draw(&s, &before);
	assert_string_equal(canvas_at(&s.canvas, s.layout.bar.row, s.layout.bar.col)->text, "│");
	canvas_done(&before);
	stage_close(&s);
}

/* At every size from 1x1, with every width asked for: the list stays, nothing is drawn outside. */
static void test_all_sizes(void **state)
{
	static const int widths[] = {0, 1, 45, 1000};
	struct stage s = {.facts = rich_facts, .preview = archive_preview};

	(void)state;
	open_pane(&s, "notes.txt");
	for (int rows = 1; rows <= 30; rows++) {
		for (int cols = 1; cols <= 125; cols += cols < 30 ? 1 : 7) {
			s.model->settings.pane_width = widths[(rows + cols) % 4];
			s.model->settings.pane_height = widths[(rows * 3 + cols) % 4];
			stage_draw_at(&s, rows, cols);
			assert_true(s.layout.list.rows >= 1 && s.layout.list.cols >= 1);
			assert_true(s.layout.info.rows == 0 || s.layout.list.rows >= 5 ||
				    cols >= 100);
			assert_true(s.layout.info.row + s.layout.info.rows <= rows);
			assert_true(s.layout.info.col + s.layout.info.cols <= cols);
			assert_true(s.layout.preview.col + s.layout.preview.cols <= cols);
			assert_true(cols < 100 || s.layout.list.cols >= 40);
		}
	}
	/* Where nothing was asked for the list keeps what it needs. */
	s.model->settings.pane_width = s.model->settings.pane_height = 0;
	stage_draw_at(&s, 40, 120);
	assert_true(s.layout.list.cols >= 70 && s.layout.preview.rows > 10);
	stage_draw_at(&s, 24, 80);
	assert_true(s.layout.list.rows >= 12);
	stage_close(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_long_acl),
		cmocka_unit_test(test_ascii),
		cmocka_unit_test(test_focus_and_search),
		cmocka_unit_test(test_marked_and_trouble),
		cmocka_unit_test(test_no_answer),
		cmocka_unit_test(test_held),
		cmocka_unit_test(test_all_sizes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
