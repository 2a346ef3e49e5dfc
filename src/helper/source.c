/* SPDX-License-Identifier: MIT */
#include "helper/source.h"

#include <errno.h>
#include <unistd.h>

ssize_t source_read(const struct source *s, uint64_t at, void *buf, size_t len)
{
	size_t got = 0;

	while (got < len) {
		ssize_t n;

		if (at + got > INT64_MAX)
			return -EOVERFLOW;
		n = pread(s->fd, (char *)buf + got, len - got, (off_t)(at + got));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		got += (size_t)n;
	}
	return (ssize_t)got;
}
