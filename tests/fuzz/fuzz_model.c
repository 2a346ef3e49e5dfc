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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define KEEP        8
#define NAMES_LIMIT 400

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

static void take_request(struct state *s, struct request *r)
{
	size_t i;

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
	switch (byte(s) % 12) {
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
	default:
		event(s);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct state s = {.at = data, .end = data + size};
	struct str dump = STR_INIT;
	struct request request;
	uint8_t how;

	if (model_new(&s.m) < 0)
		return 0;
	how = byte(&s);
	s.m->inline_max = 4u << how % 8;
	s.m->slice = how & 8 ? 1u << (how >> 4) : LIST_SLICE;
	if (model_start(s.m, "/a/b", "a1") == 0) {
		while (s.at < s.end) {
			step(&s);
			model_check(s.m);
			while (model_next_request(s.m, &request))
				take_request(&s, &request);
			model_check(s.m);
		}
		model_dump(s.m, &dump);
	}
	model_free(s.m);
	str_done(&dump);
	for (size_t i = 0; i < KEEP; i++) {
		names_unref(s.lists[i].names);
		order_spec_done(&s.orders[i].spec);
	}
	return 0;
}
