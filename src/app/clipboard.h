/* SPDX-License-Identifier: MIT
 *
 * Text for the clipboard of the machine one sits at: paths, names, directories, scp lines of the
 * marked rows or, when nothing is marked, of the current one; one a line, without a newline at the
 * end, so that pasting a single one runs nothing.
 *
 * What is not plain text (control and hidden characters, bytes that are not UTF-8) is copied in
 * quotes for a shell: pasted as it is it could type keys. So is each of several lines that a shell
 * would take apart: one that does not wait for the end of a paste (bracketed paste) runs each line
 * as it comes, and then a name is at most the name of a program, never a script.
 *
 * Thread: UI. Owns: nothing.
 */
#ifndef APP_CLIPBOARD_H
#define APP_CLIPBOARD_H

#include "base/str.h"

enum copy_what { COPY_PATH, COPY_NAME, COPY_DIR, COPY_QUOTED, COPY_SCP };

/* A thing that is copied. */
struct copy_row {
	const char *path; /* absolute */
	bool is_dir;
	bool several;            /* it is one of several lines */
	const char *user, *host; /* for scp; NULL: not known yet */
	const char *port;        /* of the ssh server, NULL: the usual one */
};

/* Appends one line without its newline. *ret_quoted is set when it is quoted although that was not
 * asked for. 0, -ENOMEM, or -EAGAIN: user or host are not known yet. */
int clipboard_line(struct str *out, enum copy_what what, const struct copy_row *row,
		   bool *ret_quoted);

#endif
