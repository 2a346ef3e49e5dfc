/* SPDX-License-Identifier: MIT
 *
 * The model as text, for scenario tests: what a person would see, and what decides it.
 */
#include "model/inside.h"

#include "base/display.h"

#include <errno.h>
#include <inttypes.h>

static const char *const states[] = {
	[LISTING_OPENING] = "opening", [LISTING_LOADING] = "loading", [LISTING_READY] = "ready",
	[LISTING_FAILED] = "failed",   [LISTING_GONE] = "gone",
};
static const char *const kinds[] = {
	[VIEW_DIR] = "directory",   [VIEW_MARKED] = "marked", [VIEW_MOUNTS] = "mounts",
	[VIEW_SIZES] = "sizes",     [VIEW_FOUND] = "found",   [VIEW_TRASH] = "trash",
	[VIEW_HISTORY] = "history", [VIEW_STEPS] = "steps"};

static void add_name(struct str *out, const char *bytes, size_t len)
{
	display_add(out, bytes, len, false);
}

static void dump_row(const struct model *m, const struct list *l, size_t pos, struct str *out)
{
	static const char types[] = {
		[ENTRY_UNKNOWN] = '?', [ENTRY_FILE] = '-', [ENTRY_DIR] = 'd',
		[ENTRY_LINK] = 'l',    [ENTRY_FIFO] = 'p', [ENTRY_SOCKET] = 's',
		[ENTRY_CHAR] = 'c',    [ENTRY_BLOCK] = 'b'};
	struct row row;

	if (!list_row(l, pos, &row)) {
		str_adds(out, "   (hole)\n");
		return;
	}
	str_addf(out, " %c%c%c ", pos == l->cursor ? '>' : ' ',
		 marks_has(&m->marks, &row) ? '*' : ' ', list_in_range(l, pos) ? '|' : ' ');
	str_addf(out, "%c ", types[row.type]);
	add_name(out, row.name, row.name_len);
	if (row.target) {
		str_adds(out, " -> ");
		str_adds(out, row.target);
	}
	if (row.meta)
		str_addf(out, " size=%" PRIu64, row.meta->size);
	if (row.err)
		str_addf(out, " err=%d", row.err);
	if (l->rows == &m->marks.rows)
		str_addf(out, " in %s", row.where);
	str_addc(out, '\n');
}

static void dump_list(const struct model *m, const struct list *l, struct str *out)
{
	size_t end = l->height ? MIN(l->top + l->height, list_len(l)) : list_len(l);

	str_addf(out, "rows %zu cursor %zu top %zu hidden %zu filtered %zu sort %s%s%s",
		 list_len(l), l->cursor, l->top, l->hidden, l->filtered, sort_name(l->sort.by),
		 l->sort.reverse ? " reverse" : "", l->sort.dirs_first ? "" : " mixed");
	if (sort_needs_rank(l->sort.by) && !l->ranked)
		str_adds(out, " (by name so far)");
	if (l->filter.len) {
		str_addf(out, " filter %s ", match_kind_name(l->filter_kind));
		add_name(out, l->filter.buf, l->filter.len);
	}
	str_adds(out, l->partial ? " partial" : "");
	str_adds(out, l->order_ticket ? " ordering" : "");
	str_addc(out, '\n');
	for (size_t pos = l->top; pos < end; pos++)
		dump_row(m, l, pos, out);
}

static void dump_tabs(const struct model *m, struct str *out)
{
	for (size_t i = 0; i < m->ntabs; i++) {
		const struct tab *t = &m->tabs[i];

		str_addf(out, "%c tab %zu ", i == m->tab ? '>' : ' ', i + 1);
		add_name(out, t->path.buf, t->path.len);
		str_addf(out, " %s %zu", states[listing_state(t->listing)],
			 listing_alive(t->listing));
		if (t->coming) {
			str_adds(out, t->going == GO_RELOAD ? " reloading" : " coming ");
			if (t->going != GO_RELOAD)
				str_adds(out, listing_path(t->coming));
		}
		str_addf(out, " back %zu forward %zu\n", t->nback, t->nforward);
	}
}

static void dump_info(const struct info *i, struct str *out)
{
	str_addf(out, "info %s facts of %s", i->path.buf, i->about.buf);
	if (i->facts)
		str_addf(out, " size=%" PRIu64, i->facts->meta.size);
	if (i->facts_err)
		str_addf(out, " err=%d", i->facts_err);
	str_addf(out, " preview of %s", i->preview_of.buf);
	if (i->preview)
		str_addf(out, " line %zu of %zu", i->line, i->preview->nlines);
	str_addf(out, "%s%s\n", i->hex ? " hex" : "", i->focus ? " focus" : "");
}

int model_dump(const struct model *m, struct str *out)
{
	static const char *const notices[] = {
		[NOTICE_INFO] = "info", [NOTICE_WARNING] = "warning", [NOTICE_ERROR] = "error"};
	const struct view *v = model_view(m);

	dump_tabs(m, out);
	if (v->kind != VIEW_DIR)
		str_addf(out, "view %s\n", kinds[v->kind]);
	if (m->marks.live)
		str_addf(out, "marked %zu bytes %s%" PRIu64 "%s\n", m->marks.live,
			 m->marks.unsummed ? ">=" : "", m->marks.bytes,
			 model_marking(m) ? " marking" : "");
	if (m->notice.kind != NOTICE_NONE) {
		str_addf(out, "%s: ", notices[m->notice.kind]);
		add_name(out, m->notice.text.buf, m->notice.text.len);
		str_addc(out, '\n');
	}
	if (m->search.on)
		str_adds(out, "looking\n");
	if (m->open_file)
		str_addf(out, "open %s\n", m->open_file);
	if (m->viewer)
		viewer_dump(m->viewer, out);
	else
		dump_list(m, &v->list, out);
	if (m->info.shown && !m->viewer)
		dump_info(&m->info, out);
	return out->failed ? -ENOMEM : 0;
}
