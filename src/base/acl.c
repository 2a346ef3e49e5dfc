/* SPDX-License-Identifier: MIT */
#include "base/acl.h"

#include <errno.h>
#include <stdlib.h>

#define VERSION    2
#define HEADER_LEN 4
#define ENTRY_LEN  8

static const struct {
	uint16_t number;
	const char *word;
	bool named;
} tags[ACL_TAGS] = {
	[ACL_OWNER] = {0x01, "user", false},       [ACL_USER] = {0x02, "user", true},
	[ACL_GROUP] = {0x04, "group", false},      [ACL_MASK] = {0x10, "mask", false},
	[ACL_NAMED_GROUP] = {0x08, "group", true}, [ACL_OTHER] = {0x20, "other", false},
};

/* On disk and in the attribute all numbers are little-endian. */
static uint16_t le16(const uint8_t *p)
{
	return (uint16_t)(p[0] | p[1] << 8);
}

static uint32_t le32(const uint8_t *p)
{
	return (uint32_t)le16(p) | (uint32_t)le16(p + 2) << 16;
}

static int parse_entry(const uint8_t *p, struct acl_entry *ret)
{
	uint16_t number = le16(p), perms = le16(p + 2);

	for (int t = 0; t < ACL_TAGS; t++) {
		if (tags[t].number != number)
			continue;
		if (perms > 7)
			return -EINVAL;
		ret->tag = (enum acl_tag)t;
		ret->perms = (uint8_t)perms;
		ret->id = tags[t].named ? le32(p + 4) : 0;
		return 0;
	}
	return -EINVAL;
}

/* Each of the three classes once, in order; a mask where there are names. */
static bool is_valid(const struct acl_entry *at, uint32_t n)
{
	uint32_t count[ACL_TAGS] = {0};

	for (uint32_t i = 0; i < n; i++) {
		count[at[i].tag]++;
		if (i > 0 && at[i].tag < at[i - 1].tag)
			return false;
	}
	if (count[ACL_OWNER] != 1 || count[ACL_GROUP] != 1 || count[ACL_OTHER] != 1)
		return false;
	if (count[ACL_USER] || count[ACL_NAMED_GROUP])
		return count[ACL_MASK] == 1;
	return count[ACL_MASK] <= 1;
}

int acl_parse(const void *bytes, size_t len, struct acl *ret_acl)
{
	const uint8_t *p = bytes;
	size_t n = len < HEADER_LEN ? 0 : (len - HEADER_LEN) / ENTRY_LEN;
	struct acl_entry *at;
	int r = 0;

	if (len < HEADER_LEN || (len - HEADER_LEN) % ENTRY_LEN || le32(p) != VERSION ||
	    n > UINT16_MAX)
		return -EINVAL;
	if (n == 0) {
		*ret_acl = (struct acl){0};
		return 0;
	}
	at = calloc(n, sizeof(*at));
	if (!at)
		return -ENOMEM;
	for (size_t i = 0; r == 0 && i < n; i++)
		r = parse_entry(p + HEADER_LEN + i * ENTRY_LEN, &at[i]);
	if (r == 0 && !is_valid(at, (uint32_t)n))
		r = -EINVAL;
	if (r < 0)
		free(at);
	else
		*ret_acl = (struct acl){at, (uint32_t)n};
	return r;
}

void acl_done(struct acl *a)
{
	if (!a)
		return;
	free(a->at);
	*a = (struct acl){0};
}

const char *acl_tag_word(enum acl_tag tag)
{
	return tags[tag].word;
}

bool acl_tag_named(enum acl_tag tag)
{
	return tags[tag].named;
}

unsigned acl_mask(const struct acl *a)
{
	for (uint32_t i = 0; i < a->n; i++) {
		if (a->at[i].tag == ACL_MASK)
			return a->at[i].perms;
	}
	return 7;
}
