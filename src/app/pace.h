/* SPDX-License-Identifier: MIT
 *
 * When to draw. Rendering follows the link: how long the terminal takes to take a frame sets how
 * soon the next may follow and how long keys must rest before what depends on the cursor is drawn.
 * Pure arithmetic on times that are passed in (milliseconds of a monotonic clock).
 *
 * Thread: UI. Owns: nothing.
 */
#ifndef APP_PACE_H
#define APP_PACE_H

#include <stdbool.h>
#include <stdint.h>

#define PACE_FRAME_MS 10 /* the shortest interval of frames */
#define PACE_REST_MS \
	150 /* keys rest: the highlight, the sentence, columns of rows that scrolled in */
#define PACE_HELD_MS 100 /* two keys closer than this: one is held */
#define PACE_SETTLE_MS \
	8 /* wait this long for answers of the file system, so that one frame shows all */
#define PACE_MAX_MS 1000

struct pace {
	int64_t last_key, last_frame; /* 0: never */
	int64_t settle_until;         /* no frame before, unless the file system is at rest */
	int64_t cost;                 /* smoothed time of a frame in the terminal, microseconds */
	bool held;
};

void pace_key(struct pace *p, int64_t now_ms);
/* Something was asked of the file system whose answer belongs into the next frame. */
void pace_settle(struct pace *p, int64_t now_ms, int64_t wait_ms);
void pace_shown(struct pace *p, int64_t now_ms, int64_t took_us);
/* The line turned out to hold things up for so long. */
void pace_cost(struct pace *p, int64_t us);
int64_t pace_interval(const struct pace *p); /* between frames, ms */
/* The earliest time for a frame; `busy`: answers of the file system are on their way. */
int64_t pace_frame_at(const struct pace *p, bool busy);
bool pace_resting(const struct pace *p, int64_t now_ms);
/* When keys will have rested; INT64_MAX when they do already. */
int64_t pace_rest_at(const struct pace *p);
/* Keys have rested: a full frame was drawn. */
void pace_rested(struct pace *p);

#endif
