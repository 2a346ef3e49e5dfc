/* SPDX-License-Identifier: MIT
 *
 * FS_STAT: metadata of entries of an open directory, in batches. After each batch the job goes to
 * the end of its lane's queue, so that a million of them never keep an urgent job waiting for
 * longer than one.
 *
 * Thread: any. Owns: what it is given, until it is answered.
 */
#ifndef FS_STATTER_H
#define FS_STATTER_H

#include "fs/service.h"

#define STATTER_BATCH  4096
#define STATTER_URGENT 64   /* the first batch of an urgent request */
#define STATTER_MS     100  /* a batch that takes longer is sent as far as it got */
#define STATTER_SPLIT  8192 /* from here on two workers share the work */

/* Both take ids or names in all cases; what cannot be made is answered with err. */
void statter_ids(struct dir *d, struct names *names, uint32_t *ids, uint32_t n, bool urgent);
void statter_names(struct dir *d, char **names, uint32_t n);

#endif
