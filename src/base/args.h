/* SPDX-License-Identifier: MIT
 *
 * Command lines as people write them in the configuration and in prompts, and the argument vectors
 * they become. No shell is involved: words are separated by blanks; 'all of this' is literal,
 * "this" but for \ and placeholders; \ takes the next character literally; `~/` at the beginning of
 * a word is the home directory. What only a shell would understand (| < > & ; ( ) $ ` * ? [ # and
 * NAME=value in front) is refused unless it is quoted, so that no line means something else than
 * its writer thought.
 *
 *   %f  the file's absolute path        %d  the directory it lies in
 *   %n  its name in that directory      %F  all files: each an argument of its own
 *   %%  a percent sign
 *
 * Placeholders are found before anything is put in their place: what a name consists of is never
 * looked at again, so it stays within its argument whatever it is. A word with a placeholder may
 * have nothing else in it that a shell would take apart: it could be a script, as in sh -c "rm %f".
 *
 * Thread: any. Owns: the vectors own their strings.
 */
#ifndef BASE_ARGS_H
#define BASE_ARGS_H

#include "base/str.h"

/* More than the kernel takes for arguments and environment on any system: execve(2). */
#define ARGS_BYTES_MAX (6u << 20)

struct args {      /* all zero: empty */
	char **at; /* heap strings, then NULL; NULL while empty */
	size_t n, cap;
	size_t bytes; /* of the strings, and the pointers to them */
};

void args_done(struct args *a);
/* Appends a copy. 0, -ENOMEM, or -E2BIG when the whole would have more than ARGS_BYTES_MAX. */
int args_add(struct args *a, const char *bytes, size_t len);

enum args_use {
	ARGS_FILE = 1,
	ARGS_FILES = 2,
	ARGS_DIR = 4,
	ARGS_NAME = 8,
	ARGS_COMMAND = 16, /* one of them in the first word, which is the program */
};

/* What placeholders stand for. */
struct args_with {
	const char *file, *dir, *name;
	const struct args *files;
	const char *home; /* NULL: not known, ~/ is refused */
	unsigned *uses;   /* gets which of them the line has (enum args_use); may be NULL */
};

/* Appends the words of the line to `ret`. 0, -ENOMEM, -E2BIG, or -EINVAL with the reason appended
 * to err (may be NULL). */
int args_expand(const char *line, const struct args_with *with, struct args *ret, struct str *err);
/* Whether args_expand() would take it: 0 and which placeholders it has (bits of enum args_use), or
 * -EINVAL with the reason; -ENOMEM. */
int args_check(const char *line, unsigned *ret_uses, struct str *err);
/* True when there is something in it that only a shell understands. */
bool args_wants_shell(const char *line);

/* The same line for sh(1), where it has what only a shell understands: appends `sh`, `-c`, a script
 * and its parameters. The script is the line with the names of parameters in the place of its
 * placeholders; no byte of a name ever is part of it. The line may also use "$1" and "$@": all
 * files. Results as args_expand(). */
int args_shell(const char *line, const struct args_with *with, struct args *ret, struct str *err);

#endif
