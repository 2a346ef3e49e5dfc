/* SPDX-License-Identifier: MIT */
#include "fs/journal_inside.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/display.h"
#include "base/path.h"
#include "fs/saver.h"
#include "fs/stat.h"
#include "fs/sys.h"
#include "fs/trusted.h"

#define WARNING_MAX 8192u /* bytes: a directory full of nonsense is told of in part */

/* ---- actions ---- */

void journal_act_free(struct journal_act *a)
{
	if (!a)
		return;
	for (uint32_t i = 0; i < a->a.nsteps; i++)
		step_done(&a->a.steps[i].step);
	free(a->a.steps);
	free(a->a.label);
	free(a->traces);
	free(a);
}

int journal_act_room(struct journal *j, struct journal_file *f)
{
	struct journal_known *k = j->known;

	if (array_grow(&f->acts, &f->acts_cap, f->nacts + 1, sizeof(struct journal_act *)) < 0 ||
	    array_grow(&k->acts, &k->cap, k->n + 1, sizeof(struct journal_act *)) < 0 ||
	    array_grow(&k->shown, &k->shown_cap, k->n + 1, sizeof(*k->shown)) < 0)
		return -ENOMEM;
	return 0;
}

void journal_act_add(struct journal *j, struct journal_act *a)
{
	struct journal_known *k = j->known;

	a->file->acts[a->file->nacts++] = a;
	k->unsorted |= k->n > 0 && k->acts[k->n - 1]->a.id >= a->a.id;
	k->acts[k->n++] = a;
	k->stale = true;
}

static int by_number(const void *a, const void *b)
{
	const struct journal_act *const *x = a, *const *y = b;

	if ((*x)->a.id != (*y)->a.id)
		return (*x)->a.id < (*y)->a.id ? -1 : 1;
	return strcmp((*x)->file->name, (*y)->file->name);
}

/* A number that two files give to an action says nothing about either. */
static void sort(struct journal_known *k)
{
	if (!k->unsorted)
		return;
	qsort(k->acts, k->n, sizeof(struct journal_act *), by_number);
	for (size_t i = 1; i < k->n; i++) {
		if (k->acts[i]->a.id == k->acts[i - 1]->a.id)
			k->acts[i]->twice = k->acts[i - 1]->twice = true;
	}
	k->unsorted = false;
	k->stale = true;
}

/* The first that is not before the number. */
static size_t lower_bound(const struct journal_known *k, uint64_t id)
{
	size_t lo = 0, hi = k->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (k->acts[mid]->a.id < id)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

struct journal_act *journal_act_find(const struct journal *j, uint64_t id)
{
	struct journal_known *k = j->known;
	size_t i;

	sort(k);
	i = lower_bound(k, id);
	return i < k->n && k->acts[i]->a.id == id ? k->acts[i] : NULL;
}

static enum action_state state_of(const struct journal_act *a)
{
	if (a->twice || a->bad)
		return ACTION_DAMAGED;
	if (a->ended)
		return ACTION_ENDED;
	if (a->file->unread)
		return ACTION_DAMAGED;
	return a->file->alive ? ACTION_RUNNING : ACTION_INTERRUPTED;
}

/* ---- what was taken back ---- */

/* A step counts as taking another back when it is done and was not taken back itself. */
static bool takes_back(const struct journal_act *a, uint32_t n)
{
	const struct action_step *s = &a->a.steps[n];

	return a->a.undoes && !a->twice && s->state == STEP_DONE && !s->undone;
}

/* The step of another action that a step takes back: its trace; NULL: none. */
static struct journal_act *target_of(const struct journal *j, const struct journal_act *a,
				     uint32_t n, uint32_t *ret_n)
{
	struct journal_act *target = journal_act_find(j, a->a.undoes);

	*ret_n = a->a.steps[n].step.undoes;
	return target && !target->twice && *ret_n < target->a.nsteps ? target : NULL;
}

/* A step begins or ceases to take another back; then that one may cease or begin to take back a
 * third, and so on. Each is of an older action. */
static void follow(const struct journal *j, struct journal_act *a, uint32_t n, bool begins)
{
	struct journal_act *target;
	uint32_t at;

	while ((target = target_of(j, a, n, &at))) {
		bool before = takes_back(target, at);

		target->traces[at].undoers += begins ? 1u : (uint32_t)-1;
		target->a.steps[at].undone = target->traces[at].undoers > 0;
		if (takes_back(target, at) == before)
			break;
		begins = !before;
		a = target;
		n = at;
	}
}

void journal_act_result(struct journal *j, struct journal_act *a, const struct journal_note *note)
{
	bool before = takes_back(a, note->n);

	journal_apply(a, note);
	if (takes_back(a, note->n) != before)
		follow(j, a, note->n, !before);
}

/* All anew. From the last action to the first: what took it back is decided before it is its turn.
 */
static void find_undone(const struct journal *j, struct journal_known *k)
{
	for (size_t i = 0; i < k->n; i++) {
		for (uint32_t n = 0; n < k->acts[i]->a.nsteps; n++) {
			k->acts[i]->traces[n].undoers = 0;
			k->acts[i]->a.steps[n].undone = false;
		}
	}
	for (size_t i = k->n; i-- > 0;) {
		for (uint32_t n = 0; n < k->acts[i]->a.nsteps; n++) {
			uint32_t at;
			struct journal_act *target =
				takes_back(k->acts[i], n) ? target_of(j, k->acts[i], n, &at) : NULL;

			if (target) {
				target->traces[at].undoers++;
				target->a.steps[at].undone = true;
			}
		}
	}
}

static struct journal_known *settle(const struct journal *j)
{
	struct journal_known *k = j->known;

	sort(k);
	if (!k->stale)
		return k;
	find_undone(j, k);
	for (size_t i = 0; i < k->n; i++) {
		k->acts[i]->a.state = state_of(k->acts[i]);
		k->shown[i] = k->acts[i]->a;
	}
	k->stale = false;
	return k;
}

void journal_act_ended(struct journal *j, struct journal_act *a)
{
	struct journal_known *k = settle(j);
	size_t i = lower_bound(k, a->a.id);

	a->ended = true;
	a->a.state = state_of(a);
	k->shown[i] = a->a;
}

/* ---- what it answers ---- */

const struct action *journal_actions(const struct journal *j, size_t *ret_n)
{
	const struct journal_known *k = settle(j);

	*ret_n = k->n;
	return k->shown;
}

const struct action *journal_find(const struct journal *j, uint64_t id)
{
	const struct journal_known *k = settle(j);
	size_t i = lower_bound(k, id);

	return i < k->n && k->shown[i].id == id ? &k->shown[i] : NULL;
}

const char *journal_warning(const struct journal *j)
{
	return j->warning.len > 0 ? j->warning.buf : NULL;
}

int journal_fd(const struct journal *j)
{
	return j->dirfd < 0 ? -ENOENT : j->dirfd;
}

static bool is_undo(const struct action *a)
{
	return a->undoes && !a->redo;
}

static bool has_something_to_take_back(const struct action *a)
{
	if (a->state != ACTION_ENDED)
		return false;
	for (uint32_t i = 0; i < a->nsteps; i++) {
		if (a->steps[i].state == STEP_DONE && !a->steps[i].undone &&
		    step_can_take_back(&a->steps[i].step))
			return true;
	}
	return false;
}

static bool changed_something(const struct action *a)
{
	for (uint32_t i = 0; i < a->nsteps; i++)
		if (a->steps[i].state != STEP_NOT_DONE)
			return true;
	return false;
}

uint64_t journal_undoable(const struct journal *j, bool own)
{
	const struct journal_known *k = settle(j);

	for (size_t i = k->n; i-- > 0;) {
		const struct action *a = &k->shown[i];

		if ((a->own || !own) && !is_undo(a) && has_something_to_take_back(a))
			return a->id;
	}
	return 0;
}

uint64_t journal_redoable(const struct journal *j, bool own)
{
	const struct journal_known *k = settle(j);

	for (size_t i = k->n; i-- > 0;) {
		const struct action *a = &k->shown[i];

		if (own && !a->own)
			continue;
		if (is_undo(a) && has_something_to_take_back(a))
			return a->id;
		if (!a->undoes && changed_something(a))
			return 0;
	}
	return 0;
}

/* ---- its life ---- */

int journal_warn(struct journal *j, const char *name, const char *what)
{
	struct str line = STR_INIT;
	int r = 0;

	if (name && (display_add(&line, name, strlen(name), false) < 0 || str_adds(&line, " ") < 0))
		r = -ENOMEM;
	if (r == 0)
		r = str_adds(&line, what);
	if (r == 0 && j->warning.len < WARNING_MAX && !strstr(j->warning.buf, line.buf)) {
		if (j->warning.len > 0)
			r = str_insert(&line, 0, "\n", 1);
		if (r == 0)
			r = str_add(&j->warning, line.buf, line.len);
	}
	str_done(&line);
	return r;
}

static void read_small(const char *path, char *buf, size_t size)
{
	int fd = sys_openat(AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);
	ssize_t n = fd < 0 ? -1 : sys_read(fd, buf, size - 1);

	buf[MAX(n, 0)] = '\0';
	if (fd >= 0)
		sys_close(fd);
}

static void parse_boot_id(const char *text, uint8_t boot[16])
{
	static const char digits[] = "0123456789abcdef";
	unsigned n = 0;

	for (; *text && n < 32; text++) {
		const char *digit = strchr(digits, *text);

		if (!digit)
			continue;
		boot[n / 2] = (uint8_t)(boot[n / 2] << 4 | (unsigned)(digit - digits));
		n++;
	}
}

/* Field 22 of proc(5) stat, counted behind the name of the program, which may hold anything. */
static uint64_t parse_start(const char *stat)
{
	const char *at = strrchr(stat, ')');

	for (unsigned field = 2; at && field < 22; field++) {
		at = strchr(at, ' ');
		at = at ? at + 1 : NULL;
	}
	return at ? strtoull(at, NULL, 10) : 0;
}

/* Where it cannot be told, the number of the process alone says too little. */
static void find_who(struct journal_who *who)
{
	char buf[1024];

	read_small("/proc/sys/kernel/random/boot_id", buf, sizeof(buf));
	parse_boot_id(buf, who->boot);
	read_small("/proc/self/stat", buf, sizeof(buf));
	who->start = parse_start(buf);
	who->pid = (uint32_t)getpid();
}

static int check_dir(int fd, const char **ret_why)
{
	struct meta meta;
	int r = stat_fd(fd, &meta, NULL);

	if (r < 0)
		return r;
	*ret_why = "the directory of the journal belongs to someone else";
	if (meta.uid != geteuid())
		return -EPERM;
	*ret_why = "others may write the directory of the journal (chmod go-w would help)";
	if (meta.mode & 022)
		return -EPERM;
	*ret_why = NULL;
	return 0;
}

/* Descriptor; -1: it is not there, and does not matter. */
static int open_dir(const char *dir, bool look, int *ret_fd, const char **ret_why)
{
	struct str inside = STR_INIT;
	int fd, r = path_join(&inside, dir, "x", 1);

	if (r == 0 && !look)
		r = trusted_place(inside.buf, ret_why);
	if (r < 0) {
		str_done(&inside);
		return r;
	}
	fd = look ? sys_openat(AT_FDCWD, dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0)
		  : saver_open_parent(inside.buf);
	str_done(&inside);
	if (fd == -ENOENT && look) {
		*ret_fd = -1;
		return 0;
	}
	r = fd < 0 ? fd : check_dir(fd, ret_why);
	if (r < 0 && fd >= 0)
		sys_close(fd);
	*ret_fd = fd;
	return r;
}

void journal_close(struct journal *j)
{
	if (!j)
		return;
	/* Nothing came of it. */
	if (j->mine && j->mine->at == JOURNAL_HEAD_LEN)
		(void)sys_unlinkat(j->dirfd, j->mine->name, 0);
	for (size_t i = 0; i < j->nfiles; i++)
		journal_file_free(j->files[i]);
	for (size_t i = 0; i < j->nnotes; i++)
		step_done(&j->notes[i].step);
	if (j->dirfd >= 0)
		sys_close(j->dirfd);
	if (j->known) {
		free(j->known->acts);
		free(j->known->shown);
	}
	free(j->known);
	free(j->files);
	free(j->notes);
	free(j->read);
	free(j->dir);
	str_done(&j->warning);
	str_done(&j->buf);
	free(j);
}

static int new_journal(const char *dir, bool look, struct journal **ret_journal)
{
	struct journal *j = calloc(1, sizeof(*j));

	if (!j)
		return -ENOMEM;
	str_init(&j->warning);
	str_init(&j->buf);
	j->dirfd = -1;
	j->look = look;
	j->dir = memdup0(dir, strlen(dir));
	j->known = calloc(1, sizeof(*j->known));
	if (!j->dir || !j->known) {
		journal_close(j);
		return -ENOMEM;
	}
	find_who(&j->self);
	j->uid = geteuid();
	*ret_journal = j;
	return 0;
}

static int open_journal(const char *dir, bool look, struct journal **ret_journal,
			const char **ret_why)
{
	struct journal *j;
	int r;

	*ret_why = NULL;
	if (dir[0] != '/')
		return -EINVAL;
	r = new_journal(dir, look, &j);
	if (r < 0)
		return r;
	r = open_dir(dir, look, &j->dirfd, ret_why);
	if (r < 0)
		j->dirfd = -1;
	else
		r = journal_refresh(j);
	if (r == 0 && !look)
		r = journal_remove_old(j, time(NULL));
	if (r < 0)
		journal_close(j);
	else
		*ret_journal = j;
	return r;
}

int journal_open(const char *dir, struct journal **ret_journal, const char **ret_why)
{
	return open_journal(dir, false, ret_journal, ret_why);
}

int journal_look(const char *dir, struct journal **ret_journal, const char **ret_why)
{
	return open_journal(dir, true, ret_journal, ret_why);
}

int journal_refresh(struct journal *j)
{
	const char *why;
	int r = 0;

	if (j->dirfd < 0)
		r = open_dir(j->dir, true, &j->dirfd, &why);
	if (r < 0)
		j->dirfd = -1;
	if (r < 0 || j->dirfd < 0)
		return r;
	r = journal_read_all(j);
	journal_apply_notes(j);
	return r;
}
