/* SPDX-License-Identifier: MIT */
#include "app/deed.h"

#include <errno.h>
#include <stddef.h>

enum { OPT_BELOW = DEED_OWN };

const struct verb_option verb_rm_options[] = {
	DEED_OPTIONS,
	{0},
};

const struct verb_option verb_delete_options[] = {
	DEED_OPTIONS,
	{0},
};

const struct verb_option verb_rmdir_options[] = {
	DEED_OPTIONS,
	[OPT_BELOW] = {"below", 0, NULL,
		       "also all directories below it that are empty, or would be then"},
	{0},
};

/* What is done with each operand. */
struct removing {
	const char *name;
	const struct verb_option *options;
	bool asks, measured;
	int (*add)(struct plan *p, const struct plan_at *at);
};

static int rmdir_option(void *ctx, int option, const char *value)
{
	bool *below = ctx;

	(void)option;
	(void)value;
	*below = true;
	return 0;
}

static int add_rmdir(struct plan *p, const struct plan_at *at)
{
	return plan_rmdir(p, at, false);
}

static int add_rmdir_below(struct plan *p, const struct plan_at *at)
{
	return plan_rmdir(p, at, true);
}

static int add_all(struct deed *d, int (*add)(struct plan *p, const struct plan_at *at))
{
	int r = deed_plan(d);

	for (int i = d->args.at; r == 0 && i < d->args.argc; i++) {
		struct plan_at at;

		r = deed_place(d, d->args.argv[i], false, &at);
		if (r == 0)
			r = add(d->plan, &at);
		else if (r > 0)
			r = 0;
	}
	return r;
}

static int remove_all(const struct removing *v, int argc, char **argv)
{
	bool below = false;
	struct deed d;

	if (deed_begin(&d, v->name, v->options, rmdir_option, &below, argc, argv) &&
	    deed_operands(&d, 1, -1, "a FILE is needed")) {
		d.asks = v->asks;
		d.measured = v->measured;
		deed_do(&d, add_all(&d, below ? add_rmdir_below : v->add));
	}
	return deed_end(&d);
}

int verb_rm(int argc, char **argv)
{
	static const struct removing v = {"rm", verb_rm_options, false, true, plan_trash};

	return remove_all(&v, argc, argv);
}

int verb_delete(int argc, char **argv)
{
	static const struct removing v = {"delete", verb_delete_options, true, true, plan_delete};

	return remove_all(&v, argc, argv);
}

int verb_rmdir(int argc, char **argv)
{
	static const struct removing v = {"rmdir", verb_rmdir_options, false, false, add_rmdir};

	return remove_all(&v, argc, argv);
}
