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

void aim_follow(struct aim *a, struct list *list, struct listing *listing)
{
	enum listing_state state = listing_state(listing);
	bool settled = state != LISTING_OPENING && state != LISTING_LOADING && !list->want_order &&
		       !list->order_ticket;

	if (!a->name && !a->first)
		return;
	if (list->cursor_id != a->cursor_id && a->cursor_id != NAMES_NONE) {
		aim_done(a);
		return;
	}
	if (a->name && listing_names(listing))
		look(a, listing);
	settled |= place_cursor(a, list);
	a->cursor_id = list->cursor_id;
	if (settled)
		aim_done(a);
}
