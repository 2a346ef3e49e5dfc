/* SPDX-License-Identifier: MIT */
#include "fs/whole.h"

#include <errno.h>
#include <sys/types.h>

#include "fs/sys.h"

int whole_write(int fd, const void *bytes, size_t len)
{
	const char *at = bytes;

	while (len > 0) {
		ssize_t n = sys_write(fd, at, len);

		/* Nothing written and no error: it would never end. */
		if (n <= 0)
			return n < 0 ? (int)n : -EIO;
		at += n;
		len -= (size_t)n;
	}
	return 0;
}

int whole_random(void *buf, size_t len)
{
	ssize_t n = sys_getrandom(buf, len);

	if (n == (ssize_t)len)
		return 0;
	return n < 0 ? (int)n : -EIO;
}

int whole_synced(int rc)
{
	return rc == -EINVAL || rc == -ENOSYS || rc == -EOPNOTSUPP ? 0 : rc;
}
