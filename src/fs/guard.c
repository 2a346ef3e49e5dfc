/* SPDX-License-Identifier: MIT */
#include "fs/guard.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/defs.h"

#define CRASH_STACK (64u * 1024)

struct guard {
	int fd;
	atomic_uint pending; /* enum guard_signal */
	atomic_int end;      /* number of the signal that asked to end */
	void (*emergency)(void);
	sigset_t set;
	void *crash_stack;
};

static const struct {
	int signal;
	unsigned means;
} signals[] = {
	{SIGTERM, GUARD_END},  {SIGHUP, GUARD_END},      {SIGINT, GUARD_END},
	{SIGQUIT, GUARD_END},  {SIGWINCH, GUARD_RESIZE}, {SIGTSTP, GUARD_STOP},
	{SIGCONT, GUARD_CONT},
};

static const int crashes[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};

/* A signal handler has no argument of ours; set once before any signal can come. */
static void (*crash_emergency)(void);

static unsigned meaning(int signal)
{
	for (size_t i = 0; i < ARRAY_LEN(signals); i++)
		if (signals[i].signal == signal)
			return signals[i].means;
	return 0;
}

static void wake(struct guard *g)
{
	uint64_t one = 1;
	/* A full counter is readable already. */
	(void)!write(g->fd, &one, sizeof(one));
}

/* The loop has been told to end: when it is still there after the deadline, it hangs in a write. */
static void enforce_deadline(struct guard *g, int signal)
{
	struct timespec left = {.tv_sec = GUARD_DEADLINE_MS / 1000,
				.tv_nsec = GUARD_DEADLINE_MS % 1000 * 1000000L};
	sigset_t none;

	sigemptyset(&none);
	while (sigtimedwait(&none, NULL, &left) < 0 && errno == EINTR)
		continue;
	g->emergency();
	_exit(128 + signal);
}

static void *run(void *arg)
{
	struct guard *g = arg;

	for (;;) {
		int signal = sigwaitinfo(&g->set, NULL);
		unsigned bits = signal > 0 ? meaning(signal) : 0;

		if (!bits)
			continue;
		if (bits == GUARD_END)
			atomic_store(&g->end, signal);
		atomic_fetch_or(&g->pending, bits);
		wake(g);
		if (bits == GUARD_END)
			enforce_deadline(g, signal);
	}
	return NULL;
}

static void on_crash(int signal)
{
	crash_emergency();
	/* SA_RESETHAND has restored the default action; the signal is blocked until we return. */
	raise(signal);
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define UNDER_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define UNDER_SANITIZER 1
#endif
#endif
#ifndef UNDER_SANITIZER
#define UNDER_SANITIZER 0
#endif

static int catch_crashes(struct guard *g)
{
	stack_t stack = {.ss_size = CRASH_STACK};
	struct sigaction action = {.sa_handler = on_crash,
				   .sa_flags = SA_ONSTACK | (int)SA_RESETHAND};

	if (UNDER_SANITIZER)
		return 0;
	g->crash_stack = malloc(CRASH_STACK);
	if (!g->crash_stack)
		return -ENOMEM;
	stack.ss_sp = g->crash_stack;
	if (sigaltstack(&stack, NULL) < 0)
		return -errno;
	crash_emergency = g->emergency;
	for (size_t i = 0; i < ARRAY_LEN(crashes); i++)
		sigaction(crashes[i], &action, NULL);
	return 0;
}

int guard_start(void (*emergency)(void), struct guard **ret_guard)
{
	struct sigaction ignore = {.sa_handler = SIG_IGN}, standard = {.sa_handler = SIG_DFL};
	struct guard *g = calloc(1, sizeof(*g));
	pthread_t thread;
	int err;

	if (!g)
		return -ENOMEM;
	g->emergency = emergency;
	sigemptyset(&g->set);
	for (size_t i = 0; i < ARRAY_LEN(signals); i++)
		sigaddset(&g->set, signals[i].signal);
	pthread_sigmask(SIG_BLOCK, &g->set, NULL);
	/* A terminal that went away says so by EIO; writing to a closed pipe by EPIPE. */
	sigaction(SIGPIPE, &ignore, NULL);
	/* Who started us may have ignored it: then nobody could be waited for. */
	sigaction(SIGCHLD, &standard, NULL);
	g->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	err = g->fd < 0 ? -errno : catch_crashes(g);
	if (!err)
		err = -pthread_create(&thread, NULL, run, g);
	if (err) {
		if (g->fd >= 0)
			close(g->fd);
		/* The stack stays: handlers on it may be installed already. */
		free(g);
		return err;
	}
	pthread_detach(thread);
	*ret_guard = g;
	return 0;
}

int guard_fd(const struct guard *g)
{
	return g->fd;
}

unsigned guard_take(struct guard *g)
{
	uint64_t count;

	(void)!read(g->fd, &count, sizeof(count));
	return atomic_exchange(&g->pending, 0);
}

int guard_end_signal(const struct guard *g)
{
	return atomic_load(&g->end);
}

void guard_stop_self(void)
{
	sigset_t stop;

	sigemptyset(&stop);
	sigaddset(&stop, SIGTSTP);
	/* raise() aims at this thread, so the guard's sigwait does not see it. */
	raise(SIGTSTP);
	pthread_sigmask(SIG_UNBLOCK, &stop, NULL);
	pthread_sigmask(SIG_BLOCK, &stop, NULL);
}

void guard_die(int signal)
{
	struct sigaction standard = {.sa_handler = SIG_DFL};
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, signal);
	sigaction(signal, &standard, NULL);
	raise(signal);
	pthread_sigmask(SIG_UNBLOCK, &set, NULL);
	_exit(128 + signal);
}
