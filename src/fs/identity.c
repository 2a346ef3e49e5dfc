/* SPDX-License-Identifier: MIT */
#include "fs/identity.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "fs/stat.h"
#include "fs/sys.h"

#define CLIMB_MAX 200000 /* a file server may tell of parents without end */

struct identity identity_of(const struct meta *meta)
{
	return (struct identity){
		.file = meta->id,
		.type = meta->mode & S_IFMT,
		.btime = meta->btime,
		.btime_nsec = meta->btime_nsec,
	};
}

bool identity_eq(const struct identity *a, const struct identity *b)
{
	if (!file_id_eq(a->file, b->file) || a->type != b->type)
		return false;
	if (a->btime == INT64_MIN || b->btime == INT64_MIN)
		return true;
	return a->btime == b->btime && a->btime_nsec == b->btime_nsec;
}

bool identity_is(const struct identity *want, const struct meta *meta)
{
	struct identity is = identity_of(meta);

	return identity_eq(want, &is);
}

bool identity_component(const char *name)
{
	return *name && strcmp(name, ".") != 0 && strcmp(name, "..") != 0 && !strchr(name, '/');
}

int identity_pin(int dirfd, const char *name, const struct identity *expect, int *ret_fd,
		 struct meta *ret_meta)
{
	int fd, rc;

	if (!identity_component(name))
		return -EINVAL;
	fd = sys_openat(dirfd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC, 0);
	if (fd < 0)
		return fd;
	rc = stat_fd(fd, ret_meta, NULL);
	if (rc == 0 && expect && !identity_is(expect, ret_meta))
		rc = -ESTALE;
	if (rc < 0) {
		sys_close(fd);
		return rc;
	}
	*ret_fd = fd;
	return 0;
}

int identity_at(int dirfd, const char *name, int pin, struct meta *ret_meta)
{
	struct identity want;
	struct meta pinned;
	int rc = stat_fd(pin, &pinned, NULL);

	if (rc == 0)
		rc = stat_at(dirfd, name, ret_meta, NULL);
	if (rc < 0)
		return rc;
	want = identity_of(&pinned);
	return identity_is(&want, ret_meta);
}

bool identity_below(int dirfd, int pin)
{
	struct meta want, at, last = {0};
	int fd, n = 0;
	bool found = false;

	if (stat_fd(pin, &want, NULL) < 0)
		return false;
	fd = sys_openat(dirfd, ".", O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
	while (fd >= 0 && !found && n++ < CLIMB_MAX) {
		int up;

		if (stat_fd(fd, &at, NULL) < 0 || file_id_eq(at.id, last.id))
			break;
		last = at;
		found = file_id_eq(at.id, want.id);
		up = found ? -1 : sys_openat(fd, "..", O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
		sys_close(fd);
		fd = up;
	}
	if (fd >= 0)
		sys_close(fd);
	return found;
}

int identity_open_dir(int dirfd, const char *name, const struct dir_id *expect)
{
	int fd = sys_openat(dirfd, ".", O_PATH | O_DIRECTORY | O_CLOEXEC, 0), rc;
	struct dirstack above;

	if (fd < 0)
		return fd;
	dirstack_init(&above);
	rc = dirstack_root_fd(&above, fd, "");
	if (rc == 0)
		rc = dirstack_push(&above, name, DIRSTACK_XDEV, expect);
	if (rc == 0)
		rc = sys_openat(dirstack_fd(&above), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
	dirstack_done(&above);
	return rc;
}
