/* SPDX-License-Identifier: MIT
 *
 * The mount table as a source of rows. A mount keeps its id while the table is read again; those of
 * the kernel (proc, sysfs...) come after the others. Its rows lie in no directory, so they cannot
 * be marked.
 *
 * Thread: UI. Owns: the table.
 */
#ifndef MODEL_MOUNTS_ROWS_H
#define MODEL_MOUNTS_ROWS_H

#include "fs/entry.h"
#include "model/rows.h"

struct mounts_rows;

struct mounts_rows *mounts_rows_new(void); /* NULL when out of memory */
void mounts_rows_free(struct mounts_rows *m);
struct rows *mounts_rows_rows(struct mounts_rows *m);
/* A newer table; takes the strings of the list. 0 or -ENOMEM (what was read stays mixed with what
 * was there). */
int mounts_rows_set(struct mounts_rows *m, struct mount_list *list);
/* The mount of this row, NULL for a hole; valid until the next table. */
const struct mount *mounts_rows_at(const struct mounts_rows *m, uint32_t id);

#endif
