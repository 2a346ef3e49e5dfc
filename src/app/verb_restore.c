/* SPDX-License-Identifier: MIT */
#include "app/deed.h"
#include "app/trashed.h"

#include "base/amount.h"
#include "base/path.h"
#include "fs/openpath.h"
#include "fs/sys.h"
#include "fs/trash_empty.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>

/* ---- restore ---- */

enum { RESTORE_TO = DEED_OWN, RESTORE_FOLLOW, RESTORE_CONFLICT };

const struct verb_option verb_restore_options[] = {
	DEED_OPTIONS,
	[RESTORE_TO] = {"to", 't', "DIR", "into this directory instead of where it was"},
	[RESTORE_FOLLOW] = {"follow", 0, NULL, "also where links lie on the way to where it was"},
	[RESTORE_CONFLICT] =
		{"conflict", 'c', "HOW",
		 "where something has its name: refuse (the default), skip, both (it gets the next "
		 "free name), or replace (what is there goes to the trash)"},
	{0},
};

static const char *const conflicts[PLAN_CLASHES] = {
	[PLAN_CLASH_REFUSE] = "refuse",
	[PLAN_CLASH_SKIP] = "skip",
	[PLAN_CLASH_BOTH] = "both",
	[PLAN_CLASH_REPLACE] = "replace",
};

int restore_conflicts(struct str *out)
{
	for (unsigned i = 0; i < PLAN_CLASHES; i++)
		str_addf(out, "%s%s", i ? " " : "", conflicts[i]);
	return out->failed ? -ENOMEM : 0;
}

struct restoring {
	struct deed d;
	struct trashed t;
	const char *to;
	bool follow;
	enum plan_clash clash;
	int to_fd;
	struct str to_path;
};

static int take_conflict(struct restoring *r, const char *value)
{
	for (unsigned i = 0; i < PLAN_CLASHES; i++) {
		if (strcmp(value, conflicts[i]) != 0)
			continue;
		r->clash = (enum plan_clash)i;
		return 0;
	}
	verb_usage("restore", "--conflict: '%s' is none of: refuse skip both replace", value);
	return -EINVAL;
}

static int restore_option(void *ctx, int option, const char *value)
{
	struct restoring *r = ctx;

	if (option == RESTORE_CONFLICT)
		return take_conflict(r, value);
	if (option == RESTORE_TO)
		r->to = value;
	else
		r->follow = true;
	return 0;
}

/* As it was said, seen from here; or with its directory as the kernel has it, which is how places
 * are written down. */
static int find(struct restoring *r, const char *operand, struct trashed_item **ret_item)
{
	CLEANUP(str_done) struct str path = STR_INIT;
	int rc = deed_resolve(&r->d, operand, &path);

	*ret_item = NULL;
	if (rc < 0)
		return rc;
	*ret_item = trashed_find(&r->t, path.buf);
	if (*ret_item)
		return 0;
	str_clear(&path);
	rc = deed_path(&r->d, operand, &path);
	if (rc == 0)
		*ret_item = trashed_find(&r->t, path.buf);
	return rc == -ENOMEM ? rc : 0;
}

static int add_item(struct restoring *r, const char *operand, struct trashed_item *item)
{
	const struct plan_trashed what = {
		.trash = item->trash, .name = item->name, .expect = &item->identity};
	struct plan_at to = {.dirfd = r->to_fd,
			     .dir = r->to_path.buf,
			     .name = path_base(item->origin ? item->origin : item->name)};

	if (item->state == TRASH_INFO_ALONE)
		return deed_trouble(&r->d, operand, -ENOENT,
				    "only the information about it is left in the trash");
	if (item->chosen)
		return 0;
	item->chosen = true;
	return plan_restore(r->d.plan, &what, r->to ? &to : NULL);
}

static int add_operands(struct restoring *r)
{
	int rc = 0;

	for (int i = r->d.args.at; rc >= 0 && i < r->d.args.argc; i++) {
		const char *operand = r->d.args.argv[i];
		struct trashed_item *item;

		rc = find(r, operand, &item);
		if (rc < 0)
			break;
		rc = item ? add_item(r, operand, item)
			  : deed_trouble(&r->d, operand, -ENOENT,
					 "nothing of that name is in the trash; 'trowel trash "
					 "--print' lists what is");
	}
	return MIN(rc, 0);
}

static bool open_to(struct restoring *r)
{
	int rc;

	if (!r->to)
		return true;
	r->to_fd = openpath(r->to, O_PATH | O_DIRECTORY | O_CLOEXEC);
	rc = r->to_fd < 0 ? r->to_fd : deed_dir_path(&r->d, r->to_fd, r->to, &r->to_path);
	if (rc < 0) {
		verb_error(r->d.name, r->to, rc);
		r->d.status = EXIT_REFUSED;
	}
	return rc == 0;
}

static void restore(struct restoring *r)
{
	const struct trash_env env = {.home = r->d.env.home, .data_home = r->d.env.data_home};
	int rc;

	if (r->follow)
		r->d.env.flags |= ACT_FOLLOW;
	if (!open_to(r))
		return;
	rc = trashed_read(&r->t, r->d.name, &env);
	if (rc == 0)
		rc = deed_plan(&r->d);
	if (rc == 0) {
		plan_on_clash(r->d.plan, r->clash);
		rc = add_operands(r);
	}
	deed_do(&r->d, rc);
}

int verb_restore(int argc, char **argv)
{
	struct restoring r = {.to_fd = -1, .to_path = STR_INIT};
	int status;

	if (deed_begin(&r.d, "restore", verb_restore_options, restore_option, &r, argc, argv) &&
	    deed_operands(&r.d, 1, -1,
			  "an ITEM is needed, a path as 'trowel trash --print' shows it: where "
			  "it was or where it lies"))
		restore(&r);
	status = deed_end(&r.d);
	trashed_done(&r.t);
	if (r.to_fd >= 0)
		sys_close(r.to_fd);
	str_done(&r.to_path);
	return status;
}

/* ---- empty ---- */

enum { EMPTY_OLDER = DEED_OWN, EMPTY_LARGER };

const struct verb_option verb_empty_options[] = {
	DEED_OPTIONS,
	[EMPTY_OLDER] =
		{"older", 'o', "DAYS",
		 "only what was trashed so many days ago or before (12h: hours, 2w: weeks)"},
	[EMPTY_LARGER] = {"larger", 'l', "SIZE", "only what takes at least so much (10M, 1.5G)"},
	{0},
};

/* Information without a thing: a program may be about to put the thing there. */
#define ALONE_SECONDS 3600

struct emptying {
	struct deed d;
	struct trashed t;
	bool older;
	int64_t span;
	struct trash_filter filter;
};

static int empty_option(void *ctx, int option, const char *value)
{
	struct emptying *e = ctx;

	if (option == EMPTY_OLDER) {
		e->older = true;
		if (amount_span(value, &e->span) == 0)
			return 0;
		verb_usage("empty", "--older: '%s' is no number of days, as 30, 12h, or 2w", value);
	} else {
		if (amount_size(value, &e->filter.at_least) == 0)
			return 0;
		verb_usage("empty", "--larger: '%s' is no size, as 4096, 10M, or 1.5G", value);
	}
	return -EINVAL;
}

static struct trash_date local_date(int64_t sec)
{
	time_t t = sec;
	struct tm tm;

	if (!localtime_r(&t, &tm) || tm.tm_year < -1899)
		return (struct trash_date){1, 1, 1, 0, 0, 0};
	return (struct trash_date){tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
				   tm.tm_hour,        tm.tm_min,     tm.tm_sec};
}

/* A second later than the youngest that is old enough: dates have no parts of one. */
static void set_limits(struct emptying *e)
{
	int64_t now = (int64_t)time(NULL);

	e->filter.alone_before = now - MAX(e->span, (int64_t)ALONE_SECONDS);
	if (e->older)
		e->filter.before = local_date(now - MIN(e->span, now) + 1);
}

static int add_if(struct emptying *e, struct trashed_item *i)
{
	const struct plan_trashed what = {
		.trash = i->trash, .name = i->name, .expect = &i->identity};
	int r = 0;

	if (i->state == TRASH_INFO_ALONE)
		return 0;
	if (e->older && (!i->date.year || trash_date_cmp(&i->date, &e->filter.before) >= 0))
		return 0;
	if (e->filter.at_least)
		r = trashed_weigh(i);
	if (r < 0 || (e->filter.at_least && (!i->size_known || i->size < e->filter.at_least)))
		return r;
	return plan_erase(e->d.plan, &what);
}

/* What interrupted programs left. */
static void sweep(struct emptying *e)
{
	for (size_t i = 0; i < e->t.all.n; i++) {
		const struct trash_empty empty = {
			.trash = &e->t.all.at[i],
			.filter = {.before = {1, 1, 1, 0, 0, 0},
				   .alone_before = e->filter.alone_before}};
		struct trash_emptied emptied;

		(void)!trash_empty(&empty, &emptied);
	}
}

static void empty(struct emptying *e)
{
	const struct trash_env env = {.home = e->d.env.home, .data_home = e->d.env.data_home};
	int r;

	set_limits(e);
	r = trashed_read(&e->t, e->d.name, &env);
	if (r == 0)
		r = deed_plan(&e->d);
	for (size_t i = 0; r == 0 && i < e->t.n; i++)
		r = add_if(e, &e->t.at[i]);
	e->d.asks = e->d.measured = true;
	deed_do(&e->d, r);
	if (!e->d.dry_run && e->d.status <= EXIT_SOME_FAILED && !e->filter.at_least)
		sweep(e);
	if (e->t.failed && e->d.status == EXIT_ALL_DONE)
		e->d.status = EXIT_SOME_FAILED;
}

int verb_empty(int argc, char **argv)
{
	struct emptying e = {0};
	int status;

	if (deed_begin(&e.d, "empty", verb_empty_options, empty_option, &e, argc, argv) &&
	    deed_operands(&e.d, 0, 0, "it takes no operands"))
		empty(&e);
	status = deed_end(&e.d);
	trashed_done(&e.t);
	return status;
}
