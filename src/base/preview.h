/* SPDX-License-Identifier: MIT
 *
 * What can be shown of a file's content beside the list: a first part of it as lines, and what kind
 * of file it is. Made by the helper program or by a worker, read by model and ui. All bytes come
 * from outside: they are made safe when they are drawn (base/display.h), nowhere before.
 *
 * Thread: any, one owner. Owns: its strings and lines.
 */
#ifndef BASE_PREVIEW_H
#define BASE_PREVIEW_H

#include "base/str.h"

enum preview_kind {
	PREVIEW_NONE,    /* nothing to show: reason says why */
	PREVIEW_TEXT,    /* lines are UTF-8, whatever the file is encoded in */
	PREVIEW_HEX,     /* each line is up to 16 raw bytes, at offset 16 × its index */
	PREVIEW_ARCHIVE, /* each line is the name of a member, with its sizes */
	PREVIEW_DIR,     /* each line is the name of an entry */
	PREVIEW_LINK,    /* each line is a step of the chain: where it leads next */
	PREVIEW_KINDS
};

#define PREVIEW_UNKNOWN UINT64_MAX /* of a size: not said */

struct preview_line {
	uint32_t start, len;   /* its bytes in `text` */
	uint64_t size, packed; /* of a member, bytes; PREVIEW_UNKNOWN */
	char type;             /* as ls(1) shows it: - d l c b p s; 0 for text and hex */
	bool cut;              /* the line is longer in the file */
};

struct preview {
	enum preview_kind kind;
	struct str text; /* the bytes of all lines */
	struct preview_line *lines;
	size_t nlines, lines_cap;
	bool more;           /* there is more than these lines */
	struct str what;     /* the kind in words, from libmagic: "PNG image data, 640 x 480" */
	struct str mime;     /* "image/png"; empty: not known */
	struct str encoding; /* of text: "utf-8", "iso-8859-1"; empty: not known or no text */
	struct str format;   /* of an archive: "ZIP 2.0 (deflation)" */
	struct str reason; /* why there is nothing, or not all; a sentence without its full stop */
	uint64_t members;  /* of an archive or directory */
	uint64_t size, packed; /* of all its members; packed: of the archive file */
	bool partial;          /* the three above are not complete: at least so much */
};

struct preview *preview_new(void); /* empty; NULL when out of memory */
void preview_free(struct preview *p);
/* Appends a line; the members of *line but start and len are taken as they are. 0 or -ENOMEM. */
int preview_add(struct preview *p, const void *bytes, size_t len, const struct preview_line *line);
/* The bytes of a line; not NUL-terminated. */
const char *preview_line(const struct preview *p, size_t i, size_t *ret_len);

#endif
