/* SPDX-License-Identifier: MIT
 *
 * A POSIX access control list as the kernel hands it out in the extended attributes
 * system.posix_acl_access and system.posix_acl_default. Strict: what the kernel would not take is
 * not taken here either.
 *
 * Follows: acl(5), linux/posix_acl_xattr.h. Thread: any. Owns: its entries.
 */
#ifndef BASE_ACL_H
#define BASE_ACL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/defs.h"

#define ACL_XATTR_ACCESS  "system.posix_acl_access"
#define ACL_XATTR_DEFAULT "system.posix_acl_default"

enum acl_tag { ACL_OWNER, ACL_USER, ACL_GROUP, ACL_NAMED_GROUP, ACL_MASK, ACL_OTHER, ACL_TAGS };

struct acl_entry {
	enum acl_tag tag;
	uint8_t perms; /* PERM_R | PERM_W | PERM_X */
	uint32_t id;   /* of ACL_USER and ACL_NAMED_GROUP */
};

struct acl {
	struct acl_entry *at; /* in the order of acl(5): as the kernel looks at them */
	uint32_t n;           /* 0: there is none */
};

/* 0, -EINVAL (not a list the kernel would take) or -ENOMEM: then *ret_acl is not touched. */
int acl_parse(const void *bytes, size_t len, struct acl *ret_acl) MUST_USE;
void acl_done(struct acl *a);
/* "user", "group", "mask", "other": the word before the name in the text form of acl(5). */
const char *acl_tag_word(enum acl_tag tag);
bool acl_tag_named(enum acl_tag tag);
/* The mask, or 7 when there is none. When it is 0, so are the group bits of the mode, and the
 * kernel does not look at the list at all: the class "other" decides for all but the owner. */
unsigned acl_mask(const struct acl *a);

#endif
