/* SPDX-License-Identifier: MIT
 *
 * What chmod(1) takes for a mode: an octal number, or clauses between commas, each of who (any of
 * u g o a), then any number of an operator (+ - =) with what: letters of rwxXst, or one of u g o to
 * take what that one has, or an octal number. "u=rw,go=r", "a+X", "g=u", "+t", "=0644".
 *
 * As GNU chmod does it: without who, bits of the umask stay as they are; a directory keeps its
 * set-user-ID and set-group-ID bits unless they are named (u+s, 6755) or the number has five
 * digits (00755) or an operator before it.
 *
 * Follows: chmod(1p), umask(2). Thread: any. Owns: its clauses.
 */
#ifndef BASE_MODESPEC_H
#define BASE_MODESPEC_H

#include "base/str.h"

struct modespec_change {
	char op;             /* '+', '-', '=' */
	bool copy, x_if_any; /* "g=u"; "X" */
	uint32_t affected;   /* of who; 0: nobody was named */
	uint32_t value;
	uint32_t mentioned; /* bits that were named: those of a directory change too */
};

struct modespec {
	struct modespec_change *at;
	size_t n, cap;
};

/* 0; -EINVAL: *ret_why says what is wrong with it (static); -ENOMEM. */
int modespec_parse(const char *text, struct modespec *ret_spec, const char **ret_why) MUST_USE;
void modespec_done(struct modespec *spec); /* fine twice, and on zeroes */
/* The mode (07777 bits) that a file of this mode gets. `dir`: it is a directory. */
uint32_t modespec_apply(const struct modespec *spec, uint32_t mode, bool dir, uint32_t umask);

#endif
