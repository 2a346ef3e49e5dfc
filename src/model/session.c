/* SPDX-License-Identifier: MIT */
#include "model/session.h"

#include "base/escape.h"
#include "model/inside.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char first_line[] = "trowel session 1";

void session_done(struct session *s)
{
	for (size_t i = 0; i < s->n; i++) {
		free(s->tabs[i].path);
		free(s->tabs[i].select);
		free(s->tabs[i].filter);
	}
	*s = (struct session){0};
}

/* ---- from the model ---- */

static int copy_text(const char *text, size_t len, char **ret)
{
	*ret = strndup(text, len);
	return *ret ? 0 : -ENOMEM;
}

static int take_tab(const struct tab *t, struct session_tab *to)
{
	const struct list *l = &t->views[0].list;
	struct row row;
	int err = copy_text(t->path.buf, t->path.len, &to->path);

	to->sort = l->sort;
	to->hidden = l->show_hidden;
	to->filter_kind = l->filter_kind;
	if (!err && l->filter.len)
		err = copy_text(l->filter.buf, l->filter.len, &to->filter);
	if (!err && list_row(l, l->cursor, &row) && !row.parent)
		err = copy_text(row.name, row.name_len, &to->select);
	return err;
}

int session_take(const struct model *m, struct session *ret_session)
{
	int err = 0;

	*ret_session = (struct session){.current = m->tab};
	for (size_t i = 0; i < m->ntabs && !err; i++)
		err = take_tab(&m->tabs[i], &ret_session->tabs[ret_session->n++]);
	if (err)
		session_done(ret_session);
	return err;
}

/* ---- as text ---- */

static void add_escaped(struct str *out, const char *key, const char *value)
{
	str_adds(out, key);
	(void)escape_add(out, value, strlen(value));
	str_addc(out, '\n');
}

static void add_tab(struct str *out, const struct session_tab *t, bool current)
{
	add_escaped(out, "tab ", t->path);
	if (t->select)
		add_escaped(out, "select ", t->select);
	str_addf(out, "sort %s%s%s\n", sort_name(t->sort.by), t->sort.reverse ? " reverse" : "",
		 t->sort.dirs_first ? "" : " mixed");
	if (t->hidden)
		str_adds(out, "hidden\n");
	if (t->filter) {
		str_addf(out, "filter %s ", match_kind_name(t->filter_kind));
		add_escaped(out, "", t->filter);
	}
	if (current)
		str_adds(out, "current\n");
}

int session_save(const struct session *s, struct str *out)
{
	str_addf(out, "%s\n", first_line);
	for (size_t i = 0; i < s->n; i++)
		add_tab(out, &s->tabs[i], i == s->current);
	return out->failed ? -ENOMEM : 0;
}

/* A text that is there once, and not empty. */
static int set_text(char **field, const char *value, size_t len)
{
	struct str text = STR_INIT;
	int err;

	if (*field || !len)
		return -EINVAL;
	err = escape_take(&text, value, len);
	if (!err) {
		*field = str_take(&text);
		err = *field ? 0 : -ENOMEM;
	}
	str_done(&text);
	return err;
}

struct loading {
	struct session *session;
	struct session_tab *tab; /* the last one; NULL: none yet */
	bool sorted, has_current;
};

static int load_tab(struct loading *l, const char *value, size_t len)
{
	struct session *s = l->session;

	if (s->n == TABS_MAX || !len || value[0] != '/')
		return -EINVAL;
	l->tab = &s->tabs[s->n++];
	l->tab->sort = (struct sort_spec){.by = SORT_NAME, .dirs_first = true};
	l->sorted = false;
	return set_text(&l->tab->path, value, len);
}

/* A name is one component. */
static int load_select(struct loading *l, const char *value, size_t len)
{
	return memchr(value, '/', len) ? -EINVAL : set_text(&l->tab->select, value, len);
}

/* Cuts the word `word` (with a blank before it) off the end. */
static bool cut_word(const char *value, size_t *len, const char *word)
{
	size_t n = strlen(word);

	if (*len < n || memcmp(value + *len - n, word, n) != 0)
		return false;
	*len -= n;
	return true;
}

static int load_sort(struct loading *l, const char *value, size_t len)
{
	char name[32];

	if (l->sorted)
		return -EINVAL;
	l->sorted = true;
	l->tab->sort.dirs_first = !cut_word(value, &len, " mixed");
	l->tab->sort.reverse = cut_word(value, &len, " reverse");
	if (len >= sizeof(name) || memchr(value, '\0', len))
		return -EINVAL;
	memcpy(name, value, len);
	name[len] = '\0';
	return sort_parse(name, &l->tab->sort.by) ? 0 : -EINVAL;
}

static int load_filter(struct loading *l, const char *value, size_t len)
{
	for (int kind = 0; kind < MATCH_KINDS; kind++) {
		const char *name = match_kind_name((enum match_kind)kind);
		size_t n = strlen(name);

		if (len <= n || memcmp(value, name, n) != 0 || value[n] != ' ')
			continue;
		l->tab->filter_kind = (enum match_kind)kind;
		return set_text(&l->tab->filter, value + n + 1, len - n - 1);
	}
	return -EINVAL;
}

static int load_hidden(struct loading *l, const char *value, size_t len)
{
	(void)value;
	if (len || l->tab->hidden)
		return -EINVAL;
	l->tab->hidden = true;
	return 0;
}

static int load_current(struct loading *l, const char *value, size_t len)
{
	(void)value;
	if (len || l->has_current)
		return -EINVAL;
	l->has_current = true;
	l->session->current = l->session->n - 1;
	return 0;
}

/* A key with a value ends in a blank. */
static const struct {
	const char *key;
	int (*load)(struct loading *l, const char *value, size_t len);
} keys[] = {
	{"tab ", load_tab},      {"select ", load_select}, {"sort ", load_sort},
	{"hidden", load_hidden}, {"filter ", load_filter}, {"current", load_current},
};

static int load_line(struct loading *l, const char *line, size_t len)
{
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		size_t n = strlen(keys[i].key);

		if (len < n || memcmp(line, keys[i].key, n) != 0)
			continue;
		if (!l->tab && keys[i].load != load_tab)
			return -EINVAL;
		return keys[i].load(l, line + n, len - n);
	}
	return -EINVAL;
}

static int load_lines(struct loading *l, const char *text, size_t len)
{
	const char *end = text + len;
	bool first = true;

	while (text < end) {
		const char *stop = memchr(text, '\n', (size_t)(end - text));
		size_t n;
		int err;

		if (!stop)
			return -EINVAL; /* torn */
		n = (size_t)(stop - text);
		if (first)
			err = n == strlen(first_line) && memcmp(text, first_line, n) == 0 ? 0
											  : -EINVAL;
		else
			err = load_line(l, text, n);
		if (err)
			return err;
		first = false;
		text = stop + 1;
	}
	return l->session->n ? 0 : -EINVAL;
}

int session_load(const char *text, size_t len, struct session *ret_session)
{
	struct loading l = {.session = ret_session};
	int err;

	*ret_session = (struct session){0};
	err = load_lines(&l, text, len);
	if (err)
		session_done(ret_session);
	return err;
}

/* ---- into a model ---- */

static int resume_tab(struct model *m, struct tab *t, const struct session_tab *from)
{
	struct list *l;
	int err;

	tab_init(t);
	err = tab_open(m, t, from->path, GO_PUSH, 0, from->select);
	if (err) {
		tab_done(m, t);
		return err;
	}
	l = &t->views[0].list;
	list_set_sort(l, &from->sort);
	list_set_hidden(l, from->hidden);
	/* A pattern that no longer is one is left out. */
	if (from->filter)
		(void)list_set_filter(l, from->filter_kind, from->filter, strlen(from->filter),
				      NULL);
	return 0;
}

int model_resume(struct model *m, const struct session *s)
{
	int err = request_ticket(m, REQ_START, 0);

	for (size_t i = 0; i < s->n && !err; i++) {
		err = resume_tab(m, &m->tabs[i], &s->tabs[i]);
		m->ntabs += err == 0;
	}
	m->tab = MIN(s->current, m->ntabs ? m->ntabs - 1 : 0);
	if (!err)
		model_settle(m);
	return err;
}
