/* SPDX-License-Identifier: MIT */
#include "../../lib/test.h"

#include "helper/zip.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* A table of contents, put together by hand. */
struct maker {
	uint8_t bytes[4096];
	size_t len, table;
};

static void put(struct maker *m, uint64_t value, size_t size)
{
	for (size_t i = 0; i < size; i++)
		m->bytes[m->len++] = (uint8_t)(value >> (8 * i));
}

static void put_bytes(struct maker *m, const char *bytes, size_t len)
{
	memcpy(m->bytes + m->len, bytes, len);
	m->len += len;
}

struct member {
	const char *name;
	uint64_t size, packed;
	uint16_t flags, method;
	uint8_t system;
	uint32_t attributes;
	bool large; /* sizes in a ZIP64 field */
};

static void put_member(struct maker *m, const struct member *e)
{
	put(m, 0x02014b50, 4);
	put(m, e->large ? 45 : 20, 1);
	put(m, e->system, 1);
	put(m, e->large ? 45 : 20, 2);
	put(m, e->flags, 2);
	put(m, e->method, 2);
	put(m, 0, 8); /* time and checksum */
	put(m, e->large ? UINT32_MAX : e->packed, 4);
	put(m, e->large ? UINT32_MAX : e->size, 4);
	put(m, strlen(e->name), 2);
	put(m, e->large ? 26 : 0, 2);
	put(m, 3, 2); /* a comment */
	put(m, 0, 4);
	put(m, e->attributes, 4);
	put(m, 0, 4);
	put_bytes(m, e->name, strlen(e->name));
	if (e->large) {
		put(m, 0x5455, 2); /* another field before it */
		put(m, 2, 2);
		put(m, 0, 2);
		put(m, 1, 2);
		put(m, 16, 2);
		put(m, e->size, 8);
		put(m, e->packed, 8);
	}
	put_bytes(m, "why", 3);
}

static void put_end(struct maker *m, bool large)
{
	size_t end = m->len, size = end - m->table;

	if (large) {
		put(m, 0x06064b50, 4);
		put(m, 44, 8);
		put(m, 45, 4);
		put(m, 0, 8);
		put(m, 1, 8);
		put(m, 1, 8);
		put(m, size, 8);
		put(m, m->table, 8);
		put(m, 0x07064b50, 4);
		put(m, 0, 4);
		put(m, end, 8);
		put(m, 1, 4);
	}
	put(m, 0x06054b50, 4);
	put(m, 0, 4);
	put(m, large ? UINT16_MAX : 1, 2);
	put(m, large ? UINT16_MAX : 1, 2);
	put(m, large ? UINT32_MAX : size, 4);
	put(m, large ? UINT32_MAX : m->table, 4);
	put(m, 5, 2);
	put_bytes(m, "PK\5\6x", 5); /* a comment that looks like an end */
}

static struct preview *fill(const struct maker *m, int expected)
{
	struct wire_ask ask = {.lines = 10, .columns = 20};
	struct source source = {.fd = memfd_create("zip", MFD_CLOEXEC), .size = m->len};
	struct budget budget = {.statm = -1, .until_ms = UINT64_MAX};
	struct preview *p = preview_new();

	assert_true(source.fd >= 0 && p);
	assert_int_equal(write(source.fd, m->bytes, m->len), m->len);
	assert_int_equal(zip_fill(&source, &ask, &budget, p), expected);
	close(source.fd);
	return p;
}

static void begin(struct maker *m)
{
	*m = (struct maker){.len = 0};
	put_bytes(m, "#!/bin/sh\nPK\3\4 ...", 18); /* behind a program that unpacks it */
	m->table = m->len;
}

static void reads_members(void **state)
{
	static const struct member members[] = {
		{"file", 100, 10, 0, 8, 3, (uint32_t)(S_IFREG | 0644) << 16, false},
		{"link", 4, 4, 0, 0, 3, (uint32_t)(S_IFLNK | 0777) << 16, false},
		{"dir/", 0, 0, 0, 0, 3, (uint32_t)(S_IFDIR | 0755) << 16, false},
		{"DOS", 0, 0, 0, 0, 0, 0x10, false},
		{"secret \x1b[2J \xff", 7, 19, 1, 8, 0, 0x20, false},
		{"twenty-one characters", 1, 1, 0, 0, 0, 0, false},
	};
	static const char types[] = "-ldd--";
	struct maker m;
	struct preview *p;

	(void)state;
	begin(&m);
	for (size_t i = 0; i < ARRAY_LEN(members); i++)
		put_member(&m, &members[i]);
	put_end(&m, false);
	p = fill(&m, 0);
	assert_int_equal(p->nlines, ARRAY_LEN(members));
	for (size_t i = 0; i < ARRAY_LEN(members); i++) {
		size_t len;
		const char *name = preview_line(p, i, &len);

		assert_memory_equal(name, members[i].name, len);
		assert_int_equal(p->lines[i].cut, i == 5);
		assert_int_equal(len, i == 5 ? 20 : strlen(members[i].name));
		assert_int_equal(p->lines[i].type, types[i]);
		assert_int_equal(p->lines[i].size, members[i].size);
		assert_int_equal(p->lines[i].packed, members[i].packed);
	}
	assert_int_equal(p->members, 6);
	assert_int_equal(p->size, 112);
	assert_int_equal(p->packed, m.len);
	assert_string_equal(p->format.buf, "ZIP 2.0 (deflation), encrypted");
	assert_string_equal(p->reason.buf, "");
	preview_free(p);
}

static void reads_large_ones(void **state)
{
	static const struct member big = {"big", 1ull << 40, 1ull << 33, 0, 8, 3, 0, true};
	struct maker m = {.len = 0};
	struct preview *p;

	(void)state;
	put_member(&m, &big);
	put_end(&m, true);
	p = fill(&m, 0);
	assert_int_equal(p->members, 1);
	assert_true(p->size == 1ull << 40 && p->lines[0].size == 1ull << 40);
	assert_true(p->lines[0].packed == 1ull << 33);
	assert_string_equal(p->format.buf, "ZIP 4.5 (deflation)");
	preview_free(p);
}

static void says_what_is_wrong(void **state)
{
	static const struct member e = {"file", 1, 1, 0, 0, 3, 0, false};
	struct maker m;
	struct preview *p;

	(void)state;
	begin(&m);
	put_member(&m, &e);
	p = fill(&m, -ENOTSUP);
	assert_string_equal(p->reason.buf, "its table of contents, at the end, is missing");
	preview_free(p);
	put_member(&m, &e);
	m.bytes[m.table + 46 + 4 + 3] = 'x'; /* the second entry begins otherwise */
	put_end(&m, false);
	p = fill(&m, 0);
	assert_int_equal(p->members, 1);
	assert_true(p->partial && p->more);
	assert_string_equal(p->reason.buf, "its table of contents is damaged");
	preview_free(p);
	begin(&m);
	put_end(&m, false);
	p = fill(&m, 0);
	assert_string_equal(p->reason.buf, "it has no members");
	preview_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_members),
		cmocka_unit_test(reads_large_ones),
		cmocka_unit_test(says_what_is_wrong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
