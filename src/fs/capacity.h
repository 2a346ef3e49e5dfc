/* SPDX-License-Identifier: MIT
 *
 * The list of mounts, with the capacity of each local one when that is asked for. Each is asked in
 * the lane of its own mount; who does not answer within a second is shown without, and the others
 * do not wait for it any longer.
 *
 * Follows: statvfs(3). Thread: any. Owns: nothing.
 */
#ifndef FS_CAPACITY_H
#define FS_CAPACITY_H

#include "fs/service.h"

void capacity_report(struct service *s, bool spaces); /* FS_MOUNTS, ticket 0 */

#endif
