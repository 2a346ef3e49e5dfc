/* SPDX-License-Identifier: MIT
 *
 * What a survey of a size tree found, as a source of rows: the largest files below a directory, or
 * the extensions there with what their files take up. It has no rows before the survey is over.
 *
 * Thread: UI. Owns: its survey, names and paths; borrows the tree.
 */
#ifndef MODEL_FOUND_ROWS_H
#define MODEL_FOUND_ROWS_H

#include "model/rows.h"
#include "model/sizes_rows.h"
#include "model/survey.h"

#define FOUND_LARGEST 1000u /* files */
#define FOUND_KINDS   5000u /* extensions; the rest is "(others)" */

struct found_rows;

/* Below the directory `dir`, whose absolute path is given. top: 0, by extension; only: just files
 * of this extension (may be NULL). The look is kept by the caller. NULL: no memory. */
struct found_rows *found_rows_new(const struct sizetree *tree, uint32_t dir, const char *path,
				  const struct sizes_look *look, size_t top, const char *only,
				  size_t only_len);
/* The same question about another directory. NULL: no memory. */
struct found_rows *found_rows_again(const struct found_rows *f, const struct sizetree *tree,
				    uint32_t dir, const char *path, const struct sizes_look *look);
void found_rows_free(struct found_rows *f);
struct rows *found_rows_rows(struct found_rows *f);
/* A slice of the survey. True while there is more. */
bool found_rows_work(struct found_rows *f, size_t slice);
bool found_rows_has_work(const struct found_rows *f);
int found_rows_err(const struct found_rows *f); /* -ENOMEM: there are no rows */
const char *found_rows_path(const struct found_rows *f);
const struct sizetree *found_rows_tree(const struct found_rows *f);
uint32_t found_rows_dir(const struct found_rows *f);
/* "largest files", "extensions", "largest .jpg files"; appends bytes from outside. */
int found_rows_title(const struct found_rows *f, struct str *out);
/* The file of a row; false: it is an extension. */
bool found_rows_file(const struct found_rows *f, uint32_t id, uint32_t *ret_dir,
		     uint32_t *ret_entry);
/* The extension of a row; NULL: it is a file. */
const char *found_rows_ext(const struct found_rows *f, uint32_t id, size_t *ret_len);

#endif
