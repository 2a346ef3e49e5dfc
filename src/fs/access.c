/* SPDX-License-Identifier: MIT */
#include "fs/access.h"

#include <errno.h>
#include <sys/stat.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/display.h"
#include "base/fmt.h"
#include "fs/access_walk.h"

/* What each action asks of the last component, or of the directory it is in. */
static const struct action_row {
	unsigned want;
	bool follow, at_parent, dir_only, must_exist, removes;
} ACTIONS[] = {
	[ACCESS_READ] = {.want = PERM_R, .follow = true, .must_exist = true},
	[ACCESS_WRITE] = {.want = PERM_W, .follow = true, .must_exist = true},
	[ACCESS_EXECUTE] = {.want = PERM_X, .follow = true, .must_exist = true},
	[ACCESS_LIST] = {.want = PERM_R, .follow = true, .dir_only = true, .must_exist = true},
	[ACCESS_ENTER] = {.want = PERM_X, .follow = true, .dir_only = true, .must_exist = true},
	[ACCESS_CREATE] = {.want = PERM_W | PERM_X, .at_parent = true},
	[ACCESS_DELETE] = {.want = PERM_W | PERM_X,
			   .at_parent = true,
			   .must_exist = true,
			   .removes = true},
	[ACCESS_RENAME] = {.want = PERM_W | PERM_X,
			   .at_parent = true,
			   .must_exist = true,
			   .removes = true},
};

static const struct rule_row {
	const char *id;
	enum access_verdict verdict;
	int err;
	const char *text;
} RULES[] = {
	[RULE_OWNER_ALLOW] = {"owner-bits", ACCESS_ALLOW, 0, "the owner's bits allow it"},
	[RULE_GROUP_ALLOW] = {"group-bits", ACCESS_ALLOW, 0, "the group's bits allow it"},
	[RULE_OTHER_ALLOW] = {"other-bits", ACCESS_ALLOW, 0, "the bits for others allow it"},
	[RULE_OWNER_DENY] = {"owner-bits", ACCESS_DENY, -EACCES,
			     "the owner's bits decide for the owner, and do not allow it"},
	[RULE_GROUP_DENY] = {"group-bits", ACCESS_DENY, -EACCES,
			     "the group's bits decide for its members, and do not allow it"},
	[RULE_OTHER_DENY] = {"other-bits", ACCESS_DENY, -EACCES,
			     "neither owner nor in the group: the bits for others do not allow it"},
	[RULE_CAP_OVERRIDE] = {"cap-dac-override", ACCESS_ALLOW, 0,
			       "the mode does not allow it, CAP_DAC_OVERRIDE does"},
	[RULE_CAP_SEARCH] = {"cap-dac-read-search", ACCESS_ALLOW, 0,
			     "the mode does not allow it, CAP_DAC_READ_SEARCH does"},
	[RULE_ACL] = {"acl", ACCESS_UNKNOWN_VERDICT, 0, "an access control list decides"},
	[RULE_SERVER] = {"server-decides", ACCESS_UNKNOWN_VERDICT, 0,
			 "a server or a program decides, whatever the mode says"},
	[RULE_MOUNT_UNKNOWN] = {"mount-unknown", ACCESS_UNKNOWN_VERDICT, 0,
				"what kind of file system this is cannot be told"},
	[RULE_HIDDEN] = {"hidden", ACCESS_UNKNOWN_VERDICT, 0, "trowel itself may not look further"},
	[RULE_READ_ONLY] = {"mount-read-only", ACCESS_DENY, -EROFS, "the file system is read-only"},
	[RULE_NOEXEC] = {"mount-noexec", ACCESS_DENY, -EACCES, "the file system is mounted noexec"},
	[RULE_NODEV] = {"mount-nodev", ACCESS_DENY, -EACCES, "the file system is mounted nodev"},
	[RULE_NOT_PROGRAM] = {"not-a-program", ACCESS_DENY, -EACCES,
			      "only a regular file can be executed"},
	[RULE_NOT_DIR] = {"not-a-directory", ACCESS_DENY, -ENOTDIR, "it is not a directory"},
	[RULE_EXISTS] = {"exists", ACCESS_DENY, -EEXIST, "it is there already"},
	[RULE_IMMUTABLE] = {"immutable", ACCESS_DENY, -EPERM, "it is immutable (chattr +i)"},
	[RULE_APPEND] = {"append-only", ACCESS_DENY, -EPERM, "it is append-only (chattr +a)"},
	[RULE_STICKY] = {"sticky", ACCESS_DENY, -EPERM,
			 "in a sticky directory only the owner of the entry or of the directory "
			 "may do this"},
	[RULE_MOUNT_POINT] = {"mount-point", ACCESS_DENY, -EBUSY, "something is mounted on it"},
	[RULE_PROTECTED_LINK] = {"protected-symlink", ACCESS_DENY, -EACCES,
				 "links of others in a sticky directory are not followed "
				 "(fs.protected_symlinks)"},
};

/* The kernel asks for all bits at once, and a capability must cover them all: capabilities do not
 * add to the bits that the mode gives. Nothing executes a file without any x bit. */
static enum access_rule cap_rule(const struct subject *who, uint32_t mode, unsigned want)
{
	bool dir = S_ISDIR(mode);

	if ((who->caps & PERM_CAP_DAC_READ_SEARCH) && (dir ? !(want & PERM_W) : want == PERM_R))
		return RULE_CAP_SEARCH;
	if ((who->caps & PERM_CAP_DAC_OVERRIDE) && (dir || !(want & PERM_X) || (mode & 0111)))
		return RULE_CAP_OVERRIDE;
	return RULE_NONE;
}

/* acl_permission_check() of the kernel, in its order. */
static enum access_rule mode_rule(const struct subject *who, const struct access_node *n,
				  unsigned want)
{
	static const enum access_rule allow[] = {RULE_OWNER_ALLOW, RULE_GROUP_ALLOW,
						 RULE_OTHER_ALLOW};
	static const enum access_rule deny[] = {RULE_OWNER_DENY, RULE_GROUP_DENY, RULE_OTHER_DENY};
	enum perm_class class = perm_class_of(who, n->meta.uid, n->meta.gid);
	unsigned bits = n->meta.mode >> (6 - 3 * (unsigned)class) & 7;
	enum access_rule cap = cap_rule(who, n->meta.mode, want);

	/* A list with an empty mask (group bits 0) is not even looked at. */
	if (class != PERM_OWNER && n->acl && (n->meta.mode & 070))
		return cap ? cap : RULE_ACL;
	if ((bits & want) == want)
		return allow[class];
	return cap ? cap : deny[class];
}

static bool writes_data(uint32_t mode)
{
	return S_ISREG(mode) || S_ISDIR(mode) || S_ISLNK(mode);
}

/* inode_permission() of the kernel. What denies in any case comes before what cannot be known. */
static enum access_rule node_rule(const struct subject *who, const struct access_node *n,
				  unsigned want)
{
	if ((want & PERM_W) && n->fs_read_only && writes_data(n->meta.mode))
		return RULE_READ_ONLY;
	if ((want & PERM_W) && (n->meta.attrs & STATX_ATTR_IMMUTABLE))
		return RULE_IMMUTABLE;
	if (n->network)
		return RULE_SERVER;
	if (!n->mount_known)
		return RULE_MOUNT_UNKNOWN;
	return mode_rule(who, n, want);
}

/* A sentence for people: what was looked at, what its mode is, which rule spoke. */
static char *step_text(const char *path, const struct access_node *n, const struct rule_row *rule)
{
	struct str s = STR_INIT;
	char mode[FMT_MAX];

	display_add(&s, path, strlen(path), false);
	str_addf(&s, " (%s, owner %u, group %u): %s", fmt_mode(mode, n->meta.mode),
		 (unsigned)n->meta.uid, (unsigned)n->meta.gid, rule->text);
	if (s.failed) {
		str_done(&s);
		return NULL;
	}
	return str_take(&s);
}

static int add_step(struct access_answer *a, size_t *cap, const char *path,
		    const struct access_node *n, enum access_rule rule)
{
	struct access_step step = {.mode = n->meta.mode,
				   .uid = n->meta.uid,
				   .gid = n->meta.gid,
				   .rule = RULES[rule].id};
	int rc = array_grow(&a->steps, cap, (size_t)a->nsteps + 1, sizeof(*a->steps));

	if (rc)
		return rc;
	step.path = memdup0(path, strlen(path));
	step.text = step_text(path, n, &RULES[rule]);
	a->steps[a->nsteps++] = step;
	return step.path && step.text ? 0 : -ENOMEM;
}

struct explain {
	const struct subject *who;
	const struct action_row *row;
	enum access_action action;
	struct access_answer *answer;
	size_t cap;
	uint32_t decides;
};

/* Everything on the way must allow: the first that denies decides, else the first that is unknown,
 * else the last. 1 when it denies: nothing behind it matters. */
static int judge(struct explain *x, const char *path, const struct access_node *n,
		 enum access_rule rule)
{
	const struct rule_row *row = &RULES[rule];
	struct access_answer *a = x->answer;
	int rc = add_step(a, &x->cap, path, n, rule);

	if (rc)
		return rc;
	if (row->verdict == ACCESS_ALLOW && a->verdict != ACCESS_ALLOW)
		return 0;
	if (row->verdict == ACCESS_UNKNOWN_VERDICT && a->verdict == ACCESS_UNKNOWN_VERDICT)
		return 0;
	a->verdict = row->verdict;
	a->err = row->err;
	a->rule = row->id;
	x->decides = a->nsteps - 1;
	return row->verdict == ACCESS_DENY;
}

/* What open(2) and execve(2) ask for before the permission bits. */
static enum access_rule extra_rule(const struct explain *x, const struct access_node *n)
{
	uint32_t mode = n->meta.mode;

	if (x->row->dir_only && !S_ISDIR(mode))
		return RULE_NOT_DIR;
	if (x->action == ACCESS_EXECUTE && !S_ISREG(mode))
		return RULE_NOT_PROGRAM;
	if (x->action == ACCESS_EXECUTE && n->noexec)
		return RULE_NOEXEC;
	if ((S_ISCHR(mode) || S_ISBLK(mode)) && n->nodev)
		return RULE_NODEV;
	return RULE_NONE;
}

/* What open(2) asks for after them: a file system that is read-only is known by its inode, a mount
 * only when a write is about to begin. */
static enum access_rule late_rule(const struct explain *x, const struct access_node *n)
{
	uint32_t mode = n->meta.mode;

	if (x->action != ACCESS_WRITE)
		return RULE_NONE;
	if (S_ISREG(mode) && (n->meta.attrs & STATX_ATTR_APPEND))
		return RULE_APPEND;
	return n->read_only && writes_data(mode) ? RULE_READ_ONLY : RULE_NONE;
}

static int judge_itself(struct explain *x, const struct access_walk *w)
{
	enum access_rule rule = extra_rule(x, &w->node), late;

	if (!rule)
		rule = node_rule(x->who, &w->node, x->row->want);
	late = late_rule(x, &w->node);
	if (late && RULES[rule].verdict != ACCESS_DENY)
		rule = late;
	return judge(x, w->path.buf, &w->node, rule);
}

/* may_delete() of the kernel, after the directory's own permission. */
static enum access_rule remove_rule(const struct subject *who, const struct access_node *dir,
				    const struct access_node *n)
{
	if (dir->meta.attrs & STATX_ATTR_APPEND)
		return RULE_APPEND;
	if (access_stuck(who, &dir->meta, &n->meta))
		return RULE_STICKY;
	if (n->meta.attrs & STATX_ATTR_IMMUTABLE)
		return RULE_IMMUTABLE;
	if (n->meta.attrs & STATX_ATTR_APPEND)
		return RULE_APPEND;
	if (n->meta.attrs & META_MOUNT_ROOT)
		return RULE_MOUNT_POINT;
	return RULE_NONE;
}

static int judge_at_parent(struct explain *x, const struct access_walk *w)
{
	enum access_rule rule;
	int rc;

	if (!x->row->must_exist && w->exists)
		return judge(x, w->path.buf, &w->node, RULE_EXISTS);
	/* Here the mount is asked first. */
	rule = w->parent.read_only ? RULE_READ_ONLY : node_rule(x->who, &w->parent, x->row->want);
	rc = judge(x, w->parent_path.buf, &w->parent, rule);
	if (rc != 0 || !x->row->removes)
		return rc;
	rule = remove_rule(x->who, &w->parent, &w->node);
	return rule ? judge(x, w->path.buf, &w->node, rule) : 0;
}

static bool link_protected(const struct subject *who, const struct access_walk *w)
{
	return w->last && w->protected_symlinks &&
	       (w->parent.meta.mode & (S_ISVTX | S_IWOTH)) == (S_ISVTX | S_IWOTH) &&
	       w->node.meta.uid != who->uid && w->node.meta.uid != w->parent.meta.uid;
}

/* One component at a time; 1: decided. */
static int explain_walk(struct explain *x, struct access_walk *w)
{
	int rc;

	for (;;) {
		if (w->done)
			return x->row->at_parent ? judge_at_parent(x, w) : judge_itself(x, w);
		if (!S_ISDIR(w->node.meta.mode))
			return -ENOTDIR;
		rc = judge(x, w->path.buf, &w->node, node_rule(x->who, &w->node, PERM_X));
		if (rc)
			return rc;
		rc = access_walk_step(w, x->row->follow, !x->row->must_exist);
		if (rc == -EACCES)
			return judge(x, w->path.buf, &w->node, RULE_HIDDEN);
		if (rc == ACCESS_WALK_LINK && link_protected(x->who, w))
			return judge(x, w->path.buf, &w->node, RULE_PROTECTED_LINK);
		if (rc == ACCESS_WALK_LINK)
			rc = access_walk_follow(w);
		if (rc < 0)
			return rc;
	}
}

int access_explain(const struct subject *subject, const char *path, enum access_action action,
		   struct access_answer *ret_answer)
{
	struct access_answer answer = {.verdict = ACCESS_ALLOW};
	struct explain x = {
		.who = subject, .row = &ACTIONS[action], .action = action, .answer = &answer};
	struct access_walk walk;
	int rc = access_walk_init(&walk, path);

	if (!rc)
		rc = explain_walk(&x, &walk);
	access_walk_done(&walk);
	if (rc < 0) {
		access_answer_done(&answer);
		return rc;
	}
	answer.steps[x.decides].decides = true;
	*ret_answer = answer;
	return 0;
}

void access_answer_done(struct access_answer *answer)
{
	if (!answer)
		return;
	for (uint32_t i = 0; i < answer->nsteps; i++) {
		free(answer->steps[i].path);
		free(answer->steps[i].text);
	}
	free(answer->steps);
	*answer = (struct access_answer){0};
}
