/* SPDX-License-Identifier: MIT
 *
 * What tests of the scan share: part of each, included once. A scan as text, and the same found out
 * the slow way.
 */
#ifndef TESTS_UNIT_FS_SCANNED_H
#define TESTS_UNIT_FS_SCANNED_H

#include "../../lib/fault.h"
#include "../../lib/test.h"
#include "../../lib/tree.h"
#include "fs/scan.h"

#include <ftw.h>
#include <sys/stat.h>

#define WAIT_MS 60000

/* ---- what a scan found, as text ---- */

static struct scan *scanned(const char *path, const struct scan_options *options)
{
	struct scan *s;

	assert_int_equal(scan_start(path, options, &s), 0);
	assert_true(scan_wait(s, WAIT_MS));
	return s;
}

static void add_flags(struct str *out, uint32_t meta)
{
	static const struct {
		uint32_t flag;
		const char *word;
	} words[] = {{TREE_BIG, " big"},       {TREE_LINKED, " linked"},
		     {TREE_UNREAD, " unread"}, {TREE_EXCLUDED, " excluded"},
		     {TREE_MOUNT, " mount"},   {TREE_NOT_ENTERED, " not-entered"},
		     {TREE_KERNEL, " kernel"}, {TREE_ELSEWHERE, " elsewhere"},
		     {TREE_GONE, " gone"}};

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (meta & words[i].flag)
			str_adds(out, words[i].word);
}

/* One line an entry: its path, bytes, what it says of itself. Directories with the entries and the
 * unread below. */
static void dump_dir(const struct sizetree *t, uint32_t dir, struct str *lines)
{
	const struct sizetree_dir *d = sizetree_dir(t, dir);

	assert_int_equal(sizetree_dir_state(t, dir), TREE_DONE);
	for (uint32_t i = 0; i < d->count; i++) {
		uint32_t entry = d->first + i, sub = sizetree_subdir(t, entry);
		struct sizetree_total total = sizetree_entry_total(t, dir, entry);
		size_t len, begin = lines->len;
		const char *name = sizetree_name(t, dir, entry, &len);

		assert_int_equal(scan_path(t, dir, lines), 0);
		if (lines->len > begin)
			str_addc(lines, '/');
		str_add(lines, name, len);
		if (TREE_META_TYPE(sizetree_meta(t, entry)) == ENTRY_DIR)
			str_addf(lines, "/ %llu", (unsigned long long)total.items);
		else
			str_addf(lines, " %llu", (unsigned long long)total.size);
		if (total.unread)
			str_addf(lines, " unread=%llu", (unsigned long long)total.unread);
		add_flags(lines, sizetree_meta(t, entry));
		str_addc(lines, '\n');
		if (sub != TREE_NONE)
			dump_dir(t, sub, lines);
	}
}

static int by_line(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static char *sorted(const struct str *lines)
{
	char **at = calloc(lines->len + 1, sizeof(*at)),
	     *copy = strdup(lines->len ? lines->buf : ""), *save = NULL;
	struct str out = STR_INIT;
	size_t n = 0;

	for (char *l = strtok_r(copy, "\n", &save); l; l = strtok_r(NULL, "\n", &save))
		at[n++] = l;
	qsort(at, n, sizeof(*at), by_line);
	str_adds(&out, "");
	for (size_t i = 0; i < n; i++)
		str_addf(&out, "%s\n", at[i]);
	free(at);
	free(copy);
	return str_take(&out);
}

UNUSED static void expect(struct scan *s, const char *wanted)
{
	struct str lines = STR_INIT;
	char *found;

	dump_dir(scan_tree(s), 0, &lines);
	found = sorted(&lines);
	assert_string_equal(found, wanted);
	free(found);
	str_done(&lines);
}

/* ---- the same, found out the slow way ---- */

struct thing {
	char *dir; /* the path of the directory it is in, below the root, with a slash at its end;
		      "" */
	struct stat st;
	bool is_dir;
	char *path; /* its own, the same way */
};

static struct {
	struct thing *at;
	size_t n, cap;
	size_t root_len;
} things;

static int note_thing(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	struct thing *t;

	(void)ftw;
	if (things.n == things.cap) {
		things.cap = things.cap ? things.cap * 2 : 64;
		things.at = realloc(things.at, things.cap * sizeof(*things.at));
		assert_non_null(things.at);
	}
	t = &things.at[things.n++];
	t->st = *st;
	t->is_dir = flag == FTW_D || flag == FTW_DNR;
	t->path = strdup(strlen(path) > things.root_len ? path + things.root_len + 1 : "");
	return 0;
}

UNUSED static void look_slowly(const char *root)
{
	things.n = 0;
	things.root_len = strlen(root);
	assert_int_equal(nftw(root, note_thing, 16, FTW_PHYS | FTW_MOUNT), 0);
}

static void forget(void)
{
	for (size_t i = 0; i < things.n; i++)
		free(things.at[i].path);
	free(things.at);
	memset(&things, 0, sizeof(things));
}

static bool below(const char *path, const char *dir)
{
	size_t len = strlen(dir);

	return !len || (strncmp(path, dir, len) == 0 && (path[len] == '/' || !path[len]));
}

/* The sums of one directory: each inode once; shared where links lie outside. */
static struct sizetree_total add_slowly(const char *dir)
{
	struct sizetree_total sum = {0};

	for (size_t i = 0; i < things.n; i++) {
		const struct thing *t = &things.at[i];
		nlink_t here = 0;
		bool first = true;

		if (!below(t->path, dir))
			continue;
		sum.items++;
		if (!t->is_dir && t->st.st_nlink > 1)
			for (size_t k = 0; k < things.n; k++) {
				const struct thing *o = &things.at[k];
				bool same = !o->is_dir && o->st.st_ino == t->st.st_ino &&
					    below(o->path, dir);

				here += same;
				first &= !same || k >= i;
			}
		if (!first)
			continue;
		sum.blocks += (uint64_t)t->st.st_blocks;
		sum.size += S_ISCHR(t->st.st_mode) || S_ISBLK(t->st.st_mode)
				    ? 0
				    : (uint64_t)t->st.st_size;
		if (!t->is_dir && t->st.st_nlink > 1 && here < t->st.st_nlink)
			sum.shared += (uint64_t)t->st.st_blocks;
	}
	sum.items--;
	return sum;
}

UNUSED static void compare_dirs(const struct sizetree *t)
{
	struct str path = STR_INIT;

	for (uint32_t d = 0; d < atomic_load(&t->ndirs); d++) {
		struct sizetree_total found = sizetree_dir_total(t, d), right;

		str_clear(&path);
		assert_int_equal(scan_path(t, d, &path), 0);
		right = add_slowly(path.len ? path.buf : "");
		if (found.blocks != right.blocks || found.size != right.size ||
		    found.shared != right.shared || found.items != right.items)
			fail_msg("'%s': %llu blocks %llu bytes %llu shared %llu items; right: %llu "
				 "%llu %llu %llu",
				 path.buf, (unsigned long long)found.blocks,
				 (unsigned long long)found.size, (unsigned long long)found.shared,
				 (unsigned long long)found.items, (unsigned long long)right.blocks,
				 (unsigned long long)right.size, (unsigned long long)right.shared,
				 (unsigned long long)right.items);
	}
	str_done(&path);
}

static int setup(void **state)
{
	fault_reset();
	*state = tree_new("");
	return 0;
}

static int teardown(void **state)
{
	assert_int_equal(fault_open_fds(), 0);
	fault_reset();
	tree_free(*state);
	forget();
	return 0;
}

#endif
