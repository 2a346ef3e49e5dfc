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

struct span {
	const char *at;
	size_t len;
};

/* A carriage return is a blank: files come from other systems as well. */
static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static struct span trim(struct span s)
{
	while (s.len && is_blank(s.at[0])) {
		s.at++;
		s.len--;
	}
	while (s.len && is_blank(s.at[s.len - 1]))
		s.len--;
	return s;
}

static int set_to(struct str *out, struct span s)
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
static int unquote(struct str *out, struct span s, const char **ret_reason)
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

static int parse_section(struct parser *p, struct span s)
{
	struct span name;

	if (s.at[s.len - 1] != ']')
		return reject(p, "a section ends in ]");
	name = trim((struct span){s.at + 1, s.len - 2});
	if (!name.len || memchr(name.at, ']', name.len) || memchr(name.at, '[', name.len))
		return reject(p, "a section is [name]");
	return set_to(&p->section, name);
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

static int parse_setting(struct parser *p, struct span s)
{
	const char *equals = memchr(s.at, '=', s.len), *reason = NULL;
	struct span name, value;
	int r;

	if (!equals)
		return reject(p, "neither name = value nor [section]");
	name = trim((struct span){s.at, (size_t)(equals - s.at)});
	value = trim((struct span){equals + 1, s.len - (size_t)(equals - s.at) - 1});
	if (!name.len)
		return reject(p, "no name before the =");
	r = set_to(&p->name, name);
	if (r == 0 && value.len && value.at[0] == '"')
		r = unquote(&p->value, value, &reason);
	else if (r == 0)
		r = set_to(&p->value, value);
	if (r < 0)
		return r;
	return reason ? reject(p, reason) : hand_over(p);
}

static int parse_line(struct parser *p, struct span s)
{
	p->line++;
	if (memchr(s.at, '\0', s.len))
		return reject(p, "a NUL byte");
	s = trim(s);
	if (!s.len || s.at[0] == '#' || s.at[0] == ';')
		return 0;
	return s.at[0] == '[' ? parse_section(p, s) : parse_setting(p, s);
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

		r = parse_line(&p, (struct span){at, (size_t)(stop - at)});
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
