/* SPDX-License-Identifier: MIT
 *
 * The invariants of the model, asserted; for tests and fuzzing.
 */
#include "model/inside.h"

#include <assert.h>
#include <string.h>

#define REQUESTS_MAX 100000

static void check_sizes(const struct sizes *s)
{
	uint32_t dir = sizes_rows_dir(s->rows);

	assert(s->tree ? dir != TREE_NONE : dir == TREE_NONE);
	assert(s->tree || s->phase != SIZES_OVER);
	assert(!s->watch || s->phase == SIZES_OVER);
	assert(!s->again || s->phase == SIZES_OVER || s->phase == SIZES_STOPPED);
	assert(s->path[0] == '/' && sizes_rows_path(s->rows)[0] == '/');
}

/* Each view has what its kind needs, and its list is that of its own source. */
static void check_view(const struct tab *t, const struct view *v)
{
	const struct view *below = v;

	assert(!v->sizes == (v->kind != VIEW_SIZES && v->kind != VIEW_FOUND));
	assert(!v->found == (v->kind != VIEW_FOUND));
	assert(!v->trashed == (v->kind != VIEW_TRASH));
	assert(!v->past == (v->kind != VIEW_HISTORY && v->kind != VIEW_STEPS));
	assert(!v->steps == (v->kind != VIEW_STEPS));
	assert(v->kind != VIEW_HISTORY || v->list.rows == past_rows_const(v->past->rows));
	assert(!v->steps || v->list.rows == past_rows_const(v->steps));
	assert(!v->trashed || v->list.rows == trashed_rows_const(v->trashed->rows));
	if (v->kind == VIEW_SIZES) {
		assert(v->list.rows == sizes_rows_const(v->sizes->rows));
		check_sizes(v->sizes);
	}
	if (v->kind == VIEW_FOUND) {
		assert(v->list.rows == found_rows_rows(v->found));
		/* Another may have been given back. */
		assert(found_rows_tree(v->found) == v->sizes->tree);
		while (below > t->views && below->kind != VIEW_SIZES)
			below--;
		assert(below->kind == VIEW_SIZES && below->sizes == v->sizes);
	}
}

static void check_tab(const struct tab *t)
{
	assert(t->nviews >= 1 && t->nviews <= VIEWS_MAX);
	assert(t->views[0].kind == VIEW_DIR);
	assert(t->listing && t->path.len && t->path.buf[0] == '/');
	assert(t->views[0].list.rows == listing_rows(t->listing));
	assert(!t->coming || t->coming_list.rows == listing_rows(t->coming));
	assert(!t->coming || listing_ticket(t->coming) != listing_ticket(t->listing));
	assert(strcmp(t->path.buf, listing_path(t->listing)) == 0);
	for (size_t i = 0; i < t->nviews; i++) {
		check_view(t, &t->views[i]);
		list_check(&t->views[i].list);
	}
	if (t->coming)
		list_check(&t->coming_list);
}

static void check_marks(const struct marks *m)
{
	size_t kinds[ENTRY_BLOCK + 1] = {0};
	size_t live = 0, in_dirs = 0, unsummed = 0;
	uint64_t bytes = 0;

	for (size_t i = 0; i < m->n; i++) {
		const struct mark *mark = &m->at[i];
		struct row row;

		assert(mark->dir < m->ndirs);
		assert(mark->live == !(m->holes[i / 8] >> (i % 8) & 1));
		if (!mark->live)
			continue;
		assert(m->rows.ops->row(&m->rows, (uint32_t)i, &row));
		assert(marks_has(m, &row));
		live++;
		kinds[mark->type]++;
		unsummed += !mark->has_bytes && (!mark->has_meta || mark->type == ENTRY_DIR);
		bytes += mark->has_bytes ? mark->bytes
			 : mark->has_meta && (mark->type == ENTRY_FILE || mark->type == ENTRY_LINK)
				 ? mark->meta.size
				 : 0;
	}
	for (size_t i = 0; i < m->ndirs; i++)
		in_dirs += m->dirs[i].live;
	assert(live == m->live && in_dirs == m->live && bytes == m->bytes);
	assert(unsummed == m->unsummed);
	assert(memcmp(kinds, m->kinds, sizeof(kinds)) == 0);
}

static void check_marking(const struct marking *k)
{
	assert(k->next <= k->n && (k->n == 0 || k->next < k->n));
	for (size_t i = k->next; i < k->n; i++)
		assert(k->jobs[i].at <= k->jobs[i].n);
}

void model_check(const struct model *m)
{
	assert(m->ntabs >= 1 && m->ntabs <= TABS_MAX && m->tab < m->ntabs);
	for (size_t i = 0; i < m->ntabs; i++)
		check_tab(&m->tabs[i]);
	check_marks(&m->marks);
	check_marking(&m->marking);
	assert(m->next_request <= m->nrequests && m->nrequests - m->next_request < REQUESTS_MAX);
	assert((m->notice.kind == NOTICE_NONE) == (m->notice.text.len == 0));
}
