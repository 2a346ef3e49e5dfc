/* SPDX-License-Identifier: MIT
 *
 * What is kept for the next time: visited places and going there with z, and the session for
 * --resume.
 */
#include "../lib/explorer.h"
#include "../lib/hang.h"
#include "../lib/test.h"

#include "base/str.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* A state directory of its own. */
struct home {
	struct tree *tree;
	char state[4200], config[4200];
	const char *env[4];
};

static void home_init(struct home *h)
{
	h->tree = tree_new("state/\n");
	snprintf(h->state, sizeof(h->state), "XDG_STATE_HOME=%s", tree_path(h->tree, "state"));
	snprintf(h->config, sizeof(h->config), "TROWEL_CONFIG=%s", tree_path(h->tree, "config"));
	h->env[0] = h->state;
	h->env[1] = h->config;
	h->env[2] = NULL;
	tree_add(h->tree, "config \"\"\n");
}

static void write_state(struct home *h, const char *name, const char *text)
{
	char rel[64];
	FILE *f;

	mkdir(tree_path(h->tree, "state/trowel"), 0700);
	snprintf(rel, sizeof(rel), "state/trowel/%s", name);
	f = fopen(tree_path(h->tree, rel), "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

/* The file's content, "" when it is not there. */
static const char *read_state(struct home *h, const char *name)
{
	static char buf[16384];
	char rel[64];
	int fd;
	ssize_t n = 0;

	snprintf(rel, sizeof(rel), "state/trowel/%s", name);
	fd = open(tree_path(h->tree, rel), O_RDONLY);
	if (fd >= 0) {
		n = read(fd, buf, sizeof(buf) - 1);
		close(fd);
	}
	buf[n > 0 ? n : 0] = '\0';
	return buf;
}

static struct explorer start(struct home *h, const char *option)
{
	const char *args[] = {option, NULL};

	return explorer_open(&(struct explorer_options){.env = h->env, .args = args, .cols = 140});
}

static void leave(struct explorer *e)
{
	pty_keys(e->pty, "Q");
	pty_expect_exit(e->pty, 0);
	pty_expect_restored(e->pty);
}

/* Something done in a place counts at once; looking in does not. */
static void test_places_are_kept(void **state)
{
	char line[4200];
	struct home h;

	(void)state;
	home_init(&h);
	struct explorer e = start(&h, NULL);
	explorer_do(&e, "ggj", "@alpha");
	explorer_do(&e, "l", "inner");
	explorer_do(&e, "Yp", "sent to the clipboard");
	explorer_do(&e, "Yp", "sent to the clipboard");
	explorer_do(&e, "h", "beta");
	explorer_do(&e, "j", "@beta");
	explorer_do(&e, "l", "\\.\\./");
	explorer_expect(&e, "~alpha/");
	explorer_do(&e, "z", "visited:");
	explorer_expect(&e, "alpha$");
	assert_false(pty_matches(e.pty, "/beta$"));
	explorer_do(&e, "alp\r", "inner\\.txt");
	leave(&e);
	snprintf(line, sizeof(line), " %s/alpha\n", e.tree->path);
	assert_int_equal(strncmp(read_state(&h, "places"), "trowel places 1\n1000 ", 21), 0);
	assert_non_null(strstr(read_state(&h, "places"), line));
	explorer_close(&e);
	tree_free(h.tree);
}

/* The list: best first, narrowed as one types, moved in, completed. */
static void test_jump(void **state)
{
	struct home h;
	struct str text = STR_INIT;
	struct explorer e;

	(void)state;
	home_init(&h);
	struct tree *t = tree_new("one/photos/p\ntwo/photos/q\ntwo/other/r\nev\\nil\\e[31m/s\n");
	str_addf(&text,
		 "trowel places 1\n9000 %lld %s/one/photos\n3000 %lld %s/two/photos\n"
		 "1000 %lld %s/two/other\n1000 1 %s/ev\\nil\033[31m\nnonsense\n",
		 (long long)time(NULL), t->path, (long long)time(NULL), t->path,
		 (long long)time(NULL), t->path, t->path);
	write_state(&h, "places", text.buf);
	e = start(&h, NULL);
	explorer_expect(&e, "places: 1 lines are no places");
	explorer_do(&e, "z", "visited:");
	explorer_expect(&e, "<one/photos|two/photos");
	explorer_expect(&e, "ev\\\\nil\\^\\[\\[31m");
	explorer_do(&e, "photos", "~two/other");
	explorer_do(&e, " two", "~one/photos");
	explorer_do(&e, "\r", "q  ");
	explorer_do(&e, "z", "visited:");
	explorer_do(&e, "photos", "~two/photos$"); /* one is there already */
	explorer_do(&e, "\t", "visited: .*one/photos");
	explorer_do(&e, "\r", "p  ");
	explorer_do(&e, "zpho\033[B\033[B\033[A", "visited: pho");
	explorer_do(&e, "\r", "q  ");
	explorer_do(&e, "zxyzzy", "nothing like this");
	explorer_do(&e, "\r", "no directory like this");
	explorer_do(&e, "z31m\r", "s  ");
	leave(&e);
	explorer_close(&e);
	tree_free(t);
	tree_free(h.tree);
	str_done(&text);
}

/* What was seen to be gone is forgotten, nothing else. */
static void test_gone_is_forgotten(void **state)
{
	struct home h;
	struct str text = STR_INIT;
	struct explorer e;

	(void)state;
	home_init(&h);
	str_addf(&text, "trowel places 1\n9000 %lld /no/such/place\n3000 5 /no/other/place\n",
		 (long long)time(NULL));
	write_state(&h, "places", text.buf);
	e = start(&h, NULL);
	explorer_do(&e, "zsuch", "/no/such/place");
	explorer_do(&e, "\r", "cannot go to /no/such/place");
	explorer_do(&e, "z", "/no/other/place");
	assert_false(pty_matches(e.pty, "/no/such/place"));
	pty_keys(e.pty, "\007");
	leave(&e);
	assert_null(strstr(read_state(&h, "places"), "/no/such/place"));
	assert_non_null(strstr(read_state(&h, "places"), "3000 5 /no/other/place"));
	explorer_close(&e);
	tree_free(h.tree);
	str_done(&text);
}

/* Nothing is remembered by who does not want it; a file of a later version is left as it is. */
static void test_not_remembered(void **state)
{
	struct home h;

	(void)state;
	home_init(&h);
	tree_remove(h.tree, "config");
	tree_add(h.tree,
		 "config \"[options]\\nremember-places = no\\nremember-session = no\\n\"\n");
	struct explorer e = start(&h, NULL);
	explorer_do(&e, "Yp", "sent to the clipboard");
	explorer_do(&e, "z", "remember-places is off");
	leave(&e);
	explorer_close(&e);
	assert_string_equal(read_state(&h, "places"), "");
	assert_string_equal(read_state(&h, "session"), "");
	tree_remove(h.tree, "config");
	tree_add(h.tree, "config \"\"\n");
	write_state(&h, "places", "trowel places 2\nwhatever\n");
	e = start(&h, NULL);
	explorer_expect(&e, "places: not of this version");
	explorer_do(&e, "Yp", "sent to the clipboard");
	leave(&e);
	explorer_close(&e);
	assert_string_equal(read_state(&h, "places"), "trowel places 2\nwhatever\n");
	tree_free(h.tree);
}

/* Two programs at once: what both visited is there in the end. */
static void test_two_programs(void **state)
{
	char line[4200];
	struct home h;

	(void)state;
	home_init(&h);
	struct explorer a = start(&h, NULL), b = start(&h, NULL);
	explorer_do(&a, "ggj", "@alpha");
	explorer_do(&a, "l", "inner");
	explorer_do(&b, "ggjj", "@beta");
	explorer_do(&b, "l", "~alpha/");
	explorer_do(&a, "Yd", "sent to the clipboard");
	explorer_do(&b, "Yd", "sent to the clipboard");
	leave(&a);
	leave(&b);
	snprintf(line, sizeof(line), " %s/alpha\n", a.tree->path);
	assert_non_null(strstr(read_state(&h, "places"), line));
	snprintf(line, sizeof(line), " %s/beta\n", b.tree->path);
	assert_non_null(strstr(read_state(&h, "places"), line));
	explorer_close(&a);
	explorer_close(&b);
	tree_free(h.tree);
}

/* A path beside a session with as many tabs as there can be takes the place of none. */
static void test_resume_with_all_tabs(void **state)
{
	struct home h;

	(void)state;
	home_init(&h);
	struct explorer e = start(&h, NULL);
	explorer_do(&e, "ggj", "@alpha");
	explorer_do(&e, "l", "inner");
	explorer_do(&e, "tttttttt", "\\[9\\]");
	leave(&e);
	struct explorer r = explorer_open(
		&(struct explorer_options){.env = h.env,
					   .args = (const char *const[]){"--resume", NULL},
					   .ready = "\\[9\\]",
					   .cols = 140});
	explorer_expect(&r, "no tab is left for it");
	explorer_expect(&r, "inner");
	leave(&r);
	explorer_close(&r);
	explorer_close(&e);
	tree_free(h.tree);
}

static struct hang *hung;

static int end_mount(void **state)
{
	(void)state;
	if (hung) {
		hang_go(hung);
		hang_free(hung);
	}
	hung = NULL;
	return 0;
}

/* A path that is not there yet when the tabs are is not forgotten. */
static void test_resume_beside_a_slow_path(void **state)
{
	const char *argv[] = {getenv("TROWEL_BIN"), "--resume", NULL, NULL};
	struct home h;

	(void)state;
	hung = hang_new();
	argv[2] = hang_path(hung);
	home_init(&h);
	struct explorer e = start(&h, NULL);
	leave(&e);
	hang_stop(hung);
	struct explorer r = {.tree = tree_new("")};
	r.pty = pty_open(&(struct pty_options){.argv = argv, .env = h.env, .cols = 140});
	explorer_expect(&r, "1 \\[2\\]");
	hang_go(hung);
	explorer_expect(&r, "three");
	leave(&r);
	explorer_close(&r);
	explorer_close(&e);
	tree_free(h.tree);
}

static void test_resume(void **state)
{
	static const char *const args[] = {"--resume", NULL};
	struct home h;

	(void)state;
	home_init(&h);
	struct explorer e = start(&h, "--resume");
	explorer_expect(&e, "there is no session to go on with");
	explorer_do(&e, "G", "@zlink");
	explorer_do(&e, "sr.", "\\.hidden");
	explorer_do(&e, "t", "\\[2\\]");
	explorer_do(&e, "ggfa", "@alpha");
	explorer_do(&e, "l", "inner");
	explorer_do(&e, "G", "@inner");
	leave(&e);
	/* Without a path: the tabs as they were, wherever it is started. */
	struct explorer r = explorer_open(&(struct explorer_options){
		.env = h.env, .args = args, .start = "beta", .ready = "\\[3\\]", .cols = 140});
	explorer_expect(&r, "1 2 \\[3\\]");
	explorer_do(&r, "g2", "inner\\.txt");
	explorer_expect(&r, "@inner");
	explorer_do(&r, "g1", "\\.hidden");
	explorer_expect(&r, "@zlink");
	explorer_expect(&r, "<b.c|a.txt");
	leave(&r);
	explorer_close(&r);
	/* A directory that is gone gives way to the nearest that is left. */
	tree_remove(e.tree, "alpha");
	const char *argv[] = {getenv("TROWEL_BIN"), "--resume", NULL};
	struct explorer g = {.tree = tree_new("")};
	g.pty = pty_open(&(struct pty_options){
		.argv = argv, .env = h.env, .dir = g.tree->path, .cols = 140});
	explorer_expect(&g, "\\[1\\] 2 3");
	explorer_do(&g, "g2", "zlink");
	explorer_expect(&g, "beta/");
	leave(&g);
	explorer_close(&g);
	explorer_close(&e);
	tree_free(h.tree);
}

/* A session that is none is refused whole, and said; what chooses for others keeps none. */
static void test_bad_session(void **state)
{
	struct home h;
	static const char bad[] = "trowel session 1\ntab /\nhidden\nwhat\n";

	(void)state;
	home_init(&h);
	write_state(&h, "session", bad);
	struct explorer e = start(&h, "--resume");
	explorer_expect(&e, "session: not a session of this version");
	explorer_expect(&e, "zlink");
	pty_close(e.pty);
	e.pty = NULL;
	tree_free(e.tree);
	assert_string_equal(read_state(&h, "session"), bad);
	e = start(&h, "--choose-file");
	pty_keys(e.pty, "q");
	pty_expect_exit(e.pty, 130);
	explorer_close(&e);
	assert_string_equal(read_state(&h, "session"), bad);
	tree_free(h.tree);
}

/* A lost connection is what one wants to go on after. */
static void test_after_a_signal(void **state)
{
	struct home h;
	int status;

	(void)state;
	home_init(&h);
	struct explorer e = start(&h, NULL);
	pty_signal(e.pty, SIGHUP);
	assert_true(pty_ended(e.pty, PTY_MS, &status));
	assert_int_equal(strncmp(read_state(&h, "session"), "trowel session 1\ntab /", 22), 0);
	explorer_close(&e);
	tree_free(h.tree);
}

static bool bookmarks_say(struct pty *p, void *ctx)
{
	struct home *h = ((void **)ctx)[0];

	(void)p;
	return strstr(read_state(h, "bookmarks"), ((char **)ctx)[1]) != NULL;
}

static void expect_bookmark(struct explorer *e, struct home *h, const char *line)
{
	void *ctx[] = {h, (void *)(uintptr_t)line};

	if (!pty_until(e->pty, bookmarks_say, ctx, PTY_MS))
		pty_fail(e->pty, "no %s in: %s", line, read_state(h, "bookmarks"));
}

/* Two programs at once, and a line written by hand: nobody's is lost. */
static void test_bookmarks_are_merged(void **state)
{
	static const char mine[] = "# mine\nx = \"/tmp\"\n";
	struct home h;

	(void)state;
	home_init(&h);
	write_state(&h, "bookmarks", mine);
	struct explorer one = start(&h, NULL), two = start(&h, NULL);
	explorer_do(&one, "ma", "now leads here");
	expect_bookmark(&one, &h, "\na = ");
	explorer_do(&two, "mb", "now leads here");
	expect_bookmark(&two, &h, "\nb = ");
	expect_bookmark(&two, &h, "\na = ");
	assert_int_equal(strncmp(read_state(&h, "bookmarks"), mine, strlen(mine)), 0);
	explorer_do(&two, "'x", "/tmp ");
	leave(&one);
	leave(&two);
	explorer_close(&one);
	explorer_close(&two);
	tree_free(h.tree);
}

/* What was not read is not replaced by the little that is known. */
static void test_bookmarks_not_read_are_kept(void **state)
{
	static const char theirs[] = "a = /usr\nb = /etc\n";
	struct home h;

	(void)state;
	home_init(&h);
	write_state(&h, "bookmarks", theirs);
	assert_int_equal(chmod(tree_path(h.tree, "state/trowel/bookmarks"), 0666), 0);
	struct explorer e = start(&h, NULL);
	explorer_expect(&e, "bookmarks: ignored: others may write it");
	explorer_do(&e, "mc", "not saved: .*others may write it");
	leave(&e);
	assert_string_equal(read_state(&h, "bookmarks"), theirs);
	explorer_close(&e);
	tree_free(h.tree);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bookmarks_are_merged),
		cmocka_unit_test(test_bookmarks_not_read_are_kept),
		cmocka_unit_test(test_places_are_kept),
		cmocka_unit_test(test_jump),
		cmocka_unit_test(test_gone_is_forgotten),
		cmocka_unit_test(test_not_remembered),
		cmocka_unit_test(test_two_programs),
		cmocka_unit_test(test_resume),
		cmocka_unit_test(test_bad_session),
		cmocka_unit_test(test_after_a_signal),
		cmocka_unit_test(test_resume_with_all_tabs),
		cmocka_unit_test_teardown(test_resume_beside_a_slow_path, end_mount),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
