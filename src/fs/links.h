/* SPDX-License-Identifier: MIT
 *
 * What has several links, in a size tree. While a scan runs each sight of one is only noted; at its
 *end all sights of an inode are brought together, and it is added once to every directory that it
 *is anywhere below of (struct sizetree_linked), and to `shared` of those below which not all of its
 *links lie. The order of the notes has no influence.
 *
 *	links_note() from any thread, each with its own struct links_page; then
 *	links_settle() from one.
 *
 * Time: the number of links times how deep they lie. Memory: 32 bytes a link, and 8 a directory
 *while settling.
 *
 * Thread: see above. Owns: the notes.
 */
#ifndef FS_LINKS_H
#define FS_LINKS_H

#include "fs/sizetree.h"

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
size_t links_count(const struct links *l);
bool links_next(const struct links *l, struct links_at *at, uint32_t *ret_dir, uint32_t *ret_entry);

struct links_sum {
	uint64_t inodes, links; /* that were seen */
	uint64_t extra_blocks,
		extra_size; /* what the links beyond the first would add, were they files */
};
/* 0, -ENOMEM, or -ECANCELED. Afterwards there are no notes. */
int links_settle(struct links *l, struct sizetree *t, const _Atomic bool *cancel,
		 struct links_sum *ret_sum) MUST_USE;

#endif
