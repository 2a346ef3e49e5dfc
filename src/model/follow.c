/* SPDX-License-Identifier: MIT
 *
 * Lists that are open follow a setting that was changed.
 */
#include "model/inside.h"

#include <string.h>

static void follow_list(const struct settings *s, struct list *l, enum follow what)
{
	const struct sort_spec sort = {s->sort, s->sort_reverse, s->dirs_first};

	switch (what) {
	case FOLLOW_SORT:
		list_set_sort(l, &sort);
		break;
	case FOLLOW_HIDDEN:
		list_set_hidden(l, s->show_hidden);
		break;
	case FOLLOW_PARENT:
	case FOLLOW_FILTER:
		/* What is filtered already was typed for the old kind. */
		if (!l->filter.len)
			l->filter_kind = s->filter;
		break;
	case FOLLOW_MOVES:
		l->margin = settings_margin(s);
		l->wrap = s->wrap;
		list_move(l, 0);
		break;
	}
}

static bool of_directories_only(enum follow what)
{
	return what == FOLLOW_SORT || what == FOLLOW_HIDDEN || what == FOLLOW_PARENT;
}

static void follow_dir(const struct settings *s, struct list *l, const char *path, enum follow what)
{
	if (what == FOLLOW_PARENT)
		list_set_parent(l, s->parent_row && strcmp(path, "/") != 0);
	else
		follow_list(s, l, what);
}

static void follow_tab(struct model *m, struct tab *t, enum follow what)
{
	follow_dir(&m->settings, &t->views[0].list, t->path.buf, what);
	if (t->coming)
		follow_dir(&m->settings, &t->coming_list, listing_path(t->coming), what);
	for (size_t i = 1; i < t->nviews && !of_directories_only(what); i++)
		follow_list(&m->settings, &t->views[i].list, what);
}

void model_follow(struct model *m, enum follow what)
{
	model_touch(m);
	for (size_t i = 0; i < m->ntabs; i++)
		follow_tab(m, &m->tabs[i], what);
	model_settle(m);
}
