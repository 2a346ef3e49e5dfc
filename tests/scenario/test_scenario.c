/* SPDX-License-Identifier: MIT
 *
 * Scenarios: each *.txt here is a script of events and commands; below each line stands, indented,
 * what came of it: the requests, and dumps of the model. UPDATE=1 writes what comes now into them.
 */
#include "../lib/test.h"

#include "base/str.h"
#include "model/state.h"

#include <errno.h>
#include <glob.h>
#include <sys/stat.h>

#define ORDERS_MAX 16
#define POOLS_MAX  64

struct sizetree;
struct runner {
	struct model *m;
	struct str out;
	int64_t now;
	struct names *pools[POOLS_MAX];    /* by ticket */
	struct sizetree *trees[POOLS_MAX]; /* likewise, of scans */
	uint32_t anew, replaced;           /* a directory that takes the place of another */
	struct order_spec orders[ORDERS_MAX];
	uint64_t order_tickets[ORDERS_MAX];
	char *arg[64];
	int n;
};

static const char *arg(const struct runner *r, int i)
{
	return i < r->n ? r->arg[i] : "";
}

static uint64_t ticket(const struct runner *r)
{
	return strtoull(arg(r, 1), NULL, 10);
}

/* "name/" is a directory, "name@" a link, "name?" of unknown type, "name|" a pipe. */
static size_t split_type(const char *text, uint8_t *ret_type)
{
	static const char marks[] = "/@?|";
	static const uint8_t types[] = {ENTRY_DIR, ENTRY_LINK, ENTRY_UNKNOWN, ENTRY_FIFO};
	size_t len = strlen(text);
	const char *at = len ? strchr(marks, text[len - 1]) : NULL;

	*ret_type = at ? types[at - marks] : ENTRY_FILE;
	return at ? len - 1 : len;
}

static struct meta make_meta(uint8_t type, uint64_t size, int64_t mtime)
{
	static const uint32_t modes[] = {S_IFREG | 0644, S_IFREG | 0644, S_IFDIR | 0755,
					 S_IFLNK | 0777, S_IFIFO | 0644};

	return (struct meta){.size = size, .mtime = mtime, .mode = modes[type], .nlink = 1};
}

static void apply(struct runner *r, struct fs_event *e)
{
	model_apply(r->m, e, r->now);
}

static void do_opened(struct runner *r)
{
	uint64_t t = ticket(r);
	struct fs_event e = {.kind = FS_LIST_OPENED, .ticket = t};

	names_unref(r->pools[t]);
	r->pools[t] = names_new();
	e.u.opened.names = names_ref(r->pools[t]);
	e.u.opened.dir.meta = make_meta(ENTRY_DIR, 4096, 0);
	e.u.opened.dir.meta.id = (struct file_id){1, strtoull(arg(r, 2), NULL, 10)};
	e.u.opened.dir.watched = strcmp(arg(r, 3), "unwatched") != 0;
	apply(r, &e);
	names_unref(e.u.opened.names);
}

static uint32_t add_names(struct runner *r, int first)
{
	struct names *pool = r->pools[ticket(r) % POOLS_MAX];

	for (int i = first; pool && i < r->n; i++) {
		uint8_t type;
		size_t len = split_type(r->arg[i], &type);

		assert_int_equal(names_add(pool, r->arg[i], len, type, NULL), 0);
	}
	return pool ? names_count(pool) : 7;
}

static void do_part(struct runner *r)
{
	struct fs_event e = {.kind = FS_LIST_PART, .ticket = ticket(r)};

	e.u.part.count = add_names(r, 2);
	apply(r, &e);
}

/* many TICKET FROM TO: numbered names */
static void do_many(struct runner *r)
{
	struct fs_event e = {.kind = FS_LIST_PART, .ticket = ticket(r)};
	char name[32];

	for (int i = atoi(arg(r, 2)); i < atoi(arg(r, 3)); i++) {
		snprintf(name, sizeof(name), "n%d", i * 7919 % 1000003);
		names_add(r->pools[ticket(r)], name, strlen(name), ENTRY_FILE, NULL);
	}
	e.u.part.count = names_count(r->pools[ticket(r)]);
	apply(r, &e);
}

static void do_done(struct runner *r)
{
	struct fs_event e = {.kind = FS_LIST_DONE, .ticket = ticket(r)};

	if (r->n > 2)
		e.err = -atoi(arg(r, 2));
	else if (r->pools[ticket(r)])
		e.u.part.count = names_count(r->pools[ticket(r)]);
	apply(r, &e);
}

/* stat TICKET NAME SIZE [TARGET]: by id; upsert: by name; gone TICKET NAME: by name, ENOENT */
static void stat_event(struct runner *r, bool by_name, int err)
{
	uint8_t type;
	size_t len = split_type(arg(r, 2), &type);
	struct stat_item item = {.err = err};
	struct fs_event e = {.kind = FS_STAT, .ticket = ticket(r)};

	r->arg[2][len] = '\0';
	item.meta = make_meta(type, strtoull(arg(r, 3), NULL, 10), 0);
	item.target = r->n > 4 ? strdup(arg(r, 4)) : NULL;
	item.id = NAMES_NONE;
	if (by_name)
		item.name = strdup(arg(r, 2));
	else
		item.id = names_find(r->pools[ticket(r)], names_count(r->pools[ticket(r)]),
				     arg(r, 2), len);
	e.u.stat.items = &item;
	e.u.stat.n = 1;
	apply(r, &e);
	free(item.name);
	free(item.target);
}

static void do_stat(struct runner *r)
{
	stat_event(r, false, 0);
}

static void do_upsert(struct runner *r)
{
	stat_event(r, true, 0);
}

static void do_vanish(struct runner *r)
{
	stat_event(r, true, -ENOENT);
}

/* lost TICKET NAME: by id, ENOENT */
static void do_lost(struct runner *r)
{
	stat_event(r, false, -ENOENT);
}

static void do_changed(struct runner *r)
{
	struct fs_event e = {.kind = FS_CHANGED, .ticket = ticket(r)};
	char *names[64];

	e.u.changed.all = strcmp(arg(r, 2), "--all") == 0;
	e.u.changed.gone = strcmp(arg(r, 2), "--gone") == 0;
	e.u.changed.names = names;
	for (int i = 2; i < r->n && arg(r, 2)[0] != '-'; i++)
		names[e.u.changed.n++] = strdup(r->arg[i]);
	apply(r, &e);
	for (uint32_t i = 0; i < e.u.changed.n; i++)
		free(names[i]);
}

/* owner user|group ID NAME, or -ERRNO */
static void do_owner(struct runner *r)
{
	struct fs_event e = {.kind = FS_OWNER};

	e.u.owner.group = strcmp(arg(r, 1), "group") == 0;
	e.u.owner.id = (uint32_t)atoi(arg(r, 2));
	if (arg(r, 3)[0] == '-')
		e.err = atoi(arg(r, 3));
	else
		e.u.owner.name = strdup(arg(r, 3));
	apply(r, &e);
	free(e.u.owner.name);
	for (int group = 0; group < 2; group++) {
		const char *name = model_owner(r->m, group, e.u.owner.id, false);

		str_addf(&r->out, "    %s %s\n", group ? "group" : "user", name ? name : "-");
	}
}

/* order TICKET: the worker's answer to that request */
static void do_order(struct runner *r)
{
	for (size_t i = 0; i < ORDERS_MAX; i++) {
		struct fs_event e = {.kind = FS_ORDER, .ticket = ticket(r)};

		if (!ticket(r) || r->order_tickets[i] != ticket(r))
			continue;
		e.err = order_run(&r->orders[i], NULL, &e.u.order);
		order_spec_done(&r->orders[i]);
		r->order_tickets[i] = 0;
		apply(r, &e);
		order_result_done(&e.u.order);
	}
}

static void do_place(struct runner *r)
{
	struct fs_event e = {.kind = FS_PLACE, .ticket = ticket(r)};

	if (arg(r, 2)[0] == '-')
		e.err = atoi(arg(r, 2));
	else
		e.u.place.path = strdup(arg(r, 2));
	e.u.place.select = r->n > 3 ? strdup(arg(r, 3)) : NULL;
	apply(r, &e);
	free(e.u.place.path);
	free(e.u.place.select);
}

static void do_self(struct runner *r)
{
	struct fs_event e = {.kind = FS_SELF};

	e.u.self.user = strdup("deploy");
	e.u.self.host = strdup("web3");
	e.u.self.home = strdup("/home/deploy");
	apply(r, &e);
	free(e.u.self.user);
	free(e.u.self.host);
	free(e.u.self.home);
}

static void do_mounts(struct runner *r)
{
	struct mount at[32];
	struct fs_event e = {.kind = FS_MOUNTS, .u.mounts = {.at = at}};

	for (int i = 1; i + 1 < r->n; i += 2) {
		at[e.u.mounts.n++] = (struct mount){
			.id = (uint64_t)i,
			.path = strdup(r->arg[i]),
			.fstype = strdup(r->arg[i + 1]),
			.source = strdup("dev"),
			.kernel = strcmp(r->arg[i + 1], "proc") == 0,
		};
	}
	apply(r, &e);
	for (uint32_t i = 0; i < e.u.mounts.n; i++) {
		free(at[i].path);
		free(at[i].fstype);
		free(at[i].source);
	}
}

#include "pane.h"
#include "scans.h"
#include "past.h"
#include "trash.h"

static void do_start(struct runner *r)
{
	assert_int_equal(model_start(r->m, arg(r, 1), r->n > 2 ? arg(r, 2) : NULL), 0);
}

static void do_inline(struct runner *r)
{
	r->m->inline_max = (uint32_t)atoi(arg(r, 1));
}

/* slice N: rows that work in slices looks at (marking sixteen times fewer); each `time` does one */
static void do_slice(struct runner *r)
{
	r->m->slice = (uint32_t)atoi(arg(r, 1));
}

static void do_letter(struct runner *r)
{
	str_addf(&r->out, "    %s\n",
		 model_find_letter(r->m, (uint32_t)arg(r, 1)[0]) ? "found or looking" : "none");
}

static void do_height(struct runner *r)
{
	list_fit(model_list(r->m), (size_t)atoi(arg(r, 1)));
}

static void do_time(struct runner *r)
{
	r->now = atoi(arg(r, 1));
	model_tick(r->m, r->now);
}

/* clock MS: the same without a tick */
static void do_clock(struct runner *r)
{
	r->now = atoi(arg(r, 1));
	model_time(r->m, r->now);
}

static void do_dump(struct runner *r)
{
	struct str text = STR_INIT;

	model_notice_shown(r->m, r->now);
	model_dump(r->m, &text);
	for (char *line = strtok(text.buf, "\n"); line; line = strtok(NULL, "\n"))
		str_addf(&r->out, "    %s\n", line);
	str_done(&text);
}

static void do_go(struct runner *r)
{
	model_go(r->m, arg(r, 1), r->n > 2 ? arg(r, 2) : NULL);
}

static void do_place_typed(struct runner *r)
{
	model_go_place(r->m, arg(r, 1));
}

static void do_enter(struct runner *r)
{
	static const char *const results[] = {"nothing", "went", "file"};

	str_addf(&r->out, "    enter: %s\n", results[model_enter(r->m)]);
}

static void do_move(struct runner *r)
{
	list_move(model_list(r->m), atol(arg(r, 1)));
}

static void do_on(struct runner *r)
{
	assert_true(list_move_to_name(model_list(r->m), arg(r, 1), strlen(arg(r, 1))));
}

static void do_history(struct runner *r)
{
	model_history(r->m, atoi(arg(r, 1)));
}

static void do_sort(struct runner *r)
{
	enum sort_by by;

	assert_true(sort_parse(arg(r, 1), &by));
	model_sort(r->m, by);
}

static void do_filter(struct runner *r)
{
	enum match_kind kind = MATCH_SUBSTRING;

	while (r->n > 2 && strcmp(match_kind_name(kind), arg(r, 2)) != 0)
		kind++;
	model_filter(r->m, kind, arg(r, 1), NULL);
}

static void do_mark(struct runner *r)
{
	model_mark_toggle(r->m, r->n > 1 ? (size_t)atoi(arg(r, 1)) : 1);
}

static void do_match(struct runner *r)
{
	size_t count = 0;

	model_mark_matching(r->m, MATCH_GLOB, arg(r, 1), r->n < 3, &count, NULL);
	str_addf(&r->out, "    %zu rows\n", count);
}

static void do_tab(struct runner *r)
{
	if (strcmp(arg(r, 1), "new") == 0)
		model_tab_new(r->m);
	else if (strcmp(arg(r, 1), "close") == 0)
		model_tab_close(r->m);
	else
		model_tab_select(r->m, (size_t)atoi(arg(r, 1)) - 1);
}

static void do_bookmark(struct runner *r)
{
	if (r->n > 2)
		model_bookmark_set(r->m, arg(r, 1)[0]);
	else
		model_bookmark_go(r->m, arg(r, 1)[0]);
}

static void do_complete(struct runner *r)
{
	const struct completion *c = &r->m->completion;

	model_complete(r->m, arg(r, 1));
	for (uint32_t i = 0; c->answered && i < c->n; i++)
		str_addf(&r->out, "    %s%s\n", c->dir.len ? c->dir.buf : "", c->names[i]);
}

static void do_view(struct runner *r)
{
	assert_int_equal(viewer_open(r->m, arg(r, 1)), 0);
	viewer_fit(r->m, 4, 20, false);
}

/* view-opened TICKET SIZE, or TICKET -ERRNO */
static void do_view_opened(struct runner *r)
{
	struct fs_event e = {.kind = FS_VIEW_OPENED, .ticket = ticket(r)};

	if (arg(r, 2)[0] == '-')
		e.err = atoi(arg(r, 2));
	else
		e.u.view_opened.size = strtoull(arg(r, 2), NULL, 10);
	e.u.view_opened.type = ENTRY_FILE;
	apply(r, &e);
}

/* view-data TICKET AT SIZE TEXT: a window that ends the file of this size, or (AT 0) begins it; a
 * slash in the text is a newline, and before it the window is filled with short lines */
static void do_view_data(struct runner *r)
{
	struct fs_event e = {.kind = FS_VIEW_DATA, .ticket = ticket(r)};
	struct textwin *w = &e.u.view_data.window;
	struct str text = STR_INIT;

	w->start = strtoull(arg(r, 2), NULL, 10);
	e.u.view_data.size = strtoull(arg(r, 3), NULL, 10);
	while (w->start && w->start + text.len + strlen(arg(r, 4)) < e.u.view_data.size)
		str_adds(&text, "-\n");
	for (const char *at = arg(r, 4); *at; at++)
		str_addc(&text, *at == '/' ? '\n' : *at);
	w->len = text.len;
	w->bytes = str_take(&text);
	w->at_end = textwin_end(w) == e.u.view_data.size;
	apply(r, &e);
	free((void *)(uintptr_t)w->bytes);
}

/* view-found TICKET AT LEN, or TICKET - */
static void do_view_found(struct runner *r)
{
	struct fs_event e = {.kind = FS_VIEW_FOUND, .ticket = ticket(r)};

	e.u.view_found.done = true;
	e.u.view_found.found = arg(r, 2)[0] != '-';
	e.u.view_found.at = strtoull(arg(r, 2), NULL, 10);
	e.u.view_found.len = (uint32_t)strtoul(arg(r, 3), NULL, 10);
	apply(r, &e);
}

/* view-lines TICKET AT LINES */
static void do_view_lines(struct runner *r)
{
	struct fs_event e = {.kind = FS_VIEW_LINES, .ticket = ticket(r)};

	e.u.view_lines.done = true;
	e.u.view_lines.now.at = strtoull(arg(r, 2), NULL, 10);
	e.u.view_lines.now.lines = strtoull(arg(r, 3), NULL, 10);
	apply(r, &e);
}

/* view-state TICKET SIZE [replaced] */
static void do_view_state(struct runner *r)
{
	struct fs_event e = {.kind = FS_VIEW_STATE, .ticket = ticket(r)};

	e.u.view_state.size = strtoull(arg(r, 2), NULL, 10);
	e.u.view_state.replaced = strcmp(arg(r, 3), "replaced") == 0;
	apply(r, &e);
}

static void do_view_search(struct runner *r)
{
	assert_int_equal(viewer_search(r->m, MATCH_SUBSTRING, arg(r, 1), r->n > 2, NULL), 0);
}

static void do_view_scroll(struct runner *r)
{
	viewer_scroll(r->m, atol(arg(r, 1)));
}

static void do_view_stop(struct runner *r)
{
	str_addf(&r->out, "    %s\n", viewer_stop(r->m) ? "stopped" : "nothing goes on");
}

#define SIMPLE(name, call)                      \
	static void do_##name(struct runner *r) \
	{                                       \
		(void)call;                     \
	}
SIMPLE(parent, model_parent(r->m))
SIMPLE(last, model_last_dir(r->m))
SIMPLE(home, model_go_home(r->m))
SIMPLE(reload, model_reload(r->m))
SIMPLE(reverse, model_sort_reverse(r->m))
SIMPLE(hidden, model_toggle_hidden(r->m))
SIMPLE(mark_all, model_mark_all(r->m))
SIMPLE(invert, model_mark_invert(r->m))
SIMPLE(mark_none, model_mark_none(r->m))
SIMPLE(dirs_first, model_sort_dirs_first(r->m))
SIMPLE(range, model_range(r->m))
SIMPLE(escape, model_escape(r->m))
SIMPLE(view_marked, model_view_marked(r->m))
SIMPLE(view_mounts, model_view_mounts(r->m))
SIMPLE(view_close, model_view_close(r->m))
SIMPLE(next, model_find_next(r->m, 1))
SIMPLE(view_end, viewer_go_end(r->m))
SIMPLE(view_follow, viewer_follow(r->m))
SIMPLE(view_leave, viewer_close(r->m))
SIMPLE(view_reload, viewer_reload(r->m))
SIMPLE(hex, (model_info_hex(r->m), 0))
SIMPLE(sizes, model_view_sizes(r->m))
SIMPLE(again, model_sizes_again(r->m))
SIMPLE(extensions, model_view_found(r->m, 0, NULL, 0))
SIMPLE(apparent, (model_sizes_apparent(r->m), 0))
SIMPLE(parts, (model_sizes_parts(r->m), 0))
SIMPLE(shared, (model_sizes_shared(r->m), 0))

static const struct {
	const char *name;
	void (*run)(struct runner *r);
} commands[] = {
	{"start", do_start},
	TRASH_COMMANDS,
	PAST_COMMANDS,
	{"lost", do_lost},
	{"opened", do_opened},
	{"part", do_part},
	{"many", do_many},
	{"done", do_done},
	{"stat", do_stat},
	{"upsert", do_upsert},
	{"vanish", do_vanish},
	{"changed", do_changed},
	{"order", do_order},
	{"owner", do_owner},
	{"place", do_place},
	{"self", do_self},
	{"mounts", do_mounts},
	{"inline", do_inline},
	{"slice", do_slice},
	{"letter", do_letter},
	{"height", do_height},
	{"time", do_time},
	{"clock", do_clock},
	{"dump", do_dump},
	{"go", do_go},
	{"type", do_place_typed},
	{"enter", do_enter},
	{"move", do_move},
	{"on", do_on},
	{"history", do_history},
	{"sort", do_sort},
	{"filter", do_filter},
	{"mark", do_mark},
	{"match", do_match},
	{"tab", do_tab},
	{"bookmark", do_bookmark},
	{"complete", do_complete},
	{"parent", do_parent},
	{"last", do_last},
	{"home", do_home},
	{"reload", do_reload},
	{"reverse", do_reverse},
	{"hidden", do_hidden},
	{"mark-all", do_mark_all},
	{"mark-none", do_mark_none},
	{"dirs-first", do_dirs_first},
	{"invert", do_invert},
	{"range", do_range},
	{"escape", do_escape},
	{"marked", do_view_marked},
	{"mount-table", do_view_mounts},
	{"close", do_view_close},
	{"next", do_next},
	{"view", do_view},
	{"view-opened", do_view_opened},
	{"view-data", do_view_data},
	{"view-found", do_view_found},
	{"view-lines", do_view_lines},
	{"view-state", do_view_state},
	{"view-search", do_view_search},
	{"view-scroll", do_view_scroll},
	{"view-stop", do_view_stop},
	{"view-end", do_view_end},
	{"view-follow", do_view_follow},
	{"view-leave", do_view_leave},
	{"view-reload", do_view_reload},
	{"room", do_room},
	{"key", do_key},
	{"facts", do_facts},
	{"preview", do_preview},
	{"focus", do_focus},
	{"line", do_line},
	{"look", do_look},
	{"look-next", do_look_next},
	{"hex", do_hex},
	{"sizes", do_sizes},
	{"again", do_again},
	{"largest", do_largest},
	{"extensions", do_extensions},
	{"apparent", do_apparent},
	{"parts", do_parts},
	{"shared", do_shared},
	{"rows", do_rows},
	{"scan-begun", do_scan_begun},
	{"scan-goes", do_scan_goes},
	{"scan-over", do_scan_over},
	{"scan-ready", do_scan_ready},
	{"scan-read", do_scan_read},
	{"scan-done", do_scan_done},
	{"scan-gone", do_scan_gone},
	{"scan-linked", do_scan_linked},
	{"scan-anew", do_scan_anew},
	{"scan-inside", do_scan_inside},
	{"scan-worn", do_scan_worn},
	{"scan-put", do_scan_put},
	{"scan-told", do_scan_told},
	{"scan-taken", do_scan_taken},
};

static void keep_order(struct runner *r, struct request *q)
{
	for (size_t i = 0; i < ORDERS_MAX; i++) {
		if (r->order_tickets[i])
			continue;
		r->order_tickets[i] = q->ticket;
		r->orders[i] = q->order;
		q->order = (struct order_spec){0};
		return;
	}
}

static void show_request(struct runner *r, struct request *q)
{
	static const char *const names[] = {
		"start",     "list",       "close",       "stat",          "stat-names",
		"order",     "owner",      "mounts",      "place",         "link-target",
		"repo-root", "complete",   "check",       "save-bookmark", "view",
		"view-read", "view-check", "view-search", "view-count",    "info",
		"preview",   "scan",       "scan-look",   "scan-stop",     "scan-again",
		"scan-take", "scan-watch", "trash",       "trash-look",    "past",
		"past-look", "past-steps"};
	static const char *const depths[] = {
		[INFO_KIND] = "kind", [INFO_CONTENT] = "content", [INFO_BYTES] = "bytes"};

	str_addf(&r->out, "    < %s", names[q->kind]);
	if (q->ticket)
		str_addf(&r->out, " %llu", (unsigned long long)q->ticket);
	if (q->view.file)
		str_addf(&r->out, " in %llu", (unsigned long long)q->view.file);
	if (q->kind >= REQ_VIEW && q->kind <= REQ_VIEW_COUNT && q->kind != REQ_VIEW &&
	    q->kind != REQ_VIEW_CHECK)
		str_addf(&r->out, " at %llu%s", (unsigned long long)q->view.at,
			 q->view.backward ? " back" : "");
	if (q->kind == REQ_VIEW_COUNT && q->view.to_at != UINT64_MAX)
		str_addf(&r->out, " to %llu", (unsigned long long)q->view.to_at);
	if (q->path)
		str_addf(&r->out, " %s", q->path);
	if (q->prefix)
		str_addf(&r->out, " %s", q->prefix);
	if (q->urgent)
		str_adds(&r->out, " urgent");
	if (q->kind == REQ_STAT)
		str_addf(&r->out, " n=%u", q->n);
	if (q->kind == REQ_SCAN_AGAIN || q->kind == REQ_SCAN_WATCH)
		str_addf(&r->out, " %u", q->id);
	if (q->kind == REQ_PREVIEW)
		str_addf(&r->out, " %s", depths[q->depth]);
	for (uint32_t i = 0; q->ids && i < q->n && i < 8; i++)
		str_addf(&r->out, " %s", names_get(q->names, q->ids[i], NULL));
	for (uint32_t i = 0; q->strings && i < q->n; i++)
		str_addf(&r->out, " %s", q->strings[i]);
	if (q->kind == REQ_OWNER)
		str_addf(&r->out, " %s %u", q->group ? "group" : "user", q->id);
	if (q->kind == REQ_ORDER) {
		str_addf(&r->out, " of %u%s", q->order.count, q->order.among ? " narrowed" : "");
		keep_order(r, q);
	}
	str_addc(&r->out, '\n');
}

static void run_line(struct runner *r, char *line)
{
	struct request q;

	r->n = 0;
	for (char *word = strtok(line, " "); word; word = strtok(NULL, " "))
		r->arg[r->n++] = word;
	if (!r->n || r->arg[0][0] == '#')
		return;
	for (size_t i = 0;; i++) {
		if (i == sizeof(commands) / sizeof(commands[0]))
			fail_msg("no such command: %s", r->arg[0]);
		if (strcmp(commands[i].name, r->arg[0]) == 0) {
			commands[i].run(r);
			break;
		}
	}
	while (model_next_request(r->m, &q)) {
		show_request(r, &q);
		request_done(&q);
	}
	if (r->m->ntabs)
		model_check(r->m);
}

static char *read_all(const char *path)
{
	struct str text = STR_INIT;
	FILE *f = fopen(path, "re");
	int c;

	assert_non_null(f);
	while ((c = getc(f)) != EOF)
		str_addc(&text, (char)c);
	fclose(f);
	return str_take(&text);
}

static void write_all(const char *path, const struct str *text)
{
	FILE *f = fopen(path, "we");

	assert_non_null(f);
	assert_int_equal(fwrite(text->buf, 1, text->len, f), text->len);
	assert_int_equal(fclose(f), 0);
}

static void run_file(const char *path)
{
	struct runner r = {.out = STR_INIT};
	char *text = read_all(path), *copy = strdup(text), *save = NULL;

	assert_int_equal(model_new(&r.m), 0);
	for (char *line = copy; line && *line;) {
		char *end = strchr(line, '\n');

		save = end ? end + 1 : NULL;
		if (end)
			*end = '\0';
		if (strncmp(line, "    ", 4) != 0) {
			str_addf(&r.out, "%s\n", line);
			run_line(&r, line);
		}
		line = save;
	}
	model_free(r.m);
	for (size_t i = 0; i < ORDERS_MAX; i++)
		order_spec_done(&r.orders[i]);
	for (size_t i = 0; i < POOLS_MAX; i++)
		names_unref(r.pools[i]);
	for (size_t i = 0; i < POOLS_MAX; i++)
		made_free(r.trees[i]);
	if (getenv("UPDATE"))
		write_all(path, &r.out);
	else if (strcmp(text, r.out.buf) != 0)
		fail_msg("%s differs; now it is:\n%s", path, r.out.buf);
	str_done(&r.out);
	free(copy);
	free(text);
}

static void test_scenarios(void **state)
{
	glob_t files;

	(void)state;
	assert_int_equal(glob("tests/scenario/*.txt", 0, NULL, &files), 0);
	for (size_t i = 0; i < files.gl_pathc; i++)
		run_file(files.gl_pathv[i]);
	globfree(&files);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_scenarios)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
