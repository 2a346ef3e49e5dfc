/* SPDX-License-Identifier: MIT
 *
 * The info pane: the facts of what the list's cursor is on, below them or beside them the preview.
 * Each fact has its line, whatever the pane is about, so that moving on changes words and moves
 * none; where there are too few lines, the least important are left out one by one. While a key is
 * held the pane stays as it is shown.
 */
#include "ui/view.h"

#include "base/path.h"
#include "model/fact.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#define LINES_MAX   48
#define LABEL_WIDTH 9
#define ACL_LINES   6

/* How important a line is: the greatest is left out first. */
enum rank {
	RANK_NAME,
	RANK_KIND,
	RANK_SIZE,
	RANK_MODE,
	RANK_RARE, /* what few things have, and what matters then */
	RANK_OWNER,
	RANK_TIME,
	RANK_ACCESS,
	RANK_ACL,
	RANK_MOUNT,
	RANK_MIME,
	RANK_MORE,
	RANK_LEAST,
	RANK_BLANK, /* keeps its place when there is nothing to say and room enough */
};

struct line {
	const char *label; /* NULL: continues the line above, or has none */
	struct str text;   /* made safe, or bytes from outside: drawn by canvas_text() */
	uint16_t look;
	enum rank rank;
};

struct pane {
	struct frame *f;
	const struct facts *facts;
	struct fact_style style;
	int width; /* of the text */
	struct line lines[LINES_MAX];
	size_t n;
};

/* ---- lines ---- */

static struct line *new_line(struct pane *p, const char *label, uint16_t look, enum rank rank)
{
	struct line *l = &p->lines[MIN(p->n, (size_t)LINES_MAX - 1)];

	if (p->n < LINES_MAX)
		p->n++;
	else
		str_done(&l->text);
	*l = (struct line){.label = label, .look = look, .rank = rank};
	str_init(&l->text);
	return l;
}

/* The text on at most `most` lines, and on at least so many blank ones when `keep`. */
static void add_text(struct pane *p, const char *label, const struct str *text, uint16_t look,
		     enum rank rank, int most, bool keep)
{
	size_t at = 0;

	for (int i = 0; i < most; i++) {
		size_t left = text->len - at;
		size_t len = i + 1 < most ? MAX(view_break(p->f, text->buf + at, left, p->width),
						MIN(left, (size_t)1))
					  : left;
		struct line *l;

		if (left == 0 && !keep)
			return;
		l = new_line(p, i || !left ? NULL : label, look, left ? rank : RANK_BLANK);
		str_add(&l->text, text->buf + at, len);
		at += len;
	}
}

/* ---- what they say ---- */

static const char *name_of(void *ctx, bool group, uint32_t id)
{
	const struct model *m = ctx;
	uintptr_t value = 0;

	return map_get(&m->owners[group], &id, sizeof(id), &value) ? (const char *)value : NULL;
}

static void add_name(struct pane *p)
{
	const struct info *i = &p->f->model->info;
	const char *about = i->about.len ? i->about.buf : i->path.buf;
	const char *name = path_base(about);
	struct row row = {.name = name, .name_len = strlen(name), .type = ENTRY_FILE};
	struct line *l;

	if (p->facts) {
		row.meta = &p->facts->meta;
		row.type = rows_type_of_mode(row.meta->mode);
	}
	l = new_line(p, NULL, theme_name_look(p->f->d->theme, &row), RANK_NAME);
	str_adds(&l->text, *name ? name : "/");
	if (row.type == ENTRY_DIR && *name)
		str_addc(&l->text, '/');
}

static void add_time(struct pane *p, const char *label, int64_t sec, enum rank rank)
{
	char exact[FMT_MAX], age[FMT_MAX];
	struct line *l;

	if (sec == INT64_MIN)
		return;
	l = new_line(p, label, ROLE_META, rank);
	/* The second, without its parts and without the zone. */
	fmt_time_exact(exact, sec, 0);
	exact[strcspn(exact, ".")] = '\0';
	str_addf(&l->text, "%s  %s", exact, fmt_age(age, sec, p->f->d->now_sec));
}

/* Of a thing in the trash: where it was, since when it is there. The row must be what the pane is
 * about. */
static void add_trashed(struct pane *p)
{
	const struct model *m = p->f->model;
	const struct trashed *t = model_trashed(m);
	const struct list *l = &model_view(m)->list;
	CLEANUP(str_done) struct str path = STR_INIT;
	CLEANUP(str_done) struct str shown = STR_INIT;
	struct trashed_thing thing;
	uint32_t id = list_id(l, l->cursor);

	if (!t || id == NAMES_NONE || model_cursor_path(m, &path) < 0 ||
	    !str_eq(&m->info.about, path.buf) || !trashed_rows_thing(t->rows, id, &thing))
		return;
	str_clear(&path);
	if (trashed_rows_origin(t->rows, id, &path) == 0)
		view_add_path(p->f, &shown, path.buf);
	else
		str_addf(&shown, "not known: %s", thing.why ? thing.why : "no information");
	add_text(p, "was", &shown, thing.origin ? ROLE_META : ROLE_WARNING, RANK_NAME, 2, false);
	add_time(p, "deleted", thing.deleted, RANK_SIZE);
}

static void add_marked(struct pane *p)
{
	static const struct {
		enum entry_type type;
		const char *one, *many;
	} words[] = {
		{ENTRY_DIR, "directory", "directories"},
		{ENTRY_FILE, "file", "files"},
		{ENTRY_LINK, "link", "links"},
		{ENTRY_FIFO, "FIFO", "FIFOs"},
		{ENTRY_SOCKET, "socket", "sockets"},
		{ENTRY_CHAR, "device", "devices"},
		{ENTRY_BLOCK, "block device", "block devices"},
	};
	const struct marks *m = &p->f->model->marks;
	struct line *l;
	char buf[FMT_MAX];

	if (!m->live)
		return;
	l = new_line(p, "marked", ROLE_MARK, RANK_NAME);
	str_adds(&l->text, fmt_count(buf, m->live));
	if (m->bytes)
		str_addf(&l->text, "  %s%s", m->unsummed ? view_sign(p->f->c, "≥", ">=") : "",
			 fmt_size(buf, m->bytes));
	for (size_t i = 0, n = 0; i < ARRAY_LEN(words); i++) {
		size_t count = m->kinds[words[i].type];

		if (count)
			str_addf(&l->text, "%s%s %s", n++ ? ", " : "  ", fmt_count(buf, count),
				 count == 1 ? words[i].one : words[i].many);
	}
}

static const struct preview *preview_of_this(const struct pane *p)
{
	return info_same(&p->f->model->info) ? p->f->model->info.preview : NULL;
}

static void add_kind(struct pane *p)
{
	const struct preview *preview = preview_of_this(p);
	CLEANUP(str_done) struct str text = STR_INIT;
	struct line *l;

	if (preview && preview->what.len)
		str_add(&text, preview->what.buf, preview->what.len);
	else
		str_adds(&text, fact_type(rows_type_of_mode(p->facts->meta.mode)));
	add_text(p, "kind", &text, ROLE_META, RANK_KIND, 1, true);
	/* The label is there before the answer is. */
	l = new_line(p, "mime", ROLE_META, RANK_BLANK);
	if (!preview || !preview->mime.len)
		return;
	l->rank = RANK_MIME;
	str_add(&l->text, preview->mime.buf, preview->mime.len);
	if (preview->encoding.len)
		str_addf(&l->text, ", %s", preview->encoding.buf);
}

static void add_size(struct pane *p)
{
	const struct facts *f = p->facts;
	uint64_t disk = f->meta.blocks * 512;
	CLEANUP(str_done) struct str text = STR_INIT;
	char buf[FMT_MAX];

	if (f->target) {
		fact_target(f, &p->style, &text);
		add_text(p, "target", &text, f->target_err ? ROLE_WARNING : ROLE_META, RANK_SIZE, 2,
			 false);
		return;
	}
	if (fact_is_device(&f->meta)) {
		str_addf(&text, "%u:%u", major(f->meta.size), minor(f->meta.size));
		add_text(p, "number", &text, ROLE_META, RANK_SIZE, 1, false);
		return;
	}
	if (S_ISDIR(f->meta.mode)) {
		fact_entries(f, &p->style, &text);
		add_text(p, "items", &text, f->entries < 0 ? ROLE_WARNING : ROLE_META, RANK_SIZE, 1,
			 false);
		return;
	}
	fact_size(&text, f->meta.size);
	str_addf(&text, ", %s on disk", fmt_size(buf, disk));
	add_text(p, "size", &text, ROLE_META, RANK_SIZE, 1, false);
}

/* "u rwx  g r-x  o ---   0750  setgid" */
static void add_mode(struct pane *p)
{
	uint32_t mode = p->facts->meta.mode;
	bool open_to_all =
		(mode & S_IWOTH) && !S_ISLNK(mode) && !(S_ISDIR(mode) && (mode & S_ISVTX));
	bool changes_id = S_ISREG(mode) && (mode & (S_ISUID | S_ISGID));
	uint16_t look = open_to_all || changes_id ? ROLE_META_WARN : ROLE_META;
	struct line *l = new_line(p, "mode", look, RANK_MODE);

	for (int k = 0; k < 3; k++) {
		unsigned bits = mode >> (6 - 3 * k) & 7;

		str_addf(&l->text, "%s%c %c%c%c", k ? "  " : "", "ugo"[k], bits & 4 ? 'r' : '-',
			 bits & 2 ? 'w' : '-', bits & 1 ? 'x' : '-');
	}
	str_addf(&l->text, "  %04o", (unsigned)mode & 07777);
	if (mode & S_ISUID)
		str_adds(&l->text, " setuid");
	if (mode & S_ISGID)
		str_adds(&l->text, " setgid");
	if (mode & S_ISVTX)
		str_adds(&l->text, " sticky");
}

/* What the current user may do; the footer has the whole sentence. */
static void add_access(struct pane *p)
{
	const struct self *self = &p->f->model->self;
	CLEANUP(str_done) struct str text = STR_INIT;
	const char *rest;

	if (S_ISLNK(p->facts->meta.mode))
		str_adds(&text, "the permissions of its target count");
	else if (self->known)
		(void)fact_sentence(&p->facts->meta, &self->subject, &p->style, &text);
	rest = strstr(text.buf, view_sign(p->f->c, " · ", " - "));
	if (rest)
		str_cut(&text, (size_t)(rest - text.buf));
	/* The group bits of the mode are the mask then, and others have rights of their own. */
	if (p->facts->acl.n && !fact_acl_idle(p->facts))
		str_adds(&text, "; it has an ACL");
	add_text(p, "access", &text, ROLE_META, RANK_ACCESS, 1, true);
}

/* The others stand in the mode. */
static bool acl_shown(enum acl_tag tag)
{
	return acl_tag_named(tag) || tag == ACL_MASK || tag == ACL_GROUP;
}

static uint32_t acl_lines(const struct acl *acl)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < acl->n; i++)
		n += acl_shown(acl->at[i].tag);
	return n;
}

static void add_acl(struct pane *p)
{
	const struct facts *f = p->facts;
	const char *label = "acl";
	uint32_t lines = acl_lines(&f->acl), done = 0;
	CLEANUP(str_done) struct str text = STR_INIT;

	for (uint32_t i = 0; i < f->acl.n; i++) {
		if (!acl_shown(f->acl.at[i].tag))
			continue;
		if (++done == ACL_LINES && lines > ACL_LINES) {
			struct line *l = new_line(p, NULL, ROLE_META, RANK_ACL);

			str_addf(&l->text, "and %u more", lines - done + 1);
			break;
		}
		fact_acl_entry(&f->acl, i, &p->style,
			       &new_line(p, label, ROLE_META, RANK_ACL)->text);
		label = NULL;
	}
	if (fact_acl_idle(f))
		str_adds(&new_line(p, label, ROLE_WARNING, RANK_ACL)->text,
			 "the mask is empty: not consulted");
	if (f->acl_err)
		fact_acl(f, false, &p->style, &text);
	add_text(p, "acl", &text, ROLE_WARNING, RANK_ACL, 1, false);
	str_clear(&text);
	fact_acl(f, true, &p->style, &text);
	add_text(p, "new in it", &text, ROLE_META, RANK_ACL, 2, false);
}

static void add_rare(struct pane *p)
{
	CLEANUP(str_done) struct str text = STR_INIT;

	fact_caps(p->facts, &text);
	add_text(p, "caps", &text, ROLE_META_WARN, RANK_RARE, 2, false);
	str_clear(&text);
	fact_attrs(p->facts, &text);
	add_text(p, "attrs", &text, ROLE_META, RANK_RARE, 2, false);
	add_acl(p);
}

static void add_owner(struct pane *p)
{
	struct line *l = new_line(p, "owner", ROLE_META, RANK_OWNER);

	fact_owner(false, p->facts->meta.uid, &p->style, &l->text);
	str_adds(&l->text, "  group ");
	fact_owner(true, p->facts->meta.gid, &p->style, &l->text);
}

static void add_place(struct pane *p)
{
	const struct meta *meta = &p->facts->meta;
	struct line *l = new_line(p, "inode", ROLE_META, RANK_MORE);
	CLEANUP(str_done) struct str text = STR_INIT;
	char buf[FMT_MAX];

	str_addf(&l->text, "%llu  device %u:%u", (unsigned long long)meta->id.ino,
		 major(meta->id.dev), minor(meta->id.dev));
	if (meta->nlink != 1 && !S_ISDIR(meta->mode))
		str_addf(&l->text, "  %s links", fmt_count(buf, meta->nlink));
	fact_mount(p->facts, &p->style, &text);
	add_text(p, "mount", &text, ROLE_META, RANK_MOUNT, 1, false);
	str_clear(&text);
	fact_xattrs(p->facts, &p->style, &text);
	add_text(p, "xattrs", &text, ROLE_META, RANK_LEAST, 2, false);
}

static void add_facts(struct pane *p)
{
	const struct meta *meta = &p->facts->meta;

	add_kind(p);
	add_size(p);
	add_mode(p);
	add_access(p);
	add_rare(p);
	add_owner(p);
	add_time(p, "modified", meta->mtime, RANK_TIME);
	add_time(p, "changed", meta->ctime, RANK_MORE);
	add_time(p, "born", meta->btime, RANK_LEAST);
	add_place(p);
}

/* Why there are none. */
static void add_trouble(struct pane *p)
{
	const struct info *i = &p->f->model->info;
	CLEANUP(str_done) struct str text = STR_INIT;

	if (i->about.len && i->facts_err == -ENOENT)
		str_adds(&text, model_trashed(p->f->model) ? "the thing itself is not there"
							   : "it is gone");
	else if (i->about.len && i->facts_err)
		str_addf(&text, "nothing can be told: %s", strerrordesc_np(-i->facts_err));
	else if (i->facts_ticket)
		str_addf(&text, "waiting for an answer%s", view_sign(p->f->c, "…", "..."));
	add_text(p, NULL, &text, i->facts_err ? ROLE_WARNING : ROLE_HINT, RANK_KIND, 3, false);
}

/* ---- drawing ---- */

static void drop(struct pane *p, size_t at, size_t n)
{
	for (size_t i = at; i < at + n; i++)
		str_done(&p->lines[i].text);
	memmove(&p->lines[at], &p->lines[at + n], (p->n - at - n) * sizeof(p->lines[0]));
	p->n -= n;
}

/* Leaves out the least important lines, the lowest of these first. */
static void fit(struct pane *p, size_t rows)
{
	while (p->n > MAX(rows, (size_t)1)) {
		size_t out = 0, n = 1;

		for (size_t i = 1; i < p->n; i++) {
			if (p->lines[i].rank >= p->lines[out].rank)
				out = i;
		}
		/* Half of what there is to say says something else. */
		while (out > 0 && !p->lines[out].label && p->lines[out].rank != RANK_BLANK &&
		       p->lines[out - 1].rank == p->lines[out].rank) {
			out--;
			n++;
		}
		drop(p, out, n);
	}
}

static void draw_line(struct frame *f, const struct rect *r, int row, const struct line *l,
		      int width)
{
	int col = r->col, end = r->col + r->cols;

	if (l->rank != RANK_NAME || l->label) {
		if (l->label)
			canvas_text(f->c, row, col, MIN(LABEL_WIDTH, r->cols), l->label,
				    strlen(l->label), ROLE_HINT);
		col = end - width;
	}
	canvas_text(f->c, row, col, end - col, l->text.buf, l->text.len, l->look);
}

static void draw_facts(struct frame *f)
{
	const struct info *i = &f->model->info;
	const struct rect *r = &f->screen.info;
	struct pane p = {
		.f = f,
		.facts = i->facts,
		.style = {.ascii = f->c->ascii,
			  .brief = true,
			  .name = name_of,
			  .ctx = (void *)(uintptr_t)f->model},
		.width = MAX(r->cols - LABEL_WIDTH, 1),
	};

	/* While nothing is known and it is not late nothing is said. */
	add_marked(&p);
	if (i->about.len || (i->facts_ticket && f->model->now_ms >= i->asked_ms + INFO_LATE_MS))
		add_name(&p);
	add_trashed(&p);
	if (p.facts)
		add_facts(&p);
	else if (p.n)
		add_trouble(&p);
	fit(&p, (size_t)r->rows);
	for (size_t k = 0; k < p.n; k++) {
		draw_line(f, r, r->row + (int)k, &p.lines[k], p.width);
		str_done(&p.lines[k].text);
	}
}

/* ---- what was done ---- */

static void add_words(struct pane *p, const char *label, const char *words, uint16_t look, int most)
{
	CLEANUP(str_done) struct str text = STR_INIT;

	str_adds(&text, words);
	add_text(p, label, &text, look, RANK_NAME, most, false);
}

static void add_action(struct pane *p, const struct past_action *a)
{
	char n[FMT_MAX], done[FMT_MAX];
	struct line *l;

	add_words(p, "what", a->label, ROLE_FILE, 4);
	add_words(p, "state", past_state_word(a->state),
		  past_state_warns(a->state) ? ROLE_META_WARN : ROLE_META, 1);
	add_time(p, "when", a->begun, RANK_TIME);
	l = new_line(p, "steps", ROLE_META, RANK_SIZE);
	str_addf(&l->text, "%s, %s done", fmt_count(n, a->steps), fmt_count(done, a->done));
	if (a->undone)
		str_addf(&l->text, ", %s undone", fmt_count(n, a->undone));
	l = new_line(p, "number", ROLE_META, RANK_MORE);
	str_addf(&l->text, "%llu", (unsigned long long)a->id);
	if (a->undoes)
		str_addf(&l->text, ", takes back %llu", (unsigned long long)a->undoes);
	add_words(p, "by", a->own ? "this session" : "another session", ROLE_META, 1);
}

static void add_step(struct pane *p, const struct past_step *s)
{
	add_words(p, "what", s->what, ROLE_FILE, 4);
	add_words(p, "state", past_outcome_word(s->outcome),
		  past_outcome_warns(s->outcome) ? ROLE_META_WARN : ROLE_META, 1);
	if (s->err)
		add_words(p, "because", strerrordesc_np(-s->err), ROLE_WARNING, 3);
	if (s->undo)
		add_words(p, "undo", s->undo, ROLE_META, 4);
	else if (s->outcome == PAST_STEP_DONE)
		add_words(p, "undo", "it cannot be taken back", ROLE_META, 2);
}

static void draw_past(struct frame *f)
{
	const struct view *v = model_view(f->model);
	uint32_t id = list_id(&v->list, v->list.cursor);
	const struct past_action *a = v->steps ? NULL : past_rows_at(v->past->rows, id);
	const struct past_step *s = v->steps ? past_rows_step(v->steps, id) : NULL;
	const struct rect *r = &f->screen.info;
	struct pane p = {.f = f, .width = MAX(r->cols - LABEL_WIDTH, 1)};

	if (a)
		add_action(&p, a);
	if (s)
		add_step(&p, s);
	fit(&p, (size_t)r->rows);
	for (size_t k = 0; k < p.n; k++) {
		draw_line(f, r, r->row + (int)k, &p.lines[k], p.width);
		str_done(&p.lines[k].text);
	}
}

static void draw_bar(struct frame *f)
{
	const struct rect *b = &f->screen.bar;

	if (b->cols > 1) {
		view_line(f->c, b->row, b->col, b->cols);
		return;
	}
	for (int row = b->row; row < b->row + b->rows; row++)
		canvas_word(f->c, row, b->col, 1, "│", "|", ROLE_FRAME);
}

static void copy_rect(struct frame *f, const struct rect *r)
{
	size_t cols = (size_t)f->c->cols;

	for (int row = r->row; row < r->row + r->rows; row++)
		memcpy(&f->c->cells[(size_t)row * cols + (size_t)r->col],
		       &f->before->cells[(size_t)row * cols + (size_t)r->col],
		       (size_t)MIN(r->cols, f->c->cols - r->col) * sizeof(struct cell));
}

/* The whole of it as it is shown. */
static void copy_pane(struct frame *f)
{
	const struct screen *s = &f->screen;
	bool below = s->bar.cols > 1;
	struct rect all = {s->bar.row, s->bar.col, s->bar.rows, f->c->cols - s->bar.col};

	if (below)
		all.rows += s->info.rows;
	copy_rect(f, &all);
}

void view_pane(struct frame *f)
{
	if (f->screen.info.rows == 0)
		return;
	if (f->before) {
		copy_pane(f);
		return;
	}
	draw_bar(f);
	if (model_past(f->model)) {
		draw_past(f);
		return;
	}
	draw_facts(f);
	view_preview(f);
}
