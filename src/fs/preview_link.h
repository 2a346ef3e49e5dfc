/* SPDX-License-Identifier: MIT
 *
 * The preview of a symbolic link: where it leads, step by step, to what is no link, to nothing, or
 * in a circle. Each line is a target as it is stored, its type that of what it names.
 *
 * Follows: symlink(7), path_resolution(7). Thread: worker. Owns: nothing.
 */
#ifndef FS_PREVIEW_LINK_H
#define FS_PREVIEW_LINK_H

#include "base/preview.h"
#include "fs/pool.h"

#define PREVIEW_LINK_STEPS 40 /* as many as the kernel follows */

/* Fills p; `fd` is the link (O_PATH|O_NOFOLLOW) at `path`, `lines` the most lines. A chain that
 * breaks is told in p->reason. 0, -ENOMEM, -ECANCELED. */
int preview_link(const char *path, int fd, uint32_t lines, struct job *job,
		 struct preview *p) MUST_USE;
/* The same for a link that leads to where nobody may answer (fs/far.h): only its target is told. 0
 * or -ENOMEM. */
int preview_link_far(int fd, struct preview *p) MUST_USE;

#endif
