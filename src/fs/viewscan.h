/* SPDX-License-Identifier: MIT
 *
 * Jobs that go through a file that is open for viewing: the next match of a pattern, and how many
 * lines there are. They read it in chunks, tell how far they are every VIEWSCAN_TELL_MS, and end at
 * the next chunk when they are cancelled.
 *
 * Thread: any. Owns: nothing; each job holds a reference to its file.
 */
#ifndef FS_VIEWSCAN_H
#define FS_VIEWSCAN_H

#include "fs/browse.h"
#include "fs/viewfile.h"

#ifndef VIEWSCAN_CHUNK
#define VIEWSCAN_CHUNK (1u << 20) /* tests take less */
#endif
#define VIEWSCAN_TELL_MS 100
#ifndef VIEWSCAN_OVER
#define VIEWSCAN_OVER 4096u /* a match may reach so far into the next chunk or row */
#endif

/* See browse_view_search() and browse_view_count(). */
void viewscan_search(struct viewfile *v, uint64_t op, const struct view_search *search);
void viewscan_count(struct viewfile *v, uint64_t op, const struct view_count *count);

#endif
