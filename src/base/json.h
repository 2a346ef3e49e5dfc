/* SPDX-License-Identifier: MIT
 *
 * Writes JSON (RFC 8259) into a string: commas and nesting are kept right; strings are bytes: what
 * is not UTF-8 becomes \udcXX (lossless, as Python's surrogateescape), what a terminal could take
 * as a control is escaped.
 *
 * Thread: any, one at a time. Owns: nothing; appends to the str given.
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include "base/str.h"

#define JSON_DEPTH_MAX 2048

struct json {
	struct str *out;
	unsigned depth;
	bool first[JSON_DEPTH_MAX]; /* nothing written yet at this level */
	char closer[JSON_DEPTH_MAX];
	bool after_key;
};

/* Nesting deeper than JSON_DEPTH_MAX - 1 sets out->failed. */
void json_init(struct json *j, struct str *out);
void json_object(struct json *j);
void json_array(struct json *j);
void json_end(struct json *j); /* closes the innermost object or array */
void json_key(struct json *j, const char *key);
void json_string(struct json *j, const char *bytes, size_t len);
void json_cstr(struct json *j, const char *s); /* NULL becomes null */
void json_u64(struct json *j, uint64_t n);
void json_i64(struct json *j, int64_t n);
void json_double(struct json *j, double d);
void json_bool(struct json *j, bool b);
void json_null(struct json *j);

#endif
