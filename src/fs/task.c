/* SPDX-License-Identifier: MIT */
#include "fs/task.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "fs/ownerspec.h"
#include "fs/stat.h"
#include "fs/sys.h"
#include "fs/tasker_inside.h"

void task_dir_done(struct task_dir *dir)
{
	free(dir->path);
	free(dir->top);
	*dir = (struct task_dir){0};
}

void task_ask_done(struct task_ask *ask)
{
	for (uint32_t i = 0; i < ask->ndirs; i++)
		task_dir_done(&ask->dirs[i]);
	for (uint32_t i = 0; i < ask->nitems; i++) {
		free(ask->items[i].name);
		free(ask->items[i].origin);
	}
	free(ask->dirs);
	free(ask->items);
	free(ask->text);
	free(ask->target);
	*ask = (struct task_ask){0};
}

void task_troubles_drop(struct task_report *r)
{
	for (uint32_t i = 0; i < r->ntroubles; i++) {
		free(r->troubles[i].path);
		free(r->troubles[i].why);
	}
	free(r->troubles);
	r->troubles = NULL;
	r->ntroubles = r->more = 0;
}

void task_report_free(struct task_report *report)
{
	if (!report)
		return;
	task_troubles_drop(report);
	for (uint32_t i = 0; i < report->ndoes; i++)
		free(report->does[i]);
	free(report->does);
	free(report->label);
	free(report->made);
	free(report->unjournaled);
	free(report);
}

static int copy_text(char **out, const char *text)
{
	*out = text ? memdup0(text, strlen(text)) : NULL;
	return text && !*out ? -ENOMEM : 0;
}

static int copy_troubles(struct task_report *c, const struct task_report *r)
{
	int rc = 0;

	c->troubles = calloc(MAX(r->ntroubles, 1), sizeof(*c->troubles));
	if (!c->troubles)
		return -ENOMEM;
	for (uint32_t i = 0; rc == 0 && i < r->ntroubles; i++) {
		struct task_trouble *t = &c->troubles[c->ntroubles++];

		*t = r->troubles[i];
		rc = copy_text(&t->path, r->troubles[i].path);
		t->why = NULL;
		if (rc == 0)
			rc = copy_text(&t->why, r->troubles[i].why);
	}
	return rc;
}

static int copy_does(struct task_report *c, const struct task_report *r)
{
	int rc = 0;

	c->does = calloc(MAX(r->ndoes, 1), sizeof(*c->does));
	if (!c->does)
		return -ENOMEM;
	for (uint32_t i = 0; rc == 0 && i < r->ndoes; i++)
		rc = copy_text(&c->does[c->ndoes++], r->does[i]);
	return rc;
}

struct task_report *task_report_copy(const struct task_report *report)
{
	struct task_report *c = malloc(sizeof(*c));
	int rc;

	if (!c)
		return NULL;
	*c = *report;
	c->troubles = NULL;
	c->does = NULL;
	c->ntroubles = c->ndoes = 0;
	c->label = c->made = c->unjournaled = NULL;
	rc = copy_troubles(c, report);
	if (rc == 0)
		rc = copy_does(c, report);
	if (rc == 0)
		rc = copy_text(&c->label, report->label);
	if (rc == 0)
		rc = copy_text(&c->made, report->made);
	if (rc == 0)
		rc = copy_text(&c->unjournaled, report->unjournaled);
	if (rc == 0)
		return c;
	task_report_free(c);
	return NULL;
}

/* ---- what is typed ---- */

/* umask(2) tells only by changing it, for all threads. */
static uint32_t read_umask(void)
{
	char text[1024] = "";
	unsigned mask = 022;
	int fd = sys_openat(AT_FDCWD, "/proc/self/status", O_RDONLY | O_CLOEXEC, 0);
	const char *at;
	ssize_t n;

	if (fd < 0)
		return mask;
	n = sys_read(fd, text, sizeof(text) - 1);
	sys_close(fd);
	text[MAX(n, 0)] = '\0';
	at = strstr(text, "\nUmask:");
	if (at && sscanf(at, "\nUmask:%o", &mask) != 1)
		return 022;
	return mask & 0777;
}

static int read_mode(const struct task_ask *ask, struct task_values *v, struct str *ret_why)
{
	const char *why = NULL;
	int rc = modespec_parse(ask->text, &v->mode, &why);

	v->umask = read_umask();
	if (rc == -EINVAL && str_adds(ret_why, why) < 0)
		return -ENOMEM;
	return rc;
}

static int read_owner(const struct task_ask *ask, struct task_values *v, struct str *ret_why)
{
	return ownerspec_parse(ask->text, &v->uid, &v->gid, ret_why);
}

static int read_group(const struct task_ask *ask, struct task_values *v, struct str *ret_why)
{
	CLEANUP(str_done) struct str spec = STR_INIT;

	if (str_addf(&spec, ":%s", ask->text) < 0)
		return -ENOMEM;
	return ownerspec_parse(spec.buf, &v->uid, &v->gid, ret_why);
}

/* ---- one thing ---- */

typedef int add_fn(struct plan *p, const struct task_ask *ask, const struct task_values *v,
		   const struct plan_at *at);

static int add_trash(struct plan *p, const struct task_ask *ask, const struct task_values *v,
		     const struct plan_at *at)
{
	(void)ask;
	(void)v;
	return plan_trash(p, at);
}

static int add_delete(struct plan *p, const struct task_ask *ask, const struct task_values *v,
		      const struct plan_at *at)
{
	(void)ask;
	(void)v;
	return plan_delete(p, at);
}

static int add_rename(struct plan *p, const struct task_ask *ask, const struct task_values *v,
		      const struct plan_at *at)
{
	struct plan_at to = {.dirfd = at->dirfd, .dir = at->dir, .name = ask->text};

	(void)v;
	return plan_rename(p, at, &to);
}

static int add_make(struct plan *p, const struct task_ask *ask, const struct task_values *v,
		    const struct plan_at *at)
{
	(void)ask;
	(void)v;
	return plan_make(p, at, UINT32_MAX, true);
}

static int add_symlink(struct plan *p, const struct task_ask *ask, const struct task_values *v,
		       const struct plan_at *at)
{
	(void)v;
	return plan_symlink(p, at, ask->target);
}

/* What the mode becomes depends on what it is. A thing that is not there is the plan's to say. */
static int add_mode(struct plan *p, const struct task_ask *ask, const struct task_values *v,
		    const struct plan_at *at)
{
	struct plan_mode mode = {.keep = 07777};
	struct meta meta;

	(void)ask;
	if (stat_at(at->dirfd, at->name, &meta, NULL) == 0)
		mode = (struct plan_mode){.set = modespec_apply(&v->mode, meta.mode & 07777,
								S_ISDIR(meta.mode), v->umask)};
	return plan_mode(p, at, &mode);
}

static int add_owner(struct plan *p, const struct task_ask *ask, const struct task_values *v,
		     const struct plan_at *at)
{
	(void)ask;
	return plan_owner(p, at, v->uid, v->gid);
}

static int add_rmdir(struct plan *p, const struct task_ask *ask, const struct task_values *v,
		     const struct plan_at *at)
{
	(void)ask;
	(void)v;
	return plan_rmdir(p, at, true);
}

static const struct {
	int (*read)(const struct task_ask *ask, struct task_values *v, struct str *ret_why);
	add_fn *add;
} rows[TASK_KINDS] = {
	[TASK_TRASH] = {NULL, add_trash},       [TASK_DELETE] = {NULL, add_delete},
	[TASK_RENAME] = {NULL, add_rename},     [TASK_MAKE] = {NULL, add_make},
	[TASK_SYMLINK] = {NULL, add_symlink},   [TASK_MODE] = {read_mode, add_mode},
	[TASK_OWNER] = {read_owner, add_owner}, [TASK_GROUP] = {read_group, add_owner},
	[TASK_RMDIR] = {NULL, add_rmdir},
};

int task_values(const struct task_ask *ask, struct task_values *ret_values, struct str *ret_why)
{
	*ret_values = (struct task_values){0};
	return rows[ask->kind].read ? rows[ask->kind].read(ask, ret_values, ret_why) : 0;
}

int task_add(struct plan *p, const struct task_ask *ask, const struct task_values *values,
	     const struct plan_at *at)
{
	return rows[ask->kind].add ? rows[ask->kind].add(p, ask, values, at) : -EINVAL;
}
