/* SPDX-License-Identifier: MIT
 *
 * What must hold for a pool of names, whatever its chunks hold: run with the real size and with a
 * tiny one.
 */
#ifndef TESTS_NAMES_CHECKS_H
#define TESTS_NAMES_CHECKS_H

#include "../../lib/nomem.h"
#include "../../lib/test.h"
#include "base/names.h"

#include <errno.h>
#include <pthread.h>

static size_t made_name(char buf[70000], uint32_t id)
{
	if (id % 97 == 0) {
		size_t len = 200 + id * 131 % 600;

		memset(buf, 'a' + (int)(id % 26), len);
		return len;
	}
	return (size_t)sprintf(buf, "name-%u", id);
}

static void keeps_every_name(void **state)
{
	static char buf[70000];
	struct names *p = names_new();
	uint32_t count = 3 * MIN(NAMES_CHUNK, 20000u) + 5, id;
	const char *first;
	size_t len;

	(void)state;
	for (uint32_t i = 0; i < count; i++) {
		assert_int_equal(names_add(p, buf, made_name(buf, i), (uint8_t)i, &id), 0);
		assert_int_equal(id, i);
	}
	first = names_get(p, 0, NULL);
	assert_int_equal(names_count(p), count);
	for (uint32_t i = 0; i < count; i++) {
		size_t want = made_name(buf, i);
		const char *name = names_get(p, i, &len);

		assert_int_equal(len, want);
		assert_memory_equal(name, buf, want);
		assert_int_equal(name[len], 0);
		assert_int_equal(names_tag(p, i), (uint8_t)i);
	}
	names_set_tag(p, 1, 77);
	assert_int_equal(names_tag(p, 1), 77);
	assert_ptr_equal(names_get(p, 0, NULL), first);
	names_unref(p);
}

static void finds_the_first(void **state)
{
	struct names *p = names_new();
	char buf[32];
	uint32_t count = 2 * MIN(NAMES_CHUNK, 20000u) + 3;

	(void)state;
	for (uint32_t i = 0; i < count; i++)
		assert_int_equal(names_add(p, buf, (size_t)sprintf(buf, "n%u", i / 2), 0, NULL), 0);
	for (uint32_t i = 0; i < count; i += 1 + count / 50) {
		size_t len = (size_t)sprintf(buf, "n%u", i / 2);

		assert_int_equal(names_find(p, count, buf, len), i / 2 * 2);
		assert_int_equal(names_find(p, i / 2 * 2, buf, len), NAMES_NONE);
	}
	assert_int_equal(names_find(p, count, "absent", 6), NAMES_NONE);
	assert_int_equal(names_find(p, 0, "n0", 2), NAMES_NONE);
	names_unref(p);
}

static void takes_names_of_any_length(void **state)
{
	static char buf[65536];
	const size_t lengths[] = {0, 1, 253, 254, 255, 256, 4096, 65534, 65535};
	struct names *p = names_new();
	size_t len;

	(void)state;
	memset(buf, 'x', sizeof(buf));
	for (uint32_t i = 0; i < ARRAY_LEN(lengths); i++) {
		assert_int_equal(names_add(p, buf, lengths[i], 0, NULL), 0);
		names_get(p, i, &len);
		assert_int_equal(len, lengths[i]);
	}
	assert_int_equal(names_add(p, buf, 65536, 0, NULL), -ENAMETOOLONG);
	assert_int_equal(names_count(p), ARRAY_LEN(lengths));
	for (uint32_t i = 0; i < ARRAY_LEN(lengths); i++)
		assert_int_equal(names_find(p, names_count(p), buf, lengths[i]), i);
	names_unref(p);
}

static void names_nth_allocation_fails(void **state)
{
	(void)state;
	for (unsigned long n = 1;; n++) {
		struct names *p;
		uint32_t done = 0;
		int r = -ENOMEM;
		bool failed;

		nomem_arm(n);
		p = names_new();
		for (; p && done < 40; done++) {
			r = names_add(p, &done, sizeof(done), 0, NULL);
			if (r < 0)
				break;
		}
		failed = nomem_disarm();
		assert_true(!p || names_count(p) == done);
		if (failed && p) /* and goes on where it failed */
			assert_int_equal(names_add(p, &done, sizeof(done), 0, NULL), 0);
		for (uint32_t i = 0; p && i < done; i++)
			assert_memory_equal(names_get(p, i, NULL), &i, sizeof(i));
		names_unref(p);
		if (!failed)
			break;
		assert_int_equal(r, -ENOMEM);
	}
}

enum { PUBLISHED_NAMES = 20000 };

struct published {
	pthread_mutex_t lock;
	struct names *names;
	uint32_t count;
};

static void *add_and_publish(void *arg)
{
	struct published *p = arg;

	for (uint32_t i = 0; i < PUBLISHED_NAMES; i++) {
		char buf[32];
		size_t len = (size_t)snprintf(buf, sizeof(buf), "name-%u", i);

		if (names_add(p->names, buf, len, (uint8_t)i, NULL) < 0)
			break;
		if (i % 64 == 63 || i + 1 == PUBLISHED_NAMES) {
			pthread_mutex_lock(&p->lock);
			p->count = i + 1;
			pthread_mutex_unlock(&p->lock);
		}
	}
	return NULL;
}

/* What the header promises to readers; the thread sanitizer judges. */
static void can_be_read_while_it_grows(void **state)
{
	struct published p = {.lock = PTHREAD_MUTEX_INITIALIZER, .names = names_new()};
	pthread_t writer;
	uint32_t count = 0;

	(void)state;
	assert_int_equal(pthread_create(&writer, NULL, add_and_publish, &p), 0);
	for (uint32_t seen = 0; count < PUBLISHED_NAMES; seen = count) {
		pthread_mutex_lock(&p.lock);
		count = p.count;
		pthread_mutex_unlock(&p.lock);
		for (uint32_t i = seen; i < count; i++) {
			char buf[32];
			size_t want = (size_t)snprintf(buf, sizeof(buf), "name-%u", i), len;
			const char *name = names_get(p.names, i, &len);

			assert_int_equal(len, want);
			assert_memory_equal(name, buf, want + 1);
			assert_int_equal(names_tag(p.names, i), (uint8_t)i);
		}
	}
	pthread_join(writer, NULL);
	names_unref(p.names);
}

static void references_count(void **state)
{
	struct names *p = names_new(), *q = names_ref(p);

	(void)state;
	assert_ptr_equal(p, q);
	names_unref(p);
	assert_int_equal(names_add(q, "a", 1, 0, NULL), 0);
	names_unref(q);
	names_unref(NULL);
	assert_null(names_ref(NULL));
}

static const struct CMUnitTest names_tests[] = {
	cmocka_unit_test(keeps_every_name),           cmocka_unit_test(finds_the_first),
	cmocka_unit_test(takes_names_of_any_length),  cmocka_unit_test(names_nth_allocation_fails),
	cmocka_unit_test(can_be_read_while_it_grows), cmocka_unit_test(references_count),
};

#endif
