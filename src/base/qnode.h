/* SPDX-License-Identifier: MIT
 *
 * The link a message carries to be in a queue (base/queue.h). Apart, so that headers of plain data
 * need not know of threads.
 */
#ifndef BASE_QNODE_H
#define BASE_QNODE_H

struct qnode {
	struct qnode *next;
};

#endif
