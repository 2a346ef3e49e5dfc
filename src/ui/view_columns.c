/* SPDX-License-Identifier: MIT
 *
 * The columns beside the names: their titles and what is in them.
 */
#include "ui/icons.h"
#include "ui/view.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

/* What a cell is made from, and what it becomes. Its text may hold bytes from outside. */
struct cell_text {
	const struct frame *f;
	const struct row *row;
	uint32_t id;
	struct str *out;
	uint16_t look;
};

const char *view_owner(const struct model *m, bool group, uint32_t id, char buf[FMT_MAX])
{
	uintptr_t value;

	if (!map_get(&m->owners[group], &id, sizeof(id), &value))
		return "";
	if (value && *(const char *)value)
		return (const char *)value;
	snprintf(buf, FMT_MAX, "%u", id);
	return buf;
}

static void perm_text(struct cell_text *t)
{
	uint32_t mode = t->row->meta->mode;
	bool open_to_all =
		(mode & S_IWOTH) && !S_ISLNK(mode) && !(S_ISDIR(mode) && (mode & S_ISVTX));
	bool changes_id = S_ISREG(mode) && (mode & (S_ISUID | S_ISGID));
	char buf[FMT_MAX];

	if (open_to_all || changes_id)
		t->look = ROLE_META_WARN;
	str_adds(t->out, fmt_mode(buf, mode));
}

static void owner_text(struct cell_text *t)
{
	const struct meta *meta = t->row->meta;
	char user[FMT_MAX], group[FMT_MAX];

	str_addf(t->out, "%s %s", view_owner(t->f->model, false, meta->uid, user),
		 view_owner(t->f->model, true, meta->gid, group));
	if (str_eq(t->out, " "))
		str_clear(t->out);
}

#define DEVICE_WIDTH 7 /* "259:100" */

static bool is_device(uint32_t mode)
{
	return S_ISBLK(mode) || S_ISCHR(mode);
}

static void size_text(struct cell_text *t)
{
	const struct meta *meta = t->row->meta;
	char buf[FMT_MAX];

	if (is_device(meta->mode))
		str_addf(t->out, "%u:%u", major(meta->size), minor(meta->size));
	else if (!S_ISREG(meta->mode))
		str_addc(t->out, '-');
	else if (t->f->model->settings.size_exact)
		str_adds(t->out, fmt_count(buf, meta->size));
	else
		str_adds(t->out, fmt_size(buf, meta->size));
}

static void time_text(struct cell_text *t, int64_t sec)
{
	char buf[FMT_MAX];

	if (sec == INT64_MIN)
		str_addc(t->out, '-');
	else if (t->f->model->settings.time_relative)
		str_adds(t->out, fmt_age(buf, sec, t->f->d->now_sec));
	else
		str_adds(t->out, fmt_time(buf, sec));
}

static void modified_text(struct cell_text *t)
{
	time_text(t, t->row->meta->mtime);
}

static void changed_text(struct cell_text *t)
{
	time_text(t, t->row->meta->ctime);
}

static void born_text(struct cell_text *t)
{
	time_text(t, t->row->meta->btime);
}

/* ---- numbers of the source ---- */

static void bytes_number(struct cell_text *t, uint64_t n, int width)
{
	char buf[FMT_MAX];

	(void)width;
	str_adds(t->out, t->f->model->settings.size_exact ? fmt_count(buf, n) : fmt_size(buf, n));
}

static void time_number(struct cell_text *t, uint64_t n, int width)
{
	(void)width;
	time_text(t, (int64_t)n);
}

static void date_number(struct cell_text *t, uint64_t n, int width)
{
	char buf[FMT_MAX];

	(void)width;
	str_adds(t->out, fmt_time(buf, (int64_t)n));
}

static void age_number(struct cell_text *t, uint64_t n, int width)
{
	char buf[FMT_MAX];

	(void)width;
	str_adds(t->out, fmt_age(buf, (int64_t)n, t->f->d->now_sec));
}

static void count_number(struct cell_text *t, uint64_t n, int width)
{
	char buf[FMT_MAX];

	(void)width;
	str_adds(t->out, n > 9999999 ? fmt_size(buf, n) : fmt_count(buf, n));
}

/* To be typed as it stands. */
static void id_number(struct cell_text *t, uint64_t n, int width)
{
	(void)width;
	str_addf(t->out, "%llu", (unsigned long long)n);
}

static void percent_number(struct cell_text *t, uint64_t n, int width)
{
	(void)width;
	str_addf(t->out, "%u.%u%%", (unsigned)(n / 10), (unsigned)(n % 10));
}

/* Whatever is not nothing has a sign. */
static void bar_number(struct cell_text *t, uint64_t n, int width)
{
	int room = width - 2, full = (int)((n * (uint64_t)room + 500) / 1000);

	full = MIN(MAX(full, n > 0), room);
	str_addc(t->out, '[');
	for (int i = 0; i < room; i++)
		str_addc(t->out, i < full ? '#' : ' ');
	str_addc(t->out, ']');
}

static const struct {
	const char *title;
	enum sort_by sort;                 /* SORT_KINDS: not sorted by */
	void (*text)(struct cell_text *t); /* from the metadata; NULL: only the source knows */
	/* When the source has a number for it. */
	void (*number)(struct cell_text *t, uint64_t n, int width);
} columns[COL_KINDS] = {
	[COL_SIGN] = {"", SORT_KINDS, NULL, NULL},
	[COL_TOTAL] = {"Size", SORT_SIZE, NULL, bytes_number},
	[COL_PERCENT] = {"%", SORT_KINDS, NULL, percent_number},
	[COL_BAR] = {"", SORT_KINDS, NULL, bar_number},
	[COL_ITEMS] = {"Items", SORT_ITEMS, NULL, count_number},
	[COL_NAME] = {"Name", SORT_NAME, NULL, NULL},
	[COL_PERM] = {"Perm", SORT_MODE, perm_text, NULL},
	[COL_OWNER] = {"Owner", SORT_OWNER, owner_text, NULL},
	[COL_SIZE] = {"Size", SORT_SIZE, size_text, bytes_number},
	[COL_MODIFIED] = {"Modified", SORT_MODIFIED, modified_text, time_number},
	[COL_CHANGED] = {"Changed", SORT_CHANGED, changed_text, time_number},
	[COL_BORN] = {"Born", SORT_BORN, born_text, time_number},
	[COL_WHERE] = {"Where", SORT_KINDS, NULL, NULL},
	[COL_FSTYPE] = {"Type", SORT_KINDS, NULL, NULL},
	[COL_FREE] = {"Free", SORT_KINDS, NULL, NULL},
	[COL_SOURCE] = {"Source", SORT_KINDS, NULL, NULL},
	[COL_SHARED] = {"Shared", SORT_KINDS, NULL, bytes_number},
	[COL_FREED] = {"Freed", SORT_FREED, NULL, bytes_number},
	[COL_ORIGIN] = {"Was in", SORT_ORIGIN, NULL, NULL},
	[COL_NUMBER] = {"#", SORT_TIME, NULL, id_number},
	[COL_STATE] = {"State", SORT_KINDS, NULL, NULL},
	[COL_STEPS] = {"Steps", SORT_KINDS, NULL, count_number},
	[COL_UNDO] = {"Undo, or why not", SORT_KINDS, NULL, NULL},
	[COL_AGE] = {"Deleted", SORT_TIME, NULL, age_number},
	[COL_DATE] = {"Date", SORT_KINDS, NULL, date_number},
	[COL_TRASH] = {"Trash", SORT_KINDS, NULL, NULL},
};

static bool number_text(struct cell_text *t, enum column column, int width)
{
	const struct rows *rows = model_view(t->f->model)->list.rows;
	uint64_t n;

	if (!columns[column].number || !rows->ops->number || t->id == NAMES_NONE ||
	    !rows->ops->number(rows, t->id, column, &n))
		return false;
	columns[column].number(t, n, width);
	return true;
}

/* What was found below a directory: from there on. */
static void where_text(struct cell_text *t)
{
	const struct view *view = model_view(t->f->model);
	const char *top = view->found ? found_rows_path(view->found) : NULL;
	size_t len = top ? strlen(top) : 0;

	if (!top || strncmp(t->row->where, top, len) != 0)
		view_add_path(t->f, t->out, t->row->where);
	else
		str_addf(t->out, ".%s%s", len == 1 ? "/" : "", t->row->where + len);
}

/* Something that somebody should look at. */
static bool past_warns(const struct cell_text *t)
{
	const struct view *v = model_view(t->f->model);
	const struct past_action *a;
	const struct past_step *s;

	if (!v->past)
		return false;
	a = v->steps ? NULL : past_rows_at(v->past->rows, t->id);
	s = v->steps ? past_rows_step(v->steps, t->id) : NULL;
	return (a && past_state_warns(a->state)) || (s && past_outcome_warns(s->outcome));
}

/* The text of a cell that the source knows. */
static void source_text(struct cell_text *t, enum column column)
{
	const struct rows *rows = model_view(t->f->model)->list.rows;
	CLEANUP(str_done) struct str path = STR_INIT;

	if (!rows->ops->cell || t->id == NAMES_NONE)
		return;
	if (column != COL_ORIGIN && column != COL_TRASH)
		(void)rows->ops->cell(rows, t->id, column, t->out);
	else if (rows->ops->cell(rows, t->id, column, &path) == 0 && path.len)
		view_add_path(t->f, t->out, path.buf);
}

/* Unknown is blank until it is known, and "?" when it cannot be. */
static void cell_text(struct cell_text *t, enum column column, int width)
{
	const struct rows *rows = model_view(t->f->model)->list.rows;
	bool numbers = rows->ops->number != NULL;

	str_clear(t->out);
	t->look = ROLE_META;
	if (column == COL_STATE && past_warns(t))
		t->look = ROLE_META_WARN;
	if (number_text(t, column, width))
		return;
	/* A source that knows numbers knows better than the metadata of a row. */
	if (t->row->meta && columns[column].text && !numbers)
		columns[column].text(t);
	else if (column == COL_WHERE && t->row->where && !t->row->parent)
		where_text(t);
	else
		source_text(t, column);
	if (t->out->len == 0 && t->row->err && columns[column].text)
		str_addc(t->out, '?');
}

void view_cells(struct frame *f, int line, const struct row *row, uint32_t id)
{
	CLEANUP(str_done) struct str text = STR_INIT;
	struct cell_text t = {.f = f, .row = row, .id = id, .out = &text};

	for (int i = 1; i < f->slots.n; i++) {
		const struct column_slot *s = &f->slots.at[i];
		int col = f->screen.list.col + s->col, width;

		cell_text(&t, s->column, s->width);
		width = view_width(f->c, text.buf, text.len);
		if (s->column == COL_WHERE || s->column == COL_ORIGIN || s->column == COL_TRASH)
			view_tail(f->c, line, col, s->width, text.buf, text.len, t.look);
		else
			canvas_text(f->c, line,
				    s->right && width < s->width ? col + s->width - width : col,
				    s->width, text.buf, text.len, t.look);
	}
}

static int owner_need(const struct frame *f, const struct meta *meta)
{
	char buf[FMT_MAX];
	const char *user = view_owner(f->model, false, meta->uid, buf);
	int width = view_width(f->c, user, strlen(user));
	const char *group = view_owner(f->model, true, meta->gid, buf);

	return width + 1 + view_width(f->c, group, strlen(group));
}

static int size_need(const struct settings *settings, const struct meta *meta)
{
	char buf[FMT_MAX];

	if (is_device(meta->mode))
		return DEVICE_WIDTH;
	if (S_ISREG(meta->mode) && settings->size_exact)
		return (int)strlen(fmt_count(buf, meta->size));
	return 0;
}

/* Exact sizes are as long as they are. */
static int total_need(const struct frame *f, uint32_t id)
{
	const struct rows *rows = model_view(f->model)->list.rows;
	char buf[FMT_MAX];
	uint64_t n;

	if (!f->model->settings.size_exact || !rows->ops->number || id == NAMES_NONE ||
	    (!rows->ops->number(rows, id, COL_TOTAL, &n) &&
	     !rows->ops->number(rows, id, COL_SIZE, &n)))
		return 0;
	return (int)strlen(fmt_count(buf, n));
}

void view_column_needs(const struct frame *f, struct column_needs *ret_needs)
{
	const struct list *l = &model_view(f->model)->list;
	const struct settings *settings = &f->model->settings;
	struct column_needs needs = {
		.time = settings->time_relative ? 13 : 16,
		.icon = view_icons(f) ? ICON_WIDTH : 0,
	};
	struct row row;
	size_t pos, end;

	for (view_range(f, &pos, &end); pos < end; pos++) {
		if (!list_row(l, pos, &row))
			continue;
		/* One more for the "/" of a directory. */
		needs.names = MAX(needs.names, view_width(f->c, row.name, row.name_len) + 1);
		needs.size = MAX(needs.size, total_need(f, list_id(l, pos)));
		if (!row.meta)
			continue;
		needs.owner = MAX(needs.owner, owner_need(f, row.meta));
		needs.size = MAX(needs.size, size_need(settings, row.meta));
	}
	*ret_needs = needs;
}

static bool stands_before(const enum column *wanted)
{
	if (*wanted == COL_NAME)
		return wanted[1] != COL_SIGN;
	if (*wanted == COL_SIGN)
		return wanted[1] != COL_TOTAL;
	return *wanted == COL_TOTAL;
}

void view_column_order(const struct frame *f, const enum column *wanted,
		       enum column ret_order[COL_KINDS + 1])
{
	const struct sort_spec *sort = &model_view(f->model)->list.sort;
	enum column by = COL_KINDS;
	int n = 0;

	for (const enum column *w = wanted; *w != COL_KINDS; w++)
		if (sort_needs_rank(sort->by) && columns[*w].sort == sort->by && *w != COL_TOTAL)
			by = *w;
	for (; *wanted != COL_KINDS; wanted++) {
		if (*wanted == by)
			continue;
		ret_order[n++] = *wanted;
		if (by != COL_KINDS && stands_before(wanted))
			ret_order[n++] = by;
	}
	ret_order[n] = COL_KINDS;
}

/* Large, new and many come first unless reversed; the others ascend. */
static const char *sort_sign(const struct frame *f, const struct sort_spec *sort)
{
	return sort_descends(sort->by) != sort->reverse ? view_sign(f->c, "↓", "v")
							: view_sign(f->c, "↑", "^");
}

/* Of what is no directory some columns have titles of their own. */
static const char *title_of(const struct frame *f, enum column column)
{
	if (!model_past(f->model))
		return columns[column].title;
	return column == COL_NAME ? "What" : column == COL_AGE ? "When" : columns[column].title;
}

static bool sort_is_shown(const struct frame *f, enum sort_by by)
{
	for (int i = 0; i < f->slots.n; i++)
		if (columns[f->slots.at[i].column].sort == by)
			return true;
	return false;
}

static void draw_title(struct frame *f, const struct column_slot *s, const struct sort_spec *sort)
{
	const char *title = title_of(f, s->column);
	const char *sign = sort_sign(f, sort);
	/* The number of an action goes with its time, which says so already. */
	bool here = columns[s->column].sort == sort->by &&
		    (s->column != COL_NUMBER || model_view(f->model)->kind == VIEW_STEPS);
	bool elsewhere = s->column == COL_NAME && !sort_is_shown(f, sort->by);
	CLEANUP(str_done) struct str text = STR_INIT;
	int width, room = s->width, col = s->col;

	str_adds(&text, title);
	if (elsewhere)
		str_addf(&text, " (by %s %s)", sort_name(sort->by), sign);
	else if (here)
		str_addf(&text, " %s", sign);
	width = view_width(f->c, text.buf, text.len);
	/* A title may use a column of the gap before it. */
	if (s->right) {
		room = MIN(width, s->width + COLUMN_GAP - 1);
		col += s->width - room;
	}
	canvas_text(f->c, f->screen.titles.row, f->screen.titles.col + col, room, text.buf,
		    text.len, ROLE_COLUMNS);
}

void view_titles(struct frame *f)
{
	const struct sort_spec *sort = &model_view(f->model)->list.sort;
	struct scene_layout *l = f->d->layout;

	if (f->screen.titles.rows == 0)
		return;
	canvas_fill(f->c, f->screen.titles, ROLE_COLUMNS);
	for (int i = 0; i < f->slots.n; i++) {
		const struct column_slot *s = &f->slots.at[i];

		draw_title(f, s, sort);
		l->titles[i].col = f->screen.titles.col + s->col;
		l->titles[i].width = s->width;
		l->titles[i].sort = columns[s->column].sort;
		l->titles[i].sorts = columns[s->column].sort != SORT_KINDS;
	}
	l->ntitles = f->slots.n;
}
