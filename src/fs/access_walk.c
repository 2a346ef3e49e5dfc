/* SPDX-License-Identifier: MIT */
#include "fs/access_walk.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "base/acl.h"
#include "base/path.h"
#include "fs/event.h"
#include "fs/mounts.h"
#include "fs/stat.h"
#include "fs/sys.h"

static void close_fd(int *fd)
{
	if (*fd >= 0)
		sys_close(*fd);
	*fd = -1;
}

/* When it cannot be told there may be one. */
static bool has_acl(int fd)
{
	struct str proc = STR_INIT;
	ssize_t n = str_addf(&proc, "/proc/self/fd/%d", fd);

	if (n == 0)
		n = sys_getxattr(proc.buf, ACL_XATTR_ACCESS, NULL, 0);
	str_done(&proc);
	return n != -ENODATA && n != -EOPNOTSUPP && n != 0;
}

static const struct mount *mount_by_id(const struct mount_list *list, uint64_t id)
{
	for (uint32_t i = 0; i < list->n; i++) {
		if (list->at[i].id == id)
			return &list->at[i];
	}
	return NULL;
}

static void take_mount(struct access_node *n, const struct mount *m)
{
	n->mount_known = true;
	n->network = m->network;
	n->read_only = m->read_only;
	n->fs_read_only = m->fs_read_only;
}

/* The table lists only what can be reached from the root directory: in a chroot(2) whose root is
 * no mount point, the mount of "/" is not in it, and without /proc there is none. Whether the file
 * system itself is read-only or only this mount of it cannot be told apart then: the latter is
 * asked last, and changes the error at most, not the verdict. */
static void ask_file_system(struct access_node *n, int fd)
{
	struct statfs v;

	if (sys_fstatfs(fd, &v) < 0)
		return;
	n->mount_known = true;
	n->network = mounts_network_magic((uint32_t)v.f_type);
	n->read_only = v.f_flags & ST_RDONLY;
}

/* Nothing more than what is needed is asked of a file system behind which a server is. */
static int look(const struct access_walk *w, int fd, struct access_node *ret_node)
{
	struct access_node n = {0};
	const struct mount *m;
	struct statvfs v;
	uint64_t mnt_id;
	int rc = stat_fd(fd, &n.meta, &mnt_id);

	if (rc)
		return rc;
	m = mount_by_id(&w->mounts, mnt_id);
	if (m)
		take_mount(&n, m);
	else
		ask_file_system(&n, fd);
	if (!n.network && !S_ISLNK(n.meta.mode)) {
		n.acl = has_acl(fd);
		if (!S_ISDIR(n.meta.mode) && sys_fstatvfs(fd, &v) == 0) {
			n.noexec = v.f_flag & ST_NOEXEC;
			n.nodev = v.f_flag & ST_NODEV;
		}
	}
	*ret_node = n;
	return 0;
}

static bool read_protected_symlinks(void)
{
	int fd = sys_openat(AT_FDCWD, "/proc/sys/fs/protected_symlinks", O_RDONLY | O_CLOEXEC, 0);
	char c = '0';

	if (fd < 0)
		return false;
	if (sys_read(fd, &c, 1) != 1)
		c = '0';
	sys_close(fd);
	return c != '0';
}

static void skip_slashes(struct access_walk *w)
{
	while (w->rest.buf[w->rest_pos] == '/')
		w->rest_pos++;
}

/* A trailing slash is a component of its own for the kernel: what is before it must be a directory
 * and is followed. "." says the same. */
static int set_rest(struct access_walk *w, const char *first, size_t first_len)
{
	struct str rest = STR_INIT;

	str_add(&rest, first, first_len);
	if (w->rest.buf[w->rest_pos]) {
		str_addc(&rest, '/');
		str_adds(&rest, w->rest.buf + w->rest_pos);
	}
	if (rest.len > 0 && rest.buf[rest.len - 1] == '/')
		str_addc(&rest, '.');
	if (rest.failed) {
		str_done(&rest);
		return -ENOMEM;
	}
	str_done(&w->rest);
	w->rest = rest;
	w->rest_pos = 0;
	skip_slashes(w);
	return 0;
}

static int go_root(struct access_walk *w)
{
	int fd = sys_openat(AT_FDCWD, "/", O_PATH | O_DIRECTORY | O_CLOEXEC, 0);

	if (fd < 0)
		return fd;
	close_fd(&w->fd);
	w->fd = fd;
	str_clear(&w->path);
	if (str_addc(&w->path, '/') < 0)
		return -ENOMEM;
	w->exists = true;
	return look(w, fd, &w->node);
}

int access_walk_init(struct access_walk *w, const char *path)
{
	int rc;

	*w = (struct access_walk){.fd = -1, .parent_fd = -1};
	str_init(&w->rest);
	str_init(&w->path);
	str_init(&w->parent_path);
	if (path[0] != '/')
		return -EINVAL;
	/* Without the table each file system is asked itself. */
	if (mounts_read(MOUNTS_FILE, &w->mounts) < 0)
		w->mounts = (struct mount_list){0};
	w->protected_symlinks = read_protected_symlinks();
	rc = set_rest(w, path + 1, strlen(path + 1));
	if (!rc)
		rc = go_root(w);
	w->done = w->last = w->rest.buf[w->rest_pos] == '\0';
	return rc;
}

void access_walk_done(struct access_walk *w)
{
	close_fd(&w->fd);
	close_fd(&w->parent_fd);
	fs_mounts_free(&w->mounts);
	str_done(&w->rest);
	str_done(&w->path);
	str_done(&w->parent_path);
}

/* path and parent_path for the component `name` of what is now the parent. */
static int extend_path(struct access_walk *w, const char *name)
{
	str_clear(&w->parent_path);
	str_add(&w->parent_path, w->path.buf, w->path.len);
	if (!strcmp(name, "..")) {
		str_cut(&w->path, path_parent_len(w->path.buf));
	} else if (strcmp(name, ".") != 0) {
		if (w->path.len > 1)
			str_addc(&w->path, '/');
		str_adds(&w->path, name);
	}
	return w->path.failed || w->parent_path.failed ? -ENOMEM : 0;
}

static int enter(struct access_walk *w, int fd, const char *name)
{
	int rc;

	close_fd(&w->parent_fd);
	w->parent_fd = w->fd;
	w->fd = fd;
	w->parent = w->node;
	w->exists = fd >= 0;
	rc = extend_path(w, name);
	if (!rc && fd >= 0)
		rc = look(w, fd, &w->node);
	else if (!rc)
		w->node = (struct access_node){0};
	return rc;
}

static int next_component(struct access_walk *w, struct str *ret_name)
{
	size_t len = strcspn(w->rest.buf + w->rest_pos, "/");
	int rc = str_add(ret_name, w->rest.buf + w->rest_pos, len);

	w->rest_pos += len;
	skip_slashes(w);
	w->last = w->rest.buf[w->rest_pos] == '\0';
	return rc;
}

int access_walk_step(struct access_walk *w, bool follow, bool may_miss)
{
	struct str name = STR_INIT;
	int fd, rc;

	rc = next_component(w, &name);
	if (!rc) {
		fd = sys_openat(w->fd, name.buf, O_PATH | O_NOFOLLOW | O_CLOEXEC, 0);
		if (fd >= 0 || (fd == -ENOENT && w->last && may_miss))
			rc = enter(w, fd < 0 ? -1 : fd, name.buf);
		else
			rc = fd;
	}
	str_done(&name);
	if (rc)
		return rc;
	if (w->exists && S_ISLNK(w->node.meta.mode) && (follow || !w->last))
		return ACCESS_WALK_LINK;
	w->done = w->last;
	return 0;
}

int access_walk_follow(struct access_walk *w)
{
	struct str target = STR_INIT;
	int rc;

	if (++w->links > ACCESS_WALK_LINKS_MAX)
		return -ELOOP;
	rc = stat_readlink(w->fd, "", &target);
	if (!rc && target.len == 0)
		rc = -ENOENT;
	if (!rc)
		rc = set_rest(w, target.buf, target.len);
	if (!rc && target.buf[0] == '/') {
		rc = go_root(w);
	} else if (!rc) {
		/* Back to the directory of the link. */
		close_fd(&w->fd);
		w->fd = w->parent_fd;
		w->parent_fd = -1;
		w->node = w->parent;
		str_clear(&w->path);
		rc = str_add(&w->path, w->parent_path.buf, w->parent_path.len);
	}
	str_done(&target);
	w->done = w->last = w->rest.buf[w->rest_pos] == '\0';
	return rc;
}
