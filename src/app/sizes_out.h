/* SPDX-License-Identifier: MIT
 *
 * What `trowel sizes --print` prints of a size tree that was scanned.
 *
 * text  a line for each directory and file down to `depth`, the largest first: size, share of the
 * whole, entries, path, and in words what is not as it seems. A size that is at least so much,
 * because something below could not be read, has >= before it. json  one document: the sums of the
 * whole, and `children` as deep as asked csv   RFC 4180 with a first line of names, lines ended by
 * a newline alone; bytes and seconds nul   bytes, a tab and the path, ended by a NUL byte
 *
 * With `top` the largest files in place of the tree, with `by_extension` what files of each
 * extension take up.
 *
 * Thread: any, one at a time. Owns: its buffers.
 */
#ifndef APP_SIZES_OUT_H
#define APP_SIZES_OUT_H

#include "app/list_out.h"
#include "fs/links.h"
#include "fs/sizetree.h"

struct sizes_out {
	enum list_format format;
	uint32_t depth; /* levels below the root that are printed */
	uint32_t top;   /* so many of the largest files; 0: the tree */
	bool by_extension, apparent;
	/* of the scan */
	uint64_t entries, files, dirs, vanished, excluded;
	double seconds;
	struct links_sum links;
};

/* Prints the tree. 0 or -errno: nothing more can be written, which was said on stderr but for
 * -ENOMEM. */
int sizes_out(const struct sizetree *t, const struct sizes_out *o) MUST_USE;

#endif
