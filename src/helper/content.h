/* SPDX-License-Identifier: MIT
 *
 * The preview of one file: decides what its content is and has it made by text, zip,
 * archive or here (hex). Only a bounded first part is read, except of archives, which have bounds
 * of their own.
 *
 * Thread: one. Owns: nothing.
 */
#ifndef HELPER_CONTENT_H
#define HELPER_CONTENT_H

#include "base/wire.h"
#include "helper/budget.h"
#include "helper/kind.h"
#include "helper/source.h"

#define CONTENT_HEAD (256u * 1024u) /* the first part */

/* What cannot be read is a preview too, with the reason. 0 or -ENOMEM. */
int content_preview(struct kind *kind, struct budget *budget, const struct source *source,
		    const struct wire_ask *ask, struct preview **ret_preview) MUST_USE;

#endif
