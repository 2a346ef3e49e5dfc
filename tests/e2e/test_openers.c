/* SPDX-License-Identifier: MIT
 *
 * Opening and running: which program gets what, byte for byte, and how the terminal comes back.
 */
#include "../lib/explorer.h"
#include "../lib/test.h"

#include "base/str.h"

#include <fcntl.h>
#include <unistd.h>

/* `tool` writes its name and arguments into the log, each ended by a NUL; `lone` the same from
 * another name, `here` with the directory it is in; `fails` and `dies` do what they say. */
static const char tools_text[] =
	"bin/tool \"#!/bin/sh\\nprintf '%s\\\\0' tool \\\"$@\\\" >>\\\"$LOG\\\"\\n\" :0755\n"
	"bin/lone \"#!/bin/sh\\nprintf '%s\\\\0' lone \\\"$@\\\" >>\\\"$LOG\\\"\\n\" :0755\n"
	"bin/here \"#!/bin/sh\\nprintf '%s\\\\0' here $(pwd -P) \\\"$@\\\" >>\\\"$LOG\\\"\\n\" "
	":0755\n"
	"bin/xdg-open \"#!/bin/sh\\nprintf '%s\\\\0' xdg-open \\\"$@\\\" >>\\\"$LOG\\\"\\n\" "
	":0755\n"
	"bin/fails \"#!/bin/sh\\nexit 7\\n\" :0755\n"
	"bin/dies \"#!/bin/sh\\nkill -9 $$\\n\" :0755\n"
	"bin/rude \"#!/bin/sh\\nstty raw -echo; printf '\\\\033[?1003h\\\\033[3;5r\\\\033[?25l'\\n"
	"echo RUDE$1; read x\\n\" :0755\n"
	"home/\n"
	"log\n";

/* What the environment says of it. */
static const char *desktop = "DISPLAY", *remote = "SSH_CONNECTION";

struct stage {
	struct tree *tools;
	struct explorer e;
	char path[4096], log[4096], home[4096], config[4096];
	struct str at; /* of the tree that is shown, and a slash */
};

static void write_text(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

/* The rules of the configuration; before: what PATH has in front. */
static void open_stage(struct stage *s, const char *tree, const char *rules, const char *before)
{
	const char *env[] = {
		s->path, s->log,    s->home,         s->config, desktop, "WAYLAND_DISPLAY",
		remote,  "SSH_TTY", "SHELL=/bin/sh", "ENV",     NULL};
	struct str text = STR_INIT;

	s->tools = tree_new(tools_text);
	str_addf(&text, "[openers]\n%s", rules);
	write_text(tree_path(s->tools, "config"), text.buf);
	snprintf(s->path, sizeof(s->path), "PATH=%s%s:%s", before, tree_path(s->tools, "bin"),
		 getenv("PATH"));
	snprintf(s->log, sizeof(s->log), "LOG=%s", tree_path(s->tools, "log"));
	snprintf(s->home, sizeof(s->home), "HOME=%s", tree_path(s->tools, "home"));
	snprintf(s->config, sizeof(s->config), "TROWEL_CONFIG=%s", tree_path(s->tools, "config"));
	s->e = explorer_open(&(struct explorer_options){.tree = tree, .env = env, .cols = 100});
	str_init(&s->at);
	str_addf(&s->at, "%s/", s->e.tree->path);
	str_done(&text);
}

static void close_stage(struct stage *s)
{
	pty_keys(s->e.pty, "Q");
	pty_expect_exit(s->e.pty, 0);
	pty_expect_restored(s->e.pty);
	explorer_close(&s->e);
	tree_free(s->tools);
	str_done(&s->at);
}

static void read_log(struct stage *s, struct str *out)
{
	int fd = open(tree_path(s->tools, "log"), O_RDONLY | O_CLOEXEC);
	char buf[4096];
	ssize_t n;

	str_clear(out);
	assert_true(fd >= 0);
	while ((n = read(fd, buf, sizeof(buf))) > 0)
		assert_int_equal(str_add(out, buf, (size_t)n), 0);
	close(fd);
}

struct wanted {
	struct stage *s;
	const char *bytes;
	size_t len;
	struct str seen;
};

static bool logged(struct pty *p, void *ctx)
{
	struct wanted *w = ctx;

	(void)p;
	read_log(w->s, &w->seen);
	return w->seen.len >= w->len;
}

/* The log, with each NUL as |, the tree as @/ and the home directory as ~, is this; and is then
 * emptied. */
static void expect_log(struct stage *s, const char *words)
{
	struct str bytes = STR_INIT;
	struct wanted w = {.s = s, .seen = STR_INIT};

	for (const char *c = words; *c; c++) {
		if (c[0] == '@' && c[1] == '/')
			str_add(&bytes, s->at.buf, s->at.len), c++;
		else if (*c == '~')
			str_adds(&bytes, tree_path(s->tools, "home"));
		else
			str_addc(&bytes, *c == '|' ? '\0' : *c);
	}
	w.bytes = bytes.buf;
	w.len = bytes.len;
	if (!pty_until(s->e.pty, logged, &w, PTY_MS))
		pty_fail(s->e.pty, "the log has only %zu bytes: %s", w.seen.len, w.seen.buf);
	if (w.seen.len != bytes.len || memcmp(w.seen.buf, bytes.buf, bytes.len) != 0)
		pty_fail(s->e.pty, "not %s but %s %s", words, w.seen.buf,
			 w.seen.buf + strlen(w.seen.buf) + 1);
	assert_int_equal(truncate(tree_path(s->tools, "log"), 0), 0);
	str_done(&bytes);
	str_done(&w.seen);
}

static size_t count(const struct str *log, const char *bytes, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i + len <= log->len; i++)
		n += memcmp(log->buf + i, bytes, len) == 0;
	return n;
}

static size_t comings(struct pty *p)
{
	struct str log = STR_INIT;

	log.buf = (char *)(uintptr_t)pty_log(p, &log.len);
	return count(&log, "\033[?1049h", 8);
}

static bool is_back(struct pty *p, void *ctx)
{
	return comings(p) > *(size_t *)ctx;
}

/* A key that gives the terminal away: keys that come before it is back are dropped. */
static void away_and_back(struct stage *s, const char *key)
{
	size_t before = comings(s->e.pty);

	pty_keys(s->e.pty, key);
	if (!pty_until(s->e.pty, is_back, &before, PTY_MS))
		pty_fail(s->e.pty, "does not come back");
}

/* Beside us: it gets its arguments byte for byte, and it is told when it fails at once. */
static void test_detached(void **state)
{
	struct stage s;

	(void)state;
	open_stage(&s, "a.pdf\nb.txt\nc.no\ny.die\nz.bad\n",
		   "*.pdf = detach: tool %f --in=%f %n\n*.txt = detach: tool\n"
		   "*.no = detach: no-such-program\n*.bad = detach: fails\n*.die = detach: dies\n",
		   "");
	explorer_do(&s.e, "ggj", "@a.pdf");
	explorer_do(&s.e, "l", "tool was started");
	expect_log(&s, "tool|@/a.pdf|--in=@/a.pdf|a.pdf|");
	assert_true(pty_alternate_screen(s.e.pty));
	explorer_do(&s.e, "j", "@b.txt");
	explorer_do(&s.e, "l", "tool was started");
	expect_log(&s, "tool|@/b.txt|");
	explorer_do(&s.e, "j", "@c.no");
	explorer_do(&s.e, "l", "no-such-program: there is no such program");
	explorer_do(&s.e, "j", "@y.die");
	explorer_do(&s.e, "l", "dies was ended by signal 9");
	explorer_do(&s.e, "j", "@z.bad");
	explorer_do(&s.e, "l", "fails ended at once with status 7");
	close_stage(&s);
}

/* In the terminal; the first rule that matches wins. */
static void test_foreground(void **state)
{
	struct stage s;

	(void)state;
	open_stage(&s, "a.pdf\nb.txt\nc.page\n",
		   "a.* = wait: sh -c 'echo \"<$1>\"; exit 4' sh %f\n*.pdf = tool\n"
		   "*.txt = lone -- %d\n*.page = pager: echo 'to the pager'\n",
		   "");
	explorer_do(&s.e, "ggj", "@a.pdf");
	explorer_do(&s.e, "l", "[<].*/a\\.pdf>\n+.*ended with status 4: Enter");
	explorer_do(&s.e, "x", "status 4");
	explorer_do(&s.e, "\r", "@a.pdf");
	explorer_do(&s.e, "j", "@b.txt");
	away_and_back(&s, "l");
	s.at.buf[s.at.len - 1] = '\0'; /* the directory itself, and the end of the word */
	expect_log(&s, "lone|--|@/");
	explorer_do(&s.e, "j", "@c.page");
	explorer_do(&s.e, "l", "to the pager .*/c\\.page");
	explorer_do(&s.e, "q", "@c.page");
	close_stage(&s);
}

static const char hostile_tree[] = "-rf\n"
				   "$(touch\\spwned)\n"
				   "`touch\\spwned`\n"
				   "a\\sb;touch\\spwned\n"
				   "new\\nline\n"
				   "q\\x27q\\\"q\n"
				   "raw\\xff\\xfe\n";
/* As they are sorted does not matter: each test marks them in this order. */
static const char *const hostile_names[] = {
	"-rf",       "$(touch pwned)", "`touch pwned`", "a b;touch pwned",
	"new\nline", "q'q\"q",         "raw\xff\xfe"};

/* All names are in the log, each as a whole argument, after the program and `words` of arguments;
 * and nothing else is. */
static void expect_all_names(struct stage *s, const char *program)
{
	struct str wanted = STR_INIT;
	struct wanted w = {.s = s, .len = strlen(program) + 1, .seen = STR_INIT};

	for (size_t i = 0; i < ARRAY_LEN(hostile_names); i++)
		w.len += s->at.len + strlen(hostile_names[i]) + 1;
	if (!pty_until(s->e.pty, logged, &w, PTY_MS))
		pty_fail(s->e.pty, "the log has only %zu bytes", w.seen.len);
	assert_int_equal(w.seen.len, w.len);
	assert_string_equal(w.seen.buf, program);
	for (size_t i = 0; i < ARRAY_LEN(hostile_names); i++) {
		str_clear(&wanted);
		str_addc(&wanted, '\0');
		str_add(&wanted, s->at.buf, s->at.len);
		str_add(&wanted, hostile_names[i], strlen(hostile_names[i]) + 1);
		assert_int_equal(count(&w.seen, wanted.buf, wanted.len), 1);
	}
	assert_int_equal(faccessat(s->e.tree->fd, "pwned", F_OK, 0), -1);
	assert_int_equal(truncate(tree_path(s->tools, "log"), 0), 0);
	str_done(&wanted);
	str_done(&w.seen);
}

static bool asked_again(struct pty *p, void *ctx)
{
	struct str log = STR_INIT;
	size_t before = *(size_t *)ctx, now;

	log.buf = (char *)(uintptr_t)pty_log(p, &log.len);
	now = count(&log, "Enter goes back", 15);
	return now > before;
}

/* Runs it and reads how it ended: what is on the screen may be of the one before. */
static void type_line(struct stage *s, const char *line, const char *check)
{
	struct str log = STR_INIT;
	size_t before;

	explorer_do(&s->e, "!", "empty: shell");
	log.buf = (char *)(uintptr_t)pty_log(s->e.pty, &log.len);
	before = count(&log, "Enter goes back", 15);
	pty_keys(s->e.pty, line);
	if (!pty_until(s->e.pty, asked_again, &before, PTY_MS))
		pty_fail(s->e.pty, "%s has not ended", line);
	explorer_expect(&s->e, check);
	explorer_do(&s->e, "\r", "~Enter goes back");
}

/* A program of the directory that is looked at is not found, whatever PATH says. */
static void test_path(void **state)
{
	struct stage s;

	(void)state;
	open_stage(&s,
		   "a.pdf\nb.txt\nbin/tool \"#!/bin/sh\\necho >pwned\\n\" :0755\n"
		   "tool \"#!/bin/sh\\necho >pwned\\n\" :0755\n"
		   "lone \"#!/bin/sh\\necho >pwned\\n\" :0755\n",
		   "*.pdf = detach: tool\n*.txt = sh -c 'lone \"$1\"' sh %f\n", ".::bin:");
	explorer_do(&s.e, "gg}", "@a.pdf");
	explorer_do(&s.e, "l", "tool was started");
	expect_log(&s, "tool|@/a.pdf|");
	/* Nor by what we have started. */
	explorer_do(&s.e, "j", "@b.txt");
	away_and_back(&s, "l");
	expect_log(&s, "lone|@/b.txt|");
	type_line(&s, "tool x; lone y\r", "status 0");
	expect_log(&s, "tool|x|lone|y|");
	explorer_do(&s.e, "gg}", "@a.pdf");
	assert_int_equal(faccessat(s.e.tree->fd, "pwned", F_OK, 0), -1);
	close_stage(&s);
}

/* `!` with and without a shell: names stay names. */
static void test_hostile_names(void **state)
{
	struct stage s;

	(void)state;
	open_stage(&s, hostile_tree, "", "");
	explorer_do(&s.e, "*a", "7 marked");
	type_line(&s, "tool %F\r", "ended with status 0");
	expect_all_names(&s, "tool");
	type_line(&s, "tool %F | cat >/dev/null\r", "ended with status 0");
	expect_all_names(&s, "tool");
	type_line(&s, "! tool \"$@\"\r", "ended with status 0");
	expect_all_names(&s, "tool");
	type_line(&s, "tool; for f in %F; do test -e \"$f\" || lone; done; tool\r",
		  "ended with status 0");
	expect_log(&s, "tool|tool|");
	explorer_do(&s.e, "*n", "~7 marked");
	explorer_do(&s.e, "gg", "@..");
	explorer_do(&s.e, "f-", "@-rf");
	type_line(&s, "tool %n %f --x=%n\r", "ended with status 0");
	expect_log(&s, "tool|./-rf|@/-rf|--x=-rf|");
	type_line(&s, "tool %n %f;\r", "ended with status 0");
	expect_log(&s, "tool|./-rf|@/-rf|");
	close_stage(&s);
}

/* A name is that of the file where it lies, whatever is on screen; and what nobody typed does not
 * run in a directory that somebody else may have filled. */
static void test_where(void **state)
{
	struct stage s;

	(void)state;
	setenv("VISUAL", "here", 1);
	open_stage(&s, "a/\na/x\na/y.d\na/z.n\nb/\nb/x\n",
		   "*.d = here\n*.n = detach: here %n\n*.p = pager: here\n", "");
	explorer_do(&s.e, "ggj", "@a");
	explorer_do(&s.e, "l", "y.d");
	explorer_do(&s.e, "ggj", "@x");
	type_line(&s, "here %n\r", "status 0");
	type_line(&s, "here %f\r", "status 0");
	type_line(&s, "here %n;\r", "status 0");
	expect_log(&s, "here|@/a|x|here|@/a|@/a/x|here|@/a|x|");
	away_and_back(&s, "e");
	expect_log(&s, "here|~|@/a/x|");
	explorer_do(&s.e, "j", "@y.d");
	away_and_back(&s, "l");
	expect_log(&s, "here|~|@/a/y.d|");
	explorer_do(&s.e, "j", "@z.n");
	pty_keys(s.e.pty, "l");
	expect_log(&s, "here|@/a|z.n|");
	/* The row above: its name is one of the directory above it. */
	explorer_do(&s.e, "gg", "@..");
	type_line(&s, "sh -c 'cd \"$1\" && here' sh %n\r", "status 0");
	type_line(&s, "cd %n && here\r", "status 0");
	s.at.buf[s.at.len - 1] = '\0'; /* the directory itself, and the end of the word */
	expect_log(&s, "here|@/here|@/");
	s.at.buf[s.at.len - 1] = '/';
	/* Marked there, run from elsewhere. */
	explorer_do(&s.e, "ggj ", "1 marked");
	explorer_do(&s.e, "h", "@a");
	explorer_do(&s.e, "jl", "1 item");
	explorer_do(&s.e, "o", "open 1 marked with.*\n.*▸");
	explorer_do(&s.e, "detach: here %n", "Enter runs it");
	pty_keys(s.e.pty, "\r");
	expect_log(&s, "here|@/a|x|");
	explorer_do(&s.e, "o", "open 1 marked with.*\n.*▸");
	explorer_do(&s.e, "detach: here %f", "Enter runs it");
	pty_keys(s.e.pty, "\r");
	expect_log(&s, "here|~|@/a/x|");
	explorer_do(&s.e, "o", "open 1 marked with.*\n.*▸");
	explorer_do(&s.e, "here", "Enter runs it");
	away_and_back(&s, "\r");
	expect_log(&s, "here|@/b|@/a/x|");
	explorer_do(&s.e, "*l", "@x");
	type_line(&s, "here %n\r", "status 0");
	type_line(&s, "here\r", "status 0");
	expect_log(&s, "here|@/a|x|here|@/b|");
	close_stage(&s);
	unsetenv("VISUAL");
}

/* What cannot be run is said, and the screen stays. */
static void test_bad_lines(void **state)
{
	static const char *const lines[][2] = {
		{"tool 'x\r", "the quote ' is not closed"},
		{"tool %x\r", "%x is none of"},
		{"sh -c \"rm %f\"\r", "must not become part"},
		{"tool `echo %f`\r", "no placeholder after"},
		{"no-such-program\r", "there is no such program"},
		{"what: x\r", "there are term:"},
		{"/etc/passwd\r", "Permission denied"},
	};
	struct stage s;

	(void)state;
	open_stage(&s, "a\nb\n", "", "");
	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		explorer_do(&s.e, "!", "empty: shell");
		explorer_do(&s.e, lines[i][0], lines[i][1]);
	}
	/* Left without anything. */
	explorer_do(&s.e, "!tool x", "! tool x");
	explorer_do(&s.e, "\033", "~tool x");
	explorer_do(&s.e, "ggj", "@a");
	close_stage(&s);
}

/* More than the kernel takes: nothing runs. */
static void test_too_many(void **state)
{
	struct stage s;

	(void)state;
	open_stage(&s, "many/ *30000\nfew/ *25\n", "f* = detach: tool %f\n", "");
	explorer_do(&s.e, "ggjj", "@many");
	explorer_do(&s.e, "l", "30,?000 items");
	explorer_do(&s.e, "*a", "30,?000 marked");
	type_line(&s, "tool\r", "ended with status 0");
	explorer_do(&s.e, "!", "empty: shell");
	/* Each twice, to be sure on any system. */
	explorer_do(&s.e, "tool %F %F %F %F\r", "too much for one command line: nothing was");
	expect_log(&s, "tool|");
	close_stage(&s);
}

/* However a program leaves the terminal, ours comes back, in the size it has by then. */
static void test_rude(void **state)
{
	struct stage s;
	struct termios settings;

	(void)state;
	open_stage(&s, "a.rude\nb\n", "*.rude = rude\nb = tool\n", "");
	explorer_do(&s.e, "ggj", "@a.rude");
	explorer_do(&s.e, "l", "RUDE");
	pty_resize(s.e.pty, 30, 90);
	/* Typed ahead for it, and a line for nobody. */
	explorer_do(&s.e, "jjj\rQ\n", "@a.rude");
	assert_true(pty_cursor_visible(s.e.pty));
	assert_true(pty_alternate_screen(s.e.pty));
	explorer_do(&s.e, "j", "@b");
	/* The last line of the new size is used. */
	assert_true(strstr(pty_row(s.e.pty, 29), "help") != NULL);
	pty_termios(s.e.pty, &settings);
	assert_false(settings.c_lflag & (ICANON | ECHO));
	explorer_do(&s.e, "!", "empty: shell");
	explorer_do(&s.e, "rude 2\r", "RUDE2");
	explorer_do(&s.e, "\n", "status 0: Enter");
	explorer_do(&s.e, "\r", "~Enter goes back");
	close_stage(&s);
}

/* A killed program, and one that stops: nobody here could let it go on later. */
static void test_ends(void **state)
{
	struct stage s;

	(void)state;
	open_stage(&s, "y\n", "", "");
	type_line(&s, "dies\r", "ended by signal 9.*Enter");
	type_line(&s, "sh -c 'kill -STOP $$; exit 3'\r", "ended with status 3");
	close_stage(&s);
}

/* Asked to end while the output is read. */
static void test_signal_while_waiting(void **state)
{
	struct stage s;
	int status;

	(void)state;
	open_stage(&s, "a\n", "", "");
	explorer_do(&s.e, "!", "empty: shell");
	explorer_do(&s.e, "true\r", "Enter goes back");
	pty_signal(s.e.pty, 15);
	assert_true(pty_ended(s.e.pty, PTY_MS, &status));
	pty_expect_restored(s.e.pty);
	explorer_close(&s.e);
	tree_free(s.tools);
	str_done(&s.at);
}

static const char kinds_tree[] = "data \"{\\\"a\\\": 1}\\n\"\n"
				 "empty\n"
				 "image \"GIF89a\\x01\\x01\\x80\\x80\"\n"
				 "link -> image\n"
				 "notes \"hello world\\n\"\n"
				 "pipe|\n"
				 "to.pipe -> pipe\n"
				 "xx \"#!/bin/sh\\necho pwned >pwned\\n\" :0755\n";

/* The kind decides where the name does not; what is text opens in the editor, and nothing runs by
 * being opened. */
static void test_kinds(void **state)
{
	struct stage s;

	(void)state;
	setenv("VISUAL", "tool 'in the editor'", 1);
	setenv("PAGER", "lone", 1);
	open_stage(&s, kinds_tree, "image/* = detach: tool\nto.* = tool\n", "");
	explorer_do(&s.e, "gg", "@..");
	explorer_do(&s.e, "fi", "@image");
	pty_keys(s.e.pty, "l");
	expect_log(&s, "tool|@/image|");
	explorer_do(&s.e, "fl", "@link");
	pty_keys(s.e.pty, "l");
	expect_log(&s, "tool|@/link|");
	explorer_do(&s.e, "fn", "@notes");
	away_and_back(&s, "l");
	expect_log(&s, "tool|in the editor|@/notes|");
	explorer_do(&s.e, "fe", "@empty");
	away_and_back(&s, "\r");
	expect_log(&s, "tool|in the editor|@/empty|");
	explorer_do(&s.e, "fd", "@data");
	away_and_back(&s, "\r");
	expect_log(&s, "tool|in the editor|@/data|");
	explorer_do(&s.e, "fx", "@xx");
	away_and_back(&s, "\r");
	expect_log(&s, "tool|in the editor|@/xx|");
	/* A link that leads to what would never end; the rule does not matter. */
	explorer_do(&s.e, "ft", "@to.pipe");
	explorer_do(&s.e, "l", "to.pipe leads to a named pipe: it is not opened");
	explorer_do(&s.e, "fp", "@pipe");
	explorer_do(&s.e, "l", "pipe is a named pipe");
	explorer_do(&s.e, "fd", "@data");
	explorer_do(&s.e, "fp", "@pipe");
	explorer_do(&s.e, "e", "pipe is a named pipe: it is not opened");
	assert_int_equal(faccessat(s.e.tree->fd, "pwned", F_OK, 0), -1);
	expect_log(&s, "");
	close_stage(&s);
	unsetenv("VISUAL");
	unsetenv("PAGER");
}

/* $EDITOR is for other programs, too: what it names is none of our own commands. */
static void test_variables_name_programs(void **state)
{
	struct stage s;

	(void)state;
	setenv("VISUAL", ":edit", 1);
	setenv("PAGER", ":pager", 1);
	open_stage(&s, "a.txt \"x\"\nb.p \"x\"\n", "*.p = :pager\n", "");
	explorer_do(&s.e, "ggj", "@a.txt");
	explorer_do(&s.e, "e", "VISUAL=:edit: this must be a program");
	explorer_do(&s.e, "j", "@b.p");
	explorer_do(&s.e, "l", "PAGER=:pager: this must be a program");
	close_stage(&s);
	unsetenv("VISUAL");
	unsetenv("PAGER");
}

/* Where there is a desktop it opens what is no text; not for somebody at the end of a line. */
static void test_desktop(void **state)
{
	static const char tree[] = "image \"GIF89a\\x01\\x01\\x80\\x80\"\n"
				   "xdg-open \"#!/bin/sh\\necho >pwned\\n\" :0755\n";
	struct stage s;

	(void)state;
	desktop = "DISPLAY=:7";
	open_stage(&s, tree, "", ".:");
	explorer_do(&s.e, "ggj", "@image");
	explorer_do(&s.e, "l", "xdg-open was started");
	expect_log(&s, "xdg-open|@/image|");
	assert_int_equal(faccessat(s.e.tree->fd, "pwned", F_OK, 0), -1);
	close_stage(&s);
	/* Nobody sits in front of that screen. */
	remote = "SSH_CONNECTION=10.0.0.1 5000 10.0.0.2 22";
	open_stage(&s, tree, "", "");
	explorer_do(&s.e, "ggj", "@image");
	pty_expect(s.e.pty, "47 ?49 ?46");
	/* The q is for the viewer, however soon it is typed. */
	for (int i = 0; i < 3; i++)
		explorer_do(&s.e, "lq", "@image");
	explorer_do(&s.e, "o", "open with: *\n.*▸ viewer");
	assert_false(pty_matches(s.e.pty, "xdg-open +what"));
	explorer_do(&s.e, "\033", "~open with");
	expect_log(&s, "");
	close_stage(&s);
	/* But here X11 is forwarded to where he sits. */
	desktop = "DISPLAY=localhost:10.0";
	open_stage(&s, tree, "", "");
	explorer_do(&s.e, "ggj", "@image");
	explorer_do(&s.e, "l", "xdg-open was started");
	expect_log(&s, "xdg-open|@/image|");
	close_stage(&s);
	desktop = "DISPLAY";
	remote = "SSH_CONNECTION";
}

/* The first is the default; a line of one's own with its history; Esc leaves. */
static void test_chooser(void **state)
{
	struct stage s;

	(void)state;
	open_stage(&s, "a.pdf \"x\"\nb.txt \"x\"\nc.pdf \"x\"\n",
		   "*.pdf = detach: tool %f\n*.txt = detach: lone\n* = detach: lone --any %F\n",
		   "");
	explorer_do(&s.e, "ggj", "@a.pdf");
	explorer_do(&s.e, "o", "open with.*\n.*▸ tool .*\n.*lone .*\n.*editor");
	assert_false(pty_matches(s.e.pty, "txt +detach"));
	explorer_do(&s.e, "\r", "tool was started");
	expect_log(&s, "tool|@/a.pdf|");
	explorer_do(&s.e, "o", "open with.*\n.*▸ tool");
	explorer_do(&s.e, "\033[B", "▸ lone");
	explorer_do(&s.e, "\r", "lone was started");
	expect_log(&s, "lone|--any|@/a.pdf|");
	explorer_do(&s.e, "o", "open with.*\n.*▸ tool");
	explorer_do(&s.e, "detach: tool -x", "Enter runs it");
	explorer_do(&s.e, "\r", "tool was started");
	expect_log(&s, "tool|-x|@/a.pdf|");
	explorer_do(&s.e, "o", "open with: *\n.*▸ tool");
	explorer_do(&s.e, "\033[A", "open with: detach: tool -x");
	explorer_do(&s.e, "\033[B", "open with: *\n.*▸ tool");
	explorer_do(&s.e, "\033", "~open with");
	explorer_do(&s.e, "o", "open with: *\n.*▸ tool");
	explorer_do(&s.e, "./a.pdf\r", "./a.pdf: a program is searched in PATH");
	expect_log(&s, "");
	/* Marked: what may be meant for all of them. */
	explorer_do(&s.e, "+*.pdf\r", "2 marked");
	explorer_do(&s.e, "o", "open 2 marked with: *\n.*▸ tool");
	explorer_do(&s.e, "\033[B\r", "lone was started");
	expect_log(&s, "lone|--any|@/a.pdf|@/c.pdf|");
	explorer_do(&s.e, "*a", "3 marked");
	explorer_do(&s.e, "o", "open 3 marked with: *\n.*▸ lone .*any");
	explorer_do(&s.e, "\033", "~open 3");
	close_stage(&s);
}

/* Keys that come with the o, or before its list is drawn, choose nothing. */
static void test_chooser_typed_ahead(void **state)
{
	struct stage s;

	(void)state;
	open_stage(&s, "a.pdf \"x\"\nb\n", "*.pdf = detach: tool %f\n", "");
	explorer_do(&s.e, "ggj", "@a.pdf");
	explorer_do(&s.e, "o\rj\r", "open with: *\n.*▸ tool");
	explorer_do(&s.e, "\033", "~open with");
	expect_log(&s, "");
	explorer_expect(&s.e, "@a.pdf");
	close_stage(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_detached),
		cmocka_unit_test(test_foreground),
		cmocka_unit_test(test_path),
		cmocka_unit_test(test_hostile_names),
		cmocka_unit_test(test_where),
		cmocka_unit_test(test_bad_lines),
		cmocka_unit_test(test_too_many),
		cmocka_unit_test(test_rude),
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_signal_while_waiting),
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_desktop),
		cmocka_unit_test(test_chooser),
		cmocka_unit_test(test_chooser_typed_ahead),
		cmocka_unit_test(test_variables_name_programs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
