/* SPDX-License-Identifier: MIT */
#include "app/deed.h"

#include "base/path.h"
#include "fs/openpath.h"
#include "fs/stat.h"
#include "fs/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

/* Verbs with two operands, the second a new name: exactly that, never "into that directory". */

const struct verb_option verb_rename_options[] = {
	DEED_OPTIONS,
	{0},
};

const struct verb_option verb_link_options[] = {
	DEED_OPTIONS,
	{0},
};

enum { SYMLINK_RELATIVE = DEED_OWN };

const struct verb_option verb_symlink_options[] = {
	DEED_OPTIONS,
	[SYMLINK_RELATIVE] = {"relative", 'r', NULL,
			      "lead to TARGET from where the link is, by a relative path"},
	{0},
};

static bool ends_in_slash(const char *operand)
{
	size_t len = strlen(operand);

	return len && operand[len - 1] == '/';
}

static bool is_dir(const struct plan_at *at)
{
	struct meta meta;

	return stat_at(at->dirfd, at->name, &meta, NULL) == 0 && S_ISDIR(meta.mode);
}

/* The new name. A slash behind it is for directories. */
static int new_place(struct deed *d, const char *operand, bool dir, struct plan_at *ret_at)
{
	int r = deed_place(d, operand, true, ret_at);

	if (r == 0 && ends_in_slash(operand) && !dir)
		r = deed_trouble(d, operand, -ENOTDIR,
				 "a new name that ends in a slash is for a directory; things are "
				 "given exactly the name that is said");
	return r;
}

static int add_two(struct deed *d,
		   int (*add)(struct plan *p, const struct plan_at *from, const struct plan_at *to))
{
	CLEANUP(str_done) struct str name = STR_INIT;
	char **operand = d->args.argv + d->args.at;
	struct plan_at from, to;
	int r = deed_plan(d);

	if (r == 0)
		r = deed_place(d, operand[0], false, &from);
	/* Its name is that of the operand last asked for. */
	if (r == 0)
		r = str_adds(&name, from.name);
	from.name = name.buf;
	if (r == 0)
		r = new_place(d, operand[1], is_dir(&from), &to);
	if (r == 0)
		r = add(d->plan, &from, &to);
	return MIN(r, 0);
}

static int two(const char *verb, const struct verb_option *options, const char *what,
	       int (*add)(struct plan *p, const struct plan_at *from, const struct plan_at *to),
	       int argc, char **argv)
{
	struct deed d;

	if (deed_begin(&d, verb, options, NULL, NULL, argc, argv) && deed_operands(&d, 2, 2, what))
		deed_do(&d, add_two(&d, add));
	return deed_end(&d);
}

int verb_rename(int argc, char **argv)
{
	return two("rename", verb_rename_options, "an OLD and a NEW name are needed", plan_rename,
		   argc, argv);
}

int verb_link(int argc, char **argv)
{
	return two("link", verb_link_options, "a FILE and its NEW name are needed", plan_link, argc,
		   argv);
}

/* ---- symlink ---- */

static int symlink_option(void *ctx, int option, const char *value)
{
	bool *relative = ctx;

	(void)option;
	(void)value;
	*relative = true;
	return 0;
}

/* The target as an absolute path: its directory as the kernel has it where there is one, itself
 * not followed. */
static int absolute(struct deed *d, const char *target, struct str *out)
{
	CLEANUP(str_done) struct str dir = STR_INIT, path = STR_INIT;
	const char *name;
	size_t len = strlen(target);
	int fd, r;

	while (len > 1 && target[len - 1] == '/')
		len--;
	r = str_add(&path, target, len);
	name = path_base(path.buf);
	/* What ends in "." or ".." is a directory as a whole. */
	if (!*name || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		name = path.buf + path.len;
	len = (size_t)(name - path.buf);
	if (r == 0)
		r = str_add(&dir, len ? path.buf : ".", len ? len : 1);
	if (r < 0)
		return r;
	fd = openpath(dir.buf, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0) {
		str_clear(&dir);
		r = deed_dir_path(d, -1, target, out);
		return r;
	}
	str_clear(out);
	r = deed_dir_path(d, fd, dir.buf, out);
	sys_close(fd);
	if (r == 0 && *name) {
		if (out->len > 1)
			str_addc(out, '/');
		str_adds(out, name);
	}
	return out->failed ? -ENOMEM : r;
}

static int add_symlink(struct deed *d, bool relative)
{
	CLEANUP(str_done) struct str full = STR_INIT, target = STR_INIT;
	char **operand = d->args.argv + d->args.at;
	struct plan_at at;
	int r = deed_plan(d);

	if (r == 0 && !*operand[0])
		r = deed_trouble(d, operand[0], -EINVAL, "a link leads somewhere: it is empty");
	if (r == 0 && relative)
		r = absolute(d, operand[0], &full);
	if (r == 0)
		r = new_place(d, operand[1], false, &at);
	if (r == 0)
		r = relative ? path_relative(&target, at.dir, full.buf)
			     : str_adds(&target, operand[0]);
	if (r == 0)
		r = plan_symlink(d->plan, &at, target.buf);
	return MIN(r, 0);
}

int verb_symlink(int argc, char **argv)
{
	bool relative = false;
	struct deed d;

	if (deed_begin(&d, "symlink", verb_symlink_options, symlink_option, &relative, argc,
		       argv) &&
	    deed_operands(&d, 2, 2, "a TARGET and the NAME of the link are needed"))
		deed_do(&d, add_symlink(&d, relative));
	return deed_end(&d);
}
