/* SPDX-License-Identifier: MIT
 *
 * Names of users and groups, each asked for once.
 */
#include "model/inside.h"

#include <stdlib.h>
#include <string.h>

/* Takes the name, "" when there is none. */
static void put(struct map *owners, uint32_t id, char *name)
{
	uintptr_t old = 0;

	if (!name)
		return;
	map_get(owners, &id, sizeof(id), &old);
	if (map_put(owners, &id, sizeof(id), (uintptr_t)name) < 0)
		free(name);
	else
		free((void *)old);
}

const char *model_owner(struct model *m, bool group, uint32_t id, bool ask)
{
	struct map *owners = &m->owners[group];
	struct request request = {.kind = REQ_OWNER, .group = group, .id = id};
	uintptr_t value;

	if (map_get(owners, &id, sizeof(id), &value))
		return *(const char *)value ? (const char *)value : NULL;
	if (ask) {
		put(owners, id, strdup(""));
		if (map_get(owners, &id, sizeof(id), NULL) && request_add(m, &request) < 0 &&
		    map_remove(owners, &id, sizeof(id), &value))
			free((void *)value);
	}
	return NULL;
}

void event_owner(struct model *m, struct fs_event *event)
{
	char *name = event->err ? NULL : event->u.owner.name;

	if (!name || !*name)
		return;
	event->u.owner.name = NULL;
	put(&m->owners[event->u.owner.group], event->u.owner.id, name);
}
