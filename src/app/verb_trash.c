/* SPDX-License-Identifier: MIT */
#include "app/verb.h"

#include "app/explore.h"
#include "app/trashed.h"
#include "base/display.h"
#include "base/fmt.h"
#include "base/json.h"
#include "fs/homes.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NAME "trash"

const struct verb_option verb_trash_options[] = {
	{"print", 'p', "[FORMAT]",
	 "text (the default), json, or nul: where each thing lies, as restore takes it"},
	{0},
};

static void add_date(const struct trash_date *d, char between, struct str *out)
{
	if (d->year)
		str_addf(out, "%04d-%02d-%02d%c%02d:%02d:%02d", d->year, d->month, d->day, between,
			 d->hour, d->minute, d->second);
}

static void add_text(const struct trashed_item *i, const char *path, struct str *out)
{
	const char *what = i->origin ? i->origin : "?";
	char size[FMT_MAX];
	size_t start = out->len;

	add_date(&i->date, ' ', out);
	str_addf(out, "%*s  %6s  ", (int)(19 - (out->len - start)), "",
		 i->size_known ? fmt_size(size, i->size) : "?");
	display_add(out, what, strlen(what), verb_ascii());
	str_adds(out, "  (");
	display_add(out, path, strlen(path), verb_ascii());
	str_adds(out, ")");
	if (i->state == TRASH_INFO_ALONE)
		str_adds(out, "  only its information is left");
	else if (!i->origin && i->why)
		str_addf(out, "  %s", i->why);
	str_addc(out, '\n');
}

static void add_json(struct json *j, const struct trashed_item *i, const char *path)
{
	static const char *const kinds[] = {
		[TRASH_HOME] = "home", [TRASH_SHARED] = "shared", [TRASH_OWN] = "own"};
	static const char *const states[] = {[TRASH_WHOLE] = "whole",
					     [TRASH_UNKNOWN] = "unknown",
					     [TRASH_INFO_ALONE] = "information alone"};
	CLEANUP(str_done) struct str date = STR_INIT;

	add_date(&i->date, 'T', &date);

	const struct {
		const char *key, *value;
	} rows[] = {
		{"path", path},
		{"name", i->name},
		{"origin", i->origin},
		{"state", states[i->state]},
		{"why", i->why},
		{"deleted", i->date.year ? date.buf : NULL},
		{"trash", i->trash->path.buf},
		{"trash_kind", kinds[i->trash->kind]},
		{"top", i->trash->top_path.buf},
	};

	json_object(j);
	for (size_t k = 0; k < ARRAY_LEN(rows); k++) {
		json_key(j, rows[k].key);
		json_cstr(j, rows[k].value);
	}
	json_key(j, "disk_bytes");
	if (i->size_known)
		json_u64(j, i->size);
	else
		json_null(j);
	json_end(j);
	j->out->failed |= date.failed;
}

static int add_item(enum print_format format, const struct trashed_item *i, struct json *j,
		    struct str *out)
{
	CLEANUP(str_done) struct str path = STR_INIT;

	if (trashed_path(i, &path) < 0)
		return -ENOMEM;
	if (format == PRINT_JSON)
		add_json(j, i, path.buf);
	else if (format == PRINT_TEXT)
		add_text(i, path.buf, out);
	else if (i->state != TRASH_INFO_ALONE)
		str_add(out, path.buf, path.len + 1);
	return out->failed ? -ENOMEM : 0;
}

static int print_all(struct trashed *t, enum print_format format)
{
	CLEANUP(str_done) struct str out = STR_INIT;
	struct json j;
	int r = 0;

	json_init(&j, &out);
	if (format == PRINT_JSON) {
		json_object(&j);
		json_key(&j, "items");
		json_array(&j);
	}
	for (size_t i = 0; r == 0 && i < t->n; i++) {
		if (format != PRINT_NUL)
			r = trashed_weigh(&t->at[i]);
		if (r == 0)
			r = add_item(format, &t->at[i], &j, &out);
	}
	if (format == PRINT_JSON) {
		json_end(&j);
		json_end(&j);
		str_addc(&out, '\n');
	}
	if (r < 0 || out.failed)
		return -ENOMEM;
	return verb_write(NAME, out.buf, out.len);
}

static int print(enum print_format format)
{
	const struct trash_env env = {.home = homes_get("HOME"),
				      .data_home = homes_get("XDG_DATA_HOME")};
	struct trashed t;
	int r = trashed_read(&t, NAME, &env), status;

	if (r == 0)
		r = print_all(&t, format);
	if (r == -ENOMEM)
		verb_error(NAME, "memory", r);
	status = r < 0 || t.failed ? EXIT_SOME_FAILED : EXIT_ALL_DONE;
	trashed_done(&t);
	return status;
}

int verb_trash(int argc, char **argv)
{
	struct verb_args args = {
		.name = NAME, .options = verb_trash_options, .argc = argc, .argv = argv};
	enum print_format format = PRINT_TEXT;
	bool asked = false;
	int r;

	while ((r = verb_args_next(&args)) >= 0) {
		asked = true;
		if (!print_parse(args.value, &format))
			return verb_usage(NAME, "--print: '%s' is none of: text json nul",
					  args.value);
	}
	if (r == VERB_ARGS_EXIT)
		return args.status;
	if (args.at < argc)
		return verb_usage(NAME, "it takes no operands: '%s'", argv[args.at]);
	if (asked || !isatty(STDOUT_FILENO))
		return print(format);
	return explore(&(struct explore_options){.trash = true});
}
