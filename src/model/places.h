/* SPDX-License-Identifier: MIT
 *
 * Directories that were visited, how often and when, so that one can go there again by a part of
 * their name: those visited often and lately come first.
 *
 * A visit counts one. What it is worth depends on its age: four times within an hour, twice within
 * a day, half within a week, a quarter later. When the counts of all together pass PLACES_TOTAL
 * visits, each is made a tenth smaller until they do not, and what is below one visit is forgotten;
 * there are never more than PLACES_MAX, nor paths of more than PLACES_BYTES. A directory is dropped
 * when it was seen to be gone, never on suspicion.
 *
 * As text: the line "trowel places 1", then lines of "count seconds path": the count in thousandths
 * of a visit, seconds since 1970, the path as base/escape.h has it. Several programs write the
 * file: each keeps what it has seen itself and adds that to whatever the file holds
 * (places_merge()).
 *
 * Times are seconds of the wall clock, passed in. Thread: any, one at a time. Owns: its paths.
 */
#ifndef MODEL_PLACES_H
#define MODEL_PLACES_H

#include <stdint.h>

#include "base/map.h"
#include "base/str.h"

#define PLACES_MAX   1000
#define PLACES_TOTAL 10000 /* visits */
#define PLACES_BYTES                                                                \
	(200u * 1024) /* of all paths: as text they take four times as much at most \
		       */

struct visited {
	char *path;
	uint64_t rank; /* thousandths of a visit */
	int64_t last;  /* the last visit, or when it was seen gone */
	bool gone;     /* seen gone: kept until that has been merged */
};

struct places {
	struct visited *at;
	size_t n, cap;
	struct map index; /* path -> position + 1 */
};

void places_init(struct places *p);
void places_done(struct places *p);
void places_clear(struct places *p);
int places_visit(struct places *p, const char *path, int64_t now);
/* Seen to be gone. */
int places_gone(struct places *p, const char *path, int64_t now);
/* Adds what `more` has seen: its visits count on top, what it saw gone goes unless it was visited
 * since. */
int places_merge(struct places *p, const struct places *more);
/* Bounds what is there, and forgets what is gone. */
int places_age(struct places *p, int64_t now);

/* Adds the places of a text to what is there. *ret_bad: lines left out because they are none. 0,
 * -ENOMEM, or -EINVAL: not such a text (of a later version, perhaps): it is to be left alone. */
int places_load(struct places *p, const char *text, size_t len, size_t *ret_bad);
int places_save(const struct places *p, struct str *out);

/* The positions of those that match, best first, at most max; except: the path that is shown
 * already. All words of `typed` must be somewhere in the path; those with the last word in their
 * last component come first. When there is none, those with its characters in this order. Returns
 * how many, or -ENOMEM. */
long places_find(const struct places *p, const char *typed, const char *except, int64_t now,
		 size_t *ret_at, size_t max);
/* What a place is worth now. */
uint64_t places_score(const struct visited *v, int64_t now);

#endif
