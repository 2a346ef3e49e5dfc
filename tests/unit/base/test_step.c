/* SPDX-License-Identifier: MIT */
#include "../../lib/nomem.h"
#include "../../lib/test.h"

#include "base/step.h"

#include <errno.h>
#include <sys/stat.h>

static uint64_t seed = 88172645463325252u;

static uint64_t chance(uint64_t below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed % below;
}

static struct step_id random_id(void)
{
	static const uint32_t types[] = {S_IFREG,  S_IFDIR, S_IFLNK, S_IFIFO,
					 S_IFSOCK, S_IFCHR, S_IFBLK};

	return (struct step_id){
		.dev = chance(UINT64_MAX),
		.ino = chance(UINT64_MAX),
		.fsid = chance(2) ? chance(UINT64_MAX) : 0,
		.type = types[chance(7)],
		.btime = chance(3) ? (int64_t)chance(UINT64_MAX) : INT64_MIN,
		.btime_nsec = (uint32_t)chance(1000000000),
	};
}

static struct step_attrs random_attrs(void)
{
	return (struct step_attrs){
		.mode = (uint32_t)chance(010000),
		.uid = (uint32_t)chance(UINT32_MAX),
		.gid = (uint32_t)chance(UINT32_MAX),
		.atime = (int64_t)chance(UINT64_MAX),
		.mtime = (int64_t)chance(UINT64_MAX),
		.atime_nsec = (uint32_t)chance(1000000000),
		.mtime_nsec = (uint32_t)chance(1000000000),
	};
}

static void random_place(struct step_place *place, bool named)
{
	static const char *const dirs[] = {"/", "/a", "/a/b c/\xff\n", "/..a/...", "/a//b/./c/"};
	static const char *const names[] = {
		"x", "-rf", "\x1b[2J", "..x", "...", "\xe2\x80\xae", "a name\nof two lines"};
	struct step_id id = random_id();

	assert_int_equal(
		step_place_set(place, dirs[chance(5)], &id, named ? names[chance(7)] : NULL), 0);
}

static void random_xattrs(struct step_xattrs *x)
{
	static const char *const names[] = {"user.a", "security.capability", "user.\x01 \xff"};

	for (int n = chance(3); n > 0; n--)
		assert_int_equal(step_xattrs_add(x, names[n], "a\0b\xff", (size_t)chance(5)), 0);
}

/* Complete, so that it has an inverse when its kind has one. */
static struct step random_step(enum step_kind kind)
{
	static const bool has_from[STEP_KINDS] = {
		[STEP_TRASH] = true, [STEP_RESTORE] = true, [STEP_RENAME] = true,
		[STEP_RMDIR] = true, [STEP_LINK] = true,    [STEP_MODE] = true,
		[STEP_OWNER] = true, [STEP_TIMES] = true,   [STEP_DELETE] = true,
		[STEP_ERASE] = true, [STEP_UNKNOWN] = true};
	static const bool has_to[STEP_KINDS] = {
		[STEP_TRASH] = true,  [STEP_RESTORE] = true, [STEP_RENAME] = true,
		[STEP_CREATE] = true, [STEP_MKDIR] = true,   [STEP_SYMLINK] = true,
		[STEP_LINK] = true};
	struct step s = STEP_INIT;

	s.kind = kind;
	s.flags = (uint32_t)chance(8);
	if (chance(2))
		s.undoes = (uint32_t)chance(1000);
	if (has_from[kind])
		random_place(&s.from, true);
	if (has_to[kind])
		random_place(&s.to, true);
	s.what = random_id();
	s.was = random_attrs();
	s.now = random_attrs();
	random_xattrs(&s.was_xattrs);
	random_xattrs(&s.now_xattrs);
	if (kind == STEP_SYMLINK)
		s.target = strdup("../somewhere \x01");
	if (kind == STEP_UNKNOWN) {
		s.kind_name = strdup("transmute-2");
		s.told = strdup("turn lead into gold");
	}
	return s;
}

static void expect_text(const char *a, const char *b)
{
	assert_int_equal(!a, !b);
	if (a)
		assert_string_equal(a, b);
}

static void expect_id(const struct step_id *a, const struct step_id *b)
{
	assert_int_equal(a->dev, b->dev);
	assert_int_equal(a->ino, b->ino);
	assert_int_equal(a->fsid, b->fsid);
	assert_int_equal(a->type, b->type);
	assert_int_equal(a->btime, b->btime);
	assert_int_equal(a->btime_nsec, b->btime_nsec);
}

static void expect_attrs(const struct step_attrs *a, const struct step_attrs *b)
{
	assert_int_equal(a->mode, b->mode);
	assert_int_equal(a->uid, b->uid);
	assert_int_equal(a->gid, b->gid);
	assert_int_equal(a->atime, b->atime);
	assert_int_equal(a->mtime, b->mtime);
	assert_int_equal(a->atime_nsec, b->atime_nsec);
	assert_int_equal(a->mtime_nsec, b->mtime_nsec);
}

static void expect_place(const struct step_place *a, const struct step_place *b)
{
	expect_text(a->dir, b->dir);
	expect_text(a->name, b->name);
	expect_id(&a->dir_id, &b->dir_id);
}

static void expect_xattrs(const struct step_xattrs *a, const struct step_xattrs *b)
{
	assert_int_equal(a->len, b->len);
	if (a->len)
		assert_memory_equal(a->bytes, b->bytes, a->len);
}

static void expect_same(const struct step *a, const struct step *b)
{
	assert_int_equal(a->kind, b->kind);
	assert_int_equal(a->flags, b->flags);
	assert_int_equal(a->undoes, b->undoes);
	expect_place(&a->from, &b->from);
	expect_place(&a->to, &b->to);
	expect_id(&a->what, &b->what);
	expect_attrs(&a->was, &b->was);
	expect_attrs(&a->now, &b->now);
	expect_xattrs(&a->was_xattrs, &b->was_xattrs);
	expect_xattrs(&a->now_xattrs, &b->now_xattrs);
	expect_text(a->target, b->target);
	expect_text(a->kind_name, b->kind_name);
	expect_text(a->told, b->told);
}

static void what_is_written_is_read(void **state)
{
	(void)state;
	for (int i = 0; i < 3000; i++) {
		struct step s = random_step((enum step_kind)(i % STEP_KINDS)), again, copy;
		struct str out = STR_INIT;

		assert_int_equal(step_encode(&s, &out), 0);
		assert_int_equal(step_decode(out.buf, out.len, &again), 0);
		expect_same(&s, &again);
		assert_int_equal(step_copy(&s, &copy), 0);
		expect_same(&s, &copy);
		step_done(&copy);
		step_done(&again);
		step_done(&s);
		step_done(&s);
		str_done(&out);
	}
}

/* A step of each kind with only what it needs. */
static void what_is_missing_stays_so(void **state)
{
	struct step s = STEP_INIT, again;
	struct str out = STR_INIT;

	(void)state;
	s.kind = STEP_TRASH;
	assert_int_equal(step_encode(&s, &out), -EINVAL);
	assert_int_equal(out.len, 0);
	assert_int_equal(step_place_set(&s.from, "/a", NULL, NULL), 0);
	assert_int_equal(step_encode(&s, &out), -EINVAL);
	assert_int_equal(step_place_set(&s.from, "/a", NULL, "b"), 0);
	assert_int_equal(step_encode(&s, &out), 0);
	assert_int_equal(step_decode(out.buf, out.len, &again), 0);
	expect_same(&s, &again);
	assert_null(again.to.dir);
	assert_null(again.to.name);
	step_done(&s);
	step_done(&again);
	str_done(&out);
}

static int decodes(const struct str *bytes)
{
	struct step s;
	/* Of its own size, so that a sanitizer sees the first byte behind it. */
	char *copy = malloc(bytes->len ? bytes->len : 1);
	int r;

	assert_non_null(copy);
	memcpy(copy, bytes->buf, bytes->len);
	r = step_decode(copy, bytes->len, &s);
	free(copy);
	if (r == 0)
		step_done(&s);
	return r;
}

static bool plain_dir(const char *dir)
{
	struct str d = STR_INIT;
	bool plain;

	assert_int_equal(str_addf(&d, "%s/", dir), 0);
	plain = dir[0] == '/' && !strstr(d.buf, "/../");
	str_done(&d);
	return plain;
}

static void expect_safe(const struct step *s)
{
	const struct step_place *places[] = {&s->from, &s->to};

	for (int i = 0; i < 2; i++) {
		const char *name = places[i]->name;

		assert_true(places[i]->dir || !name);
		assert_true(!places[i]->dir || plain_dir(places[i]->dir));
		assert_true(!name || (name[0] && !strchr(name, '/') && strcmp(name, ".") != 0 &&
				      strcmp(name, "..") != 0));
	}
	assert_true(s->was.mode <= 07777 && s->now.mode <= 07777);
}

/* Whatever bytes there are: a step that can be, or none. What is read is written the same. */
static void mutated(struct str *bytes)
{
	struct step s, again;
	struct str out = STR_INIT;
	int r = step_decode(bytes->buf, bytes->len, &s);

	if (r < 0) {
		assert_int_equal(r, -EINVAL);
		return;
	}
	expect_safe(&s);
	assert_int_equal(step_encode(&s, &out), 0);
	assert_int_equal(step_decode(out.buf, out.len, &again), 0);
	expect_same(&s, &again);
	step_done(&s);
	step_done(&again);
	str_done(&out);
}

static void no_bytes_are_trusted(void **state)
{
	(void)state;
	for (int kind = 0; kind < STEP_KINDS; kind++) {
		struct step s = random_step((enum step_kind)kind);
		struct str out = STR_INIT, cut = STR_INIT;

		assert_int_equal(step_encode(&s, &out), 0);
		/* Cut between two fields something may be left that can be; elsewhere nothing. */
		for (size_t len = 0; len < out.len; len++) {
			str_clear(&cut);
			assert_int_equal(str_add(&cut, out.buf, len), 0);
			decodes(&cut);
			mutated(&cut);
		}
		for (size_t at = 0; at < out.len; at++) {
			char was = out.buf[at];

			for (int bit = 0; bit < 8; bit++) {
				out.buf[at] = (char)(was ^ 1 << bit);
				decodes(&out);
				mutated(&out);
			}
			out.buf[at] = (char)0xff;
			mutated(&out);
			out.buf[at] = 0;
			mutated(&out);
			out.buf[at] = was;
		}
		step_done(&s);
		str_done(&out);
		str_done(&cut);
	}
}

static void put(struct str *out, uint8_t tag, const void *bytes, uint32_t len)
{
	uint8_t head[5] = {tag, (uint8_t)len, (uint8_t)(len >> 8), (uint8_t)(len >> 16),
			   (uint8_t)(len >> 24)};

	assert_int_equal(str_add(out, head, sizeof(head)), 0);
	assert_int_equal(str_add(out, bytes, len), 0);
}

static void puts_(struct str *out, uint8_t tag, const char *text)
{
	put(out, tag, text, (uint32_t)strlen(text));
}

enum {
	TAG_KIND = 1,
	TAG_FLAGS,
	TAG_UNDOES,
	TAG_DIR,
	TAG_DIR_ID,
	TAG_NAME,
	TAG_TOLD = 14,
	TAG_XATTRS
};

/* "trash", in the directory, of this name: what decoding says. */
static int trash_of(const char *dir, size_t dir_len, const char *name, size_t name_len)
{
	struct str out = STR_INIT;
	int r;

	puts_(&out, TAG_KIND, "trash");
	put(&out, TAG_DIR, dir, (uint32_t)dir_len);
	put(&out, TAG_NAME, name, (uint32_t)name_len);
	r = decodes(&out);
	str_done(&out);
	return r;
}

static void what_cannot_be_is_refused(void **state)
{
	static const char *const dirs[] = {"",    "a",     "a/b",     "..",
					   "/..", "/a/..", "/a/../b", "//..//"};
	static const char *const names[] = {"", ".", "..", "/", "a/b", "/a", "a/"};

	(void)state;
	assert_int_equal(trash_of("/a", 2, "b", 1), 0);
	assert_int_equal(trash_of("/...", 4, "..b", 3), 0);
	for (size_t i = 0; i < ARRAY_LEN(dirs); i++)
		assert_int_equal(trash_of(dirs[i], strlen(dirs[i]), "b", 1), -EINVAL);
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		assert_int_equal(trash_of("/a", 2, names[i], strlen(names[i])), -EINVAL);
	assert_int_equal(trash_of("/a\0b", 4, "b", 1), -EINVAL);
	assert_int_equal(trash_of("/a", 2, "b\0c", 3), -EINVAL);
}

static int with_xattrs(const char *bytes, size_t len)
{
	struct str out = STR_INIT;
	int r;

	puts_(&out, TAG_KIND, "trash");
	puts_(&out, TAG_DIR, "/a");
	puts_(&out, TAG_NAME, "b");
	put(&out, TAG_XATTRS, bytes, (uint32_t)len);
	r = decodes(&out);
	str_done(&out);
	return r;
}

static void attributes_are_whole(void **state)
{
	static char most[STEP_XATTRS_MAX + 1];
	struct step_xattrs x = {0};
	struct step_xattr one;
	size_t at = 0;

	(void)state;
	assert_int_equal(step_xattrs_add(&x, "", "v", 1), -EINVAL);
	assert_int_equal(step_xattrs_add(&x, "user.empty", "", 0), 0);
	assert_int_equal(step_xattrs_add(&x, "user.v", "a\0b", 3), 0);
	assert_int_equal(step_xattrs_add(&x, "user.much", most, STEP_XATTRS_MAX - x.len), -E2BIG);
	assert_int_equal(step_xattrs_add(&x, "user.much", most, SIZE_MAX), -E2BIG);
	assert_true(step_xattrs_next(&x, &at, &one));
	assert_string_equal(one.name, "user.empty");
	assert_int_equal(one.len, 0);
	assert_true(step_xattrs_next(&x, &at, &one));
	assert_string_equal(one.name, "user.v");
	assert_int_equal(one.len, 3);
	assert_memory_equal(one.value, "a\0b", 3);
	assert_false(step_xattrs_next(&x, &at, &one));
	assert_int_equal(with_xattrs(x.bytes, x.len), 0);
	for (size_t len = 1; len < x.len; len++) /* 15: the first of the two, whole */
		assert_int_equal(with_xattrs(x.bytes, len), len == 15 ? 0 : -EINVAL);
	free(x.bytes);
	assert_int_equal(with_xattrs("n\0\xff\xff\xff\xff", 6), -EINVAL);
	assert_int_equal(with_xattrs("n\0\1\0\0\0", 6), -EINVAL);
	assert_int_equal(with_xattrs("\0\0\0\0\0", 5), -EINVAL);
	assert_int_equal(with_xattrs(most, sizeof(most)), -EINVAL);
}

static void of_a_later_version(void **state)
{
	struct str out = STR_INIT, words = STR_INIT;
	struct step s, inverse;

	(void)state;
	/* A field that is not known, one that has grown, a kind that is not known. */
	puts_(&out, TAG_KIND, "swap");
	puts_(&out, TAG_DIR, "/a");
	puts_(&out, TAG_NAME, "b");
	puts_(&out, 200, "what is this");
	put(&out, TAG_UNDOES, "\x07\0\0\0more", 8);
	puts_(&out, TAG_TOLD, "swap /a/b and /a/c");
	assert_int_equal(step_decode(out.buf, out.len, &s), 0);
	assert_int_equal(s.kind, STEP_UNKNOWN);
	assert_string_equal(s.kind_name, "swap");
	assert_int_equal(s.undoes, 7);
	assert_int_equal(step_describe(&s, &words), 0);
	assert_string_equal(words.buf, "swap /a/b and /a/c");
	assert_false(step_has_inverse(&s));
	assert_int_equal(step_inverse(&s, &inverse), -ENOTSUP);
	step_done(&s);
	/* A kind that is known, with a flag that is not: something else. */
	str_clear(&out);
	puts_(&out, TAG_KIND, "trash");
	put(&out, TAG_FLAGS, "\0\0\0\x80", 4);
	puts_(&out, TAG_DIR, "/a");
	puts_(&out, TAG_NAME, "b");
	assert_int_equal(step_decode(out.buf, out.len, &s), 0);
	assert_int_equal(s.kind, STEP_UNKNOWN);
	str_clear(&words);
	assert_int_equal(step_describe(&s, &words), 0);
	assert_string_equal(words.buf, "trash (not known to this version)");
	step_done(&s);
	/* Twice the same. */
	puts_(&out, TAG_NAME, "b");
	assert_int_equal(decodes(&out), -EINVAL);
	str_done(&out);
	str_done(&words);
}

static void taken_back_twice_is_as_before(void **state)
{
	static const enum step_kind same[] = {STEP_RENAME, STEP_MODE, STEP_OWNER, STEP_TIMES};

	(void)state;
	for (int i = 0; i < 400; i++) {
		struct step s = random_step(same[i % 4]), once, twice;

		s.flags = 0;
		s.undoes = STEP_UNDOES_NONE;
		if (s.kind == STEP_RENAME)
			s.was = s.now = (struct step_attrs){0};
		/* What it takes is found when it is done. */
		free(s.was_xattrs.bytes), free(s.now_xattrs.bytes);
		s.was_xattrs = s.now_xattrs = (struct step_xattrs){0};
		assert_int_equal(step_inverse(&s, &once), 0);
		assert_int_equal(step_inverse(&once, &twice), 0);
		expect_same(&s, &twice);
		step_done(&s);
		step_done(&once);
		step_done(&twice);
	}
}

static struct step inverse_of(const struct step *s, enum step_kind kind)
{
	struct step inverse;

	assert_true(step_has_inverse(s));
	assert_true(step_can_take_back(s));
	assert_int_equal(step_inverse(s, &inverse), 0);
	assert_int_equal(inverse.kind, kind);
	assert_int_equal(inverse.undoes, STEP_UNDOES_NONE);
	return inverse;
}

static void attributes_come_back(void **state)
{
	struct step s = random_step(STEP_RMDIR), inverse;

	(void)state;
	assert_int_equal(step_xattrs_add(&s.was_xattrs, "user.z", "z", 1), 0);
	inverse = inverse_of(&s, STEP_MKDIR);
	expect_xattrs(&inverse.now_xattrs, &s.was_xattrs);
	assert_int_equal(inverse.was_xattrs.len, 0);
	step_done(&s);
	step_done(&inverse);
	s = random_step(STEP_OWNER);
	assert_int_equal(step_xattrs_add(&s.was_xattrs, "user.z", "z", 1), 0);
	inverse = inverse_of(&s, STEP_OWNER);
	expect_xattrs(&inverse.now_xattrs, &s.was_xattrs);
	/* What it takes is found when it is done. */
	assert_int_equal(inverse.was_xattrs.len, 0);
	step_done(&s);
	step_done(&inverse);
}

static void what_takes_back(void **state)
{
	struct step s = random_step(STEP_TRASH), inverse = inverse_of(&s, STEP_RESTORE), redo;

	(void)state;
	expect_place(&inverse.from, &s.to);
	expect_place(&inverse.to, &s.from);
	redo = inverse_of(&inverse, STEP_TRASH);
	expect_place(&redo.from, &s.from);
	assert_null(redo.to.dir);
	/* Where it came to lie is not known. */
	assert_int_equal(step_place_set(&s.to, "/a", NULL, NULL), 0);
	step_done(&inverse);
	step_done(&redo);
	assert_true(step_has_inverse(&s));
	assert_false(step_can_take_back(&s));
	assert_int_equal(step_inverse(&s, &inverse), -ENOTSUP);
	step_done(&s);

	s = random_step(STEP_MKDIR);
	inverse = inverse_of(&s, STEP_RMDIR);
	expect_place(&inverse.from, &s.to);
	assert_true(step_id_eq(&inverse.what, &s.what));
	redo = inverse_of(&inverse, STEP_MKDIR);
	expect_place(&redo.to, &s.to);
	assert_int_equal(redo.what.type, 0);
	assert_int_equal(redo.flags, STEP_HAS_OWNER | STEP_HAS_MODE);
	expect_attrs(&redo.now, &s.now);
	step_done(&s);
	step_done(&inverse);
	step_done(&redo);
}

static void what_was_made_goes_to_the_trash(void **state)
{
	static const enum step_kind kinds[] = {STEP_CREATE, STEP_SYMLINK, STEP_LINK};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		struct step s = random_step(kinds[i]), inverse = inverse_of(&s, STEP_TRASH), redo;

		expect_place(&inverse.from, &s.to);
		assert_int_equal(inverse.flags, s.kind == STEP_CREATE ? STEP_WAS_MADE : 0);
		assert_int_equal(step_place_set(&inverse.to, "/t/files", NULL, "x"), 0);
		redo = inverse_of(&inverse, STEP_RESTORE);
		expect_place(&redo.to, &s.to);
		step_done(&inverse);
		step_done(&redo);
		/* Which thing was made is not known. */
		s.what = (struct step_id){0};
		assert_int_equal(step_inverse(&s, &inverse), -ENOTSUP);
		step_done(&s);
	}
}

static void what_is_gone_for_good(void **state)
{
	struct step s = random_step(STEP_DELETE), e = random_step(STEP_ERASE), inverse;

	(void)state;
	assert_false(step_has_inverse(&s));
	assert_int_equal(step_inverse(&s, &inverse), -ENOTSUP);
	assert_false(step_has_inverse(&e));
	assert_int_equal(step_inverse(&e, &inverse), -ENOTSUP);
	step_done(&s);
	step_done(&e);
}

static void which_thing(void **state)
{
	const struct step_id a = {
		.dev = 1, .ino = 2, .fsid = 3, .type = S_IFREG, .btime = 4, .btime_nsec = 5};
	struct step_id b = a;

	(void)state;
	assert_true(step_id_eq(&a, &b));
	b.dev = 9; /* after the next start */
	assert_true(step_id_eq(&a, &b));
	b.fsid = 0;
	assert_false(step_id_eq(&a, &b));
	b.dev = 1;
	assert_true(step_id_eq(&a, &b));
	b.fsid = 4;
	assert_false(step_id_eq(&a, &b));
	b = a;
	b.btime = INT64_MIN;
	assert_true(step_id_eq(&a, &b));
	b.btime = 4;
	b.btime_nsec = 6;
	assert_false(step_id_eq(&a, &b));
	b = a;
	b.ino = 3;
	assert_false(step_id_eq(&a, &b));
	b = a;
	b.type = S_IFDIR;
	assert_false(step_id_eq(&a, &b));
	b.type = 0;
	assert_false(step_id_eq(&b, &b));
}

static void expect_words(enum step_kind kind, const char *words)
{
	struct step s = STEP_INIT;
	struct str out = STR_INIT;

	s.kind = kind;
	s.was = (struct step_attrs){.mode = 0644, .uid = 1, .gid = 2};
	s.now = (struct step_attrs){.mode = 04600, .uid = 3, .gid = 4};
	assert_int_equal(step_place_set(&s.from, "/a", NULL, "b"), 0);
	assert_int_equal(step_place_set(&s.to, "/", NULL, "c"), 0);
	s.target = strdup("t");
	assert_int_equal(step_describe(&s, &out), 0);
	assert_string_equal(out.buf, words);
	s.now.uid = s.was.uid;
	assert_int_equal(step_is_of_group(&s), kind == STEP_OWNER);
	str_clear(&out);
	assert_int_equal(step_describe(&s, &out), 0);
	if (kind == STEP_OWNER)
		assert_string_equal(out.buf, "change the group of /a/b from 1:2 to 1:4");
	else
		assert_string_equal(out.buf, words);
	step_done(&s);
	str_done(&out);
}

static void in_words(void **state)
{
	(void)state;
	expect_words(STEP_TRASH, "trash /a/b");
	expect_words(STEP_RESTORE, "restore /c");
	expect_words(STEP_RENAME, "rename /a/b to /c");
	expect_words(STEP_CREATE, "create /c");
	expect_words(STEP_MKDIR, "make the directory /c");
	expect_words(STEP_RMDIR, "remove the empty directory /a/b");
	expect_words(STEP_SYMLINK, "make the link /c to t");
	expect_words(STEP_LINK, "give /a/b the second name /c");
	expect_words(STEP_MODE, "change the mode of /a/b from 0644 to 4600");
	expect_words(STEP_OWNER, "change the owner of /a/b from 1:2 to 3:4");
	expect_words(STEP_TIMES, "change the times of /a/b");
	expect_words(STEP_DELETE, "delete /a/b for good");
	expect_words(STEP_ERASE, "erase /a/b for good");
	expect_words(STEP_UNKNOWN, "unknown (not known to this version)");
}

/* Everything that needs memory, without it: nothing leaks, nothing half-made comes out. */
static int all_of_it(const struct step *s, struct str *out, struct step *ret)
{
	struct step copy = STEP_INIT, again = STEP_INIT;
	int r = step_copy(s, &copy);

	if (r == 0)
		r = step_encode(&copy, out);
	if (r == 0)
		r = step_decode(out->buf, out->len, &again);
	if (r == 0)
		r = step_describe(&again, out);
	if (r == 0)
		r = step_inverse(&again, ret);
	step_done(&copy);
	step_done(&again);
	return r;
}

static void without_memory(void **state)
{
	(void)state;
	for (int kind = 0; kind < STEP_DELETE; kind++) {
		struct step s = random_step((enum step_kind)kind);

		for (unsigned long n = 1;; n++) {
			struct step inverse = STEP_INIT;
			struct str out = STR_INIT;
			int r;

			nomem_arm(n);
			r = all_of_it(&s, &out, &inverse);
			str_done(&out);
			step_done(&inverse);
			if (!nomem_disarm()) {
				assert_int_equal(r, 0);
				break;
			}
			assert_int_equal(r, -ENOMEM);
		}
		step_done(&s);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read),
		cmocka_unit_test(what_is_missing_stays_so),
		cmocka_unit_test(no_bytes_are_trusted),
		cmocka_unit_test(what_cannot_be_is_refused),
		cmocka_unit_test(attributes_are_whole),
		cmocka_unit_test(attributes_come_back),
		cmocka_unit_test(of_a_later_version),
		cmocka_unit_test(taken_back_twice_is_as_before),
		cmocka_unit_test(what_takes_back),
		cmocka_unit_test(what_was_made_goes_to_the_trash),
		cmocka_unit_test(what_is_gone_for_good),
		cmocka_unit_test(which_thing),
		cmocka_unit_test(in_words),
		cmocka_unit_test(without_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
