/* SPDX-License-Identifier: MIT */
#include "base/collate.h"

#include "base/alloc.h"
#include "base/collate_key.h"
#include "base/path.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* All records get a key of eight bytes and are sorted by it; then each run of equal keys gets the
 * next eight bytes, and so on. A record remembers how far into its name it is, so that no byte is
 * looked at twice. Short runs are compared in full. */

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
		collate_key_bytes(&k, name, len);
	else
		collate_key_natural(&k, name, len);
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
