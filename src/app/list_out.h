/* SPDX-License-Identifier: MIT
 *
 * What `trowel list` prints: chosen columns of one entry after the other, as text, JSON, CSV or
 * ended by NUL bytes. Written as it comes, in constant memory (but for what failed, which JSON
 * repeats at its end).
 *
 * text  columns separated by tabs. On a terminal names are written as a shell would read them; into
 * a pipe they are the bytes themselves (then a name with a newline looks like two: use another
 * format). json  one document: {"items":[{column: value}...],"errors":[{path,errno,reason}...]} csv
 * RFC 4180 with a first line of column names, lines ended by a newline alone nul   as text into a
 * pipe, each entry ended by a NUL byte
 *
 * What does not apply or is not known is "-", null, or empty. Times are local dates in text,
 * seconds since the epoch in JSON and CSV; modes are as in ls -l in text, octal in JSON and CSV.
 *
 * Thread: any, one at a time (name services are asked). Owns: its buffers.
 */
#ifndef APP_LIST_OUT_H
#define APP_LIST_OUT_H

#include "base/json.h"
#include "base/str.h"
#include "fs/entry.h"
#include "fs/owner.h"

enum list_format { LIST_TEXT, LIST_JSON, LIST_CSV, LIST_NUL, LIST_FORMATS };

/* In the order of the table of columns. */
enum list_column {
	LIST_NAME,
	LIST_PATH,
	LIST_TYPE,
	LIST_MODE,
	LIST_OWNER,
	LIST_GROUP,
	LIST_UID,
	LIST_GID,
	LIST_SIZE,
	LIST_DISK,
	LIST_MTIME,
	LIST_CTIME,
	LIST_BTIME,
	LIST_NLINK,
	LIST_INODE,
	LIST_DEV,
	LIST_TARGET,
	LIST_COLUMNS
};

struct list_row {
	const char *name; /* below the PATH listed */
	const char *path;
	enum entry_type type;
	const struct meta *meta;  /* NULL: not known */
	const struct str *target; /* NULL: not a link, or not known */
};

struct list_out {
	enum list_format format;
	uint8_t columns[64]; /* enum list_column */
	uint32_t ncolumns;
	bool terminal;
	struct owners *owners; /* when a column needs it */
	struct str text, errors;
	struct json json, errors_json;
	size_t failed;
};

/* The value of --print. False: none of them. */
bool list_format_parse(const char *value, enum list_format *ret_format);
/* Adds the columns named in `names` ("size,name"). 0; -EINVAL: *ret_bad (of ret_len bytes, in
 * names) is none; -E2BIG. */
int list_out_columns(struct list_out *o, const char *names, const char **ret_bad, size_t *ret_len);
/* Append the words that the two before take, a blank between two. 0 or -ENOMEM. */
int list_out_formats(struct str *out);
int list_out_column_names(struct str *out);
bool list_out_needs_meta(const struct list_out *o);
bool list_out_needs_target(const struct list_out *o);

/* Begins, after format and columns are set. All of these: 0, or -errno when nothing more can be
 * written, which has been said on stderr but for -ENOMEM. */
int list_out_begin(struct list_out *o) MUST_USE;
int list_out_row(struct list_out *o, const struct list_row *row) MUST_USE;
/* Something failed: says so on stderr, and in JSON. reason: NULL, or what to say in place of err's
 * text. */
int list_out_error(struct list_out *o, const char *path, int err, const char *reason) MUST_USE;
int list_out_end(struct list_out *o) MUST_USE;
void list_out_done(struct list_out *o);

#endif
