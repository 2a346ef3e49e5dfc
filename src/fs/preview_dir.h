/* SPDX-License-Identifier: MIT
 *
 * The preview of a directory: its first names in natural order, directories first, and how many
 * there are. A very large one is not read to its end: what is shown then is what came first, and
 * the count says "at least".
 *
 * Thread: worker. Owns: nothing.
 */
#ifndef FS_PREVIEW_DIR_H
#define FS_PREVIEW_DIR_H

#include "base/preview.h"
#include "fs/entry.h"
#include "fs/pool.h"

#define PREVIEW_DIR_MAX 20000u /* names that are read */

/* Fills p; `fd` is the directory (O_PATH will do), `lines` the most lines. What cannot be read is
 * told in p->reason. 0, -ENOMEM, -ECANCELED. */
int preview_dir(int fd, uint32_t lines, struct job *job, struct preview *p) MUST_USE;
/* As ls(1) shows it of what is unknown, 0. */
char preview_type_letter(enum entry_type type);

#endif
