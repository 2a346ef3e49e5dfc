/* SPDX-License-Identifier: MIT */
#include "app/deed.h"

#include "app/config.h"
#include "base/alloc.h"
#include "base/path.h"
#include "fs/homes.h"
#include "fs/openpath.h"
#include "fs/stat.h"
#include "fs/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PLACES_MAX 32 /* open directories of operands; those of one directory follow each other */

struct deed_place {
	char *text; /* as in the operand */
	char *path; /* absolute */
	int fd;
};

/* ---- life ---- */

static int take_dry_run(struct deed *d)
{
	d->dry_run = true;
	return 0;
}

static int take_print(struct deed *d)
{
	d->print = true;
	if (print_parse(d->args.value, &d->format))
		return 0;
	verb_usage(d->name, "--print: '%s' is none of: text json nul", d->args.value);
	return -EINVAL;
}

static int take_yes(struct deed *d)
{
	d->yes = true;
	return 0;
}

static int take_look(struct deed *d)
{
	d->env.flags |= ACT_LOOK;
	return 0;
}

static int take_no_journal(struct deed *d)
{
	d->no_journal = true;
	return 0;
}

static const struct {
	const char *name;
	int (*take)(struct deed *d);
} common[] = {
	{"dry-run", take_dry_run}, {"print", take_print},           {"yes", take_yes},
	{"look", take_look},       {"no-journal", take_no_journal},
};

static int take_option(struct deed *d, int option,
		       int (*own)(void *ctx, int option, const char *value), void *ctx)
{
	const char *name = d->args.options[option].name;

	for (size_t i = 0; i < ARRAY_LEN(common); i++) {
		if (strcmp(common[i].name, name) == 0)
			return common[i].take(d);
	}
	return own(ctx, option, d->args.value);
}

static int read_environment(struct deed *d)
{
	int r = config_state_dir(&d->state);

	d->env.cancel = deed_cancelled();
	d->env.home = homes_get("HOME");
	d->env.data_home = homes_get("XDG_DATA_HOME");
	if (r == 0)
		r = path_join(&d->journal_dir, d->state.buf, "journal", strlen("journal"));
	if (r == 0)
		d->env.state = d->state.buf;
	/* Without a home there is a state directory nowhere: only the journal misses it. */
	return r == -ENOENT ? 0 : r;
}

bool deed_begin(struct deed *d, const char *name, const struct verb_option *options,
		int (*own)(void *ctx, int option, const char *value), void *ctx, int argc,
		char **argv)
{
	int option, r = 0;

	*d = (struct deed){.name = name,
			   .args = {.name = name, .options = options, .argc = argc, .argv = argv},
			   .state = STR_INIT,
			   .journal_dir = STR_INIT,
			   .cwd = STR_INIT,
			   .dir = STR_INIT,
			   .base = STR_INIT,
			   .failed_json = STR_INIT};
	while (r == 0 && (option = verb_args_next(&d->args)) >= 0)
		r = take_option(d, option, own, ctx);
	if (r == 0 && option == VERB_ARGS_EXIT) {
		d->status = d->args.status;
		return false;
	}
	if (r == 0)
		r = read_environment(d);
	if (r == -EINVAL)
		d->status = EXIT_USAGE;
	else if (r < 0)
		deed_fail(d, "memory", r);
	else if (homes_wrong())
		deed_refuse(d, "%s", homes_wrong());
	return r == 0 && !homes_wrong();
}

int deed_plan(struct deed *d)
{
	int r = plan_new(&d->env, &d->plan);

	if (r < 0)
		deed_fail(d, "what is needed to act safely", r);
	return r;
}

static void close_place(struct deed_place *place)
{
	sys_close(place->fd);
	free(place->text);
	free(place->path);
}

int deed_end(struct deed *d)
{
	uint32_t nsteps = d->plan ? plan_nsteps(d->plan) : 0;

	for (uint32_t i = 0; d->steps && i < nsteps; i++)
		free(d->steps[i].why);
	free(d->steps);
	plan_free(d->plan);
	journal_close(d->journal);
	for (size_t i = 0; i < d->nplaces; i++)
		close_place(&d->places[i]);
	free(d->places);
	for (size_t i = 0; i < d->ntroubles; i++) {
		free(d->troubles[i].path);
		free(d->troubles[i].why);
	}
	free(d->troubles);
	str_done(&d->state);
	str_done(&d->journal_dir);
	str_done(&d->cwd);
	str_done(&d->dir);
	str_done(&d->base);
	str_done(&d->failed_json);
	return d->status;
}

bool deed_operands(struct deed *d, int min, int max, const char *what)
{
	int n = d->args.argc - d->args.at;

	if (n >= min && (max < 0 || n <= max))
		return true;
	if (n < min)
		d->status = verb_usage(d->name, "%s", what);
	else
		d->status = verb_usage(d->name, "%s; '%s' is too much", what,
				       d->args.argv[d->args.at + max]);
	return false;
}

/* ---- what is wrong ---- */

int deed_trouble(struct deed *d, const char *path, int err, const char *why)
{
	struct deed_trouble t = {.err = err};

	if (array_grow(&d->troubles, &d->troubles_cap, d->ntroubles + 1, sizeof(t)) < 0)
		return -ENOMEM;
	t.path = memdup0(path, strlen(path));
	t.why = why ? memdup0(why, strlen(why)) : NULL;
	if (!t.path || (why && !t.why)) {
		free(t.path);
		free(t.why);
		return -ENOMEM;
	}
	d->troubles[d->ntroubles++] = t;
	return 1;
}

void deed_refuse(struct deed *d, const char *fmt, ...)
{
	CLEANUP(str_done) struct str text = STR_INIT;
	va_list args;

	va_start(args, fmt);
	str_vaddf(&text, fmt, args);
	va_end(args);
	deed_say(d, text.buf);
	d->status = EXIT_REFUSED;
}

void deed_fail(struct deed *d, const char *what, int err)
{
	verb_error(d->name, what, err);
	d->status = EXIT_SOME_FAILED;
}

/* ---- operands ---- */

static int current_dir(struct deed *d)
{
	if (d->cwd.len)
		return 0;
	for (size_t size = 4096; size <= (1u << 20); size *= 4) {
		CLEANUP(str_done) struct str buf = STR_INIT;
		ssize_t n;

		while (buf.len < size)
			if (str_addc(&buf, '\0') < 0)
				return -ENOMEM;
		n = sys_getcwd(buf.buf, size);
		if (n >= 0)
			return str_adds(&d->cwd, buf.buf);
		if (n != -ERANGE)
			break;
	}
	return str_adds(&d->cwd, "/");
}

int deed_dir_path(struct deed *d, int fd, const char *text, struct str *out)
{
	int r = openpath_of(fd, text, out);

	if (r == 0 || r == -ENOMEM)
		return r;
	r = current_dir(d);
	return r < 0 ? r : path_resolve(out, d->cwd.buf, text, NULL);
}

/* Opens the directory of an operand and puts it first. 0, -errno. */
static int open_place(struct deed *d, const char *text)
{
	struct deed_place p = {.fd = openpath(text, O_PATH | O_DIRECTORY | O_CLOEXEC)};
	CLEANUP(str_done) struct str path = STR_INIT;
	int r = p.fd < 0 ? p.fd : 0;

	if (r < 0)
		return r;
	if (!d->places) {
		d->places = calloc(PLACES_MAX, sizeof(p));
		r = d->places ? 0 : -ENOMEM;
	}
	if (r == 0)
		r = deed_dir_path(d, p.fd, text, &path);
	p.text = memdup0(text, strlen(text));
	p.path = str_take(&path);
	if (r < 0 || !p.text || !p.path) {
		close_place(&p);
		return -ENOMEM;
	}
	if (d->nplaces == PLACES_MAX)
		close_place(&d->places[--d->nplaces]);
	memmove(d->places + 1, d->places, d->nplaces * sizeof(p));
	d->places[0] = p;
	d->nplaces++;
	return 0;
}

/* Puts the directory of this text first. */
static int find_place(struct deed *d, const char *text)
{
	for (size_t i = 0; i < d->nplaces; i++) {
		struct deed_place p = d->places[i];

		if (strcmp(p.text, text) != 0)
			continue;
		memmove(d->places + 1, d->places, i * sizeof(p));
		d->places[0] = p;
		return 0;
	}
	return open_place(d, text);
}

/* Why it names nothing that could be acted on; NULL: it does. */
static const char *why_not(const char *operand, size_t len, const char *name)
{
	if (!*operand)
		return "an empty name names nothing";
	if (len == 0)
		return "the root directory is never acted on";
	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return "it ends in '.' or '..': name the directory itself";
	return NULL;
}

/* A slash behind a name asks for a directory; what a link leads to is never what is meant. */
static int check_slash(struct deed *d, const char *operand, const struct plan_at *at)
{
	struct meta meta;

	if (stat_at(at->dirfd, at->name, &meta, NULL) < 0)
		return 0; /* the plan says what is wrong */
	if (S_ISLNK(meta.mode))
		return deed_trouble(d, operand, -ENOTDIR,
				    "it is a link, and links are not followed: without the slash "
				    "the link itself is meant");
	if (!S_ISDIR(meta.mode))
		return deed_trouble(d, operand, -ENOTDIR,
				    "it is no directory: leave out the slash");
	return 0;
}

/* The directory of an operand ("." when none is named) and its name, without slashes behind it. */
static int split(struct deed *d, const char *operand, size_t len)
{
	size_t dir = len;

	while (dir && operand[dir - 1] != '/')
		dir--;
	str_clear(&d->dir);
	str_clear(&d->base);
	str_add(&d->dir, dir ? operand : ".", dir ? dir : 1);
	str_add(&d->base, operand + dir, len - dir);
	return d->dir.failed || d->base.failed ? -ENOMEM : 0;
}

static int place(struct deed *d, const char *operand, struct plan_at *ret_at)
{
	int r = find_place(d, d->dir.buf);

	if (r == -ENOENT)
		return deed_trouble(d, operand, r,
				    d->no_dir ? d->no_dir
					      : "the directory it is in does not exist");
	if (r < 0)
		return r == -ENOMEM ? r : deed_trouble(d, operand, r, NULL);
	*ret_at = (struct plan_at){
		.dirfd = d->places[0].fd, .dir = d->places[0].path, .name = d->base.buf};
	return 0;
}

int deed_name(struct deed *d, const char *operand)
{
	size_t len = strlen(operand);
	const char *why;

	while (len && operand[len - 1] == '/')
		len--;
	if (split(d, operand, len) < 0)
		return -ENOMEM;
	why = why_not(operand, len, d->base.buf);
	return why ? deed_trouble(d, operand, -EINVAL, why) : 0;
}

int deed_place(struct deed *d, const char *operand, bool fresh, struct plan_at *ret_at)
{
	int r = deed_name(d, operand);

	if (r == 0)
		r = place(d, operand, ret_at);
	if (r == 0 && !fresh && operand[strlen(operand) - 1] == '/')
		r = check_slash(d, operand, ret_at);
	return r;
}

int deed_path(struct deed *d, const char *operand, struct str *out)
{
	size_t len = strlen(operand);
	int r;

	while (len && operand[len - 1] == '/')
		len--;
	r = split(d, operand, len);
	if (r == 0 && why_not(operand, len, d->base.buf))
		r = -EINVAL;
	if (r == 0)
		r = find_place(d, d->dir.buf);
	return r < 0 ? r : path_join(out, d->places[0].path, d->base.buf, d->base.len);
}

int deed_resolve(struct deed *d, const char *path, struct str *out)
{
	int r = current_dir(d);

	return r < 0 ? r : path_resolve(out, d->cwd.buf, path, NULL);
}
