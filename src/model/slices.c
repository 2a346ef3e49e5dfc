/* SPDX-License-Identifier: MIT
 *
 * Work on very large lists, in slices of a few milliseconds: between two of them keys are read. One
 * slice at a time, whatever there is to do.
 */
#include "model/inside.h"

#define GRAVE_SLICE(m) MAX((m)->slice / 8, 1) /* chunks of metadata freed in one */

void listing_bury(struct model *m, struct listing *l)
{
	if (!l)
		return;
	/* What is small goes at once. */
	if (listing_free_some(l, GRAVE_SLICE(m)))
		return;
	listing_set_next(l, m->graves);
	m->graves = l;
}

static bool work_on_graves(struct model *m)
{
	struct listing *l = m->graves, *next;

	if (!l)
		return false;
	next = listing_next(l);
	if (listing_free_some(l, GRAVE_SLICE(m)))
		m->graves = next;
	return true;
}

static bool work_on_found(struct model *m, struct view *v)
{
	if (!v->found || !found_rows_has_work(v->found))
		return false;
	(void)found_rows_work(v->found, m->slice);
	m->rev++;
	return true;
}

static bool work_on_tab(struct model *m, struct tab *t)
{
	struct list *coming = t->coming ? &t->coming_list : NULL;
	bool worked = listing_has_work(t->listing);

	if (worked) {
		(void)listing_work(t->listing);
		m->rev++;
		return true;
	}
	for (size_t i = 0; i < t->nviews; i++) {
		if (sizes_work(m, &t->views[i]) || work_on_found(m, &t->views[i]))
			return true;
		if (list_has_work(&t->views[i].list)) {
			(void)list_work(&t->views[i].list);
			return true;
		}
	}
	if (coming && list_has_work(coming)) {
		(void)list_work(coming);
		return true;
	}
	return false;
}

void model_work(struct model *m)
{
	/* What somebody looks at comes first. */
	if (work_on_tab(m, model_tab_mut(m)) || search_work(m) || marking_work(m))
		return;
	for (size_t i = 0; i < m->ntabs; i++) {
		if (work_on_tab(m, &m->tabs[i]))
			return;
	}
	(void)work_on_graves(m);
}

static bool tab_has_work(const struct tab *t)
{
	bool work = listing_has_work(t->listing);

	for (size_t i = 0; i < t->nviews; i++)
		work |= list_has_work(&t->views[i].list) || sizes_has_work(&t->views[i]) ||
			(t->views[i].found && found_rows_has_work(t->views[i].found));
	return work || (t->coming && list_has_work(&t->coming_list));
}

bool model_has_work(const struct model *m)
{
	bool work = m->search.on || m->marking.n || m->graves;

	for (size_t i = 0; i < m->ntabs; i++)
		work |= tab_has_work(&m->tabs[i]);
	return work;
}
