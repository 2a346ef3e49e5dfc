/* SPDX-License-Identifier: MIT
 *
 * Options changed while the program runs: what depends on them follows at once; and written back
 * into the configuration, of which every other byte stays.
 */
#include "../lib/as_user.h"
#include "../lib/explorer.h"
#include "../lib/hang.h"
#include "../lib/test.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define NOBODY 65534

static struct hang *hung;

/* An explorer with a configuration directory of its own. */
struct scene {
	struct explorer e;
	struct tree *home;
};

static struct scene open_scene(const char *files, const struct explorer_options *more)
{
	struct scene s = {.home = tree_new(files)};
	struct explorer_options options = more ? *more : (struct explorer_options){0};
	char config[4200];
	/* LeakSanitizer would wait at the end for a thread that sleeps in the kernel. */
	const char *env[] = {config,
			     "TROWEL_CONFIG",
			     "LS_COLORS=*.txt=35",
			     "NO_COLOR",
			     "SSH_CONNECTION",
			     "SSH_TTY",
			     hung ? "ASAN_OPTIONS=detect_leaks=0" : NULL,
			     NULL};

	snprintf(config, sizeof(config), "XDG_CONFIG_HOME=%s", tree_path(s.home, "conf"));
	options.env = env;
	/* Wide, so that no path is cut. */
	options.cols = 200;
	if (options.uid)
		assert_int_equal(chown(s.home->path, options.uid, options.uid), 0);
	s.e = explorer_open(&options);
	return s;
}

static void close_scene(struct scene *s)
{
	explorer_close(&s->e);
	tree_free(s->home);
}

/* ---- changed live ---- */

static void lists_follow(void **state)
{
	struct scene s = open_scene("conf/\n", NULL);

	(void)state;
	/* Beside the list it has names of its own. */
	explorer_do(&s.e, ":set info-pane off\r", "info-pane = off");
	explorer_do(&s.e, ":set show-hidden yes\r", "\\.hidden");
	explorer_do(&s.e, ":set parent-row no\r", "~\\.\\./");
	explorer_do(&s.e, ":set sort size\r", "<b.c|a.txt");
	explorer_do(&s.e, ":set sort-reverse yes\r", "<a.txt|b.c");
	explorer_do(&s.e, ":set sort-reverse no\r", "<b.c|a.txt");
	explorer_do(&s.e, ":set sort name\r", "<alpha|a.txt");
	explorer_do(&s.e, ":set dirs-first no\r", "<a.txt|alpha");
	explorer_do(&s.e, ":set size-exact yes\r", "5,?000");
	explorer_do(&s.e, ":set time-relative yes\r", "years? ago");
	explorer_do(&s.e, ":set wrap yes\r", "wrap = yes");
	explorer_do(&s.e, "ggk", "@zlink");
	explorer_do(&s.e, ":set filter glob\r", "filter = glob");
	explorer_do(&s.e, "/", "glob  \\(Tab");
	explorer_do(&s.e, "\033", "~glob");
	close_scene(&s);
}

static void scrolling_follows(void **state)
{
	struct scene s = open_scene("conf/\n",
				    &(struct explorer_options){.tree = "d/ *200\n", .start = "d"});

	(void)state;
	explorer_do(&s.e, ":set scroll-margin 0\r", "scroll-margin = 0");
	explorer_do(&s.e, "gg19j", "@f0000018");
	explorer_expect(&s.e, "~f0000019");
	explorer_do(&s.e, ":set scroll-margin 7\r", "f0000025");
	explorer_expect(&s.e, "@f0000018");
	close_scene(&s);
}

static void footer_and_keys_follow(void **state)
{
	struct scene s = open_scene("conf/\n", NULL);

	(void)state;
	explorer_expect(&s.e, "quit$");
	explorer_do(&s.e, ":set hints no\r", "~q quit$");
	explorer_do(&s.e, ":set which-key-ms 60000\r", "which-key-ms = 60000");
	explorer_do(&s.e, "g", " g$");
	explorer_do(&s.e, "\033", "~ g$");
	explorer_do(&s.e, ":set which-key-ms 0\r", "which-key-ms = 0");
	explorer_do(&s.e, "g", "go to the home directory");
	explorer_do(&s.e, "\033", "~go to the home directory");
	explorer_do(&s.e, ":set confirm-quit yes\r", "confirm-quit = yes");
	explorer_do(&s.e, "t", "\\[2\\]");
	explorer_do(&s.e, "q", "2 tabs are open");
	/* Half an escape sequence is an Esc at once only when nothing is waited for. */
	explorer_do(&s.e, ":set escape-ms 10000\r", "escape-ms = 10000");
	explorer_do(&s.e, "/b.c", "5 filtered");
	pty_keys(s.e.pty, "\033");
	pty_keys(s.e.pty, "[A");
	explorer_do(&s.e, "", "filter: b.c");
	explorer_do(&s.e, "\r:set escape-ms 0\r", "escape-ms = 0");
	close_scene(&s);
}

static size_t count(const struct pty *p, const char *bytes)
{
	size_t len, n = 0;
	const char *log = pty_log(p, &len), *end = log + len;

	while ((log = memmem(log, (size_t)(end - log), bytes, strlen(bytes)))) {
		log += strlen(bytes);
		n++;
	}
	return n;
}

static void the_terminal_follows(void **state)
{
	struct scene s = open_scene("conf/\n", NULL);

	(void)state;
	assert_int_equal(count(s.e.pty, "\033[?1000h"), 1);
	assert_int_equal(count(s.e.pty, "\033[?1000l"), 0);
	explorer_do(&s.e, ":set mouse no\r", "mouse = no");
	assert_int_equal(count(s.e.pty, "\033[?1000l"), 1);
	explorer_do(&s.e, ":set mouse yes\r", "mouse = yes");
	assert_int_equal(count(s.e.pty, "\033[?1000h"), 2);
	explorer_expect(&s.e, "\u25b8");
	explorer_do(&s.e, ":set ascii yes\r", "^>");
	explorer_expect(&s.e, "~\u25b8");
	explorer_do(&s.e, ":set ascii no\r", "\u25b8");
	explorer_do(&s.e, "q", "=0");
	pty_expect_restored(s.e.pty);
	close_scene(&s);
}

struct colour {
	const char *name;
	int fg;
};

/* The row that begins with this name has it in this colour. */
static bool has_colour(struct pty *p, void *ctx)
{
	const struct colour *c = ctx;

	for (int row = 1; row < 20; row++) {
		const char *text = pty_row(p, row), *at = strstr(text, c->name);

		if (at && at - text <= 5)
			return pty_cell_at(p, row, 3).fg == c->fg;
	}
	return false;
}

static void colour_is(struct scene *s, const char *name, int fg)
{
	struct colour c = {name, fg};

	if (!pty_steady(s->e.pty, has_colour, &c, PTY_MS))
		pty_fail(s->e.pty, "%s is not in colour %d", name, fg);
}

static const char two_themes[] =
	"conf/trowel/themes/default.theme \"dir = fg=69\\n\"\n"
	"conf/trowel/themes/zzred.theme \"# All in red.\\ndir = fg=160\\n\"\n"
	"conf/trowel/themes/zzodd.theme \"dir = fg=161\\nnonsense\\nfile = fg=puce\\n\"\n";

static void colours_follow(void **state)
{
	struct scene s = open_scene(two_themes, NULL);

	(void)state;
	colour_is(&s, "a.txt", 5);
	explorer_do(&s.e, ":set ls-colors no\r", "ls-colors = no");
	colour_is(&s, "a.txt", -1);
	explorer_do(&s.e, ":set ls-colors yes\r", "ls-colors = yes");
	colour_is(&s, "a.txt", 5);
	explorer_do(&s.e, ":set theme zzred\r", "theme = zzred");
	colour_is(&s, "beta", 160);
	explorer_do(&s.e, ":set colors 8\r", "colors = 8");
	colour_is(&s, "beta", 1);
	explorer_do(&s.e, ":set colors none\r", "colors = none");
	colour_is(&s, "beta", -1);
	explorer_do(&s.e, ":set colors auto\r", "colors = auto");
	colour_is(&s, "beta", 160);
	close_scene(&s);
}

static void a_theme_is_seen_while_it_is_chosen(void **state)
{
	struct scene s = open_scene(two_themes, NULL);

	(void)state;
	colour_is(&s, "beta", 69);
	explorer_do(&s.e, ":theme", "zzred .*All in red");
	explorer_expect(&s.e, "\u25b8 default");
	colour_is(&s, "beta", 69);
	explorer_do(&s.e, " zz", "\u25b8 zzodd");
	colour_is(&s, "beta", 161);
	explorer_do(&s.e, "\033[B", "\u25b8 zzred");
	colour_is(&s, "beta", 160);
	explorer_do(&s.e, "\033", "~All in red");
	colour_is(&s, "beta", 69);
	/* Kept; its bad lines are told with file and line. */
	explorer_do(&s.e, ":theme zz", "\u25b8 zzodd");
	explorer_do(&s.e, "\r", "zzodd\\.theme:2: neither name = value.*\\(1 more\\)");
	colour_is(&s, "beta", 161);
	explorer_do(&s.e, ":theme", "zzodd +now");
	explorer_do(&s.e, " nonsense", "no theme with these words");
	explorer_do(&s.e, "\r", "there is no theme 'nonsense'");
	colour_is(&s, "beta", 69);
	close_scene(&s);
}

/* The one in use has the name that is typed in its own. */
static void a_name_that_is_typed_out_is_meant(void **state)
{
	static const char *const typed[] = {":theme red\r", ":set theme red\r"};

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct scene s =
			open_scene("conf/trowel/config \"[options]\\ntheme = all-red\\n\"\n"
				   "conf/trowel/themes/all-red.theme \"dir = fg=160\\n\"\n"
				   "conf/trowel/themes/red.theme \"dir = fg=161\\n\"\n",
				   NULL);

		colour_is(&s, "beta", 160);
		/* The others are known, or read only now. */
		if (i & 1) {
			explorer_do(&s.e, ":theme", "all-red +now");
			explorer_do(&s.e, " red", "\u25b8 red");
			explorer_expect(&s.e, "all-red");
			explorer_do(&s.e, "\033", "~all-red");
		}
		explorer_do(&s.e, typed[i / 2], "theme = red");
		colour_is(&s, "beta", 161);
		close_scene(&s);
	}
}

static int let_go(void **state)
{
	(void)state;
	if (hung) {
		hang_go(hung);
		hang_free(hung);
	}
	hung = NULL;
	return 0;
}

/* Themes on a server that does not answer keep nobody from the others. */
static void themes_that_do_not_answer(void **state)
{
	char files[4300];
	struct scene s;

	(void)state;
	hung = hang_new();
	snprintf(files, sizeof(files), "conf/trowel/themes -> %s\n", hang_path(hung));
	s = open_scene(files, NULL);
	hang_stop(hung);
	explorer_do(&s.e, ":theme", "light +The theme");
	explorer_do(&s.e, " light\r", "theme = light");
	explorer_do(&s.e, ":set show-hidden yes\r", "\\.hidden");
	explorer_do(&s.e, ",", "values: yes no");
	explorer_do(&s.e, "qq", "=0");
	let_go(NULL);
	close_scene(&s);
}

/* A theme that is not there is no theme to choose. */
static void a_missing_theme_is_not_offered(void **state)
{
	struct scene s = open_scene("conf/trowel/config \"[options]\\ntheme = gone\\n\"\n", NULL);

	(void)state;
	explorer_expect(&s.e, "no theme 'gone'");
	explorer_do(&s.e, ":theme", "default +The theme");
	explorer_expect(&s.e, "~^.. gone");
	explorer_do(&s.e, "\r", "theme = default");
	close_scene(&s);
}

static bool all_on_blue(struct pty *p, void *ctx)
{
	(void)ctx;
	for (int row = 0; row < 45; row++)
		for (int col = 0; col < 200; col++)
			if (pty_cell_at(p, row, col).bg != 19)
				return false;
	return true;
}

/* A theme with a background of its own fills the screen, whatever was shown before, and goes again.
 */
static void a_background_fills_the_screen(void **state)
{
	struct scene s = open_scene("conf/trowel/themes/zzblue.theme \"text = bg=19\\n\"\n",
				    &(struct explorer_options){.rows = 45});
	struct pty_cell cell;

	(void)state;
	explorer_do(&s.e, ",jj", "values: name");
	explorer_do(&s.e, "/theme\r", "@theme");
	explorer_do(&s.e, "\r", "zzblue");
	explorer_do(&s.e, "zzblue", "~high-contrast");
	if (!pty_steady(s.e.pty, all_on_blue, NULL, PTY_MS))
		pty_fail(s.e.pty, "not all on blue");
	explorer_do(&s.e, "\r", "theme +zzblue");
	if (!pty_steady(s.e.pty, all_on_blue, NULL, PTY_MS))
		pty_fail(s.e.pty, "not all on blue");
	explorer_do(&s.e, "r", "theme +default");
	explorer_do(&s.e, "\033\033", "~Settings");
	cell = pty_cell_at(s.e.pty, 15, 100);
	assert_true(cell.default_bg);
	close_scene(&s);
}

static void refused_values_say_what_is_allowed(void **state)
{
	struct scene s = open_scene("conf/\n", NULL);

	(void)state;
	explorer_do(&s.e, ":set scroll-margin 101\r",
		    "scroll-margin: '101' is none of: 0\\.\\.100");
	explorer_do(&s.e, ":set scrol-margin 1\r", "did you mean 'scroll-margin'");
	explorer_do(&s.e, ":set hints maybe", "no such value");
	explorer_do(&s.e, "\r", "'maybe' is none of: yes no");
	close_scene(&s);
}

/* ---- written back ---- */

static void file_is(struct scene *s, const char *rel, const char *text)
{
	char buf[1024];
	int fd = open(tree_path(s->home, rel), O_RDONLY);
	ssize_t n;

	assert_true(fd >= 0);
	n = read(fd, buf, sizeof(buf) - 1);
	assert_true(n >= 0);
	buf[n] = '\0';
	close(fd);
	assert_string_equal(buf, text);
}

static void mode_is(struct scene *s, const char *rel, mode_t mode)
{
	struct stat st;

	assert_int_equal(lstat(tree_path(s->home, rel), &st), 0);
	assert_int_equal(st.st_mode, mode);
}

static void only_what_was_changed_is_written(void **state)
{
	struct scene s = open_scene(
		"conf/trowel/config \"# mine\\x0d\\n[options]\\x0d\\nsort = size\\x0d\\n"
		"\\x0d\\n; ascii = yes\\x0d\\nwrap=yes\\x0d\\n[keys]\\x0d\\nredraw = x\" :0640\n",
		NULL);

	(void)state;
	explorer_do(&s.e, ":set sort name\r", "sort = name");
	explorer_do(&s.e, ":set size-exact yes\r", "size-exact = yes");
	explorer_do(&s.e, ":set hints no\r", "hints = no");
	explorer_do(&s.e, ":set hints yes\r", "hints = yes"); /* as it was */
	explorer_do(&s.e, ":save-settings\r", "saved 2 options in .*/trowel/config");
	file_is(&s, "conf/trowel/config",
		"# mine\r\n[options]\r\nsort = name\r\n\r\n; ascii = yes\r\nwrap=yes\r\n"
		"size-exact = yes\r\n[keys]\r\nredraw = x");
	mode_is(&s, "conf/trowel/config", S_IFREG | 0640);
	explorer_do(&s.e, ":save-settings\r", "nothing to save");
	close_scene(&s);
}

/* Keys that change an option change it as :set does. */
static void what_keys_of_the_pane_change_is_saved(void **state)
{
	static const struct {
		const char *keys, *shown, *line;
	} steps[] = {
		{"i", "~hello", "info-pane = off"},
		{"wv", "hello", "info-pane = on"},
		{"wv", "~hello", "preview = no"},
		{"w+", "~saved", "pane-width = "},
	};
	struct scene s = open_scene("conf/\n", NULL);
	char buf[1024];

	(void)state;
	explorer_do(&s.e, "/a.txt\r", "hello");
	for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
		int fd;
		ssize_t n;

		explorer_do(&s.e, steps[i].keys, steps[i].shown);
		explorer_do(&s.e, ":save-settings\r", "saved [12] option");
		fd = open(tree_path(s.home, "conf/trowel/config"), O_RDONLY);
		n = fd < 0 ? -1 : read(fd, buf, sizeof(buf) - 1);
		close(fd);
		assert_true(n > 0);
		buf[n] = '\0';
		assert_non_null(strstr(buf, steps[i].line));
	}
	close_scene(&s);
}

static void a_new_file_is_made(void **state)
{
	struct scene s = open_scene("x\n", NULL);

	(void)state;
	explorer_do(&s.e, ":set sort size\r", "sort = size");
	explorer_do(&s.e, ":save-settings\r", "saved 1 option in");
	file_is(&s, "conf/trowel/config", "[options]\nsort = size\n");
	close_scene(&s);
}

static void what_somebody_else_wrote_is_kept(void **state)
{
	struct scene s = open_scene("conf/trowel/config \"[options]\\nsort = size\\n\"\n", NULL);

	(void)state;
	explorer_do(&s.e, ":set hints no\r", "hints = no");
	tree_remove(s.home, "conf/trowel/config");
	tree_add(s.home, "conf/trowel/config \"# theirs\\n[options]\\nwrap = yes\\n\"\n");
	explorer_do(&s.e, ":save-settings\r", "was edited meanwhile");
	file_is(&s, "conf/trowel/config", "# theirs\n[options]\nwrap = yes\n");
	explorer_do(&s.e, ":save-settings\r", "saved 1 option");
	file_is(&s, "conf/trowel/config", "# theirs\n[options]\nwrap = yes\nhints = no\n");
	tree_remove(s.home, "conf/trowel/config");
	explorer_do(&s.e, ":set hints yes\r", "hints = yes");
	explorer_do(&s.e, ":save-settings\r", "was removed meanwhile");
	explorer_do(&s.e, ":save-settings\r", "nothing to save");
	close_scene(&s);
}

static void a_link_stays_a_link(void **state)
{
	struct scene s = open_scene("dotfiles/trowel.conf \"[options]\\nsort = size\\n\"\n"
				    "conf/trowel/config -> ../../dotfiles/trowel.conf\n",
				    NULL);

	(void)state;
	explorer_do(&s.e, ":set sort name\r", "sort = name");
	explorer_do(&s.e, ":save-settings\r", "saved 1 option");
	file_is(&s, "dotfiles/trowel.conf", "[options]\nsort = name\n");
	mode_is(&s, "conf/trowel/config", S_IFLNK | 0777);
	close_scene(&s);
}

static void a_file_that_was_not_read_is_not_written(void **state)
{
	struct scene s =
		open_scene("conf/trowel/config \"[options]\\nsort = size\\n\" :0666\n", NULL);

	(void)state;
	explorer_do(&s.e, ":set sort name\r", "sort = name");
	explorer_do(&s.e, ":save-settings\r", "not saved: the file was not read");
	file_is(&s, "conf/trowel/config", "[options]\nsort = size\n");
	close_scene(&s);
}

static void where_nothing_can_be_written(void **state)
{
	bool root = geteuid() == 0;
	struct scene s;

	(void)state;
	if (root)
		as_user_needs_program();
	s = open_scene("conf/trowel/\n", &(struct explorer_options){.uid = root ? NOBODY : 0});
	if (root)
		assert_int_equal(chown(tree_path(s.home, "conf/trowel"), NOBODY, NOBODY), 0);
	assert_int_equal(chmod(tree_path(s.home, "conf/trowel"), 0555), 0);
	explorer_do(&s.e, ":set hints no\r", "hints = no");
	explorer_do(&s.e, ":save-settings\r", "not saved: .*[Pp]ermission denied");
	assert_int_equal(access(tree_path(s.home, "conf/trowel/config"), F_OK), -1);
	close_scene(&s);
}

static void read_only_changes_but_saves_nothing(void **state)
{
	static const char *const args[] = {"--read-only", NULL};
	struct scene s = open_scene("conf/\n", &(struct explorer_options){.args = args});

	(void)state;
	explorer_do(&s.e, ":set show-hidden yes\r", "\\.hidden");
	explorer_do(&s.e, ":save", "no command with these words");
	close_scene(&s);
}

/* A name with blanks and quotes comes back as it was. */
static void values_are_quoted(void **state)
{
	struct scene s =
		open_scene("conf/trowel/themes/\\\"my\\\"\\sone.theme \"dir = fg=99\\n\"\n", NULL);

	(void)state;
	explorer_do(&s.e, ":theme", "\"my\" one");
	explorer_do(&s.e, " my\r", "theme = \"my\" one");
	colour_is(&s, "beta", 99);
	explorer_do(&s.e, ":save-settings\r", "saved 1 option");
	file_is(&s, "conf/trowel/config", "[options]\ntheme = \"\\\"my\\\" one\"\n");
	explorer_do(&s.e, "q", "=0");
	close_scene(&s);
}

/* Asked to save and to leave at once, it does both. */
static void saving_is_waited_for(void **state)
{
	struct scene s = open_scene("conf/\n", NULL);

	(void)state;
	explorer_do(&s.e, ":set sort size\r", "sort = size");
	explorer_do(&s.e, ",wqq", "=0");
	file_is(&s, "conf/trowel/config", "[options]\nsort = size\n");
	close_scene(&s);
}

/* What went wrong behind a key that leaves is told in the shell. */
static void leaving_tells_what_was_not_saved(void **state)
{
	struct scene s = open_scene("conf/trowel/config \"[options]\\nsort = size\\n\"\n", NULL);

	(void)state;
	explorer_do(&s.e, ":set sort name\r", "sort = name");
	tree_add(s.home, "other \"# theirs\\n\"\n");
	tree_move(s.home, "other", "conf/trowel/config");
	explorer_do(&s.e, ":save-settings\rq", "=0");
	explorer_expect(&s.e, "not saved: .*/trowel/config was edited meanwhile");
	file_is(&s, "conf/trowel/config", "# theirs\n");
	close_scene(&s);
}

static void leaving_tells_what_is_not_known(void **state)
{
	char files[4300];
	struct scene s;

	(void)state;
	hung = hang_new();
	snprintf(files, sizeof(files), "conf/trowel/config -> %s/sub/none\n", hang_path(hung));
	s = open_scene(files, NULL);
	explorer_do(&s.e, ":set sort size\r", "sort = size");
	hang_stop(hung);
	explorer_do(&s.e, ":save-settings\rq", "=0");
	explorer_expect(&s.e, "not saved: .*/trowel/config: .*may be written all the same");
	let_go(NULL);
	close_scene(&s);
}

/* ---- the settings view ---- */

static void every_kind_of_option_is_changed(void **state)
{
	struct scene s = open_scene("conf/trowel/config \"[options]\\nscroll-margin = 5\\n\"\n",
				    &(struct explorer_options){.rows = 44});

	(void)state;
	explorer_expect(&s.e, "1 hidden");
	explorer_do(&s.e, ",", "Settings +q close");
	explorer_expect(&s.e, "@show-hidden");
	explorer_expect(&s.e, "scroll-margin +5 +file");
	/* Yes or no; the list behind follows. */
	explorer_do(&s.e, " ", "\\* show-hidden +yes +changed");
	explorer_expect(&s.e, "\\.hidden");
	explorer_do(&s.e, "l", "  show-hidden +no +default");
	explorer_expect(&s.e, "~^ +\\.hidden");
	/* One of several, forwards, backwards and round. */
	explorer_do(&s.e, "jj", "@sort ");
	explorer_do(&s.e, "l", "sort +size +changed");
	explorer_expect(&s.e, "<b.c|a.txt");
	explorer_do(&s.e, "h", "sort +name +default");
	explorer_do(&s.e, "h", "sort +origin +changed");
	explorer_do(&s.e, "\r", "sort +name +default");
	/* A number. */
	explorer_do(&s.e, "/margin\r", "@scroll-margin");
	explorer_do(&s.e, "\r", "scroll-margin: 5 +.* 0\\.\\.100$");
	explorer_do(&s.e,
		    "\x15"
		    "101\r",
		    "'101' is none of: 0\\.\\.100");
	explorer_do(&s.e,
		    "\x15"
		    "9\r",
		    "\\* scroll-margin +9 +changed");
	explorer_expect(&s.e, "in the file: 5");
	/* The default, and what it was. */
	explorer_do(&s.e, "r", "\\* scroll-margin +3 +changed");
	explorer_do(&s.e, "u", "scroll-margin +5 +file");
	explorer_do(&s.e,
		    " \x15"
		    "8\033",
		    "~scroll-margin: 8");
	explorer_expect(&s.e, "scroll-margin +5 +file");
	/* Esc: first the search, then the settings. */
	explorer_do(&s.e, "\033", "show-hidden");
	explorer_expect(&s.e, "@scroll-margin");
	explorer_do(&s.e, "\033", "~Settings");
	close_scene(&s);
}

static void a_theme_is_chosen_from_the_settings(void **state)
{
	struct scene s = open_scene(two_themes, &(struct explorer_options){.rows = 44});

	(void)state;
	explorer_do(&s.e, ",/theme", "Settings +search: theme");
	explorer_do(&s.e, "\r", "values: default .*zzodd zzred");
	explorer_expect(&s.e, "@theme");
	explorer_do(&s.e, "\r", "zzred .*All in red");
	explorer_do(&s.e, "zzred", "~zzodd");
	colour_is(&s, "beta", 160);
	explorer_do(&s.e, "\033", "@theme");
	explorer_expect(&s.e, "theme +default +default");
	colour_is(&s, "beta", 69);
	explorer_do(&s.e, " zzred", "~zzodd");
	explorer_do(&s.e, "\r", "\\* theme +zzred +changed");
	colour_is(&s, "beta", 160);
	explorer_do(&s.e, "u", "theme +default +default");
	colour_is(&s, "beta", 69);
	explorer_do(&s.e, "q", "~Settings");
	close_scene(&s);
}

/* The palette opened for a theme takes other commands, too: the settings do not come back then,
 * neither over what the command shows nor later. */
static void another_command_instead_of_a_theme(void **state)
{
	struct scene s = open_scene(two_themes, &(struct explorer_options){.rows = 44});

	(void)state;
	explorer_do(&s.e, ",/theme\r", "@theme");
	explorer_do(&s.e, " ", "zzred .*All in red");
	explorer_do(&s.e, "\x15help", "show all keys");
	explorer_do(&s.e, "\r", "go to the home directory");
	explorer_do(&s.e, "\033", "~go to the home directory");
	explorer_do(&s.e, ":", "\u25b8 help");
	explorer_do(&s.e, "\033", "~\u25b8 help");
	explorer_expect(&s.e, "~Settings");
	explorer_do(&s.e, ",/theme\r", "@theme");
	explorer_do(&s.e, " ", "zzred .*All in red");
	explorer_do(&s.e, "\x15go-bookmark", "bookmark of a letter");
	explorer_do(&s.e, "\r", "~bookmark of a letter");
	explorer_expect(&s.e, "~Settings");
	explorer_do(&s.e, "q", "there is no such bookmark");
	close_scene(&s);
}

static void written_from_the_settings(void **state)
{
	struct scene s = open_scene(
		"conf/trowel/config \"# c\\n[options]\\nsort = size # not\\nsort = size\\n\"\n",
		NULL);

	(void)state;
	explorer_do(&s.e, ",jj", "sort +size +file");
	explorer_do(&s.e, "r", "sort +name +changed");
	explorer_do(&s.e, "w", "saved 1 option in");
	explorer_expect(&s.e, "sort +name +file");
	file_is(&s, "conf/trowel/config", "# c\n[options]\nsort = size # not\nsort = name\n");
	tree_add(s.home, "other \"[options]\\nsort = mode\\n\"\n");
	tree_move(s.home, "other", "conf/trowel/config");
	explorer_do(&s.e, "jjjj ", "wrap +yes");
	explorer_do(&s.e, "w", "was edited meanwhile");
	/* What they wrote is what the view shows as the file's. */
	explorer_expect(&s.e, "sort +name +start");
	/* What nobody set here is not written over, nor what was set and saved before they did. */
	tree_add(s.home, "other \"[options]\\nmouse = no\\nsort = mode\\n\"\n");
	tree_move(s.home, "other", "conf/trowel/config");
	explorer_do(&s.e, "w", "was edited meanwhile");
	explorer_expect(&s.e, "  mouse +yes +start");
	explorer_do(&s.e, "w", "saved 1 option");
	file_is(&s, "conf/trowel/config", "[options]\nmouse = no\nsort = mode\nwrap = yes\n");
	/* Set again, it is. */
	explorer_do(&s.e, "u", "wrap +no +changed");
	explorer_do(&s.e, "kkkk", "@sort");
	explorer_do(&s.e, "l", "sort +size +changed");
	explorer_do(&s.e, "w", "saved 2 options");
	file_is(&s, "conf/trowel/config", "[options]\nmouse = no\nsort = size\nwrap = no\n");
	close_scene(&s);
}

static void read_only_settings_are_not_written(void **state)
{
	static const char *const args[] = {"--read-only", NULL};
	struct scene s = open_scene("conf/\n", &(struct explorer_options){.args = args});

	(void)state;
	explorer_do(&s.e, ", ", "show-hidden +yes +changed");
	explorer_do(&s.e, "w", "not with --read-only");
	assert_int_equal(access(tree_path(s.home, "conf/trowel"), F_OK), -1);
	close_scene(&s);
}

/* Opening costs about what stands there. */
static void opening_is_cheap(void **state)
{
	struct scene s = open_scene("conf/\n", NULL);
	size_t before, text, bytes;

	(void)state;
	pty_rest(s.e.pty, 400);
	before = pty_bytes(s.e.pty);
	explorer_do(&s.e, ",", "Settings");
	pty_rest(s.e.pty, 400);
	text = strlen(pty_screen(s.e.pty));
	bytes = pty_bytes(s.e.pty) - before;
	if (bytes > text + text / 4)
		pty_fail(s.e.pty, "settings: %zu bytes for %zu bytes of text", bytes, text);
	close_scene(&s);
}

static void the_mouse_changes_too(void **state)
{
	struct scene s = open_scene("conf/\n", NULL);

	(void)state;
	explorer_do(&s.e, ",", "@show-hidden");
	explorer_do(&s.e, "\033[<0;5;3M\033[<0;5;3m", "@parent-row");
	explorer_do(&s.e, "\033[<0;5;3M\033[<0;5;3m", "parent-row +no +changed");
	explorer_do(&s.e, "\033[<65;5;3M", "@dirs-first");
	close_scene(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_follow),
		cmocka_unit_test(scrolling_follows),
		cmocka_unit_test(footer_and_keys_follow),
		cmocka_unit_test(the_terminal_follows),
		cmocka_unit_test(colours_follow),
		cmocka_unit_test(a_theme_is_seen_while_it_is_chosen),
		cmocka_unit_test(a_name_that_is_typed_out_is_meant),
		cmocka_unit_test(refused_values_say_what_is_allowed),
		cmocka_unit_test(only_what_was_changed_is_written),
		cmocka_unit_test(what_keys_of_the_pane_change_is_saved),
		cmocka_unit_test(a_new_file_is_made),
		cmocka_unit_test(what_somebody_else_wrote_is_kept),
		cmocka_unit_test(a_link_stays_a_link),
		cmocka_unit_test(a_file_that_was_not_read_is_not_written),
		cmocka_unit_test(where_nothing_can_be_written),
		cmocka_unit_test(read_only_changes_but_saves_nothing),
		cmocka_unit_test(values_are_quoted),
		cmocka_unit_test(a_missing_theme_is_not_offered),
		cmocka_unit_test(a_background_fills_the_screen),
		cmocka_unit_test_teardown(themes_that_do_not_answer, let_go),
		cmocka_unit_test(saving_is_waited_for),
		cmocka_unit_test(leaving_tells_what_was_not_saved),
		cmocka_unit_test_teardown(leaving_tells_what_is_not_known, let_go),
		cmocka_unit_test(every_kind_of_option_is_changed),
		cmocka_unit_test(a_theme_is_chosen_from_the_settings),
		cmocka_unit_test(another_command_instead_of_a_theme),
		cmocka_unit_test(written_from_the_settings),
		cmocka_unit_test(read_only_settings_are_not_written),
		cmocka_unit_test(opening_is_cheap),
		cmocka_unit_test(the_mouse_changes_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
