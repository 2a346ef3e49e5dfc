/* SPDX-License-Identifier: MIT
 *
 * What is handed back to whoever started the explorer: the directory for the shell to follow to
 * (--cwd-file). The file is opened before anything else happens: what cannot be written is said
 * while nothing is lost yet, and a file that was removed meanwhile is not made again.
 *
 * Thread: main. Owns: its descriptors.
 */
#ifndef APP_HANDBACK_H
#define APP_HANDBACK_H

#include "app/explore.h"

struct handback {
	int cwd; /* -1: not asked for */
};

/* 0, or an exit status: what is wrong was said. */
int handback_open(const struct explore_options *options, struct handback *ret_handback);
/* The directory for the shell: its bytes and nothing else, since a name may end in a newline. 0, or
 * -errno, which was said. */
int handback_cwd(struct handback *h, const struct explore_options *options, const char *path);
void handback_close(struct handback *h);

#endif
