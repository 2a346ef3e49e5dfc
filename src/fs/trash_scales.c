/* SPDX-License-Identifier: MIT */
#include "fs/trash_scales.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "fs/trash_empty.h"

#define TELL_MS 200 /* between two tellings, and so long one job weighs */

struct weigh_job {
	struct job job;
	struct scales *scales;
	struct load *load; /* at hand */
	uint64_t since_ms;
};

void load_free(struct load *l)
{
	if (!l)
		return;
	for (size_t i = 0; i < l->n; i++)
		free(l->at[i].name);
	free(l->at);
	free(l->err);
	free(l->whole);
	trash_dir_done(&l->dir);
	free(l);
}

int load_add(struct load *l, const char *name, int64_t info_mtime)
{
	int rc = array_grow(&l->at, &l->cap, l->n + 1, sizeof(*l->at));
	char *copy = rc ? NULL : memdup0(name, strlen(name));

	if (!copy)
		return -ENOMEM;
	l->at[l->n++] = (struct trash_measured){.name = copy, .info_mtime = info_mtime};
	return 0;
}

void scales_init(struct scales *s)
{
	*s = (struct scales){0};
	pthread_mutex_init(&s->lock, NULL);
}

void scales_done(struct scales *s)
{
	for (struct load *l = s->loads, *below; l; l = below) {
		below = l->below;
		load_free(l);
	}
	s->loads = NULL;
	pthread_mutex_destroy(&s->lock);
}

/* ---- telling ---- */

static struct trash_weight *weights_of(struct load *l)
{
	size_t n = l->next - l->told;
	struct trash_weight *at = calloc(n, sizeof(*at));

	for (size_t i = 0; at && i < n; i++) {
		const struct trash_measured *m = &l->at[l->told + i];

		at[i] = (struct trash_weight){.name = memdup0(m->name, strlen(m->name)),
					      .bytes = m->bytes,
					      .err = l->err[l->told + i]};
		if (!at[i].name) {
			trash_weight_free(at, (uint32_t)n);
			return NULL;
		}
	}
	return at;
}

/* Without memory they stay unknown to who looks. */
static void tell(struct scales *s, struct load *l)
{
	struct fs_event *e = l->next > l->told ? fs_event_new(FS_TRASH_SIZES, s->ticket) : NULL;
	struct trash_weight *at = e ? weights_of(l) : NULL;

	if (at) {
		e->u.trash_sizes.at = at;
		e->u.trash_sizes.n = (uint32_t)(l->next - l->told);
		e->u.trash_sizes.number = l->number;
	}
	l->told = l->next;
	if (at)
		outbox_send(&s->service->out, e, s->closed);
	else
		fs_event_free(e);
}

/* Into the trash itself; half of what one takes is nothing to keep. It is a cache: what cannot be
 * written is weighed again some day. */
static void keep(const struct scales *s, struct load *l)
{
	size_t n = 0;
	struct trash_measured *at;

	at = s->keep && l->next > l->kept ? calloc(l->next - l->kept, sizeof(*at)) : NULL;
	for (size_t i = l->kept; at && i < l->next; i++)
		if (!l->err[i] && l->whole[i] && l->at[i].info_mtime)
			at[n++] = l->at[i];
	if (n)
		(void)trash_sizes_keep(&l->dir, at, n);
	l->kept = l->next;
	free(at);
}

/* ---- weighing ---- */

static bool ended(const struct weigh_job *j)
{
	return atomic_load(j->scales->closed) || atomic_load(&j->job.cancel);
}

static void still_alive(void *ctx, const struct plan_counts *counts)
{
	(void)counts;
	job_alive(ctx);
}

static int make_room(struct load *l)
{
	if (!l->err)
		l->err = calloc(l->n, sizeof(*l->err));
	if (!l->whole)
		l->whole = calloc(l->n, sizeof(*l->whole));
	return l->err && l->whole ? 0 : -ENOMEM;
}

static void weigh_one(struct weigh_job *j, struct load *l)
{
	const struct plan_options o = {
		.cancel = j->scales->closed, .progress = still_alive, .ctx = &j->job};
	struct trash_measured *m = &l->at[l->next];

	l->err[l->next] = trash_weigh(&l->dir, m->name, &o, &m->bytes, &l->whole[l->next]);
	if (!ended(j))
		l->next++;
}

/* Until it is time to tell; true: there is more of this load. */
static bool weigh_some(struct weigh_job *j, struct load *l)
{
	if (make_room(l) < 0)
		return false;
	while (l->next < l->n && !ended(j) && pool_now_ms() - j->since_ms < TELL_MS) {
		weigh_one(j, l);
		job_alive(&j->job);
	}
	tell(j->scales, l);
	if (l->next - l->kept >= 256 || l->next == l->n || ended(j))
		keep(j->scales, l);
	return l->next < l->n;
}

/* The first that is on a local mount, or the first. */
static struct load *take(struct scales *s)
{
	struct load **at = &s->loads, *l;

	while (*at && (*at)->network && (*at)->below)
		at = &(*at)->below;
	if (*at && (*at)->network)
		at = &s->loads;
	l = *at;
	if (l)
		*at = l->below;
	return l;
}

static void put_back(struct scales *s, struct load *l)
{
	l->below = s->loads;
	s->loads = l;
}

static void submit(struct scales *s);

static void weigh_run(struct job *job)
{
	struct weigh_job *j = container_of(job, struct weigh_job, job);
	struct load *l = j->load;
	bool more;

	j->since_ms = pool_now_ms();
	more = !ended(j) && weigh_some(j, l) && !ended(j);
	j->load = NULL;
	if (!more)
		load_free(l);
	pthread_mutex_lock(&j->scales->lock);
	if (more)
		put_back(j->scales, l);
	pthread_mutex_unlock(&j->scales->lock);
}

/* Also when it never ran: then it was cancelled, and what it has is closed with the scales. */
static void weigh_free(struct job *job)
{
	struct weigh_job *j = container_of(job, struct weigh_job, job);
	struct scales *s = j->scales;

	pthread_mutex_lock(&s->lock);
	if (j->load)
		put_back(s, j->load);
	s->busy = false;
	pthread_mutex_unlock(&s->lock);
	free(j);
	submit(s);
	s->unref(s->owner);
}

/* The next, unless one is under way or nothing is left. */
static void submit(struct scales *s)
{
	struct weigh_job *j = atomic_load(s->closed) ? NULL : calloc(1, sizeof(*j));

	if (!j)
		return;
	pthread_mutex_lock(&s->lock);
	if (!s->busy)
		j->load = take(s);
	s->busy = s->busy || j->load;
	pthread_mutex_unlock(&s->lock);
	if (!j->load) {
		free(j);
		return;
	}
	job_init(&j->job, j->load->lane, s->ticket, weigh_run, weigh_free);
	j->scales = s;
	s->ref(s->owner);
	pool_submit(s->service->pool, &j->job);
}

void scales_put(struct scales *s, struct load *l)
{
	struct load **end = &s->loads;

	pthread_mutex_lock(&s->lock);
	while (*end)
		end = &(*end)->below;
	l->below = NULL;
	*end = l;
	pthread_mutex_unlock(&s->lock);
	submit(s);
}
