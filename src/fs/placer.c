/* SPDX-License-Identifier: MIT */
#include "fs/placer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/collate.h"
#include "base/path.h"
#include "fs/openpath.h"
#include "fs/scandir.h"
#include "fs/stat.h"
#include "fs/sys.h"

struct place_job {
	struct job job;
	struct service *service;
	char *path, *prefix;
	int (*answer)(struct place_job *j, struct fs_event *e);
	enum fs_event_kind kind;
};

static void place_run(struct job *job)
{
	struct place_job *j = container_of(job, struct place_job, job);
	struct fs_event *e = outbox_event(&j->service->out, j->kind, job->ticket);

	if (!e)
		return;
	e->err = j->answer(j, e);
	outbox_send(&j->service->out, e, &job->cancel);
}

static void place_free(struct job *job)
{
	struct place_job *j = container_of(job, struct place_job, job);

	free(j->path);
	free(j->prefix);
	free(j);
}

static char *copy(const char *s)
{
	return memdup0(s, strlen(s));
}

static void submit(struct service *s, uint64_t ticket, enum fs_event_kind kind,
		   int (*answer)(struct place_job *j, struct fs_event *e), const char *path,
		   const char *prefix)
{
	struct place_job *j = calloc(1, sizeof(*j));

	if (j) {
		j->path = copy(path);
		j->prefix = copy(prefix);
	}
	if (!j || !j->path || !j->prefix) {
		if (j)
			place_free(&j->job);
		outbox_fail(&s->out, kind, ticket, -ENOMEM, NULL);
		return;
	}
	job_init(&j->job, mounts_lane(s->mounts, path), ticket, place_run, place_free);
	j->job.urgent = true;
	j->service = s;
	j->answer = answer;
	j->kind = kind;
	pool_submit(s->pool, &j->job);
}

/* Fills place for `path`: the directory itself, or its directory with it selected. A link that
 * leads nowhere is something to select too. */
static int place_at(const char *path, struct fs_event *e)
{
	struct meta meta;
	int rc = stat_follow(AT_FDCWD, path, &meta, NULL), there = rc;
	size_t len = strlen(path);

	if (!rc)
		e->u.place.type = stat_type(meta.mode);
	else
		there = stat_at(AT_FDCWD, path, &meta, NULL);
	if (rc || e->u.place.type != ENTRY_DIR) {
		len = path_parent_len(path);
		e->u.place.select = copy(path_base(path));
	}
	e->u.place.path = memdup0(path, len);
	if (!e->u.place.path || ((rc || e->u.place.type != ENTRY_DIR) && !e->u.place.select))
		return -ENOMEM;
	return there;
}

static int answer_place(struct place_job *j, struct fs_event *e)
{
	return place_at(j->path, e);
}

static bool same_file(const char *a, const char *b)
{
	struct meta ma, mb;

	return stat_follow(AT_FDCWD, a, &ma, NULL) == 0 &&
	       stat_follow(AT_FDCWD, b, &mb, NULL) == 0 && file_id_eq(ma.id, mb.id);
}

/* The directory of the link as the kernel sees it, without links. */
static int physical_parent(const char *path, size_t parent_len, struct str *out)
{
	struct str proc = STR_INIT;
	char *parent = memdup0(path, parent_len);
	int fd = parent ? openpath(parent, O_PATH | O_DIRECTORY) : -ENOMEM;
	int rc = fd;

	if (fd >= 0) {
		rc = str_addf(&proc, "/proc/self/fd/%d", fd);
		if (!rc)
			rc = stat_readlink(AT_FDCWD, proc.buf, out);
		sys_close(fd);
	}
	str_done(&proc);
	free(parent);
	return rc < 0 ? rc : 0;
}

/* Keeps the path the user came by where it leads to the same place; ".." in a target is the
 * kernel's, though, and may lead elsewhere from a directory reached through a link. */
static int resolve_target(const char *path, const char *target, struct str *out)
{
	struct str kernel = STR_INIT, base = STR_INIT;
	size_t parent_len = path_parent_len(path);
	int rc = str_add(&base, path, parent_len);

	if (!rc)
		rc = path_resolve(out, base.buf, target, NULL);
	if (!rc)
		rc = path_join(&kernel, base.buf, target, strlen(target));
	if (!rc && target[0] != '/' && strstr(target, "..") && !same_file(kernel.buf, out->buf)) {
		str_clear(&base);
		if (physical_parent(path, parent_len, &base) == 0)
			rc = path_resolve(out, base.buf, target, NULL);
	}
	str_done(&base);
	str_done(&kernel);
	return rc;
}

static int answer_link_target(struct place_job *j, struct fs_event *e)
{
	struct str target = STR_INIT, resolved = STR_INIT;
	int rc = stat_readlink(AT_FDCWD, j->path, &target);

	if (!rc)
		rc = resolve_target(j->path, target.buf, &resolved);
	if (!rc)
		rc = place_at(resolved.buf, e);
	str_done(&target);
	str_done(&resolved);
	return rc;
}

static bool holds_repo(const char *dir, struct str *scratch)
{
	static const char *const marks[] = {".git", ".hg", ".svn", ".bzr", ".jj"};
	struct meta meta;

	for (size_t i = 0; i < ARRAY_LEN(marks); i++) {
		str_clear(scratch);
		if (path_join(scratch, dir, marks[i], strlen(marks[i])) == 0 &&
		    stat_at(AT_FDCWD, scratch->buf, &meta, NULL) == 0)
			return true;
	}
	return false;
}

static int answer_repo_root(struct place_job *j, struct fs_event *e)
{
	struct str scratch = STR_INIT;
	char *dir = copy(j->path);
	bool found = false;

	if (!dir)
		return -ENOMEM;
	while (!(found = holds_repo(dir, &scratch)) && dir[1] && !atomic_load(&j->job.cancel))
		dir[path_parent_len(dir)] = '\0';
	str_done(&scratch);
	if (!found) {
		free(dir);
		return -ENOENT;
	}
	e->u.place.path = dir;
	e->u.place.type = ENTRY_DIR;
	return 0;
}

static int collect(struct place_job *j, struct scandir *scan, struct names *pool)
{
	size_t len = strlen(j->prefix);
	struct scan_entry entry;
	int rc, bad = 0;

	while ((rc = scandir_next_usable(scan, &entry, &bad)) == 1) {
		if (atomic_load(&j->job.cancel))
			return -ECANCELED;
		if (entry.len < len || memcmp(entry.name, j->prefix, len) != 0)
			continue;
		rc = names_add(pool, entry.name, entry.len, (uint8_t)entry.type, NULL);
		if (rc < 0)
			return rc;
	}
	return rc;
}

static bool is_dir(int fd, const char *name, uint8_t tag)
{
	struct meta meta;

	if (tag != ENTRY_LINK && tag != ENTRY_UNKNOWN)
		return tag == ENTRY_DIR;
	return stat_follow(fd, name, &meta, NULL) == 0 && stat_type(meta.mode) == ENTRY_DIR;
}

static char *completion(int fd, const struct names *pool, uint32_t id)
{
	struct str s = STR_INIT;
	size_t len;
	const char *name = names_get(pool, id, &len);

	str_add(&s, name, len);
	if (is_dir(fd, name, names_tag(pool, id)))
		str_addc(&s, '/');
	if (s.failed) {
		str_done(&s);
		return NULL;
	}
	return str_take(&s);
}

static int sort_names(struct place_job *j, const struct names *pool, uint32_t **ret_ids)
{
	static const struct collate_order natural = {.how = COLLATE_NATURAL};
	uint32_t n = names_count(pool);
	uint32_t *ids = malloc(MAX(n, 1u) * sizeof(*ids));
	int rc;

	if (!ids)
		return -ENOMEM;
	for (uint32_t i = 0; i < n; i++)
		ids[i] = i;
	rc = collate_sort(pool, ids, n, &natural, &j->job.cancel);
	if (rc)
		free(ids);
	else
		*ret_ids = ids;
	return rc;
}

static int fill_complete(struct place_job *j, int fd, const struct names *pool, struct fs_event *e)
{
	uint32_t n = MIN(names_count(pool), (uint32_t)PLACER_COMPLETE_MAX);
	uint32_t *ids;
	int rc = sort_names(j, pool, &ids);

	if (rc)
		return rc;
	e->u.complete.names = calloc(MAX(n, 1u), sizeof(*e->u.complete.names));
	if (!e->u.complete.names)
		rc = -ENOMEM;
	for (uint32_t i = 0; !rc && i < n; i++) {
		e->u.complete.names[i] = completion(fd, pool, ids[i]);
		if (e->u.complete.names[i])
			e->u.complete.n++;
		else
			rc = -ENOMEM;
	}
	free(ids);
	return rc;
}

static int answer_complete(struct place_job *j, struct fs_event *e)
{
	struct scandir scan = {.fd = -1};
	struct names *pool;
	int fd = openpath(j->path, O_RDONLY | O_DIRECTORY | O_NONBLOCK), rc;

	if (fd < 0)
		return fd;
	scandir_init(&scan, fd, true);
	pool = names_new();
	rc = pool ? collect(j, &scan, pool) : -ENOMEM;
	if (!rc)
		rc = fill_complete(j, scan.fd, pool, e);
	names_unref(pool);
	scandir_done(&scan);
	return rc;
}

void placer_place(struct service *s, uint64_t ticket, const char *path)
{
	submit(s, ticket, FS_PLACE, answer_place, path, "");
}

void placer_link_target(struct service *s, uint64_t ticket, const char *path)
{
	submit(s, ticket, FS_PLACE, answer_link_target, path, "");
}

void placer_repo_root(struct service *s, uint64_t ticket, const char *path)
{
	submit(s, ticket, FS_PLACE, answer_repo_root, path, "");
}

void placer_complete(struct service *s, uint64_t ticket, const char *dir, const char *prefix)
{
	submit(s, ticket, FS_COMPLETE, answer_complete, dir, prefix);
}
