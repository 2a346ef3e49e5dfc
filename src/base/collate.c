/* SPDX-License-Identifier: MIT */
#include "base/collate.h"

#include "base/alloc.h"
#include "base/path.h"
#include "base/utf8.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Natural order is the byte order of an encoding, the weights of a name:
 *   a character      its folded code point in UTF-8 (whose byte order is that of code points)
 *   an invalid byte  ff and the byte, after all characters
 *   a digit run      its length without leading zeros as one byte from '0' (one digit) to '9' (ten
 *                    or more, and then the rest of the length), then two digits a byte
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
	return (unsigned char)(c - 'A') < 26 ? (char)(c + 32) : c;
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

int collate_natural(const char *a, size_t alen, const char *b, size_t blen)
{
	struct pair p = {.a = a, .b = b, .alen = alen, .blen = blen};
	int r;

	while (p.i < alen && p.j < blen) {
		r = compare_token(&p);
		if (r)
			return r;
	}
	if (p.i < alen || p.j < blen)
		return p.i < alen ? 1 : -1;
	return p.zeros ? p.zeros : collate_bytes(a, alen, b, blen);
}

/* Eight bytes of weights, and where the next eight begin. */
struct key_cursor {
	uint64_t key;
	unsigned n;      /* bytes written */
	uint16_t at;     /* the token in the name */
	uint16_t within; /* and the bytes of its weights that are done */
};

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

static void key_natural(struct key_cursor *k, const char *s, size_t len)
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

static void key_bytes(struct key_cursor *k, const char *s, size_t len)
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
		key_natural(&k, s, len);
	else
		key_bytes(&k, s, len);
	return k.key;
}

/* What is compared, one after the other. Names and extensions take eight bytes at a time. */
enum stage { STAGE_GROUP, STAGE_PRIMARY, STAGE_EXT, STAGE_NAME, STAGES };

struct record {
	uint64_t key;
	uint32_t id;
	uint16_t at, within; /* as in the cursor, for this stage */
};

struct sort {
	const struct names *pool;
	const struct collate_order *order;
	const _Atomic bool *cancel;
	struct record *records;
	struct frame *frames; /* a stack: depth is as long as names are, so it is not the C stack */
	size_t depth, cap;
};

/* A range sorted by the keys of one stage; the runs of equal keys before `next` are done. */
struct frame {
	size_t next, end;
	enum stage stage;
};

static bool cancelled(const struct sort *s)
{
	return s->cancel && *s->cancel;
}

static bool stage_used(const struct collate_order *order, enum stage stage)
{
	switch (stage) {
	case STAGE_GROUP:
		return order->group;
	case STAGE_PRIMARY:
		return order->primary;
	case STAGE_EXT:
		return order->by_ext;
	default:
		return true;
	}
}

static int compare_u64(uint64_t a, uint64_t b)
{
	return a == b ? 0 : a < b ? -1 : 1;
}

static int compare_ext(const char *a, size_t alen, const char *b, size_t blen)
{
	size_t xlen, ylen;
	const char *x = path_ext(a, alen, &xlen), *y = path_ext(b, blen, &ylen);

	return collate_natural(x, xlen, y, ylen);
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

static bool fill_text(const struct sort *s, struct record *r, enum stage stage)
{
	struct key_cursor k = {.at = r->at, .within = r->within};
	bool reverse = s->order->reverse;
	size_t len;
	const char *name = names_get(s->pool, r->id, &len);

	if (stage == STAGE_EXT)
		name = path_ext(name, len, &len);
	if (r->at >= len) {
		r->key = reverse ? UINT64_MAX : 0;
		return false;
	}
	if (stage == STAGE_NAME && s->order->how == COLLATE_BYTES)
		key_bytes(&k, name, len);
	else
		key_natural(&k, name, len);
	r->key = reverse ? ~k.key : k.key;
	r->at = k.at;
	r->within = k.within;
	return true;
}

/* Sets the key of a record; false when there is nothing left to make one of. */
static bool fill(const struct sort *s, struct record *r, enum stage stage)
{
	const struct collate_order *order = s->order;

	switch (stage) {
	case STAGE_GROUP:
		r->key = order->group[r->id];
		return true;
	case STAGE_PRIMARY:
		r->key = order->primary[r->id] ^ (order->primary_reverse ? UINT64_MAX : 0);
		return true;
	default:
		return fill_text(s, r, stage);
	}
}

/* 1 when some record got a key, 0 when the stage is exhausted for all. */
static int fill_all(const struct sort *s, struct record *r, size_t n, enum stage stage)
{
	int any = 0;

	for (size_t i = 0; i < n; i++) {
		if (i % 8192 == 8191 && cancelled(s))
			return -ECANCELED;
		any |= fill(s, &r[i], stage);
	}
	return any;
}

#define RADIX_MIN 64

static void insertion_sort(struct record *r, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		struct record moving = r[i];
		size_t j = i;

		for (; j > 0 && moving.key < r[j - 1].key; j--)
			r[j] = r[j - 1];
		r[j] = moving;
	}
}

/* Moves every record into the bucket of its digit, in place: each swap puts one where it belongs.
 * ends[d] becomes the end of bucket d. */
static void partition(struct record *r, size_t n, unsigned shift, size_t ends[256])
{
	size_t heads[256], at = 0;

	memset(ends, 0, 256 * sizeof(*ends));
	for (size_t i = 0; i < n; i++)
		ends[r[i].key >> shift & 255]++;
	for (size_t d = 0; d < 256; d++) {
		heads[d] = at;
		at += ends[d];
		ends[d] = at;
	}
	for (size_t d = 0; d < 256; d++) {
		while (heads[d] < ends[d]) {
			struct record moving = r[heads[d]], other;
			size_t digit = moving.key >> shift & 255;

			while (digit != d) {
				other = r[heads[digit]];
				r[heads[digit]++] = moving;
				moving = other;
				digit = moving.key >> shift & 255;
			}
			r[heads[d]++] = moving;
		}
	}
}

/* By the highest byte that differs; each level has at least one byte less, so eight at most. */
static int radix_sort(const struct sort *s, struct record *r, size_t n)
{
	size_t ends[256], start = 0;
	uint64_t diff = 0;
	int result = 0;

	if (n < RADIX_MIN) {
		insertion_sort(r, n);
		return 0;
	}
	if (cancelled(s))
		return -ECANCELED;
	for (size_t i = 1; i < n; i++)
		diff |= r[i].key ^ r[0].key;
	if (!diff)
		return 0;
	partition(r, n, (63u - (unsigned)__builtin_clzll(diff)) & ~7u, ends);
	for (size_t d = 0; d < 256 && result == 0; start = ends[d++])
		result = radix_sort(s, r + start, ends[d] - start);
	return result;
}

#define COMPARE_MAX 8

static void compare_sort(const struct sort *s, struct record *r, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		struct record moving = r[i];
		size_t j = i;

		for (; j > 0 && collate_compare(s->pool, s->order, moving.id, r[j - 1].id) < 0; j--)
			r[j] = r[j - 1];
		r[j] = moving;
	}
}

/* Equal weights to the end: only leading zeros and case differ. Such runs are short unless
 * somebody made them long, so a heap sort's guarantee is enough. */
static int compare_sort_long(const struct sort *s, struct record *r, size_t n)
{
	for (size_t left = n / 2 + n; left-- > 1;) {
		size_t end = left >= n ? n : left, at = left >= n ? left - n : 0, child;

		if (left % 1024 == 0 && cancelled(s))
			return -ECANCELED;
		if (left < n) {
			struct record top = r[0];

			r[0] = r[end];
			r[end] = top;
		}
		for (; (child = 2 * at + 1) < end; at = child) {
			struct record swap;

			if (child + 1 < end &&
			    collate_compare(s->pool, s->order, r[child].id, r[child + 1].id) < 0)
				child++;
			if (collate_compare(s->pool, s->order, r[at].id, r[child].id) >= 0)
				break;
			swap = r[at];
			r[at] = r[child];
			r[child] = swap;
		}
	}
	return 0;
}

static int push(struct sort *s, size_t start, size_t end, enum stage stage)
{
	int r = array_grow(&s->frames, &s->cap, s->depth + 1, sizeof(*s->frames));

	if (r < 0)
		return r;
	s->frames[s->depth++] = (struct frame){.next = start, .end = end, .stage = stage};
	return 0;
}

/* Sorts a range in which all is equal before `stage`, up to runs of equal keys, and leaves a frame
 * for these. */
static int sort_range(struct sort *s, size_t start, size_t end, enum stage stage)
{
	struct record *r = s->records + start;
	size_t n = end - start;
	int result;

	if (n <= COMPARE_MAX) {
		compare_sort(s, r, n);
		return 0;
	}
	for (; stage < STAGES; stage++) {
		result = stage_used(s->order, stage) ? fill_all(s, r, n, stage) : 0;
		if (result < 0)
			return result;
		if (result > 0)
			break;
		for (size_t i = 0; i < n; i++)
			r[i].at = r[i].within = 0;
	}
	if (stage == STAGES)
		return compare_sort_long(s, r, n);
	result = radix_sort(s, r, n);
	return result < 0 ? result : push(s, start, end, stage);
}

static int sort_all(struct sort *s, size_t n)
{
	int r = sort_range(s, 0, n, STAGE_GROUP);

	while (r == 0 && s->depth) {
		struct frame *f = &s->frames[s->depth - 1];
		size_t start = f->next, end = start + 1;
		/* Group and primary give their whole key at once. */
		enum stage stage = f->stage <= STAGE_PRIMARY ? f->stage + 1 : f->stage;

		if (start >= f->end) {
			s->depth--;
			continue;
		}
		while (end < f->end && s->records[end].key == s->records[start].key)
			end++;
		f->next = end;
		if (end - start > 1)
			r = sort_range(s, start, end, stage);
		if (cancelled(s))
			r = -ECANCELED;
	}
	return r;
}

int collate_sort(const struct names *pool, uint32_t *ids, size_t n,
		 const struct collate_order *order, const _Atomic bool *cancel)
{
	struct sort s = {.pool = pool, .order = order, .cancel = cancel};
	int r;

	if (n < 2)
		return 0;
	s.records = n > SIZE_MAX / sizeof(*s.records) ? NULL : malloc(n * sizeof(*s.records));
	if (!s.records)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		s.records[i] = (struct record){.id = ids[i]};
	r = sort_all(&s, n);
	for (size_t i = 0; r == 0 && i < n; i++)
		ids[i] = s.records[i].id;
	free(s.records);
	free(s.frames);
	return r;
}
