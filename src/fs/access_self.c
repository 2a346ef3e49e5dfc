/* SPDX-License-Identifier: MIT */
#include "fs/access.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fs/sys.h"

static const struct {
	unsigned cap;
	enum perm_cap bit;
} CAPS[] = {
	{CAP_DAC_OVERRIDE, PERM_CAP_DAC_OVERRIDE},
	{CAP_DAC_READ_SEARCH, PERM_CAP_DAC_READ_SEARCH},
	{CAP_FOWNER, PERM_CAP_FOWNER},
	{CAP_CHOWN, PERM_CAP_CHOWN},
	{CAP_LINUX_IMMUTABLE, PERM_CAP_LINUX_IMMUTABLE},
};

static int read_caps(unsigned *ret_caps)
{
	struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {{0}};
	unsigned caps = 0;

	if (syscall(SYS_capget, &head, data) < 0)
		return -errno;
	for (size_t i = 0; i < ARRAY_LEN(CAPS); i++) {
		if (data[CAPS[i].cap / 32].effective & 1u << CAPS[i].cap % 32)
			caps |= CAPS[i].bit;
	}
	*ret_caps = caps;
	return 0;
}

/* More groups than a subject holds: the first are kept. */
static int read_groups(struct subject *s)
{
	int n = getgroups(0, NULL);
	gid_t *all;

	if (n < 0)
		return -errno;
	all = calloc((size_t)MAX(n, 1), sizeof(*all));
	if (!all)
		return -ENOMEM;
	n = getgroups(n, all);
	for (int i = 0; i < n && s->ngroups < SUBJECT_GROUPS_MAX; i++)
		s->groups[s->ngroups++] = all[i];
	free(all);
	return n < 0 ? -EIO : 0;
}

int access_self(struct subject *ret_subject)
{
	struct subject s = {.uid = geteuid(), .gid = getegid()};
	int rc = read_groups(&s);

	if (!rc)
		rc = read_caps(&s.caps);
	if (!rc)
		*ret_subject = s;
	return rc;
}

int access_may(int fd, int how)
{
	int rc = sys_faccessat2(fd, "", how, AT_EACCESS | AT_EMPTY_PATH);

	if (rc == -EPERM && sys_faccessat2(-1, "x", 0, 0) == -EPERM)
		return 0;
	return rc == -ENOSYS || rc == -EINVAL ? 0 : rc;
}

bool access_stuck(const struct subject *who, const struct meta *dir, const struct meta *thing)
{
	return dir->mode & S_ISVTX && thing->uid != who->uid && dir->uid != who->uid &&
	       !(who->caps & PERM_CAP_FOWNER);
}
