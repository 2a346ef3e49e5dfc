/* SPDX-License-Identifier: MIT */
#include "app/verb.h"

#include "app/config.h"
#include "app/explore.h"
#include "app/sizes_out.h"
#include "base/args.h"
#include "base/fmt.h"
#include "fs/scan.h"
#include "fs/stat.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define NAME        "sizes"
#define PROGRESS_MS 100
#define DEPTH_MAX   900 /* JSON nests twice for each level */

enum option {
	OPT_PRINT,
	OPT_DEPTH,
	OPT_TOP,
	OPT_EXTENSION,
	OPT_EXCLUDE,
	OPT_EXCLUDE_FROM,
	OPT_EXCLUDE_CACHES,
	OPT_XDEV,
	OPT_APPARENT,
	OPT_THREADS,
	OPT_READ_ONLY,
	OPT_PLAIN,
	OPT_OPTION,
};

const struct verb_option verb_sizes_options[] = {
	[OPT_PRINT] = {"print", 'p', "[FORMAT]", "text (the default), json, csv, or nul"},
	[OPT_DEPTH] = {"depth", 'd', "N", "print N levels below PATH (1; 0: only the sum)"},
	[OPT_TOP] = {"top", 't', "N", "print the N largest files instead"},
	[OPT_EXTENSION] = {"by-extension", 'e', NULL,
			   "print what files of each extension take up instead"},
	[OPT_EXCLUDE] = {"exclude", 'X', "GLOB",
			 "leave out what has this name; with a slash: this path below PATH"},
	[OPT_EXCLUDE_FROM] = {"exclude-from", 0, "FILE", "the same for each line of FILE"},
	[OPT_EXCLUDE_CACHES] = {"exclude-caches", 0, NULL,
				"leave out what is in directories with a CACHEDIR.TAG"},
	[OPT_XDEV] = {"one-file-system", 'x', NULL, "do not enter other mounts"},
	[OPT_APPARENT] = {"apparent", 'a', NULL,
			  "lengths of files instead of what they take up on disk"},
	[OPT_THREADS] = {"threads", 0, "N", "use N threads (the default: as storage answers)"},
	[OPT_READ_ONLY] = {"read-only", 0, NULL,
			   "of the explorer: offer nothing that changes files"},
	[OPT_PLAIN] = {"plain", 0, NULL, "of the explorer: for screen readers and braille"},
	[OPT_OPTION] = {"option", 'o', "NAME=VALUE",
			"of the explorer: set an option of the configuration"},
	{0},
};

struct sizes {
	struct sizes_out out;
	struct scan_options scan;
	struct exclude exclude;
	struct args patterns; /* the same as they were written */
	struct args set;      /* options of the explorer */
	bool read_only;
	bool print; /* something was asked for that is printed */
	bool failed;
};

/* -EINVAL: said what is wrong. */
static int set_number(const char *name, const char *value, unsigned long max, uint32_t *ret_n)
{
	char *end;
	unsigned long n;

	errno = 0;
	n = strtoul(value, &end, 10);
	if (value[0] < '0' || value[0] > '9' || *end || errno || n > max) {
		verb_usage(NAME, "--%s: '%s' is not a number from 0 to %lu", name, value, max);
		return -EINVAL;
	}
	*ret_n = (uint32_t)n;
	return 0;
}

static int add_exclude(struct sizes *z, const char *pattern, size_t len)
{
	CLEANUP(str_done) struct str why = STR_INIT;
	int r = exclude_add(&z->exclude, pattern, len, &why);

	if (r == 0)
		r = args_add(&z->patterns, pattern, len);
	if (r == -EINVAL)
		verb_usage(NAME, "--exclude: '%.*s': %s", (int)len, pattern, why.buf);
	return r;
}

/* Lines; those that are empty or begin with # say nothing. */
static int add_file(struct sizes *z, const char *path)
{
	char *line = NULL;
	size_t cap = 0;
	ssize_t n;
	FILE *f = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
	int r = 0;

	if (!f) {
		verb_error(NAME, path, -errno);
		return -EINVAL;
	}
	while (r == 0 && (n = getline(&line, &cap, f)) >= 0) {
		n -= n && line[n - 1] == '\n';
		if (n && line[0] != '#')
			r = add_exclude(z, line, (size_t)n);
	}
	if (r == 0 && ferror(f)) {
		verb_error(NAME, path, -EIO);
		r = -EINVAL;
	}
	free(line);
	if (f != stdin)
		fclose(f);
	return r;
}

/* One that is none is refused before anything is scanned. */
static int add_setting(struct sizes *z, const char *assignment)
{
	CLEANUP(str_done) struct str why = STR_INIT;
	struct settings settings;
	int r;

	settings_init(&settings);
	r = option_assign(&settings, assignment, &why);
	settings_done(&settings);
	if (r == -EINVAL)
		verb_usage(NAME, "%s", why.buf);
	return r < 0 ? r : args_add(&z->set, assignment, strlen(assignment));
}

static int set_option(struct sizes *z, enum option option, const char *value)
{
	z->print |= option == OPT_PRINT || option == OPT_DEPTH || option == OPT_TOP ||
		    option == OPT_EXTENSION || option == OPT_THREADS;
	switch (option) {
	case OPT_PRINT:
		if (list_format_parse(value, &z->out.format))
			break;
		verb_usage(NAME, "--print: '%s' is none of: text json csv nul", value);
		return -EINVAL;
	case OPT_DEPTH:
		return set_number("depth", value, DEPTH_MAX, &z->out.depth);
	case OPT_TOP:
		return set_number("top", value, 10000000, &z->out.top);
	case OPT_EXTENSION:
		z->out.by_extension = true;
		break;
	case OPT_EXCLUDE:
		return add_exclude(z, value, strlen(value));
	case OPT_EXCLUDE_FROM:
		return add_file(z, value);
	case OPT_EXCLUDE_CACHES:
		z->scan.exclude_caches = true;
		break;
	case OPT_XDEV:
		z->scan.one_file_system = true;
		break;
	case OPT_APPARENT:
		z->out.apparent = true;
		break;
	case OPT_READ_ONLY:
		z->read_only = true;
		break;
	case OPT_PLAIN:
		return args_add(&z->set, "plain=yes", strlen("plain=yes"));
	case OPT_OPTION:
		return add_setting(z, value);
	case OPT_THREADS:
		return set_number("threads", value, SCAN_THREADS_MAX, &z->scan.threads);
	}
	return 0;
}

/* ---- scanning ---- */

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* A line on the terminal that is drawn over itself. */
static void show_progress(struct scan *s)
{
	struct scan_progress p;
	char line[128], entries[FMT_MAX], size[FMT_MAX];
	int n;

	scan_progress(s, &p);
	n = snprintf(line, sizeof(line), "\r%s entries  %s  %u threads\033[K",
		     fmt_count(entries, p.entries),
		     fmt_size(size, p.blocks > UINT64_MAX / 512 ? UINT64_MAX : p.blocks * 512),
		     p.threads);
	(void)!write(STDERR_FILENO, line, (size_t)n);
}

static void wait_for(struct scan *s)
{
	bool shown = isatty(STDERR_FILENO);

	if (!shown) {
		(void)scan_wait(s, -1);
		return;
	}
	while (!scan_wait(s, PROGRESS_MS))
		show_progress(s);
	(void)!write(STDERR_FILENO, "\r\033[K", 4);
}

static void take_counts(struct sizes *z, struct scan *s)
{
	struct scan_progress p;

	scan_progress(s, &p);
	/* As find(1) counts; what has vanished is in the tree no more. */
	z->out.entries = sizetree_dir_total(scan_tree(s), 0).items + 1;
	z->out.dirs = p.dirs;
	z->out.files = z->out.entries - p.dirs;
	z->out.vanished = p.vanished;
	z->out.excluded = p.excluded;
	z->failed |= p.unread > 0;
}

/* The path of a directory, or of an entry in it. */
static int path_of(const struct sizetree *t, uint32_t dir, uint32_t entry, struct str *path)
{
	size_t len;
	const char *name = entry == TREE_NONE ? NULL : sizetree_name(t, dir, entry, &len);

	str_clear(path);
	if (str_adds(path, t->root) < 0 ||
	    (t->root[strlen(t->root) - 1] != '/' && str_addc(path, '/') < 0) ||
	    scan_path(t, dir, path) < 0)
		return -ENOMEM;
	if (!name)
		return 0;
	if (path->buf[path->len - 1] != '/' && str_addc(path, '/') < 0)
		return -ENOMEM;
	return str_add(path, name, len);
}

/* What could not be read or looked at, each with its path. */
static int name_unread(const struct sizetree *t)
{
	CLEANUP(str_done) struct str path = STR_INIT;
	uint32_t ndirs = atomic_load(&t->ndirs);
	int r = 0;

	for (uint32_t dir = 0; r == 0 && dir < ndirs; dir++) {
		const struct sizetree_dir *d = sizetree_dir(t, dir);

		if (d->err) {
			r = path_of(t, dir, TREE_NONE, &path);
			verb_error(NAME, path.buf, -d->err);
		}
		for (uint32_t e = d->first; r == 0 && e < d->first + d->count; e++) {
			uint32_t meta = sizetree_meta(t, e);

			if (!(meta & TREE_UNREAD) || TREE_META_TYPE(meta) == ENTRY_DIR)
				continue;
			r = path_of(t, dir, e, &path);
			verb_say(NAME, path.buf, "could not be looked at");
		}
	}
	return r;
}

static int size_of(struct sizes *z, const char *path)
{
	double start = now();
	struct scan *s;
	int r;

	z->scan.exclude = &z->exclude;
	r = scan_start(path, &z->scan, &s);
	if (r < 0) {
		z->failed = true;
		if (r != -ENOMEM)
			verb_error(NAME, path, r);
		return r == -ENOMEM ? r : 0;
	}
	wait_for(s);
	z->out.seconds = now() - start;
	take_counts(z, s);
	r = scan_result(s, &z->out.links);
	if (r == 0 && z->failed)
		r = name_unread(scan_tree(s));
	if (r == 0)
		r = sizes_out(scan_tree(s), &z->out);
	else
		verb_error(NAME, path, r);
	scan_free(s, 0);
	return r;
}

/* The explorer with the view of it: nothing was asked for that only makes sense in print. */
static int open_view(struct sizes *z, const char *path)
{
	static const char *const words[] = {"sizes-one-file-system=yes", "sizes-exclude-caches=yes",
					    "sizes-apparent=yes"};
	const bool wanted[] = {z->scan.one_file_system, z->scan.exclude_caches, z->out.apparent};
	struct explore_options options = {
		.path = path,
		.sizes = true,
		.read_only = z->read_only,
		.exclude = (const char *const *)z->patterns.at,
		.nexclude = z->patterns.n,
	};

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (wanted[i] && args_add(&z->set, words[i], strlen(words[i])) < 0)
			return EXIT_SOME_FAILED;
	options.set = (const char *const *)z->set.at;
	options.nset = z->set.n;
	return explore(&options);
}

/* Of what is none, printing says what there is to say. */
static bool is_dir(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static int print(struct sizes *z, const char *path)
{
	int r = size_of(z, path);

	if (r == -ENOMEM)
		verb_error(NAME, "memory", r);
	return r == 0 && !z->failed ? EXIT_ALL_DONE : EXIT_SOME_FAILED;
}

int verb_sizes(int argc, char **argv)
{
	struct sizes z = {.out = {.depth = 1}};
	struct verb_args args = {
		.name = NAME, .options = verb_sizes_options, .argc = argc, .argv = argv};
	int option, r = 0, status = EXIT_SOME_FAILED;

	while ((option = verb_args_next(&args)) >= 0 && r == 0)
		r = set_option(&z, (enum option)option, args.value);
	if (r == 0 && option == VERB_ARGS_EXIT) {
		status = args.status;
	} else if (r == -EINVAL) {
		status = EXIT_USAGE;
	} else if (r == 0 && argc - args.at > 1) {
		status = verb_usage(NAME, "one PATH at a time");
	} else {
		const char *path = args.at < argc ? argv[args.at] : ".";

		if (r == -ENOMEM)
			verb_error(NAME, "memory", r);
		else
			status = z.print || !isatty(STDOUT_FILENO) || !is_dir(path)
					 ? print(&z, path)
					 : open_view(&z, path);
	}
	args_done(&z.set);
	args_done(&z.patterns);
	exclude_done(&z.exclude);
	return status;
}
