/* SPDX-License-Identifier: MIT */
#include "app/themes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "ui/theme.h"

#define SUFFIX        ".theme"
#define RANK_START    THEME_DIRS       /* as it was read at the start */
#define RANK_BUILT_IN (THEME_DIRS + 1) /* after all files */

static void text_done(struct theme_text *t)
{
	free(t->name);
	free(t->path);
	free(t->text);
	free(t->reason);
}

static int compare(const struct theme_text *a, const struct theme_text *b)
{
	int r = strcmp(a->name, b->name);

	return r ? r : (a->rank > b->rank) - (a->rank < b->rank);
}

/* Takes the text in all cases. */
static int insert(struct themes *t, struct theme_text *text)
{
	int r = text->name ? array_grow(&t->at, &t->cap, t->n + 1, sizeof(*t->at)) : -ENOMEM;
	size_t i = t->n;

	if (r < 0) {
		text_done(text);
		return r;
	}
	for (; i > 0 && compare(&t->at[i - 1], text) > 0; i--)
		t->at[i] = t->at[i - 1];
	t->at[i] = *text;
	t->n++;
	return 0;
}

static void drop_rank(struct themes *t, const char *name, unsigned rank)
{
	size_t kept = 0;

	for (size_t i = 0; i < t->n; i++) {
		if (t->at[i].rank == rank && (!name || strcmp(t->at[i].name, name) == 0))
			text_done(&t->at[i]);
		else
			t->at[kept++] = t->at[i];
	}
	t->n = kept;
}

static int add(struct themes *t, const char *name, const char *text, size_t len, unsigned rank)
{
	struct theme_text new = {
		.name = strdup(name), .text = memdup0(text, len), .len = len, .rank = rank};

	if (!new.text) {
		text_done(&new);
		return -ENOMEM;
	}
	return insert(t, &new);
}

int themes_init(struct themes *t)
{
	int r;

	*t = (struct themes){0};
	r = add(t, "default", theme_default_text, strlen(theme_default_text), RANK_BUILT_IN);
	for (unsigned i = 0; i < THEME_DIRS && r == 0; i++) {
		struct str dir = STR_INIT;

		r = config_theme_dir(i, &dir);
		if (r == 0)
			t->dirs[i] = str_take(&dir);
		r = r == -ENOMEM ? r : 0;
		str_done(&dir);
	}
	return r;
}

void themes_done(struct themes *t)
{
	for (size_t i = 0; i < t->n; i++)
		text_done(&t->at[i]);
	for (unsigned i = 0; i < THEME_DIRS; i++)
		free(t->dirs[i]);
	free(t->at);
	*t = (struct themes){0};
}

int themes_add(struct themes *t, const char *name, const char *text, size_t len)
{
	drop_rank(t, name, RANK_START);
	return add(t, name, text, len, RANK_START);
}

void themes_ask(struct themes *t, struct browse *b)
{
	for (unsigned i = 0; i < THEME_DIRS; i++) {
		if (!t->dirs[i] || t->waiting >> i & 1)
			continue;
		t->waiting |= 1u << i;
		browse_texts(b, t->dirs[i], SUFFIX);
	}
	t->loaded |= !t->waiting;
}

static int take_file(struct themes *t, const char *dir, struct text_file *file, unsigned rank)
{
	size_t len = strlen(file->name) - strlen(SUFFIX);
	struct theme_text new = {.name = memdup0(file->name, len), .rank = rank};
	struct str path = STR_INIT;
	int r = str_addf(&path, "%s/%s", dir, file->name);

	new.path = r == 0 ? str_take(&path) : NULL;
	new.text = file->bytes;
	new.len = file->len;
	file->bytes = NULL;
	if (!new.text)
		new.reason = strdup(file->reason ? file->reason : strerrordesc_np(-file->err));
	str_done(&path);
	if (new.path && (new.text || new.reason))
		return insert(t, &new);
	text_done(&new);
	return -ENOMEM;
}

int themes_take(struct themes *t, struct fs_event *event)
{
	unsigned rank = 0;
	int r = 0;

	/* Without memory the answer does not say of which: the others will do. */
	if (!event->u.texts.dir) {
		t->waiting = 0;
		return -ENOMEM;
	}
	while (rank < THEME_DIRS && (!t->dirs[rank] || !(t->waiting >> rank & 1) ||
				     strcmp(t->dirs[rank], event->u.texts.dir) != 0))
		rank++;
	if (rank == THEME_DIRS)
		return 0;
	t->waiting &= ~(1u << rank);
	t->loaded |= !t->waiting;
	drop_rank(t, NULL, rank);
	for (uint32_t i = 0; i < event->u.texts.n && r == 0; i++)
		r = take_file(t, t->dirs[rank], &event->u.texts.at[i], rank);
	return r;
}

const struct theme_text *themes_find(const struct themes *t, const char *name)
{
	for (size_t i = 0; i < t->n; i++)
		if (strcmp(t->at[i].name, name) == 0)
			return &t->at[i];
	return NULL;
}

const struct theme_text *themes_next(const struct themes *t, size_t *i)
{
	const struct theme_text *first = *i < t->n ? &t->at[*i] : NULL;

	while (*i < t->n && strcmp(t->at[*i].name, first->name) == 0)
		(*i)++;
	return first;
}

size_t themes_about(const struct theme_text *text, const char **ret_about)
{
	const char *s = text->text ? text->text : "";
	size_t len;

	if (*s != '#')
		return 0;
	s += strspn(s, "# \t");
	len = strcspn(s, "\r\n");
	/* One sentence is enough. */
	for (size_t i = 0; i + 1 < len; i++)
		if (s[i] == '.' && s[i + 1] == ' ')
			len = i;
	len -= len && s[len - 1] == '.';
	*ret_about = s;
	return len;
}
