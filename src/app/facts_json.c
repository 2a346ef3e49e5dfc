/* SPDX-License-Identifier: MIT */
#include "app/facts.h"

#include "base/fmt.h"
#include "base/path.h"
#include "fs/stat.h"

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
	json_string(j, f->target.buf, f->target.len);
	json_key(j, "dangling");
	json_bool(j, f->target_err == -ENOENT);
	json_text(j, "target_type", f->target_err ? NULL : facts_type(f->target_type));
	json_text(j, "target_errno", f->target_err ? strerrorname_np(-f->target_err) : NULL);
}

static void json_what(struct json *j, const struct facts *f)
{
	json_text(j, "path", f->path);
	json_text(j, "name", path_base(f->path));
	json_text(j, "type", facts_type(stat_type(f->meta.mode)));
	json_target(j, f);
	if (facts_is_device(f)) {
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

static int json_who(struct json *j, const struct facts *f, const struct subject *self)
{
	CLEANUP(str_done) struct str sentence = STR_INIT;
	char mode[FMT_MAX], octal[FMT_MAX];
	int r = facts_sentence(f, self, false, &sentence);

	snprintf(octal, sizeof(octal), "%04o", (unsigned)f->meta.mode & 07777);
	json_text(j, "mode", octal);
	json_text(j, "mode_text", fmt_mode(mode, f->meta.mode));
	json_text(j, "owner", f->owner);
	json_text(j, "group", f->group);
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
	json_text(j, "mount", f->mount ? f->mount->path : NULL);
	json_text(j, "fstype", f->mount ? f->mount->fstype : NULL);
	json_key(j, "attributes");
	json_array(j);
	for (unsigned i = 0; (word = facts_attr(f, i)); i++)
		json_cstr(j, word);
	json_end(j);
}

int facts_json(const struct facts *f, const struct subject *self, struct json *j)
{
	int r;

	json_object(j);
	json_what(j, f);
	r = json_who(j, f, self);
	json_time(j, "modified", f->meta.mtime, f->meta.mtime_nsec);
	json_time(j, "changed", f->meta.ctime, f->meta.ctime_nsec);
	if (f->meta.btime != INT64_MIN)
		json_time(j, "born", f->meta.btime, f->meta.btime_nsec);
	json_where(j, f);
	json_end(j);
	return r < 0 || j->out->failed ? -ENOMEM : 0;
}
