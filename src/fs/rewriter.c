/* SPDX-License-Identifier: MIT */
#include "fs/rewriter.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/acl.h"
#include "base/alloc.h"
#include "base/path.h"
#include "fs/saver.h"
#include "fs/stat.h"
#include "fs/sys.h"
#include "fs/tempfile.h"
#include "fs/trusted.h"

#define LINKS_MAX 40 /* as the kernel */

/* A name in an open directory. */
struct spot {
	int dirfd;
	struct str name;
	const char *reason; /* why it is not for us */
};

struct rewrite_job {
	struct job job;
	struct service *service;
	char *path;
	char *was, *bytes; /* was NULL: it is not to exist */
	size_t was_len, len;
};

/* From the directory of a link to that of its target. */
static int step(struct spot *s, const char *target)
{
	const char *slash = strrchr(target, '/'), *name = slash ? slash + 1 : target;
	struct str dir = STR_INIT;
	int rc = str_add(&dir, target, slash ? MAX((size_t)(slash - target), 1) : 0);

	if (rc == 0 && (!*name || strcmp(name, ".") == 0 || strcmp(name, "..") == 0))
		rc = -EISDIR;
	if (rc == 0 && slash) {
		int fd = sys_openat(s->dirfd, dir.buf, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);

		rc = MIN(fd, 0);
		if (fd >= 0) {
			sys_close(s->dirfd);
			s->dirfd = fd;
			rc = trusted_place_fd(fd, &s->reason);
		}
	}
	str_done(&dir);
	if (rc < 0)
		return rc;
	str_clear(&s->name);
	return str_adds(&s->name, name);
}

/* To what the links at the end of the path lead to, which need not exist. */
static int follow_links(struct spot *s)
{
	struct str target = STR_INIT;
	int rc = 0;

	for (int links = 0; rc == 0; links++) {
		str_clear(&target);
		rc = stat_readlink(s->dirfd, s->name.buf, &target);
		if (rc < 0) {
			rc = rc == -EINVAL || rc == -ENOENT ? 0 : rc;
			break;
		}
		rc = links == LINKS_MAX ? -ELOOP : step(s, target.buf);
	}
	str_done(&target);
	return rc;
}

static int open_spot(const char *path, struct spot *ret_spot)
{
	const char *name = path_base(path);
	int rc;

	*ret_spot = (struct spot){.dirfd = -1, .name = STR_INIT};
	if (path[0] != '/' || !name[0])
		return -EINVAL;
	rc = trusted_place(path, &ret_spot->reason);
	if (rc < 0)
		return rc;
	ret_spot->dirfd = saver_open_parent(path);
	if (ret_spot->dirfd < 0)
		return ret_spot->dirfd;
	rc = str_adds(&ret_spot->name, name);
	return rc < 0 ? rc : follow_links(ret_spot);
}

static void close_spot(struct spot *s)
{
	if (s->dirfd >= 0)
		sys_close(s->dirfd);
	str_done(&s->name);
}

static int check_ours(const struct meta *meta, const char **ret_reason)
{
	if (meta->uid != geteuid()) {
		*ret_reason = "it belongs to someone else";
		return -EPERM;
	}
	if (meta->nlink > 1) {
		*ret_reason = "it has other names (hard links), which would keep the old text";
		return -EMLINK;
	}
	/* A rename needs no right to write the file, but somebody took it away on purpose. */
	if (!(meta->mode & S_IWUSR)) {
		*ret_reason = "it is write-protected (chmod u+w would help)";
		return -EPERM;
	}
	return 0;
}

/* What a name of the directory leads to. */
struct found {
	struct str text;
	struct meta meta;
	struct str acl; /* its access list as the kernel has it; empty: it has none */
	bool exists;
};

/* Appends the access list of an open file as the kernel has it; nothing when it has none. */
static int read_acl(int fd, struct str *out)
{
	char *buf = malloc(XATTR_SIZE_MAX);
	ssize_t n;
	int rc = 0;

	if (!buf)
		return -ENOMEM;
	n = sys_fgetxattr(fd, ACL_XATTR_ACCESS, buf, XATTR_SIZE_MAX);
	if (n > 0)
		rc = str_add(out, buf, (size_t)n);
	else if (n < 0 && n != -ENODATA && n != -EOPNOTSUPP && n != -ENOSYS)
		rc = (int)n;
	free(buf);
	return rc;
}

static int open_and_read(int dirfd, const char *name, struct found *f, const char **ret_reason)
{
	int fd = sys_openat(dirfd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC,
			    0);
	int rc;

	f->exists = fd != -ENOENT;
	if (fd < 0)
		return f->exists ? fd : 0;
	rc = trusted_read_fd(fd, REWRITE_MAX, &f->text, &f->meta, ret_reason);
	if (rc == 0)
		rc = check_ours(&f->meta, ret_reason);
	if (rc == 0)
		rc = read_acl(fd, &f->acl);
	sys_close(fd);
	return rc;
}

/* 0 when `name` holds what it is to hold. -ESTALE: something else, which *f has. */
static int compare(int dirfd, const char *name, const struct rewrite *w, struct found *f,
		   const char **ret_reason)
{
	int rc;

	str_clear(&f->text);
	str_clear(&f->acl);
	rc = open_and_read(dirfd, name, f, ret_reason);
	if (rc < 0)
		return rc;
	if (f->exists != (w->was != NULL))
		return -ESTALE;
	if (f->exists &&
	    (f->text.len != w->was_len || memcmp(f->text.buf, w->was, w->was_len) != 0))
		return -ESTALE;
	return 0;
}

/* ---- the new file ---- */

/* Not that which the directory may give to new files: its mode alone says what the old file
 * allowed. */
static int drop_acl(int fd)
{
	int rc = sys_fremovexattr(fd, ACL_XATTR_ACCESS);

	/* File systems that have none say so in different ways. */
	return rc < 0 && sys_fgetxattr(fd, ACL_XATTR_ACCESS, NULL, 0) > 0 ? rc : 0;
}

static int keep_acl(int fd, const struct str *acl)
{
	int rc = sys_fsetxattr(fd, ACL_XATTR_ACCESS, acl->buf, acl->len);

	return rc == -EPERM || rc == -EINVAL ? -EOPNOTSUPP : rc;
}

/* Mode, group and access list are those of the old file; where the group cannot be had, it has no
 * rights. -EOPNOTSUPP: the access list cannot be had, and without it others would get rights. */
static int look_like(int fd, const struct found *old)
{
	uint32_t mode = old->meta.mode & 07777;
	bool has_acl = old->acl.len > 0;
	int rc;

	if (sys_fchown(fd, (uid_t)-1, old->meta.gid) < 0) {
		/* The list speaks of that group. */
		if (has_acl)
			return -EOPNOTSUPP;
		/* A group we are not in cannot be given the file: then its rights are nobody's. */
		mode &= ~070u;
	}
	rc = has_acl ? keep_acl(fd, &old->acl) : drop_acl(fd);
	return rc < 0 ? rc : sys_fchmod(fd, mode);
}

/* All of it is on the disk, and nothing of it in place. */
static int prepare(const struct spot *s, const struct rewrite *w, const struct found *old,
		   struct tempfile *t, const char **ret_reason)
{
	int rc = tempfile_open(t, s->dirfd, s->name.buf, w->was ? 0600 : 0644);

	if (rc == 0 && w->was) {
		rc = look_like(t->fd, old);
		if (rc == -EOPNOTSUPP)
			*ret_reason = "its access list (ACL) cannot be kept";
	}
	if (rc == 0)
		rc = tempfile_write(t, w->bytes, w->len);
	return rc == 0 ? tempfile_finish(t) : rc;
}

/* ---- into its place ---- */

/* Not every file system has the flags of renameat2(2), nor every kernel the call. */
static bool cannot(int rc)
{
	return rc == -EINVAL || rc == -ENOSYS || rc == -EOPNOTSUPP;
}

/* The best there is without them: between the look and the rename there is next to no time. */
static int put_after_a_look(const struct spot *s, struct tempfile *t, const struct rewrite *w,
			    struct found *f, const char **ret_reason)
{
	int rc = compare(s->dirfd, s->name.buf, w, f, ret_reason);

	return rc < 0 ? rc : tempfile_replace(t, s->name.buf, 0);
}

static int put_new(const struct spot *s, struct tempfile *t, const struct rewrite *w,
		   struct found *f, const char **ret_reason)
{
	struct renamed how;
	int rc = tempfile_place(t, s->name.buf, RENAME_LOOK, &how);

	if (rc != -EEXIST)
		return rc;
	rc = compare(s->dirfd, s->name.buf, w, f, ret_reason);
	return rc < 0 ? rc : -ESTALE;
}

/* What was swapped out of its place was not what we had read: it goes back. The file beside it is
 * ours then and of no use, but for when somebody wrote to it in the moment it stood in the place of
 * the other. */
static int swap_back(const struct spot *s, struct tempfile *t, const struct rewrite *w, int err,
		     const char **ret_reason)
{
	const struct rewrite ours = {.was = w->bytes, .was_len = w->len};
	struct found f = {.text = STR_INIT, .acl = STR_INIT};
	const char *why;
	int rc = sys_renameat2(s->dirfd, t->name, s->dirfd, s->name.buf, RENAME_EXCHANGE);

	if (rc == 0)
		rc = compare(s->dirfd, t->name, &ours, &f, &why);
	str_done(&f.text);
	str_done(&f.acl);
	if (rc == 0)
		return err;
	tempfile_keep(t);
	*ret_reason = "it was changed while it was being written; what is not in it now is beside "
		      "it, in a file whose name ends in .tmp";
	return -EBUSY;
}

/* The two change places, so that the look at what was replaced misses nothing. */
static int put_in_place_of(const struct spot *s, struct tempfile *t, const struct rewrite *w,
			   struct found *f, const char **ret_reason)
{
	int rc = sys_renameat2(s->dirfd, t->name, s->dirfd, s->name.buf, RENAME_EXCHANGE);

	if (cannot(rc))
		return put_after_a_look(s, t, w, f, ret_reason);
	if (rc == -ENOENT) {
		f->exists = false;
		return -ESTALE;
	}
	if (rc < 0)
		return rc;
	rc = compare(s->dirfd, t->name, w, f, ret_reason);
	if (rc < 0)
		return swap_back(s, t, w, rc, ret_reason);
	/* What was replaced, as it was just seen there. */
	(void)sys_unlinkat(s->dirfd, t->name, 0);
	return 0;
}

/* All that takes long is done before anything is compared for the last time. */
static int write_at(const struct spot *s, const struct rewrite *w, struct found *f,
		    const char **ret_reason)
{
	struct tempfile t = TEMPFILE_INIT;
	int rc = compare(s->dirfd, s->name.buf, w, f, ret_reason);

	if (rc == 0)
		rc = prepare(s, w, f, &t, ret_reason);
	if (rc == 0) {
		rc = w->was ? put_in_place_of(s, &t, w, f, ret_reason)
			    : put_new(s, &t, w, f, ret_reason);
		(void)sys_fsync(s->dirfd); /* some file systems cannot: the content is safe */
	}
	tempfile_done(&t);
	return rc;
}

int rewriter_write(const struct rewrite *w, char **ret_found, size_t *ret_found_len,
		   const char **ret_reason)
{
	struct found f = {.text = STR_INIT, .acl = STR_INIT};
	struct spot s;
	int rc = open_spot(w->path, &s);

	*ret_found = NULL;
	*ret_found_len = 0;
	*ret_reason = s.reason;
	if (rc == 0)
		rc = write_at(&s, w, &f, ret_reason);
	if (rc == -ESTALE && f.exists) {
		*ret_found_len = f.text.len;
		*ret_found = str_take(&f.text);
		rc = *ret_found ? -ESTALE : -ENOMEM;
	}
	str_done(&f.text);
	str_done(&f.acl);
	close_spot(&s);
	return rc;
}

static void rewrite_run(struct job *job)
{
	struct rewrite_job *j = container_of(job, struct rewrite_job, job);
	const struct rewrite w = {
		.path = j->path,
		.was = j->was,
		.was_len = j->was_len,
		.bytes = j->bytes,
		.len = j->len,
	};
	const char *reason;
	char *found;
	size_t found_len;
	int rc = rewriter_write(&w, &found, &found_len, &reason);
	struct fs_event *e = outbox_event(&j->service->out, FS_REWRITTEN, 0);

	if (!e) {
		free(found);
		return;
	}
	e->err = rc;
	e->u.rewritten.path = j->path;
	e->u.rewritten.found = found;
	e->u.rewritten.found_len = found_len;
	e->u.rewritten.reason = reason;
	j->path = NULL;
	outbox_send(&j->service->out, e, NULL);
}

static void rewrite_free(struct job *job)
{
	struct rewrite_job *j = container_of(job, struct rewrite_job, job);

	free(j->path);
	free(j->was);
	free(j->bytes);
	free(j);
}

void rewriter_rewrite(struct service *s, const char *path, const void *was, size_t was_len,
		      const void *bytes, size_t len)
{
	struct rewrite_job *j = calloc(1, sizeof(*j));

	if (j) {
		j->path = memdup0(path, strlen(path));
		j->was = was ? memdup0(was, was_len) : NULL;
		j->was_len = was_len;
		j->bytes = memdup0(bytes, len);
		j->len = len;
	}
	if (!j || !j->path || !j->bytes || (was && !j->was)) {
		if (j)
			rewrite_free(&j->job);
		outbox_fail(&s->out, FS_REWRITTEN, 0, -ENOMEM, NULL);
		return;
	}
	/* With the other files of ours: two of them must not overtake each other. */
	job_init(&j->job, POOL_LANE_SAVE, 0, rewrite_run, rewrite_free);
	j->job.must_run = true;
	j->service = s;
	pool_submit(s->pool, &j->job);
}
