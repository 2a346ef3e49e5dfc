/* SPDX-License-Identifier: MIT */
#include "helper/kind.h"

#include <errno.h>
#include <magic.h>
#include <stdlib.h>

struct kind {
	magic_t magic;
};

/* How far libmagic may go: less than it would by itself, and enough for every ordinary file. */
static void limit(magic_t magic)
{
	static const struct {
		int param;
		size_t value;
	} limits[] = {
		{MAGIC_PARAM_INDIR_MAX, 15},          {MAGIC_PARAM_NAME_MAX, 50},
		{MAGIC_PARAM_ELF_PHNUM_MAX, 128},     {MAGIC_PARAM_ELF_SHNUM_MAX, 1024},
		{MAGIC_PARAM_ELF_NOTES_MAX, 64},      {MAGIC_PARAM_REGEX_MAX, 4096},
		{MAGIC_PARAM_BYTES_MAX, 1024 * 1024},
	};

	for (size_t i = 0; i < ARRAY_LEN(limits); i++)
		(void)magic_setparam(magic, limits[i].param, &limits[i].value);
}

int kind_new(struct kind **ret_kind)
{
	struct kind *k = calloc(1, sizeof(*k));

	if (!k)
		return -ENOMEM;
	k->magic = magic_open(MAGIC_NONE);
	if (!k->magic || magic_load(k->magic, NULL) != 0) {
		kind_free(k);
		return -ENOENT;
	}
	limit(k->magic);
	*ret_kind = k;
	return 0;
}

void kind_free(struct kind *k)
{
	if (!k)
		return;
	if (k->magic)
		magic_close(k->magic);
	free(k);
}

static int ask(struct kind *k, int flags, const void *bytes, size_t len, struct str *out)
{
	const char *answer;

	if (magic_setflags(k->magic, flags) < 0)
		return 0;
	answer = magic_buffer(k->magic, bytes, len);
	return answer ? str_adds(out, answer) : 0;
}

int kind_tell(struct kind *k, const void *bytes, size_t len, struct preview *p)
{
	int rc = k ? ask(k, MAGIC_NONE, bytes, len, &p->what) : 0;

	return rc || !k ? rc : ask(k, MAGIC_MIME_TYPE, bytes, len, &p->mime);
}
