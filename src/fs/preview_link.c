/* SPDX-License-Identifier: MIT */
#include "fs/preview_link.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/path.h"
#include "fs/openpath.h"
#include "fs/preview_dir.h"
#include "fs/stat.h"
#include "fs/sys.h"

/* Where the chain has got to: a link, and the directory its target is seen from. */
struct step {
	int dir, link;
	int given; /* the first link's: not ours to close */
};

static void close_step(struct step *s)
{
	if (s->dir >= 0)
		sys_close(s->dir);
	if (s->link >= 0 && s->link != s->given)
		sys_close(s->link);
	*s = (struct step){-1, -1, s->given};
}

/* The bytes of `path` before its last component, "." when that is all of it. */
static int open_parent(int dir, const char *path)
{
	size_t len = strlen(path);
	char *parent;
	int fd;

	while (len > 1 && path[len - 1] == '/')
		len--;
	while (len > 0 && path[len - 1] != '/')
		len--;
	parent = len ? memdup0(path, len) : memdup0(".", 1);
	if (!parent)
		return -ENOMEM;
	fd = openpath_at(dir, parent, O_PATH | O_DIRECTORY);
	free(parent);
	return fd;
}

/* From the link to what its target names. 0 with *s there and its type; -errno. */
static int follow(struct step *s, const char *target, enum entry_type *ret_type)
{
	struct step next = {open_parent(s->dir, target), -1, s->given};
	struct meta meta;
	int rc = next.dir;

	if (rc >= 0) {
		next.link = openpath_at(s->dir, target, O_PATH | O_NOFOLLOW);
		rc = next.link;
	}
	if (rc >= 0)
		rc = stat_fd(next.link, &meta, NULL);
	if (rc < 0) {
		close_step(&next);
		return rc;
	}
	close_step(s);
	*s = next;
	*ret_type = stat_type(meta.mode);
	return 0;
}

static int explain(struct preview *p, int err, const char *target)
{
	if (err == -ENOENT || err == -ENOTDIR)
		return str_addf(&p->reason, "leads nowhere: there is no %s", target);
	if (err == -ELOOP)
		return str_adds(&p->reason, "leads in a circle");
	if (err == -ENOMEM)
		return err;
	return str_addf(&p->reason, "it cannot be seen where %s leads: %s", target,
			strerrordesc_np(-err));
}

/* One step: the target as a line. 1: it is a link again, 0: the chain ended, -errno. */
static int take_step(struct step *s, uint32_t lines, struct preview *p)
{
	struct preview_line line = {.size = PREVIEW_UNKNOWN, .packed = PREVIEW_UNKNOWN};
	struct str target = STR_INIT;
	enum entry_type type = ENTRY_UNKNOWN;
	int err, rc = stat_readlink(s->link, "", &target);

	if (rc) {
		str_done(&target);
		return rc == -ENOMEM ? rc : explain(p, rc, "it");
	}
	err = follow(s, target.buf, &type);
	line.type = preview_type_letter(type);
	if (p->nlines < lines)
		rc = preview_add(p, target.buf, target.len, &line);
	else
		p->more = true;
	if (!rc && err)
		rc = explain(p, err, target.buf);
	str_done(&target);
	return rc || err ? rc : type == ENTRY_LINK;
}

int preview_link(const char *path, int fd, uint32_t lines, struct job *job, struct preview *p)
{
	struct step s = {open_parent(AT_FDCWD, path), fd, fd};
	int rc = s.dir < 0 ? explain(p, s.dir, path) : 1;

	p->kind = PREVIEW_LINK;
	for (unsigned n = 0; rc == 1; n++) {
		if (atomic_load(&job->cancel))
			rc = -ECANCELED;
		else if (n == PREVIEW_LINK_STEPS)
			rc = explain(p, -ELOOP, "");
		else
			rc = take_step(&s, lines, p);
	}
	close_step(&s);
	return rc;
}

int preview_link_far(int fd, struct preview *p)
{
	struct preview_line line = {.size = PREVIEW_UNKNOWN, .packed = PREVIEW_UNKNOWN};
	struct str target = STR_INIT;
	int rc = stat_readlink(fd, "", &target);

	p->kind = PREVIEW_LINK;
	if (!rc)
		rc = preview_add(p, target.buf, target.len, &line);
	if (!rc)
		rc = str_adds(&p->reason, "not followed: on a network file system");
	else if (rc != -ENOMEM)
		rc = explain(p, rc, "it");
	str_done(&target);
	return rc;
}
