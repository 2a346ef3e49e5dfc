/* SPDX-License-Identifier: MIT */
#include "fs/children.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "fs/spawn.h"
#include "fs/sys.h"

struct child {
	pid_t pid;
	int fd; /* readable when it has ended; -1: the kernel has none */
	char *name;
	int64_t since_ms;
};

struct children {
	int epoll;
	struct child *at;
	size_t n, cap;
};

int children_new(struct children **ret_children)
{
	struct children *c = calloc(1, sizeof(*c));

	if (!c)
		return -ENOMEM;
	c->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (c->epoll < 0) {
		int err = -errno;

		free(c);
		return err;
	}
	*ret_children = c;
	return 0;
}

static void forget(const struct children *c, struct child *child)
{
	/* Closing alone may leave it in the set for a moment: a child that is just becoming its
	 * program still has a copy. */
	if (child->fd >= 0) {
		(void)epoll_ctl(c->epoll, EPOLL_CTL_DEL, child->fd, NULL);
		sys_close(child->fd);
	}
	free(child->name);
}

void children_free(struct children *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < c->n; i++)
		forget(c, &c->at[i]);
	free(c->at);
	sys_close(c->epoll);
	free(c);
}

/* Close-on-exec by definition. */
static int watch(const struct children *c, pid_t pid)
{
	struct epoll_event event = {.events = EPOLLIN};
	int fd = (int)syscall(SYS_pidfd_open, pid, 0);

	if (fd >= 0 && epoll_ctl(c->epoll, EPOLL_CTL_ADD, fd, &event) < 0) {
		sys_close(fd);
		fd = -1;
	}
	return fd;
}

int children_start(struct children *c, const char *const *argv, char *const *env, const char *dir,
		   int64_t now_ms)
{
	struct child child = {.fd = -1, .since_ms = now_ms};
	int err = array_grow(&c->at, &c->cap, c->n + 1, sizeof(*c->at));

	if (err)
		return err;
	/* Before it runs: afterwards it could not be forgotten. */
	child.name = strdup(argv[0] ? argv[0] : "");
	if (!child.name)
		return -ENOMEM;
	err = spawn_detached(argv, env, dir, &child.pid);
	if (err) {
		free(child.name);
		return err;
	}
	child.fd = watch(c, child.pid);
	c->at[c->n++] = child;
	return 0;
}

int children_fd(const struct children *c)
{
	return c->epoll;
}

bool children_take(struct children *c, int64_t now_ms, struct child_end *ret_end)
{
	for (size_t i = 0; i < c->n; i++) {
		struct child *child = &c->at[i];
		int status = 0;

		if (waitpid(child->pid, &status, WNOHANG) == 0)
			continue;
		*ret_end = (struct child_end){
			.name = child->name, .status = status, .ran_ms = now_ms - child->since_ms};
		child->name = NULL;
		forget(c, child);
		*child = c->at[--c->n];
		return true;
	}
	return false;
}

bool children_unwatched(const struct children *c)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->at[i].fd < 0)
			return true;
	return false;
}

size_t children_count(const struct children *c)
{
	return c->n;
}
