/* SPDX-License-Identifier: MIT
 *
 * `make install` below DESTDIR, what it leaves there, and that `make uninstall` leaves nothing.
 */
#include "../lib/test.h"
#include "../lib/tree.h"

#include <ftw.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static struct tree *stage;

/* -o all: the program is there, whatever flags it was built with. */
static void run_make(const char *target)
{
	char folder[4096], dest[4096], out[4096 + 8];
	const char *bin = getenv("TROWEL_BIN");

	assert_non_null(bin);
	snprintf(folder, sizeof(folder), "O=%s", bin);
	*strrchr(folder, '/') = '\0';
	snprintf(dest, sizeof(dest), "DESTDIR=%s", stage->path);
	snprintf(out, sizeof(out), "%s.out", stage->path);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		if (!freopen(out, "w", stdout) || dup2(STDOUT_FILENO, STDERR_FILENO) < 0)
			_exit(126);
		execlp("make", "make", "-o", "all", folder, dest, target, (char *)NULL);
		_exit(127);
	}
	int status;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static int files;

static int count_file(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st;
	(void)at;
	if (type != FTW_F)
		return 0;
	files++;
	return strstr(path, "/usr/local/") ? 0 : 1; /* nothing outside the prefix */
}

static int count_files(void)
{
	files = 0;
	assert_int_equal(nftw(stage->path, count_file, 10, FTW_PHYS), 0);
	return files;
}

static void expect_file(const char *rel, mode_t mode)
{
	struct stat st;

	if (lstat(tree_path(stage, rel), &st))
		fail_msg("not installed: %s", rel);
	assert_true(S_ISREG(st.st_mode));
	assert_int_equal(st.st_mode & 07777, mode);
	assert_true(st.st_size > 0);
}

static void test_install_and_uninstall(void **state)
{
	(void)state;
	stage = tree_new("");
	run_make("install");
	expect_file("usr/local/bin/trowel", 0755);
	expect_file("usr/local/libexec/trowel-helper", 0755);
	expect_file("usr/local/share/man/man1/trowel.1", 0644);
	expect_file("usr/local/share/bash-completion/completions/trowel", 0644);
	expect_file("usr/local/share/zsh/site-functions/_trowel", 0644);
	expect_file("usr/local/share/fish/vendor_completions.d/trowel.fish", 0644);
	expect_file("usr/local/share/trowel/themes/default.theme", 0644);
	expect_file("usr/local/share/trowel/themes/light.theme", 0644);
	expect_file("usr/local/share/trowel/shell/trowel.bash", 0644);
	assert_true(count_files() >= 6);
	run_make("install"); /* over itself */
	run_make("uninstall");
	assert_int_equal(count_files(), 0);
	assert_int_equal(access(tree_path(stage, "usr/local/share/trowel"), F_OK), -1);
	tree_free(stage);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_install_and_uninstall),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
