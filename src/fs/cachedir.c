/* SPDX-License-Identifier: MIT */
#include "fs/cachedir.h"

#include "fs/sys.h"

#include <fcntl.h>
#include <string.h>

#define SIGNATURE "Signature: 8a477f597d28d172789f06886806bc55"

bool cachedir_tagged(int dirfd)
{
	char head[sizeof(SIGNATURE) - 1];
	int fd = sys_openat(dirfd, CACHEDIR_TAG, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0);
	bool tagged;

	if (fd < 0)
		return false;
	tagged = sys_pread(fd, head, sizeof(head), 0) == (ssize_t)sizeof(head) &&
		 memcmp(head, SIGNATURE, sizeof(head)) == 0;
	sys_close(fd);
	return tagged;
}
