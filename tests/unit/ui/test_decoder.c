/* SPDX-License-Identifier: MIT */
#include "../../lib/test.h"

#include "../../lib/nomem.h"
#include "ui/input.h"

#include <errno.h>

static struct decoder *d;

static int setup(void **state)
{
	(void)state;
	return decoder_new(&d);
}

static int teardown(void **state)
{
	(void)state;
	decoder_free(d);
	return 0;
}

static void add_event(struct str *out, struct input_event *e)
{
	static const char *const kinds[] = {"press", "double", "release", "up", "down"};

	if (e->kind == INPUT_KEY) {
		assert_true(key_valid(e->key));
		key_format(out, e->key);
	} else if (e->kind == INPUT_MOUSE) {
		str_addf(out, "{%s %d %d,%d %d}", kinds[e->mouse.kind], e->mouse.button,
			 e->mouse.row, e->mouse.col, e->mouse.mods);
	} else if (e->kind == INPUT_PASTE) {
		str_adds(out, "{paste ");
		str_add(out, e->paste.buf, e->paste.len);
		str_addc(out, '}');
	} else if (e->kind == INPUT_ALIVE) {
		str_adds(out, "{alive}");
	}
	str_done(&e->paste);
}

/* Appends what comes out now. */
static void take(struct str *out, int64_t now)
{
	struct input_event e;

	while (decoder_next(d, now, &e))
		add_event(out, &e);
}

static void feed(const char *bytes, int64_t now)
{
	assert_int_equal(decoder_feed(d, bytes, strlen(bytes), now), 0);
}

#define GENEROUS 10000

static void check_once(const char *bytes, size_t len, size_t chunk, const char *expected)
{
	struct str out = STR_INIT;

	for (size_t i = 0; i < len; i += chunk) {
		assert_int_equal(decoder_feed(d, bytes + i, MIN(chunk, len - i), 5000), 0);
		take(&out, 5000);
	}
	take(&out, 5000 + GENEROUS);
	assert_string_equal(out.buf, expected);
	assert_true(decoder_deadline(d) == INT64_MAX);
	str_done(&out);
}

static void keys(void **state)
{
	static const struct {
		const char *bytes, *keys;
	} rows[] = {
		{"jG5", "jG5"},
		{" <", "<Space><lt>"},
		{"\x01\x04\x1a\x03", "<C-a><C-d><C-z><C-c>"},
		{"\x1c\x1d\x1e\x1f", "<C-\\><C-]><C-^><C-_>"},
		{"\b\x7f", "<Backspace><Backspace>"},
		{"\r\n\t", "<Enter><Enter><Tab>"},
		{"\u00e9\u4e16\U0001f600", "\u00e9\u4e16\U0001f600"},
		{"a\xff\xc3(b", "a(b"},
		{"\xed\xa0\x80z", "z"},
		{"\xc2\x85z", "z"},
		{"\x1b", "<Esc>"},
		{"\x1b\x1b", "<Esc><Esc>"},
		{"\x1b\x1b\x1b[A", "<Esc><A-Up>"},
		{"\x1bj\x1b"
		 "1\x1bG",
		 "<A-j><A-1><A-G>"},
		{"\x1b\r\x1b\x7f\x1b\x04", "<A-Enter><A-Backspace><C-A-d>"},
		{"\x1b\u00e9", "<A-\u00e9>"},
		{"\x1b\xff", "<Esc>"},
		{"\x1b[A\x1bOB\x1b[C\x1bOD", "<Up><Down><Right><Left>"},
		{"\x1b[H\x1bOF\x1b[1~\x1b[4~\x1b[7~\x1b[8~", "<Home><End><Home><End><Home><End>"},
		{"\x1b[5~\x1b[6~\x1b[2~\x1b[3~", "<PgUp><PgDn><Insert><Delete>"},
		{"\x1bOP\x1b[11~\x1b[[A\x1b[15~\x1b[24~", "<F1><F1><F1><F5><F12>"},
		{"\x1b[25~", "<S-F1>"},
		{"\x1b[1;5A\x1b[1;2B\x1b[1;3C\x1b[1;8D", "<C-Up><S-Down><A-Right><C-A-S-Left>"},
		{"\x1b[3;5~\x1b[15;2~\x1b[1;5P", "<C-Delete><S-F5><C-F1>"},
		{"\x1b[Z", "<S-Tab>"},
		{"\x1b[a\x1bOa\x1b[7$\x1b[7^\x1b[3@", "<S-Up><C-Up><S-Home><C-Home><C-S-Delete>"},
		{"\x1b\x1b[A\x1b\x1bOB", "<A-Up><A-Down>"},
		{"\x1bO5A", "<C-Up>"},
		{"\x1bOM\x1bOj\x1bOp\x1bOy\x1bOX", "<Enter>*09="},
		{"\x1b[97;5u\x1b[100;5u\x1b[13;2u\x1b[9;5u", "<C-a><C-d><S-Enter><C-Tab>"},
		{"\x1b[105;5u\x1b[27u\x1b[127;3u", "<Tab><Esc><A-Backspace>"},
		{"\x1b[97;2u\x1b[97;5:3u", "A"},
		{"\x1b[27;5;97~\x1b[27;2;13~", "<C-a><S-Enter>"},
		{"\x1b[100;9u", ""},                  /* Super-d is not d */
		{"\x1b[57441;2u\x1b[1114112uz", "z"}, /* a key without a name, and no code point */
		{"\x1b[?1;2c\x1b[24;80R\x1b[>0;276;0cx", "x"},
		{"\x1b[I\x1b[Ox", "x"},
		{"\x1b[?2004;1$yx", "x"},
		{"\x1b]11;rgb:0000/0000/0000\x07x", "x"},
		{"\x1b]0;title\x1b\\x", "x"},
		{"\x1bP1$r0m\x1b\\x", "x"},
		{"\x1b_Gi=1;OK\x1b\\x", "x"},
		{"\x1b]x\x1bPx", "<A-]>x<A-P>x"},
		{"\x1b[12\x03x", "<C-c>x"},
		{"\x1b[99999999999999;99999999999999Ax", "x"},
		{"\x1b[", "<A-[>"},
		{"\x1bO", "<A-O>"},
		{"\x1b[1;", ""},
		{"\xe4\xb8", ""},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		for (size_t chunk = 1; chunk <= strlen(rows[i].bytes); chunk++) {
			decoder_free(d);
			assert_int_equal(decoder_new(&d), 0);
			check_once(rows[i].bytes, strlen(rows[i].bytes), chunk, rows[i].keys);
		}
	check_once("\0", 1, 1, "<C-Space>");
}

static void mouse(void **state)
{
	static const struct {
		const char *bytes, *events;
	} rows[] = {
		{"\x1b[<0;10;5M\x1b[<0;10;5m", "{press 1 4,9 0}{release 1 4,9 0}"},
		{"\x1b[<2;1;1M", "{press 3 0,0 0}"},
		{"\x1b[<64;3;4M\x1b[<65;3;4M\x1b[<66;3;4M", "{up 0 3,2 0}{down 0 3,2 0}"},
		{"\x1b[<16;3;4M\x1b[<4;3;5M\x1b[<8;3;6M",
		 "{press 1 3,2 1}{press 1 4,2 4}{press 1 5,2 2}"},
		{"\x1b[<32;3;4M\x1b[<128;1;1M\x1b[<0;0;1M\x1b[<0;1MX", "X"},
		{"\x1b[M !!\x1b[M#!!", "{press 1 0,0 0}{release 1 0,0 0}"},
		{"\x1b[M`!\"", "{up 0 1,0 0}"},
		{"\x1b[M#!!q", "q"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		for (size_t chunk = 1; chunk <= strlen(rows[i].bytes); chunk++) {
			decoder_free(d);
			assert_int_equal(decoder_new(&d), 0);
			check_once(rows[i].bytes, strlen(rows[i].bytes), chunk, rows[i].events);
		}
}

static void the_answer_of_the_terminal_is_no_key(void **state)
{
	static const char bytes[] = "j\x1b[0nk\x1b[3n\x1b[?0n";

	(void)state;
	for (size_t chunk = 1; chunk < sizeof(bytes); chunk++)
		check_once(bytes, sizeof(bytes) - 1, chunk, "j{alive}k");
	/* In a paste it is text. */
	check_once("\x1b[200~\x1b[0n\x1b[201~", 16, 16, "{paste \x1b[0n}");
}

static void double_clicks(void **state)
{
	static const struct {
		int64_t at;
		const char *bytes, *events;
	} rows[] = {
		{1000, "\x1b[<0;9;5M", "{press 1 4,8 0}"},
		{1400, "\x1b[<0;3;5M", "{double 1 4,2 0}"},
		{1500, "\x1b[<0;3;5M", "{press 1 4,2 0}"},
		{1901, "\x1b[<0;3;5M", "{press 1 4,2 0}"},
		{1950, "\x1b[<0;3;6M", "{press 1 5,2 0}"},
		{2000, "\x1b[<2;3;6M", "{press 3 5,2 0}"},
		{2050, "\x1b[<2;3;6M", "{double 3 5,2 0}"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct str out = STR_INIT;

		feed(rows[i].bytes, rows[i].at);
		take(&out, rows[i].at);
		assert_string_equal(out.buf, rows[i].events);
		str_done(&out);
	}
}

static void pastes(void **state)
{
	const char bytes[] = "a\x1b[200~x\x1b[A\x03\x1b[201 y\r\nq\x1b[201~b\x1b[201~c";

	(void)state;
	for (size_t chunk = 1; chunk < sizeof(bytes); chunk++)
		check_once(bytes, sizeof(bytes) - 1, chunk,
			   "a{paste x\x1b[A\x03\x1b[201 y\r\nq}bc");
}

static void huge_paste_is_cut(void **state)
{
	char chunk[4096];
	struct input_event e;

	(void)state;
	memset(chunk, 'x', sizeof(chunk));
	feed("\x1b[200~", 0);
	for (int i = 0; i < 1000; i++) {
		assert_int_equal(decoder_feed(d, chunk, sizeof(chunk), 0), 0);
		assert_false(decoder_next(d, 0, &e));
	}
	assert_true(decoder_deadline(d) == INT64_MAX);
	feed("\x1b[20", 0);
	assert_false(decoder_next(d, 0, &e));
	feed("1~q", 0);
	assert_true(decoder_next(d, 0, &e));
	assert_int_equal(e.kind, INPUT_PASTE);
	assert_int_equal(e.paste.len, 1024 * 1024);
	str_done(&e.paste);
	assert_true(decoder_next(d, 0, &e));
	assert_int_equal(e.key.sym, 'q');
	assert_false(decoder_next(d, 0, &e));
}

/* The lone key waits for escape_ms, a begun sequence for longer. */
static void waits(void **state)
{
	struct str out = STR_INIT;

	(void)state;
	decoder_escape_ms(d, 25);
	feed("\x1b", 100);
	assert_true(decoder_deadline(d) == 125);
	take(&out, 124);
	assert_string_equal(out.buf, "");
	take(&out, 125);
	assert_string_equal(out.buf, "<Esc>");
	assert_true(decoder_deadline(d) == INT64_MAX);
	feed("\x1b[1;", 2000);
	take(&out, 2500);
	feed("5A", 2600);
	take(&out, 2600);
	assert_string_equal(out.buf, "<Esc><C-Up>");
	str_done(&out);
}

/* The rest of a sequence that came too late is the key it was, and never runs as commands. */
static void late_rest(void **state)
{
	static const struct {
		int64_t at; /* after the ESC became a key, at 100 */
		const char *bytes, *events;
	} rows[] = {
		{500, "[A", "<Up>"},
		{500, "OB", "<Down>"},
		{500, "[3~x", "<Delete>x"},
		{500, "[200~rm\x1b[201~", "{paste rm}"},
		{500, "[<0;1;1M", "{press 1 0,0 0}"},
		{1101, "[A", "[A"}, /* that is somebody typing */
		{500, "[", "["},
		{500, "O", "O"},
		{500, "j[A", "j[A"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct str out = STR_INIT;

		feed("\x1b", i * 100000);
		take(&out, (int64_t)i * 100000 + 100);
		assert_string_equal(out.buf, "<Esc>");
		str_clear(&out);
		feed(rows[i].bytes, (int64_t)i * 100000 + rows[i].at);
		take(&out, (int64_t)i * 100000 + rows[i].at);
		take(&out, (int64_t)i * 100000 + rows[i].at + 100);
		assert_string_equal(out.buf, rows[i].events);
		str_done(&out);
	}
}

/* An answer whose end was lost holds the keys back for a second at most. */
static void lost_string_end(void **state)
{
	struct str out = STR_INIT;

	(void)state;
	feed("\x1b]11;rgb:00", 1000);
	take(&out, 1000);
	feed("00/0", 1500);
	take(&out, 1500);
	feed("j", 2501);
	take(&out, 2501);
	assert_string_equal(out.buf, "j");
	str_done(&out);
}

static void terminfo_keys(void **state)
{
	static const struct {
		const char *sequence;
		int r;
	} rows[] = {{"\x1b[99z", 0},
		    {"\x1b"
		     "a1",
		     0},
		    {"\x1b[99zz", 0},
		    {"\x7f", -EINVAL},
		    {"\x01@\r", -EINVAL},
		    {"", -EINVAL},
		    {"\x1b[1234567890123456", -EINVAL}};
	struct str out = STR_INIT;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_int_equal(decoder_add_key(d, rows[i].sequence,
						 (struct key){KEYSYM_F1 + (uint32_t)i, 0}),
				 rows[i].r);
	feed("\x1b[99z", 0);
	take(&out, 0);
	assert_string_equal(out.buf, ""); /* the longer one may still come */
	feed("z\x1b[99zx", 0);
	take(&out, 0);
	assert_string_equal(out.buf, "<F3><F1>x");
	str_done(&out);
}

static void long_sequences_end(void **state)
{
	char bytes[2003] = "\x1b[";

	(void)state;
	memset(bytes + 2, '1', 1999);
	bytes[2001] = 'A';
	check_once(bytes, 2002, 2002, "");
	check_once(bytes, 2002, 100, "");
	check_once("j", 1, 1, "j");
}

static void out_of_memory(void **state)
{
	(void)state;
	for (unsigned long n = 1;; n++) {
		struct decoder *other = NULL;
		int r;

		nomem_arm(n);
		r = decoder_new(&other);
		if (r == 0)
			r = decoder_add_key(other, "\x1b[5~", (struct key){KEYSYM_PGUP, 0});
		if (r == 0)
			r = decoder_feed(other, "abc", 3, 0);
		decoder_free(other);
		if (!nomem_disarm())
			break;
		assert_int_equal(r, -ENOMEM);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(keys, setup, teardown),
		cmocka_unit_test_setup_teardown(mouse, setup, teardown),
		cmocka_unit_test_setup_teardown(the_answer_of_the_terminal_is_no_key, setup,
						teardown),
		cmocka_unit_test_setup_teardown(double_clicks, setup, teardown),
		cmocka_unit_test_setup_teardown(pastes, setup, teardown),
		cmocka_unit_test_setup_teardown(huge_paste_is_cut, setup, teardown),
		cmocka_unit_test_setup_teardown(waits, setup, teardown),
		cmocka_unit_test_setup_teardown(late_rest, setup, teardown),
		cmocka_unit_test_setup_teardown(lost_string_end, setup, teardown),
		cmocka_unit_test_setup_teardown(terminfo_keys, setup, teardown),
		cmocka_unit_test_setup_teardown(long_sequences_end, setup, teardown),
		cmocka_unit_test_setup_teardown(out_of_memory, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
