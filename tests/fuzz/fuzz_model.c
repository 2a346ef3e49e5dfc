/* SPDX-License-Identifier: MIT
 *
 * The model: bytes become events and commands, answers true, false and stale. Its invariants hold
 * after each.
 */
#include "model/inside.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* The fuzzers link nothing of tests. */
#include "../lib/sizetree_made.c"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define KEEP        8
#define NAMES_LIMIT 400

#define DIRS_LIMIT 200

enum round { ROUND_NONE, ROUND_GOES, ROUND_READY, ROUND_TAKEN };

/* A scan as fs has it: its tree is there until it is closed, and no longer. */
struct scan {
	uint64_t ticket, watch;
	struct sizetree *tree;
	bool read[DIRS_LIMIT * 2]; /* directories whose reading is over */
	bool over;
	enum round round;
	uint32_t dir, now;
};

struct state {
	struct model *m;
	const uint8_t *at, *end;
	int64_t now;
	struct {
		uint64_t ticket;
		struct names *names;
		bool done;
	} lists[KEEP];
	struct {
		uint64_t ticket;
		struct order_spec spec;
	} orders[KEEP];
	uint64_t questions[KEEP];
	size_t nlists, norders, nquestions;
	struct scan scans[KEEP];
};

static uint8_t byte(struct state *s)
{
	return s->at < s->end ? *s->at++ : 0;
}

static size_t pick(struct state *s, size_t n)
{
	return n ? byte(s) % n : 0;
}

static void make_name(struct state *s, char name[8])
{
	unsigned v = byte(s);

	snprintf(name, 8, "%s%c%u", v & 128 ? "." : "", 'a' + (int)(v % 5), v % 23);
}

/* ---- scans ---- */

static struct scan *scan_of(struct state *s, uint64_t ticket)
{
	for (size_t i = 0; i < KEEP; i++)
		if (s->scans[i].ticket == ticket)
			return &s->scans[i];
	return NULL;
}

static void scan_close(struct scan *c)
{
	made_free(c->tree);
	*c = (struct scan){0};
}

/* Up to the root each is where its entry says. */
static void check_reachable(const struct sizetree *t, uint32_t dir)
{
	for (; dir != TREE_NONE; dir = sizetree_dir(t, dir)->parent)
		assert(sizetree_subdir(t, sizetree_dir(t, dir)->entry) == dir);
}

static void scan_request(struct state *s, const struct request *r)
{
	uint64_t ticket = r->kind == REQ_SCAN_WATCH ? r->view.file : r->ticket;
	struct scan *c = scan_of(s, r->kind == REQ_SCAN ? 0 : ticket);

	if (!c)
		return;
	switch (r->kind) {
	case REQ_SCAN:
		c->ticket = ticket;
		break;
	case REQ_CLOSE:
		scan_close(c);
		break;
	case REQ_SCAN_AGAIN:
		assert(c->tree && c->round == ROUND_NONE);
		check_reachable(c->tree, r->id);
		c->round = ROUND_GOES;
		c->dir = r->id;
		break;
	case REQ_SCAN_TAKE:
		assert(c->round == ROUND_READY);
		made_take(c->tree, c->dir, c->now);
		c->round = ROUND_TAKEN;
		break;
	case REQ_SCAN_WATCH:
		assert(c->tree && r->id < atomic_load(&c->tree->ndirs));
		c->watch = r->ticket;
		break;
	default:
		break;
	}
}

static void publish(struct state *s, struct sizetree *t, uint32_t dir, bool dirs)
{
	static const uint32_t flags[] = {0, 0, 0, TREE_UNREAD, TREE_EXCLUDED, TREE_LINKED};
	struct made_entry e[16] = {0}, own = {.size = byte(s), .blocks = byte(s) % 16};
	char names[16][8];
	size_t n = 0;

	for (size_t left = pick(s, 16); left; left--) {
		uint8_t how = byte(s);
		size_t i = 0;

		make_name(s, names[n]);
		while (i < n && strcmp(names[i], names[n]) != 0)
			i++;
		if (i < n)
			continue;
		e[n] = (struct made_entry){.name = names[n], .len = strlen(names[n])};
		e[n].type = how & 1 && dirs && atomic_load(&t->ndirs) < DIRS_LIMIT - 16
				    ? ENTRY_DIR
				    : ENTRY_FILE;
		if (e[n].type == ENTRY_FILE) {
			e[n].flags = flags[(how >> 1) % ARRAY_LEN(flags)];
			e[n].blocks = e[n].flags & TREE_UNREAD ? 0 : how;
			e[n].size = e[n].blocks * 100;
		}
		n++;
	}
	made_publish(t, dir, &own, e, n);
}

static bool is_read(const struct sizetree *t, uint32_t dir)
{
	return dir == TREE_NONE || sizetree_dir_state(t, dir) >= TREE_READ;
}

static void scan_grow(struct state *s, struct scan *c)
{
	struct sizetree *t = c->tree;
	uint32_t dir = (uint32_t)pick(s, atomic_load(&t->ndirs));

	if (is_read(t, dir)) {
		if (!c->read[dir])
			made_dir_done(t, dir);
		c->read[dir] = true;
	} else if (is_read(t, sizetree_dir(t, dir)->parent)) {
		c->read[dir] = dir && byte(s) % 16 == 0;
		if (c->read[dir])
			made_gone(t, dir);
		else
			publish(s, t, dir, true);
	}
}

/* Subdirectories are those of the old one, or new and without any. */
static void scan_anew(struct state *s, struct scan *c)
{
	struct sizetree *t = c->tree;
	const struct sizetree_dir *d;

	c->now = made_again(t, c->dir);
	publish(s, t, c->now, true);
	made_dir_done(t, c->now);
	d = sizetree_dir(t, c->now);
	for (uint32_t i = 0; i < d->count; i++) {
		uint32_t sub = sizetree_subdir(t, d->first + i), old;
		char name[8] = "";
		size_t len;
		const char *at = sizetree_name(t, c->now, d->first + i, &len);

		memcpy(name, at, len);
		old = sub == TREE_NONE ? TREE_NONE : made_dir_below(t, c->dir, name);
		if (sub == TREE_NONE || (old != TREE_NONE && byte(s) & 1))
			continue;
		publish(s, t, sub, false);
		made_dir_done(t, sub);
	}
	if (byte(s) % 8 == 0)
		c->now = TREE_NONE;
	/* So much was replaced that all is scanned anew. */
	if (byte(s) % 8 == 0)
		atomic_store(&t->ndead, 1u << 20);
}

static void scan_event(struct state *s, struct scan *c, enum fs_event_kind kind, int err)
{
	struct fs_event e = {.kind = kind, .ticket = c->ticket, .err = err};

	e.u.scan.tree = c->tree;
	e.u.scan.progress.entries = byte(s);
	e.u.scan.dir = c->dir;
	e.u.scan.now = c->now;
	model_apply(s->m, &e, s->now);
}

static void scan_again(struct state *s, struct scan *c)
{
	bool can = sizetree_dir_state(c->tree, 0) == TREE_DONE &&
		   atomic_load(&c->tree->ndirs) < DIRS_LIMIT - 32 && byte(s) % 8;

	if (c->round == ROUND_GOES && can) {
		scan_anew(s, c);
		c->round = ROUND_READY;
		scan_event(s, c, FS_SCAN_READY, 0);
	} else if (c->round == ROUND_GOES) {
		c->round = ROUND_NONE;
		scan_event(s, c, FS_SCAN_READY, byte(s) & 1 ? -ECANCELED : -EIO);
	} else if (c->round == ROUND_TAKEN) {
		c->round = ROUND_NONE;
		scan_event(s, c, FS_SCAN_TAKEN, 0);
	}
}

static void scan_goes_on(struct state *s)
{
	struct scan *c = &s->scans[pick(s, 3)];
	uint8_t how = byte(s);
	struct fs_event e = {.kind = FS_CHANGED, .ticket = c->watch};

	if (!c->ticket)
		return;
	if (!c->tree) {
		c->tree = how % 8 ? made_new("/a/b") : NULL;
		scan_event(s, c, FS_SCAN_BEGUN, c->tree ? 0 : -EACCES);
		if (!c->tree)
			c->ticket = 0;
	} else if (c->over && how % 4 == 0) {
		model_apply(s->m, &e, s->now);
	} else if (c->over) {
		scan_again(s, c);
	} else if (how % 16 == 0 || sizetree_dir_state(c->tree, 0) == TREE_DONE) {
		c->over = true;
		scan_event(s, c, FS_SCAN_OVER,
			   sizetree_dir_state(c->tree, 0) == TREE_DONE ? 0
			   : how & 16                                  ? -ECANCELED
								       : -ENOMEM);
	} else if (how % 16 == 1) {
		scan_event(s, c, FS_SCAN_GOES, 0);
	} else {
		for (unsigned n = how >> 4; n; n--)
			scan_grow(s, c);
	}
}

static void sizes(struct state *s)
{
	struct model *m = s->m;

	switch (byte(s) % 9) {
	case 0:
		(void)model_view_found(m, 3, NULL, 0);
		break;
	case 1:
		(void)model_view_found(m, 0, NULL, 0);
		break;
	case 2:
		(void)model_view_found(m, 3, "", 0);
		break;
	case 3:
	case 4:
		(void)model_sizes_again(m);
		break;
	case 5:
		model_sizes_apparent(m);
		break;
	case 6:
		model_sizes_parts(m);
		break;
	case 7:
		model_sizes_shared(m);
		break;
	default:
		(void)model_view_sizes(m);
	}
}

static void take_request(struct state *s, struct request *r)
{
	size_t i;

	scan_request(s, r);
	switch (r->kind) {
	case REQ_LIST:
		i = s->nlists++ % KEEP;
		names_unref(s->lists[i].names);
		s->lists[i].ticket = r->ticket;
		s->lists[i].names = names_new();
		s->lists[i].done = false;
		break;
	case REQ_ORDER:
		i = s->norders++ % KEEP;
		order_spec_done(&s->orders[i].spec);
		s->orders[i].spec = r->order;
		s->orders[i].ticket = r->ticket;
		r->order = (struct order_spec){0};
		break;
	case REQ_PLACE:
	case REQ_LINK_TARGET:
	case REQ_REPO_ROOT:
	case REQ_COMPLETE:
		s->questions[s->nquestions++ % KEEP] = r->ticket;
		break;
	default:
		break;
	}
	request_done(r);
}

static void list_event(struct state *s, enum fs_event_kind kind)
{
	static const int errs[] = {0, 0, 0, 0, 0, 0, -EACCES, -ENOENT, -ENOTDIR, -EIO};
	size_t i = pick(s, KEEP);
	struct names *names = s->lists[i].names;
	struct fs_event e = {.kind = kind, .ticket = s->lists[i].ticket};
	char name[8];

	if (!names)
		return;
	if (kind == FS_LIST_OPENED) {
		e.u.opened.names = names_ref(names);
		e.u.opened.dir.meta.id.ino = byte(s) % 4;
		e.u.opened.dir.watched = byte(s) & 1;
	} else {
		for (size_t n = pick(s, 40);
		     n && !s->lists[i].done && names_count(names) < NAMES_LIMIT; n--) {
			make_name(s, name);
			/* A directory holds a name once. */
			if (names_find(names, names_count(names), name, strlen(name)) == NAMES_NONE)
				(void)names_add(names, name, strlen(name), byte(s) % 8, NULL);
		}
		e.u.part.count = names_count(names);
		if (kind == FS_LIST_DONE) {
			e.err = errs[byte(s) % ARRAY_LEN(errs)];
			s->lists[i].done = true;
		}
	}
	model_apply(s->m, &e, s->now);
	if (kind == FS_LIST_OPENED)
		names_unref(e.u.opened.names);
}

static void stat_event(struct state *s)
{
	static const uint32_t modes[] = {S_IFREG, S_IFDIR, S_IFLNK, S_IFIFO};
	struct stat_item items[16] = {0};
	struct fs_event e = {.kind = FS_STAT, .ticket = s->lists[pick(s, KEEP)].ticket};
	char name[8];

	e.u.stat.items = items;
	e.u.stat.n = (uint32_t)pick(s, 16);
	for (uint32_t i = 0; i < e.u.stat.n; i++) {
		uint8_t how = byte(s);

		make_name(s, name);
		items[i].name = how & 1 ? strdup(name) : NULL;
		items[i].id = byte(s);
		items[i].err = how & 2 ? (how & 4 ? -ENOENT : -EACCES) : 0;
		items[i].meta.size = byte(s);
		items[i].meta.mode = modes[how >> 6] | 0644;
		items[i].target = how & 8 ? strdup("target") : NULL;
	}
	model_apply(s->m, &e, s->now);
	for (uint32_t i = 0; i < e.u.stat.n; i++) {
		free(items[i].name);
		free(items[i].target);
	}
}

static void changed_event(struct state *s)
{
	char *names[16], name[8];
	struct fs_event e = {.kind = FS_CHANGED, .ticket = s->lists[pick(s, KEEP)].ticket};
	uint8_t how = byte(s);

	e.u.changed.all = how % 8 == 0;
	e.u.changed.gone = how % 16 == 1;
	e.u.changed.names = names;
	for (size_t n = pick(s, 16); n; n--) {
		make_name(s, name);
		names[e.u.changed.n++] = strdup(name);
	}
	model_apply(s->m, &e, s->now);
	for (uint32_t i = 0; i < e.u.changed.n; i++)
		free(names[i]);
}

static void order_event(struct state *s)
{
	size_t i = pick(s, KEEP);
	struct fs_event e = {.kind = FS_ORDER, .ticket = s->orders[i].ticket};

	if (!s->orders[i].spec.names)
		return;
	e.err = byte(s) % 16 ? order_run(&s->orders[i].spec, NULL, &e.u.order) : -ENOMEM;
	model_apply(s->m, &e, s->now);
	if (!e.err)
		order_result_done(&e.u.order);
}

static void place_event(struct state *s)
{
	struct fs_event e = {.kind = FS_PLACE, .ticket = s->questions[pick(s, KEEP)]};

	e.err = byte(s) & 1 ? -ENOENT : 0;
	e.u.place.path = strdup("/p/q");
	model_apply(s->m, &e, s->now);
	free(e.u.place.path);
}

static void event(struct state *s)
{
	switch (byte(s) % 8) {
	case 0:
		list_event(s, FS_LIST_OPENED);
		break;
	case 1:
		list_event(s, FS_LIST_PART);
		break;
	case 2:
		list_event(s, FS_LIST_DONE);
		break;
	case 3:
		stat_event(s);
		break;
	case 4:
		changed_event(s);
		break;
	case 5:
	case 6:
		order_event(s);
		break;
	default:
		place_event(s);
	}
}

static void move(struct state *s)
{
	struct list *l = model_list(s->m);

	switch (byte(s) % 8) {
	case 0:
		list_fit(l, byte(s) % 20);
		break;
	case 1:
		list_page(l, (int8_t)byte(s));
		break;
	case 2:
		list_scroll(l, (int8_t)byte(s));
		break;
	case 3:
		list_move_to(l, byte(s));
		break;
	case 4:
		(void)model_find_letter(s->m, 'a' + byte(s) % 5);
		break;
	case 5:
		(void)model_find_next(s->m, byte(s) & 1 ? 1 : -1);
		break;
	default:
		list_move(l, (int8_t)byte(s));
	}
}

static void mark(struct state *s)
{
	struct model *m = s->m;
	char name[8];

	switch (byte(s) % 7) {
	case 0:
		(void)model_mark_all(m);
		break;
	case 1:
		(void)model_mark_invert(m);
		break;
	case 2:
		model_mark_none(m);
		break;
	case 3:
		model_range(m);
		break;
	case 4:
		make_name(s, name);
		(void)model_mark_matching(m, (enum match_kind)pick(s, MATCH_KINDS), name,
					  byte(s) & 1, NULL, NULL);
		break;
	default:
		(void)model_mark_toggle(m, byte(s) % 9);
	}
}

static void go(struct state *s)
{
	static const char *const paths[] = {"/", "/a", "/a/b", "/c"};
	struct model *m = s->m;

	switch (byte(s) % 10) {
	case 0:
		(void)model_go(m, paths[pick(s, ARRAY_LEN(paths))], byte(s) & 1 ? "a1" : NULL);
		break;
	case 1:
		(void)model_parent(m);
		break;
	case 2:
		(void)model_history(m, (int8_t)byte(s));
		break;
	case 3:
		(void)model_reload(m);
		break;
	case 4:
		(void)model_last_dir(m);
		break;
	case 5:
		(void)model_go_place(m, "../x");
		break;
	case 6:
		(void)model_complete(m, "~/x");
		break;
	default:
		(void)model_enter(m);
		free(model_take_open(m));
	}
}

static void views(struct state *s)
{
	struct model *m = s->m;

	switch (byte(s) % 7) {
	case 0:
		(void)model_tab_new(m);
		break;
	case 1:
		model_tab_close(m);
		break;
	case 2:
		model_tab_next(m, byte(s) & 1 ? 1 : -1);
		break;
	case 3:
		(void)model_view_mounts(m);
		break;
	case 4:
		(void)model_view_close(m);
		break;
	default:
		(void)model_view_marked(m);
	}
}

static void sort(struct state *s)
{
	struct model *m = s->m;
	char name[8];

	switch (byte(s) % 7) {
	case 0:
		(void)model_sort(m, (enum sort_by)pick(s, SORT_KINDS));
		break;
	case 1:
		(void)model_sort_reverse(m);
		break;
	case 2:
		(void)model_sort_dirs_first(m);
		break;
	case 3:
		(void)model_toggle_hidden(m);
		break;
	case 4:
		(void)model_escape(m);
		break;
	default:
		make_name(s, name);
		name[pick(s, 4)] = '\0';
		(void)model_filter(m, (enum match_kind)pick(s, MATCH_KINDS), name, NULL);
	}
}

static void step(struct state *s)
{
	switch (byte(s) % 16) {
	case 0:
		go(s);
		break;
	case 1:
		move(s);
		break;
	case 2:
		mark(s);
		break;
	case 3:
		views(s);
		break;
	case 4:
		sort(s);
		break;
	case 5:
		s->now += byte(s) * 8;
		model_tick(s->m, s->now);
		break;
	case 6:
		sizes(s);
		break;
	case 7:
	case 8:
	case 9:
		scan_goes_on(s);
		break;
	default:
		event(s);
	}
}

static void drain(struct state *s)
{
	struct request request;

	while (model_next_request(s->m, &request))
		take_request(s, &request);
	model_check(s->m);
}

/* Everything that a row can be asked for. */
static void ask_rows(const struct list *l)
{
	for (size_t pos = 0; pos < MIN(list_len(l), 16); pos++) {
		struct str cell = STR_INIT;
		struct row row;
		uint64_t n;
		uint32_t id = list_id(l, pos);

		(void)list_row(l, pos, &row);
		for (enum column col = 0; id != NAMES_NONE && col < COL_KINDS; col++) {
			if (l->rows->ops->number)
				(void)l->rows->ops->number(l->rows, id, col, &n);
			if (l->rows->ops->cell)
				(void)l->rows->ops->cell(l->rows, id, col, &cell);
		}
		str_done(&cell);
	}
}

/* Begins with the view of sizes and a scan that is over, so that what comes after that is reached
 * soon. */
static void scan_first(struct state *s, uint64_t seed)
{
	const uint8_t *at = s->at, *end = s->end;
	struct scan *c = &s->scans[0];
	uint8_t bytes[8192];

	(void)model_view_sizes(s->m);
	drain(s);
	if (!c->ticket)
		return;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)made_random(&seed, 256);
	s->at = bytes;
	s->end = bytes + sizeof(bytes);
	c->tree = made_new("/a/b");
	scan_event(s, c, FS_SCAN_BEGUN, 0);
	for (uint32_t dir = 0; dir < atomic_load(&c->tree->ndirs); dir++) {
		publish(s, c->tree, dir, dir < 6);
		made_dir_done(c->tree, dir);
	}
	c->over = true;
	scan_event(s, c, FS_SCAN_OVER, 0);
	s->at = at;
	s->end = end;
	drain(s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct state s = {.at = data, .end = data + size};
	struct str dump = STR_INIT;
	uint8_t how;

	if (model_new(&s.m) < 0)
		return 0;
	how = byte(&s);
	s.m->inline_max = 4u << how % 8;
	s.m->slice = how & 8 ? 1u << (how >> 4) : LIST_SLICE;
	if (model_start(s.m, "/a/b", "a1") == 0) {
		drain(&s);
		if (size && data[size - 1] & 1)
			scan_first(&s, data[size - 1]);
		while (s.at < s.end) {
			step(&s);
			model_check(s.m);
			drain(&s);
			ask_rows(model_list(s.m));
		}
		model_dump(s.m, &dump);
	}
	model_free(s.m);
	str_done(&dump);
	for (size_t i = 0; i < KEEP; i++) {
		names_unref(s.lists[i].names);
		order_spec_done(&s.orders[i].spec);
		scan_close(&s.scans[i]);
	}
	return 0;
}
