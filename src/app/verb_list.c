/* SPDX-License-Identifier: MIT */
#include "app/verb.h"

#include "app/list_out.h"
#include "base/alloc.h"
#include "base/collate.h"
#include "base/names.h"
#include "base/path.h"
#include "fs/scandir.h"
#include "fs/stat.h"
#include "fs/walk.h"

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define NAME "list"

enum option {
	OPT_RECURSIVE,
	OPT_ALL,
	OPT_XDEV,
	OPT_PRUNE,
	OPT_POST,
	OPT_UNSORTED,
	OPT_COLUMNS,
	OPT_PRINT,
};

const struct verb_option verb_list_options[] = {
	[OPT_RECURSIVE] = {"recursive", 'R', NULL,
			   "everything below PATH, in directory order; links are not followed"},
	[OPT_ALL] = {"all", 'a', NULL, "also names that begin with a dot"},
	[OPT_XDEV] = {"one-file-system", 'x', NULL, "-R: do not enter other mounts"},
	[OPT_PRUNE] = {"prune", 0, "GLOB",
		       "-R: list directories of this name, but not what is in them"},
	[OPT_POST] = {"post-order", 0, NULL, "-R: a directory after what is in it"},
	[OPT_UNSORTED] = {"unsorted", 'U', NULL, "without -R: in directory order, at once"},
	[OPT_COLUMNS] = {"columns", 'c', "LIST",
			 "of: name path type mode owner group uid gid size disk mtime ctime btime "
			 "nlink inode dev target"},
	[OPT_PRINT] = {"print", 'p', "[FORMAT]", "text (the default), json, csv, or nul"},
	{0},
};

struct list {
	struct list_out out;
	bool recursive, all, xdev, post, unsorted;
	const char **prune;
	size_t nprune, prune_cap;
	struct str path, target; /* of the row */
};

static bool hidden(const struct list *l, const char *name)
{
	return name[0] == '.' && !l->all;
}

/* As find -name -prune; a pattern with a slash is for the path below the one listed. */
static bool pruned(const struct list *l, const struct walk_item *i)
{
	for (size_t n = 0; n < l->nprune; n++)
		if (fnmatch(l->prune[n], strchr(l->prune[n], '/') ? i->rel : i->name, 0) == 0)
			return true;
	return false;
}

/* Prints one entry; at: its name in dirfd. What only the target column needs is read here. */
static int print_row(struct list *l, struct list_row *row, int dirfd, const char *at)
{
	int r;

	if (row->type == ENTRY_LINK && list_out_needs_target(&l->out)) {
		str_clear(&l->target);
		r = stat_readlink(dirfd, at, &l->target);
		if (r == 0)
			row->target = &l->target;
		else
			r = r == -ENOMEM ? r : list_out_error(&l->out, row->path, r, NULL);
		if (r < 0)
			return r;
	}
	return list_out_row(&l->out, row);
}

/* ---- -R ---- */

static int print_item(struct list *l, const struct walk_item *i)
{
	struct list_row row = {.name = i->depth ? i->rel : i->path,
			       .path = i->path,
			       .type = i->type,
			       .meta = i->has_meta ? &i->meta : NULL};

	return print_row(l, &row, i->dirfd, i->name);
}

static int on_dir(struct list *l, struct walk *w, const struct walk_item *i)
{
	if (i->depth == 0)
		return 0;
	if (!pruned(l, i))
		return l->post ? 0 : print_item(l, i);
	walk_skip(w);
	return print_item(l, i);
}

static int on_item(struct list *l, struct walk *w, const struct walk_item *i)
{
	int r = 0;

	if (i->depth > 0 && hidden(l, i->name)) {
		walk_skip(w);
		return 0;
	}
	if (i->err)
		r = list_out_error(&l->out, i->path, i->err, NULL);
	if (r < 0)
		return r;
	switch (i->kind) {
	case WALK_LEAF:
		return print_item(l, i);
	case WALK_DIR:
		return on_dir(l, w, i);
	case WALK_DIR_END:
		return i->depth ? print_item(l, i) : 0;
	case WALK_LOOP:
		return list_out_error(&l->out, i->path, -ELOOP,
				      "is one of its own ancestors, mounted here: not entered");
	case WALK_ERROR:
	case WALK_MOUNT:
		break;
	}
	return 0;
}

static int list_tree(struct list *l, const char *path)
{
	struct walk_options options = {
		.flags = WALK_PRE | (l->post ? WALK_POST : 0) | (l->xdev ? WALK_XDEV : 0) |
			 (list_out_needs_meta(&l->out) ? WALK_STAT : 0),
	};
	struct walk_item item;
	struct walk *w;
	int r = walk_new(AT_FDCWD, path, &options, &w), out = 0;
	size_t len;

	if (r < 0)
		return r == -ENOMEM ? r : list_out_error(&l->out, path, r, NULL);
	while (out == 0 && (r = walk_next(w, &item)) > 0)
		out = on_item(l, w, &item);
	if (out == 0 && r == -ESTALE)
		out = list_out_error(&l->out, walk_where(w, &len), r,
				     "was moved while it was listed: stopped here");
	else if (out == 0 && r < 0)
		out = r == -ENOMEM ? r : list_out_error(&l->out, walk_where(w, &len), r, NULL);
	walk_free(w);
	return out;
}

/* ---- one directory ---- */

/* An entry of the open directory; its metadata when a column or its type needs it. */
static int print_entry(struct list *l, int dirfd, const char *dir, const char *name, size_t len,
		       enum entry_type type)
{
	struct list_row row = {.name = name, .type = type};
	struct meta meta;
	int r;

	str_clear(&l->path);
	if (path_join(&l->path, dir, name, len) < 0)
		return -ENOMEM;
	row.path = l->path.buf;
	if (type == ENTRY_UNKNOWN || list_out_needs_meta(&l->out)) {
		r = stat_at(dirfd, name, &meta, NULL);
		if (r == -ENOENT)
			return 0;
		if (r == 0) {
			row.meta = &meta;
			row.type = stat_type(meta.mode);
		} else {
			r = list_out_error(&l->out, row.path, r, NULL);
		}
		if (r < 0)
			return r;
	}
	return print_row(l, &row, dirfd, name);
}

static int read_error(struct list *l, const char *path, int r)
{
	return r >= 0 || r == -ENOMEM ? r : list_out_error(&l->out, path, r, NULL);
}

static int list_unsorted(struct list *l, struct scandir *dir, const char *path)
{
	struct scan_entry e;
	int r, out = 0;

	while (out == 0 && (r = scandir_next(dir, &e)) > 0)
		if (!hidden(l, e.name))
			out = print_entry(l, dir->fd, path, e.name, e.len, e.type);
	return out < 0 ? out : read_error(l, path, r);
}

static int print_sorted(struct list *l, int dirfd, const char *path, const struct names *names,
			uint32_t n)
{
	struct collate_order order = {.how = COLLATE_NATURAL};
	uint32_t *ids = malloc((n ? n : 1) * sizeof(*ids));
	int r = -ENOMEM;

	if (!ids)
		return r;
	for (uint32_t i = 0; i < n; i++)
		ids[i] = i;
	r = collate_sort(names, ids, n, &order, NULL);
	for (uint32_t i = 0; r == 0 && i < n; i++) {
		size_t len;
		const char *name = names_get(names, ids[i], &len);

		r = print_entry(l, dirfd, path, name, len,
				(enum entry_type)names_tag(names, ids[i]));
	}
	free(ids);
	return r;
}

static int list_sorted(struct list *l, struct scandir *dir, const char *path)
{
	struct names *names = names_new();
	struct scan_entry e;
	int r = names ? 0 : -ENOMEM;

	while (r == 0 && (r = scandir_next(dir, &e)) > 0)
		r = hidden(l, e.name) ? 0 : names_add(names, e.name, e.len, e.type, NULL);
	r = read_error(l, path, r);
	if (r == 0)
		r = print_sorted(l, dir->fd, path, names, names_count(names));
	names_unref(names);
	return r;
}

/* PATH itself, which is not a directory. */
static int list_thing(struct list *l, const char *path)
{
	struct list_row row = {.name = path, .path = path};
	struct meta meta;
	int r = stat_at(AT_FDCWD, path, &meta, NULL);

	if (r < 0)
		return list_out_error(&l->out, path, r, NULL);
	row.meta = &meta;
	row.type = stat_type(meta.mode);
	return print_row(l, &row, AT_FDCWD, path);
}

static int list_dir(struct list *l, const char *path)
{
	struct scandir dir;
	int r = scandir_open(&dir, AT_FDCWD, path, true);

	if (r == -ENOTDIR || r == -ENOENT || r == -ELOOP)
		return list_thing(l, path);
	if (r < 0)
		return list_out_error(&l->out, path, r, NULL);
	r = l->unsorted ? list_unsorted(l, &dir, path) : list_sorted(l, &dir, path);
	scandir_done(&dir);
	return r;
}

/* ---- the command line ---- */

static int add_prune(struct list *l, const char *glob)
{
	int r = array_grow(&l->prune, &l->prune_cap, l->nprune + 1, sizeof(*l->prune));

	if (r == 0)
		l->prune[l->nprune++] = glob;
	return r;
}

static int set_columns(struct list *l, const char *value)
{
	const char *bad = value;
	size_t len = 0;
	int r;

	l->out.ncolumns = 0;
	r = list_out_columns(&l->out, value, &bad, &len);
	if (r == -EINVAL)
		verb_usage(NAME, "--columns: '%.*s' is not a column", (int)len, bad);
	else if (r < 0)
		verb_usage(NAME, "--columns: too many");
	return r < 0 ? -EINVAL : 0;
}

/* -EINVAL: said what is wrong. */
static int set_option(struct list *l, enum option option, const char *value)
{
	switch (option) {
	case OPT_RECURSIVE:
		l->recursive = true;
		break;
	case OPT_ALL:
		l->all = true;
		break;
	case OPT_XDEV:
		l->xdev = true;
		break;
	case OPT_PRUNE:
		return add_prune(l, value);
	case OPT_POST:
		l->post = true;
		break;
	case OPT_UNSORTED:
		l->unsorted = true;
		break;
	case OPT_COLUMNS:
		return set_columns(l, value);
	case OPT_PRINT:
		if (list_format_parse(value, &l->out.format))
			break;
		verb_usage(NAME, "--print: '%s' is none of: text json csv nul", value);
		return -EINVAL;
	}
	return 0;
}

/* What is printed when no columns are named: names; where several PATHs or another program's eyes
 * would not know where a name lies, paths. */
static int default_columns(struct list *l, int npaths)
{
	const char *bad;
	size_t len;

	if (l->out.ncolumns > 0)
		return 0;
	if (l->out.format == LIST_JSON || l->out.format == LIST_CSV)
		return list_out_columns(&l->out, "name,path,type", &bad, &len);
	return list_out_columns(&l->out, l->out.format == LIST_NUL || npaths > 1 ? "path" : "name",
				&bad, &len);
}

static int list_all(struct list *l, int n, char **paths)
{
	static char here[] = ".", *const only_here[] = {here};
	char *const *at = n > 0 ? paths : only_here;
	int r = default_columns(l, n);

	if (r == 0)
		r = list_out_begin(&l->out);
	for (int i = 0; r == 0 && i < MAX(n, 1); i++)
		r = l->recursive ? list_tree(l, at[i]) : list_dir(l, at[i]);
	return r == 0 ? list_out_end(&l->out) : r;
}

static void list_done(struct list *l)
{
	list_out_done(&l->out);
	free(l->prune);
	str_done(&l->path);
	str_done(&l->target);
}

int verb_list(int argc, char **argv)
{
	struct list l = {.out = {.text = STR_INIT, .errors = STR_INIT},
			 .path = STR_INIT,
			 .target = STR_INIT};
	struct verb_args args = {
		.name = NAME, .options = verb_list_options, .argc = argc, .argv = argv};
	int option, r = 0, status;

	while ((option = verb_args_next(&args)) >= 0 && r == 0)
		r = set_option(&l, (enum option)option, args.value);
	if (r == 0 && option == VERB_ARGS_EXIT) {
		status = args.status;
	} else if (r == -EINVAL) {
		status = EXIT_USAGE;
	} else {
		if (r == 0)
			r = list_all(&l, argc - args.at, argv + args.at);
		if (r == -ENOMEM)
			verb_error(NAME, "memory", r);
		status = r < 0 || l.out.failed ? EXIT_SOME_FAILED : EXIT_ALL_DONE;
	}
	list_done(&l);
	return status;
}
