/* SPDX-License-Identifier: MIT */
#include "base/modespec.h"

#include "base/alloc.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define ALL_BITS 07777u
#define SET_IDS  06000u
#define STICKY   01000u
#define RWX_ALL  0777u
#define R_ALL    0444u
#define W_ALL    0222u
#define X_ALL    0111u

struct letter {
	char letter;
	uint32_t bits;
};

static const struct letter whos[] = {{'u', 04700}, {'g', 02070}, {'o', 01007}, {'a', ALL_BITS}};
static const struct letter copied[] = {{'u', 0700}, {'g', 0070}, {'o', 0007}};
static const struct letter perms[] = {{'r', R_ALL}, {'w', W_ALL}, {'x', X_ALL},
				      {'X', 0},     {'s', 06000}, {'t', STICKY}};

static const struct letter *find(const struct letter *rows, size_t n, char c)
{
	for (size_t i = 0; i < n; i++) {
		if (rows[i].letter == c)
			return &rows[i];
	}
	return NULL;
}

static int add(struct modespec *spec, const struct modespec_change *change)
{
	int r = array_grow(&spec->at, &spec->cap, spec->n + 1, sizeof(*spec->at));

	if (r == 0)
		spec->at[spec->n++] = *change;
	return r;
}

/* Octal digits at *at, which moves behind them. -EINVAL: more than a mode holds. */
static int number(const char **at, uint32_t *ret_bits, size_t *ret_digits)
{
	uint32_t bits = 0;
	const char *s = *at;

	for (; *s >= '0' && *s <= '7'; s++) {
		bits = bits * 8 + (uint32_t)(*s - '0');
		if (bits > ALL_BITS)
			return -EINVAL;
	}
	*ret_digits = (size_t)(s - *at);
	*ret_bits = bits;
	*at = s;
	return 0;
}

static int parse_octal(const char *text, struct modespec *spec, const char **ret_why)
{
	struct modespec_change change = {.op = '=', .affected = ALL_BITS};
	size_t digits;

	if (number(&text, &change.value, &digits) < 0 || *text) {
		*ret_why = "a number is octal, at most 07777";
		return -EINVAL;
	}
	/* Four digits may leave those bits of a directory; they can set them. */
	change.mentioned =
		digits > 4 ? ALL_BITS : (change.value & (SET_IDS | STICKY)) | STICKY | RWX_ALL;
	return add(spec, &change);
}

static uint32_t parse_who(const char **at)
{
	const struct letter *who;
	uint32_t affected = 0;

	for (; (who = find(whos, ARRAY_LEN(whos), **at)); (*at)++)
		affected |= who->bits;
	return affected;
}

static void parse_letters(const char **at, struct modespec_change *change)
{
	const struct letter *perm;

	for (; (perm = find(perms, ARRAY_LEN(perms), **at)); (*at)++) {
		change->value |= perm->bits;
		change->x_if_any |= perm->letter == 'X';
	}
}

/* What follows an operator. */
static int parse_what(const char **at, struct modespec_change *change, const char **ret_why)
{
	const struct letter *from = find(copied, ARRAY_LEN(copied), **at);
	size_t digits;

	if (**at >= '0' && **at <= '7') {
		*ret_why = "a number stands alone behind its operator, and is at most 07777";
		if (change->affected || number(at, &change->value, &digits) < 0 ||
		    (**at && **at != ','))
			return -EINVAL;
		change->affected = change->mentioned = ALL_BITS;
		return 0;
	}
	if (from) {
		change->copy = true;
		change->value = from->bits;
		(*at)++;
	} else {
		parse_letters(at, change);
	}
	change->mentioned = change->affected ? change->affected & change->value : change->value;
	return 0;
}

static bool is_operator(char c)
{
	return c == '+' || c == '-' || c == '=';
}

static int parse_clause(const char **at, struct modespec *spec, const char **ret_why)
{
	uint32_t affected = parse_who(at);
	int r = 0;

	if (!is_operator(**at)) {
		*ret_why =
			"a clause is any of ugoa, then + - or =, then any of rwxXst or one of ugo";
		return -EINVAL;
	}
	while (r == 0 && is_operator(**at)) {
		struct modespec_change change = {.op = *(*at)++, .affected = affected};

		r = parse_what(at, &change, ret_why);
		if (r == 0)
			r = add(spec, &change);
	}
	if (r == 0 && **at && **at != ',') {
		*ret_why = "behind an operator stand any of rwxXst, or one of ugo";
		return -EINVAL;
	}
	return r;
}

int modespec_parse(const char *text, struct modespec *ret_spec, const char **ret_why)
{
	struct modespec spec = {0};
	int r;

	*ret_why = NULL;
	if (*text >= '0' && *text <= '9') {
		r = parse_octal(text, &spec, ret_why);
	} else {
		do
			r = parse_clause(&text, &spec, ret_why);
		while (r == 0 && *text++ == ',');
	}
	if (r < 0)
		modespec_done(&spec);
	*ret_spec = spec;
	return r;
}

void modespec_done(struct modespec *spec)
{
	free(spec->at);
	*spec = (struct modespec){0};
}

/* What one of u, g, o has, for all three: who is affected picks his. */
static uint32_t spread(uint32_t bits)
{
	return (bits & R_ALL ? R_ALL : 0) | (bits & W_ALL ? W_ALL : 0) | (bits & X_ALL ? X_ALL : 0);
}

static uint32_t apply(const struct modespec_change *c, uint32_t mode, bool dir, uint32_t umask)
{
	uint32_t kept = dir ? SET_IDS & ~c->mentioned : 0;
	uint32_t value = c->copy ? spread(mode & c->value) : c->value;

	if (c->x_if_any && (dir || mode & X_ALL))
		value |= X_ALL;
	value &= (c->affected ? c->affected : ~umask) & ~kept;
	if (c->op == '+')
		return mode | value;
	if (c->op == '-')
		return mode & ~value;
	kept |= c->affected ? ~c->affected : 0;
	return (mode & kept) | value;
}

uint32_t modespec_apply(const struct modespec *spec, uint32_t mode, bool dir, uint32_t umask)
{
	mode &= ALL_BITS;
	for (size_t i = 0; i < spec->n; i++)
		mode = apply(&spec->at[i], mode, dir, umask) & ALL_BITS;
	return mode;
}
