/* SPDX-License-Identifier: MIT */
#include "base/conf.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

struct parser {
	struct str section, name, value, err;
	conf_set_fn *set;
	conf_bad_fn *bad;
	void *ctx;
	unsigned line;
	int nbad;
};

/* A carriage return is a blank: files come from other systems as well. */
static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static struct conf_span trim(struct conf_span s)
{
	while (s.len && is_blank(s.at[0])) {
		s.at++;
		s.len--;
	}
	while (s.len && is_blank(s.at[s.len - 1]))
		s.len--;
	return s;
}

static int set_to(struct str *out, struct conf_span s)
{
	str_clear(out);
	return str_add(out, s.at, s.len);
}

static int reject(struct parser *p, const char *reason)
{
	if (p->nbad < INT_MAX)
		p->nbad++;
	if (p->bad)
		p->bad(p->ctx, p->line, reason);
	return 0;
}

static char unescape(char c)
{
	static const char from[] = "\"\\nt", to[] = "\"\\\n\t";
	const char *at = c ? strchr(from, c) : NULL;

	return at ? to[at - from] : '\0';
}

/* A value that begins with a quote: *ret_reason is set when it is not one whole quoted text. */
static int unquote(struct str *out, struct conf_span s, const char **ret_reason)
{
	size_t i = 1;

	str_clear(out);
	for (; i < s.len && s.at[i] != '"'; i++) {
		char c = s.at[i];

		if (c == '\\') {
			c = ++i < s.len ? unescape(s.at[i]) : '\0';
			if (!c) {
				*ret_reason = "unknown escape in the quoted value: only \\\" \\\\ "
					      "\\n \\t";
				return 0;
			}
		}
		str_addc(out, c);
	}
	if (i >= s.len)
		*ret_reason = "the quote is not closed";
	else if (i + 1 < s.len)
		*ret_reason = "text after the closing quote";
	return out->failed ? -ENOMEM : 0;
}

static void cut_bad(struct conf_line *line, const char *reason)
{
	*line = (struct conf_line){.kind = CONF_BAD, .reason = reason};
}

static void cut_section(struct conf_span s, struct conf_line *line)
{
	struct conf_span name;

	if (s.at[s.len - 1] != ']') {
		cut_bad(line, "a section ends in ]");
		return;
	}
	name = trim((struct conf_span){s.at + 1, s.len - 2});
	if (!name.len || memchr(name.at, ']', name.len) || memchr(name.at, '[', name.len))
		cut_bad(line, "a section is [name]");
	else
		*line = (struct conf_line){.kind = CONF_SECTION, .name = name};
}

static void cut_setting(struct conf_span s, struct conf_line *line)
{
	const char *equals = memchr(s.at, '=', s.len);
	struct conf_span name, value;

	if (!equals) {
		cut_bad(line, "neither name = value nor [section]");
		return;
	}
	name = trim((struct conf_span){s.at, (size_t)(equals - s.at)});
	value = trim((struct conf_span){equals + 1, s.len - (size_t)(equals - s.at) - 1});
	if (!value.len)
		value.at = equals + 1;
	if (!name.len)
		cut_bad(line, "no name before the =");
	else
		*line = (struct conf_line){.kind = CONF_SETTING, .name = name, .value = value};
}

void conf_cut(const char *line, size_t len, struct conf_line *ret_line)
{
	struct conf_span s = trim((struct conf_span){line, len});

	*ret_line = (struct conf_line){.kind = CONF_NOTHING};
	if (memchr(line, '\0', len))
		cut_bad(ret_line, "a NUL byte");
	else if (s.len && s.at[0] == '[')
		cut_section(s, ret_line);
	else if (s.len && s.at[0] != '#' && s.at[0] != ';')
		cut_setting(s, ret_line);
}

int conf_quote(struct str *out, const char *value)
{
	static const char special[] = "\"\\\n\t", letters[] = "\"\\nt";
	size_t len = strlen(value);
	int r;

	if (len && value[0] != '"' && !is_blank(value[0]) && !is_blank(value[len - 1]) &&
	    !strchr(value, '\n'))
		return str_adds(out, value);
	r = str_addc(out, '"');
	for (; r == 0 && *value; value++) {
		const char *at = strchr(special, *value);

		r = at ? str_addf(out, "\\%c", letters[at - special]) : str_addc(out, *value);
	}
	return r < 0 ? r : str_addc(out, '"');
}

static int hand_over(struct parser *p)
{
	const struct conf_item item = {
		.section = p->section.buf,
		.name = p->name.buf,
		.value = p->value.buf,
		.line = p->line,
	};
	int r;

	str_clear(&p->err);
	r = p->set ? p->set(p->ctx, &item, &p->err) : 0;
	if (r >= 0)
		return 0;
	if (r == -ENOMEM)
		return r;
	return reject(p, p->err.len ? p->err.buf : strerrordesc_np(-r));
}

static int parse_setting(struct parser *p, const struct conf_line *line)
{
	const char *reason = NULL;
	int r = set_to(&p->name, line->name);

	if (r == 0 && line->value.len && line->value.at[0] == '"')
		r = unquote(&p->value, line->value, &reason);
	else if (r == 0)
		r = set_to(&p->value, line->value);
	if (r < 0)
		return r;
	return reason ? reject(p, reason) : hand_over(p);
}

static int parse_line(struct parser *p, struct conf_span s)
{
	struct conf_line line;

	p->line++;
	conf_cut(s.at, s.len, &line);
	switch (line.kind) {
	case CONF_NOTHING:
		break;
	case CONF_SECTION:
		return set_to(&p->section, line.name);
	case CONF_SETTING:
		return parse_setting(p, &line);
	case CONF_BAD:
		return reject(p, line.reason);
	}
	return 0;
}

int conf_parse(const char *text, size_t len, conf_set_fn *set, conf_bad_fn *bad, void *ctx)
{
	struct parser p = {.section = STR_INIT,
			   .name = STR_INIT,
			   .value = STR_INIT,
			   .err = STR_INIT,
			   .set = set,
			   .bad = bad,
			   .ctx = ctx};
	const char *end = text + len;
	int r = 0;

	for (const char *at = text; r == 0 && at < end;) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		const char *stop = newline ? newline : end;

		r = parse_line(&p, (struct conf_span){at, (size_t)(stop - at)});
		at = stop + 1;
	}
	str_done(&p.section);
	str_done(&p.name);
	str_done(&p.value);
	str_done(&p.err);
	return r < 0 ? r : p.nbad;
}

int conf_bool(const char *value, bool *ret, struct str *err)
{
	static const struct {
		const char *word;
		bool value;
	} words[] = {
		{"yes", true}, {"no", false},  {"true", true}, {"false", false},
		{"on", true},  {"off", false}, {"1", true},    {"0", false},
	};

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		if (strcmp(value, words[i].word) == 0) {
			*ret = words[i].value;
			return 0;
		}
	}
	if (err)
		str_adds(err, "expected yes or no");
	return -EINVAL;
}

int conf_int(const char *value, long min, long max, long *ret, struct str *err)
{
	const char *digits = value + (value[0] == '-');
	char *end;
	long n;

	errno = 0;
	n = strtol(value, &end, 10);
	/* strtol(3) also takes blanks and a plus. */
	if (*digits >= '0' && *digits <= '9' && !*end && errno == 0 && n >= min && n <= max) {
		*ret = n;
		return 0;
	}
	if (err)
		str_addf(err, "expected a number from %ld to %ld", min, max);
	return -EINVAL;
}
