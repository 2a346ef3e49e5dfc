/* SPDX-License-Identifier: MIT */
#include "base/collate.h"

#include "base/collate_key.h"
#include "base/path.h"
#include "base/utf8.h"

#include <string.h>

/* Natural order is the byte order of an encoding, the weights of a name:
 *   a character      its folded code point in UTF-8 (whose byte order is that of code points)
 *   an invalid byte  ff and the byte, after all characters
 *   a digit run      its length without leading zeros as one byte from '0' (one digit) to '9' (ten
 *                    or more, and then the rest of the length), then two digits a byte
 * NUL counts as 1, so that a token never begins with 0 and keys may be filled up with zeros.
 * No character has weights that begin with a digit, so a run stands where digits stand in ASCII,
 * and no token's weights are a prefix of another's. Names with equal weights are told apart by
 * their leading zeros, then by their bytes. Each of the three is a function of the name alone:
 * that makes the order total. collate_natural() compares weights without writing them down. */

#define RUN_LONG 10 /* digits; from here on the length goes on after the first byte */

static inline bool is_digit(char c)
{
	return (unsigned char)(c - '0') < 10;
}

static inline char fold_ascii(char c)
{
	if ((unsigned char)(c - 'A') < 26)
		return (char)(c + 32);
	return c ? c : 1;
}

/* A digit run that begins at `at`. */
struct run {
	size_t zeros, digits; /* leading zeros; those that count, at least one */
	size_t end;
};

static struct run read_run(const char *s, size_t len, size_t at)
{
	struct run run = {.end = at};
	size_t first = at;

	while (run.end < len && is_digit(s[run.end]))
		run.end++;
	while (first + 1 < run.end && s[first] == '0')
		first++;
	run.zeros = first - at;
	run.digits = run.end - first;
	return run;
}

/* The next character as a number in the order of weights; invalid bytes come last. */
static size_t read_char(const char *s, size_t len, size_t at, uint32_t *ret_weight)
{
	uint32_t cp;
	size_t n = utf8_decode(s + at, len - at, &cp);

	if (cp < 0x80)
		*ret_weight = (uint32_t)fold_ascii((char)cp);
	else
		*ret_weight = cp == UTF8_INVALID ? 0x110000u + (unsigned char)s[at] : utf8_fold(cp);
	return n;
}

struct pair {
	const char *a, *b;
	size_t alen, blen, i, j; /* lengths and places */
	int zeros;               /* which one has fewer leading zeros, at the first difference */
};

static int compare_runs(struct pair *p)
{
	struct run x = read_run(p->a, p->alen, p->i), y = read_run(p->b, p->blen, p->j);

	if (!p->zeros && x.zeros != y.zeros)
		p->zeros = x.zeros < y.zeros ? -1 : 1;
	p->i = x.end;
	p->j = y.end;
	if (x.digits != y.digits)
		return x.digits < y.digits ? -1 : 1;
	return memcmp(p->a + x.end - x.digits, p->b + y.end - y.digits, x.digits);
}

/* Compares the next token of both and moves on. */
static int compare_token(struct pair *p)
{
	bool adigit = is_digit(p->a[p->i]), bdigit = is_digit(p->b[p->j]);
	uint32_t x = '0', y = '0';

	if (adigit && bdigit)
		return compare_runs(p);
	if (!adigit)
		p->i += read_char(p->a, p->alen, p->i, &x);
	if (!bdigit)
		p->j += read_char(p->b, p->blen, p->j, &y);
	return x == y ? 0 : x < y ? -1 : 1;
}

int collate_bytes(const char *a, size_t alen, const char *b, size_t blen)
{
	int r = MIN(alen, blen) ? memcmp(a, b, MIN(alen, blen)) : 0;

	return r ? r : alen == blen ? 0 : alen < blen ? -1 : 1;
}

/* Compares weights; ret_zeros tells which has fewer leading zeros. */
static int compare_weights(const char *a, size_t alen, const char *b, size_t blen, int *ret_zeros)
{
	struct pair p = {.a = a, .b = b, .alen = alen, .blen = blen};
	int r = 0;

	while (r == 0 && p.i < alen && p.j < blen)
		r = compare_token(&p);
	*ret_zeros = p.zeros;
	return r ? r : (p.i < alen) - (p.j < blen);
}

int collate_natural(const char *a, size_t alen, const char *b, size_t blen)
{
	int zeros, r = compare_weights(a, alen, b, blen, &zeros);

	if (r == 0)
		r = zeros;
	return r ? r : collate_bytes(a, alen, b, blen);
}

static inline void put(struct key_cursor *k, unsigned char byte)
{
	k->key |= (uint64_t)byte << (56 - 8 * k->n);
	k->n++;
}

/* The byte at `i` of the weights of a run: the length (255 at a time once it is long), digits. */
static unsigned char run_weight(const char *s, const struct run *run, size_t i)
{
	size_t rest = run->digits >= RUN_LONG ? run->digits - RUN_LONG : 0;
	size_t head = run->digits >= RUN_LONG ? 2 + rest / 255 : 1;
	const char *digits = s + run->end - run->digits;
	size_t odd = run->digits % 2, at;

	if (i == 0)
		return (unsigned char)('0' + MIN(run->digits, RUN_LONG) - 1);
	if (i < head)
		return i + 1 < head ? 255 : (unsigned char)(rest % 255);
	at = 2 * (i - head);
	if (odd && at == 0)
		return (unsigned char)(digits[0] - '0');
	at -= odd;
	return (unsigned char)((digits[at] - '0') * 10 + digits[at + 1] - '0');
}

static size_t run_weights(const struct run *run)
{
	size_t head = run->digits >= RUN_LONG ? 2 + (run->digits - RUN_LONG) / 255 : 1;

	return head + (run->digits + 1) / 2;
}

static void key_run(struct key_cursor *k, const char *s, size_t len)
{
	struct run run = read_run(s, len, k->at);
	size_t total = run_weights(&run), i = k->within;

	while (i < total && k->n < 8)
		put(k, run_weight(s, &run, i++));
	k->within = i < total ? (uint16_t)i : 0;
	k->at = i < total ? k->at : (uint16_t)run.end;
}

static void key_char(struct key_cursor *k, const char *s, size_t len)
{
	char text[4];
	uint32_t weight;
	size_t n = read_char(s, len, k->at, &weight), total, i = k->within;

	if (weight >= 0x110000) {
		memcpy(text, (char[]){(char)0xff, s[k->at]}, 2);
		total = 2;
	} else {
		total = utf8_encode(weight, text);
	}
	while (i < total && k->n < 8)
		put(k, (unsigned char)text[i++]);
	k->within = i < total ? (uint16_t)i : 0;
	k->at = i < total ? k->at : (uint16_t)(k->at + n);
}

void collate_key_natural(struct key_cursor *k, const char *s, size_t len)
{
	while (k->n < 8 && k->at < len) {
		char c = s[k->at];

		if (is_digit(c)) {
			key_run(k, s, len);
		} else if ((unsigned char)c < 0x80) {
			put(k, (unsigned char)fold_ascii(c));
			k->at++;
		} else {
			key_char(k, s, len);
		}
	}
}

void collate_key_bytes(struct key_cursor *k, const char *s, size_t len)
{
	while (k->n < 8 && k->at < len)
		put(k, (unsigned char)s[k->at++]);
}

uint64_t collate_key(enum collation how, const char *s, size_t len)
{
	struct key_cursor k = {0};

	/* Nothing after the first eight tokens can matter, but all digits of a run do. */
	len = MIN(len, UINT16_MAX);
	if (how == COLLATE_NATURAL)
		collate_key_natural(&k, s, len);
	else
		collate_key_bytes(&k, s, len);
	return k.key;
}

static int compare_u64(uint64_t a, uint64_t b)
{
	return a == b ? 0 : a < b ? -1 : 1;
}

static int compare_ext(const char *a, size_t alen, const char *b, size_t blen)
{
	size_t xlen, ylen;
	const char *x = path_ext(a, alen, &xlen), *y = path_ext(b, blen, &ylen);
	int zeros;

	/* .C and .c are one kind of file: their names decide. */
	return compare_weights(x, xlen, y, ylen, &zeros);
}

static int compare_names(const struct names *pool, const struct collate_order *order, uint32_t a,
			 uint32_t b)
{
	size_t alen, blen;
	const char *x = names_get(pool, a, &alen), *y = names_get(pool, b, &blen);
	int r = order->by_ext ? compare_ext(x, alen, y, blen) : 0;

	if (r == 0)
		r = order->how == COLLATE_NATURAL ? collate_natural(x, alen, y, blen)
						  : collate_bytes(x, alen, y, blen);
	/* Two entries of a pool may have one name: then the older is first. */
	if (r == 0)
		r = compare_u64(a, b);
	return order->reverse ? -r : r;
}

int collate_compare(const struct names *pool, const struct collate_order *order, uint32_t a,
		    uint32_t b)
{
	int r = order->group ? (int)order->group[a] - (int)order->group[b] : 0;

	if (r == 0 && order->primary) {
		r = compare_u64(order->primary[a], order->primary[b]);
		r = order->primary_reverse ? -r : r;
	}
	return r ? r : compare_names(pool, order, a, b);
}
