/* SPDX-License-Identifier: MIT
 *
 * The functions behind the rows of the command table; what each does stands in its row.
 *
 * Thread: UI. Owns: nothing.
 */
#ifndef APP_COMMANDS_H
#define APP_COMMANDS_H

#include "app/app.h"

/* Arguments of cmd_view_show(). */
enum { VIEW_HEX, VIEW_WRAP, VIEW_NUMBERS };

/* Arguments of cmd_sizes_show(). */
enum { SIZES_SHOW_APPARENT, SIZES_SHOW_PARTS, SIZES_SHOW_SHARED };

typedef int command_fn(struct app *app, const struct command_args *args);

/* cmd_move.c */
command_fn cmd_move, cmd_parent, cmd_open, cmd_row, cmd_page, cmd_group, cmd_history;
command_fn cmd_go_home, cmd_go_root, cmd_go_link, cmd_go_path, cmd_go_repository, cmd_go_last;
command_fn cmd_bookmark, cmd_go_bookmark, cmd_mounts;

/* cmd_list.c */
command_fn cmd_mark, cmd_range, cmd_mark_all, cmd_mark_invert, cmd_mark_none, cmd_marked;
command_fn cmd_mark_matching, cmd_escape, cmd_filter, cmd_find, cmd_find_letter;
command_fn cmd_sort, cmd_sort_reverse, cmd_sort_dirs, cmd_hidden;

/* cmd_view.c */
command_fn cmd_view, cmd_view_close, cmd_view_escape, cmd_view_edit, cmd_view_move, cmd_view_page;
command_fn cmd_view_top, cmd_view_end, cmd_view_percent, cmd_view_line, cmd_view_aside;
command_fn cmd_view_search, cmd_view_next, cmd_view_show, cmd_view_follow, cmd_view_code;
/* cmd_settings.c */
command_fn cmd_settings, cmd_set, cmd_theme, cmd_save_settings;

/* cmd_pane.c */
command_fn cmd_info, cmd_preview, cmd_pane_size, cmd_other_pane;
command_fn cmd_pane_move, cmd_pane_page, cmd_pane_line, cmd_pane_search, cmd_pane_find;
command_fn cmd_pane_bytes, cmd_line_numbers;

/* cmd_app.c */
command_fn cmd_help, cmd_palette, cmd_tab_new, cmd_tab_close, cmd_tab_next, cmd_tab, cmd_redraw,
	cmd_tell;
command_fn cmd_edit, cmd_open_with, cmd_shell, cmd_suspend, cmd_quit;

/* cmd_sizes.c */
command_fn cmd_sizes, cmd_sizes_again, cmd_sizes_browse, cmd_sizes_found, cmd_sizes_show;

/* cmd_trash.c */
command_fn cmd_trash_list, cmd_past, cmd_reload;

/* cmd_act.c */
command_fn cmd_trash, cmd_delete, cmd_undo, cmd_add, cmd_rename, cmd_attribute, cmd_rmdir;
command_fn cmd_trashed, cmd_undo_this;

/* jump.c */
command_fn cmd_jump;

/* choose.c */
command_fn cmd_choose, cmd_choose_here;

/* clipboard.c */
command_fn cmd_copy;

#endif
