/* SPDX-License-Identifier: MIT
 *
 * Names of users and groups, and who we are ourselves. Name services (LDAP, SSSD) may hang, so all
 * of it runs in a lane of its own, and what was answered once is kept.
 *
 * Follows: getpwuid_r(3), getgrgid_r(3), gethostname(2). Thread: any. Owns: its cache.
 */
#ifndef FS_OWNER_H
#define FS_OWNER_H

#include "fs/service.h"

int owners_new(struct owners **ret_owners) MUST_USE;
void owners_free(struct owners *o);
/* The name (heap) of the id; NULL when it has none. 0 or -errno of the name service. */
int owner_lookup(struct owners *o, bool group, uint32_t id, char **ret_name) MUST_USE;
/* FS_OWNER and FS_SELF, ticket 0. */
void owner_ask(struct service *s, bool group, uint32_t id);
void owner_self(struct service *s);

#endif
