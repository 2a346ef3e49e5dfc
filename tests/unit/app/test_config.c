/* SPDX-License-Identifier: MIT */
#include "../../lib/as_user.h"
#include "../../lib/fault.h"
#include "../../lib/nomem.h"
#include "../../lib/test.h"
#include "../../lib/tree.h"

#include "app/config.h"
#include "ui/theme.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

struct fixture {
	struct tree *tree;
	struct settings settings;
	struct keymap keymap;
	struct openers openers;
	struct str warnings;
};

/* A home of its own, and none of the variables that lead elsewhere. */
static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	f->tree = tree_new(".config/trowel/themes/\n");
	setenv("HOME", tree_path(f->tree, ""), 1);
	unsetenv("XDG_CONFIG_HOME");
	unsetenv("XDG_STATE_HOME");
	unsetenv("TROWEL_CONFIG");
	settings_init(&f->settings);
	str_init(&f->warnings);
	fault_reset();
	assert_int_equal(keymap_init(&f->keymap), 0);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	fault_reset();
	str_done(&f->warnings);
	keymap_done(&f->keymap);
	openers_done(&f->openers);
	settings_done(&f->settings);
	tree_free(f->tree);
	free(f);
	return 0;
}

static const char *write_file(struct fixture *f, const char *rel, const char *text, mode_t mode)
{
	const char *path = tree_path(f->tree, rel);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
	return path;
}

static const char *write_config(struct fixture *f, const char *text)
{
	return write_file(f, ".config/trowel/config", text, 0644);
}

static int load(struct fixture *f)
{
	return config_load(&f->settings, &f->keymap, &f->openers, &f->warnings);
}

/* The warnings with the file's path shortened to "F". */
static void assert_warnings(struct fixture *f, const char *path, const char *expected)
{
	struct str seen = STR_INIT;

	for (const char *at = f->warnings.buf; *at;) {
		if (strncmp(at, path, strlen(path)) == 0) {
			str_addc(&seen, 'F');
			at += strlen(path);
		} else {
			str_addc(&seen, *at++);
		}
	}
	assert_string_equal(seen.buf, expected);
	str_done(&seen);
}

static const char *command_in(struct fixture *f, enum command_context context, const char *chord)
{
	struct key keys[CHORD_MAX];
	const struct command *c = NULL;
	int n = key_parse_chord(chord, keys, CHORD_MAX);

	assert_true(n > 0);
	if (keymap_look(&f->keymap, context, keys, (unsigned)n, &c) != KEYMAP_COMMAND)
		return "";
	return c->name;
}

static const char *command_of(struct fixture *f, const char *chord)
{
	return command_in(f, CTX_LIST, chord);
}

static void test_no_file(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(load(f), 0);
	assert_string_equal(f->warnings.buf, "");
	/* An account without a home works as well. */
	unsetenv("HOME");
	assert_int_equal(load(f), 0);
	assert_string_equal(f->warnings.buf, "");
}

static void test_options_and_keys(void **state)
{
	struct fixture *f = *state;

	write_config(f, "# mine\n"
			"[options]\n"
			"show-hidden = yes\n"
			"sort = size\r\n"
			"[keys]\n"
			"down = <C-n> j\n"
			"up = <C-p>\n");
	assert_int_equal(load(f), 0);
	assert_string_equal(f->warnings.buf, "");
	assert_true(f->settings.show_hidden);
	assert_int_equal(f->settings.sort, SORT_SIZE);
	assert_string_equal(command_of(f, "<C-n>"), "down");
	assert_string_equal(command_of(f, "<C-p>"), "up");
	assert_string_equal(command_of(f, "k"), "");
}

/* A section of keys for one context takes its commands only. */
static void test_keys_of_a_context(void **state)
{
	struct fixture *f = *state;
	const char *path = write_config(f, "[keys.viewer]\n"
					   "redraw = +\n"
					   "down = J\n"
					   "[keys.list]\n"
					   "down = J\n"
					   "[keys.]\n"
					   "up = K\n"
					   "[keys.\033]\n"
					   "up = K\n");

	assert_int_equal(load(f), 0);
	assert_warnings(
		f, path,
		"F:3: 'down' does not work in the viewer, but in lists: its keys are set "
		"in [keys.list] or [keys]\n"
		"F:7: no section [keys.]: keys are set in [keys], [keys.list], "
		"[keys.viewer], [keys.pane], [keys.sizes], [keys.trash] and [keys.history]\n"
		"F:9: no section [keys.^[]: keys are set in [keys], [keys.list], "
		"[keys.viewer], [keys.pane], [keys.sizes], [keys.trash] and [keys.history]\n");
	assert_string_equal(command_in(f, CTX_VIEWER, "+"), "redraw");
	assert_string_equal(command_in(f, CTX_LIST, "+"), "mark-matching");
	assert_string_equal(command_in(f, CTX_LIST, "J"), "down");
	assert_string_equal(command_in(f, CTX_LIST, "k"), "up");
}

/* What is wrong with a rule is said, and the others count. */
static void test_openers(void **state)
{
	struct fixture *f = *state;
	const char *path = write_config(f, "[openers]\n"
					   "*.pdf = detach: zathura %f\n"
					   "*.txt = less | more\n"
					   "[a = x\n"
					   "*.png = ./viewer\n"
					   "*.sh = %f\n"
					   "*.md = spawn: x\n"
					   "*.ps = :what\n"
					   "image/* = 'my viewer' %F\n");

	assert_int_equal(load(f), 0);
	assert_warnings(f, path,
			"F:3: | means something to a shell only, and none is used here: quote it\n"
			"F:4: a section ends in ]\n"
			"F:5: ./viewer: a program is searched in PATH, or has an absolute path\n"
			"F:6: the first word is the program: no placeholder there\n"
			"F:7: spawn:: there are term: wait: pager: detach:\n"
			"F:8: :what: there are :edit :view :pager :desktop\n");
	assert_int_equal(f->openers.n, 2);
	assert_string_equal(f->openers.at[0].command.line, "zathura %f");
	assert_string_equal(f->openers.at[1].text, "image/*");
}

/* Every bad line is named, and all the others count. */
static void test_bad_lines(void **state)
{
	struct fixture *f = *state;
	const char *path = write_config(f, "mouse = no\n"
					   "[options]\n"
					   "show-hiden = yes\n"
					   "what is this\n"
					   "scroll-margin = many\n"
					   "scroll-margin = 7\n"
					   "[keys]\n"
					   "down = g\n"
					   "dwon = j\n"
					   "[keys.nowhere]\n"
					   "down = x\n"
					   "[esc\033ape]\n"
					   "a = b\n"
					   "[options]\n"
					   "wrap = yes\n");

	assert_int_equal(load(f), 0);
	assert_non_null(strstr(f->warnings.buf, ":8: 'g' begins 'g"));
	/* Which of the chords that g begins is named is the table's business. */
	str_remove(&f->warnings, (size_t)(strstr(f->warnings.buf, ":8: ") - f->warnings.buf) + 4,
		   strcspn(strstr(f->warnings.buf, ":8: ") + 4, "\n"));
	assert_warnings(
		f, path,
		"F:1: outside a section: [options], [keys] or [openers] comes first\n"
		"F:3: no option 'show-hiden'; did you mean 'show-hidden'?\n"
		"F:4: neither name = value nor [section]\n"
		"F:5: scroll-margin: 'many' is none of: 0..100\n"
		"F:8: \n"
		"F:9: no command 'dwon'; did you mean 'down'?\n"
		"F:11: no section [keys.nowhere]: keys are set in [keys], [keys.list], "
		"[keys.viewer], [keys.pane], [keys.sizes], [keys.trash] and [keys.history]\n"
		"F:13: no section [esc^[ape]: there are [options], [keys] and [openers]\n");
	assert_true(f->settings.mouse);
	assert_false(f->settings.show_hidden);
	assert_int_equal(f->settings.scroll_margin, 7);
	assert_true(f->settings.wrap);
	assert_string_equal(command_of(f, "j"), "down");
}

static void test_named_file(void **state)
{
	struct fixture *f = *state;
	const char *path = write_file(f, "other\n\033", "[options]\nwrap = yes\nwrap = x\n", 0600);

	write_config(f, "[options]\nshow-hidden = yes\n");
	setenv("TROWEL_CONFIG", path, 1);
	assert_int_equal(load(f), 0);
	assert_true(f->settings.wrap);
	assert_false(f->settings.show_hidden);
	/* The path cannot break the line, nor the terminal. */
	assert_non_null(strstr(f->warnings.buf, "other\\n^[:3: wrap: 'x' is none of: yes no\n"));
	/* A file that was named must be there. */
	str_clear(&f->warnings);
	setenv("TROWEL_CONFIG", tree_path(f->tree, "absent"), 1);
	assert_int_equal(load(f), 0);
	assert_warnings(f, tree_path(f->tree, "absent"), "F: No such file or directory\n");
	/* Empty is as good as unset. */
	str_clear(&f->warnings);
	setenv("TROWEL_CONFIG", "", 1);
	assert_int_equal(load(f), 0);
	assert_true(f->settings.show_hidden);
}

static void test_untrusted(void **state)
{
	static const mode_t modes[] = {0646, 0666, 0664};
	struct fixture *f = *state;
	bool private_group = geteuid() != 0 && geteuid() == getegid();

	for (size_t i = 0; i < ARRAY_LEN(modes); i++) {
		const char *path =
			write_file(f, ".config/trowel/config", "[options]\nwrap = yes\n", modes[i]);

		str_clear(&f->warnings);
		assert_int_equal(load(f), 0);
		if (private_group && modes[i] == 0664)
			continue;
		assert_false(f->settings.wrap);
		assert_warnings(f, path,
				"F: ignored: others may write it (chmod go-w would help)\n");
	}
}

static void test_of_someone_else(void **state)
{
	struct fixture *f = *state;
	const char *path = write_config(f, "[options]\nwrap = yes\n");

	if (geteuid() != 0)
		skip();
	assert_int_equal(chown(path, 65534, 65534), 0);
	assert_int_equal(load(f), 0);
	assert_false(f->settings.wrap);
	assert_warnings(f, path, "F: ignored: it belongs to someone else\n");
}

static void load_as_user(void *ctx)
{
	struct fixture *f = ctx;

	assert_int_equal(load(f), 0);
	assert_true(f->settings.wrap);
}

/* An administrator may give out a configuration. */
static void test_of_root(void **state)
{
	struct fixture *f = *state;

	if (geteuid() != 0)
		skip();
	write_config(f, "[options]\nwrap = yes\n");
	assert_int_equal(chmod(tree_path(f->tree, ""), 0755), 0);
	assert_int_equal(chmod(tree_path(f->tree, ".config"), 0755), 0);
	assert_int_equal(chmod(tree_path(f->tree, ".config/trowel"), 0755), 0);
	setenv("TROWEL_CONFIG", tree_path(f->tree, ".config/trowel/config"), 1);
	as_user(load_as_user, f);
}

/* Where accounts have a group of their own, what they write is writable by that group. */
static void test_private_group(void **state)
{
	struct fixture *f = *state;
	const char *path;

	if (geteuid() != 0)
		skip();
	path = write_file(f, ".config/trowel/config", "[options]\nwrap = yes\n", 0664);
	assert_int_equal(chown(path, 65534, 65534), 0);
	assert_int_equal(chmod(tree_path(f->tree, ""), 0755), 0);
	assert_int_equal(chmod(tree_path(f->tree, ".config"), 0755), 0);
	assert_int_equal(chmod(tree_path(f->tree, ".config/trowel"), 0755), 0);
	setenv("TROWEL_CONFIG", path, 1);
	as_user(load_as_user, f);
}

static void test_no_regular_file(void **state)
{
	struct fixture *f = *state;

	tree_add(f->tree, "fifo|\ndir/\nloop -> loop\nlink -> .config/trowel/config\n");
	write_config(f, "[options]\nwrap = yes\n");
	setenv("TROWEL_CONFIG", tree_path(f->tree, "fifo"), 1);
	assert_int_equal(load(f), 0);
	assert_warnings(f, tree_path(f->tree, "fifo"), "F: ignored: not a regular file\n");
	str_clear(&f->warnings);
	setenv("TROWEL_CONFIG", tree_path(f->tree, "dir"), 1);
	assert_int_equal(load(f), 0);
	assert_warnings(f, tree_path(f->tree, "dir"), "F: Is a directory\n");
	str_clear(&f->warnings);
	setenv("TROWEL_CONFIG", tree_path(f->tree, "loop"), 1);
	assert_int_equal(load(f), 0);
	assert_warnings(f, tree_path(f->tree, "loop"), "F: Too many levels of symbolic links\n");
	assert_false(f->settings.wrap);
	/* Many keep their configuration elsewhere and link to it. */
	setenv("TROWEL_CONFIG", tree_path(f->tree, "link"), 1);
	assert_int_equal(load(f), 0);
	assert_true(f->settings.wrap);
}

static void test_read_file(void **state)
{
	struct fixture *f = *state;
	struct str out = STR_INIT, err = STR_INIT;
	const char *path = write_file(f, "file", "12345678", 0600);

	assert_int_equal(config_read_file(path, 8, &out, &err), 0);
	assert_string_equal(out.buf, "12345678");
	assert_int_equal(config_read_file(path, 7, &out, &err), -EFBIG);
	assert_int_equal(out.len, 8);
	assert_non_null(strstr(err.buf, "too large"));
	str_clear(&err);
	assert_int_equal(config_read_file(tree_path(f->tree, "none"), 8, &out, &err), -ENOENT);
	assert_int_equal(config_read_file(tree_path(f->tree, "file/x"), 8, &out, &err), -ENOENT);
	assert_int_equal(err.len, 0);
	/* Reads may be short, and fail half way: then nothing is added. */
	fault_short(FAULT_read, 3);
	str_clear(&out);
	assert_int_equal(config_read_file(path, 8, &out, &err), 0);
	assert_string_equal(out.buf, "12345678");
	fault_fail(FAULT_read, 2, EIO, false);
	assert_int_equal(config_read_file(path, 8, &out, &err), -EIO);
	assert_string_equal(out.buf, "12345678");
	assert_non_null(strstr(err.buf, "Input/output error"));
	assert_int_equal(fault_open_fds(), 0);
	str_done(&out);
	str_done(&err);
}

static void grow(void *ctx)
{
	write_file(ctx, "file", "1234567890", 0600);
}

/* A file that grows after it was measured does not get past the limit. */
static void test_growing_file(void **state)
{
	struct fixture *f = *state;
	struct str out = STR_INIT;
	const char *path = write_file(f, "file", "1234", 0600);

	fault_before(FAULT_read, 1, grow, f);
	assert_int_equal(config_read_file(path, 8, &out, NULL), -EFBIG);
	assert_int_equal(out.len, 0);
	str_done(&out);
}

static void assert_dir(int (*dir)(struct str *out), const char *expected)
{
	struct str out = STR_INIT;

	assert_int_equal(dir(&out), expected ? 0 : -ENOENT);
	if (expected)
		assert_string_equal(out.buf, expected);
	str_done(&out);
}

static void test_directories(void **state)
{
	(void)state;
	setenv("HOME", "/home/x", 1);
	assert_dir(config_dir, "/home/x/.config/trowel");
	assert_dir(config_state_dir, "/home/x/.local/state/trowel");
	setenv("XDG_CONFIG_HOME", "/c", 1);
	setenv("XDG_STATE_HOME", "/s", 1);
	assert_dir(config_dir, "/c/trowel");
	assert_dir(config_state_dir, "/s/trowel");
	/* Relative ones are to be ignored. */
	setenv("XDG_CONFIG_HOME", "c", 1);
	setenv("XDG_STATE_HOME", "", 1);
	assert_dir(config_dir, "/home/x/.config/trowel");
	assert_dir(config_state_dir, "/home/x/.local/state/trowel");
	setenv("HOME", "here", 1);
	assert_dir(config_dir, NULL);
	unsetenv("HOME");
	assert_dir(config_dir, NULL);
	assert_dir(config_state_dir, NULL);
}

static void assert_theme(const char *name, const char *text, const char *reason)
{
	struct str out = STR_INIT, err = STR_INIT;

	assert_int_equal(config_theme(name, &out, &err), 0);
	assert_string_equal(out.buf, text);
	if (reason)
		assert_non_null(strstr(err.buf, reason));
	else
		assert_string_equal(err.buf, "");
	str_done(&out);
	str_done(&err);
}

static void test_themes(void **state)
{
	struct fixture *f = *state;

	/* One that is installed comes before the one built in. */
	if (access(TROWEL_DATADIR "/themes/default.theme", F_OK) < 0)
		assert_theme("default", theme_default_text, NULL);
	assert_theme("mine", theme_default_text, "no theme 'mine'; there is always 'default'");
	write_file(f, ".config/trowel/themes/mine.theme", "text = bold\n", 0644);
	assert_theme("mine", "text = bold\n", NULL);
	write_file(f, ".config/trowel/themes/default.theme", "text = dim\n", 0644);
	assert_theme("default", "text = dim\n", NULL);
	/* What others may write is not read, and there are colours all the same. */
	write_file(f, ".config/trowel/themes/mine.theme", "text = bold\n", 0666);
	assert_theme("mine", theme_default_text, "mine.theme: ignored: others may write it");
	/* A name is no way out of the themes directories. */
	write_file(f, ".config/trowel/x.theme", "text = bold\n", 0644);
	assert_theme("../x", theme_default_text, "no theme '../x'");
	assert_theme("", theme_default_text, "no theme ''");
	assert_theme(".", theme_default_text, "no theme '.'");
	assert_theme("a\033", theme_default_text, "no theme 'a^['");
}

static void test_out_of_memory(void **state)
{
	struct fixture *f = *state;
	bool failed = true;

	write_config(f, "[options]\ntheme = light\nbad\n[keys]\ndown = <C-n>\nfoo = g\n");
	for (unsigned long n = 1; failed; n++) {
		int r;

		str_done(&f->warnings);
		nomem_arm(n);
		r = load(f);
		failed = nomem_disarm();
		assert_int_equal(r, failed ? -ENOMEM : 0);
		assert_int_equal(fault_open_fds(), 0);
	}
	assert_string_equal(f->settings.theme, "light");
}

/* Whatever call fails, the start goes on. */
static void test_failing_calls(void **state)
{
	static const enum fault_call calls[] = {FAULT_openat, FAULT_statx, FAULT_read, FAULT_close};
	struct fixture *f = *state;

	write_config(f, "[options]\nwrap = yes\n");
	for (size_t i = 0; i < ARRAY_LEN(calls); i++) {
		fault_reset();
		fault_fail(calls[i], 1, EIO, false);
		assert_int_equal(load(f), 0);
		assert_true(f->warnings.len > 0 || calls[i] == FAULT_close);
		str_clear(&f->warnings);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_no_file),       TEST(test_options_and_keys),  TEST(test_bad_lines),
		TEST(test_openers),       TEST(test_keys_of_a_context), TEST(test_named_file),
		TEST(test_untrusted),     TEST(test_of_someone_else),   TEST(test_of_root),
		TEST(test_private_group), TEST(test_no_regular_file),   TEST(test_read_file),
		TEST(test_growing_file),  TEST(test_directories),       TEST(test_themes),
		TEST(test_out_of_memory), TEST(test_failing_calls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
