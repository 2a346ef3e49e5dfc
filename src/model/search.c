/* SPDX-License-Identifier: MIT
 *
 * Looking for the next row that fits. Few rows are looked at when the command is given, the others
 * in slices; the end is the row found, a notice, or any other move of the cursor.
 */
#include "model/inside.h"

/* Of LIST_SLICE rows: testing one costs as much as looking at eight. */
#define SEARCH_SLICE(m) MAX((m)->slice / 8, 1)

void search_stop(struct model *m)
{
	matcher_unref(m->search.matcher);
	m->search = (struct search){0};
}

static void begin(struct model *m, struct search *s)
{
	const struct list *l = model_list(m);

	s->on = true;
	s->pos = l->cursor;
	s->left = list_len(l);
	s->rows = l->rows;
	s->cursor_id = l->cursor_id;
	s->ticket = listing_ticket(model_tab(m)->listing);
}

/* Rows may have come and gone; but the cursor is where the search left it. */
static bool is_here(struct model *m, const struct search *s)
{
	const struct list *l = model_list(m);

	return l->rows == s->rows && l->cursor_id == s->cursor_id &&
	       listing_ticket(model_tab(m)->listing) == s->ticket;
}

static void found(struct model *m, struct search *s)
{
	list_move_to(model_list(m), s->pos);
	m->rev++;
	if (s->again) {
		s->again--;
		begin(m, s);
	} else {
		search_stop(m);
	}
}

/* False when it is over and nothing was found. */
static bool look(struct model *m)
{
	struct search *s = &m->search;
	size_t max = MIN(s->left, SEARCH_SLICE(m));

	s->left -= max;
	if (list_scan(model_list(m), s->matcher, s->letter, s->dir, max, &s->pos)) {
		found(m, s);
		return true;
	}
	if (s->left)
		return true;
	search_stop(m);
	return false;
}

bool search_work(struct model *m)
{
	if (!m->search.on)
		return false;
	if (!is_here(m, &m->search))
		search_stop(m);
	else if (!look(m))
		model_notice(m, NOTICE_INFO, "no row matches");
	return true;
}

static bool start(struct model *m, struct matcher *matcher, uint32_t letter, int dir)
{
	struct search *s = &m->search;

	/* The same once more while it goes on: one further. */
	if (s->on && s->matcher == matcher && s->letter == letter && s->dir == dir &&
	    is_here(m, s)) {
		s->again++;
		return true;
	}
	search_stop(m);
	*s = (struct search){.matcher = matcher_ref(matcher), .letter = letter, .dir = dir};
	begin(m, s);
	return look(m);
}

bool model_find_letter(struct model *m, uint32_t cp)
{
	model_touch(m);
	return start(m, NULL, cp, 1);
}

bool model_find_next(struct model *m, int dir)
{
	model_touch(m);
	if (!m->last_find) {
		model_notice(m, NOTICE_INFO, "nothing was looked for yet; / finds");
		return false;
	}
	if (start(m, m->last_find, 0, dir))
		return true;
	model_notice(m, NOTICE_INFO, "no row matches");
	return false;
}
