/* SPDX-License-Identifier: MIT */
#include "base/glob.h"

#include "base/alloc.h"
#include "base/utf8.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum part_kind { PART_CHAR, PART_ANY, PART_STAR, PART_SET, PART_SET_NOT };

struct part {
	enum part_kind kind;
	uint32_t unit;         /* PART_CHAR */
	size_t first, nranges; /* sets: into ranges */
};

struct range {
	uint32_t low, high;
};

/* A pattern without braces: parts[first] on, `n` of them. */
struct alternative {
	size_t first, n;
};

struct glob {
	struct part *parts;
	struct range *ranges;
	struct alternative *alternatives;
	size_t nparts, parts_cap, nranges, ranges_cap, nalternatives, alternatives_cap;
	bool fold;
};

struct compiler {
	struct glob *glob;
	struct str *err;
	const char *s;
	size_t len, at;
};

static int refuse(struct str *err, const char *reason)
{
	if (err)
		str_adds(err, reason);
	return -EINVAL;
}

bool glob_special(const char *pattern, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (pattern[i] && strchr("*?[{\\", pattern[i]))
			return true;
	}
	return false;
}

void glob_free(struct glob *g)
{
	if (!g)
		return;
	free(g->parts);
	free(g->ranges);
	free(g->alternatives);
	free(g);
}

static int add_part(struct glob *g, struct part part)
{
	int r = array_grow(&g->parts, &g->parts_cap, g->nparts + 1, sizeof(part));

	if (r == 0)
		g->parts[g->nparts++] = part;
	return r;
}

static int add_range(struct glob *g, uint32_t low, uint32_t high)
{
	int r = array_grow(&g->ranges, &g->ranges_cap, g->nranges + 1, sizeof(*g->ranges));

	if (r == 0)
		g->ranges[g->nranges++] = (struct range){low, high};
	return r;
}

/* The next unit, literally or after a backslash. */
static int take_unit(struct compiler *c, uint32_t *ret_unit)
{
	if (c->s[c->at] == '\\' && ++c->at >= c->len)
		return refuse(c->err, "nothing after the last \\");
	c->at += utf8_unit(c->s + c->at, c->len - c->at, c->glob->fold, ret_unit);
	return 0;
}

static int take_range(struct compiler *c)
{
	uint32_t low, high;
	int r = take_unit(c, &low);

	if (r < 0)
		return r;
	high = low;
	/* A dash before the end of the set stands for itself. */
	if (c->at + 1 < c->len && c->s[c->at] == '-' && c->s[c->at + 1] != ']') {
		c->at++;
		r = take_unit(c, &high);
		if (r < 0)
			return r;
		if (high < low)
			return refuse(c->err, "a range in [ ] runs backwards");
	}
	return add_range(c->glob, low, high);
}

static int take_set(struct compiler *c)
{
	struct part part = {.kind = PART_SET, .first = c->glob->nranges};
	bool begun = false;

	c->at++;
	if (c->at < c->len && (c->s[c->at] == '!' || c->s[c->at] == '^')) {
		part.kind = PART_SET_NOT;
		c->at++;
	}
	/* A ] that comes first stands for itself. */
	for (; c->at < c->len && (c->s[c->at] != ']' || !begun); begun = true) {
		int r = take_range(c);

		if (r < 0)
			return r;
	}
	if (c->at >= c->len)
		return refuse(c->err, "[ without ]");
	c->at++;
	part.nranges = c->glob->nranges - part.first;
	return add_part(c->glob, part);
}

static int take_part(struct compiler *c)
{
	struct part part = {.kind = PART_CHAR};
	int r;

	switch (c->s[c->at]) {
	case '[':
		return take_set(c);
	case '*':
	case '?':
		part.kind = c->s[c->at++] == '*' ? PART_STAR : PART_ANY;
		break;
	default:
		r = take_unit(c, &part.unit);
		if (r < 0)
			return r;
	}
	return add_part(c->glob, part);
}

static int add_alternative(struct glob *g, const char *s, size_t len, struct str *err)
{
	struct compiler c = {.glob = g, .err = err, .s = s, .len = len};
	struct alternative alternative = {.first = g->nparts};
	int r = array_grow(&g->alternatives, &g->alternatives_cap, g->nalternatives + 1,
			   sizeof(*g->alternatives));

	while (r == 0 && c.at < c.len)
		r = take_part(&c);
	if (r < 0)
		return r;
	alternative.n = g->nparts - alternative.first;
	g->alternatives[g->nalternatives++] = alternative;
	return 0;
}

/* Steps over a backslash pair, a [set] or one byte. A set that never ends is one byte here; its
 * error is reported when it is compiled. */
static size_t skip(const char *s, size_t len, size_t at)
{
	size_t i = at + 1;

	if (s[at] == '\\')
		return MIN(at + 2, len);
	if (s[at] != '[')
		return at + 1;
	if (i < len && (s[i] == '!' || s[i] == '^'))
		i++;
	for (bool begun = false; i < len && (s[i] != ']' || !begun); begun = true)
		i += s[i] == '\\' ? 2 : 1;
	return i < len ? i + 1 : at + 1;
}

/* The place of the next of `stops` that is not inside an inner brace, or len. */
static size_t find_outside(const char *s, size_t len, size_t at, const char *stops)
{
	size_t depth = 0;

	while (at < len) {
		if (!depth && s[at] && strchr(stops, s[at]))
			return at;
		if (s[at] == '{')
			depth++;
		else if (s[at] == '}' && depth)
			depth--;
		at = skip(s, len, at);
	}
	return len;
}

struct pending {
	struct str *items;
	size_t n, cap;
};

static int push(struct pending *p, const char *s, size_t len, size_t open, size_t from, size_t to,
		size_t close)
{
	int r = array_grow(&p->items, &p->cap, p->n + 1, sizeof(*p->items));
	struct str *item;

	if (r < 0)
		return r;
	item = &p->items[p->n++];
	str_init(item);
	str_add(item, s, open);
	str_add(item, s + from, to - from);
	str_add(item, s + close, len - close);
	return item->failed ? -ENOMEM : 0;
}

/* Replaces the first {a,b} of the text by each of its alternatives; 1 when there was none. */
static int expand_first(struct pending *p, const char *s, size_t len, struct str *err)
{
	size_t open = find_outside(s, len, 0, "{"), close, from, to;
	int r = 0;

	if (open == len)
		return 1;
	close = find_outside(s, len, open + 1, "}");
	if (close == len)
		return refuse(err, "{ without }");
	for (from = open + 1; r == 0 && from <= close; from = to + 1) {
		if (p->n >= GLOB_ALTERNATIVES_MAX)
			return refuse(err, "too many alternatives in { }");
		to = find_outside(s, close, from, ",");
		r = push(p, s, len, open, from, to, close + 1);
	}
	return r;
}

static int expand_all(struct glob *g, struct pending *p, struct str *err)
{
	int r = 0;

	while (r == 0 && p->n) {
		struct str text = p->items[--p->n];

		r = expand_first(p, text.buf, text.len, err);
		if (r == 1 && g->nalternatives >= GLOB_ALTERNATIVES_MAX)
			r = refuse(err, "too many alternatives in { }");
		else if (r == 1)
			r = add_alternative(g, text.buf, text.len, err);
		str_done(&text);
	}
	return r;
}

int glob_new(const char *pattern, size_t len, bool fold, struct str *err, struct glob **ret_glob)
{
	struct glob *g = calloc(1, sizeof(*g));
	struct pending p = {0};
	int r = -ENOMEM;

	if (len > GLOB_LEN_MAX) {
		free(g);
		return refuse(err, "the pattern is too long");
	}
	if (g) {
		g->fold = fold;
		r = push(&p, pattern, len, len, len, len, len);
	}
	if (r == 0)
		r = expand_all(g, &p, err);
	while (p.n)
		str_done(&p.items[--p.n]);
	free(p.items);
	if (r < 0) {
		glob_free(g);
		return r;
	}
	*ret_glob = g;
	return 0;
}

static bool in_set(const struct glob *g, const struct part *part, uint32_t unit)
{
	bool found = false;

	for (size_t i = 0; i < part->nranges && !found; i++) {
		const struct range *range = &g->ranges[part->first + i];

		found = unit >= range->low && unit <= range->high;
	}
	return found == (part->kind == PART_SET);
}

static bool part_takes(const struct glob *g, const struct part *part, uint32_t unit)
{
	switch (part->kind) {
	case PART_CHAR:
		return unit == part->unit;
	case PART_ANY:
		return true;
	case PART_STAR:
		return false;
	default:
		return in_set(g, part, unit);
	}
}

/* On a mismatch the last star takes one more character: an earlier star never needs to, because
 * what stands between the two has been found as far left as it can be. */
static bool test_one(const struct glob *g, const struct alternative *a, const char *name,
		     size_t len)
{
	/* A pattern of empty alternatives has no parts at all. */
	const struct part *parts = a->n ? g->parts + a->first : NULL;
	size_t part = 0, at = 0, star = SIZE_MAX, star_at = 0;
	uint32_t unit;

	while (at < len) {
		if (part < a->n && parts[part].kind == PART_STAR) {
			star = part++;
			star_at = at;
			continue;
		}
		size_t n = utf8_unit(name + at, len - at, g->fold, &unit);

		if (part < a->n && part_takes(g, &parts[part], unit)) {
			part++;
			at += n;
		} else if (star != SIZE_MAX) {
			part = star + 1;
			star_at += utf8_unit(name + star_at, len - star_at, false, &unit);
			at = star_at;
		} else {
			return false;
		}
	}
	while (part < a->n && parts[part].kind == PART_STAR)
		part++;
	return part == a->n;
}

bool glob_test(const struct glob *g, const char *name, size_t len)
{
	for (size_t i = 0; i < g->nalternatives; i++) {
		if (test_one(g, &g->alternatives[i], name, len))
			return true;
	}
	return false;
}
