/* SPDX-License-Identifier: MIT */
#include "base/trashinfo.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#define GROUP "[Trash Info]"

/* ---- percent encoding ---- */

static bool stands_for_itself(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c && strchr("-._~/", c));
}

int trashinfo_encode(struct str *out, const char *bytes, size_t len)
{
	static const char digits[] = "0123456789ABCDEF";

	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)bytes[i];
		const char escape[3] = {'%', digits[c >> 4], digits[c & 15]};
		int rc = stands_for_itself(c) ? str_addc(out, (char)c) : str_add(out, escape, 3);

		if (rc < 0)
			return rc;
	}
	return 0;
}

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

int trashinfo_decode(struct str *out, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		int c = (unsigned char)text[i];

		if (c == '%') {
			int high = i + 2 < len ? hex(text[i + 1]) : -1;
			int low = high < 0 ? -1 : hex(text[i + 2]);

			if (low < 0)
				return -EINVAL;
			c = high << 4 | low;
			i += 2;
		}
		if (c == 0)
			return -EINVAL;
		if (str_addc(out, (char)c) < 0)
			return -ENOMEM;
	}
	return 0;
}

/* ---- the path ---- */

/* Component by component; NULL: fine. */
static const char *normalise(struct str *path)
{
	bool absolute = path->len > 0 && path->buf[0] == '/';
	size_t to = absolute, from = 0;

	while (from < path->len) {
		const char *slash = memchr(path->buf + from, '/', path->len - from);
		size_t end = slash ? (size_t)(slash - path->buf) : path->len, len = end - from;
		const char *part = path->buf + from;

		if (len == 2 && memcmp(part, "..", 2) == 0)
			return "its path has \"..\" in it";
		if (len > 0 && !(len == 1 && *part == '.')) {
			if (to > absolute)
				path->buf[to++] = '/';
			memmove(path->buf + to, part, len);
			to += len;
		}
		from = end + 1;
	}
	str_cut(path, to);
	return to > absolute ? NULL : "its path is empty";
}

static int take_path(struct trashinfo *info, const char *text, size_t len)
{
	int rc = trashinfo_decode(&info->path, text, len);

	if (rc == -ENOMEM)
		return rc;
	info->why = rc < 0 ? "its path has a bad escape or a NUL in it" : normalise(&info->path);
	if (info->why)
		str_clear(&info->path);
	else
		info->kind = info->path.buf[0] == '/' ? TRASHINFO_ABSOLUTE : TRASHINFO_RELATIVE;
	return 0;
}

/* ---- the date ---- */

/* So many digits. */
static bool take_number(const char **at, const char *end, int digits, int *ret)
{
	*ret = 0;
	for (; digits > 0; digits--, ++*at) {
		if (*at == end || **at < '0' || **at > '9')
			return false;
		*ret = *ret * 10 + (**at - '0');
	}
	return true;
}

static bool take_char(const char **at, const char *end, char c)
{
	bool there = *at < end && **at == c;

	*at += there;
	return there;
}

static bool exists(const struct trash_date *d)
{
	static const int days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = (d->year % 4 == 0 && d->year % 100 != 0) || d->year % 400 == 0;

	return d->year > 0 && d->month >= 1 && d->month <= 12 && d->day >= 1 &&
	       d->day <= days[d->month - 1] - (d->month == 2 && !leap) && d->hour <= 23 &&
	       d->minute <= 59 && d->second <= 60;
}

/* 2004-08-31T22:32:08, or 20040831T22:32:08 as in the specification's own example; what follows (a
 * zone, fractions of seconds) is passed over. */
static void take_date(struct trashinfo *info, const char *text, size_t len)
{
	const char *at = text, *end = text + len;
	struct trash_date d = {0};
	bool ok = take_number(&at, end, 4, &d.year), dashes = take_char(&at, end, '-');

	ok = ok && take_number(&at, end, 2, &d.month);
	ok = ok && take_char(&at, end, '-') == dashes && take_number(&at, end, 2, &d.day);
	ok = ok && take_char(&at, end, 'T') && take_number(&at, end, 2, &d.hour);
	ok = ok && take_char(&at, end, ':') && take_number(&at, end, 2, &d.minute);
	ok = ok && take_char(&at, end, ':') && take_number(&at, end, 2, &d.second);
	if (ok && exists(&d))
		info->date = d;
}

/* ---- the file ---- */

struct found {
	bool path, date;
};

static bool is_key(const char *line, size_t len, const char *key)
{
	size_t n = strlen(key);

	return len >= n && memcmp(line, key, n) == 0;
}

static int take_line(struct trashinfo *info, struct found *found, const char *line, size_t len)
{
	if (!found->path && is_key(line, len, "Path=")) {
		found->path = true;
		return take_path(info, line + 5, len - 5);
	}
	if (!found->date && is_key(line, len, "DeletionDate=")) {
		found->date = true;
		take_date(info, line + 13, len - 13);
	}
	return 0;
}

static size_t without_blanks(const char *line, size_t len)
{
	while (len > 0 && strchr(" \t\r", line[len - 1]) && line[len - 1])
		len--;
	return len;
}

int trashinfo_parse(const char *text, size_t len, struct trashinfo *ret_info)
{
	struct trashinfo info = TRASHINFO_INIT;
	struct found found = {0};
	size_t at = 0;
	bool first = true;
	int rc = 0;

	info.why = "it has no path";
	while (rc == 0 && at < len) {
		const char *line = text + at, *newline = memchr(line, '\n', len - at);
		size_t n = newline ? (size_t)(newline - line) : len - at;

		at += n + 1;
		n = without_blanks(line, n);
		if (first && (n != strlen(GROUP) || memcmp(line, GROUP, n) != 0))
			return -EINVAL;
		if (!first && n > 0 && *line == '[')
			break;
		first = false;
		rc = take_line(&info, &found, line, n);
	}
	if (rc < 0 || first) {
		trashinfo_done(&info);
		return rc < 0 ? rc : -EINVAL;
	}
	*ret_info = info;
	return 0;
}

void trashinfo_done(struct trashinfo *info)
{
	if (!info)
		return;
	str_done(&info->path);
	*info = (struct trashinfo)TRASHINFO_INIT;
}

int trashinfo_write(struct str *out, const char *path, const struct trash_date *date)
{
	if (str_adds(out, GROUP "\nPath=") < 0 || trashinfo_encode(out, path, strlen(path)) < 0)
		return -ENOMEM;
	return str_addf(out, "\nDeletionDate=%04d-%02d-%02dT%02d:%02d:%02d\n", date->year,
			date->month, date->day, date->hour, date->minute, date->second);
}

/* ---- sizes of directories ---- */

static bool take_unsigned(const char **at, const char *end, uint64_t *ret)
{
	const char *from = *at;

	for (*ret = 0; *at < end && **at >= '0' && **at <= '9'; ++*at) {
		unsigned digit = (unsigned)(**at - '0');

		if (*ret > (UINT64_MAX - digit) / 10)
			return false;
		*ret = *ret * 10 + digit;
	}
	return *at > from;
}

int trashinfo_size_line(const char *line, size_t len, uint64_t *ret_size, int64_t *ret_mtime,
			struct str *ret_name)
{
	const char *at = line, *end = line + len;
	uint64_t size, mtime;
	bool minus;
	int rc;

	if (!take_unsigned(&at, end, &size) || !take_char(&at, end, ' '))
		return -EINVAL;
	minus = take_char(&at, end, '-');
	if (!take_unsigned(&at, end, &mtime) || !take_char(&at, end, ' ') || mtime > INT64_MAX)
		return -EINVAL;
	str_clear(ret_name);
	rc = trashinfo_decode(ret_name, at, (size_t)(end - at));
	if (rc < 0)
		return rc;
	if (ret_name->len == 0 || strchr(ret_name->buf, '/') || str_eq(ret_name, ".") ||
	    str_eq(ret_name, ".."))
		return -EINVAL;
	*ret_size = size;
	*ret_mtime = minus ? -(int64_t)mtime : (int64_t)mtime;
	return 0;
}

int trashinfo_add_size_line(struct str *out, uint64_t size, int64_t mtime, const char *name)
{
	if (str_addf(out, "%" PRIu64 " %" PRId64 " ", size, mtime) < 0 ||
	    trashinfo_encode(out, name, strlen(name)) < 0)
		return -ENOMEM;
	return str_addc(out, '\n');
}
