/* SPDX-License-Identifier: MIT */
#include "fs/scanner.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "fs/scan.h"

#define CLOSE_MS 1000 /* for its threads to end; a worker waits, nobody else */

/* Held by: the browser, a job that waits or runs, and each scan as long as one of its threads
 * lives. */
struct scanner {
	struct job opening, closing; /* part of it, so that neither needs memory */
	_Atomic uint32_t refs;
	struct service *service;
	uint64_t ticket, lane;
	char *path;
	struct exclude *exclude;
	struct scan_options options;
	_Atomic bool closed;  /* send nothing more */
	pthread_mutex_t lock; /* of what follows; never held while waiting for anything. Taken under
				 the lock of a scan, so no function of fs/scan that locks is called
				 with it */
	struct scan *scan;    /* NULL until it is begun */
	bool refused;         /* it was told that it does not begin */
	bool early;           /* it was over before that it began was told */
};

/* ---- life ---- */

static void free_exclude(struct exclude *x)
{
	if (x)
		exclude_done(x);
	free(x);
}

/* Whoever is last may be a thread that comes back when the browser is gone: nothing of it is
 * touched here. */
void scanner_unref(struct scanner *sc)
{
	if (!sc || atomic_fetch_sub(&sc->refs, 1) != 1)
		return;
	pthread_mutex_destroy(&sc->lock);
	free_exclude(sc->exclude);
	free(sc->path);
	free(sc);
}

static struct scanner *ref(struct scanner *sc)
{
	atomic_fetch_add(&sc->refs, 1);
	return sc;
}

static void scan_is_freed(void *ctx)
{
	scanner_unref(ctx);
}

struct scanner *scanner_new(struct service *s, uint64_t ticket, const char *path,
			    const struct scan_ask *ask)
{
	struct scanner *sc = calloc(1, sizeof(*sc));

	if (sc)
		sc->path = memdup0(path, strlen(path));
	if (!sc || !sc->path) {
		free_exclude(ask->exclude);
		free(sc);
		return NULL;
	}
	atomic_init(&sc->refs, 1);
	pthread_mutex_init(&sc->lock, NULL);
	sc->service = s;
	sc->ticket = ticket;
	sc->lane = mounts_lane(s->mounts, path);
	sc->exclude = ask->exclude;
	sc->options = (struct scan_options){.one_file_system = ask->one_file_system,
					    .exclude_caches = ask->exclude_caches,
					    .exclude = ask->exclude,
					    .background = true,
					    .freed = scan_is_freed,
					    .ctx = sc};
	return sc;
}

uint64_t scanner_ticket(const struct scanner *sc)
{
	return sc->ticket;
}

static void send(struct scanner *sc, struct fs_event *e)
{
	outbox_send(&sc->service->out, e, &sc->closed);
}

static struct fs_event *event(struct scanner *sc, enum fs_event_kind kind, int err)
{
	struct fs_event *e = outbox_event(&sc->service->out, kind, sc->ticket);

	if (e)
		e->err = err;
	return e;
}

/* ---- the end ---- */

static void closing_run(struct job *job)
{
	struct scanner *sc = container_of(job, struct scanner, closing);
	struct scan *s;

	pthread_mutex_lock(&sc->lock);
	s = sc->scan;
	sc->scan = NULL;
	pthread_mutex_unlock(&sc->lock);
	scan_free(s, CLOSE_MS);
}

static void closing_free(struct job *job)
{
	scanner_unref(container_of(job, struct scanner, closing));
}

void scanner_let_go(struct scanner *sc)
{
	pthread_mutex_lock(&sc->lock);
	atomic_store(&sc->closed, true);
	if (sc->scan)
		scan_cancel(sc->scan);
	pthread_mutex_unlock(&sc->lock);
	job_init(&sc->closing, sc->lane, sc->ticket, closing_run, closing_free);
	sc->closing.must_run = true;
	pool_submit(sc->service->pool, &sc->closing);
}

/* ---- begun and over ---- */

/* Under the lock, when the last thread is done with the tree. */
static void tell_over(struct scanner *sc, const struct scan *s)
{
	struct links_sum links;
	struct fs_event *e = event(sc, FS_SCAN_OVER, scan_result(s, &links));

	if (!e)
		return;
	scan_progress(s, &e->u.scan.progress);
	e->u.scan.progress.over = true;
	send(sc, e);
}

/* From the scan's last thread. */
static void scan_is_over(void *ctx)
{
	struct scanner *sc = ctx;

	pthread_mutex_lock(&sc->lock);
	if (sc->scan)
		tell_over(sc, sc->scan);
	else
		sc->early = true;
	pthread_mutex_unlock(&sc->lock);
}

/* False: nobody wants it any more. */
static bool begin(struct scanner *sc, struct scan *s)
{
	struct fs_event *e;
	bool wanted;

	pthread_mutex_lock(&sc->lock);
	wanted = !atomic_load(&sc->closed) && !sc->refused;
	e = wanted ? event(sc, FS_SCAN_BEGUN, 0) : NULL;
	if (e)
		e->u.scan.tree = scan_tree(s);
	send(sc, e);
	if (wanted)
		sc->scan = s;
	if (wanted && sc->early)
		tell_over(sc, s);
	pthread_mutex_unlock(&sc->lock);
	return wanted;
}

static void refuse(struct scanner *sc, int err)
{
	pthread_mutex_lock(&sc->lock);
	if (!sc->refused)
		send(sc, event(sc, FS_SCAN_BEGUN, err));
	sc->refused = true;
	pthread_mutex_unlock(&sc->lock);
}

static void opening_run(struct job *job)
{
	struct scanner *sc = container_of(job, struct scanner, opening);
	struct scan *s;
	int r;

	if (atomic_load(&job->cancel))
		return;
	sc->options.done = scan_is_over;
	(void)ref(sc); /* the scan's own */
	r = scan_start(sc->path, &sc->options, &s);
	if (r < 0) {
		scanner_unref(sc);
		refuse(sc, r);
	} else if (!begin(sc, s)) {
		scan_free(s, CLOSE_MS);
	}
}

static void opening_free(struct job *job)
{
	scanner_unref(container_of(job, struct scanner, opening));
}

void scanner_start(struct scanner *sc)
{
	job_init(&sc->opening, sc->lane, sc->ticket, opening_run, opening_free);
	(void)ref(sc);
	pool_submit(sc->service->pool, &sc->opening);
}

/* ---- while it runs ---- */

/* The scan of one that was not let go stays: it is read without the lock. */
static struct scan *scan_of(struct scanner *sc)
{
	struct scan *s;

	pthread_mutex_lock(&sc->lock);
	s = sc->scan;
	pthread_mutex_unlock(&sc->lock);
	return s;
}

void scanner_look(struct scanner *sc)
{
	const struct scan *s = scan_of(sc);
	struct fs_event *e = event(sc, FS_SCAN_GOES, 0);

	if (e && s)
		scan_progress(s, &e->u.scan.progress);
	send(sc, e);
}

/* One that waits for its root to be opened has not begun: that it will not is told at once. */
void scanner_stop(struct scanner *sc)
{
	struct scan *s = scan_of(sc);

	if (s)
		scan_cancel(s);
	else
		refuse(sc, -ECANCELED);
}
