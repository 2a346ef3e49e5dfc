/* SPDX-License-Identifier: MIT */
#include "fs/journal_inside.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>

#include "base/alloc.h"
#include "fs/stat.h"
#include "fs/sys.h"
#include "fs/whole.h"

#define TRIES 8u

/* ---- the own file ---- */

static int no_locks(struct journal *j)
{
	return journal_warn(j, NULL,
			    "files cannot be locked in the directory of the journal: which "
			    "actions are still going on cannot be told");
}

/* -EAGAIN: somebody is just looking at it. */
static int take_lock(struct journal *j, int fd)
{
	int r = sys_flock(fd, LOCK_EX | LOCK_NB);

	if (r == 0 || r == -EWOULDBLOCK)
		return r == 0 ? 0 : -EAGAIN;
	return journal_no_locks(r) ? no_locks(j) : r;
}

static int write_head(struct journal_file *f)
{
	uint8_t bytes[JOURNAL_HEAD_LEN];
	ssize_t n;

	journal_put_head(bytes, &f->head);
	n = sys_write(f->fd, bytes, sizeof(bytes));
	if (n == (ssize_t)sizeof(bytes))
		return 0;
	return n < 0 ? (int)n : -ENOSPC;
}

/* A new file, locked, with its head. -EEXIST, -EAGAIN: another name. */
static int make_file(struct journal *j, uint64_t chance[2], struct journal_file **ret_file)
{
	struct journal_file *f;
	char name[40];
	int r;

	snprintf(name, sizeof(name), "%016" PRIx64 JOURNAL_SUFFIX, chance[0]);
	r = journal_file_add(j, name, &f);
	if (r < 0)
		return r;
	/* Known already: somebody else's. */
	if (f->headed || f->fd >= 0)
		return -EEXIST;
	f->fd = sys_openat(j->dirfd, name,
			   O_RDWR | O_CREAT | O_EXCL | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (f->fd < 0) {
		r = f->fd;
		f->fd = -1;
		return r;
	}
	f->head = (struct journal_head){
		.version = JOURNAL_VERSION, .salt = chance[1], .who = j->self};
	r = take_lock(j, f->fd);
	if (r == 0)
		r = write_head(f);
	if (r < 0) {
		(void)sys_unlinkat(j->dirfd, name, 0);
		sys_close(f->fd);
		f->fd = -1;
		f->over = true;
		return r;
	}
	f->headed = f->ours = f->alive = true;
	f->at = JOURNAL_HEAD_LEN;
	*ret_file = f;
	return 0;
}

static bool is_open(const struct journal_file *f)
{
	for (size_t i = 0; i < f->nacts; i++)
		if (!f->acts[i]->ended)
			return true;
	return false;
}

/* Nothing more is written to it. Its lock stays while something begun in it goes on. */
static void leave_file(struct journal *j)
{
	struct journal_file *f = j->mine;

	j->mine = NULL;
	f->over = true;
	if (is_open(f))
		return;
	sys_close(f->fd);
	f->fd = -1;
	f->alive = false;
}

/* Somebody may have removed it: what would be written there nobody could read. */
static bool is_there(const struct journal_file *f)
{
	struct meta meta;

	return stat_fd(f->fd, &meta, NULL) == 0 && meta.nlink == 1;
}

static int own_file(struct journal *j, bool *ret_new)
{
	int r = -EEXIST;

	*ret_new = false;
	if (j->mine && (!is_there(j->mine) || (j->mine->at > JOURNAL_ROLL && !is_open(j->mine))))
		leave_file(j);
	if (j->mine)
		return 0;
	for (unsigned i = 0; (r == -EEXIST || r == -EAGAIN) && i < TRIES; i++) {
		uint64_t chance[2];

		r = whole_random(chance, sizeof(chance));
		if (r < 0)
			return r;
		r = make_file(j, chance, &j->mine);
	}
	*ret_new = r == 0;
	return r;
}

/* ---- records ---- */

static int start_record(struct journal *j)
{
	str_clear(&j->buf);
	return journal_add_room(&j->buf);
}

/* What was written of a record that did not become whole must not stay: what is written next would
 * stand behind it, where nobody reads it. */
static void cut_back(struct journal *j, uint64_t at)
{
	if (sys_ftruncate(j->mine->fd, (off_t)at) == 0)
		j->mine->at = at;
	else
		leave_file(j);
}

static int write_record(struct journal *j, enum journal_type type, uint64_t id)
{
	struct journal_file *f = j->mine;
	ssize_t n;

	if (j->buf.len - JOURNAL_RECORD_LEN > JOURNAL_RECORD_MAX)
		return -E2BIG;
	if (j->seq >= JOURNAL_SEQ_MAX)
		return -EOVERFLOW;
	journal_seal(&j->buf, 0, f->head.salt, f->at, (uint16_t)type, j->seq + 1, id);
	n = sys_write(f->fd, j->buf.buf, j->buf.len);
	if (n == (ssize_t)j->buf.len) {
		f->at += j->buf.len;
		j->seq++;
		return 0;
	}
	cut_back(j, f->at);
	return n < 0 ? (int)n : -ENOSPC;
}

/* ---- beginning ---- */

/* Steps from *n on, as many as a record takes. */
static int add_steps(struct journal *j, const struct step *steps, uint32_t nsteps, uint32_t *n)
{
	int r = 0;

	while (r == 0 && *n < nsteps && j->buf.len < JOURNAL_BATCH) {
		r = journal_add_step(&j->buf, &steps[*n]);
		if (r == 0)
			++*n;
	}
	return r;
}

static int write_begin(struct journal *j, const struct journal_act *a, const struct step *steps)
{
	struct journal_begin b = {
		.nsteps = a->nsteps,
		.pid = a->a.pid,
		.redo = a->a.redo,
		.undoes = a->a.undoes,
		.begun = a->a.begun,
		.label = a->a.label,
		.label_len = strlen(a->a.label),
	};
	uint32_t n = 0;
	int r = start_record(j);

	if (r == 0)
		r = journal_add_begin(&j->buf, &b);
	if (r == 0)
		r = add_steps(j, steps, a->nsteps, &n);
	if (r == 0)
		r = write_record(j, RECORD_BEGIN, a->a.id);
	while (r == 0 && n < a->nsteps) {
		r = start_record(j);
		if (r == 0)
			r = journal_add32(&j->buf, n);
		if (r == 0)
			r = add_steps(j, steps, a->nsteps, &n);
		if (r == 0)
			r = write_record(j, RECORD_STEPS, a->a.id);
	}
	return r;
}

/* On the disk, and the name of a new file, too. */
static int sync_begin(struct journal *j, bool new)
{
	int r = whole_synced(sys_fdatasync(j->mine->fd));

	if (r == 0 && new)
		r = whole_synced(sys_fsync(j->dirfd));
	return r;
}

/* Under the lock, so that whoever looks for the last number sees it. */
static int begin_locked(struct journal *j, int lock, struct journal_act *a,
			const struct step *steps, bool *ret_new)
{
	int r = journal_next_id(j, lock, &a->a.id);

	if (r == 0)
		r = own_file(j, ret_new);
	if (r < 0)
		return r;
	a->file = j->mine;
	r = journal_act_room(j, j->mine);
	return r == 0 ? write_begin(j, a, steps) : r;
}

static int begin(struct journal *j, struct journal_act *a, const struct step *steps)
{
	int lock = journal_lock(j), r = 0;
	struct journal_file *f;
	uint64_t start;
	bool new = false;

	if (lock < 0)
		r = journal_warn(j, JOURNAL_NEXT,
				 "cannot be locked: two programs may give one number twice, and "
				 "neither could be undone then");
	f = j->mine;
	start = f ? f->at : 0;
	if (r == 0)
		r = begin_locked(j, lock, a, steps, &new);
	journal_unlock(lock);
	if (r == 0)
		r = sync_begin(j, new);
	if (r == 0)
		return 0;
	/* As if it had never begun; where even that fails nothing of it was done all the same. */
	if (j->mine)
		cut_back(j, j->mine == f ? start : JOURNAL_HEAD_LEN);
	return r;
}

static int new_act(struct journal *j, const char *label, uint64_t undoes, const struct step *steps,
		   uint32_t n, struct journal_act **ret_act)
{
	const struct journal_act *target = undoes ? journal_act_find(j, undoes) : NULL;
	struct journal_begin b = {
		.nsteps = n,
		.pid = j->self.pid,
		.undoes = undoes,
		.redo = target && target->a.undoes && !target->a.redo,
		.begun = time(NULL),
		.label = label,
		.label_len = strlen(label),
	};
	struct journal_act *a;
	int r = journal_act_new(0, &b, true, &a);

	if (r < 0)
		return r;
	for (uint32_t i = 0; r == 0 && i < n; i++) {
		struct step copy;

		r = step_copy(&steps[i], &copy);
		if (r == 0)
			r = journal_act_add_step(a, 0, &copy);
	}
	if (r < 0)
		journal_act_free(a);
	else
		*ret_act = a;
	return r;
}

/* Written: it can be told of from now on. */
static void take_begun(struct journal *j, struct journal_act *a)
{
	struct journal_known *k = j->known;
	bool stale = k->stale || k->unsorted;

	for (uint32_t i = 0; i < a->a.nsteps; i++)
		a->traces[i].seq = j->seq;
	j->nsteps += a->a.nsteps;
	a->file->last_id = a->a.id;
	a->a.state = ACTION_RUNNING;
	journal_act_add(j, a);
	/* The last of all, and nothing of it is done. */
	if (!stale && !k->unsorted) {
		k->shown[k->n - 1] = a->a;
		k->stale = false;
	}
}

int journal_begin(struct journal *j, const char *label, uint64_t undoes, const struct step *steps,
		  uint32_t n, uint64_t *ret_id)
{
	struct journal_act *a;
	int r;

	if (j->look || j->dirfd < 0)
		return -EROFS;
	if (n == 0)
		return -EINVAL;
	if (n > JOURNAL_STEPS_MAX || strlen(label) > JOURNAL_LABEL_MAX)
		return -E2BIG;
	if (undoes && !journal_act_find(j, undoes))
		return -ENOENT;
	r = new_act(j, label, undoes, steps, n, &a);
	if (r < 0)
		return r;
	r = begin(j, a, steps);
	if (r < 0) {
		journal_act_free(a);
		return r;
	}
	take_begun(j, a);
	*ret_id = a->a.id;
	return 0;
}

/* ---- what comes then ---- */

static int find_writable(struct journal *j, uint64_t id, struct journal_act **ret_act)
{
	struct journal_act *a = journal_act_find(j, id);

	if (j->look || j->dirfd < 0)
		return -EROFS;
	if (!a)
		return -ENOENT;
	if (a->twice || a->bad)
		return -EUCLEAN;
	if (!a->ended && a->file->alive && a->file->fd < 0)
		return -EBUSY;
	*ret_act = a;
	return 0;
}

/* Where nothing was begun, as when another's action is being recovered. */
static int have_file(struct journal *j)
{
	int lock, r;
	bool new;

	if (j->mine)
		return 0;
	lock = journal_lock(j);
	r = own_file(j, &new);
	journal_unlock(lock);
	if (r == 0 && new)
		r = whole_synced(sys_fsync(j->dirfd));
	return r;
}

/* Only what differs from what is known is written. */
static int add_changed_step(struct journal *j, const struct step *known, const struct step *now)
{
	struct str a = STR_INIT;
	size_t start = j->buf.len;
	int r = journal_add_step(&j->buf, now);

	if (r == 0)
		r = journal_add_step(&a, known);
	if (r == 0 && a.len == j->buf.len - start && memcmp(a.buf, j->buf.buf + start, a.len) == 0)
		str_cut(&j->buf, start);
	str_done(&a);
	return r;
}

static int add_result(struct journal *j, const struct journal_note *note)
{
	int r = journal_add32(&j->buf, note->n);

	if (r == 0 && note->type == RECORD_RESULT) {
		r = journal_add32(&j->buf, (uint32_t)note->state);
		if (r == 0)
			r = journal_add32(&j->buf, (uint32_t)note->err);
	}
	return r;
}

/* What it takes back stays as it was written. */
static int add_step_now(struct journal *j, const struct journal_note *note,
			const struct step *known, struct step *ret_copy)
{
	int r = step_copy(&note->step, ret_copy);

	if (r == 0) {
		ret_copy->undoes = known->undoes;
		r = add_changed_step(j, known, ret_copy);
	}
	return r;
}

/* The step of the note is the caller's. */
static int write_note(struct journal *j, struct journal_act *a, struct journal_note *note)
{
	struct step copy = STEP_INIT;
	const struct step *known;
	size_t len;
	int r;

	if (note->n >= a->a.nsteps)
		return -EINVAL;
	known = &a->a.steps[note->n].step;
	if (note->has_step && note->step.kind != known->kind)
		return -EINVAL;
	r = have_file(j);
	if (r == 0)
		r = start_record(j);
	if (r == 0)
		r = add_result(j, note);
	len = j->buf.len;
	if (r == 0 && note->has_step)
		r = add_step_now(j, note, known, &copy);
	/* An intention that is none: it was written so at the beginning. */
	if (r == 0 && (note->type != RECORD_INTEND || j->buf.len > len))
		r = write_record(j, note->type, a->a.id);
	if (r < 0) {
		step_done(&copy);
		return r;
	}
	note->seq = j->seq;
	note->step = copy;
	journal_act_result(j, a, note);
	return 0;
}

int journal_intend(struct journal *j, uint64_t id, uint32_t n, const struct step *step)
{
	struct journal_note note = {.type = RECORD_INTEND, .n = n, .step = *step, .has_step = true};
	struct journal_act *a;
	int r = find_writable(j, id, &a);

	return r == 0 ? write_note(j, a, &note) : r;
}

int journal_result(struct journal *j, uint64_t id, uint32_t n, enum step_state state, int err,
		   const struct step *step)
{
	struct journal_note note = {
		.type = RECORD_RESULT, .n = n, .state = state, .err = err, .has_step = step};
	struct journal_act *a;
	int r = find_writable(j, id, &a);

	if (state <= STEP_OPEN || state > STEP_LOST || err > 0 || err < -4095)
		return -EINVAL;
	if (step)
		note.step = *step;
	return r == 0 ? write_note(j, a, &note) : r;
}

int journal_end(struct journal *j, uint64_t id, bool sync)
{
	struct journal_act *a;
	int r = find_writable(j, id, &a);

	if (r == 0)
		r = have_file(j);
	if (r == 0)
		r = start_record(j);
	if (r == 0)
		r = write_record(j, RECORD_END, id);
	if (r < 0)
		return r;
	journal_act_ended(j, a);
	return sync ? whole_synced(sys_fdatasync(j->mine->fd)) : 0;
}
