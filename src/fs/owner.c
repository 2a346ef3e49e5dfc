/* SPDX-License-Identifier: MIT */
#include "fs/owner.h"

#include <errno.h>
#include <grp.h>
#include <pthread.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/map.h"
#include "fs/access.h"
#include "fs/homes.h"
#include "fs/sys.h"

#define RECORD_MAX (1u << 20) /* a group with more members than fit has no name for us */
#define HOST_MAX   256

struct key {
	uint32_t id, group;
};

struct owners {
	pthread_mutex_t lock;
	struct map names; /* struct key -> heap string, or 0: it has none */
};

struct owner_job {
	struct job job;
	struct service *service;
	uint32_t id;
	bool group;
};

int owners_new(struct owners **ret_owners)
{
	struct owners *o = calloc(1, sizeof(*o));

	if (!o)
		return -ENOMEM;
	pthread_mutex_init(&o->lock, NULL);
	map_init(&o->names);
	*ret_owners = o;
	return 0;
}

void owners_free(struct owners *o)
{
	const void *key;
	uintptr_t value;
	size_t pos = 0, len;

	if (!o)
		return;
	while (map_next(&o->names, &pos, &key, &len, &value))
		free((void *)value);
	map_done(&o->names);
	pthread_mutex_destroy(&o->lock);
	free(o);
}

static char *copy(const char *s)
{
	return memdup0(s, strlen(s));
}

/* What the record of a user or group gives: its name, or the home directory of the user. */
enum field { FIELD_USER, FIELD_GROUP, FIELD_HOME };

static int read_record(enum field field, uint32_t id, char *buf, size_t size, char **ret_text)
{
	struct passwd pw, *pwp = NULL;
	struct group gr, *grp = NULL;
	const char *text = NULL;
	int rc = field == FIELD_GROUP ? getgrgid_r(id, &gr, buf, size, &grp)
				      : getpwuid_r(id, &pw, buf, size, &pwp);

	/* "Not found" is reported in all these ways (getpwnam(3)). */
	if (rc == ENOENT || rc == ESRCH || rc == EBADF || rc == EPERM)
		rc = 0;
	if (rc)
		return -rc;
	if (grp)
		text = grp->gr_name;
	else if (pwp)
		text = field == FIELD_HOME ? pwp->pw_dir : pwp->pw_name;
	*ret_text = text ? copy(text) : NULL;
	return text && !*ret_text ? -ENOMEM : 0;
}

static int lookup(enum field field, uint32_t id, char **ret_text)
{
	int rc = -ERANGE;

	for (size_t size = 1024; rc == -ERANGE && size <= RECORD_MAX; size *= 4) {
		char *buf = malloc(size);

		if (!buf)
			return -ENOMEM;
		do
			rc = read_record(field, id, buf, size, ret_text);
		while (rc == -EINTR);
		free(buf);
	}
	return rc;
}

static bool cached(struct owners *o, const struct key *key, int *ret_rc, char **ret_name)
{
	uintptr_t value;
	bool found;

	pthread_mutex_lock(&o->lock);
	found = map_get(&o->names, key, sizeof(*key), &value);
	if (found) {
		*ret_name = value ? copy((const char *)value) : NULL;
		*ret_rc = value && !*ret_name ? -ENOMEM : 0;
	}
	pthread_mutex_unlock(&o->lock);
	return found;
}

/* Not kept without memory, or when another thread was faster: the next one asks again. */
static void keep(struct owners *o, const struct key *key, const char *name)
{
	char *kept = name ? copy(name) : NULL;

	if (name && !kept)
		return;
	pthread_mutex_lock(&o->lock);
	if (map_get(&o->names, key, sizeof(*key), NULL) ||
	    map_put(&o->names, key, sizeof(*key), (uintptr_t)kept) < 0)
		free(kept);
	pthread_mutex_unlock(&o->lock);
}

int owner_lookup(struct owners *o, bool group, uint32_t id, char **ret_name)
{
	struct key key = {id, group};
	int rc;

	if (cached(o, &key, &rc, ret_name))
		return rc;
	rc = lookup(group ? FIELD_GROUP : FIELD_USER, id, ret_name);
	if (!rc)
		keep(o, &key, *ret_name);
	return rc;
}

static void owner_run(struct job *job)
{
	struct owner_job *j = container_of(job, struct owner_job, job);
	struct fs_event *e = outbox_event(&j->service->out, FS_OWNER, 0);

	if (!e)
		return;
	e->u.owner.id = j->id;
	e->u.owner.group = j->group;
	e->err = owner_lookup(j->service->owners, j->group, j->id, &e->u.owner.name);
	outbox_send(&j->service->out, e, &job->cancel);
}

static void owner_free(struct job *job)
{
	free(container_of(job, struct owner_job, job));
}

static int find_home(uint32_t uid, char **ret_home)
{
	const char *home = homes_get("HOME");

	if (!home)
		return lookup(FIELD_HOME, uid, ret_home);
	*ret_home = copy(home);
	return *ret_home ? 0 : -ENOMEM;
}

static char *find_host(void)
{
	char host[HOST_MAX + 1] = "";

	if (sys_gethostname(host, HOST_MAX) < 0)
		return NULL;
	return copy(host);
}

static void self_run(struct job *job)
{
	struct owner_job *j = container_of(job, struct owner_job, job);
	struct fs_event *e = outbox_event(&j->service->out, FS_SELF, 0);
	int rc;

	if (!e)
		return;
	/* Each part that can be had is there, whatever became of the others. */
	e->err = access_self(&e->u.self.subject);
	e->u.self.host = find_host();
	rc = owner_lookup(j->service->owners, false, geteuid(), &e->u.self.user);
	if (!e->err)
		e->err = rc;
	rc = find_home(geteuid(), &e->u.self.home);
	if (!e->err)
		e->err = rc;
	outbox_send(&j->service->out, e, &job->cancel);
}

static void submit(struct service *s, enum fs_event_kind kind, void (*run)(struct job *job),
		   bool group, uint32_t id)
{
	struct owner_job *j = calloc(1, sizeof(*j));

	if (!j) {
		struct fs_event *e = outbox_event(&s->out, kind, 0);

		if (e && kind == FS_OWNER) {
			e->u.owner.group = group;
			e->u.owner.id = id;
		}
		if (e)
			e->err = -ENOMEM;
		outbox_send(&s->out, e, NULL);
		return;
	}
	job_init(&j->job, POOL_LANE_NAMES, 0, run, owner_free);
	j->service = s;
	j->group = group;
	j->id = id;
	pool_submit(s->pool, &j->job);
}

void owner_ask(struct service *s, bool group, uint32_t id)
{
	submit(s, FS_OWNER, owner_run, group, id);
}

void owner_self(struct service *s)
{
	submit(s, FS_SELF, self_run, false, 0);
}
