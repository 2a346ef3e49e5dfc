/* SPDX-License-Identifier: MIT
 *
 * Names of users and groups, each asked for once; where the name service failed, a few times more,
 * later and later.
 */
#include "model/inside.h"

#include <stdlib.h>
#include <string.h>

#define TRIES_MAX 6
#define AGAIN_MS  4000 /* twice as long after each failure: about two minutes in all */

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

static void note_failed(struct model *m, bool group, uint32_t id)
{
	struct map *failed = &m->owners_failed[group];
	uintptr_t tries = 0;

	map_get(failed, &id, sizeof(id), &tries);
	if (++tries > TRIES_MAX || map_put(failed, &id, sizeof(id), tries) < 0)
		return;
	m->owners_ms = MIN(m->owners_ms, m->now_ms + (AGAIN_MS << (tries - 1)));
}

void event_owner(struct model *m, struct fs_event *event)
{
	bool group = event->u.owner.group;
	uint32_t id = event->u.owner.id;
	char *name = event->u.owner.name;

	if (event->err) {
		note_failed(m, group, id);
		return;
	}
	map_remove(&m->owners_failed[group], &id, sizeof(id), NULL);
	if (!name || !*name)
		return;
	event->u.owner.name = NULL;
	put(&m->owners[group], id, name);
}

static void forget_failed(struct map *owners, const struct map *failed)
{
	size_t pos = 0, len;
	const void *id;
	uintptr_t tries, name;

	while (map_next(failed, &pos, &id, &len, &tries)) {
		if (tries < TRIES_MAX && map_get(owners, id, len, &name) && !*(const char *)name &&
		    map_remove(owners, id, len, &name))
			free((void *)name);
	}
}

void owners_again(struct model *m)
{
	if (m->now_ms < m->owners_ms)
		return;
	/* Who is on screen is asked for when all is settled. */
	m->owners_ms = INT64_MAX;
	forget_failed(&m->owners[false], &m->owners_failed[false]);
	forget_failed(&m->owners[true], &m->owners_failed[true]);
}
