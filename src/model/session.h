/* SPDX-License-Identifier: MIT
 *
 * Where one was, to go on from there another time: the tabs with their directory, the name under
 * the cursor, order, filter and whether hidden names are shown.
 *
 * As text: the line "trowel session 1", then for each tab a line "tab PATH" and lines that belong
 * to it: "select NAME", "sort NAME [reverse] [mixed]" (mixed: directories among the files),
 * "hidden", "filter KIND TEXT", "current". Paths, names and texts are as base/escape.h has them. A
 * text with anything else in it is refused as a whole: half a session would be a wrong one.
 *
 * Thread: any, one at a time; session_take() and model_resume() UI. Owns: its strings.
 */
#ifndef MODEL_SESSION_H
#define MODEL_SESSION_H

#include "model/model.h"

struct session_tab {
	char *path, *select, *filter; /* heap; select and filter may be NULL */
	enum match_kind filter_kind;
	struct sort_spec sort;
	bool hidden;
};

struct session {
	struct session_tab tabs[TABS_MAX];
	size_t n, current;
};

void session_done(struct session *s); /* leaves it empty */
/* Of the model as it is. 0 or -ENOMEM. */
int session_take(const struct model *m, struct session *ret_session);
int session_save(const struct session *s, struct str *out);
/* 0, -ENOMEM, or -EINVAL. */
int session_load(const char *text, size_t len, struct session *ret_session);
/* Opens its tabs, instead of model_start(). A directory that cannot be opened gives way to the
 * nearest above it that can, with a notice. 0 or -ENOMEM. */
int model_resume(struct model *m, const struct session *s);

#endif
