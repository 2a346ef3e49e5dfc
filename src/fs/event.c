/* SPDX-License-Identifier: MIT */
#include "fs/event.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

struct fs_event *fs_event_new(enum fs_event_kind kind, uint64_t ticket)
{
	struct fs_event *e = calloc(1, sizeof(*e));

	if (e) {
		e->kind = kind;
		e->ticket = ticket;
	}
	return e;
}

static void free_strings(char **at, uint32_t n)
{
	for (uint32_t i = 0; at && i < n; i++)
		free(at[i]);
	free(at);
}

void fs_mounts_free(struct mount_list *list)
{
	for (uint32_t i = 0; list->at && i < list->n; i++) {
		free(list->at[i].path);
		free(list->at[i].fstype);
		free(list->at[i].source);
	}
	free(list->at);
	*list = (struct mount_list){0};
}

static void free_items(struct stat_item *items, uint32_t n)
{
	for (uint32_t i = 0; items && i < n; i++) {
		free(items[i].name);
		free(items[i].target);
	}
	free(items);
}

static void free_texts(struct text_file *at, uint32_t n)
{
	for (uint32_t i = 0; at && i < n; i++) {
		free(at[i].name);
		free(at[i].bytes);
	}
	free(at);
}

void trash_found_free(struct trash_found *at, uint32_t n)
{
	for (uint32_t i = 0; at && i < n; i++) {
		free(at[i].name);
		free(at[i].origin);
	}
	free(at);
}

void trash_weight_free(struct trash_weight *at, uint32_t n)
{
	for (uint32_t i = 0; at && i < n; i++)
		free(at[i].name);
	free(at);
}

void past_actions_free(struct past_action *at, uint32_t n)
{
	for (uint32_t i = 0; at && i < n; i++)
		free(at[i].label);
	free(at);
}

void past_steps_free(struct past_step *at, uint32_t n)
{
	for (uint32_t i = 0; at && i < n; i++) {
		free(at[i].what);
		free(at[i].undo);
	}
	free(at);
}

static void free_places(struct trash_place *at, uint32_t n)
{
	for (uint32_t i = 0; at && i < n; i++)
		free(at[i].path);
	free(at);
}

/* ---- what is in each kind, but for plain pieces of the heap ---- */

static void free_opened(struct fs_event *e)
{
	names_unref(e->u.opened.names);
}

static void free_stat(struct fs_event *e)
{
	free_items(e->u.stat.items, e->u.stat.n);
}

static void free_changed(struct fs_event *e)
{
	free_strings(e->u.changed.names, e->u.changed.n);
}

static void free_order(struct fs_event *e)
{
	order_result_done(&e->u.order);
}

static void free_mounts(struct fs_event *e)
{
	fs_mounts_free(&e->u.mounts);
}

static void free_complete(struct fs_event *e)
{
	free_strings(e->u.complete.names, e->u.complete.n);
}

static void free_text_files(struct fs_event *e)
{
	free_texts(e->u.texts.at, e->u.texts.n);
}

static void free_preview(struct fs_event *e)
{
	preview_free(e->u.preview);
}

static void free_info(struct fs_event *e)
{
	facts_free(e->u.facts);
}

static void free_trash_places(struct fs_event *e)
{
	free_places(e->u.trash_places.at, e->u.trash_places.n);
}

static void free_trash_items(struct fs_event *e)
{
	trash_found_free(e->u.trash_items.at, e->u.trash_items.n);
}

static void free_trash_sizes(struct fs_event *e)
{
	trash_weight_free(e->u.trash_sizes.at, e->u.trash_sizes.n);
}

static void free_past(struct fs_event *e)
{
	past_actions_free(e->u.past.at, e->u.past.n);
}

static void free_past_steps(struct fs_event *e)
{
	past_steps_free(e->u.past_steps.at, e->u.past_steps.n);
}

static void free_task(struct fs_event *e)
{
	task_report_free(e->u.task);
}

#define PIECE(member) offsetof(struct fs_event, u.member)
#define PIECES_MAX    3

/* What has no row has nothing to be freed. */
static const struct content {
	size_t pieces[PIECES_MAX]; /* pointers that free(3) is enough for; 0 (PIECE() never is): no
				      more */
	void (*rest)(struct fs_event *e);
} contents[FS_EVENT_KINDS] = {
	[FS_LIST_OPENED] = {.rest = free_opened},
	[FS_STAT] = {.rest = free_stat},
	[FS_CHANGED] = {.rest = free_changed},
	[FS_ORDER] = {.rest = free_order},
	[FS_OWNER] = {.pieces = {PIECE(owner.name)}},
	[FS_SELF] = {.pieces = {PIECE(self.user), PIECE(self.host), PIECE(self.home)}},
	[FS_MOUNTS] = {.rest = free_mounts},
	[FS_PLACE] = {.pieces = {PIECE(place.path), PIECE(place.select)}},
	[FS_COMPLETE] = {.rest = free_complete},
	[FS_SAVED] = {.pieces = {PIECE(saved.path)}},
	[FS_REWRITTEN] = {.pieces = {PIECE(rewritten.path), PIECE(rewritten.found)}},
	[FS_TEXTS] = {.pieces = {PIECE(texts.dir)}, .rest = free_text_files},
	[FS_PREVIEW] = {.rest = free_preview},
	[FS_INFO] = {.rest = free_info},
	[FS_VIEW_DATA] = {.pieces = {PIECE(view_data.window.bytes)}},
	[FS_VIEW_LINES] = {.pieces = {PIECE(view_lines.marks)}},
	[FS_TRASH_PLACES] = {.rest = free_trash_places},
	[FS_TRASH_DIR] = {.pieces = {PIECE(trash_dir.path), PIECE(trash_dir.top)}},
	[FS_TRASH_ITEMS] = {.rest = free_trash_items},
	[FS_TRASH_SIZES] = {.rest = free_trash_sizes},
	[FS_PAST] = {.pieces = {PIECE(past.warning)}, .rest = free_past},
	[FS_PAST_STEPS] = {.rest = free_past_steps},
	[FS_TASK_PLANNED] = {.rest = free_task},
	[FS_TASK_COUNTS] = {.rest = free_task},
	[FS_TASK_GOES] = {.rest = free_task},
	[FS_TASK_OVER] = {.rest = free_task},
};

void fs_event_free(struct fs_event *event)
{
	const struct content *c;

	if (!event)
		return;
	c = &contents[event->kind];
	if (c->rest)
		c->rest(event);
	for (int i = 0; i < PIECES_MAX && c->pieces[i]; i++) {
		void *piece;

		/* Whatever it points to: all pointers to objects look the same. */
		memcpy(&piece, (const char *)event + c->pieces[i], sizeof(piece));
		free(piece);
	}
	free(event);
}
