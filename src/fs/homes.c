/* SPDX-License-Identifier: MIT */
#include "fs/homes.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "fs/openpath.h"
#include "fs/sys.h"
#include "fs/trusted.h"

#define NOWHERE " leads by '..' to no directory that can be used; a path without it would help"

static const struct {
	const char *name, *nowhere;
} variables[] = {
	{"HOME", "HOME" NOWHERE},
	{"XDG_DATA_HOME", "XDG_DATA_HOME" NOWHERE},
	{"XDG_STATE_HOME", "XDG_STATE_HOME" NOWHERE},
	{"XDG_CONFIG_HOME", NULL}, /* nothing is done to files by what is in it */
};

/* Bytes up to and with the last component that is ".."; 0: there is none. */
static size_t len_with_dots(const char *path)
{
	size_t with = 0;

	for (size_t at = 0; path[at]; at += path[at] == '/') {
		size_t len = strcspn(path + at, "/");

		if (len == 2 && memcmp(path + at, "..", 2) == 0)
			with = at + len;
		at += len;
	}
	return with;
}

/* Sets out to the directory that the first `len` bytes lead to. */
static int ask_kernel(const char *path, size_t len, struct str *out)
{
	CLEANUP(str_done) struct str part = STR_INIT;
	CLEANUP(str_done) struct str inside = STR_INIT;
	const char *why;
	int fd, rc = str_add(&part, path, len);

	if (rc < 0)
		return rc;
	/* Of the way that is written nothing is seen in the one that comes out. */
	rc = path_join(&inside, part.buf, "x", 1);
	if (rc == 0)
		rc = trusted_place(inside.buf, &why);
	fd = rc < 0 ? rc : openpath(part.buf, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return fd;
	rc = openpath_of(fd, part.buf, out);
	sys_close(fd);
	return rc;
}

int homes_path(const char *path, struct str *out)
{
	CLEANUP(str_done) struct str real = STR_INIT;
	size_t len = len_with_dots(path);
	int rc;

	if (path[0] != '/')
		return -EINVAL;
	rc = len ? ask_kernel(path, len, &real) : 0;
	/* Without "..", what is left to do is the same by the text. */
	if (rc == 0)
		rc = str_adds(&real, path + len);
	return rc ? rc : path_resolve(out, "/", real.buf, NULL);
}

int homes_settle(void)
{
	for (size_t i = 0; i < ARRAY_LEN(variables); i++) {
		CLEANUP(str_done) struct str settled = STR_INIT;
		const char *value = getenv(variables[i].name);
		int rc = value ? homes_path(value, &settled) : -ENOENT;

		if (rc == 0 && strcmp(value, settled.buf) != 0 &&
		    setenv(variables[i].name, settled.buf, 1) < 0)
			rc = -ENOMEM;
		if (rc == -ENOMEM)
			return rc;
	}
	return 0;
}

const char *homes_get(const char *variable)
{
	const char *value = getenv(variable);

	return value && value[0] == '/' && !len_with_dots(value) ? value : NULL;
}

const char *homes_wrong(void)
{
	const char *home = getenv("HOME");
	bool needed = !homes_get("XDG_DATA_HOME") || !homes_get("XDG_STATE_HOME");

	for (size_t i = 0; i < ARRAY_LEN(variables); i++) {
		const char *value = getenv(variables[i].name);

		if (value && value[0] == '/' && !homes_get(variables[i].name))
			return variables[i].nowhere;
	}
	if (needed && home && home[0] && home[0] != '/')
		return "HOME is not an absolute path; one that begins with / would help";
	return NULL;
}

const char *homes_missing(void)
{
	const char *wrong = homes_wrong();

	return wrong ? wrong : "neither HOME nor XDG_STATE_HOME says where it is";
}
