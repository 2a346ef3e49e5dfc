/* SPDX-License-Identifier: MIT
 *
 * The sandbox, tried from inside: in a child that entered it, each call that could be of use to who
 * has taken over the helper, made as the kernel sees it. Refused is: the child was killed for it,
 * or got EPERM.
 */
#include "../../lib/test.h"

#include "helper/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { REFUSED = 40, FAILED, DONE, NO_SANDBOX };

static pid_t parent;
static int file;
static char *page;

static long try_open(void)
{
	return syscall(SYS_openat, AT_FDCWD, "/etc/passwd", O_RDONLY, 0);
}
static long try_create(void)
{
	return syscall(SYS_openat, AT_FDCWD, "made", O_WRONLY | O_CREAT, 0600);
}
static long try_openat2(void)
{
	uint64_t how[3] = {O_RDONLY, 0, 0};

	return syscall(SYS_openat2, AT_FDCWD, "/etc/passwd", how, sizeof(how));
}
static long try_stat(void)
{
	char buf[512];

	return syscall(SYS_newfstatat, AT_FDCWD, "/etc/passwd", buf, 0);
}
static long try_readlink(void)
{
	char buf[512];

	return syscall(SYS_readlinkat, AT_FDCWD, "/proc/self/exe", buf, sizeof(buf));
}
static long try_unlink(void)
{
	return syscall(SYS_unlinkat, AT_FDCWD, "nothing", 0);
}
static long try_rename(void)
{
	return syscall(SYS_renameat2, AT_FDCWD, "nothing", AT_FDCWD, "none", 0);
}
static long try_chmod(void)
{
	return syscall(SYS_fchmod, file, 0777);
}
static long try_truncate(void)
{
	return syscall(SYS_ftruncate, file, 0);
}
static long try_write_file(void)
{
	return syscall(SYS_write, file, "x", 1);
}
static long try_pwrite(void)
{
	return syscall(SYS_pwrite64, file, "x", 1, 0);
}
static long try_socket(void)
{
	return syscall(SYS_socket, AF_UNIX, SOCK_STREAM, 0);
}
static long try_socket_inet(void)
{
	return syscall(SYS_socket, AF_INET, SOCK_DGRAM, 0);
}
static long try_connect(void)
{
	struct sockaddr any = {.sa_family = AF_UNSPEC};

	return syscall(SYS_connect, STDIN_FILENO, &any, sizeof(any));
}
static long try_send_elsewhere(void)
{
	struct msghdr msg = {0};

	return syscall(SYS_sendmsg, file, &msg, 0);
}
static long try_execve(void)
{
	char *none[] = {NULL};

	return syscall(SYS_execve, "/bin/true", none, none);
}
static long try_execveat(void)
{
	char *none[] = {NULL};

	return syscall(SYS_execveat, AT_FDCWD, "/bin/true", none, none, 0);
}
static long try_clone(void)
{
	return syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);
}
static long try_clone3(void)
{
	uint64_t args[11] = {0, 0, 0, 0, SIGCHLD};

	return syscall(SYS_clone3, args, sizeof(args));
}
static long try_ptrace(void)
{
	return syscall(SYS_ptrace, PTRACE_SEIZE, parent, NULL, NULL);
}
static long try_read_memory(void)
{
	return syscall(SYS_process_vm_readv, parent, NULL, 0, NULL, 0, 0);
}
static long try_kill(void)
{
	return syscall(SYS_kill, parent, 0);
}
static long try_tgkill(void)
{
	return syscall(SYS_tgkill, parent, parent, 0);
}
static long try_terminal(void)
{
	return syscall(SYS_ioctl, STDIN_FILENO, TIOCSTI, "x");
}
static long try_map_code(void)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED ? -1 : 0;
}
static long try_make_code(void)
{
	return mprotect(page, 4096, PROT_READ | PROT_EXEC);
}
static long try_pkey_code(void)
{
	return syscall(SYS_pkey_mprotect, page, 4096, PROT_READ | PROT_EXEC, -1);
}
static long try_memfd(void)
{
	return syscall(SYS_memfd_create, "x", 0);
}
static long try_setuid(void)
{
	return syscall(SYS_setresuid, 0, 0, 0);
}
static long try_limits(void)
{
	struct rlimit more = {1 << 20, 1 << 20};

	return syscall(SYS_prlimit64, 0, RLIMIT_FSIZE, &more, NULL);
}
static long try_prctl(void)
{
	return syscall(SYS_prctl, PR_SET_DUMPABLE, 1, 0, 0, 0);
}
static long try_seccomp(void)
{
	return syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, NULL);
}
static long try_unshare(void)
{
	return syscall(SYS_unshare, CLONE_NEWUSER);
}
static long try_mount(void)
{
	return syscall(SYS_mount, "none", "/", NULL, 0, NULL);
}
static long try_io_uring(void)
{
	char params[256] = {0};

	return syscall(SYS_io_uring_setup, 1, params);
}
static long try_bpf(void)
{
	return syscall(SYS_bpf, 0, NULL, 0);
}
static long try_keyctl(void)
{
	return syscall(SYS_keyctl, 0, -3, 0);
}
static long try_timer(void)
{
	return syscall(SYS_setitimer, 0, NULL, NULL);
}
#ifdef __x86_64__
/* getpid as x32 has it: another number for what the filter knows. */
static long try_other_numbers(void)
{
	return syscall(0x40000000 + 39);
}
#endif

#define TRY(name)                 \
	{                         \
#name, try_##name \
	}
static const struct {
	const char *name;
	long (*call)(void);
} tries[] = {
	TRY(open),          TRY(create),    TRY(openat2),     TRY(stat),     TRY(readlink),
	TRY(unlink),        TRY(rename),    TRY(chmod),       TRY(truncate), TRY(write_file),
	TRY(pwrite),        TRY(socket),    TRY(socket_inet), TRY(connect),  TRY(send_elsewhere),
	TRY(execve),        TRY(execveat),  TRY(clone),       TRY(clone3),   TRY(ptrace),
	TRY(read_memory),   TRY(kill),      TRY(tgkill),      TRY(terminal), TRY(map_code),
	TRY(make_code),     TRY(pkey_code), TRY(memfd),       TRY(setuid),   TRY(limits),
	TRY(prctl),         TRY(seccomp),   TRY(unshare),     TRY(mount),    TRY(io_uring),
	TRY(bpf),           TRY(keyctl),    TRY(timer),
#ifdef __x86_64__
	TRY(other_numbers),
#endif
};

static void needs_sandbox(void)
{
	if (SANDBOX_FULL)
		return;
	print_message("SKIPPED: sanitizers need what the sandbox refuses\n");
	skip();
}

static void enter(void)
{
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds) < 0 || dup2(fds[0], STDIN_FILENO) < 0 ||
	    sandbox_enter() < 0)
		_exit(NO_SANDBOX);
}

static int in_sandbox(long (*call)(void))
{
	int status;
	pid_t pid;

	fflush(NULL);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		long r;

		enter();
		errno = 0;
		r = call();
		syscall(SYS_exit_group, r >= 0 ? DONE : errno == EPERM ? REFUSED : FAILED);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void refuses_every_class_of_calls(void **state)
{
	(void)state;
	needs_sandbox();
	parent = getpid();
	file = memfd_create("file", MFD_CLOEXEC);
	page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_true(file >= 0 && page != MAP_FAILED);
	for (size_t i = 0; i < ARRAY_LEN(tries); i++) {
		int status = in_sandbox(tries[i].call);

		if (WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS)
			continue;
		if (!WIFEXITED(status) || WEXITSTATUS(status) != REFUSED)
			fail_msg("%s was not refused (wait status %#x)", tries[i].name,
				 (unsigned)status);
	}
	munmap(page, 4096);
	close(file);
}

/* What the helper lives on. Each answers -1 when it does not work. */
static long use_memory(void)
{
	char *big = malloc(10 << 20);

	if (!big)
		return -1;
	memset(big, 1, 10 << 20);
	big = realloc(big, 20 << 20);
	free(big);
	return big ? 0 : -1;
}
static long use_file(void)
{
	char c;

	return pread(file, &c, 1, 0) == 1 && c == 'x' && close(file) == 0 ? 0 : -1;
}
static long use_socket(void)
{
	return send(STDIN_FILENO, "x", 1, MSG_NOSIGNAL) == 1 ? 0 : -1;
}
static long too_much_memory(void)
{
	return malloc((size_t)SANDBOX_GROW_MB << 20) ? -1 : 0;
}

static void allows_what_it_must(void **state)
{
	static long (*const uses[])(void) = {use_memory, use_file, use_socket, too_much_memory};

	(void)state;
	needs_sandbox();
	file = memfd_create("file", MFD_CLOEXEC);
	assert_int_equal(write(file, "x", 1), 1);
	for (size_t i = 0; i < ARRAY_LEN(uses); i++) {
		int status = in_sandbox(uses[i]);

		if (!WIFEXITED(status) || WEXITSTATUS(status) != DONE)
			fail_msg("use %zu: wait status %#x", i, (unsigned)status);
	}
	close(file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses_every_class_of_calls),
		cmocka_unit_test(allows_what_it_must),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
