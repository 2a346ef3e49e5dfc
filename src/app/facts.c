/* SPDX-License-Identifier: MIT */
#include "app/facts.h"

#include "fs/gather.h"

#include <stdlib.h>

int facts_get(struct path_facts *p, const char *path, struct owners *owners,
	      const struct mount_list *mounts)
{
	const struct gather g = {.list = mounts};
	struct facts *f;
	int r = gather_facts(&g, path, &f);

	if (r < 0)
		return r;
	*p = (struct path_facts){.path = path, .f = f, .owners = owners};
	/* A name service that fails leaves the number, which is always right. */
	if (owner_lookup(owners, false, f->meta.uid, &p->owner) < 0)
		p->owner = NULL;
	if (owner_lookup(owners, true, f->meta.gid, &p->group) < 0)
		p->group = NULL;
	return 0;
}

void facts_done(struct path_facts *p)
{
	if (!p)
		return;
	facts_free(p->f);
	free(p->owner);
	free(p->group);
	free(p->name);
	*p = (struct path_facts){0};
}

static const char *name_of(void *ctx, bool group, uint32_t id)
{
	struct path_facts *p = ctx;
	const struct meta *meta = &p->f->meta;

	if (id == (group ? meta->gid : meta->uid))
		return group ? p->group : p->owner;
	free(p->name);
	if (owner_lookup(p->owners, group, id, &p->name) < 0)
		p->name = NULL;
	return p->name;
}

struct fact_style facts_style(struct path_facts *p, bool ascii)
{
	return (struct fact_style){.ascii = ascii, .name = name_of, .ctx = p};
}
