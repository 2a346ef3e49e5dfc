/* SPDX-License-Identifier: MIT
 *
 * A source of rows that another thread fills: what has not been published through the queue is
 * never read. Run under ThreadSanitizer.
 */
#include "../../lib/test.h"

#include "base/queue.h"
#include "model/list.h"

#include <errno.h>
#include <pthread.h>

#define TOTAL 60000u
#define PART  700u

struct growing {
	struct rows rows;
	struct names *names;
	uint32_t count;
	bool loading;
};

static const struct growing *of(const struct rows *r)
{
	return (const struct growing *)(const void *)r;
}

static uint32_t op_count(const struct rows *r)
{
	return of(r)->count;
}

static bool op_row(const struct rows *r, uint32_t id, struct row *ret_row)
{
	if (id >= of(r)->count)
		return false;
	*ret_row = (struct row){.type = ENTRY_FILE, .where = "/"};
	ret_row->name = names_get(of(r)->names, id, &ret_row->name_len);
	return true;
}

static struct names *op_names(const struct rows *r)
{
	return of(r)->names;
}

static bool op_loading(const struct rows *r)
{
	return of(r)->loading;
}

static bool op_enter(const struct rows *r, uint32_t id, struct str *path)
{
	(void)r;
	(void)id;
	(void)path;
	return false;
}

static const struct rows_ops ops = {
	.name = "growing",
	.count = op_count,
	.row = op_row,
	.names = op_names,
	.loading = op_loading,
	.enter = op_enter,
};

struct message {
	struct qnode node;
	uint32_t count;
	bool last;
};

struct producer {
	struct queue *queue;
	struct names *names;
};

static void *produce(void *ctx)
{
	struct producer *p = ctx;

	for (uint32_t n = 0; n < TOTAL;) {
		struct message *message = calloc(1, sizeof(*message));
		char name[32];

		for (uint32_t i = 0; i < PART && n < TOTAL; i++, n++) {
			snprintf(name, sizeof(name), "n%u", n * 7919 % 1000003);
			if (names_add(p->names, name, strlen(name), ENTRY_FILE, NULL) < 0)
				abort();
		}
		message->count = n;
		message->last = n == TOTAL;
		queue_push(p->queue, &message->node);
	}
	return NULL;
}

static void check_sorted(const struct list *l)
{
	struct row a, b;

	for (size_t i = 1; i < list_len(l); i++) {
		assert_true(list_row(l, i - 1, &a) && list_row(l, i, &b));
		assert_true(collate_natural(a.name, a.name_len, b.name, b.name_len) < 0);
	}
}

static void answer_order(struct list *l)
{
	struct order_spec spec;
	struct order_result result;
	int r;

	while ((r = list_take_order_spec(l, 5, &spec)) == -EAGAIN)
		(void)list_work(l);
	assert_int_equal(r, 0);
	assert_int_equal(order_run(&spec, NULL, &result), 0);
	list_apply_order(l, 4, &result, 0); /* stale: left alone */
	list_apply_order(l, 5, &result, 0);
	order_spec_done(&spec);
	order_result_done(&result);
}

static void test_growing(void **state)
{
	struct growing g = {.rows = {.ops = &ops}, .names = names_new(), .loading = true};
	struct producer p = {.names = g.names};
	struct queue queue;
	struct list list;
	pthread_t thread;

	(void)state;
	assert_int_equal(queue_init(&queue, false), 0);
	assert_int_equal(list_init(&list, &g.rows, false), 0);
	list_fit(&list, 10);
	p.queue = &queue;
	assert_int_equal(pthread_create(&thread, NULL, produce, &p), 0);
	while (g.loading) {
		struct message *message = (struct message *)(void *)queue_pop(&queue);

		g.count = message->count;
		g.loading = !message->last;
		g.rows.rev++;
		free(message);
		assert_int_equal(list_update(&list), 0);
		list_move(&list, 3);
		list_check(&list);
		assert_true(list.n >= MIN(g.count, LIST_INLINE) || list.want_order);
	}
	pthread_join(thread, NULL);
	assert_true(list.want_order);
	answer_order(&list);
	assert_int_equal(list.n, TOTAL);
	assert_false(list.want_order);
	list_check(&list);
	check_sorted(&list);
	list_done(&list);
	names_unref(g.names);
	queue_done(&queue);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_growing)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
