/* SPDX-License-Identifier: MIT */
#include "fs/event.h"

#include <stdlib.h>

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

/* What is told of the trash, and of what was done. */
static void free_told(struct fs_event *event)
{
	switch (event->kind) {
	case FS_TRASH_PLACES:
		free_places(event->u.trash_places.at, event->u.trash_places.n);
		break;
	case FS_TRASH_DIR:
		free(event->u.trash_dir.path);
		free(event->u.trash_dir.top);
		break;
	case FS_TRASH_ITEMS:
		trash_found_free(event->u.trash_items.at, event->u.trash_items.n);
		break;
	case FS_TRASH_SIZES:
		trash_weight_free(event->u.trash_sizes.at, event->u.trash_sizes.n);
		break;
	case FS_PAST:
		past_actions_free(event->u.past.at, event->u.past.n);
		free(event->u.past.warning);
		break;
	case FS_PAST_STEPS:
		past_steps_free(event->u.past_steps.at, event->u.past_steps.n);
		break;
	default:
		break;
	}
}

void fs_event_free(struct fs_event *event)
{
	if (!event)
		return;
	free_told(event);
	switch (event->kind) {
	case FS_LIST_OPENED:
		names_unref(event->u.opened.names);
		break;
	case FS_LIST_PART:
	case FS_LIST_DONE:
	case FS_SPACE:
		break;
	case FS_STAT:
		free_items(event->u.stat.items, event->u.stat.n);
		break;
	case FS_CHANGED:
		free_strings(event->u.changed.names, event->u.changed.n);
		break;
	case FS_ORDER:
		order_result_done(&event->u.order);
		break;
	case FS_OWNER:
		free(event->u.owner.name);
		break;
	case FS_SELF:
		free(event->u.self.user);
		free(event->u.self.host);
		free(event->u.self.home);
		break;
	case FS_MOUNTS:
		fs_mounts_free(&event->u.mounts);
		break;
	case FS_PLACE:
		free(event->u.place.path);
		free(event->u.place.select);
		break;
	case FS_COMPLETE:
		free_strings(event->u.complete.names, event->u.complete.n);
		break;
	case FS_SAVED:
		free(event->u.saved.path);
		break;
	case FS_REWRITTEN:
		free(event->u.rewritten.path);
		free(event->u.rewritten.found);
		break;
	case FS_TEXTS:
		free(event->u.texts.dir);
		free_texts(event->u.texts.at, event->u.texts.n);
		break;
	case FS_PREVIEW:
		preview_free(event->u.preview);
		break;
	case FS_INFO:
		facts_free(event->u.facts);
		break;
	case FS_VIEW_DATA:
		free((void *)(uintptr_t)event->u.view_data.window.bytes);
		break;
	case FS_VIEW_LINES:
		free(event->u.view_lines.marks);
		break;
	case FS_TASK_PLANNED:
	case FS_TASK_COUNTS:
	case FS_TASK_GOES:
	case FS_TASK_OVER:
		task_report_free(event->u.task);
		break;
	default: /* nothing is in it, or free_told() has seen to it */
		break;
	}
	free(event);
}
