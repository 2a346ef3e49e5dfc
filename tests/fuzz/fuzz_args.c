/* SPDX-License-Identifier: MIT
 *
 * Command lines: checking and expanding agree, a name is always whole within one argument, and no
 * byte of one is in a script.
 */
#include "base/args.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* \1 and \2 are in no line that is tried. */
#define MARKED "\1 %f\"';$(x)\n-\\*\2"

static void check(bool ok)
{
	if (!ok)
		abort();
}

/* Each \1 begins a whole name. */
static void check_names(const char *word)
{
	while ((word = strpbrk(word, "\1\2"))) {
		check(strncmp(word, MARKED, strlen(MARKED)) == 0);
		word += strlen(MARKED);
	}
}

static void try_line(const char *line, int (*expand)(const char *line, const struct args_with *with,
						     struct args *ret, struct str *err))
{
	struct args files = {0}, got = {0};
	const struct args_with with = {
		.file = "/" MARKED, .dir = "/", .name = MARKED, .files = &files, .home = "/home"};
	struct str err = STR_INIT;
	unsigned uses = 0;
	bool shell = expand == args_shell;
	int r;

	check(args_add(&files, "/" MARKED, strlen(MARKED) + 1) == 0);
	check(args_add(&files, "/" MARKED, strlen(MARKED) + 1) == 0);
	r = expand(line, &with, &got, &err);
	check(r == 0 || (r == -EINVAL && err.len > 0));
	check(shell || args_check(line, &uses, NULL) == r);
	check(shell || !(r == 0 && args_wants_shell(line)));
	for (size_t i = 0; r == 0 && i < got.n; i++) {
		check(strlen(got.at[i]) < ARGS_BYTES_MAX);
		check(!shell || i >= 4 || !strpbrk(got.at[i], "\1\2"));
		check_names(got.at[i]);
	}
	str_done(&err);
	args_done(&got);
	args_done(&files);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *line = malloc(size + 1);

	check(line != NULL);
	for (size_t i = 0; i < size; i++)
		line[i] = data[i] <= 2 ? ' ' : (char)data[i];
	line[size] = '\0';
	try_line(line, args_expand);
	try_line(line, args_shell);
	free(line);
	return 0;
}
