/* SPDX-License-Identifier: MIT */
#include "app/link.h"

#include "base/defs.h"

void link_init(struct link *l, bool on)
{
	*l = (struct link){.on = on, .window = LINK_WINDOW_MIN};
}

void link_sent(struct link *l, size_t bytes)
{
	if (l->on)
		l->ahead += bytes;
}

bool link_wants_ask(const struct link *l)
{
	return l->on && !l->asked && l->ahead >= LINK_PROBE;
}

void link_asked(struct link *l, int64_t now_ms)
{
	l->asked = true;
	l->asked_at = now_ms;
	l->ahead_then = l->ahead;
}

/* Time on the line and time for the bytes cannot be told apart. A quick answer lets the window
 * grow, so that a quick line far away is soon filled; a late one cuts it to what the line carried.
 */
static size_t next_window(const struct link *l, int64_t took_ms)
{
	size_t window = took_ms < LINK_QUICK_MS ? l->window * 2
						: l->ahead_then * LINK_AHEAD_MS / (size_t)took_ms;

	return MIN(MAX(window, LINK_WINDOW_MIN), LINK_WINDOW_MAX);
}

int64_t link_answered(struct link *l, int64_t now_ms)
{
	int64_t took = now_ms - l->asked_at;

	if (!l->asked)
		return 0;
	l->asked = false;
	l->answers = true;
	l->best_ms = l->best_ms ? MIN(l->best_ms, took) : MAX(took, 1);
	l->window = next_window(l, took);
	l->ahead -= l->ahead_then;
	return MAX(took - l->best_ms, 0);
}

static int64_t patience(const struct link *l)
{
	return l->asked_at + (l->answers ? LINK_LOST_MS : LINK_FIRST_MS);
}

bool link_ready(const struct link *l, int64_t now_ms)
{
	return !l->on || !l->asked || l->ahead <= l->window || now_ms >= patience(l);
}

int64_t link_deadline(const struct link *l, int64_t now_ms)
{
	return link_ready(l, now_ms) ? INT64_MAX : patience(l);
}

int64_t link_deadline_to_leave(const struct link *l, int64_t now_ms)
{
	return l->asked ? patience(l) : now_ms;
}
