/* SPDX-License-Identifier: MIT
 *
 * Every system call of src/fs, one thin function each: the result (>= 0) or -errno, never errno
 * itself. The table below is the only list of them: the declarations come from it, and so does the
 * fault layer of the tests, which puts itself in front of each one at link time (ld --wrap) to make
 * it fail or answer short. A new call is a new row here and its function in sys.c. A port to
 * another system replaces sys.c.
 *
 * EINTR: calls that may wait for a file server (openat, openat2, statx, getdents, readlinkat,
 * fstatvfs, fstatfs, faccessat2, read, pread, write, pwrite, ftruncate, waitpid) are repeated; they
 * are idempotent or did nothing when they were interrupted. close is not: on Linux the descriptor
 * is gone in any case (close(2)), so EINTR counts as done.
 *
 * Thread: any. Owns: nothing.
 */
#ifndef FS_SYS_H
#define FS_SYS_H

#include <spawn.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/types.h>

struct msghdr;   /* <sys/socket.h> */
struct open_how; /* <linux/openat2.h> */
struct pollfd;   /* <poll.h> */
struct statfs;   /* <sys/vfs.h> */
struct fsxattr;  /* <linux/fs.h> */

/* CALL(type, name, (parameters), (arguments)); SIZED is a call that fills or empties a buffer
 * (parameters named buf and size) and may do less than asked. One line per row: the Makefile reads
 * the names. */
/* clang-format off */
#define SYS_CALLS(CALL, SIZED) \
	CALL(int, openat, (int dir, const char *path, int flags, mode_t mode), (dir, path, flags, mode)) \
	CALL(int, openat2, (int dir, const char *path, const struct open_how *how), (dir, path, how)) \
	CALL(int, close, (int fd), (fd)) \
	CALL(int, statx, (int dir, const char *path, int flags, unsigned mask, struct statx *ret), (dir, path, flags, mask, ret)) \
	CALL(int, fstatvfs, (int fd, struct statvfs *ret), (fd, ret)) \
	CALL(int, fstatfs, (int fd, struct statfs *ret), (fd, ret)) \
	SIZED(ssize_t, getdents, (int fd, void *buf, size_t size), (fd, buf, size)) \
	SIZED(ssize_t, readlinkat, (int dir, const char *path, char *buf, size_t size), (dir, path, buf, size)) \
	SIZED(ssize_t, read, (int fd, void *buf, size_t size), (fd, buf, size)) \
	SIZED(ssize_t, pread, (int fd, void *buf, size_t size, off_t at), (fd, buf, size, at)) \
	CALL(off_t, lseek, (int fd, off_t at, int whence), (fd, at, whence)) \
	SIZED(ssize_t, write, (int fd, const void *buf, size_t size), (fd, buf, size)) \
	SIZED(ssize_t, getrandom, (void *buf, size_t size), (buf, size)) \
	SIZED(ssize_t, getcwd, (char *buf, size_t size), (buf, size)) \
	CALL(int, gethostname, (char *buf, size_t size), (buf, size)) \
	SIZED(ssize_t, getxattr, (const char *path, const char *name, void *buf, size_t size), (path, name, buf, size)) \
	SIZED(ssize_t, fgetxattr, (int fd, const char *name, void *buf, size_t size), (fd, name, buf, size)) \
	CALL(int, fsetxattr, (int fd, const char *name, const void *value, size_t len), (fd, name, value, len)) \
	CALL(int, fremovexattr, (int fd, const char *name), (fd, name)) \
	CALL(int, setxattr, (const char *path, const char *name, const void *value, size_t len), (path, name, value, len)) \
	CALL(int, removexattr, (const char *path, const char *name), (path, name)) \
	SIZED(ssize_t, listxattr, (const char *path, char *buf, size_t size), (path, buf, size)) \
	CALL(int, getflags, (int fd, unsigned *ret), (fd, ret)) \
	CALL(int, getfsxattr, (int fd, struct fsxattr *ret), (fd, ret)) \
	CALL(int, mkdirat, (int dir, const char *path, mode_t mode), (dir, path, mode)) \
	CALL(int, renameat, (int olddir, const char *oldpath, int newdir, const char *newpath), (olddir, oldpath, newdir, newpath)) \
	CALL(int, renameat2, (int olddir, const char *oldpath, int newdir, const char *newpath, unsigned flags), (olddir, oldpath, newdir, newpath, flags)) \
	CALL(int, linkat, (int olddir, const char *oldpath, int newdir, const char *newpath, int flags), (olddir, oldpath, newdir, newpath, flags)) \
	CALL(int, unlinkat, (int dir, const char *path, int flags), (dir, path, flags)) \
	SIZED(ssize_t, pwrite, (int fd, const void *buf, size_t size, off_t at), (fd, buf, size, at)) \
	CALL(int, ftruncate, (int fd, off_t size), (fd, size)) \
	CALL(int, fsync, (int fd), (fd)) \
	CALL(int, fdatasync, (int fd), (fd)) \
	CALL(int, syncfs, (int fd), (fd)) \
	CALL(int, fchmod, (int fd, mode_t mode), (fd, mode)) \
	CALL(int, fchown, (int fd, uid_t uid, gid_t gid), (fd, uid, gid)) \
	CALL(int, fchmodat, (int dir, const char *path, mode_t mode), (dir, path, mode)) \
	CALL(int, fchmodat2, (int dir, const char *path, mode_t mode, int flags), (dir, path, mode, flags)) \
	CALL(int, fchownat, (int dir, const char *path, uid_t uid, gid_t gid, int flags), (dir, path, uid, gid, flags)) \
	CALL(int, utimensat, (int dir, const char *path, const struct timespec *times, int flags), (dir, path, times, flags)) \
	CALL(int, symlinkat, (const char *target, int dir, const char *path), (target, dir, path)) \
	CALL(int, faccessat2, (int dir, const char *path, int mode, int flags), (dir, path, mode, flags)) \
	CALL(int, flock, (int fd, int operation), (fd, operation)) \
	CALL(int, inotify_init, (int flags), (flags)) \
	CALL(int, inotify_add_watch, (int fd, const char *path, uint32_t mask), (fd, path, mask)) \
	CALL(int, inotify_rm_watch, (int fd, int wd), (fd, wd)) \
	CALL(int, socketpair, (int type, int ret_fds[2]), (type, ret_fds)) \
	CALL(int, posix_spawn, (const char *path, const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *attr, const char *const *argv, const char *const *env, pid_t *ret_pid), (path, actions, attr, argv, env, ret_pid)) \
	CALL(int, waitpid, (pid_t pid, int *ret_status, int options), (pid, ret_status, options)) \
	CALL(int, kill, (pid_t pid, int signal), (pid, signal)) \
	CALL(int, poll, (struct pollfd *fds, unsigned n, int ms), (fds, n, ms)) \
	CALL(ssize_t, sendmsg, (int fd, const struct msghdr *msg, int flags), (fd, msg, flags)) \
	SIZED(ssize_t, recv, (int fd, void *buf, size_t size, int flags), (fd, buf, size, flags))
/* clang-format on */

#define SYS_DECLARE(type, name, params, args) type sys_##name params;
SYS_CALLS(SYS_DECLARE, SYS_DECLARE)
#undef SYS_DECLARE

#endif
