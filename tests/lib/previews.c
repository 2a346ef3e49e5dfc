/* SPDX-License-Identifier: MIT */
#include "previews.h"

#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define STOP_MS 20000

const char *previews_program(void)
{
	static char path[4096];
	const char *bin = getenv("TROWEL_BIN");

	snprintf(path, sizeof(path), "%s-helper", bin ? bin : "build/trowel");
	if (faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) < 0) {
		if (errno == ENOENT)
			fail_msg("%s is not there: make all", path);
		print_message("SKIPPED: cannot get to %s: %s\n", path, strerror(errno));
		skip();
	}
	return path;
}

struct previews *previews_new(const char *program)
{
	struct previews *p;

	if (!program)
		program = previews_program();
	p = calloc(1, sizeof(*p));
	assert_non_null(p);
	answers_init(&p->answers);
	assert_int_equal(outbox_init(&p->service.out, &p->answers.queue), 0);
	assert_int_equal(mounts_new(&p->service.mounts), 0);
	assert_int_equal(helper_new(program, &p->service.helper), 0);
	assert_int_equal(pool_new(&p->service.pool), 0);
	return p;
}

void previews_free(struct previews *p)
{
	if (!p)
		return;
	outbox_shut(&p->service.out);
	assert_true(pool_stop(p->service.pool, STOP_MS));
	helper_free(p->service.helper);
	mounts_free(p->service.mounts);
	outbox_done(&p->service.out);
	answers_done(&p->answers);
	free(p);
}

void previews_ask(struct previews *p, const char *path, enum preview_depth depth, uint32_t lines,
		  uint32_t columns)
{
	struct preview_ask ask = {.depth = depth, .lines = lines, .columns = columns};

	previewer_preview(&p->service, ++p->ticket, path, &ask);
}

struct preview *previews_get(struct previews *p)
{
	struct fs_event *e = answers_get(&p->answers, FS_PREVIEW, p->ticket);
	struct preview *preview = e->u.preview;

	assert_int_equal(e->err, 0);
	assert_non_null(preview);
	e->u.preview = NULL;
	fs_event_free(e);
	return preview;
}

struct preview *previews_of(struct previews *p, const char *path)
{
	previews_ask(p, path, PREVIEW_OF_CONTENT, 100, 200);
	return previews_get(p);
}

void previews_expect_line(const struct preview *p, size_t i, const char *text)
{
	const char *line;
	size_t len;

	assert_true(i < p->nlines);
	line = preview_line(p, i, &len);
	if (len != strlen(text) || memcmp(line, text, len) != 0)
		fail_msg("line %zu is '%.*s' and not '%s'", i, (int)len, line, text);
}
