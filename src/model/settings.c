/* SPDX-License-Identifier: MIT */
#include "model/settings.h"

#include <stdlib.h>
#include <string.h>

void settings_init(struct settings *s)
{
	*s = (struct settings){
		.sort = SORT_NAME,
		.dirs_first = true,
		.filter = MATCH_SUBSTRING,
		.parent_row = true,
		.mouse = true,
		.hints = true,
		.colors = -1,
		.theme = strdup("default"),
		.sizes_exclude = strdup(""),
		.ls_colors = true,
		.which_key_ms = 300,
		.escape_ms = -1,
		.scroll_margin = 3,
		.remember_places = true,
		.remember_session = true,
		.info_pane = PANE_AUTO,
		.preview = true,
	};
}

void settings_done(struct settings *s)
{
	if (!s)
		return;
	free(s->theme);
	free(s->sizes_exclude);
	*s = (struct settings){0};
}

size_t settings_margin(const struct settings *s)
{
	return s->plain ? 0 : (size_t)MAX(s->scroll_margin, 0);
}
