/* SPDX-License-Identifier: MIT
 *
 * All a browser asks of the file system, each call returning at once; answers arrive as fs_events
 * in the queue given. It keeps the open directory of each listing (by ticket), and knows the mount
 * table, so that each job goes to the lane of the mount its path lies on.
 *
 * Every call takes what it is given in all cases, and answers with exactly the events named, unless
 * the ticket was closed. When a job cannot even be made, the event says so with its err.
 *
 * Thread: UI for the calls. Owns: descriptors, workers, the inotify descriptor.
 */
#ifndef FS_BROWSE_H
#define FS_BROWSE_H

#include "base/exclude.h"
#include "base/match.h"
#include "base/queue.h"
#include "fs/event.h"
#include "fs/merger.h"
#include "fs/pool.h"

struct browse;

int browse_new(struct queue *answers, struct browse **ret_browse);
void browse_free(struct browse *b, unsigned ms); /* see pool_stop() */

/* FS_SELF and FS_MOUNTS without capacities, ticket 0. */
void browse_start(struct browse *b);
/* Lists the directory (links in `path` followed): FS_LIST_*, then FS_SPACE. The directory stays
 * open and watched under this ticket until browse_close(). */
void browse_list(struct browse *b, uint64_t ticket, const char *path);
/* Cancels everything under the ticket at once and closes its directory. No event follows, but those
 * already in the queue. */
void browse_close(struct browse *b, uint64_t ticket);
/* FS_STAT for these ids of the listing (names: its pool; ids: heap, taken; n > 0). In batches: the
 * first after at most 64 entries when urgent, later ones of up to 4096. */
void browse_stat(struct browse *b, uint64_t ticket, struct names *names, uint32_t *ids, uint32_t n,
		 bool urgent);
/* FS_STAT by name, as after FS_CHANGED (names: heap array of heap strings, taken). */
void browse_stat_names(struct browse *b, uint64_t ticket, char **names, uint32_t n);
/* FS_ORDER. The spec is taken (moved from). A later call with the same ticket cancels the earlier.
 */
void browse_order(struct browse *b, uint64_t ticket, struct order_spec *spec);
/* FS_OWNER, ticket 0. Name services may be slow: they have a lane of their own. */
void browse_owner(struct browse *b, bool group, uint32_t id);
/* FS_MOUNTS again, with the capacities of local file systems, ticket 0. */
void browse_mounts(struct browse *b);
/* FS_PLACE: what path leads to. A directory: path is it, select NULL. Anything else: path is its
 * directory and select its name. */
void browse_place(struct browse *b, uint64_t ticket, const char *path);
/* FS_PLACE: where the link `path` points, one step (readlink(2)), resolved from its directory. */
void browse_link_target(struct browse *b, uint64_t ticket, const char *path);
/* FS_PLACE: the nearest directory at or above path that holds .git, .hg, .svn, .bzr or .jj; err
 * -ENOENT. */
void browse_repo_root(struct browse *b, uint64_t ticket, const char *path);
/* FS_COMPLETE: names in dir that begin with prefix, naturally sorted, at most 1000. */
void browse_complete(struct browse *b, uint64_t ticket, const char *dir, const char *prefix);
/* Polls a directory that is not watched: FS_CHANGED (all) when its mtime or ctime moved, else
 * nothing. */
void browse_check(struct browse *b, uint64_t ticket);

/* FS_INFO: all about what is at path but its content, a link itself and not what it points to. A
 * large directory is counted for a short while only. browse_close() with the ticket cancels it. */
void browse_info(struct browse *b, uint64_t ticket, const char *path);

/* How much of a preview is wanted. */
enum preview_depth {
	PREVIEW_OF_KIND,    /* what, mime and encoding only */
	PREVIEW_OF_CONTENT, /* the first lines too */
	PREVIEW_OF_BYTES,   /* the first lines as hex, whatever it is */
};
struct preview_ask {
	enum preview_depth depth;
	uint32_t lines;   /* at most so many */
	uint32_t columns; /* and so many bytes of each: longer ones are cut */
};
/* FS_PREVIEW of what is at path, a link itself and not what it points to. Nothing but regular files
 * is ever opened for reading, and none of a kernel file system: where there is no preview, reason
 * says why. What libmagic and libarchive have to say comes from the helper program (fs/helper.h).
 * browse_close() with the ticket cancels it. */
void browse_preview(struct browse *b, uint64_t ticket, const char *path,
		    const struct preview_ask *ask);

/* Opens a file for viewing, links in `path` followed: FS_VIEW_OPENED. Only a regular file is opened
 * for reading; it stays open, and watched where it is local, until browse_close(). What follows is
 * for a ticket that is open; of another no event comes. */
void browse_view(struct browse *b, uint64_t ticket, const char *path);
/* FS_VIEW_DATA: a window that begins at `at` (a multiple of 4). What cannot be read is a gap. */
void browse_view_read(struct browse *b, uint64_t ticket, uint64_t at, size_t len);
/* FS_VIEW_STATE. */
void browse_view_check(struct browse *b, uint64_t ticket);
/* A search through the file, from a position on or back from it: the nearest match that begins at
 * or after `from`, or before it. A match begins and ends in one line. */
struct view_search {
	struct matcher *matcher; /* matcher_new_text(); a reference, taken */
	enum textcode code;
	uint64_t from;
	bool backward;
};
/* FS_VIEW_FOUND with the ticket `op`, several while it goes on; browse_close(op) cancels it. */
void browse_view_search(struct browse *b, uint64_t ticket, uint64_t op,
			const struct view_search *search);
/* Counts newlines from a position on, until a position or until there are so many. */
struct view_count {
	struct view_mark from;
	uint64_t to_at, to_lines; /* UINT64_MAX: no matter */
	uint64_t step;            /* bytes between the marks told */
	enum textcode code;
};
/* FS_VIEW_LINES with the ticket `op`, likewise. What was asked by lines is answered with the
 * position behind that newline. */
void browse_view_count(struct browse *b, uint64_t ticket, uint64_t op,
		       const struct view_count *count);

/* Scans the directory (links in `path` followed) for the sizes of everything below it, beside
 * whatever else goes on: FS_SCAN_BEGUN, then FS_SCAN_OVER. The tree stays until browse_close(),
 * which also ends the scan. */
struct scan_ask {
	bool one_file_system;    /* by mount */
	bool exclude_caches;     /* directories with a CACHEDIR.TAG */
	struct exclude *exclude; /* heap, taken; NULL: nothing */
};
void browse_scan(struct browse *b, uint64_t ticket, const char *path, const struct scan_ask *ask);
/* FS_SCAN_GOES, at once: of the directory that is scanned again, while one is. */
void browse_scan_look(struct browse *b, uint64_t ticket);
/* Ends it where it is, within 50 ms: FS_SCAN_OVER, or FS_SCAN_READY, with -ECANCELED. The tree
 * stays. What a dead server holds up is told to be over all the same; scanning again is -EBUSY as
 * long as it does. Of one that waits for its root to be opened: FS_SCAN_BEGUN with -ECANCELED, at
 * once. */
void browse_scan_stop(struct browse *b, uint64_t ticket);
/* FS_SCAN_READY: scans a directory of the tree again, when the scan is over, one at a time (-EBUSY:
 * another is not over or not taken yet). Not `deep`: those of its subdirectories that it had before
 * are kept as they are. -EINVAL: the number means nothing any more; -ENOENT: the root itself is
 * gone, at any other directory that is something to take (FS_SCAN_TAKEN with TREE_NONE). */
void browse_scan_again(struct browse *b, uint64_t ticket, uint32_t dir, bool deep);
/* FS_SCAN_TAKEN, at once: what FS_SCAN_READY has told of takes the place of what was there. Numbers
 * of what was replaced mean nothing any more. Whoever else reads the tree must not do so meanwhile.
 */
void browse_scan_take(struct browse *b, uint64_t ticket);
/* FS_CHANGED with the ticket `op` when something changes in the directory of the tree, at once when
 * it has since it was read (by its mtime), `gone` when it is no longer there; browse_close(op) ends
 * it. Of one that cannot be watched nothing comes. */
void browse_scan_watch(struct browse *b, uint64_t ticket, uint64_t op, uint32_t dir);

/* What is in every trash of this user, in the home and on each mount: FS_TRASH_*. A mount that does
 * not answer holds up nothing but its own FS_TRASH_OVER. Then what directories take, one after the
 * other, of which nobody has told in the trash itself. The mounts are those of the moment. Local
 * ones are watched: FS_CHANGED with the ticket. */
struct trash_ask {
	const char *home, *data_home; /* $HOME, $XDG_DATA_HOME; copied, may be NULL */
	bool keep;                    /* sizes are kept in the trash, for all who look later */
};
void browse_trash(struct browse *b, uint64_t ticket, const struct trash_ask *ask);
/* FS_TRASH_OVER once more for each place that is watched, after what is in it, when that changed.
 */
void browse_trash_look(struct browse *b, uint64_t ticket);
/* Where tasks find the trash of the home, and keep the journal: before the first of them. 0 or
 * -ENOMEM. */
struct tasker_env;
int browse_tasks(struct browse *b, const struct tasker_env *env) MUST_USE;
/* Does what the ask says (taken), or plans it: FS_TASK_PLANNED and FS_TASK_COUNTS, then it waits;
 * FS_TASK_GOES now and then, and at the end FS_TASK_OVER. browse_close() ends it behind the step it
 * is at, and what came of it is not told. */
void browse_task(struct browse *b, uint64_t ticket, struct task_ask *ask);
void browse_task_go(struct browse *b, uint64_t ticket); /* after FS_TASK_PLANNED */
/* What is to become of what has its name taken: FS_TASK_PLANNED follows again. */
void browse_task_choose(struct browse *b, uint64_t ticket, enum task_clash clash);
void browse_task_stop(struct browse *b, uint64_t ticket); /* FS_TASK_OVER still follows */

/* FS_PAST: the actions of the journal in this directory, which may not be there yet. It is watched
 * until browse_close(): FS_CHANGED with the ticket. */
void browse_history(struct browse *b, uint64_t ticket, const char *dir);
void browse_history_look(struct browse *b, uint64_t ticket); /* FS_PAST again */
/* FS_PAST_STEPS of one of its actions, until one has no `more`. */
void browse_history_steps(struct browse *b, uint64_t ticket, uint64_t id);

/* FS_SAVED, ticket 0: writes a small file of our own (bytes are copied) through a temporary name in
 * the same directory, fsync and rename, 0600, making its directory (0700) when missing; a reader
 * sees the old or the new file, never a part. */
void browse_save(struct browse *b, const char *path, const void *bytes, size_t len);

/* FS_REWRITTEN, ticket 0: replaces a file that people edit, when it still holds what was read from
 * it (was NULL: when there is none): see fs/rewriter.h. Bytes are copied. */
void browse_rewrite(struct browse *b, const char *path, const void *was, size_t was_len,
		    const void *bytes, size_t len);
/* FS_TEXTS, ticket 0: what the files of the directory hold whose name ends so and begins with no
 * dot, of which each is to be trusted (fs/trusted.h) and has at most TEXTS_SIZE_MAX bytes; of
 * TEXTS_MAX files. */
#define TEXTS_MAX      256
#define TEXTS_SIZE_MAX 65536
void browse_texts(struct browse *b, const char *dir, const char *suffix);
/* The same for a file that several programs write: merge (fs/merger.h) makes the new content from
 * what is there; done(ctx) follows in all cases. */
void browse_merge(struct browse *b, const char *path, merge_fn *merge, void (*done)(void *ctx),
		  void *ctx);

/* The inotify descriptor for the poll loop, or -1; and what to do when it is readable: puts
 * FS_CHANGED events (coalesced per ticket, each name once) into the answer queue. */
int browse_watch_fd(const struct browse *b);
void browse_watch_read(struct browse *b);

uint32_t browse_busy(struct browse *b); /* pool_busy() */
uint32_t browse_stalls(struct browse *b, struct stall *ret_stalls,
		       uint32_t max); /* pool_stalls() */

#endif
