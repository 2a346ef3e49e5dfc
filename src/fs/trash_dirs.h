/* SPDX-License-Identifier: MIT
 *
 * The directories that are a trash: the one in the home, and on every other file system
 * $top/.Trash/UID or $top/.Trash-UID, where $top is the root of the mount (or subvolume). Nothing
 * of them is used by path: a trash is its open descriptors, each of them a directory of ours, no
 * link, on the same mount as the one it lies in.
 *
 * Root, with the HOME of somebody else (as after sudo), does not use that home's trash.
 *
 * Follows: the FreeDesktop.org Trash specification 1.0, "Trash directories". Thread: worker. Owns:
 * descriptors and paths of each trash.
 */
#ifndef FS_TRASH_DIRS_H
#define FS_TRASH_DIRS_H

#include "base/str.h"
#include "fs/dirstack.h"

enum trash_kind {
	TRASH_HOME,   /* $XDG_DATA_HOME/Trash */
	TRASH_SHARED, /* $top/.Trash/UID: an administrator made .Trash */
	TRASH_OWN,    /* $top/.Trash-UID */
};

struct trash_dir {
	enum trash_kind kind;
	int fd, files, info; /* the trash and its two directories; to read */
	int top; /* what relative paths in it are about ($top, $XDG_DATA_HOME); O_PATH */
	struct str path, top_path; /* absolute, for messages and for the person */
	struct dir_id id;          /* of the trash */
};

struct trash_env {
	const char *home;      /* $HOME */
	const char *data_home; /* $XDG_DATA_HOME; NULL, "" or relative: $HOME/.local/share */
};

/* Why there is none, or not the one that would come first: in words, static; NULL: nothing to say.
 */
struct trash_why {
	const char *home, *shared, *own;
};

void trash_dir_init(struct trash_dir *t);
void trash_dir_done(struct trash_dir *t); /* fine on what trash_dir_init() made, and twice */

/* The trash in the home; made when it is missing and `create`. 0; -ENOENT: there is none yet;
 * -EPERM: it is not to be used, *ret_why says why; -errno. */
int trash_dir_home(const struct trash_env *env, bool create, struct trash_dir *ret_trash,
		   const char **ret_why) MUST_USE;
/* That of this kind in the directory `top` (not taken), whose path is for messages. The same. */
int trash_dir_top(int top, const char *top_path, enum trash_kind kind, bool create,
		  struct trash_dir *ret_trash, const char **ret_why) MUST_USE;

/* The trash for what is in the open directory: that in the home (unless env is NULL) when it is on
 * the same file system, else the first that will do at the root of its mount, made when it is
 * missing. *ret_from is the path of the directory as that trash writes it: relative to trash->top
 * ("" for itself), or absolute in the home. `shown`: its path as the caller knows it, used only
 * where the kernel cannot tell it (and then checked). What only fails in the home (a full disk,
 * say) fails: that is not passed over. 0; -ENOENT, -EPERM, -EROFS, -EACCES...: there can be none,
 * *ret_why says why for each. */
int trash_dir_for(const struct trash_env *env, int dirfd, const char *shown,
		  struct trash_dir *ret_trash, struct str *ret_from,
		  struct trash_why *ret_why) MUST_USE;

/* Whether trash_dir_for() would find or make one, as far as can be seen without making it. 0 with
 * *ret_fd (O_PATH, the caller closes it) the trash or the directory it would be made in; else as
 * there. */
int trash_dir_could(const struct trash_env *env, int dirfd, const char *shown, int *ret_fd,
		    struct trash_why *ret_why) MUST_USE;
/* Offers every trash that is there already and that trash_dir_for() might take, in its order, with
 * the path of the directory as that trash writes it (NULL: not known); true from take(): it has
 * taken it with all it owns, and that is the end. 0 or -errno: also of one that cannot be looked
 * at, when all others were offered. */
int trash_dir_there(const struct trash_env *env, int dirfd, const char *shown,
		    bool (*take)(void *ctx, struct trash_dir *trash, const char *from),
		    void *ctx) MUST_USE;

#endif
