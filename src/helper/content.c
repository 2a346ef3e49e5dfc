/* SPDX-License-Identifier: MIT */
#include "helper/content.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "helper/archive.h"
#include "helper/text.h"
#include "helper/zip.h"

#define HEX_LINE 16u

struct head {
	uint8_t *bytes;
	size_t len;
	bool whole; /* the file ends with it */
};

static int hex_lines(const struct head *head, const struct wire_ask *ask, struct preview *p)
{
	struct preview_line line = {.size = PREVIEW_UNKNOWN, .packed = PREVIEW_UNKNOWN};
	size_t at = 0;
	int rc = 0;

	p->kind = PREVIEW_HEX;
	for (; !rc && at < head->len && p->nlines < ask->lines; at += HEX_LINE)
		rc = preview_add(p, head->bytes + at, MIN(HEX_LINE, head->len - at), &line);
	p->more = at < head->len || !head->whole;
	return rc;
}

/* Eight-bit text is a guess: what libmagic knows as something else is that. */
static bool is_text(enum text_code code, const struct preview *p)
{
	if (code == TEXT_1252 || code == TEXT_8859_1)
		return strncmp(p->mime.buf, "text/", 5) == 0 || !p->mime.len;
	return code != TEXT_NONE;
}

/* Everything that is neither text nor an archive, and everything when bytes are wanted. */
static int plain(const struct head *head, enum text_code code, const struct wire_ask *ask,
		 struct preview *p)
{
	if (code == TEXT_NONE || ask->depth == WIRE_BYTES)
		return hex_lines(head, ask, p);
	p->kind = PREVIEW_TEXT;
	return text_lines(head->bytes, head->len, head->whole, code, ask, p);
}

/* Text that is only compressed is shown as text, anything else as the one member that it is. */
static int unpacked(const struct archive_content *content, const struct wire_ask *ask,
		    struct preview *p)
{
	struct head head = {.bytes = content->bytes, .len = content->len, .whole = content->whole};
	enum text_code code = text_code(head.bytes, head.len);

	if (code == TEXT_NONE || code == TEXT_1252 || code == TEXT_8859_1)
		return 0;
	p->nlines = 0;
	str_clear(&p->text);
	return str_adds(&p->encoding, text_code_name(code)) ? -ENOMEM : plain(&head, code, ask, p);
}

/* 0, -ENOMEM, or -ENOTSUP: it is none. */
static int archive(const struct source *source, const struct head *head, struct budget *budget,
		   const struct wire_ask *ask, struct preview *p)
{
	struct archive_content content = {0};
	int rc;

	if (zip_known(head->bytes, head->len))
		return zip_fill(source, ask, budget, p);
	rc = archive_fill(source, head->bytes, head->len, p->mime.buf, ask, budget, CONTENT_HEAD, p,
			  &content);
	if (!rc && content.len)
		rc = unpacked(&content, ask, p);
	free(content.bytes);
	return rc;
}

static int fill(struct kind *kind, struct budget *budget, const struct source *source,
		const struct head *head, const struct wire_ask *ask, struct preview *p)
{
	enum text_code code = text_code(head->bytes, head->len);
	int rc = kind_tell(kind, head->bytes, head->len, p);

	if (rc)
		return rc;
	if (!is_text(code, p))
		code = TEXT_NONE;
	rc = str_adds(&p->encoding, text_code_name(code));
	if (rc || ask->depth == WIRE_KIND)
		return rc;
	if (!head->len)
		return str_adds(&p->reason, "the file is empty");
	if (ask->depth == WIRE_CONTENT && (zip_known(head->bytes, head->len) ||
					   archive_known(head->bytes, head->len, p->mime.buf))) {
		str_clear(&p->encoding);
		rc = archive(source, head, budget, ask, p);
		if (rc != -ENOTSUP)
			return rc;
		if (code != TEXT_NONE) /* a text that begins like an archive */
			str_clear(&p->reason);
		if (str_adds(&p->encoding, text_code_name(code)))
			return -ENOMEM;
	}
	return plain(head, code, ask, p);
}

static int read_head(const struct source *source, struct head *ret_head)
{
	ssize_t n;

	ret_head->bytes = malloc(CONTENT_HEAD + 1);
	if (!ret_head->bytes)
		return -ENOMEM;
	/* One byte more tells whether that was all. */
	n = source_read(source, 0, ret_head->bytes, CONTENT_HEAD + 1);
	if (n < 0)
		return (int)n;
	ret_head->whole = (size_t)n <= CONTENT_HEAD;
	ret_head->len = MIN((size_t)n, CONTENT_HEAD);
	return 0;
}

int content_preview(struct kind *kind, struct budget *budget, const struct source *source,
		    const struct wire_ask *ask, struct preview **ret_preview)
{
	struct preview *p = preview_new();
	struct head head = {0};
	int rc;

	budget_start(budget);
	rc = p ? read_head(source, &head) : -ENOMEM;
	if (!rc)
		rc = fill(kind, budget, source, &head, ask, p);
	else if (rc != -ENOMEM)
		rc = str_addf(&p->reason, "it cannot be read: %s", strerror(-rc));
	free(head.bytes);
	if (rc)
		preview_free(p);
	else
		*ret_preview = p;
	return rc;
}
