/* SPDX-License-Identifier: MIT */
#include "ui/terminfo.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern char **environ;

enum { MAGIC_16 = 0432, MAGIC_32 = 01036 }; /* width of numbers */
enum { HEADER_SIZE = 12 };

/* Positions in the array of strings, as <term.h> numbers them. */
static const unsigned unwanted[] = {
	109, /* parm_index */
	113, /* parm_rindex */
	121, /* repeat_char */
	131, /* set_attributes */
};

static unsigned get16(const unsigned char *p)
{
	return p[0] | (unsigned)p[1] << 8;
}

/* Where the offsets of the strings begin; 0 when this is no description. */
static size_t strings_at(const unsigned char *entry, size_t len, unsigned *ret_count)
{
	unsigned magic, numbers;
	size_t at;

	if (len < HEADER_SIZE)
		return 0;
	magic = get16(entry);
	if (magic != MAGIC_16 && magic != MAGIC_32)
		return 0;
	at = HEADER_SIZE + get16(entry + 2) + get16(entry + 4);
	at += at & 1;
	numbers = get16(entry + 6);
	at += (size_t)numbers * (magic == MAGIC_32 ? 4 : 2);
	*ret_count = get16(entry + 8);
	return at + (size_t)*ret_count * 2 <= len ? at : 0;
}

int terminfo_strip(unsigned char *entry, size_t len)
{
	unsigned count = 0;
	size_t at = strings_at(entry, len, &count);

	if (!at)
		return -EINVAL;
	for (size_t i = 0; i < ARRAY_LEN(unwanted); i++)
		if (unwanted[i] < count) /* -1: absent */
			memset(entry + at + (size_t)unwanted[i] * 2, 0xff, 2);
	return 0;
}

/* Returns the length, 0 when there is none or it is too large. */
static size_t read_entry(const char *dir, size_t dir_len, const char *name, unsigned char *entry)
{
	CLEANUP(str_done) struct str path = STR_INIT;
	ssize_t n;
	int fd;

	if (str_addf(&path, "%.*s/%c/%s", (int)dir_len, dir, name[0], name) < 0)
		return 0;
	fd = open(path.buf, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return 0;
	n = read(fd, entry, TERMINFO_MAX);
	close(fd);
	return n > 0 && n < TERMINFO_MAX ? (size_t)n : 0;
}

/* A list of directories as TERMINFO_DIRS has it: an empty one means those of the system. */
static size_t search(const char *dirs, const char *name, unsigned char *entry)
{
	size_t found = 0;

	while (dirs && !found) {
		size_t len = strcspn(dirs, ":");

		if (len)
			found = read_entry(dirs, len, name, entry);
		dirs = dirs[len] ? dirs + len + 1 : NULL;
	}
	return found;
}

/* In the order in which curses looks: terminfo(5), "Fetching compiled descriptions". */
static size_t find_entry(const char *name, unsigned char *entry)
{
	const char *own = getenv("TERMINFO"), *home = getenv("HOME");
	CLEANUP(str_done) struct str personal = STR_INIT;
	size_t found = own ? read_entry(own, strlen(own), name, entry) : 0;

	if (!found && home && str_addf(&personal, "%s/.terminfo", home) == 0)
		found = read_entry(personal.buf, personal.len, name, entry);
	if (!found)
		found = search(getenv("TERMINFO_DIRS"), name, entry);
	if (!found)
		found = search("/etc/terminfo:/lib/terminfo:/usr/share/terminfo:/usr/lib/terminfo",
			       name, entry);
	return found;
}

static int set_variable(const unsigned char *entry, size_t len)
{
	CLEANUP(str_done) struct str value = STR_INIT;
	int err = str_adds(&value, "hex:");

	for (size_t i = 0; i < len && !err; i++)
		err = str_addf(&value, "%02X", entry[i]);
	if (!err && setenv("TERMINFO", value.buf, 1) < 0)
		err = -errno;
	return err;
}

static char **copy_environ(void)
{
	size_t n = 0;
	char **copy;

	while (environ && environ[n])
		n++;
	copy = calloc(n + 1, sizeof(*copy));
	if (copy && n)
		memcpy(copy, environ, n * sizeof(*copy));
	return copy;
}

static bool holds_description(const char *value)
{
	return value && (strncmp(value, "hex:", 4) == 0 || strncmp(value, "b64:", 4) == 0);
}

int terminfo_prepare(char ***ret_environ)
{
	const char *name = getenv("TERM");
	unsigned char entry[TERMINFO_MAX];
	char **before;
	size_t len;
	int err;

	*ret_environ = NULL;
	if (!name || !*name || strchr(name, '/') || holds_description(getenv("TERMINFO")))
		return 0;
	len = find_entry(name, entry);
	if (!len || terminfo_strip(entry, len) < 0)
		return 0;
	before = copy_environ();
	if (!before)
		return -ENOMEM;
	err = set_variable(entry, len);
	if (err) {
		free(before);
		return err;
	}
	*ret_environ = before;
	return 0;
}
