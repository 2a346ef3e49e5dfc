/* SPDX-License-Identifier: MIT
 *
 * The helper program, as the workers see it: they hand it an open file and get a preview. What
 * parses hostile content (libmagic, libarchive) is in there, in a sandbox (helper/sandbox.h), and
 * not in this program. Processes are started when first needed, used again, at most HELPER_MAX at
 * once, and killed when they take too long or nobody wants the answer. When the program is missing,
 * dies or talks nonsense, the preview says so: that is all it costs. At rest there is no system
 * call and no wakeup.
 *
 * Thread: any (helper_preview() waits: workers only). Owns: its processes.
 */
#ifndef FS_HELPER_H
#define FS_HELPER_H

#include <sys/types.h>

#include "base/preview.h"
#include "fs/pool.h"

#define HELPER_MAX (POOL_WORKERS / 2)

struct helper;
struct preview_ask;

/* program NULL: where fs/helper_path.h finds it, when first needed. */
int helper_new(const char *program, struct helper **ret_helper) MUST_USE;
/* Ends the processes. Nobody may be asking any more. NULL is fine. */
void helper_free(struct helper *h);
/* What can be shown of the open regular file, `size` bytes long. 0 with the preview, which gives
 * the reason when there is nothing; -ECANCELED when the job is, -ENOMEM. */
int helper_preview(struct helper *h, int file, uint64_t size, const struct preview_ask *ask,
		   struct job *job, struct preview **ret_preview) MUST_USE;
/* The processes alive now, at most HELPER_MAX; for tests. */
size_t helper_pids(struct helper *h, pid_t ret_pids[HELPER_MAX]);

#endif
