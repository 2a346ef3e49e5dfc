/* SPDX-License-Identifier: MIT */
#include "fs/scan_inside.h"

#include "fs/event.h"
#include "fs/mounts.h"
#include "fs/openpath.h"
#include "fs/stat.h"
#include "fs/sys.h"
#include "fs/thread.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"

#define STACK_BYTES   (256u * 1024u)
#define NICE          10
#define PARENTS_MAX   4096u /* directories kept open for those that wait in them */
#define ITEMS_OF_SCAN 512u

/* ---- life ---- */

static void free_thread(struct scan_thread *t)
{
	struct scan_task task;

	while (atomic_load(&t->stack.n)) {
		size_t n = atomic_load(&t->stack.n) - 1;

		task = t->stack.at[(t->stack.first + n) & (t->stack.cap - 1)];
		atomic_store(&t->stack.n, n);
		scan_parent_unref(t->scan, task.parent);
	}
	scan_stack_done(&t->stack);
	scandir_done(&t->reader);
	str_done(&t->names);
	str_done(&t->rel);
	free(t->at);
	free(t->big);
	free(t->items);
}

static void free_scan(struct scan *s)
{
	for (unsigned i = 0; i < SCAN_THREADS_MAX; i++)
		if (s->threads[i].scan)
			free_thread(&s->threads[i]);
	for (size_t i = 0; i < s->nlater; i++) {
		scan_parent_unref(s, s->later[i].task.parent);
		free(s->later[i].path);
	}
	free(s->later);
	if (s->mounts)
		fs_mounts_free(s->mounts);
	free(s->mounts);
	if (s->root_fd >= 0)
		sys_close(s->root_fd);
	seen_free(s->seen);
	links_free(s->links);
	links_free(s->recent);
	links_free(s->mounted);
	scan_again_free(s);
	sizetree_unref(s->tree);
	pthread_cond_destroy(&s->wake);
	pthread_cond_destroy(&s->ended);
	pthread_mutex_destroy(&s->lock);
	if (s->options.freed)
		s->options.freed(s->options.ctx);
	free(s);
}

/* Threads that a dead file server holds up let go of it when they come back, each under the lock:
 * whoever is last has waited for that of the one before, and frees nothing that it still unlocks.
 */
void scan_unref(struct scan *s)
{
	bool last;

	if (!s)
		return;
	pthread_mutex_lock(&s->lock);
	last = atomic_fetch_sub(&s->refs, 1) == 1;
	pthread_mutex_unlock(&s->lock);
	if (last)
		free_scan(s);
}

struct scan *scan_ref(struct scan *s)
{
	atomic_fetch_add_explicit(&s->refs, 1, memory_order_relaxed);
	return s;
}

/* ---- threads ---- */

/* Alone at the end: all directories are there. */
static void conclude(struct scan *s)
{
	int r = 0;

	seen_free(s->seen);
	s->seen = NULL;
	if (!scan_cancelled(s))
		r = scan_settle_moved(s);
	if (r == 0 && !scan_cancelled(s))
		r = scan_settle_mounted(s);
	if (r == 0 && s->again && !scan_cancelled(s))
		r = scan_settle_again(s);
	else if (r == 0 && !scan_cancelled(s))
		r = links_settle(s->links, s->tree, s->options.keep, &s->cancel, &s->linked);
	if (r < 0 && r != -ECANCELED)
		scan_fail(s, r);
}

static void *thread_main(void *arg)
{
	struct scan_thread *t = arg;
	struct scan *s = t->scan;
	struct scan_task task;
	bool last;

	/* For this thread alone, on Linux: setpriority(2). */
	if (s->options.background)
		(void)setpriority(PRIO_PROCESS, 0, NICE);
	while (scan_next(t, &task)) {
		if (!scan_cancelled(s))
			scan_dir(t, &task);
		scan_parent_unref(s, task.parent);
	}
	pthread_mutex_lock(&s->lock);
	last = --s->alive == 0;
	if (!last)
		atomic_fetch_sub(&s->refs, 1);
	pthread_mutex_unlock(&s->lock);
	if (!last)
		return NULL;
	conclude(s);
	atomic_store(&s->concluded, true);
	/* Who sees that it is over is alone with it. */
	pthread_mutex_lock(&s->lock);
	if (s->options.done && !s->abandoned)
		s->options.done(s->options.ctx);
	atomic_store(&s->over, true);
	pthread_cond_broadcast(&s->ended);
	last = atomic_fetch_sub(&s->refs, 1) == 1;
	pthread_mutex_unlock(&s->lock);
	if (last)
		free_scan(s);
	return NULL;
}

static int init_thread(struct scan *s, unsigned index)
{
	struct scan_thread *t = &s->threads[index];

	if (s->options.visitor.batch) {
		t->items = malloc(ITEMS_OF_SCAN * sizeof(*t->items));
		if (!t->items)
			return -ENOMEM;
	}
	t->scan = s;
	t->index = index;
	scandir_init(&t->reader, -1, false);
	scan_stack_init(&t->stack);
	return 0;
}

/* Under the lock. */
static int start_thread(struct scan *s)
{
	unsigned index = atomic_load(&s->nthreads);
	struct scan_thread *t = &s->threads[index];
	int r = t->scan ? 0 : init_thread(s, index);

	if (r < 0)
		return r;
	atomic_fetch_add(&s->refs, 1);
	s->alive++;
	atomic_store(&s->nthreads, index + 1);
	r = thread_start(thread_main, t, STACK_BYTES, &t->thread);
	if (r == 0)
		pthread_detach(t->thread);
	if (r < 0) {
		atomic_fetch_sub(&s->refs, 1);
		s->alive--;
		atomic_store(&s->nthreads, index);
	}
	return r;
}

void scan_more_threads(struct scan *s)
{
	if (s->options.threads || atomic_load(&s->nthreads) >= SCAN_THREADS_MAX ||
	    atomic_load(&s->idle))
		return;
	pthread_mutex_lock(&s->lock);
	if (!s->finish && atomic_load(&s->nthreads) < SCAN_THREADS_MAX)
		(void)start_thread(s);
	pthread_mutex_unlock(&s->lock);
}

/* ---- the start ---- */

static void init_sync(struct scan *s)
{
	pthread_condattr_t attr;

	pthread_mutex_init(&s->lock, NULL);
	pthread_cond_init(&s->wake, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&s->ended, &attr);
	pthread_condattr_destroy(&attr);
}

/* Without the table, mounts are told apart all the same; only kernel file systems are opened before
 * they are known. */
static void read_mounts(struct scan *s)
{
	s->mounts = calloc(1, sizeof(*s->mounts));
	if (s->mounts && mounts_read(MOUNTS_FILE, s->mounts) < 0) {
		free(s->mounts);
		s->mounts = NULL;
	}
	for (uint32_t i = 0; s->mounts && i < s->mounts->n; i++)
		s->automounts |= strcmp(s->mounts->at[i].fstype, "autofs") == 0;
}

static unsigned parents_max(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return 64;
	return limit.rlim_cur / 2 > PARENTS_MAX ? PARENTS_MAX
						: (unsigned)MAX(limit.rlim_cur / 2, 8u);
}

static int open_root(struct scan *s, const char *path)
{
	struct meta meta;
	int r;

	s->root_fd = openpath(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (s->root_fd < 0)
		return s->root_fd;
	r = stat_fd(s->root_fd, &meta, &s->root_mnt);
	return r;
}

/* The root's own entry and directory, and the task to read it. */
static int plant(struct scan *s)
{
	const struct scan_task task = {.dir = 0};
	const struct sizetree_values v = {.type = ENTRY_DIR};
	struct sizetree_names names = {0};
	uint32_t entry = 0, dir = 0;
	char *at;
	int r = sizetree_take_entries(s->tree, 1, &entry);

	if (r == 0)
		r = sizetree_take_dirs(s->tree, 1, &dir);
	if (r < 0)
		return r;
	at = sizetree_take_names(s->tree, &names, sizetree_set_values(s->tree, entry, &v, 0));
	if (!at)
		return -ENOMEM;
	sizetree_set_name(s->tree, entry, &v, "", 0, at, 0);
	sizetree_set_subdir(s->tree, entry, dir);
	s->threads[0].pool = names;
	sizetree_dir_mut(s->tree, dir)->parent = TREE_NONE;
	atomic_store(&sizetree_dir_mut(s->tree, dir)->pending, 1);
	return scan_push(&s->threads[0], &task);
}

static unsigned first_threads(const struct scan *s)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);

	if (s->options.threads)
		return MIN(s->options.threads, SCAN_THREADS_MAX);
	return n < 1 ? 1 : (unsigned)MIN(n, (long)SCAN_THREADS_MAX);
}

/* The first one must start; whether there are more is a matter of speed. */
static int start_all(struct scan *s)
{
	int r;

	pthread_mutex_lock(&s->lock);
	r = start_thread(s);
	for (unsigned i = 1; r == 0 && i < first_threads(s); i++)
		if (start_thread(s) < 0)
			break;
	pthread_mutex_unlock(&s->lock);
	return r;
}

static void note_begin(struct scan *s)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME_COARSE, &ts);
	s->began = (struct scan_moment){.sec = ts.tv_sec, .nsec = (uint32_t)ts.tv_nsec};
	s->tree_began = s->began;
}

struct scan *scan_new(const struct scan_options *options)
{
	struct scan *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->options = *options;
	s->root_fd = -1;
	atomic_init(&s->refs, 1);
	atomic_init(&s->max_parents, parents_max());
	init_sync(s);
	note_begin(s);
	return s;
}

int scan_prepare(struct scan *s)
{
	int r = seen_new(&s->seen);

	if (r == 0)
		r = links_new(&s->links);
	if (r == 0)
		r = links_new(&s->recent);
	if (r == 0)
		r = links_new(&s->mounted);
	if (r == 0)
		r = init_thread(s, 0);
	if (r == 0)
		read_mounts(s);
	return r;
}

int scan_launch(struct scan *s, int r, struct scan **ret_scan)
{
	if (r == 0)
		r = start_all(s);
	if (r == 0) {
		*ret_scan = s;
		return 0;
	}
	s->options.freed = NULL;
	scan_unref(s);
	return r;
}

int scan_start(const char *path, const struct scan_options *options, struct scan **ret_scan)
{
	struct scan *s = scan_new(options);
	int r;

	*ret_scan = NULL;
	if (!s)
		return -ENOMEM;
	r = open_root(s, path);
	if (r == 0)
		r = sizetree_new(path, &s->tree);
	if (r == 0)
		r = scan_prepare(s);
	if (r == 0)
		r = plant(s);
	return scan_launch(s, r, ret_scan);
}

/* ---- while it runs, and after ---- */

bool scan_wait(struct scan *s, int ms)
{
	struct timespec at;
	bool over;

	clock_gettime(CLOCK_MONOTONIC, &at);
	at.tv_sec += ms / 1000;
	at.tv_nsec += ms % 1000 * 1000000L;
	if (at.tv_nsec >= 1000000000L) {
		at.tv_sec++;
		at.tv_nsec -= 1000000000L;
	}
	pthread_mutex_lock(&s->lock);
	while (!atomic_load(&s->over))
		if (ms < 0)
			pthread_cond_wait(&s->ended, &s->lock);
		else if (pthread_cond_timedwait(&s->ended, &s->lock, &at) == ETIMEDOUT)
			break;
	over = atomic_load(&s->over);
	pthread_mutex_unlock(&s->lock);
	return over;
}

void scan_cancel(struct scan *s)
{
	atomic_store(&s->cancel, true);
}

void scan_free(struct scan *s, int ms)
{
	if (!s)
		return;
	scan_cancel(s);
	(void)scan_wait(s, ms);
	pthread_mutex_lock(&s->lock);
	s->abandoned = true;
	pthread_mutex_unlock(&s->lock);
	scan_unref(s);
}

struct sizetree *scan_tree(struct scan *s)
{
	return s->tree;
}

static uint64_t get(const _Atomic uint64_t *n)
{
	return atomic_load_explicit(n, memory_order_relaxed);
}

void scan_progress(const struct scan *s, struct scan_progress *ret_progress)
{
	unsigned n = atomic_load(&s->nthreads);
	struct scan_progress p = {.threads = n, .over = atomic_load(&s->over)};

	for (unsigned i = 0; i < n; i++) {
		const struct scan_thread *t = &s->threads[i];

		p.entries += get(&t->entries);
		p.files += get(&t->files);
		p.dirs += get(&t->dirs);
		p.blocks += get(&t->blocks);
		p.unread += get(&t->unread);
		p.vanished += get(&t->vanished);
		p.excluded += get(&t->excluded);
	}
	*ret_progress = p;
}

int scan_result(const struct scan *s, struct links_sum *ret_links)
{
	*ret_links = (struct links_sum){0};
	/* Its threads may be writing what there is to tell. */
	if (!atomic_load(&s->concluded))
		return -ECANCELED;
	*ret_links = s->linked;
	return s->err ? s->err : atomic_load(&s->cancel) ? -ECANCELED : 0;
}

int scan_path(const struct sizetree *t, uint32_t dir, struct str *ret_rel)
{
	uint32_t *chain = NULL;
	size_t n = 0, cap = 0, begin = ret_rel->len;
	int r = 0;

	for (; r == 0 && sizetree_dir(t, dir)->parent != TREE_NONE;
	     dir = sizetree_dir(t, dir)->parent) {
		r = array_grow(&chain, &cap, n + 1, sizeof(*chain));
		if (r == 0)
			chain[n++] = dir;
	}
	while (r == 0 && n--) {
		const struct sizetree_dir *d = sizetree_dir(t, chain[n]);
		size_t len;
		const char *name = sizetree_name(t, d->parent, d->entry, &len);

		if (ret_rel->len > begin)
			r = str_addc(ret_rel, '/');
		if (r == 0)
			r = str_add(ret_rel, name, len);
	}
	free(chain);
	return r;
}
