/* SPDX-License-Identifier: MIT */
#include "fs/oplog.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/display.h"
#include "base/path.h"
#include "fs/saver.h"
#include "fs/stat.h"
#include "fs/sys.h"
#include "fs/trusted.h"

#define TRIES 8u

struct oplog {
	int dirfd, fd;
	bool locked;
	struct str line, bytes;
};

static const char *const state_words[] = {
	[STEP_OPEN] = "begun",         [STEP_DONE] = "done",      [STEP_NOT_DONE] = "not done",
	[STEP_PARTLY] = "partly done", [STEP_LOST] = "not known",
};

/* ---- the file ---- */

static int check_file(int fd, struct meta *ret_meta, const char **ret_why)
{
	int r = stat_fd(fd, ret_meta, NULL);

	if (r < 0)
		return r;
	*ret_why = "the log is not a regular file";
	if (!S_ISREG(ret_meta->mode))
		return -EPERM;
	*ret_why = "the log belongs to someone else";
	if (ret_meta->uid != geteuid())
		return -EPERM;
	*ret_why = "others may write the log (chmod go-w would help)";
	if (ret_meta->mode & 022)
		return -EPERM;
	*ret_why = "the log has more than one name (a hard link)";
	if (ret_meta->nlink > 1)
		return -EPERM;
	*ret_why = NULL;
	return 0;
}

/* Descriptor or -errno. A FIFO that nobody reads is -ENXIO. */
static int open_file(int dirfd, const char **ret_why)
{
	int fd = sys_openat(dirfd, OPLOG_NAME,
			    O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY |
				    O_CLOEXEC,
			    0600);
	struct meta meta;
	int r;

	*ret_why = fd == -ELOOP || fd == -ENXIO ? "the log is not a regular file" : NULL;
	if (fd < 0)
		return *ret_why ? -EPERM : fd;
	r = check_file(fd, &meta, ret_why);
	if (r < 0)
		sys_close(fd);
	return r < 0 ? r : fd;
}

static int open_in(const char *path, struct oplog *log, const char **ret_why)
{
	int r = trusted_place(path, ret_why);

	if (r < 0)
		return r;
	log->dirfd = saver_open_parent(path);
	if (log->dirfd < 0)
		return log->dirfd;
	log->fd = open_file(log->dirfd, ret_why);
	return log->fd < 0 ? log->fd : 0;
}

int oplog_open(const char *state_dir, struct oplog **ret_log, const char **ret_why)
{
	struct oplog *log = calloc(1, sizeof(*log));
	struct str path = STR_INIT;
	int r = log ? path_join(&path, state_dir, OPLOG_NAME, strlen(OPLOG_NAME)) : -ENOMEM;

	*ret_why = NULL;
	if (log) {
		log->dirfd = log->fd = -1;
		str_init(&log->line);
		str_init(&log->bytes);
	}
	if (r == 0)
		r = state_dir[0] == '/' ? open_in(path.buf, log, ret_why) : -EINVAL;
	str_done(&path);
	if (r < 0)
		oplog_close(log);
	else
		*ret_log = log;
	return r;
}

void oplog_close(struct oplog *log)
{
	if (!log)
		return;
	if (log->fd >= 0)
		sys_close(log->fd);
	if (log->dirfd >= 0)
		sys_close(log->dirfd);
	str_done(&log->line);
	str_done(&log->bytes);
	free(log);
}

/* ---- a line ---- */

static int add_safe(struct oplog *log)
{
	int r = display_add(&log->line, log->bytes.buf, log->bytes.len, false);

	str_clear(&log->bytes);
	return r;
}

static int add_place(struct oplog *log, const struct step_place *place)
{
	int r = step_path(place, &log->bytes);

	return r == 0 ? add_safe(log) : r;
}

static int add_text(struct oplog *log, const char *text)
{
	int r = str_adds(&log->bytes, text);

	return r == 0 ? add_safe(log) : r;
}

/* What it is now, of what only changes. */
static int add_change(struct oplog *log, const struct step *s)
{
	int r = 0;

	if (s->kind == STEP_MODE)
		r = str_addf(&log->line, "  %04o -> %04o", s->was.mode, s->now.mode);
	else if (s->kind == STEP_OWNER)
		r = str_addf(&log->line, "  %u:%u -> %u:%u", s->was.uid, s->was.gid, s->now.uid,
			     s->now.gid);
	else if (s->kind == STEP_SYMLINK && s->target) {
		r = str_adds(&log->line, " -> ");
		if (r == 0)
			r = add_text(log, s->target);
	}
	return r;
}

static int add_step(struct oplog *log, const struct step *s)
{
	int r;

	if (s->kind == STEP_UNKNOWN) {
		r = step_describe(s, &log->bytes);
		return r == 0 ? add_safe(log) : r;
	}
	r = str_addf(&log->line, "%s  ", step_kind_name(s->kind));
	if (r == 0 && s->from.dir)
		r = add_place(log, &s->from);
	if (r == 0 && s->from.dir && s->to.dir)
		r = str_adds(&log->line, " -> ");
	if (r == 0 && s->to.dir)
		r = add_place(log, &s->to);
	return r == 0 ? add_change(log, s) : r;
}

static int add_time(struct str *out, int64_t now)
{
	time_t sec = (time_t)now;
	char buf[64];
	struct tm tm;

	if (!localtime_r(&sec, &tm) || tm.tm_year < -1900 || tm.tm_year > 9999 - 1900)
		return str_addf(out, "@%" PRId64, now);
	strftime(buf, sizeof(buf), "%Y-%m-%d %H:%M:%S %z", &tm);
	return str_adds(out, buf);
}

static int add_result(struct oplog *log, enum step_state state, int err, const char *why)
{
	int r = str_addf(&log->line, "  %s", state_words[state]);

	if (r == 0 && why && why[0]) {
		r = str_adds(&log->line, ": ");
		if (r == 0)
			r = add_text(log, why);
	}
	if (r == 0 && err < 0) {
		const char *words = strerrordesc_np(-err);

		r = words ? str_addf(&log->line, " (%s)", words)
			  : str_addf(&log->line, " (error %d)", -err);
	}
	return r == 0 ? str_addc(&log->line, '\n') : r;
}

static int make_line(struct oplog *log, int64_t now, uint64_t id, const struct step *step,
		     enum step_state state, int err, const char *why)
{
	int r;

	str_clear(&log->line);
	str_clear(&log->bytes);
	r = add_time(&log->line, now);
	if (r == 0)
		r = str_addf(&log->line, "  #%" PRIu64 "  ", id);
	if (r == 0)
		r = add_step(log, step);
	return r == 0 ? add_result(log, state, err, why) : r;
}

/* ---- writing it ---- */

/* The file that has the name now: another program may just have begun a new one. */
static int open_again(struct oplog *log)
{
	const char *why;
	int fd = open_file(log->dirfd, &why);

	if (fd < 0)
		return fd;
	sys_close(log->fd);
	log->fd = fd;
	return 0;
}

/* Waits for its turn, with the file that has the name; where nothing can be locked nobody waits,
 * and lines stay whole because each is one write(2). The lock ends with the descriptor, or by
 * LOCK_UN. */
static int take_turn(struct oplog *log, struct meta *ret_meta)
{
	for (unsigned i = 0; i < TRIES; i++) {
		struct meta named;
		int r;

		log->locked = sys_flock(log->fd, LOCK_EX) == 0;
		r = stat_fd(log->fd, ret_meta, NULL);
		if (r < 0)
			return r;
		r = stat_at(log->dirfd, OPLOG_NAME, &named, NULL);
		if (r == 0 && file_id_eq(named.id, ret_meta->id))
			return 0;
		if (r < 0 && r != -ENOENT)
			return r;
		r = open_again(log);
		if (r < 0)
			return r;
	}
	return -EAGAIN;
}

/* The old lock is held until the new file has been opened, and whoever waits for it finds that the
 * name is another file's. */
static int rotate(struct oplog *log, struct meta *ret_meta)
{
	int r = sys_renameat(log->dirfd, OPLOG_NAME, log->dirfd, OPLOG_NAME ".1");

	/* Rather a long log than none. */
	return r < 0 ? 0 : take_turn(log, ret_meta);
}

static int write_line(struct oplog *log, const struct meta *meta)
{
	ssize_t n = sys_write(log->fd, log->line.buf, log->line.len);

	if (n == (ssize_t)log->line.len)
		return 0;
	/* Half a line would be the beginning of the next. */
	if (n > 0 && log->locked)
		(void)sys_ftruncate(log->fd, (off_t)meta->size);
	return n < 0 ? (int)n : -ENOSPC;
}

int oplog_add(struct oplog *log, int64_t now, uint64_t id, const struct step *step,
	      enum step_state state, int err, const char *why)
{
	struct meta meta;
	int r = make_line(log, now, id, step, state, err, why);

	if (r == 0)
		r = take_turn(log, &meta);
	if (r == 0 && meta.size > 0 && meta.size + log->line.len > OPLOG_MAX)
		r = rotate(log, &meta);
	if (r == 0)
		r = write_line(log, &meta);
	(void)sys_flock(log->fd, LOCK_UN);
	return r;
}
