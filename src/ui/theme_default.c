/* SPDX-License-Identifier: MIT
 *
 * themes/default.theme, line for line; a test compares them.
 */
#include "ui/theme.h"

/* clang-format off */
const char theme_default_text[] =
	"# The theme for dark backgrounds. The 16 colours of the terminal's own palette only, so that it follows what the\n"
	"# user chose there; plain text and metadata stay in the default colours (and cost nothing on a slow line).\n"
	"# role = fg=COLOUR bg=COLOUR bold dim italic underline reverse strike\n"
	"\n"
	"text =\n"
	"header = bold\n"
	"header.user = fg=green\n"
	"header.root = fg=white bg=red bold\n"
	"header.path = bold\n"
	"header.count =\n"
	"header.hidden = fg=yellow\n"
	"tab =\n"
	"tab.current = reverse\n"
	"columns = bold\n"
	"file =\n"
	"dir = fg=bright-blue\n"
	"link = fg=cyan\n"
	"exec = fg=green\n"
	"special = fg=bright-magenta\n"
	"target =\n"
	"escape = fg=yellow bold\n"
	"meta =\n"
	"meta.warn = fg=yellow\n"
	"cursor = reverse\n"
	"cursor.mark =\n"
	"mark = fg=yellow\n"
	"match = fg=black bg=yellow\n"
	"footer =\n"
	"hint.key = bold\n"
	"hint =\n"
	"notice =\n"
	"warning = fg=yellow\n"
	"error = fg=bright-red\n"
	"prompt = bold\n"
	"input =\n"
	"frame =\n"
	"title = bold\n"
	"selected = reverse\n";
/* clang-format on */
