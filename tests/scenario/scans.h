/* SPDX-License-Identifier: MIT
 *
 * The commands of scenarios for the view of sizes: events of scans whose trees are made by hand
 * (tests/lib/sizetree_made.h), and what that view shows. Part of test_scenario.c.
 *
 *	scan-begun TICKET [-ERRNO]              a new tree, of which nothing is known
 *	scan-read TICKET PATH WORD...           a directory is published; PATH "." is the root
 *	scan-done TICKET PATH...                reading it is over
 *	scan-gone TICKET PATH                   it was found to be gone
 *	scan-linked TICKET PATH BLOCKS SIZE SHARED
 *	scan-goes TICKET ENTRIES
 *	scan-over TICKET [-ERRNO]
 *	scan-anew TICKET PATH WORD...           a directory is read again, to take its place later;
 *	scan-inside TICKET PATH WORD...         PATH below that is read and done
 *	scan-ready TICKET [-ERRNO]
 *	scan-put TICKET PATH [gone]             it takes the place of PATH,
 *	scan-told TICKET [-ERRNO]               and that is told
 *	scan-taken TICKET PATH [gone]           both
 *	scan-worn TICKET                        so much was replaced that the next is of everything
 *	rows                                    the view of sizes with its numbers
 */
#ifndef TESTS_SCENARIO_SCANS_H
#define TESTS_SCENARIO_SCANS_H

#include "../lib/sizetree_made.h"

static struct sizetree *tree_of(const struct runner *r)
{
	return r->trees[ticket(r) % POOLS_MAX];
}

static const char *scan_path(const struct runner *r, int i)
{
	return strcmp(arg(r, i), ".") == 0 ? "" : arg(r, i);
}

/* The words from the i-th on as one text. */
static void rest_of(const struct runner *r, int i, struct str *text)
{
	for (; i < r->n; i++) {
		assert_int_equal(str_adds(text, r->arg[i]), 0);
		assert_int_equal(str_addc(text, ' '), 0);
	}
}

static void scan_event(struct runner *r, enum fs_event_kind kind, int i)
{
	struct fs_event e = {.kind = kind, .ticket = ticket(r)};

	if (arg(r, i)[0] == '-')
		e.err = atoi(arg(r, i));
	e.u.scan.tree = tree_of(r);
	e.u.scan.progress.entries = (uint64_t)atoi(arg(r, 2));
	apply(r, &e);
}

static void do_scan_begun(struct runner *r)
{
	if (r->n < 3 && !tree_of(r))
		r->trees[ticket(r) % POOLS_MAX] = made_new("/top");
	scan_event(r, FS_SCAN_BEGUN, 2);
}

static void do_scan_goes(struct runner *r)
{
	scan_event(r, FS_SCAN_GOES, 3);
}

static void do_scan_over(struct runner *r)
{
	scan_event(r, FS_SCAN_OVER, 2);
}

static void do_scan_ready(struct runner *r)
{
	scan_event(r, FS_SCAN_READY, 2);
}

static void do_scan_read(struct runner *r)
{
	CLEANUP(str_done) struct str text = STR_INIT;

	rest_of(r, 3, &text);
	made_read(tree_of(r), scan_path(r, 2), text.len ? text.buf : ".");
}

static void do_scan_done(struct runner *r)
{
	for (int i = 2; i < r->n; i++)
		made_done(tree_of(r), scan_path(r, i));
}

static void do_scan_gone(struct runner *r)
{
	made_gone(tree_of(r), made_dir(tree_of(r), scan_path(r, 2)));
}

static void do_scan_linked(struct runner *r)
{
	made_linked(tree_of(r), scan_path(r, 2), strtoull(arg(r, 3), NULL, 10),
		    strtoull(arg(r, 4), NULL, 10), strtoull(arg(r, 5), NULL, 10));
}

static void do_scan_anew(struct runner *r)
{
	CLEANUP(str_done) struct str text = STR_INIT;

	rest_of(r, 3, &text);
	r->anew = made_again(tree_of(r), made_dir(tree_of(r), scan_path(r, 2)));
	made_read_dir(tree_of(r), r->anew, text.len ? text.buf : ".");
	made_dir_done(tree_of(r), r->anew);
}

static void do_scan_inside(struct runner *r)
{
	CLEANUP(str_done) struct str text = STR_INIT;
	uint32_t dir = made_dir_below(tree_of(r), r->anew, arg(r, 2));

	rest_of(r, 3, &text);
	made_read_dir(tree_of(r), dir, text.len ? text.buf : ".");
	made_dir_done(tree_of(r), dir);
}

static void do_scan_put(struct runner *r)
{
	r->replaced = made_dir(tree_of(r), scan_path(r, 2));
	if (r->n > 3)
		r->anew = TREE_NONE;
	made_take(tree_of(r), r->replaced, r->anew);
}

static void do_scan_told(struct runner *r)
{
	struct fs_event e = {.kind = FS_SCAN_TAKEN, .ticket = ticket(r)};

	if (arg(r, 2)[0] == '-')
		e.err = atoi(arg(r, 2));
	e.u.scan.tree = tree_of(r);
	e.u.scan.dir = e.err ? sizetree_root(tree_of(r)) : r->replaced;
	e.u.scan.now = e.err ? TREE_NONE : r->anew;
	apply(r, &e);
}

static void do_scan_taken(struct runner *r)
{
	do_scan_put(r);
	r->n = 2;
	do_scan_told(r);
}

static void do_scan_worn(struct runner *r)
{
	atomic_store(&tree_of(r)->ndead, 1u << 20);
}

/* ---- what is shown ---- */

static void show_number(struct runner *r, const struct rows *rows, uint32_t id, enum column col,
			const char *word)
{
	uint64_t n;

	if (rows->ops->number && rows->ops->number(rows, id, col, &n))
		str_addf(&r->out, " %s%llu", word, (unsigned long long)n);
}

static void show_row(struct runner *r, const struct list *l, size_t pos)
{
	struct row row;
	uint32_t id = list_id(l, pos);
	bool there = list_row(l, pos, &row);

	assert_true(there);
	str_addf(&r->out, "    %c%c%c %.*s%s", pos == l->cursor ? '>' : ' ',
		 marks_has(&r->m->marks, &row) ? '*' : ' ', list_in_range(l, pos) ? '|' : ' ',
		 (int)row.name_len, row.name, row.type == ENTRY_DIR ? "/" : "");
	if (id != NAMES_NONE) {
		show_number(r, l->rows, id, COL_TOTAL, "");
		show_number(r, l->rows, id, COL_PERCENT, "%");
		show_number(r, l->rows, id, COL_ITEMS, "items ");
		if (l->rows->ops->cell) {
			str_addc(&r->out, ' ');
			(void)l->rows->ops->cell(l->rows, id, COL_SIGN, &r->out);
		}
	}
	while (r->out.buf[r->out.len - 1] == ' ')
		str_cut(&r->out, r->out.len - 1);
	if (model_view(r->m)->kind == VIEW_FOUND && row.where)
		str_addf(&r->out, " in %s", row.where);
	str_addc(&r->out, '\n');
}

static void show_sizes(struct runner *r, const struct sizes *s)
{
	static const char *const phases[] = {"asked", "scanning", "stopped", "over", "failed"};
	struct sizetree_total total = sizes_total(s);

	str_addf(&r->out, "    sizes %s %s", sizes_rows_path(s->rows), phases[s->phase]);
	if (s->err)
		str_addf(&r->out, " err=%d", s->err);
	str_addf(&r->out, " %s%llu items %llu",
		 sizes_exact(s) ? "" : ">=", (unsigned long long)sizes_bytes_of(&s->look, &total),
		 (unsigned long long)total.items);
	str_addf(&r->out, "%s%s%s%s", s->look.apparent ? " apparent" : "", s->again ? " again" : "",
		 s->changed ? " changed" : "", sizes_busy(s) ? " busy" : "");
	str_addf(&r->out, " watch %llu\n", (unsigned long long)s->watch);
}

static void do_rows(struct runner *r)
{
	const struct view *v = model_view(r->m);
	const struct list *l = &v->list;

	if (v->sizes)
		show_sizes(r, v->sizes);
	if (v->found) {
		str_adds(&r->out, "    ");
		(void)found_rows_title(v->found, &r->out);
		str_addf(&r->out, " below %s\n", found_rows_path(v->found));
	}
	if (r->m->notice.kind != NOTICE_NONE)
		str_addf(&r->out, "    says: %s\n", r->m->notice.text.buf);
	if (l->filter.len)
		str_addf(&r->out, "    filter %s\n", l->filter.buf);
	if (rows_loading(l->rows))
		str_adds(&r->out, "    loading\n");
	for (size_t pos = 0; pos < list_len(l); pos++)
		show_row(r, l, pos);
}

/* largest [EXTENSION] */
static void do_largest(struct runner *r)
{
	assert_int_equal(model_view_found(r->m, 3, r->n > 1 ? arg(r, 1) : NULL, strlen(arg(r, 1))),
			 0);
}

#endif
