/* SPDX-License-Identifier: MIT
 *
 * A file of the journal, whatever is in it. The input is read twice: as a file; and, since nothing
 * that was changed at random has the right checksums, as payloads that are made into records
 * (type and number of the action, a byte each, length, two, then the payload) of two files. What is
 * known then must hold together.
 */
#include "fs/journal_inside.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define SALT 7u

static struct journal_file *add_file(struct journal *j, const char *name)
{
	struct journal_file *f;

	if (journal_file_add(j, name, &f) < 0)
		abort();
	f->headed = true;
	f->head.salt = SALT;
	f->at = JOURNAL_HEAD_LEN;
	return f;
}

static void parse(struct journal *j, struct journal_file *f, const void *bytes, size_t len)
{
	size_t used;

	if (journal_parse(j, f, bytes, len, len, &used) < 0 || used > len)
		abort();
	journal_read_over(j, f);
}

/* Taken back by a finished step that was not taken back itself. */
static bool is_undone(const struct action *all, size_t n, uint64_t id, uint32_t step)
{
	for (size_t i = 0; i < n; i++)
		for (uint32_t k = 0; all[i].undoes == id && k < all[i].nsteps; k++)
			if (all[i].steps[k].step.undoes == step &&
			    all[i].steps[k].state == STEP_DONE && !all[i].steps[k].undone)
				return true;
	return false;
}

static void check_action(const struct action *all, size_t n, const struct action *a)
{
	if (!a->id || !a->label || a->undoes >= a->id || a->state == ACTION_RUNNING)
		abort();
	for (uint32_t k = 0; k < a->nsteps; k++) {
		const struct action_step *s = &a->steps[k];

		if (s->state > STEP_LOST || s->err > 0 || s->step.kind >= STEP_KINDS)
			abort();
		if (s->undone != is_undone(all, n, a->id, k))
			abort();
	}
}

static void check(struct journal *j)
{
	size_t n;
	const struct action *all = journal_actions(j, &n), *a;
	uint64_t id;

	for (size_t i = 0; i < n; i++) {
		bool twice = (i > 0 && all[i - 1].id == all[i].id) ||
			     (i + 1 < n && all[i + 1].id == all[i].id);

		if (i > 0 && all[i - 1].id > all[i].id)
			abort();
		if (twice && all[i].state != ACTION_DAMAGED)
			abort();
		/* With a number that stands for two the model above would have to know which. */
		if (twice)
			return;
	}
	for (size_t i = 0; i < n; i++)
		check_action(all, n, &all[i]);
	id = journal_undoable(j, false);
	a = id ? journal_find(j, id) : NULL;
	if (id && (!a || a->state != ACTION_ENDED || (a->undoes && !a->redo)))
		abort();
	id = journal_redoable(j, false);
	a = id ? journal_find(j, id) : NULL;
	if (id && (!a || a->state != ACTION_ENDED || !a->undoes || a->redo))
		abort();
}

/* A bit of the type says which file it goes to. */
static void make_files(const uint8_t *data, size_t size, struct str out[2])
{
	uint64_t seq = 0;

	while (size >= 4) {
		struct str *to = &out[data[0] >> 7];
		size_t start = to->len, len = data[2] | (size_t)data[3] << 8;

		if (len > size - 4)
			len = size - 4;
		if (journal_add_room(to) < 0 || str_add(to, data + 4, len) < 0)
			abort();
		journal_seal(to, start, SALT, JOURNAL_HEAD_LEN + start, data[0] & 0xf, seq++,
			     data[1]);
		data += 4 + len;
		size -= 4 + len;
	}
}

static void as_records(const uint8_t *data, size_t size)
{
	struct str bytes[2] = {STR_INIT, STR_INIT};
	struct journal *j;
	const char *why;

	if (journal_look("/nowhere/at/all", &j, &why) < 0)
		abort();
	make_files(data, size, bytes);
	parse(j, add_file(j, "a"), bytes[0].buf, bytes[0].len);
	parse(j, add_file(j, "b"), bytes[1].buf, bytes[1].len);
	journal_apply_notes(j);
	check(j);
	journal_close(j);
	str_done(&bytes[0]);
	str_done(&bytes[1]);
}

static void as_a_file(const uint8_t *data, size_t size)
{
	struct journal_head head;
	struct journal_file *f;
	struct journal *j;
	const char *why;

	if (size < JOURNAL_HEAD_LEN || journal_get_head(data, &head) < 0)
		return;
	if (journal_look("/nowhere/at/all", &j, &why) < 0)
		abort();
	f = add_file(j, "a");
	f->head = head;
	parse(j, f, data + JOURNAL_HEAD_LEN, size - JOURNAL_HEAD_LEN);
	check(j);
	journal_close(j);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	as_a_file(data, size);
	as_records(data, size);
	return 0;
}
