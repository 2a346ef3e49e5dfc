/* SPDX-License-Identifier: MIT
 *
 * What no action removes, moves away or changes as a whole, and why: known by identity (device and
 * inode), so that no spelling of a path, link or bind mount leads around it. What such a thing lies
 * in is guarded too. Mount points need no entry here: the file system tells them.
 *
 * Thread: one to fill it; any, also several, to ask. Owns: its table.
 */
#ifndef FS_GUARDS_H
#define FS_GUARDS_H

#include "base/defs.h"
#include "fs/entry.h"

struct guards;

/* The words are static, a sentence without its subject: "it is your home directory". */
int guards_new(struct guards **ret_guards) MUST_USE; /* 0 or -ENOMEM */
void guards_free(struct guards *g);
/* A thing that is there keeps its first words. 0 or -ENOMEM. */
int guards_add(struct guards *g, struct file_id id, const char *why) MUST_USE;
/* The directory the path leads to, links followed, and all directories above it. 0 or -errno; what
 * was added till then stays. */
int guards_add_path(struct guards *g, const char *path, const char *why,
		    const char *why_above) MUST_USE;
/* Why not; NULL: nothing against it. g may be NULL. */
const char *guards_why(const struct guards *g, struct file_id id);

struct guards_places {
	const char *home;       /* the user's; may be NULL */
	const char *passwd;     /* GUARDS_PASSWD, whose homes are guarded too; NULL: none */
	const char *const *own; /* directories of trowel's own files, those of the trash... */
	size_t nown;
};
#define GUARDS_PASSWD "/etc/passwd"

/* The usual ones: the root directory, home directories (but for others' on a server that may not
 * answer), the current directory, our own. What does not exist, or may not be looked at, is left
 * out. 0 or -errno. Not the UI thread. */
int guards_usual(const struct guards_places *places, struct guards **ret_guards) MUST_USE;

#endif
