/* SPDX-License-Identifier: MIT
 *
 * Steps as bytes: fields, each a tag of one byte, the length of four (little-endian) and the value.
 * The kind is written by its name. What a field holds when it is missing is what STEP_INIT holds.
 */
#include "base/step.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/step_inside.h"

#define HEAD_LEN      5u
#define ID_LEN        40u
#define ATTRS_LEN     36u
#define KIND_NAME_MAX 32u
#define NSEC_MAX      1000000000u

#define TAG_KIND 1u

enum field_type { FIELD_U32, FIELD_TEXT, FIELD_ID, FIELD_ATTRS, FIELD_XATTRS };

/* Tags are never given a second meaning, and only added to. A later version that writes something
 * that must not be passed over sets a flag with it. */
static const struct field {
	uint8_t tag;
	enum field_type type;
	size_t at;
} fields[] = {
	{2, FIELD_U32, offsetof(struct step, flags)},
	{3, FIELD_U32, offsetof(struct step, undoes)},
	{4, FIELD_TEXT, offsetof(struct step, from.dir)},
	{5, FIELD_ID, offsetof(struct step, from.dir_id)},
	{6, FIELD_TEXT, offsetof(struct step, from.name)},
	{7, FIELD_TEXT, offsetof(struct step, to.dir)},
	{8, FIELD_ID, offsetof(struct step, to.dir_id)},
	{9, FIELD_TEXT, offsetof(struct step, to.name)},
	{10, FIELD_ID, offsetof(struct step, what)},
	{11, FIELD_ATTRS, offsetof(struct step, was)},
	{12, FIELD_ATTRS, offsetof(struct step, now)},
	{13, FIELD_TEXT, offsetof(struct step, target)},
	{14, FIELD_TEXT, offsetof(struct step, told)},
	{15, FIELD_XATTRS, offsetof(struct step, was_xattrs)},
	{16, FIELD_XATTRS, offsetof(struct step, now_xattrs)},
};

static uint8_t *put32(uint8_t *at, uint32_t v)
{
	for (unsigned i = 0; i < 4; i++)
		at[i] = (uint8_t)(v >> (8 * i));
	return at + 4;
}

static uint8_t *put64(uint8_t *at, uint64_t v)
{
	return put32(put32(at, (uint32_t)v), (uint32_t)(v >> 32));
}

static uint32_t get32(const uint8_t *at)
{
	return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 |
	       (uint32_t)at[3] << 24;
}

static uint64_t get64(const uint8_t *at)
{
	return get32(at) | (uint64_t)get32(at + 4) << 32;
}

static void put_id(uint8_t *at, const struct step_id *id)
{
	at = put64(put64(put64(at, id->dev), id->ino), id->fsid);
	at = put64(put32(at, id->type), (uint64_t)id->btime);
	put32(at, id->btime_nsec);
}

static void get_id(const uint8_t *at, struct step_id *id)
{
	*id = (struct step_id){
		.dev = get64(at),
		.ino = get64(at + 8),
		.fsid = get64(at + 16),
		.type = get32(at + 24),
		.btime = (int64_t)get64(at + 28),
		.btime_nsec = get32(at + 36),
	};
}

static void put_attrs(uint8_t *at, const struct step_attrs *a)
{
	at = put32(put32(put32(at, a->mode), a->uid), a->gid);
	at = put64(put64(at, (uint64_t)a->atime), (uint64_t)a->mtime);
	put32(put32(at, a->atime_nsec), a->mtime_nsec);
}

static void get_attrs(const uint8_t *at, struct step_attrs *a)
{
	*a = (struct step_attrs){
		.mode = get32(at),
		.uid = get32(at + 4),
		.gid = get32(at + 8),
		.atime = (int64_t)get64(at + 12),
		.mtime = (int64_t)get64(at + 20),
		.atime_nsec = get32(at + 28),
		.mtime_nsec = get32(at + 32),
	};
}

/* ---- what can be ---- */

static bool text_is_component(const char *name)
{
	return name[0] && strcmp(name, ".") != 0 && strcmp(name, "..") != 0 && !strchr(name, '/');
}

static bool text_is_dir(const char *dir)
{
	const char *at = dir;

	if (dir[0] != '/')
		return false;
	while (*at) {
		size_t len = strcspn(at, "/");

		if (len == 2 && at[0] == '.' && at[1] == '.')
			return false;
		at += len;
		at += strspn(at, "/");
	}
	return true;
}

static bool id_can_be(const struct step_id *id)
{
	static const uint32_t types[] = {0,       S_IFREG,  S_IFDIR, S_IFLNK,
					 S_IFIFO, S_IFSOCK, S_IFCHR, S_IFBLK};
	bool known = false;

	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		known |= id->type == types[i];
	return known && id->btime_nsec < NSEC_MAX;
}

static bool attrs_can_be(const struct step_attrs *a)
{
	return a->mode <= 07777 && a->atime_nsec < NSEC_MAX && a->mtime_nsec < NSEC_MAX;
}

static bool id_is_empty(const struct step_id *id)
{
	return !id->dev && !id->ino && !id->fsid && !id->type && !id->btime && !id->btime_nsec;
}

static bool place_can_be(const struct step_place *p, bool needed)
{
	if (!p->dir)
		return !needed && !p->name && id_is_empty(&p->dir_id);
	if (needed && !p->name)
		return false;
	return text_is_dir(p->dir) && (!p->name || text_is_component(p->name)) &&
	       id_can_be(&p->dir_id);
}

static enum step_kind find_kind(const char *name, size_t len)
{
	enum step_kind kind = 0;

	while (kind < STEP_UNKNOWN && (strlen(step_rows[kind].name) != len ||
				       memcmp(step_rows[kind].name, name, len) != 0))
		kind++;
	return kind;
}

static bool kind_name_can_be(const char *name, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!memchr("abcdefghijklmnopqrstuvwxyz0123456789-", name[i], 37))
			return false;
	return len > 0 && len <= KIND_NAME_MAX;
}

/* A flag that is not known changes what the step does: it is of a kind of its own. */
static bool kind_can_be(const struct step *s)
{
	bool later = s->flags & ~STEP_FLAGS_KNOWN;

	if (s->kind != STEP_UNKNOWN)
		return (unsigned)s->kind < STEP_UNKNOWN && !later && !s->kind_name && !s->told;
	return s->kind_name && kind_name_can_be(s->kind_name, strlen(s->kind_name)) &&
	       (later || find_kind(s->kind_name, strlen(s->kind_name)) == STEP_UNKNOWN);
}

/* Where a thing in the trash is said to have been is a path like that of a place. */
static bool target_can_be(const struct step *s, bool needed)
{
	if (!s->target)
		return !needed;
	if (s->kind == STEP_TRASH || s->kind == STEP_RESTORE)
		return text_is_dir(s->target);
	return s->target[0];
}

static int check(const struct step *s)
{
	unsigned needs = kind_can_be(s) ? step_rows[s->kind].needs : 0;

	if (!kind_can_be(s) || !place_can_be(&s->from, needs & NEEDS_FROM) ||
	    !place_can_be(&s->to, needs & NEEDS_TO) || !id_can_be(&s->what) ||
	    !attrs_can_be(&s->was) || !attrs_can_be(&s->now) ||
	    !step_xattrs_can_be(&s->was_xattrs) || !step_xattrs_can_be(&s->now_xattrs) ||
	    !target_can_be(s, needs & NEEDS_TARGET))
		return -EINVAL;
	return 0;
}

/* ---- writing ---- */

static int add_head(struct str *out, uint8_t tag, size_t len)
{
	uint8_t head[HEAD_LEN] = {tag};

	if (len > UINT32_MAX)
		return -EINVAL;
	put32(head + 1, (uint32_t)len);
	return str_add(out, head, sizeof(head));
}

static int add_bytes(struct str *out, uint8_t tag, const char *bytes, size_t len)
{
	int r = add_head(out, tag, len);

	return r == 0 ? str_add(out, bytes, len) : r;
}

static int add_text(struct str *out, uint8_t tag, const char *text)
{
	return text ? add_bytes(out, tag, text, strlen(text)) : 0;
}

static int add_xattrs(struct str *out, uint8_t tag, const struct step_xattrs *x)
{
	return x->len ? add_bytes(out, tag, x->bytes, x->len) : 0;
}

/* As STEP_INIT has it: not written. */
static int add_fixed(struct str *out, const struct field *f, const struct step *s)
{
	static const struct step init = STEP_INIT;
	uint8_t bytes[2][ID_LEN];
	size_t len = f->type == FIELD_U32 ? 4 : f->type == FIELD_ID ? ID_LEN : ATTRS_LEN;
	int r;

	for (unsigned i = 0; i < 2; i++) {
		const void *at = (const char *)(i ? &init : s) + f->at;

		if (f->type == FIELD_U32)
			put32(bytes[i], *(const uint32_t *)at);
		else if (f->type == FIELD_ID)
			put_id(bytes[i], at);
		else
			put_attrs(bytes[i], at);
	}
	if (memcmp(bytes[0], bytes[1], len) == 0)
		return 0;
	r = add_head(out, f->tag, len);
	return r == 0 ? str_add(out, bytes[0], len) : r;
}

static int add_told(struct str *out, uint8_t tag, const struct step *s)
{
	struct str told = STR_INIT;
	int r = 0;

	if (step_rows[s->kind].needs & NEEDS_WORDS) {
		r = step_describe(s, &told);
		if (r == 0)
			r = add_text(out, tag, told.buf);
	} else if (s->told) {
		r = add_text(out, tag, s->told);
	}
	str_done(&told);
	return r;
}

static int add_field(struct str *out, const struct field *f, const struct step *s)
{
	if (f->type == FIELD_XATTRS)
		return add_xattrs(out, f->tag, (const void *)((const char *)s + f->at));
	if (f->type != FIELD_TEXT)
		return add_fixed(out, f, s);
	if (f->at == offsetof(struct step, told))
		return add_told(out, f->tag, s);
	return add_text(out, f->tag, *(char *const *)((const char *)s + f->at));
}

int step_encode(const struct step *s, struct str *out)
{
	size_t start = out->len;
	int r = check(s);

	if (r == 0)
		r = add_text(out, TAG_KIND,
			     s->kind == STEP_UNKNOWN ? s->kind_name : step_rows[s->kind].name);
	for (size_t i = 0; r == 0 && i < ARRAY_LEN(fields); i++)
		r = add_field(out, &fields[i], s);
	if (r < 0)
		str_cut(out, start);
	return r;
}

/* ---- reading ---- */

static int take_text(char **out, const uint8_t *bytes, size_t len)
{
	if (memchr(bytes, '\0', len))
		return -EINVAL;
	*out = memdup0(bytes, len);
	return *out ? 0 : -ENOMEM;
}

/* Looked at as a whole by check(). */
static int take_xattrs(struct step_xattrs *out, const uint8_t *bytes, size_t len)
{
	return len > STEP_XATTRS_MAX ? -EINVAL : step_xattrs_copy(out, (const char *)bytes, len);
}

/* What is longer than it was in this version has something new behind it. */
static int take_field(struct step *s, const struct field *f, const uint8_t *bytes, size_t len)
{
	void *at = (char *)s + f->at;

	if (f->type == FIELD_TEXT)
		return take_text(at, bytes, len);
	if (f->type == FIELD_XATTRS)
		return take_xattrs(at, bytes, len);
	if (len < (f->type == FIELD_U32 ? 4 : f->type == FIELD_ID ? ID_LEN : ATTRS_LEN))
		return -EINVAL;
	if (f->type == FIELD_U32)
		*(uint32_t *)at = get32(bytes);
	else if (f->type == FIELD_ID)
		get_id(bytes, at);
	else
		get_attrs(bytes, at);
	return 0;
}

static int take_tag(struct step *s, uint8_t tag, const uint8_t *bytes, size_t len)
{
	if (tag == TAG_KIND)
		return kind_name_can_be((const char *)bytes, len)
			       ? take_text(&s->kind_name, bytes, len)
			       : -EINVAL;
	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		if (fields[i].tag == tag)
			return take_field(s, &fields[i], bytes, len);
	return 0;
}

static int take_fields(struct step *s, const uint8_t *at, size_t len)
{
	uint64_t seen[4] = {0};

	while (len > 0) {
		uint64_t bit = UINT64_C(1) << (at[0] % 64);
		uint32_t size;
		int r;

		if (len < HEAD_LEN || (seen[at[0] / 64] & bit))
			return -EINVAL;
		seen[at[0] / 64] |= bit;
		size = get32(at + 1);
		if (size > len - HEAD_LEN)
			return -EINVAL;
		r = take_tag(s, at[0], at + HEAD_LEN, size);
		if (r < 0)
			return r;
		at += HEAD_LEN + size;
		len -= HEAD_LEN + size;
	}
	return 0;
}

static void drop(char **text)
{
	free(*text);
	*text = NULL;
}

/* The sentence is only for who does not know the kind. */
static int settle_kind(struct step *s)
{
	if (!s->kind_name)
		return -EINVAL;
	s->kind = find_kind(s->kind_name, strlen(s->kind_name));
	if (s->flags & ~STEP_FLAGS_KNOWN)
		s->kind = STEP_UNKNOWN;
	if (s->kind != STEP_UNKNOWN) {
		drop(&s->kind_name);
		drop(&s->told);
	}
	return check(s);
}

int step_decode(const char *bytes, size_t len, struct step *ret_step)
{
	struct step s = STEP_INIT;
	int r = take_fields(&s, (const uint8_t *)bytes, len);

	if (r == 0)
		r = settle_kind(&s);
	if (r < 0) {
		step_done(&s);
		return r;
	}
	*ret_step = s;
	return 0;
}
