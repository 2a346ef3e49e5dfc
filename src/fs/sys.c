/* SPDX-License-Identifier: MIT */
#include "fs/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/openat2.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#ifndef SYS_fchmodat2
#define SYS_fchmodat2 452 /* the same everywhere, but for alpha */
#endif

static long result(long r)
{
	return r < 0 ? -errno : r;
}

/* The call, repeated while a signal interrupts it. */
#define AGAIN(call)                                   \
	__extension__({                               \
		long again_;                          \
		do                                    \
			again_ = (call);              \
		while (again_ < 0 && errno == EINTR); \
		result(again_);                       \
	})

int sys_openat(int dir, const char *path, int flags, mode_t mode)
{
	return (int)AGAIN(openat(dir, path, flags | O_CLOEXEC, mode));
}

int sys_openat2(int dir, const char *path, const struct open_how *how)
{
	return (int)AGAIN(syscall(SYS_openat2, dir, path, how, sizeof(*how)));
}

int sys_close(int fd)
{
	long r = result(close(fd));

	return r == -EINTR ? 0 : (int)r;
}

int sys_statx(int dir, const char *path, int flags, unsigned mask, struct statx *ret)
{
	return (int)AGAIN(statx(dir, path, flags, mask, ret));
}

int sys_fstatvfs(int fd, struct statvfs *ret)
{
	return (int)AGAIN(fstatvfs(fd, ret));
}

int sys_fstatfs(int fd, struct statfs *ret)
{
	return (int)AGAIN(fstatfs(fd, ret));
}

ssize_t sys_getdents(int fd, void *buf, size_t size)
{
	return AGAIN(syscall(SYS_getdents64, fd, buf, size));
}

ssize_t sys_readlinkat(int dir, const char *path, char *buf, size_t size)
{
	return AGAIN(readlinkat(dir, path, buf, size));
}

ssize_t sys_read(int fd, void *buf, size_t size)
{
	return AGAIN(read(fd, buf, size));
}

ssize_t sys_pread(int fd, void *buf, size_t size, off_t at)
{
	return AGAIN(pread(fd, buf, size, at));
}

off_t sys_lseek(int fd, off_t at, int whence)
{
	return result(lseek(fd, at, whence));
}

ssize_t sys_write(int fd, const void *buf, size_t size)
{
	return AGAIN(write(fd, buf, size));
}

ssize_t sys_getrandom(void *buf, size_t size)
{
	return AGAIN(getrandom(buf, size, 0));
}

/* The kernel's own getcwd: the length with its NUL, and paths longer than PATH_MAX fail with
 * ENAMETOOLONG. An unreachable directory is told by a path that does not begin with '/'. */
ssize_t sys_getcwd(char *buf, size_t size)
{
	return result(syscall(SYS_getcwd, buf, size));
}

int sys_gethostname(char *buf, size_t size)
{
	return (int)result(gethostname(buf, size));
}

ssize_t sys_getxattr(const char *path, const char *name, void *buf, size_t size)
{
	return AGAIN(getxattr(path, name, buf, size));
}

ssize_t sys_fgetxattr(int fd, const char *name, void *buf, size_t size)
{
	return AGAIN(fgetxattr(fd, name, buf, size));
}

int sys_fsetxattr(int fd, const char *name, const void *value, size_t len)
{
	return (int)AGAIN(fsetxattr(fd, name, value, len, 0));
}

int sys_fremovexattr(int fd, const char *name)
{
	return (int)result(fremovexattr(fd, name));
}

int sys_setxattr(const char *path, const char *name, const void *value, size_t len)
{
	return (int)AGAIN(setxattr(path, name, value, len, 0));
}

int sys_removexattr(const char *path, const char *name)
{
	return (int)result(removexattr(path, name));
}

ssize_t sys_listxattr(const char *path, char *buf, size_t size)
{
	return AGAIN(listxattr(path, buf, size));
}

/* The number says long; file systems write an int (ioctl_iflags(2)). */
int sys_getflags(int fd, unsigned *ret)
{
	return (int)AGAIN(ioctl(fd, FS_IOC_GETFLAGS, ret));
}

int sys_getfsxattr(int fd, struct fsxattr *ret)
{
	return (int)AGAIN(ioctl(fd, FS_IOC_FSGETXATTR, ret));
}

int sys_mkdirat(int dir, const char *path, mode_t mode)
{
	return (int)result(mkdirat(dir, path, mode));
}

int sys_renameat(int olddir, const char *oldpath, int newdir, const char *newpath)
{
	return (int)result(renameat(olddir, oldpath, newdir, newpath));
}

int sys_renameat2(int olddir, const char *oldpath, int newdir, const char *newpath, unsigned flags)
{
	return (int)result(syscall(SYS_renameat2, olddir, oldpath, newdir, newpath, flags));
}

int sys_linkat(int olddir, const char *oldpath, int newdir, const char *newpath, int flags)
{
	return (int)result(linkat(olddir, oldpath, newdir, newpath, flags));
}

int sys_unlinkat(int dir, const char *path, int flags)
{
	return (int)result(unlinkat(dir, path, flags));
}

ssize_t sys_pwrite(int fd, const void *buf, size_t size, off_t at)
{
	return AGAIN(pwrite(fd, buf, size, at));
}

int sys_ftruncate(int fd, off_t size)
{
	return (int)AGAIN(ftruncate(fd, size));
}

int sys_fsync(int fd)
{
	return (int)AGAIN(fsync(fd));
}

int sys_fdatasync(int fd)
{
	return (int)AGAIN(fdatasync(fd));
}

int sys_syncfs(int fd)
{
	return (int)AGAIN(syncfs(fd));
}

int sys_fchmod(int fd, mode_t mode)
{
	return (int)result(fchmod(fd, mode));
}

int sys_fchown(int fd, uid_t uid, gid_t gid)
{
	return (int)result(fchown(fd, uid, gid));
}

/* Follows links: for /proc/self/fd only. */
int sys_fchmodat(int dir, const char *path, mode_t mode)
{
	return (int)result(fchmodat(dir, path, mode, 0));
}

/* Linux 6.6; what the library has of it emulates by /proc without saying so. */
int sys_fchmodat2(int dir, const char *path, mode_t mode, int flags)
{
	return (int)result(syscall(SYS_fchmodat2, dir, path, mode, flags));
}

int sys_fchownat(int dir, const char *path, uid_t uid, gid_t gid, int flags)
{
	return (int)result(fchownat(dir, path, uid, gid, flags));
}

int sys_utimensat(int dir, const char *path, const struct timespec *times, int flags)
{
	return (int)result(utimensat(dir, path, times, flags));
}

int sys_symlinkat(const char *target, int dir, const char *path)
{
	return (int)result(symlinkat(target, dir, path));
}

/* Linux 5.8; what the library has of it judges by mode bits alone where it is missing. */
int sys_faccessat2(int dir, const char *path, int mode, int flags)
{
	return (int)AGAIN(syscall(SYS_faccessat2, dir, path, mode, flags));
}

int sys_flock(int fd, int operation)
{
	return (int)AGAIN(flock(fd, operation));
}

int sys_inotify_init(int flags)
{
	return (int)result(inotify_init1(flags | IN_CLOEXEC));
}

int sys_inotify_add_watch(int fd, const char *path, uint32_t mask)
{
	return (int)result(inotify_add_watch(fd, path, mask));
}

int sys_inotify_rm_watch(int fd, int wd)
{
	return (int)result(inotify_rm_watch(fd, wd));
}

/* Of the Unix domain. */
int sys_socketpair(int type, int ret_fds[2])
{
	return (int)result(socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, ret_fds));
}

int sys_posix_spawn(const char *path, const posix_spawn_file_actions_t *actions,
		    const posix_spawnattr_t *attr, const char *const *argv, const char *const *env,
		    pid_t *ret_pid)
{
	/* It takes arrays of what it does not change as arrays of what it might. */
	return -posix_spawn(ret_pid, path, actions, attr, (char *const *)(uintptr_t)argv,
			    (char *const *)(uintptr_t)env);
}

int sys_waitpid(pid_t pid, int *ret_status, int options)
{
	return (int)AGAIN(waitpid(pid, ret_status, options));
}

int sys_kill(pid_t pid, int signal)
{
	return (int)result(kill(pid, signal));
}

int sys_poll(struct pollfd *fds, unsigned n, int ms)
{
	return (int)result(poll(fds, n, ms));
}

ssize_t sys_sendmsg(int fd, const struct msghdr *msg, int flags)
{
	return AGAIN(sendmsg(fd, msg, flags));
}

ssize_t sys_recv(int fd, void *buf, size_t size, int flags)
{
	return AGAIN(recv(fd, buf, size, flags));
}
