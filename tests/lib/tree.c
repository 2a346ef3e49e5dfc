/* SPDX-License-Identifier: MIT */
#include "tree.h"

#include "base/str.h"
#include "test.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

const char tree_zoo[] = "plain 100\n"
			"dir/file 10\n"
			"dir/deeper/file 2K\n"
			"empty/\n"
			"link -> plain\n"
			"dirlink -> dir\n"
			"dangling -> nowhere\n"
			"loop -> loop\n"
			"ping -> pong\n"
			"pong -> ping\n"
			"dir/up -> ..\n"
			"self -> .\n"
			"root -> /\n"
			"long-target -> x\\R3000;\n"
			"fifo|\n"
			"socket=\n"
			"sparse ~1G\n"
			"twin-1 5000\n"
			"twin-2 => twin-1\n"
			"dir/twin-3 => twin-1\n"
			".hidden 1\n"
			".hidden-dir/inside 1\n"
			"-rf\n"
			"--help\n"
			"-\n"
			"~\n"
			"$HOME\n"
			"sp\\sace\n"
			"\\s\n"
			"quote\\\"'s\n"
			"back\\\\slash\n"
			"line\\nbreak\n"
			"\\n\n"
			"tab\\tbed\n"
			"esc\\e[31mred\\e[0m\n"
			"title\\e]0;owned\\x07\n"
			"bell\\x07\n"
			"c1\\xc2\\x9b31m\n"
			"rtl\\xe2\\x80\\xaegpj.exe\n"
			"zero\\xe2\\x80\\x8bwidth\n"
			"latin1-\\xe9t\\xe9\n"
			"bad\\xff\\xfe\\x80\n"
			"cut\\xe2\\x82\n"
			"wide-\\xe6\\xbc\\xa2\\xe5\\xad\\x97\n"
			"combining-e\\xcc\\x81\n"
			"marks-z\\xcc\\x81\\xcc\\x82\\xcc\\x83\\xcc\\x84\\xcc\\x85\\xcc\\x86\n"
			"emoji-\\xf0\\x9f\\x98\\x80\n"
			"n\\R255;\n"
			"\\xff\\R255;\n"
			"mode-000 3 :0\n"
			"closed/secret 5\n"
			"closed/ :0\n"
			"list-only/secret 5\n"
			"list-only/ :0444\n"
			"enter-only/secret 5\n"
			"enter-only/ :0111\n"
			"setuid 1 :4755\n"
			"sticky/ :1777\n"
			"old 1 @1\n"
			"before-1970 1 @-100000\n"
			"future 1 @4102444800\n";

/* What is set when all is built. */
struct later {
	char *path;
	int mode; /* or -1 */
	bool dated;
	long long mtime;
};

struct build {
	struct tree *tree;
	const char *line;
	int line_len;
	struct later *later;
	size_t nlater;
};

static void check(const struct build *b, bool ok, const char *what)
{
	if (!ok)
		fail_msg("tree line \"%.*s\": %s: %s", b->line_len, b->line, what, strerror(errno));
}

static void *need(void *p)
{
	if (!p)
		abort();
	return p;
}

static char escape_of(char c)
{
	static const char from[] = "nte\\s\"", to[] = "\n\t\033\\ \"";
	const char *at = c ? strchr(from, c) : NULL;

	return at ? to[at - from] : '\0';
}

/* Takes a word up to an unescaped byte of `stop`; returns where it ended. */
static const char *word(const struct build *b, const char *p, const char *end, const char *stop,
			struct str *out)
{
	str_clear(out);
	while (p < end && !strchr(stop, *p)) {
		if (*p != '\\' || p + 1 == end) {
			str_addc(out, *p++);
		} else if (p[1] == 'x') {
			char hex[3] = {p[2], p[3], '\0'};

			str_addc(out, (char)strtol(hex, NULL, 16));
			p += 4;
		} else if (p[1] == 'R') {
			char *after;
			long times = strtol(p + 2, &after, 10);

			check(b, out->len > 0 && *after == ';', "bad \\R");
			for (char c = out->buf[out->len - 1]; times > 1; times--)
				str_addc(out, c);
			p = after + 1;
		} else {
			check(b, escape_of(p[1]), "unknown escape");
			str_addc(out, escape_of(p[1]));
			p += 2;
		}
	}
	check(b, !out->failed, "memory");
	return p;
}

static void make_parents(const struct build *b, const char *path)
{
	char *copy = need(strdup(path));

	for (char *slash = strchr(copy, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		check(b, mkdirat(b->tree->fd, copy, 0755) == 0 || errno == EEXIST, copy);
		*slash = '/';
	}
	free(copy);
}

static int make_file(const struct build *b, int dir, const char *name)
{
	int fd = openat(dir, name, O_CREAT | O_EXCL | O_NOFOLLOW | O_WRONLY | O_CLOEXEC, 0644);

	check(b, fd >= 0, name);
	return fd;
}

static void make_sized(const struct build *b, const char *name, unsigned long long size, bool hole)
{
	static const char text[] =
		"0123456789abcdefghijklmnopqrstuvwxyz.,ABCDEFGHIJKLMNOPQRSTUVWXY\n";
	int fd = make_file(b, b->tree->fd, name);

	check(b, !hole || ftruncate(fd, (off_t)size) == 0, "ftruncate");
	while (!hole && size > 0) {
		size_t n = (size_t)MIN(size, sizeof(text) - 1);

		check(b, write(fd, text, n) == (ssize_t)n, "write");
		size -= n;
	}
	close(fd);
}

static void make_text(const struct build *b, const char *name, const struct str *text)
{
	int fd = make_file(b, b->tree->fd, name);

	check(b, write(fd, text->buf, text->len) == (ssize_t)text->len, "write");
	close(fd);
}

/* bind(2) takes only short paths: it is done through the descriptor of the directory. */
static void make_socket(const struct build *b, const char *path)
{
	const char *slash = strrchr(path, '/');
	char *dir = slash ? need(strndup(path, (size_t)(slash - path))) : need(strdup("."));
	int fd = openat(b->tree->fd, dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int sock = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_un addr = {.sun_family = AF_UNIX};

	snprintf(addr.sun_path, sizeof(addr.sun_path), "/proc/self/fd/%d/%s", fd,
		 slash ? slash + 1 : path);
	check(b, bind(sock, (struct sockaddr *)&addr, sizeof(addr)) == 0, "bind");
	close(sock);
	close(fd);
	free(dir);
}

static void make_many(const struct build *b, const char *name, long n)
{
	int dir = openat(b->tree->fd, name, O_DIRECTORY | O_CLOEXEC);

	check(b, dir >= 0, name);
	for (long i = 0; i < n; i++) {
		char file[32];

		snprintf(file, sizeof(file), "f%07ld", i);
		close(make_file(b, dir, file));
	}
	close(dir);
}

static void make_deep(const struct build *b, const char *name, long levels)
{
	int dir = openat(b->tree->fd, name, O_DIRECTORY | O_CLOEXEC);

	for (; levels > 0; levels--) {
		int below;

		check(b, dir >= 0 && mkdirat(dir, "d", 0755) == 0, "mkdir");
		below = openat(dir, "d", O_DIRECTORY | O_CLOEXEC);
		close(dir);
		dir = below;
	}
	close(make_file(b, dir, "bottom"));
	close(dir);
}

static unsigned long long size_of(const struct build *b, const char *p)
{
	char *end;
	unsigned long long n = strtoull(p, &end, 10);

	switch (*end) {
	case 'K':
		return n << 10;
	case 'M':
		return n << 20;
	case 'G':
		return n << 30;
	}
	check(b, end > p && (*end == '\0' || *end == ' ' || *end == '\n'), "bad size");
	return n;
}

static void remember(struct build *b, const char *path, char kind, const char *value)
{
	struct later *l;

	b->later = need(realloc(b->later, (b->nlater + 1) * sizeof(*b->later)));
	l = &b->later[b->nlater++];
	*l = (struct later){.path = need(strdup(path)), .mode = -1};
	if (kind == ':')
		l->mode = (int)strtol(value, NULL, 8);
	l->dated = kind == '@';
	if (l->dated)
		l->mtime = strtoll(value, NULL, 10);
}

/* What the attributes of a line say, before the thing is made. */
struct spec {
	struct str arg; /* target or content */
	char what; /* '>' link, 'h' hard link, '"' content, '~' hole, '*' many, '^' deep, or 0 */
	unsigned long long n;
};

static const char *attribute(struct build *b, const char *path, const char *p, const char *end,
			     struct spec *spec)
{
	if (end - p > 3 && (!strncmp(p, "-> ", 3) || !strncmp(p, "=> ", 3))) {
		spec->what = *p == '-' ? '>' : 'h';
		return word(b, p + 3, end, "", &spec->arg);
	}
	if (*p == '"') {
		spec->what = '"';
		p = word(b, p + 1, end, "\"", &spec->arg);
		check(b, p < end, "no closing quote");
		return p + 1;
	}
	if (*p == ':' || *p == '@') {
		remember(b, path, *p, p + 1);
	} else if (strchr("~*^", *p)) {
		spec->what = *p;
		spec->n = size_of(b, p + 1);
	} else {
		spec->n = size_of(b, p);
	}
	while (p < end && *p != ' ')
		p++;
	return p;
}

static void make(const struct build *b, const char *path, char mark, const struct spec *spec)
{
	int dir = b->tree->fd;

	make_parents(b, path);
	if (mark == '|')
		check(b, mkfifoat(dir, path, 0644) == 0, "mkfifo");
	else if (mark == '=')
		make_socket(b, path);
	else if (spec->what == '>')
		check(b, symlinkat(spec->arg.buf, dir, path) == 0, "symlink");
	else if (spec->what == 'h')
		check(b, linkat(dir, spec->arg.buf, dir, path, 0) == 0, "link");
	else if (spec->what == '"')
		make_text(b, path, &spec->arg);
	else if (mark == '/' && spec->what == '*')
		make_many(b, path, (long)spec->n);
	else if (mark == '/' && spec->what == '^')
		make_deep(b, path, (long)spec->n);
	else if (mark != '/')
		make_sized(b, path, spec->n, spec->what == '~');
}

static void build_line(struct build *b, const char *p, const char *end)
{
	struct str path = STR_INIT;
	struct spec spec = {.arg = STR_INIT};
	char mark = '\0';

	b->line = p;
	b->line_len = (int)(end - p);
	p = word(b, p, end, " ", &path);
	if (path.len > 1 && strchr("/|=", p[-1]) && p[-2] != '\\')
		mark = p[-1];
	if (mark == '|' || mark == '=')
		str_cut(&path, path.len - 1);
	while (p < end) {
		if (*p == ' ')
			p++;
		else
			p = attribute(b, path.buf, p, end, &spec);
	}
	make(b, path.buf, mark, &spec);
	str_done(&path);
	str_done(&spec.arg);
}

static int longer_first(const void *a, const void *b)
{
	size_t alen = strlen(((const struct later *)a)->path);
	size_t blen = strlen(((const struct later *)b)->path);

	return (alen < blen) - (alen > blen);
}

/* What is in a directory has a longer path than it: done first, while it can still be entered. */
static void finish(struct build *b)
{
	if (b->nlater > 0)
		qsort(b->later, b->nlater, sizeof(*b->later), longer_first);
	for (size_t i = 0; i < b->nlater; i++) {
		struct later *l = &b->later[i];
		struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, {.tv_sec = l->mtime}};

		if (l->dated)
			check(b, utimensat(b->tree->fd, l->path, times, AT_SYMLINK_NOFOLLOW) == 0,
			      l->path);
	}
	for (size_t i = 0; i < b->nlater; i++) {
		struct later *l = &b->later[i];

		if (l->mode >= 0)
			check(b, fchmodat(b->tree->fd, l->path, (mode_t)l->mode, 0) == 0, l->path);
		free(l->path);
	}
	free(b->later);
}

void tree_add(struct tree *t, const char *text)
{
	struct build b = {.tree = t};

	while (*text) {
		const char *end = strchrnul(text, '\n');

		if (end > text && *text != '#')
			build_line(&b, text, end);
		text = *end ? end + 1 : end;
	}
	finish(&b);
}

struct tree *tree_new(const char *text)
{
	const char *tmp = getenv("TMPDIR");
	struct tree *t = need(calloc(1, sizeof(*t)));
	struct str path = STR_INIT;

	/* As another user (as_user.h) that of root may be closed. */
	if (!tmp || !*tmp || access(tmp, W_OK) < 0)
		tmp = "/tmp";
	str_addf(&path, "%s/tree.XXXXXX", tmp);
	t->path = need(str_take(&path));
	if (!mkdtemp(t->path) || chmod(t->path, 0777) < 0)
		fail_msg("mkdtemp %s: %s", t->path, strerror(errno));
	t->fd = open(t->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (t->fd < 0)
		fail_msg("open %s: %s", t->path, strerror(errno));
	tree_add(t, text);
	return t;
}

const char *tree_path(struct tree *t, const char *rel)
{
	struct str path = STR_INIT;

	str_adds(&path, t->path);
	if (*rel) {
		str_addc(&path, '/');
		str_adds(&path, rel);
	}
	t->texts = need(realloc(t->texts, (t->ntexts + 1) * sizeof(*t->texts)));
	return t->texts[t->ntexts++] = need(str_take(&path));
}

void tree_move(struct tree *t, const char *from, const char *to)
{
	if (renameat(t->fd, from, t->fd, to) < 0)
		fail_msg("rename %s to %s: %s", from, to, strerror(errno));
}

static int open_dir(int dir, const char *name)
{
	int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	int fd = openat(dir, name, flags);

	if (fd < 0 && errno == EACCES && fchmodat(dir, name, 0700, 0) == 0)
		fd = openat(dir, name, flags);
	return fd;
}

/* Empties `fd` of all but full directories; the first of those is opened and returned, or -1. What
 * can neither be removed nor entered (a mount point, an immutable file) is named and sets *stuck.
 */
static int empty_until_dir(int fd, bool *stuck)
{
	int again = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), below = -1;
	DIR *d = again < 0 ? NULL : fdopendir(again);

	for (struct dirent *e; d && below < 0 && (e = readdir(d));) {
		if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
			continue;
		if (unlinkat(fd, e->d_name, 0) == 0 || unlinkat(fd, e->d_name, AT_REMOVEDIR) == 0)
			continue;
		if (errno == ENOTEMPTY || errno == EEXIST || errno == EACCES)
			below = open_dir(fd, e->d_name);
		if (below < 0) {
			print_error("cannot remove %s: %s\n", e->d_name, strerror(errno));
			*stuck = true;
		}
	}
	if (d)
		closedir(d);
	return below;
}

/* Goes down into what is not empty and comes back by "..": one descriptor, any depth, and none of
 * the code that the tests are about. */
static void empty_dir(int top)
{
	int fd = dup(top);
	unsigned long depth = 0;
	bool stuck = false;

	while (fd >= 0) {
		int next;

		fchmod(fd, 0700);
		next = empty_until_dir(fd, &stuck);
		if (next >= 0) {
			depth++;
		} else if (depth > 0 && !stuck) {
			next = openat(fd, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
			depth--;
		}
		close(fd);
		fd = next;
	}
}

void tree_remove(struct tree *t, const char *rel)
{
	int fd;

	if (unlinkat(t->fd, rel, 0) == 0)
		return;
	fd = open_dir(t->fd, rel);
	if (fd >= 0) {
		empty_dir(fd);
		close(fd);
	}
	if (unlinkat(t->fd, rel, AT_REMOVEDIR) < 0)
		fail_msg("remove %s: %s", rel, strerror(errno));
}

void tree_free(struct tree *t)
{
	if (!t)
		return;
	empty_dir(t->fd);
	close(t->fd);
	rmdir(t->path);
	while (t->ntexts > 0)
		free(t->texts[--t->ntexts]);
	free(t->texts);
	free(t->path);
	free(t);
}
