/* SPDX-License-Identifier: MIT */
#include "helper/zip.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define END_LEN     22u
#define COMMENT_MAX 65535u
#define LOCATOR_LEN 20u
#define END64_LEN   56u
#define ENTRY_LEN   46u
#define TAIL_MAX    (END_LEN + COMMENT_MAX + LOCATOR_LEN)
/* One entry with its name, extra fields and comment always fits. */
#define WINDOW      (4u * 65536u)
#define MEMBERS_MAX 1000000u

#define END_MAGIC     0x06054b50u
#define LOCATOR_MAGIC 0x07064b50u
#define END64_MAGIC   0x06064b50u
#define ENTRY_MAGIC   0x02014b50u

/* The table of contents. */
struct table {
	uint64_t at, end; /* where it is in the file */
	uint64_t members; /* as it says itself */
};

struct entry {
	const char *name;
	size_t len, total; /* of the name; of the whole entry */
	uint64_t size, packed;
	unsigned version, method;
	bool encrypted;
	char type;
};

static uint16_t get16(const uint8_t *at)
{
	return (uint16_t)(at[0] | at[1] << 8);
}

static uint32_t get32(const uint8_t *at)
{
	return get16(at) | (uint32_t)get16(at + 2) << 16;
}

static uint64_t get64(const uint8_t *at)
{
	return get32(at) | (uint64_t)get32(at + 4) << 32;
}

bool zip_known(const uint8_t *head, size_t len)
{
	return len >= 4 && head[0] == 'P' && head[1] == 'K' &&
	       ((head[2] == 3 && head[3] == 4) || (head[2] == 5 && head[3] == 6) ||
		(head[2] == 7 && head[3] == 8));
}

/* ---- where the table is ---- */

/* ZIP64: a locator before the end record, and a larger record that it leads to. Offsets count from
 * where the archive begins, which may be behind a program that unpacks it. */
static bool find_table64(const struct source *s, const uint8_t *locator, struct table *t)
{
	uint8_t end[END64_LEN];
	uint64_t at, size;

	if (get32(locator) != LOCATOR_MAGIC)
		return false;
	at = get64(locator + 8);
	if (source_read(s, at, end, sizeof(end)) != (ssize_t)sizeof(end) ||
	    get32(end) != END64_MAGIC)
		return false;
	size = get64(end + 40);
	t->members = get64(end + 32);
	t->at = get64(end + 48);
	t->end = t->at + size;
	return t->end >= t->at && t->end <= at;
}

static bool find_table32(const uint8_t *end, uint64_t end_at, struct table *t)
{
	uint32_t size = get32(end + 12);

	if (size > end_at)
		return false;
	t->members = get16(end + 10);
	t->at = end_at - size;
	t->end = end_at;
	return true;
}

/* The end record is the last thing, but for a comment of a length it tells. */
static bool find_table(const struct source *s, const uint8_t *tail, size_t len, uint64_t tail_at,
		       struct table *ret_table)
{
	for (size_t back = END_LEN; back <= len; back++) {
		const uint8_t *end = tail + (len - back);

		if (get32(end) != END_MAGIC || get16(end + 20) != back - END_LEN)
			continue;
		if (len - back >= LOCATOR_LEN && find_table64(s, end - LOCATOR_LEN, ret_table))
			return true;
		return find_table32(end, tail_at + len - back, ret_table);
	}
	return false;
}

static int locate(const struct source *s, struct table *ret_table)
{
	uint64_t at = s->size > TAIL_MAX ? s->size - TAIL_MAX : 0;
	uint8_t *tail = malloc(TAIL_MAX);
	ssize_t n;
	bool found;

	if (!tail)
		return -ENOMEM;
	n = source_read(s, at, tail, TAIL_MAX);
	found = n > 0 && find_table(s, tail, (size_t)n, at, ret_table);
	free(tail);
	return found ? 0 : -ENOTSUP;
}

/* ---- its entries ---- */

/* Sizes that did not fit are in an extra field, in this order, only those that did not fit. */
static void take_zip64(const uint8_t *extra, size_t len, struct entry *e)
{
	while (len >= 4) {
		uint16_t id = get16(extra);
		size_t n = MIN((size_t)get16(extra + 2), len - 4);
		const uint8_t *at = extra + 4, *end = at + n;

		if (id == 1) {
			if (e->size == UINT32_MAX && end - at >= 8) {
				e->size = get64(at);
				at += 8;
			}
			if (e->packed == UINT32_MAX && end - at >= 8)
				e->packed = get64(at);
			return;
		}
		extra += 4 + n;
		len -= 4 + n;
	}
}

static char type_of(const struct entry *e, unsigned system, uint32_t attributes)
{
	uint32_t mode = attributes >> 16;

	if (e->len > 0 && e->name[e->len - 1] == '/')
		return 'd';
	if (system == 3 && S_ISLNK(mode)) /* written on Unix */
		return 'l';
	if (system == 3 && S_ISDIR(mode))
		return 'd';
	return system == 0 && attributes & 0x10 ? 'd' : '-';
}

/* The entry at the beginning of these bytes; false: there is no whole one. */
static bool take_entry(const uint8_t *at, size_t len, struct entry *ret_entry)
{
	struct entry e;
	size_t name, extra, comment;

	if (len < ENTRY_LEN || get32(at) != ENTRY_MAGIC)
		return false;
	name = get16(at + 28);
	extra = get16(at + 30);
	comment = get16(at + 32);
	e = (struct entry){
		.name = (const char *)at + ENTRY_LEN,
		.len = name,
		.total = ENTRY_LEN + name + extra + comment,
		.packed = get32(at + 20),
		.size = get32(at + 24),
		.version = at[6],
		.method = get16(at + 10),
		.encrypted = get16(at + 8) & 1,
	};
	if (e.total > len)
		return false;
	take_zip64(at + ENTRY_LEN + name, extra, &e);
	e.type = type_of(&e, at[5], get32(at + 38));
	*ret_entry = e;
	return true;
}

static uint64_t add_up(uint64_t a, uint64_t b)
{
	return a > PREVIEW_UNKNOWN - 1 - MIN(b, PREVIEW_UNKNOWN - 1) ? PREVIEW_UNKNOWN - 1 : a + b;
}

static int add_member(const struct entry *e, const struct wire_ask *ask, struct preview *p)
{
	struct preview_line line = {.size = e->size, .packed = e->packed, .type = e->type};

	p->members++;
	p->size = add_up(p->size, e->size);
	if (p->nlines >= ask->lines) {
		p->more = true;
		return 0;
	}
	line.cut = e->len > ask->columns;
	return preview_add(p, e->name, MIN(e->len, (size_t)ask->columns), &line);
}

/* What the archive as a whole is like. */
struct summary {
	unsigned version, method;
	bool encrypted;
};

static void add_to_summary(struct summary *s, const struct entry *e)
{
	s->version = MAX(s->version, e->version);
	if (e->method != 0)
		s->method = e->method;
	s->encrypted = s->encrypted || e->encrypted;
}

static int walk(const struct source *source, const struct table *t, uint8_t *window,
		const struct wire_ask *ask, struct budget *budget, struct preview *p,
		struct summary *sum)
{
	uint64_t at = t->at;

	while (at < t->end && p->members < MEMBERS_MAX) {
		size_t want = (size_t)MIN(t->end - at, (uint64_t)WINDOW), from = 0;
		ssize_t n = source_read(source, at, window, want);
		struct entry e;

		while (n > 0 && take_entry(window + from, (size_t)n - from, &e)) {
			int rc = add_member(&e, ask, p);

			if (rc)
				return rc;
			add_to_summary(sum, &e);
			from += e.total;
		}
		if (from == 0 || budget_spent(budget, 0))
			break;
		at += from;
	}
	if (at >= t->end)
		return 0;
	p->partial = p->more = true;
	return str_adds(&p->reason, budget->spent ? budget->spent
				    : p->members >= MEMBERS_MAX
					    ? "it has more members than are counted here"
					    : "its table of contents is damaged");
}

static int describe(const struct summary *s, struct preview *p)
{
	static const struct {
		unsigned method;
		const char *name;
	} methods[] = {
		{0, "not compressed"}, {1, "shrinking"},   {6, "imploding"},
		{8, "deflation"},      {9, "deflation64"}, {12, "bzip2"},
		{14, "LZMA"},          {93, "Zstandard"},  {95, "XZ"},
		{98, "PPMd"},          {99, "AES"},
	};
	const char *name = "another compression";

	for (size_t i = 0; i < ARRAY_LEN(methods); i++) {
		if (methods[i].method == s->method)
			name = methods[i].name;
	}
	str_addf(&p->format, "ZIP %u.%u (%s)", s->version / 10, s->version % 10, name);
	if (s->encrypted)
		str_adds(&p->format, ", encrypted");
	return p->format.failed ? -ENOMEM : 0;
}

int zip_fill(const struct source *source, const struct wire_ask *ask, struct budget *budget,
	     struct preview *p)
{
	struct summary sum = {.version = 10};
	struct table table;
	uint8_t *window;
	int rc = locate(source, &table);

	p->packed = source->size;
	if (rc == -ENOTSUP)
		return str_adds(&p->reason, "its table of contents, at the end, is missing")
			       ? -ENOMEM
			       : rc;
	window = rc ? NULL : malloc(WINDOW);
	if (!window)
		return -ENOMEM;
	p->kind = PREVIEW_ARCHIVE;
	rc = walk(source, &table, window, ask, budget, p, &sum);
	free(window);
	if (!rc && !p->members && !p->reason.len)
		rc = str_adds(&p->reason, "it has no members");
	return rc ? rc : describe(&sum, p);
}
