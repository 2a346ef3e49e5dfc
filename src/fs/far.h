/* SPDX-License-Identifier: MIT
 *
 * Whether following a link would wait for somebody else: for a server, a FUSE program, or an
 * automount, of another mount than the link's own. A dead one would keep a thread of the link's own
 * lane for each such link, until nothing of that mount could be listed any more.
 *
 * Each step is judged by its text before anything there is touched: also a link in the middle of
 * the target, or the third link of a chain.
 *
 * Follows: path_resolution(7). Thread: worker. Owns: nothing.
 */
#ifndef FS_FAR_H
#define FS_FAR_H

#include <stdbool.h>

#include "fs/mounts.h"

/* `path` is absolute (else: false), `own` the mount id of the link. True also without memory. */
bool far_link(struct mounts *m, const char *path, uint64_t own);

#endif
