/* SPDX-License-Identifier: MIT
 *
 * What the explorer asks to be done to files, and what comes of it, as data. Made into plans and
 * done by fs/tasker. Data only: part of fs/event.h, so the model may include it.
 *
 * Thread: any, one owner. Owns: its strings and lists.
 */
#ifndef FS_TASK_H
#define FS_TASK_H

#include "fs/entry.h"

enum task_kind {
	TASK_TRASH,
	TASK_DELETE,  /* for good */
	TASK_RENAME,  /* the one item to `text`, in the same directory */
	TASK_MAKE,    /* `text` ("a", "a/", "a/b/c") in the first directory */
	TASK_SYMLINK, /* `text` in the first directory, to `target` */
	TASK_MODE,    /* as chmod(1) takes it: `text` */
	TASK_OWNER,   /* OWNER[:GROUP]: `text` */
	TASK_GROUP,
	TASK_RMDIR,
	TASK_RESTORE, /* directories are the files/ of trashes */
	TASK_ERASE,   /* the same, for good */
	TASK_UNDO,    /* `action`; 0: the newest of this program */
	TASK_REDO,
	TASK_KINDS
};

/* Where something has the name of what comes back. */
enum task_clash {
	TASK_CLASH_SKIP, /* it stays in the trash */
	TASK_CLASH_BOTH,
	TASK_CLASH_REPLACE, /* what is there goes to the trash */
};

/* A directory as it was on the screen. */
struct task_dir {
	char *path; /* absolute */
	struct file_id id;
	char *top; /* it is the files/ of a trash: of that of this directory; NULL: of the home's */
};

/* A thing in it. What was not known of it on the screen is not compared. */
struct task_item {
	uint32_t dir;
	bool known;
	char *name;
	char *origin; /* in a trash: where it was, absolute; NULL: not known */
	struct file_id id;
	uint32_t type; /* S_IFMT bits */
	uint32_t btime_nsec;
	int64_t btime; /* INT64_MIN: not known */
};

struct task_ask {
	enum task_kind kind;
	bool at_once; /* when nothing stands against it; else it waits for browse_task_go() */
	struct task_dir *dirs;
	struct task_item *items;
	uint32_t ndirs, nitems;
	char *text, *target;
	uint64_t action;
};

/* Something that was not done, or cannot be. */
struct task_trouble {
	char *path;
	char *why; /* in words, whole: "permission denied: the directory may not be written" */
	int err;
	bool clash; /* something has its name */
};

#define TASK_TROUBLES_MAX 200u
struct task_report {
	char *label; /* "trash 3 items" */
	uint32_t steps, done, failed, left;
	uint64_t files, dirs; /* things in things, what would be free, what other links keep */
	uint64_t freed, held;
	uint64_t kept; /* of a delete: what in it would stay, as far as can be seen */
	bool counted;  /* these are all */
	uint64_t removed;
	uint64_t action;  /* its number in the journal; 0: nothing was done */
	bool not_written; /* something was done that the journal does not know */
	struct task_trouble *troubles;
	uint32_t ntroubles;
	uint32_t more;  /* troubles that are not listed */
	bool deletable; /* nothing can be trashed of it, but it could be deleted for good */
	/* Of a plan that waits: of an undo what its steps would do, in words, of others what they
	 * do beside what was asked for; the first of them. */
	char **does;
	uint32_t ndoes;
	bool clashes; /* some names are taken, and this is what is to become of those: */
	enum task_clash clash;
	/* What it asks for, and will be done so when it is told to go on: */
	char *unjournaled; /* without a journal, and undo: why that cannot be written */
	bool look;  /* the file system cannot promise to overwrite nothing: looking, then doing */
	char *made; /* the name of what was made or renamed, in the directory it was asked in */
};

void task_dir_done(struct task_dir *dir);                               /* the same */
void task_ask_done(struct task_ask *ask);                               /* leaves it empty */
struct task_report *task_report_copy(const struct task_report *report); /* NULL: no memory */
void task_report_free(struct task_report *report);                      /* NULL is fine */

#endif
