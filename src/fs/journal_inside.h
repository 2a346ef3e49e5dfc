/* SPDX-License-Identifier: MIT
 *
 * What the files of the journal share: fs/journal (its life, what it answers), fs/journal_record
 * (records as bytes), fs/journal_read (records into what is known), fs/journal_files (the files of
 * the directory, who lives), fs/journal_write (the own file), fs/journal_number (the numbers),
 * fs/journal_keep (which files go).
 *
 * Thread: as fs/journal.h. Owns: see each.
 */
#ifndef FS_JOURNAL_INSIDE_H
#define FS_JOURNAL_INSIDE_H

#include "fs/entry.h"
#include "fs/journal.h"

/* ---- fs/journal_record: doc/safety.md has the layout as a table ---- */

#define JOURNAL_VERSION    1u
#define JOURNAL_HEAD_LEN   64u /* of a file */
#define JOURNAL_RECORD_LEN 36u /* before the payload of a record */
#define JOURNAL_RECORD_MAX (4u << 20)
#define JOURNAL_BATCH      (256u << 10) /* steps are written in records of about this size */
#define JOURNAL_FILE_MAX   (UINT64_C(1) << 30)
#define JOURNAL_ROLL       (UINT64_C(16) << 20) /* then a program begins another file */
#define JOURNAL_BYTES      (UINT64_C(64) << 20) /* of ended actions are kept */
#define JOURNAL_STEPS_MAX  1000000u
#define JOURNAL_LABEL_MAX  4096u
#define JOURNAL_ID_MAX     (UINT64_C(1) << 53)
#define JOURNAL_SEQ_MAX    (UINT64_C(1) << 62)
#define JOURNAL_SUFFIX     ".journal"

enum journal_type {
	RECORD_BEGIN = 1,
	RECORD_STEPS,
	RECORD_INTEND,
	RECORD_RESULT,
	RECORD_END,
	RECORD_TYPES
};

/* Which program wrote a file. */
struct journal_who {
	uint8_t boot[16]; /* boot id of the system; zeros: not known */
	uint64_t start;   /* of the process, in ticks since then */
	uint32_t pid;
};

struct journal_head {
	uint32_t version;
	uint64_t salt;
	struct journal_who who;
};

struct journal_record {
	uint16_t type, version;
	uint32_t len; /* of the payload */
	uint32_t payload_crc;
	uint64_t seq, id;
};

struct journal_begin {
	uint32_t nsteps, pid;
	bool redo;
	uint64_t undoes;
	int64_t begun;
	const char *label;
	size_t label_len;
};

void journal_put_head(uint8_t out[JOURNAL_HEAD_LEN], const struct journal_head *head);
/* 0, -EINVAL: not one of ours, or damaged. */
int journal_get_head(const uint8_t bytes[JOURNAL_HEAD_LEN], struct journal_head *ret_head) MUST_USE;
/* Appends room for the head of a record; journal_seal() fills it once the payload is behind it. */
int journal_add_room(struct str *out) MUST_USE;
/* `start`: where in out the record begins; at: where it will be in its file. */
void journal_seal(struct str *out, size_t start, uint64_t salt, uint64_t at, uint16_t type,
		  uint64_t seq, uint64_t id);
/* 0, -EINVAL: damaged. The payload is not looked at. */
int journal_get_record(const uint8_t bytes[JOURNAL_RECORD_LEN], uint64_t salt, uint64_t at,
		       struct journal_record *ret_record) MUST_USE;
bool journal_payload_ok(const struct journal_record *r, const uint8_t *payload);

int journal_add32(struct str *out, uint32_t v) MUST_USE;
int journal_add_begin(struct str *out, const struct journal_begin *b) MUST_USE;
/* A length and the step. */
int journal_add_step(struct str *out, const struct step *s) MUST_USE;

/* A payload while it is read. Each takes 0, or -EINVAL when it is too short. */
struct journal_bytes {
	const uint8_t *at;
	size_t len;
};
int journal_take32(struct journal_bytes *b, uint32_t *ret) MUST_USE;
int journal_take_begin(struct journal_bytes *b, struct journal_begin *ret) MUST_USE;
int journal_take_step(struct journal_bytes *b, struct step *ret_step) MUST_USE; /* or -ENOMEM */

/* ---- what is known ---- */

struct journal_file;

/* Of a step, beside what is shown of it. */
struct journal_trace {
	uint64_t seq;     /* of what is known of it: what comes later in this order counts */
	uint32_t undoers; /* finished steps that took it back and were not taken back themselves */
};

struct journal_act {
	struct action a;
	size_t steps_cap;
	struct journal_trace *traces;
	size_t traces_cap;
	uint32_t nsteps; /* it is to have; a.nsteps have been read */
	bool ended, bad, twice;
	struct journal_file *file;
};

struct journal_file {
	char *name;
	struct journal_head head;
	uint64_t at; /* behind the last whole record */
	uint64_t size;
	int64_t mtime;
	uint64_t last_id;
	int fd; /* of one that this journal writes and has locked; else -1 */
	bool headed, ours;
	bool alive;   /* or nobody can tell */
	bool over;    /* its program is gone and all of it is read: nothing will change */
	bool ignored; /* not to be trusted, or of a later version */
	bool damaged;
	bool unread;                 /* the last reading did not come to its end */
	bool regular;                /* the directory said so */
	struct journal_act *pending; /* begun, and not all steps are there */
	struct journal_act **acts;   /* by number */
	size_t nacts, acts_cap;
};

/* Said in one file about an action of another. */
struct journal_note {
	struct journal_file *file;
	uint64_t id, seq;
	enum journal_type type;
	uint32_t n;
	enum step_state state;
	int err;
	struct step step;
	bool has_step, applied;
};

/* All actions, by number, and what is handed out of them; made anew when something has changed,
 * without needing memory for it. */
struct journal_known {
	struct journal_act **acts;
	struct action *shown;
	size_t n, cap, shown_cap;
	bool unsorted; /* acts is not in order */
	bool stale;    /* nor is anything else */
};

struct journal {
	char *dir;
	int dirfd; /* -1: looking only, and it is not there */
	bool look;
	struct journal_who self;
	uint32_t uid; /* effective */
	struct journal_known *known;
	struct journal_file **files; /* by name */
	size_t nfiles, files_cap;
	struct journal_note *notes;
	size_t nnotes, notes_cap;
	struct journal_file *mine; /* the one that is written; also in files */
	uint64_t max_id, seq;
	size_t nsteps; /* of all actions */
	struct str warning;
	struct str buf; /* a record while it is made */
	uint8_t *read;  /* a piece of a file */
	size_t read_cap;
};

/* fs/journal */
struct journal_act *journal_act_find(const struct journal *j, uint64_t id); /* also one of two */
/* What came of a step, and what follows from it for those that it takes back. */
void journal_act_result(struct journal *j, struct journal_act *a, const struct journal_note *note);
void journal_act_ended(struct journal *j, struct journal_act *a);
int journal_warn(struct journal *j, const char *name, const char *what); /* 0 or -ENOMEM */
void journal_act_free(struct journal_act *a);
/* Room for one more action, so that journal_act_add() cannot fail. */
int journal_act_room(struct journal *j, struct journal_file *f) MUST_USE;
void journal_act_add(struct journal *j, struct journal_act *a);

/* fs/journal_read. All: 0 or -ENOMEM, -errno of reading; what is damaged is told in the file. */
/* As many whole records as are there; *ret_used of the bytes, which begin at f->at; `rest` is how
 * many there are up to the end of the file. */
int journal_parse(struct journal *j, struct journal_file *f, const uint8_t *bytes, size_t len,
		  uint64_t rest, size_t *ret_used) MUST_USE;
int journal_read_file(struct journal *j, struct journal_file *f, int fd, uint64_t size) MUST_USE;
void journal_read_over(struct journal *j, struct journal_file *f);
/* What files say about actions of other files, once all were read. */
void journal_apply_notes(struct journal *j);
/* Takes the step. */
void journal_apply(struct journal_act *a, const struct journal_note *note);
int journal_act_new(uint64_t id, const struct journal_begin *b, bool own,
		    struct journal_act **ret_act) MUST_USE;
int journal_act_add_step(struct journal_act *a, uint64_t seq, struct step *step) MUST_USE;

/* fs/journal_files */
int journal_read_all(struct journal *j) MUST_USE;
int journal_file_add(struct journal *j, const char *name, struct journal_file **ret_file) MUST_USE;
void journal_file_free(struct journal_file *f);
/* Opens it when it can be trusted: descriptor or -errno, *ret_why (static) or NULL. */
int journal_file_open(struct journal *j, const struct journal_file *f, struct meta *ret_meta,
		      const char **ret_why) MUST_USE;
bool journal_no_locks(int err); /* flock(2) cannot be had there */

/* fs/journal_number */
#define JOURNAL_NEXT "next"
/* Against others that number, make and remove files: descriptor; -errno, where it cannot be had. */
int journal_lock(struct journal *j);
void journal_unlock(int lock);
/* The next number, under the lock (-errno: there is none). */
int journal_next_id(struct journal *j, int lock, uint64_t *ret_id) MUST_USE;

/* fs/journal_keep */
int journal_remove_old(struct journal *j, int64_t now) MUST_USE;

#endif
