/* SPDX-License-Identifier: MIT
 *
 * The footer: one line that says what one may do with the current row (or a notice in its place),
 * one line of hints.
 */
#include "base/display.h"
#include "model/mounts_rows.h"
#include "ui/view.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

static void add_mount_sentence(const struct frame *f, uint32_t id, struct str *out)
{
	const struct mount *mount = f->model->mounts ? mounts_rows_at(f->model->mounts, id) : NULL;
	const char *dot = view_sign(f->c, " · ", " - ");

	if (!mount)
		return;
	str_adds(out, mount->read_only ? "read-only" : "read and write");
	if (mount->network)
		str_addf(out, "%snetwork: answers may be slow, space is not asked for", dot);
	if (mount->kernel)
		str_addf(out, "%sof the kernel: nothing is stored here", dot);
}

const char *view_sizes_words(enum sizes_sign sign)
{
	static const char *const words[SIZES_SIGNS] = {
		[SIZES_GROWING] = "still being counted: at least so much",
		[SIZES_STOPPED_BELOW] =
			"counting was stopped before its end: at least so much; gR counts on",
		[SIZES_UNREAD] = "could not be read: it takes at least so much",
		[SIZES_EXCLUDED] = "left out by a pattern, not counted",
		[SIZES_OTHER_FS] = "another file system, not entered",
		[SIZES_KERNEL] = "a file system of the kernel: nothing is stored there",
		[SIZES_ELSEWHERE] = "counted at another place",
		[SIZES_UNREAD_BELOW] = "not everything below could be read: at least so much",
		[SIZES_LINKED] = "has other links, and stays while there is one",
		[SIZES_EMPTY] = "empty",
	};

	return words[sign];
}

/* What a row of sizes means: what is not as it seems, what deleting it would give. */
static void add_sizes_sentence(const struct frame *f, uint32_t id, struct str *out)
{
	const struct sizes *s = model_sizes(f->model);
	const char *dot = view_sign(f->c, " · ", " - "), *words;
	struct sizetree_total t;
	char buf[FMT_MAX];

	if (id == NAMES_NONE || !sizes_rows_of(s->rows, id, &t))
		return;
	words = view_sizes_words(sizes_rows_sign(s->rows, id));
	if (words)
		str_adds(out, words);
	if (sizes_rows_subdir(s->rows, id) != TREE_NONE && t.items)
		str_addf(out, "%s%s %s below", out->len ? dot : "", fmt_count(buf, t.items),
			 t.items == 1 ? "item" : "items");
	if (t.shared)
		str_addf(out, "%s%s of it shared with links elsewhere", out->len ? dot : "",
			 fmt_size(buf, t.shared * 512));
}

/* Bytes from outside, as they may be shown. */
static void add_safe(const struct frame *f, struct str *out, const char *bytes, size_t len)
{
	(void)display_add(out, bytes, len, f->c->ascii);
}

/* Where it was and when it was deleted; or what is odd about it. */
static void add_trash_sentence(const struct frame *f, uint32_t id, struct str *out)
{
	const struct trashed *t = model_trashed(f->model);
	const char *dot = view_sign(f->c, " · ", " - ");
	CLEANUP(str_done) struct str path = STR_INIT;
	CLEANUP(str_done) struct str shown = STR_INIT;
	struct trashed_thing thing;
	char date[FMT_MAX], age[FMT_MAX];

	if (!t || id == NAMES_NONE || !trashed_rows_thing(t->rows, id, &thing))
		return;
	if (thing.state == TRASH_INFO_ALONE)
		str_addf(out, "only what was noted about it is here, not the thing%s", dot);
	if (trashed_rows_origin(t->rows, id, &path) == 0) {
		view_add_path(f, &shown, path.buf);
		str_adds(out, "was ");
		add_safe(f, out, shown.buf, shown.len);
	} else {
		str_addf(out, "not known where it was: %s",
			 thing.why ? thing.why : "there is no information");
	}
	if (thing.deleted != INT64_MIN)
		str_addf(out, "%sdeleted %s, %s", dot, fmt_time(date, thing.deleted),
			 fmt_age(age, thing.deleted, f->d->now_sec));
	if (thing.meta && !S_ISDIR(thing.meta->mode) && thing.meta->nlink > 1)
		str_addf(out, "%shas other links: erasing it frees nothing", dot);
}

void view_add_history(const struct model *m, struct str *out)
{
	const struct view *v = model_view(m);
	const struct past_action *a;

	if (!v->steps) {
		str_adds(out, "History");
		return;
	}
	a = past_rows_find(v->past->rows, past_rows_action(v->steps));
	str_addf(out, "Action %llu", (unsigned long long)past_rows_action(v->steps));
	if (a)
		str_addf(out, ": %s", a->label);
}

static void add_action_sentence(const struct frame *f, const struct past_action *a, struct str *out)
{
	const char *dot = view_sign(f->c, " · ", " - ");
	char date[FMT_MAX], n[FMT_MAX], of[FMT_MAX];

	str_addf(out, "%s %s%s%s of %s step%s", past_state_word(a->state), fmt_time(date, a->begun),
		 dot, fmt_count(n, a->done), fmt_count(of, a->steps), a->steps == 1 ? "" : "s");
	str_adds(out, " done");
	if (a->undone)
		str_addf(out, ", %s undone", fmt_count(n, a->undone));
	if (a->undoes)
		str_addf(out, "%stakes back action %llu", dot, (unsigned long long)a->undoes);
	str_addf(out, "%sby %s", dot, a->own ? "this session" : "another session");
	if (a->state == PAST_INTERRUPTED)
		str_addf(out, "%strowel recover finds out what came of it", dot);
	if (a->state == PAST_DAMAGED)
		str_addf(out, "%sthe journal is damaged there: it is never undone", dot);
}

static void add_step_sentence(const struct frame *f, const struct past_step *s, struct str *out)
{
	const char *dot = view_sign(f->c, " · ", " - ");

	str_adds(out, past_outcome_word(s->outcome));
	if (s->err)
		str_addf(out, ": %s", strerrordesc_np(-s->err) ? strerrordesc_np(-s->err) : "?");
	if (s->undo) {
		str_addf(out, "%sundoing it would ", dot);
		add_safe(f, out, s->undo, strlen(s->undo));
	} else if (s->outcome == PAST_STEP_DONE) {
		str_addf(out, "%sit cannot be taken back", dot);
	}
}

/* What came of an action or a step, and why; what can be done about it. */
static void add_past_sentence(const struct frame *f, uint32_t id, struct str *out)
{
	const struct view *v = model_view(f->model);
	const struct past_action *a = v->steps ? NULL : past_rows_at(v->past->rows, id);
	const struct past_step *s = v->steps ? past_rows_step(v->steps, id) : NULL;

	if (a)
		add_action_sentence(f, a, out);
	if (s)
		add_step_sentence(f, s, out);
}

/* The sentence is our words and owner names that perm_sentence() has made safe. */
static void add_perm(const struct frame *f, const struct meta *meta, struct str *out)
{
	char user[FMT_MAX], group[FMT_MAX];

	(void)perm_sentence(out, &f->model->self.subject, meta->mode, meta->uid, meta->gid,
			    view_owner(f->model, false, meta->uid, user),
			    view_owner(f->model, true, meta->gid, group), f->c->ascii);
}

/* On the row that leads out: what one may do here. */
static void add_here_sentence(const struct frame *f, struct str *out)
{
	const struct listing *listing = model_tab(f->model)->listing;
	const struct dir_info *dir = listing ? listing_dir(listing) : NULL;

	if (!dir || !f->model->self.known)
		return;
	str_adds(out, view_sign(f->c, "here · ", "here - "));
	add_perm(f, &dir->meta, out);
}

void view_sentence(const struct frame *f, struct str *out)
{
	const struct list *l = &model_view(f->model)->list;
	const struct meta *meta;
	struct row row;

	if (!list_row(l, l->cursor, &row))
		return;
	meta = row.meta;
	if (model_view(f->model)->kind == VIEW_MOUNTS)
		add_mount_sentence(f, list_id(l, l->cursor), out);
	else if (model_view(f->model)->kind == VIEW_SIZES)
		add_sizes_sentence(f, list_id(l, l->cursor), out);
	else if (model_view(f->model)->kind == VIEW_TRASH)
		add_trash_sentence(f, list_id(l, l->cursor), out);
	else if (model_past(f->model))
		add_past_sentence(f, list_id(l, l->cursor), out);
	else if (row.parent)
		add_here_sentence(f, out);
	else if (row.err == -ENOENT)
		str_adds(out, "it is gone");
	else if (row.err)
		str_addf(out, "metadata cannot be read: %s", strerror(-row.err));
	else if (!meta || !f->model->self.known)
		return;
	else if (S_ISLNK(meta->mode))
		str_adds(out, "symbolic link: the permissions of its target count");
	else
		add_perm(f, meta, out);
}

/* While a key is held the sentence stays, if there was one. */
static bool copy_sentence(struct frame *f, const struct rect *r)
{
	size_t start = (size_t)r->row * (size_t)f->c->cols;

	if (!f->before)
		return false;
	for (int col = 0; col < r->cols; col++) {
		uint16_t look = f->before->cells[start + (size_t)col].look;

		if (look != ROLE_FOOTER)
			return false;
	}
	memcpy(&f->c->cells[start], &f->before->cells[start],
	       (size_t)r->cols * sizeof(*f->c->cells));
	return true;
}

static void draw_sentence(struct frame *f, const struct rect *r)
{
	CLEANUP(str_done) struct str text = STR_INIT;

	if (r->rows == 0 || copy_sentence(f, r))
		return;
	canvas_fill(f->c, *r, ROLE_FOOTER);
	view_sentence(f, &text);
	if (view_width(f->c, text.buf, text.len) > r->cols - 1) {
		canvas_word(f->c, r->row, r->col + 1, r->cols - 2, text.buf, text.buf, ROLE_FOOTER);
		canvas_word(f->c, r->row, r->col + r->cols - 1, 1, "…", "~", ROLE_FOOTER);
	} else {
		canvas_word(f->c, r->row, r->col + 1, r->cols - 1, text.buf, text.buf, ROLE_FOOTER);
	}
}

uint16_t view_notice_look(enum notice_kind kind)
{
	static const uint16_t looks[] = {
		[NOTICE_NONE] = ROLE_FOOTER,
		[NOTICE_INFO] = ROLE_NOTICE,
		[NOTICE_WARNING] = ROLE_WARNING,
		[NOTICE_ERROR] = ROLE_ERROR,
	};

	return looks[kind];
}

/* A long notice takes the line of the hints too. What is still too long is cut in the middle: such
 * notices have a path there, and a reason at the end. */
void view_notice(struct frame *f, const struct rect *r, const struct rect *more)
{
	const struct notice *n = &f->model->notice;
	uint16_t look = view_notice_look(n->kind);
	int margin = r->cols > 2 ? 1 : 0, width = r->cols - 2 * margin;
	size_t cut = 0;

	canvas_fill(f->c, *r, look);
	if (more->rows && view_width(f->c, n->text.buf, n->text.len) > width) {
		cut = view_break(f, n->text.buf, n->text.len, width);
		canvas_text(f->c, r->row, r->col + margin, width, n->text.buf, cut, look);
		canvas_fill(f->c, *more, look);
		r = more;
	}
	canvas_name(f->c, r->row, r->col + margin, width, n->text.buf + cut, n->text.len - cut,
		    look, NULL);
}

static int hint_width(const struct frame *f, const struct scene_item *hint)
{
	return view_width(f->c, hint->keys, strlen(hint->keys)) + 1 +
	       view_width(f->c, hint->help, strlen(hint->help));
}

/* Returns the column after it; the same column when it does not fit whole. */
static int draw_hint(struct frame *f, int row, int col, int end, const struct scene_item *hint)
{
	int width = hint_width(f, hint);

	if (col + width > end)
		return col;
	col = canvas_text(f->c, row, col, width, hint->keys, strlen(hint->keys), ROLE_HINT_KEY);
	return canvas_text(f->c, row, col + 1, width, hint->help, strlen(hint->help), ROLE_HINT);
}

/* The last one is the way out: it is left out last. */
static void draw_hints(struct frame *f, const struct rect *r, int end)
{
	const struct scene_item *hints = f->scene->hints;
	size_t n = f->scene->nhints;
	int col = r->col + 1, room;

	canvas_fill(f->c, *r, ROLE_FOOTER);
	if (n == 0)
		return;
	room = end - COLUMN_GAP - hint_width(f, &hints[n - 1]);
	for (size_t i = 0; i + 1 < n; i++) {
		int after = draw_hint(f, r->row, col, room, &hints[i]);

		if (after == col)
			break;
		col = after + COLUMN_GAP;
	}
	draw_hint(f, r->row, col, end, &hints[n - 1]);
}

static void draw_pending(struct frame *f)
{
	const struct rect *r = &f->screen.last;
	const char *keys = f->scene->pending ? f->scene->pending : "";
	int width = view_width(f->c, keys, strlen(keys)), col = r->cols - 1 - width;

	if (width == 0 || col < 1)
		return;
	canvas_fill(f->c, (struct rect){r->row, col - 1, 1, width + 2}, ROLE_HINT);
	canvas_text(f->c, r->row, col, width, keys, strlen(keys), ROLE_HINT_KEY);
}

void view_footer(struct frame *f)
{
	const struct screen *s = &f->screen;
	const char *keys = f->scene->pending ? f->scene->pending : "";
	int keys_end = s->last.cols - 1 - (*keys ? view_width(f->c, keys, strlen(keys)) + 2 : 0);

	if (s->hints.rows)
		draw_hints(f, &s->hints, keys_end);
	if (f->model->notice.kind != NOTICE_NONE)
		view_notice(f, s->sentence.rows ? &s->sentence : &s->last, &s->hints);
	else
		draw_sentence(f, &s->sentence);
	draw_pending(f);
}
