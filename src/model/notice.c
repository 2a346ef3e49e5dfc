/* SPDX-License-Identifier: MIT
 *
 * What the person is told.
 */
#include "model/inside.h"

#include <stdarg.h>

#define INFO_MS    4000
#define WARNING_MS 10000

void model_notice(struct model *m, enum notice_kind kind, const char *fmt, ...)
{
	va_list args;

	str_clear(&m->notice.text);
	va_start(args, fmt);
	str_vaddf(&m->notice.text, fmt, args);
	va_end(args);
	/* Without memory for the words nothing is said. */
	m->notice.kind = m->notice.text.len ? kind : NOTICE_NONE;
	m->notice.until_ms = INT64_MAX;
	m->notice.shown = false;
	m->rev++;
}

/* Whoever reads it by finger is not to lose it: there the next key takes it away. */
void model_notice_shown(struct model *m, int64_t now_ms)
{
	static const int64_t lasts[] = {
		[NOTICE_INFO] = INFO_MS,
		[NOTICE_WARNING] = WARNING_MS,
		[NOTICE_ERROR] = 0,
	};
	int64_t ms = lasts[m->notice.kind];

	if (m->notice.shown)
		return;
	m->notice.shown = true;
	if (ms && !m->settings.plain)
		m->notice.until_ms = now_ms + ms;
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
	model_notice(m, NOTICE_ERROR, "%s %s: %s", what, path, why.len ? why.buf : "out of memory");
	str_done(&why);
}
