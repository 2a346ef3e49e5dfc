/* SPDX-License-Identifier: MIT
 *
 * What has several links, in a size tree. While a scan runs each sight of one is only noted; at its
 * end all sights of an inode are brought together, and it is added once to every directory that it
 * is anywhere below of (struct sizetree_linked), and to `shared` of those below which not all of
 * its links lie. The order of the notes has no influence.
 *
 *	links_note() from any thread, each with its own struct links_page; then
 *	links_settle() from one.
 *
 * When a directory is scanned again into the same tree, the notes of what stays are needed once
 * more: links_again() works out the sums as they will be, links_take() puts them in place.
 *
 * Time: the number of links times how deep they lie. Memory: 32 bytes a link, and 8 a directory
 * while settling.
 *
 * Thread: see above. Owns: the notes.
 */
#ifndef FS_LINKS_H
#define FS_LINKS_H

#include "fs/sizetree_live.h"

struct links;
struct links_page; /* of one thread */

int links_new(struct links **ret_links) MUST_USE;
void links_free(struct links *l);

/* An entry of the directory has several links. *page is NULL at first. 0 or -ENOMEM. */
int links_note(struct links *l, struct links_page **page, const struct meta *meta, uint32_t dir,
	       uint32_t entry) MUST_USE;

/* Reading what was noted, in no particular order: start with a zeroed *at. */
struct links_at {
	const struct links_page *page;
	size_t next;
	bool begun;
};
struct links_sight {
	struct file_id id;
	uint32_t dir, entry;
};
size_t links_count(const struct links *l);
bool links_next(const struct links *l, struct links_at *at, struct links_sight *ret_sight);
/* Adds what was noted in `from`, which has nothing then. */
void links_move(struct links *l, struct links *from);

struct links_sum {
	uint64_t inodes, links; /* that were seen */
	uint64_t extra_blocks,
		extra_size; /* what the links beyond the first would add, were they files */
};
/* Keep: the notes stay for links_again(); otherwise there are none afterwards. 0, -ENOMEM, or
 * -ECANCELED. */
int links_settle(struct links *l, struct sizetree *t, bool keep, const _Atomic bool *cancel,
		 struct links_sum *ret_sum) MUST_USE;

/* What will be when the swap was made: of what was noted before and is still there, and of what was
 * noted since. Changes nothing. 0, -ENOMEM, or -ECANCELED. */
struct links_result;
int links_again(const struct links *before, const struct links *since, struct sizetree *t,
		const struct sizetree_swap *swap, const _Atomic bool *cancel,
		struct links_result **ret_result) MUST_USE;
/* Makes it so; nobody else may read the tree meanwhile. What was there before is the result's then.
 */
void links_take(struct links *l, struct sizetree *t, struct links_result *result);
void links_result_free(struct links_result *result); /* NULL is fine */

#endif
