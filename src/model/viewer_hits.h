/* SPDX-License-Identifier: MIT
 *
 * What of the viewer's screen matches what was looked for, row by row from the top, for drawing. As
 * a search goes: a row of text is one, also where the screen breaks it. A pattern that costs much
 * ends it for the rest of the screen, so that no pattern makes keys wait; the match that was found
 * last is told in any case.
 *
 * Thread: UI. Owns: the parts.
 */
#ifndef MODEL_VIEWER_HITS_H
#define MODEL_VIEWER_HITS_H

#include "model/viewer.h"

#define VIEWER_HITS_BUDGET 100000u /* steps of matcher_find_within() for a screen */

struct viewer_hits {
	uint32_t budget;
	uint64_t start, end; /* the row of text it is in; the same: none */
	const char *text;    /* of it, in the window or in buf, */
	size_t len;          /* with a little of what follows */
	struct str buf;
	size_t pos;               /* what matches before it is told */
	uint64_t place;           /* of the row of the screen */
	size_t at;                /* the same in text */
	struct match_part *parts; /* of that row, in order, not overlapping */
	size_t n, cap;
};

/* Of a screen. */
void viewer_hits_init(struct viewer_hits *h);
void viewer_hits_done(struct viewer_hits *h);
/* Finds the parts of a row, which is below the one before; [from, to) of viewer_text() are shown.
 * Without memory some are left out. */
void viewer_hits_row(struct viewer_hits *h, const struct viewer *v, const struct viewer_row *row,
		     size_t from, size_t to);

#endif
