/* SPDX-License-Identifier: MIT */
#include "fs/preview_dir.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/collate.h"
#include "base/names.h"
#include "fs/scandir.h"

char preview_type_letter(enum entry_type type)
{
	static const char letters[] = {
		[ENTRY_UNKNOWN] = 0, [ENTRY_FILE] = '-',   [ENTRY_DIR] = 'd',  [ENTRY_LINK] = 'l',
		[ENTRY_FIFO] = 'p',  [ENTRY_SOCKET] = 's', [ENTRY_CHAR] = 'c', [ENTRY_BLOCK] = 'b',
	};

	return letters[type];
}

static int collect(struct scandir *scan, struct job *job, struct names *names, struct preview *p)
{
	struct scan_entry entry;
	int rc, bad = 0;

	while ((rc = scandir_next_usable(scan, &entry, &bad)) == 1) {
		if (atomic_load(&job->cancel))
			return -ECANCELED;
		if (p->members == PREVIEW_DIR_MAX) {
			p->partial = true;
			return 0;
		}
		rc = names_add(names, entry.name, entry.len, (uint8_t)entry.type, NULL);
		if (rc)
			return rc;
		p->members++;
	}
	if (rc < 0 && rc != -ENOMEM) {
		p->partial = true;
		rc = str_addf(&p->reason, "not all of it could be read: %s", strerrordesc_np(-rc));
	}
	return rc;
}

static int add_lines(const struct names *names, const uint32_t *ids, uint32_t lines,
		     struct preview *p)
{
	uint32_t n = MIN(names_count(names), lines);
	int rc = 0;

	for (uint32_t i = 0; !rc && i < n; i++) {
		struct preview_line line = {.size = PREVIEW_UNKNOWN, .packed = PREVIEW_UNKNOWN};
		size_t len;
		const char *name = names_get(names, ids[i], &len);

		line.type = preview_type_letter((enum entry_type)names_tag(names, ids[i]));
		rc = preview_add(p, name, len, &line);
	}
	p->more = p->partial || n < names_count(names);
	return rc;
}

static int sorted_lines(const struct names *names, uint32_t lines, struct job *job,
			struct preview *p)
{
	uint32_t n = names_count(names);
	uint32_t *ids = malloc(MAX(n, 1u) * sizeof(*ids));
	uint8_t *group = malloc(MAX(n, 1u));
	struct collate_order order = {.how = COLLATE_NATURAL, .group = group};
	int rc = ids && group ? 0 : -ENOMEM;

	for (uint32_t i = 0; !rc && i < n; i++) {
		ids[i] = i;
		group[i] = names_tag(names, i) != ENTRY_DIR;
	}
	if (!rc)
		rc = collate_sort(names, ids, n, &order, &job->cancel);
	if (!rc)
		rc = add_lines(names, ids, lines, p);
	free(group);
	free(ids);
	return rc;
}

int preview_dir(int fd, uint32_t lines, struct job *job, struct preview *p)
{
	struct scandir scan = {.fd = -1};
	struct names *names;
	/* "." is the directory the descriptor stands for, whatever its name is now. */
	int rc = scandir_open(&scan, fd, ".", false);

	if (rc)
		return rc == -ENOMEM ? rc
				     : str_addf(&p->reason, "it cannot be read: %s",
						strerrordesc_np(-rc));
	p->kind = PREVIEW_DIR;
	p->size = p->packed = PREVIEW_UNKNOWN;
	names = names_new();
	rc = names ? collect(&scan, job, names, p) : -ENOMEM;
	scandir_done(&scan);
	if (!rc)
		rc = sorted_lines(names, lines, job, p);
	if (!rc && !p->members && !p->reason.len)
		rc = str_adds(&p->reason, "the directory is empty");
	names_unref(names);
	return rc;
}
