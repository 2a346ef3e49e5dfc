/* SPDX-License-Identifier: MIT
 *
 * What is in one trash, told to a browser some things at a time: the first soon, then many at once,
 * with less to do for who is told.
 *
 * Thread: worker. Owns: nothing after it returns.
 */
#ifndef FS_TRASH_READER_H
#define FS_TRASH_READER_H

#include "fs/service.h"
#include "fs/trash_scales.h"

struct trash_reader {
	struct outbox *out;
	uint64_t ticket;
	uint32_t number; /* of the trash, in FS_TRASH_ITEMS */
	struct job *job; /* that it is done in; it gives signs of life */
	const _Atomic bool *closed;
};

/* FS_TRASH_ITEMS until all is told. *ret_load: what is to be weighed, without the trash; NULL:
 * nothing. 0, -ECANCELED, -ENOMEM, -errno: not all could be read; *ret_load is written in any case.
 */
int trash_reader_read(const struct trash_reader *reader, const struct trash_dir *dir,
		      struct load **ret_load) MUST_USE;

#endif
