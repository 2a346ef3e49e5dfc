/* SPDX-License-Identifier: MIT */
#include "app/handback.h"

#include "app/verb.h"
#include "base/display.h"
#include "fs/sys.h"
#include "fs/whole.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define FILE_FLAGS (O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY)

/* The output stays with us under another number, the screen takes its place. Where there is no
 * terminal at all, term_start() says so. */
static void take_terminal(struct handback *h)
{
	bool in = isatty(STDIN_FILENO), out = isatty(STDOUT_FILENO);
	int tty;

	if (in && out)
		return;
	tty = sys_openat(AT_FDCWD, "/dev/tty", O_RDWR | O_CLOEXEC, 0);
	if (tty < 0)
		return;
	if (!out) {
		h->out = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
		(void)dup2(tty, STDOUT_FILENO);
	}
	if (!in)
		(void)dup2(tty, STDIN_FILENO);
	(void)sys_close(tty);
}

void handback_screen(const struct explore_options *options, struct handback *ret_handback)
{
	*ret_handback = (struct handback){.cwd = -1, .out = -1, .chosen = STR_INIT};
	if (options->choose != CHOOSE_NOTHING)
		take_terminal(ret_handback);
}

/* What the file had before would be taken for an answer when there is none. */
int handback_open(const struct explore_options *options, struct handback *h)
{
	int fd;

	if (!options->cwd_file)
		return EXIT_ALL_DONE;
	fd = sys_openat(AT_FDCWD, options->cwd_file, FILE_FLAGS, 0600);
	if (fd < 0) {
		verb_error("", options->cwd_file, fd);
		return EXIT_USAGE;
	}
	h->cwd = fd;
	return EXIT_ALL_DONE;
}

int handback_cwd(struct handback *h, const struct explore_options *options, const char *path)
{
	int err, closed;

	if (h->cwd < 0)
		return 0;
	err = whole_write(h->cwd, path, strlen(path));
	closed = sys_close(h->cwd);
	h->cwd = -1;
	err = err ? err : closed;
	if (err)
		verb_error("", options->cwd_file, err);
	return err;
}

static bool to_output(const struct explore_options *options)
{
	return !options->choose_to || strcmp(options->choose_to, "-") == 0;
}

/* On a terminal a person reads it, and may paste it. */
static bool for_people(const struct handback *h, const struct explore_options *options)
{
	return to_output(options) && h->out < 0;
}

int handback_add(struct handback *h, const struct explore_options *options, const char *path)
{
	size_t before = h->chosen.len;
	int err;

	if (!options->null && !for_people(h, options) && strchr(path, '\n'))
		return -EILSEQ;
	err = for_people(h, options) ? display_shell(&h->chosen, path, strlen(path))
				     : str_adds(&h->chosen, path);
	if (!err)
		err = str_addc(&h->chosen, options->null && !for_people(h, options) ? '\0' : '\n');
	if (err)
		str_cut(&h->chosen, before);
	return err;
}

/* Half a list would be taken for all of it. */
static int write_file(const struct handback *h, const char *file)
{
	int fd = sys_openat(AT_FDCWD, file, FILE_FLAGS, 0600), err, closed;

	if (fd < 0)
		return fd;
	err = whole_write(fd, h->chosen.buf, h->chosen.len);
	closed = sys_close(fd);
	err = err ? err : closed;
	if (!err)
		return 0;
	/* A FIFO whose reader went away would wait for the next one. */
	fd = sys_openat(AT_FDCWD, file, O_WRONLY | O_TRUNC | O_NONBLOCK | O_CLOEXEC | O_NOCTTY, 0);
	if (fd >= 0)
		(void)sys_close(fd);
	return err;
}

int handback_chosen(struct handback *h, const struct explore_options *options)
{
	int fd = h->out >= 0 ? h->out : STDOUT_FILENO, err;

	err = to_output(options) ? whole_write(fd, h->chosen.buf, h->chosen.len)
				 : write_file(h, options->choose_to);
	if (err)
		verb_error("", to_output(options) ? "standard output" : options->choose_to, err);
	return err;
}

void handback_close(struct handback *h)
{
	if (h->cwd >= 0)
		(void)sys_close(h->cwd);
	if (h->out >= 0)
		(void)sys_close(h->out);
	h->cwd = h->out = -1;
	str_done(&h->chosen);
}
