/* SPDX-License-Identifier: MIT */
#include "fs/browse.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "fs/capacity.h"
#include "fs/chronicle.h"
#include "fs/gather.h"
#include "fs/helper.h"
#include "fs/lister.h"
#include "fs/owner.h"
#include "fs/placer.h"
#include "fs/previewer.h"
#include "fs/rewriter.h"
#include "fs/saver.h"
#include "fs/scanner.h"
#include "fs/service.h"
#include "fs/sorter.h"
#include "fs/statter.h"
#include "fs/trashes.h"
#include "fs/tasker.h"
#include "fs/viewfile.h"
#include "fs/viewscan.h"
#include "fs/texts.h"

/* What stays until its ticket is closed. */
enum held_kind { HELD_DIR, HELD_VIEW, HELD_SCAN, HELD_TRASH };

struct held {
	uint64_t ticket;
	enum held_kind kind;
	void *what; /* as letting_go[kind] takes it */
};

struct browse {
	struct service service;
	struct held *held; /* some dozens at most */
	size_t nheld, cap;
};

static void free_parts(struct browse *b)
{
	tasker_free(b->service.tasker);
	helper_free(b->service.helper);
	sorter_free(b->service.sorter);
	owners_free(b->service.owners);
	mounts_free(b->service.mounts);
	watch_free(b->service.watch);
	outbox_done(&b->service.out);
	free(b->held);
	free(b);
}

int browse_new(struct queue *answers, struct browse **ret_browse)
{
	struct browse *b = calloc(1, sizeof(*b));
	int rc;

	if (!b)
		return -ENOMEM;
	rc = outbox_init(&b->service.out, answers);
	if (rc) {
		free(b);
		return rc;
	}
	rc = watch_new(&b->service.watch);
	if (!rc)
		rc = mounts_new(&b->service.mounts);
	if (!rc)
		rc = owners_new(&b->service.owners);
	if (!rc)
		rc = sorter_new(&b->service.sorter);
	if (!rc)
		rc = helper_new(NULL, &b->service.helper);
	if (!rc)
		rc = tasker_new(&b->service, &b->service.tasker);
	if (!rc)
		rc = pool_new(&b->service.pool);
	if (rc)
		free_parts(b);
	else
		*ret_browse = b;
	return rc;
}

/* ---- what is held ---- */

static void let_dir_go(void *what)
{
	struct dir *d = what;

	atomic_store(&d->closed, true);
	dir_unref(d);
}

static void let_view_go(void *what)
{
	viewfile_let_go(what);
}

static void let_scan_go(void *what)
{
	scanner_let_go(what);
}

static void let_trash_go(void *what)
{
	trashes_let_go(what);
}

static void (*const letting_go[])(void *what) = {
	[HELD_DIR] = let_dir_go,
	[HELD_VIEW] = let_view_go,
	[HELD_SCAN] = let_scan_go,
	[HELD_TRASH] = let_trash_go,
};

/* The first of them, as its functions take it; NULL: there is none. */
static void *find(const struct browse *b, enum held_kind kind, uint64_t ticket)
{
	for (size_t i = 0; i < b->nheld; i++)
		if (b->held[i].kind == kind && b->held[i].ticket == ticket)
			return b->held[i].what;
	return NULL;
}

/* Room for one more, which is `what` (NULL: it could not be made). 0 or -ENOMEM. */
static int make_room(struct browse *b, const void *what)
{
	return what ? array_grow(&b->held, &b->cap, b->nheld + 1, sizeof(*b->held)) : -ENOMEM;
}

/* After make_room(). */
static void hold(struct browse *b, enum held_kind kind, uint64_t ticket, void *what)
{
	b->held[b->nheld++] = (struct held){ticket, kind, what};
}

/* ---- the browser ---- */

void browse_free(struct browse *b, unsigned ms)
{
	if (!b)
		return;
	/* First: the queue belongs to the caller, and a stuck thread may come back at any time. */
	outbox_shut(&b->service.out);
	for (size_t i = 0; i < b->nheld; i++)
		letting_go[b->held[i].kind](b->held[i].what);
	b->nheld = 0;
	tasker_stop(b->service.tasker);
	if (pool_stop(b->service.pool, ms))
		free_parts(b);
}

void browse_start(struct browse *b)
{
	owner_self(&b->service);
	capacity_report(&b->service, false);
}

void browse_list(struct browse *b, uint64_t ticket, const char *path)
{
	struct dir *d = dir_new(&b->service, ticket, path);
	int rc = make_room(b, d);

	if (!rc)
		rc = lister_start(d);
	if (rc) {
		dir_unref(d);
		outbox_fail(&b->service.out, FS_LIST_DONE, ticket, rc, NULL);
		return;
	}
	hold(b, HELD_DIR, ticket, d);
}

void browse_close(struct browse *b, uint64_t ticket)
{
	for (size_t i = 0; i < b->nheld;) {
		struct held h = b->held[i];

		if (h.ticket != ticket) {
			i++;
			continue;
		}
		b->held[i] = b->held[--b->nheld];
		letting_go[h.kind](h.what);
	}
	tasker_close(b->service.tasker, ticket);
	pool_cancel(b->service.pool, ticket);
	outbox_barrier(&b->service.out);
}

void browse_stat(struct browse *b, uint64_t ticket, struct names *names, uint32_t *ids, uint32_t n,
		 bool urgent)
{
	struct dir *d = find(b, HELD_DIR, ticket);

	if (d)
		statter_ids(d, names, ids, n, urgent);
	else
		free(ids);
}

void browse_stat_names(struct browse *b, uint64_t ticket, char **names, uint32_t n)
{
	struct dir *d = find(b, HELD_DIR, ticket);

	if (d && n > 0) {
		statter_names(d, names, n);
		return;
	}
	for (uint32_t i = 0; i < n; i++)
		free(names[i]);
	free(names);
}

void browse_order(struct browse *b, uint64_t ticket, struct order_spec *spec)
{
	sorter_order(&b->service, ticket, spec);
}

void browse_owner(struct browse *b, bool group, uint32_t id)
{
	owner_ask(&b->service, group, id);
}

void browse_mounts(struct browse *b)
{
	capacity_report(&b->service, true);
}

void browse_place(struct browse *b, uint64_t ticket, const char *path)
{
	placer_place(&b->service, ticket, path);
}

void browse_link_target(struct browse *b, uint64_t ticket, const char *path)
{
	placer_link_target(&b->service, ticket, path);
}

void browse_repo_root(struct browse *b, uint64_t ticket, const char *path)
{
	placer_repo_root(&b->service, ticket, path);
}

void browse_complete(struct browse *b, uint64_t ticket, const char *dir, const char *prefix)
{
	placer_complete(&b->service, ticket, dir, prefix);
}

void browse_info(struct browse *b, uint64_t ticket, const char *path)
{
	gather_ask(&b->service, ticket, path);
}

void browse_preview(struct browse *b, uint64_t ticket, const char *path,
		    const struct preview_ask *ask)
{
	previewer_preview(&b->service, ticket, path, ask);
}

void browse_check(struct browse *b, uint64_t ticket)
{
	struct dir *d = find(b, HELD_DIR, ticket);

	if (d)
		lister_check(d);
}

void browse_view(struct browse *b, uint64_t ticket, const char *path)
{
	struct viewfile *v = viewfile_new(&b->service, ticket, path);
	int rc = make_room(b, v);

	if (!rc)
		rc = viewfile_open(v);
	if (rc) {
		viewfile_unref(v);
		outbox_fail(&b->service.out, FS_VIEW_OPENED, ticket, rc, NULL);
		return;
	}
	hold(b, HELD_VIEW, ticket, v);
}

void browse_view_read(struct browse *b, uint64_t ticket, uint64_t at, size_t len)
{
	struct viewfile *v = find(b, HELD_VIEW, ticket);

	if (v)
		viewfile_window(v, at, len);
}

void browse_view_check(struct browse *b, uint64_t ticket)
{
	struct viewfile *v = find(b, HELD_VIEW, ticket);

	if (v)
		viewfile_check(v);
}

void browse_view_search(struct browse *b, uint64_t ticket, uint64_t op,
			const struct view_search *search)
{
	struct viewfile *v = find(b, HELD_VIEW, ticket);

	if (v)
		viewscan_search(v, op, search);
	else
		matcher_unref(search->matcher);
}

void browse_view_count(struct browse *b, uint64_t ticket, uint64_t op,
		       const struct view_count *count)
{
	struct viewfile *v = find(b, HELD_VIEW, ticket);

	if (v)
		viewscan_count(v, op, count);
}

void browse_scan(struct browse *b, uint64_t ticket, const char *path, const struct scan_ask *ask)
{
	struct scanner *sc = scanner_new(&b->service, ticket, path, ask);
	int rc = make_room(b, sc);

	if (rc) {
		scanner_unref(sc);
		outbox_fail(&b->service.out, FS_SCAN_BEGUN, ticket, rc, NULL);
		return;
	}
	hold(b, HELD_SCAN, ticket, sc);
	scanner_start(sc);
}

void browse_scan_look(struct browse *b, uint64_t ticket)
{
	struct scanner *sc = find(b, HELD_SCAN, ticket);

	if (sc)
		scanner_look(sc);
}

void browse_scan_stop(struct browse *b, uint64_t ticket)
{
	struct scanner *sc = find(b, HELD_SCAN, ticket);

	if (sc)
		scanner_stop(sc);
}

void browse_scan_again(struct browse *b, uint64_t ticket, uint32_t dir, bool deep)
{
	struct scanner *sc = find(b, HELD_SCAN, ticket);

	if (sc)
		scanner_again(sc, dir, deep);
}

void browse_scan_take(struct browse *b, uint64_t ticket)
{
	struct scanner *sc = find(b, HELD_SCAN, ticket);

	if (sc)
		scanner_take(sc);
}

void browse_scan_watch(struct browse *b, uint64_t ticket, uint64_t op, uint32_t dir)
{
	struct scanner *sc = find(b, HELD_SCAN, ticket);
	struct dir *d;

	if (make_room(b, sc) < 0)
		return;
	d = scanner_watch(sc, op, dir);
	if (d)
		hold(b, HELD_DIR, op, d);
}

void browse_trash(struct browse *b, uint64_t ticket, const struct trash_ask *ask)
{
	struct trashes *t = trashes_new(&b->service, ticket, ask);
	int rc = make_room(b, t);

	if (!rc)
		rc = trashes_start(t);
	if (rc) {
		trashes_unref(t);
		outbox_fail(&b->service.out, FS_TRASH_OVER, ticket, rc, NULL);
		outbox_fail(&b->service.out, FS_TRASH_PLACES, ticket, rc, NULL);
		return;
	}
	hold(b, HELD_TRASH, ticket, t);
}

void browse_trash_look(struct browse *b, uint64_t ticket)
{
	struct trashes *t = find(b, HELD_TRASH, ticket);

	if (t)
		trashes_look(t);
}

void browse_history(struct browse *b, uint64_t ticket, const char *dir)
{
	struct dir *d = dir_new(&b->service, ticket, dir);
	int rc = make_room(b, d);

	if (rc) {
		dir_unref(d);
		outbox_fail(&b->service.out, FS_PAST, ticket, rc, NULL);
		return;
	}
	hold(b, HELD_DIR, ticket, d);
	chronicle_read(d);
}

void browse_history_look(struct browse *b, uint64_t ticket)
{
	struct dir *d = find(b, HELD_DIR, ticket);

	if (d)
		chronicle_read(d);
}

void browse_history_steps(struct browse *b, uint64_t ticket, uint64_t id)
{
	struct dir *d = find(b, HELD_DIR, ticket);

	if (d)
		chronicle_steps(d, id);
}

int browse_tasks(struct browse *b, const struct tasker_env *env)
{
	return tasker_set(b->service.tasker, env);
}

void browse_task(struct browse *b, uint64_t ticket, struct task_ask *ask)
{
	tasker_begin(b->service.tasker, ticket, ask);
}

void browse_task_go(struct browse *b, uint64_t ticket)
{
	tasker_go(b->service.tasker, ticket);
}

void browse_task_choose(struct browse *b, uint64_t ticket, enum task_clash clash)
{
	tasker_choose(b->service.tasker, ticket, clash);
}

void browse_task_stop(struct browse *b, uint64_t ticket)
{
	tasker_halt(b->service.tasker, ticket);
}

void browse_save(struct browse *b, const char *path, const void *bytes, size_t len)
{
	saver_save(&b->service, path, bytes, len);
}

void browse_rewrite(struct browse *b, const char *path, const void *was, size_t was_len,
		    const void *bytes, size_t len)
{
	rewriter_rewrite(&b->service, path, was, was_len, bytes, len);
}

void browse_texts(struct browse *b, const char *dir, const char *suffix)
{
	texts_read(&b->service, dir, suffix);
}

void browse_merge(struct browse *b, const char *path, merge_fn *merge, void (*done)(void *ctx),
		  void *ctx)
{
	merger_save(&b->service, path, merge, done, ctx);
}

int browse_watch_fd(const struct browse *b)
{
	return watch_fd(b->service.watch);
}

void browse_watch_read(struct browse *b)
{
	watch_read(b->service.watch, &b->service.out);
}

uint32_t browse_busy(struct browse *b)
{
	return pool_busy(b->service.pool);
}

uint32_t browse_stalls(struct browse *b, struct stall *ret_stalls, uint32_t max)
{
	return pool_stalls(b->service.pool, ret_stalls, max);
}
