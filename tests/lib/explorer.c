/* SPDX-License-Identifier: MIT */
#include "explorer.h"

#include "test.h"

#include <unistd.h>

static const char small_tree[] = "alpha/inner.txt 10\n"
				 "alpha/deep/\n"
				 "beta/\n"
				 "a.txt \"hello\" @1000000000\n"
				 "b.c 5000 @1000003000\n"
				 "c.log 20 @1000002000\n"
				 ".hidden\n"
				 "zlink -> alpha\n";

#define ARGS_MAX 12

static void as_job(const char **argv, char *command, size_t size)
{
	size_t len = 0;

	for (size_t i = 0; argv[i]; i++)
		len += (size_t)snprintf(command + len, size - len, "'%s' ", argv[i]);
	assert_true(len < size);
	argv[0] = "/bin/sh";
	argv[1] = "-i";
	argv[2] = NULL;
}

struct explorer explorer_start(const struct explorer_options *o)
{
	struct explorer e = {.tree = tree_new(o->tree ? o->tree : small_tree)};
	const char *argv[ARGS_MAX] = {getenv("TROWEL_BIN")};
	char command[8192] = "";
	size_t n = 1;

	assert_non_null(argv[0]);
	for (; o->args && o->args[n - 1]; n++) {
		assert_true(n < ARGS_MAX - 2);
		argv[n] = o->args[n - 1];
	}
	argv[n] = tree_path(e.tree, o->start ? o->start : "");
	if (o->shell)
		as_job(argv, command, sizeof(command));
	if (o->uid)
		assert_int_equal(chown(e.tree->path, o->uid, o->uid), 0);
	e.pty = pty_open(&(struct pty_options){.argv = argv,
					       .env = o->env,
					       .term = o->term,
					       .rows = o->rows,
					       .cols = o->cols,
					       .uid = o->uid,
					       .blind = o->blind});
	if (o->shell) {
		pty_expect(e.pty, "[#$] ?$");
		pty_keys(e.pty, command);
		pty_keys(e.pty, "\n");
	}
	return e;
}

/* A name below the row "..". */
#define ROWS_SHOWN "\\.\\./ *.*\n.*[^ ]"

static bool has_started(struct pty *p, void *ctx)
{
	return pty_matches(p, ctx);
}

struct explorer explorer_open(const struct explorer_options *o)
{
	struct explorer e = explorer_start(o);

	const char *ready = o->ready ? o->ready : o->tree ? ROWS_SHOWN : "zlink";

	if (!o->blind && !pty_steady(e.pty, has_started, (void *)(uintptr_t)ready, PTY_MS))
		pty_fail(e.pty, "has not started");
	return e;
}

void explorer_close(struct explorer *e)
{
	pty_close(e->pty);
	tree_free(e->tree);
	e->pty = NULL;
	e->tree = NULL;
}

/* ---- checks ---- */

static bool on_cursor_row(struct pty *p, void *ctx)
{
	char *row = NULL;
	int at, col;

	pty_cursor(p, &at, &col);
	row = strdup(pty_row(p, at));
	assert_non_null(row);
	bool found = strstr(row, ctx) != NULL;
	free(row);
	return found;
}

struct order {
	const char *first, *second;
};

static bool in_order(struct pty *p, void *ctx)
{
	const struct order *o = ctx;
	const char *screen = pty_screen(p);
	const char *a = strstr(screen, o->first), *b = strstr(screen, o->second);

	return a && b && a < b;
}

static bool stand_in_order(struct pty *p, const char *both)
{
	char *first = strdup(both), *bar;

	assert_non_null(first);
	bar = strchr(first, '|');
	assert_non_null(bar);
	*bar = '\0';
	struct order o = {first, bar + 1};
	bool ok = pty_steady(p, in_order, &o, PTY_MS);
	free(first);
	return ok;
}

void explorer_expect(struct explorer *e, const char *check)
{
	bool ok = true;

	switch (check[0]) {
	case '~':
		ok = pty_loses(e->pty, check + 1, PTY_MS);
		break;
	case '@':
		ok = pty_steady(e->pty, on_cursor_row, (void *)(uintptr_t)(check + 1), PTY_MS);
		break;
	case '<':
		ok = stand_in_order(e->pty, check + 1);
		break;
	case '=':
		pty_expect_exit(e->pty, (int)strtol(check + 1, NULL, 10));
		break;
	default:
		ok = pty_sees(e->pty, check, PTY_MS);
	}
	if (!ok)
		pty_fail(e->pty, "expected %s", check);
}

void explorer_do(struct explorer *e, const char *keys, const char *check)
{
	pty_keys(e->pty, keys);
	explorer_expect(e, check);
}
