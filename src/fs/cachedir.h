/* SPDX-License-Identifier: MIT
 *
 * Directories whose contents a program can make again, and says so.
 *
 * Follows: the Cache Directory Tagging Specification (bford.info/cachedir). Thread: any. Owns:
 * nothing.
 */
#ifndef FS_CACHEDIR_H
#define FS_CACHEDIR_H

#include <stdbool.h>

#define CACHEDIR_TAG "CACHEDIR.TAG"

/* Whether the open directory has the tag with its signature. */
bool cachedir_tagged(int dirfd);

#endif
