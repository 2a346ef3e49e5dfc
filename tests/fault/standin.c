/* SPDX-License-Identifier: MIT
 *
 * A small program that stands in for trowel, so that the harness itself can be tested: it trashes
 * and renames one thing, undoes that and recovers, and does it well; or, with $STANDIN_BUG, with
 *one mistake that the harness must find.
 *
 *	standin rm|rename|undo|recover --yes [NAME [NEW]]
 *
 * Its journal is one action: the file "op" while it goes on, renamed to "done" behind it.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DIR_FLAGS (O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW)
#define PATH_SIZE 2048

struct place {
	char dir[PATH_SIZE];
	char name[256];
	int fd;
};

struct op {
	bool trash;
	struct place from, to;
	unsigned long ino;
};

static int state = -1, info = -1;
static char files_path[PATH_SIZE];

static bool bug(const char *name)
{
	const char *b = getenv("STANDIN_BUG");

	return b && strcmp(b, name) == 0;
}

static int fails(const char *what, int status)
{
	if (bug("crash") && errno == EIO)
		abort();
	if (!bug("silent"))
		fprintf(stderr, "standin: '%s': %s\n", what, strerror(errno));
	return status;
}

/* ---- places ---- */

static int make_dirs(const char *first, const char *const *names)
{
	int fd = open(first, DIR_FLAGS);

	for (size_t i = 0; fd >= 0 && names[i]; i++) {
		int next = mkdirat(fd, names[i], 0700) < 0 && errno != EEXIST
				   ? -1
				   : openat(fd, names[i], DIR_FLAGS);
		int err = errno;

		close(fd);
		errno = err;
		fd = next;
	}
	return fd;
}

static int open_own(void)
{
	const char *home = getenv("HOME");

	state = make_dirs(home, (const char *const[]){".local", "state", "trowel", NULL});
	return state < 0 ? -1 : 0;
}

static int open_trash(struct place *to)
{
	const char *home = getenv("HOME");

	snprintf(files_path, sizeof(files_path), "%s/.local/share/Trash/files", home);
	snprintf(to->dir, sizeof(to->dir), "%s", files_path);
	to->fd = make_dirs(home, (const char *const[]){".local", "share", "Trash", "files", NULL});
	info = make_dirs(home, (const char *const[]){".local", "share", "Trash", "info", NULL});
	return to->fd < 0 || info < 0 ? -1 : 0;
}

/* "d/x": the directory, absolute and open, and the name. */
static int open_place(const char *path, struct place *p)
{
	const char *slash = strrchr(path, '/');
	char cwd[PATH_SIZE / 2];

	if (!getcwd(cwd, sizeof(cwd)))
		return -1;
	snprintf(p->dir, sizeof(p->dir), "%s/%.*s", cwd, slash ? (int)(slash - path) : 1,
		 slash ? path : ".");
	snprintf(p->name, sizeof(p->name), "%s", slash ? slash + 1 : path);
	p->fd = open(p->dir, bug("inherits") ? DIR_FLAGS & ~O_CLOEXEC : DIR_FLAGS);
	return p->fd < 0 ? -1 : 0;
}

static bool is_at(const struct place *p, unsigned long ino)
{
	struct stat st;

	return fstatat(p->fd, p->name, &st, AT_SYMLINK_NOFOLLOW) == 0 && st.st_ino == ino;
}

/* ---- the journal ---- */

static int write_op(const struct op *op, bool late)
{
	char text[3 * PATH_SIZE];
	int fd, n, rc;

	if (bug("no-journal") && !late)
		return 0;
	n = snprintf(text, sizeof(text), "%d\n%s\n%s\n%s\n%s\n%lu\n", op->trash, op->from.dir,
		     op->from.name, op->to.dir, op->to.name, op->ino);
	fd = openat(state, "op", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return -1;
	rc = write(fd, text, (size_t)n) == n && fsync(fd) == 0 && fsync(state) == 0 ? 0 : -1;
	if (rc < 0) {
		int err = errno;

		unlinkat(state, "op", 0);
		errno = err;
	}
	close(fd);
	return rc;
}

static int read_op(const char *name, struct op *op)
{
	int fd = openat(state, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW), trash;
	char text[3 * PATH_SIZE];
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	if (fd >= 0)
		close(fd);
	if (n < 0)
		return -1;
	text[n] = '\0';
	if (sscanf(text, "%d\n%2047[^\n]\n%255[^\n]\n%2047[^\n]\n%255[^\n]\n%lu\n", &trash,
		   op->from.dir, op->from.name, op->to.dir, op->to.name, &op->ino) != 6) {
		errno = ENOENT; /* cut off: nothing was begun */
		unlinkat(state, name, 0);
		return -1;
	}
	op->trash = trash;
	op->from.fd = open(op->from.dir, DIR_FLAGS);
	if (op->trash ? open_trash(&op->to) < 0 : (op->to.fd = open(op->to.dir, DIR_FLAGS)) < 0)
		return -1;
	return op->from.fd < 0 ? -1 : 0;
}

static int end_op(void)
{
	if (renameat(state, "op", state, "done") < 0)
		return -1;
	return bug("no-fsync") ? 0 : fsync(state);
}

/* ---- doing it ---- */

static void info_name(const struct op *op, char name[300])
{
	snprintf(name, 300, "%s.trashinfo", op->to.name);
}

static int write_info(const struct op *op)
{
	char name[300], text[2 * PATH_SIZE + 400];
	int fd, n, rc;

	info_name(op, name);
	n = snprintf(text, sizeof(text),
		     "[Trash Info]\nPath=%s/%s\nDeletionDate=2026-01-01T00:00:00\n", op->from.dir,
		     op->from.name);
	fd = openat(info, name,
		    O_WRONLY | O_CREAT | (bug("no-excl") ? O_TRUNC : O_EXCL) | O_CLOEXEC |
			    O_NOFOLLOW,
		    0600);
	if (fd < 0)
		return -1;
	rc = write(fd, text, (size_t)n) == n && (bug("no-fsync") || fsync(fd) == 0) ? 0 : -1;
	close(fd);
	if (rc == 0 && !bug("no-fsync"))
		rc = fsync(info);
	return rc;
}

static int remove_info(const struct op *op)
{
	char name[300];

	info_name(op, name);
	return unlinkat(info, name, 0) < 0 && errno != ENOENT ? -1 : 0;
}

static int copy_over(const struct place *a, const struct place *b)
{
	char bytes[4096];
	int in = openat(a->fd, a->name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW), out;
	ssize_t n = in < 0 ? -1 : read(in, bytes, sizeof(bytes));

	if (n < 0 || unlinkat(a->fd, a->name, 0) < 0)
		return -1;
	out = openat(b->fd, b->name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	return out < 0 || write(out, bytes, (size_t)n) != n ? -1 : 0;
}

static int move(const struct place *a, const struct place *b)
{
	char from[PATH_SIZE + 300], to[PATH_SIZE + 300];

	if (bug("copies"))
		return copy_over(a, b);
	if (bug("overwrites"))
		return renameat(a->fd, a->name, b->fd, b->name);
	if (!bug("paths"))
		return renameat2(a->fd, a->name, b->fd, b->name, RENAME_NOREPLACE);
	snprintf(from, sizeof(from), "%s/%s", a->dir, a->name);
	snprintf(to, sizeof(to), "%s/%s", b->dir, b->name);
	return renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE);
}

/* Which of the two places it is at, says the directory, not the call. */
static int place(const struct op *op)
{
	int err;

	if (bug("follows"))
		(void)!fchmodat(op->from.fd, op->from.name, 0600, 0);
	err = move(&op->from, &op->to) < 0 ? errno : 0;

	if (bug("lies"))
		return 0;
	errno = err;
	if (err)
		return -1;
	if (bug("copies") || bug("paths") || is_at(&op->to, op->ino))
		return 0;
	/* Something else was put there: it goes back. */
	(void)!renameat2(op->to.fd, op->to.name, op->from.fd, op->from.name, RENAME_NOREPLACE);
	errno = ESTALE;
	return -1;
}

static int sync_dirs(const struct op *op)
{
	if (bug("no-fsync") || bug("lies"))
		return 0;
	return fsync(op->to.fd) < 0 || fsync(op->from.fd) < 0 ? -1 : 0;
}

/* Not done: as if nothing had been begun. What cannot be cleaned is recovery's. */
static void give_up(const struct op *op)
{
	int err = errno;

	if ((!op->trash || remove_info(op) == 0) && !is_at(&op->to, op->ino))
		unlinkat(state, "op", 0);
	errno = err;
}

static int do_once(struct op *op)
{
	bool last = bug("info-last");

	if (write_op(op, false) < 0)
		return -1;
	if ((op->trash && !last && write_info(op) < 0) || place(op) < 0) {
		give_up(op);
		return -1;
	}
	return op->trash && last ? write_info(op) : 0;
}

static int finish(const struct op *op, const char *what)
{
	if (sync_dirs(op) < 0)
		return fails(what, 1);
	if (bug("no-journal") && write_op(op, true) < 0)
		return fails(what, 1);
	if (end_op() < 0 && !bug("lies"))
		return fails(what, 1);
	printf("done: %s\n", what);
	return 0;
}

static int run(struct op *op, const char *what)
{
	struct stat st;
	int rc = -1;

	if (open_own() < 0 || open_place(what, &op->from) < 0 ||
	    fstatat(op->from.fd, op->from.name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return fails(what, 3);
	op->ino = st.st_ino;
	if (op->trash && open_trash(&op->to) < 0)
		return fails(what, 3);
	for (unsigned i = 1; rc < 0 && (bug("spins") || i < 9); i++) {
		if (op->trash)
			snprintf(op->to.name, sizeof(op->to.name), i > 1 ? "%.200s.%u" : "%s",
				 op->from.name, i);
		rc = do_once(op);
		if (rc < 0 && (errno != EEXIST || !op->trash))
			break;
	}
	return rc < 0 ? fails(what, 1) : finish(op, what);
}

/* ---- afterwards ---- */

static int undo(void)
{
	struct op op = {0};
	int rc;

	if (open_own() < 0 || read_op("done", &op) < 0)
		return fails("undo", 3);
	if (!is_at(&op.to, op.ino)) {
		errno = ESTALE;
		return fails("undo", 3);
	}
	rc = renameat2(op.to.fd, op.to.name, op.from.fd, op.from.name, RENAME_NOREPLACE);
	if (rc < 0)
		return fails("undo", 3);
	if (bug("mode"))
		(void)!fchmodat(op.from.fd, op.from.name, 0644, 0);
	if (op.trash)
		remove_info(&op);
	unlinkat(state, "done", 0);
	return 0;
}

static int recover(void)
{
	struct op op = {0};

	if (open_own() < 0)
		return fails("recover", 1);
	if (bug("restless") && read_op("done", &op) == 0)
		utimensat(op.to.fd, op.to.name, NULL, AT_SYMLINK_NOFOLLOW);
	if (read_op("op", &op) < 0)
		return errno == ENOENT ? 0 : fails("recover", 1);
	if (is_at(&op.to, op.ino))
		return end_op() < 0 ? fails("recover", 1) : 0;
	if (op.trash && !bug("no-cleanup") && remove_info(&op) < 0)
		return fails("recover", 1);
	return unlinkat(state, "op", 0) < 0 ? fails("recover", 1) : 0;
}

int main(int argc, char **argv)
{
	struct op op = {0};

	setvbuf(stdout, NULL, _IONBF, 0);
	if (argc == 3 && strcmp(argv[1], "undo") == 0)
		return undo();
	if (argc == 3 && strcmp(argv[1], "recover") == 0)
		return recover();
	if (argc == 4 && strcmp(argv[1], "rm") == 0) {
		op.trash = true;
		return run(&op, argv[3]);
	}
	if (argc == 5 && strcmp(argv[1], "rename") == 0) {
		if (open_place(argv[4], &op.to) < 0)
			return fails(argv[4], 3);
		return run(&op, argv[3]);
	}
	fputs("usage: standin rm|rename|undo|recover --yes [NAME [NEW]]\n", stderr);
	return 2;
}
