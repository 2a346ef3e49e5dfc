/* SPDX-License-Identifier: MIT
 *
 * Previews of archives of every kind, written here by libarchive, and of what is none.
 */
#include "../../lib/test.h"

#include "helper/content.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

static struct kind *kind;
static struct budget budget;

static int open_kind(void **state)
{
	(void)state;
	budget_open(&budget);
	return kind_new(&kind);
}

static int close_kind(void **state)
{
	(void)state;
	close(budget.statm);
	kind_free(kind);
	return 0;
}

static int new_file(void)
{
	int fd = memfd_create("test", MFD_CLOEXEC);

	assert_true(fd >= 0);
	return fd;
}

static struct preview *look(int fd, enum wire_depth depth, uint32_t lines)
{
	struct source source = {.fd = fd, .size = (uint64_t)lseek(fd, 0, SEEK_END)};
	struct wire_ask ask = {.depth = depth, .lines = lines, .columns = 50};
	struct preview *p;

	assert_int_equal(content_preview(kind, &budget, &source, &ask, &p), 0);
	return p;
}

static void expect_line(const struct preview *p, size_t i, const char *text, char type)
{
	size_t len;
	const char *line;

	assert_true(i < p->nlines);
	line = preview_line(p, i, &len);
	if (len != strlen(text) || memcmp(line, text, len) != 0)
		fail_msg("line %zu is '%.*s' and not '%s'", i, (int)len, line, text);
	assert_int_equal(p->lines[i].type, type);
}

static void add(struct archive *a, const char *name, mode_t type, const char *data, size_t len)
{
	struct archive_entry *e = archive_entry_new();

	archive_entry_set_pathname(e, name);
	archive_entry_set_filetype(e, (unsigned)type);
	archive_entry_set_perm(e, 0644);
	if (type == AE_IFLNK)
		archive_entry_set_symlink(e, "to");
	archive_entry_set_size(e, type == AE_IFREG ? (la_int64_t)len : 0);
	assert_int_equal(archive_write_header(a, e), ARCHIVE_OK);
	if (type == AE_IFREG && len)
		assert_int_equal(archive_write_data(a, data, len), (la_ssize_t)len);
	archive_entry_free(e);
}

static int write_archive(const char *format, const char *filter, void (*fill)(struct archive *a))
{
	int fd = new_file();
	struct archive *a = archive_write_new();

	assert_non_null(a);
	assert_int_equal(archive_write_set_format_by_name(a, format), ARCHIVE_OK);
	if (filter)
		assert_int_equal(archive_write_add_filter_by_name(a, filter), ARCHIVE_OK);
	assert_int_equal(archive_write_open_fd(a, fd), ARCHIVE_OK);
	fill(a);
	assert_int_equal(archive_write_close(a), ARCHIVE_OK);
	archive_write_free(a);
	return fd;
}

static void three_members(struct archive *a)
{
	static const char zeros[100000];

	add(a, "dir", AE_IFDIR, NULL, 0);
	add(a, "dir/file", AE_IFREG, zeros, sizeof(zeros));
	add(a, "dir/l\033nk", AE_IFLNK, NULL, 0);
}

static void lists_members_of_every_format(void **state)
{
	static const struct {
		const char *format, *filter, *words, *dir;
	} cases[] = {
		{"gnutar", NULL, "GNU tar format", "dir/"},
		{"gnutar", "gzip", "GNU tar format, gzip", "dir/"},
		{"gnutar", "bzip2", "GNU tar format, bzip2", "dir/"},
		{"gnutar", "xz", "GNU tar format, xz", "dir/"},
		{"gnutar", "zstd", "GNU tar format, zstd", "dir/"},
		{"gnutar", "lz4", "GNU tar format, lz4", "dir/"},
		{"gnutar", "lzma", "GNU tar format, lzma", "dir/"},
		{"gnutar", "lzip", "GNU tar format, lzip", "dir/"},
		{"gnutar", "compress", "GNU tar format, compress (.Z)", "dir/"},
		{"pax", NULL, "POSIX", "dir/"},
		{"ustar", NULL, "POSIX ustar format", "dir/"},
		{"v7tar", NULL, "tar", "dir/"},
		{"newc", NULL, "ASCII cpio", "dir"},
		{"odc", NULL, "POSIX octet-oriented cpio", "dir"},
		{"newc", "gzip", "ASCII cpio", "dir"},
		{"zip", NULL, "ZIP 2.0 (deflation)", "dir/"},
		{"7zip", NULL, "7-Zip", "dir/"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int fd = write_archive(cases[i].format, cases[i].filter, three_members);
		uint64_t bytes = (uint64_t)lseek(fd, 0, SEEK_END);
		struct preview *p = look(fd, WIRE_CONTENT, 100);
		size_t at = 0;

		if (p->kind != PREVIEW_ARCHIVE || p->reason.len)
			fail_msg("%s %s: kind %d, '%s', mime %s", cases[i].format,
				 cases[i].filter ? cases[i].filter : "", p->kind, p->reason.buf,
				 p->mime.buf);
		if (!strstr(p->format.buf, cases[i].words))
			fail_msg("'%s' is not '%s'", p->format.buf, cases[i].words);
		assert_int_equal(p->members, 3);
		assert_int_equal(p->nlines, 3);
		assert_true(p->size >= 100000 && p->size < 100100);
		assert_int_equal(p->packed, bytes);
		assert_false(p->partial || p->more);
		/* 7-Zip has files first. */
		while (p->lines[at].type != 'd')
			at++;
		expect_line(p, at, cases[i].dir, 'd');
		at = at == 0 ? 1 : 0;
		expect_line(p, at, "dir/file", '-');
		assert_int_equal(p->lines[at].size, 100000);
		if (!strcmp(cases[i].format, "zip"))
			assert_true(p->lines[at].packed < 1000);
		else
			assert_true(p->lines[at].packed == PREVIEW_UNKNOWN);
		preview_free(p);
		close(fd);
	}
}

static void lists_an_image(void **state)
{
	int fd = write_archive("iso9660", NULL, three_members);
	struct preview *p = look(fd, WIRE_CONTENT, 100);

	(void)state;
	assert_int_equal(p->kind, PREVIEW_ARCHIVE);
	assert_true(p->members >= 3);
	assert_true(strstr(p->format.buf, "ISO9660"));
	preview_free(p);
	close(fd);
}

static void append(int fd, int from)
{
	char buf[65536];
	ssize_t n;

	lseek(from, 0, SEEK_SET);
	while ((n = read(from, buf, sizeof(buf))) > 0)
		assert_int_equal(write(fd, buf, (size_t)n), n);
}

static void deb_members(struct archive *a)
{
	static char data[65536];
	int fd = write_archive("gnutar", "xz", three_members);
	ssize_t n;

	lseek(fd, 0, SEEK_SET);
	n = read(fd, data, sizeof(data));
	assert_true(n > 0);
	close(fd);
	add(a, "debian-binary", AE_IFREG, "2.0\n", 4);
	add(a, "data.tar.xz", AE_IFREG, data, (size_t)n);
}

static void lists_the_files_of_a_package(void **state)
{
	int fd = write_archive("arbsd", NULL, deb_members);
	struct preview *p = look(fd, WIRE_CONTENT, 100);

	(void)state;
	assert_int_equal(p->kind, PREVIEW_ARCHIVE);
	assert_int_equal(p->nlines, 5);
	expect_line(p, 0, "debian-binary", '-');
	expect_line(p, 1, "data.tar.xz", '-');
	expect_line(p, 2, "dir/", 'd');
	expect_line(p, 3, "dir/file", '-');
	expect_line(p, 4, "dir/l\033nk", 'l');
	assert_int_equal(p->members, 4); /* that of the files in one is not one more */
	assert_int_equal(p->size, 100004);
	preview_free(p);
	close(fd);
}

/* The lead and two empty headers of an RPM package, then its payload. */
static void lists_an_rpm(void **state)
{
	static const uint8_t lead[96] = {0xed, 0xab, 0xee, 0xdb, 3, 0, 0, 0, 0, 1, 'x'};
	static const uint8_t header[16] = {0x8e, 0xad, 0xe8, 1};
	int fd = new_file(), payload = write_archive("newc", "gzip", three_members);
	struct preview *p;

	(void)state;
	assert_int_equal(write(fd, lead, sizeof(lead)), sizeof(lead));
	assert_int_equal(write(fd, header, sizeof(header)), sizeof(header));
	assert_int_equal(write(fd, header, sizeof(header)), sizeof(header));
	append(fd, payload);
	close(payload);
	p = look(fd, WIRE_CONTENT, 100);
	assert_int_equal(p->kind, PREVIEW_ARCHIVE);
	assert_int_equal(p->members, 3);
	preview_free(p);
	close(fd);
}

static void many_members(struct archive *a)
{
	char name[32];

	for (int i = 0; i < 2000; i++) {
		snprintf(name, sizeof(name), "member-%04d", i);
		add(a, name, AE_IFREG, "x", 1);
	}
}

static void counts_on_after_the_lines(void **state)
{
	static const char *const formats[] = {"gnutar", "zip"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(formats); i++) {
		int fd = write_archive(formats[i], NULL, many_members);
		struct preview *p = look(fd, WIRE_CONTENT, 10);

		assert_int_equal(p->nlines, 10);
		assert_int_equal(p->members, 2000);
		assert_int_equal(p->size, 2000);
		assert_true(p->more && !p->partial);
		preview_free(p);
		close(fd);
	}
}

static void says_what_is_cut_off(void **state)
{
	static const char *const formats[] = {"gnutar", "zip", "7zip"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(formats); i++) {
		int fd = write_archive(formats[i], NULL, many_members);
		off_t all = lseek(fd, 0, SEEK_END);

		/* At every length near the ends, and some between: never more than a reason. */
		for (off_t len = all - 1; len > 0; len -= len > all - 100 || len < 100 ? 1 : 6007) {
			struct preview *p;

			assert_int_equal(ftruncate(fd, len), 0);
			p = look(fd, WIRE_CONTENT, 10);
			assert_true(p->kind == PREVIEW_ARCHIVE || p->kind == PREVIEW_HEX ||
				    p->kind == PREVIEW_TEXT);
			if (len == all / 2)
				assert_true(p->reason.len > 0);
			preview_free(p);
		}
		close(fd);
	}
}

static void text_member(struct archive *a)
{
	add(a, "any", AE_IFREG, "one\ntwo\n", 8);
}

static void zero_member(struct archive *a)
{
	static char zeros[1 << 20];

	add(a, "any", AE_IFREG, zeros, sizeof(zeros));
}

static void shows_what_is_only_compressed(void **state)
{
	static const char *const filters[] = {"gzip", "bzip2", "xz", "zstd", "lz4"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(filters); i++) {
		int fd = write_archive("raw", filters[i], text_member);
		struct preview *p = look(fd, WIRE_CONTENT, 10);

		assert_int_equal(p->kind, PREVIEW_TEXT);
		expect_line(p, 0, "one", 0);
		expect_line(p, 1, "two", 0);
		assert_int_equal(p->nlines, 2);
		assert_int_equal(p->size, 8);
		assert_string_equal(p->encoding.buf, "us-ascii");
		assert_true(strstr(p->format.buf, filters[i]));
		preview_free(p);
		close(fd);
		fd = write_archive("raw", filters[i], zero_member);
		p = look(fd, WIRE_CONTENT, 10);
		assert_int_equal(p->kind, PREVIEW_ARCHIVE);
		assert_int_equal(p->nlines, 1);
		assert_int_equal(p->size, 1 << 20);
		assert_int_equal(p->lines[0].size, 1 << 20);
		preview_free(p);
		close(fd);
	}
}

/* A gigabyte of zeros in a megabyte. */
static void bomb_member(struct archive *a)
{
	static char zeros[1 << 20];
	struct archive_entry *e = archive_entry_new();

	archive_entry_set_pathname(e, "bomb");
	archive_entry_set_filetype(e, AE_IFREG);
	archive_entry_set_size(e, (la_int64_t)1 << 30);
	assert_int_equal(archive_write_header(a, e), ARCHIVE_OK);
	for (int i = 0; i < 1024; i++)
		assert_int_equal(archive_write_data(a, zeros, sizeof(zeros)), sizeof(zeros));
	archive_entry_free(e);
}

static void bombs_are_bounded(void **state)
{
	static const char *const formats[] = {"raw", "gnutar"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(formats); i++) {
		int fd = write_archive(formats[i], "gzip", bomb_member);
		struct preview *p = look(fd, WIRE_CONTENT, 10);

		assert_int_equal(p->kind, PREVIEW_ARCHIVE);
		assert_int_equal(p->nlines, 1);
		assert_true(p->partial);
		assert_true(strstr(p->reason.buf, "unpack"));
		preview_free(p);
		close(fd);
	}
}

static void fill_with_zips(struct archive *a)
{
	static char zip[1 << 20];
	int fd = write_archive("zip", NULL, three_members);
	ssize_t n;
	char name[32];

	lseek(fd, 0, SEEK_SET);
	n = read(fd, zip, sizeof(zip));
	close(fd);
	for (int i = 0; i < 16; i++) {
		snprintf(name, sizeof(name), "lib %x.zip", (unsigned)i);
		add(a, name, AE_IFREG, zip, (size_t)n);
	}
}

/* Archives within archives are members like any. */
static void does_not_look_into_members(void **state)
{
	int fd = write_archive("zip", NULL, fill_with_zips);
	struct preview *p = look(fd, WIRE_CONTENT, 100);

	(void)state;
	assert_int_equal(p->members, 16);
	expect_line(p, 15, "lib f.zip", '-');
	preview_free(p);
	close(fd);
}

static void text_that_begins_like_an_archive(void **state)
{
	static const char *const texts[] = {"BZh is a signature\n", "LZIP, too\n", "MSCF\n",
					    "ab-lh in the third place\n"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		int fd = new_file();
		struct preview *p;

		assert_true(write(fd, texts[i], strlen(texts[i])) > 0);
		p = look(fd, WIRE_CONTENT, 10);
		assert_int_equal(p->kind, PREVIEW_TEXT);
		assert_string_equal(p->reason.buf, "");
		assert_string_equal(p->encoding.buf, "us-ascii");
		preview_free(p);
		close(fd);
	}
}

static void unreadable_is_a_reason(void **state)
{
	int fd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct preview *p;

	(void)state;
	assert_true(fd >= 0);
	p = look(fd, WIRE_CONTENT, 10);
	assert_int_equal(p->kind, PREVIEW_NONE);
	assert_string_equal(p->reason.buf, "it cannot be read: Is a directory");
	preview_free(p);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_members_of_every_format),
		cmocka_unit_test(lists_an_image),
		cmocka_unit_test(lists_the_files_of_a_package),
		cmocka_unit_test(lists_an_rpm),
		cmocka_unit_test(counts_on_after_the_lines),
		cmocka_unit_test(says_what_is_cut_off),
		cmocka_unit_test(shows_what_is_only_compressed),
		cmocka_unit_test(bombs_are_bounded),
		cmocka_unit_test(does_not_look_into_members),
		cmocka_unit_test(text_that_begins_like_an_archive),
		cmocka_unit_test(unreadable_is_a_reason),
	};

	return cmocka_run_group_tests(tests, open_kind, close_kind);
}
