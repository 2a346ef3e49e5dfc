/* SPDX-License-Identifier: MIT
 *
 * Questions about one path: what it leads to (FS_PLACE), and what completes it (FS_COMPLETE).
 *
 * Thread: any. Owns: nothing.
 */
#ifndef FS_PLACER_H
#define FS_PLACER_H

#include "fs/service.h"

#define PLACER_COMPLETE_MAX 1000

/* See browse_place(), browse_link_target(), browse_repo_root() and browse_complete(). */
void placer_place(struct service *s, uint64_t ticket, const char *path);
void placer_link_target(struct service *s, uint64_t ticket, const char *path);
void placer_repo_root(struct service *s, uint64_t ticket, const char *path);
void placer_complete(struct service *s, uint64_t ticket, const char *dir, const char *prefix);

#endif
