/* SPDX-License-Identifier: MIT
 *
 * Steps as bytes, from a file that anything may have happened to: what is accepted leads nowhere
 * but to one name in one directory, comes back the same when it is written and read again, and so
 * does the step that would take it back.
 */
#include "base/step.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_place(const struct step_place *p)
{
	struct str dir = STR_INIT;

	if (!p->dir) {
		if (p->name)
			abort();
		return;
	}
	if (str_addf(&dir, "%s/", p->dir) < 0 || p->dir[0] != '/' || strstr(dir.buf, "/../"))
		abort();
	str_done(&dir);
	if (p->name && (!p->name[0] || strchr(p->name, '/') || !strcmp(p->name, ".") ||
			!strcmp(p->name, "..")))
		abort();
}

static bool same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool same_place(const struct step_place *a, const struct step_place *b)
{
	return same_text(a->dir, b->dir) && same_text(a->name, b->name) &&
	       a->dir_id.ino == b->dir_id.ino && a->dir_id.btime == b->dir_id.btime;
}

/* Written, read, and written again. */
static void check_again(const struct step *s)
{
	struct str bytes = STR_INIT, twice = STR_INIT;
	struct step again;

	if (step_encode(s, &bytes) < 0 || step_decode(bytes.buf, bytes.len, &again) < 0 ||
	    step_encode(&again, &twice) < 0 || bytes.len != twice.len ||
	    memcmp(bytes.buf, twice.buf, bytes.len) != 0)
		abort();
	if (again.kind != s->kind || again.undoes != s->undoes ||
	    !same_place(&again.from, &s->from) || !same_place(&again.to, &s->to) ||
	    !same_text(again.told, s->told) || !same_text(again.kind_name, s->kind_name))
		abort();
	step_done(&again);
	str_done(&bytes);
	str_done(&twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str words = STR_INIT;
	struct step s, inverse;
	int r = step_decode((const char *)data, size, &s);

	if (r < 0)
		return 0;
	check_place(&s.from);
	check_place(&s.to);
	check_again(&s);
	if (step_describe(&s, &words) < 0 || strlen(words.buf) != words.len)
		abort();
	r = step_inverse(&s, &inverse);
	if ((r == 0) != step_can_take_back(&s) || (r < 0 && r != -ENOTSUP))
		abort();
	if (r == 0) {
		check_again(&inverse);
		step_done(&inverse);
	}
	step_done(&s);
	str_done(&words);
	return 0;
}
