/* SPDX-License-Identifier: MIT
 *
 * The commands of scenarios for the view of the trash: what is told of it, and what it shows. Part
 * of test_scenario.c.
 *
 *	trash-places TICKET [PATH[@]]...        all mounts; @: a server's
 *	trash-dir TICKET NUMBER PATH TOP        number 0 is that of the home
 *	trash-bad TICKET NUMBER TOP WHY         one that is not looked into
 *	trash-items TICKET NUMBER NAME ORIGIN SECONDS SIZE...
 *	                                        NAME: "name/" is a directory, its SIZE may be "?";
 *	                                        ORIGIN "-": not known; "!ORIGIN": information alone
 *	trash-over TICKET PLACE [unchanged|-ERRNO]
 *	trash-sizes TICKET NUMBER NAME BYTES|-ERRNO
 *	things                                  the view, and what an action would be about
 */
#ifndef TESTS_SCENARIO_TRASH_H
#define TESTS_SCENARIO_TRASH_H

static void do_trash(struct runner *r)
{
	assert_int_equal(model_view_trash(r->m), 0);
}

static void do_trash_places(struct runner *r)
{
	struct trash_place at[32];
	struct fs_event e = {.kind = FS_TRASH_PLACES, .ticket = ticket(r)};

	e.u.trash_places.at = at;
	for (int i = 2; i < r->n; i++) {
		uint8_t type;
		size_t len = split_type(r->arg[i], &type);

		at[e.u.trash_places.n++] = (struct trash_place){.path = strndup(r->arg[i], len),
								.network = type == ENTRY_LINK};
	}
	apply(r, &e);
	for (uint32_t i = 0; i < e.u.trash_places.n; i++)
		free(at[i].path);
}

static void do_trash_dir(struct runner *r)
{
	struct fs_event e = {.kind = FS_TRASH_DIR, .ticket = ticket(r)};
	struct trash_told *t = &e.u.trash_dir;
	uint64_t hash = 5;

	for (const char *c = arg(r, 3); *c; c++)
		hash = hash * 33 + (unsigned char)*c;
	t->number = (uint32_t)atoi(arg(r, 2));
	t->home = t->number == 0;
	t->path = strdup(arg(r, 3));
	t->top = strdup(arg(r, 4));
	t->id = (struct file_id){1, hash};
	t->files = (struct file_id){1, hash + 1};
	apply(r, &e);
	free(t->path);
	free(t->top);
}

static void do_trash_bad(struct runner *r)
{
	struct fs_event e = {.kind = FS_TRASH_DIR, .ticket = ticket(r), .err = -EPERM};

	e.u.trash_dir.number = (uint32_t)atoi(arg(r, 2));
	e.u.trash_dir.top = strdup(arg(r, 3));
	e.u.trash_dir.why = arg(r, 4);
	apply(r, &e);
	free(e.u.trash_dir.top);
}

static void do_trash_items(struct runner *r)
{
	struct trash_found at[16];
	struct fs_event e = {.kind = FS_TRASH_ITEMS, .ticket = ticket(r)};

	e.u.trash_items.at = at;
	e.u.trash_items.number = (uint32_t)atoi(arg(r, 2));
	for (int i = 3; i + 3 < r->n; i += 4) {
		struct trash_found *f = &at[e.u.trash_items.n++];
		uint8_t type;
		size_t len = split_type(r->arg[i], &type);
		const char *origin = r->arg[i + 1];
		bool alone = origin[0] == '!', known = strcmp(origin, "-") != 0;

		*f = (struct trash_found){.name = strndup(r->arg[i], len),
					  .origin = known ? strdup(origin + alone) : NULL,
					  .why = known ? NULL : "nobody knows",
					  .state = alone   ? TRASH_INFO_ALONE
						   : known ? TRASH_WHOLE
							   : TRASH_UNKNOWN,
					  .deleted = atol(r->arg[i + 2]),
					  .size_known = r->arg[i + 3][0] != '?',
					  .size = strtoull(r->arg[i + 3], NULL, 10)};
		if (!alone)
			f->meta = make_meta(type, f->size, 0);
		f->meta.id.ino = 100 + (uint64_t)i;
	}
	apply(r, &e);
	for (uint32_t i = 0; i < e.u.trash_items.n; i++) {
		free(at[i].name);
		free(at[i].origin);
	}
}

static void do_trash_over(struct runner *r)
{
	struct fs_event e = {.kind = FS_TRASH_OVER, .ticket = ticket(r)};

	e.u.trash_over.place = (uint32_t)atoi(arg(r, 2));
	e.u.trash_over.unchanged = arg(r, 3)[0] == 'u';
	e.err = arg(r, 3)[0] == '-' ? atoi(arg(r, 3)) : 0;
	apply(r, &e);
}

static void do_trash_sizes(struct runner *r)
{
	struct trash_weight w = {.name = strdup(arg(r, 3))};
	struct fs_event e = {.kind = FS_TRASH_SIZES, .ticket = ticket(r)};

	if (arg(r, 4)[0] == '-')
		w.err = atoi(arg(r, 4));
	else
		w.bytes = strtoull(arg(r, 4), NULL, 10);
	e.u.trash_sizes.at = &w;
	e.u.trash_sizes.n = 1;
	e.u.trash_sizes.number = (uint32_t)atoi(arg(r, 2));
	apply(r, &e);
	free(w.name);
}

static void show_thing(struct runner *r, const struct list *l, size_t pos)
{
	struct trashed_thing thing;
	CLEANUP(str_done) struct str cells = STR_INIT;
	uint32_t id = list_id(l, pos);
	struct row row;
	uint64_t size;

	assert_true(list_row(l, pos, &row));
	assert_true(trashed_rows_thing(model_trashed(r->m)->rows, id, &thing));
	str_addf(&r->out, "    %c%c %.*s%s", pos == l->cursor ? '>' : ' ',
		 marks_has(&r->m->marks, &row) ? '*' : ' ', (int)row.name_len, row.name,
		 row.type == ENTRY_DIR ? "/" : "");
	if (l->rows->ops->number(l->rows, id, COL_SIZE, &size))
		str_addf(&r->out, " %llu", (unsigned long long)size);
	l->rows->ops->cell(l->rows, id, COL_SIGN, &cells);
	l->rows->ops->cell(l->rows, id, COL_SIZE, &cells);
	str_addf(&r->out, " [%s]", cells.buf);
	str_addf(&r->out, " was in %s is %s/%s\n", thing.origin ? thing.origin : thing.why,
		 thing.dir->path, thing.name);
}

static void do_things(struct runner *r)
{
	const struct trashed *t = model_trashed(r->m);
	const struct list *l = model_list(r->m);
	struct trashed_total sum = trashed_rows_total(t->rows);
	const struct trashed_place *waiting;
	struct trashed_thing thing;
	uint32_t *ids;
	size_t n, more;

	str_addf(&r->out, "    trash %zu things %llu frees %llu unknown %zu linked %zu odd %zu%s\n",
		 sum.things, (unsigned long long)sum.size, (unsigned long long)sum.freed,
		 sum.unknown, sum.linked, sum.odd, rows_loading(l->rows) ? " loading" : "");
	waiting = trashed_waiting(t, r->m->now_ms, &more);
	if (waiting)
		str_addf(&r->out, "    waiting for %s%s and %zu more\n",
			 waiting->path ? waiting->path : "home",
			 waiting->network ? " (network)" : "", more);
	if (r->m->notice.kind != NOTICE_NONE)
		str_addf(&r->out, "    says: %s\n", r->m->notice.text.buf);
	for (size_t pos = 0; pos < list_len(l); pos++)
		show_thing(r, l, pos);
	assert_int_equal(model_trash_chosen(r->m, &ids, &n), 0);
	str_adds(&r->out, "    chosen");
	for (size_t i = 0; i < n; i++) {
		assert_true(trashed_rows_thing(t->rows, ids[i], &thing));
		str_addf(&r->out, " %s", thing.name);
	}
	str_addc(&r->out, '\n');
	free(ids);
}

/* clang-format off */
#define TRASH_COMMANDS                                                                        \
	{"trash", do_trash}, {"trash-places", do_trash_places}, {"trash-dir", do_trash_dir},   \
	{"trash-bad", do_trash_bad}, {"trash-items", do_trash_items},                          \
	{"trash-over", do_trash_over}, {"trash-sizes", do_trash_sizes}, {"things", do_things}
/* clang-format on */

#endif
