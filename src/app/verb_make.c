/* SPDX-License-Identifier: MIT */
#include "app/deed.h"

#include "base/datespec.h"
#include "base/modespec.h"
#include "fs/openpath.h"
#include "fs/stat.h"
#include "fs/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

/* ---- mkdir ---- */

enum { MKDIR_PARENTS = DEED_OWN, MKDIR_MODE };

const struct verb_option verb_mkdir_options[] = {
	/* -p is what mkdir(1) has it for. */
	DEED_OPTIONS_WITH(0),
	[MKDIR_PARENTS] = {"parents", 'p', NULL,
			   "also those above it; one that is there already is fine"},
	[MKDIR_MODE] = {"mode", 'm', "MODE",
			"its mode, as chmod takes it, instead of 0777 less umask"},
	{0},
};

struct mkdir {
	bool parents;
	uint32_t mode; /* UINT32_MAX: not given */
};

static int parse_mode(const char *verb, const char *text, struct modespec *ret_spec)
{
	const char *why;
	int r = modespec_parse(text, ret_spec, &why);

	if (r == -EINVAL)
		verb_usage(verb, "'%s' is no mode: %s", text, why);
	return r;
}

static uint32_t own_umask(void)
{
	mode_t mask = umask(077);

	umask(mask);
	return mask;
}

static int mkdir_option(void *ctx, int option, const char *value)
{
	struct mkdir *m = ctx;
	struct modespec spec;
	int r;

	if (option == MKDIR_PARENTS) {
		m->parents = true;
		return 0;
	}
	r = parse_mode("mkdir", value, &spec);
	if (r == 0)
		m->mode = modespec_apply(&spec, 0777, true, own_umask());
	modespec_done(&spec);
	return r;
}

/* How much of the path is there: the directory to begin at, and where what is to be made follows.
 * 0; -errno: a part that is there cannot be gone into. */
static int existing(const char *path, struct str *ret_dir, size_t *ret_len)
{
	size_t len = strlen(path);
	int fd;

	do {
		while (len && path[len - 1] == '/')
			len--;
		while (len && path[len - 1] != '/')
			len--;
		str_clear(ret_dir);
		if (str_add(ret_dir, len ? path : ".", len ? len : 1) < 0)
			return -ENOMEM;
		fd = openpath(ret_dir->buf, O_PATH | O_DIRECTORY | O_CLOEXEC);
	} while (fd == -ENOENT && len > 0);
	*ret_len = len;
	return fd;
}

/* The rest of the path as plan_make() takes it: a slash behind it, none doubled, no ".". */
static int rest_of(const char *path, struct str *out)
{
	while (*path) {
		size_t len = strcspn(path, "/");

		if (len && !(len == 1 && path[0] == '.')) {
			str_add(out, path, len);
			str_addc(out, '/');
		}
		path += len;
		path += strspn(path, "/");
	}
	return out->failed ? -ENOMEM : 0;
}

static int make_parents(struct deed *d, const char *operand, const struct mkdir *m)
{
	CLEANUP(str_done) struct str rest = STR_INIT, text = STR_INIT, dir = STR_INIT;
	struct plan_at at = {.dirfd = -1};
	size_t len;
	int r;

	at.dirfd = existing(operand, &text, &len);
	if (at.dirfd < 0)
		return at.dirfd == -ENOMEM ? -ENOMEM : deed_trouble(d, operand, at.dirfd, NULL);
	r = deed_dir_path(d, at.dirfd, text.buf, &dir);
	if (r == 0)
		r = rest_of(operand + len, &rest);
	at.dir = dir.buf;
	at.name = rest.buf;
	if (r == 0)
		r = plan_make(d->plan, &at, m->mode, false);
	sys_close(at.dirfd);
	return r;
}

static int make_one(struct deed *d, const char *operand, const struct mkdir *m)
{
	CLEANUP(str_done) struct str name = STR_INIT;
	struct plan_at at;
	int r = m->parents ? deed_name(d, operand) : deed_place(d, operand, true, &at);

	if (r != 0)
		return r;
	if (m->parents)
		return make_parents(d, operand, m);
	if (str_adds(&name, at.name) < 0 || str_addc(&name, '/') < 0)
		return -ENOMEM;
	at.name = name.buf;
	return plan_make(d->plan, &at, m->mode, true);
}

int verb_mkdir(int argc, char **argv)
{
	struct mkdir m = {.mode = UINT32_MAX};
	struct deed d;
	int r;

	if (deed_begin(&d, "mkdir", verb_mkdir_options, mkdir_option, &m, argc, argv) &&
	    deed_operands(&d, 1, -1, "a DIRECTORY is needed")) {
		d.no_dir = "the directory it is in does not exist; --parents makes it, too";
		r = deed_plan(&d);
		for (int i = d.args.at; r >= 0 && i < argc; i++)
			r = make_one(&d, d.args.argv[i], &m);
		deed_do(&d, MIN(r, 0));
	}
	return deed_end(&d);
}

/* ---- touch ---- */

enum { TOUCH_ACCESS = DEED_OWN, TOUCH_MODIFIED, TOUCH_DATE, TOUCH_REFERENCE, TOUCH_NO_CREATE };

const struct verb_option verb_touch_options[] = {
	DEED_OPTIONS,
	[TOUCH_ACCESS] = {"access", 'a', NULL, "the time of access only"},
	[TOUCH_MODIFIED] = {"modified", 'm', NULL, "the time of the last change only"},
	[TOUCH_DATE] = {"date", 'd', "DATE",
			"instead of now: YYYY-MM-DD[THH:MM[:SS][ZONE]], or @SECONDS"},
	[TOUCH_REFERENCE] = {"reference", 'r', "FILE", "the times of FILE instead"},
	[TOUCH_NO_CREATE] = {"no-create", 'c', NULL, "make no file that is missing"},
	{0},
};

struct touch {
	bool access, modified, no_create, given; /* given: a time was */
	struct plan_times times;
};

static int take_date(struct touch *t, const char *text)
{
	struct plan_times *p = &t->times;
	const char *why;

	if (datespec_parse(text, &p->mtime, &p->mtime_nsec, &why) < 0) {
		verb_usage("touch", "--date: '%s': %s", text, why);
		return -EINVAL;
	}
	p->atime = p->mtime;
	p->atime_nsec = p->mtime_nsec;
	t->given = true;
	return 0;
}

/* What a link leads to: it is a file that is only looked at. */
static int take_reference(struct touch *t, const char *path)
{
	struct statx st;
	int r = sys_statx(AT_FDCWD, path, AT_NO_AUTOMOUNT, STATX_ATIME | STATX_MTIME, &st);

	if (r < 0) {
		verb_error("touch", path, r);
		return -EINVAL;
	}
	t->times.atime = st.stx_atime.tv_sec;
	t->times.atime_nsec = st.stx_atime.tv_nsec;
	t->times.mtime = st.stx_mtime.tv_sec;
	t->times.mtime_nsec = st.stx_mtime.tv_nsec;
	t->given = true;
	return 0;
}

static int touch_option(void *ctx, int option, const char *value)
{
	struct touch *t = ctx;

	switch (option) {
	case TOUCH_ACCESS:
		t->access = true;
		return 0;
	case TOUCH_MODIFIED:
		t->modified = true;
		return 0;
	case TOUCH_DATE:
		return take_date(t, value);
	case TOUCH_REFERENCE:
		return take_reference(t, value);
	default:
		t->no_create = true;
		return 0;
	}
}

static void finish_times(struct touch *t)
{
	struct timespec now;

	t->times.set_atime = t->access || !t->modified;
	t->times.set_mtime = t->modified || !t->access;
	if (t->given)
		return;
	clock_gettime(CLOCK_REALTIME, &now);
	t->times.atime = t->times.mtime = now.tv_sec;
	t->times.atime_nsec = t->times.mtime_nsec = (uint32_t)now.tv_nsec;
}

static int touch_one(struct deed *d, const char *operand, const struct touch *t)
{
	struct plan_at at;
	struct meta meta;
	int r = deed_place(d, operand, false, &at);

	if (r != 0)
		return r;
	if (stat_at(at.dirfd, at.name, &meta, NULL) != -ENOENT)
		return plan_times(d->plan, &at, &t->times);
	if (t->no_create)
		return 0;
	if (operand[strlen(operand) - 1] == '/')
		return deed_trouble(d, operand, -ENOENT, "mkdir makes directories");
	r = plan_make(d->plan, &at, UINT32_MAX, true);
	return r == 0 && t->given ? plan_times(d->plan, &at, &t->times) : r;
}

int verb_touch(int argc, char **argv)
{
	struct touch t = {0};
	struct deed d;
	int r;

	if (deed_begin(&d, "touch", verb_touch_options, touch_option, &t, argc, argv) &&
	    deed_operands(&d, 1, -1, "a FILE is needed")) {
		finish_times(&t);
		r = deed_plan(&d);
		for (int i = d.args.at; r >= 0 && i < d.args.argc; i++)
			r = touch_one(&d, d.args.argv[i], &t);
		deed_do(&d, MIN(r, 0));
	}
	return deed_end(&d);
}
