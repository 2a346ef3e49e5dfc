/* SPDX-License-Identifier: MIT
 *
 * A file system whose server can be told to stop answering: a FUSE mount on a fresh directory below
 * $TMPDIR, served by a forked child that speaks the /dev/fuse protocol itself. It holds the files
 * "one", "two" and "three" and a directory "sub" that holds the same. While it is stopped, who asks
 * it anything sleeps in the kernel. hang_free() kills the child, which ends the connection and so
 * wakes every sleeper, also after a failed test; if the test program dies, so does the child. Only
 * this test program and what it starts see the mount.
 *
 * Start it before any thread. Thread: any, one at a time. Owns: the mount, the child.
 */
#ifndef TESTS_LIB_HANG_H
#define TESTS_LIB_HANG_H

struct hang;

enum hang_names {
	HANG_PLAIN, /* as above */
	HANG_LIES,  /* wrong and impossible types, a name twice, escapes, 255 bytes, names that are
		       not there */
	HANG_TWINS, /* as above, and both directories have one inode number */
	HANG_SLASHES, /* a name with a slash among good ones: the kernel refuses it with EIO */
};

/* Skips the test, with the reason, without root or /dev/fuse. */
struct hang *hang_new(void);
const char *hang_path(const struct hang *h); /* absolute, of the mounted root */
/* Each returns when the server does as told. */
void hang_stop(struct hang *h);
void hang_go(struct hang *h);
void hang_names(struct hang *h, enum hang_names names);
/* Waits until a request has arrived that is not answered (while stopped). */
void hang_await_request(struct hang *h);
void hang_free(struct hang *h); /* NULL is fine */

#endif
