/* SPDX-License-Identifier: MIT */
#include "fs/helper_child.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fs/pool.h"
#include "fs/sys.h"

#define SLICE_MS 20 /* between two looks at whether it is still wanted */
#define GRACE_MS 40 /* nobody wants the answer: if it comes by then, the process may live */
#define END_MS   100
#define STEP_MS  2

/* ---- starting ---- */

static int set_attributes(posix_spawnattr_t *attr)
{
	sigset_t none, all;
	int rc;

	sigemptyset(&none);
	sigfillset(&all);
	/* A session of its own: no terminal, and no signals of ours. */
	rc = posix_spawnattr_setflags(attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
						    POSIX_SPAWN_SETSID);
	if (!rc)
		rc = posix_spawnattr_setsigmask(attr, &none);
	if (!rc)
		rc = posix_spawnattr_setsigdefault(attr, &all);
	return -rc;
}

static int set_actions(posix_spawn_file_actions_t *actions, int socket)
{
	int rc = posix_spawn_file_actions_adddup2(actions, socket, STDIN_FILENO);

	if (!rc)
		rc = posix_spawn_file_actions_addclosefrom_np(actions, STDIN_FILENO + 1);
	return -rc;
}

static int spawn(const char *program, int socket, const char *const *env, pid_t *ret_pid)
{
	const char *argv[] = {"trowel-helper", NULL};
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	int rc = -posix_spawnattr_init(&attr);

	if (rc)
		return rc;
	rc = -posix_spawn_file_actions_init(&actions);
	if (rc) {
		posix_spawnattr_destroy(&attr);
		return rc;
	}
	rc = set_attributes(&attr);
	if (!rc)
		rc = set_actions(&actions, socket);
	if (!rc)
		rc = sys_posix_spawn(program, &actions, &attr, argv, env, ret_pid);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attr);
	return rc;
}

int helper_child_start(struct helper_child *c, const char *program)
{
	const char *zone = getenv("TZ"), *env[] = {NULL, NULL};
	struct str tz = STR_INIT;
	int fds[2], rc;
	pid_t pid;

	if (zone && str_addf(&tz, "TZ=%s", zone) < 0)
		return -ENOMEM;
	env[0] = zone ? tz.buf : NULL;
	rc = sys_socketpair(SOCK_STREAM, fds);
	if (!rc) {
		rc = spawn(program, fds[1], env, &pid);
		sys_close(fds[1]);
		if (rc)
			sys_close(fds[0]);
	}
	str_done(&tz);
	if (!rc)
		*c = (struct helper_child){.pid = pid, .fd = fds[0]};
	return rc;
}

/* ---- asking ---- */

/* How long one question may take, and who may end it sooner. */
struct patience {
	struct job *job;
	uint64_t deadline;
	bool cancelled;
};

/* Waits until there is something to read. 0, or why not to wait any longer. */
static int wait_readable(int fd, struct patience *p)
{
	for (;;) {
		struct pollfd poll = {.fd = fd, .events = POLLIN};
		uint64_t now = pool_now_ms();
		int n;

		if (!p->cancelled && atomic_load(&p->job->cancel)) {
			p->cancelled = true;
			p->deadline = MIN(p->deadline, now + GRACE_MS);
		}
		if (now >= p->deadline)
			return p->cancelled ? -ECANCELED : -ETIMEDOUT;
		job_alive(p->job);
		n = sys_poll(&poll, 1, (int)MIN(p->deadline - now, (uint64_t)SLICE_MS));
		if (n > 0)
			return 0;
		if (n < 0 && n != -EINTR)
			return n;
	}
}

static int receive(int fd, void *buf, size_t len, struct patience *p)
{
	char *at = buf;

	while (len > 0) {
		int rc = wait_readable(fd, p);
		ssize_t n;

		if (rc)
			return rc;
		n = sys_recv(fd, at, len, MSG_DONTWAIT);
		if (n == -EAGAIN)
			continue;
		if (n <= 0)
			return n < 0 ? (int)n : -ECONNRESET;
		at += n;
		len -= (size_t)n;
	}
	return 0;
}

static int send_ask(int fd, int file, const struct wire_ask *ask)
{
	uint8_t bytes[WIRE_ASK_LEN];
	union {
		char space[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control = {{0}};
	struct iovec io = {.iov_base = bytes, .iov_len = sizeof(bytes)};
	struct msghdr msg = {.msg_iov = &io,
			     .msg_iovlen = 1,
			     .msg_control = &control,
			     .msg_controllen = sizeof(control)};
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
	ssize_t n;

	wire_put_ask(bytes, ask);
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &file, sizeof(int));
	n = sys_sendmsg(fd, &msg, MSG_NOSIGNAL | MSG_DONTWAIT);
	if (n < 0)
		return n == -ECONNRESET ? -EPIPE : (int)n;
	/* So little always fits, unless it does not read what it is asked. */
	return n == (ssize_t)sizeof(bytes) ? 0 : -ETIMEDOUT;
}

static int get_answer(int fd, const struct wire_ask *ask, struct patience *p,
		      struct preview **ret_preview)
{
	uint8_t head[WIRE_HEADER_LEN];
	struct wire_header header;
	void *body;
	int rc = receive(fd, head, sizeof(head), p);

	if (!rc)
		rc = wire_get_header(head, &header);
	if (!rc && header.seq != ask->seq)
		rc = -EPROTO;
	if (rc)
		return rc;
	body = malloc(MAX(header.len, 1u));
	if (!body)
		return -ENOMEM;
	rc = receive(fd, body, header.len, p);
	if (!rc)
		rc = wire_get_preview(body, header.len, ask, ret_preview);
	free(body);
	return rc;
}

int helper_child_ask(struct helper_child *c, int file, const struct wire_ask *ask, struct job *job,
		     struct preview **ret_preview)
{
	uint64_t start = pool_now_ms();
	struct patience p = {.job = job, .deadline = start + HELPER_DEADLINE_MS};
	struct wire_ask numbered = *ask;
	int rc;

	numbered.seq = ++c->asked;
	rc = send_ask(c->fd, file, &numbered);
	if (!rc)
		rc = get_answer(c->fd, &numbered, &p, ret_preview);
	c->busy_ms += pool_now_ms() - start;
	return rc;
}

/* ---- ending ---- */

static pid_t wait_some_time(pid_t pid, int ms, int *ret_status)
{
	pid_t r = sys_waitpid(pid, ret_status, WNOHANG);

	for (; r == 0 && ms > 0; ms -= STEP_MS) {
		(void)sys_poll(NULL, 0, STEP_MS);
		r = sys_waitpid(pid, ret_status, WNOHANG);
	}
	return r;
}

enum helper_end helper_child_end(struct helper_child *c, int patience_ms, int *ret_status,
				 pid_t *ret_lost)
{
	struct helper_child old = *c;
	pid_t r;

	*c = (struct helper_child)HELPER_CHILD_NONE;
	*ret_lost = 0;
	if (old.fd >= 0)
		sys_close(old.fd);
	if (old.pid <= 0)
		return HELPER_END_UNKNOWN;
	/* How it ended by itself, if it did, is worth more than that we killed it. */
	r = wait_some_time(old.pid, patience_ms, ret_status);
	if (r != 0)
		return r == old.pid ? HELPER_ENDED : HELPER_END_UNKNOWN;
	(void)sys_kill(old.pid, SIGKILL);
	r = wait_some_time(old.pid, END_MS, ret_status);
	if (r == 0)
		*ret_lost = old.pid;
	if (r != old.pid)
		return HELPER_END_UNKNOWN;
	/* One that was just about to end did so its own way. */
	return WIFSIGNALED(*ret_status) && WTERMSIG(*ret_status) == SIGKILL ? HELPER_KILLED
									    : HELPER_ENDED;
}
