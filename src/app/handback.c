/* SPDX-License-Identifier: MIT */
#include "app/handback.h"

#include "app/verb.h"
#include "fs/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static int write_all(int fd, const char *bytes, size_t len)
{
	while (len > 0) {
		ssize_t n = sys_write(fd, bytes, len);

		if (n < 0)
			return (int)n;
		bytes += n;
		len -= (size_t)n;
	}
	return 0;
}

/* What the file had before would be taken for an answer when there is none. */
int handback_open(const struct explore_options *options, struct handback *ret_handback)
{
	int fd = -1;

	if (options->cwd_file) {
		fd = sys_openat(AT_FDCWD, options->cwd_file,
				O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY, 0600);
		if (fd < 0) {
			verb_error("", options->cwd_file, fd);
			return EXIT_USAGE;
		}
	}
	ret_handback->cwd = fd;
	return EXIT_ALL_DONE;
}

int handback_cwd(struct handback *h, const struct explore_options *options, const char *path)
{
	int err, closed;

	if (h->cwd < 0)
		return 0;
	err = write_all(h->cwd, path, strlen(path));
	closed = sys_close(h->cwd);
	h->cwd = -1;
	err = err ? err : closed;
	if (err)
		verb_error("", options->cwd_file, err);
	return err;
}

void handback_close(struct handback *h)
{
	if (h->cwd >= 0)
		(void)sys_close(h->cwd);
	h->cwd = -1;
}
