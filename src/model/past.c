/* SPDX-License-Identifier: MIT */
#include "model/past.h"

#include "model/inside.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

const struct past *model_past(const struct model *m)
{
	return m->ntabs ? model_view(m)->past : NULL;
}

bool model_past_chosen(const struct model *m, uint64_t *ret_action, uint32_t *ret_step)
{
	const struct view *v = model_view(m);
	uint32_t id = list_id(&v->list, v->list.cursor);
	const struct past_action *a;

	if (!v->past)
		return false;
	if (v->kind == VIEW_STEPS) {
		*ret_action = past_rows_action(v->steps);
		*ret_step = past_rows_step(v->steps, id) ? id : PAST_WHOLE;
		return true;
	}
	a = past_rows_at(v->past->rows, id);
	if (!a)
		return false;
	*ret_action = a->id;
	*ret_step = PAST_WHOLE;
	return true;
}

/* ---- life ---- */

int past_new(struct model *m, struct past **ret_past)
{
	struct past *p = calloc(1, sizeof(*p));
	int r = p ? 0 : -ENOMEM;

	if (!p)
		return r;
	str_init(&p->why);
	p->top = true;
	p->top_id = NAMES_NONE;
	p->rows = past_rows_new(0);
	if (!p->rows)
		r = -ENOMEM;
	if (r == 0)
		r = request_ticket(m, REQ_PAST, m->next_ticket + 1);
	if (r == 0)
		p->ticket = ++m->next_ticket;
	if (r < 0) {
		past_free(m, p);
		return r;
	}
	*ret_past = p;
	return 0;
}

void past_free(struct model *m, struct past *p)
{
	if (!p)
		return;
	request_close(m, p->ticket);
	past_rows_free(p->rows);
	str_done(&p->why);
	free(p);
}

int past_again(struct model *m, struct past *p)
{
	p->changed = false;
	p->looked_ms = m->now_ms;
	return request_ticket(m, REQ_PAST_LOOK, p->ticket);
}

int past_ask_steps(struct model *m, const struct past *p, uint64_t action)
{
	struct request request = {.kind = REQ_PAST_STEPS, .ticket = p->ticket};

	request.view.at = action;
	return request_add(m, &request);
}

/* ---- events ---- */

/* Each view of this history. */
static struct view *next_view(struct model *m, uint64_t ticket, size_t *at)
{
	for (; *at < m->ntabs * VIEWS_MAX; ++*at) {
		struct tab *t = &m->tabs[*at / VIEWS_MAX];
		struct view *v = &t->views[*at % VIEWS_MAX];

		if (*at % VIEWS_MAX < t->nviews && v->past && v->past->ticket == ticket) {
			++*at;
			return v;
		}
	}
	return NULL;
}

static void tell_warning(struct model *m, struct past *p, const char *warning)
{
	size_t len = strcspn(warning, "\n");
	size_t more = 0;

	for (const char *c = warning + len; *c; c++)
		more += *c == '\n' && c[1];
	if (p->warned)
		return;
	p->warned = true;
	if (more)
		model_notice(m, NOTICE_WARNING,
			     "not all of the history can be read: %.*s (and %zu more)", (int)len,
			     warning, more);
	else
		model_notice(m, NOTICE_WARNING, "not all of the history can be read: %.*s",
			     (int)len, warning);
}

static void fail(struct model *m, struct past *p, int err, const char *why)
{
	p->err = err;
	str_clear(&p->why);
	if (why)
		str_adds(&p->why, why);
	else
		reason_add(&p->why, err);
	model_notice(m, NOTICE_ERROR, "the history cannot be read: %s",
		     p->why.buf ? p->why.buf : "out of memory");
}

static void event_actions(struct model *m, struct past *p, struct fs_event *event)
{
	size_t at = 0;

	past_rows_set_loading(p->rows, false);
	if (event->err) {
		fail(m, p, event->err, event->u.past.why);
		return;
	}
	p->err = past_rows_set_actions(p->rows, event->u.past.at, event->u.past.n);
	if (p->err < 0)
		fail(m, p, p->err, NULL);
	if (event->u.past.warning)
		tell_warning(m, p, event->u.past.warning);
	/* What came of a step may be known now. */
	for (struct view *v; (v = next_view(m, p->ticket, &at));)
		if (v->kind == VIEW_STEPS)
			(void)past_ask_steps(m, p, past_rows_action(v->steps));
}

static void event_steps(struct model *m, struct past *p, struct fs_event *event)
{
	size_t at = 0;

	for (struct view *v; (v = next_view(m, p->ticket, &at));) {
		if (v->kind != VIEW_STEPS || past_rows_action(v->steps) != event->u.past_steps.id)
			continue;
		if (event->err)
			notice_failed(m, "cannot read the steps of", "this action", event->err);
		else if (past_rows_set_steps(v->steps, event->u.past_steps.first,
					     event->u.past_steps.at, event->u.past_steps.n) < 0)
			notice_failed(m, "cannot show all steps of", "this action", -ENOMEM);
		/* They are in order, also while more come. */
		past_rows_set_loading(v->steps, false);
	}
}

bool past_event(struct model *m, struct fs_event *event)
{
	size_t at = 0;
	struct view *v = event->ticket ? next_view(m, event->ticket, &at) : NULL;
	struct past *p = v ? v->past : NULL;

	if (!p)
		return false;
	switch (event->kind) {
	case FS_PAST:
		event_actions(m, p, event);
		return true;
	case FS_PAST_STEPS:
		event_steps(m, p, event);
		return true;
	case FS_CHANGED:
		if (!p->changed)
			p->look_ms = MAX(m->now_ms + PAST_SOON_MS, p->looked_ms + PAST_REST_MS);
		p->changed = true;
		return true;
	default:
		return false;
	}
}

/* ---- time ---- */

/* Until somebody moves it the cursor is on the newest action, or on the first step. */
void past_settle(struct view *v)
{
	struct past *p = v->past;
	struct list *l = &v->list;

	if (v->kind != VIEW_HISTORY || !l->n)
		return;
	p->top = p->top && (l->cursor_id == p->top_id || p->top_id == NAMES_NONE);
	if (!p->top)
		return;
	list_move_to(l, 0);
	p->top_id = l->cursor_id;
}

/* The views of the history itself; that of steps is above one of them. */
static struct past *next_past(const struct model *m, size_t *at)
{
	for (; *at < m->ntabs * VIEWS_MAX; ++*at) {
		const struct tab *t = &m->tabs[*at / VIEWS_MAX];
		const struct view *v = &t->views[*at % VIEWS_MAX];

		if (*at % VIEWS_MAX < t->nviews && v->kind == VIEW_HISTORY) {
			++*at;
			return v->past;
		}
	}
	return NULL;
}

void past_tick(struct model *m)
{
	size_t at = 0;

	for (struct past *p; (p = next_past(m, &at));)
		if (p->changed && m->now_ms >= p->look_ms)
			(void)past_again(m, p);
}

int64_t past_deadline(const struct model *m)
{
	int64_t when = INT64_MAX;
	size_t at = 0;

	for (const struct past *p; (p = next_past(m, &at));)
		if (p->changed)
			when = MIN(when, p->look_ms);
	return when;
}
