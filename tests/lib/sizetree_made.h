/* SPDX-License-Identifier: MIT
 *
 * Size trees (fs/sizetree.h) made by hand, for tests of what reads them: no scan, no thread, no
 * file. They grow as those of a scan do: a directory is published, then it is done, and its sums go
 * up once.
 *
 *	struct sizetree *t = made_new("/top");
 *
 *	made_read(t, "", ".:4096:8 a/ file:100:8 link:50:8:linked,first");
 *	made_done(t, "");	// now only "a" is missing
 *	made_read(t, "a", ".:4096:8 big:4294967296:8388608");
 *	made_done(t, "a");	// the whole tree is done
 *	made_free(t);
 *
 * A directory is named by its path below the root, "" is the root. Words of the text are
 *
 *	NAME[:SIZE[:BLOCKS[:MTIME]]][:FLAG[,FLAG]...]
 *
 * "." is the directory itself; "name/" a directory, "name@" a symbolic link, "name|" a pipe; \xHH
 *in a name is that byte. Flags: linked, first, unread, excluded, mount, other (not entered),
 *kernel, elsewhere, sparse, gone.
 *
 * Thread: one. Owns: the tree.
 */
#ifndef TESTS_LIB_SIZETREE_MADE_H
#define TESTS_LIB_SIZETREE_MADE_H

#include "fs/sizetree.h"

/* One entry in another form than text. */
struct made_entry {
	const char *name;
	size_t len;
	enum entry_type type;
	uint64_t size, blocks;
	uint32_t mtime, flags;
};

struct sizetree *made_new(const char *root);
void made_free(struct sizetree *t);
/* The number of a directory, of the entry at a path; TREE_NONE: it is not there. */
uint32_t made_dir(const struct sizetree *t, const char *path);
uint32_t made_entry_at(const struct sizetree *t, const char *path);
uint32_t made_dir_below(const struct sizetree *t, uint32_t dir, const char *path);

/* Its entries, as of now; the text or n entries. */
void made_read(struct sizetree *t, const char *path, const char *text);
void made_read_dir(struct sizetree *t, uint32_t dir, const char *text);
void made_publish(struct sizetree *t, uint32_t dir, const struct made_entry *own,
		  const struct made_entry *entries, size_t n);
/* Reading it is over: it is done when all below is, and so on upwards. */
void made_done(struct sizetree *t, const char *path);
void made_dir_done(struct sizetree *t, uint32_t dir);
/* The same when it has been found to be gone: not among what is counted. */
void made_gone(struct sizetree *t, uint32_t dir);
void made_flags(struct sizetree *t, uint32_t entry, uint32_t flags); /* added */
/* What a directory has of several links: at the end of a scan. */
void made_linked(struct sizetree *t, const char *path, uint64_t blocks, uint64_t size,
		 uint64_t shared);

/* A new directory that is to take the place of one: it is read as any other, made_read_dir(), and
 * its number is returned. Then made_take() puts it there (TREE_NONE: the one there is gone), what
 * is above is right again, and subdirectories of it that were not read are those of the old one. */
uint32_t made_again(struct sizetree *t, uint32_t dir);
void made_take(struct sizetree *t, uint32_t dir, uint32_t now);

/* Less than n, the same for the same state, which may be anything at first. */
uint32_t made_random(uint64_t *state, uint32_t n);

#endif
