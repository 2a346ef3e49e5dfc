/* SPDX-License-Identifier: MIT
 *
 * The screen that README.md shows between its two marker lines is the one the program draws.
 * UPDATE=1 rewrites it.
 */
#include "stage.h"

#define BEGIN "<!-- screen -->\n"
#define END   "<!--" /* of the line after the screen */

static void draw_readme(struct stage *s, struct str *out)
{
	struct str screen = STR_INIT;

	stage_open_typical(s);
	/* The file behind the current one is marked. */
	list_move(model_list(s->model), 1);
	while (true) {
		struct row row;

		assert_true(list_row(model_list(s->model), model_list(s->model)->cursor, &row));
		if (strcmp(row.name, "old-banner.psd") == 0)
			break;
		list_move(model_list(s->model), 1);
	}
	assert_int_equal(model_mark_toggle(s->model, 1), 0);
	list_move_to_name(model_list(s->model), "banner.psd", strlen("banner.psd"));
	stage_draw_at(s, 24, 80);
	assert_int_equal(canvas_dump(&s->canvas, &screen, false), 0);
	str_addf(out, "```text\n%s```\n", screen.buf);
	str_done(&screen);
	stage_close(s);
}

static void test_readme_screen(void **state)
{
	struct stage s = {0};
	struct str readme = STR_INIT, drawn = STR_INIT;
	char *begin, *end;
	size_t at;
	bool same;

	(void)state;
	if (!stage_read("README.md", &readme))
		fail_msg("README.md is missing");
	draw_readme(&s, &drawn);
	begin = strstr(readme.buf, BEGIN);
	end = begin ? strstr(begin + strlen(BEGIN), END) : NULL;
	if (!end)
		fail_msg("README.md has no %sfollowed by another %s", BEGIN, END);
	at = (size_t)(begin - readme.buf) + strlen(BEGIN);
	if (stage_updates()) {
		str_remove(&readme, at, (size_t)(end - readme.buf) - at);
		assert_int_equal(str_insert(&readme, at, drawn.buf, drawn.len), 0);
		stage_write("README.md", &readme);
	}
	same = readme.len >= at + drawn.len + strlen(END) &&
	       memcmp(readme.buf + at, drawn.buf, drawn.len) == 0 &&
	       strncmp(readme.buf + at + drawn.len, END, strlen(END)) == 0;
	if (!same)
		fprintf(stderr,
			"README.md shows another screen than this (UPDATE=1 rewrites it):\n%s",
			drawn.buf);
	str_done(&readme);
	str_done(&drawn);
	assert_true(same);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_readme_screen)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
