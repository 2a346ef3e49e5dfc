/* SPDX-License-Identifier: MIT
 *
 * The one builder of real directory trees for tests. A tree lives in a fresh directory of its own
 *below $TMPDIR and is made from text, one thing a line, written much as ls -F shows them:
 *
 *   name               an empty file               name 4096     a file of so many bytes (K, M, G
 *too) name "text"        a file with this content    name ~1G      a sparse file, one hole dir/ a
 *directory                 a/b/c         missing directories are made name -> target     a symbolic
 *link             name => path  a hard link to a path of this tree name|              a FIFO name=
 *a socket dir/ *5000         with 5000 empty files       dir/ ^5000    5000 directories "d" deep,
 *with a file f0000000, f0000001 ...                    "bottom" in the last
 *   ... :0640          with this mode              ... @12345    with this mtime (seconds)
 *
 * Attributes follow the name after blanks, in any order. In names, targets and contents: \n \t \e
 *\\ \s (blank)
 * \" and \xHH; \R200; repeats the byte before it 200 times in all. Modes and times are set last,
 *innermost first, so that a plain user can build what nobody can enter. A line that is empty or
 *begins with # is skipped. Anything that goes wrong fails the test with the line.
 *
 *	struct tree *t = tree_new("a/b 12\n" "loop -> .\n" "closed/ :0\n");
 *	open(tree_path(t, "a/b"), ...);
 *	tree_free(t);
 *
 * Thread: any, one at a time. Owns: the directory and all that is in it.
 */
#ifndef TESTS_LIB_TREE_H
#define TESTS_LIB_TREE_H

#include "base/defs.h"

struct tree {
	char *path;   /* absolute */
	int fd;       /* of that directory */
	char **texts; /* what tree_path() gave out */
	size_t ntexts;
};

/* One of each kind of thing and every unkind name: loops, dangling links, FIFO, socket, sparse,
 * hard links, 255 bytes, newlines, escapes, bidi, invalid UTF-8, wide and combining, leading
 * dashes, hidden. */
extern const char tree_zoo[];

struct tree *tree_new(const char *text); /* text may be "" */
void tree_add(struct tree *t, const char *text);
/* The absolute path of `rel` (taken literally, no escapes; "" is the tree itself); valid until
 * tree_free(). */
const char *tree_path(struct tree *t, const char *rel);
/* Removes one thing of it, a directory with all below it, whatever the modes. */
void tree_remove(struct tree *t, const char *rel);
/* Renames within the tree. */
void tree_move(struct tree *t, const char *from, const char *to);
/* Removes everything, whatever the modes and however deep. NULL is fine. */
void tree_free(struct tree *t);

#endif
