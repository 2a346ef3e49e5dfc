/* SPDX-License-Identifier: MIT
 *
 * All that can be told about one path without reading a file's content, for `trowel info`: the
 * facts of fs/gather.h with the names of owners, as text and as JSON.
 *
 * Thread: any, but not UI (system calls, name services). Owns: its facts and names.
 */
#ifndef APP_FACTS_H
#define APP_FACTS_H

#include "base/json.h"
#include "fs/owner.h"
#include "model/fact.h"

struct path_facts {
	const char *path; /* as given; not owned */
	struct facts *f;
	struct owners *owners;      /* borrowed */
	char *owner, *group, *name; /* NULL: the ids have no names; name: of the entry being told */
};

/* 0, or -errno of opening and asking: then there is nothing to free. */
int facts_get(struct path_facts *p, const char *path, struct owners *owners,
	      const struct mount_list *mounts) MUST_USE;
void facts_done(struct path_facts *p);

/* Appends a line for each fact: its name, then what it is, made safe. 0 or -ENOMEM. */
int facts_text(struct path_facts *p, const struct subject *self, bool ascii, struct str *out);
/* Writes them as one object. 0 or -ENOMEM. */
int facts_json(struct path_facts *p, const struct subject *self, struct json *j);
/* For model/fact.h: names come from the name services. */
struct fact_style facts_style(struct path_facts *p, bool ascii);

#endif
