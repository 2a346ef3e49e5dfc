/* SPDX-License-Identifier: MIT */
#include "../../lib/test.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ui/terminfo.h"

extern char **environ;

#define STRINGS 140

/* A description with one boolean, no numbers and STRINGS strings, all at offset 5. */
static size_t make(unsigned char *entry, unsigned magic)
{
	const unsigned char header[] = {(unsigned char)magic,
					(unsigned char)(magic >> 8),
					3,
					0,
					1,
					0,
					1,
					0,
					STRINGS,
					0,
					8,
					0};
	size_t at = sizeof(header);

	memcpy(entry, header, at);
	memcpy(entry + at, "me\0\1", 4); /* names, then the boolean: 16 bytes, already even */
	at += 4;
	at += magic == 01036 ? 4 : 2;
	for (int i = 0; i < STRINGS; i++) {
		entry[at++] = 5;
		entry[at++] = 0;
	}
	memcpy(entry + at, "\0\0\0\0\0ab\0", 8);
	return at + 8;
}

static size_t offset_of(unsigned magic, unsigned string)
{
	return 16 + (magic == 01036 ? 4 : 2) + (size_t)string * 2;
}

static void the_unwanted_go_and_the_others_stay(void **state)
{
	static const unsigned magics[] = {0432, 01036};

	(void)state;
	for (size_t m = 0; m < 2; m++) {
		unsigned char entry[512] = {0}, before[512];
		size_t len = make(entry, magics[m]);

		memcpy(before, entry, sizeof(entry));
		assert_int_equal(terminfo_strip(entry, len), 0);
		for (unsigned i = 0; i < STRINGS; i++) {
			bool gone = i == 109 || i == 113 || i == 121 || i == 131;
			size_t at = offset_of(magics[m], i);

			assert_int_equal(entry[at], gone ? 0xff : 5);
			assert_int_equal(entry[at + 1], gone ? 0xff : 0);
		}
		assert_memory_equal(entry, before, offset_of(magics[m], 0));
	}
}

static void what_is_cut_short_is_left_alone(void **state)
{
	unsigned char entry[512] = {0};
	size_t len = make(entry, 0432);

	(void)state;
	for (size_t cut = 0; cut < offset_of(0432, STRINGS); cut++) {
		unsigned char *part = malloc(cut ? cut : 1);

		assert_non_null(part);
		memcpy(part, entry, cut);
		assert_int_equal(terminfo_strip(part, cut), -EINVAL);
		assert_memory_equal(part, entry, cut);
		free(part);
	}
	entry[0] = 'x';
	assert_int_equal(terminfo_strip(entry, len), -EINVAL);
}

static const char *variable(char **env, const char *name)
{
	size_t len = strlen(name);

	for (; *env; env++)
		if (strncmp(*env, name, len) == 0 && (*env)[len] == '=')
			return *env + len + 1;
	return NULL;
}

static void children_get_the_environment_as_it_was(void **state)
{
	char dir[] = "/tmp/terminfo.XXXXXX", path[64];
	unsigned char entry[512] = {0};
	size_t len = make(entry, 0432);
	char **before = NULL;
	int fd;

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/t", dir);
	assert_int_equal(mkdir(path, 0700), 0);
	snprintf(path, sizeof(path), "%s/t/trial", dir);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
	assert_int_equal(write(fd, entry, len), (ssize_t)len);
	close(fd);
	setenv("TERM", "trial", 1);
	setenv("TERMINFO", dir, 1);
	assert_int_equal(terminfo_prepare(&before), 0);
	assert_non_null(before);
	assert_string_equal(variable(before, "TERMINFO"), dir);
	assert_memory_equal(getenv("TERMINFO"), "hex:1A0103", 10);
	assert_int_equal(strlen(getenv("TERMINFO")), 4 + 2 * len);
	free(before);
	assert_int_equal(terminfo_prepare(&before), 0);
	assert_null(before); /* it holds one already */
	unlink(path);
	snprintf(path, sizeof(path), "%s/t", dir);
	rmdir(path);
	rmdir(dir);
}

static void no_description_changes_nothing(void **state)
{
	static const char *const names[] = {"", "no-such-terminal", "../../etc/passwd"};
	char **before = NULL;

	(void)state;
	unsetenv("TERMINFO");
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		setenv("TERM", names[i], 1);
		assert_int_equal(terminfo_prepare(&before), 0);
		assert_null(before);
		assert_null(getenv("TERMINFO"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_unwanted_go_and_the_others_stay),
		cmocka_unit_test(what_is_cut_short_is_left_alone),
		cmocka_unit_test(children_get_the_environment_as_it_was),
		cmocka_unit_test(no_description_changes_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
