/* SPDX-License-Identifier: MIT */
#include "fs/texts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "fs/browse.h"
#include "fs/openpath.h"
#include "fs/scandir.h"
#include "fs/sys.h"
#include "fs/trusted.h"

struct texts_job {
	struct job job;
	struct service *service;
	char *dir, *suffix;
};

static bool ends_in(const struct scan_entry *entry, const char *suffix)
{
	size_t len = strlen(suffix);

	return entry->len > len && memcmp(entry->name + entry->len - len, suffix, len) == 0;
}

static int add_text(int dirfd, const struct scan_entry *entry, struct fs_event *e)
{
	struct text_file *file = &e->u.texts.at[e->u.texts.n];
	struct str text = STR_INIT;

	file->name = memdup0(entry->name, entry->len);
	if (!file->name)
		return -ENOMEM;
	e->u.texts.n++;
	file->err = trusted_read(dirfd, file->name, TEXTS_SIZE_MAX, &text, &file->reason);
	if (!file->err) {
		file->len = text.len;
		file->bytes = str_take(&text);
		file->err = file->bytes ? 0 : -ENOMEM;
	}
	str_done(&text);
	return file->err == -ENOMEM ? -ENOMEM : 0;
}

static int collect(const struct texts_job *j, struct scandir *scan, struct fs_event *e)
{
	struct scan_entry entry;
	int rc, bad = 0;

	e->u.texts.at = calloc(TEXTS_MAX, sizeof(*e->u.texts.at));
	if (!e->u.texts.at)
		return -ENOMEM;
	while ((rc = scandir_next_usable(scan, &entry, &bad)) == 1) {
		if (entry.name[0] == '.' || !ends_in(&entry, j->suffix))
			continue;
		if (e->u.texts.n == TEXTS_MAX || atomic_load(&j->job.cancel))
			break;
		rc = add_text(scan->fd, &entry, e);
		if (rc < 0)
			return rc;
	}
	return MIN(rc, 0);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct text_file *)a)->name, ((const struct text_file *)b)->name);
}

static int answer(const struct texts_job *j, struct fs_event *e)
{
	struct scandir scan = {.fd = -1};
	int fd = openpath(j->dir, O_RDONLY | O_DIRECTORY | O_NONBLOCK), rc;

	if (fd < 0)
		return fd;
	scandir_init(&scan, fd, true);
	rc = collect(j, &scan, e);
	scandir_done(&scan);
	if (e->u.texts.n)
		qsort(e->u.texts.at, e->u.texts.n, sizeof(*e->u.texts.at), by_name);
	return rc;
}

static void texts_run(struct job *job)
{
	struct texts_job *j = container_of(job, struct texts_job, job);
	struct fs_event *e = outbox_event(&j->service->out, FS_TEXTS, job->ticket);

	if (!e)
		return;
	e->err = answer(j, e);
	e->u.texts.dir = j->dir;
	j->dir = NULL;
	outbox_send(&j->service->out, e, &job->cancel);
}

static void texts_free(struct job *job)
{
	struct texts_job *j = container_of(job, struct texts_job, job);

	free(j->dir);
	free(j->suffix);
	free(j);
}

void texts_read(struct service *s, const char *dir, const char *suffix)
{
	struct texts_job *j = calloc(1, sizeof(*j));

	if (j) {
		j->dir = memdup0(dir, strlen(dir));
		j->suffix = memdup0(suffix, strlen(suffix));
	}
	if (!j || !j->dir || !j->suffix) {
		if (j)
			texts_free(&j->job);
		outbox_fail(&s->out, FS_TEXTS, 0, -ENOMEM, NULL);
		return;
	}
	job_init(&j->job, mounts_lane(s->mounts, dir), 0, texts_run, texts_free);
	j->service = s;
	pool_submit(s->pool, &j->job);
}
