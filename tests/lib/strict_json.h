/* SPDX-License-Identifier: MIT
 *
 * Whether a text is JSON as RFC 8259 has it, one document and a newline, in UTF-8, without a raw
 * control character: what a strict parser of any language takes.
 *
 * Thread: any. Owns: nothing.
 */
#ifndef TESTS_LIB_STRICT_JSON_H
#define TESTS_LIB_STRICT_JSON_H

#include <stdbool.h>
#include <stddef.h>

/* Where it is wrong is *ret_at, an offset. */
bool strict_json(const char *text, size_t len, size_t *ret_at);

#endif
