/* SPDX-License-Identifier: MIT
 *
 * What the keys of the viewer do, but for the search.
 */
#include "model/viewer_inside.h"

#include "base/textline.h"

static void by(struct model *m, int64_t rows)
{
	m->viewer->follow = false;
	viewer_go(m, &(struct viewer_move){.kind = MOVE_BY, .rows = rows});
}

static void to(struct model *m, uint64_t at)
{
	m->viewer->follow = false;
	viewer_go(m, &(struct viewer_move){.kind = MOVE_TO, .at = at});
}

void viewer_scroll(struct model *m, int64_t rows)
{
	by(m, rows);
}

/* A page leaves one row of the page before. */
void viewer_page(struct model *m, int64_t halves)
{
	int64_t height = m->viewer->height, pages = halves / 2;

	by(m, pages * MAX(height - 1, 1) + halves % 2 * MAX(height / 2, 1));
}

void viewer_go_top(struct model *m)
{
	to(m, 0);
}

void viewer_go_end(struct model *m)
{
	m->viewer->follow = false;
	viewer_go(m, &(struct viewer_move){.kind = MOVE_END});
}

void viewer_go_percent(struct model *m, uint64_t percent)
{
	uint64_t size = m->viewer->size;

	to(m, size / 100 * MIN(percent, 100) + size % 100 * MIN(percent, 100) / 100);
}

void viewer_go_offset(struct model *m, uint64_t at)
{
	to(m, at);
}

void viewer_aside(struct model *m, int64_t columns)
{
	struct viewer *v = m->viewer;
	uint64_t far = 2u * TEXTROW_PIECE * TEXTLINE_TAB;

	if (v->hex || v->wrap) {
		model_notice(m, NOTICE_INFO,
			     v->hex ? "bytes are not scrolled aside"
				    : "long lines are wrapped: w cuts them, to be scrolled aside");
		return;
	}
	if (columns < 0)
		v->left -= MIN((uint64_t)-columns, v->left);
	else
		v->left = MIN(v->left + (uint64_t)columns, far);
	m->rev++;
}

void viewer_follow(struct model *m)
{
	struct viewer *v = m->viewer;

	v->follow = !v->follow && !v->kept;
	if (v->kept)
		model_notice(m, NOTICE_INFO,
			     "a file of the kernel does not grow: C-l reads it again");
	if (v->follow)
		viewer_go(m, &(struct viewer_move){.kind = MOVE_END});
	m->rev++;
}

/* The same place of the file, in other rows. */
static void again(struct model *m)
{
	struct viewer *v = m->viewer;

	if (v->move.kind == MOVE_NONE)
		v->move = (struct viewer_move){.kind = MOVE_TO, .at = v->top};
	viewer_settle(m);
}

void viewer_toggle_hex(struct model *m)
{
	m->viewer->hex = !m->viewer->hex;
	again(m);
}

void viewer_toggle_wrap(struct model *m)
{
	struct viewer *v = m->viewer;

	v->wrap = !v->wrap;
	v->left = 0;
	model_notice(m, NOTICE_INFO, v->wrap ? "long lines are wrapped" : "long lines are cut");
	again(m);
}

void viewer_toggle_numbers(struct model *m)
{
	m->viewer->numbers = !m->viewer->numbers;
	m->viewer->count_off = false;
	again(m);
}

void viewer_next_code(struct model *m)
{
	struct viewer *v = m->viewer;

	v->code = (enum textcode)((v->code + 1) % TEXT_CODES);
	v->window.code = v->code;
	v->code_chosen = true;
	viewer_scan_stop(m);
	viewer_line_forget(m);
	model_notice(m, NOTICE_INFO, "read as %s", textcode_name(v->code));
	again(m);
}
