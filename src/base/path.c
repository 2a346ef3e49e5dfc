/* SPDX-License-Identifier: MIT */
#include "base/path.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static void drop_last(struct str *out)
{
	while (out->len && out->buf[out->len - 1] != '/')
		str_cut(out, out->len - 1);
	if (out->len)
		str_cut(out, out->len - 1);
}

/* out is "" for the root while components are added, so that each begins with its slash. */
static void add_components(struct str *out, const char *path)
{
	while (*path) {
		size_t len = strcspn(path, "/");

		if (len == 2 && memcmp(path, "..", 2) == 0) {
			drop_last(out);
		} else if (len && !(len == 1 && *path == '.')) {
			str_addc(out, '/');
			str_add(out, path, len);
		}
		path += len + (path[len] == '/');
	}
}

static int finish(struct str *out)
{
	if (!out->len)
		str_addc(out, '/');
	return out->failed ? -ENOMEM : 0;
}

int path_resolve(struct str *out, const char *base, const char *path, const char *home)
{
	str_clear(out);
	if (home && path[0] == '~' && (path[1] == '/' || path[1] == '\0')) {
		add_components(out, home);
		path++;
	} else if (path[0] != '/') {
		add_components(out, base);
	}
	add_components(out, path);
	return finish(out);
}

int path_join(struct str *out, const char *dir, const char *name, size_t name_len)
{
	str_clear(out);
	str_adds(out, dir);
	if (out->len && out->buf[out->len - 1] != '/')
		str_addc(out, '/');
	str_add(out, name, name_len);
	return out->failed ? -ENOMEM : 0;
}

const char *path_base(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

size_t path_parent_len(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return 0;
	return slash == path ? 1 : (size_t)(slash - path);
}

const char *path_ext(const char *name, size_t len, size_t *ret_len)
{
	const char *dot = memrchr(name, '.', len);
	size_t lead = 0;

	while (lead < len && name[lead] == '.')
		lead++;
	*ret_len = 0;
	if (!dot || (size_t)(dot - name) < lead)
		return name + len;
	*ret_len = len - (size_t)(dot - name) - 1;
	return dot + 1;
}

static size_t trimmed_len(const char *path)
{
	size_t len = strlen(path);

	while (len && path[len - 1] == '/')
		len--;
	return len;
}

/* Not within a character of UTF-8. */
static size_t cut_at(const char *name, size_t len)
{
	while (len > 0 && ((unsigned char)name[len] & 0xc0) == 0x80)
		len--;
	return len;
}

/* The extension stays while it is not most of the name. */
int path_numbered(struct str *out, const char *name, unsigned n, size_t max)
{
	size_t len = strlen(name), ext_len, room, stem;
	const char *ext = path_ext(name, len, &ext_len);
	char number[16] = "";

	if (n > 1)
		snprintf(number, sizeof(number), ".%u", n);
	room = max - MIN(max, strlen(number));
	if (ext_len > 0 && ext_len < 32 && ext_len + 1 < room)
		ext--, ext_len++;
	else
		ext = "", ext_len = 0;
	stem = len - ext_len;
	if (stem + ext_len > room)
		stem = cut_at(name, room - ext_len);
	str_clear(out);
	str_add(out, name, stem);
	str_adds(out, number);
	str_add(out, ext, ext_len);
	return out->failed ? -ENOMEM : 0;
}

bool path_is_below(const char *path, const char *dir)
{
	size_t len = trimmed_len(dir);

	/* Without its slash the root is the empty string, which every absolute path follows. */
	if (!len && dir[0] != '/')
		return false;
	return strncmp(path, dir, len) == 0 && (path[len] == '/' || (len && path[len] == '\0'));
}

int path_abbrev(struct str *out, const char *path, const char *home)
{
	size_t len = home ? trimmed_len(home) : 0;

	if (len && path_is_below(path, home)) {
		str_addc(out, '~');
		path += len;
	}
	return str_adds(out, path);
}

/* Bytes of the longest directory that both are in or are. */
static size_t common_len(const char *a, const char *b)
{
	size_t common = 0, i = 0;

	for (;; i++) {
		bool ends_a = a[i] == '/' || !a[i], ends_b = b[i] == '/' || !b[i];

		if (ends_a && ends_b)
			common = i;
		if (a[i] != b[i] || !a[i])
			return common;
	}
}

int path_relative(struct str *out, const char *dir, const char *path)
{
	size_t start = out->len, common;

	/* The root is the empty string before the slash of all others. */
	dir += strcmp(dir, "/") == 0;
	path += strcmp(path, "/") == 0;
	common = common_len(dir, path);
	for (const char *up = dir + common; *up; up++) {
		if (*up == '/')
			str_adds(out, out->len > start ? "/.." : "..");
	}
	path += common;
	path += *path == '/';
	if (*path && out->len > start)
		str_addc(out, '/');
	str_adds(out, *path || out->len > start ? path : ".");
	return out->failed ? -ENOMEM : 0;
}
