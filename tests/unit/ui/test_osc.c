/* SPDX-License-Identifier: MIT */
#include "../../lib/nomem.h"
#include "../../lib/test.h"

#include "ui/osc.h"

#include <errno.h>

static void base64_is_as_the_standard_has_it(void **state)
{
	/* RFC 4648, section 10. */
	static const char *const rows[][2] = {
		{"", ""},
		{"f", "Zg=="},
		{"fo", "Zm8="},
		{"foo", "Zm9v"},
		{"foob", "Zm9vYg=="},
		{"fooba", "Zm9vYmE="},
		{"foobar", "Zm9vYmFy"},
		{"\xff\xfe\xfd", "//79"},
		{"\033]0;x\a", "G10wO3gH"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct str out = STR_INIT, expected = STR_INIT;

		str_addf(&expected, "\033]52;c;%s\a", rows[i][1]);
		assert_int_equal(osc_clipboard(&out, OSC_DIRECT, rows[i][0], strlen(rows[i][0])),
				 0);
		assert_string_equal(out.buf, expected.buf);
		str_done(&out);
		str_done(&expected);
	}
}

static void ways_are_told_apart(void **state)
{
	(void)state;
	assert_int_equal(osc_way("xterm-256color", false, false), OSC_DIRECT);
	assert_int_equal(osc_way(NULL, false, false), OSC_DIRECT);
	assert_int_equal(osc_way("tmux-256color", false, false), OSC_DIRECT);
	assert_int_equal(osc_way("screen", true, false), OSC_TMUX);
	assert_int_equal(osc_way("screen.xterm", false, true), OSC_SCREEN);
	assert_int_equal(osc_way("screen-256color", false, false), OSC_EITHER);
}

static void tmux_gets_both_forms(void **state)
{
	struct str out = STR_INIT;

	(void)state;
	assert_int_equal(osc_clipboard(&out, OSC_TMUX, "foo", 3), 0);
	assert_string_equal(out.buf, "\033]52;c;Zm9v\a\033Ptmux;\033\033]52;c;Zm9v\a\033\\");
	str_done(&out);
}

/* Puts together what screen would hand on: the contents of the DCS strings, none longer than its
 * buffer. */
static void unwrap(const struct str *in, struct str *out)
{
	const char *p = in->buf;

	while (*p) {
		const char *end = strstr(p, "\033\\");

		assert_memory_equal(p, "\033P", 2);
		assert_non_null(end);
		assert_true(end - p - 2 <= 256);
		str_add(out, p + 2, (size_t)(end - p - 2));
		p = end + 2;
	}
}

static void screen_gets_pieces_that_it_can_read(void **state)
{
	static char text[3000];
	struct str out = STR_INIT, plain = STR_INIT, whole = STR_INIT;

	(void)state;
	memset(text, '\033', sizeof(text));
	for (size_t len = 0; len < sizeof(text); len += 97) {
		str_clear(&out);
		str_clear(&plain);
		str_clear(&whole);
		assert_int_equal(osc_clipboard(&out, OSC_SCREEN, text, len), 0);
		assert_int_equal(osc_clipboard(&plain, OSC_DIRECT, text, len), 0);
		unwrap(&out, &whole);
		assert_string_equal(whole.buf, plain.buf);
	}
	str_done(&out);
	str_done(&plain);
	str_done(&whole);
}

/* What may be either reads a short one, and of a long one only what both can read. */
static void either_gets_what_hurts_neither(void **state)
{
	static const char text[400] = "x";
	struct str out = STR_INIT;

	(void)state;
	assert_int_equal(osc_clipboard(&out, OSC_EITHER, "foo", 3), 0);
	assert_string_equal(out.buf, "\033]52;c;Zm9v\a\033P\033]52;c;Zm9v\a\033\\");
	str_clear(&out);
	assert_int_equal(osc_clipboard(&out, OSC_EITHER, text, sizeof(text)), 0);
	assert_memory_equal(out.buf, "\033P", 2);
	str_done(&out);
}

static void too_much_is_refused_whole(void **state)
{
	static char text[OSC_CLIPBOARD_MAX + 1];
	struct str out = STR_INIT;

	(void)state;
	assert_int_equal(osc_clipboard(&out, OSC_DIRECT, text, sizeof(text)), -EFBIG);
	assert_int_equal(out.len, 0);
	assert_int_equal(osc_clipboard(&out, OSC_DIRECT, text, sizeof(text) - 1), 0);
	assert_int_equal(out.len, 100000);
	str_done(&out);
}

static void paths_are_percent_encoded(void **state)
{
	struct str out = STR_INIT;
	char longer[300];

	(void)state;
	assert_int_equal(osc_cwd(&out, OSC_DIRECT, "web3", "/a b/%\033\\\a\n\xff;~x"), 0);
	assert_string_equal(out.buf, "\033]7;file://web3/a%20b/%25%1B%5C%07%0A%FF%3B~x\033\\");
	str_clear(&out);
	memset(longer, 'a', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	assert_int_equal(osc_cwd(&out, OSC_SCREEN, "web3", longer), -EFBIG);
	assert_int_equal(out.len, 0);
	assert_int_equal(osc_cwd(&out, OSC_DIRECT, "h\a", longer), 0);
	str_done(&out);
}

static void titles_hold_no_control(void **state)
{
	static const char evil[] = "a\033]0;x\ab\n\xc2\x9c\xe2\x80\xae";
	struct str out = STR_INIT;

	(void)state;
	assert_int_equal(osc_title(&out, OSC_DIRECT, evil, strlen(evil), false), 0);
	assert_memory_equal(out.buf, "\033]2;", 4);
	for (size_t i = 4; i < out.len - 2; i++)
		assert_true((unsigned char)out.buf[i] >= ' ' && out.buf[i] != 127);
	assert_null(strstr(out.buf, "\xc2\x9c"));
	assert_null(strstr(out.buf, "\xe2\x80\xae"));
	assert_string_equal(out.buf + out.len - 2, "\033\\");
	str_done(&out);
}

static void the_old_title_comes_back(void **state)
{
	struct str out = STR_INIT;
	struct osc o;

	(void)state;
	osc_init(&o, true, OSC_DIRECT, false);
	osc_enter(&o, &out);
	osc_leave(&o, &out);
	assert_int_equal(out.len, 0);
	assert_int_equal(osc_tell_title(&o, "one"), 0);
	assert_true(o.changed);
	assert_string_equal(o.queue.buf, "\033[22;2t\033]2;one\033\\");
	assert_int_equal(osc_tell_title(&o, "two"), 0);
	assert_string_equal(o.queue.buf, "\033[22;2t\033]2;one\033\\\033]2;two\033\\");
	osc_tell_after(&o, "h", "/s");
	osc_leave(&o, &out);
	assert_string_equal(out.buf, "\033[23;2t\033]7;file://h/s\033\\");
	str_clear(&out);
	osc_tell_after(&o, "", NULL);
	osc_leave(&o, &out);
	assert_string_equal(out.buf, "\033[23;2t");
	str_clear(&out);
	osc_enter(&o, &out);
	assert_string_equal(out.buf, "\033[22;2t\033]2;two\033\\");
	str_done(&out);
	osc_done(&o);
}

/* So that it is still taken back in the end. */
static void a_title_too_long_leaves_the_one_before(void **state)
{
	struct str text = STR_INIT, out = STR_INIT;
	struct osc o;
	size_t len;

	(void)state;
	for (int i = 0; i < 90; i++)
		assert_int_equal(str_adds(&text, "\xf0\x9d\x95\x8a"), 0);
	assert_true(text.len > OSC_SHORT_MAX);
	osc_init(&o, true, OSC_SCREEN, false);
	assert_int_equal(osc_tell_title(&o, "one"), 0);
	len = o.queue.len;
	assert_int_equal(osc_tell_title(&o, text.buf), -EFBIG);
	assert_int_equal(o.queue.len, len);
	osc_leave(&o, &out);
	assert_string_equal(out.buf, "\033[23;2t");
	str_done(&text);
	str_done(&out);
	osc_done(&o);
}

static void nothing_goes_to_a_terminal_that_would_show_it(void **state)
{
	struct osc o;

	(void)state;
	osc_init(&o, false, OSC_DIRECT, false);
	assert_int_equal(osc_copy(&o, "x", 1), -ENOTSUP);
	assert_int_equal(osc_tell_cwd(&o, "h", "/"), -ENOTSUP);
	assert_int_equal(osc_tell_title(&o, "x"), -ENOTSUP);
	osc_tell_after(&o, "h", "/");
	assert_int_equal(o.queue.len + o.after.len, 0);
	osc_done(&o);
}

/* Half a sequence is never left. */
static void without_memory_nothing_is_sent(void **state)
{
	static char text[5000];

	(void)state;
	for (int way = OSC_DIRECT; way <= OSC_EITHER; way++) {
		for (unsigned long nth = 1;; nth++) {
			struct osc o;
			bool failed;
			int copied, told;

			osc_init(&o, true, (enum osc_way)way, false);
			nomem_arm(nth);
			copied = osc_copy(&o, text, sizeof(text));
			told = copied ? copied : osc_tell_title(&o, "a title");
			failed = nomem_disarm();
			if (failed)
				assert_int_equal(told, -ENOMEM);
			if (copied)
				assert_int_equal(o.queue.len, 0);
			else if (told)
				assert_true(o.title.len == 0 && o.queue.len > sizeof(text));
			osc_done(&o);
			if (!failed)
				break;
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(base64_is_as_the_standard_has_it),
		cmocka_unit_test(ways_are_told_apart),
		cmocka_unit_test(tmux_gets_both_forms),
		cmocka_unit_test(screen_gets_pieces_that_it_can_read),
		cmocka_unit_test(either_gets_what_hurts_neither),
		cmocka_unit_test(too_much_is_refused_whole),
		cmocka_unit_test(paths_are_percent_encoded),
		cmocka_unit_test(titles_hold_no_control),
		cmocka_unit_test(the_old_title_comes_back),
		cmocka_unit_test(nothing_goes_to_a_terminal_that_would_show_it),
		cmocka_unit_test(without_memory_nothing_is_sent),
		cmocka_unit_test(a_title_too_long_leaves_the_one_before),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
