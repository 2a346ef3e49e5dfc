/* SPDX-License-Identifier: MIT */
#include "world.h"

#include "../lib/as_user.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <glob.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOBODY    65534
#define WORDS_MAX 160

/* Canaries have the names that the scenarios use, so that who is led there finds something to harm.
 */
static const char around[] = "home/ :0700\n"
			     "canary/x \"canary x\" :0640\n"
			     "canary/y \"canary y\" :0604\n"
			     "canary/d/x \"canary d/x\" :0600\n"
			     "canary/sub/x \"canary sub/x\" :0444\n"
			     "canary/empty/\n"
			     "canary/link -> x\n"
			     "away/\n"
			     "second/\n"
			     "work/\n";

static char copied[64];

static void forget_copy(void)
{
	unlink(copied);
}

const char *world_program(const char *from)
{
	char buf[1 << 16];
	ssize_t n;
	int in, out;

	if (copied[0])
		return copied;
	snprintf(copied, sizeof(copied), "/%s/trowel-fault.XXXXXX",
		 access("/dev/shm", W_OK | X_OK) == 0 ? "dev/shm" : "tmp");
	in = open(from, O_RDONLY | O_CLOEXEC);
	out = mkostemp(copied, O_CLOEXEC);
	if (in < 0 || out < 0)
		fail_msg("%s: %s", from, strerror(errno));
	while ((n = read(in, buf, sizeof(buf))) > 0)
		assert_int_equal(write(out, buf, (size_t)n), n);
	assert_int_equal(fchmod(out, 0755), 0);
	close(in);
	close(out);
	atexit(forget_copy);
	return copied;
}

bool world_can_mount(const char **ret_why)
{
	static int known; /* 1: yes, 2: not root, 3: refused */

	if (!known)
		known = geteuid() != 0 ? 2 : own_mounts() ? 3 : 1;
	*ret_why = known == 2 ? "needs root" : known == 3 ? "mounting is not permitted here" : NULL;
	return known == 1;
}

const char *world_path(struct world *w, const char *rel)
{
	return tree_path(w->tree, rel);
}

/* Everything is old and belongs to who runs the program. */
static void settle(struct world *w)
{
	const struct timespec old[2] = {{WORLD_OLD, 0}, {WORLD_OLD, 0}};
	char *roots[] = {w->tree->path, NULL};
	FTS *fts = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	FTSENT *e;

	assert_non_null(fts);
	while ((e = fts_read(fts))) {
		if (e->fts_info == FTS_D)
			continue;
		if (w->flags & WORLD_NOBODY)
			assert_int_equal(lchown(e->fts_accpath, NOBODY, NOBODY), 0);
		utimensat(AT_FDCWD, e->fts_accpath, old, AT_SYMLINK_NOFOLLOW);
	}
	fts_close(fts);
}

void world_make(struct world *w, const char *program, const char *bug, const char *fixture,
		unsigned flags)
{
	const char *why;

	*w = (struct world){.program = program, .bug = bug, .flags = flags};
	snprintf(w->side, sizeof(w->side), "/%s/trowel-side.XXXXXX",
		 access("/dev/shm", W_OK | X_OK) == 0 ? "dev/shm" : "tmp");
	assert_non_null(mkdtemp(w->side));
	assert_int_equal(chmod(w->side, 0777), 0);
	w->tree = tree_new("");
	if (!(flags & WORLD_BARE) && world_can_mount(&why)) {
		assert_int_equal(mount("none", w->tree->path, "tmpfs", 0, "size=16m"), 0);
		close(w->tree->fd);
		w->tree->fd = open(w->tree->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		assert_true(w->tree->fd >= 0);
	}
	tree_add(w->tree, around);
	assert_int_equal(chmod(w->tree->path, 0755), 0);
	if (flags & WORLD_SECOND)
		assert_int_equal(
			mount("none", world_path(w, "second"), "tmpfs", 0, "size=4m,mode=0755"), 0);
	tree_add(w->tree, fixture);
	settle(w);
}

static void remove_side(const char *dir)
{
	char *roots[] = {(char *)(uintptr_t)dir, NULL};
	FTS *fts = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	FTSENT *e;

	while (fts && (e = fts_read(fts)))
		if (e->fts_info != FTS_D)
			remove(e->fts_accpath);
	if (fts)
		fts_close(fts);
}

void world_free(struct world *w)
{
	const char *why;

	if (w->flags & WORLD_SECOND)
		umount2(world_path(w, "second"), MNT_DETACH);
	if (!(w->flags & WORLD_BARE) && world_can_mount(&why))
		umount2(w->tree->path, MNT_DETACH);
	tree_free(w->tree);
	w->tree = NULL;
	remove_side(w->side);
}

static int deadline = WORLD_SECONDS;

void world_seconds(int seconds)
{
	deadline = seconds ? seconds : WORLD_SECONDS;
}

long world_ms(void)
{
	const char *slow = getenv("TEST_SLOW");

	return deadline * 1000L * (slow ? atol(slow) : 1);
}

/* ---- running ---- */

static void limit(int what, rlim_t to)
{
	const struct rlimit r = {to, to};

	setrlimit((__rlimit_resource_t)what, &r);
}

static void limits(void)
{
	limit(RLIMIT_NOFILE, WORLD_FDS);
	limit(RLIMIT_CORE, 0);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
	limit(RLIMIT_AS, WORLD_MEMORY);
#endif
}

static void setting(struct world *w)
{
	const char *path = getenv("PATH");
	struct str p = STR_INIT;

	str_adds(&p, path ? path : "/usr/bin:/bin");
	clearenv();
	setenv("PATH", p.buf, 1);
	setenv("HOME", world_path(w, "home"), 1);
	setenv("LC_ALL", "C.UTF-8", 1);
	setenv("TZ", "UTC", 1);
	/* The leak checker does not work below a tracer. */
	setenv("ASAN_OPTIONS", "detect_leaks=0", 1);
	if (w->bug)
		setenv("STANDIN_BUG", w->bug, 1);
	umask(022);
}

static size_t add_words(char *line, const char **argv, size_t n, glob_t *globs)
{
	char *save;

	for (char *word = strtok_r(line, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
		if (!strchr(word, '*')) {
			argv[n++] = word;
			continue;
		}
		if (glob(word, 0, NULL, globs) != 0)
			_exit(126);
		for (size_t i = 0; i < globs->gl_pathc && n < WORDS_MAX; i++)
			argv[n++] = globs->gl_pathv[i];
	}
	return n;
}

static void child(struct world *w, const char *const *prefix, const char *line,
		  const struct running *r)
{
	const char *argv[WORDS_MAX + 2] = {0};
	char *copy = strdup(line);
	glob_t globs = {0};
	size_t n = 0;
	int null = open("/dev/null", O_RDONLY);

	setsid();
	setting(w);
	if (chdir(world_path(w, "work")) < 0)
		_exit(126);
	while (prefix && prefix[n]) {
		argv[n] = prefix[n];
		n++;
	}
	argv[n++] = w->program;
	add_words(copy, argv, n, &globs);
	dup2(null, 0);
	dup2(r->out, 1);
	dup2(r->err, 2);
	closefrom(3);
	limits();
	if ((w->flags & WORLD_NOBODY) &&
	    (setgroups(0, NULL) < 0 || setresgid(NOBODY, NOBODY, NOBODY) < 0 ||
	     setresuid(NOBODY, NOBODY, NOBODY) < 0))
		_exit(126);
	execvp(argv[0], (char *const *)(uintptr_t)argv);
	_exit(126);
}

void world_start(struct world *w, const char *const *prefix, const char *line, struct running *r)
{
	r->out = memfd_create("out", MFD_CLOEXEC);
	r->err = memfd_create("err", MFD_CLOEXEC);
	assert_true(r->out >= 0 && r->err >= 0);
	fflush(NULL);
	r->pid = fork();
	assert_true(r->pid >= 0);
	if (r->pid == 0)
		child(w, prefix, line, r);
}

static void slurp(int fd, struct str *out)
{
	char buf[4096];
	off_t at = 0;
	ssize_t n;

	str_init(out);
	while ((n = pread(fd, buf, sizeof(buf), at)) > 0) {
		str_add(out, buf, (size_t)n);
		at += n;
	}
	close(fd);
}

static bool ends_within(pid_t pid, long ms)
{
	struct pollfd p = {.fd = (int)syscall(SYS_pidfd_open, pid, 0), .events = POLLIN};
	int n;

	assert_true(p.fd >= 0);
	do
		n = poll(&p, 1, (int)ms);
	while (n < 0 && errno == EINTR);
	close(p.fd);
	return n > 0;
}

bool world_wait(struct running *r, long ms, struct ran *ret)
{
	int status;

	*ret = (struct ran){0};
	if (!ends_within(r->pid, ms))
		return false;
	assert_int_equal(waitpid(r->pid, &status, 0), r->pid);
	ret->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	slurp(r->out, &ret->out);
	slurp(r->err, &ret->err);
	return true;
}

void world_run(struct world *w, const char *const *prefix, const char *line, struct ran *ret)
{
	struct running r;

	world_start(w, prefix, line, &r);
	if (world_wait(&r, world_ms(), ret))
		return;
	kill(-r.pid, SIGKILL);
	assert_true(world_wait(&r, world_ms(), ret));
	ret->late = true;
}

void ran_done(struct ran *r)
{
	if (r->out.buf)
		str_done(&r->out);
	if (r->err.buf)
		str_done(&r->err);
}
