/* SPDX-License-Identifier: MIT */
#include "fs/trashes.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "fs/openpath.h"
#include "fs/stat.h"
#include "fs/sys.h"
#include "fs/trash_reader.h"
#include "fs/trash_scales.h"

#define TRASHES 2 /* at one place */

/* A trash as it was when it was read last. */
struct seen {
	bool there;
	struct file_id id;
	struct meta files, info;
};

struct place {
	char *path; /* of the mount; NULL: the home */
	uint64_t mnt_id, lane;
	bool network;
	bool busy, again; /* a job is on it; one more is to follow */
	bool read;        /* once at least */
	struct seen seen[TRASHES];
};

/* Which number a trash was told under. */
struct claim {
	struct file_id id;
	uint32_t number;
};

/* Held by the browser and by each job. */
struct trashes {
	struct job closing; /* part of it, so that letting go never needs memory */
	_Atomic uint32_t refs;
	struct service *service;
	uint64_t ticket;
	char *home, *data_home;
	_Atomic bool closed;
	struct scales scales;
	pthread_mutex_t lock; /* of what follows */
	struct place **places;
	size_t nplaces, places_cap;
	struct claim *claims;
	size_t nclaims, claims_cap;
};

struct place_job {
	struct job job;
	struct trashes *t;
	struct place *place;
	uint32_t number;
};

struct table_job {
	struct job job;
	struct trashes *t;
};

/* ---- life ---- */

static void free_all(struct trashes *t)
{
	scales_done(&t->scales);
	for (size_t i = 0; i < t->nplaces; i++) {
		free(t->places[i]->path);
		free(t->places[i]);
	}
	free(t->places);
	free(t->claims);
	free(t->home);
	free(t->data_home);
	pthread_mutex_destroy(&t->lock);
	free(t);
}

static void closing_run(struct job *job)
{
	struct trashes *t = container_of(job, struct trashes, closing);

	watch_remove(t->service->watch, t->ticket);
}

static void closing_free(struct job *job)
{
	free_all(container_of(job, struct trashes, closing));
}

static struct trashes *ref(struct trashes *t)
{
	atomic_fetch_add(&t->refs, 1);
	return t;
}

/* What is open is closed by a worker: that may wait for a server. */
void trashes_unref(struct trashes *t)
{
	uint64_t lane;

	if (!t || atomic_fetch_sub(&t->refs, 1) != 1)
		return;
	lane = t->scales.loads ? t->scales.loads->lane : POOL_LANE_TABLE;
	job_init(&t->closing, lane, t->ticket, closing_run, closing_free);
	t->closing.must_run = true;
	pool_submit(t->service->pool, &t->closing);
}

static void scales_ref(void *owner)
{
	(void)ref(owner);
}

static void scales_unref(void *owner)
{
	trashes_unref(owner);
}

static char *copy(const char *text)
{
	return text ? memdup0(text, strlen(text)) : NULL;
}

/* *place is taken in all cases. 0 or -ENOMEM. */
static int add_place(struct trashes *t, struct place *place)
{
	struct place *p = memdup0(place, sizeof(*place));
	int rc = p ? array_grow(&t->places, &t->places_cap, t->nplaces + 1, sizeof(struct place *))
		   : -ENOMEM;

	if (rc < 0) {
		free(place->path);
		free(p);
		return rc;
	}
	t->places[t->nplaces++] = p;
	return 0;
}

static const char *home_path(const struct trashes *t)
{
	return t->data_home && t->data_home[0] == '/' ? t->data_home : t->home;
}

struct trashes *trashes_new(struct service *s, uint64_t ticket, const struct trash_ask *ask)
{
	struct trashes *t = calloc(1, sizeof(*t));
	struct place home = {0};

	if (!t)
		return NULL;
	atomic_init(&t->refs, 1);
	pthread_mutex_init(&t->lock, NULL);
	scales_init(&t->scales);
	t->service = t->scales.service = s;
	t->ticket = t->scales.ticket = ticket;
	t->scales.closed = &t->closed;
	t->scales.keep = ask->keep;
	t->scales.owner = t;
	t->scales.ref = scales_ref;
	t->scales.unref = scales_unref;
	t->home = copy(ask->home);
	t->data_home = copy(ask->data_home);
	home.lane = home_path(t) ? mounts_lane(s->mounts, home_path(t)) : 0;
	if ((ask->home && !t->home) || (ask->data_home && !t->data_home) ||
	    add_place(t, &home) < 0) {
		free_all(t);
		return NULL;
	}
	return t;
}

void trashes_let_go(struct trashes *t)
{
	atomic_store(&t->closed, true);
	trashes_unref(t);
}

/* ---- telling ---- */

static void send(struct trashes *t, struct fs_event *e)
{
	outbox_send(&t->service->out, e, &t->closed);
}

static bool ended(const struct place_job *j)
{
	return atomic_load(&j->job.cancel) || atomic_load(&j->t->closed);
}

/* A trash that is looked into, or why not. */
static int tell_dir(struct place_job *j, uint32_t number, const struct trash_dir *dir,
		    const struct file_id *files, int err, const char *why)
{
	struct fs_event *e = fs_event_new(FS_TRASH_DIR, j->t->ticket);
	struct trash_told *told = e ? &e->u.trash_dir : NULL;

	if (!e)
		return -ENOMEM;
	e->err = err;
	*told = (struct trash_told){.number = number, .home = !j->place->path, .why = why};
	if (!err) {
		told->id = dir->id.file;
		told->files = *files;
		told->path = copy(dir->path.buf);
		told->top = copy(dir->top_path.buf);
	} else {
		told->top = copy(j->place->path ? j->place->path : home_path(j->t));
	}
	if (!told->top || (!err && !told->path)) {
		fs_event_free(e);
		return -ENOMEM;
	}
	send(j->t, e);
	return 0;
}

static void tell_over(struct trashes *t, uint32_t place, int err, bool unchanged, bool watched)
{
	struct fs_event *e = outbox_event(&t->service->out, FS_TRASH_OVER, t->ticket);

	if (!e)
		return;
	e->err = err;
	e->u.trash_over.place = place;
	e->u.trash_over.unchanged = unchanged;
	e->u.trash_over.watched = watched;
	send(t, e);
}

/* ---- a place ---- */

/* What of it is open. */
struct opened {
	bool there;
	struct trash_dir dir;
	struct seen seen;
	int err;
	const char *why;
};

static bool nothing_there(int err)
{
	return err == -ENOENT || err == -ENOTDIR || err == -EACCES || err == -ELOOP;
}

static void look_into(struct opened *o)
{
	o->err = stat_fd(o->dir.files, &o->seen.files, NULL);
	if (!o->err)
		o->err = stat_fd(o->dir.info, &o->seen.info, NULL);
	o->seen.id = o->dir.id.file;
	o->there = o->seen.there = !o->err;
}

static void open_home(struct place_job *j, struct opened *o)
{
	struct trash_env env = {.home = j->t->home, .data_home = j->t->data_home};

	o->err = trash_dir_home(&env, false, &o->dir, &o->why);
	if (!o->err)
		look_into(o);
	/* Where there is no home, there is no trash in it. */
	if (o->err == -ENOENT || o->err == -ENOTDIR)
		o->err = 0;
}

static void open_kind(int top, const char *path, enum trash_kind kind, struct opened *o)
{
	o->err = trash_dir_top(top, path, kind, false, &o->dir, &o->why);
	if (!o->err)
		look_into(o);
	if (nothing_there(o->err))
		o->err = 0;
}

/* What is mounted over it answers for itself only. 0 or -errno. */
static int open_mount(struct place_job *j, struct opened opened[TRASHES])
{
	const struct place *p = j->place;
	int fd = openpath(p->path, O_PATH | O_DIRECTORY | O_CLOEXEC), rc;
	struct meta meta;
	uint64_t mnt_id = 0;

	if (fd < 0)
		return nothing_there(fd) ? 0 : fd;
	rc = stat_fd(fd, &meta, &mnt_id);
	if (rc == 0 && (mnt_id == 0 || mnt_id == p->mnt_id)) {
		open_kind(fd, p->path, TRASH_SHARED, &opened[0]);
		job_alive(&j->job);
		open_kind(fd, p->path, TRASH_OWN, &opened[1]);
	}
	sys_close(fd);
	return rc;
}

static bool same_time(const struct meta *a, const struct meta *b)
{
	return a->mtime == b->mtime && a->mtime_nsec == b->mtime_nsec && a->ctime == b->ctime &&
	       a->ctime_nsec == b->ctime_nsec;
}

static bool same(const struct seen *a, const struct seen *b)
{
	if (!a->there || !b->there)
		return a->there == b->there;
	return file_id_eq(a->id, b->id) && same_time(&a->files, &b->files) &&
	       same_time(&a->info, &b->info);
}

/* False: it was told under another number, through another mount. */
static bool claim(struct trashes *t, struct file_id id, uint32_t number)
{
	bool mine = true, known = false;

	pthread_mutex_lock(&t->lock);
	for (size_t i = 0; !known && i < t->nclaims; i++) {
		known = file_id_eq(t->claims[i].id, id);
		mine = !known || t->claims[i].number == number;
	}
	/* Without memory it may be told twice. */
	if (!known &&
	    array_grow(&t->claims, &t->claims_cap, t->nclaims + 1, sizeof(*t->claims)) == 0)
		t->claims[t->nclaims++] = (struct claim){id, number};
	pthread_mutex_unlock(&t->lock);
	return mine;
}

/* Before it is read: what changes from then on is read or told. */
static bool watch(struct place_job *j, const struct trash_dir *dir)
{
	struct trashes *t = j->t;

	if (j->place->network || mounts_is_network(t->service->mounts, dir->id.mnt_id, dir->fd))
		return false;
	return watch_add(t->service->watch, t->ticket, dir->files, &t->closed) == 0 &&
	       watch_add(t->service->watch, t->ticket, dir->info, &t->closed) == 0;
}

/* Takes the open trash. */
static int read_one(struct place_job *j, uint32_t number, struct trash_dir *dir)
{
	const struct trash_reader r = {.out = &j->t->service->out,
				       .ticket = j->t->ticket,
				       .number = number,
				       .job = &j->job,
				       .closed = &j->t->closed};
	struct load *load = NULL;
	int rc = trash_reader_read(&r, dir, &load);

	if (!load || ended(j)) {
		trash_dir_done(dir);
		load_free(load);
		return rc;
	}
	load->dir = *dir;
	trash_dir_init(dir);
	load->number = number;
	load->network = j->place->network;
	load->lane = j->place->lane;
	scales_put(&j->t->scales, load);
	return rc;
}

static int tell_one(struct place_job *j, int kind, struct opened *o, bool *watched)
{
	uint32_t number = j->number * TRASHES + (uint32_t)kind;
	const struct seen *before = &j->place->seen[kind];
	bool again = j->place->read && before->there && file_id_eq(before->id, o->seen.id);
	int rc;

	if (o->err)
		return tell_dir(j, number, NULL, NULL, o->err, o->why);
	if (!o->there || !claim(j->t, o->seen.id, number))
		return 0;
	/* A watch on the same directory once more would be one more. */
	if (!again)
		*watched &= watch(j, &o->dir);
	look_into(o);
	rc = o->err ? o->err : tell_dir(j, number, &o->dir, &o->seen.files.id, 0, NULL);
	return rc < 0 ? rc : read_one(j, number, &o->dir);
}

static int tell_all(struct place_job *j, struct opened opened[TRASHES], bool *ret_watched)
{
	int rc = 0, one;

	*ret_watched = true;
	for (int kind = 0; kind < TRASHES && !ended(j); kind++) {
		one = tell_one(j, kind, &opened[kind], ret_watched);
		rc = rc ? rc : one;
		j->place->seen[kind] = opened[kind].seen;
	}
	return rc;
}

static void look(struct place_job *j)
{
	struct place *p = j->place;
	struct opened opened[TRASHES] = {{0}};
	bool unchanged, watched = true;
	int rc = 0;

	for (int i = 0; i < TRASHES; i++)
		trash_dir_init(&opened[i].dir);
	if (p->path)
		rc = open_mount(j, opened);
	else
		open_home(j, &opened[0]);
	unchanged = p->read && rc == 0 && same(&p->seen[0], &opened[0].seen) &&
		    same(&p->seen[1], &opened[1].seen);
	if (!unchanged && rc == 0)
		rc = tell_all(j, opened, &watched);
	p->read = true;
	tell_over(j->t, j->number, rc, unchanged, watched);
	for (int i = 0; i < TRASHES; i++)
		trash_dir_done(&opened[i].dir);
}

static int submit(struct trashes *t, uint32_t number);

static void place_run(struct job *job)
{
	struct place_job *j = container_of(job, struct place_job, job);

	if (!ended(j))
		look(j);
}

static void place_free(struct job *job)
{
	struct place_job *j = container_of(job, struct place_job, job);
	struct trashes *t = j->t;
	bool again;

	pthread_mutex_lock(&t->lock);
	again = j->place->again && !atomic_load(&t->closed);
	j->place->busy = j->place->again = false;
	pthread_mutex_unlock(&t->lock);
	if (again)
		(void)submit(t, j->number);
	free(j);
	trashes_unref(t);
}

/* When one is under way, another follows. */
static int submit(struct trashes *t, uint32_t number)
{
	struct place_job *j = calloc(1, sizeof(*j));
	struct place *p;
	bool busy;

	if (!j)
		return -ENOMEM;
	pthread_mutex_lock(&t->lock);
	p = t->places[number];
	busy = p->busy;
	p->again |= busy;
	p->busy = true;
	pthread_mutex_unlock(&t->lock);
	if (busy) {
		free(j);
		return 0;
	}
	job_init(&j->job, p->lane, t->ticket, place_run, place_free);
	j->t = ref(t);
	j->place = p;
	j->number = number;
	pool_submit(t->service->pool, &j->job);
	return 0;
}

/* ---- all places ---- */

static int add_mounts(struct trashes *t, const struct mount_list *list)
{
	int rc = 0;

	pthread_mutex_lock(&t->lock);
	for (uint32_t i = 0; rc == 0 && i < list->n; i++) {
		const struct mount *m = &list->at[i];
		struct place p = {.mnt_id = m->id, .lane = m->id, .network = m->network};

		if (m->kernel)
			continue;
		p.path = copy(m->path);
		rc = p.path ? add_place(t, &p) : -ENOMEM;
	}
	pthread_mutex_unlock(&t->lock);
	return rc;
}

static int tell_places(struct trashes *t)
{
	struct fs_event *e = fs_event_new(FS_TRASH_PLACES, t->ticket);
	size_t n = t->nplaces - 1;
	struct trash_place *at = e ? calloc(MAX(n, (size_t)1), sizeof(*at)) : NULL;

	if (!at) {
		fs_event_free(e);
		return -ENOMEM;
	}
	e->u.trash_places.at = at;
	e->u.trash_places.n = (uint32_t)n;
	for (size_t i = 0; i < n; i++) {
		at[i] = (struct trash_place){.path = copy(t->places[i + 1]->path),
					     .network = t->places[i + 1]->network};
		if (!at[i].path) {
			fs_event_free(e);
			return -ENOMEM;
		}
	}
	send(t, e);
	return 0;
}

static void table_run(struct job *job)
{
	struct table_job *j = container_of(job, struct table_job, job);
	struct trashes *t = j->t;
	struct mount_list list = {0};
	int rc;

	if (atomic_load(&t->closed))
		return;
	rc = mounts_read(MOUNTS_FILE, &list);
	if (rc == 0)
		mounts_keep(t->service->mounts, &list);
	if (rc == 0)
		rc = add_mounts(t, &list);
	fs_mounts_free(&list);
	if (rc == 0)
		rc = tell_places(t);
	if (rc < 0) {
		outbox_fail(&t->service->out, FS_TRASH_PLACES, t->ticket, rc, &t->closed);
		return;
	}
	for (size_t i = 1; i < t->nplaces; i++) {
		rc = submit(t, (uint32_t)i);
		if (rc < 0)
			tell_over(t, (uint32_t)i, rc, false, false);
	}
}

static void table_free(struct job *job)
{
	struct table_job *j = container_of(job, struct table_job, job);

	trashes_unref(j->t);
	free(j);
}

int trashes_start(struct trashes *t)
{
	struct table_job *j = calloc(1, sizeof(*j));

	if (!j)
		return -ENOMEM;
	/* The home does not wait for the table. */
	if (submit(t, 0) < 0) {
		free(j);
		return -ENOMEM;
	}
	job_init(&j->job, POOL_LANE_TABLE, t->ticket, table_run, table_free);
	j->t = ref(t);
	pool_submit(t->service->pool, &j->job);
	return 0;
}

void trashes_look(struct trashes *t)
{
	size_t n;

	pthread_mutex_lock(&t->lock);
	n = t->nplaces;
	pthread_mutex_unlock(&t->lock);
	for (uint32_t i = 0; i < n; i++) {
		bool network;

		pthread_mutex_lock(&t->lock);
		network = t->places[i]->network;
		pthread_mutex_unlock(&t->lock);
		if (!network && submit(t, i) < 0)
			tell_over(t, i, -ENOMEM, false, false);
	}
}
