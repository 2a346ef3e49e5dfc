/* SPDX-License-Identifier: MIT
 *
 * The files of a trash directory, from anybody: a path that is given out leads nowhere but below
 * where it is resolved, and comes back the same when it is written and read again.
 */
#include "base/trashinfo.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_path(const struct trashinfo *info)
{
	const char *at = info->path.buf + (info->kind == TRASHINFO_ABSOLUTE);

	if ((info->path.buf[0] == '/') != (info->kind == TRASHINFO_ABSOLUTE) ||
	    strlen(info->path.buf) != info->path.len || info->why)
		abort();
	do {
		size_t len = strcspn(at, "/");

		if (len == 0 || (len == 1 && at[0] == '.') || (len == 2 && !memcmp(at, "..", 2)))
			abort();
		at += len;
	} while (*at++);
}

static void check_again(const struct trashinfo *info)
{
	struct trashinfo again = TRASHINFO_INIT;
	struct str text = STR_INIT;

	if (trashinfo_write(&text, info->path.buf, &info->date) < 0 ||
	    trashinfo_parse(text.buf, text.len, &again) < 0 || again.kind != info->kind ||
	    strcmp(again.path.buf, info->path.buf) != 0 ||
	    memcmp(&again.date, &info->date, sizeof(again.date)) != 0)
		abort();
	trashinfo_done(&again);
	str_done(&text);
}

static void sizes(const char *line, size_t len)
{
	struct str name = STR_INIT, text = STR_INIT, again = STR_INIT;
	uint64_t size, size2;
	int64_t mtime, mtime2;

	if (trashinfo_size_line(line, len, &size, &mtime, &name) == 0) {
		if (strchr(name.buf, '/') || !name.len || strlen(name.buf) != name.len)
			abort();
		if (trashinfo_add_size_line(&text, size, mtime, name.buf) < 0 ||
		    trashinfo_size_line(text.buf, text.len - 1, &size2, &mtime2, &again) < 0 ||
		    size != size2 || mtime != mtime2 || strcmp(name.buf, again.buf) != 0)
			abort();
	}
	str_done(&name);
	str_done(&text);
	str_done(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct trashinfo info = TRASHINFO_INIT;

	sizes((const char *)data, size);
	if (trashinfo_parse((const char *)data, size, &info) < 0)
		return 0;
	if (info.kind == TRASHINFO_NO_PATH) {
		if (!info.why || info.path.len)
			abort();
	} else {
		check_path(&info);
		check_again(&info);
	}
	trashinfo_done(&info);
	return 0;
}
