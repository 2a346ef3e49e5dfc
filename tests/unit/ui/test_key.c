/* SPDX-License-Identifier: MIT */
#include "../../lib/test.h"

#include "ui/key.h"

#include <errno.h>

static void reads_and_writes(void **state)
{
	static const struct {
		const char *text;
		uint32_t sym;
		unsigned mods;
		const char *written, *human;
	} rows[] = {
		{"j", 'j', 0, "j", "j"},
		{"G", 'G', 0, "G", "G"},
		{"<C-d>", 'd', KEYMOD_CTRL, "<C-d>", "C-d"},
		{"<c-D>", 'd', KEYMOD_CTRL, "<C-d>", "C-d"},
		{"<A-1>", '1', KEYMOD_ALT, "<A-1>", "A-1"},
		{"<A-S-x>", 'X', KEYMOD_ALT, "<A-X>", "A-X"},
		{"<Enter>", KEYSYM_ENTER, 0, "<Enter>", "Enter"},
		{"<CR>", KEYSYM_ENTER, 0, "<Enter>", "Enter"},
		{"<C-m>", KEYSYM_ENTER, 0, "<Enter>", "Enter"},
		{"<C-i>", KEYSYM_TAB, 0, "<Tab>", "Tab"},
		{"<C-[>", KEYSYM_ESC, 0, "<Esc>", "Esc"},
		{"<C-h>", KEYSYM_BACKSPACE, 0, "<Backspace>", "Backspace"},
		{"<C-@>", ' ', KEYMOD_CTRL, "<C-Space>", "C-Space"},
		{"<S-Tab>", KEYSYM_TAB, KEYMOD_SHIFT, "<S-Tab>", "S-Tab"},
		{"<s-g>", 'G', 0, "G", "G"},
		{"<F5>", KEYSYM_F1 + 4, 0, "<F5>", "F5"},
		{"<f12>", KEYSYM_F12, 0, "<F12>", "F12"},
		{"<Space>", ' ', 0, "<Space>", "Space"},
		{"<lt>", '<', 0, "<lt>", "<"},
		{"<", '<', 0, "<lt>", "<"},
		{">", '>', 0, ">", ">"},
		{"<A->>", '>', KEYMOD_ALT, "<A-gt>", "A->"},
		{"<A-->", '-', KEYMOD_ALT, "<A-->", "A--"},
		{"<C-A-S-Up>", KEYSYM_UP, 7, "<C-A-S-Up>", "C-A-S-Up"},
		{"\u00e9", 0xe9, 0, "\u00e9", "\u00e9"},
		{"<U+202E>", 0x202e, 0, "<U+202E>", "U+202E"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct str out = STR_INIT;
		struct key key;

		assert_int_equal(key_parse(rows[i].text, strlen(rows[i].text), &key),
				 strlen(rows[i].text));
		assert_int_equal(key.sym, rows[i].sym);
		assert_int_equal(key.mods, rows[i].mods);
		assert_int_equal(key_format(&out, key), 0);
		assert_string_equal(out.buf, rows[i].written);
		str_clear(&out);
		assert_int_equal(key_format_human(&out, key), 0);
		assert_string_equal(out.buf, rows[i].human);
		str_done(&out);
	}
}

static void refuses(void **state)
{
	static const char *const rows[] = {"",           "<>",    "<a>",    "<nokey>", "<X-a>",
					   "<C->",       " ",     "\t",     "\x01",    "\x7f",
					   "\xff",       "<F13>", "<C-xx>", "<U+>",    "<U+D800>",
					   "<U+110000>", "<U+1>"};
	struct key key;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_int_equal(key_parse(rows[i], strlen(rows[i]), &key), 0);
}

static void chords(void **state)
{
	struct key keys[3];

	(void)state;
	assert_int_equal(key_parse_chord("gg", keys, 3), 2);
	assert_int_equal(key_parse_chord("g<C-d>x", keys, 3), 3);
	assert_true(key_eq(keys[1], (struct key){'d', KEYMOD_CTRL}));
	assert_int_equal(key_parse_chord("abcd", keys, 3), -E2BIG);
	assert_int_equal(key_parse_chord("a b", keys, 3), -EINVAL);
	assert_int_equal(key_parse_chord("", keys, 3), -EINVAL);
}

/* Every key that can be reported can be written and read again. */
static void round_trip(void **state)
{
	(void)state;
	for (uint32_t sym = 0; sym <= KEYSYM_F12;
	     sym += sym < 0x3000 || sym >= KEYSYM_UP - 8 ? 1 : 7)
		for (unsigned mods = 0; mods < 8; mods++) {
			struct key key = key_make(sym, mods), again;
			struct str out = STR_INIT;

			if (!key_valid(key))
				continue;
			key_format(&out, key);
			assert_int_equal(key_parse(out.buf, out.len, &again), out.len);
			assert_true(key_eq(key, again));
			str_done(&out);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_and_writes),
		cmocka_unit_test(refuses),
		cmocka_unit_test(chords),
		cmocka_unit_test(round_trip),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
