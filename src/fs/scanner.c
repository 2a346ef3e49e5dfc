/* SPDX-License-Identifier: MIT */
#include "fs/scanner.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "fs/scan.h"
#include "fs/scanwatch.h"

#define STOP_MS  50
#define CLOSE_MS 1000 /* for its threads to end; a worker waits, nobody else */

enum round_state {
	ROUND_NONE, /* the scan in `round`, if any, is spent */
	ROUND_GOES,
	ROUND_READY,
};

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
	bool over_told;
	/* one directory again */
	enum round_state round_state;
	struct scan *round; /* also when it is spent, until the next begins */
	bool round_early, round_stop;
	uint32_t round_dir;
	uint64_t round_number;
};

/* What the threads of a round know of it: one that was told to be over may end much later. */
struct round_ctx {
	struct scanner *scanner;
	uint64_t number;
};

/* Tells the end of what was stopped when it does not end. */
struct late_job {
	struct job job;
	struct scanner *scanner;
	uint64_t round; /* that was going on */
};

/* Opens and starts a round. */
struct again_job {
	struct job job;
	struct scanner *scanner;
	uint32_t dir;
	bool deep;
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
					    .keep = true,
					    .freed = scan_is_freed,
					    .ctx = sc};
	return sc;
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
	struct scan *s, *round;

	pthread_mutex_lock(&sc->lock);
	s = sc->scan;
	round = sc->round;
	sc->scan = sc->round = NULL;
	pthread_mutex_unlock(&sc->lock);
	scan_free(round, CLOSE_MS);
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
	if (sc->round)
		scan_cancel(sc->round);
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
	struct fs_event *e;

	if (sc->over_told)
		return;
	sc->over_told = true;
	e = event(sc, FS_SCAN_OVER, scan_result(s, &links));
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

/* Under the lock. */
static void refuse(struct scanner *sc, int err)
{
	if (!sc->refused)
		send(sc, event(sc, FS_SCAN_BEGUN, err));
	sc->refused = true;
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
		pthread_mutex_lock(&sc->lock);
		refuse(sc, r);
		pthread_mutex_unlock(&sc->lock);
		scanner_unref(sc);
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

/* Of the directory that is scanned again, while one is. */
void scanner_look(struct scanner *sc)
{
	struct fs_event *e = event(sc, FS_SCAN_GOES, 0);
	const struct scan *s;

	pthread_mutex_lock(&sc->lock);
	s = sc->round_state == ROUND_GOES && sc->round ? sc->round : sc->scan;
	if (e && s)
		scan_progress(s, &e->u.scan.progress);
	pthread_mutex_unlock(&sc->lock);
	send(sc, e);
}

/* ---- one directory again ---- */

static void tell_ready(struct scanner *sc, int err)
{
	struct fs_event *e = event(sc, FS_SCAN_READY, err);

	sc->round_state = err ? ROUND_NONE : ROUND_READY;
	if (!e)
		return;
	e->u.scan.dir = sc->round_dir;
	e->u.scan.now = TREE_NONE;
	if (sc->round)
		scan_progress(sc->round, &e->u.scan.progress);
	e->u.scan.progress.over = true;
	send(sc, e);
}

/* From the last thread of the round. */
static void round_is_over(void *ctx)
{
	const struct round_ctx *c = ctx;
	struct scanner *sc = c->scanner;
	struct links_sum links;
	bool awaited;

	pthread_mutex_lock(&sc->lock);
	awaited = sc->round_state == ROUND_GOES && sc->round_number == c->number;
	if (awaited && sc->round)
		tell_ready(sc, scan_result(sc->round, &links));
	else if (awaited)
		sc->round_early = true;
	pthread_mutex_unlock(&sc->lock);
}

static void round_is_freed(void *ctx)
{
	struct round_ctx *c = ctx;

	scanner_unref(c->scanner);
	free(c);
}

static struct round_ctx *round_ctx_new(struct scanner *sc)
{
	struct round_ctx *c = malloc(sizeof(*c));

	if (!c)
		return NULL;
	pthread_mutex_lock(&sc->lock);
	*c = (struct round_ctx){.scanner = ref(sc), .number = sc->round_number};
	pthread_mutex_unlock(&sc->lock);
	return c;
}

/* False: nobody wants it any more. */
static bool begin_round(struct scanner *sc, struct scan *s)
{
	struct links_sum links;
	bool wanted;

	pthread_mutex_lock(&sc->lock);
	wanted = !atomic_load(&sc->closed);
	if (wanted)
		sc->round = s;
	if (wanted && sc->round_stop)
		scan_cancel(s);
	if (wanted && sc->round_early)
		tell_ready(sc, scan_result(s, &links));
	pthread_mutex_unlock(&sc->lock);
	return wanted;
}

static void refuse_round(struct scanner *sc, int err)
{
	pthread_mutex_lock(&sc->lock);
	tell_ready(sc, err);
	pthread_mutex_unlock(&sc->lock);
}

/* The first scan, to be given back, and what the round before has left, to be freed. */
static void take_over(struct scanner *sc, struct scan **ret_base, struct scan **ret_spent)
{
	pthread_mutex_lock(&sc->lock);
	*ret_base = sc->scan ? scan_ref(sc->scan) : NULL;
	*ret_spent = sc->round;
	sc->round = NULL;
	pthread_mutex_unlock(&sc->lock);
}

/* One whose threads are held up by a dead server is kept: they may come back to the tree at any
 * time, and no other must begin before. */
static bool free_spent(struct scanner *sc, struct scan *spent)
{
	bool over = !spent || scan_wait(spent, CLOSE_MS), kept = false;

	pthread_mutex_lock(&sc->lock);
	if (!over && !atomic_load(&sc->closed)) {
		sc->round = spent;
		kept = true;
	}
	pthread_mutex_unlock(&sc->lock);
	if (!kept)
		scan_free(spent, 0);
	return over;
}

static int start_round(struct again_job *j, struct scan *base, struct scan *spent)
{
	struct scanner *sc = j->scanner;
	struct scan_options options = sc->options;
	struct scan *s = NULL;
	int r;

	if (!free_spent(sc, spent) || !scan_wait(base, CLOSE_MS))
		return -EBUSY;
	options.done = round_is_over;
	options.freed = round_is_freed;
	options.ctx = round_ctx_new(sc);
	if (!options.ctx)
		return -ENOMEM;
	r = scan_again(base, j->dir, j->deep, &options, &s);
	if (r < 0)
		round_is_freed(options.ctx);
	else if (!begin_round(sc, s))
		scan_free(s, CLOSE_MS);
	return r;
}

static void again_run(struct job *job)
{
	struct again_job *j = container_of(job, struct again_job, job);
	struct scanner *sc = j->scanner;
	struct scan *base, *spent;
	int r;

	take_over(sc, &base, &spent);
	if (!base) /* closed meanwhile */
		return;
	r = start_round(j, base, spent);
	if (r < 0)
		refuse_round(sc, r);
	scan_unref(base);
}

static void again_free(struct job *job)
{
	struct again_job *j = container_of(job, struct again_job, job);

	scanner_unref(j->scanner);
	free(j);
}

/* ---- stopping ---- */

/* What a dead server holds up is not waited for longer: nobody looks at what it brings. */
static void late_run(struct job *job)
{
	const struct late_job *j = container_of(job, struct late_job, job);
	struct scanner *sc = j->scanner;
	struct scan *s;

	pthread_mutex_lock(&sc->lock);
	s = j->round && sc->round ? sc->round : sc->scan;
	if (s)
		(void)scan_ref(s);
	pthread_mutex_unlock(&sc->lock);
	if (!s) /* closed meanwhile */
		return;
	(void)scan_wait(s, STOP_MS);
	scan_unref(s);
	pthread_mutex_lock(&sc->lock);
	if (sc->scan)
		tell_over(sc, sc->scan);
	if (sc->round_state == ROUND_GOES && sc->round && j->round == sc->round_number)
		tell_ready(sc, -ECANCELED);
	pthread_mutex_unlock(&sc->lock);
}

static void late_free(struct job *job)
{
	struct late_job *j = container_of(job, struct late_job, job);

	scanner_unref(j->scanner);
	free(j);
}

/* Without memory a dead server is waited for. */
static void stop_late(struct scanner *sc, uint64_t round)
{
	struct late_job *j = calloc(1, sizeof(*j));

	if (!j)
		return;
	job_init(&j->job, POOL_LANE_TABLE, sc->ticket, late_run, late_free);
	j->scanner = ref(sc);
	j->round = round;
	pool_submit(sc->service->pool, &j->job);
}

/* One that waits for its root to be opened has not begun: that it will not is told at once. */
void scanner_stop(struct scanner *sc)
{
	uint64_t round;
	bool late;

	pthread_mutex_lock(&sc->lock);
	if (sc->scan)
		scan_cancel(sc->scan);
	else
		refuse(sc, -ECANCELED);
	if (sc->round_state == ROUND_GOES && sc->round)
		scan_cancel(sc->round);
	sc->round_stop = true;
	late = sc->scan && (!sc->over_told || sc->round_state == ROUND_GOES);
	round = sc->round_state == ROUND_GOES ? sc->round_number : 0;
	pthread_mutex_unlock(&sc->lock);
	if (late)
		stop_late(sc, round);
}

/* ---- asking and taking ---- */

void scanner_again(struct scanner *sc, uint32_t dir, bool deep)
{
	struct again_job *j = calloc(1, sizeof(*j));
	int err = 0;

	pthread_mutex_lock(&sc->lock);
	if (!j)
		err = -ENOMEM;
	else if (sc->round_state != ROUND_NONE || !sc->scan)
		err = -EBUSY;
	if (!err) {
		sc->round_state = ROUND_GOES;
		sc->round_early = sc->round_stop = false;
		sc->round_dir = dir;
		sc->round_number++;
	}
	pthread_mutex_unlock(&sc->lock);
	if (err) {
		struct fs_event *e = event(sc, FS_SCAN_READY, err);

		if (e)
			e->u.scan.dir = dir;
		send(sc, e);
		free(j);
		return;
	}
	job_init(&j->job, sc->lane, sc->ticket, again_run, again_free);
	j->scanner = ref(sc);
	j->dir = dir;
	j->deep = deep;
	pool_submit(sc->service->pool, &j->job);
}

void scanner_take(struct scanner *sc)
{
	struct fs_event *e;
	uint32_t dir = sc->round_dir, now = TREE_NONE;
	bool ready;

	pthread_mutex_lock(&sc->lock);
	ready = sc->round_state == ROUND_READY;
	if (ready) {
		scan_take(sc->round, &dir, &now);
		sc->round_state = ROUND_NONE;
	}
	pthread_mutex_unlock(&sc->lock);
	e = event(sc, FS_SCAN_TAKEN, ready ? 0 : -EINVAL);
	if (e) {
		e->u.scan.dir = dir;
		e->u.scan.now = now;
	}
	send(sc, e);
}

struct dir *scanner_watch(struct scanner *sc, uint64_t op, uint32_t dir)
{
	struct scan *s;

	pthread_mutex_lock(&sc->lock);
	s = sc->scan ? scan_ref(sc->scan) : NULL;
	pthread_mutex_unlock(&sc->lock);
	if (!s)
		return NULL;
	struct dir *d = scanwatch_start(sc->service, op, s, dir);

	/* Not the last: that one is the scanner's own. */
	scan_unref(s);
	return d;
}
