/* SPDX-License-Identifier: MIT
 *
 * Errors in words.
 */
#include "model/inside.h"

#include <errno.h>
#include <string.h>

static const struct {
	int err;
	const char *text;
} reasons[] = {
	{EACCES, "permission denied: you lack enter (x) on a directory of the path, or list (r) on "
		 "it"},
	{EPERM, "the system does not allow it, whatever the permissions: a security policy or a "
		"mount option is in the way"},
	{ENOENT, "it does not exist: it was removed or renamed, or a link points nowhere"},
	{ENOTDIR, "it is not a directory, or a part of the path is not"},
	{ELOOP, "its symbolic links lead in a circle, or there are more than 40 of them; see where "
		"one points with gl"},
	{ENAMETOOLONG, "a name in the path is longer than the file system allows"},
	{ESTALE, "the file server no longer knows it: it was removed or exported anew there; go up "
		 "and enter it again"},
	{EIO, "the device or the server failed to read it (input/output error); the kernel log "
	      "says more"},
	{ETIMEDOUT, "the file server did not answer in time; it may be down"},
	{EHOSTDOWN, "the file server is down"},
	{EHOSTUNREACH, "the file server cannot be reached over the network"},
	{ENOTCONN, "the program behind this mount has stopped; unmount it and mount it again"},
	{ECONNABORTED, "the program behind this mount has stopped; unmount it and mount it again"},
	{ENODEV, "the device it lies on is gone"},
	{ENXIO, "the device it lies on is gone"},
	{ENOMEDIUM, "there is no medium in the device"},
	{ENOKEY, "it is encrypted and its key is not loaded"},
	{EMFILE, "too many files are open in this program"},
	{ENFILE, "too many files are open in the system"},
	{ENOMEM, "out of memory"},
	{EBUSY, "it is in use"},
	{EINVAL, "the path holds bytes that this file system does not accept"},
	{ECANCELED, "it was cancelled"},
};

void reason_add(struct str *out, int err)
{
	err = err < 0 ? -err : err;
	for (size_t i = 0; i < ARRAY_LEN(reasons); i++) {
		if (reasons[i].err == err) {
			str_adds(out, reasons[i].text);
			return;
		}
	}
	str_addf(out, "error %d (%s)", err,
		 strerrordesc_np(err) ? strerrordesc_np(err) : "unknown");
}
