/* SPDX-License-Identifier: MIT
 *
 * Bookmarks: a letter or digit for a directory. In their file each is a line `x = path`.
 */
#include "model/inside.h"

#include "base/conf.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

int model_bookmark_set(struct model *m, char letter)
{
	struct request save = {.kind = REQ_SAVE_BOOKMARK, .id = (unsigned char)letter};
	char *path;

	model_touch(m);
	if (!is_letter(letter)) {
		model_notice(m, NOTICE_WARNING, "a bookmark is a letter or a digit");
		return -EINVAL;
	}
	path = strdup(model_path(m));
	save.path = strdup(model_path(m));
	if (!path || !save.path) {
		free(path);
		free(save.path);
		return -ENOMEM;
	}
	free(m->bookmarks[(unsigned char)letter]);
	m->bookmarks[(unsigned char)letter] = path;
	model_notice(m, NOTICE_INFO, "'%c now leads here", letter);
	return request_add(m, &save);
}

int model_bookmark_go(struct model *m, char letter)
{
	model_touch(m);
	if (!is_letter(letter) || !m->bookmarks[(unsigned char)letter]) {
		model_notice(m, NOTICE_INFO, "there is no such bookmark; m and a letter sets one");
		return 0;
	}
	return model_go(m, m->bookmarks[(unsigned char)letter], NULL);
}

static int load_one(void *ctx, const struct conf_item *item, struct str *err)
{
	struct model *m = ctx;
	char *path;

	if (item->section[0] || strlen(item->name) != 1 || !is_letter(item->name[0])) {
		str_adds(err, "a bookmark is a letter or a digit");
		return -EINVAL;
	}
	if (item->value[0] != '/') {
		str_adds(err, "a bookmark leads to an absolute path");
		return -EINVAL;
	}
	path = strdup(item->value);
	if (!path)
		return -ENOMEM;
	free(m->bookmarks[(unsigned char)item->name[0]]);
	m->bookmarks[(unsigned char)item->name[0]] = path;
	return 0;
}

static void load_bad(void *ctx, unsigned line, const char *reason)
{
	struct model *m = ctx;

	model_notice(m, NOTICE_WARNING, "bookmarks, line %u: %s", line, reason);
}

int model_bookmarks_load(struct model *m, const char *text, size_t len)
{
	int r = conf_parse(text, len, load_one, load_bad, m);

	return r < 0 ? r : 0;
}
