/* SPDX-License-Identifier: MIT */
#include "helper/sandbox.h"

#include <errno.h>
#include <grp.h>
#include <seccomp.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#define NOBODY 65534

static int result(int r)
{
	return r < 0 ? -errno : 0;
}

/* As root: the rights that come with it are not needed to read what is handed over. Where ids
 * cannot be changed (a user namespace of one user) the filter below has to do. */
static void leave_root(void)
{
	if (geteuid() != 0)
		return;
	(void)!setgroups(0, NULL);
	(void)!setresgid(NOBODY, NOBODY, NOBODY);
	(void)!setresuid(NOBODY, NOBODY, NOBODY);
}

/* Address space in use, in bytes; 0 where /proc does not tell. */
static uint64_t address_space(void)
{
	unsigned long long pages = 0;
	FILE *f = fopen("/proc/self/statm", "re");

	if (!f)
		return 0;
	if (fscanf(f, "%llu", &pages) != 1)
		pages = 0;
	(void)fclose(f);
	return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

static int limit(int what, rlim_t value)
{
	struct rlimit now, wanted = {.rlim_cur = value, .rlim_max = value};

	/* Whoever started us may have been stricter. */
	if (getrlimit(what, &now) == 0 && now.rlim_max < value)
		wanted.rlim_cur = wanted.rlim_max = now.rlim_max;
	return result(setrlimit(what, &wanted));
}

static int set_limits(void)
{
	uint64_t used = address_space();
	uint64_t grow = (uint64_t)SANDBOX_GROW_MB << 20;
	int rc = limit(RLIMIT_CORE, 0);

	if (!rc)
		rc = limit(RLIMIT_FSIZE, 0);
	if (!rc)
		rc = limit(RLIMIT_NPROC, 0);
	if (!rc)
		rc = limit(RLIMIT_NOFILE, SANDBOX_FILES);
	if (!rc)
		rc = limit(RLIMIT_CPU, SANDBOX_CPU_S);
	if (!rc && SANDBOX_FULL)
		rc = limit(RLIMIT_AS, (used ? used : grow) + grow);
	return rc;
}

/* Whatever the arguments. */
static const int allowed[] = {
	SCMP_SYS(pread64),
	SCMP_SYS(close),
	SCMP_SYS(munmap),
	SCMP_SYS(mremap),
	SCMP_SYS(madvise),
	SCMP_SYS(brk),
	SCMP_SYS(futex),
	SCMP_SYS(exit),
	SCMP_SYS(exit_group),
	SCMP_SYS(rt_sigreturn),
	SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(clock_gettime),
	SCMP_SYS(restart_syscall),
	SCMP_SYS(getrusage),
#if !SANDBOX_FULL
	SCMP_SYS(mmap),
	SCMP_SYS(mprotect),
	SCMP_SYS(write),
	SCMP_SYS(read),
	SCMP_SYS(sigaltstack),
	SCMP_SYS(rt_sigaction),
	SCMP_SYS(gettid),
	SCMP_SYS(getpid),
	SCMP_SYS(tgkill),
	SCMP_SYS(sched_yield),
	SCMP_SYS(nanosleep),
	SCMP_SYS(clock_nanosleep),
	SCMP_SYS(open),
	SCMP_SYS(openat),
	SCMP_SYS(readlink),
	SCMP_SYS(readlinkat),
	SCMP_SYS(newfstatat),
	SCMP_SYS(fstat),
	SCMP_SYS(lseek),
	SCMP_SYS(clone),
	SCMP_SYS(clone3),
	SCMP_SYS(wait4),
	SCMP_SYS(prctl),
	SCMP_SYS(ptrace),
#endif
};

/* Only on the socket. */
static const int on_socket[] = {SCMP_SYS(recvmsg), SCMP_SYS(sendmsg), SCMP_SYS(sendto),
				SCMP_SYS(write)};

/* Only for memory that cannot be executed. */
static const int memory[] = {SCMP_SYS(mmap), SCMP_SYS(mprotect)};

/* Libraries try these and go on without: character set tables, time zone, the number of
 * processors, random numbers for a hash, whether something is a terminal. */
static const int refused[] = {
	SCMP_SYS(open),
	SCMP_SYS(openat),
	SCMP_SYS(stat),
	SCMP_SYS(lstat),
	SCMP_SYS(fstat),
	SCMP_SYS(newfstatat),
	SCMP_SYS(statx),
	SCMP_SYS(access),
	SCMP_SYS(faccessat),
	SCMP_SYS(faccessat2),
	SCMP_SYS(readlink),
	SCMP_SYS(readlinkat),
	SCMP_SYS(lseek),
	SCMP_SYS(read),
	SCMP_SYS(ioctl),
	SCMP_SYS(fcntl),
	SCMP_SYS(getrandom),
	SCMP_SYS(sysinfo),
	SCMP_SYS(sched_getaffinity),
	SCMP_SYS(prlimit64),
	SCMP_SYS(getrlimit),
	SCMP_SYS(getpid),
	SCMP_SYS(gettid),
	SCMP_SYS(getuid),
	SCMP_SYS(geteuid),
	SCMP_SYS(getgid),
	SCMP_SYS(getegid),
	SCMP_SYS(umask),
	SCMP_SYS(rt_sigaction),
};

static int add_rules(scmp_filter_ctx f)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < ARRAY_LEN(allowed); i++)
		rc = seccomp_rule_add(f, SCMP_ACT_ALLOW, allowed[i], 0);
	for (size_t i = 0; SANDBOX_FULL && !rc && i < ARRAY_LEN(memory); i++)
		rc = seccomp_rule_add(f, SCMP_ACT_ALLOW, memory[i], 1,
				      SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	for (size_t i = 0; !rc && i < ARRAY_LEN(on_socket); i++) {
		if (!SANDBOX_FULL && on_socket[i] == SCMP_SYS(write))
			continue;
		rc = seccomp_rule_add(f, SCMP_ACT_ALLOW, on_socket[i], 1,
				      SCMP_A0(SCMP_CMP_EQ, STDIN_FILENO, 0));
	}
	for (size_t i = 0; SANDBOX_FULL && !rc && i < ARRAY_LEN(refused); i++)
		rc = seccomp_rule_add(f, SCMP_ACT_ERRNO(EPERM), refused[i], 0);
	return rc;
}

static int filter(void)
{
	scmp_filter_ctx f =
		seccomp_init(SANDBOX_FULL ? SCMP_ACT_KILL_PROCESS : SCMP_ACT_ERRNO(EPERM));
	int rc;

	if (!f)
		return -ENOMEM;
	/* The calls of other architectures (32 bit, x32) are other numbers: none is allowed. */
	rc = seccomp_attr_set(f, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
	if (!rc)
		rc = add_rules(f);
	if (!rc)
		rc = seccomp_load(f);
	seccomp_release(f);
	return rc;
}

int sandbox_enter(void)
{
	int rc = result(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));

	if (rc)
		return rc;
	leave_root();
	/* After it: a change of ids makes a process traceable by others of its id again. */
	rc = result(prctl(PR_SET_DUMPABLE, 0, 0, 0, 0));
	if (!rc)
		rc = set_limits();
	return rc ? rc : filter();
}
