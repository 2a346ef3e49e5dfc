/* SPDX-License-Identifier: MIT */
#include "fs/act_inside.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/path.h"
#include "fs/scandir.h"
#include "fs/stat.h"
#include "fs/sys.h"
#include "fs/trash_list.h"

/* Answers of all of these: 0, or -ENOMEM; what was found is j->state. */
static int found(struct act_job *j, enum step_state state, const char *why)
{
	j->state = state;
	str_clear(j->why);
	if (why)
		str_adds(j->why, why);
	return 0;
}

enum act_found act_find(int dirfd, const char *name, const struct step_id *what,
			struct meta *ret_meta)
{
	struct step_id id;
	int pin, rc;

	if (dirfd < 0 || !name)
		return FOUND_UNKNOWN;
	rc = identity_pin(dirfd, name, NULL, &pin, ret_meta);
	if (rc < 0)
		return rc == -ENOENT ? FOUND_NOTHING : FOUND_UNKNOWN;
	rc = act_identify(pin, &id, ret_meta, NULL);
	sys_close(pin);
	if (rc < 0)
		return FOUND_UNKNOWN;
	return what->type && step_id_eq(&id, what) ? FOUND_IT : FOUND_OTHER;
}

bool act_is_ours(const struct act_job *j, const struct meta *meta, uint32_t uid)
{
	int64_t born = meta->btime == INT64_MIN ? meta->mtime : meta->btime;

	return meta->uid == uid && born >= j->begun;
}

/* ---- what changes its place ---- */

static bool is_third(const char *name)
{
	return strncmp(name, ".trowel-", 8) == 0 && strlen(name) < RENAME_THIRD_MAX;
}

int act_third(int dirfd, const struct step_id *what, char name[RENAME_THIRD_MAX])
{
	struct scandir s;
	struct scan_entry e;
	struct meta meta;
	int rc = scandir_open(&s, dirfd, ".", false), bad = 0;

	if (rc < 0)
		return rc;
	while ((rc = scandir_next_usable(&s, &e, &bad)) > 0)
		if (is_third(e.name) && act_find(dirfd, e.name, what, &meta) == FOUND_IT) {
			memcpy(name, e.name, e.len + 1);
			break;
		}
	scandir_done(&s);
	return rc;
}

static bool same_dir(int a, int b)
{
	struct meta at_a, at_b;

	return stat_fd(a, &at_a, NULL) == 0 && stat_fd(b, &at_b, NULL) == 0 &&
	       file_id_eq(at_a.id, at_b.id);
}

/* Where a directory does not tell A from a, a look-up finds one thing by both. */
static void tell_apart(const struct act_job *j, enum act_found *from, enum act_found *to)
{
	const struct step *s = j->step;

	if (*from != FOUND_IT || *to != FOUND_IT || !same_dir(j->from, j->to))
		return;
	if (scandir_has(j->from, s->from.name) == 0)
		*from = FOUND_NOTHING;
	if (scandir_has(j->to, s->to.name) == 0)
		*to = FOUND_NOTHING;
}

/* j->from and j->to are open as far as they can be. */
static int look_both(struct act_job *j)
{
	const struct step *s = j->step;
	enum act_found from = act_find(j->from, s->from.name, &s->what, &j->meta);
	enum act_found to = act_find(j->to, s->to.name, &s->what, &j->meta);
	char third[RENAME_THIRD_MAX];

	tell_apart(j, &from, &to);
	if (from == FOUND_IT && to == FOUND_IT)
		return found(j, STEP_PARTLY, "it has both names");
	if (to == FOUND_IT)
		return found(j, STEP_DONE, NULL);
	if (from == FOUND_IT)
		return found(j, STEP_NOT_DONE, NULL);
	if (j->to >= 0 && act_third(j->to, &s->what, third) == 1) {
		act_say(j, "it is called %s there now", third);
		j->state = STEP_PARTLY;
		return 0;
	}
	if (from == FOUND_UNKNOWN || to == FOUND_UNKNOWN)
		return found(j, STEP_LOST, "where it was or where it went cannot be looked at");
	return found(j, STEP_LOST, "it is neither where it was nor where it was to go");
}

static int trash_files(struct act_job *j, const struct step_place *place)
{
	const char *why;
	int rc = act_trash_of(j->a, place, &j->trash, &why);

	return rc < 0 ? rc : j->trash->files;
}

int act_look_moved(struct act_job *j)
{
	struct step *s = j->step;

	j->from = s->kind == STEP_RESTORE ? trash_files(j, &s->from) : act_dir(j->a, &s->from);
	if (j->from == -ENOMEM)
		return -ENOMEM;
	j->to = act_dir(j->a, &s->to);
	return j->to == -ENOMEM ? -ENOMEM : look_both(j);
}

/* ---- into a trash whose name need not be known ---- */

struct search {
	struct act_job *j;
	bool found;
	int err; /* -ENOMEM */
};

static int set_to(struct act_job *j, const struct trash_dir *trash, const char *name)
{
	struct str dir = STR_INIT;
	int rc = -ENOMEM;

	if (str_adds(&dir, trash->path.buf) == 0 && str_adds(&dir, "/files") == 0)
		rc = step_place_set(&j->step->to, dir.buf, act_trash_files(j->a, trash), name);
	str_done(&dir);
	return rc;
}

/* Whether its information says that it was where the step has it: a file with several names may be
 * there as another of them. 1, 0, -ENOMEM. */
static int is_that_name(const struct act_job *j, const struct trash_dir *trash, const char *name,
			const char *from)
{
	const char *was = j->step->from.name;
	struct str path = STR_INIT;
	struct trashinfo info;
	int rc = !from   ? -ENOENT
		 : *from ? path_join(&path, from, was, strlen(was))
			 : str_adds(&path, was);

	if (rc == 0) {
		rc = trash_info(trash, name, &info, NULL);
		if (rc == 0)
			rc = str_eq(&info.path, path.buf);
		trashinfo_done(&info);
	}
	str_done(&path);
	return rc == -ENOMEM ? rc : rc == 1;
}

static int is_it(const struct act_job *j, const struct trash_dir *trash, const char *name,
		 const char *from)
{
	struct meta meta;

	if (act_find(trash->files, name, &j->step->what, &meta) != FOUND_IT)
		return 0;
	return S_ISDIR(meta.mode) || meta.nlink < 2 ? 1 : is_that_name(j, trash, name, from);
}

/* Whether it is in this trash, under whatever name: 1 (step->to says it), 0, -ENOMEM. */
static int search_files(struct act_job *j, const struct trash_dir *trash, const char *from)
{
	struct scandir s;
	struct scan_entry e;
	int rc = scandir_open(&s, trash->files, ".", false), bad = 0, is;

	if (rc < 0)
		return rc == -ENOMEM ? rc : 0;
	while ((rc = scandir_next_usable(&s, &e, &bad)) > 0) {
		is = is_it(j, trash, e.name, from);
		if (is == 0)
			continue;
		rc = is < 0 ? is : set_to(j, trash, e.name);
		rc = rc < 0 ? rc : 1;
		break;
	}
	scandir_done(&s);
	return rc == -ENOMEM || rc == 1 ? rc : 0;
}

static bool search_one(void *ctx, struct trash_dir *trash, const char *from)
{
	struct search *s = ctx;
	struct trash_dir *kept;
	int rc = act_trash_keep(s->j->a, trash, &kept);

	if (rc == 0)
		rc = search_files(s->j, kept, from);
	s->found = rc == 1;
	if (rc == -ENOMEM)
		s->err = rc;
	if (s->found)
		s->j->trash = kept;
	/* What was not kept is still the caller's. */
	return rc != 0;
}

static int search(struct act_job *j)
{
	struct search s = {.j = j};
	int rc = trash_dir_there(&j->a->o.trash, j->from, j->step->from.dir, search_one, &s);

	if (s.err || rc == -ENOMEM)
		return -ENOMEM;
	return s.found;
}

int act_look_trash(struct act_job *j)
{
	struct step *s = j->step;
	enum act_found from;
	struct meta meta;
	int rc;

	j->from = act_dir(j->a, &s->from);
	j->to = s->to.dir ? trash_files(j, &s->to) : -ENOENT;
	if (j->from == -ENOMEM || j->to == -ENOMEM)
		return -ENOMEM;
	from = act_find(j->from, s->from.name, &s->what, &meta);
	if (from == FOUND_IT && (S_ISDIR(meta.mode) || meta.nlink < 2))
		return found(j, STEP_NOT_DONE, NULL);
	/* Else it may have another name, there. */
	if (act_find(j->to, s->to.name, &s->what, &meta) == FOUND_IT)
		rc = 1;
	else
		rc = search(j);
	if (rc < 0)
		return rc;
	if (rc == 1 && from == FOUND_IT)
		return found(j, STEP_PARTLY, "it is in the trash, and still where it was");
	if (rc == 1)
		return found(j, STEP_DONE, NULL);
	if (from == FOUND_IT)
		return found(j, STEP_NOT_DONE, NULL);
	if (from == FOUND_UNKNOWN)
		return found(j, STEP_LOST, "where it was cannot be looked at");
	return found(j, STEP_LOST, "it is neither where it was nor in the trash");
}

/* ---- what is made ---- */

/* Whether what is there is what the step would have made: 1, 0, -ENOMEM. */
static int is_such(const struct act_job *j, const struct meta *meta)
{
	const struct step *s = j->step;
	struct str target = STR_INIT;
	int rc;

	if (s->kind == STEP_CREATE)
		return S_ISREG(meta->mode) && meta->size == 0 && meta->nlink == 1;
	if (s->kind == STEP_MKDIR)
		return S_ISDIR(meta->mode);
	if (!S_ISLNK(meta->mode) || !s->target)
		return 0;
	rc = stat_readlink(j->to, s->to.name, &target);
	if (rc == 0)
		rc = str_eq(&target, s->target);
	str_done(&target);
	return rc == -ENOMEM ? rc : rc == 1;
}

/* Made, and then the program ended before it had the mode and owner it was to have. */
static bool half_dressed(const struct step *s, const struct meta *meta)
{
	if (!act_mode_given(s) || s->kind == STEP_SYMLINK)
		return false;
	if (s->flags & STEP_HAS_OWNER && (meta->uid != s->now.uid || meta->gid != s->now.gid))
		return true;
	return (meta->mode & 07777 & ~S_ISGID) != (s->now.mode & 07777 & ~S_ISGID);
}

/* It is what was made: what act_run() would have said of it. What is only half made is not known by
 * its identity before it is finished. */
static int learn(struct act_job *j)
{
	struct step *s = j->step;
	struct step_id id;
	int rc = -ESTALE;

	j->from = j->to;
	if (act_pin(j, s->to.name) == 0)
		rc = act_identify(j->pin, &id, &j->meta, NULL);
	if (rc < 0)
		return found(j, STEP_LOST, "it is being changed by somebody else");
	if (half_dressed(s, &j->meta))
		return found(j, STEP_PARTLY, "it is there, but has not the mode it was to have");
	s->what = id;
	s->now = act_attrs(&j->meta);
	rc = act_atime(j->pin, "", &s->now);
	return rc == -ENOMEM ? rc : found(j, STEP_DONE, NULL);
}

/* Those of the mode bits that are given after it was made, or the owner. */
static bool may_be_made(const struct act_job *j, const struct meta *meta)
{
	const struct step *s = j->step;

	return act_is_ours(j, meta, j->a->self.uid) ||
	       (s->flags & STEP_HAS_OWNER && act_is_ours(j, meta, s->now.uid));
}

int act_look_made(struct act_job *j)
{
	const struct step *s = j->step;
	enum act_found to;
	struct meta meta;
	int rc;

	j->to = act_dir(j->a, &s->to);
	if (j->to == -ENOMEM)
		return -ENOMEM;
	to = act_find(j->to, s->to.name, &s->what, &meta);
	if (to == FOUND_UNKNOWN)
		return found(j, STEP_LOST, "where it was to be cannot be looked at");
	if (to == FOUND_NOTHING)
		return found(j, STEP_NOT_DONE, NULL);
	if (to == FOUND_IT)
		return found(j, STEP_DONE, NULL);
	if (s->what.type)
		return found(j, STEP_LOST, "something else has its name now");
	if (!may_be_made(j, &meta))
		return found(j, STEP_NOT_DONE, "something has that name already");
	rc = is_such(j, &meta);
	if (rc < 0)
		return rc;
	if (rc == 0)
		return found(j, STEP_LOST, "what has that name now need not be what was made");
	return learn(j);
}

int act_look_link(struct act_job *j)
{
	const struct step *s = j->step;
	enum act_found to;

	j->to = act_dir(j->a, &s->to);
	if (j->to == -ENOMEM)
		return -ENOMEM;
	to = act_find(j->to, s->to.name, &s->what, &j->meta);
	if (to == FOUND_UNKNOWN)
		return found(j, STEP_LOST, "where it was to be cannot be looked at");
	if (to == FOUND_IT)
		return found(j, STEP_DONE, NULL);
	return found(j, STEP_NOT_DONE,
		     to == FOUND_OTHER ? "something has that name already" : NULL);
}

/* ---- what is changed ---- */

/* File systems keep times less exactly than we may say them. */
static bool is_time(int64_t is, uint32_t is_nsec, int64_t want, uint32_t want_nsec)
{
	return is == want && (is_nsec == want_nsec || is_nsec == 0 || is_nsec < want_nsec);
}

static bool has(const struct act_job *j, const struct step_attrs *want)
{
	const struct meta *m = &j->meta;

	if (j->step->kind == STEP_MODE)
		return (m->mode & 07777) == want->mode;
	if (j->step->kind == STEP_OWNER)
		return m->uid == want->uid && m->gid == want->gid;
	return is_time(m->mtime, m->mtime_nsec, want->mtime, want->mtime_nsec);
}

static bool differ(const struct step *s)
{
	if (s->kind == STEP_MODE)
		return s->was.mode != s->now.mode;
	if (s->kind == STEP_OWNER)
		return s->was.uid != s->now.uid || s->was.gid != s->now.gid;
	return s->was.mtime != s->now.mtime || s->was.mtime_nsec != s->now.mtime_nsec;
}

/* Only the time of access is to change, and reading changes it too. */
static bool accessed(const struct act_job *j)
{
	const struct step *s = j->step;
	struct step_attrs is;

	if (act_atime(j->pin, "", &is) < 0)
		return false;
	return is_time(is.atime, is.atime_nsec, s->now.atime, s->now.atime_nsec);
}

int act_look_attrs(struct act_job *j)
{
	struct step *s = j->step;
	int rc;

	rc = act_open_thing(j);
	if (rc < 0)
		return rc == -ENOMEM ? rc : 0; /* lost, and the words are said */
	if (!differ(s))
		return found(j, s->kind != STEP_TIMES || accessed(j) ? STEP_DONE : STEP_NOT_DONE,
			     NULL);
	if (has(j, &s->now)) {
		if (s->kind == STEP_OWNER) {
			s->now.mode = j->meta.mode & 07777;
			s->now.mtime = j->meta.ctime;
			s->now.mtime_nsec = j->meta.ctime_nsec;
		} else if (s->kind == STEP_TIMES) {
			s->now.mtime = j->meta.mtime;
			s->now.mtime_nsec = j->meta.mtime_nsec;
		}
		return found(j, STEP_DONE, NULL);
	}
	if (has(j, &s->was))
		return found(j, STEP_NOT_DONE, NULL);
	return found(j, STEP_LOST, "it was changed again since");
}

/* ---- what is removed ---- */

int act_look_removed(struct act_job *j)
{
	struct step *s = j->step;
	enum act_found from;

	j->from = s->kind == STEP_ERASE ? trash_files(j, &s->from) : act_dir(j->a, &s->from);
	if (j->from == -ENOMEM)
		return -ENOMEM;
	/* It went with its directory, which was empty then, or that was moved: nothing is there
	 * that could be taken for it, and an undo finds no place to make it anew. */
	if (s->kind == STEP_RMDIR && (j->from == -ENOENT || j->from == -ENOTDIR))
		return found(j, STEP_DONE, NULL);
	from = act_find(j->from, s->from.name, &s->what, &j->meta);
	switch (from) {
	case FOUND_NOTHING:
		return found(j, STEP_DONE, NULL);
	case FOUND_IT:
		if (s->kind == STEP_RMDIR || !S_ISDIR(j->meta.mode))
			return found(j, STEP_NOT_DONE, NULL);
		return found(j, STEP_PARTLY, "some of what was in it may be gone");
	case FOUND_OTHER:
		return found(j, STEP_LOST, "something else has its name now");
	case FOUND_UNKNOWN:
		break;
	}
	return found(j, STEP_LOST, "where it was cannot be looked at");
}
