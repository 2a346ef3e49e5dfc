/* SPDX-License-Identifier: MIT */
#include "fs/guards.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/str.h"
#include "fs/event.h"
#include "fs/mounts.h"
#include "fs/openpath.h"
#include "fs/stat.h"
#include "fs/sys.h"

#define CLIMB_MAX  200000 /* a file server may tell of parents without end */
#define PASSWD_MAX (16u << 20)

struct guards {
	struct map why; /* struct file_id to static words */
};

int guards_new(struct guards **ret_guards)
{
	struct guards *g = calloc(1, sizeof(*g));

	if (!g)
		return -ENOMEM;
	map_init(&g->why);
	*ret_guards = g;
	return 0;
}

void guards_free(struct guards *g)
{
	if (!g)
		return;
	map_done(&g->why);
	free(g);
}

int guards_add(struct guards *g, struct file_id id, const char *why)
{
	if (map_get(&g->why, &id, sizeof(id), NULL))
		return 0;
	return map_put(&g->why, &id, sizeof(id), (uintptr_t)why);
}

const char *guards_why(const struct guards *g, struct file_id id)
{
	uintptr_t why;

	return g && map_get(&g->why, &id, sizeof(id), &why) ? (const char *)why : NULL;
}

/* From the directory fd, taken, to the root directory. */
static int add_upwards(struct guards *g, int fd, const char *why, const char *why_above)
{
	struct file_id last = {0};
	struct meta meta;
	int rc = 0;

	for (unsigned i = 0; rc == 0 && i < CLIMB_MAX; i++) {
		int up;

		rc = stat_fd(fd, &meta, NULL);
		if (rc < 0 || file_id_eq(meta.id, last))
			break;
		last = meta.id;
		rc = guards_add(g, meta.id, i == 0 ? why : why_above);
		up = rc < 0 ? rc : sys_openat(fd, "..", O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
		sys_close(fd);
		if (up < 0)
			return up;
		fd = up;
	}
	sys_close(fd);
	return rc;
}

int guards_add_path(struct guards *g, const char *path, const char *why, const char *why_above)
{
	int fd = openpath(path, O_PATH | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 ? fd : add_upwards(g, fd, why, why_above);
}

static bool may_be_missing(int rc)
{
	return rc == -ENOENT || rc == -ENOTDIR || rc == -EACCES || rc == -ELOOP || rc == -ESTALE;
}

static int add_if_there(struct guards *g, const char *path, const char *why, const char *above)
{
	int rc = path && path[0] == '/' ? guards_add_path(g, path, why, above) : 0;

	return may_be_missing(rc) ? 0 : rc;
}

/* The sixth field of each line, passwd(5). Read here and not asked of the name service: that might
 * wait, and list a whole company. */
static int add_homes(struct guards *g, char *text)
{
	struct mount_list mounts = {0};
	char *line, *rest = text;
	int rc = mounts_read(MOUNTS_FILE, &mounts);

	if (rc < 0 && rc != -ENOMEM)
		rc = 0; /* without a list, nothing is known to be far */
	while (rc == 0 && (line = strsep(&rest, "\n"))) {
		const struct mount *m;
		char *home = line;

		for (int field = 1; home && field < 6; field++)
			strsep(&home, ":");
		home = home ? strsep(&home, ":") : NULL;
		if (!home || home[0] != '/')
			continue;
		m = mounts.n ? mounts_find(&mounts, home) : NULL;
		if (!m || !m->network)
			rc = add_if_there(g, home, "it is somebody's home directory",
					  "there is a home directory in it");
	}
	fs_mounts_free(&mounts);
	return rc;
}

static int read_homes(struct guards *g, const char *passwd)
{
	int fd = sys_openat(AT_FDCWD, passwd, O_RDONLY | O_NONBLOCK | O_CLOEXEC, 0);
	struct str text = STR_INIT;
	char buf[4096];
	ssize_t n = fd < 0 ? fd : 0;

	while (fd >= 0 && text.len < PASSWD_MAX && (n = sys_read(fd, buf, sizeof(buf))) > 0)
		if (str_add(&text, buf, (size_t)n) < 0) {
			n = -ENOMEM;
			break;
		}
	if (fd >= 0)
		sys_close(fd);
	if (n >= 0)
		n = add_homes(g, text.buf);
	str_done(&text);
	return may_be_missing((int)n) ? 0 : (int)MIN(n, 0);
}

static int add_current(struct guards *g)
{
	int fd = sys_openat(AT_FDCWD, ".", O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
	int rc = fd < 0 ? fd
			: add_upwards(g, fd, "it is the current directory",
				      "the current directory is in it");

	return may_be_missing(rc) ? 0 : rc;
}

int guards_usual(const struct guards_places *places, struct guards **ret_guards)
{
	struct guards *g = NULL;
	int rc = guards_new(&g);

	if (rc == 0)
		rc = guards_add_path(g, "/", "it is the root directory", "");
	if (rc == 0)
		rc = add_if_there(g, places->home, "it is your home directory",
				  "your home directory is in it");
	for (size_t i = 0; rc == 0 && i < places->nown; i++)
		rc = add_if_there(g, places->own[i], "it is where trowel keeps its own files",
				  "what trowel keeps of its own is in it");
	if (rc == 0)
		rc = add_current(g);
	if (rc == 0 && places->passwd)
		rc = read_homes(g, places->passwd);
	if (rc < 0) {
		guards_free(g);
		return rc;
	}
	*ret_guards = g;
	return 0;
}
