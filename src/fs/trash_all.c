/* SPDX-License-Identifier: MIT */
#include "fs/trash_all.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "fs/openpath.h"
#include "fs/stat.h"
#include "fs/sys.h"
#include "fs/thread.h"

#define TRASHES     2 /* at the root of one mount */
#define STACK_BYTES (256u << 10)

/* What was found at the root of a mount, or in the home. */
struct found {
	struct trash_dir dir;
	int err;
	const char *why;
};

/* A mount of a server that may never answer is looked at beside the others. It is held by who asks
 * and by its thread; the last lets go of what it has opened. */
struct asking {
	_Atomic int refs;
	char *path;
	uint64_t id;
	pthread_mutex_t lock;
	pthread_cond_t answered;
	bool done;
	struct found found[TRASHES];
};

struct opening {
	struct trash_all *all;
	void (*refused)(void *ctx, const char *top, int err, const char *why);
	void *ctx;
	struct asking **asked;
	size_t nasked, asked_cap;
};

static bool known(const struct trash_all *all, const struct trash_dir *t)
{
	for (size_t i = 0; i < all->n; i++) {
		if (file_id_eq(all->at[i].id.file, t->id.file))
			return true;
	}
	return false;
}

/* Where nothing is, or nothing of ours can be, there is nothing to say; nor of a mount whose server
 * is gone. */
static bool is_nothing(int err, const char *why)
{
	return err == -ENOENT || err == -ENOTDIR || err == -ENOTCONN ||
	       (!why && (err == -EACCES || err == -ELOOP));
}

/* Takes what was found: 0 or -ENOMEM. */
static int take(struct opening *o, struct found *f, const char *top)
{
	int r = f->err;

	if (r == 0 && !known(o->all, &f->dir)) {
		r = array_grow(&o->all->at, &o->all->cap, o->all->n + 1, sizeof(*o->all->at));
		if (r == 0) {
			o->all->at[o->all->n++] = f->dir;
			trash_dir_init(&f->dir);
		}
	} else if (r < 0 && r != -ENOMEM) {
		if (o->refused && !is_nothing(r, f->why))
			o->refused(o->ctx, top, r, f->why);
		r = 0;
	}
	return r;
}

/* ---- one place ---- */

static void find_home(const struct trash_env *env, struct found *f)
{
	f->err = trash_dir_home(env, false, &f->dir, &f->why);
}

/* What is mounted over it answers for itself only. */
static void find_mount(const char *path, uint64_t id, struct found found[TRASHES])
{
	int fd = openpath(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	uint64_t mnt_id = 0;
	struct meta meta;
	int r = fd < 0 ? fd : stat_fd(fd, &meta, &mnt_id);

	if (r == 0 && mnt_id && mnt_id != id)
		r = -ENOENT;
	/* Why is said once. */
	found[0].err = r;
	found[1].err = r == -ENOMEM ? r : -ENOENT;
	if (r == 0) {
		found[0].err =
			trash_dir_top(fd, path, TRASH_SHARED, false, &found[0].dir, &found[0].why);
		found[1].err =
			trash_dir_top(fd, path, TRASH_OWN, false, &found[1].dir, &found[1].why);
	}
	if (fd >= 0)
		sys_close(fd);
}

static int take_all(struct opening *o, struct found *found, size_t n, const char *top)
{
	int r = 0;

	for (size_t i = 0; i < n; i++) {
		if (r == 0)
			r = take(o, &found[i], top);
		trash_dir_done(&found[i].dir);
	}
	return r;
}

static void init_found(struct found *found, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		found[i] = (struct found){.err = -ENOENT};
		trash_dir_init(&found[i].dir);
	}
}

/* ---- servers ---- */

static void free_asking(struct asking *a)
{
	for (size_t i = 0; i < TRASHES; i++)
		trash_dir_done(&a->found[i].dir);
	pthread_cond_destroy(&a->answered);
	pthread_mutex_destroy(&a->lock);
	free(a->path);
	free(a);
}

static void let_go(struct asking *a)
{
	if (atomic_fetch_sub(&a->refs, 1) == 1)
		free_asking(a);
}

static void *ask_main(void *arg)
{
	struct asking *a = arg;
	struct found found[TRASHES];

	init_found(found, TRASHES);
	find_mount(a->path, a->id, found);
	pthread_mutex_lock(&a->lock);
	memcpy(a->found, found, sizeof(found));
	a->done = true;
	pthread_cond_signal(&a->answered);
	pthread_mutex_unlock(&a->lock);
	let_go(a);
	return NULL;
}

static struct asking *new_asking(const struct mount *m)
{
	struct asking *a = calloc(1, sizeof(*a));
	pthread_condattr_t attr;

	if (!a)
		return NULL;
	a->path = memdup0(m->path, strlen(m->path));
	if (!a->path) {
		free(a);
		return NULL;
	}
	a->id = m->id;
	atomic_init(&a->refs, 2);
	init_found(a->found, TRASHES);
	pthread_mutex_init(&a->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&a->answered, &attr);
	pthread_condattr_destroy(&attr);
	return a;
}

static int ask(struct opening *o, const struct mount *m)
{
	struct asking *a;
	pthread_t thread;
	int r = array_grow(&o->asked, &o->asked_cap, o->nasked + 1, sizeof(*o->asked));

	if (r < 0)
		return r;
	a = new_asking(m);
	if (!a)
		return -ENOMEM;
	r = thread_start(ask_main, a, STACK_BYTES, &thread);
	if (r < 0) {
		if (o->refused)
			o->refused(o->ctx, m->path, r, "it could not be asked, and is left out");
		free_asking(a);
		return r == -ENOMEM ? r : 0;
	}
	pthread_detach(thread);
	o->asked[o->nasked++] = a;
	return 0;
}

/* Until it has answered, or the deadline. */
static int await(struct opening *o, struct asking *a, const struct timespec *deadline)
{
	struct found found[TRASHES];
	bool done;

	init_found(found, TRASHES);
	pthread_mutex_lock(&a->lock);
	while (!a->done && pthread_cond_timedwait(&a->answered, &a->lock, deadline) != ETIMEDOUT)
		;
	done = a->done;
	if (done) {
		memcpy(found, a->found, sizeof(found));
		init_found(a->found, TRASHES);
	}
	pthread_mutex_unlock(&a->lock);
	if (!done && o->refused)
		o->refused(o->ctx, a->path, -ETIMEDOUT, "it does not answer, and is left out");
	return done ? take_all(o, found, TRASHES, a->path) : 0;
}

static int await_all(struct opening *o, int r)
{
	struct timespec deadline;

	clock_gettime(CLOCK_MONOTONIC, &deadline);
	deadline.tv_sec += TRASH_ALL_SECONDS;
	for (size_t i = 0; i < o->nasked; i++) {
		if (r == 0)
			r = await(o, o->asked[i], &deadline);
		let_go(o->asked[i]);
	}
	free(o->asked);
	return r;
}

/* ---- all ---- */

static int open_local(struct opening *o, const struct mount_list *mounts)
{
	int r = 0;

	for (uint32_t i = 0; r == 0 && i < mounts->n; i++) {
		const struct mount *m = &mounts->at[i];
		struct found found[TRASHES];

		if (m->kernel || m->network)
			continue;
		init_found(found, TRASHES);
		find_mount(m->path, m->id, found);
		r = take_all(o, found, TRASHES, m->path);
	}
	return r;
}

int trash_all_open(const struct trash_env *env, const struct mount_list *mounts,
		   void (*refused)(void *ctx, const char *top, int err, const char *why), void *ctx,
		   struct trash_all *ret_all)
{
	struct opening o = {.all = ret_all, .refused = refused, .ctx = ctx};
	struct found home;
	int r = 0;

	*ret_all = (struct trash_all){0};
	for (uint32_t i = 0; r == 0 && i < mounts->n; i++) {
		if (!mounts->at[i].kernel && mounts->at[i].network)
			r = ask(&o, &mounts->at[i]);
	}
	init_found(&home, 1);
	if (r == 0) {
		find_home(env, &home);
		r = take_all(&o, &home, 1, env->home ? env->home : "");
	}
	if (r == 0)
		r = open_local(&o, mounts);
	r = await_all(&o, r);
	if (r < 0)
		trash_all_done(ret_all);
	return r;
}

void trash_all_done(struct trash_all *all)
{
	for (size_t i = 0; i < all->n; i++)
		trash_dir_done(&all->at[i]);
	free(all->at);
	*all = (struct trash_all){0};
}
