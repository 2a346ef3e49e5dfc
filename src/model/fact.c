/* SPDX-License-Identifier: MIT */
#include "model/fact.h"

#include "base/display.h"
#include "base/fmt.h"
#include "model/rows.h"

#include <errno.h>
#include <inttypes.h>
#include <linux/fs.h>
#include <linux/stat.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

const char *fact_type(enum entry_type type)
{
	static const char *const words[] = {
		[ENTRY_UNKNOWN] = "unknown",
		[ENTRY_FILE] = "regular file",
		[ENTRY_DIR] = "directory",
		[ENTRY_LINK] = "symbolic link",
		[ENTRY_FIFO] = "FIFO",
		[ENTRY_SOCKET] = "socket",
		[ENTRY_CHAR] = "character device",
		[ENTRY_BLOCK] = "block device",
	};

	return words[type];
}

bool fact_is_device(const struct meta *meta)
{
	return S_ISCHR(meta->mode) || S_ISBLK(meta->mode);
}

static const char *name_of(const struct fact_style *s, bool group, uint32_t id)
{
	const char *name = s->name ? s->name(s->ctx, group, id) : NULL;

	return name && *name ? name : NULL;
}

int fact_sentence(const struct meta *meta, const struct subject *self, const struct fact_style *s,
		  struct str *out)
{
	const char *owner = name_of(s, false, meta->uid), *group;
	char uid[FMT_MAX], gid[FMT_MAX];

	if (S_ISLNK(meta->mode))
		return 0;
	group = name_of(s, true, meta->gid);
	snprintf(uid, sizeof(uid), "%" PRIu32, meta->uid);
	snprintf(gid, sizeof(gid), "%" PRIu32, meta->gid);
	return perm_sentence(out, self, meta->mode, meta->uid, meta->gid, owner ? owner : uid,
			     group ? group : gid, s->ascii);
}

static void add_bytes(const struct fact_style *s, const char *bytes, struct str *out)
{
	(void)display_add(out, bytes, strlen(bytes), s->ascii);
}

void fact_size(struct str *out, uint64_t bytes)
{
	char exact[FMT_MAX], human[FMT_MAX];

	str_addf(out, "%s byte%s", fmt_count(exact, bytes), bytes == 1 ? "" : "s");
	if (bytes >= 1024)
		str_addf(out, " (%s)", fmt_size(human, bytes));
}

void fact_target(const struct facts *f, const struct fact_style *s, struct str *out)
{
	if (!f->target)
		return;
	add_bytes(s, f->target, out);
	if (f->target_slow)
		str_adds(out, " (not followed: on a network file system)");
	else if (f->target_err == -ENOENT)
		str_adds(out, s->brief ? " (dangling)" : " (dangling: there is no such file)");
	else if (f->target_err == -ELOOP)
		str_adds(out, s->brief ? " (loop)" : " (loop: it never leads to a file)");
	else if (f->target_err)
		str_addf(out, " (cannot be followed: %s)", strerrordesc_np(-f->target_err));
	else if (f->target_steps > 1)
		str_addf(out, " (%s, after %u links)", fact_type(f->target_type), f->target_steps);
	else
		str_addf(out, " (%s)", fact_type(f->target_type));
}

void fact_entries(const struct facts *f, const struct fact_style *s, struct str *out)
{
	char count[FMT_MAX];

	if (!S_ISDIR(f->meta.mode))
		return;
	if (f->entries == -EREMOTE)
		str_adds(out, "not counted: looking would mount it");
	else if (f->entries < 0)
		str_addf(out, "unknown: %s", strerrordesc_np((int)-f->entries));
	else
		str_addf(out, "%s%s",
			 !f->entries_partial ? ""
			 : s->ascii          ? ">="
					     : "≥",
			 fmt_count(count, (uint64_t)f->entries));
}

void fact_owner(bool group, uint32_t id, const struct fact_style *s, struct str *out)
{
	const char *name = name_of(s, group, id);

	if (name)
		add_bytes(s, name, out);
	else
		str_adds(out, "no name");
	str_addf(out, " (%" PRIu32 ")", id);
}

static void add_perms(struct str *out, unsigned perms)
{
	str_addf(out, "%c%c%c", perms & PERM_R ? 'r' : '-', perms & PERM_W ? 'w' : '-',
		 perms & PERM_X ? 'x' : '-');
}

void fact_acl_entry(const struct acl *acl, uint32_t i, const struct fact_style *s, struct str *out)
{
	const struct acl_entry *e = &acl->at[i];
	bool masked = e->tag != ACL_OWNER && e->tag != ACL_OTHER && e->tag != ACL_MASK;
	unsigned left = e->perms & acl_mask(acl);
	const char *name;

	str_addf(out, "%s:", acl_tag_word(e->tag));
	if (acl_tag_named(e->tag)) {
		name = name_of(s, e->tag == ACL_NAMED_GROUP, e->id);
		if (name)
			add_bytes(s, name, out);
		else
			str_addf(out, "%" PRIu32, e->id);
	}
	str_addc(out, ':');
	add_perms(out, e->perms);
	if (!masked || left == e->perms)
		return;
	str_adds(out, " (effective ");
	add_perms(out, left);
	str_addc(out, ')');
}

bool fact_acl_idle(const struct facts *f)
{
	return f->acl.n > 0 && acl_mask(&f->acl) == 0;
}

static void add_unknown(struct str *out, int err)
{
	if (err == -EINVAL)
		str_adds(out, "damaged: it is not in the form it should be");
	else
		str_addf(out, "unknown: %s", strerrordesc_np(-err));
}

void fact_acl(const struct facts *f, bool is_default, const struct fact_style *s, struct str *out)
{
	const struct acl *acl = is_default ? &f->default_acl : &f->acl;
	int err = is_default ? f->default_acl_err : f->acl_err;

	if (err)
		add_unknown(out, err);
	for (uint32_t i = 0; i < acl->n; i++) {
		if (i)
			str_adds(out, ", ");
		fact_acl_entry(acl, i, s, out);
	}
	if (!is_default && fact_acl_idle(f))
		str_adds(out, "; its mask is empty: it is not consulted");
}

void fact_caps(const struct facts *f, struct str *out)
{
	if (f->caps_err)
		add_unknown(out, f->caps_err);
	else if (f->caps.revision) {
		CLEANUP(str_done) struct str text = STR_INIT;

		/* It looks at what stands before it. */
		if (filecaps_add(&text, &f->caps) < 0)
			out->failed = true;
		str_add(out, text.buf, text.len);
	}
}

const char *fact_attr(const struct facts *f, unsigned nth)
{
	static const struct {
		uint32_t attr, flag; /* of statx(2), of chattr(1) */
		const char *word;
	} attrs[] = {
		{STATX_ATTR_IMMUTABLE, FS_IMMUTABLE_FL, "immutable"},
		{STATX_ATTR_APPEND, FS_APPEND_FL, "append-only"},
		{STATX_ATTR_NODUMP, FS_NODUMP_FL, "no-dump"},
		{STATX_ATTR_COMPRESSED, FS_COMPR_FL, "compressed"},
		{STATX_ATTR_ENCRYPTED, FS_ENCRYPT_FL, "encrypted"},
		{STATX_ATTR_VERITY, FS_VERITY_FL, "verity"},
		{STATX_ATTR_AUTOMOUNT, 0, "automount"},
		{STATX_ATTR_DAX, FS_DAX_FL, "dax"},
		{STATX_ATTR_MOUNT_ROOT, 0, "mount-root"},
		{0, FS_NOCOW_FL, "no-copy-on-write"},
		{0, FS_NOCOMP_FL, "no-compression"},
		{0, FS_NOATIME_FL, "no-access-time"},
		{0, FS_SYNC_FL, "synchronous"},
		{0, FS_DIRSYNC_FL, "synchronous-directory"},
		{0, FS_JOURNAL_DATA_FL, "journalled-data"},
		{0, FS_SECRM_FL, "secure-deletion"},
		{0, FS_UNRM_FL, "undeletable"},
		{0, FS_TOPDIR_FL, "top-of-hierarchy"},
		{0, FS_PROJINHERIT_FL, "inherits-project"},
		{0, FS_CASEFOLD_FL, "case-insensitive"},
	};

	for (size_t i = 0; i < ARRAY_LEN(attrs); i++) {
		bool on = f->meta.attrs & attrs[i].attr || f->flags & attrs[i].flag;

		if (on && nth-- == 0)
			return attrs[i].word;
	}
	return NULL;
}

void fact_attrs(const struct facts *f, struct str *out)
{
	const char *word;
	unsigned i = 0;

	for (; (word = fact_attr(f, i)); i++)
		str_addf(out, "%s%s", i ? ", " : "", word);
	if (f->project)
		str_addf(out, "%sproject %" PRIu32, i ? ", " : "", f->project);
}

void fact_xattrs(const struct facts *f, const struct fact_style *s, struct str *out)
{
	if (f->xattrs_err)
		add_unknown(out, f->xattrs_err);
	for (uint32_t at = 0; at < f->xattrs_len; at += (uint32_t)strlen(f->xattrs + at) + 1) {
		if (at)
			str_adds(out, ", ");
		add_bytes(s, f->xattrs + at, out);
	}
}

void fact_mount(const struct facts *f, const struct fact_style *s, struct str *out)
{
	if (f->mount_unlisted)
		str_adds(out, "not in the mount table, as in a chroot");
	if (!f->mount_path)
		return;
	add_bytes(s, f->mount_path, out);
	str_adds(out, " (");
	add_bytes(s, f->mount_type, out);
	str_adds(out, f->mount_read_only ? ", read-only)" : ")");
}
