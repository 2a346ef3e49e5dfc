/* SPDX-License-Identifier: MIT */
#include "base/perm.h"

#include "base/display.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

bool perm_in_group(const struct subject *who, uint32_t gid)
{
	if (who->gid == gid)
		return true;
	for (uint32_t i = 0; i < who->ngroups && i < SUBJECT_GROUPS_MAX; i++) {
		if (who->groups[i] == gid)
			return true;
	}
	return false;
}

/* The first class that fits decides, also when it has fewer bits than the next: inode(7). */
enum perm_class perm_class_of(const struct subject *who, uint32_t uid, uint32_t gid)
{
	if (who->uid == uid)
		return PERM_OWNER;
	return perm_in_group(who, gid) ? PERM_GROUP : PERM_OTHER;
}

static unsigned class_bits(uint32_t mode, enum perm_class class)
{
	return mode >> (6 - 3 * (unsigned)class) & 7;
}

/* What capabilities(7) grant on top. Nothing lets anybody execute a file with no x bit at all. */
static unsigned cap_bits(unsigned caps, uint32_t mode)
{
	bool dir = S_ISDIR(mode);
	unsigned bits = 0;

	if (caps & PERM_CAP_DAC_READ_SEARCH)
		bits |= dir ? PERM_R | PERM_X : PERM_R;
	if (caps & PERM_CAP_DAC_OVERRIDE)
		bits |= PERM_R | PERM_W | (dir || mode & 0111 ? PERM_X : 0);
	return bits;
}

unsigned perm_allowed(const struct subject *who, uint32_t mode, uint32_t uid, uint32_t gid,
		      unsigned *ret_by_caps)
{
	unsigned bits = class_bits(mode, perm_class_of(who, uid, gid));
	unsigned caps = cap_bits(who->caps, mode) & ~bits;

	if (ret_by_caps)
		*ret_by_caps = caps;
	return bits | caps;
}

static void add_words(struct str *out, uint32_t mode, unsigned bits)
{
	static const char *const words[2][3] = {
		{"read", "write", "execute"},
		{"list", "change", "enter"},
	};
	const char *before = "";

	for (unsigned i = 0; i < 3; i++) {
		if (bits & (PERM_R >> i)) {
			str_adds(out, before);
			str_adds(out, words[S_ISDIR(mode)][i]);
			before = " ";
		}
	}
	if (!bits)
		str_adds(out, "nothing");
}

static void add_class(struct str *out, const char *class, const char *name, uint32_t id, bool ascii)
{
	str_adds(out, ascii ? " - " : " \u00b7 ");
	str_adds(out, class);
	str_addc(out, ' ');
	if (name && *name)
		display_add(out, name, strlen(name), ascii);
	else
		str_addf(out, "%u", (unsigned)id);
	str_adds(out, ": ");
}

int perm_sentence(struct str *out, const struct subject *who, uint32_t mode, uint32_t uid,
		  uint32_t gid, const char *owner, const char *group, bool ascii)
{
	unsigned by_caps, bits = perm_allowed(who, mode, uid, gid, &by_caps);

	/* The kernel never looks at the bits of a link. */
	if (S_ISLNK(mode)) {
		str_adds(out, "a link: what it points to decides");
		return out->failed ? -ENOMEM : 0;
	}
	str_adds(out, "you: ");
	add_words(out, mode, bits);
	if (by_caps)
		str_adds(out, who->uid == 0 ? " (root)" : " (capability)");
	if (who->uid != uid) {
		add_class(out, "owner", owner, uid, ascii);
		add_words(out, mode, class_bits(mode, PERM_OWNER));
	}
	add_class(out, "group", group, gid, ascii);
	add_words(out, mode, class_bits(mode, PERM_GROUP));
	str_adds(out, ascii ? " - others: " : " \u00b7 others: ");
	add_words(out, mode, class_bits(mode, PERM_OTHER));
	return out->failed ? -ENOMEM : 0;
}
