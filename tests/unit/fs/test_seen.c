/* SPDX-License-Identifier: MIT */
#include "fs/seen.h"

#include "../../lib/nomem.h"
#include "../../lib/test.h"

#include <errno.h>
#include <pthread.h>
#include <sys/sysmacros.h>

static struct file_id id_of(uint64_t n)
{
	/* Two devices with the same inode numbers, from 0 on. */
	return (struct file_id){.dev = makedev(8, n % 2), .ino = n / 2};
}

static void test_each_once(void **state)
{
	struct seen *s;

	(void)state;
	assert_int_equal(seen_new(&s), 0);
	for (uint64_t n = 0; n < 20000; n++)
		assert_int_equal(seen_add(s, id_of(n)), 1);
	for (uint64_t n = 0; n < 20000; n++)
		assert_int_equal(seen_add(s, id_of(n)), 0);
	assert_int_equal(seen_add(s, (struct file_id){UINT64_MAX, UINT64_MAX}), 1);
	assert_int_equal(seen_add(s, (struct file_id){UINT64_MAX, UINT64_MAX}), 0);
	seen_free(s);
}

/* What is removed is new again, and nothing else is. */
static void test_remove(void **state)
{
	struct seen *s;

	(void)state;
	assert_int_equal(seen_new(&s), 0);
	for (uint64_t n = 0; n < 5000; n++)
		assert_int_equal(seen_add(s, id_of(n)), 1);
	for (uint64_t n = 0; n < 5000; n += 3)
		seen_remove(s, id_of(n));
	seen_remove(s, id_of(1000000));
	for (uint64_t n = 0; n < 5000; n++)
		assert_int_equal(seen_add(s, id_of(n)), n % 3 == 0);
	seen_free(s);
	assert_int_equal(seen_new(&s), 0);
	seen_remove(s, id_of(1));
	seen_free(s);
	seen_free(NULL);
}

#define THREADS 4
#define EACH    20000

struct adding {
	struct seen *seen;
	pthread_t thread;
	unsigned fresh;
};

static void *add_all(void *arg)
{
	struct adding *a = arg;

	for (uint64_t n = 0; n < EACH; n++)
		a->fresh += seen_add(a->seen, id_of(n)) == 1;
	return NULL;
}

static void test_threads(void **state)
{
	struct adding threads[THREADS] = {0};
	unsigned fresh = 0;
	struct seen *s;

	(void)state;
	assert_int_equal(seen_new(&s), 0);
	for (int i = 0; i < THREADS; i++) {
		threads[i].seen = s;
		assert_int_equal(pthread_create(&threads[i].thread, NULL, add_all, &threads[i]), 0);
	}
	for (int i = 0; i < THREADS; i++) {
		pthread_join(threads[i].thread, NULL);
		fresh += threads[i].fresh;
	}
	assert_int_equal(fresh, EACH);
	seen_free(s);
}

static void test_no_memory(void **state)
{
	(void)state;
	for (unsigned long nth = 1;; nth++) {
		struct seen *s = NULL;
		int r;

		nomem_arm(nth);
		r = seen_new(&s);
		for (uint64_t n = 0; r >= 0 && n < 3000; n++)
			r = seen_add(s, id_of(n));
		bool failed = nomem_disarm();
		assert_int_equal(r, failed ? -ENOMEM : 1);
		/* What failed has not been added. */
		if (s && failed)
			for (uint64_t n = 0; n < 3000; n++)
				assert_true(seen_add(s, id_of(n)) >= 0);
		seen_free(s);
		if (!failed)
			break;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_once),
		cmocka_unit_test(test_remove),
		cmocka_unit_test(test_threads),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
