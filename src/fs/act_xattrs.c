/* SPDX-License-Identifier: MIT */
#include "fs/act_inside.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/acl.h"
#include "base/filecaps.h"
#include "fs/sys.h"

/* Follows: xattr(7), acl(5), capabilities(7). What is open without access is reached by way of its
 * entry in /proc, which is no link that somebody could put elsewhere. */

static const char *const acls[] = {ACL_XATTR_ACCESS, ACL_XATTR_DEFAULT};

static bool absent(ssize_t n)
{
	return n == -ENODATA || n == -EOPNOTSUPP || n == -ENOSYS;
}

/* 1: it cannot be had, or is too much. */
static int take_one(const char *path, const char *name, struct step_xattrs *x)
{
	char value[STEP_XATTRS_MAX];
	ssize_t n = sys_getxattr(path, name, value, sizeof(value));
	int rc;

	if (n < 0)
		return absent(n) ? 0 : 1;
	rc = step_xattrs_add(x, name, value, (size_t)n);
	return rc == -ENOMEM ? rc : rc != 0;
}

static int take_all(const char *path, struct step_xattrs *x)
{
	char names[STEP_XATTRS_MAX];
	ssize_t n = sys_listxattr(path, names, sizeof(names));
	int rc = 0, one;

	if (n < 0)
		return absent(n) ? 0 : 1;
	for (const char *at = names; rc >= 0 && at < names + n; at += strlen(at) + 1) {
		one = take_one(path, at, x);
		rc = one < 0 ? one : rc | one;
	}
	return rc;
}

static bool same(const struct step_xattrs *a, const struct step_xattrs *b)
{
	return a->len == b->len && (a->len == 0 || memcmp(a->bytes, b->bytes, a->len) == 0);
}

/* `x` is taken. A crash must not lose them either. */
static int keep(struct act_job *j, struct step_xattrs *x, int rc)
{
	struct step *s = j->step;
	int told = 0;

	if (rc >= 0 && !same(&s->was_xattrs, x)) {
		free(s->was_xattrs.bytes);
		s->was_xattrs = *x;
		*x = (struct step_xattrs){0};
		told = act_intend(j);
	}
	free(x->bytes);
	return told < 0 ? told : rc;
}

int act_xattrs_take(struct act_job *j)
{
	struct step_xattrs x = {0};
	char path[ACT_PROC_LEN];

	act_proc_path(j->pin, path);
	return keep(j, &x, take_all(path, &x));
}

int act_caps_take(struct act_job *j)
{
	struct step_xattrs x = {0};
	char path[ACT_PROC_LEN];

	act_proc_path(j->pin, path);
	return keep(j, &x, take_one(path, FILECAPS_XATTR, &x));
}

int act_xattrs_give(struct act_job *j)
{
	struct step_xattr one;
	char path[ACT_PROC_LEN];
	size_t at = 0;
	int rc = 0;

	act_proc_path(j->pin, path);
	while (step_xattrs_next(&j->step->now_xattrs, &at, &one))
		if (sys_setxattr(path, one.name, one.value, one.len) < 0)
			rc = 1;
	return rc;
}

int act_acls_drop(struct act_job *j)
{
	char path[ACT_PROC_LEN];
	int rc = 0;

	act_proc_path(j->pin, path);
	for (size_t i = 0; rc == 0 && i < sizeof(acls) / sizeof(acls[0]); i++) {
		rc = sys_removexattr(path, acls[i]);
		/* Some say that it may not be done, where there is none. */
		if (rc < 0 && absent(sys_getxattr(path, acls[i], NULL, 0)))
			rc = 0;
	}
	return rc;
}
