/* SPDX-License-Identifier: MIT */
#include "fs/journal_inside.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "fs/sys.h"

#define CHUNK (256u << 10)

int journal_act_new(uint64_t id, const struct journal_begin *b, bool own,
		    struct journal_act **ret_act)
{
	struct journal_act *a = calloc(1, sizeof(*a));
	char *label = memdup0(b->label, b->label_len);

	if (!a || !label) {
		free(a);
		free(label);
		return -ENOMEM;
	}
	a->a = (struct action){
		.id = id,
		.undoes = b->undoes,
		.redo = b->redo,
		.own = own,
		.begun = b->begun,
		.pid = b->pid,
		.label = label,
	};
	a->nsteps = b->nsteps;
	*ret_act = a;
	return 0;
}

int journal_act_add_step(struct journal_act *a, uint64_t seq, struct step *step)
{
	size_t need = (size_t)a->a.nsteps + 1;

	if (array_grow(&a->a.steps, &a->steps_cap, need, sizeof(*a->a.steps)) < 0 ||
	    array_grow(&a->traces, &a->traces_cap, need, sizeof(*a->traces)) < 0) {
		step_done(step);
		return -ENOMEM;
	}
	a->traces[a->a.nsteps] = (struct journal_trace){.seq = seq};
	a->a.steps[a->a.nsteps++] = (struct action_step){.step = *step};
	return 0;
}

/* ---- one record ---- */

static int take_steps(struct journal *j, struct journal_act *a, uint64_t seq,
		      struct journal_bytes *b)
{
	while (b->len > 0) {
		struct step step;
		int r = -EINVAL;

		if (a->a.nsteps < a->nsteps && j->nsteps < 2 * JOURNAL_STEPS_MAX)
			r = journal_take_step(b, &step);
		if (r == 0)
			r = journal_act_add_step(a, seq, &step);
		if (r < 0)
			return r;
		j->nsteps++;
	}
	return 0;
}

/* All steps are there: it has begun. */
static int begun(struct journal *j, struct journal_file *f)
{
	struct journal_act *a = f->pending;
	int r = a->a.nsteps == a->nsteps ? journal_act_room(j, f) : -EAGAIN;

	if (r == 0) {
		f->pending = NULL;
		journal_act_add(j, a);
	}
	return r == -EAGAIN ? 0 : r;
}

/* Without memory for all of a record, it is as if none of it had been read. */
static void take_back(struct journal *j, struct journal_act *a, uint32_t nsteps)
{
	while (a->a.nsteps > nsteps) {
		step_done(&a->a.steps[--a->a.nsteps].step);
		j->nsteps--;
	}
}

/* What an action takes back came before it, so that no chain of undos leads back to itself. */
static int take_begin(struct journal *j, struct journal_file *f, const struct journal_record *r,
		      struct journal_bytes *b)
{
	struct journal_begin begin;
	int err = journal_take_begin(b, &begin);

	if (err == 0 && (f->pending || r->id <= f->last_id || begin.undoes >= r->id))
		return -EINVAL;
	if (err == 0)
		err = journal_act_new(r->id, &begin, f->ours, &f->pending);
	if (err < 0)
		return err;
	f->pending->file = f;
	err = take_steps(j, f->pending, r->seq, b);
	if (err == 0)
		err = begun(j, f);
	if (err == -ENOMEM) {
		take_back(j, f->pending, 0);
		journal_act_free(f->pending);
		f->pending = NULL;
	} else {
		f->last_id = r->id;
	}
	return err;
}

static int take_more_steps(struct journal *j, struct journal_file *f,
			   const struct journal_record *r, struct journal_bytes *b)
{
	uint32_t first;
	int err = journal_take32(b, &first);

	if (err < 0 || !f->pending || f->pending->a.id != r->id || first != f->pending->a.nsteps)
		return -EINVAL;
	err = take_steps(j, f->pending, r->seq, b);
	if (err == 0)
		err = begun(j, f);
	if (err == -ENOMEM)
		take_back(j, f->pending, first);
	return err;
}

static int read_note(const struct journal_record *r, struct journal_bytes *b,
		     struct journal_note *note)
{
	uint32_t state = STEP_OPEN, err = 0;
	int rc = 0;

	if (r->type == RECORD_END)
		return 0;
	rc = journal_take32(b, &note->n);
	if (rc == 0 && r->type == RECORD_RESULT) {
		rc = journal_take32(b, &state);
		if (rc == 0)
			rc = journal_take32(b, &err);
		/* 0 or -errno. */
		if (rc == 0 && (state < STEP_DONE || state > STEP_LOST || (int32_t)err > 0 ||
				(int32_t)err < -4095))
			rc = -EINVAL;
	}
	note->state = (enum step_state)state;
	note->err = (int32_t)err;
	if (rc == 0 && b->len > 0) {
		rc = journal_take_step(b, &note->step);
		note->has_step = rc == 0;
	}
	return rc;
}

static bool note_fits(const struct journal_act *a, const struct journal_note *note)
{
	return note->type == RECORD_END ||
	       (note->n < a->a.nsteps &&
		(!note->has_step || note->step.kind == a->a.steps[note->n].step.kind));
}

/* What step it takes back stays as it began. */
static void replace_step(struct step *old, struct step *new)
{
	new->undoes = old->undoes;
	step_done(old);
	*old = *new;
	*new = (struct step)STEP_INIT;
}

void journal_apply(struct journal_act *a, const struct journal_note *note)
{
	struct step step = note->step;
	struct action_step *s;

	if (note->type == RECORD_END) {
		a->ended = true;
		return;
	}
	s = &a->a.steps[note->n];
	if (note->seq > a->traces[note->n].seq) {
		a->traces[note->n].seq = note->seq;
		if (note->type == RECORD_RESULT) {
			s->state = note->state;
			s->err = note->err;
		}
		if (note->has_step)
			replace_step(&s->step, &step);
	}
	if (note->has_step)
		step_done(&step);
}

static struct journal_act *find_in(const struct journal_file *f, uint64_t id)
{
	size_t lo = 0, hi = f->nacts;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (f->acts[mid]->a.id < id)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < f->nacts && f->acts[lo]->a.id == id ? f->acts[lo] : NULL;
}

/* About an action of another file, which may not have been read yet. Takes the step. */
static int keep_note(struct journal *j, struct journal_note *note)
{
	if (array_grow(&j->notes, &j->notes_cap, j->nnotes + 1, sizeof(*j->notes)) < 0) {
		step_done(&note->step);
		return -ENOMEM;
	}
	j->notes[j->nnotes++] = *note;
	return 0;
}

static int take_note(struct journal *j, struct journal_file *f, const struct journal_record *r,
		     struct journal_bytes *b)
{
	struct journal_note note = {
		.file = f,
		.id = r->id,
		.seq = r->seq,
		.type = (enum journal_type)r->type,
		.step = STEP_INIT,
	};
	struct journal_act *a = find_in(f, r->id);
	int err = f->pending ? -EINVAL : read_note(r, b, &note);

	if (err < 0)
		return err;
	if (!a)
		return keep_note(j, &note);
	if (!note_fits(a, &note)) {
		step_done(&note.step);
		return -EINVAL;
	}
	journal_apply(a, &note);
	return 0;
}

/* Of a later version: not to be understood here, so nothing is done with its action. */
static int take_later(struct journal *j, struct journal_file *f, const struct journal_record *r)
{
	struct journal_act *a = find_in(f, r->id);

	if (f->pending)
		return -EINVAL;
	if (a)
		a->bad = true;
	f->last_id = MAX(f->last_id, r->id);
	return journal_warn(j, f->name, "has records of a later version of trowel");
}

static int take_record(struct journal *j, struct journal_file *f, const struct journal_record *r,
		       const uint8_t *payload)
{
	struct journal_bytes b = {payload, r->len};

	j->max_id = MAX(j->max_id, r->id);
	j->seq = MAX(j->seq, r->seq);
	if (r->version != JOURNAL_VERSION || r->type == 0 || r->type >= RECORD_TYPES)
		return take_later(j, f, r);
	if (r->type == RECORD_BEGIN)
		return take_begin(j, f, r, &b);
	if (r->type == RECORD_STEPS)
		return take_more_steps(j, f, r, &b);
	return take_note(j, f, r, &b);
}

/* ---- many of them ---- */

static bool all_zero(const uint8_t *bytes, size_t len)
{
	return len == 0 || (bytes[0] == 0 && memcmp(bytes, bytes + 1, len - 1) == 0);
}

/* Whatever of it had not ended may have gone on where nothing can be read. What was begun there is
 * shown with what is known of it. */
static int damage(struct journal *j, struct journal_file *f)
{
	struct journal_act *a = f->pending;
	int r = journal_warn(j, f->name, "is damaged: what comes behind that cannot be read");

	if (r == 0 && a)
		r = journal_act_room(j, f);
	if (r < 0)
		return r;
	f->damaged = true;
	f->pending = NULL;
	if (a)
		journal_act_add(j, a);
	for (size_t i = 0; i < f->nacts; i++)
		f->acts[i]->bad |= !f->acts[i]->ended;
	j->known->stale = true;
	return 0;
}

/* 0 with the length of the record there, 0 when more bytes are needed for it; -EINVAL. */
static int next_record(const struct journal_file *f, const uint8_t *bytes, size_t len,
		       uint64_t rest, struct journal_record *r, size_t *ret_len)
{
	*ret_len = 0;
	if (rest < JOURNAL_RECORD_LEN || len < JOURNAL_RECORD_LEN)
		return 0;
	if (journal_get_record(bytes, f->head.salt, f->at, r) < 0)
		/* A disk that lost power may have made room for what it then did not get. */
		return len == rest && all_zero(bytes, len) ? 0 : -EINVAL;
	if (len - JOURNAL_RECORD_LEN < r->len)
		return 0;
	*ret_len = JOURNAL_RECORD_LEN + r->len;
	return journal_payload_ok(r, bytes + JOURNAL_RECORD_LEN) ? 0 : -EINVAL;
}

int journal_parse(struct journal *j, struct journal_file *f, const uint8_t *bytes, size_t len,
		  uint64_t rest, size_t *ret_used)
{
	size_t used = 0, n;
	int r = 0;

	while (r == 0 && !f->damaged) {
		struct journal_record record;

		r = next_record(f, bytes + used, len - used, rest - used, &record, &n);
		if (r == 0 && n == 0)
			break;
		if (r == 0)
			r = take_record(j, f, &record, bytes + used + JOURNAL_RECORD_LEN);
		if (r == -EINVAL) {
			r = damage(j, f);
			break;
		}
		if (r == 0) {
			j->known->stale = true;
			f->at += n;
			used += n;
		}
	}
	*ret_used = used;
	return r;
}

/* Bytes from f->at on, at most `want`. */
static int read_piece(struct journal *j, const struct journal_file *f, int fd, size_t want,
		      size_t *ret_len)
{
	size_t len = 0;

	if (array_grow(&j->read, &j->read_cap, want, 1) < 0)
		return -ENOMEM;
	while (len < want) {
		ssize_t n = sys_pread(fd, j->read + len, want - len, (off_t)(f->at + len));

		if (n < 0)
			return (int)n;
		if (n == 0)
			break;
		len += (size_t)n;
	}
	*ret_len = len;
	return 0;
}

static bool is_ours(const struct journal *j, const struct journal_who *who)
{
	return who->pid == j->self.pid && who->start && who->start == j->self.start &&
	       memcmp(who->boot, j->self.boot, sizeof(who->boot)) == 0;
}

static int take_head(struct journal *j, struct journal_file *f, const uint8_t *bytes)
{
	int r = 0;

	if (journal_get_head(bytes, &f->head) < 0) {
		r = journal_warn(j, f->name, "is damaged, or no file of the journal");
		f->damaged = r == 0;
	} else if (f->head.version != JOURNAL_VERSION) {
		r = journal_warn(j, f->name, "is ignored: a later version of trowel wrote it");
		f->ignored = r == 0;
	} else {
		f->headed = true;
		f->ours = is_ours(j, &f->head.who);
		f->at = JOURNAL_HEAD_LEN;
	}
	return r;
}

/* The next bytes, of which *ret_used were of use; the head of the file may be before them. */
static int take_piece(struct journal *j, struct journal_file *f, size_t len, uint64_t rest,
		      size_t *ret_used)
{
	size_t head = f->headed ? 0 : JOURNAL_HEAD_LEN;
	int r;

	*ret_used = 0;
	if (len < head)
		return 0;
	r = head > 0 ? take_head(j, f, j->read) : 0;
	if (r == 0 && f->headed)
		r = journal_parse(j, f, j->read + head, len - head, rest - head, ret_used);
	*ret_used += head;
	return r;
}

int journal_read_file(struct journal *j, struct journal_file *f, int fd, uint64_t size)
{
	static const size_t whole = JOURNAL_RECORD_MAX + JOURNAL_RECORD_LEN;
	size_t want = CHUNK;
	int r = 0;

	while (r == 0 && !f->damaged && !f->ignored && f->at < size) {
		uint64_t rest = size - f->at;
		size_t room = (size_t)MIN(rest, want), len = 0, used = 0;

		r = read_piece(j, f, fd, room, &len);
		if (r == 0)
			r = take_piece(j, f, len, rest, &used);
		/* Nothing whole in all there is, or in the largest there can be: it ends there. */
		if (r < 0 || (used == 0 && (len == rest || len < room || want == whole)))
			break;
		want = used == 0 ? whole : CHUNK;
	}
	return r;
}

/* A begin whose end was not written: nothing of it was done. */
void journal_read_over(struct journal *j, struct journal_file *f)
{
	if (f->pending) {
		j->nsteps -= f->pending->a.nsteps;
		journal_act_free(f->pending);
	}
	f->pending = NULL;
	f->over = true;
}

void journal_apply_notes(struct journal *j)
{
	for (size_t i = 0; i < j->nnotes; i++) {
		struct journal_note *note = &j->notes[i];
		struct journal_act *a = note->applied ? NULL : journal_act_find(j, note->id);

		if (!a || a->twice)
			continue;
		if (note_fits(a, note))
			journal_apply(a, note);
		else
			step_done(&note->step);
		note->step = (struct step)STEP_INIT;
		note->applied = true;
		j->known->stale = true;
	}
}
