/* SPDX-License-Identifier: MIT
 *
 * Owners as chown(1) takes them: "OWNER", "OWNER:GROUP", ":GROUP", and "OWNER:", which is OWNER's
 * own group. Each is a name, or a number where no name is that ("+5": a number in any case).
 *
 * Asks the name services, which may wait for a server. Follows: chown(1p), getpwnam_r(3),
 * getgrnam_r(3). Thread: worker. Owns: nothing.
 */
#ifndef FS_OWNERSPEC_H
#define FS_OWNERSPEC_H

#include "base/str.h"

/* 0, with UINT32_MAX for what is to stay as it is; -EINVAL: it is none, -ENOENT: there is no such
 * user or group, or -errno of the name service; all with words in *ret_why (cleared) that name
 * what is wrong. -ENOMEM. */
int ownerspec_parse(const char *text, uint32_t *ret_uid, uint32_t *ret_gid,
		    struct str *ret_why) MUST_USE;

#endif
