/* SPDX-License-Identifier: MIT */
#include "ui/restore.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#define BYTES_MAX 1024

/* Complete before `armed` is set. */
static struct {
	atomic_bool armed;
	int fd;
	struct termios saved;
	char bytes[BYTES_MAX];
	size_t len;
} restore;

int restore_save(int fd)
{
	struct termios now;

	if (tcgetattr(fd, &now) < 0)
		return -errno;
	restore.saved = now;
	restore.fd = fd;
	return 0;
}

void restore_clear(void)
{
	restore.len = 0;
}

/* Half a sequence would swallow what the shell prints: one that does not fit is left out. Padding
 * is
 * $<...>: for terminals of the past. */
void restore_add(const char *s)
{
	if (s && strlen(s) > BYTES_MAX - restore.len)
		return;
	while (s && *s && restore.len < BYTES_MAX) {
		const char *end = s[0] == '$' && s[1] == '<' ? strchr(s, '>') : NULL;

		if (end)
			s = end + 1;
		else
			restore.bytes[restore.len++] = *s++;
	}
}

void restore_arm(bool on)
{
	atomic_store(&restore.armed, on);
}

bool restore_armed(void)
{
	return atomic_load(&restore.armed);
}

void restore_settings(void)
{
	(void)tcsetattr(restore.fd, TCSADRAIN, &restore.saved);
}

/* A thread that is blocked writing holds the terminal's write lock: with O_NONBLOCK this write does
 * not wait for it. Each try throws away what the terminal has not taken, which also ends the other
 * write. The flag belongs to the open file that the shell shares, so it is taken back. */
static void write_bytes(void)
{
	int flags = fcntl(restore.fd, F_GETFL);
	size_t at = 0;

	(void)fcntl(restore.fd, F_SETFL, flags | O_NONBLOCK);
	for (int tries = 0; tries < 3 && at < restore.len; tries++) {
		struct pollfd p = {.fd = restore.fd, .events = POLLOUT};
		ssize_t n;

		(void)tcflow(restore.fd, TCOON);
		if (at == 0)
			(void)tcflush(restore.fd, TCOFLUSH);
		n = write(restore.fd, restore.bytes + at, restore.len - at);
		at += n > 0 ? (size_t)n : 0;
		if (at < restore.len)
			(void)poll(&p, 1, 10);
	}
	if (flags >= 0)
		(void)fcntl(restore.fd, F_SETFL, flags);
}

void restore_now(void)
{
	int err = errno;
	sigset_t block, was;

	if (!restore_armed())
		return;
	/* From the background, setting a terminal's modes would stop the program. */
	sigemptyset(&block);
	sigaddset(&block, SIGTTOU);
	(void)sigprocmask(SIG_BLOCK, &block, &was);
	write_bytes();
	(void)tcsetattr(restore.fd, TCSANOW, &restore.saved);
	(void)sigprocmask(SIG_SETMASK, &was, NULL);
	errno = err;
}
