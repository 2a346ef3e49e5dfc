/* SPDX-License-Identifier: MIT */
#include "fs/gather.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/stat.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/path.h"
#include "fs/far.h"
#include "fs/openpath.h"
#include "fs/scandir.h"
#include "fs/stat.h"
#include "fs/sys.h"

#define STEPS_MAX 40        /* of links: what the kernel follows, path_resolution(7) */
#define XATTR_MAX 65536     /* the longest value or list of names, xattr(7) */
#define COUNT_MS  100       /* for counting a directory beside the list */
#define PROC_MAX  32        /* "/proc/self/fd/" and a number */
#define CHAIN_MAX (1 << 20) /* bytes of a path made of links */

/* One path while its facts are gathered. */
struct work {
	const struct gather *g;
	const char *path;
	struct facts *f;
	int fd;              /* O_PATH */
	char proc[PROC_MAX]; /* the same for calls that take no such descriptor */
	bool network, kernel;
};

static bool cancelled(const struct work *w)
{
	return w->g->cancel && atomic_load(w->g->cancel);
}

/* ---- links ---- */

/* One step: out becomes the path that the link at `at` leads to, resolved by the kernel from its
 * directory. 1, 0 when `at` is no link, -errno. */
static int step(const char *at, struct str *out)
{
	CLEANUP(str_done) struct str target = STR_INIT;
	struct meta meta;
	int fd = openpath(at, O_PATH | O_NOFOLLOW), r;

	if (fd < 0)
		return fd;
	r = stat_fd(fd, &meta, NULL);
	if (r == 0 && stat_type(meta.mode) != ENTRY_LINK) {
		sys_close(fd);
		return 0;
	}
	if (r == 0)
		r = stat_readlink(fd, "", &target);
	sys_close(fd);
	str_clear(out);
	if (r == 0 && target.buf[0] != '/')
		r = str_add(out, at, path_parent_len(at));
	if (r == 0 && out->len && out->buf[out->len - 1] != '/')
		r = str_addc(out, '/');
	if (r == 0)
		r = str_add(out, target.buf, target.len);
	return r < 0 ? r : out->len > CHAIN_MAX ? -ELOOP : 1;
}

/* How many links there are to the end. That the chain changes meanwhile harms nothing: what it
 * leads to was asked of the kernel in one call. */
static unsigned count_steps(const struct work *w)
{
	CLEANUP(str_done) struct str at = STR_INIT;
	CLEANUP(str_done) struct str next = STR_INIT;
	unsigned n = 0;

	if (str_adds(&at, w->path) < 0)
		return 1;
	while (n < STEPS_MAX && !cancelled(w) && step(at.buf, &next) == 1) {
		struct str was = at;

		at = next;
		next = was;
		n++;
	}
	return MAX(n, 1u);
}

static int get_target(struct work *w)
{
	struct str target = STR_INIT;
	struct meta meta;
	int r = stat_readlink(w->fd, "", &target);

	if (r < 0)
		return r;
	w->f->target = str_take(&target);
	if (!w->f->target)
		return -ENOMEM;
	w->f->target_slow = w->g->mounts && far_link(w->g->mounts, w->path, w->f->mnt_id);
	if (w->f->target_slow)
		return 0;
	w->f->target_err = stat_follow(AT_FDCWD, w->path, &meta, NULL);
	if (w->f->target_err == 0)
		w->f->target_type = stat_type(meta.mode);
	w->f->target_steps = count_steps(w);
	return 0;
}

/* ---- directories ---- */

static void count_entries(struct work *w)
{
	uint64_t until = w->g->count_ms ? pool_now_ms() + w->g->count_ms : UINT64_MAX;
	struct scandir scan;
	struct scan_entry entry;
	int64_t n = 0;
	int r;

	/* Looking into it would mount it. */
	if (w->f->meta.attrs & STATX_ATTR_AUTOMOUNT) {
		w->f->entries = -EREMOTE;
		return;
	}
	r = scandir_open(&scan, w->fd, ".", false);
	if (r < 0) {
		w->f->entries = r;
		return;
	}
	while (!w->f->entries_partial && (r = scandir_read(&scan)) > 0) {
		while ((r = scandir_entry(&scan, &entry)) != 0)
			n += r > 0;
		w->f->entries_partial = cancelled(w) || pool_now_ms() >= until;
	}
	scandir_done(&scan);
	w->f->entries = r < 0 ? r : n;
}

/* ---- attributes ---- */

/* Reads a value or list whose size nobody knows beforehand: heap buffer, its length or -errno. */
static ssize_t read_sized(ssize_t (*read)(const struct work *w, const char *name, char *buf,
					  size_t size),
			  const struct work *w, const char *name, char **ret_buf)
{
	ssize_t n = -ERANGE;
	char *buf = NULL;

	for (size_t size = 1024; n == -ERANGE && size <= XATTR_MAX; size *= 8) {
		free(buf);
		buf = malloc(size);
		if (!buf)
			return -ENOMEM;
		n = read(w, name, buf, size);
	}
	if (n < 0)
		free(buf);
	else
		*ret_buf = buf;
	return n;
}

static ssize_t read_value(const struct work *w, const char *name, char *buf, size_t size)
{
	return sys_getxattr(w->proc, name, buf, size);
}

static ssize_t read_names(const struct work *w, const char *name, char *buf, size_t size)
{
	(void)name;
	return sys_listxattr(w->proc, buf, size);
}

/* That there is none, or that the file system has no such thing, is no error. */
static int absent(ssize_t n)
{
	return n == -ENODATA || n == -EOPNOTSUPP ? 0 : (int)n;
}

static int get_acl(struct work *w, const char *name, struct acl *acl)
{
	char *value;
	ssize_t n = read_sized(read_value, w, name, &value);
	int r;

	if (n < 0)
		return absent(n);
	r = acl_parse(value, (size_t)n, acl);
	free(value);
	return r;
}

static int get_caps(struct work *w)
{
	char *value;
	ssize_t n = read_sized(read_value, w, FILECAPS_XATTR, &value);
	int r;

	if (n < 0)
		return absent(n);
	r = filecaps_parse(value, (size_t)n, &w->f->caps);
	free(value);
	return r;
}

/* Those that stand in rows of their own are left out. */
static int get_names(struct work *w)
{
	static const char *const own[] = {ACL_XATTR_ACCESS, ACL_XATTR_DEFAULT, FILECAPS_XATTR};
	char *names;
	ssize_t n = read_sized(read_names, w, NULL, &names);
	size_t kept = 0;

	if (n < 0)
		return absent(n);
	for (size_t at = 0, len; at < (size_t)n; at += len) {
		bool other = true;

		len = strnlen(names + at, (size_t)n - at) + 1;
		if (len > (size_t)n - at)
			break; /* a list that does not end as it should */
		for (size_t i = 0; i < ARRAY_LEN(own); i++)
			other &= strcmp(names + at, own[i]) != 0;
		if (!other)
			continue;
		memmove(names + kept, names + at, len);
		kept += len;
	}
	w->f->xattrs = names;
	w->f->xattrs_len = (uint32_t)kept;
	return 0;
}

/* The flags of chattr(1): they want a file opened for reading. Opening a device or FIFO does
 * things, opening a file of a server waits for it, and opening one of the kernel's may do anything.
 */
static void get_flags(struct work *w)
{
	struct fsxattr fsx;
	unsigned flags;
	int fd;

	if (w->network || w->kernel)
		return;
	fd = sys_openat(AT_FDCWD, w->proc, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);
	if (fd < 0)
		return;
	if (sys_getflags(fd, &flags) == 0)
		w->f->flags = flags;
	if (sys_getfsxattr(fd, &fsx) == 0)
		w->f->project = fsx.fsx_projid;
	sys_close(fd);
}

static void get_attributes(struct work *w, enum entry_type type)
{
	struct facts *f = w->f;

	f->acl_err = get_acl(w, ACL_XATTR_ACCESS, &f->acl);
	if (type == ENTRY_DIR)
		f->default_acl_err = get_acl(w, ACL_XATTR_DEFAULT, &f->default_acl);
	if (type == ENTRY_FILE)
		f->caps_err = get_caps(w);
	f->xattrs_err = get_names(w);
	if (type == ENTRY_FILE || type == ENTRY_DIR)
		get_flags(w);
}

/* ---- all of it ---- */

static int get_mount(struct work *w)
{
	struct facts *f = w->f;
	int r = w->g->mounts ? mounts_tell(w->g->mounts, f)
		: w->g->list ? mounts_tell_from(w->g->list, f)
			     : 0;

	if (f->mount_type) {
		w->network = mounts_network_type(f->mount_type);
		w->kernel = mounts_kernel_type(f->mount_type);
	} else if (w->g->mounts) {
		w->network = mounts_is_network(w->g->mounts, 0, w->fd);
	}
	return r;
}

static int ask(struct work *w)
{
	int r = stat_fd(w->fd, &w->f->meta, &w->f->mnt_id);
	enum entry_type type;

	if (r == 0)
		r = get_mount(w);
	if (r < 0)
		return r;
	snprintf(w->proc, sizeof(w->proc), "/proc/self/fd/%d", w->fd);
	type = stat_type(w->f->meta.mode);
	if (type == ENTRY_LINK)
		return get_target(w);
	if (type == ENTRY_DIR)
		count_entries(w);
	if (!cancelled(w))
		get_attributes(w, type);
	return 0;
}

int gather_facts(const struct gather *g, const char *path, struct facts **ret_facts)
{
	struct work w = {.g = g, .path = path, .fd = openpath(path, O_PATH | O_NOFOLLOW)};
	int r;

	if (w.fd < 0)
		return w.fd;
	w.f = calloc(1, sizeof(*w.f));
	r = w.f ? ask(&w) : -ENOMEM;
	sys_close(w.fd);
	/* What was given up is not all there is. */
	if (r == 0 && (w.f->acl_err == -ENOMEM || w.f->default_acl_err == -ENOMEM ||
		       w.f->xattrs_err == -ENOMEM || w.f->caps_err == -ENOMEM))
		r = -ENOMEM;
	if (r < 0)
		facts_free(w.f);
	else
		*ret_facts = w.f;
	return r;
}

/* ---- as a job ---- */

struct gather_job {
	struct job job;
	struct service *service;
	char *path;
};

static void gather_run(struct job *job)
{
	struct gather_job *j = container_of(job, struct gather_job, job);
	struct fs_event *e = outbox_event(&j->service->out, FS_INFO, job->ticket);
	const struct gather g = {
		.count_ms = COUNT_MS, .cancel = &job->cancel, .mounts = j->service->mounts};

	if (!e)
		return;
	e->err = gather_facts(&g, j->path, &e->u.facts);
	outbox_send(&j->service->out, e, &job->cancel);
}

static void gather_free(struct job *job)
{
	struct gather_job *j = container_of(job, struct gather_job, job);

	free(j->path);
	free(j);
}

void gather_ask(struct service *s, uint64_t ticket, const char *path)
{
	struct gather_job *j = calloc(1, sizeof(*j));

	if (j)
		j->path = memdup0(path, strlen(path));
	if (!j || !j->path) {
		free(j);
		outbox_fail(&s->out, FS_INFO, ticket, -ENOMEM, NULL);
		return;
	}
	job_init(&j->job, mounts_lane(s->mounts, path), ticket, gather_run, gather_free);
	j->job.urgent = true;
	j->service = s;
	pool_submit(s->pool, &j->job);
}
