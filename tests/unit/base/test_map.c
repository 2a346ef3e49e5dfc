/* SPDX-License-Identifier: MIT */
#include "../../lib/test.h"

#include "../../lib/nomem.h"
#include "base/map.h"

#include <errno.h>

static void puts_gets_removes(void **state)
{
	struct map m;
	uintptr_t value = 0;

	(void)state;
	map_init(&m);
	assert_false(map_get(&m, "a", 1, NULL));
	assert_false(map_remove(&m, "a", 1, NULL));
	assert_int_equal(map_put(&m, "a", 1, 1), 0);
	assert_int_equal(map_put(&m, "a\0b", 3, 2), 0);
	assert_int_equal(map_put(&m, NULL, 0, 3), 0);
	assert_int_equal(map_put(&m, "a", 1, 4), 0);
	assert_int_equal(m.count, 3);
	assert_true(map_get(&m, "a", 1, &value));
	assert_int_equal(value, 4);
	assert_true(map_get(&m, "a\0b", 3, &value));
	assert_int_equal(value, 2);
	assert_true(map_remove(&m, "", 0, &value));
	assert_int_equal(value, 3);
	assert_false(map_get(&m, "", 0, NULL));
	map_clear(&m);
	assert_int_equal(m.count, 0);
	assert_false(map_get(&m, "a", 1, NULL));
	map_done(&m);
	map_done(NULL);
}

/* Against an array as the model, with removals, so that tombstones pile up. */
static void agrees_with_a_plain_array(void **state)
{
	enum { KEYS = 500 };
	uintptr_t model[KEYS] = {0};
	struct map m;
	size_t count = 0;

	(void)state;
	map_init(&m);
	srand(1);
	for (unsigned step = 1; step < 100000; step++) {
		unsigned key = (unsigned)rand() % KEYS;
		uintptr_t value = 0;

		if (rand() % 2) {
			count += !model[key];
			model[key] = step;
			assert_int_equal(map_put(&m, &key, sizeof(key), step), 0);
		} else {
			assert_int_equal(map_remove(&m, &key, sizeof(key), &value),
					 model[key] != 0);
			assert_int_equal(value, model[key]);
			count -= model[key] != 0;
			model[key] = 0;
		}
		assert_int_equal(m.count, count);
		assert_true(!m.cap || m.used < m.cap);
	}
	assert_true(m.cap <= 4 * KEYS);
	map_done(&m);
}

static void iterates_and_removes(void **state)
{
	struct map m;
	size_t pos = 0, len, seen = 0;
	const void *key;
	uintptr_t value;
	unsigned sum = 0;

	(void)state;
	map_init(&m);
	for (unsigned i = 0; i < 100; i++)
		assert_int_equal(map_put(&m, &i, sizeof(i), i), 0);
	while (map_next(&m, &pos, &key, &len, &value)) {
		assert_int_equal(len, sizeof(unsigned));
		sum += (unsigned)value;
		seen++;
		assert_true(map_remove(&m, &(unsigned){(unsigned)value}, sizeof(unsigned), NULL));
	}
	assert_int_equal(seen, 100);
	assert_int_equal(sum, 4950);
	assert_int_equal(m.count, 0);
	map_done(&m);
}

static void hash_takes_every_byte(void **state)
{
	char text[40] = {0};
	uint64_t plain[sizeof(text)];

	(void)state;
	for (size_t len = 0; len < sizeof(text); len++) {
		plain[len] = map_hash(text, len);
		assert_int_equal(plain[len], map_hash(text, len));
		for (size_t i = 0; i < len; i++) {
			assert_true(plain[i] != plain[len]);
			text[i] = 1;
			assert_true(map_hash(text, len) != plain[len]);
			text[i] = 0;
		}
	}
}

static void nth_allocation_fails(void **state)
{
	(void)state;
	for (unsigned long n = 1;; n++) {
		struct map m;
		int r = 0;
		size_t put = 0;

		map_init(&m);
		nomem_arm(n);
		for (unsigned i = 0; i < 40 && r == 0; i++) {
			r = map_put(&m, &i, sizeof(i), i);
			put += r == 0;
		}
		bool failed = nomem_disarm();
		assert_int_equal(m.count, put);
		for (unsigned i = 0; i < put; i++)
			assert_true(map_get(&m, &i, sizeof(i), NULL));
		map_done(&m);
		if (!failed)
			break;
		assert_int_equal(r, -ENOMEM);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(puts_gets_removes),    cmocka_unit_test(agrees_with_a_plain_array),
		cmocka_unit_test(iterates_and_removes), cmocka_unit_test(hash_takes_every_byte),
		cmocka_unit_test(nth_allocation_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
