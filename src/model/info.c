/* SPDX-License-Identifier: MIT */
#include "model/info.h"

#include "model/inside.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#define ACL_NAMES_MAX 64 /* entries of a list whose names are asked for */

void info_init(struct info *i)
{
	*i = (struct info){.key_ms = INT64_MIN};
	str_init(&i->path);
	str_init(&i->about);
	str_init(&i->preview_of);
	str_init(&i->find_text);
}

static void drop_preview(struct info *i)
{
	preview_free(i->preview);
	i->preview = NULL;
	i->preview_err = 0;
	i->line = 0;
	str_clear(&i->preview_of);
}

static void drop_facts(struct info *i)
{
	facts_free(i->facts);
	i->facts = NULL;
	i->facts_err = 0;
	str_clear(&i->about);
}

void info_done(struct info *i)
{
	if (!i)
		return;
	drop_facts(i);
	drop_preview(i);
	matcher_unref(i->find);
	str_done(&i->path);
	str_done(&i->about);
	str_done(&i->preview_of);
	str_done(&i->find_text);
}

bool info_has_facts(const struct info *i)
{
	return i->path.len && str_eq(&i->about, i->path.buf);
}

bool info_has_preview(const struct info *i)
{
	return i->path.len && str_eq(&i->preview_of, i->path.buf);
}

bool info_same(const struct info *i)
{
	return i->about.len && str_eq(&i->preview_of, i->about.buf);
}

static size_t line_count(const struct info *i)
{
	return i->preview ? i->preview->nlines : 0;
}

/* ---- what is asked, and when ---- */

static void close_questions(struct model *m)
{
	struct info *i = &m->info;

	request_close(m, i->facts_ticket);
	request_close(m, i->preview_ticket);
	i->facts_ticket = i->preview_ticket = 0;
}

static enum info_depth wanted_depth(const struct info *i)
{
	return i->height == 0 ? INFO_KIND : i->hex ? INFO_BYTES : INFO_CONTENT;
}

static bool same_meta(const struct meta *a, const struct meta *b)
{
	return a->id.ino == b->id.ino && a->id.dev == b->id.dev && a->size == b->size &&
	       a->mtime == b->mtime && a->mtime_nsec == b->mtime_nsec && a->ctime == b->ctime &&
	       a->ctime_nsec == b->ctime_nsec && a->nlink == b->nlink;
}

/* What is wanted already keeps its time: a file that changes all the time is to be seen, too. */
static void look_again(bool *want, int64_t *after, const struct info *i)
{
	if (!*want)
		*after = i->asked_ms + INFO_REFRESH_MS;
	*want = true;
}

/* The row's metadata came anew, as after a change that was watched. */
static void follow_changes(struct model *m)
{
	const struct list *l = &model_view(m)->list;
	struct info *i = &m->info;
	struct row row;

	if (!list_row(l, l->cursor, &row) || !row.meta || row.parent)
		return;
	if (i->has_seen && !same_meta(&i->seen, row.meta)) {
		look_again(&i->want_facts, &i->facts_after, i);
		look_again(&i->want_preview, &i->preview_after, i);
	}
	i->seen = *row.meta;
	i->has_seen = true;
}

static void follow_cursor(struct model *m)
{
	CLEANUP(str_done) struct str path = STR_INIT;
	struct info *i = &m->info;

	if (model_cursor_path(m, &path) < 0 || str_eq(&i->path, path.buf))
		return;
	close_questions(m);
	str_clear(&i->path);
	if (str_add(&i->path, path.buf, path.len) < 0)
		return;
	i->has_seen = i->hex = false;
	i->since_ms = i->facts_after = i->preview_after = m->now_ms;
	i->want_facts = !info_has_facts(i);
	i->want_preview = !info_has_preview(i);
}

/* Before the first key the row under the cursor is the right one as soon as all rows are there. */
static int64_t rested_at(const struct model *m, int64_t rest_ms)
{
	const struct info *i = &m->info;

	if (i->key_ms != INT64_MIN)
		return i->key_ms + rest_ms + i->stretch_ms;
	return i->since_ms + (rows_loading(model_view(m)->list.rows) ? rest_ms : 0);
}

/* When each is to be asked for; INT64_MAX: it is not. */
static int64_t facts_due(const struct model *m)
{
	const struct info *i = &m->info;

	return i->want_facts ? MAX(rested_at(m, INFO_REST_MS), i->facts_after) : INT64_MAX;
}

static int64_t preview_due(const struct model *m)
{
	const struct info *i = &m->info;

	return i->want_preview && info_has_facts(i)
		       ? MAX(rested_at(m, INFO_PREVIEW_MS), i->preview_after)
		       : INT64_MAX;
}

static bool asks(const struct info *i)
{
	return i->facts_ticket || i->preview_ticket;
}

uint32_t model_info_previewing(const struct model *m)
{
	return m->info.preview_ticket != 0;
}

/* Something of another row is still shown, and the answer for this one keeps us waiting. */
static bool outdated(const struct info *i)
{
	return asks(i) && ((i->about.len && !info_has_facts(i)) ||
			   (i->preview_ticket && i->preview_of.len && !info_has_preview(i)));
}

static void ask(struct model *m, enum request_kind kind, uint64_t *ticket)
{
	struct info *i = &m->info;
	struct request r = {.kind = kind, .ticket = m->next_ticket + 1};

	i->asked_ms = m->now_ms;
	r.path = strdup(i->path.buf);
	r.depth = wanted_depth(i);
	r.n = INFO_LINES;
	if (!r.path || request_add(m, &r) < 0)
		return;
	*ticket = ++m->next_ticket;
}

static void ask_what_is_due(struct model *m)
{
	struct info *i = &m->info;

	if (asks(i))
		return;
	if (m->now_ms >= facts_due(m)) {
		i->want_facts = false;
		ask(m, REQ_INFO, &i->facts_ticket);
	} else if (m->now_ms >= preview_due(m)) {
		i->want_preview = false;
		i->depth = wanted_depth(i);
		ask(m, REQ_PREVIEW, &i->preview_ticket);
	}
}

static void drop_outdated(struct model *m)
{
	struct info *i = &m->info;

	if (!outdated(i) || m->now_ms < i->asked_ms + INFO_LATE_MS)
		return;
	if (!info_has_facts(i))
		drop_facts(i);
	if (!info_has_preview(i))
		drop_preview(i);
	m->rev++;
}

void info_tick(struct model *m)
{
	if (!m->info.shown || !m->ntabs || m->viewer)
		return;
	follow_cursor(m);
	follow_changes(m);
	ask_what_is_due(m);
	drop_outdated(m);
}

int64_t info_deadline(const struct model *m)
{
	const struct info *i = &m->info;

	if (!i->shown || m->viewer)
		return INT64_MAX;
	if (asks(i))
		return outdated(i) ? i->asked_ms + INFO_LATE_MS : INT64_MAX;
	return MIN(facts_due(m), preview_due(m));
}

/* ---- answers ---- */

static void want_names(struct model *m, const struct facts *f)
{
	(void)model_owner(m, false, f->meta.uid, true);
	(void)model_owner(m, true, f->meta.gid, true);
	for (uint32_t k = 0; k < MIN(f->acl.n, (uint32_t)ACL_NAMES_MAX); k++) {
		if (acl_tag_named(f->acl.at[k].tag))
			(void)model_owner(m, f->acl.at[k].tag == ACL_NAMED_GROUP, f->acl.at[k].id,
					  true);
	}
}

static void take_facts(struct model *m, struct fs_event *event)
{
	struct info *i = &m->info;

	i->facts_ticket = 0;
	drop_facts(i);
	i->facts = event->u.facts;
	event->u.facts = NULL;
	i->facts_err = i->facts ? 0 : event->err;
	(void)str_add(&i->about, i->path.buf, i->path.len);
	if (i->facts)
		want_names(m, i->facts);
	/* Of what cannot be asked about nothing can be shown. */
	if (!i->facts) {
		drop_preview(i);
		i->want_preview = false;
	}
}

static void take_preview(struct model *m, struct fs_event *event)
{
	struct info *i = &m->info;
	size_t line = info_has_preview(i) ? i->line : 0;

	i->preview_ticket = 0;
	drop_preview(i);
	i->preview = event->u.preview;
	event->u.preview = NULL;
	i->preview_err = i->preview ? 0 : event->err;
	(void)str_add(&i->preview_of, i->path.buf, i->path.len);
	/* The same file, looked at again, is looked at in the same place. */
	i->line = MIN(line, MAX(line_count(i), (size_t)1) - 1);
	if (i->depth != wanted_depth(i))
		i->want_preview = true;
}

void info_event(struct model *m, struct fs_event *event)
{
	if (!event->ticket)
		return;
	if (event->kind == FS_INFO && event->ticket == m->info.facts_ticket)
		take_facts(m, event);
	else if (event->kind == FS_PREVIEW && event->ticket == m->info.preview_ticket)
		take_preview(m, event);
}

/* ---- what is done with it ---- */

void model_info_room(struct model *m, bool shown, size_t height)
{
	struct info *i = &m->info;
	enum info_depth before = wanted_depth(i);
	bool again = shown && !i->shown;

	/* Keys do not go to what is not there. */
	if (i->focus && !height) {
		i->focus = false;
		m->rev++;
	}
	if (i->shown == shown && i->height == height)
		return;
	i->shown = shown;
	i->height = height;
	if (!shown) {
		close_questions(m);
		i->want_facts = i->want_preview = false;
		str_clear(&i->path);
		drop_facts(i);
		drop_preview(i);
	}
	if (again || wanted_depth(i) > before)
		i->want_preview = true;
	m->rev++;
}

void model_info_key(struct model *m, int64_t now_ms, int64_t stretch_ms)
{
	m->info.key_ms = now_ms;
	m->info.stretch_ms = stretch_ms;
}

bool model_info_focus(struct model *m, bool on)
{
	if (on && !m->info.shown)
		return false;
	m->info.focus = on;
	m->rev++;
	return true;
}

void model_info_move(struct model *m, long lines)
{
	struct info *i = &m->info;
	size_t n = line_count(i), to = i->line;

	if (lines < 0)
		to = (size_t)-lines > to ? 0 : to - (size_t)-lines;
	else
		to += (size_t)lines;
	i->line = MIN(to, MAX(n, (size_t)1) - 1);
	m->rev++;
}

void model_info_move_to(struct model *m, size_t line)
{
	m->info.line = MIN(line, MAX(line_count(&m->info), (size_t)1) - 1);
	m->rev++;
}

void model_info_hex(struct model *m)
{
	struct info *i = &m->info;

	/* The cursor may have been moved by the key before: this is about where it is now. */
	if (i->shown && m->ntabs)
		follow_cursor(m);
	i->hex = !i->hex;
	i->line = 0;
	i->want_preview = true;
	i->preview_after = 0;
	request_close(m, i->preview_ticket);
	i->preview_ticket = 0;
	m->rev++;
}

static bool line_matches(const struct info *i, size_t line)
{
	size_t len;
	const char *bytes = preview_line(i->preview, line, &len);

	return matcher_test(i->find, bytes, len, NULL) > 0;
}

static bool find_from(struct info *i, size_t line, int dir)
{
	size_t n = line_count(i);

	for (size_t k = 0; k < n; k++) {
		size_t at = dir > 0 ? (line + k) % n : (line + n - k) % n;

		if (!line_matches(i, at))
			continue;
		i->line = at;
		return true;
	}
	return false;
}

void model_info_find_next(struct model *m, int dir)
{
	struct info *i = &m->info;
	size_t n = line_count(i);

	if (!i->find)
		model_notice(m, NOTICE_INFO, "nothing was searched for yet (/ does)");
	else if (!n || !find_from(i, dir > 0 ? i->line + 1 : i->line + n - 1, dir))
		model_notice(m, NOTICE_INFO, "not in what is shown of it");
	m->rev++;
}

/* What was typed, as it is: blanks and signs of a pattern stand for themselves. */
static int new_finder(const char *text, struct matcher **ret_finder)
{
	CLEANUP(str_done) struct str pattern = STR_INIT;

	for (const char *c = text; *c; c++) {
		bool plain = (unsigned char)*c >= 128 || isalnum((unsigned char)*c);

		str_addf(&pattern, plain ? "%c" : "\\%c", *c);
	}
	if (pattern.failed)
		return -ENOMEM;
	return matcher_new(MATCH_REGEX, pattern.buf, pattern.len, NULL, ret_finder);
}

int model_info_find(struct model *m, const char *text)
{
	struct info *i = &m->info;
	struct matcher *find = NULL;
	int r = *text ? new_finder(text, &find) : 0;

	if (r == 0) {
		str_clear(&i->find_text);
		r = str_adds(&i->find_text, text);
	}
	if (r < 0) {
		matcher_unref(find);
		return r;
	}
	matcher_unref(i->find);
	i->find = find;
	m->rev++;
	if (find && (!line_count(i) || !find_from(i, i->line, 1)))
		model_notice(m, NOTICE_INFO, "not in what is shown of it");
	return 0;
}
