/* SPDX-License-Identifier: MIT
 *
 * Everything fs reports, as messages with a ticket and their error as data. Data only: the model
 * may include this. An event has one owner; the model may take members out of it by setting them to
 * NULL, the rest goes with fs_event_free().
 *
 * A listing is: one FS_LIST_OPENED, any number of FS_LIST_PART, one FS_LIST_DONE, all with the
 * ticket of its request. When the directory cannot be opened there is only FS_LIST_DONE with err.
 * A scan is: one FS_SCAN_BEGUN and, unless that has err, one FS_SCAN_OVER.
 * What is in the trash is: one FS_TRASH_PLACES, and for each place, the home among them, any number
 * of FS_TRASH_DIR and FS_TRASH_ITEMS, and one FS_TRASH_OVER; that of the home may come first.
 * A task is: FS_TASK_PLANNED unless it is done at once, and one FS_TASK_OVER.
 *
 * Thread: any, one owner. Owns: what its pointers point to.
 */
#ifndef FS_EVENT_H
#define FS_EVENT_H

#include "base/names.h"
#include "base/order.h"
#include "base/perm.h"
#include "base/preview.h"
#include "base/qnode.h"
#include "base/textrow.h"
#include "fs/entry.h"
#include "fs/facts.h"
#include "fs/past.h"
#include "fs/sizetree.h"
#include "fs/trash_news.h"
#include "fs/task.h"

enum fs_event_kind {
	FS_LIST_OPENED, /* opened: names and facts of the directory */
	FS_LIST_PART,   /* part: more names may be read */
	FS_LIST_DONE,   /* part: all of them, or err */
	FS_STAT,        /* stat: metadata of some entries */
	FS_CHANGED,     /* changed: names to look at again, or everything */
	FS_ORDER,       /* order: the answer to one order_spec */
	FS_SPACE,       /* space of the directory's file system */
	FS_OWNER,       /* owner: name of a user or group id; name NULL when it has none */
	FS_SELF,        /* self: who and where we are */
	FS_MOUNTS,      /* mounts */
	FS_PLACE,       /* place: what is at a path */
	FS_COMPLETE,    /* complete: names below a directory that begin as asked */
	FS_SAVED,       /* saved: a file of our own was written, or err */
	FS_REWRITTEN,   /* rewritten: a file that people edit was replaced, or why not */
	FS_TEXTS,       /* texts: the small files of one directory */
	FS_PREVIEW,     /* preview: what can be shown of one thing's content */
	FS_INFO,        /* facts: all about one thing but its content */
	FS_VIEW_OPENED, /* view_opened: a file is open for viewing, or err */
	FS_VIEW_DATA,   /* view_data: a window on it */
	FS_VIEW_FOUND,  /* view_found: how a search in it goes */
	FS_VIEW_LINES,  /* view_lines: how counting its lines goes */
	FS_VIEW_STATE,  /* view_state: its size now, and whether it is still the same file */
	FS_SCAN_BEGUN,  /* scan.tree: it grows from now on; or err, and no more comes */
	FS_SCAN_GOES,   /* scan.progress */
	FS_SCAN_OVER,   /* scan.progress: as far as it came; err -ECANCELED: it was stopped */
	FS_SCAN_READY,  /* a directory was scanned again: browse_scan_take() puts it in place; or
			   err: what is there stays */
	FS_SCAN_TAKEN, /* scan.dir is scan.now from now on, and the sums above it are right again */
	FS_TRASH_PLACES, /* trash_places: all but the home; or err, and there are none */
	FS_TRASH_DIR,    /* trash_dir: what follows of its number is all that is in it; or err: it
			    is not looked into */
	FS_TRASH_ITEMS,  /* trash_items */
	FS_TRASH_OVER,   /* trash_over: all that there is at a place was told; err: not all could be
			    read */
	FS_TRASH_SIZES,  /* trash_sizes: what directories in it take */
	FS_PAST,         /* past: all actions of the journal; or err */
	FS_PAST_STEPS,   /* past_steps: some of one action, in order; or err */
	FS_TASK_PLANNED, /* task: it waits for browse_task_go(); what it would do is counted */
	FS_TASK_COUNTS,  /* task: so far, or counted */
	FS_TASK_GOES,    /* task: so far */
	FS_TASK_OVER,    /* task: what came of it; or err: nothing was done */
	FS_EVENT_KINDS,
};

struct stat_item {
	uint32_t id; /* position in the listing; NAMES_NONE when asked by name */
	char *name;  /* when asked by name (NUL-terminated), else NULL */
	int err;     /* -errno; -ENOENT: it is gone */
	struct meta meta;
	char *target; /* of a symbolic link, else NULL; bytes, NUL-terminated */
};

/* So many newlines are before this position. */
struct view_mark {
	uint64_t at, lines;
};

/* A small file that was read; bytes NULL: err, and perhaps why in words (static). */
struct text_file {
	char *name;  /* without its directory; NUL-terminated */
	char *bytes; /* and a NUL behind them that len does not count */
	size_t len;
	int err;
	const char *reason;
};

struct fs_event {
	struct qnode node;
	enum fs_event_kind kind;
	uint64_t ticket;
	int err; /* 0 or -errno of the whole request */
	union {
		struct {
			struct names *names; /* a reference */
			struct dir_info dir;
		} opened;
		struct {
			uint32_t count; /* ids below this may be read */
		} part;
		struct {
			struct stat_item *items;
			uint32_t n;
		} stat;
		struct {
			char **names; /* heap, each heap */
			uint32_t n;
			bool all;  /* list again: overflow, or too many */
			bool gone; /* the directory itself was removed, moved or unmounted */
		} changed;
		struct order_result order;
		struct space space;
		struct {
			char *name;
			uint32_t id;
			bool group;
		} owner;
		struct {
			char *user, *host, *home;
			struct subject subject;
		} self;
		struct mount_list mounts;
		struct {
			char *path;           /* absolute */
			char *select;         /* the name to put the cursor on in it, or NULL */
			enum entry_type type; /* of what path leads to, links followed */
		} place;
		struct {
			char **names; /* directories end in "/" */
			uint32_t n;
		} complete;
		struct {
			char *path;
			const char *reason; /* as below */
		} saved;
		struct {
			char *path;  /* as it was asked for */
			char *found; /* err -ESTALE: what the file holds instead; NULL: it is gone
				      */
			size_t found_len;
			const char *reason; /* why not, in words; static; NULL: err says it */
		} rewritten;
		struct {
			char *dir;
			struct text_file *at; /* by name */
			uint32_t n;
		} texts;
		struct preview *preview;
		struct facts *facts;
		struct {
			uint64_t size;        /* bytes that there are to read */
			enum entry_type type; /* what is no file is not opened: err -EINVAL */
			bool network;         /* expect slow answers */
			bool watched;         /* changes arrive as FS_CHANGED */
			bool kept;            /* the kernel makes it as it is read: read once */
			bool partial;         /* and only its beginning: there is more */
		} view_opened;
		struct {
			struct textwin window; /* its bytes are heap */
			uint64_t size;         /* of the file */
		} view_data;
		struct {
			uint64_t at, pos; /* at: of the match; pos: how far it got */
			uint64_t unread;  /* bytes that could not be read on the way */
			uint32_t len;     /* bytes of the match */
			bool found, done; /* !done: it goes on */
			bool gave_up;     /* a line was too much for the pattern */
		} view_found;
		struct {
			struct view_mark *marks; /* heap, in order: on the way */
			uint32_t n;
			struct view_mark now; /* how far it got; when done, the result */
			bool done;
			bool at_end; /* the file ended before what was asked for */
			bool unread; /* some of it could not be read */
		} view_lines;
		struct {
			uint64_t size;
			bool changed;  /* since the last time, or since it was opened */
			bool replaced; /* its path leads to another file now */
			bool gone;     /* its path leads nowhere */
		} view_state;
		struct {
			struct sizetree *tree; /* borrowed, until the ticket is closed */
			struct scan_progress progress;
			uint32_t dir, now; /* numbers of directories of the tree */
		} scan;
		struct {
			struct trash_place *at; /* place 1 and those behind it */
			uint32_t n;
		} trash_places;
		struct trash_told trash_dir;
		struct {
			struct trash_found *at;
			uint32_t n, number;
		} trash_items;
		struct {
			uint32_t place;
			bool unchanged; /* as it was told before; nothing was told again */
			bool watched;   /* changes arrive as FS_CHANGED */
		} trash_over;
		struct {
			struct trash_weight *at;
			uint32_t n, number;
		} trash_sizes;
		struct {
			struct past_action *at; /* oldest first */
			uint32_t n;
			char *warning;   /* what of it cannot be read, a line each; or NULL */
			const char *why; /* err: in words, static; or NULL */
		} past;
		struct {
			uint64_t id; /* of the action */
			struct past_step *at;
			uint32_t n, first; /* first: which step at[0] is, from 0 */
			bool more;         /* follow */
			const char *why;   /* as above */
		} past_steps;
		struct task_report *task;
	} u;
};

/* A zeroed event; NULL when out of memory. */
struct fs_event *fs_event_new(enum fs_event_kind kind, uint64_t ticket);
void fs_mounts_free(struct mount_list *list); /* its strings and array; leaves it empty */
void fs_event_free(struct fs_event *event);   /* NULL is fine */

#endif
