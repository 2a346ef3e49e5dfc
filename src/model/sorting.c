/* SPDX-License-Identifier: MIT
 *
 * Sort, filter, hidden files.
 */
#include "model/inside.h"

#include <errno.h>
#include <string.h>

static int set_sort(struct model *m, const struct sort_spec *spec)
{
	list_set_sort(model_list(m), spec);
	model_settle(m);
	return 0;
}

int model_sort(struct model *m, enum sort_by by)
{
	const struct list *l = model_list(m);
	struct sort_spec spec = l->sort;

	model_touch(m);
	if (!rows_sorts(l->rows, by)) {
		model_notice(m, NOTICE_INFO, "the %s list cannot be sorted by %s",
			     l->rows->ops->name, sort_name(by));
		return -EOPNOTSUPP;
	}
	/* A new kind starts in its natural direction. */
	if (spec.by != by)
		spec.reverse = false;
	spec.by = by;
	if (sort_needs_rank(by) && !rows_complete(l->rows) && rows_count(l->rows) > l->inline_max)
		model_notice(m, NOTICE_INFO,
			     "sorting by %s: first the metadata of all entries is read",
			     sort_name(by));
	return set_sort(m, &spec);
}

int model_sort_reverse(struct model *m)
{
	struct sort_spec spec = model_list(m)->sort;

	model_touch(m);
	spec.reverse = !spec.reverse;
	return set_sort(m, &spec);
}

int model_sort_dirs_first(struct model *m)
{
	struct sort_spec spec = model_list(m)->sort;

	model_touch(m);
	spec.dirs_first = !spec.dirs_first;
	return set_sort(m, &spec);
}

int model_toggle_hidden(struct model *m)
{
	struct list *l = model_list(m);

	model_touch(m);
	list_set_hidden(l, !l->show_hidden);
	model_settle(m);
	return 0;
}

static int note_find(struct model *m, enum match_kind kind, const char *text)
{
	struct matcher *matcher;
	int r = matcher_new(kind, text, strlen(text), NULL, &matcher);

	if (r < 0)
		return r;
	matcher_unref(m->last_find);
	m->last_find = matcher;
	return 0;
}

int model_filter(struct model *m, enum match_kind kind, const char *text, struct str *err)
{
	int r;

	model_touch(m);
	r = list_set_filter(model_list(m), kind, text, strlen(text), err);
	if (r == 0 && text[0])
		r = note_find(m, kind, text);
	model_settle(m);
	return r;
}
