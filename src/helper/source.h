/* SPDX-License-Identifier: MIT
 *
 * The file that is looked at: an open descriptor, read at positions, never mapped, so that a file
 * that shrinks meanwhile is a short read and not a signal.
 *
 * Thread: one. Owns: nothing; the descriptor is the caller's.
 */
#ifndef HELPER_SOURCE_H
#define HELPER_SOURCE_H

#include <stdint.h>
#include <sys/types.h>

struct source {
	int fd;
	uint64_t size; /* when it was opened; what can be read may be less or more */
};

/* Fills buf from position `at`; fewer bytes than `len` only at the end of the file. Bytes read, or
 * -errno of pread(2). */
ssize_t source_read(const struct source *s, uint64_t at, void *buf, size_t len);

#endif
