/* SPDX-License-Identifier: MIT
 *
 * Where the helper program is: beside our own executable (as /proc/self/exe has it), or in the
 * directory compiled in. No environment variable plays a part.
 *
 * It is trusted exactly as far as the program that runs already: its owner is root, we, or the
 * owner of our executable, and nobody else may write to it unless the same ones may write to our
 * executable too. So nobody who could not replace trowel itself can have another helper run, not
 * by root either.
 *
 * Thread: worker. Owns: nothing.
 */
#ifndef FS_HELPER_PATH_H
#define FS_HELPER_PATH_H

#include "base/str.h"
#include "fs/entry.h"

#define HELPER_PATH_NAME "trowel-helper"

/* 0 with the path; -ENOENT: there is none; -EPERM: the one in *ret_path is not to be trusted;
 * -ENOMEM. */
int helper_path_find(struct str *ret_path) MUST_USE;
/* The rule for one file; self NULL: our own executable is not known. */
bool helper_path_trusted(const struct meta *helper, const struct meta *self, uint32_t euid);

#endif
