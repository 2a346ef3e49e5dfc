/* SPDX-License-Identifier: MIT */
#include "base/conf_edit.h"

#include <errno.h>
#include <string.h>

#include "base/conf.h"

struct place {
	struct conf_span value; /* to be replaced; at NULL: there is no such line */
	const char *behind;     /* the end of the line to add behind, NULL: no such section */
};

static bool same(struct conf_span s, const char *text)
{
	return strlen(text) == s.len && memcmp(s.at, text, s.len) == 0;
}

/* A line made of them must come back as them. 0, -EINVAL, -ENOMEM. */
static int check_names(const struct conf_change *c)
{
	struct str line = STR_INIT;
	struct conf_line cut;
	bool ok = !strchr(c->section, '\n') && !strchr(c->name, '\n');
	int r = str_addf(&line, "[%s]", c->section);

	conf_cut(line.buf, line.len, &cut);
	ok = ok && (!*c->section || (cut.kind == CONF_SECTION && same(cut.name, c->section)));
	str_clear(&line);
	if (r == 0)
		r = str_addf(&line, "%s = ", c->name);
	conf_cut(line.buf, line.len, &cut);
	ok = ok && cut.kind == CONF_SETTING && same(cut.name, c->name);
	str_done(&line);
	return r < 0 || ok ? r : -EINVAL;
}

/* Where a line ends: behind its newline. */
static const char *line_end(const char *at, const char *end, const char **ret_stop)
{
	const char *newline = memchr(at, '\n', (size_t)(end - at));

	*ret_stop = newline ? newline : end;
	return newline ? newline + 1 : end;
}

static void find_place(const char *text, size_t len, const struct conf_change *c,
		       struct place *ret_place)
{
	const char *end = text + len, *stop, *next;
	bool first = !*c->section, inside = first;

	*ret_place = (struct place){0};
	for (const char *at = text; at < end; at = next) {
		struct conf_line line;

		next = line_end(at, end, &stop);
		conf_cut(at, (size_t)(stop - at), &line);
		if (line.kind == CONF_SECTION)
			inside = same(line.name, c->section);
		if (!inside)
			continue;
		if (first || line.kind == CONF_SECTION || line.kind == CONF_SETTING)
			ret_place->behind = next;
		if (line.kind == CONF_SETTING && same(line.name, c->name))
			ret_place->value = line.value;
	}
}

/* How lines end: as the one that ends at `at`, or as the first of the text does. */
static const char *newline_of(const char *text, const char *at, const char *end)
{
	const char *newline =
		at > text && at[-1] == '\n' ? at - 1 : memchr(text, '\n', (size_t)(end - text));

	return newline && newline > text && newline[-1] == '\r' ? "\r\n" : "\n";
}

static void replace_value(const char *text, size_t len, struct conf_span value, const char *quoted,
			  struct str *out)
{
	size_t before = (size_t)(value.at - text);
	const char *behind = value.at + value.len;

	str_add(out, text, before);
	/* "name =" was written with blanks around the sign. */
	if (!value.len && before > 1 && (text[before - 2] == ' ' || text[before - 2] == '\t'))
		str_addc(out, ' ');
	str_adds(out, quoted);
	str_add(out, behind, len - (size_t)(behind - text));
}

/* The newline goes to the line before where that had none, so that the text ends as it did. */
static void add_line(const char *text, size_t len, const char *at, const char *line,
		     struct str *out)
{
	const char *newline = newline_of(text, at, text + len);
	bool ended = at == text || at[-1] == '\n';

	str_add(out, text, (size_t)(at - text));
	str_addf(out, "%s%s%s", ended ? "" : newline, line, ended ? newline : "");
	str_add(out, at, len - (size_t)(at - text));
}

static void add_section(const char *text, size_t len, const char *section, const char *line,
			struct str *out)
{
	const char *newline = newline_of(text, text + len, text + len);
	bool ended = !len || text[len - 1] == '\n';

	str_add(out, text, len);
	if (len)
		str_addf(out, "%s%s", ended ? "" : newline, newline);
	str_addf(out, "[%s]%s%s%s", section, newline, line, ended ? newline : "");
}

int conf_edit(const char *text, size_t len, const struct conf_change *change, struct str *out)
{
	struct str line = STR_INIT;
	struct place place;
	size_t start = out->len;
	int r = check_names(change);

	if (r < 0)
		return r;
	find_place(text, len, change, &place);
	if (!place.value.at)
		r = str_addf(&line, "%s = ", change->name);
	if (r == 0)
		r = conf_quote(&line, change->value);
	if (r == 0 && place.value.at)
		replace_value(text, len, place.value, line.buf, out);
	else if (r == 0 && place.behind)
		add_line(text, len, place.behind, line.buf, out);
	else if (r == 0 && !*change->section)
		add_line(text, len, text, line.buf, out);
	else if (r == 0)
		add_section(text, len, change->section, line.buf, out);
	str_done(&line);
	if (r == 0 && !out->failed)
		return 0;
	str_cut(out, start);
	return -ENOMEM;
}

int conf_edit_all(const char *text, size_t len, const struct conf_change *changes, size_t n,
		  struct str *out)
{
	struct str now = STR_INIT, next = STR_INIT;
	int r = str_add(&now, text, len);

	for (size_t i = 0; i < n && r == 0; i++) {
		struct str was = now;

		str_clear(&next);
		r = conf_edit(was.buf, was.len, &changes[i], &next);
		now = r == 0 ? next : now;
		next = r == 0 ? was : next;
	}
	if (r == 0)
		r = str_add(out, now.buf, now.len);
	str_done(&now);
	str_done(&next);
	return r;
}
