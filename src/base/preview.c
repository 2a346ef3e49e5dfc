/* SPDX-License-Identifier: MIT */
#include "base/preview.h"

#include <errno.h>
#include <stdlib.h>

#include "base/alloc.h"

struct preview *preview_new(void)
{
	struct preview *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	str_init(&p->text);
	str_init(&p->what);
	str_init(&p->mime);
	str_init(&p->encoding);
	str_init(&p->format);
	str_init(&p->reason);
	return p;
}

void preview_free(struct preview *p)
{
	if (!p)
		return;
	str_done(&p->text);
	str_done(&p->what);
	str_done(&p->mime);
	str_done(&p->encoding);
	str_done(&p->format);
	str_done(&p->reason);
	free(p->lines);
	free(p);
}

int preview_add(struct preview *p, const void *bytes, size_t len, const struct preview_line *line)
{
	size_t start = p->text.len;
	int r;

	if (start > UINT32_MAX || len > UINT32_MAX - start)
		return -ENOMEM;
	r = array_grow(&p->lines, &p->lines_cap, p->nlines + 1, sizeof(*p->lines));
	if (r == 0)
		r = str_add(&p->text, bytes, len);
	if (r < 0)
		return r;
	p->lines[p->nlines] = *line;
	p->lines[p->nlines].start = (uint32_t)start;
	p->lines[p->nlines].len = (uint32_t)len;
	p->nlines++;
	return 0;
}

const char *preview_line(const struct preview *p, size_t i, size_t *ret_len)
{
	*ret_len = p->lines[i].len;
	return p->text.buf + p->lines[i].start;
}
