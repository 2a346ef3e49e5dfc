/* SPDX-License-Identifier: MIT */
#include "fs/far.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/path.h"
#include "fs/stat.h"

#define LINKS_MAX 40        /* what the kernel follows */
#define REST_MAX  (1 << 20) /* bytes still to be walked: targets add to them */

struct walk {
	struct mounts *mounts;
	uint64_t own;
	struct str at;   /* reached so far: no link in it */
	struct str rest; /* of the path to walk */
	unsigned links;
};

enum { GOES_ON, IS_FAR };

/* The link at `next` takes the place of the first `len` bytes that are left. */
static int take_link(struct walk *w, const char *target, size_t len)
{
	CLEANUP(str_done) struct str rest = STR_INIT;
	int r = ++w->links > LINKS_MAX ? -ELOOP : str_adds(&rest, target);

	if (r == 0)
		r = str_add(&rest, w->rest.buf + len, w->rest.len - len);
	if (r == 0 && rest.len > REST_MAX)
		r = -ELOOP;
	if (r < 0)
		return r;
	if (target[0] == '/')
		str_cut(&w->at, 1);
	str_clear(&w->rest);
	return str_add(&w->rest, rest.buf, rest.len);
}

static int take_name(struct walk *w, const char *name, size_t len)
{
	CLEANUP(str_done) struct str next = STR_INIT;
	CLEANUP(str_done) struct str target = STR_INIT;
	size_t skipped = (size_t)(name - w->rest.buf) + len;
	int r = path_join(&next, w->at.buf, name, len);

	if (r < 0)
		return r;
	if (mounts_path_is_far(w->mounts, next.buf, w->own))
		return IS_FAR;
	r = stat_readlink(AT_FDCWD, next.buf, &target);
	if (r == 0)
		return take_link(w, target.buf, skipped);
	if (r != -EINVAL)
		return r; /* it leads nowhere, or is not for us: both are soon said */
	str_remove(&w->rest, 0, skipped);
	str_clear(&w->at);
	return str_add(&w->at, next.buf, next.len);
}

static int step(struct walk *w)
{
	const char *name = w->rest.buf + strspn(w->rest.buf, "/");
	size_t len = strcspn(name, "/");
	bool up = len == 2 && memcmp(name, "..", 2) == 0;

	if (len && !up && !(len == 1 && name[0] == '.'))
		return take_name(w, name, len);
	if (up)
		str_cut(&w->at, path_parent_len(w->at.buf));
	str_remove(&w->rest, 0, (size_t)(name - w->rest.buf) + len);
	return GOES_ON;
}

bool far_link(struct mounts *m, const char *path, uint64_t own)
{
	struct walk w = {.mounts = m, .own = own, .at = STR_INIT, .rest = STR_INIT};
	int r = path[0] == '/' ? str_adds(&w.at, "/") : -EINVAL;

	if (r == 0)
		r = str_adds(&w.rest, path);
	while (r == GOES_ON && w.rest.len)
		r = step(&w);
	str_done(&w.at);
	str_done(&w.rest);
	return r == IS_FAR || r == -ENOMEM;
}
