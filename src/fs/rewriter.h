/* SPDX-License-Identifier: MIT
 *
 * Files that people edit and that we rewrite when asked to (the configuration): replaced as a
 * whole, and only when they still hold what was read from them. The new file is complete on the
 * disk before that is looked at; the two then change places (RENAME_EXCHANGE), so that what was
 * replaced is what was compared, and change back when it was not. Only where a file system cannot
 * do so there is a gap between the last look and the rename.
 *
 * The links at the end of the path are followed, so that a file kept elsewhere by a link stays
 * there and the link a link. Mode, group and access list stay; other extended attributes do not. A
 * file that is not ours, is write-protected, has an access list that cannot be kept, has other hard
 * links (they would keep the old text) or is no regular file is left alone. Where there is none it
 * is made, with its directory.
 *
 * Follows: renameat2(2), fsync(2), path_resolution(7). Thread: any. Owns: copies of what it is
 * given.
 */
#ifndef FS_REWRITER_H
#define FS_REWRITER_H

#include "base/str.h"
#include "fs/service.h"

#define REWRITE_MAX (1u << 20)

struct rewrite {
	const char *path; /* absolute */
	const void *was;  /* what it is to hold before; NULL: it is not to exist */
	size_t was_len;
	const void *bytes;
	size_t len;
};

/* Does it now. 0 or -errno, and then the old file is what it was. -ESTALE: it holds something else,
 * which goes to *ret_found (NULL: it does not exist); -EPERM, -EMLINK, -EINVAL, -EOPNOTSUPP,
 * -EISDIR with the reason in words. -EBUSY: it was changed in the very moment, and what is not in
 * it now is kept beside it. *ret_found is the caller's to free. */
int rewriter_write(const struct rewrite *w, char **ret_found, size_t *ret_found_len,
		   const char **ret_reason) MUST_USE;
/* browse_rewrite(). Runs even while the program ends. */
void rewriter_rewrite(struct service *s, const char *path, const void *was, size_t was_len,
		      const void *bytes, size_t len);

#endif
