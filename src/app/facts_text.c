/* SPDX-License-Identifier: MIT */
#include "app/facts.h"

#include "base/display.h"
#include "base/fmt.h"
#include "model/rows.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

/* One row of the text while it is written. */
struct line {
	const struct path_facts *p;
	const struct facts *f;
	const struct subject *self;
	struct fact_style style;
	struct str *out;
};

static void text_path(const struct line *l)
{
	display_add(l->out, l->p->path, strlen(l->p->path), l->style.ascii);
}

static void text_type(const struct line *l)
{
	const struct meta *meta = &l->f->meta;

	str_adds(l->out, fact_type(rows_type_of_mode(meta->mode)));
	if (fact_is_device(meta))
		str_addf(l->out, " %u:%u", major(meta->size), minor(meta->size));
}

static void text_target(const struct line *l)
{
	fact_target(l->f, &l->style, l->out);
}

static void text_size(const struct line *l)
{
	if (!fact_is_device(&l->f->meta))
		fact_size(l->out, l->f->meta.size);
}

static void text_disk(const struct line *l)
{
	fact_size(l->out, l->f->meta.blocks * 512);
}

static void text_entries(const struct line *l)
{
	fact_entries(l->f, &l->style, l->out);
}

static void text_mode(const struct line *l)
{
	char mode[FMT_MAX];

	str_addf(l->out, "%s %04o", fmt_mode(mode, l->f->meta.mode),
		 (unsigned)l->f->meta.mode & 07777);
}

static void text_owner(const struct line *l)
{
	fact_owner(false, l->f->meta.uid, &l->style, l->out);
}

static void text_group(const struct line *l)
{
	fact_owner(true, l->f->meta.gid, &l->style, l->out);
}

static void text_access(const struct line *l)
{
	if (fact_sentence(&l->f->meta, l->self, &l->style, l->out) < 0)
		l->out->failed = true;
}

static void text_acl(const struct line *l)
{
	fact_acl(l->f, false, &l->style, l->out);
}

static void text_default_acl(const struct line *l)
{
	fact_acl(l->f, true, &l->style, l->out);
}

static void text_caps(const struct line *l)
{
	fact_caps(l->f, l->out);
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
	fact_mount(l->f, &l->style, l->out);
}

static void text_attributes(const struct line *l)
{
	fact_attrs(l->f, l->out);
}

static void text_xattrs(const struct line *l)
{
	fact_xattrs(l->f, &l->style, l->out);
}

/* A row that says nothing is left out. */
static const struct {
	const char *label;
	void (*add)(const struct line *l);
} text_rows[] = {
	{"path", text_path},     {"type", text_type},         {"target", text_target},
	{"size", text_size},     {"on disk", text_disk},      {"entries", text_entries},
	{"mode", text_mode},     {"owner", text_owner},       {"group", text_group},
	{"access", text_access}, {"acl", text_acl},           {"new in it", text_default_acl},
	{"caps", text_caps},     {"modified", text_modified}, {"changed", text_changed},
	{"born", text_born},     {"inode", text_inode},       {"links", text_links},
	{"device", text_device}, {"mount", text_mount},       {"attributes", text_attributes},
	{"xattrs", text_xattrs},
};

int facts_text(struct path_facts *p, const struct subject *self, bool ascii, struct str *out)
{
	const struct line l = {p, p->f, self, facts_style(p, ascii), out};

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
