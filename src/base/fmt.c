/* SPDX-License-Identifier: MIT */
#include "base/fmt.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

const char *fmt_size(char buf[FMT_MAX], uint64_t bytes)
{
	const char *unit = "KMGTPE";
	unsigned shift = 10;
	uint64_t mask, whole, tenths;

	if (bytes < 1024) {
		snprintf(buf, FMT_MAX, "%u", (unsigned)bytes);
		return buf;
	}
	/* Rounded up, as ls(1) does: 1023.2K becomes 1024K, and so is written as 1.0M. */
	for (;; shift += 10, unit++) {
		mask = (UINT64_C(1) << shift) - 1;
		whole = (bytes >> shift) + ((bytes & mask) != 0);
		if (whole < 1024)
			break;
	}
	/* Ten times the rest fits in 64 bits, also when the unit is E. */
	tenths = (bytes >> shift) * 10 + (((bytes & mask) * 10 + mask) >> shift);
	if (tenths < 100)
		snprintf(buf, FMT_MAX, "%u.%u%c", (unsigned)(tenths / 10), (unsigned)(tenths % 10),
			 *unit);
	else
		snprintf(buf, FMT_MAX, "%u%c", (unsigned)whole, *unit);
	return buf;
}

const char *fmt_count(char buf[FMT_MAX], uint64_t n)
{
	char digits[FMT_MAX];
	int len = snprintf(digits, sizeof(digits), "%" PRIu64, n);
	char *to = buf;

	for (int i = 0; i < len; i++) {
		*to++ = digits[i];
		if (i + 1 < len && (len - i - 1) % 3 == 0)
			*to++ = ',';
	}
	*to = '\0';
	return buf;
}

static bool local_time(int64_t sec, struct tm *ret_tm)
{
	time_t t = (time_t)sec;

	return t == sec && localtime_r(&t, ret_tm) && ret_tm->tm_year >= -1900 &&
	       ret_tm->tm_year <= 9999 - 1900;
}

/* "2026-11-02 14:02"; a table of fields in place of strftime(3), which reads the locale. */
static int put_minutes(char buf[FMT_MAX], const struct tm *tm)
{
	return snprintf(buf, FMT_MAX, "%04d-%02d-%02d %02d:%02d", tm->tm_year + 1900,
			tm->tm_mon + 1, tm->tm_mday, tm->tm_hour, tm->tm_min);
}

const char *fmt_time(char buf[FMT_MAX], int64_t sec)
{
	struct tm tm;

	if (local_time(sec, &tm))
		put_minutes(buf, &tm);
	else
		snprintf(buf, FMT_MAX, "@%" PRId64, sec);
	return buf;
}

const char *fmt_time_exact(char buf[FMT_MAX], int64_t sec, uint32_t nsec)
{
	struct tm tm;
	long off;
	int n;

	if (!local_time(sec, &tm)) {
		snprintf(buf, FMT_MAX, "@%" PRId64 ".%09u", sec, (unsigned)nsec);
		return buf;
	}
	n = put_minutes(buf, &tm);
	off = tm.tm_gmtoff < 0 ? -tm.tm_gmtoff : tm.tm_gmtoff;
	snprintf(buf + n, FMT_MAX - (size_t)n, ":%02d.%09u %c%02ld%02ld", tm.tm_sec, (unsigned)nsec,
		 tm.tm_gmtoff < 0 ? '-' : '+', off / 3600, off / 60 % 60);
	return buf;
}

const char *fmt_age(char buf[FMT_MAX], int64_t sec, int64_t now)
{
	static const struct {
		uint64_t below, unit; /* seconds */
		const char *one, *many;
	} steps[] = {
		{3600, 60, "min", "min"},
		{86400, 3600, "h", "h"},
		{30 * 86400, 86400, "day", "days"},
		{365 * 86400, 30 * 86400, "month", "months"},
		{UINT64_MAX, 365 * 86400, "year", "years"},
	};
	bool future = sec > now;
	/* The distance of two int64_t may not fit in one. */
	uint64_t distance = future ? (uint64_t)sec - (uint64_t)now : (uint64_t)now - (uint64_t)sec;
	size_t i = 0;
	uint64_t n;

	if (distance < 60) {
		snprintf(buf, FMT_MAX, "just now");
		return buf;
	}
	while (distance >= steps[i].below && i + 1 < ARRAY_LEN(steps))
		i++;
	n = distance / steps[i].unit;
	snprintf(buf, FMT_MAX, "%s%" PRIu64 " %s%s", future ? "in " : "", n,
		 n == 1 ? steps[i].one : steps[i].many, future ? "" : " ago");
	return buf;
}

static char type_letter(uint32_t mode)
{
	static const struct {
		uint32_t type;
		char letter;
	} letters[] = {
		{S_IFREG, '-'}, {S_IFDIR, 'd'}, {S_IFLNK, 'l'},  {S_IFCHR, 'c'},
		{S_IFBLK, 'b'}, {S_IFIFO, 'p'}, {S_IFSOCK, 's'},
	};

	for (size_t i = 0; i < ARRAY_LEN(letters); i++) {
		if ((mode & S_IFMT) == letters[i].type)
			return letters[i].letter;
	}
	return '?';
}

const char *fmt_mode(char buf[FMT_MAX], uint32_t mode)
{
	static const struct {
		uint32_t bit;
		unsigned at;        /* the column of the class's x */
		char with, without; /* x, or no x below it */
	} special[] = {
		{S_ISUID, 3, 's', 'S'},
		{S_ISGID, 6, 's', 'S'},
		{S_ISVTX, 9, 't', 'T'},
	};

	buf[0] = type_letter(mode);
	for (unsigned i = 0; i < 9; i++)
		buf[1 + i] = mode & (0400u >> i) ? "rwx"[i % 3] : '-';
	for (size_t i = 0; i < ARRAY_LEN(special); i++) {
		if (mode & special[i].bit)
			buf[special[i].at] =
				buf[special[i].at] == 'x' ? special[i].with : special[i].without;
	}
	buf[10] = '\0';
	return buf;
}

const char *fmt_duration(char buf[FMT_MAX], uint64_t ms)
{
	uint64_t s = ms / 1000;

	if (s < 10)
		snprintf(buf, FMT_MAX, "%u.%u s", (unsigned)s, (unsigned)(ms % 1000 / 100));
	else if (s < 60)
		snprintf(buf, FMT_MAX, "%u s", (unsigned)s);
	else if (s < 3600)
		snprintf(buf, FMT_MAX, "%u min", (unsigned)(s / 60));
	else
		snprintf(buf, FMT_MAX, "%" PRIu64 " h", s / 3600);
	return buf;
}
