/* SPDX-License-Identifier: MIT */
#include "fs/helper_path.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/path.h"
#include "fs/stat.h"

bool helper_path_trusted(const struct meta *helper, const struct meta *self, uint32_t euid)
{
	uint32_t others = helper->mode & (S_IWGRP | S_IWOTH);

	if (!S_ISREG(helper->mode))
		return false;
	if (helper->uid != 0 && helper->uid != euid && (!self || helper->uid != self->uid))
		return false;
	if (self && helper->gid == self->gid)
		others &= ~self->mode;
	else if (self)
		others &= ~(self->mode & S_IWOTH);
	return others == 0;
}

/* 1: it is there and may be used, 0: it is not there, -EPERM. */
static int look(const struct str *path, const struct meta *self)
{
	struct meta helper;

	if (stat_follow(AT_FDCWD, path->buf, &helper, NULL) < 0)
		return 0;
	return helper_path_trusted(&helper, self, geteuid()) ? 1 : -EPERM;
}

static int look_beside(struct str *ret_path, const struct meta *self)
{
	int rc = stat_readlink(AT_FDCWD, "/proc/self/exe", ret_path);

	if (rc)
		return rc == -ENOMEM ? rc : 0;
	str_cut(ret_path, path_parent_len(ret_path->buf));
	if (ret_path->buf[ret_path->len - 1] != '/')
		str_addc(ret_path, '/');
	str_adds(ret_path, HELPER_PATH_NAME);
	return ret_path->failed ? -ENOMEM : look(ret_path, self);
}

int helper_path_find(struct str *ret_path)
{
	struct meta self_meta;
	bool known = stat_follow(AT_FDCWD, "/proc/self/exe", &self_meta, NULL) == 0;
	const struct meta *self = known ? &self_meta : NULL;
	int rc;

	str_clear(ret_path);
	rc = look_beside(ret_path, self);
	if (rc)
		return rc < 0 ? rc : 0;
	str_clear(ret_path);
	rc = str_adds(ret_path, TROWEL_LIBEXECDIR "/" HELPER_PATH_NAME);
	if (!rc)
		rc = look(ret_path, self);
	if (rc)
		return rc < 0 ? rc : 0;
	return -ENOENT;
}
