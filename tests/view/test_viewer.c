/* SPDX-License-Identifier: MIT
 *
 * The viewer at five sizes, compared with its stored drawings.
 */
#include "stage.h"

#include "model/viewer.h"

#define VIEWED STAGE_PATH "/notes.txt"

static void open_view(struct stage *s, const char *content, size_t len)
{
	stage_open_typical(s);
	s->content = content;
	s->content_len = len;
	assert_int_equal(viewer_open(s->model, VIEWED), 0);
	stage_fit(s);
}

static const char notes[] =
	"# Release notes\n"
	"\n"
	"The banner is replaced by the one of the autumn campaign; the older one stays as "
	"old-banner.psd until everyone has seen it.\n"
	"\n"
	"\tif (banner == NULL)\n"
	"\t\treturn \"\\n^C\";\n"
	"caf\xc3\xa9, na\xc3\xafve, \xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e, e\xcc\x81\n"
	"a\tb\tc\n"
	"the end of the banner\n";

static void test_text(void **state)
{
	struct stage s = {0};

	(void)state;
	open_view(&s, notes, sizeof(notes) - 1);
	stage_compare(&s, "viewer-text");
	s.canvas.ascii = true;
	stage_compare(&s, "viewer-text-ascii");
	stage_close(&s);
}

static void test_wrapped_with_numbers(void **state)
{
	struct stage s = {0};

	(void)state;
	open_view(&s, notes, sizeof(notes) - 1);
	viewer_toggle_wrap(s.model);
	viewer_toggle_numbers(s.model);
	model_notice_clear(s.model);
	assert_int_equal(viewer_search(s.model, MATCH_SUBSTRING, "banner", false, NULL), 0);
	s.model->viewer->match.on = true;
	s.model->viewer->match.at = (uint64_t)(strstr(notes, "banner.psd") - notes);
	s.model->viewer->match.len = 6;
	stage_compare(&s, "viewer-wrap");
	stage_close(&s);
}

static void test_aside(void **state)
{
	struct stage s = {0};

	(void)state;
	open_view(&s, notes, sizeof(notes) - 1);
	viewer_aside(s.model, 12);
	assert_int_equal(viewer_search(s.model, MATCH_REGEX, "ban+er", false, NULL), 0);
	s.model->viewer->scan.kind = SCAN_SEARCH;
	s.model->viewer->scan.pos = 100;
	model_notice(s.model, NOTICE_INFO, "a notice stands over the last line");
	stage_compare(&s, "viewer-aside");
	stage_close(&s);
}

static void test_hex(void **state)
{
	static const char bytes[] = "\x7f"
				    "ELF\0\1\2\3 text \xff\xfe\n\t\\^end of these bytes";
	struct stage s = {0};

	(void)state;
	open_view(&s, bytes, sizeof(bytes) - 1);
	s.model->viewer->match.on = true;
	s.model->viewer->match.at = 9;
	s.model->viewer->match.len = 4;
	stage_compare(&s, "viewer-hex");
	stage_close(&s);
}

/* What would do something to a terminal. */
static void test_hostile(void **state)
{
	static const char bytes[] = "\x1b[31mred\x1b[0m \x1b]52;c;aGk=\a \x9b"
				    "2J\r\n"
				    "\xe2\x80\xaetxt.exe\xe2\x80\xac \xc2\x9b"
				    "5n \x7f\b\b\n"
				    "\xff\xfe\xc3(\n"
				    "\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81 marks\n"
				    "\xef\xbb\xbf\xe2\x80\x8bnothing\v\f";
	struct stage s = {0};

	(void)state;
	open_view(&s, bytes, sizeof(bytes) - 1);
	stage_compare(&s, "viewer-hostile");
	s.canvas.ascii = true;
	stage_compare(&s, "viewer-hostile-ascii");
	stage_close(&s);
}

static void test_gap(void **state)
{
	struct str text = STR_INIT;
	struct stage s = {0};

	(void)state;
	while (text.len < 4400)
		str_addf(&text, "line %04zu of this file\n", text.len / 23);
	open_view(&s, text.buf, text.len);
	stage_compare(&s, "viewer-unreadable");
	str_done(&text);
	stage_close(&s);
}

static void test_states(void **state)
{
	struct stage s = {0};

	(void)state;
	open_view(&s, "", 0);
	stage_compare(&s, "viewer-empty");
	s.model->viewer->replaced = true;
	s.model->viewer->err = -EIO;
	stage_compare(&s, "viewer-error");
	s.model->viewer->phase = VIEWER_OPENING;
	s.model->viewer->err = 0;
	s.model->viewer->asked_ms = -1000;
	model_set_stall(s.model, s.model->viewer->ticket, 5000);
	stage_compare(&s, "viewer-opening");
	stage_close(&s);
}

static void test_prompt(void **state)
{
	struct stage s = {0};

	(void)state;
	open_view(&s, notes, sizeof(notes) - 1);
	s.scene.overlay = OVERLAY_PROMPT;
	s.scene.question = "search: ";
	s.scene.note = "words  (Tab: regex)";
	stage_type_text(&s, "banner");
	stage_compare(&s, "viewer-prompt");
	stage_close(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text),    cmocka_unit_test(test_wrapped_with_numbers),
		cmocka_unit_test(test_aside),   cmocka_unit_test(test_hex),
		cmocka_unit_test(test_hostile), cmocka_unit_test(test_gap),
		cmocka_unit_test(test_states),  cmocka_unit_test(test_prompt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
