/* SPDX-License-Identifier: MIT */
#include "../../lib/nomem.h"
#include "../../lib/test.h"

#include "app/keymap.h"

#include <errno.h>

static enum keymap_answer look_in(const struct keymap *k, enum command_context context,
				  const char *chord, const char **ret_name)
{
	struct key keys[CHORD_MAX];
	const struct command *command = NULL;
	int n = key_parse_chord(chord, keys, CHORD_MAX);
	enum keymap_answer answer;

	assert_true(n > 0);
	answer = keymap_look(k, context, keys, (unsigned)n, &command);
	*ret_name = command ? command->name : NULL;
	return answer;
}

static enum keymap_answer look(const struct keymap *k, const char *chord, const char **ret_name)
{
	return look_in(k, CTX_LIST, chord, ret_name);
}

static void assert_in(const struct keymap *k, enum command_context context, const char *chord,
		      const char *name)
{
	const char *found;

	assert_int_equal(look_in(k, context, chord, &found), name ? KEYMAP_COMMAND : KEYMAP_NONE);
	if (name)
		assert_string_equal(found, name);
}

static void assert_command(const struct keymap *k, const char *chord, const char *name)
{
	const char *found;

	assert_int_equal(look(k, chord, &found), KEYMAP_COMMAND);
	assert_string_equal(found, name);
}

static void assert_none(const struct keymap *k, const char *chord)
{
	const char *found;

	assert_int_equal(look(k, chord, &found), KEYMAP_NONE);
}

static void assert_keys(const struct keymap *k, const char *command, const char *keys)
{
	struct str out = STR_INIT;

	assert_int_equal(keymap_keys(k, CTX_ALL, command_find(command), &out), 0);
	assert_string_equal(out.buf, keys);
	str_done(&out);
}

/* Every chord of the table leads to its own row: the table has no conflicts. */
static void test_defaults(void **state)
{
	struct keymap k;
	size_t bound = 0;

	(void)state;
	assert_int_equal(keymap_init(&k), 0);
	for (size_t i = 0; i < ncommands; i++) {
		char *copy = strdup(commands[i].keys), *at = NULL;

		for (char *t = strtok_r(copy, " ", &at); t; t = strtok_r(NULL, " ", &at)) {
			for (size_t c = 0; c < ncontext_rows; c++)
				if (commands[i].contexts & context_rows[c].context)
					assert_in(&k, context_rows[c].context, t, commands[i].name);
			bound++;
		}
		free(copy);
	}
	assert_int_equal(k.n, bound);
	keymap_done(&k);
}

static void test_table_is_sound(void **state)
{
	(void)state;
	for (size_t i = 0; i < ncommands; i++) {
		assert_ptr_equal(command_find(commands[i].name), &commands[i]);
		assert_true(strlen(commands[i].help) <= 60);
		assert_non_null(commands[i].run);
		assert_true(commands[i].contexts && !(commands[i].contexts & ~CTX_ALL));
		/* What is named on the command line of the configuration has no blanks. */
		assert_null(strpbrk(commands[i].name, " \t=[]#;"));
	}
	assert_null(command_find("no-such-command"));
}

static void test_prefix(void **state)
{
	struct keymap k;
	const char *name;

	(void)state;
	assert_int_equal(keymap_init(&k), 0);
	assert_int_equal(look(&k, "g", &name), KEYMAP_PREFIX);
	assert_null(name);
	assert_none(&k, "gx");
	assert_none(&k, "gghh");
	assert_none(&k, "<F12>");
	assert_int_equal(keymap_look(&k, CTX_LIST, NULL, 0, NULL), KEYMAP_NONE);
	keymap_done(&k);
}

static void test_rebind(void **state)
{
	struct keymap k;
	struct str err = STR_INIT;

	(void)state;
	assert_int_equal(keymap_init(&k), 0);
	/* The new keys replace all the old ones, and take a chord from its owner. */
	assert_int_equal(keymap_set(&k, CTX_ALL, "down", "J <C-n> k", &err), 0);
	assert_command(&k, "J", "down");
	assert_command(&k, "k", "down");
	assert_none(&k, "j");
	assert_keys(&k, "down", "J  C-n  k");
	assert_keys(&k, "up", "Up");
	assert_int_equal(keymap_set(&k, CTX_ALL, "down", "none", &err), 0);
	assert_none(&k, "J");
	assert_keys(&k, "down", "");
	/* A prefix is free once the chords that begin with it are gone. */
	assert_int_equal(keymap_set(&k, CTX_ALL, "down", "  gg   gg ", &err), 0);
	assert_keys(&k, "down", "gg");
	assert_keys(&k, "top", "Home");
	assert_int_equal(err.len, 0);
	str_done(&err);
	keymap_done(&k);
}

static void test_refused(void **state)
{
	static const struct {
		const char *command, *keys, *reason;
	} rows[] = {
		{"down", "g", "'g' begins '"},
		{"down", "ggx", "'gg' of top begins 'ggx'"},
		{"down", "mx", "'m' of bookmark begins 'mx'"},
		{"down", "x xy", "'x' begins 'xy'"},
		{"down", "xy x", "'x' begins 'xy'"},
		{"down", "<Nope>x>", NULL},
		{"down", "abcde", "'abcde' has more than 4 keys"},
		{"down", "3", "'3' begins with a digit: digits are counts"},
		{"down", "5j", "'5j' begins with a digit: digits are counts"},
		{"down", "<Esc>j", "'<Esc>j' begins with Esc, which leaves what was begun"},
		{"down", "\x01", "'^A' is no key"},
		{"down", "", "no keys for 'down': write none to unbind it"},
		{"down", " \t", "no keys for 'down': write none to unbind it"},
		{"dwon", "j", "no command 'dwon'; did you mean 'down'?"},
		{"frobnicate", "j", "no command 'frobnicate'"},
		{"a\033[2Jb", "j", "no command 'a^[[2Jb'"},
	};
	struct keymap k;

	(void)state;
	assert_int_equal(keymap_init(&k), 0);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct str err = STR_INIT;
		size_t before = k.n;

		assert_int_equal(keymap_set(&k, CTX_ALL, rows[i].command, rows[i].keys, &err),
				 -EINVAL);
		if (rows[i].reason && strncmp(err.buf, rows[i].reason, strlen(rows[i].reason)) != 0)
			fail_msg("%s = %s: %s", rows[i].command, rows[i].keys, err.buf);
		assert_true(err.len > 0);
		assert_int_equal(keymap_set(&k, CTX_ALL, rows[i].command, rows[i].keys, NULL),
				 -EINVAL);
		assert_int_equal(k.n, before);
		assert_command(&k, "j", "down");
		str_done(&err);
	}
	keymap_done(&k);
}

/* What a chord is refused for is said with the one it collides with. */
static void test_conflict_names_the_other(void **state)
{
	struct keymap k;
	struct str err = STR_INIT;

	(void)state;
	assert_int_equal(keymap_init(&k), 0);
	assert_int_equal(keymap_set(&k, CTX_ALL, "down", "g", &err), -EINVAL);
	assert_non_null(strstr(err.buf, "'g' begins 'g"));
	assert_non_null(strstr(err.buf, "' of "));
	str_done(&err);
	keymap_done(&k);
}

static void test_contexts_table(void **state)
{
	unsigned all = 0;

	(void)state;
	for (size_t i = 0; i < ncontext_rows; i++) {
		assert_ptr_equal(context_find(context_rows[i].name), &context_rows[i]);
		assert_ptr_equal(context_info(context_rows[i].context), &context_rows[i]);
		assert_false(all & context_rows[i].context);
		all |= context_rows[i].context;
	}
	assert_int_equal(all, CTX_ALL);
	assert_null(context_find("nowhere"));
	assert_null(context_info(CTX_ALL));
}

/* redraw works everywhere, down in lists only. */
static void test_contexts(void **state)
{
	struct str err = STR_INIT;
	struct keymap k;

	(void)state;
	assert_int_equal(keymap_init(&k), 0);
	/* Where a command does not work, its keys are free for another. */
	assert_in(&k, CTX_VIEWER, "+", NULL);
	assert_int_equal(keymap_set(&k, CTX_VIEWER, "redraw", "+", &err), 0);
	assert_in(&k, CTX_VIEWER, "+", "redraw");
	assert_in(&k, CTX_LIST, "+", "mark-matching");
	/* Its keys in other contexts are as they were. */
	assert_in(&k, CTX_VIEWER, "<C-l>", NULL);
	assert_in(&k, CTX_LIST, "<C-l>", "redraw");
	assert_keys(&k, "redraw", "C-l  +");
	/* The same key in a further context is the same binding. */
	assert_int_equal(keymap_set(&k, CTX_PANE, "redraw", "+", &err), 0);
	assert_in(&k, CTX_VIEWER, "+", "redraw");
	assert_in(&k, CTX_PANE, "+", "redraw");
	assert_keys(&k, "redraw", "C-l  +");
	/* What begins a chord of lists is whole in the viewer. */
	assert_int_equal(keymap_set(&k, CTX_VIEWER, "redraw", "*", &err), 0);
	assert_in(&k, CTX_VIEWER, "*", "redraw");
	assert_in(&k, CTX_LIST, "*a", "mark-all");
	/* In all at once it collides, and nothing changes. */
	assert_int_equal(keymap_set(&k, CTX_ALL, "redraw", "*", &err), -EINVAL);
	assert_in(&k, CTX_VIEWER, "*", "redraw");
	assert_in(&k, CTX_LIST, "<C-l>", "redraw");
	/* Taken from its owner only where both would hold. */
	assert_int_equal(keymap_set(&k, CTX_PANE, "redraw", "<C-z>", &err), 0);
	assert_in(&k, CTX_PANE, "<C-z>", "redraw");
	assert_in(&k, CTX_LIST, "<C-z>", "suspend");
	/* For all contexts again. */
	assert_int_equal(keymap_set(&k, CTX_ALL, "redraw", "<C-r>", &err), 0);
	assert_keys(&k, "redraw", "C-r");
	assert_in(&k, CTX_VIEWER, "*", NULL);
	str_done(&err);
	keymap_done(&k);
}

static void test_command_of_another_context(void **state)
{
	struct str err = STR_INIT;
	struct keymap k;

	(void)state;
	assert_int_equal(keymap_init(&k), 0);
	assert_int_equal(keymap_set(&k, CTX_VIEWER, "down", "J", &err), -EINVAL);
	assert_string_equal(err.buf, "'down' does not work in the viewer, but in lists: its keys "
				     "are set in [keys.list] or [keys]");
	assert_command(&k, "j", "down");
	str_done(&err);
	keymap_done(&k);
}

static void test_out_of_memory(void **state)
{
	(void)state;
	for (unsigned long n = 1;; n++) {
		struct keymap k;
		int r;

		nomem_arm(n);
		r = keymap_init(&k);
		if (!nomem_disarm()) {
			keymap_done(&k);
			break;
		}
		assert_int_equal(r, -ENOMEM);
	}
	for (unsigned long n = 1;; n++) {
		struct str err = STR_INIT;
		struct keymap k;
		bool failed;
		int r;

		assert_int_equal(keymap_init(&k), 0);
		nomem_arm(n);
		r = keymap_set(&k, CTX_ALL, "down", "J xx g", &err);
		failed = nomem_disarm();
		assert_int_equal(r, failed ? -ENOMEM : -EINVAL);
		assert_command(&k, "j", "down");
		str_done(&err);
		keymap_done(&k);
		if (!failed)
			break;
	}
}

static void test_neighbours_are_written_as_a_run(void **state)
{
	struct keymap k;

	(void)state;
	assert_int_equal(keymap_init(&k), 0);
	assert_keys(&k, "tab", "g1..g9  A-1..A-9");
	assert_int_equal(keymap_set(&k, CTX_ALL, "tab", "ya yb ;c ;d ;e", NULL), 0);
	assert_keys(&k, "tab", "ya  yb  ;c..;e");
	keymap_done(&k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_neighbours_are_written_as_a_run),
		cmocka_unit_test(test_table_is_sound),
		cmocka_unit_test(test_prefix),
		cmocka_unit_test(test_rebind),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_conflict_names_the_other),
		cmocka_unit_test(test_contexts_table),
		cmocka_unit_test(test_contexts),
		cmocka_unit_test(test_command_of_another_context),
		cmocka_unit_test(test_out_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
