/* SPDX-License-Identifier: MIT
 *
 * What the person is told.
 */
#include "model/inside.h"

#include <stdarg.h>

#define INFO_MS    4000
#define WARNING_MS 10000

void model_notice(struct model *m, enum notice_kind kind, int64_t now_ms, const char *fmt, ...)
{
	va_list args;

	str_clear(&m->notice.text);
	va_start(args, fmt);
	str_vaddf(&m->notice.text, fmt, args);
	va_end(args);
	/* Without memory for the words nothing is said. */
	m->notice.kind = m->notice.text.len ? kind : NOTICE_NONE;
	/* Whoever reads it by finger is not to lose it: there the next key takes it away. */
	m->notice.until_ms = m->settings.plain        ? INT64_MAX
			     : kind == NOTICE_INFO    ? now_ms + INFO_MS
			     : kind == NOTICE_WARNING ? now_ms + WARNING_MS
						      : INT64_MAX;
	m->rev++;
}

void model_notice_clear(struct model *m)
{
	if (m->notice.kind == NOTICE_NONE)
		return;
	m->notice.kind = NOTICE_NONE;
	str_clear(&m->notice.text);
	m->notice.until_ms = INT64_MAX;
	m->rev++;
}

void notice_failed(struct model *m, const char *what, const char *path, int err)
{
	struct str why = STR_INIT;

	reason_add(&why, err);
	model_notice(m, NOTICE_ERROR, m->now_ms, "%s %s: %s", what, path,
		     why.len ? why.buf : "out of memory");
	str_done(&why);
}
