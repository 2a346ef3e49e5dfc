/* SPDX-License-Identifier: MIT */
#include "../../lib/test.h"

#include "../../lib/nomem.h"
#include "base/collate.h"

#include <errno.h>

static int sign(int r)
{
	return (r > 0) - (r < 0);
}

static int natural(const char *a, const char *b)
{
	return sign(collate_natural(a, strlen(a), b, strlen(b)));
}

static void orders_as_people_do(void **state)
{
	static const char *const ordered[] = {
		"",
		" a",
		"#",
		"0",
		"00",
		"1",
		"01",
		"001",
		"1a",
		"2",
		"9",
		"10",
		"010",
		"11",
		"100",
		"1000000000",
		"10000000000",
		"99999999999999999999",
		"100000000000000000000",
		"A",
		"a",
		"a 1",
		"a1",
		"a01",
		"a1b",
		"a2",
		"A10",
		"a10",
		"a10b",
		"aB",
		"ab",
		"B",
		"b",
		"file1.txt",
		"file02.txt",
		"file10.txt",
		"z",
		"\xc3\x89t\xc3\xa9",
		"\xc3\xa9t\xc3\xa9",
		"\xc3\xa9u",
		"\xe4\xb8\xad",
		"\xf0\x9f\x98\x80",
		"\x80",
		"\xff",
		"\xff\xff",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(ordered); i++) {
		for (size_t j = 0; j < ARRAY_LEN(ordered); j++)
			assert_int_equal(natural(ordered[i], ordered[j]), (i > j) - (i < j));
	}
}

static void bytes_are_bytes(void **state)
{
	(void)state;
	assert_true(collate_bytes("a", 1, "b", 1) < 0);
	assert_true(collate_bytes("a", 1, "a\0", 2) < 0);
	assert_true(collate_bytes("\xff", 1, "a", 1) > 0);
	assert_int_equal(collate_bytes("", 0, NULL, 0), 0);
}

/* Short names of pieces that are close to each other in every rule. */
static size_t hostile_name(char buf[96])
{
	static const char *const pieces[] = {
		"a",
		"A",
		"b",
		"0",
		"00",
		"1",
		"9",
		"10",
		"01",
		"99",
		"123456789",
		"1234567890123456789012",
		"-",
		".",
		" ",
		"\xc3\xa9",
		"\xc3\x89",
		"\xc3",
		"\xa9",
		"\xff",
		"\xe4\xb8\xad",
		"k",
		"\xe2\x84\xaa",
		"abcdefgh",
		"Abcdefg",
		"00000000000",
		"\x01",
	};
	size_t len = 0, n = (size_t)rand() % 5;

	for (size_t i = 0; i < n; i++) {
		const char *piece = pieces[(size_t)rand() % ARRAY_LEN(pieces)];

		memcpy(buf + len, piece, strlen(piece));
		len += strlen(piece);
	}
	if (rand() % 10 == 0)
		buf[len++] = '\0';
	return len;
}

static void is_a_total_order_and_keys_agree(void **state)
{
	(void)state;
	srand(5);
	for (int i = 0; i < 300000; i++) {
		char a[96], b[96], c[96];
		size_t al = hostile_name(a), bl = hostile_name(b), cl = hostile_name(c);
		int ab = sign(collate_natural(a, al, b, bl));
		int bc = sign(collate_natural(b, bl, c, cl));
		int ac = sign(collate_natural(a, al, c, cl));
		uint64_t ka = collate_key(COLLATE_NATURAL, a, al);
		uint64_t kb = collate_key(COLLATE_NATURAL, b, bl);

		assert_int_equal(ab, -sign(collate_natural(b, bl, a, al)));
		assert_int_equal(ab == 0, al == bl && memcmp(a, b, al) == 0);
		if (ab <= 0 && bc <= 0)
			assert_true(ac <= 0);
		if (ka != kb)
			assert_int_equal(ab, ka < kb ? -1 : 1);
		ka = collate_key(COLLATE_BYTES, a, al);
		kb = collate_key(COLLATE_BYTES, b, bl);
		if (ka != kb)
			assert_int_equal(sign(collate_bytes(a, al, b, bl)), ka < kb ? -1 : 1);
	}
}

static void check_sorted(const struct names *pool, uint32_t *ids, size_t n,
			 const struct collate_order *order)
{
	uint8_t *seen = calloc(n, 1);

	assert_int_equal(collate_sort(pool, ids, n, order, NULL), 0);
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(seen[ids[i]]++, 0);
		if (i)
			assert_true(collate_compare(pool, order, ids[i - 1], ids[i]) < 0);
	}
	free(seen);
}

static size_t long_name(char buf[512], unsigned i)
{
	/* Runs of equal keys over many levels, long digit runs among them. */
	memset(buf, i % 3 ? 'x' : '7', 300);
	size_t len = 100 + i % 7 * 30;

	return len + (size_t)sprintf(buf + len, "%s%u", i % 2 ? "Y" : "y", i / 4);
}

static struct names *hostile_pool(size_t n)
{
	struct names *pool = names_new();
	char buf[512];

	srand(6);
	for (unsigned i = 0; i < n; i++) {
		size_t len = i % 5 == 0   ? long_name(buf, i)
			     : i % 5 == 1 ? (size_t)sprintf(buf, "a%0*u.%s", (int)(i % 9), i / 9,
							    i % 2 ? "c" : "C")
					  : hostile_name(buf);

		assert_int_equal(names_add(pool, buf, len, 0, NULL), 0);
	}
	return pool;
}

static void sorts_every_order(void **state)
{
	enum { N = 6000 };
	struct names *pool = hostile_pool(N);
	uint64_t *primary = calloc(N, sizeof(*primary));
	uint8_t *group = calloc(N, 1);
	uint32_t *ids = calloc(N, sizeof(*ids));

	(void)state;
	for (size_t i = 0; i < N; i++) {
		ids[i] = (uint32_t)i;
		primary[i] = rand() % 3 ? (uint64_t)rand() % 40 : (uint64_t)rand() << 33;
		group[i] = rand() % 4 == 0;
	}
	for (unsigned bits = 0; bits < 64; bits++) {
		const struct collate_order order = {
			.how = bits & 1 ? COLLATE_BYTES : COLLATE_NATURAL,
			.reverse = bits & 2,
			.by_ext = bits & 4,
			.primary = bits & 8 ? primary : NULL,
			.primary_reverse = bits & 16,
			.group = bits & 32 ? group : NULL,
		};

		check_sorted(pool, ids, N, &order);
	}
	free(primary);
	free(group);
	free(ids);
	names_unref(pool);
}

static void sorts_any_number(void **state)
{
	const struct collate_order order = {.how = COLLATE_NATURAL};
	struct names *pool = hostile_pool(300);
	uint32_t ids[300];

	(void)state;
	for (size_t n = 0; n < 300; n++) {
		for (size_t i = 0; i < n; i++)
			ids[i] = (uint32_t)(n - 1 - i);
		check_sorted(pool, ids, n, &order);
	}
	names_unref(pool);
}

static void equal_names_keep_their_order(void **state)
{
	const struct collate_order order = {.how = COLLATE_NATURAL}, reverse = {.reverse = true};
	struct names *pool = names_new();
	uint32_t ids[1000];

	(void)state;
	for (uint32_t i = 0; i < 1000; i++) {
		assert_int_equal(names_add(pool, "same", 4, 0, NULL), 0);
		ids[i] = 999 - i;
	}
	check_sorted(pool, ids, 1000, &order);
	assert_int_equal(ids[0], 0);
	check_sorted(pool, ids, 1000, &reverse);
	assert_int_equal(ids[0], 999);
	names_unref(pool);
}

static void sorting_can_be_cancelled(void **state)
{
	const struct collate_order order = {.how = COLLATE_NATURAL};
	struct names *pool = hostile_pool(3000);
	uint32_t ids[3000];
	uint8_t seen[3000] = {0};
	_Atomic bool cancel = true;

	(void)state;
	for (uint32_t i = 0; i < 3000; i++)
		ids[i] = i;
	assert_int_equal(collate_sort(pool, ids, 3000, &order, &cancel), -ECANCELED);
	for (size_t i = 0; i < 3000; i++)
		assert_int_equal(seen[ids[i]]++, 0);
	cancel = false;
	assert_int_equal(collate_sort(pool, ids, 3000, &order, &cancel), 0);
	names_unref(pool);
}

static void nth_allocation_fails(void **state)
{
	const struct collate_order order = {.how = COLLATE_NATURAL};
	struct names *pool = hostile_pool(2000);
	uint32_t ids[2000];

	(void)state;
	for (unsigned long n = 1;; n++) {
		uint8_t seen[2000] = {0};
		int r;

		for (uint32_t i = 0; i < 2000; i++)
			ids[i] = i;
		nomem_arm(n);
		r = collate_sort(pool, ids, 2000, &order, NULL);
		if (!nomem_disarm())
			break;
		assert_int_equal(r, -ENOMEM);
		for (size_t i = 0; i < 2000; i++)
			assert_int_equal(seen[ids[i]]++, 0);
	}
	names_unref(pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(orders_as_people_do),
		cmocka_unit_test(bytes_are_bytes),
		cmocka_unit_test(is_a_total_order_and_keys_agree),
		cmocka_unit_test(sorts_every_order),
		cmocka_unit_test(sorts_any_number),
		cmocka_unit_test(equal_names_keep_their_order),
		cmocka_unit_test(sorting_can_be_cancelled),
		cmocka_unit_test(nth_allocation_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
