/* SPDX-License-Identifier: MIT */
#include "pty_inside.h"

#include "home.h"
#include "test.h"
#include "tree.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <pty.h>
#include <regex.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <utmp.h>

#define NS_PER_MS     1000000
#define READ_MAX      65536
#define QUIET_MS      14
#define STEADY_ROUNDS 40 /* of which one is quiet, or what is shown is so in all */

int64_t pty_now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

long pty_ms(long ms)
{
	const char *slow = getenv("TEST_SLOW");
	long factor = slow ? strtol(slow, NULL, 10) : 1;

	return ms * (factor > 0 ? factor : 1);
}

/* ---- the child ---- */

static void set_environment(const struct pty_options *o, const struct tree *home)
{
	home_enter(home);
	if (o->term && !*o->term)
		unsetenv("TERM");
	else
		setenv("TERM", o->term ? o->term : "xterm-256color", 1);
	/* The size comes from the terminal alone. */
	unsetenv("LINES");
	unsetenv("COLUMNS");
	for (const char *const *e = o->env; e && *e; e++) {
		const char *eq = strchr(*e, '=');
		if (!eq) {
			unsetenv(*e);
			continue;
		}
		char *name = strndup(*e, (size_t)(eq - *e));
		if (!name || setenv(name, eq + 1, 1))
			_exit(125);
		free(name);
	}
}

static int run_child(const struct pty_options *o, const struct tree *home)
{
	const char *bin = getenv("TROWEL_BIN");
	const char *argv0[] = {bin ? bin : "build/trowel", NULL};
	const char *const *argv = o->argv ? o->argv : argv0;

	for (int sig = 1; sig < NSIG; sig++)
		signal(sig, SIG_DFL);
	set_environment(o, home);
	if (o->uid && (setgroups(0, NULL) || setgid(o->uid) || setuid(o->uid)))
		return 125;
	if (o->dir && chdir(o->dir))
		return 125;
	if (o->child)
		return o->child(o->ctx);
	execvp(argv[0], (char *const *)(uintptr_t)argv);
	return 127;
}

/* ---- start and end ---- */

struct pty *pty_open(const struct pty_options *o)
{
	struct pty *p = calloc(1, sizeof(*p));

	assert_non_null(p);
	p->rows = o->rows ? o->rows : 24;
	p->cols = o->cols ? o->cols : 80;
	struct winsize size = {.ws_row = (unsigned short)p->rows,
			       .ws_col = (unsigned short)p->cols};
	assert_int_equal(openpty(&p->master, &p->slave, NULL, NULL, &size), 0);
	fcntl(p->master, F_SETFD, FD_CLOEXEC);
	fcntl(p->slave, F_SETFD, FD_CLOEXEC);
	if (o->uid)
		assert_int_equal(fchown(p->slave, o->uid, o->uid), 0);
	assert_int_equal(tcgetattr(p->slave, &p->before), 0);
	if (!o->blind)
		pty_start_emulator(p);
	p->home = home_new(o->uid);
	fflush(NULL);
	p->started = pty_now_ns();
	p->pid = fork();
	assert_true(p->pid >= 0);
	if (p->pid == 0) {
		close(p->master);
		if (login_tty(p->slave))
			_exit(126);
		_exit(run_child(o, p->home));
	}
	p->pidfd = (int)syscall(SYS_pidfd_open, p->pid, 0);
	return p;
}

void pty_hang_up(struct pty *p)
{
	if (p->slave >= 0)
		close(p->slave);
	if (p->master >= 0)
		close(p->master);
	p->master = p->slave = -1;
	p->gone = true;
}

void pty_close(struct pty *p)
{
	if (!p)
		return;
	if (!p->reaped) {
		kill(p->pid, SIGKILL);
		kill(p->pid, SIGCONT);
		waitpid(p->pid, NULL, 0);
	}
	pty_hang_up(p);
	if (p->pidfd >= 0)
		close(p->pidfd);
	if (p->vt)
		vterm_free(p->vt);
	tree_free(p->home);
	free(p->log);
	free(p->text);
	free(p);
}

pid_t pty_pid(const struct pty *p)
{
	return p->pid;
}

static bool reap(struct pty *p)
{
	if (!p->reaped && waitpid(p->pid, &p->status, WNOHANG) == p->pid)
		p->reaped = true;
	return p->reaped;
}

/* ---- reading ---- */

static void take(struct pty *p, const char *bytes, size_t len)
{
	p->last = pty_now_ns();
	if (!p->first)
		p->first = p->last;
	if (p->log_len + len + 1 > p->log_cap) {
		p->log_cap = (p->log_len + len + 1) * 2;
		p->log = realloc(p->log, p->log_cap);
		assert_non_null(p->log);
	}
	memcpy(p->log + p->log_len, bytes, len);
	p->log_len += len;
	p->log[p->log_len] = '\0';
	p->rate_read += len;
	if (p->vt)
		vterm_input_write(p->vt, bytes, len);
}

/* Bytes that a slow line would have carried by now. */
static size_t allowance(const struct pty *p)
{
	if (p->rate == PTY_UNTHROTTLED)
		return READ_MAX;
	if (p->rate < 0)
		return 0;
	double due = (double)(pty_now_ns() - p->rate_since) / 1e9 * (double)p->rate;
	size_t n = due > (double)p->rate_read ? (size_t)due - p->rate_read : 0;
	return n < READ_MAX ? n : READ_MAX;
}

long pty_pump(struct pty *p, long ms)
{
	static char buf[READ_MAX];
	size_t room = allowance(p);

	/* On a throttled line, look again when the next byte is due. */
	if (p->rate > 0 && room == 0 && ms > 1 + 1000 / p->rate)
		ms = 1 + 1000 / p->rate;
	struct pollfd fds[] = {{.fd = room ? p->master : -1, .events = POLLIN},
			       {.fd = p->reaped ? -1 : p->pidfd, .events = POLLIN}};
	if (p->pidfd < 0 && ms > 10)
		ms = 10;
	int n = poll(fds, 2, (int)(ms < 0 ? 0 : ms));
	if (fds[1].revents)
		reap(p);
	if (n <= 0 || !(fds[0].revents & POLLIN))
		return p->gone || (fds[0].revents & (POLLHUP | POLLERR)) ? -1 : 0;
	ssize_t got = read(p->master, buf, room);
	if (got <= 0)
		return got < 0 && (errno == EAGAIN || errno == EINTR) ? 0 : -1;
	take(p, buf, (size_t)got);
	return got;
}

void pty_throttle(struct pty *p, long bytes_per_second)
{
	p->rate = bytes_per_second;
	p->rate_since = pty_now_ns();
	p->rate_read = 0;
}

void pty_flow(struct pty *p, bool on)
{
	assert_int_equal(tcflow(p->slave, on ? TCOON : TCOOFF), 0);
}

/* ---- doing ---- */

void pty_send(struct pty *p, const char *bytes, size_t len)
{
	while (len > 0) {
		ssize_t n = write(p->master, bytes, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			fail_msg("cannot type: %s", strerror(errno));
		bytes += n;
		len -= (size_t)n;
	}
}

void pty_keys(struct pty *p, const char *keys)
{
	pty_send(p, keys, strlen(keys));
}

void pty_resize(struct pty *p, int rows, int cols)
{
	struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)cols};

	p->rows = rows;
	p->cols = cols;
	if (p->vt)
		vterm_set_size(p->vt, rows, cols);
	assert_int_equal(ioctl(p->master, TIOCSWINSZ, &size), 0);
}

void pty_signal(struct pty *p, int sig)
{
	if (!p->reaped)
		kill(p->pid, sig);
}

/* ---- waiting ---- */

bool pty_until(struct pty *p, bool (*cond)(struct pty *p, void *ctx), void *ctx, long ms)
{
	int64_t end = pty_now_ns() + (int64_t)pty_ms(ms) * NS_PER_MS;

	for (;;) {
		if (cond(p, ctx))
			return true;
		int64_t left = end - pty_now_ns();
		if (left <= 0)
			return false;
		/* Once the other end is gone nothing changes any more, but the child may still have
		 * to end. */
		if (pty_pump(p, (long)(left / NS_PER_MS) + 1) < 0 && reap(p))
			return cond(p, ctx);
	}
}

/* A frame may come in pieces, and half of it may have what neither it nor the one before has: what
 * is on the screen is so when the terminal rests, too. Frames are shown PACE_FRAME_MS apart. */
static bool is_steady(struct pty *p, bool (*cond)(struct pty *p, void *ctx), void *ctx)
{
	int64_t now = pty_now_ns(), quiet = (QUIET_MS + pty_ms(1)) * NS_PER_MS;
	int64_t since = now, end = now + STEADY_ROUNDS * quiet;

	while (now - since < quiet && now < end) {
		long n = pty_pump(p, (long)((since + quiet - now) / NS_PER_MS) + 1);
		if (n > 0 && !cond(p, ctx))
			return false;
		if (n < 0)
			break;
		now = pty_now_ns();
		since = n > 0 ? now : since;
	}
	return true;
}

bool pty_steady(struct pty *p, bool (*cond)(struct pty *p, void *ctx), void *ctx, long ms)
{
	int64_t end = pty_now_ns() + (int64_t)pty_ms(ms) * NS_PER_MS;

	while (pty_until(p, cond, ctx, ms))
		if (is_steady(p, cond, ctx))
			return true;
		else if (pty_now_ns() >= end)
			return false;
	return false;
}

struct looked_for {
	regex_t regex;
	bool wanted;
};

static bool looks(struct pty *p, void *ctx)
{
	struct looked_for *l = ctx;

	return (regexec(&l->regex, pty_screen(p), 0, NULL, 0) == 0) == l->wanted;
}

static bool screen_is(struct pty *p, const char *regex, bool wanted, long ms,
		      bool (*wait)(struct pty *p, bool (*cond)(struct pty *p, void *ctx), void *ctx,
				   long ms))
{
	struct looked_for l = {.wanted = wanted};
	bool ok;

	if (regcomp(&l.regex, regex, REG_EXTENDED | REG_NEWLINE | REG_NOSUB))
		fail_msg("bad pattern: %s", regex);
	ok = wait(p, looks, &l, ms);
	regfree(&l.regex);
	return ok;
}

bool pty_sees(struct pty *p, const char *regex, long ms)
{
	return screen_is(p, regex, true, ms, pty_steady);
}

bool pty_loses(struct pty *p, const char *regex, long ms)
{
	return screen_is(p, regex, false, ms, pty_steady);
}

bool pty_glimpses(struct pty *p, const char *regex, long ms)
{
	return screen_is(p, regex, true, ms, pty_until);
}

bool pty_matches(struct pty *p, const char *regex)
{
	return screen_is(p, regex, true, 0, pty_until);
}

/* cmocka's own messages end after 1 KiB. */
void pty_fail(struct pty *p, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fprintf(stderr, "\n%s", pty_screen(p));
	fail();
}

void pty_expect(struct pty *p, const char *regex)
{
	if (!pty_sees(p, regex, PTY_MS))
		pty_fail(p, "not on the screen: %s", regex);
}

void pty_expect_not(struct pty *p, const char *regex)
{
	if (!pty_loses(p, regex, PTY_MS))
		pty_fail(p, "still on the screen: %s", regex);
}

void pty_rest(struct pty *p, long quiet_ms)
{
	int64_t end = pty_now_ns() + (int64_t)pty_ms(PTY_MS) * NS_PER_MS;
	int64_t since = pty_now_ns();

	while (pty_now_ns() < end) {
		int64_t left = since + quiet_ms * NS_PER_MS - pty_now_ns();
		if (left <= 0)
			return;
		long n = pty_pump(p, (long)(left / NS_PER_MS) + 1);
		if (n < 0)
			return;
		if (n > 0)
			since = pty_now_ns();
	}
}

static bool ended(struct pty *p, void *ctx)
{
	(void)ctx;
	return reap(p);
}

bool pty_ended(struct pty *p, long ms, int *ret_status)
{
	if (!pty_until(p, ended, NULL, ms))
		return false;
	while (p->rate == PTY_UNTHROTTLED && pty_pump(p, 0) > 0)
		;
	*ret_status = p->status;
	return true;
}

void pty_expect_exit(struct pty *p, int exit_status)
{
	int status;

	if (!pty_ended(p, PTY_MS, &status))
		pty_fail(p, "has not ended");
	if (!WIFEXITED(status) || WEXITSTATUS(status) != exit_status)
		pty_fail(p, "ended with %#x, not with exit status %d", (unsigned)status,
			 exit_status);
}

const char *pty_log(const struct pty *p, size_t *ret_len)
{
	*ret_len = p->log_len;
	return p->log;
}

size_t pty_bytes(const struct pty *p)
{
	return p->log_len;
}

int64_t pty_started_ns(const struct pty *p)
{
	return p->started;
}

int64_t pty_first_ns(const struct pty *p)
{
	return p->first;
}

int64_t pty_last_ns(const struct pty *p)
{
	return p->last;
}

void pty_termios(const struct pty *p, struct termios *ret_settings)
{
	assert_int_equal(tcgetattr(p->slave, ret_settings), 0);
}

void pty_expect_restored(struct pty *p)
{
	struct termios now;

	pty_termios(p, &now);
	assert_int_equal(now.c_iflag, p->before.c_iflag);
	assert_int_equal(now.c_oflag, p->before.c_oflag);
	assert_int_equal(now.c_cflag, p->before.c_cflag);
	assert_int_equal(now.c_lflag, p->before.c_lflag);
	assert_memory_equal(now.c_cc, p->before.c_cc, sizeof(now.c_cc));
	assert_false(p->alternate);
	assert_true(p->cursor_visible);
}
