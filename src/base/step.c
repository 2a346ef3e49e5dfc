/* SPDX-License-Identifier: MIT */
#include "base/step.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/step_inside.h"

static int copy_text(char **out, const char *text)
{
	char *copy = text ? memdup0(text, strlen(text)) : NULL;

	if (text && !copy)
		return -ENOMEM;
	free(*out);
	*out = copy;
	return 0;
}

int step_place_set(struct step_place *place, const char *dir, const struct step_id *dir_id,
		   const char *name)
{
	struct step_place new = {.dir_id = dir_id ? *dir_id : (struct step_id){0}};

	if (copy_text(&new.dir, dir) < 0 || copy_text(&new.name, name) < 0) {
		free(new.dir);
		return -ENOMEM;
	}
	free(place->dir);
	free(place->name);
	*place = new;
	return 0;
}

static int copy_place(struct step_place *out, const struct step_place *place)
{
	return step_place_set(out, place->dir, &place->dir_id, place->name);
}

void step_done(struct step *s)
{
	if (!s)
		return;
	free(s->from.dir);
	free(s->from.name);
	free(s->to.dir);
	free(s->to.name);
	free(s->was_xattrs.bytes);
	free(s->now_xattrs.bytes);
	free(s->target);
	free(s->kind_name);
	free(s->told);
	*s = (struct step)STEP_INIT;
}

int step_copy(const struct step *s, struct step *ret_copy)
{
	struct step copy = *s;

	copy.from = copy.to = (struct step_place){0};
	copy.was_xattrs = copy.now_xattrs = (struct step_xattrs){0};
	copy.target = copy.kind_name = copy.told = NULL;
	if (copy_place(&copy.from, &s->from) < 0 || copy_place(&copy.to, &s->to) < 0 ||
	    step_xattrs_copy(&copy.was_xattrs, s->was_xattrs.bytes, s->was_xattrs.len) < 0 ||
	    step_xattrs_copy(&copy.now_xattrs, s->now_xattrs.bytes, s->now_xattrs.len) < 0 ||
	    copy_text(&copy.target, s->target) < 0 ||
	    copy_text(&copy.kind_name, s->kind_name) < 0 || copy_text(&copy.told, s->told) < 0) {
		step_done(&copy);
		return -ENOMEM;
	}
	*ret_copy = copy;
	return 0;
}

bool step_id_eq(const struct step_id *a, const struct step_id *b)
{
	bool born = a->btime != INT64_MIN && b->btime != INT64_MIN;

	if (!a->type || a->type != b->type || a->ino != b->ino)
		return false;
	if (born && (a->btime != b->btime || a->btime_nsec != b->btime_nsec))
		return false;
	return a->fsid && b->fsid ? a->fsid == b->fsid : a->dev == b->dev;
}

/* Gone from where it was, it is looked for in the trash, where its name is known only now. */
static int undo_trash(const struct step *s, struct step *inverse)
{
	inverse->kind = STEP_RESTORE;
	if (copy_place(&inverse->from, &s->to) < 0 || copy_place(&inverse->to, &s->from) < 0)
		return -ENOMEM;
	return copy_text(&inverse->target, s->target);
}

/* Which trash, and the name there, are found anew. */
static int undo_restore(const struct step *s, struct step *inverse)
{
	inverse->kind = STEP_TRASH;
	if (copy_text(&inverse->target, s->target) < 0)
		return -ENOMEM;
	return copy_place(&inverse->from, &s->to);
}

static int undo_rename(const struct step *s, struct step *inverse)
{
	inverse->kind = STEP_RENAME;
	return copy_place(&inverse->from, &s->to) < 0 ? -ENOMEM
						      : copy_place(&inverse->to, &s->from);
}

/* What was made may have been filled since: it is not lost. */
static int undo_create(const struct step *s, struct step *inverse)
{
	inverse->kind = STEP_TRASH;
	inverse->flags = STEP_WAS_MADE;
	inverse->was = s->now;
	return copy_place(&inverse->from, &s->to);
}

static int undo_mkdir(const struct step *s, struct step *inverse)
{
	inverse->kind = STEP_RMDIR;
	inverse->was = s->now;
	return copy_place(&inverse->from, &s->to);
}

static int undo_rmdir(const struct step *s, struct step *inverse)
{
	inverse->kind = STEP_MKDIR;
	inverse->flags = (uint32_t)STEP_HAS_OWNER | (uint32_t)STEP_HAS_MODE;
	inverse->now = s->was;
	inverse->what = (struct step_id){0};
	return copy_place(&inverse->to, &s->from) < 0
		       ? -ENOMEM
		       : step_xattrs_copy(&inverse->now_xattrs, s->was_xattrs.bytes,
					  s->was_xattrs.len);
}

static int undo_name(const struct step *s, struct step *inverse)
{
	inverse->kind = STEP_TRASH;
	return copy_place(&inverse->from, &s->to);
}

static int undo_attrs(const struct step *s, struct step *inverse)
{
	inverse->kind = s->kind;
	inverse->was = s->now;
	inverse->now = s->was;
	return copy_place(&inverse->from, &s->from) < 0
		       ? -ENOMEM
		       : step_xattrs_copy(&inverse->now_xattrs, s->was_xattrs.bytes,
					  s->was_xattrs.len);
}

#define BOTH ((unsigned)NEEDS_FROM | (unsigned)NEEDS_TO)
const struct step_row step_rows[STEP_KINDS] = {
	[STEP_TRASH] = {"trash", (unsigned)NEEDS_FROM | (unsigned)NEEDS_TO_BACK, "trash %f",
			undo_trash},
	[STEP_RESTORE] = {"restore", BOTH, "restore %t", undo_restore},
	[STEP_RENAME] = {"rename", BOTH, "rename %f to %t", undo_rename},
	[STEP_CREATE] = {"create", NEEDS_TO, "create %t", undo_create},
	[STEP_MKDIR] = {"mkdir", NEEDS_TO, "make the directory %t", undo_mkdir},
	[STEP_RMDIR] = {"rmdir", NEEDS_FROM, "remove the empty directory %f", undo_rmdir},
	[STEP_SYMLINK] = {"symlink", (unsigned)NEEDS_TO | (unsigned)NEEDS_TARGET,
			  "make the link %t to %s", undo_name},
	[STEP_LINK] = {"link", BOTH, "give %f the second name %t", undo_name},
	[STEP_MODE] = {"mode", NEEDS_FROM, "change the mode of %f from %m to %M", undo_attrs},
	[STEP_OWNER] = {"owner", NEEDS_FROM, "change the %w of %f from %o to %O", undo_attrs},
	[STEP_TIMES] = {"times", NEEDS_FROM, "change the times of %f", undo_attrs},
	[STEP_DELETE] = {"delete", NEEDS_FROM, "delete %f for good", NULL},
	[STEP_ERASE] = {"erase", NEEDS_FROM, "erase %f for good", NULL},
	[STEP_UNKNOWN] = {"unknown", 0, "", NULL},
};

const char *step_kind_name(enum step_kind kind)
{
	return step_rows[kind].name;
}

bool step_is_of_group(const struct step *s)
{
	return s->kind == STEP_OWNER && s->was.uid == s->now.uid && s->was.gid != s->now.gid;
}

bool step_has_inverse(const struct step *s)
{
	return step_rows[s->kind].inverse;
}

/* A thing of which nothing is known cannot be recognised. */
bool step_can_take_back(const struct step *s)
{
	const struct step_row *row = &step_rows[s->kind];

	return row->inverse && s->what.type &&
	       (!(row->needs & NEEDS_TO_BACK) || (s->to.dir && s->to.name));
}

int step_inverse(const struct step *s, struct step *ret_inverse)
{
	struct step inverse = STEP_INIT;

	if (!step_can_take_back(s))
		return -ENOTSUP;
	inverse.what = s->what;
	if (step_rows[s->kind].inverse(s, &inverse) < 0) {
		step_done(&inverse);
		return -ENOMEM;
	}
	*ret_inverse = inverse;
	return 0;
}

int step_path(const struct step_place *place, struct str *out)
{
	size_t start = out->len, len = place->dir ? strlen(place->dir) : 0;
	int r = len > 0 ? str_add(out, place->dir, len) : 0;

	if (r == 0 && place->name && len > 0 && place->dir[len - 1] != '/')
		r = str_addc(out, '/');
	if (r == 0 && place->name)
		r = str_adds(out, place->name);
	if (r < 0)
		str_cut(out, start);
	return r;
}

static int add_owner(struct str *out, const struct step_attrs *attrs)
{
	return str_addf(out, "%u:%u", attrs->uid, attrs->gid);
}

static int add_field(const struct step *s, char field, struct str *out)
{
	switch (field) {
	case 'f':
		return step_path(&s->from, out);
	case 't':
		return step_path(&s->to, out);
	case 's':
		return s->target ? str_adds(out, s->target) : 0;
	case 'm':
		return str_addf(out, "%04o", s->was.mode);
	case 'M':
		return str_addf(out, "%04o", s->now.mode);
	case 'o':
		return add_owner(out, &s->was);
	case 'w':
		return str_adds(out, step_is_of_group(s) ? "group" : "owner");
	default:
		return add_owner(out, &s->now);
	}
}

/* The sentence of whoever wrote it; without one, what kind it calls itself. */
static int describe_unknown(const struct step *s, struct str *out)
{
	if (s->told)
		return str_adds(out, s->told);
	return str_addf(out, "%s (not known to this version)",
			s->kind_name ? s->kind_name : step_rows[STEP_UNKNOWN].name);
}

int step_describe(const struct step *s, struct str *out)
{
	size_t start = out->len;
	int r = s->kind == STEP_UNKNOWN ? describe_unknown(s, out) : 0;

	for (const char *at = step_rows[s->kind].words; r == 0 && *at; at++) {
		if (*at == '%')
			r = add_field(s, *++at, out);
		else
			r = str_addc(out, *at);
	}
	if (r < 0)
		str_cut(out, start);
	return r;
}
