/* SPDX-License-Identifier: MIT */
#include "fault.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

struct fault {
	_Atomic unsigned count;
	unsigned fail_at, before_at; /* counts; 0: never */
	int err;
	bool forever;
	size_t size; /* 0: no limit */
	const void *_Atomic answer;
	size_t answer_len;
	void (*before)(void *ctx);
	void *ctx;
};

static struct fault faults[FAULT_CALLS];
static _Atomic int open_fds;

#define NAME(type, name, params, args) #name,
static const char *const names[] = {SYS_CALLS(NAME, NAME)};

void fault_recount(void)
{
	memset(faults, 0, sizeof(faults));
}

void fault_reset(void)
{
	fault_recount();
	open_fds = 0;
}

unsigned fault_count(enum fault_call call)
{
	return faults[call].count;
}

const char *fault_name(enum fault_call call)
{
	return names[call];
}

int fault_open_fds(void)
{
	return open_fds;
}

void fault_fail(enum fault_call call, unsigned nth, int err, bool forever)
{
	faults[call].err = err;
	faults[call].forever = forever;
	faults[call].fail_at = faults[call].count + nth;
}

void fault_short(enum fault_call call, size_t size)
{
	faults[call].size = size;
}

void fault_answer(enum fault_call call, const void *bytes, size_t len)
{
	faults[call].answer_len = len;
	faults[call].answer = bytes;
}

void fault_before(enum fault_call call, unsigned nth, void (*fn)(void *ctx), void *ctx)
{
	faults[call].before = fn;
	faults[call].ctx = ctx;
	faults[call].before_at = faults[call].count + nth;
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
	unsigned n = ++f->count;

	if (n == f->before_at)
		f->before(f->ctx);
	if (f->fail_at && (n == f->fail_at || (f->forever && n > f->fail_at)))
		return -f->err;
	return 0;
}

static void track(enum fault_call call, long result)
{
	if (result >= 0 &&
	    (call == FAULT_openat || call == FAULT_openat2 || call == FAULT_inotify_init))
		open_fds++;
	if (result >= 0 && call == FAULT_socketpair)
		open_fds += 2;
	if (result >= 0 && call == FAULT_close)
		open_fds--;
}

/* The given bytes instead of the call: true with *ret. */
static bool answered(enum fault_call call, const void *buf, size_t size, long *ret)
{
	struct fault *f = &faults[call];
	const void *bytes = f->answer;

	if (!bytes)
		return false;
	f->answer = NULL;
	*ret = (long)(f->answer_len < size ? f->answer_len : size);
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

#define SIZED_WRAP(type, name, params, args)                                       \
	type __real_sys_##name params;                                             \
	type __wrap_sys_##name params;                                             \
	type __wrap_sys_##name params                                              \
	{                                                                          \
		int err = hit(FAULT_##name);                                       \
		long given;                                                        \
		if (err)                                                           \
			return err;                                                \
		if (faults[FAULT_##name].size && faults[FAULT_##name].size < size) \
			size = faults[FAULT_##name].size;                          \
		if (answered(FAULT_##name, buf, size, &given))                     \
			return given;                                              \
		return __real_sys_##name args;                                     \
	}

SYS_CALLS(CALL_WRAP, SIZED_WRAP)
