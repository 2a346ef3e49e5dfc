/* SPDX-License-Identifier: MIT */
#include "app/sizes_print.h"

#include "base/csv.h"
#include "base/display.h"
#include "base/fmt.h"
#include "fs/scan.h"
#include "model/survey.h"

#include <errno.h>
#include <stdlib.h>

/* The whole tree. */
static int survey(struct sizes_print *p, size_t top, struct survey *ret_survey)
{
	int r = survey_init(ret_survey, p->t, sizetree_root(p->t), p->o->apparent, top, NULL, 0);

	while (r == 0 && (r = survey_work(ret_survey, SIZE_MAX)) > 0)
		r = 0;
	return r;
}

/* ---- the largest files ---- */

static int print_file(struct sizes_print *p, const struct survey_file *f)
{
	struct sizetree_total total = sizetree_entry_total(p->t, f->dir, f->entry);
	size_t root = p->path.len, len;
	const char *name = sizetree_name(p->t, f->dir, f->entry, &len);
	int r = 0;

	if (root && p->path.buf[root - 1] != '/')
		r = str_addc(&p->path, '/');
	if (r == 0)
		r = scan_path(p->t, f->dir, &p->path);
	if (r == 0 && p->path.len && p->path.buf[p->path.len - 1] != '/')
		r = str_addc(&p->path, '/');
	if (r == 0)
		r = str_add(&p->path, name, len);
	if (r == 0)
		sizes_put(p, f->dir, f->entry, &total);
	if (p->o->format == LIST_JSON) {
		json_key(&p->json, "path");
		json_string(&p->json, p->path.buf, p->path.len);
	}
	sizes_close(p);
	str_cut(&p->path, root);
	return r;
}

int sizes_largest(struct sizes_print *p)
{
	struct survey found;
	int r = survey(p, p->o->top, &found);

	if (p->o->format == LIST_JSON) {
		json_key(&p->json, "largest");
		json_array(&p->json);
	}
	for (size_t i = 0; r == 0 && i < found.nfiles; i++) {
		r = print_file(p, &found.files[i]);
		if (r == 0)
			r = sizes_flush(p, SIZES_FLUSH);
	}
	if (p->o->format == LIST_JSON)
		json_end(&p->json);
	survey_done(&found);
	return r;
}

/* ---- by extension ---- */

static void kind_text(struct sizes_print *p, const struct survey_kind *k)
{
	const struct sizetree_total total = {.blocks = k->blocks, .size = k->size};
	uint64_t bytes = sizes_bytes(p, &total);
	char size[FMT_MAX], count[FMT_MAX];

	str_addf(&p->text, "  %6s %5.1f%% %12s  ", fmt_size(size, bytes),
		 p->whole ? 100.0 * (double)bytes / (double)p->whole : 0,
		 fmt_count(count, k->files));
	if (k->len)
		str_addc(&p->text, '.');
	if (k->len)
		display_add(&p->text, k->ext, k->len, p->ascii);
	else
		str_adds(&p->text, "(no extension)");
	str_addc(&p->text, '\n');
}

static void put_kind(struct sizes_print *p, const struct survey_kind *k)
{
	if (p->o->format == LIST_TEXT) {
		kind_text(p, k);
	} else if (p->o->format == LIST_JSON) {
		json_object(&p->json);
		json_key(&p->json, "extension");
		json_string(&p->json, k->ext, k->len);
		sizes_number(p, "files", k->files);
		sizes_number(p, "disk_bytes", sizes_disk(k->blocks));
		sizes_number(p, "apparent_bytes", k->size);
		json_end(&p->json);
	} else if (p->o->format == LIST_CSV) {
		csv_field(&p->text, k->ext, k->len);
		str_addf(&p->text, ",%llu,%llu,%llu\n", (unsigned long long)k->files,
			 (unsigned long long)sizes_disk(k->blocks), (unsigned long long)k->size);
	} else {
		str_addf(&p->text, "%llu\t",
			 (unsigned long long)(p->o->apparent ? k->size : sizes_disk(k->blocks)));
		str_add(&p->text, k->ext, k->len);
		str_addc(&p->text, '\0');
	}
}

int sizes_kinds(struct sizes_print *p)
{
	struct survey found;
	int r = survey(p, 0, &found);

	if (p->o->format == LIST_JSON) {
		json_key(&p->json, "extensions");
		json_array(&p->json);
	}
	for (size_t i = 0; r == 0 && i < found.nkinds; i++) {
		put_kind(p, &found.kinds[i]);
		r = sizes_flush(p, SIZES_FLUSH);
	}
	if (p->o->format == LIST_JSON)
		json_end(&p->json);
	survey_done(&found);
	return r;
}
