/* SPDX-License-Identifier: MIT */
#include "app/values.h"

#include "app/config.h"
#include "app/dump.h"
#include "app/list_out.h"
#include "app/verb.h"
#include "base/alloc.h"
#include "fs/scandir.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

const struct value_row value_rows[] = {
	{"trowel", "dump", dump_names},
	{"trowel list", "print", list_out_formats},
	{"trowel list", "columns", list_out_column_names},
	{"trowel info", "print", print_formats},
	{"trowel rm", "print", print_formats},
	{"trowel restore", "print", print_formats},
	{"trowel restore", "conflict", restore_conflicts},
	{"trowel empty", "print", print_formats},
	{"trowel delete", "print", print_formats},
	{"trowel rename", "print", print_formats},
	{"trowel mkdir", "print", print_formats},
	{"trowel touch", "print", print_formats},
	{"trowel link", "print", print_formats},
	{"trowel symlink", "print", print_formats},
	{"trowel chmod", "print", print_formats},
	{"trowel chown", "print", print_formats},
	{"trowel rmdir", "print", print_formats},
	{"trowel undo", "print", print_formats},
	{"trowel redo", "print", print_formats},
	{"trowel recover", "print", print_formats},
	{"trowel trash", "print", print_formats},
	{"trowel history", "print", print_formats},
};
const size_t nvalue_rows = ARRAY_LEN(value_rows);

struct theme_names {
	char **at;
	size_t n, cap;
};

#define SUFFIX ".theme"

/* 0: no name of a theme that a shell can take without quotes. */
static size_t theme_name_len(const struct scan_entry *e)
{
	static const char harmless[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				       "0123456789_+.-";
	size_t len = e->len - MIN(e->len, strlen(SUFFIX));

	if (len == 0 || e->name[0] == '.' || strcmp(e->name + len, SUFFIX) != 0)
		return 0;
	return strspn(e->name, harmless) == e->len ? len : 0;
}

static int add_theme(struct theme_names *names, const char *name, size_t len)
{
	int err = array_grow(&names->at, &names->cap, names->n + 1, sizeof(*names->at));

	if (err)
		return err;
	names->at[names->n] = strndup(name, len);
	return names->at[names->n++] ? 0 : -ENOMEM;
}

static int add_themes(struct theme_names *names, const char *dir)
{
	struct scandir s = {.fd = -1};
	struct scan_entry e;
	int r = scandir_open(&s, AT_FDCWD, dir, true);

	while (r == 0 && scandir_next(&s, &e) == 1) {
		size_t len = theme_name_len(&e);

		if (len)
			r = add_theme(names, e.name, len);
	}
	scandir_done(&s);
	return r == -ENOMEM ? r : 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int join(struct theme_names *names, struct str *out)
{
	if (names->n)
		qsort(names->at, names->n, sizeof(*names->at), by_name);
	for (size_t i = 0; i < names->n; i++)
		if (i == 0 || strcmp(names->at[i], names->at[i - 1]) != 0)
			str_addf(out, "%s%s", i ? " " : "", names->at[i]);
	return out->failed ? -ENOMEM : 0;
}

int values_themes(struct str *out)
{
	struct theme_names names = {0};
	/* That one is built in. */
	int r = add_theme(&names, "default", strlen("default"));

	for (unsigned i = 0; r == 0 && i < THEME_DIRS; i++) {
		CLEANUP(str_done) struct str dir = STR_INIT;

		r = config_theme_dir(i, &dir);
		r = r == 0 ? add_themes(&names, dir.buf) : r == -ENOENT ? 0 : r;
	}
	r = r == 0 ? join(&names, out) : r;
	for (size_t i = 0; i < names.n; i++)
		free(names.at[i]);
	free(names.at);
	return r;
}
