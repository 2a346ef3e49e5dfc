/* SPDX-License-Identifier: MIT
 *
 * What the files of the model share: its parts in order, from requests to tabs.
 *
 * Thread: UI. Owns: nothing.
 */
#ifndef MODEL_INSIDE_H
#define MODEL_INSIDE_H

#include "model/state.h"

#define SWITCH_MS 100 /* a place that does not answer is shown empty after this */

/* request.c: each takes what it is given in all cases. 0 or -ENOMEM. */
int request_add(struct model *m, struct request *request);
int request_ticket(struct model *m, enum request_kind kind, uint64_t ticket);
int request_path(struct model *m, enum request_kind kind, uint64_t ticket, const char *path);
/* Drops what is still waiting under the ticket, and closes it when its listing was asked for. */
void request_close(struct model *m, uint64_t ticket);
/* A closed order of a list; 0 is fine. */
void request_close_order(struct model *m, struct list *l);

/* tab.c */
void tab_init(struct tab *t);
void tab_done(struct model *m, struct tab *t);
/* Lists `path` and goes there when its first names come. */
int tab_open(struct model *m, struct tab *t, const char *path, enum go_kind kind, size_t steps,
	     const char *select);
/* Shows what is coming now. */
void tab_show_coming(struct model *m, struct tab *t);
void tab_drop_coming(struct model *m, struct tab *t);
void tab_failed(struct model *m, struct tab *t, struct listing *l);
void tab_gone(struct model *m, struct tab *t);
/* Drops the views above `keep`. */
void tab_cut_views(struct model *m, struct tab *t, size_t keep);
const char *tab_target(const struct tab *t); /* where it is, or is going to */

/* views.c: what a view has beside its list. */
void view_free_source(struct model *m, struct view *v);
void found_renew(struct model *m, const struct sizes *s);
/* Enter on a row of what was found: to where the file lies, or on to files of the extension. */
bool found_enter(struct model *m, const struct view *v, uint32_t id);

/* Enter on an action: its steps. */
bool past_enter(struct model *m, const struct view *v, uint32_t id);

/* aim.c */
int aim_set(struct aim *a, const char *name);
void aim_done(struct aim *a);
void aim_follow(struct aim *a, struct list *list, struct listing *listing);

/* history.c */
void history_note(struct tab *t, enum go_kind kind, size_t steps, const char *select);
void history_undo_push(struct tab *t, const char *path);
void history_done(struct tab *t);
void selects_remember(struct tab *t, const char *path, const char *name, size_t len);
const char *selects_recall(const struct tab *t, const char *path);

/* settle.c: after whatever happened: orders, metadata and names that are missing now. */
void model_settle(struct model *m);

/* marking.c, search.c, slices.c: what goes on in slices. Each _work does one; false when there is
 * none. */
bool marking_work(struct model *m);
void marking_stop(struct model *m);
void marking_done(struct model *m);
bool search_work(struct model *m);
void search_stop(struct model *m);
/* Frees a listing, in slices. */
void listing_bury(struct model *m, struct listing *l);
/* One slice of all that there is to do. */
void model_work(struct model *m);
bool model_has_work(const struct model *m);

/* reason.c: why an error happened and what would help, in words for a person. */
void reason_add(struct str *out, int err);

/* The tab, list and view that have the keys. */
struct tab *model_tab_mut(struct model *m);
struct view *model_view_mut(struct model *m);
void notice_failed(struct model *m, const char *what, const char *path, int err);
void model_touch(struct model *m); /* something was done: rev, Esc */
void event_place(struct model *m, struct fs_event *event);
void event_complete(struct model *m, struct fs_event *event);
void event_owner(struct model *m, struct fs_event *event);
void owners_again(struct model *m); /* asks again for names whose look-up failed, when it is time */
void marks_changed(struct model *m); /* lists on the marks follow */

#endif
