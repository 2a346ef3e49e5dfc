/* SPDX-License-Identifier: MIT */
#include "app/facts.h"

#include "base/fmt.h"
#include "base/path.h"
#include "model/rows.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

static void json_text(struct json *j, const char *key, const char *text)
{
	json_key(j, key);
	json_cstr(j, text);
}

static void json_number(struct json *j, const char *key, uint64_t n)
{
	json_key(j, key);
	json_u64(j, n);
}

/* The time for people and the exact number: doubles, which most readers use, cannot hold
 * nanoseconds. */
static void json_time(struct json *j, const char *key, int64_t sec, uint32_t nsec)
{
	char text[FMT_MAX];

	json_key(j, key);
	json_object(j);
	json_text(j, "text", fmt_time_exact(text, sec, nsec));
	json_key(j, "seconds");
	json_i64(j, sec);
	json_number(j, "nanoseconds", nsec);
	json_end(j);
}

static void json_target(struct json *j, const struct facts *f)
{
	if (!S_ISLNK(f->meta.mode))
		return;
	json_key(j, "target");
	json_cstr(j, f->target);
	json_key(j, "dangling");
	json_bool(j, f->target_err == -ENOENT);
	json_text(j, "target_type",
		  f->target_err || f->target_slow ? NULL : fact_type(f->target_type));
	json_text(j, "target_errno", f->target_err ? strerrorname_np(-f->target_err) : NULL);
	json_number(j, "target_steps", f->target_steps);
}

static void json_what(struct json *j, const struct path_facts *p)
{
	const struct facts *f = p->f;

	json_text(j, "path", p->path);
	json_text(j, "name", path_base(p->path));
	json_text(j, "type", fact_type(rows_type_of_mode(f->meta.mode)));
	json_target(j, f);
	if (fact_is_device(&f->meta)) {
		json_number(j, "major", major(f->meta.size));
		json_number(j, "minor", minor(f->meta.size));
	} else {
		json_number(j, "size", f->meta.size);
	}
	json_number(j, "disk_bytes", f->meta.blocks * 512);
	if (!S_ISDIR(f->meta.mode))
		return;
	json_key(j, "entries");
	if (f->entries < 0)
		json_null(j);
	else
		json_i64(j, f->entries);
}

static void json_perms(struct json *j, unsigned perms)
{
	char text[4] = {perms & PERM_R ? 'r' : '-', perms & PERM_W ? 'w' : '-',
			perms & PERM_X ? 'x' : '-', '\0'};

	json_text(j, "permissions", text);
}

/* null: it cannot be told; without a list an empty array. */
static void json_acl(struct json *j, const char *key, const struct acl *acl, int err,
		     const struct fact_style *style)
{
	json_key(j, key);
	if (err) {
		json_null(j);
		return;
	}
	json_array(j);
	for (uint32_t i = 0; i < acl->n; i++) {
		const struct acl_entry *e = &acl->at[i];

		json_object(j);
		json_text(j, "tag", acl_tag_word(e->tag));
		if (acl_tag_named(e->tag)) {
			json_number(j, "id", e->id);
			json_text(j, "name",
				  style->name(style->ctx, e->tag == ACL_NAMED_GROUP, e->id));
		}
		json_perms(j, e->perms);
		json_end(j);
	}
	json_end(j);
}

static void json_more(struct json *j, struct path_facts *p)
{
	const struct fact_style style = facts_style(p, false);
	const struct facts *f = p->f;
	CLEANUP(str_done) struct str caps = STR_INIT;

	json_acl(j, "acl", &f->acl, f->acl_err, &style);
	json_acl(j, "default_acl", &f->default_acl, f->default_acl_err, &style);
	if (!f->caps_err && f->caps.revision && filecaps_add(&caps, &f->caps) < 0)
		j->out->failed = true;
	json_text(j, "capabilities", caps.len ? caps.buf : NULL);
	json_key(j, "xattrs");
	json_array(j);
	for (uint32_t at = 0; at < f->xattrs_len; at += (uint32_t)strlen(f->xattrs + at) + 1)
		json_cstr(j, f->xattrs + at);
	json_end(j);
}

static int json_who(struct json *j, struct path_facts *p, const struct subject *self)
{
	const struct fact_style style = facts_style(p, false);
	const struct facts *f = p->f;
	CLEANUP(str_done) struct str sentence = STR_INIT;
	char mode[FMT_MAX], octal[FMT_MAX];
	int r = fact_sentence(&f->meta, self, &style, &sentence);

	snprintf(octal, sizeof(octal), "%04o", (unsigned)f->meta.mode & 07777);
	json_text(j, "mode", octal);
	json_text(j, "mode_text", fmt_mode(mode, f->meta.mode));
	json_text(j, "owner", p->owner);
	json_text(j, "group", p->group);
	json_number(j, "uid", f->meta.uid);
	json_number(j, "gid", f->meta.gid);
	json_text(j, "access", sentence.len ? sentence.buf : NULL);
	return r;
}

static void json_where(struct json *j, const struct facts *f)
{
	const char *word;

	json_number(j, "inode", f->meta.id.ino);
	json_number(j, "links", f->meta.nlink);
	json_number(j, "device", f->meta.id.dev);
	json_text(j, "mount", f->mount_path);
	json_text(j, "fstype", f->mount_type);
	json_key(j, "attributes");
	json_array(j);
	for (unsigned i = 0; (word = fact_attr(f, i)); i++)
		json_cstr(j, word);
	json_end(j);
}

int facts_json(struct path_facts *p, const struct subject *self, struct json *j)
{
	const struct facts *f = p->f;
	int r;

	json_object(j);
	json_what(j, p);
	r = json_who(j, p, self);
	json_time(j, "modified", f->meta.mtime, f->meta.mtime_nsec);
	json_time(j, "changed", f->meta.ctime, f->meta.ctime_nsec);
	if (f->meta.btime != INT64_MIN)
		json_time(j, "born", f->meta.btime, f->meta.btime_nsec);
	json_where(j, f);
	json_more(j, p);
	json_end(j);
	return r < 0 || j->out->failed ? -ENOMEM : 0;
}
