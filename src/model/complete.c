/* SPDX-License-Identifier: MIT
 *
 * Completion of a path that is being typed.
 */
#include "model/inside.h"

#include "base/path.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void forget(struct model *m)
{
	struct completion *c = &m->completion;

	request_close(m, c->answered ? 0 : c->ticket);
	for (uint32_t i = 0; i < c->n; i++)
		free(c->names[i]);
	free(c->names);
	c->names = NULL;
	c->n = 0;
	c->ticket = 0;
	c->answered = false;
	str_clear(&c->dir);
	str_clear(&c->prefix);
}

/* "~" becomes "~/": nobody need be asked. */
static int complete_home(struct completion *c)
{
	char **names = malloc(sizeof(*names));
	char *name = strdup("~/");

	if (!names || !name || str_adds(&c->prefix, "~") < 0) {
		free(names);
		free(name);
		return -ENOMEM;
	}
	names[0] = name;
	c->names = names;
	c->n = 1;
	c->answered = true;
	return 0;
}

int model_complete(struct model *m, const char *text)
{
	const char *slash = strrchr(text, '/');
	size_t dir_len = slash ? (size_t)(slash - text) + 1 : 0;
	struct request request = {.kind = REQ_COMPLETE};
	struct completion *c = &m->completion;
	struct str path = STR_INIT;

	model_touch(m);
	forget(m);
	if (strcmp(text, "~") == 0 && m->self.home)
		return complete_home(c);
	str_add(&c->dir, text, dir_len);
	str_adds(&c->prefix, text + dir_len);
	path_resolve(&path, model_path(m), c->dir.len ? c->dir.buf : ".", m->self.home);
	request.prefix = strdup(c->prefix.buf);
	if (c->dir.failed || c->prefix.failed || path.failed || !request.prefix) {
		str_done(&path);
		request_done(&request);
		return -ENOMEM;
	}
	request.path = str_take(&path);
	if (!request.path) {
		request_done(&request);
		return -ENOMEM;
	}
	c->ticket = request.ticket = ++m->next_ticket;
	return request_add(m, &request);
}

void event_complete(struct model *m, struct fs_event *event)
{
	struct completion *c = &m->completion;

	if (!event->ticket || event->ticket != c->ticket || c->answered)
		return;
	c->answered = true;
	if (event->err)
		return;
	c->names = event->u.complete.names;
	c->n = event->u.complete.n;
	event->u.complete.names = NULL;
	event->u.complete.n = 0;
}
