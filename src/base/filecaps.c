/* SPDX-License-Identifier: MIT */
#include "base/filecaps.h"

#include <errno.h>
#include <inttypes.h>

#define REVISION_MASK  0xff000000u
#define FLAG_EFFECTIVE 1u

/* By number, capabilities(7). */
static const char *const cap_words[] = {
	"chown",
	"dac_override",
	"dac_read_search",
	"fowner",
	"fsetid",
	"kill",
	"setgid",
	"setuid",
	"setpcap",
	"linux_immutable",
	"net_bind_service",
	"net_broadcast",
	"net_admin",
	"net_raw",
	"ipc_lock",
	"ipc_owner",
	"sys_module",
	"sys_rawio",
	"sys_chroot",
	"sys_ptrace",
	"sys_pacct",
	"sys_admin",
	"sys_boot",
	"sys_nice",
	"sys_resource",
	"sys_time",
	"sys_tty_config",
	"mknod",
	"lease",
	"audit_write",
	"audit_control",
	"setfcap",
	"mac_override",
	"mac_admin",
	"syslog",
	"wake_alarm",
	"block_suspend",
	"audit_read",
	"perfmon",
	"bpf",
	"checkpoint_restore",
};

static uint32_t le32(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

int filecaps_parse(const void *bytes, size_t len, struct filecaps *ret_caps)
{
	static const struct {
		size_t len;
		unsigned words; /* of 32 bits, of each set */
	} revisions[] = {[1] = {12, 1}, [2] = {20, 2}, [3] = {24, 2}};
	const uint8_t *p = bytes;
	struct filecaps caps = {0};
	uint32_t magic, revision;

	if (len < 4)
		return -EINVAL;
	magic = le32(p);
	revision = (magic & REVISION_MASK) >> 24;
	if (revision < 1 || revision >= ARRAY_LEN(revisions) || revisions[revision].len != len)
		return -EINVAL;
	caps.revision = (uint8_t)revision;
	caps.effective = magic & FLAG_EFFECTIVE;
	for (unsigned i = 0; i < revisions[revision].words; i++) {
		caps.permitted |= (uint64_t)le32(p + 4 + 8 * i) << (32 * i);
		caps.inheritable |= (uint64_t)le32(p + 8 + 8 * i) << (32 * i);
	}
	if (revision == 3)
		caps.root = le32(p + 20);
	*ret_caps = caps;
	return 0;
}

/* All of the set, with these flags behind them. */
static void add_set(struct str *out, uint64_t set, const char *flags)
{
	bool first = true;

	if (!set)
		return;
	if (out->len && out->buf[out->len - 1] != ' ')
		str_addc(out, ' ');
	for (unsigned i = 0; i < 64; i++) {
		if (!(set >> i & 1))
			continue;
		if (i < ARRAY_LEN(cap_words))
			str_addf(out, "%scap_%s", first ? "" : ",", cap_words[i]);
		else
			str_addf(out, "%scap_%u", first ? "" : ",", i);
		first = false;
	}
	str_addf(out, "=%s", flags);
}

int filecaps_add(struct str *out, const struct filecaps *caps)
{
	uint64_t both = caps->permitted & caps->inheritable;
	bool e = caps->effective;

	if (caps->revision && !caps->permitted && !caps->inheritable)
		str_adds(out, "none (and so fewer than without)");
	add_set(out, both, e ? "eip" : "ip");
	add_set(out, caps->permitted & ~both, e ? "ep" : "p");
	add_set(out, caps->inheritable & ~both, e ? "ei" : "i");
	if (caps->revision == 3 && caps->root)
		str_addf(out, " (where uid %" PRIu32 " is root)", caps->root);
	return out->failed ? -ENOMEM : 0;
}
