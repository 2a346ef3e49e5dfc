/* SPDX-License-Identifier: MIT */
#include "program.h"

#include "home.h"
#include "test.h"
#include "tree.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#define ARGS_MAX 64

static const char *own_path(const char *path, char buf[4096])
{
	const char *bin = path ? path : getenv("TROWEL_BIN");

	if (!bin)
		fail_msg("TROWEL_BIN is not set");
	if (bin[0] == '/' || !strchr(bin, '/'))
		return bin;
	/* The child may run in another directory. */
	assert_non_null(getcwd(buf, 2048));
	assert_true(strlen(buf) + strlen(bin) + 2 < 4096);
	strncat(buf, "/", 2);
	strncat(buf, bin, 2000);
	return buf;
}

static void child(const struct program *p, const struct tree *home, const char *path, int in,
		  int out, int err)
{
	const char *argv[ARGS_MAX + 2] = {path};

	for (size_t i = 0; p->argv && p->argv[i] && i < ARGS_MAX; i++)
		argv[i + 1] = p->argv[i];
	home_enter(home);
	for (const char *const *e = p->env; e && e[0]; e += 2) {
		if (e[1])
			setenv(e[0], e[1], 1);
		else
			unsetenv(e[0]);
	}
	if (p->dir && chdir(p->dir) < 0)
		_exit(126);
	if (p->to && strcmp(p->to, "-") != 0)
		out = open(p->to, O_WRONLY);
	if (dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(err, 2) < 0)
		_exit(126);
	if (p->to && strcmp(p->to, "-") == 0)
		close(1);
	execvp(path, (char *const *)(void *)argv);
	_exit(127);
}

/* Input first (it is small), then both outputs as they come. */
static void read_both(struct str *const to[2], const int fds[2])
{
	struct pollfd polls[2] = {{fds[0], POLLIN, 0}, {fds[1], POLLIN, 0}};
	char buf[8192];

	while (polls[0].fd >= 0 || polls[1].fd >= 0) {
		assert_true(poll(polls, 2, -1) > 0);
		for (unsigned i = 0; i < 2; i++) {
			ssize_t n;

			if (polls[i].fd < 0 || !polls[i].revents)
				continue;
			n = read(polls[i].fd, buf, sizeof(buf));
			if (n > 0)
				assert_int_equal(str_add(to[i], buf, (size_t)n), 0);
			else
				polls[i].fd = -1;
		}
	}
}

static void make_pipe(int ends[2])
{
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
}

void program_run(struct program *p)
{
	int in[2], out[2], err[2], status;
	char buf[4096];
	const char *path = own_path(p->path, buf);
	struct tree *home;
	pid_t pid;

	program_done(p);
	make_pipe(in);
	make_pipe(out);
	make_pipe(err);
	home = home_new(0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		child(p, home, path, in[0], out[1], err[1]);
	close(in[0]);
	close(out[1]);
	close(err[1]);
	if (p->input)
		assert_int_equal(write(in[1], p->input, strlen(p->input)), strlen(p->input));
	close(in[1]);
	read_both((struct str *const[2]){&p->out, &p->err}, (const int[2]){out[0], err[0]});
	close(out[0]);
	close(err[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	tree_free(home);
	p->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void program_done(struct program *p)
{
	if (p->out.buf)
		str_done(&p->out);
	if (p->err.buf)
		str_done(&p->err);
	str_init(&p->out);
	str_init(&p->err);
}
