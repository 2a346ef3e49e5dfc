/* SPDX-License-Identifier: MIT */
#include "manifest.h"

#include "../lib/test.h"
#include "world.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <time.h>
#include <unistd.h>

#include "base/trashinfo.h"

#define HASH_START 14695981039346656037u
#define HASH_TIMES 1099511628211u

static uint64_t hash_bytes(uint64_t h, const char *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		h = (h ^ (unsigned char)bytes[i]) * HASH_TIMES;
	return h;
}

static uint64_t hash_of(const char *path, const struct stat *st)
{
	uint64_t h = HASH_START;
	char buf[4096];
	ssize_t n;
	int fd;

	if (S_ISLNK(st->st_mode)) {
		n = readlink(path, buf, sizeof(buf));
		return n < 0 ? 0 : hash_bytes(h, buf, (size_t)n);
	}
	if (!S_ISREG(st->st_mode))
		return 0;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return 0;
	while ((n = read(fd, buf, sizeof(buf))) > 0)
		h = hash_bytes(h, buf, (size_t)n);
	close(fd);
	return h;
}

static void add(struct manifest *m, const char *path, const char *real, const struct stat *st)
{
	if (m->n == m->cap) {
		m->cap = m->cap ? 2 * m->cap : 64;
		m->things = realloc(m->things, m->cap * sizeof(*m->things));
		assert_non_null(m->things);
	}
	m->things[m->n] =
		(struct thing){.path = strdup(path), .st = *st, .hash = hash_of(real, st)};
	assert_non_null(m->things[m->n++].path);
}

/* ---- the trash ---- */

/* What follows the trash directory in a path; NULL: it is not in one. */
static const char *in_trash(const char *rel)
{
	static const char *const dirs[] = {
		WORLD_TRASH,     "second/.Trash-0", "second/.Trash-65534",
		"second/.Trash", ".Trash-0",        ".Trash-65534"};

	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++)
		if (path_below(rel, dirs[i]))
			return rel + strlen(dirs[i]);
	return NULL;
}

static bool slurp_file(const char *path, struct str *out)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	char buf[4096];
	ssize_t n;

	if (fd < 0)
		return false;
	while ((n = read(fd, buf, sizeof(buf))) > 0)
		str_add(out, buf, (size_t)n);
	close(fd);
	return true;
}

/* Appends where a thing in the trash was. `trash` is the directory, as a path. */
static void add_origin(struct str *out, const char *root, const char *trash, const char *name,
		       size_t len)
{
	struct trashinfo info = TRASHINFO_INIT;
	struct str path = STR_INIT, text = STR_INIT;
	size_t rootlen = strlen(root);

	str_addf(&path, "%s/info/%.*s%s", trash, (int)len, name, TRASHINFO_SUFFIX);
	if (!slurp_file(path.buf, &text) || trashinfo_parse(text.buf, text.len, &info) < 0 ||
	    info.kind == TRASHINFO_NO_PATH)
		str_addf(out, "?%.*s", (int)len, name);
	else if (info.kind == TRASHINFO_RELATIVE)
		str_addf(out, "%s%s", path_below(trash + rootlen + 1, "second") ? "second/" : "",
			 info.path.buf);
	else if (path_below(info.path.buf, root) && info.path.len > rootlen)
		str_adds(out, info.path.buf + rootlen + 1);
	else
		str_adds(out, info.path.buf);
	trashinfo_done(&info);
	str_done(&path);
	str_done(&text);
}

static bool has_thing(const char *trash, const char *info_name)
{
	struct str path = STR_INIT;
	struct stat st;
	size_t len = strlen(info_name), suffix = strlen(TRASHINFO_SUFFIX);
	bool has;

	if (len > suffix && strcmp(info_name + len - suffix, TRASHINFO_SUFFIX) == 0)
		len -= suffix;
	str_addf(&path, "%s/files/%.*s", trash, (int)len, info_name);
	has = lstat(path.buf, &st) == 0;
	str_done(&path);
	return has;
}

/* `inside` is what follows the trash directory: "/files/x/y". */
static void add_trashed(struct manifest *m, const char *root, const FTSENT *e, const char *inside)
{
	struct str path = STR_INIT, trash = STR_INIT;

	str_adds(&path, "trash:");
	str_add(&trash, e->fts_path, strlen(e->fts_path) - strlen(inside));
	if (strncmp(inside, "/files/", 7) == 0) {
		const char *name = inside + 7;
		size_t len = strcspn(name, "/");

		add_origin(&path, root, trash.buf, name, len);
		str_adds(&path, name + len);
		add(m, path.buf, e->fts_accpath, e->fts_statp);
	} else if (strncmp(inside, "/info/", 6) == 0) {
		if (!has_thing(trash.buf, inside + 6)) {
			str_addf(&path, "!%s", inside + 6);
			add(m, path.buf, e->fts_accpath, e->fts_statp);
		}
	} else if (inside[0] && strcmp(inside, "/files") != 0 && strcmp(inside, "/info") != 0 &&
		   strcmp(inside, "/directorysizes") != 0) {
		str_addf(&path, "~%s", inside + 1);
		add(m, path.buf, e->fts_accpath, e->fts_statp);
	}
	str_done(&path);
	str_done(&trash);
}

/* Directories the program has to make for itself. */
static bool own(const char *rel)
{
	static const char *const dirs[] = {"", "home/.local", "home/.local/share",
					   "home/.local/state", "second/lost+found"};

	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++)
		if (strcmp(rel, dirs[i]) == 0)
			return true;
	return path_below(rel, WORLD_STATE);
}

static int by_path(const void *a, const void *b)
{
	const struct thing *x = a, *y = b;
	int c = strcmp(x->path, y->path);

	return c ? c : (x->st.st_ino > y->st.st_ino) - (x->st.st_ino < y->st.st_ino);
}

void manifest_take(struct manifest *m, const char *root)
{
	char *copy = strdup(root), *roots[] = {copy, NULL};
	FTS *fts = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	size_t skip = strlen(root);
	FTSENT *e;

	*m = (struct manifest){0};
	assert_non_null(fts);
	while ((e = fts_read(fts))) {
		const char *rel = e->fts_path + skip, *inside;

		rel += *rel == '/';
		if (e->fts_info == FTS_DP || e->fts_info == FTS_NS || own(rel))
			continue;
		inside = in_trash(rel);
		if (inside)
			add_trashed(m, root, e, inside);
		else
			add(m, rel, e->fts_accpath, e->fts_statp);
	}
	fts_close(fts);
	free(copy);
	if (m->n)
		qsort(m->things, m->n, sizeof(*m->things), by_path);
}

void manifest_done(struct manifest *m)
{
	for (size_t i = 0; i < m->n; i++)
		free(m->things[i].path);
	free(m->things);
	*m = (struct manifest){0};
}

/* ---- comparing ---- */

bool path_below(const char *path, const char *dir)
{
	size_t n = strlen(dir);

	return strncmp(path, dir, n) == 0 && (path[n] == '/' || path[n] == '\0' || n == 0);
}

/* Everything that was there before is older. */
static bool of_today(const struct timespec *t)
{
	return t->tv_sec > time(NULL) - 86400;
}

static bool same_time(const struct timespec *a, const struct timespec *b, bool exact)
{
	if (!exact && of_today(a) && of_today(b))
		return true;
	return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

/* What is different, in a word; NULL: nothing. */
static const char *difference(const struct thing *a, const struct thing *b, unsigned what)
{
	const struct stat *x = &a->st, *y = &b->st;

	if ((x->st_mode & S_IFMT) != (y->st_mode & S_IFMT))
		return "kind";
	if (a->hash != b->hash || (S_ISREG(x->st_mode) && x->st_size != y->st_size))
		return "content";
	if (x->st_mode != y->st_mode)
		return "mode";
	if (x->st_uid != y->st_uid || x->st_gid != y->st_gid)
		return "owner";
	if (!S_ISDIR(x->st_mode) && x->st_nlink != y->st_nlink)
		return "links";
	if ((what & (M_TIMES | M_EXACT)) && (!S_ISDIR(x->st_mode) || (what & M_EXACT)) &&
	    !same_time(&x->st_mtim, &y->st_mtim, what & M_EXACT))
		return "mtime";
	if ((what & M_EXACT) && x->st_ino != y->st_ino)
		return "inode";
	return NULL;
}

size_t manifest_diff(const struct manifest *a, const struct manifest *b, const char *prefix,
		     unsigned what, struct str *out)
{
	size_t i = 0, j = 0, n = 0;

	while (i < a->n || j < b->n) {
		const struct thing *x = i < a->n ? &a->things[i] : NULL;
		const struct thing *y = j < b->n ? &b->things[j] : NULL;
		int c = !x ? 1 : !y ? -1 : strcmp(x->path, y->path);
		const char *path = c <= 0 ? x->path : y->path;
		const char *word = c == 0 ? difference(x, y, what) : NULL;

		i += c <= 0;
		j += c >= 0;
		if ((c == 0 && !word) || !path_below(path, prefix))
			continue;
		n++;
		if (c == 0)
			str_addf(out, "~ %s: %s\n", path, word);
		else
			str_addf(out, "%c %s\n", c < 0 ? '-' : '+', path);
	}
	return n;
}

const struct thing *manifest_find(const struct manifest *m, const char *path)
{
	struct thing key = {.path = (char *)(uintptr_t)path};

	/* The inode of the key is 0: the first of this path is the one behind it. */
	for (size_t low = 0, high = m->n; low < high;) {
		size_t mid = low + (high - low) / 2;
		int c = strcmp(m->things[mid].path, key.path);

		if (c == 0)
			return &m->things[mid];
		if (c < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

size_t manifest_between(const struct manifest *a, const struct manifest *b,
			const struct manifest *now, bool stray, const char *swapped,
			struct str *out)
{
	size_t n = 0;

	for (size_t i = 0; i < now->n; i++) {
		const struct thing *t = &now->things[i], *x = manifest_find(a, t->path),
				   *y = manifest_find(b, t->path);
		const char *dx = x ? difference(x, t, M_TIMES) : "is new";
		const char *dy = y ? difference(y, t, M_TIMES) : "is new";

		if (!dx || !dy || (stray && strncmp(t->path, "trash:!", 7) == 0))
			continue;
		str_addf(out, "%s: neither as before (%s) nor as after (%s)\n", t->path, dx, dy);
		n++;
	}
	for (size_t i = 0; i < a->n; i++) {
		const char *path = a->things[i].path;

		if (!manifest_find(b, path) || manifest_find(now, path) ||
		    (swapped && strcmp(path, swapped) == 0))
			continue;
		str_addf(out, "%s: gone\n", path);
		n++;
	}
	return n;
}

bool manifest_has(const struct manifest *m, const struct thing *t, bool content)
{
	for (size_t i = 0; i < m->n; i++) {
		const struct thing *u = &m->things[i];

		if (u->st.st_ino == t->st.st_ino &&
		    (u->st.st_mode & S_IFMT) == (t->st.st_mode & S_IFMT) &&
		    (!content || u->hash == t->hash))
			return true;
	}
	return false;
}

size_t manifest_lost(const struct manifest *before, const struct manifest *now, const char *except,
		     const struct manifest *after, struct str *out)
{
	size_t n = 0;

	for (size_t i = 0; i < before->n; i++) {
		const struct thing *t = &before->things[i];

		if ((except && path_below(t->path, except)) || manifest_has(now, t, true))
			continue;
		if (after && S_ISDIR(t->st.st_mode) && !manifest_find(after, t->path))
			continue;
		str_addf(out, "lost: %s\n", t->path);
		n++;
	}
	return n;
}

size_t manifest_below(const struct manifest *m, const char *prefix, struct str *out)
{
	size_t n = 0;

	for (size_t i = 0; i < m->n; i++)
		if (strncmp(m->things[i].path, prefix, strlen(prefix)) == 0) {
			str_addf(out, "%s\n", m->things[i].path);
			n++;
		}
	return n;
}
