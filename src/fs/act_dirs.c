/* SPDX-License-Identifier: MIT */
#include "fs/act_inside.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "base/alloc.h"
#include "base/path.h"
#include "fs/openpath.h"
#include "fs/stat.h"
#include "fs/sys.h"

#define OPEN_DIR (O_PATH | O_DIRECTORY | O_CLOEXEC)

/* ---- identities ---- */

static struct step_id id_of(const struct meta *meta, uint64_t fsid)
{
	return (struct step_id){.dev = meta->id.dev,
				.ino = meta->id.ino,
				.fsid = fsid,
				.type = meta->mode & S_IFMT,
				.btime = meta->btime,
				.btime_nsec = meta->btime_nsec};
}

/* A file system that does not tell has none. */
static uint64_t fsid_of(int fd)
{
	struct statfs fs;
	uint64_t id = 0;

	if (sys_fstatfs(fd, &fs) == 0)
		memcpy(&id, &fs.f_fsid, MIN(sizeof(id), sizeof(fs.f_fsid)));
	return id;
}

int act_identify(int fd, struct step_id *ret_id, struct meta *ret_meta, uint64_t *ret_mnt_id)
{
	int rc = stat_fd(fd, ret_meta, ret_mnt_id);

	if (rc < 0)
		return rc;
	*ret_id = id_of(ret_meta, fsid_of(fd));
	return 0;
}

int act_id_in(int dirfd, const char *name, const struct meta *meta, const struct step_id *dir,
	      struct step_id *ret_id)
{
	struct meta there;
	int pin, rc;

	*ret_id = id_of(meta, dir->fsid);
	if (meta->id.dev == dir->dev)
		return 0;
	rc = identity_pin(dirfd, name, NULL, &pin, &there);
	if (rc < 0)
		return rc;
	*ret_id = id_of(&there, fsid_of(pin));
	sys_close(pin);
	return 0;
}

/* ---- open directories ---- */

static bool none_left(int rc)
{
	return rc == -EMFILE || rc == -ENFILE;
}

/* One is opened for it: also when the directory is to be closed because there is no other left. */
static int sync_dir(struct act *a, int fd)
{
	int rc = atomic_rename_sync(fd);

	if (none_left(rc) && a->spare >= 0) {
		sys_close(a->spare);
		rc = atomic_rename_sync(fd);
		a->spare = openpath("/", OPEN_DIR);
	}
	return MIN(rc, 0);
}

static void forget(struct act *a, unsigned i)
{
	if (a->dirs[i].changed) {
		int rc = sync_dir(a, a->dirs[i].fd);

		if (rc < 0 && a->sync_err == 0)
			a->sync_err = rc;
	}
	sys_close(a->dirs[i].fd);
	a->dirs[i] = a->dirs[--a->ndirs];
}

/* The one that was not used for the longest time, but for the last two, which a step may be at
 * work in. */
static bool forget_one(struct act *a)
{
	unsigned oldest = 0;

	for (unsigned i = 1; i < a->ndirs; i++)
		if (a->dirs[i].used < a->dirs[oldest].used)
			oldest = i;
	if (a->ndirs <= 2)
		return false;
	forget(a, oldest);
	return true;
}

bool act_dirs_forget(struct act *a)
{
	bool any = a->ndirs > 0;

	act_could_forget(a);
	while (a->ndirs > 0)
		forget(a, a->ndirs - 1);
	return any;
}

void act_dirs_begin(struct act *a)
{
	a->spare = openpath("/", OPEN_DIR);
}

void act_dirs_done(struct act *a)
{
	if (a->spare >= 0)
		sys_close(a->spare);
	for (unsigned i = 0; i < a->ndirs; i++)
		sys_close(a->dirs[i].fd);
	for (size_t i = 0; i < a->ntrashes; i++) {
		trash_dir_done(&a->trashes[i]->dir);
		free(a->trashes[i]);
	}
	free(a->trashes);
	a->ndirs = 0;
	a->ntrashes = 0;
}

static int used(struct act *a, unsigned i)
{
	a->dirs[i].used = ++a->tick;
	return a->dirs[i].fd;
}

/* Descriptor; -ENOENT: not open. */
static int known(struct act *a, const struct step_id *id)
{
	for (unsigned i = a->ndirs; i-- > 0;)
		if (step_id_eq(&a->dirs[i].id, id))
			return used(a, i);
	return -ENOENT;
}

/* fd is taken. */
static int keep(struct act *a, int fd, const struct step_id *id)
{
	if (a->ndirs == ACT_DIRS)
		(void)forget_one(a);
	a->dirs[a->ndirs] = (struct act_known){.id = *id, .fd = fd};
	return used(a, a->ndirs++);
}

static int open_path(struct act *a, const char *path)
{
	int fd = openpath(path, OPEN_DIR);

	while (none_left(fd) && forget_one(a))
		fd = openpath(path, OPEN_DIR);
	return fd;
}

int act_dir(struct act *a, const struct step_place *place)
{
	struct step_id id;
	struct meta meta;
	uint64_t mnt_id;
	int fd, rc;

	if (!place->dir || place->dir[0] != '/')
		return -EINVAL;
	if (place->dir_id.type == 0)
		return -ESTALE;
	fd = known(a, &place->dir_id);
	if (fd >= 0)
		return fd;
	fd = open_path(a, place->dir);
	if (fd < 0)
		return fd;
	rc = act_identify(fd, &id, &meta, &mnt_id);
	if (rc == 0 && !step_id_eq(&id, &place->dir_id))
		rc = -ESTALE;
	if (rc < 0) {
		sys_close(fd);
		return rc;
	}
	return keep(a, fd, &id);
}

static int set_place(const char *dir, const struct step_id *id, const char *name,
		     struct step_place *ret_place)
{
	struct step_place place = {0};
	int rc = dir[0] == '/' ? step_place_set(&place, dir, id, name) : -EINVAL;

	if (rc == 0)
		*ret_place = place;
	return rc;
}

/* An open directory that is known already is not asked for its file system again. */
static const struct step_id *known_meta(struct act *a, const struct meta *meta)
{
	const struct step_id is = id_of(meta, 0);

	for (unsigned i = a->ndirs; i-- > 0;)
		if (a->dirs[i].id.dev == is.dev && step_id_eq(&a->dirs[i].id, &is)) {
			(void)used(a, i);
			return &a->dirs[i].id;
		}
	return NULL;
}

int act_place(struct act *a, int dirfd, const char *dir, const char *name,
	      struct step_place *ret_place)
{
	const struct step_id *at;
	struct step_id id;
	struct meta meta;
	int fd, rc = stat_fd(dirfd, &meta, NULL);

	if (rc < 0)
		return rc;
	at = known_meta(a, &meta);
	if (at)
		return set_place(dir, at, name, ret_place);
	if (!S_ISDIR(meta.mode))
		return -ENOTDIR;
	fd = sys_openat(dirfd, ".", OPEN_DIR, 0);
	while (none_left(fd) && forget_one(a))
		fd = sys_openat(dirfd, ".", OPEN_DIR, 0);
	if (fd < 0)
		return fd;
	id = id_of(&meta, fsid_of(fd));
	keep(a, fd, &id);
	return set_place(dir, &id, name, ret_place);
}

int act_place_path(struct act *a, const char *dir, const char *name, struct step_place *ret_place)
{
	int fd = dir[0] == '/' ? open_path(a, dir) : -EINVAL, rc;

	if (fd < 0)
		return fd;
	rc = act_place(a, fd, dir, name, ret_place);
	sys_close(fd);
	return rc;
}

int act_thing(struct act *a, const struct step_place *place, struct step_id *ret_id,
	      struct step_attrs *ret_attrs)
{
	struct meta meta;
	int dir = act_dir(a, place), rc;

	if (dir < 0)
		return dir;
	if (!place->name || !identity_component(place->name))
		return -EINVAL;
	rc = stat_at(dir, place->name, &meta, NULL);
	if (rc == 0)
		rc = act_id_in(dir, place->name, &meta, &place->dir_id, ret_id);
	if (rc < 0 || !ret_attrs)
		return rc;
	*ret_attrs = act_attrs(&meta);
	return act_atime(dir, place->name, ret_attrs);
}

void act_dirs_changed(struct act *a, int fd, enum act_changed how)
{
	for (unsigned i = 0; i < a->ndirs; i++)
		if (a->dirs[i].fd == fd)
			a->dirs[i].changed |= how;
}

/* ---- trashes ---- */

struct act_trash *act_trash_whole(const struct act *a, const struct trash_dir *trash)
{
	for (size_t i = 0; i < a->ntrashes; i++)
		if (&a->trashes[i]->dir == trash)
			return a->trashes[i];
	return NULL;
}

const struct step_id *act_trash_files(const struct act *a, const struct trash_dir *trash)
{
	return &act_trash_whole(a, trash)->files;
}

void act_trash_changed(struct act *a, const struct trash_dir *trash, enum act_changed how)
{
	act_trash_whole(a, trash)->changed |= how;
}

static struct trash_dir *kept(const struct act *a, const struct step_id *files)
{
	for (size_t i = 0; i < a->ntrashes; i++)
		if (step_id_eq(&a->trashes[i]->files, files))
			return &a->trashes[i]->dir;
	return NULL;
}

int act_trash_keep(struct act *a, struct trash_dir *trash, struct trash_dir **ret_trash)
{
	struct act_trash *t;
	struct step_id files;
	struct meta meta;
	int rc = act_identify(trash->files, &files, &meta, NULL);

	if (rc < 0)
		return rc;
	*ret_trash = kept(a, &files);
	if (*ret_trash) {
		trash_dir_done(trash);
		return 0;
	}
	rc = array_grow(&a->trashes, &a->trash_cap, a->ntrashes + 1, sizeof(*a->trashes));
	t = rc < 0 ? NULL : calloc(1, sizeof(*t));
	if (!t)
		return -ENOMEM;
	*t = (struct act_trash){.dir = *trash, .files = files};
	trash_dir_init(trash);
	a->trashes[a->ntrashes++] = t;
	*ret_trash = &t->dir;
	return 0;
}

/* The trash of this path, found as the specification has them; nothing is made. */
static int open_trash(const struct act *a, struct str *path, struct trash_dir *t,
		      const char **ret_why)
{
	char own[32], uid[16];
	const char *name = path_base(path->buf);
	enum trash_kind kind = TRASH_OWN;
	int top, rc;

	snprintf(uid, sizeof(uid), "%u", a->self.uid);
	snprintf(own, sizeof(own), ".Trash-%s", uid);
	if (strcmp(name, "Trash") == 0) {
		struct trash_env env = {.home = a->home, .data_home = path->buf};

		str_cut(path, path_parent_len(path->buf));
		return trash_dir_home(&env, false, t, ret_why);
	}
	if (strcmp(name, own) != 0) {
		if (strcmp(name, uid) != 0)
			return -ENOENT;
		kind = TRASH_SHARED;
		str_cut(path, path_parent_len(path->buf));
		if (strcmp(path_base(path->buf), ".Trash") != 0)
			return -ENOENT;
	}
	str_cut(path, path_parent_len(path->buf));
	top = openpath(path->buf, OPEN_DIR);
	if (top < 0)
		return top;
	rc = trash_dir_top(top, path->buf, kind, false, t, ret_why);
	sys_close(top);
	return rc;
}

int act_trash_of(struct act *a, const struct step_place *place, struct trash_dir **ret_trash,
		 const char **ret_why)
{
	struct str path = STR_INIT;
	struct trash_dir t;
	int rc;

	*ret_why = NULL;
	if (!place->dir || place->dir[0] != '/')
		return -EINVAL;
	if (place->dir_id.type == 0)
		return -ESTALE;
	trash_dir_init(&t);
	*ret_trash = kept(a, &place->dir_id);
	if (*ret_trash)
		return 0;
	if (strcmp(path_base(place->dir), "files") != 0)
		return -ENOENT;
	rc = str_add(&path, place->dir, path_parent_len(place->dir));
	if (rc == 0)
		rc = open_trash(a, &path, &t, ret_why);
	str_done(&path);
	if (rc < 0)
		return rc;
	rc = act_trash_keep(a, &t, ret_trash);
	trash_dir_done(&t);
	if (rc == 0 && !step_id_eq(act_trash_files(a, *ret_trash), &place->dir_id))
		rc = -ESTALE;
	return rc;
}

/* ---- the disk ---- */

static int sync_trash(struct act *a, const struct act_trash *t)
{
	int info = sync_dir(a, t->dir.info), files = sync_dir(a, t->dir.files);

	return MIN(info, files);
}

/* Those that gained or lost names. */
static int sync_those(struct act *a, unsigned how)
{
	int bad = 0, rc;

	for (size_t i = 0; i < a->ntrashes; i++) {
		if (!(a->trashes[i]->changed & how))
			continue;
		rc = sync_trash(a, a->trashes[i]);
		if (rc == 0)
			a->trashes[i]->changed = 0;
		bad = bad ? bad : rc;
	}
	for (unsigned i = 0; i < a->ndirs; i++) {
		if (!(a->dirs[i].changed & how))
			continue;
		rc = sync_dir(a, a->dirs[i].fd);
		if (rc == 0)
			a->dirs[i].changed = 0;
		bad = bad ? bad : rc;
	}
	return bad;
}

/* First where things are now: a power cut in between leaves two names rather than none. */
int act_sync(struct act *a)
{
	int bad = a->sync_err, gained, lost;

	a->sync_err = 0;
	gained = sync_those(a, ACT_GAINED);
	lost = sync_those(a, ACT_LOST);
	if (bad == 0)
		bad = gained;
	return bad ? bad : lost;
}
