/* SPDX-License-Identifier: MIT
 *
 * The small files of a trash directory, as text: what says where a thing came from
 * (info/NAME.trashinfo), and the cache of the sizes of directories (directorysizes). Anybody may
 * have written them: on a stick, a share, in a home.
 *
 * A path that is given out has been through all of this: escapes taken away, no NUL in it, no
 * component "..", no "." and no double slash; absolute, or relative and then to the directory the
 * trash is in. Whether an absolute one is acceptable is for the caller, who knows the trash. Bytes
 * need not be UTF-8.
 *
 * Follows: the FreeDesktop.org Trash specification 1.0 ("Contents of a trash directory"), and what
 * others write. Thread: any. Owns: the strings of its result.
 */
#ifndef BASE_TRASHINFO_H
#define BASE_TRASHINFO_H

#include "base/str.h"

#define TRASHINFO_MAX    (1u << 20) /* bytes of a file; longer ones are not read */
#define TRASHINFO_SUFFIX ".trashinfo"

enum trashinfo_path {
	TRASHINFO_NO_PATH, /* there is none, or none that is to be trusted: info->why */
	TRASHINFO_RELATIVE,
	TRASHINFO_ABSOLUTE,
};

struct trash_date {                           /* local time, without a zone */
	int year;                             /* 0: not known */
	int month, day, hour, minute, second; /* month from 1 */
};

struct trashinfo {
	enum trashinfo_path kind;
	struct str path;
	const char *why; /* why there is no path, in words; static */
	struct trash_date date;
};

#define TRASHINFO_INIT           \
	{                        \
		.path = STR_INIT \
	}

/* Takes a whole file. 0; -EINVAL: it does not begin with the line "[Trash Info]"; -ENOMEM. Of
 * several lines for one key the first counts, as specified; other lines and what follows another
 * group are passed over. */
int trashinfo_parse(const char *text, size_t len, struct trashinfo *ret_info) MUST_USE;
void trashinfo_done(struct trashinfo *info); /* leaves TRASHINFO_INIT */

/* Appends such a file. 0 or -ENOMEM. */
int trashinfo_write(struct str *out, const char *path, const struct trash_date *date) MUST_USE;

/* Appends bytes as percent-encoded text (all but letters, digits and "-._~/"), and back: -EINVAL
 * for an escape that is none and for NUL, as a byte or escape; out then holds some of it. */
int trashinfo_encode(struct str *out, const char *bytes, size_t len);
int trashinfo_decode(struct str *out, const char *text, size_t len);

/* One line of directorysizes, without its newline: the disk usage of the directory of this name
 * (one component, decoded, set anew) in bytes, and the mtime of its .trashinfo in seconds. 0,
 * -EINVAL, -ENOMEM. */
int trashinfo_size_line(const char *line, size_t len, uint64_t *ret_size, int64_t *ret_mtime,
			struct str *ret_name) MUST_USE;
/* Appends such a line with its newline. 0 or -ENOMEM. */
int trashinfo_add_size_line(struct str *out, uint64_t size, int64_t mtime,
			    const char *name) MUST_USE;

#endif
