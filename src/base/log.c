/* SPDX-License-Identifier: MIT */
#include "base/log.h"

#include "base/display.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <time.h>
#include <unistd.h>

static atomic_int log_fd = -1;

int log_open(const char *path)
{
	int fd;

	log_close();
	if (!path || !*path)
		return 0;
	fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0600);
	if (fd < 0)
		return -errno;
	atomic_store(&log_fd, fd);
	return 0;
}

void log_close(void)
{
	int fd = atomic_exchange(&log_fd, -1);

	if (fd >= 0)
		close(fd);
}

void log_line(const char *fmt, ...)
{
	int saved = errno, fd = atomic_load(&log_fd);
	CLEANUP(str_done) struct str text = STR_INIT, line = STR_INIT;
	struct timespec now;
	va_list args;

	if (fd < 0)
		return;
	clock_gettime(CLOCK_REALTIME, &now);
	va_start(args, fmt);
	str_vaddf(&text, fmt, args);
	va_end(args);
	str_addf(&line, "%lld.%06ld ", (long long)now.tv_sec, now.tv_nsec / 1000);
	/* A log is read in a terminal, and its lines hold names. */
	display_add(&line, text.buf, text.len, false);
	str_addc(&line, '\n');
	/* A log that cannot be written is no reason to stop. */
	ssize_t r UNUSED = write(fd, line.buf, line.len);
	errno = saved;
}
