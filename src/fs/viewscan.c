/* SPDX-License-Identifier: MIT */
#include "fs/viewscan.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

#define ROUND_DOWN(at) ((at) & ~(uint64_t)3)
#define MATCHES_A_LOOK 256 /* between looks whether to go on */
#define BUFFER         (TEXTROW_BACK + 8 + VIEWSCAN_CHUNK + TEXTROW_AHEAD + VIEWSCAN_OVER)

struct scan_job {
	struct job job;
	struct viewfile *file;
	uint64_t op;
	bool searches;
	struct view_search search;
	struct view_count count;
	struct view_mark *marks; /* not told yet */
	size_t nmarks, marks_cap;
	char *buf; /* BUFFER bytes, while it runs */
	struct textwin window;
	struct str text; /* a row in UTF-8 */
	uint64_t told_ms, unread;
	bool gave_up;
};

struct match {
	uint64_t at;
	size_t len;
};

static bool stopped(const struct scan_job *j)
{
	return atomic_load(&j->job.cancel) || atomic_load(&j->file->closed);
}

/* Reads [at, at + len) and what is around it; `at` is reached with TEXTROW_BACK bytes before. */
static int read_around(struct scan_job *j, uint64_t at, size_t len)
{
	uint64_t start = ROUND_DOWN(at > TEXTROW_BACK ? at - TEXTROW_BACK : 0);
	size_t all = (size_t)(at - start) + len;

	j->window.code = j->searches ? j->search.code : j->count.code;
	return viewfile_read(j->file, start, j->buf, MIN(all, BUFFER), &j->window, NULL);
}

static bool time_to_tell(struct scan_job *j)
{
	uint64_t now = pool_now_ms();

	if (now < j->told_ms + VIEWSCAN_TELL_MS)
		return false;
	j->told_ms = now;
	return true;
}

static void note_unread(struct scan_job *j, uint64_t from, uint64_t to)
{
	for (uint32_t i = 0; i < j->window.ngaps; i++) {
		uint64_t a = MAX(from, j->window.gaps[i].from), b = MIN(to, j->window.gaps[i].to);

		j->unread += b > a ? b - a : 0;
	}
}

/* ---- search ---- */

static void tell_found(struct scan_job *j, bool done, int err, uint64_t pos,
		       const struct match *match)
{
	struct fs_event *e = done ? outbox_event(&j->file->service->out, FS_VIEW_FOUND, j->op)
				  : fs_event_new(FS_VIEW_FOUND, j->op);

	if (!e)
		return;
	e->err = err;
	e->u.view_found.done = done;
	e->u.view_found.pos = pos;
	e->u.view_found.unread = j->unread;
	e->u.view_found.gave_up = j->gave_up;
	if (match) {
		e->u.view_found.found = true;
		e->u.view_found.at = match->at;
		e->u.view_found.len = (uint32_t)match->len;
	}
	outbox_send(&j->file->service->out, e, &j->job.cancel);
}

/* The text from `from` on in UTF-8, of a row and a little more of the same line. */
static int row_text(struct scan_job *j, uint64_t from, uint64_t end, const char **ret_text,
		    size_t *ret_len)
{
	const struct textwin *w = &j->window;
	size_t len = textrow_line_len(w, from, end, VIEWSCAN_OVER);

	if (w->code == TEXT_UTF8) {
		*ret_text = textwin_at(w, from);
		*ret_len = len;
		return 0;
	}
	str_clear(&j->text);
	if (textcode_add(w->code, textwin_at(w, from), len, &j->text) < 0)
		return -ENOMEM;
	*ret_text = j->text.buf;
	*ret_len = j->text.len;
	return 0;
}

/* Working on: false when it is to end. */
static bool goes_on(struct scan_job *j)
{
	job_alive(&j->job);
	return !stopped(j);
}

/* The matches in a row that begin in [from, to): the first, or the last. */
static int search_row(struct scan_job *j, uint64_t row, uint64_t end, uint64_t from, uint64_t to,
		      struct match *match, bool *found)
{
	const struct textwin *w = &j->window;
	const char *text, *bytes;
	size_t len, at, n, pos = 0, max;
	struct textcode_pos start = {0}, behind;
	int rc;

	/* A file's first line begins behind its byte order mark. */
	if (row == 0)
		row = textcode_bom(w->code, w->bytes, w->len);
	bytes = textwin_at(w, row);
	max = (size_t)(textwin_end(w) - row);
	rc = row_text(j, row, end, &text, &len);

	for (unsigned turns = 1;
	     !rc && matcher_find(j->search.matcher, text, len, pos, &at, &n, &j->gave_up);
	     turns++) {
		textcode_advance(w->code, bytes, max, at, &start);
		if (row + start.bytes >= MIN(to, end) ||
		    (turns % MATCHES_A_LOOK == 0 && !goes_on(j)))
			break;
		pos = at + MAX(n, 1);
		if (row + start.bytes < from || n == 0)
			continue;
		behind = start;
		textcode_advance(w->code, bytes, max, at + n, &behind);
		match->at = row + start.bytes;
		match->len = behind.bytes - start.bytes;
		*found = true;
		if (!j->search.backward)
			break;
	}
	return rc;
}

/* Row by row, those that have something of [from, to). A regex may take long for each. */
static int search_rows(struct scan_job *j, uint64_t from, uint64_t to, struct match *match,
		       bool *found)
{
	const struct textwin *w = &j->window;
	uint64_t row, end;
	int rc = 0;

	if (!textrow_start(w, from, &row))
		return -EIO;
	while (!rc && row < MIN(to, textwin_end(w)) && !(*found && !j->search.backward) &&
	       goes_on(j)) {
		if (!textrow_end(w, row, &end) || end <= row)
			break;
		if (!textwin_gap(w, row))
			rc = search_row(j, row, end, from, to, match, found);
		row = end;
	}
	return rc;
}

/* A phrase is looked for in the bytes as they lie, without a look at lines. */
static void search_bytes(struct scan_job *j, uint64_t from, uint64_t to, struct match *match,
			 bool *found)
{
	const struct textwin *w = &j->window;
	size_t pos = (size_t)(from - w->start), stop, at, n;

	stop = (size_t)(MIN(to + VIEWSCAN_OVER, textwin_end(w)) - w->start);
	while (matcher_find(j->search.matcher, w->bytes, stop, pos, &at, &n, NULL)) {
		if (w->start + at >= to)
			break;
		match->at = w->start + at;
		match->len = n;
		*found = true;
		if (!j->search.backward)
			break;
		pos = at + 1;
	}
}

/* The one test that lets the bytes of a text be searched as they are. */
static bool plain_bytes(const struct view_search *s)
{
	if (!matcher_is_phrase(s->matcher))
		return false;
	return s->code == TEXT_UTF8 ||
	       (textcode_unit(s->code) == 1 && matcher_is_ascii(s->matcher));
}

/* A chunk that is all hole, with what a match could reach into it: no phrase is there. Returns
 * where to go on, or `to` when it has to be read. */
static bool skip_hole(struct scan_job *j, uint64_t from, uint64_t to, uint64_t *pos, bool *end)
{
	uint64_t data = viewfile_data(j->file, from);

	if (data < to + VIEWSCAN_OVER)
		return false;
	*end = j->search.backward ? from == 0 : data == UINT64_MAX;
	*pos = j->search.backward ? from : *end ? to : data - VIEWSCAN_OVER;
	return true;
}

/* One chunk; *pos moves on. 1: there is no more, 0: there is, or -errno. */
static int search_chunk(struct scan_job *j, uint64_t *pos, struct match *match, bool *found)
{
	bool back = j->search.backward, plain = plain_bytes(&j->search);
	uint64_t from = *pos, to;
	bool end;
	int rc = 0;

	if (back)
		from = *pos > VIEWSCAN_CHUNK ? *pos - VIEWSCAN_CHUNK : 0;
	to = back ? *pos : from + VIEWSCAN_CHUNK;
	if (plain && skip_hole(j, from, to, pos, &end))
		return end;
	rc = read_around(j, from, (size_t)(to - from) + TEXTROW_AHEAD + VIEWSCAN_OVER);
	if (rc)
		return rc;
	note_unread(j, from, to);
	/* A file may have shrunk meanwhile. */
	if (from < textwin_end(&j->window) && plain)
		search_bytes(j, from, to, match, found);
	else if (from < textwin_end(&j->window))
		rc = search_rows(j, from, to, match, found);
	if (rc)
		return rc;
	*pos = back ? from : to;
	return back ? from == 0 : j->window.at_end && to >= textwin_end(&j->window);
}

static void search_run(struct job *job)
{
	struct scan_job *j = container_of(job, struct scan_job, job);
	uint64_t pos = j->search.from;
	struct match match = {0};
	bool found = false;
	int rc = 0;

	j->told_ms = pool_now_ms();
	j->buf = malloc(BUFFER);
	if (!j->buf)
		rc = -ENOMEM;
	while (!rc && !found && !stopped(j)) {
		rc = search_chunk(j, &pos, &match, &found);
		job_alive(&j->job);
		if (!rc && !found && time_to_tell(j))
			tell_found(j, false, 0, pos, NULL);
	}
	tell_found(j, true, MIN(rc, 0), pos, found ? &match : NULL);
	free(j->buf);
	j->buf = NULL;
}

/* ---- count ---- */

/* Not from the reserve: what is not told now is told with the next. */
static void tell_lines(struct scan_job *j, bool done, int err, const struct view_mark *now,
		       bool at_end)
{
	struct fs_event *e = done ? outbox_event(&j->file->service->out, FS_VIEW_LINES, j->op)
				  : fs_event_new(FS_VIEW_LINES, j->op);

	if (!e)
		return;
	e->err = err;
	e->u.view_lines.done = done;
	e->u.view_lines.now = *now;
	e->u.view_lines.at_end = at_end;
	e->u.view_lines.unread = j->unread > 0;
	e->u.view_lines.marks = j->marks;
	e->u.view_lines.n = (uint32_t)j->nmarks;
	j->marks = NULL;
	j->nmarks = j->marks_cap = 0;
	outbox_send(&j->file->service->out, e, &j->job.cancel);
}

/* Out of memory a mark is left out: finding the place again takes longer then. */
static void add_mark(struct scan_job *j, const struct view_mark *now)
{
	if (array_grow(&j->marks, &j->marks_cap, j->nmarks + 1, sizeof(*j->marks)) == 0)
		j->marks[j->nmarks++] = *now;
}

/* Behind the newline that makes it `lines`. */
static void go_to_line(const struct textwin *w, size_t from, size_t to, uint64_t lines,
		       struct view_mark *now)
{
	for (; now->lines < lines; now->lines++)
		from = textcode_newline(w->code, w->bytes, to, from) + textcode_unit(w->code);
	now->at = w->start + from;
}

/* In a hole there is no newline: true when it is passed, to where *ret_rc (as below) says. */
static bool pass_hole(struct scan_job *j, struct view_mark *now, int *ret_rc)
{
	uint64_t data = viewfile_data(j->file, now->at), size;
	bool to_end = data == UINT64_MAX;

	if (!to_end && data < now->at + VIEWSCAN_CHUNK)
		return false;
	/* So it is behind the end, too, and everywhere in an empty file. */
	if (to_end) {
		if (viewfile_read(j->file, ROUND_DOWN(now->at), j->buf, 0, &j->window, &size) < 0)
			return false;
		data = MAX(size, now->at);
	}
	now->at = MIN(data, j->count.to_at);
	*ret_rc = now->at >= j->count.to_at ? 1 : to_end ? 2 : 0;
	return true;
}

/* One chunk. 1: this is the place, 2: the file ended, 0: go on, or -errno. */
static int count_chunk(struct scan_job *j, struct view_mark *now)
{
	const struct view_count *c = &j->count;
	const struct textwin *w = &j->window;
	uint64_t to = MIN(now->at + VIEWSCAN_CHUNK, c->to_at), lines;
	size_t from, end;
	int rc;

	if (pass_hole(j, now, &rc))
		return rc;
	/* Chunks end where marks do. */
	if (c->step)
		to = MIN(to, (now->at / c->step + 1) * c->step);
	rc = read_around(j, now->at, (size_t)(to - now->at));
	if (rc)
		return rc;
	if (now->at > textwin_end(w))
		return 2;
	note_unread(j, now->at, to);
	from = (size_t)(now->at - w->start);
	end = (size_t)(MIN(to, textwin_end(w)) - w->start);
	lines = textcode_lines(w->code, w->bytes + from, end - from);
	if (c->to_lines != UINT64_MAX && now->lines + lines >= c->to_lines) {
		go_to_line(w, from, end, c->to_lines, now);
		return 1;
	}
	now->lines += lines;
	now->at = w->start + end;
	if (now->at >= c->to_at)
		return 1;
	return textwin_end(w) < to || (w->at_end && textwin_end(w) == to) ? 2 : 0;
}

static void count_run(struct job *job)
{
	struct scan_job *j = container_of(job, struct scan_job, job);
	struct view_mark now = j->count.from;
	int rc = now.at >= j->count.to_at || now.lines >= j->count.to_lines;

	j->told_ms = pool_now_ms();
	j->buf = malloc(BUFFER);
	if (!j->buf)
		rc = -ENOMEM;
	while (!rc && !stopped(j)) {
		rc = count_chunk(j, &now);
		job_alive(&j->job);
		if (!rc && j->count.step && now.at % j->count.step == 0)
			add_mark(j, &now);
		if (!rc && time_to_tell(j))
			tell_lines(j, false, 0, &now, false);
	}
	tell_lines(j, true, MIN(rc, 0), &now, rc == 2);
	free(j->buf);
	j->buf = NULL;
}

/* ---- both ---- */

static void scan_free(struct job *job)
{
	struct scan_job *j = container_of(job, struct scan_job, job);

	matcher_unref(j->search.matcher);
	free(j->marks);
	str_done(&j->text);
	viewfile_unref(j->file);
	free(j);
}

static struct scan_job *job_new(struct viewfile *v, uint64_t op, void (*run)(struct job *job))
{
	struct scan_job *j = calloc(1, sizeof(*j));

	if (!j)
		return NULL;
	job_init(&j->job, atomic_load(&v->lane), op, run, scan_free);
	j->file = viewfile_ref(v);
	j->op = op;
	str_init(&j->text);
	return j;
}

void viewscan_search(struct viewfile *v, uint64_t op, const struct view_search *search)
{
	struct scan_job *j = job_new(v, op, search_run);

	if (!j) {
		matcher_unref(search->matcher);
		outbox_fail(&v->service->out, FS_VIEW_FOUND, op, -ENOMEM, &v->closed);
		return;
	}
	j->searches = true;
	j->search = *search;
	pool_submit(v->service->pool, &j->job);
}

void viewscan_count(struct viewfile *v, uint64_t op, const struct view_count *count)
{
	struct scan_job *j = job_new(v, op, count_run);

	if (!j) {
		outbox_fail(&v->service->out, FS_VIEW_LINES, op, -ENOMEM, &v->closed);
		return;
	}
	j->count = *count;
	pool_submit(v->service->pool, &j->job);
}
