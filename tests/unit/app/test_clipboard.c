/* SPDX-License-Identifier: MIT */
#include "../../lib/nomem.h"
#include "../../lib/program.h"
#include "../../lib/test.h"

#include "app/clipboard.h"

#include <errno.h>

static const struct copy_row plain = {.path = "/srv/a b.txt", .user = "me", .host = "web3"};

static void expect(enum copy_what what, const struct copy_row *row, const char *line, bool quoted)
{
	struct str out = STR_INIT;
	bool was_quoted = false;

	assert_int_equal(clipboard_line(&out, what, row, &was_quoted), 0);
	assert_string_equal(out.buf, line);
	assert_int_equal(was_quoted, quoted);
	str_done(&out);
}

static void plain_text_is_copied_as_it_is(void **state)
{
	(void)state;
	expect(COPY_PATH, &plain, "/srv/a b.txt", false);
	expect(COPY_NAME, &plain, "a b.txt", false);
	expect(COPY_DIR, &plain, "/srv", false);
	expect(COPY_QUOTED, &plain, "'/srv/a b.txt'", false);
	expect(COPY_PATH, &(struct copy_row){.path = "/d\xc3\xb6/x"}, "/d\xc3\xb6/x", false);
	expect(COPY_NAME, &(struct copy_row){.path = "/"}, "/", false);
	/* Of several lines each may be run: as a name, not as a script. */
	expect(COPY_PATH, &(struct copy_row){.path = "/a/x;y", .several = true}, "'/a/x;y'", false);
	expect(COPY_NAME, &(struct copy_row){.path = "/a/xy", .several = true}, "xy", false);
	expect(COPY_DIR, &(struct copy_row){.path = "/x"}, "/", false);
}

/* Pasted, it must not type keys: not even the end of a bracketed paste. */
static void controls_are_copied_in_quotes(void **state)
{
	static const char *const paths[] = {"/a/x\033[201~\nrm -rf ~\n",
					    "/a/tab\t",
					    "/a/\x7f",
					    "/a/\xff\xfe",
					    "/a/\xc2\x9b"
					    "201~",
					    "/a/\xe2\x80\xae"
					    "txt"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		struct copy_row row = {.path = paths[i]};
		struct str out = STR_INIT;
		bool quoted = false;

		assert_int_equal(clipboard_line(&out, COPY_PATH, &row, &quoted), 0);
		assert_true(quoted);
		for (size_t k = 0; k < out.len; k++)
			assert_in_range(out.buf[k], ' ', '~');
		str_done(&out);
	}
	expect(COPY_NAME, &(struct copy_row){.path = "/a/b\n"}, "$'b\\n'", true);
	expect(COPY_DIR, &(struct copy_row){.path = "/a\n/b"}, "$'/a\\n'", true);
}

/* What the far side gets once the shell here has taken its quotes away. */
static void expect_remote(const char *path, const char *remote)
{
	struct copy_row row = {.path = path, .user = "me", .host = "web3"};
	struct str line = STR_INIT, script = STR_INIT;
	bool quoted = false;
	const char *argv[] = {"-c", NULL, NULL};
	struct program p = {.path = "/bin/bash", .argv = argv};

	assert_int_equal(clipboard_line(&line, COPY_SCP, &row, &quoted), 0);
	assert_memory_equal(line.buf, "scp ", 4);
	assert_string_equal(line.buf + line.len - 2, " .");
	str_addf(&script, "scp() { printf %%s \"$1\"; }; %s", line.buf);
	argv[1] = script.buf;
	program_run(&p);
	assert_int_equal(p.status, 0);
	assert_int_equal(strncmp(p.out.buf, "me@web3:", 8), 0);
	assert_string_equal(p.out.buf + 8, remote);
	program_done(&p);
	str_done(&line);
	str_done(&script);
}

static void scp_lines_are_read_back(void **state)
{
	(void)state;
	expect(COPY_SCP, &(struct copy_row){.path = "/srv/x", .user = "me", .host = "web3"},
	       "scp me@web3:/srv/x .", false);
	expect(COPY_SCP,
	       &(struct copy_row){.path = "/srv",
				  .is_dir = true,
				  .user = "me",
				  .host = "web3",
				  .port = "2222"},
	       "scp -P 2222 -r me@web3:/srv .", false);
	expect_remote("/srv/a b.txt", "/srv/a\\ b.txt");
	expect_remote("/it's [1]*?.\\x", "/it\\'s\\ \\[1\\]\\*\\?.\\\\x");
	expect_remote("/$(reboot)`x`;{a,b}~", "/\\$\\(reboot\\)\\`x\\`\\;\\{a,b\\}\\~");
	expect_remote("/n\nl", "/n\\\nl");
	expect_remote("/\xff", "/\xff");
	expect_remote("/d\xc3\xb6", "/d\xc3\xb6");
}

static void scp_waits_for_who_and_where(void **state)
{
	struct copy_row row = {.path = "/x", .user = "me"};
	struct str out = STR_INIT;
	bool quoted = false;

	(void)state;
	assert_int_equal(clipboard_line(&out, COPY_SCP, &row, &quoted), -EAGAIN);
	assert_int_equal(out.len, 0);
	str_done(&out);
}

static void memory_may_end_anywhere(void **state)
{
	static const struct copy_row row = {
		.path = "/n\nl and more \xff", .user = "me", .host = "web3", .port = "22222"};

	(void)state;
	for (int what = COPY_PATH; what <= COPY_SCP; what++) {
		for (unsigned long nth = 1;; nth++) {
			struct str out = STR_INIT;
			bool quoted = false;
			int err;

			nomem_arm(nth);
			err = clipboard_line(&out, (enum copy_what)what, &row, &quoted);
			if (!nomem_disarm()) {
				assert_int_equal(err, 0);
				str_done(&out);
				break;
			}
			assert_int_equal(err, -ENOMEM);
			str_done(&out);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_text_is_copied_as_it_is),
		cmocka_unit_test(controls_are_copied_in_quotes),
		cmocka_unit_test(scp_lines_are_read_back),
		cmocka_unit_test(scp_waits_for_who_and_where),
		cmocka_unit_test(memory_may_end_anywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
