/* SPDX-License-Identifier: MIT
 *
 * The command table. Rows only; the functions are in cmd_move.c (move, go), cmd_list.c (mark, find,
 * sort), cmd_act.c (act, change), cmd_pane.c (info pane), cmd_sizes.c (sizes), cmd_trash.c (trash),
 * cmd_view.c (the viewer), cmd_app.c (views, tabs, program), clipboard.c and choose.c.
 */
#include "app/commands.h"

#include "app/clipboard.h"
#include "app/words.h"

#include <string.h>

const struct context_info context_rows[] = {
	{CTX_LIST, "list", "in lists", CTX_SIZES | CTX_TRASH | CTX_HISTORY},
	{CTX_VIEWER, "viewer", "in the viewer", 0},
	{CTX_PANE, "pane", "in the info pane", 0},
	{CTX_SIZES, "sizes", "in lists of sizes", 0},
	{CTX_TRASH, "trash", "in the list of the trash", 0},
	{CTX_HISTORY, "history", "in the history", 0},
};
const size_t ncontext_rows = ARRAY_LEN(context_rows);

/* clang-format off */
#define IN(contexts, name, group, keys, flags, help, hint, run, arg) \
	{name, group, keys, contexts, flags, help, hint, run, arg}
#define ROW(...) IN(CTX_LISTS, __VA_ARGS__)
/* Where rows are files: not in the list of the trash, where the same keys mean something else, and of the history. */
#define FILES(...) IN(CTX_LISTS & ~(CTX_TRASH | CTX_HISTORY), __VA_ARGS__)

const struct command commands[] = {
	IN(CTX_LISTS | CTX_PANE, "help",          "Program", "? <F1>",          CMD_HINT, "show all keys", "help", cmd_help, 0),
	IN(CTX_LISTS | CTX_PANE, "palette",       "Program", ": <C-p> <F9>",    CMD_HINT, "find a command by its name and run it", "command", cmd_palette, 0),

	ROW("set",           "Program", "",                CMD_WORDS, "set an option: set NAME VALUE", NULL, cmd_set, WORDS_OPTION),
	ROW("settings",      "Program", ",",               0, "see and change every option", NULL, cmd_settings, 0),
	ROW("theme",         "Program", "",                CMD_WORDS, "choose a colour theme", NULL, cmd_theme, WORDS_THEME),
	ROW("save-settings", "Program", "",                CMD_MUTATES, "write changed options into the configuration", NULL, cmd_save_settings, 0),

	IN(CTX_SIZES, "sizes-again", "Sizes", "gR",        CMD_HINT, "scan the directory shown again", "again", cmd_sizes_again, 0),
	IN(CTX_SIZES, "sizes-largest", "Sizes", "gt",      CMD_HINT, "list the largest files below this directory", "largest", cmd_sizes_found, FOUND_LARGEST),
	IN(CTX_SIZES, "sizes-extensions", "Sizes", "ge",   0, "list what files of each extension take up", "extensions", cmd_sizes_found, 0),
	IN(CTX_SIZES, "sizes-browse", "Sizes", "gb",       0, "browse the directory that is shown, and leave the sizes", NULL, cmd_sizes_browse, 0),
	IN(CTX_SIZES, "sizes-apparent", "Sizes", "=",      CMD_HINT, "lengths of files, or what they take on the disk", "length", cmd_sizes_show, SIZES_SHOW_APPARENT),
	IN(CTX_SIZES, "sizes-bars", "Sizes", "%",          0, "bars, percents, or both", NULL, cmd_sizes_show, SIZES_SHOW_PARTS),
	IN(CTX_SIZES, "sizes-shared", "Sizes", "_",        0, "what deleting would free, and what other links share", NULL, cmd_sizes_show, SIZES_SHOW_SHARED),

	IN(CTX_TRASH, "trash-restore", "Trash", "r <F2>",  CMD_MUTATES | CMD_HINT, "put the marked rows, or this one, back to where they were", "restore", cmd_trashed, TASK_RESTORE),
	IN(CTX_TRASH, "trash-erase", "Trash", "X",         CMD_MUTATES | CMD_HINT, "delete them for good (asks)", "erase", cmd_trashed, TASK_ERASE),
	IN(CTX_TRASH, "trash-again", "Trash", "gR",        CMD_HINT, "look into every trash again", "again", cmd_reload, 0),
	IN(CTX_HISTORY, "history-undo", "History", "u",    CMD_MUTATES | CMD_HINT, "take this action back (asks)", "undo", cmd_undo_this, 0),
	IN(CTX_HISTORY, "history-again", "History", "gR",  CMD_HINT, "read the journal again", "again", cmd_reload, 0),

	ROW("down",          "Move", "j <Down>",           CMD_REPEAT, "next row", NULL, cmd_move, 1),
	ROW("up",            "Move", "k <Up>",             CMD_REPEAT, "previous row", NULL, cmd_move, -1),
	ROW("parent",        "Move", "h <Left> <BS>",      CMD_REPEAT | CMD_HINT, "go to the directory above", "up", cmd_parent, 0),
	ROW("open",          "Move", "l <Right> <Enter>",  CMD_HINT, "enter the directory, or open the file", "open", cmd_open, 0),
	ROW("choose",        "Move", "<C-o>",               CMD_ACTS | CMD_CHOOSE | CMD_HINT, "choose the row, or the marked rows (while choosing)", "choose", cmd_choose, CHOOSE_FILE | CHOOSE_FILES | CHOOSE_DIR),
	ROW("choose-here",   "Move", "<C-t>",               CMD_ACTS | CMD_CHOOSE | CMD_HINT, "choose the directory shown (while choosing one)", "choose here", cmd_choose_here, CHOOSE_DIR),
	ROW("top",           "Move", "gg <Home>",          0, "first row, or the row of the count", NULL, cmd_row, 0),
	ROW("bottom",        "Move", "G <End>",            0, "last row, or the row of the count", NULL, cmd_row, 1),
	ROW("half-down",     "Move", "<C-d>",              CMD_REPEAT, "half a page down", NULL, cmd_page, 1),
	ROW("half-up",       "Move", "<C-u>",              CMD_REPEAT, "half a page up", NULL, cmd_page, -1),
	ROW("page-down",     "Move", "<C-f> <PgDn>",       CMD_REPEAT, "a page down", NULL, cmd_page, 2),
	ROW("page-up",       "Move", "<C-b> <PgUp>",       CMD_REPEAT, "a page up", NULL, cmd_page, -2),
	ROW("next-group",    "Move", "}",                  CMD_REPEAT, "first row of the next kind", NULL, cmd_group, 1),
	ROW("previous-group","Move", "{",                  CMD_REPEAT, "first row of the previous kind", NULL, cmd_group, -1),
	ROW("back",          "Move", "H",                  CMD_REPEAT, "back in the history", NULL, cmd_history, -1),
	ROW("forward",       "Move", "L",                  CMD_REPEAT, "forward in the history", NULL, cmd_history, 1),

	ROW("go-home",       "Go", "gh",                   0, "go to the home directory", NULL, cmd_go_home, 0),
	ROW("go-root",       "Go", "g/",                   0, "go to /", NULL, cmd_go_root, 0),
	ROW("go-link",       "Go", "gl",                   0, "go to what the link points to", NULL, cmd_go_link, 0),
	ROW("go-path",       "Go", "gp",                   0, "type a path to go to", NULL, cmd_go_path, 0),
	ROW("go-mounts",     "Go", "gm",                   0, "list the mounted file systems", NULL, cmd_mounts, 0),
	ROW("go-repository", "Go", "gr",                   0, "go to the root of the repository", NULL, cmd_go_repository, 0),
	ROW("go-last",       "Go", "g-",                   0, "go to the directory before this one", NULL, cmd_go_last, 0),
	ROW("jump",          "Go", "z",                    0, "go to a visited directory by a part of its name", "visited", cmd_jump, 0),
	ROW("bookmark",      "Go", "m",                    CMD_LETTER, "remember this directory under a letter", NULL, cmd_bookmark, 0),
	ROW("go-bookmark",   "Go", "'",                    CMD_LETTER, "go to the bookmark of a letter", NULL, cmd_go_bookmark, 0),

	ROW("mark",          "Mark", "<Space> <Insert>",   CMD_REPEAT | CMD_HINT, "mark or unmark the row and go down", "mark", cmd_mark, 0),
	ROW("range",         "Mark", "v",                  0, "start a range; again: mark it", NULL, cmd_range, 0),
	ROW("mark-all",      "Mark", "*a <C-a>",           0, "mark all visible rows", NULL, cmd_mark_all, 0),
	ROW("mark-invert",   "Mark", "*i",                 0, "invert the marks of the visible rows", NULL, cmd_mark_invert, 0),
	ROW("mark-none",     "Mark", "*n",                 0, "unmark everything, everywhere", NULL, cmd_mark_none, 0),
	ROW("list-marked",   "Mark", "*l wl",              0, "list everything that is marked", NULL, cmd_marked, 0),
	ROW("mark-matching", "Mark", "+",                  0, "mark the rows that match a pattern", NULL, cmd_mark_matching, 1),
	ROW("unmark-matching","Mark","-",                  0, "unmark the rows that match a pattern", NULL, cmd_mark_matching, 0),
	ROW("escape",        "Mark", "<Esc> <C-c>",        0, "end the range, drop the filter; twice: the marks", NULL, cmd_escape, 0),

	ROW("filter",        "Find", "/",                  CMD_HINT, "narrow the list as you type", "filter", cmd_filter, 0),
	ROW("find-next",     "Find", "n",                  CMD_REPEAT, "next match of the last pattern", NULL, cmd_find, 1),
	ROW("find-previous", "Find", "N",                  CMD_REPEAT, "previous match of the last pattern", NULL, cmd_find, -1),
	ROW("find-letter",   "Find", "f",                  CMD_LETTER, "next name that begins with a letter", NULL, cmd_find_letter, 0),

	ROW("sort-name",     "Sort", "sn",                 0, "by name, numbers by their value", "name", cmd_sort, SORT_NAME),
	ROW("sort-size",     "Sort", "ss",                 0, "by size, largest first", "size", cmd_sort, SORT_SIZE),
	ROW("sort-modified", "Sort", "sm",                 0, "by time of the last change of the content", "modified", cmd_sort, SORT_MODIFIED),
	ROW("sort-changed",  "Sort", "sc",                 0, "by time of the last change of the metadata", "changed", cmd_sort, SORT_CHANGED),
	ROW("sort-born",     "Sort", "sb",                 0, "by time of creation", "born", cmd_sort, SORT_BORN),
	ROW("sort-extension","Sort", "se",                 0, "by extension", "extension", cmd_sort, SORT_EXT),
	ROW("sort-owner",    "Sort", "so",                 0, "by owner and group", "owner", cmd_sort, SORT_OWNER),
	ROW("sort-mode",     "Sort", "sp",                 0, "by permissions", "permissions", cmd_sort, SORT_MODE),
	ROW("sort-items",    "Sort", "si",                 0, "by how many things are in it (of sizes)", "items", cmd_sort, SORT_ITEMS),
	ROW("sort-freed",    "Sort", "sf",                 0, "by what deleting it would free (of sizes)", "freed", cmd_sort, SORT_FREED),
	ROW("sort-time",     "Sort", "st",                 0, "by when it was deleted or done (of trash, of history)", "time", cmd_sort, SORT_TIME),
	ROW("sort-origin",   "Sort", "sw",                 0, "by where it was (of the trash)", "origin", cmd_sort, SORT_ORIGIN),
	ROW("sort-reverse",  "Sort", "sr",                 0, "reverse the order", "reverse", cmd_sort_reverse, 0),
	ROW("sort-directories","Sort","sd",                0, "directories first, or among the files", "directories first", cmd_sort_dirs, 0),

	FILES("trash",         "Act", "d <F8>",              CMD_MUTATES | CMD_HINT, "to the trash: the marked rows, or this one", "trash", cmd_trash, 0),
	FILES("delete",        "Act", "X",                   CMD_MUTATES, "delete for good what is marked, or this row (asks)", NULL, cmd_delete, 0),
	IN(CTX_LISTS & ~CTX_HISTORY, "undo",          "Act", "u",                   CMD_MUTATES | CMD_HINT, "undo the last thing done in this run", "undo", cmd_undo, TASK_UNDO),
	ROW("redo",          "Act", "<C-r>",               CMD_MUTATES, "do again what was undone last", NULL, cmd_undo, TASK_REDO),
	FILES("add",           "Act", "a",                   CMD_MUTATES, "make a file, or with a slash at the end a directory", NULL, cmd_add, 0),
	FILES("add-directory", "Act", "<F7>",                CMD_MUTATES, "make a directory", NULL, cmd_add, 1),
	FILES("rename",        "Act", "r <F2>",              CMD_MUTATES, "rename the row", NULL, cmd_rename, 0),
	FILES("remove-empty",  "Act", "",                    CMD_MUTATES, "remove directories in which there is no file", NULL, cmd_rmdir, 0),
	FILES("change-mode",   "Change", "cm",               CMD_MUTATES, "change the mode of the marked rows, or this one", "mode", cmd_attribute, TASK_MODE),
	FILES("change-owner",  "Change", "co",               CMD_MUTATES, "change their owner", "owner", cmd_attribute, TASK_OWNER),
	FILES("change-group",  "Change", "cg",               CMD_MUTATES, "change their group", "group", cmd_attribute, TASK_GROUP),

	ROW("tab-new",       "Tabs", "t",                  0, "new tab in this directory", NULL, cmd_tab_new, 0),
	ROW("tab-close",     "Tabs", "T",                  0, "close the tab", NULL, cmd_tab_close, 0),
	ROW("tab-next",      "Tabs", "]",                  CMD_REPEAT, "next tab", NULL, cmd_tab_next, 1),
	ROW("tab-previous",  "Tabs", "[",                  CMD_REPEAT, "previous tab", NULL, cmd_tab_next, -1),
	ROW("tab",           "Tabs", "g1 g2 g3 g4 g5 g6 g7 g8 g9 <A-1> <A-2> <A-3> <A-4> <A-5> <A-6> <A-7> <A-8> <A-9>",
	                                                   0, "go to the tab of this number", "tab", cmd_tab, 0),

	ROW("sizes",         "View", "S",                  CMD_HINT, "show what takes the space below this directory", "sizes", cmd_sizes, 0),
	ROW("history",       "View", "U",                  0, "list what was done, and what came of it", NULL, cmd_past, 0),
	ROW("trash-list",    "View", "wt",                 0, "list what is in the trash, and where it was", NULL, cmd_trash_list, 0),
	ROW("hidden",        "View", ".",                  CMD_HINT, "show or hide names that begin with a dot", "hidden", cmd_hidden, 0),
	IN(CTX_LISTS | CTX_VIEWER, "tell", "View", "<C-g>",        0, "tell about the row, or how far the viewer is", NULL, cmd_tell, 0),
	ROW("tell-place",    "View", "g<C-g>",             0, "tell where this is, and how much is in it", NULL, cmd_tell, 1),
	IN(CTX_LISTS | CTX_PANE, "info", "View", "i",       CMD_HINT, "show or hide the info pane", "info", cmd_info, 0),
	IN(CTX_LISTS | CTX_PANE, "preview", "View", "wv",   0, "show or hide the preview in the info pane", NULL, cmd_preview, 0),
	IN(CTX_LISTS | CTX_PANE, "pane-larger", "View", "w+", CMD_REPEAT, "make the info pane larger", "larger", cmd_pane_size, 1),
	IN(CTX_LISTS | CTX_PANE, "pane-smaller", "View", "w-", CMD_REPEAT, "make the info pane smaller", "smaller", cmd_pane_size, -1),
	ROW("other-pane",    "View", "<Tab>",              0, "go to the preview, to scroll and search in it", NULL, cmd_other_pane, 1),
	IN(CTX_ALL, "redraw",        "View", "<C-l>",              0, "read the directory again and redraw the screen", NULL, cmd_redraw, 0),

	ROW("view",          "Out", "<F3>",                CMD_ACTS | CMD_HINT, "view the file, text or bytes, of any size", "view", cmd_view, 0),
	IN(CTX_ALL & ~CTX_PANE, "edit", "Out", "e <F4>",   CMD_ACTS | CMD_HINT | CMD_OPENS, "edit the file ($VISUAL, $EDITOR)", "edit", cmd_edit, 0),
	ROW("open-with",     "Out", "o",                   CMD_ACTS | CMD_OPENS, "open the marked rows with a program you choose", NULL, cmd_open_with, 0),
	ROW("shell",         "Out", "!",                   CMD_ACTS | CMD_HINT, "run a command on the marked rows; empty: a shell", "shell", cmd_shell, 0),
	ROW("copy-path",     "Out", "Yp",                  CMD_ACTS, "copy the path (or those marked) to the local clipboard", "path", cmd_copy, COPY_PATH),
	ROW("copy-name",     "Out", "Yn",                  CMD_ACTS, "copy the name to the local clipboard", "name", cmd_copy, COPY_NAME),
	ROW("copy-directory","Out", "Yd",                  CMD_ACTS, "copy the directory to the local clipboard", "directory", cmd_copy, COPY_DIR),
	ROW("copy-quoted",   "Out", "Yq",                  CMD_ACTS, "copy the path in quotes for a shell", "quoted path", cmd_copy, COPY_QUOTED),
	ROW("copy-scp",      "Out", "Ys",                  CMD_ACTS, "copy an scp line that fetches it to where you sit", "scp line", cmd_copy, COPY_SCP),
	IN(CTX_ALL, "suspend",       "Out", "<C-z>",               0, "stop; fg in the shell comes back", NULL, cmd_suspend, 0),

	IN(CTX_VIEWER, "view-help", "Viewer", "<F1>",      CMD_HINT, "show all keys", "help", cmd_help, 0),
	IN(CTX_VIEWER, "view-palette", "Viewer", "<C-p> <F9>", 0, "find a command by its name and run it", NULL, cmd_palette, 0),
	IN(CTX_VIEWER, "view-down", "Viewer", "j <Down> <Enter>", CMD_REPEAT, "a line down", NULL, cmd_view_move, 1),
	IN(CTX_VIEWER, "view-up", "Viewer", "k <Up>",      CMD_REPEAT, "a line up", NULL, cmd_view_move, -1),
	IN(CTX_VIEWER, "view-half-down", "Viewer", "<C-d>", CMD_REPEAT, "half a page down", NULL, cmd_view_page, 1),
	IN(CTX_VIEWER, "view-half-up", "Viewer", "<C-u>",  CMD_REPEAT, "half a page up", NULL, cmd_view_page, -1),
	IN(CTX_VIEWER, "view-page-down", "Viewer", "<C-f> <Space> <PgDn>", CMD_REPEAT, "a page down", NULL, cmd_view_page, 2),
	IN(CTX_VIEWER, "view-page-up", "Viewer", "<C-b> b <PgUp>", CMD_REPEAT, "a page up", NULL, cmd_view_page, -2),
	IN(CTX_VIEWER, "view-top", "Viewer", "gg <Home>",  0, "the beginning, or the line of the count", NULL, cmd_view_top, 0),
	IN(CTX_VIEWER, "view-end", "Viewer", "G <End>",    0, "the end, or the line of the count", NULL, cmd_view_end, 0),
	IN(CTX_VIEWER, "view-percent", "Viewer", "%",      0, "so many percent into the file: 50%", NULL, cmd_view_percent, 0),
	IN(CTX_VIEWER, "view-line", "Viewer", ":",         CMD_HINT, "type a line, a percentage or an offset (0x...) to go to", "line", cmd_view_line, 0),
	IN(CTX_VIEWER, "view-left", "Viewer", "<Left>",    CMD_REPEAT, "half a screen to the left, where lines are cut", NULL, cmd_view_aside, -1),
	IN(CTX_VIEWER, "view-right", "Viewer", "<Right>",  CMD_REPEAT, "half a screen to the right", NULL, cmd_view_aside, 1),
	IN(CTX_VIEWER, "view-search", "Viewer", "/",       CMD_HINT, "search forward; Tab: a regular expression", "search", cmd_view_search, 0),
	IN(CTX_VIEWER, "view-search-back", "Viewer", "?",  0, "search backward", NULL, cmd_view_search, 1),
	IN(CTX_VIEWER, "view-next", "Viewer", "n",         0, "next match", NULL, cmd_view_next, 1),
	IN(CTX_VIEWER, "view-previous", "Viewer", "N",     0, "match before this one", NULL, cmd_view_next, -1),
	IN(CTX_VIEWER, "view-hex", "Viewer", "x",          CMD_HINT, "text or bytes", "hex", cmd_view_show, VIEW_HEX),
	IN(CTX_VIEWER, "view-wrap", "Viewer", "w",         CMD_HINT, "wrap long lines, or cut them", "wrap", cmd_view_show, VIEW_WRAP),
	IN(CTX_VIEWER, "view-numbers", "Viewer", "#",      0, "line numbers", NULL, cmd_view_show, VIEW_NUMBERS),
	IN(CTX_VIEWER, "view-encoding", "Viewer", "E",     0, "read the text in the next encoding", NULL, cmd_view_code, 0),
	IN(CTX_VIEWER, "view-follow", "Viewer", "F",       0, "stay at the end while the file grows", NULL, cmd_view_follow, 0),
	IN(CTX_VIEWER, "view-escape", "Viewer", "<Esc> <C-c>", 0, "stop what goes on, or leave the viewer", NULL, cmd_view_escape, 0),
	IN(CTX_VIEWER, "view-close", "Viewer", "q h <F3>", CMD_HINT, "back to the list", "back", cmd_view_close, 0),

	IN(CTX_PANE, "preview-down",      "Preview", "j <Down>",     CMD_REPEAT, "next line", NULL, cmd_pane_move, 1),
	IN(CTX_PANE, "preview-up",        "Preview", "k <Up>",       CMD_REPEAT, "previous line", NULL, cmd_pane_move, -1),
	IN(CTX_PANE, "preview-half-down", "Preview", "<C-d>",        CMD_REPEAT, "half a page down", NULL, cmd_pane_page, 1),
	IN(CTX_PANE, "preview-half-up",   "Preview", "<C-u>",        CMD_REPEAT, "half a page up", NULL, cmd_pane_page, -1),
	IN(CTX_PANE, "preview-page-down", "Preview", "<C-f> <PgDn> <Space>", CMD_REPEAT, "a page down", NULL, cmd_pane_page, 2),
	IN(CTX_PANE, "preview-page-up",   "Preview", "<C-b> <PgUp>", CMD_REPEAT, "a page up", NULL, cmd_pane_page, -2),
	IN(CTX_PANE, "preview-top",       "Preview", "gg <Home>",    0, "first line, or the line of the count", NULL, cmd_pane_line, 0),
	IN(CTX_PANE, "preview-bottom",    "Preview", "G <End>",      0, "last line, or the line of the count", NULL, cmd_pane_line, 1),
	IN(CTX_PANE, "preview-search",    "Preview", "/",            CMD_HINT, "search in what is shown of the content", "search", cmd_pane_search, 0),
	IN(CTX_PANE, "preview-next",      "Preview", "n",            CMD_REPEAT | CMD_HINT, "next match", "next", cmd_pane_find, 1),
	IN(CTX_PANE, "preview-previous",  "Preview", "N",            CMD_REPEAT, "previous match", NULL, cmd_pane_find, -1),
	IN(CTX_PANE, "preview-bytes",     "Preview", "x",            CMD_HINT, "bytes, or back to text", "bytes", cmd_pane_bytes, 0),
	IN(CTX_PANE, "line-numbers",      "Preview", "#",            CMD_HINT, "number the lines of text, or not", "numbers", cmd_line_numbers, 0),
	IN(CTX_PANE, "preview-leave",     "Preview", "<Tab> <Esc> <C-c> h <Left> q", CMD_HINT, "back to the list", "back", cmd_other_pane, 0),

	ROW("quit",          "Program", "q <F10>",         CMD_HINT, "leave the view, or the program; the shell follows", "quit", cmd_quit, 1),
	IN(CTX_ALL, "quit-stay", "Program", "Q",           0, "leave the program; the shell stays where it was", NULL, cmd_quit, 0),
};
/* clang-format on */

const size_t ncommands = ARRAY_LEN(commands);

const struct command *command_find(const char *name)
{
	for (size_t i = 0; i < ncommands; i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}

const struct context_info *context_find(const char *name)
{
	for (size_t i = 0; i < ncontext_rows; i++)
		if (strcmp(context_rows[i].name, name) == 0)
			return &context_rows[i];
	return NULL;
}

const struct context_info *context_info(unsigned context)
{
	for (size_t i = 0; i < ncontext_rows; i++)
		if (context_rows[i].context == context)
			return &context_rows[i];
	return NULL;
}
