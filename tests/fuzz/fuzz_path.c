/* SPDX-License-Identifier: MIT
 *
 * Paths: what is resolved is absolute, normalised and stays so.
 */
#include "base/alloc.h"
#include "base/path.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_normal(const char *path)
{
	if (path[0] != '/' || strstr(path, "//") || strstr(path, "/./") || strstr(path, "/../"))
		abort();
	if (path[1] && (strcmp(path_base(path), ".") == 0 || strcmp(path_base(path), "..") == 0 ||
			!path_base(path)[0]))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str first = STR_INIT, again = STR_INIT;
	char *path = memdup0(data, size);
	size_t ext_len;

	if (path && path_resolve(&first, "/base/dir", path, "/home/me") == 0 &&
	    path_resolve(&again, "/elsewhere", first.buf, NULL) == 0) {
		check_normal(first.buf);
		if (!str_eq(&again, first.buf) || !path_is_below(first.buf, "/"))
			abort();
		if (path_parent_len(first.buf) > first.len)
			abort();
		const char *ext = path_ext(path, size, &ext_len);
		if (ext < path || ext + ext_len > path + size)
			abort();
		str_clear(&again);
		path_abbrev(&again, first.buf, "/home/me");
	}
	free(path);
	str_done(&first);
	str_done(&again);
	return 0;
}
