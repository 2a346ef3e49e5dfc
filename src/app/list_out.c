/* SPDX-License-Identifier: MIT */
#include "app/list_out.h"

#include "base/csv.h"
#include "model/fact.h"
#include "app/verb.h"
#include "base/display.h"
#include "base/fmt.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FLUSH_AT 65536u

/* The value of one column, in no format yet. */
struct cell {
	enum { CELL_NONE, CELL_NUMBER, CELL_SECONDS, CELL_WORD, CELL_NAME } kind;
	uint64_t number;
	int64_t seconds;
	const char *bytes; /* of a word (ours) or a name (from outside) */
	size_t len;
	char *heap; /* to be freed */
	char buf[FMT_MAX];
};

static void word(struct cell *c, const char *text)
{
	c->kind = CELL_WORD;
	c->bytes = text;
	c->len = strlen(text);
}

static void number(struct cell *c, uint64_t n)
{
	c->kind = CELL_NUMBER;
	c->number = n;
}

static void name(struct cell *c, const char *bytes, size_t len)
{
	c->kind = CELL_NAME;
	c->bytes = bytes;
	c->len = len;
}

static bool for_people(const struct list_out *o)
{
	return o->format == LIST_TEXT || o->format == LIST_NUL;
}

static int owner(struct list_out *o, bool group, uint32_t id, struct cell *c)
{
	int r = owner_lookup(o->owners, group, id, &c->heap);

	if (r == -ENOMEM)
		return r;
	if (r == 0 && c->heap)
		name(c, c->heap, strlen(c->heap));
	else
		number(c, id);
	return 0;
}

static void when(int64_t sec, struct cell *c)
{
	c->kind = CELL_SECONDS;
	c->seconds = sec;
}

static void mode(const struct list_out *o, uint32_t bits, struct cell *c)
{
	if (for_people(o))
		fmt_mode(c->buf, bits);
	else
		snprintf(c->buf, sizeof(c->buf), "%04o", bits & 07777u);
	word(c, c->buf);
}

/* The columns that need metadata. */
static int fill_meta(struct list_out *o, enum list_column column, const struct meta *m,
		     struct cell *c)
{
	bool device = S_ISCHR(m->mode) || S_ISBLK(m->mode);

	switch (column) {
	case LIST_MODE:
		mode(o, m->mode, c);
		break;
	case LIST_OWNER:
		return owner(o, false, m->uid, c);
	case LIST_GROUP:
		return owner(o, true, m->gid, c);
	case LIST_UID:
		number(c, m->uid);
		break;
	case LIST_GID:
		number(c, m->gid);
		break;
	case LIST_SIZE:
		if (!device)
			number(c, m->size);
		break;
	case LIST_DISK:
		number(c, m->blocks * 512);
		break;
	case LIST_MTIME:
		when(m->mtime, c);
		break;
	case LIST_CTIME:
		when(m->ctime, c);
		break;
	case LIST_BTIME:
		if (m->btime != INT64_MIN)
			when(m->btime, c);
		break;
	case LIST_NLINK:
		number(c, m->nlink);
		break;
	case LIST_INODE:
		number(c, m->id.ino);
		break;
	case LIST_DEV:
		number(c, m->id.dev);
		break;
	default:
		break;
	}
	return 0;
}

static int fill(struct list_out *o, enum list_column column, const struct list_row *row,
		struct cell *c)
{
	c->kind = CELL_NONE;
	c->heap = NULL;
	if (column == LIST_NAME)
		name(c, row->name, strlen(row->name));
	else if (column == LIST_PATH)
		name(c, row->path, strlen(row->path));
	else if (column == LIST_TYPE)
		word(c, fact_type(row->type));
	else if (column == LIST_TARGET && row->target)
		name(c, row->target->buf, row->target->len);
	else if (row->meta)
		return fill_meta(o, column, row->meta, c);
	return 0;
}

enum need { NEED_NOTHING, NEED_META, NEED_OWNERS, NEED_TARGET };

static const struct {
	const char *name;
	enum need need;
} columns[LIST_COLUMNS] = {
	[LIST_NAME] = {"name", NEED_NOTHING},    [LIST_PATH] = {"path", NEED_NOTHING},
	[LIST_TYPE] = {"type", NEED_NOTHING},    [LIST_MODE] = {"mode", NEED_META},
	[LIST_OWNER] = {"owner", NEED_OWNERS},   [LIST_GROUP] = {"group", NEED_OWNERS},
	[LIST_UID] = {"uid", NEED_META},         [LIST_GID] = {"gid", NEED_META},
	[LIST_SIZE] = {"size", NEED_META},       [LIST_DISK] = {"disk", NEED_META},
	[LIST_MTIME] = {"mtime", NEED_META},     [LIST_CTIME] = {"ctime", NEED_META},
	[LIST_BTIME] = {"btime", NEED_META},     [LIST_NLINK] = {"nlink", NEED_META},
	[LIST_INODE] = {"inode", NEED_META},     [LIST_DEV] = {"dev", NEED_META},
	[LIST_TARGET] = {"target", NEED_TARGET},
};

static const char *const format_names[LIST_FORMATS] = {"text", "json", "csv", "nul"};

int list_out_formats(struct str *out)
{
	for (unsigned i = 0; i < LIST_FORMATS; i++)
		str_addf(out, "%s%s", i ? " " : "", format_names[i]);
	return out->failed ? -ENOMEM : 0;
}

int list_out_column_names(struct str *out)
{
	for (unsigned i = 0; i < LIST_COLUMNS; i++)
		str_addf(out, "%s%s", i ? " " : "", columns[i].name);
	return out->failed ? -ENOMEM : 0;
}

bool list_format_parse(const char *value, enum list_format *ret_format)
{
	for (unsigned i = 0; i < LIST_FORMATS; i++) {
		if (strcmp(value ? value : "text", format_names[i]) == 0) {
			*ret_format = (enum list_format)i;
			return true;
		}
	}
	return false;
}

static int find_column(const char *word_at, size_t len)
{
	for (int i = 0; i < LIST_COLUMNS; i++)
		if (strlen(columns[i].name) == len && memcmp(columns[i].name, word_at, len) == 0)
			return i;
	return -EINVAL;
}

int list_out_columns(struct list_out *o, const char *names, const char **ret_bad, size_t *ret_len)
{
	for (;;) {
		size_t len = strcspn(names, ",");
		int column = find_column(names, len);

		if (column < 0) {
			*ret_bad = names;
			*ret_len = len;
			return column;
		}
		if (o->ncolumns == ARRAY_LEN(o->columns))
			return -E2BIG;
		o->columns[o->ncolumns++] = (uint8_t)column;
		if (!names[len])
			return 0;
		names += len + 1;
	}
}

static bool needs(const struct list_out *o, enum need least, enum need most)
{
	for (uint32_t i = 0; i < o->ncolumns; i++) {
		enum need n = columns[o->columns[i]].need;

		if (n >= least && n <= most)
			return true;
	}
	return false;
}

bool list_out_needs_meta(const struct list_out *o)
{
	return needs(o, NEED_META, NEED_OWNERS);
}

bool list_out_needs_target(const struct list_out *o)
{
	return needs(o, NEED_TARGET, NEED_TARGET);
}

/* A time as the format has it: a date for people, else a number. */
static void resolve_time(const struct list_out *o, struct cell *c)
{
	if (c->kind != CELL_SECONDS || o->format == LIST_JSON)
		return;
	if (for_people(o))
		fmt_time(c->buf, c->seconds);
	else
		snprintf(c->buf, sizeof(c->buf), "%lld", (long long)c->seconds);
	word(c, c->buf);
}

static void put_text(struct list_out *o, const struct cell *c)
{
	if (c->kind == CELL_NONE)
		str_addc(&o->text, '-');
	else if (c->kind == CELL_NUMBER)
		str_addf(&o->text, "%llu", (unsigned long long)c->number);
	else if (c->kind == CELL_NAME && o->format == LIST_TEXT && o->terminal)
		display_shell(&o->text, c->bytes, c->len);
	else
		str_add(&o->text, c->bytes, c->len);
}

static void put_csv(struct list_out *o, const struct cell *c)
{
	if (c->kind == CELL_NUMBER) {
		str_addf(&o->text, "%llu", (unsigned long long)c->number);
		return;
	}
	if (c->kind == CELL_NONE)
		return;
	csv_field(&o->text, c->bytes, c->len);
}

static void put_json(struct list_out *o, const struct cell *c)
{
	if (c->kind == CELL_NONE)
		json_null(&o->json);
	else if (c->kind == CELL_NUMBER)
		json_u64(&o->json, c->number);
	else if (c->kind == CELL_SECONDS)
		json_i64(&o->json, c->seconds);
	else
		json_string(&o->json, c->bytes, c->len);
}

static void put(struct list_out *o, uint32_t i, struct cell *c)
{
	resolve_time(o, c);
	if (o->format == LIST_JSON) {
		json_key(&o->json, columns[o->columns[i]].name);
		put_json(o, c);
		return;
	}
	if (i > 0)
		str_addc(&o->text, o->format == LIST_CSV ? ',' : '\t');
	if (o->format == LIST_CSV)
		put_csv(o, c);
	else
		put_text(o, c);
}

static int flush(struct list_out *o, size_t from)
{
	int r;

	if (o->text.failed)
		return -ENOMEM;
	if (o->text.len < from)
		return 0;
	r = verb_write("list", o->text.buf, o->text.len);
	str_clear(&o->text);
	return r;
}

int list_out_begin(struct list_out *o)
{
	int r = needs(o, NEED_OWNERS, NEED_OWNERS) ? owners_new(&o->owners) : 0;

	if (r < 0)
		return r;
	o->terminal = isatty(STDOUT_FILENO);
	if (o->format == LIST_JSON) {
		json_init(&o->json, &o->text);
		json_init(&o->errors_json, &o->errors);
		json_array(&o->errors_json);
		json_object(&o->json);
		json_key(&o->json, "items");
		json_array(&o->json);
	}
	for (uint32_t i = 0; o->format == LIST_CSV && i < o->ncolumns; i++)
		str_addf(&o->text, "%s%s", i ? "," : "", columns[o->columns[i]].name);
	if (o->format == LIST_CSV)
		str_addc(&o->text, '\n');
	return 0;
}

int list_out_row(struct list_out *o, const struct list_row *row)
{
	if (o->format == LIST_JSON) {
		str_addc(&o->text, '\n');
		json_object(&o->json);
	}
	for (uint32_t i = 0; i < o->ncolumns; i++) {
		struct cell c;
		int r = fill(o, (enum list_column)o->columns[i], row, &c);

		if (r < 0)
			return r;
		put(o, i, &c);
		free(c.heap);
	}
	if (o->format == LIST_JSON)
		json_end(&o->json);
	else
		str_addc(&o->text, o->format == LIST_NUL ? '\0' : '\n');
	return flush(o, o->terminal ? 1 : FLUSH_AT);
}

int list_out_error(struct list_out *o, const char *path, int err, const char *reason)
{
	struct json *j = &o->errors_json;
	/* What came before stands before it, also where both go to one terminal. */
	int r = flush(o, o->terminal ? 1 : FLUSH_AT);

	o->failed++;
	if (reason)
		verb_say("list", path, reason);
	else
		verb_error("list", path, err);
	if (o->format != LIST_JSON)
		return r;
	json_object(j);
	json_key(j, "path");
	json_cstr(j, path);
	json_key(j, "errno");
	json_cstr(j, strerrorname_np(-err));
	json_key(j, "reason");
	json_cstr(j, reason ? reason : strerrordesc_np(-err));
	json_end(j);
	return o->errors.failed ? -ENOMEM : r;
}

int list_out_end(struct list_out *o)
{
	if (o->format == LIST_JSON) {
		json_end(&o->json);
		json_end(&o->errors_json);
		str_adds(&o->text, ",\n\"errors\":");
		str_add(&o->text, o->errors.buf, o->errors.len);
		json_end(&o->json);
		str_addc(&o->text, '\n');
		if (o->errors.failed)
			return -ENOMEM;
	}
	return flush(o, 1);
}

void list_out_done(struct list_out *o)
{
	owners_free(o->owners);
	o->owners = NULL;
	str_done(&o->text);
	str_done(&o->errors);
}
