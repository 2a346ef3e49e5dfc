/* SPDX-License-Identifier: MIT
 *
 * trowel list, as a script or a person runs it.
 */
#include "../lib/as_user.h"
#include "../lib/test.h"
#include "../lib/tree.h"
#include "base/str.h"

#include <errno.h>
#include <fcntl.h>
#include <pty.h>
#include <spawn.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

struct fixture {
	struct tree *tree;
	char *bin; /* absolute: the tests change directory */
	int home;  /* where they came from */
	struct str out, err;
	int status;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	const char *bin = getenv("TROWEL_BIN");
	struct str path = STR_INIT;
	char *here = getcwd(NULL, 0);

	if (!f || !here)
		return -1;
	str_addf(&path, "%s%s%s", bin && *bin == '/' ? "" : here, bin && *bin == '/' ? "" : "/",
		 bin ? bin : "build/trowel");
	free(here);
	f->bin = str_take(&path);
	f->home = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	f->out = f->err = (struct str)STR_INIT;
	f->tree = tree_new("");
	*state = f;
	return f->home < 0 || fchdir(f->tree->fd);
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	int r = fchdir(f->home);

	close(f->home);
	tree_free(f->tree);
	str_done(&f->out);
	str_done(&f->err);
	free(f->bin);
	free(f);
	return r;
}

static void collect(FILE *from, struct str *into)
{
	char buf[65536];
	size_t n;

	rewind(from);
	str_clear(into);
	while ((n = fread(buf, 1, sizeof(buf), from)) > 0)
		assert_int_equal(str_add(into, buf, n), 0);
	fclose(from);
}

/* Runs "trowel list" with these words (NULL-terminated). */
static void run_argv(struct fixture *f, const char *const *words)
{
	char *argv[24] = {f->bin, (char[]){"list"}};
	FILE *out = tmpfile(), *err = tmpfile();
	posix_spawn_file_actions_t actions;
	pid_t pid;
	int status;

	for (int i = 0; words[i]; i++)
		argv[i + 2] = (char *)(uintptr_t)words[i];
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, fileno(out), 1);
	posix_spawn_file_actions_adddup2(&actions, fileno(err), 2);
	assert_int_equal(posix_spawn(&pid, f->bin, &actions, NULL, argv, environ), 0);
	posix_spawn_file_actions_destroy(&actions);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	f->status = WEXITSTATUS(status);
	collect(out, &f->out);
	collect(err, &f->err);
}
#define RUN(f, ...) run_argv(f, (const char *const[]){__VA_ARGS__, NULL})

#define assert_ran(f, want)                              \
	do {                                             \
		assert_string_equal((f)->out.buf, want); \
		assert_string_equal((f)->err.buf, "");   \
		assert_int_equal((f)->status, 0);        \
	} while (0)

static void test_names_in_natural_order(void **state)
{
	struct fixture *f = *state;

	tree_add(f->tree, "f10\nf9\nF1\nb/x\n.hidden\nA\n");
	run_argv(f, (const char *const[]){NULL});
	assert_ran(f, "A\nb\nF1\nf9\nf10\n");
	RUN(f, "-a");
	assert_ran(f, ".hidden\nA\nb\nF1\nf9\nf10\n");
	RUN(f, "b", "f9");
	assert_ran(f, "b/x\nf9\n");
	RUN(f, "f9");
	assert_ran(f, "f9\n");
}

static void test_recursive(void **state)
{
	struct fixture *f = *state;

	tree_add(f->tree, "d/e/f 3\nd/.h/x\n");
	RUN(f, "-R");
	assert_ran(f, "d\nd/e\nd/e/f\n");
	RUN(f, "-R", "--post-order", "d");
	assert_ran(f, "e/f\ne\n");
	RUN(f, "--recursive", "--columns=path", "d");
	assert_ran(f, "d/e\nd/e/f\n");
	RUN(f, "-R", "--print=nul");
	assert_int_equal(f->out.len, 18);
	assert_memory_equal(f->out.buf, "./d\0./d/e\0./d/e/f", 18);
}

static void test_prune(void **state)
{
	struct fixture *f = *state;

	tree_add(f->tree, "node_modules/a/x\n");
	RUN(f, "-R", "--prune=node_*");
	assert_ran(f, "node_modules\n");
	RUN(f, "-R", "--post-order", "--prune", "nothing", "--prune", "a");
	assert_ran(f, "node_modules/a\nnode_modules\n");
	RUN(f, "-R", "--prune", "node_modules/?");
	assert_ran(f, "node_modules\nnode_modules/a\n");
	RUN(f, "-R", "--prune", "modules");
	assert_ran(f, "node_modules\nnode_modules/a\nnode_modules/a/x\n");
}

static void test_columns_and_formats(void **state)
{
	struct fixture *f = *state;

	tree_add(f->tree, "f 1234 :640 @86400\n");
	RUN(f, "--columns", "mode,size,mtime,nlink,type,target,name");
	assert_ran(f, "-rw-r-----\t1234\t1970-01-02 00:00\t1\tregular file\t-\tf\n");
	RUN(f, "--columns=mode,size,mtime,type,target", "--print=csv");
	assert_ran(f, "mode,size,mtime,type,target\n0640,1234,86400,regular file,\n");
	RUN(f, "--columns=mode,size,mtime,type,target", "--print=json");
	assert_ran(f, "{\"items\":[\n{\"mode\":\"0640\",\"size\":1234,\"mtime\":86400,"
		      "\"type\":\"regular file\",\"target\":null}],\n\"errors\":[]}\n");
	tree_remove(f->tree, "f");
	RUN(f, "--print=json");
	assert_ran(f, "{\"items\":[],\n\"errors\":[]}\n");
	tree_add(f->tree, "l -> to/nowhere\n");
	RUN(f, "-c", "target,name");
	assert_ran(f, "to/nowhere\tl\n");
	RUN(f, "-c", "type", "l");
	assert_ran(f, "symbolic link\n");
}

static void test_csv_quotes(void **state)
{
	struct fixture *f = *state;

	tree_add(f->tree, "a,b\nq\\\"q\nn\\nl\n");
	RUN(f, "-pcsv", "-cname");
	assert_ran(f, "name\n\"a,b\"\n\"n\nl\"\n\"q\"\"q\"\n");
}

/* Every column is there, in every format, for every kind of thing. */
static void test_all_columns_of_everything(void **state)
{
	static const char *const formats[] = {"--print=text", "--print=json", "--print=csv",
					      "--print=nul"};
	static const char all[] = "name,path,type,mode,owner,group,uid,gid,size,disk,mtime,ctime,"
				  "btime,nlink,inode,dev,target";
	struct fixture *f = *state;

	tree_add(f->tree, tree_zoo);
	for (size_t i = 0; i < ARRAY_LEN(formats); i++) {
		tree_remove(f->tree, "closed");
		tree_remove(f->tree, "list-only");
		tree_remove(f->tree, "enter-only");
		RUN(f, "-Ra", "--columns", all, formats[i]);
		assert_string_equal(f->err.buf, "");
		assert_int_equal(f->status, 0);
		assert_true(f->out.len > 3000);
		tree_add(f->tree, "closed/\nlist-only/\nenter-only/\n");
	}
}

static void test_names_are_bytes_in_a_pipe(void **state)
{
	struct fixture *f = *state;

	tree_add(f->tree, "esc\\e[31m\\xff\n");
	run_argv(f, (const char *const[]){NULL});
	assert_ran(f, "esc\033[31m\xff\n");
	RUN(f, "--print=json", "--columns=name");
	assert_ran(f, "{\"items\":[\n{\"name\":\"esc\\u001b[31m\\udcff\"}],\n\"errors\":[]}\n");
}

/* On a terminal no byte of a name is a control, and what is shown can be pasted into a shell. */
static void test_names_are_safe_on_a_terminal(void **state)
{
	struct fixture *f = *state;
	char *argv[] = {f->bin, (char[]){"list"}, NULL}, buf[4096];
	int fd, status;
	ssize_t n;
	pid_t pid;

	tree_add(f->tree, "esc\\e[31m\nplain\nsp\\sace\n");
	pid = forkpty(&fd, NULL, NULL, NULL);
	if (pid == 0) {
		execv(f->bin, argv);
		_exit(127);
	}
	assert_true(pid > 0);
	str_clear(&f->out);
	/* EIO once the other side is closed. */
	while ((n = read(fd, buf, sizeof(buf))) > 0)
		assert_int_equal(str_add(&f->out, buf, (size_t)n), 0);
	close(fd);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	assert_null(strchr(f->out.buf, '\033'));
	assert_non_null(strstr(f->out.buf, "$'esc"));
	assert_non_null(strstr(f->out.buf, "plain\r\n'sp ace'\r\n"));
}

static void test_errors(void **state)
{
	struct fixture *f = *state;

	tree_add(f->tree, "here\nloop -> loop\n");
	RUN(f, "none", "here", "--print=json", "--columns=name");
	assert_int_equal(f->status, 1);
	assert_string_equal(f->err.buf, "trowel list: 'none': No such file or directory\n");
	assert_string_equal(f->out.buf,
			    "{\"items\":[\n{\"name\":\"here\"}],\n\"errors\":[{\"path\":\"none\","
			    "\"errno\":\"ENOENT\",\"reason\":\"No such file or directory\"}]}\n");
	RUN(f, "-R", "bad\033[2Jname");
	assert_int_equal(f->status, 1);
	assert_null(strchr(f->err.buf, '\033'));
	RUN(f, "loop");
	assert_ran(f, "loop\n");
}

static void test_wrong_usage(void **state)
{
	static const char *const words[] = {
		"--columns=size,foo", "--columns=", "--columns=size,", "--print=xml",
		"--nonsense",         "-Z",         "--prune"};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		RUN(f, words[i]);
		assert_int_equal(f->status, 2);
		assert_string_equal(f->out.buf, "");
		assert_memory_equal(f->err.buf, "trowel list: ", 13);
		assert_non_null(strstr(f->err.buf, "\nTry 'trowel list --help'.\n"));
	}
}

static void test_help_and_double_dash(void **state)
{
	struct fixture *f = *state;

	RUN(f, "--help");
	assert_int_equal(f->status, 0);
	assert_memory_equal(f->out.buf, "Usage: trowel list", 18);
	tree_add(f->tree, "--help/inside\n");
	RUN(f, "--", "--help");
	assert_ran(f, "inside\n");
}

static void test_deep_and_wide(void **state)
{
	struct fixture *f = *state;
	size_t lines = 0;

	tree_add(f->tree, "deep/ ^5000\nwide/ *5000\n");
	RUN(f, "-R", "--columns=size,type");
	assert_string_equal(f->err.buf, "");
	assert_int_equal(f->status, 0);
	for (const char *p = f->out.buf; (p = strchr(p, '\n')); p++)
		lines++;
	assert_int_equal(lines, 2 + 5001 + 5000);
}

static void mounts(void *ctx)
{
	struct fixture *f = ctx;

	assert_int_equal(chdir(f->tree->path), 0);
	assert_int_equal(mount("other", "t/at", NULL, MS_BIND, NULL), 0);
	RUN(f, "-R", "t");
	assert_ran(f, "at\nat/inside\n");
	RUN(f, "-R", "-x", "t");
	assert_ran(f, "at\n");
	assert_int_equal(umount("t/at"), 0);
	assert_int_equal(mount("t", "t/at", NULL, MS_BIND, NULL), 0);
	RUN(f, "-R", "t");
	assert_int_equal(f->status, 1);
	assert_string_equal(f->out.buf, "at\n");
	assert_non_null(strstr(f->err.buf, "'t/at': is one of its own ancestors"));
}

static void test_mounts(void **state)
{
	struct fixture *f = *state;

	tree_add(f->tree, "t/at/\nother/inside\n");
	as_mounter(mounts, f);
}

static void plain_user(void *ctx)
{
	struct fixture *f = ctx;

	RUN(f, "-R");
	assert_int_equal(f->status, 1);
	assert_string_equal(f->out.buf, "closed\n");
	assert_string_equal(f->err.buf, "trowel list: './closed': Permission denied\n");
	RUN(f, "closed");
	assert_int_equal(f->status, 1);
	assert_string_equal(f->err.buf, "trowel list: 'closed': Permission denied\n");
}

static void test_as_a_plain_user(void **state)
{
	struct fixture *f = *state;

	as_user_needs_program();
	tree_add(f->tree, "closed/x\nclosed/ :0\n");
	as_user(plain_user, f);
}

/* Writing into what takes nothing is an error, not a success. */
static void test_full_disk(void **state)
{
	struct fixture *f = *state;
	char *argv[] = {f->bin, (char[]){"list"}, (char[]){"/"}, NULL};
	posix_spawn_file_actions_t actions;
	FILE *err = tmpfile();
	int status;
	pid_t pid;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 1, "/dev/full", O_WRONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, fileno(err), 2);
	assert_int_equal(posix_spawn(&pid, f->bin, &actions, NULL, argv, environ), 0);
	posix_spawn_file_actions_destroy(&actions);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	collect(err, &f->err);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 1);
	assert_non_null(strstr(f->err.buf, "standard output"));
	assert_non_null(strstr(f->err.buf, "No space left on device\n"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_names_in_natural_order),
		TEST(test_recursive),
		TEST(test_prune),
		TEST(test_columns_and_formats),
		TEST(test_csv_quotes),
		TEST(test_all_columns_of_everything),
		TEST(test_names_are_bytes_in_a_pipe),
		TEST(test_names_are_safe_on_a_terminal),
		TEST(test_errors),
		TEST(test_wrong_usage),
		TEST(test_help_and_double_dash),
		TEST(test_deep_and_wide),
		TEST(test_mounts),
		TEST(test_as_a_plain_user),
		TEST(test_full_disk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
