/* SPDX-License-Identifier: MIT
 *
 * The cursor on a name that is still to come.
 */
#include "model/inside.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void aim_done(struct aim *a)
{
	free(a->name);
	*a = (struct aim){.id = NAMES_NONE, .cursor_id = NAMES_NONE};
}

int aim_set(struct aim *a, const char *name)
{
	char *copy = name ? strdup(name) : NULL;

	aim_done(a);
	a->name = copy;
	return name && !copy ? -ENOMEM : 0;
}

static void look(struct aim *a, struct listing *listing)
{
	struct rows *rows = listing_rows(listing);
	uint32_t count = rows_count(rows);
	size_t want = strlen(a->name), len;

	for (; a->id == NAMES_NONE && a->looked < count; a->looked++) {
		const char *name = names_get(listing_names(listing), a->looked, &len);

		if (len == want && memcmp(name, a->name, len) == 0)
			a->id = a->looked;
	}
}

/* Until the name is found the cursor is on the first row; Enter on ".." would only lead back. */
static bool place_cursor(struct aim *a, struct list *list)
{
	if (a->id != NAMES_NONE && list_move_to_id(list, a->id))
		return true;
	if (a->first)
		list_move_to(list, list->with_parent && list_len(list) > 1 ? 1 : 0);
	return false;
}

/* The row it was on is gone: what was renamed is to be found under its new name. */
static bool left_by_itself(const struct aim *a, const struct list *list)
{
	return a->patient && list_pos_of(list, a->cursor_id) >= list_len(list);
}

void aim_follow(struct aim *a, struct list *list, struct listing *listing)
{
	enum listing_state state = listing_state(listing);
	bool found, settled = state != LISTING_OPENING && state != LISTING_LOADING &&
			      !list->want_order && !list->order_ticket;

	if (!a->name && !a->first)
		return;
	if (list->cursor_id != a->cursor_id && a->cursor_id != NAMES_NONE &&
	    !left_by_itself(a, list)) {
		aim_done(a);
		return;
	}
	if (a->name && listing_names(listing))
		look(a, listing);
	found = place_cursor(a, list);
	a->cursor_id = list->cursor_id;
	if (found || (settled && !a->patient))
		aim_done(a);
}

const struct dir_info *model_dir(const struct model *m)
{
	const struct tab *t = model_tab(m);

	return model_view(m)->kind == VIEW_DIR && t->listing && !t->coming ? listing_dir(t->listing)
									   : NULL;
}

void model_acted(struct model *m, const char *dir, const char *made)
{
	struct tab *t = &m->tabs[m->tab];

	if (!t->listing || (dir && strcmp(dir, model_path(m)) != 0))
		return;
	/* One that is watched says it by itself. */
	if (t->check_ms != INT64_MAX)
		t->check_ms = m->now_ms;
	if (dir && made && aim_set(&t->aim, made) == 0) {
		t->aim.patient = true;
		t->aim.cursor_id = t->views[0].list.cursor_id;
		aim_follow(&t->aim, &t->views[0].list, t->listing);
	}
	m->rev++;
}
