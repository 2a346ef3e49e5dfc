/* SPDX-License-Identifier: MIT
 *
 * What the model wants from the file system, oldest first.
 */
#include "model/inside.h"

#include "base/alloc.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void request_done(struct request *r)
{
	if (!r)
		return;
	free(r->path);
	free(r->prefix);
	free(r->ids);
	for (uint32_t i = 0; r->strings && i < r->n; i++)
		free(r->strings[i]);
	free(r->strings);
	order_spec_done(&r->order);
	matcher_unref(r->matcher);
	*r = (struct request){0};
}

int request_add(struct model *m, struct request *request)
{
	if (m->next_request && m->next_request == m->nrequests)
		m->next_request = m->nrequests = 0;
	if (array_grow(&m->requests, &m->requests_cap, m->nrequests + 1, sizeof(*m->requests)) <
	    0) {
		request_done(request);
		return -ENOMEM;
	}
	m->requests[m->nrequests++] = *request;
	return 0;
}

int request_ticket(struct model *m, enum request_kind kind, uint64_t ticket)
{
	return request_add(m, &(struct request){.kind = kind, .ticket = ticket});
}

int request_path(struct model *m, enum request_kind kind, uint64_t ticket, const char *path)
{
	struct request request = {.kind = kind, .ticket = ticket, .path = strdup(path)};

	if (!request.path)
		return -ENOMEM;
	return request_add(m, &request);
}

void request_close(struct model *m, uint64_t ticket)
{
	bool listed = true;
	size_t n = m->next_request;

	if (!ticket)
		return;
	for (size_t i = m->next_request; i < m->nrequests; i++) {
		struct request *r = &m->requests[i];

		if (r->ticket != ticket || r->kind == REQ_CLOSE) {
			m->requests[n++] = *r;
			continue;
		}
		/* What fs never heard of need not be closed. */
		if (r->kind == REQ_LIST || r->kind == REQ_SCAN || r->kind == REQ_SCAN_WATCH ||
		    r->kind == REQ_ORDER || r->kind == REQ_VIEW || r->kind == REQ_VIEW_SEARCH ||
		    r->kind == REQ_VIEW_COUNT || r->kind == REQ_INFO || r->kind == REQ_PREVIEW ||
		    r->kind == REQ_TRASH || r->kind == REQ_PAST)
			listed = false;
		request_done(r);
	}
	m->nrequests = n;
	if (listed)
		(void)request_ticket(m, REQ_CLOSE, ticket);
}

void request_close_order(struct model *m, struct list *l)
{
	request_close(m, l->order_ticket);
	l->order_ticket = 0;
}

bool model_next_request(struct model *m, struct request *ret_request)
{
	/* The cursor may have been moved since: what is on screen now is asked for, too. */
	if (m->next_request >= m->nrequests)
		model_settle(m);
	if (m->next_request >= m->nrequests)
		return false;
	*ret_request = m->requests[m->next_request];
	m->requests[m->next_request++] = (struct request){0};
	return true;
}
