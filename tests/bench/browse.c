/* SPDX-License-Identifier: MIT
 *
 * browse CACHE [SCALE...]: measures the explorer in a pseudo-terminal of 40x120 and prints a table:
 * ours, the limit program, peers. Figures are medians of interleaved runs. Peers are whatever of
 * nnn, mc, vifm, lf and ranger is in PATH. doc/performance.md says what each row means.
 */
#include "../lib/figures.h"
#include "../lib/pty.h"
#include "../lib/test.h"

#include <dirent.h>
#include <fcntl.h>
#include <libgen.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define ROWS     40
#define COLS     120
#define CAP_MS   60000
#define REPS_MAX 9
#define KEYS     300
#define HELD     30
#define SMALL    30
#define NAME     "(img|IMG|doc|R.+sum.+|log|data|file)-[0-9]"

struct program {
	const char *name;
	const char *argv[4]; /* the directory is added */
	const char *down, *up, *page;
	long most; /* names it can show in bearable time */
	bool there;
};

static struct program programs[] = {
	{"trowel", {NULL}, "j", "k", "\x06", 10000000, true},
	{"nnn", {"nnn"}, "j", "k", "\x04", 10000000, false},
	{"mc", {"mc", "-u"}, "\033[B", "\033[A", "\033[6~", 1000000, false},
	{"vifm", {"vifm"}, "j", "k", "\x06", 1000000, false},
	{"lf", {"lf"}, "j", "k", "\x06", 100000, false},
	{"ranger", {"ranger"}, "j", "k", "\x06", 10000, false},
};
#define PROGRAMS (sizeof(programs) / sizeof(programs[0]))

static const char *cache, *tools;

static void print_line(struct line *l)
{
	const char *names[PROGRAMS];

	for (size_t i = 1; i < PROGRAMS; i++)
		names[i - 1] = programs[i].name;
	figures_print(l, names, PROGRAMS - 1);
}

static struct samples *of(struct line *l, size_t program)
{
	return program == 0 ? &l->ours : &l->peers[program - 1];
}

/* ---- running ---- */

static struct pty *start(const struct program *p, const char *dir)
{
	const char *argv[6] = {getenv("TROWEL_BIN")};
	size_t n = p->argv[0] ? 0 : 1;
	static char home[4096];

	for (size_t i = 0; p->argv[0] && p->argv[i]; i++)
		argv[n++] = p->argv[i];
	argv[n] = dir;
	snprintf(home, sizeof(home), "HOME=%s/home", cache);
	const char *env[] = {
		home, "XDG_CONFIG_HOME", "XDG_STATE_HOME", "LC_ALL=C.UTF-8", "LS_COLORS", NULL};
	return pty_open(
		&(struct pty_options){.argv = argv, .rows = ROWS, .cols = COLS, .env = env});
}

static double since_start_ms(const struct pty *p, int64_t ns)
{
	return ns ? (double)(ns - pty_started_ns(p)) / 1e6 : -1;
}

static double peak_mb(const struct pty *p)
{
	char path[64], text[256];
	double kb = -1;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pty_pid(p));
	FILE *f = fopen(path, "r");
	while (f && fgets(text, sizeof(text), f))
		if (strncmp(text, "VmHWM:", 6) == 0)
			kb = strtod(text + 6, NULL);
	if (f)
		fclose(f);
	return kb / 1024;
}

/* Output of a helper program; its wall time. */
/* In natural order "data" is the first of mkflat's words, and then the smallest number. */
static void find_first(const char *path, char *first, size_t size)
{
	unsigned long long least = ~0ull;
	struct dirent *e;
	DIR *d = opendir(path);

	first[0] = '\0';
	while (d && (e = readdir(d))) {
		if (strncmp(e->d_name, "data-", 5) != 0)
			continue;
		unsigned long long number = strtoull(e->d_name + 5, NULL, 10);
		if (number < least) {
			least = number;
			snprintf(first, size, "%s", e->d_name);
		}
	}
	if (d)
		closedir(d);
}

/* Makes (once) a directory of n names; its path, and the name that comes first. */
static void flat(long n, char *path, size_t size, char *first, size_t first_size)
{
	char tool[4096], count[24], out[256];
	struct stat st;

	snprintf(tool, sizeof(tool), "%s/mkflat", tools);
	snprintf(count, sizeof(count), "%ld", n);
	snprintf(path, size, "%s/flat-%ld", cache, n);
	const char *argv[] = {tool, path, count, NULL};
	if (stat(path, &st) && figures_run(argv, out, sizeof(out), NULL) < 0) {
		fprintf(stderr, "cannot make %s\n", path);
		exit(1);
	}
	find_first(path, first, first_size);
}

/* ---- what is measured ---- */

/* The name under the cursor: a key changes it, nothing else does, neither more rows nor another
 * order. */
static uint64_t cursor_name(struct pty *p)
{
	uint64_t h = 1469598103934665603u;
	int row, col;

	pty_cursor(p, &row, &col);
	const char *text = pty_row(p, row);
	for (int i = 0; text[i] && i < 40; i++)
		h = (h ^ (unsigned char)text[i]) * 1099511628211u;
	return h;
}

static bool has_moved(struct pty *p, void *ctx)
{
	return cursor_name(p) != *(uint64_t *)ctx;
}

static bool row_is(struct pty *p, void *ctx)
{
	int row, col;

	pty_cursor(p, &row, &col);
	return row == *(int *)ctx;
}

static double key_ms(struct pty *p, const char *key, bool (*cond)(struct pty *, void *), void *ctx)
{
	int64_t from = pty_now_ns();

	pty_keys(p, key);
	bool seen = pty_until(p, cond, ctx, 1000);
	return seen ? (double)(pty_now_ns() - from) / 1e6 : 1000;
}

/* Down, up, down ... each until the cursor is where it should be. */
static void measure_latency(const struct program *p, const char *dir, struct samples *s)
{
	struct pty *t = start(p, dir);
	int row, col;

	pty_expect(t, NAME);
	pty_rest(t, 300);
	pty_cursor(t, &row, &col);
	for (int i = 0; i < KEYS; i++) {
		int expected = row + (i % 2 ? 0 : 1);
		figures_add(s, key_ms(t, i % 2 ? p->up : p->down, row_is, &expected));
	}
	pty_close(t);
}

static void write_some(const char *path, size_t size, bool text)
{
	FILE *f = fopen(path, "we");

	for (size_t i = 0; f && i < size; i++)
		putc(text ? (i % 60 == 59 ? '\n' : 'a' + (int)(i % 26)) : (int)(i * 7919 >> 3), f);
	if (f)
		fclose(f);
}

/* Makes (once) 1000 things of every kind: texts, bytes, large ones, links, a FIFO, directories. */
static void kinds(char *path, size_t size)
{
	char name[4200];

	snprintf(path, size, "%s/kinds-1000", cache);
	if (mkdir(path, 0755) < 0)
		return;
	for (int i = 0; i < 1000; i++) {
		snprintf(name, sizeof(name), "%.4095s/file-%d", path, i);
		switch (i % 8) {
		case 0:
			write_some(name, 3000, true);
			break;
		case 1:
			write_some(name, 3000, false);
			break;
		case 2:
			write_some(name, 400000, true);
			break;
		case 3:
			(void)!symlink("file-0", name);
			break;
		case 4:
			(void)!symlink("nowhere", name);
			break;
		case 5:
			(void)!mkfifo(name, 0600);
			break;
		case 6:
			(void)!mkdir(name, 0755);
			break;
		default:
			write_some(name, 400000, false);
		}
	}
}

/* Down through them, with the info pane and its preview: keys that come at once, when the facts are
 * being asked for, and when the preview is. */
static void measure_previews(const char *dir, struct samples *s)
{
	static const int pauses[] = {0, 0, 155, 0, 305, 330};
	struct pty *t = start(&programs[0], dir);

	pty_expect(t, NAME);
	pty_rest(t, 600);
	for (int i = 0; i < KEYS; i++) {
		uint64_t before = cursor_name(t);

		figures_add(s, key_ms(t, "j", has_moved, &before));
		int64_t until = pty_now_ns() + pauses[i % 6] * INT64_C(1000000);
		for (int64_t left; (left = until - pty_now_ns()) > 0;)
			pty_pump(t, (long)(left / 1000000));
	}
	pty_close(t);
}

/* Keys while a large directory is still being read and sorted. */
static void measure_busy_latency(const struct program *p, const char *dir, struct samples *s)
{
	struct pty *t = start(p, dir);

	pty_expect(t, NAME);
	/* Once a second has passed, it has loaded, wherever the cursor is by then. */
	for (int i = 0; i < KEYS && since_start_ms(t, pty_now_ns()) < 1000; i++) {
		uint64_t name = cursor_name(t);
		figures_add(s, key_ms(t, p->down, has_moved, &name));
	}
	pty_close(t);
}

struct opening {
	struct line rows, done, memory;
};

/* done: the rows are read and in order. Of ours we know how that looks; peers have then been quiet
 * for a second. */
static void measure_opening(size_t program, const char *dir, const char *first, struct opening *o)
{
	struct pty *t = start(&programs[program], dir);

	if (pty_glimpses(t, NAME, CAP_MS)) {
		figures_add(of(&o->rows, program), since_start_ms(t, pty_now_ns()));
		if (program == 0) {
			if (pty_glimpses(t, first, CAP_MS))
				figures_add(of(&o->done, 0), since_start_ms(t, pty_now_ns()));
		} else {
			pty_rest(t, 1000);
			figures_add(of(&o->done, program), since_start_ms(t, pty_last_ns(t)));
		}
		figures_add(of(&o->memory, program), peak_mb(t));
	}
	pty_close(t);
}

static void measure_limit(const char *dir, struct opening *o)
{
	char tool[4096], out[4096];

	snprintf(tool, sizeof(tool), "%s/limit_list", tools);
	const char *argv[] = {tool, dir, NULL};
	double ms = figures_run(argv, out, sizeof(out), NULL);
	if (ms < 0)
		return;
	figures_add(&o->done.limit, ms);
	const char *at = strstr(out, "first batch ");
	if (at)
		figures_add(&o->rows.limit, strtod(at + strlen("first batch "), NULL));
}

static double bench_opening(long n, int reps)
{
	char dir[4096], first[256];
	struct opening *o = calloc(1, sizeof(*o));

	assert_non_null(o);
	flat(n, dir, sizeof(dir), first, sizeof(first));
	snprintf(o->rows.what, sizeof(o->rows.what), "%ld names: first rows", n);
	snprintf(o->done.what, sizeof(o->done.what), "%ld names: complete and sorted", n);
	snprintf(o->memory.what, sizeof(o->memory.what), "%ld names: peak memory", n);
	o->rows.unit = o->done.unit = "ms";
	o->memory.unit = "MB";
	o->rows.reach = 30;
	o->memory.reach = n == 1000000 ? 64 : 0;
	for (int r = 0; r < reps; r++) {
		measure_limit(dir, o);
		for (size_t i = 0; i < PROGRAMS; i++)
			if (programs[i].there && n <= programs[i].most && (i == 0 || r < 3))
				measure_opening(i, dir, first, o);
	}
	o->done.reach = 1.3 * figures_quantile(&o->done.limit, 500);
	print_line(&o->rows);
	print_line(&o->done);
	print_line(&o->memory);
	double memory = figures_quantile(&o->memory.ours, 500);
	free(o);
	return memory;
}

/* What a program would send that just prints the screen: the lines, without blanks at their ends.
 */
static size_t visible_text(struct pty *p)
{
	const char *text = pty_screen(p);
	size_t n = strlen(text);

	while (n > 0 && text[n - 1] == '\n')
		n--;
	return n;
}

struct small {
	struct line first_byte, complete, last_byte, screen, held, at_rest, scrolled, settled, page;
};

/* As a held key: one every 33 ms, whatever comes back. */
static void hold(struct pty *p, const char *key)
{
	int64_t next = pty_now_ns();

	for (int i = 0; i < HELD; i++) {
		pty_keys(p, key);
		next += 33333333;
		for (int64_t left; (left = next - pty_now_ns()) > 0;)
			pty_pump(p, (long)(left / 1000000));
	}
	for (int64_t end = pty_now_ns() + 100000000, left; (left = end - pty_now_ns()) > 0;)
		pty_pump(p, (long)(left / 1000000));
}

static void measure_start(size_t program, const char *dir, struct small *s)
{
	struct pty *t = start(&programs[program], dir);

	if (pty_glimpses(t, program == 0 ? "q quit" : NAME, 5000))
		figures_add(of(&s->complete, program), since_start_ms(t, pty_now_ns()));
	pty_rest(t, 400);
	figures_add(of(&s->first_byte, program), since_start_ms(t, pty_first_ns(t)));
	figures_add(of(&s->last_byte, program), since_start_ms(t, pty_last_ns(t)));
	figures_add(of(&s->screen, program), (double)pty_bytes(t));
	if (program == 0)
		figures_add(&s->screen.limit, (double)visible_text(t));
	pty_close(t);
}

static void measure_keys(size_t program, const char *dir, struct small *s)
{
	struct pty *t = start(&programs[program], dir);

	pty_expect(t, NAME);
	pty_rest(t, 400);
	size_t before;
	/* First down the screen that is there, then on: each key scrolls. */
	struct line *key[] = {&s->held, &s->scrolled}, *rest[] = {&s->at_rest, &s->settled};
	for (int i = 0; i < 2; i++) {
		before = pty_bytes(t);
		hold(t, programs[program].down);
		figures_add(of(key[i], program), (double)(pty_bytes(t) - before) / HELD);
		before = pty_bytes(t);
		pty_rest(t, 800);
		figures_add(of(rest[i], program), (double)(pty_bytes(t) - before));
	}
	for (int i = 0; i < 3; i++) {
		before = pty_bytes(t);
		pty_keys(t, programs[program].page);
		pty_rest(t, 800);
		figures_add(of(&s->page, program), (double)(pty_bytes(t) - before));
		if (program == 0)
			figures_add(&s->page.limit, (double)visible_text(t));
	}
	pty_close(t);
}

static void bench_small(int reps)
{
	char dir[4096], thousand[4096], first[256];
	struct small *s = calloc(1, sizeof(*s));

	assert_non_null(s);
	flat(SMALL, dir, sizeof(dir), first, sizeof(first));
	flat(1000, thousand, sizeof(thousand), first, sizeof(first));
	struct {
		struct line *line;
		const char *what, *unit;
		double reach;
	} rows[] = {
		{&s->first_byte, "small directory: first byte", "ms", 0},
		{&s->complete, "small directory: list, header, footer", "ms", 10},
		{&s->last_byte, "small directory: last byte", "ms", 0},
		{&s->screen, "first screen (limit: visible text)", "B", 0},
		{&s->held, "held key: each", "B", 60},
		{&s->at_rest, "held key: then, at rest", "B", 400},
		{&s->scrolled, "held key that scrolls: each", "B", 60},
		{&s->settled, "held key that scrolls: then, at rest", "B", 0},
		{&s->page, "page down (limit: visible text)", "B", 0},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(rows[i].line->what, sizeof(rows[i].line->what), "%s", rows[i].what);
		rows[i].line->unit = rows[i].unit;
		rows[i].line->reach = rows[i].reach;
	}
	for (int r = 0; r < reps; r++)
		for (size_t i = 0; i < PROGRAMS; i++)
			if (programs[i].there) {
				measure_start(i, dir, s);
				if (r < 3)
					measure_keys(i, thousand, s);
			}
	s->screen.reach = figures_quantile(&s->screen.limit, 500) * 1.25 + 400;
	s->page.reach = figures_quantile(&s->page.limit, 500) * 1.15;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		print_line(rows[i].line);
	free(s);
}

static void bench_latency(long largest)
{
	char dir[4096], first[256];
	struct line l = {.unit = "ms"};

	flat(1000, dir, sizeof(dir), first, sizeof(first));
	measure_latency(&programs[0], dir, &l.ours);
	for (size_t i = 1; i < PROGRAMS; i++)
		if (programs[i].there && strcmp(programs[i].name, "mc") != 0)
			measure_latency(&programs[i], dir, &l.peers[i]);
	snprintf(l.what, sizeof(l.what), "key to cursor on its row: median");
	l.per_mille = 500;
	print_line(&l);
	snprintf(l.what, sizeof(l.what), "key to cursor on its row: 99 of 100");
	l.per_mille = 990;
	l.reach = 16;
	print_line(&l);
	struct line pane = {.unit = "ms", .per_mille = 990, .reach = 16};
	kinds(dir, sizeof(dir));
	measure_previews(dir, &pane.ours);
	snprintf(pane.what, sizeof(pane.what), "the same through files of all kinds, previewed");
	print_line(&pane);
	struct line busy = {.unit = "ms", .per_mille = 990, .reach = 16};
	flat(largest, dir, sizeof(dir), first, sizeof(first));
	snprintf(busy.what, sizeof(busy.what), "the same while %ld names load", largest);
	for (int r = 0; r < 3; r++)
		measure_busy_latency(&programs[0], dir, &busy.ours);
	print_line(&busy);
}

/* System calls and bytes of ten seconds in which nothing happens. */
static void bench_idle(void)
{
	char dir[4096], first[128], pid[24], trace[4096];

	flat(SMALL, dir, sizeof(dir), first, sizeof(first));
	struct pty *t = start(&programs[0], dir);
	pty_expect(t, NAME);
	pty_rest(t, 3000);
	size_t before = pty_bytes(t);
	snprintf(pid, sizeof(pid), "%d", (int)pty_pid(t));
	snprintf(trace, sizeof(trace), "%s/idle.trace", cache);
	const char *argv[] = {"strace", "-q", "-f", "-o", trace, "-p", pid, NULL};
	struct pty *tracer =
		figures_in_path("strace") ? pty_open(&(struct pty_options){.argv = argv}) : NULL;
	pty_rest(t, 10000);
	pty_close(tracer);
	long calls = -1;
	FILE *f = tracer ? fopen(trace, "r") : NULL;
	/* A thread that waits shows its one call when the tracer comes. */
	char text[1024];
	for (calls = f ? 0 : -1; f && fgets(text, sizeof(text), f);)
		calls += !strstr(text, "<unfinished") && !strstr(text, "<detached") &&
			 !strstr(text, "restart_syscall") && !strstr(text, "resumed>");
	if (f)
		fclose(f);
	printf("%-44s %9zu bytes, %ld system calls%s\n", "idle for 10 s", pty_bytes(t) - before,
	       calls, tracer ? "" : " (no strace here)");
	pty_close(t);
}

static void prepare(char *self)
{
	char home[4096];

	tools = dirname(self);
	mkdir(cache, 0755);
	snprintf(home, sizeof(home), "%s/home", cache);
	mkdir(home, 0755);
	for (size_t i = 1; i < PROGRAMS; i++)
		programs[i].there = figures_in_path(programs[i].name);
}

int main(int argc, char **argv)
{
	long scales[8] = {10000, 100000, 1000000};
	int n = 3;
	double memory[8];

	if (argc < 2 || !getenv("TROWEL_BIN")) {
		fprintf(stderr, "usage: TROWEL_BIN=... browse CACHE [SCALE...]\n");
		return 2;
	}
	cache = argv[1];
	if (argc > 2)
		for (n = 0; n < argc - 2 && n < 8; n++)
			scales[n] = strtol(argv[n + 2], NULL, 10);
	prepare(argv[0]);
	figures_heading();
	for (int i = 0; i < n; i++)
		memory[i] = bench_opening(scales[i], scales[i] >= 1000000 ? 5 : REPS_MAX);
	if (n > 1)
		printf("%-44s %9.1f B a name\n", "memory growth, smallest to largest",
		       (memory[n - 1] - memory[0]) * 1048576 / (double)(scales[n - 1] - scales[0]));
	bench_small(REPS_MAX);
	bench_latency(scales[n - 1]);
	bench_idle();
	return 0;
}
