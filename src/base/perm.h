/* SPDX-License-Identifier: MIT
 *
 * Which of the three classes of mode bits decides for whom, and the sentence that says it. Mode
 * bits and capabilities only: what is in the inode, nothing that needs a system call. fs/access.h
 * judges a path as a whole.
 *
 * Thread: any. Owns: nothing.
 */
#ifndef BASE_PERM_H
#define BASE_PERM_H

#include "base/str.h"

#define PERM_R 4u
#define PERM_W 2u
#define PERM_X 1u

#define SUBJECT_GROUPS_MAX 128

enum perm_cap { /* bits of subject.caps; capabilities(7) */
		PERM_CAP_DAC_OVERRIDE = 1u << 0,
		PERM_CAP_DAC_READ_SEARCH = 1u << 1,
		PERM_CAP_FOWNER = 1u << 2,
		PERM_CAP_CHOWN = 1u << 3,
		PERM_CAP_LINUX_IMMUTABLE = 1u << 4,
};

/* Who asks: credentials(7). */
struct subject {
	uint32_t uid, gid;
	uint32_t groups[SUBJECT_GROUPS_MAX]; /* supplementary */
	uint32_t ngroups;
	unsigned caps; /* enum perm_cap, effective */
};

enum perm_class { PERM_OWNER, PERM_GROUP, PERM_OTHER };

enum perm_class perm_class_of(const struct subject *who, uint32_t uid, uint32_t gid);
bool perm_in_group(const struct subject *who, uint32_t gid);
/* The PERM_* bits that `who` has on an inode of this mode (S_IFMT included), owner and group.
 * *ret_by_caps (may be NULL) gets the bits that only a capability grants. */
unsigned perm_allowed(const struct subject *who, uint32_t mode, uint32_t uid, uint32_t gid,
		      unsigned *ret_by_caps);
/* Appends "you: read write · group www: read · others: read"; for a directory the words are list,
 * change, enter. owner and group are names as bytes from outside (made safe here) or numbers.
 * ascii: " - " in place of " · ". 0 or -ENOMEM. */
int perm_sentence(struct str *out, const struct subject *who, uint32_t mode, uint32_t uid,
		  uint32_t gid, const char *owner, const char *group, bool ascii);

#endif
