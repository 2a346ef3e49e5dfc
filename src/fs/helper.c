/* SPDX-License-Identifier: MIT */
#include "fs/helper.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/alloc.h"
#include "base/wire.h"
#include "fs/browse.h"
#include "fs/helper_child.h"
#include "fs/helper_path.h"
#include "fs/sys.h"

/* A process is replaced by a fresh one after so much work: what it may have leaked goes with it,
 * and it never comes near its limit of CPU time (helper/sandbox.h). */
#define ASKS_MAX 200
#define BUSY_MS  3000
/* Deaths without a single answer between them, and then how long nothing is tried. */
#define DEATHS_MAX  5
#define PAUSE_MS    10000
#define LOST_MAX    4
#define WAIT_MS     3000 /* for another worker's question to be done */
#define LOOK_MS     20   /* between two looks at whether the job is still wanted */
#define DYING_MS    40
#define DIED_STATUS (-ECONNRESET)

_Static_assert((int)PREVIEW_OF_KIND == (int)WIRE_KIND &&
		       (int)PREVIEW_OF_CONTENT == (int)WIRE_CONTENT &&
		       (int)PREVIEW_OF_BYTES == (int)WIRE_BYTES,
	       "the same depths");

struct slot {
	struct helper_child child;
	bool busy;
};

struct helper {
	pthread_mutex_t lock; /* for all of it; a busy slot's child is its user's */
	pthread_cond_t idle;  /* a slot is no longer busy */
	char *program;        /* NULL: to be found */
	struct slot slots[HELPER_MAX];
	pid_t lost[LOST_MAX]; /* killed, but stuck in the kernel */
	size_t nlost;
	unsigned deaths; /* in a row */
	uint64_t died_ms;
};

int helper_new(const char *program, struct helper **ret_helper)
{
	struct helper *h = calloc(1, sizeof(*h));

	if (!h)
		return -ENOMEM;
	if (program) {
		h->program = memdup0(program, strlen(program));
		if (!h->program) {
			free(h);
			return -ENOMEM;
		}
	}
	pthread_mutex_init(&h->lock, NULL);
	pthread_cond_init(&h->idle, NULL);
	for (size_t i = 0; i < HELPER_MAX; i++)
		h->slots[i].child = (struct helper_child)HELPER_CHILD_NONE;
	*ret_helper = h;
	return 0;
}

void helper_free(struct helper *h)
{
	int status;
	pid_t lost;

	if (!h)
		return;
	for (size_t i = 0; i < HELPER_MAX; i++)
		(void)helper_child_end(&h->slots[i].child, 0, &status, &lost);
	for (size_t i = 0; i < h->nlost; i++)
		(void)sys_waitpid(h->lost[i], &status, WNOHANG);
	pthread_cond_destroy(&h->idle);
	pthread_mutex_destroy(&h->lock);
	free(h->program);
	free(h);
}

size_t helper_pids(struct helper *h, pid_t ret_pids[HELPER_MAX])
{
	size_t n = 0;

	pthread_mutex_lock(&h->lock);
	for (size_t i = 0; i < HELPER_MAX; i++) {
		if (h->slots[i].child.pid > 0)
			ret_pids[n++] = h->slots[i].child.pid;
	}
	pthread_mutex_unlock(&h->lock);
	return n;
}

/* ---- what went wrong, in words ---- */

static int explain_death(struct str *out, int status)
{
	const char *name = WIFSIGNALED(status) ? sigdescr_np(WTERMSIG(status)) : NULL;

	if (WIFSIGNALED(status))
		return str_addf(out, "the helper program died looking at it (signal %d, %s)",
				WTERMSIG(status), name ? name : "unknown");
	return str_addf(out, "the helper program ended before it answered (status %d)",
			WEXITSTATUS(status));
}

static int explain(struct str *out, int err, int status)
{
	static const struct {
		int err;
		const char *words;
	} reasons[] = {
		{-ENOENT, "the helper program " HELPER_PATH_NAME
			  " was found neither beside trowel nor in " TROWEL_LIBEXECDIR
			  "; contents are looked at by it alone"},
		{-EPERM, "the helper program is not used: others than the owner of trowel could "
			 "have changed it"},
		{-EPROTO, "the helper program sent something that is no answer, and was ended"},
		{-EBADE, "the helper program hung up before it answered, and was ended"},
		{-EPROTONOSUPPORT,
		 "the helper program is of another version than trowel: install both again"},
		{-EBUSY, "the helper programs are all busy with other files"},
		{-EHOSTDOWN, "the helper program died several times in a row; it is tried again "
			     "in some seconds"},
		{-EDEADLK, "several helper programs hang in a file system that does not answer"},
	};

	for (size_t i = 0; i < ARRAY_LEN(reasons); i++) {
		if (reasons[i].err == err)
			return str_adds(out, reasons[i].words);
	}
	if (err == -ETIMEDOUT)
		return str_addf(out, "looking at it took longer than %d s, and was ended",
				HELPER_DEADLINE_MS / 1000);
	if (err == DIED_STATUS)
		return explain_death(out, status);
	return str_addf(out, "the helper program could not be used: %s", strerrordesc_np(-err));
}

/* ---- slots ---- */

/* With the lock held: the killed ones that have ended meanwhile. */
static void reap(struct helper *h)
{
	size_t n = 0;
	int status;

	for (size_t i = 0; i < h->nlost; i++) {
		if (sys_waitpid(h->lost[i], &status, WNOHANG) == 0)
			h->lost[n++] = h->lost[i];
	}
	h->nlost = n;
}

static struct slot *free_slot(struct helper *h)
{
	struct slot *best = NULL;

	for (size_t i = 0; i < HELPER_MAX; i++) {
		struct slot *s = &h->slots[i];

		/* Rather one that runs than a second one. */
		if (!s->busy && (!best || s->child.pid > best->child.pid))
			best = s;
	}
	return best;
}

/* With the lock held. */
static int take_slot(struct helper *h, struct job *job, struct slot **ret_slot)
{
	uint64_t until = pool_now_ms() + WAIT_MS;
	struct slot *s;

	while (!(s = free_slot(h))) {
		uint64_t now = pool_now_ms(), next = now + LOOK_MS;
		struct timespec at = {.tv_sec = (time_t)(next / 1000),
				      .tv_nsec = (long)(next % 1000) * 1000000};

		if (atomic_load(&job->cancel))
			return -ECANCELED;
		if (now >= until)
			return -EBUSY;
		job_alive(job);
		pthread_cond_clockwait(&h->idle, &h->lock, CLOCK_MONOTONIC, &at);
	}
	reap(h);
	if (h->nlost == LOST_MAX)
		return -EDEADLK;
	if (h->deaths >= DEATHS_MAX && pool_now_ms() < h->died_ms + PAUSE_MS)
		return -EHOSTDOWN;
	s->busy = true;
	*ret_slot = s;
	return 0;
}

static void release(struct helper *h, struct slot *s, int rc, pid_t lost)
{
	pthread_mutex_lock(&h->lock);
	if (rc == 0) {
		h->deaths = 0;
	} else if (rc == DIED_STATUS || rc == -EPROTO || rc == -EBADE) {
		h->deaths++;
		h->died_ms = pool_now_ms();
	}
	if (lost > 0 && h->nlost < LOST_MAX)
		h->lost[h->nlost++] = lost;
	s->busy = false;
	pthread_cond_signal(&h->idle);
	pthread_mutex_unlock(&h->lock);
}

/* ---- asking ---- */

/* A copy of the path, for the slot's user alone. */
static int program_path(struct helper *h, struct str *ret_path)
{
	const char *known;
	int rc = 0;

	pthread_mutex_lock(&h->lock);
	known = h->program;
	if (known)
		rc = str_adds(ret_path, known);
	pthread_mutex_unlock(&h->lock);
	/* Looked for each time until it is there: it may be installed meanwhile. */
	if (known || rc)
		return rc;
	rc = helper_path_find(ret_path);
	if (rc)
		return rc;
	pthread_mutex_lock(&h->lock);
	if (!h->program)
		h->program = memdup0(ret_path->buf, ret_path->len);
	pthread_mutex_unlock(&h->lock);
	return 0;
}

static int start(struct helper *h, struct helper_child *c)
{
	struct str path = STR_INIT;
	struct helper_child fresh = HELPER_CHILD_NONE;
	int rc = program_path(h, &path);

	if (!rc)
		rc = helper_child_start(&fresh, path.buf);
	if (!rc) {
		pthread_mutex_lock(&h->lock); /* helper_pids() may look */
		*c = fresh;
		pthread_mutex_unlock(&h->lock);
	}
	str_done(&path);
	return rc;
}

static enum helper_end end(struct helper *h, struct helper_child *c, int patience_ms,
			   int *ret_status, pid_t *ret_lost)
{
	struct helper_child old = *c;

	pthread_mutex_lock(&h->lock);
	*c = (struct helper_child)HELPER_CHILD_NONE;
	pthread_mutex_unlock(&h->lock);
	return helper_child_end(&old, patience_ms, ret_status, ret_lost);
}

/* These are made here, never by it. */
static bool acceptable(const struct preview *p)
{
	return p->kind != PREVIEW_DIR && p->kind != PREVIEW_LINK;
}

static int ask_child(struct helper_child *c, int file, const struct wire_ask *ask, struct job *job,
		     struct preview **ret_preview)
{
	struct preview *p = NULL;
	int rc = helper_child_ask(c, file, ask, job, &p);

	if (!rc && !acceptable(p)) {
		preview_free(p);
		rc = -EPROTO;
	}
	if (!rc)
		*ret_preview = p;
	return rc;
}

/* One question to the slot's process, started when there is none. One that died since its last
 * answer is replaced: that costs nobody a preview. */
static int ask_slot(struct helper *h, struct slot *s, int file, const struct wire_ask *ask,
		    struct job *job, struct preview **ret_preview, int *ret_status, pid_t *ret_lost)
{
	bool used = s->child.pid > 0;
	int rc = used ? 0 : start(h, &s->child);

	if (rc)
		return rc;
	rc = ask_child(&s->child, file, ask, job, ret_preview);
	if (rc == -EPIPE && used) {
		(void)end(h, &s->child, 0, ret_status, ret_lost);
		rc = start(h, &s->child);
		if (!rc)
			rc = ask_child(&s->child, file, ask, job, ret_preview);
	}
	if (rc == -EPIPE)
		rc = DIED_STATUS;
	if (rc || s->child.asked >= ASKS_MAX || s->child.busy_ms >= BUSY_MS) {
		/* A process that ends has its socket closed a moment before. */
		enum helper_end how =
			end(h, &s->child, rc == DIED_STATUS ? DYING_MS : 0, ret_status, ret_lost);

		if (rc == DIED_STATUS && how != HELPER_ENDED)
			rc = -EBADE; /* it closed its socket and lived on */
	}
	return rc;
}

static int try(struct helper *h, int file, const struct wire_ask *ask, struct job *job,
	       struct preview **ret_preview, int *ret_status)
{
	struct slot *s;
	pid_t lost = 0;
	int rc;

	pthread_mutex_lock(&h->lock);
	rc = take_slot(h, job, &s);
	pthread_mutex_unlock(&h->lock);
	if (rc)
		return rc;
	rc = ask_slot(h, s, file, ask, job, ret_preview, ret_status, &lost);
	release(h, s, rc, lost);
	return rc;
}

int helper_preview(struct helper *h, int file, uint64_t size, const struct preview_ask *ask,
		   struct job *job, struct preview **ret_preview)
{
	struct wire_ask wire = {
		.depth = (enum wire_depth)ask->depth,
		.lines = MIN(ask->lines, WIRE_LINES_MAX),
		.columns = MIN(ask->columns, WIRE_COLUMNS_MAX),
		.size = size,
	};
	struct preview *p;
	int status = 0, rc = try(h, file, &wire, job, ret_preview, &status);

	if (!rc || rc == -ECANCELED || rc == -ENOMEM)
		return rc;
	p = preview_new();
	if (!p || explain(&p->reason, rc, status) < 0) {
		preview_free(p);
		return -ENOMEM;
	}
	*ret_preview = p;
	return 0;
}
