/* SPDX-License-Identifier: MIT
 *
 * Where a tab was: back, forward, and the cursor of each directory by name.
 */
#include "model/inside.h"

#include "base/alloc.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define HISTORY_MAX 1000
#define SELECTS_MAX 20000

struct stack {
	struct place **at;
	size_t *n, *cap;
};

static struct stack back_of(struct tab *t)
{
	return (struct stack){&t->back, &t->nback, &t->back_cap};
}

static struct stack forward_of(struct tab *t)
{
	return (struct stack){&t->forward, &t->nforward, &t->forward_cap};
}

static void place_done(struct place *p)
{
	free(p->path);
	free(p->select);
}

static void clear(struct stack s)
{
	while (*s.n)
		place_done(&(*s.at)[--*s.n]);
}

/* Takes the place; without memory it is forgotten, which costs a step of the history and nothing
 * else. */
static void push(struct stack s, struct place place)
{
	if (!place.path || array_grow(s.at, s.cap, *s.n + 1, sizeof(struct place)) < 0) {
		place_done(&place);
		return;
	}
	if (*s.n == HISTORY_MAX) {
		place_done(&(*s.at)[0]);
		memmove(*s.at, *s.at + 1, --*s.n * sizeof(struct place));
	}
	(*s.at)[(*s.n)++] = place;
}

static struct place pop(struct stack s)
{
	return *s.n ? (*s.at)[--*s.n] : (struct place){0};
}

static void walk(struct tab *t, struct stack from, struct stack to, size_t steps,
		 const char *select)
{
	struct place here = {strdup(t->path.buf), select ? strdup(select) : NULL};
	struct place target;

	push(to, here);
	for (; steps > 1; steps--)
		push(to, pop(from));
	target = pop(from);
	place_done(&target);
}

void history_note(struct tab *t, enum go_kind kind, size_t steps, const char *select)
{
	switch (kind) {
	case GO_PUSH:
		push(back_of(t),
		     (struct place){strdup(t->path.buf), select ? strdup(select) : NULL});
		clear(forward_of(t));
		break;
	case GO_BACK:
		walk(t, back_of(t), forward_of(t), steps, select);
		break;
	case GO_FORWARD:
		walk(t, forward_of(t), back_of(t), steps, select);
		break;
	case GO_NEAREST:
	case GO_RELOAD:
		break;
	}
}

void history_undo_push(struct tab *t, const char *path)
{
	if (t->nback && strcmp(t->back[t->nback - 1].path, path) == 0) {
		struct place place = pop(back_of(t));

		place_done(&place);
	}
}

void history_done(struct tab *t)
{
	size_t pos = 0;
	uintptr_t value;

	clear(back_of(t));
	clear(forward_of(t));
	free(t->back);
	free(t->forward);
	while (map_next(&t->selects, &pos, NULL, NULL, &value))
		free((void *)value);
	map_done(&t->selects);
}

void selects_remember(struct tab *t, const char *path, const char *name, size_t len)
{
	uintptr_t old = 0;
	char *copy;

	if (t->selects.count >= SELECTS_MAX)
		return;
	copy = memdup0(name, len);
	map_get(&t->selects, path, strlen(path), &old);
	if (!copy || map_put(&t->selects, path, strlen(path), (uintptr_t)copy) < 0) {
		free(copy);
		return;
	}
	free((void *)old);
}

const char *selects_recall(const struct tab *t, const char *path)
{
	uintptr_t value;

	return map_get(&t->selects, path, strlen(path), &value) ? (const char *)value : NULL;
}

int model_history(struct model *m, int steps)
{
	struct tab *t = model_tab_mut(m);
	size_t n = steps < 0 ? (size_t) - (long)steps : (size_t)steps;
	size_t have = steps < 0 ? t->nback : t->nforward;
	const struct place *place;

	model_touch(m);
	if (n && !have)
		model_notice(m, NOTICE_INFO, "there is no directory to go %s to",
			     steps < 0 ? "back" : "forward");
	if (!n || !have)
		return 0;
	n = MIN(n, have);
	place = steps < 0 ? &t->back[have - n] : &t->forward[have - n];
	return tab_open(m, t, place->path, steps < 0 ? GO_BACK : GO_FORWARD, n, place->select);
}

int model_last_dir(struct model *m)
{
	struct tab *t = model_tab_mut(m);

	model_touch(m);
	if (t->from)
		return tab_open(m, t, t->from, GO_PUSH, 0, NULL);
	model_notice(m, NOTICE_INFO, "this tab was nowhere else yet");
	return 0;
}
