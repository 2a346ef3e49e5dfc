/* SPDX-License-Identifier: MIT */
#include "../../lib/test.h"

#include "../../lib/nomem.h"
#include "../../lib/program.h"
#include "../../lib/tree.h"
#include "base/modespec.h"

#include <errno.h>
#include <sys/stat.h>

static uint32_t apply(const char *text, uint32_t mode, bool dir, uint32_t mask)
{
	struct modespec spec;
	const char *why;
	uint32_t got;

	if (modespec_parse(text, &spec, &why) < 0)
		fail_msg("%s: %s", text, why);
	got = modespec_apply(&spec, mode, dir, mask);
	modespec_done(&spec);
	return got;
}

static void test_applies(void **state)
{
	static const struct {
		const char *text;
		uint32_t mode, want;
		bool dir;
	} cases[] = {
		{"644", 0777, 0644, false},
		{"0", 07777, 0, false},
		{"7777", 0, 07777, false},
		{"u=rw,go=r", 0777, 0644, false},
		{"a+x", 0644, 0755, false},
		{"ugo-w", 0777, 0555, false},
		{"u+x-w", 0644, 0544, false},
		{"a=r,u+w", 0777, 0644, false},
		{"u+s", 0755, 04755, false},
		{"g+s", 0755, 02755, false},
		{"o+s", 0755, 0755, false},
		{"+t", 0777, 01777, true},
		{"u+t", 0777, 0777, false},
		{"a-s", 06755, 0755, false},
		{"g=u", 0751, 0771, false},
		{"o=g", 0750, 0755, false},
		{"u=o,o=", 0757, 0750, false},
		{"go=u-w", 0700, 0755, false},
		{"u=", 0777, 0077, false},
		{"u+", 0644, 0644, false},
		{"=", 0777, 0, false},
		{"=0640", 0777, 0640, false},
		{"+0022", 0600, 0622, false},
		{"-022,+1000", 0666, 01644, false},
		/* X: directories, and what has some x at that moment */
		{"a+X", 0644, 0644, false},
		{"a+X", 0644, 0755, true},
		{"a+X", 0744, 0755, false},
		{"u+x,g+X", 0644, 0754, false},
		{"a=rX", 0600, 0555, true},
		{"a=rX", 0700, 0555, false},
		{"u-x,g=X", 0764, 0604, false},
		/* the umask, here 022, counts where nobody is named */
		{"+w", 0444, 0644, false},
		{"=rw", 0, 0644, false},
		{"-w", 0666, 0466, false},
		{"+rwx", 0, 0755, false},
		{"+s", 0, 06000, false},
		/* directories keep their bits */
		{"755", 06700, 06755, true},
		{"755", 06700, 0755, false},
		{"0755", 02700, 02755, true},
		{"00755", 06700, 0755, true},
		{"=755", 06700, 0755, true},
		{"2755", 04700, 06755, true},
		{"g=rx", 02770, 02750, true},
		{"g=rxs", 00770, 02750, true},
		{"g-s", 02770, 00770, true},
		{"ug=rws", 0, 06660, true},
		{"1777", 0755, 01777, true},
		{"755", 01777, 0755, true},
		{"u=rws,o=t", 0, 05600, false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		uint32_t got = apply(cases[i].text, cases[i].mode, cases[i].dir, 022);

		if (got != cases[i].want)
			fail_msg("%s on %04o%s: %04o, not %04o", cases[i].text, cases[i].mode,
				 cases[i].dir ? " (directory)" : "", got, cases[i].want);
	}
}

static void test_what_is_none(void **state)
{
	static const char *const texts[] = {"",     "8",    "778",    "10000",  "77777777777777777",
					    "u",    "ug",   "rw",     "u+q",    "u+rq",
					    "u+gr", "u+ru", "u=rw,",  ",u+r",   "u=rw,,g=r",
					    "u+7",  "+78",  "+7r",    "+10000", "+7,8",
					    "7+r",  "u r",  "u+r ",   " u+r",   "",
					    "+x,a", "0x7",  "u+\xff", "644 ",   "x+u"};
	struct modespec spec;
	const char *why;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		if (modespec_parse(texts[i], &spec, &why) != -EINVAL || !why)
			fail_msg("'%s' is taken for a mode", texts[i]);
		modespec_done(&spec);
	}
}

static void test_no_memory(void **state)
{
	struct modespec spec;
	const char *why;

	(void)state;
	for (unsigned long n = 1;; n++) {
		int r;

		nomem_arm(n);
		r = modespec_parse("u+r,g+r,o+r,u+w,u+x,g+w,o+w,g+x,o+x,a+s", &spec, &why);
		if (!nomem_disarm()) {
			modespec_done(&spec);
			break;
		}
		assert_int_equal(r, -ENOMEM);
		assert_null(spec.at);
	}
}

/* ---- a second opinion ---- */

static bool has_gnu_chmod(void)
{
	struct program p = {.path = "chmod", .argv = (const char *[]){"--version", NULL}};
	bool gnu;

	program_run(&p);
	gnu = p.status == 0 && strstr(p.out.buf, "GNU coreutils");
	program_done(&p);
	return gnu;
}

static uint32_t random_state = 1;

static uint32_t next(uint32_t n)
{
	random_state = random_state * 1664525u + 1013904223u;
	return (random_state >> 8) % n;
}

static void random_clause(char *out)
{
	static const char *const whos[] = {"", "u", "g", "o", "a", "ug", "go", "uo"};
	static const char *const whats[] = {"",   "r",  "w", "x", "X", "s",   "t",   "rw",
					    "rX", "xs", "u", "g", "o", "rwx", "wXt", "st"};

	strcat(out, whos[next(ARRAY_LEN(whos))]);
	for (uint32_t i = 0; i <= next(2); i++) {
		strncat(out, &"+-="[next(3)], 1);
		strcat(out, whats[next(ARRAY_LEN(whats))]);
	}
}

static void random_spec(char out[64])
{
	out[0] = '\0';
	if (next(5) == 0) {
		sprintf(out, next(2) ? "%04o" : "%05o", next(010000));
		return;
	}
	random_clause(out);
	if (next(2)) {
		strcat(out, ",");
		random_clause(out);
	}
}

static void compare(struct tree *t, const char *name, const char *spec, uint32_t mode)
{
	struct program p = {.path = "sh",
			    .argv = (const char *[]){"-c", "umask 027; chmod -- \"$1\" \"$2\"",
						     "sh", spec, tree_path(t, name), NULL}};
	struct stat st;
	uint32_t before, want;

	assert_int_equal(chmod(tree_path(t, name), mode), 0);
	assert_int_equal(stat(tree_path(t, name), &st), 0);
	before = st.st_mode & 07777;
	program_run(&p);
	assert_int_equal(stat(tree_path(t, name), &st), 0);
	want = apply(spec, before, S_ISDIR(st.st_mode), 027);
	if ((st.st_mode & 07777) != want)
		fail_msg("chmod %s of a %s with %04o gives %04o, here %04o", spec, name, before,
			 st.st_mode & 07777, want);
	program_done(&p);
}

/* Of a user who is not root the kernel drops a group's bit: what it was is asked, not assumed. */
static void test_as_gnu_chmod(void **state)
{
	struct tree *t;

	(void)state;
	if (!has_gnu_chmod()) {
		print_message("SKIPPED: no second opinion: no GNU chmod\n");
		skip();
	}
	t = tree_new("file\ndir/\n");
	for (int i = 0; i < 200; i++) {
		char spec[64];

		random_spec(spec);
		compare(t, i % 2 ? "file" : "dir", spec, next(010000));
	}
	tree_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_applies),
		cmocka_unit_test(test_what_is_none),
		cmocka_unit_test(test_no_memory),
		cmocka_unit_test(test_as_gnu_chmod),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
