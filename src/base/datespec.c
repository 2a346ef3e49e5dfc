/* SPDX-License-Identifier: MIT */
#include "base/datespec.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>

#define NSEC_DIGITS 9
#define SECONDS_MAX INT64_C(67768036191676799) /* what a struct tm can hold the year of */

static const char form[] = "a date is YYYY-MM-DD, with THH:MM[:SS] and a zone if need be, or "
			   "@SECONDS";
static const char no_moment[] = "there is no such date or time";

static bool digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Exactly n digits at *at, which moves behind them. */
static bool digits(const char **at, int n, int *ret_value)
{
	int value = 0;

	for (; n > 0; n--, (*at)++) {
		if (!digit(**at))
			return false;
		value = value * 10 + (**at - '0');
	}
	*ret_value = value;
	return true;
}

static bool skip(const char **at, char c)
{
	if (**at != c)
		return false;
	(*at)++;
	return true;
}

/* What stands behind a point or a comma: one to nine digits. True also when nothing does. */
static bool fraction(const char **at, uint32_t *ret_nsec)
{
	uint32_t nsec = 0;
	int n = 0;

	*ret_nsec = 0;
	if (!skip(at, '.') && !skip(at, ','))
		return true;
	for (; digit(**at); (*at)++, n++) {
		if (n == NSEC_DIGITS)
			return false;
		nsec = nsec * 10 + (uint32_t)(**at - '0');
	}
	if (n == 0)
		return false;
	for (; n < NSEC_DIGITS; n++)
		nsec *= 10;
	*ret_nsec = nsec;
	return true;
}

static int parse_seconds(const char *at, int64_t *ret_sec, uint32_t *ret_nsec, const char **ret_why)
{
	bool negative = skip(&at, '-');
	int64_t sec = 0;

	if (!digit(*at)) {
		*ret_why = form;
		return -EINVAL;
	}
	for (; digit(*at); at++) {
		sec = sec * 10 + (*at - '0');
		if (sec > SECONDS_MAX) {
			*ret_why = "so many seconds are more than any clock counts";
			return -EINVAL;
		}
	}
	if (!fraction(&at, ret_nsec) || *at) {
		*ret_why = form;
		return -EINVAL;
	}
	*ret_sec = negative ? -sec : sec;
	if (negative && *ret_nsec) {
		*ret_sec -= 1;
		*ret_nsec = 1000000000u - *ret_nsec;
	}
	return 0;
}

/* "Z", "+HH", "+HHMM", "+HH:MM"; ret_east in seconds. */
static bool zone(const char **at, int *ret_east)
{
	bool west = **at == '-';
	int hours, minutes = 0;

	*ret_east = 0;
	if (skip(at, 'Z'))
		return true;
	if ((!west && **at != '+') || !(*at)++ || !digits(at, 2, &hours))
		return false;
	if (skip(at, ':') || digit(**at)) {
		if (!digits(at, 2, &minutes))
			return false;
	}
	if (hours > 23 || minutes > 59)
		return false;
	*ret_east = (hours * 60 + minutes) * 60 * (west ? -1 : 1);
	return true;
}

static int days_in(int year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return days[month - 1] + (month == 2 && leap);
}

static bool possible(const struct tm *tm)
{
	int year = tm->tm_year + 1900, month = tm->tm_mon + 1;

	return month >= 1 && month <= 12 && tm->tm_mday >= 1 &&
	       tm->tm_mday <= days_in(year, month) && tm->tm_hour <= 23 && tm->tm_min <= 59 &&
	       tm->tm_sec <= 59;
}

static bool same(const struct tm *a, const struct tm *b)
{
	return a->tm_year == b->tm_year && a->tm_mon == b->tm_mon && a->tm_mday == b->tm_mday &&
	       a->tm_hour == b->tm_hour && a->tm_min == b->tm_min && a->tm_sec == b->tm_sec;
}

/* mktime(3) makes some moment of anything; which one it was of two it may choose by the season of
 * the last call. */
static int local(const struct tm *tm, int64_t *ret_sec, const char **ret_why)
{
	bool found = false;

	for (int dst = 0; dst <= 1; dst++) {
		struct tm asked = *tm, back;
		time_t sec;

		asked.tm_isdst = dst;
		sec = mktime(&asked);
		if (!localtime_r(&sec, &back) || !same(&back, tm))
			continue;
		if (!found || sec < *ret_sec)
			*ret_sec = sec;
		found = true;
	}
	*ret_why = "the local time zone has no such moment: clocks were put forward";
	return found ? 0 : -EINVAL;
}

static bool parse_clock(const char **at, struct tm *tm, uint32_t *ret_nsec)
{
	if (!digits(at, 2, &tm->tm_hour) || !skip(at, ':') || !digits(at, 2, &tm->tm_min))
		return false;
	return !skip(at, ':') || (digits(at, 2, &tm->tm_sec) && fraction(at, ret_nsec));
}

static int parse_date(const char *at, int64_t *ret_sec, uint32_t *ret_nsec, const char **ret_why)
{
	struct tm tm = {0};
	int east = 0;
	bool ok = digits(&at, 4, &tm.tm_year) && skip(&at, '-') && digits(&at, 2, &tm.tm_mon) &&
		  skip(&at, '-') && digits(&at, 2, &tm.tm_mday);
	bool zoned = false;

	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	if (ok && *at) {
		ok = (skip(&at, 'T') || skip(&at, ' ')) && parse_clock(&at, &tm, ret_nsec);
		zoned = ok && *at;
		if (zoned) {
			skip(&at, ' ');
			ok = zone(&at, &east) && !*at;
		}
	}
	*ret_why = ok ? no_moment : form;
	if (!ok || !possible(&tm))
		return -EINVAL;
	if (!zoned)
		return local(&tm, ret_sec, ret_why);
	*ret_sec = (int64_t)timegm(&tm) - east;
	return 0;
}

int datespec_parse(const char *text, int64_t *ret_sec, uint32_t *ret_nsec, const char **ret_why)
{
	*ret_nsec = 0;
	*ret_why = NULL;
	if (*text == '@')
		return parse_seconds(text + 1, ret_sec, ret_nsec, ret_why);
	return parse_date(text, ret_sec, ret_nsec, ret_why);
}
