/* SPDX-License-Identifier: MIT
 *
 * trowel-helper: looks at the content of files for trowel. It is handed open files over the socket
 * that is its standard input, one at a time, and answers with previews (base/wire.h). Everything
 * it needs of the system it gets before the sandbox (helper/sandbox.h); it ends when the socket
 * does.
 */
#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/wire.h"
#include "helper/budget.h"
#include "helper/content.h"
#include "helper/kind.h"
#include "helper/sandbox.h"
#include "helper/source.h"

/* The search for leaks at the end needs what the sandbox refuses. */
#if !SANDBOX_FULL
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "detect_leaks=0";
}
#endif

struct helper {
	struct kind *kind; /* NULL: no database */
	struct budget budget;
	const char *refuse; /* why nothing may be looked at, or NULL */
};

/* Descriptors 1 and 2 lead nowhere, so that neither a message of a library nor a file that is
 * handed over ends up there: the reading end of a pipe cannot be written to. */
static void close_output(void)
{
	int fds[2];

	if (pipe(fds) < 0)
		return;
	(void)!dup2(fds[0], STDOUT_FILENO);
	(void)!dup2(fds[0], STDERR_FILENO);
	for (size_t i = 0; i < ARRAY_LEN(fds); i++) {
		if (fds[i] > STDERR_FILENO)
			close(fds[i]);
	}
}

/* The time zone is all that is taken from the environment (times in the words of libmagic), and
 * libmagic must not be told of another database. */
static int clean_environment(void)
{
	const char *zone = getenv("TZ");
	char *kept = strdup(zone ? zone : ":/etc/localtime");
	int rc = kept && clearenv() == 0 && setenv("TZ", kept, 1) == 0 ? 0 : -ENOMEM;

	free(kept);
	/* Read now: the file cannot be opened later, and with TZ set is not looked at again. */
	tzset();
	return rc;
}

/* A whole question: 1, 0 when the socket ended, or -errno. *ret_fd: the file that came with it, or
 * -1. */
static int receive(uint8_t ask[WIRE_ASK_LEN], int *ret_fd)
{
	union {
		char space[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control;
	size_t got = 0;

	*ret_fd = -1;
	while (got < WIRE_ASK_LEN) {
		struct iovec io = {.iov_base = ask + got, .iov_len = WIRE_ASK_LEN - got};
		struct msghdr msg = {.msg_iov = &io,
				     .msg_iovlen = 1,
				     .msg_control = &control,
				     .msg_controllen = sizeof(control)};
		ssize_t n = recvmsg(STDIN_FILENO, &msg, MSG_CMSG_CLOEXEC);
		struct cmsghdr *c;

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : 0;
		c = CMSG_FIRSTHDR(&msg);
		if (c && c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS &&
		    c->cmsg_len == CMSG_LEN(sizeof(int)) && *ret_fd < 0)
			memcpy(ret_fd, CMSG_DATA(c), sizeof(int));
		got += (size_t)n;
	}
	return 1;
}

static int send_all(const char *bytes, size_t len)
{
	while (len > 0) {
		ssize_t n = send(STDIN_FILENO, bytes, len, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		bytes += n;
		len -= (size_t)n;
	}
	return 0;
}

static int refusal(const char *reason, struct preview **ret_preview)
{
	struct preview *p = preview_new();

	if (!p || str_adds(&p->reason, reason) < 0) {
		preview_free(p);
		return -ENOMEM;
	}
	*ret_preview = p;
	return 0;
}

static int look(struct helper *h, int fd, const struct wire_ask *ask, struct preview **ret_preview)
{
	struct source source = {.fd = fd, .size = ask->size};

	if (h->refuse)
		return refusal(h->refuse, ret_preview);
	return content_preview(h->kind, &h->budget, &source, ask, ret_preview);
}

static int answer(struct helper *h, const uint8_t bytes[WIRE_ASK_LEN], int fd)
{
	static const uint8_t space[WIRE_HEADER_LEN];
	struct wire_header header;
	struct wire_ask ask;
	struct preview *p = NULL;
	struct str out = STR_INIT;
	int rc = wire_get_ask(bytes, &ask);

	if (!rc)
		rc = fd < 0 ? -EPROTO : look(h, fd, &ask, &p);
	if (!rc)
		rc = str_add(&out, space, sizeof(space));
	if (!rc)
		rc = wire_put_preview(&out, p);
	preview_free(p);
	if (!rc) {
		header = (struct wire_header){.seq = ask.seq,
					      .len = (uint32_t)(out.len - WIRE_HEADER_LEN)};
		wire_put_header((uint8_t *)out.buf, &header);
		rc = send_all(out.buf, out.len);
	}
	str_done(&out);
	return rc;
}

/* Anything unexpected ends the process: whoever asked sees the socket end, and starts another. */
static int serve(struct helper *h)
{
	uint8_t ask[WIRE_ASK_LEN];
	int fd, rc;

	while ((rc = receive(ask, &fd)) > 0) {
		rc = answer(h, ask, fd);
		if (fd >= 0)
			close(fd);
		if (rc < 0)
			break;
	}
	return rc < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

static bool started_by_trowel(void)
{
	int type;
	socklen_t len = sizeof(type);

	return getsockopt(STDIN_FILENO, SOL_SOCKET, SO_TYPE, &type, &len) == 0 &&
	       type == SOCK_STREAM;
}

int main(void)
{
	struct helper h = {0};

	if (!started_by_trowel()) {
		(void)fputs("trowel-helper looks at files for trowel, which starts it; it does "
			    "nothing by itself\n",
			    stderr);
		return 2;
	}
	close_output();
	if (clean_environment() < 0)
		return EXIT_FAILURE;
	/* Names in archives are converted to it, without tables from files. */
	if (!setlocale(LC_ALL, "C.UTF-8"))
		setlocale(LC_ALL, "C");
	if (kind_new(&h.kind) < 0)
		h.kind = NULL;
	budget_open(&h.budget);
	if (sandbox_enter() < 0)
		h.refuse = "the kernel refused the sandbox, and without it contents are not "
			   "looked at";
	return serve(&h);
}
