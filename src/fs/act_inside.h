/* SPDX-License-Identifier: MIT
 *
 * What the files of fs/act share: fs/act (the table, the calls), fs/act_dirs (open directories),
 * fs/act_thing (the thing and its place, what may never be done), fs/act_rights (what the kernel
 * would refuse), and the kinds of steps: fs/act_rename, fs/act_trash (and fs/act_ready: many),
 * fs/act_make, fs/act_attrs, fs/act_remove; after a crash: fs/act_look, fs/act_tidy.
 *
 * Thread, Owns: see fs/act.h.
 */
#ifndef FS_ACT_INSIDE_H
#define FS_ACT_INSIDE_H

#include "base/perm.h"
#include "fs/access.h"
#include "fs/act.h"
#include "fs/trash_put.h"
#include "fs/trash_restore.h"

/* A directory that is kept open. */
struct act_known {
	struct step_id id;
	uint64_t used;    /* the newest is the greatest */
	int fd;           /* O_PATH */
	unsigned changed; /* enum act_changed, since it was last brought to the disk */
};

enum act_changed { ACT_GAINED = 1, ACT_LOST = 2 };

/* A trash that is kept open. */
struct act_trash {
	struct trash_dir dir;
	struct step_id files; /* of files/ */
	unsigned changed;
	bool one_by_one; /* many could not be brought to the disk at once */
};

/* Whether there can be a trash for what is in a directory: of many checks in a row. */
struct act_could {
	bool known;
	struct file_id dir;
	uint64_t mnt_id;
	int rc, fd; /* as trash_dir_could() said; fd -1: none */
	struct trash_why why;
};

/* A step whose information is in its trash already. */
struct act_readied {
	struct step *step; /* NULL: it is over */
	struct act_trash *trash;
	struct trash_ready in;
};

struct act {
	struct act_options o;
	char *home, *data_home; /* o.trash is of these */
	struct subject self;
	struct act_known dirs[ACT_DIRS];
	unsigned ndirs;
	uint64_t tick;
	struct act_trash **trashes;
	size_t ntrashes, trash_cap;
	struct act_could could;
	struct act_readied *ready; /* in the order of the steps */
	size_t nready, ready_cap;
	size_t ready_at; /* those before it are over */
	int sync_err;    /* of a directory that had to be closed */
	int spare;       /* a descriptor to be had when there is none left to sync one with; -1 */
};

/* One step on its way. */
struct act_job {
	struct act *a;
	struct step *step;
	struct str *why;
	enum step_state state;
	int64_t begun;   /* looking and finishing only */
	int from, to;    /* the open directories, not owned; -1: not yet */
	int pin;         /* of the thing; -1 */
	struct meta dir; /* of from */
	uint64_t dir_mnt, mnt;
	struct meta meta; /* of the thing */
	struct identity is;
	struct trash_dir *trash; /* that of the place, not owned */
};

/* ---- act.c ---- */
/* Says why, in words (NULL: as said before), and gives err back. */
int act_refuse(struct act_job *j, int err, const char *why);
void act_say(struct act_job *j, const char *fmt, ...) PRINTF(2, 3);
bool act_is_root(const struct act *a);
bool act_cancelled(const struct act *a);

/* The step is done otherwise than it said: for the journal. Not 0: then not at all. */
int act_intend(struct act_job *j) MUST_USE;

/* ---- act_dirs.c ---- */
void act_dirs_begin(struct act *a);
void act_dirs_done(struct act *a);
/* Closes all directories, between two steps, when descriptors are wanted; false: none was open. */
bool act_dirs_forget(struct act *a);
/* The identity of an open file as steps have it. 0 or -errno. */
int act_identify(int fd, struct step_id *ret_id, struct meta *ret_meta,
		 uint64_t *ret_mnt_id) MUST_USE;
/* The same of what was found in the open directory whose identity is `dir`. */
int act_id_in(int dirfd, const char *name, const struct meta *meta, const struct step_id *dir,
	      struct step_id *ret_id) MUST_USE;
/* Names in it are different now. */
void act_dirs_changed(struct act *a, int fd, enum act_changed how);
/* The open trash that a place in its files/ belongs to; valid until act_free(). 0; -ENOENT;
 * -ESTALE: there is another one now; -EPERM: not to be used (*ret_why); -errno. */
int act_trash_of(struct act *a, const struct step_place *place, struct trash_dir **ret_trash,
		 const char **ret_why) MUST_USE;
/* Keeps it (taken on success only). */
int act_trash_keep(struct act *a, struct trash_dir *trash, struct trash_dir **ret_trash) MUST_USE;
void act_trash_changed(struct act *a, const struct trash_dir *trash, enum act_changed how);
struct act_trash *act_trash_whole(const struct act *a, const struct trash_dir *trash);
/* The identity of its files/. */
const struct step_id *act_trash_files(const struct act *a, const struct trash_dir *trash);

/* ---- act_thing.c: what must hold for a check as for the deed ---- */
/* Opens the directory of step->from, pins what has the name there, compares it with step->what. */
int act_open_thing(struct act_job *j) MUST_USE;
/* The same, in files/ of a trash. */
int act_open_trashed(struct act_job *j) MUST_USE;
/* The directory of step->to; its name is one component. */
int act_open_target(struct act_job *j) MUST_USE;
/* Not guarded, no mount: it may be moved or removed as a whole. */
int act_movable(struct act_job *j) MUST_USE;
void act_close_thing(struct act_job *j);
/* Pins what has the name in j->from, whatever it is. */
int act_pin(struct act_job *j, const char *name) MUST_USE;
/* The attributes of the pin now; where it got another number (overlayfs), the step learns it. */
int act_look_again(struct act_job *j) MUST_USE;
/* All but the time of access, which is asked for by itself; an empty name: of the descriptor. */
struct step_attrs act_attrs(const struct meta *meta);
int act_atime(int dirfd, const char *name, struct step_attrs *attrs) MUST_USE;

/* ---- act_rights.c: what the kernel would say ---- */
/* A new name in the directory; `which` for the words: "the directory it goes to". */
int act_may_add(struct act_job *j, int dirfd, const char *which) MUST_USE;
/* The thing loses its name in j->from. */
int act_may_take(struct act_job *j) MUST_USE;
/* Its name goes to another directory (-1: one not known yet): then a directory is written itself.
 */
int act_may_leave(struct act_job *j, int to) MUST_USE;
/* Attributes of the thing: writable at all, and by whom. */
int act_may_alter(struct act_job *j, const char *what) MUST_USE;
/* The name of step->to is free. Asked last. */
int act_name_free(struct act_job *j) MUST_USE;
bool act_has_cap(const struct act *a, unsigned cap);

/* ---- act_xattrs.c: what an undone step gives back ---- */
/* All that the pinned thing has, or only the capabilities of a file, go to the step's was_xattrs
 * and to the journal, before it is done. 1: not all could be had. */
int act_xattrs_take(struct act_job *j) MUST_USE;
int act_caps_take(struct act_job *j) MUST_USE;
/* The pinned thing gets those of the step's now_xattrs. 1: not all. */
int act_xattrs_give(struct act_job *j);
/* What a new directory has of an access list only because of where it was made goes. 0 or -errno.
 */
int act_acls_drop(struct act_job *j) MUST_USE;

/* ---- the kinds ---- */
int act_rename_open(struct act_job *j) MUST_USE;
int act_rename_may(struct act_job *j) MUST_USE;
int act_rename_run(struct act_job *j) MUST_USE;
/* What atomic_rename() to step->to.name in `to` said, in words and as a state. */
int act_renamed(struct act_job *j, int to, int rc, const struct renamed *how) MUST_USE;

int act_trash_open(struct act_job *j) MUST_USE;
int act_trash_may(struct act_job *j) MUST_USE;
int act_trash_run(struct act_job *j) MUST_USE;
/* What is asked of the trash for the job's thing; valid as long as `putting`. */
struct act_putting {
	struct act_job *j;
	const struct trash_dir *trash;
};
/* Forgets which trash there can be: before something is done. */
void act_could_forget(struct act *a);
struct trash_put act_put(struct act_putting *putting, const char *from);
/* What putting it there said. */
int act_was_put(struct act_job *j, const struct trash_dir *trash, int rc,
		const struct renamed *how) MUST_USE;
void act_forget_place(struct step_place *place);

/* ---- act_ready.c ---- */
/* Moves it where all is ready for it: 1; 0: it is not, or not any more; -errno. */
int act_ready_run(struct act_job *j) MUST_USE;
/* The step is over, whether it was moved or not. */
void act_ready_over(struct act *a, const struct step *step);
void act_ready_done(struct act *a);

int act_restore_open(struct act_job *j) MUST_USE;
int act_restore_run(struct act_job *j) MUST_USE;
int act_erase_open(struct act_job *j) MUST_USE;
int act_erase_run(struct act_job *j) MUST_USE;

int act_make_open(struct act_job *j) MUST_USE;
int act_make_may(struct act_job *j) MUST_USE;
int act_create_run(struct act_job *j) MUST_USE;
int act_mkdir_run(struct act_job *j) MUST_USE;
/* The pinned new thing gets the owner and mode of the step, when they are given. */
int act_dress(struct act_job *j) MUST_USE;
bool act_mode_given(const struct step *s);
int act_symlink_run(struct act_job *j) MUST_USE;
int act_link_open(struct act_job *j) MUST_USE;
int act_link_may(struct act_job *j) MUST_USE;
int act_link_run(struct act_job *j) MUST_USE;

int act_mode_open(struct act_job *j) MUST_USE;
int act_mode_may(struct act_job *j) MUST_USE;
int act_mode_run(struct act_job *j) MUST_USE;
int act_owner_open(struct act_job *j) MUST_USE;
int act_owner_may(struct act_job *j) MUST_USE;
int act_owner_run(struct act_job *j) MUST_USE;
int act_times_open(struct act_job *j) MUST_USE;
int act_times_run(struct act_job *j) MUST_USE;
/* Where the pinned thing itself can be changed through /proc. */
#define ACT_PROC_LEN 32u
void act_proc_path(int pin, char path[ACT_PROC_LEN]);
/* The mode of the pinned thing, links never followed. */
int act_set_mode(int pin, uint32_t mode) MUST_USE;

int act_rmdir_open(struct act_job *j) MUST_USE;
int act_rmdir_may(struct act_job *j) MUST_USE;
int act_rmdir_run(struct act_job *j) MUST_USE;
int act_delete_open(struct act_job *j) MUST_USE;
int act_delete_may(struct act_job *j) MUST_USE;
int act_delete_run(struct act_job *j) MUST_USE;

/* ---- act_look.c: what was done, from what is there ---- */
enum act_found {
	FOUND_NOTHING, /* nothing has that name */
	FOUND_IT,
	FOUND_OTHER,  /* something else has it */
	FOUND_UNKNOWN /* its directory is gone, or may not be looked into */
};
enum act_found act_find(int dirfd, const char *name, const struct step_id *what,
			struct meta *ret_meta);
/* Made by us, and not before the action. */
bool act_is_ours(const struct act_job *j, const struct meta *meta, uint32_t uid);
/* The third name of a rename that was interrupted: 1 with it, 0, -errno. */
int act_third(int dirfd, const struct step_id *what, char name[RENAME_THIRD_MAX]);
int act_look_moved(struct act_job *j) MUST_USE;
int act_look_trash(struct act_job *j) MUST_USE;
int act_look_made(struct act_job *j) MUST_USE;
int act_look_link(struct act_job *j) MUST_USE;
int act_look_attrs(struct act_job *j) MUST_USE;
int act_look_removed(struct act_job *j) MUST_USE;

/* ---- act_tidy.c: what an interruption left ---- */
int act_tidy_rename(struct act_job *j) MUST_USE;
int act_tidy_trash(struct act_job *j) MUST_USE;
int act_tidy_restore(struct act_job *j) MUST_USE;
int act_tidy_made(struct act_job *j) MUST_USE;
int act_tidy_removed(struct act_job *j) MUST_USE;
int act_tidy_nothing(struct act_job *j) MUST_USE;

#endif
