/* SPDX-License-Identifier: MIT */
#include "fs/rewriter.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/path.h"
#include "fs/saver.h"
#include "fs/stat.h"
#include "fs/sys.h"
#include "fs/trusted.h"

#define LINKS_MAX 40 /* as the kernel */

/* A name in an open directory. */
struct spot {
	int dirfd;
	struct str name;
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
	return 0;
}

/* What is there now; -ENOENT: nothing. */
static int read_now(const struct spot *s, struct str *out, struct meta *ret_meta,
		    const char **ret_reason)
{
	int fd = sys_openat(s->dirfd, s->name.buf,
			    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0);
	int rc;

	if (fd < 0)
		return fd;
	rc = trusted_read_fd(fd, REWRITE_MAX, out, ret_meta, ret_reason);
	if (rc == 0)
		rc = check_ours(ret_meta, ret_reason);
	sys_close(fd);
	return rc;
}

static int stale(struct str *now, bool exists, char **ret_found, size_t *ret_len)
{
	*ret_len = exists ? now->len : 0;
	*ret_found = exists ? str_take(now) : NULL;
	return exists && !*ret_found ? -ENOMEM : -ESTALE;
}

static int write_at(const struct spot *s, const struct rewrite *w, char **ret_found,
		    size_t *ret_found_len, const char **ret_reason)
{
	struct str now = STR_INIT;
	struct meta meta;
	int rc = read_now(s, &now, &meta, ret_reason);
	bool exists = rc == 0;

	if (rc == -ENOENT)
		rc = 0;
	if (rc == 0 &&
	    (exists != (w->was != NULL) ||
	     (exists && (now.len != w->was_len || memcmp(now.buf, w->was, w->was_len) != 0))))
		rc = stale(&now, exists, ret_found, ret_found_len);
	if (rc == 0)
		rc = saver_replace(s->dirfd, s->name.buf, w->bytes, w->len, 0644,
				   exists ? &meta : NULL);
	str_done(&now);
	return rc;
}

int rewriter_write(const struct rewrite *w, char **ret_found, size_t *ret_found_len,
		   const char **ret_reason)
{
	struct spot s;
	int rc = open_spot(w->path, &s);

	*ret_found = NULL;
	*ret_found_len = 0;
	*ret_reason = NULL;
	if (rc == 0)
		rc = write_at(&s, w, ret_found, ret_found_len, ret_reason);
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
