/* SPDX-License-Identifier: MIT
 *
 * The header: who and where one is on the left, what there is on the right. When it gets narrow the
 * least important parts are left out one by one; the path is cut at its beginning, and is the last
 * to go.
 */
#include "ui/view.h"

#include <string.h>

/* As they stand on the screen. */
enum part {
	PART_ROOT,
	PART_CHOOSING,
	PART_USER,
	PART_TABS,
	PART_TITLE,
	PART_PATH,
	PART_STALL,
	PART_STATE,
	PART_SCAN,
	PART_ITEMS,
	PART_HIDDEN,
	PART_FILTER,
	PART_FILTERED,
	PART_MARKED,
	PART_TRASH,
	PART_READ_ONLY,
	PART_FREE,
	PART_DISK,
	PART_UNREAD,
	PARTS
};

/* The first to be left out is the least important. */
static const enum part dispensable[] = {
	PART_FREE,      PART_ITEMS,  PART_USER,     PART_HIDDEN, PART_FILTER,   PART_TABS,
	PART_READ_ONLY, PART_MARKED, PART_FILTERED, PART_TRASH,  PART_SCAN,     PART_STATE,
	PART_STALL,     PART_DISK,   PART_UNREAD,   PART_TITLE,  PART_CHOOSING, PART_ROOT};

struct part_text {
	struct str text; /* may hold bytes from outside; empty: not there */
	uint16_t look;
	int width;
};

struct header {
	struct frame *f;
	struct part_text parts[PARTS];
};

#define FILTER_WIDTH_MAX 20

static const char *plural(size_t n)
{
	return n == 1 ? "" : "s";
}

static void add_who(struct header *h)
{
	const struct self *self = &h->f->model->self;
	struct part_text *user = &h->parts[PART_USER], *root = &h->parts[PART_ROOT];

	root->look = ROLE_HEADER_ROOT;
	if (h->f->scene->is_root)
		str_adds(&root->text, "ROOT");
	h->parts[PART_CHOOSING].look = ROLE_WARNING;
	if (h->f->scene->choosing)
		str_adds(&h->parts[PART_CHOOSING].text, h->f->scene->choosing);
	user->look = ROLE_HEADER_USER;
	if (self->user && *self->user)
		str_adds(&user->text, self->user);
	if (self->host && *self->host)
		str_addf(&user->text, "@%s", self->host);
}

static void add_tabs(struct header *h)
{
	const struct model *m = h->f->model;
	struct part_text *p = &h->parts[PART_TABS];

	p->look = ROLE_TAB;
	for (size_t i = 0; m->ntabs > 1 && i < m->ntabs; i++)
		str_addf(&p->text, i == m->tab ? "%s[%zu]" : "%s%zu", i ? " " : "", i + 1);
}

static void add_path(struct header *h)
{
	struct part_text *p = &h->parts[PART_PATH];

	p->look = ROLE_HEADER_PATH;
	switch (model_view(h->f->model)->kind) {
	case VIEW_DIR:
		view_add_path(h->f, &p->text, model_tab(h->f->model)->path.buf);
		break;
	case VIEW_MARKED:
		str_adds(&p->text, "Marked, in all directories");
		break;
	case VIEW_MOUNTS:
		str_adds(&p->text, "Mounted file systems");
		break;
	case VIEW_TRASH:
		str_adds(&p->text, "Trash");
		break;
	case VIEW_HISTORY:
	case VIEW_STEPS:
		view_add_history(h->f->model, &p->text);
		break;
	case VIEW_FOUND:
		h->parts[PART_TITLE].look = ROLE_HEADER_PATH;
		(void)found_rows_title(model_view(h->f->model)->found, &h->parts[PART_TITLE].text);
		str_adds(&h->parts[PART_TITLE].text, model_sizes(h->f->model)->phase == SIZES_OVER
							     ? " below"
							     : " so far below");
		view_add_path(h->f, &p->text, found_rows_path(model_view(h->f->model)->found));
		break;
	case VIEW_SIZES:
		view_add_path(h->f, &p->text, model_path(h->f->model));
		break;
	}
}

static bool is_loading(const struct model *m)
{
	const struct view *view = model_view(m);
	const struct rows *rows = view->list.rows;
	const struct tab *tab = model_tab(m);

	/* Listing the same place again happens by itself and is not worth a word. */
	if (view->kind == VIEW_DIR && tab->coming && tab->going != GO_RELOAD)
		return true;
	/* That it is being scanned is said already. */
	if (view->sizes && sizes_busy(view->sizes))
		return false;
	return rows->ops->loading && rows->ops->loading(rows);
}

/* The order on screen is not yet the one asked for. */
static bool is_sorting(const struct list *l)
{
	bool unranked =
		sort_needs_rank(l->sort.by) && !l->ranked && rows_sorts(l->rows, l->sort.by);

	return l->order_ticket || l->want_order || (unranked && l->n > 0);
}

/* Who does not answer, by name where that is known. */
static void add_stall(struct header *h)
{
	const struct model *m = h->f->model;
	const struct trashed *t = model_trashed(m);
	struct part_text *p = &h->parts[PART_STALL];
	const struct trashed_place *place;
	char buf[FMT_MAX];
	size_t more = 0;

	p->look = ROLE_WARNING;
	place = t ? trashed_waiting(t, m->now_ms, &more) : NULL;
	if (place) {
		view_add_path(h->f, &p->text, place->path ? place->path : "your home");
		str_addf(&p->text, "%s%s ", place->network ? " (network)" : "",
			 more ? " and others:" : "");
	}
	if (m->stall.ms > 0)
		str_addf(&p->text, "not answering %s", fmt_duration(buf, m->stall.ms));
	else if (place)
		str_adds(&p->text, "not answering yet");
}

static void add_state(struct header *h)
{
	const struct model *m = h->f->model;
	const struct list *l = &model_view(m)->list;
	struct part_text *state = &h->parts[PART_STATE];

	add_stall(h);
	state->look = ROLE_HEADER_COUNT;
	if (is_loading(m))
		str_addf(&state->text, "loading%s", view_sign(h->f->c, "…", "..."));
	else if (is_sorting(l))
		str_addf(&state->text, "sorting%s", view_sign(h->f->c, "…", "..."));
	else if (model_marking(m))
		str_addf(&state->text, "marking%s", view_sign(h->f->c, "…", "..."));
}

static bool is_unread(const struct model *m)
{
	const struct listing *listing = model_tab(m)->listing;

	return model_view(m)->kind == VIEW_DIR &&
	       (!listing || listing_state(listing) == LISTING_FAILED);
}

static void add_counts(struct header *h)
{
	const struct list *l = &model_view(h->f->model)->list;
	struct part_text *items = &h->parts[PART_ITEMS], *hidden = &h->parts[PART_HIDDEN];
	struct part_text *filter = &h->parts[PART_FILTER], *filtered = &h->parts[PART_FILTERED];
	char buf[FMT_MAX];

	items->look = ROLE_HEADER_COUNT;
	hidden->look = filter->look = filtered->look = ROLE_HEADER_HIDDEN;
	/* Of a directory that cannot be read nobody knows how many. */
	if (l->n > 0 || !is_unread(h->f->model))
		str_addf(&items->text, "%s item%s", fmt_count(buf, l->n), plural(l->n));
	if (l->hidden > 0)
		str_addf(&hidden->text, "%s hidden", fmt_count(buf, l->hidden));
	if (l->filter.len > 0 || l->filtered > 0)
		str_addf(&filtered->text, "%s filtered", fmt_count(buf, l->filtered));
	/* While it is typed the filter stands in the prompt. */
	if (l->filter.len > 0 && h->f->scene->overlay != OVERLAY_PROMPT)
		str_addf(&filter->text, "/%s", l->filter.buf);
}

static void add_marked(struct header *h)
{
	const struct marks *marks = &h->f->model->marks;
	struct part_text *p = &h->parts[PART_MARKED];
	char buf[FMT_MAX];

	p->look = ROLE_MARK;
	if (marks->live == 0)
		return;
	str_addf(&p->text, "%s marked", fmt_count(buf, marks->live));
	/* What is in directories is not counted: as much, or more. */
	if (marks->bytes > 0)
		str_addf(&p->text, " %s%s", marks->unsummed ? view_sign(h->f->c, "≥", ">=") : "",
			 fmt_size(buf, marks->bytes));
}

static void add_space(struct header *h)
{
	const struct listing *listing = model_tab(h->f->model)->listing;
	const struct space *space = NULL;
	struct part_text *ro = &h->parts[PART_READ_ONLY], *p = &h->parts[PART_FREE];
	char buf[FMT_MAX];

	if (listing && model_view(h->f->model)->kind == VIEW_DIR)
		space = listing_space(listing);
	ro->look = ROLE_HEADER_HIDDEN;
	if (h->f->scene->read_only || (space && space->read_only))
		str_adds(&ro->text, "read-only");
	p->look = ROLE_HEADER_COUNT;
	if (space)
		str_addf(&p->text, "%s free", fmt_size(buf, space->avail));
}

/* How the scan goes, or went. */
static void add_scan(struct header *h, const struct sizes *s)
{
	const struct model *m = h->f->model;
	const char *more = view_sign(h->f->c, "…", "...");
	struct part_text *p = &h->parts[PART_SCAN];
	char entries[FMT_MAX], time[FMT_MAX];

	p->look = ROLE_HEADER_COUNT;
	fmt_count(entries, s->progress.entries);
	if (s->phase == SIZES_FAILED)
		str_adds(&p->text, "not scanned");
	else if (s->again && s->round.entries)
		str_addf(&p->text, "scanning again: %s entries%s",
			 fmt_count(entries, s->round.entries), more);
	else if (s->again)
		str_addf(&p->text, "scanning again%s", more);
	else if (s->phase == SIZES_OVER)
		str_addf(&p->text, "scanned %s entries in %s", entries,
			 fmt_duration(time, (uint64_t)s->took_ms));
	else if (s->phase == SIZES_STOPPED)
		str_addf(&p->text, "stopped after %s entries", entries);
	else if (s->progress.entries)
		str_addf(&p->text, "scanning %s entries, %s%s", entries,
			 fmt_duration(time, (uint64_t)MAX(m->now_ms - s->began_ms, 0)), more);
	else
		str_addf(&p->text, "scanning%s", more);
}

static void add_sizes(struct header *h)
{
	const struct sizes *s = model_sizes(h->f->model);
	struct part_text *p = &h->parts[PART_DISK], *unread = &h->parts[PART_UNREAD];
	struct sizetree_total total;
	char buf[FMT_MAX];

	if (!s)
		return;
	add_scan(h, s);
	total = sizes_total(s);
	p->look = ROLE_HEADER_COUNT;
	str_addf(&p->text, "%s %s%s", s->look.apparent ? "length" : "disk",
		 sizes_exact(s) ? "" : view_sign(h->f->c, "≥", ">="),
		 fmt_size(buf, sizes_bytes_of(&s->look, &total)));
	unread->look = ROLE_WARNING;
	if (total.unread)
		str_addf(&unread->text, "%s %s unread", view_sign(h->f->c, "▒", "!"),
			 fmt_count(buf, total.unread));
}

/* What is in the trash takes, and what emptying it would give back: what has links elsewhere gives
 * nothing back. */
static void add_trash(struct header *h)
{
	const struct trashed *t = model_trashed(h->f->model);
	const char *least = view_sign(h->f->c, "≥", ">=");
	struct part_text *p = &h->parts[PART_TRASH];
	struct trashed_total sum;
	char size[FMT_MAX], freed[FMT_MAX];

	if (!t)
		return;
	sum = trashed_rows_total(t->rows);
	p->look = ROLE_HEADER_COUNT;
	fmt_size(size, sum.size);
	fmt_size(freed, sum.freed);
	if (!sum.things)
		return;
	if (sum.linked && strcmp(size, freed) != 0)
		str_addf(&p->text, "%s%s, frees %s%s", sum.unknown ? least : "", size, least,
			 freed);
	else
		str_addf(&p->text, "frees %s%s", sum.unknown || sum.linked ? least : "", freed);
}

static int total_width(const struct header *h)
{
	int total = 1; /* the margin at the right; each part brings the gap before it */

	for (int i = 0; i < PARTS; i++)
		if (h->parts[i].width > 0)
			total += h->parts[i].width + COLUMN_GAP;
	return total - COLUMN_GAP + 1;
}

/* Leaves out parts until the path has its share, then gives it what is left. */
static void fit(struct header *h, int cols)
{
	struct part_text *path = &h->parts[PART_PATH];
	int whole, spare;

	for (int i = 0; i < PARTS; i++)
		h->parts[i].width = view_width(h->f->c, h->parts[i].text.buf, h->parts[i].text.len);
	h->parts[PART_FILTER].width = MIN(h->parts[PART_FILTER].width, FILTER_WIDTH_MAX);
	whole = path->width;
	/* Of sizes the numbers are what matters. */
	path->width = MIN(whole, MAX(h->parts[PART_DISK].width ? cols / 4 : cols * 2 / 5, 10));
	for (size_t i = 0; i < ARRAY_LEN(dispensable) && total_width(h) > cols; i++)
		h->parts[dispensable[i]].width = 0;
	spare = cols - total_width(h);
	path->width = MAX(1, MIN(whole, path->width + spare));
}

static void draw_tabs(struct header *h, int row, int col)
{
	const struct part_text *p = &h->parts[PART_TABS];
	const char *open = strchr(p->text.buf, '['), *close = strchr(p->text.buf, ']');
	int at;

	canvas_text(h->f->c, row, col, p->width, p->text.buf, p->text.len, p->look);
	if (!open || !close)
		return;
	at = (int)(open - p->text.buf);
	canvas_text(h->f->c, row, col + at, p->width - at, open, (size_t)(close - open) + 1,
		    ROLE_TAB_CURRENT);
}

static void draw_part(struct header *h, enum part part, int row, int col)
{
	const struct part_text *p = &h->parts[part];

	if (part == PART_TABS)
		draw_tabs(h, row, col);
	else if (part == PART_PATH)
		view_tail(h->f->c, row, col, p->width, p->text.buf, p->text.len, p->look);
	else
		canvas_text(h->f->c, row, col, p->width, p->text.buf, p->text.len, p->look);
}

static void draw_parts(struct header *h)
{
	const struct rect *r = &h->f->screen.header;
	int col = r->col + (r->cols > 2 ? 1 : 0), right = r->col + r->cols - 1;

	for (int i = 0; i <= PART_PATH; i++) {
		if (h->parts[i].width == 0)
			continue;
		draw_part(h, (enum part)i, r->row, col);
		col += h->parts[i].width + COLUMN_GAP;
	}
	for (int i = PARTS - 1; i > PART_PATH; i--) {
		if (h->parts[i].width == 0)
			continue;
		right -= h->parts[i].width;
		draw_part(h, (enum part)i, r->row, right);
		right -= COLUMN_GAP;
	}
}

void view_header(struct frame *f)
{
	struct header h = {.f = f};

	if (f->screen.header.rows == 0)
		return;
	for (int i = 0; i < PARTS; i++)
		str_init(&h.parts[i].text);
	add_who(&h);
	add_tabs(&h);
	add_path(&h);
	add_state(&h);
	add_counts(&h);
	add_marked(&h);
	add_space(&h);
	add_sizes(&h);
	add_trash(&h);
	canvas_fill(f->c, f->screen.header, ROLE_HEADER);
	fit(&h, f->screen.header.cols);
	draw_parts(&h);
	for (int i = 0; i < PARTS; i++)
		str_done(&h.parts[i].text);
}
