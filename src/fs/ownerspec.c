/* SPDX-License-Identifier: MIT */
#include "fs/ownerspec.h"

#include "base/alloc.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>

#define BUFFER_MIN 1024u
#define BUFFER_MAX (1u << 20) /* of a group with very many members */

struct found {
	uint32_t id, gid; /* gid: of a user */
};

/* One question with a buffer of this size: 0, -ENOENT, -ERANGE (a larger one), -errno. */
static int ask(bool group, const char *name, char *buf, size_t size, struct found *ret)
{
	struct passwd user, *is_user = NULL;
	struct group set, *is_group = NULL;
	int err = group ? getgrnam_r(name, &set, buf, size, &is_group)
			: getpwnam_r(name, &user, buf, size, &is_user);

	/* These are how name services say that there is none (getpwnam(3)). */
	if (err == ENOENT || err == ESRCH || err == EBADF || err == EPERM)
		return -ENOENT;
	if (err)
		return -err;
	if (!is_group && !is_user)
		return -ENOENT;
	*ret = is_group ? (struct found){set.gr_gid, UINT32_MAX}
			: (struct found){user.pw_uid, user.pw_gid};
	return 0;
}

static int by_name(bool group, const char *name, struct found *ret)
{
	int r = -ERANGE;

	for (size_t size = BUFFER_MIN; r == -ERANGE && size <= BUFFER_MAX; size *= 4) {
		char *buf = malloc(size);

		if (!buf)
			return -ENOMEM;
		r = ask(group, name, buf, size, ret);
		free(buf);
	}
	return r;
}

/* UINT32_MAX is no id: chown(2) takes it for "as it is". */
static bool number(const char *text, uint32_t *ret_id)
{
	uint64_t n = 0;

	text += *text == '+';
	if (!*text)
		return false;
	for (; *text; text++) {
		if (*text < '0' || *text > '9')
			return false;
		n = n * 10 + (uint64_t)(*text - '0');
		if (n >= UINT32_MAX)
			return false;
	}
	*ret_id = (uint32_t)n;
	return true;
}

static int complain(bool group, const char *name, int err, struct str *ret_why)
{
	if (err == -ENOMEM)
		return err;
	if (err == -ENOENT)
		str_addf(ret_why, "there is no %s '%s'", group ? "group" : "user", name);
	else
		str_addf(ret_why, "asking for the %s '%s' failed: %s", group ? "group" : "user",
			 name, strerrordesc_np(-err));
	return ret_why->failed ? -ENOMEM : err;
}

static int find(bool group, const char *name, struct found *ret, struct str *ret_why)
{
	int r = -ENOENT;

	*ret = (struct found){UINT32_MAX, UINT32_MAX};
	if (*name != '+')
		r = by_name(group, name, ret);
	if (r < 0 && r != -ENOMEM && number(name, &ret->id))
		return 0;
	return r < 0 ? complain(group, name, r, ret_why) : 0;
}

/* "OWNER:" of a number has no group to be known. */
static int own_group(const char *name, const struct found *user, struct str *ret_why)
{
	if (user->gid != UINT32_MAX)
		return 0;
	str_addf(ret_why, "the group of '%s' is not known, name it", name);
	return ret_why->failed ? -ENOMEM : -EINVAL;
}

static int parse(const char *name, const char *group, uint32_t *ret_uid, uint32_t *ret_gid,
		 struct str *ret_why)
{
	struct found user = {UINT32_MAX, UINT32_MAX}, set = user;
	int r = *name ? find(false, name, &user, ret_why) : 0;

	if (r == 0 && group && *group)
		r = find(true, group, &set, ret_why);
	if (r == 0 && group && !*group) {
		r = own_group(name, &user, ret_why);
		set.id = user.gid;
	}
	*ret_uid = user.id;
	*ret_gid = set.id;
	return r;
}

int ownerspec_parse(const char *text, uint32_t *ret_uid, uint32_t *ret_gid, struct str *ret_why)
{
	const char *colon = strchr(text, ':');
	char *name = memdup0(text, colon ? (size_t)(colon - text) : strlen(text));
	int r;

	str_clear(ret_why);
	*ret_uid = *ret_gid = UINT32_MAX;
	if (!name)
		return -ENOMEM;
	if (!*text || strcmp(text, ":") == 0)
		r = str_adds(ret_why, "an owner is OWNER, OWNER:GROUP, :GROUP or OWNER:") < 0
			    ? -ENOMEM
			    : -EINVAL;
	else
		r = parse(name, colon ? colon + 1 : NULL, ret_uid, ret_gid, ret_why);
	free(name);
	return r;
}
