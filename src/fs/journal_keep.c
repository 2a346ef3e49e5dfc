/* SPDX-License-Identifier: MIT
 *
 * Which files of the journal are old enough to go. Files that speak of each other's actions, by
 * undoing them or by telling what came of them, stay or go together: without one, the other would
 * tell something that is not so.
 */
#include "fs/journal_inside.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>

#include "fs/stat.h"
#include "fs/sys.h"

struct group {
	size_t up; /* the file it stands for; itself: it stands for its group */
	bool kept;
	int64_t newest;
};

struct keeping {
	struct journal *j;
	struct group *groups; /* one for each file */
	int64_t oldest;
};

static size_t group_of(struct keeping *k, size_t i)
{
	while (k->groups[i].up != i) {
		k->groups[i].up = k->groups[k->groups[i].up].up;
		i = k->groups[i].up;
	}
	return i;
}

static size_t number_of(const struct keeping *k, const struct journal_file *f)
{
	size_t lo = 0, hi = k->j->nfiles;

	while (hi - lo > 1) {
		size_t mid = lo + (hi - lo) / 2;

		if (strcmp(k->j->files[mid]->name, f->name) <= 0)
			lo = mid;
		else
			hi = mid;
	}
	return lo;
}

static void join(struct keeping *k, const struct journal_file *a, const struct journal_file *b)
{
	size_t x = group_of(k, number_of(k, a)), y = group_of(k, number_of(k, b));

	if (x == y)
		return;
	k->groups[y].up = x;
	k->groups[x].kept |= k->groups[y].kept;
	k->groups[x].newest = MAX(k->groups[x].newest, k->groups[y].newest);
}

/* Whatever is not read to its end, or has something that is not over, stays. */
static bool must_stay(const struct journal_file *f)
{
	if (f->alive || f->ignored || f->unread || (f->headed && !f->over))
		return true;
	for (size_t i = 0; i < f->nacts; i++)
		if (!f->acts[i]->ended && !f->acts[i]->bad)
			return true;
	return false;
}

/* One that has no action, or is damaged, is as old as its last change. */
static int64_t newest_of(const struct journal_file *f)
{
	int64_t newest = f->nacts > 0 && !f->damaged ? INT64_MIN : f->mtime;

	for (size_t i = 0; i < f->nacts; i++)
		newest = MAX(newest, f->acts[i]->a.begun);
	return newest;
}

static void make_groups(struct keeping *k)
{
	const struct journal *j = k->j;

	for (size_t i = 0; i < j->nfiles; i++)
		k->groups[i] = (struct group){
			.up = i, .kept = must_stay(j->files[i]), .newest = newest_of(j->files[i])};
	for (size_t i = 0; i < j->known->n; i++) {
		const struct journal_act *a = j->known->acts[i];
		const struct journal_act *target =
			a->a.undoes ? journal_act_find(j, a->a.undoes) : NULL;

		if (target)
			join(k, a->file, target->file);
	}
	for (size_t i = 0; i < j->nnotes; i++) {
		const struct journal_act *a = journal_act_find(j, j->notes[i].id);

		if (a)
			join(k, j->notes[i].file, a->file);
	}
}

static int by_time(const void *a, const void *b)
{
	const struct journal_act *const *x = a, *const *y = b;

	return ((*x)->a.begun < (*y)->a.begun) - ((*x)->a.begun > (*y)->a.begun);
}

/* When the last of the newest JOURNAL_KEEP actions, and JOURNAL_BYTES of files, had begun. */
static int find_oldest(struct keeping *k, int64_t now)
{
	const struct journal *j = k->j;
	struct journal_act **acts;
	uint64_t bytes = 0;

	k->oldest = now - (int64_t)JOURNAL_DAYS * 24 * 3600;
	if (j->known->n == 0)
		return 0;
	acts = malloc(j->known->n * sizeof(struct journal_act *));
	if (!acts)
		return -ENOMEM;
	memcpy(acts, j->known->acts, j->known->n * sizeof(struct journal_act *));
	qsort(acts, j->known->n, sizeof(struct journal_act *), by_time);
	for (size_t i = 0; i < j->known->n; i++) {
		bytes += acts[i]->file->size / acts[i]->file->nacts;
		if (i == 0 || (i < JOURNAL_KEEP && bytes <= JOURNAL_BYTES))
			continue;
		k->oldest = MAX(k->oldest, acts[i - 1]->a.begun);
		break;
	}
	free(acts);
	return 0;
}

/* Only what is still the file that was read, and whose program is gone for certain. */
static int remove_file(struct journal *j, const struct journal_file *f)
{
	const char *why;
	struct meta meta;
	int r, fd = journal_file_open(j, f, &meta, &why);

	if (fd < 0)
		return fd;
	r = sys_flock(fd, LOCK_SH | LOCK_NB);
	if (r == 0 && meta.size != f->size)
		r = -EBUSY;
	if (r == 0)
		r = sys_unlinkat(j->dirfd, f->name, 0);
	sys_close(fd);
	return r;
}

/* Out of what is known. */
static void forget_file(struct journal *j, struct journal_file *f)
{
	struct journal_known *k = j->known;
	size_t kept = 0;

	for (size_t i = 0; i < k->n; i++)
		if (k->acts[i]->file != f)
			k->acts[kept++] = k->acts[i];
	k->n = kept;
	k->stale = true;
	kept = 0;
	for (size_t i = 0; i < j->nnotes; i++) {
		if (j->notes[i].file == f)
			step_done(&j->notes[i].step);
		else
			j->notes[kept++] = j->notes[i];
	}
	j->nnotes = kept;
	for (size_t i = kept = 0; i < j->nfiles; i++)
		if (j->files[i] != f)
			j->files[kept++] = j->files[i];
	j->nfiles = kept;
	journal_file_free(f);
}

struct doomed {
	struct journal_file *file;
	size_t group;
};

/* What was done before what took it back: whoever is killed in between leaves an undo of something
 * that nobody knows, not something that seems not to be undone. */
static int by_first(const void *a, const void *b)
{
	const struct journal_file *x = ((const struct doomed *)a)->file,
				  *y = ((const struct doomed *)b)->file;
	uint64_t first = x->nacts > 0 ? x->acts[0]->a.id : UINT64_MAX,
		 second = y->nacts > 0 ? y->acts[0]->a.id : UINT64_MAX;

	return (first > second) - (first < second);
}

/* Of a group that cannot go as a whole, the rest stays. */
static void remove_doomed(struct keeping *k, struct doomed *doomed, size_t n)
{
	qsort(doomed, n, sizeof(*doomed), by_first);
	for (size_t i = 0; i < n; i++) {
		struct group *g = &k->groups[doomed[i].group];

		if (g->kept)
			continue;
		if (remove_file(k->j, doomed[i].file) == 0)
			forget_file(k->j, doomed[i].file);
		else
			g->kept = true;
	}
}

static size_t find_doomed(struct keeping *k, struct doomed *doomed)
{
	size_t n = 0;

	for (size_t i = 0; i < k->j->nfiles; i++) {
		size_t group = group_of(k, i);

		if (!k->groups[group].kept && k->groups[group].newest < k->oldest)
			doomed[n++] = (struct doomed){k->j->files[i], group};
	}
	return n;
}

/* What cannot be removed, or not safely, stays. */
static void remove_locked(struct keeping *k, struct doomed *doomed, size_t n)
{
	int lock = n > 0 ? journal_lock(k->j) : -1;

	if (lock >= 0)
		remove_doomed(k, doomed, n);
	journal_unlock(lock);
}

int journal_remove_old(struct journal *j, int64_t now)
{
	struct keeping k = {.j = j};
	struct doomed *doomed;
	size_t n;
	int r;

	(void)journal_actions(j, &n);
	if (j->nfiles == 0)
		return 0;
	k.groups = calloc(j->nfiles, sizeof(*k.groups));
	doomed = calloc(j->nfiles, sizeof(*doomed));
	r = k.groups && doomed ? find_oldest(&k, now) : -ENOMEM;
	if (r == 0) {
		make_groups(&k);
		remove_locked(&k, doomed, find_doomed(&k, doomed));
	}
	free(k.groups);
	free(doomed);
	return r;
}
