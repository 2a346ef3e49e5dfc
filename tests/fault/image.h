/* SPDX-License-Identifier: MIT
 *
 * An ext4 file system in a file, whose power can be cut: what its disk holds at a moment is a copy
 * of the file. It commits nothing by itself for ten minutes, so that only what was forced to the
 * disk is there.
 *
 * Thread: one. Owns: the file, the mount.
 */
#ifndef TESTS_FAULT_IMAGE_H
#define TESTS_FAULT_IMAGE_H

#include "world.h"

struct image {
	char dir[64];   /* holds all of it */
	char mount[80]; /* where it is mounted */
	char file[80];
	bool mounted;
};

/* NULL, or why there can be none here. */
const char *image_impossible(void);
/* Made and mounted. */
void image_make(struct image *i);
/* What is on the disk now, as another file of image->dir. */
void image_copy(const struct image *i, const char *name);
/* Mounts that file in place of what is mounted, after the checker of file systems had its say.
 * False: it found more than a journal to be played. */
bool image_revive(struct image *i, const char *name, struct str *ret_said);
bool image_umount(struct image *i); /* false: something keeps it busy */
/* Stops the file system as a power cut would: what is not on the disk is lost, all later calls
 * fail. */
bool image_shutdown(const struct image *i);
void image_free(struct image *i);

#endif
