/* SPDX-License-Identifier: MIT */
#include "memdir.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#define PLACE       "/dev/shm"
#define TMPFS_MAGIC 0x01021994u

static char *before;
static bool begun;

int memdir_setup(void **state)
{
	const char *tmp = getenv("TMPDIR");
	struct statfs fs;

	(void)state;
	if (begun || statfs(PLACE, &fs) < 0 || (uint32_t)fs.f_type != TMPFS_MAGIC ||
	    access(PLACE, W_OK | X_OK) < 0)
		return 0;
	before = tmp ? strdup(tmp) : NULL;
	begun = true;
	return setenv("TMPDIR", PLACE, 1);
}

void memdir_end(void)
{
	if (!begun)
		return;
	if (before)
		setenv("TMPDIR", before, 1);
	else
		unsetenv("TMPDIR");
	free(before);
	before = NULL;
	begun = false;
}
