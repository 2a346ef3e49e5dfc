/* SPDX-License-Identifier: MIT */
#include "app/pace.h"

#include "base/defs.h"

/* Of a frame's cost: the link shall be idle at least as long as it was busy. */
#define COST_FACTOR 2

int64_t pace_interval(const struct pace *p)
{
	int64_t ms = p->cost * COST_FACTOR / 1000;

	return MIN(MAX(ms, PACE_FRAME_MS), PACE_MAX_MS);
}

static int64_t stretched(const struct pace *p, int64_t ms)
{
	return ms + pace_interval(p) - PACE_FRAME_MS;
}

void pace_key(struct pace *p, int64_t now_ms)
{
	p->held = p->last_key && now_ms - p->last_key < stretched(p, PACE_HELD_MS);
	p->last_key = now_ms;
}

void pace_settle(struct pace *p, int64_t now_ms, int64_t wait_ms)
{
	/* Not extended by every new question: the screen must move on. */
	if (now_ms > p->settle_until)
		p->settle_until = now_ms + wait_ms;
}

void pace_shown(struct pace *p, int64_t now_ms, int64_t took_us)
{
	p->last_frame = now_ms;
	pace_cost(p, took_us);
}

void pace_cost(struct pace *p, int64_t us)
{
	p->cost = (p->cost * 3 + us) / 4;
}

int64_t pace_frame_at(const struct pace *p, bool busy)
{
	int64_t next = p->last_frame ? p->last_frame + pace_interval(p) : 0;

	return busy ? MAX(next, p->settle_until) : next;
}

int64_t pace_rest_at(const struct pace *p)
{
	return p->held ? p->last_key + stretched(p, PACE_REST_MS) : INT64_MAX;
}

bool pace_resting(const struct pace *p, int64_t now_ms)
{
	return !p->held || now_ms >= pace_rest_at(p);
}

void pace_rested(struct pace *p)
{
	p->held = false;
}
