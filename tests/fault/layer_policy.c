/* SPDX-License-Identifier: MIT
 *
 * How the kernel is called, read from the trace of a clean run: changes are made by an open
 * directory and one name, nothing is followed, nothing overwritten, no descriptor left to children.
 * What the program keeps for itself, in its state directory, is excepted, and `directorysizes` of a
 * trash, which is replaced as a whole.
 */
#include "layers.h"

#include <ctype.h>
#include <unistd.h>

#define ARGS_MAX 6
#define OWN      "/.local/state"

static const char *home; /* of the run that is looked at */

struct args {
	char *at[ARGS_MAX];
	size_t n;
};

/* Splits at the commas that are neither in a string nor in brackets of any kind. */
static struct args split(char *text)
{
	struct args a = {.at = {text}, .n = 1};
	bool quoted = false;
	int depth = 0;

	for (char *p = text; *p; p++) {
		if (*p == '\\' && quoted && p[1])
			p++;
		else if (*p == '"')
			quoted = !quoted;
		else if (!quoted && strchr("{[<(", *p))
			depth++;
		else if (!quoted && strchr("}]>)", *p))
			depth--;
		else if (*p == ',' && !quoted && !depth && a.n < ARGS_MAX) {
			*p = '\0';
			a.at[a.n++] = p + 1 + (p[1] == ' ');
		}
	}
	for (size_t i = a.n; i < ARGS_MAX; i++)
		a.at[i] = text + strlen(text);
	return a;
}

/* ---- the rules ---- */

static bool own(const char *dir)
{
	return strstr(dir, OWN);
}

static bool is_path(const char *name)
{
	return strchr(name, '/');
}

/* The person's own path to what is kept: a beginning of it, as far as the directory of data. */
static bool above_own(const struct call *c, const char *quoted)
{
	char path[4096];

	if (strcmp(c->name, "mkdirat") != 0 || sscanf(quoted, "\"%4000[^\"]", path) != 1)
		return false;
	return path_below(home, path) ||
	       (path_below(path, home) && (strcmp(path + strlen(home), "/.local") == 0 ||
					   strcmp(path + strlen(home), "/.local/share") == 0));
}

/* A directory and a name in it. */
static void one_name(const struct call *c, const char *dir, const char *name, struct verdict *v)
{
	if (own(dir) || own(name) || above_own(c, name) || strcmp(name, "\"\"") == 0 ||
	    strncmp(name, "NULL", 4) == 0 || strncmp(name, "\"/proc/self/fd/", 15) == 0)
		return;
	if (strncmp(dir, "AT_FDCWD", 8) == 0 || is_path(name))
		problem(v, I8_POLICY, "a path: %s(%s, %s)", c->name, dir, name);
}

/* No link can be there; and what the C library reads for itself. */
static bool harmless(const char *name)
{
	static const char *const names[] = {"\"..\"", "\".\"", "\"/\""};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

static bool of_libc(const char *name)
{
	return strncmp(name, "\"/usr/", 6) == 0 || strncmp(name, "\"/etc/", 6) == 0 ||
	       strncmp(name, "\"/lib", 5) == 0;
}

static void opens(const struct call *c, const struct args *a, struct verdict *v)
{
	const char *dir = a->at[0], *name = a->at[1], *flags = a->at[2];
	bool makes = strstr(flags, "O_CREAT"), of_entry = strncmp(dir, "AT_FDCWD", 8) != 0;

	if (of_libc(name))
		return;
	if (!strstr(flags, "O_CLOEXEC"))
		problem(v, I8_POLICY, "left to children: %s(%s, %s, %s)", c->name, dir, name,
			flags);
	if (own(dir) || own(name))
		return;
	if (makes)
		one_name(c, dir, name, v);
	if (makes && !strstr(flags, "O_EXCL"))
		problem(v, I8_POLICY, "O_CREAT without O_EXCL: %s", name);
	if ((makes || (of_entry && !harmless(name))) && !strstr(flags, "O_NOFOLLOW") &&
	    !strstr(flags, "RESOLVE_NO_SYMLINKS"))
		problem(v, I8_POLICY, "followed: %s(%s, %s, %s)", c->name, dir, name, flags);
	if (!makes &&
	    (strstr(flags, "O_TRUNC") || strstr(flags, "O_WRONLY") || strstr(flags, "O_RDWR")))
		problem(v, I8_POLICY, "opened to be written: %s", name);
}

static void renames(const struct call *c, const struct args *a, struct verdict *v)
{
	one_name(c, a->at[0], a->at[1], v);
	one_name(c, a->at[2], a->at[3], v);
	if (own(a->at[0]) || strcmp(a->at[3], "\"directorysizes\"") == 0)
		return;
	if (!strstr(a->at[4], "RENAME_"))
		problem(v, I8_POLICY, "may overwrite: %s(%s, %s, %s, %s, %s)", c->name, a->at[0],
			a->at[1], a->at[2], a->at[3], a->at[4]);
}

static void links(const struct call *c, const struct args *a, struct verdict *v)
{
	one_name(c, a->at[0], a->at[1], v);
	one_name(c, a->at[2], a->at[3], v);
}

static void first_two(const struct call *c, const struct args *a, struct verdict *v)
{
	one_name(c, a->at[0], a->at[1], v);
}

static void symlinks(const struct call *c, const struct args *a, struct verdict *v)
{
	one_name(c, a->at[1], a->at[2], v);
}

static void by_path(const struct call *c, const struct args *a, struct verdict *v)
{
	if (!own(a->at[0]))
		problem(v, I8_POLICY, "a path: %s(%s)", c->name, a->at[0]);
}

/* There is no other way to what is open without access. */
static void by_descriptor(const struct call *c, const struct args *a, struct verdict *v)
{
	if (strncmp(a->at[0], "\"/proc/self/fd/", 15) != 0)
		by_path(c, a, v);
}

static void attributes(const struct call *c, const struct args *a, struct verdict *v)
{
	first_two(c, a, v);
	if (strcmp(a->at[1], "\"\"") != 0 && strncmp(a->at[1], "NULL", 4) != 0 &&
	    strncmp(a->at[1], "\"/proc/self/fd/", 15) != 0 && !own(a->at[0]) &&
	    !strstr(a->at[2], "AT_SYMLINK_NOFOLLOW") && !strstr(a->at[3], "AT_SYMLINK_NOFOLLOW") &&
	    !strstr(a->at[4], "AT_SYMLINK_NOFOLLOW"))
		problem(v, I8_POLICY, "followed: %s(%s, %s...)", c->name, a->at[0], a->at[1]);
}

static void makes_fd(const struct call *c, const struct args *a, struct verdict *v)
{
	for (size_t i = 0; i < ARGS_MAX; i++)
		if (strstr(a->at[i], "CLOEXEC"))
			return;
	problem(v, I8_POLICY, "left to children: %s(%s, %s)", c->name, a->at[0], a->at[1]);
}

static void duplicates(const struct call *c, const struct args *a, struct verdict *v)
{
	if (strcmp(a->at[1], "F_DUPFD") == 0)
		problem(v, I8_POLICY, "left to children: %s(%s)", c->name, a->at[0]);
}

static const struct {
	const char *name;
	void (*check)(const struct call *c, const struct args *a, struct verdict *v);
} rules[] = {
	{"openat", opens},
	{"openat2", opens},
	{"renameat2", renames},
	{"renameat", renames},
	{"linkat", links},
	{"symlinkat", symlinks},
	{"unlinkat", first_two},
	{"mkdirat", first_two},
	{"mknodat", first_two},
	{"fchmodat", attributes},
	{"fchownat", attributes},
	{"utimensat", attributes},
	{"open", by_path},
	{"creat", by_path},
	{"mkdir", by_path},
	{"rmdir", by_path},
	{"rename", by_path},
	{"unlink", by_path},
	{"link", by_path},
	{"symlink", by_path},
	{"mknod", by_path},
	{"chmod", by_path},
	{"chown", by_path},
	{"lchown", by_path},
	{"truncate", by_path},
	{"utime", by_path},
	{"utimes", by_path},
	{"setxattr", by_descriptor},
	{"removexattr", by_descriptor},
	{"fcntl", duplicates},
	{"dup", makes_fd},
	{"dup2", makes_fd},
	{"dup3", makes_fd},
	{"pipe", makes_fd},
	{"pipe2", makes_fd},
	{"socket", makes_fd},
	{"socketpair", makes_fd},
	{"inotify_init1", makes_fd},
	{"epoll_create1", makes_fd},
	{"eventfd2", makes_fd},
	{"signalfd4", makes_fd},
	{"memfd_create", makes_fd},
};

static void judge_call(const struct call *c, struct verdict *v)
{
	char *copy;
	struct args a;

	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		if (strcmp(rules[i].name, c->name) != 0)
			continue;
		copy = strdup(c->args);
		assert_non_null(copy);
		a = split(copy);
		rules[i].check(c, &a, v);
		free(copy);
	}
}

static const char *impossible(void)
{
	const char *why;

	return trace_possible(&why) ? NULL : why;
}

static void list(const struct scenario *s, const struct reference *ref, struct case_list *out)
{
	case_add(out, &(struct fault_case){s, ref, NULL, NULL, false, NULL});
}

static enum case_result run(const struct fault_case *c, const struct subject *subject,
			    struct verdict *v)
{
	(void)subject;
	home = c->ref->home;
	for (size_t i = 0; i < c->ref->calls.n; i++)
		judge_call(&c->ref->calls.at[i], v);
	return c->ref->calls.n ? CASE_TRIED : CASE_MISSED;
}

const struct layer layer_policy = {"policy", 16, 1, impossible, list, run};
