/* SPDX-License-Identifier: MIT */
#include "fs/trash_reader.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "fs/trash_list.h"

#define FIRST_BATCH 64 /* things told at once */
#define BATCH       2048

struct reading {
	const struct trash_reader *how;
	uint32_t n, batch;
	struct trash_found *at;
	struct load *load; /* what is to be weighed; NULL: nothing yet */
	int err;
};

static int flush(struct reading *r)
{
	struct fs_event *e = r->n ? fs_event_new(FS_TRASH_ITEMS, r->how->ticket) : NULL;

	if (!r->n)
		return 0;
	if (!e)
		return -ENOMEM;
	e->u.trash_items.at = r->at;
	e->u.trash_items.n = r->n;
	e->u.trash_items.number = r->how->number;
	r->at = NULL;
	r->n = 0;
	r->batch = BATCH;
	outbox_send(r->how->out, e, r->how->closed);
	return 0;
}

/* Without a zone: it is taken for ours, as whoever wrote it has. */
static int64_t seconds_of(const struct trash_date *d)
{
	struct tm tm = {.tm_year = d->year - 1900,
			.tm_mon = d->month - 1,
			.tm_mday = d->day,
			.tm_hour = d->hour,
			.tm_min = d->minute,
			.tm_sec = d->second,
			.tm_isdst = -1};
	time_t sec;

	if (!d->year)
		return INT64_MIN;
	sec = mktime(&tm);
	return sec == (time_t)-1 ? INT64_MIN : (int64_t)sec;
}

static char *text_copy(const char *text)
{
	return text ? memdup0(text, strlen(text)) : NULL;
}

static int take(struct reading *r, const struct trash_item *item)
{
	struct trash_found *f;

	if (!r->at)
		r->at = calloc(r->batch, sizeof(*r->at));
	if (!r->at)
		return -ENOMEM;
	f = &r->at[r->n];
	*f = (struct trash_found){.name = text_copy(item->name),
				  .origin = text_copy(item->origin),
				  .why = item->why,
				  .state = item->state,
				  .deleted = seconds_of(&item->date),
				  .size_known = item->size_known,
				  .size = item->size,
				  .meta = item->meta};
	r->n++;
	return !f->name || (item->origin && !f->origin) ? -ENOMEM : 0;
}

static int to_be_weighed(struct reading *r, const struct trash_item *item)
{
	if (item->state == TRASH_INFO_ALONE || item->size_known)
		return 0;
	if (!r->load) {
		r->load = calloc(1, sizeof(*r->load));
		if (!r->load)
			return -ENOMEM;
		trash_dir_init(&r->load->dir);
	}
	return load_add(r->load, item->name, item->info_mtime);
}

static bool each(void *ctx, const struct trash_item *item)
{
	struct reading *r = ctx;

	job_alive(r->how->job);
	r->err = take(r, item);
	if (r->err == 0)
		r->err = to_be_weighed(r, item);
	if (r->err == 0 && r->n == r->batch)
		r->err = flush(r);
	return r->err == 0;
}

int trash_reader_read(const struct trash_reader *reader, const struct trash_dir *dir,
		      struct load **ret_load)
{
	struct reading r = {.how = reader, .batch = FIRST_BATCH};
	int rc = trash_list(dir, reader->closed, each, &r), flushed;

	if (r.err)
		rc = r.err;
	flushed = rc == -ENOMEM || rc == -ECANCELED ? 0 : flush(&r);
	trash_found_free(r.at, r.n);
	*ret_load = r.load;
	return rc < 0 ? rc : flushed;
}
