/* SPDX-License-Identifier: MIT */
#include "fs/thread.h"

#include <signal.h>

/* Signals belong to the UI and signal threads. Faults stay deliverable: blocked, they would kill
 * the process past the handler that restores the terminal. */
int thread_start(void *(*main)(void *), void *arg, size_t stack_bytes, pthread_t *ret_thread)
{
	static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS, SIGABRT};
	pthread_attr_t attr;
	sigset_t block, old;
	int rc = pthread_attr_init(&attr);

	if (rc)
		return -rc;
	sigfillset(&block);
	for (size_t i = 0; i < ARRAY_LEN(faults); i++)
		sigdelset(&block, faults[i]);
	pthread_attr_setstacksize(&attr, stack_bytes);
	pthread_sigmask(SIG_SETMASK, &block, &old);
	rc = pthread_create(ret_thread, &attr, main, arg);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	pthread_attr_destroy(&attr);
	return -rc;
}
