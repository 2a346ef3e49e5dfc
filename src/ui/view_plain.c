/* SPDX-License-Identifier: MIT
 *
 * The linear mode, for people who hear or feel the screen: a screen reader speaks the line that the
 * cursor comes to, and what changes; a braille line shows the line of the cursor. So a row is one
 * line that makes sense in sequence, the name first; the cursor is at its beginning; there is no
 * sign for the current row and no highlight, so that a step changes nothing but the place of the
 * cursor; and nothing changes by itself that is not news: counts are told on request.
 */
#include "model/viewer.h"
#include "ui/view.h"

#include <errno.h>

#include <string.h>
#include <sys/stat.h>

/* ---- where we are ---- */

static void add_place(const struct frame *f, struct str *out)
{
	switch (model_view(f->model)->kind) {
	case VIEW_DIR:
		view_add_path(f, out, model_tab(f->model)->path.buf);
		break;
	case VIEW_MARKED:
		str_adds(out, "Marked, in all directories");
		break;
	case VIEW_MOUNTS:
		str_adds(out, "Mounted file systems");
		break;
	case VIEW_TRASH:
		str_adds(out, "Trash");
		break;
	case VIEW_HISTORY:
	case VIEW_STEPS:
		view_add_history(f->model, out);
		break;
	case VIEW_FOUND:
		(void)found_rows_title(model_view(f->model)->found, out);
		str_adds(out, " below ");
		view_add_path(f, out, found_rows_path(model_view(f->model)->found));
		break;
	case VIEW_SIZES:
		str_adds(out, "Sizes below ");
		view_add_path(f, out, model_path(f->model));
		break;
	}
}

/* What was asked for and changes the list, and what does not answer. */
static void add_state(const struct frame *f, struct str *out)
{
	const struct model *m = f->model;
	const struct list *l = &model_view(m)->list;

	if (m->ntabs > 1)
		str_addf(out, ", tab %zu of %zu", m->tab + 1, m->ntabs);
	if (l->sort.by != SORT_NAME || l->sort.reverse)
		str_addf(out, ", by %s%s", sort_name(l->sort.by),
			 l->sort.reverse ? " reversed" : "");
	if (l->filter.len > 0 && f->scene->overlay != OVERLAY_PROMPT)
		str_addf(out, ", filter %s", l->filter.buf);
	if (model_sizes(m) && sizes_busy(model_sizes(m)))
		str_adds(out, ", scanning");
	if (f->scene->read_only)
		str_adds(out, ", read-only");
	if (m->stall.ms > 0)
		str_adds(out, ", not answering");
}

static void draw_header(struct frame *f)
{
	const struct rect *r = &f->screen.header;
	CLEANUP(str_done) struct str place = STR_INIT;
	CLEANUP(str_done) struct str state = STR_INIT;
	int col = r->col, room, width;

	if (r->rows == 0)
		return;
	if (f->scene->is_root)
		col = canvas_word(f->c, r->row, col, r->cols, "ROOT", NULL, ROLE_HEADER_ROOT) + 1;
	add_place(f, &place);
	add_state(f, &state);
	room = r->cols - col;
	width = view_width(f->c, state.buf, state.len);
	width = MIN(width, room / 2);
	col = view_tail(f->c, r->row, col, room - width, place.buf, place.len, ROLE_HEADER_PATH);
	canvas_text(f->c, r->row, col, r->cols - col, state.buf, state.len, ROLE_HEADER);
}

/* ---- rows ---- */

static enum entry_type type_of(const struct row *row)
{
	return row->type == ENTRY_UNKNOWN && row->meta ? rows_type_of_mode(row->meta->mode)
						       : row->type;
}

static void add_kind(const struct row *row, struct str *out)
{
	static const char *const kinds[] = {
		[ENTRY_UNKNOWN] = "",        [ENTRY_FILE] = "",
		[ENTRY_DIR] = ", directory", [ENTRY_LINK] = ", link",
		[ENTRY_FIFO] = ", FIFO",     [ENTRY_SOCKET] = ", socket",
		[ENTRY_CHAR] = ", device",   [ENTRY_BLOCK] = ", block device",
	};
	enum entry_type type = type_of(row);

	str_adds(out, kinds[type]);
	if (type == ENTRY_LINK && row->target)
		str_addf(out, " to %s", row->target);
	if (type == ENTRY_FILE && row->meta && row->meta->mode & 0111)
		str_adds(out, ", executable");
}

static void add_numbers(const struct frame *f, const struct row *row, struct str *out)
{
	const struct settings *s = &f->model->settings;
	char buf[FMT_MAX];

	if (row->err)
		str_adds(out, ", not readable");
	/* Sources that know numbers tell theirs. */
	if (!row->meta || row->parent || model_view(f->model)->list.rows->ops->number)
		return;
	if (S_ISREG(row->meta->mode))
		str_addf(out, ", %s",
			 s->size_exact ? fmt_count(buf, row->meta->size)
				       : fmt_size(buf, row->meta->size));
	/* The day is enough, and does not change by itself as "3 min ago" does. */
	fmt_time(buf, row->meta->mtime);
	str_addf(out, ", %.*s", (int)strcspn(buf, " "), buf);
}

static bool number_of(const struct rows *rows, uint32_t id, enum column col, uint64_t *ret)
{
	return rows->ops->number && id != NAMES_NONE && rows->ops->number(rows, id, col, ret);
}

/* Of sources that know numbers: what it takes up, its share, how much is in it. */
static void add_sums(const struct frame *f, uint32_t id, struct str *out)
{
	const struct view *v = model_view(f->model);
	const struct rows *rows = v->list.rows;
	const char *words = NULL;
	struct trashed_thing thing;
	char buf[FMT_MAX];
	uint64_t n;

	if (number_of(rows, id, COL_TOTAL, &n) || number_of(rows, id, COL_SIZE, &n))
		str_addf(out, ", %s",
			 f->model->settings.size_exact ? fmt_count(buf, n) : fmt_size(buf, n));
	if (number_of(rows, id, COL_PERCENT, &n))
		str_addf(out, ", %u.%u%%", (unsigned)(n / 10), (unsigned)(n % 10));
	if (number_of(rows, id, COL_DATE, &n)) {
		fmt_time(buf, (int64_t)n);
		str_addf(out, ", %s%.*s", v->trashed ? "deleted " : "", (int)strcspn(buf, " "),
			 buf);
	}
	if (number_of(rows, id, COL_STEPS, &n))
		str_addf(out, ", %s step%s", fmt_count(buf, n), n == 1 ? "" : "s");
	if (number_of(rows, id, COL_ITEMS, &n))
		str_addf(out, ", %s item%s", fmt_count(buf, n), n == 1 ? "" : "s");
	if (v->kind == VIEW_SIZES && id != NAMES_NONE)
		words = view_sizes_words(sizes_rows_sign(v->sizes->rows, id));
	if (words)
		str_addf(out, ", %s", words);
	if (v->kind == VIEW_TRASH && v->trashed && id != NAMES_NONE &&
	    trashed_rows_thing(v->trashed->rows, id, &thing)) {
		if (thing.state == TRASH_INFO_ALONE)
			str_adds(out, ", only information, not the thing");
		else if (thing.state == TRASH_UNKNOWN)
			str_adds(out, ", not known where it was");
	}
}

/* Of what was done: what came of it and why, what undoing it would do. */
static void add_past(const struct frame *f, uint32_t id, struct str *out)
{
	const struct view *v = model_view(f->model);
	const struct past_action *a = v->steps ? NULL : past_rows_at(v->past->rows, id);
	const struct past_step *s = v->steps ? past_rows_step(v->steps, id) : NULL;

	if (a)
		str_addf(out, ", %s", past_state_word(a->state));
	if (s)
		str_addf(out, ", %s", past_outcome_word(s->outcome));
	if (s && s->err)
		str_addf(out, ": %s", strerrordesc_np(-s->err));
	if (s && s->undo)
		str_addf(out, ", undoing it would %s", s->undo);
}

/* Of sources that know more than metadata. */
static void add_cells(const struct frame *f, const struct row *row, uint32_t id, struct str *out)
{
	static const struct {
		enum column column;
		const char *before, *after;
	} cells[] = {{COL_FSTYPE, ", ", ""},
		     {COL_FREE, ", ", " free"},
		     {COL_SOURCE, ", from ", ""},
		     {COL_ORIGIN, ", was in ", ""},
		     {COL_TRASH, ", in the trash of ", ""}};
	const struct rows *rows = model_view(f->model)->list.rows;

	if ((model_view(f->model)->kind == VIEW_MARKED ||
	     model_view(f->model)->kind == VIEW_FOUND) &&
	    row->where) {
		str_adds(out, ", in ");
		view_add_path(f, out, row->where);
	}
	for (size_t i = 0; rows->ops->cell && id != NAMES_NONE && i < ARRAY_LEN(cells); i++) {
		CLEANUP(str_done) struct str cell = STR_INIT;

		if (rows->ops->cell(rows, id, cells[i].column, &cell) != 0 || cell.len == 0 ||
		    strcmp(cell.buf, "-") == 0)
			continue;
		str_adds(out, cells[i].before);
		if (cells[i].column == COL_ORIGIN || cells[i].column == COL_TRASH)
			view_add_path(f, out, cell.buf);
		else
			str_adds(out, cell.buf);
		str_adds(out, cells[i].after);
	}
}

static void draw_row(struct frame *f, int line, size_t pos)
{
	const struct list *l = &model_view(f->model)->list;
	CLEANUP(str_done) struct str rest = STR_INIT;
	int col = f->screen.list.col, cols = f->screen.list.cols;
	struct match_spans spans = {0};
	struct row row;

	if (!list_row(l, pos, &row))
		return;
	if (marks_has(&f->model->marks, &row))
		col = canvas_word(f->c, line, col, cols, "* ", NULL, ROLE_MARK);
	else if (list_in_range(l, pos))
		col = canvas_word(f->c, line, col, cols, "+ ", NULL, ROLE_MARK);
	if (row.parent) {
		str_adds(&rest, ", the directory above");
	} else {
		list_spans(l, pos, &spans);
		if (model_view(f->model)->kind != VIEW_MOUNTS)
			add_kind(&row, &rest);
		add_numbers(f, &row, &rest);
	}
	add_sums(f, list_id(l, pos), &rest);
	if (model_past(f->model))
		add_past(f, list_id(l, pos), &rest);
	add_cells(f, &row, list_id(l, pos), &rest);
	col = canvas_name(f->c, line, col, cols - col, row.name, row.name_len,
			  theme_name_look(f->d->theme, &row), &spans);
	canvas_text(f->c, line, col, cols - col, rest.buf, rest.len, ROLE_META);
}

static void draw_empty(struct frame *f)
{
	const struct list *l = &model_view(f->model)->list;
	const struct rect *r = &f->screen.list;
	char buf[VIEW_WORDS_MAX];
	const char *words;
	uint16_t look;
	int line = r->row + (l->with_parent && list_len(l) > 0 ? 1 : 0);

	if (l->n > 0 || line >= r->row + r->rows)
		return;
	words = view_empty_words(f, buf, &look);
	if (!*words)
		words = "(loading)";
	canvas_text(f->c, line, r->col, r->cols, words, strlen(words), look);
}

/* ---- what is told ---- */

int view_plain_lines(const struct drawing *d, int cols)
{
	const struct str *text = &d->model->notice.text;
	struct canvas c = {.ascii = false};

	if (d->scene->overlay != OVERLAY_NONE || d->model->notice.kind == NOTICE_NONE)
		return 1;
	/* Lines end at blanks: one more than the letters need. */
	cols = MAX(cols, 1);
	return view_width(&c, text->buf, text->len) <= cols
		       ? 1
		       : view_width(&c, text->buf, text->len) / cols + 2;
}

static void draw_notice(struct frame *f)
{
	const struct rect *r = &f->screen.last;
	const struct notice *n = &f->model->notice;
	const char *at = n->text.buf;
	size_t left = n->text.len;

	if (n->kind == NOTICE_NONE)
		return;
	canvas_fill(f->c, *r, ROLE_FOOTER);
	for (int line = r->row; line < r->row + r->rows && left > 0; line++) {
		bool last = line + 1 == r->row + r->rows;
		size_t len = last || view_width(f->c, at, left) <= r->cols
				     ? left
				     : view_break(f, at, left, r->cols);

		len = len ? len : left;
		canvas_name(f->c, line, r->col, r->cols, at, len, view_notice_look(n->kind), NULL);
		at += len;
		left -= len;
	}
}

void view_plain(struct frame *f)
{
	const struct list *l = &model_view(f->model)->list;
	const struct rect *r = &f->screen.list;
	size_t first, end;

	draw_header(f);
	view_range(f, &first, &end);
	for (size_t pos = first; pos < end; pos++)
		draw_row(f, r->row + (int)(pos - first), pos);
	draw_empty(f);
	f->c->cursor_col = r->col;
	f->c->cursor_row = r->row;
	if (l->cursor >= first && l->cursor < end)
		f->c->cursor_row += (int)(l->cursor - first);
	if (f->scene->overlay == OVERLAY_NONE)
		draw_notice(f);
}

/* ---- told on request ---- */

/* The dot between the parts of a sentence is not for ears. */
static int add_spoken(struct str *out, const char *text)
{
	static const char dot[] = " \u00b7 ";

	for (const char *at; (at = strstr(text, dot)); text = at + strlen(dot)) {
		str_add(out, text, (size_t)(at - text));
		str_adds(out, "; ");
	}
	return str_adds(out, text);
}

/* Of the viewer: how far one has come. */
static int tell_viewed(const struct frame *f, struct str *out)
{
	const struct viewer *v = f->model->viewer;
	uint64_t line, end = v->nrows ? v->rows[v->nrows - 1].end : v->top;
	char buf[FMT_MAX];

	view_add_path(f, out, v->path);
	if (v->hex)
		str_addf(out, ", byte %s", fmt_count(buf, v->top));
	else if (viewer_line_at(v, v->top, &line))
		str_addf(out, ", line %s", fmt_count(buf, line));
	if (v->size > 0)
		str_addf(out, ", %d%%", (int)((double)end / (double)v->size * 100));
	return str_addf(out, " of %s", fmt_size(buf, v->size));
}

int scene_tell_row(const struct drawing *d, struct str *out)
{
	struct canvas c = {.ascii = false};
	struct frame f = {.d = d, .model = d->model, .scene = d->scene, .c = &c};
	const struct list *l = &model_view(d->model)->list;
	CLEANUP(str_done) struct str sentence = STR_INIT;
	char mode[FMT_MAX], user[FMT_MAX], group[FMT_MAX], time[FMT_MAX];
	struct row row;

	if (viewer_shown(d->model))
		return tell_viewed(&f, out);
	if (!list_row(l, l->cursor, &row))
		return str_adds(out, "no row");
	str_add(out, row.name, row.name_len);
	str_adds(out, ": ");
	if (model_sizes(d->model))
		add_sums(&f, list_id(l, l->cursor), &sentence);
	if (sentence.len)
		str_remove(&sentence, 0, strlen(", "));
	else
		view_sentence(&f, &sentence);
	add_spoken(out, sentence.len ? sentence.buf : "not known yet");
	if (!row.meta || row.parent)
		return out->failed ? -ENOMEM : 0;
	return str_addf(out, "; %s, owner %s, group %s, changed %s", fmt_mode(mode, row.meta->mode),
			view_owner(d->model, false, row.meta->uid, user),
			view_owner(d->model, true, row.meta->gid, group),
			fmt_time(time, row.meta->mtime));
}

static void add_counts(const struct model *m, struct str *out)
{
	const struct list *l = &model_view(m)->list;
	char buf[FMT_MAX];

	if (list_len(l) > 0)
		str_addf(out, ", row %zu of %zu", l->cursor + 1, list_len(l));
	str_addf(out, ", %s item%s", fmt_count(buf, l->n), l->n == 1 ? "" : "s");
	if (l->rows->ops->loading && l->rows->ops->loading(l->rows))
		str_adds(out, " so far");
	if (l->hidden > 0)
		str_addf(out, ", %s hidden", fmt_count(buf, l->hidden));
	if (l->filtered > 0)
		str_addf(out, ", %s filtered", fmt_count(buf, l->filtered));
	if (m->marks.live > 0)
		str_addf(out, ", %s marked", fmt_count(buf, m->marks.live));
	if (m->marks.live > 0 && m->marks.bytes > 0)
		str_addf(out, " with %s%s", m->marks.unsummed ? "at least " : "",
			 fmt_size(buf, m->marks.bytes));
}

static void add_total(const struct model *m, struct str *out)
{
	const struct sizes *s = model_sizes(m);
	struct sizetree_total total;
	char buf[FMT_MAX];

	if (!s)
		return;
	total = sizes_total(s);
	str_addf(out, ", %s%s in all", sizes_exact(s) ? "" : "at least ",
		 fmt_size(buf, sizes_bytes_of(&s->look, &total)));
	if (total.unread)
		str_addf(out, ", %s unread", fmt_count(buf, total.unread));
}

int scene_tell_place(const struct drawing *d, struct str *out)
{
	struct canvas c = {.ascii = false};
	struct frame f = {.d = d, .model = d->model, .scene = d->scene, .c = &c};
	const struct listing *listing = model_tab(d->model)->listing;
	const struct space *space = NULL;
	char buf[FMT_MAX];

	if (listing && model_view(d->model)->kind == VIEW_DIR)
		space = listing_space(listing);
	add_place(&f, out);
	add_state(&f, out);
	add_counts(d->model, out);
	add_total(d->model, out);
	if (space && space->read_only && !d->scene->read_only)
		str_adds(out, ", read-only");
	if (space)
		str_addf(out, ", %s free", fmt_size(buf, space->avail));
	return out->failed ? -ENOMEM : 0;
}
