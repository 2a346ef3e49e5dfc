/* SPDX-License-Identifier: MIT */
#include "fs/scan_inside.h"

#include <errno.h>
#include <stdlib.h>

#include "base/alloc.h"

#define FIRST_CAP 64u

void scan_stack_init(struct scan_stack *st)
{
	pthread_mutex_init(&st->lock, NULL);
}

void scan_stack_done(struct scan_stack *st)
{
	free(st->at);
	pthread_mutex_destroy(&st->lock);
}

static int grow(struct scan_stack *st)
{
	size_t cap = st->cap ? st->cap * 2 : FIRST_CAP, n = atomic_load(&st->n);
	struct scan_task *at;

	if (n < st->cap)
		return 0;
	at = malloc(cap * sizeof(*at));
	if (!at)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		at[i] = st->at[(st->first + i) & (st->cap - 1)];
	free(st->at);
	st->at = at;
	st->cap = cap;
	st->first = 0;
	return 0;
}

int scan_push(struct scan_thread *t, const struct scan_task *task)
{
	struct scan_stack *st = &t->stack;
	struct scan *s = t->scan;
	int r;

	pthread_mutex_lock(&st->lock);
	r = grow(st);
	if (r == 0) {
		size_t n = atomic_load_explicit(&st->n, memory_order_relaxed);

		st->at[(st->first + n) & (st->cap - 1)] = *task;
		atomic_store(&st->n, n + 1);
	}
	pthread_mutex_unlock(&st->lock);
	/* Who goes idle says so before it looks at the stacks for the last time: one of us sees the
	 * other. */
	if (r == 0 && atomic_load(&s->idle)) {
		pthread_mutex_lock(&s->lock);
		pthread_cond_signal(&s->wake);
		pthread_mutex_unlock(&s->lock);
	}
	return r;
}

static bool take(struct scan_stack *st, bool oldest, struct scan_task *ret_task)
{
	size_t n;

	if (atomic_load(&st->n) == 0)
		return false;
	pthread_mutex_lock(&st->lock);
	n = atomic_load_explicit(&st->n, memory_order_relaxed);
	if (n) {
		*ret_task = st->at[(oldest ? st->first : st->first + n - 1) & (st->cap - 1)];
		st->first += oldest;
		if (oldest && st->evicted)
			st->evicted--;
		st->evicted = MIN(st->evicted, n - 1);
		atomic_store(&st->n, n - 1);
	}
	pthread_mutex_unlock(&st->lock);
	return n > 0;
}

/* The newest of its own: its parent is still warm. The oldest of another: the largest share of the
 * tree. */
static bool find(struct scan_thread *t, struct scan_task *ret_task)
{
	struct scan *s = t->scan;
	unsigned n = atomic_load(&s->nthreads);

	if (take(&t->stack, false, ret_task))
		return true;
	for (unsigned i = 1; i < n; i++)
		if (take(&s->threads[(t->index + i) % n].stack, true, ret_task))
			return true;
	return false;
}

/* ---- other mounts ---- */

static bool comes_before(const struct scan_later *a, const struct scan_later *b)
{
	return a->network != b->network ? !a->network : strcmp(a->path, b->path) < 0;
}

int scan_push_later(struct scan *s, const struct scan_task *task, bool network)
{
	CLEANUP(str_done) struct str path = STR_INIT;
	int r = scan_path(s->tree, task->dir, &path);

	if (r < 0)
		return r;
	pthread_mutex_lock(&s->lock);
	r = array_grow(&s->later, &s->later_cap, s->nlater + 1, sizeof(*s->later));
	if (r == 0)
		s->later[s->nlater++] = (struct scan_later){
			.task = *task, .path = str_take(&path), .network = network};
	pthread_mutex_unlock(&s->lock);
	return r;
}

/* Under the lock. */
static bool take_later(struct scan *s, struct scan_task *ret_task)
{
	size_t at = 0;

	if (!s->nlater)
		return false;
	for (size_t i = 1; i < s->nlater; i++)
		if (comes_before(&s->later[i], &s->later[at]))
			at = i;
	*ret_task = s->later[at].task;
	ret_task->cross = true;
	free(s->later[at].path);
	s->later[at] = s->later[--s->nlater];
	return true;
}

/* ---- waiting ---- */

/* Under the lock, with nothing to do. The last one to get here knows that no task will come but
 * those put off. */
static bool last_resort(struct scan *s, struct scan_task *ret_task)
{
	if (atomic_load(&s->idle) < s->alive)
		return false;
	if (!scan_cancelled(s) && take_later(s, ret_task))
		return true;
	s->finish = true;
	pthread_cond_broadcast(&s->wake);
	return false;
}

bool scan_next(struct scan_thread *t, struct scan_task *ret_task)
{
	struct scan *s = t->scan;
	bool found = find(t, ret_task);

	if (found)
		return true;
	pthread_mutex_lock(&s->lock);
	atomic_fetch_add(&s->idle, 1);
	for (;;) {
		found = find(t, ret_task) || last_resort(s, ret_task);
		if (found || s->finish)
			break;
		pthread_cond_wait(&s->wake, &s->lock);
	}
	atomic_fetch_sub(&s->idle, 1);
	pthread_mutex_unlock(&s->lock);
	return found;
}

/* ---- sums ---- */

bool scan_cancelled(const struct scan *s)
{
	return atomic_load_explicit(&s->cancel, memory_order_relaxed);
}

void scan_fail(struct scan *s, int err)
{
	pthread_mutex_lock(&s->lock);
	if (!s->err)
		s->err = err;
	pthread_mutex_unlock(&s->lock);
	scan_cancel(s);
}

/* Who sees a sum here sees that the directory it is from is done: it is not added a second time. */
void scan_add_up(struct sizetree_dir *parent, struct sizetree_dir *d)
{
	sizetree_add_to(&parent->blocks, atomic_load_explicit(&d->blocks, memory_order_relaxed));
	sizetree_add_to(&parent->size, atomic_load_explicit(&d->size, memory_order_relaxed));
	atomic_fetch_add_explicit(&parent->items,
				  atomic_load_explicit(&d->items, memory_order_relaxed),
				  memory_order_release);
	atomic_fetch_add_explicit(&parent->unread,
				  atomic_load_explicit(&d->unread, memory_order_relaxed),
				  memory_order_release);
}

void scan_dir_done(struct scan *s, uint32_t dir)
{
	while (dir != TREE_NONE) {
		struct sizetree_dir *d = sizetree_dir_mut(s->tree, dir);

		if (atomic_fetch_sub_explicit(&d->pending, 1, memory_order_acq_rel) != 1)
			return;
		atomic_store_explicit(&d->state, TREE_DONE, memory_order_release);
		if (dir == s->top)
			return;
		if (d->parent != TREE_NONE)
			scan_add_up(sizetree_dir_mut(s->tree, d->parent), d);
		dir = d->parent;
	}
}
