/* SPDX-License-Identifier: MIT
 *
 * Who may do what, and which rule decides. The signature is final; for now the verdict is computed
 * from mode bits and capabilities along the whole path, and says ACCESS_UNKNOWN where these alone
 * do not decide (an ACL is present, the server decides). A file system whose mount is not in the
 * mount table, as in a chroot(2), is asked itself; only when it does not answer is it unknown.
 *
 * Follows: path_resolution(7), credentials(7), capabilities(7), inode(7).
 * Thread: any (system calls: not the UI thread). Owns: a verdict owns its steps.
 */
#ifndef FS_ACCESS_H
#define FS_ACCESS_H

#include "base/perm.h"
#include "base/str.h"
#include "fs/entry.h"

enum access_action {
	ACCESS_READ,
	ACCESS_WRITE,
	ACCESS_EXECUTE,
	ACCESS_LIST,
	ACCESS_ENTER,
	ACCESS_CREATE, /* the path is absent: judged at its parent */
	ACCESS_DELETE,
	ACCESS_RENAME,
};

enum access_verdict { ACCESS_ALLOW, ACCESS_DENY, ACCESS_UNKNOWN_VERDICT };

struct access_step {
	char *path; /* the component judged, absolute */
	uint32_t mode, uid, gid;
	const char *rule; /* stable identifier: "owner-bits", "group-bits", "other-bits",
			     "cap-dac-override"... */
	char *text;       /* a sentence for people */
	bool decides;
};

struct access_answer {
	enum access_verdict verdict;
	int err;          /* the errno the kernel would give, negative; 0 when allowed */
	const char *rule; /* of the deciding step */
	struct access_step *steps;
	uint32_t nsteps;
};

/* 0 with *ret_answer filled, or -errno when the question itself cannot be asked (-ENOENT: no such
 * path, -ELOOP, -ENOMEM). */
int access_explain(const struct subject *subject, const char *path, enum access_action action,
		   struct access_answer *ret_answer) MUST_USE;
void access_answer_done(struct access_answer *answer);
/* The calling process: effective ids, supplementary groups, effective capabilities. */
int access_self(struct subject *ret_subject);
/* Whether the kernel itself would let us do that (W_OK, X_OK...) with what is open: 0, -EACCES,
 * -EROFS, -EPERM (immutable)... 0 also where it cannot be asked: before Linux 5.8, or where a
 * sandbox forbids the question. Follows: faccessat(2). */
int access_may(int fd, int how) MUST_USE;
/* Whether the sticky bit of `dir` keeps that subject from taking the name of a thing in it: it has
 * neither of them, nor CAP_FOWNER. Follows: unlink(2), inode(7). */
bool access_stuck(const struct subject *who, const struct meta *dir, const struct meta *thing);

#endif
