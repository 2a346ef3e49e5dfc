/* SPDX-License-Identifier: MIT */
#include "trace.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define ERRORS_MAX 16

struct call_row {
	const char *name;
	enum call_sort sort; /* CALL_OTHER: what its flags say */
	const char *const errors[ERRORS_MAX];
};

/* EINTR is injected once only. That something is not there any more is no error when it is removed.
 */
static const struct call_row rows[] = {
	{"openat",
	 CALL_OTHER,
	 {"EACCES", "ENOSPC", "EROFS", "EMFILE", "ENOMEM", "EIO", "EEXIST", "EDQUOT", "EINTR",
	  "ENOENT"}},
	{"openat2", CALL_OTHER, {"EACCES", "ENOSYS", "EIO", "ELOOP", "EXDEV", "EAGAIN", "EMFILE"}},
	{"mkdirat", CALL_CHANGES, {"EACCES", "ENOSPC", "EROFS", "EEXIST", "EIO", "EMLINK"}},
	{"mkdir", CALL_CHANGES, {"EACCES", "ENOSPC", "EROFS", "EEXIST", "EIO", "EMLINK"}},
	{"renameat2",
	 CALL_CHANGES,
	 {"EACCES", "ENOSPC", "EROFS", "EXDEV", "EIO", "EINVAL", "ENOSYS", "EEXIST", "EPERM",
	  "EBUSY", "ENOENT", "ESTALE", "EDQUOT"}},
	{"renameat",
	 CALL_CHANGES,
	 {"EACCES", "ENOSPC", "EROFS", "EXDEV", "EIO", "EBUSY", "ENOENT", "ENOTEMPTY"}},
	{"rename",
	 CALL_CHANGES,
	 {"EACCES", "ENOSPC", "EROFS", "EXDEV", "EIO", "EBUSY", "ENOENT", "ENOTEMPTY"}},
	{"linkat", CALL_CHANGES, {"EACCES", "EPERM", "EMLINK", "EEXIST", "ENOSPC", "EIO", "EXDEV"}},
	{"link", CALL_CHANGES, {"EACCES", "EPERM", "EMLINK", "EEXIST", "ENOSPC", "EIO", "EXDEV"}},
	{"unlinkat",
	 CALL_CHANGES,
	 {"EACCES", "EPERM", "EBUSY", "EROFS", "EIO", "ENOTEMPTY", "EISDIR"}},
	{"unlink", CALL_CHANGES, {"EACCES", "EPERM", "EBUSY", "EROFS", "EIO", "EISDIR"}},
	{"rmdir", CALL_CHANGES, {"EACCES", "EBUSY", "EROFS", "EIO", "ENOTEMPTY"}},
	{"symlinkat", CALL_CHANGES, {"EACCES", "ENOSPC", "EROFS", "EEXIST", "EIO", "EPERM"}},
	{"symlink", CALL_CHANGES, {"EACCES", "ENOSPC", "EROFS", "EEXIST", "EIO", "EPERM"}},
	{"write", CALL_CHANGES, {"ENOSPC", "EIO", "EDQUOT", "EINTR", "EPIPE"}},
	{"pwrite64", CALL_CHANGES, {"ENOSPC", "EIO", "EDQUOT", "EINTR"}},
	{"writev", CALL_CHANGES, {"ENOSPC", "EIO", "EDQUOT", "EINTR"}},
	{"fsync", CALL_CHANGES, {"EIO", "ENOSPC", "EINVAL", "EINTR"}},
	{"fdatasync", CALL_CHANGES, {"EIO", "ENOSPC", "EINVAL", "EINTR"}},
	{"syncfs", CALL_CHANGES, {"EIO", "ENOSPC"}},
	{"ftruncate", CALL_CHANGES, {"EIO", "EFBIG", "EPERM"}},
	{"fchmod", CALL_CHANGES, {"EPERM", "EROFS", "EIO", "EACCES"}},
	{"fchmodat", CALL_CHANGES, {"EPERM", "EROFS", "EIO", "EACCES", "EOPNOTSUPP"}},
	{"chmod", CALL_CHANGES, {"EPERM", "EROFS", "EIO", "EACCES"}},
	{"fchown", CALL_CHANGES, {"EPERM", "EROFS", "EIO", "EDQUOT"}},
	{"fchownat", CALL_CHANGES, {"EPERM", "EROFS", "EIO", "EDQUOT"}},
	{"utimensat", CALL_CHANGES, {"EPERM", "EROFS", "EIO", "EACCES"}},
	{"fallocate", CALL_CHANGES, {"ENOSPC", "EOPNOTSUPP"}},
	{"mknodat", CALL_CHANGES, {"EACCES", "ENOSPC", "EEXIST"}},
	{"setxattr", CALL_CHANGES, {"EPERM", "EOPNOTSUPP", "ENOSPC"}},
	{"removexattr", CALL_CHANGES, {"EPERM", "ENODATA"}},
	{"fsetxattr", CALL_CHANGES, {"EPERM", "EOPNOTSUPP", "ENOSPC"}},
	{"statx", CALL_READS, {"EACCES", "EIO", "ENOENT", "ENOMEM", "ESTALE"}},
	{"newfstatat", CALL_READS, {"EACCES", "EIO", "ENOENT", "ENOMEM", "ESTALE"}},
	{"getdents64", CALL_READS, {"EIO", "EACCES", "ENOENT"}},
	{"read", CALL_READS, {"EIO", "EINTR"}},
	{"pread64", CALL_READS, {"EIO", "EINTR"}},
	{"readlinkat", CALL_READS, {"EIO", "EACCES", "ENOENT", "EINVAL"}},
	{"readlink", CALL_READS, {"EIO", "EACCES", "ENOENT", "EINVAL"}},
	{"fstatfs", CALL_READS, {"EIO", "ENOSYS"}},
	{"statfs", CALL_READS, {"EIO", "EACCES"}},
	{"flock", CALL_READS, {"EWOULDBLOCK", "ENOLCK", "EINTR"}},
	{"lseek", CALL_READS, {"EINVAL", "EIO"}},
	{"getrandom", CALL_READS, {"EAGAIN", "ENOSYS"}},
	{"getcwd", CALL_READS, {"ENOENT", "EACCES"}},
	{"faccessat2", CALL_READS, {"EACCES", "EIO", "ENOSYS"}},
	{"faccessat", CALL_READS, {"EACCES", "EIO"}},
	{"socketpair", CALL_OTHER, {NULL}},
};

static const struct call_row *row_of(const char *name)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (strcmp(rows[i].name, name) == 0)
			return &rows[i];
	return NULL;
}

const char *const *call_errors(const struct call *c)
{
	return row_of(c->name)->errors;
}

static enum call_sort sort_of(const struct call *c)
{
	const struct call_row *row = row_of(c->name);

	if (!row)
		return CALL_OTHER;
	if (row->sort != CALL_OTHER || strncmp(c->name, "openat", 6) != 0)
		return row->sort;
	return strstr(c->args, "O_CREAT") || strstr(c->args, "O_TRUNC") ? CALL_CHANGES : CALL_READS;
}

unsigned calls_count(const struct calls *c, enum call_sort sort)
{
	unsigned n = 0;

	for (size_t i = 0; i < c->n; i++)
		n += c->at[i].sort == sort;
	return n;
}

void calls_done(struct calls *c)
{
	for (size_t i = 0; i < c->n; i++) {
		free(c->at[i].args);
		free(c->at[i].result);
	}
	free(c->at);
	*c = (struct calls){0};
}

bool trace_possible(const char **ret_why)
{
	static int known; /* 1: yes, 2: no */

	if (!known)
		known = system("strace -f -o /dev/null -e inject=renameat2:error=EIO true "
			       "2>/dev/null") == 0
				? 1
				: 2;
	*ret_why = known == 1 ? NULL : "needs strace, and the right to trace";
	return known == 1;
}

/* ---- all of them ---- */

static void add_call(struct calls *c, const struct call *call)
{
	if (c->n == c->cap) {
		c->cap = c->cap ? 2 * c->cap : 128;
		c->at = realloc(c->at, c->cap * sizeof(*c->at));
		assert_non_null(c->at);
	}
	c->at[c->n++] = *call;
}

static void forget(struct call *call)
{
	free(call->args);
	free(call->result);
}

/* How often each name was seen: few names, so that a list does. */
struct counts {
	char names[128][24];
	unsigned n[128];
};

static unsigned count_up(struct counts *counts, const char *name)
{
	size_t i = 0;

	while (i < 127 && counts->names[i][0] && strcmp(counts->names[i], name) != 0)
		i++;
	snprintf(counts->names[i], sizeof(counts->names[i]), "%s", name);
	return ++counts->n[i];
}

/* "123 name(args) = result". False: it is none. */
static bool read_line(char *line, struct call *ret, long *ret_pid)
{
	char *p = line, *open, *is, *equals;

	*ret_pid = strtol(line, &p, 10);
	while (*p == ' ')
		p++;
	open = strchr(p, '(');
	is = strstr(p, " <unfinished ...>"); /* another thread came between */
	for (char *q = open ? strstr(open, ") ") : NULL; q; q = strstr(q + 1, ") ")) {
		char *r = q + 1 + strspn(q + 1, " ");

		if (*r == '=')
			is = q;
	}
	if (!open || !is || !islower((unsigned char)*p) || (size_t)(open - p) >= sizeof(ret->name))
		return false;
	*ret = (struct call){0};
	memcpy(ret->name, p, (size_t)(open - p));
	ret->args = strndup(open + 1, (size_t)MAX(is - open - 1, 0));
	equals = strstr(is, "= ");
	ret->result = strdup(equals ? equals + 2 : "?");
	ret->told = strcmp(ret->name, "write") == 0 &&
		    (strncmp(ret->args, "1<", 2) == 0 || strncmp(ret->args, "2<", 2) == 0);
	return true;
}

/* How often two threads wait for each other is another number each time, so that is left out. */
static void share(struct calls *c, const char *shared)
{
	unsigned k = 0;
	size_t n = 0;

	for (size_t i = 0; i < c->n; i++) {
		if (strcmp(c->at[i].name, "futex") == 0) {
			forget(&c->at[i]);
			continue;
		}
		if (strcmp(c->at[i].name, shared) == 0) {
			c->at[i].nth = k / 2 + 1;
			c->at[i].again = k++ % 2;
		}
		c->at[n++] = c->at[i];
	}
	c->n = n;
}

/* Of another thread. */
static void elsewhere(struct calls *c, struct call *call, const char *shared)
{
	bool is_shared = shared && strcmp(call->name, shared) == 0;

	if (is_shared)
		add_call(c, call);
	else
		forget(call);
	c->shared += is_shared;
	c->elsewhere += !is_shared && call->sort == CALL_CHANGES;
}

static void read_trace(const char *path, const char *shared, struct calls *c)
{
	FILE *f = fopen(path, "re");
	struct counts *counts = calloc(1, sizeof(*counts));
	bool loads = true, threads = false;
	char *line = NULL;
	size_t cap = 0;
	long first = 0;

	assert_true(f && counts);
	while (getline(&line, &cap, f) > 0) {
		struct call call;
		long pid;

		line[strcspn(line, "\n")] = '\0';
		if (!read_line(line, &call, &pid))
			continue;
		first = first ? first : pid;
		call.sort = sort_of(&call);
		if (pid != first) {
			elsewhere(c, &call, shared);
			continue;
		}
		call.nth = count_up(counts, call.name);
		/* The loader ends with giving back its cache, which it maps before it knows the
		 * thread. */
		threads = threads || strcmp(call.name, "set_tid_address") == 0;
		if (!loads) {
			add_call(c, &call);
			continue;
		}
		loads = !(threads && strcmp(call.name, "munmap") == 0);
		forget(&call);
	}
	if (shared)
		share(c, shared);
	free(line);
	free(counts);
	fclose(f);
}

void trace_all(struct world *w, const char *line, const char *shared, struct calls *ret_calls,
	       struct ran *ret)
{
	char log[96];
	const char *prefix[] = {"strace", "-f", "-q", "-y", "-s", "400", "-o", log, NULL};

	snprintf(log, sizeof(log), "%s/all", w->side);
	*ret_calls = (struct calls){0};
	world_run(w, prefix, line, ret);
	read_trace(log, shared, ret_calls);
}

/* ---- one of them ---- */

static bool file_says(const char *path, const char *text)
{
	FILE *f = fopen(path, "re");
	char line[8192];
	bool says = false;

	while (f && !says && fgets(line, sizeof(line), f))
		says = strstr(line, text);
	if (f)
		fclose(f);
	return says;
}

void trace_inject(struct world *w, const char *line, const struct injection *i, struct ran *ret,
		  bool *ret_hit)
{
	bool signals = strncmp(i->what, "signal", 6) == 0;
	bool kills = strcmp(i->what, "signal=KILL") == 0;
	char log[96], what[160], trace[64];
	const char *prefix[12] = {"strace", "-f", "-q", "-o", log, "-e", trace, "-e", what};

	/* With the filter signals are not injected. */
	if (!signals)
		prefix[9] = "--seccomp-bpf";
	snprintf(log, sizeof(log), "%s/one", w->side);
	snprintf(trace, sizeof(trace), "trace=%s", i->call);
	snprintf(what, sizeof(what), "inject=%s:%s:when=%s", i->call, i->what, i->when);
	world_run(w, prefix, line, ret);
	*ret_hit = kills ? ret->status == 128 + SIGKILL && !ret->late
			 : file_says(log, signals ? "--- SIG" : "(INJECTED)");
}

/* Reads lines as they come; at each stop somebody else's turn. */
static unsigned watch(int fd, pid_t pid, void (*at)(void *ctx, pid_t pid), void *ctx)
{
	struct str text = STR_INIT;
	unsigned stops = 0;
	char buf[4096], *end;

	for (;;) {
		struct pollfd p = {.fd = fd, .events = POLLIN};
		ssize_t n;

		if (poll(&p, 1, (int)world_ms()) <= 0) {
			kill(-pid, SIGKILL);
			break;
		}
		n = read(fd, buf, sizeof(buf));
		if (n <= 0)
			break;
		str_add(&text, buf, (size_t)n);
		while ((end = strchr(text.buf, '\n'))) {
			*end = '\0';
			if (strstr(text.buf, "--- stopped by SIGSTOP")) {
				stops++;
				at(ctx, (pid_t)atol(text.buf));
				kill((pid_t)atol(text.buf), SIGCONT);
			}
			str_remove(&text, 0, (size_t)(end - text.buf) + 1);
		}
	}
	str_done(&text);
	return stops;
}

unsigned trace_stop(struct world *w, const char *line, const char *calls, unsigned nth,
		    void (*at)(void *ctx, pid_t pid), void *ctx, struct ran *ret)
{
	char log[96], what[512], trace[400];
	const char *prefix[] = {"strace", "-f", "-q", "-o", log, "-e", trace, "-e", what, NULL};
	struct running r;
	unsigned stops;
	int fd;

	snprintf(log, sizeof(log), "%s/stops", w->side);
	unlink(log);
	assert_int_equal(mkfifo(log, 0666), 0);
	assert_int_equal(chmod(log, 0666), 0);
	snprintf(trace, sizeof(trace), "trace=%s", calls);
	snprintf(what, sizeof(what), "inject=%s:signal=STOP", calls);
	if (nth)
		snprintf(what, sizeof(what), "inject=%s:signal=STOP:when=%u", calls, nth);
	fd = open(log, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	assert_true(fd >= 0);
	world_start(w, prefix, line, &r);
	stops = watch(fd, r.pid, at, ctx);
	close(fd);
	if (world_wait(&r, world_ms(), ret))
		return stops;
	kill(-r.pid, SIGKILL);
	assert_true(world_wait(&r, world_ms(), ret));
	ret->late = true;
	return stops;
}
