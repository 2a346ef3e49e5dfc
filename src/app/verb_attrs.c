/* SPDX-License-Identifier: MIT */
#include "app/deed.h"

#include "base/modespec.h"
#include "fs/ownerspec.h"
#include "fs/stat.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

enum { OPT_RECURSIVE = DEED_OWN };

#define RECURSIVE \
	[OPT_RECURSIVE] = {"recursive", 'R', NULL, "not there yet: whole trees are refused"}

const struct verb_option verb_chmod_options[] = {
	DEED_OPTIONS,
	RECURSIVE,
	{0},
};

const struct verb_option verb_chown_options[] = {
	DEED_OPTIONS,
	RECURSIVE,
	{0},
};

/* People expect it, so it is said in words that it is missing. */
static int no_recursion(void *ctx, int option, const char *value)
{
	(void)option;
	(void)value;
	verb_usage(ctx, "--recursive is not there yet; name each file (find can do that)");
	return -EINVAL;
}

struct changing {
	struct modespec mode;
	uint32_t umask, uid, gid;
};

static uint32_t own_umask(void)
{
	mode_t mask = umask(077);

	umask(mask);
	return mask;
}

/* What it is to have is reckoned from what it has, and holds for that thing only. */
static int add_mode(struct deed *d, const struct changing *c, const struct plan_at *at)
{
	struct plan_at bound = *at;
	struct plan_mode mode = {0};
	struct identity seen;
	struct meta meta;

	if (stat_at(at->dirfd, at->name, &meta, NULL) == 0) {
		seen = identity_of(&meta);
		bound.expect = &seen;
		mode.set = modespec_apply(&c->mode, meta.mode, S_ISDIR(meta.mode), c->umask);
	}
	return plan_mode(d->plan, &bound, &mode);
}

static int add_owner(struct deed *d, const struct changing *c, const struct plan_at *at)
{
	return plan_owner(d->plan, at, c->uid, c->gid);
}

static int add_all(struct deed *d, const struct changing *c, int first,
		   int (*add)(struct deed *d, const struct changing *c, const struct plan_at *at))
{
	int r = deed_plan(d);

	for (int i = first; r >= 0 && i < d->args.argc; i++) {
		struct plan_at at;

		r = deed_place(d, d->args.argv[i], false, &at);
		if (r == 0)
			r = add(d, c, &at);
	}
	return MIN(r, 0);
}

/* "-x" and "-w,g+r" are modes, and no options, where no other mode was said. Takes it out of the
 * line. */
static char *take_minus_mode(int *argc, char **argv)
{
	for (int i = 1; i < *argc && strcmp(argv[i], "--") != 0; i++) {
		char *word = argv[i];

		if (word[0] != '-')
			return NULL;
		if (!word[1] || strspn(word + 1, "rwxXstugoa+-=,01234567") != strlen(word + 1))
			continue;
		memmove(argv + i, argv + i + 1, (size_t)(*argc - i) * sizeof(*argv));
		(*argc)--;
		return word;
	}
	return NULL;
}

static void chmod_all(struct deed *d, const char *text, int first)
{
	struct changing c = {.umask = own_umask()};
	const char *why;
	int r = modespec_parse(text, &c.mode, &why);

	if (r == -EINVAL)
		d->status = verb_usage(d->name, "'%s' is no mode: %s", text, why);
	else
		deed_do(d, r < 0 ? r : add_all(d, &c, first, add_mode));
	modespec_done(&c.mode);
}

int verb_chmod(int argc, char **argv)
{
	static char name[] = "chmod";
	char *mode = take_minus_mode(&argc, argv);
	struct deed d;

	if (deed_begin(&d, name, verb_chmod_options, no_recursion, name, argc, argv) &&
	    deed_operands(&d, mode ? 1 : 2, -1, "a MODE and a FILE are needed"))
		chmod_all(&d, mode ? mode : argv[d.args.at], d.args.at + !mode);
	return deed_end(&d);
}

static void chown_all(struct deed *d)
{
	CLEANUP(str_done) struct str why = STR_INIT;
	struct changing c = {0};
	const char *text = d->args.argv[d->args.at];
	int r = ownerspec_parse(text, &c.uid, &c.gid, &why);

	if (r < 0 && r != -ENOMEM)
		d->status = verb_usage(d->name, "'%s': %s", text, why.buf);
	else
		deed_do(d, r < 0 ? r : add_all(d, &c, d->args.at + 1, add_owner));
}

int verb_chown(int argc, char **argv)
{
	static char name[] = "chown";
	struct deed d;

	if (deed_begin(&d, name, verb_chown_options, no_recursion, name, argc, argv) &&
	    deed_operands(&d, 2, -1, "an OWNER and a FILE are needed"))
		chown_all(&d);
	return deed_end(&d);
}
