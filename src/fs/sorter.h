/* SPDX-License-Identifier: MIT
 *
 * FS_ORDER: order_run() in a worker. One answer per ticket: a later request supersedes the earlier,
 * which then is not answered.
 *
 * Thread: any. Owns: the specs it is given, until they are answered.
 */
#ifndef FS_SORTER_H
#define FS_SORTER_H

#include "base/order.h"
#include "fs/service.h"

int sorter_new(struct sorter **ret_sorter) MUST_USE;
void sorter_free(struct sorter *s); /* no job may be left */
/* The spec is moved from. Without memory the answer is FS_ORDER with err -ENOMEM. */
void sorter_order(struct service *s, uint64_t ticket, struct order_spec *spec);

#endif
