/* SPDX-License-Identifier: MIT */
#include "../../lib/test.h"

#include "../../lib/answers.h"
#include "../../lib/fault.h"
#include "../../lib/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "fs/watch.h"

struct fixture {
	struct answers a;
	struct outbox out;
	struct watch *w;
	struct tree *tree;
	int fd;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	fault_reset();
	answers_init(&f->a);
	assert_int_equal(outbox_init(&f->out, &f->a.queue), 0);
	assert_int_equal(watch_new(&f->w), 0);
	f->tree = tree_new("d/old\n");
	f->fd = open(tree_path(f->tree, "d"), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	close(f->fd);
	watch_free(f->w);
	outbox_done(&f->out);
	answers_done(&f->a);
	tree_free(f->tree);
	free(f);
	fault_reset();
	return 0;
}

/* What changed is in the kernel's queue when the call that did it returns: no waiting. */
static struct fs_event *changes(struct fixture *f, uint64_t ticket)
{
	watch_read(f->w, &f->out);
	return answers_peek(&f->a, FS_CHANGED, ticket);
}

static bool has(const struct fs_event *e, const char *name)
{
	for (uint32_t i = 0; i < e->u.changed.n; i++) {
		if (!strcmp(e->u.changed.names[i], name))
			return true;
	}
	return false;
}

static void tells_each_name_once(void **state)
{
	struct fixture *f = *state;
	struct fs_event *e;

	assert_int_equal(watch_add(f->w, 7, f->fd, NULL), 0);
	assert_null(changes(f, 7));
	tree_add(f->tree, "d/new 10\nd/new2\n");
	tree_remove(f->tree, "d/old");
	tree_move(f->tree, "d/new2", "d/moved");
	e = changes(f, 7);
	assert_non_null(e);
	assert_int_equal(e->u.changed.n, 4);
	assert_true(has(e, "new") && has(e, "new2") && has(e, "old") && has(e, "moved"));
	assert_false(e->u.changed.all || e->u.changed.gone);
	fs_event_free(e);
	assert_null(changes(f, 7));
	assert_int_equal(poll(&(struct pollfd){.fd = watch_fd(f->w), .events = POLLIN}, 1, 0), 0);
}

static void two_tickets_share_a_directory(void **state)
{
	struct fixture *f = *state;
	struct fs_event *e;

	assert_int_equal(watch_add(f->w, 1, f->fd, NULL), 0);
	assert_int_equal(watch_add(f->w, 2, f->fd, NULL), 0);
	tree_add(f->tree, "d/a\n");
	for (uint64_t t = 1; t <= 2; t++) {
		e = changes(f, t);
		assert_true(e && has(e, "a"));
		fs_event_free(e);
	}
	watch_remove(f->w, 1);
	tree_add(f->tree, "d/b\n");
	assert_null(changes(f, 1));
	e = changes(f, 2);
	assert_true(e && has(e, "b"));
	fs_event_free(e);
	watch_remove(f->w, 2);
	tree_add(f->tree, "d/c\n");
	assert_null(changes(f, 2));
}

/* The parent of one is the directory of the other: both get what is theirs. */
static void parent_and_child_at_once(void **state)
{
	struct fixture *f = *state;
	int top = open(tree_path(f->tree, ""), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct fs_event *e;

	assert_int_equal(watch_add(f->w, 1, top, NULL), 0);
	assert_int_equal(watch_add(f->w, 2, f->fd, NULL), 0);
	watch_add_end(f->w, 2, f->fd, "");
	tree_add(f->tree, "other\n");
	e = changes(f, 1);
	assert_true(e && has(e, "other") && !e->u.changed.gone);
	fs_event_free(e);
	assert_null(changes(f, 2));
	tree_move(f->tree, "d", "renamed");
	e = changes(f, 1);
	assert_true(e && has(e, "d") && has(e, "renamed") && !e->u.changed.gone);
	fs_event_free(e);
	e = changes(f, 2);
	assert_true(e && e->u.changed.gone);
	fs_event_free(e);
	close(top);
}

/* An open descriptor keeps the kernel from telling so itself. */
static void a_removed_directory_is_gone(void **state)
{
	struct fixture *f = *state;
	struct fs_event *e;

	assert_int_equal(watch_add(f->w, 3, f->fd, NULL), 0);
	watch_add_end(f->w, 3, f->fd, "");
	tree_remove(f->tree, "d");
	e = changes(f, 3);
	assert_non_null(e);
	assert_true(e->u.changed.gone);
	fs_event_free(e);
	assert_null(changes(f, 3)); /* told once */
}

static void too_many_names_are_all(void **state)
{
	struct fixture *f = *state;
	struct fs_event *e;

	assert_int_equal(watch_add(f->w, 3, f->fd, NULL), 0);
	tree_add(f->tree, "d/ *600\n");
	e = changes(f, 3);
	assert_non_null(e);
	assert_true(e->u.changed.all);
	assert_int_equal(e->u.changed.n, 0);
	fs_event_free(e);
	/* And names again afterwards. */
	tree_add(f->tree, "d/after\n");
	e = changes(f, 3);
	assert_true(e && !e->u.changed.all && has(e, "after"));
	fs_event_free(e);
}

static void an_overflow_is_all_for_everyone(void **state)
{
	struct fixture *f = *state;
	struct inotify_event overflow = {.wd = -1, .mask = IN_Q_OVERFLOW};
	struct fs_event *e;

	assert_int_equal(watch_add(f->w, 1, f->fd, NULL), 0);
	assert_int_equal(watch_add(f->w, 2, f->fd, NULL), 0);
	fault_answer(FAULT_read, &overflow, sizeof(overflow));
	watch_read(f->w, &f->out);
	for (uint64_t t = 1; t <= 2; t++) {
		e = answers_peek(&f->a, FS_CHANGED, t);
		assert_true(e && e->u.changed.all);
		fs_event_free(e);
	}
}

static void a_cut_event_is_left_out(void **state)
{
	struct fixture *f = *state;
	struct inotify_event cut = {.wd = 1, .mask = IN_CREATE, .len = 1000};

	assert_int_equal(watch_add(f->w, 1, f->fd, NULL), 0);
	fault_answer(FAULT_read, &cut, sizeof(cut));
	watch_read(f->w, &f->out);
	assert_null(answers_any(&f->a, 1));
}

static void without_watches_the_caller_must_poll(void **state)
{
	struct fixture *f = *state;
	struct watch *w = NULL;

	assert_int_equal(watch_room(f->w), 0);
	fault_fail(FAULT_inotify_add_watch, 1, ENOSPC, false);
	assert_int_equal(watch_room(f->w), -ENOSPC);
	fault_fail(FAULT_inotify_add_watch, 1, ENOSPC, false);
	assert_int_equal(watch_add(f->w, 1, f->fd, NULL), -ENOSPC);
	watch_remove(f->w, 1);
	fault_fail(FAULT_inotify_init, 1, EMFILE, false);
	assert_int_equal(watch_new(&w), 0);
	assert_int_equal(watch_fd(w), -1);
	assert_true(watch_add(w, 1, f->fd, NULL) < 0);
	assert_int_equal(watch_room(w), -ENOSYS);
	watch_add_end(w, 1, f->fd, "");
	watch_read(w, &f->out);
	watch_free(w);
	watch_free(NULL);
}

/* Whoever listed again because of it is to know that it polls. */
static void a_promise_not_kept_is_not_given_again(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(watch_room(f->w), 0);
	fault_fail(FAULT_inotify_add_watch, 1, ENOSPC, false);
	assert_int_equal(watch_add_late(f->w, 1, f->fd, NULL), -ENOSPC);
	assert_int_equal(watch_room(f->w), -ENOSPC);
	assert_int_equal(watch_room(f->w), 0);
	assert_int_equal(watch_add_late(f->w, 1, f->fd, NULL), 0);
	assert_int_equal(watch_room(f->w), 0);
}

static void a_closed_ticket_is_silent(void **state)
{
	struct fixture *f = *state;
	_Atomic bool closed = false;

	assert_int_equal(watch_add(f->w, 1, f->fd, &closed), 0);
	tree_add(f->tree, "d/a\n");
	atomic_store(&closed, true);
	assert_null(changes(f, 1));
}

struct adding {
	struct fixture *f;
	sem_t inside, go;
};

static void stay(void *ctx)
{
	struct adding *a = ctx;

	sem_post(&a->inside);
	while (sem_wait(&a->go) < 0)
		;
}

static void *add(void *ctx)
{
	struct adding *a = ctx;

	return watch_add(a->f->w, 2, a->f->fd, NULL) < 0 ? a : NULL;
}

/* The kernel takes long to add a watch on a large directory: the UI thread reads on meanwhile. */
static void reading_does_not_wait_for_adding(void **state)
{
	struct fixture *f = *state;
	int top = open(tree_path(f->tree, ""), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct adding a = {.f = f};
	struct fs_event *e;
	pthread_t thread;
	void *failed;

	sem_init(&a.inside, 0, 0);
	sem_init(&a.go, 0, 0);
	assert_int_equal(watch_add(f->w, 1, top, NULL), 0);
	fault_before(FAULT_inotify_add_watch, 1, stay, &a);
	assert_int_equal(pthread_create(&thread, NULL, add, &a), 0);
	while (sem_wait(&a.inside) < 0)
		;
	tree_add(f->tree, "x\n");
	e = changes(f, 1);
	assert_true(e && has(e, "x"));
	fs_event_free(e);
	sem_post(&a.go);
	pthread_join(thread, &failed);
	assert_null(failed);
	tree_add(f->tree, "d/y\n");
	e = changes(f, 2);
	assert_true(e && has(e, "y"));
	fs_event_free(e);
	close(top);
	sem_destroy(&a.inside);
	sem_destroy(&a.go);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(tells_each_name_once),
		CASE(two_tickets_share_a_directory),
		CASE(parent_and_child_at_once),
		CASE(a_removed_directory_is_gone),
		CASE(too_many_names_are_all),
		CASE(an_overflow_is_all_for_everyone),
		CASE(a_cut_event_is_left_out),
		CASE(without_watches_the_caller_must_poll),
		CASE(a_promise_not_kept_is_not_given_again),
		CASE(a_closed_ticket_is_silent),
		CASE(reading_does_not_wait_for_adding),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
