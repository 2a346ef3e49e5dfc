/* SPDX-License-Identifier: MIT */
#include "app/facts.h"

#include "base/display.h"
#include "base/fmt.h"
#include "fs/stat.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

/* One row of the text while it is written. */
struct line {
	const struct facts *f;
	const struct subject *self;
	bool ascii;
	struct str *out;
};

static void add_name(const struct line *l, const char *name)
{
	display_add(l->out, name, strlen(name), l->ascii);
}

static void text_path(const struct line *l)
{
	add_name(l, l->f->path);
}

static void text_type(const struct line *l)
{
	enum entry_type type = stat_type(l->f->meta.mode);

	str_adds(l->out, facts_type(type));
	if (type == ENTRY_CHAR || type == ENTRY_BLOCK)
		str_addf(l->out, " %u:%u", major(l->f->meta.size), minor(l->f->meta.size));
}

static void text_target(const struct line *l)
{
	if (!S_ISLNK(l->f->meta.mode))
		return;
	display_add(l->out, l->f->target.buf, l->f->target.len, l->ascii);
	if (l->f->target_err == -ENOENT)
		str_adds(l->out, " (dangling: there is no such file)");
	else if (l->f->target_err)
		str_addf(l->out, " (cannot be followed: %s)", strerrordesc_np(-l->f->target_err));
	else
		str_addf(l->out, " (%s)", facts_type(l->f->target_type));
}

static void add_size(struct str *out, uint64_t bytes)
{
	char exact[FMT_MAX], human[FMT_MAX];

	str_addf(out, "%s byte%s", fmt_count(exact, bytes), bytes == 1 ? "" : "s");
	if (bytes >= 1024)
		str_addf(out, " (%s)", fmt_size(human, bytes));
}

static void text_size(const struct line *l)
{
	if (!facts_is_device(l->f))
		add_size(l->out, l->f->meta.size);
}

static void text_disk(const struct line *l)
{
	add_size(l->out, l->f->meta.blocks * 512);
}

static void text_entries(const struct line *l)
{
	char count[FMT_MAX];

	if (!S_ISDIR(l->f->meta.mode))
		return;
	if (l->f->entries < 0)
		str_addf(l->out, "unknown: %s", strerrordesc_np((int)-l->f->entries));
	else
		str_adds(l->out, fmt_count(count, (uint64_t)l->f->entries));
}

static void text_mode(const struct line *l)
{
	char mode[FMT_MAX];

	str_addf(l->out, "%s %04o", fmt_mode(mode, l->f->meta.mode),
		 (unsigned)l->f->meta.mode & 07777);
}

static void add_id(const struct line *l, const char *name, uint32_t id)
{
	if (name)
		add_name(l, name);
	else
		str_adds(l->out, "no name");
	str_addf(l->out, " (%" PRIu32 ")", id);
}

static void text_owner(const struct line *l)
{
	add_id(l, l->f->owner, l->f->meta.uid);
}

static void text_group(const struct line *l)
{
	add_id(l, l->f->group, l->f->meta.gid);
}

static void text_access(const struct line *l)
{
	facts_sentence(l->f, l->self, l->ascii, l->out);
}

static void text_modified(const struct line *l)
{
	char time[FMT_MAX];

	str_adds(l->out, fmt_time_exact(time, l->f->meta.mtime, l->f->meta.mtime_nsec));
}

static void text_changed(const struct line *l)
{
	char time[FMT_MAX];

	str_adds(l->out, fmt_time_exact(time, l->f->meta.ctime, l->f->meta.ctime_nsec));
}

static void text_born(const struct line *l)
{
	char time[FMT_MAX];

	if (l->f->meta.btime != INT64_MIN)
		str_adds(l->out, fmt_time_exact(time, l->f->meta.btime, l->f->meta.btime_nsec));
}

static void text_inode(const struct line *l)
{
	str_addf(l->out, "%" PRIu64, l->f->meta.id.ino);
}

static void text_links(const struct line *l)
{
	str_addf(l->out, "%" PRIu32, l->f->meta.nlink);
}

static void text_device(const struct line *l)
{
	str_addf(l->out, "%u:%u", major(l->f->meta.id.dev), minor(l->f->meta.id.dev));
}

static void text_mount(const struct line *l)
{
	if (l->f->mount_unlisted)
		str_adds(l->out, "not in the mount table, as in a chroot");
	if (!l->f->mount)
		return;
	add_name(l, l->f->mount->path);
	str_adds(l->out, " (");
	add_name(l, l->f->mount->fstype);
	str_adds(l->out, l->f->mount->read_only ? ", read-only)" : ")");
}

static void text_attributes(const struct line *l)
{
	const char *word;

	for (unsigned i = 0; (word = facts_attr(l->f, i)); i++)
		str_addf(l->out, "%s%s", i ? ", " : "", word);
}

/* A row that says nothing is left out. */
static const struct {
	const char *label;
	void (*add)(const struct line *l);
} text_rows[] = {
	{"path", text_path},     {"type", text_type},         {"target", text_target},
	{"size", text_size},     {"on disk", text_disk},      {"entries", text_entries},
	{"mode", text_mode},     {"owner", text_owner},       {"group", text_group},
	{"access", text_access}, {"modified", text_modified}, {"changed", text_changed},
	{"born", text_born},     {"inode", text_inode},       {"links", text_links},
	{"device", text_device}, {"mount", text_mount},       {"attributes", text_attributes},
};

int facts_text(const struct facts *f, const struct subject *self, bool ascii, struct str *out)
{
	const struct line l = {f, self, ascii, out};

	for (size_t i = 0; i < ARRAY_LEN(text_rows); i++) {
		size_t start = out->len, empty;

		str_addf(out, "%-11s", text_rows[i].label);
		empty = out->len;
		text_rows[i].add(&l);
		if (out->len == empty)
			str_cut(out, start);
		else
			str_addc(out, '\n');
	}
	return out->failed ? -ENOMEM : 0;
}
