/* SPDX-License-Identifier: MIT
 *
 * One step of an action, as data: what is done to which thing, where it was and where it goes, and
 * what undoing it would be. Steps are what the journal keeps, what a plan is made of and what the
 * history shows. Each kind is a row of one table here (what it is called, which step takes it back,
 * how it is said) and one of fs/act (how it is checked, done and looked for after a crash); a new
 * kind is a new row in both. A kind this program does not know is kept, shown in the words of who
 * wrote it, and never acted on.
 *
 * Places are the path of a directory, for people and to find it again, its identity, by which it is
 * recognised, and one component of a name.
 *
 * Thread: any. Owns: a step owns its strings.
 */
#ifndef BASE_STEP_H
#define BASE_STEP_H

#include "base/str.h"

enum step_kind {
	STEP_TRASH,   /* from: where it is; to: in files/ of a trash */
	STEP_RESTORE, /* from: in files/ of a trash; to */
	STEP_RENAME,  /* from, to */
	STEP_CREATE,  /* to: an empty file; now: its attributes, once it is made */
	STEP_MKDIR,   /* to: a directory; now: as above (STEP_HAS_OWNER: now.uid, now.gid) */
	STEP_RMDIR,   /* from: an empty directory; was: its attributes */
	STEP_SYMLINK, /* to; target */
	STEP_LINK,    /* from: the file; to: its new name */
	STEP_MODE,    /* from; was.mode, now.mode */
	STEP_OWNER,   /* from; was and now: uid, gid, and mode (chown(2) may take bits of it) */
	STEP_TIMES,   /* from; was and now: atime, mtime */
	STEP_DELETE,  /* from: a whole tree, for good */
	STEP_ERASE,   /* from: in files/ of a trash, for good */
	STEP_UNKNOWN, /* of a later version */
	STEP_KINDS
};

/* Which thing it is, also after the next start of the system: numbers of devices change, so where
 * both have one the id of the file system counts instead. */
struct step_id {
	uint64_t dev, ino;
	uint64_t fsid; /* f_fsid of statfs(2); 0: none */
	uint32_t type; /* S_IFMT bits; 0: nothing is known of the thing */
	int64_t btime; /* seconds; INT64_MIN: not known, equal to any */
	uint32_t btime_nsec;
};

struct step_place {
	char *dir; /* absolute; NULL: no such place in this step */
	struct step_id dir_id;
	char *name; /* one component; NULL: not known yet (in the trash) */
};

struct step_attrs {
	uint32_t mode, uid, gid; /* mode: 07777 bits */
	int64_t atime, mtime;    /* seconds */
	uint32_t atime_nsec, mtime_nsec;
};

/* Extended attributes (xattr(7)), one behind the other; empty: none. */
#define STEP_XATTRS_MAX 16384u /* bytes */
struct step_xattrs {
	char *bytes;
	size_t len;
};

struct step_xattr {
	const char *name; /* in the step */
	const char *value;
	size_t len;
};

enum step_flags {
	STEP_HAS_OWNER = 1, /* STEP_MKDIR: the owner is given too, and so is the mode */
	STEP_HAS_MODE =
		2, /* STEP_CREATE, STEP_MKDIR: now.mode is given; else what umask(2) leaves */
	STEP_WAS_MADE =
		4, /* STEP_TRASH: takes back a STEP_CREATE; was: the attributes it was made with */
};

#define STEP_UNDOES_NONE UINT32_MAX

struct step {
	enum step_kind kind;
	uint32_t flags;
	uint32_t undoes; /* which step of the action that is taken back; STEP_UNDOES_NONE */
	struct step_place from, to;
	struct step_id what; /* the thing; of one that is made: once it is */
	struct step_attrs was, now;
	/* What it had, and what it is to have: STEP_RMDIR (was), STEP_MKDIR with STEP_HAS_OWNER
	 * (now), STEP_OWNER (both: the capabilities that chown(2) takes). */
	struct step_xattrs was_xattrs, now_xattrs;
	/* STEP_SYMLINK: where it leads. STEP_RESTORE, STEP_TRASH: the absolute path where it is
	 * said to have been, when that is another than the place; NULL: that. */
	char *target;
	char *kind_name; /* STEP_UNKNOWN: as it was written */
	char *told;      /* STEP_UNKNOWN: the sentence as it was written */
};

#define STEP_INIT                           \
	{                                   \
		.undoes = STEP_UNDOES_NONE, \
	}

void step_done(struct step *s); /* leaves STEP_INIT; fine twice */
int step_copy(const struct step *s, struct step *ret_copy) MUST_USE; /* 0 or -ENOMEM */
/* Sets a place anew; strings are copied, name may be NULL. 0 or -ENOMEM. */
int step_place_set(struct step_place *place, const char *dir, const struct step_id *dir_id,
		   const char *name) MUST_USE;

/* Adds one. 0, -ENOMEM, -E2BIG (more than STEP_XATTRS_MAX in all; nothing is added), -EINVAL: no
 * name. */
int step_xattrs_add(struct step_xattrs *x, const char *name, const void *value,
		    size_t len) MUST_USE;
/* The one at *at (0 at first), which moves on; false: there is none. */
bool step_xattrs_next(const struct step_xattrs *x, size_t *at, struct step_xattr *ret);

/* Same thing: type, inode, time of birth where both know it, and file system or device. */
bool step_id_eq(const struct step_id *a, const struct step_id *b);

const char *step_kind_name(enum step_kind kind); /* "trash", as the journal has it */
/* The step that takes a finished one back; `undoes` is for the caller. 0, -ENOTSUP: there is none
 * (gone for good, or not known here), or too little is known of the thing (which, where); -ENOMEM.
 * What was made goes to the trash, an empty directory is removed. */
int step_inverse(const struct step *s, struct step *ret_inverse) MUST_USE;
bool step_is_of_group(const struct step *s);   /* STEP_OWNER: the owner stays who it is */
bool step_has_inverse(const struct step *s);   /* of its kind: also before it is done */
bool step_can_take_back(const struct step *s); /* step_inverse() will find one */

/* Appends what it does in a few words, names as bytes (not made safe): "trash /a/b",
 * "rename /a/b to /a/c", "change the mode of /a/b from 0644 to 0600". 0 or -ENOMEM. */
int step_describe(const struct step *s, struct str *out);
/* Appends the path of a place: dir/name. 0 or -ENOMEM. */
int step_path(const struct step_place *place, struct str *out);

/* For the journal: appends a step as bytes, and back. Decoding trusts nothing: 0, -EINVAL
 * (something that cannot be: a name that is more than one component, a path that is not absolute or
 * has "..", a place that the kind needs and that is missing, a field that is too short, a NUL
 * inside), -ENOMEM. Fields that this version does not know are passed over; a kind or a flag that
 * it does not know gives STEP_UNKNOWN. Encoding refuses the same: what was written can be read. */
int step_encode(const struct step *s, struct str *out) MUST_USE;
int step_decode(const char *bytes, size_t len, struct step *ret_step) MUST_USE;

#endif
