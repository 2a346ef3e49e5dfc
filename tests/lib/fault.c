/* SPDX-License-Identifier: MIT */
#include "fault.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

/* A test may set these while threads of what it tests still make calls. Relaxed, so that a call
 * that is counted puts no order between the threads that make it: ThreadSanitizer would then take
 * what they share for ordered, too. What is set before `fail_at`, `before_at` or `answer` (release)
 * is there for who sees these (acquire). */
struct fault {
	_Atomic unsigned count;
	_Atomic unsigned fail_at, before_at; /* counts; 0: never */
	_Atomic int err;
	_Atomic bool forever;
	_Atomic size_t size; /* 0: no limit */
	const void *_Atomic answer;
	_Atomic size_t answer_len;
	void (*_Atomic before)(void *ctx);
	void *_Atomic ctx;
};

static struct fault faults[FAULT_CALLS];
static _Atomic int open_fds;

#define GET(x)      atomic_load_explicit(&(x), memory_order_relaxed)
#define SET(x, to)  atomic_store_explicit(&(x), to, memory_order_relaxed)
#define ADD(x, n)   atomic_fetch_add_explicit(&(x), n, memory_order_relaxed)
#define SEE(x)      atomic_load_explicit(&(x), memory_order_acquire)
#define SHOW(x, to) atomic_store_explicit(&(x), to, memory_order_release)

#define NAME(type, name, params, args) #name,
static const char *const names[] = {SYS_CALLS(NAME, NAME)};

void fault_recount(void)
{
	for (size_t i = 0; i < FAULT_CALLS; i++) {
		struct fault *f = &faults[i];

		SET(f->fail_at, 0);
		SET(f->before_at, 0);
		SET(f->answer, NULL);
		SET(f->size, 0);
		SET(f->count, 0);
	}
}

void fault_reset(void)
{
	fault_recount();
	SET(open_fds, 0);
}

unsigned fault_count(enum fault_call call)
{
	return GET(faults[call].count);
}

const char *fault_name(enum fault_call call)
{
	return names[call];
}

int fault_open_fds(void)
{
	return GET(open_fds);
}

void fault_fail(enum fault_call call, unsigned nth, int err, bool forever)
{
	struct fault *f = &faults[call];

	SET(f->err, err);
	SET(f->forever, forever);
	SHOW(f->fail_at, GET(f->count) + nth);
}

void fault_short(enum fault_call call, size_t size)
{
	SET(faults[call].size, size);
}

void fault_answer(enum fault_call call, const void *bytes, size_t len)
{
	SET(faults[call].answer_len, len);
	SHOW(faults[call].answer, bytes);
}

void fault_before(enum fault_call call, unsigned nth, void (*fn)(void *ctx), void *ctx)
{
	struct fault *f = &faults[call];

	SET(f->before, fn);
	SET(f->ctx, ctx);
	SHOW(f->before_at, GET(f->count) + nth);
}

void fault_die(void *ctx)
{
	(void)ctx;
	kill(getpid(), SIGKILL);
}

/* 0 or -errno for this call. */
static int hit(enum fault_call call)
{
	struct fault *f = &faults[call];
	unsigned n = ADD(f->count, 1) + 1, fail_at;

	if (n == SEE(f->before_at))
		GET(f->before)(GET(f->ctx));
	fail_at = SEE(f->fail_at);
	if (fail_at && (n == fail_at || (n > fail_at && GET(f->forever))))
		return -GET(f->err);
	return 0;
}

static void track(enum fault_call call, long result)
{
	if (result >= 0 &&
	    (call == FAULT_openat || call == FAULT_openat2 || call == FAULT_inotify_init))
		ADD(open_fds, 1);
	if (result >= 0 && call == FAULT_socketpair)
		ADD(open_fds, 2);
	if (result >= 0 && call == FAULT_close)
		ADD(open_fds, -1);
}

static size_t shortened(enum fault_call call, size_t size)
{
	size_t most = GET(faults[call].size);

	return most && most < size ? most : size;
}

/* The given bytes instead of the call: true with *ret. */
static bool answered(enum fault_call call, const void *buf, size_t size, long *ret)
{
	struct fault *f = &faults[call];
	const void *bytes =
		SEE(f->answer) ? atomic_exchange_explicit(&f->answer, NULL, memory_order_acquire)
			       : NULL;
	size_t len = GET(f->answer_len);

	if (!bytes)
		return false;
	*ret = (long)(len < size ? len : size);
	memcpy((void *)(uintptr_t)buf, bytes, (size_t)*ret);
	return true;
}

#define CALL_WRAP(type, name, params, args)   \
	type __real_sys_##name params;        \
	type __wrap_sys_##name params;        \
	type __wrap_sys_##name params         \
	{                                     \
		int err = hit(FAULT_##name);  \
		type r;                       \
		if (err)                      \
			return err;           \
		r = __real_sys_##name args;   \
		track(FAULT_##name, (long)r); \
		return r;                     \
	}

#define SIZED_WRAP(type, name, params, args)                   \
	type __real_sys_##name params;                         \
	type __wrap_sys_##name params;                         \
	type __wrap_sys_##name params                          \
	{                                                      \
		int err = hit(FAULT_##name);                   \
		long given;                                    \
		if (err)                                       \
			return err;                            \
		size = shortened(FAULT_##name, size);          \
		if (answered(FAULT_##name, buf, size, &given)) \
			return given;                          \
		return __real_sys_##name args;                 \
	}

SYS_CALLS(CALL_WRAP, SIZED_WRAP)
