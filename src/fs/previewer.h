/* SPDX-License-Identifier: MIT
 *
 * Jobs: what can be shown of the content of one thing (FS_PREVIEW), in the lane of its mount. See
 * browse_preview() for what is opened and what never is.
 *
 * Follows: openat(2) O_PATH, proc(5) /proc/self/fd. Thread: any. Owns: nothing.
 */
#ifndef FS_PREVIEWER_H
#define FS_PREVIEWER_H

#include "fs/browse.h"
#include "fs/service.h"

void previewer_preview(struct service *s, uint64_t ticket, const char *path,
		       const struct preview_ask *ask);

#endif
