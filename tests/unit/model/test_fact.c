/* SPDX-License-Identifier: MIT */
#include "../../lib/test.h"

#include "model/fact.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

static const char *name_of(void *ctx, bool group, uint32_t id)
{
	(void)ctx;
	if (id == 33)
		return group ? "www\n" : "www-data";
	return id == 7 ? "" : NULL;
}

static const struct fact_style style = {.name = name_of};
static const struct fact_style ascii = {.name = name_of, .ascii = true};

static void assert_text(struct str *out, const char *expected)
{
	assert_string_equal(out->buf, expected);
	str_clear(out);
}

static void targets(void **state)
{
	const struct {
		struct facts f;
		const char *words;
	} cases[] = {
		{{.target = (char[]){"a"}, .target_type = ENTRY_DIR, .target_steps = 1},
		 "a (directory)"},
		{{.target = (char[]){"a"}, .target_type = ENTRY_FILE, .target_steps = 3},
		 "a (regular file, after 3 links)"},
		{{.target = (char[]){"a\x1b"}, .target_err = -ENOENT},
		 "a\\x1b (dangling: there is no such file)"},
		{{.target = (char[]){"a"}, .target_err = -ELOOP},
		 "a (loop: it never leads to a file)"},
		{{.target = (char[]){"a"}, .target_err = -EACCES},
		 "a (cannot be followed: Permission denied)"},
		{{.target = (char[]){"/net/x"}, .target_slow = true},
		 "/net/x (not followed: on a network file system)"},
		{{.target = NULL}, ""},
	};
	struct str out = STR_INIT;

	(void)state;
	fact_target(&cases[3].f, &(struct fact_style){.brief = true}, &out);
	assert_text(&out, "a (loop)");
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		fact_target(&cases[i].f, &style, &out);
		if (i == 2) /* however an escape is shown, it is not sent */
			assert_null(strchr(out.buf, '\x1b'));
		else
			assert_string_equal(out.buf, cases[i].words);
		str_clear(&out);
	}
	str_done(&out);
}

static void counts_of_directories(void **state)
{
	struct facts f = {.meta.mode = S_IFDIR | 0755, .entries = 12345};
	struct str out = STR_INIT;

	(void)state;
	fact_entries(&f, &style, &out);
	assert_text(&out, "12,345");
	f.entries_partial = true;
	fact_entries(&f, &style, &out);
	assert_text(&out, "≥12,345");
	fact_entries(&f, &ascii, &out);
	assert_text(&out, ">=12,345");
	f.entries = -EACCES;
	fact_entries(&f, &style, &out);
	assert_text(&out, "unknown: Permission denied");
	f.entries = -EREMOTE;
	fact_entries(&f, &style, &out);
	assert_text(&out, "not counted: looking would mount it");
	f.meta.mode = S_IFREG;
	fact_entries(&f, &style, &out);
	assert_text(&out, "");
	str_done(&out);
}

static void lists_of_access(void **state)
{
	struct acl_entry at[] = {
		{ACL_OWNER, 6, 0},        {ACL_USER, 7, 33}, {ACL_USER, 4, 7},  {ACL_GROUP, 4, 0},
		{ACL_NAMED_GROUP, 5, 33}, {ACL_MASK, 4, 0},  {ACL_OTHER, 0, 0},
	};
	struct facts f = {.acl = {at, ARRAY_LEN(at)}};
	struct str out = STR_INIT;

	(void)state;
	fact_acl(&f, false, &style, &out);
	assert_null(strchr(out.buf, '\n'));
	assert_non_null(strstr(out.buf, "user::rw-, user:www-data:rwx (effective r--), "
					"user:7:r--, group::r--, group:www"));
	assert_non_null(strstr(out.buf, ":r-x (effective r--), mask::r--, other::---"));
	assert_false(fact_acl_idle(&f));
	str_clear(&out);
	fact_acl(&f, true, &style, &out);
	assert_text(&out, "");
	at[5].perms = 0;
	assert_true(fact_acl_idle(&f));
	fact_acl(&f, false, &style, &out);
	assert_non_null(strstr(out.buf, "; its mask is empty: it is not consulted"));
	str_clear(&out);
	f.default_acl_err = -EINVAL;
	fact_acl(&f, true, &style, &out);
	assert_text(&out, "damaged: it is not in the form it should be");
	f.default_acl_err = -EACCES;
	fact_acl(&f, true, &style, &out);
	assert_text(&out, "unknown: Permission denied");
	str_done(&out);
}

static void attributes(void **state)
{
	/* Immutable is said by both calls, no-copy-on-write by one. */
	struct facts f = {.meta.attrs = 0x30, .flags = 0x10 | 0x00800000, .project = 5};
	struct str out = STR_INIT;

	(void)state;
	assert_string_equal(fact_attr(&f, 0), "immutable");
	assert_string_equal(fact_attr(&f, 1), "append-only");
	assert_string_equal(fact_attr(&f, 2), "no-copy-on-write");
	assert_null(fact_attr(&f, 3));
	fact_attrs(&f, &out);
	assert_text(&out, "immutable, append-only, no-copy-on-write, project 5");
	f = (struct facts){.xattrs = (char[]){"user.a\0user.b\x1b"}, .xattrs_len = 15};
	fact_xattrs(&f, &style, &out);
	assert_ptr_equal(strstr(out.buf, "user.a, user.b"), out.buf);
	assert_null(strchr(out.buf, '\x1b'));
	str_clear(&out);
	f = (struct facts){.caps = {.revision = 2, .effective = true, .permitted = 1u << 13}};
	str_adds(&out, "caps:");
	fact_caps(&f, &out);
	assert_text(&out, "caps:cap_net_raw=ep");
	f.caps_err = -ENOENT;
	fact_caps(&f, &out);
	assert_text(&out, "unknown: No such file or directory");
	str_done(&out);
}

static void the_rest(void **state)
{
	struct facts f = {.mount_path = (char[]){"/srv"}, .mount_type = (char[]){"ext4"}};
	const struct meta device = {.mode = S_IFCHR}, link = {.mode = S_IFLNK | 0777};
	const struct subject me = {.uid = 1};
	struct str out = STR_INIT;

	(void)state;
	fact_mount(&f, &style, &out);
	assert_text(&out, "/srv (ext4)");
	f.mount_read_only = true;
	fact_mount(&f, &style, &out);
	assert_text(&out, "/srv (ext4, read-only)");
	f = (struct facts){.mount_unlisted = true};
	fact_mount(&f, &style, &out);
	assert_text(&out, "not in the mount table, as in a chroot");
	fact_size(&out, 1);
	assert_text(&out, "1 byte");
	fact_size(&out, 12345);
	assert_text(&out, "12,345 bytes (13K)");
	fact_owner(false, 33, &style, &out);
	assert_text(&out, "www-data (33)");
	fact_owner(false, 7, &style, &out);
	assert_text(&out, "no name (7)");
	assert_true(fact_is_device(&device));
	assert_false(fact_is_device(&link));
	assert_int_equal(fact_sentence(&link, &me, &style, &out), 0);
	assert_text(&out, "");
	assert_string_equal(fact_type(ENTRY_FILE), "regular file");
	str_done(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(targets),         cmocka_unit_test(counts_of_directories),
		cmocka_unit_test(lists_of_access), cmocka_unit_test(attributes),
		cmocka_unit_test(the_rest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
