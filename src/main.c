/* SPDX-License-Identifier: MIT
 *
 * trowel, a file explorer for the terminal. This file parses the command line; here is where
 * everything else is.
 *
 * base: knows nothing of files or screens
 *   base/acl               access control lists as the kernel hands them out
 *   base/alloc             arrays that grow, checked for overflow
 *   base/amount            sizes and spans of time as people write them
 *   base/args              command lines as argument vectors
 *   base/args_shell        the same for sh(1), names as its parameters
 *   base/collate           the orders of names
 *   base/collate_sort      sorting a million names
 *   base/conf              the one line parser of configuration, themes and bookmarks
 *   base/conf_edit         such lines changed in a text, everything else left as it is
 *   base/crc32c            a checksum
 *   base/csv               fields of CSV
 *   base/datespec          moments as people write them
 *   base/display           bytes from outside made safe to show
 *   base/exclude           patterns of what is left out
 *   base/filecaps          capabilities of a program file
 *   base/escape            bytes as a part of a line
 *   base/fmt               sizes, counts, times and modes as text
 *   base/fuzzy             fuzzy matching with scores
 *   base/glob              shell patterns
 *   base/json              JSON writer
 *   base/log               the debug log
 *   base/map               hash map of byte strings
 *   base/match             matchers: substring, fuzzy, glob, regex
 *   base/modespec          modes as chmod(1) takes them
 *   base/names             a pool of very many names
 *   base/order             filter and sort as one computation
 *   base/path              paths as text
 *   base/perm              mode bits: who may do what, as bits and as a sentence
 *   base/preview           the first part of a file's content, as lines
 *   base/queue             messages between threads
 *   base/step              one step of an action as data: its kinds, inverse, sentence
 *   base/step_code         the same as bytes
 *   base/step_xattrs       ... the extended attributes in it
 *   base/str               growable byte string
 *   base/textcode          encodings of text: which, where lines end, as UTF-8
 *   base/textline          one line of text with its columns, safe to show
 *   base/textrow           the lines of a text of any size, through a window
 *   base/trashinfo         the small files of a trash directory
 *   base/utf8              UTF-8 and the width of characters
 *   base/wire              what the program and its helper say to each other
 *   base/words             a set of words searched in very many names
 *
 * helper: the other program, trowel-helper, which looks at contents in a sandbox
 *   helper/archive         members of archives, from libarchive
 *   helper/budget          what looking at an archive may cost
 *   helper/content         the preview of one file
 *   helper/kind            what kind of content it is, from libmagic
 *   helper/main            takes files from a socket, answers with previews
 *   helper/sandbox         what it gives up before the first file
 *   helper/source          reading the file
 *   helper/text            text in any encoding, as lines
 *   helper/zip             members of ZIP archives
 *
 * fs: system calls and threads
 *   fs/access              who may do what with a path, and why
 *   fs/access_self         who we are: ids, groups, capabilities
 *   fs/access_walk         a path component by component, as the kernel goes it
 *   fs/act                 one step done, checked, looked for after a crash
 *   fs/act_attrs           steps: mode, owner, times
 *   fs/act_xattrs          ... the extended attributes that undoing gives back
 *   fs/act_dirs            the directories and trashes it keeps open, known by identity
 *   fs/act_look            what was done of a step, from what is there
 *   fs/act_make            steps: what is made
 *   fs/act_ready           many things made ready for the trash at once
 *   fs/act_remove          steps: what is removed for good
 *   fs/act_rename          steps: renaming
 *   fs/act_rights          what the kernel would refuse
 *   fs/act_thing           the thing a step is about, pinned
 *   fs/act_tidy            what an interrupted step left
 *   fs/act_trash           steps: into a trash and out of it
 *   fs/atomic_rename       renaming that overwrites nothing
 *   fs/browse              what a browser asks of the file system; answers are events
 *   fs/cachedir            directories tagged as caches
 *   fs/capacity            capacity of each mount, without waiting for a dead one
 *   fs/chronicle           jobs: what was done, from the journal
 *   fs/children            programs that run beside us, waited for when they end
 *   fs/delete_plan         what removing something would do and free
 *   fs/dirstack            a stack of open directories, identity-checked
 *   fs/event               the answers
 *   fs/facts               all that can be told about one thing, as data
 *   fs/gather              gathering that
 *   fs/guard               signals, and the terminal restored whatever happens
 *   fs/guards              what no action removes
 *   fs/helper              the helper processes: asked, kept, ended
 *   fs/helper_child        one of them
 *   fs/helper_path         where its program is, and whether to trust it
 *   fs/homes               the directories that the environment names
 *   fs/identity            which thing it was that somebody saw
 *   fs/journal             what was done and how to take it back, kept on disk
 *   fs/journal_files       its files: which can be trusted, whose program lives
 *   fs/journal_keep        which of them are old enough to go
 *   fs/journal_number      the numbers of actions
 *   fs/journal_read        records into what is known
 *   fs/journal_record      records as bytes
 *   fs/journal_write       the file of this program
 *   fs/links               what has several links, counted once in each directory
 *   fs/lister              jobs: read an open directory
 *   fs/merger              small files of our own that several programs write
 *   fs/mounts              the mount table
 *   fs/oplog               the log of operations, for people
 *   fs/openpath            opening paths longer than PATH_MAX
 *   fs/outbox              where jobs put their answers
 *   fs/owner               names of users and groups
 *   fs/ownerspec           owners as chown(1) takes them
 *   fs/past                what is told of that, as data
 *   fs/placer              jobs: what is at a path, what completes it
 *   fs/plan                an action: what is to happen to which things
 *   fs/plan_add            its steps about one thing
 *   fs/plan_check          what stands against them, each and among each other
 *   fs/plan_clash          what comes back where something has its name
 *   fs/plan_make           what is made, restored, and the directories that takes
 *   fs/plan_rmdir          what is empty, or will be
 *   fs/plan_run            doing it, through the journal
 *   fs/plan_undo           taking an action back, and doing it again
 *   fs/plan_way            the way to a place, of which a part is missing
 *   fs/plan_within         which things lie in which
 *   fs/pool                worker threads, a lane per mount
 *   fs/preview_dir         the first names of a directory
 *   fs/preview_link        the steps of a chain of links
 *   fs/far                 whether following a link would wait for a server
 *   fs/previewer           jobs: what can be shown of one thing's content
 *   fs/recover             actions whose program ended in the middle
 *   fs/rewriter            files that people edit, replaced if they are what was read
 *   fs/safe_delete         removing a tree for good while others change it
 *   fs/saver               small files of our own, replaced as a whole
 *   fs/scan                scanning a tree for its sizes, in parallel
 *   fs/scan_again          a directory of its tree once more
 *   fs/scan_dir            one directory of it
 *   fs/scan_mounted        files that are mounted on files
 *   fs/scan_moved          files that were seen at two places
 *   fs/scan_open           its descriptors
 *   fs/scan_read           what is in a directory
 *   fs/scan_work           who scans what next
 *   fs/scanner             a scan of sizes under a browser's ticket
 *   fs/scanwatch           changes in a directory of a size tree
 *   fs/scandir             iterator over one directory
 *   fs/seen                a set of directories, by device and inode
 *   fs/service             what the jobs of a browser share
 *   fs/sorter              jobs: sort and filter
 *   fs/spawn               starting other programs
 *   fs/stat                metadata of one thing
 *   fs/statter             jobs: metadata of many
 *   fs/sys                 every system call, replaceable
 *   fs/unlinks             removing many names of one directory, with a second thread
 *   fs/viewfile            a file open for viewing, read in windows
 *   fs/viewscan            jobs: search it, count its lines
 *   fs/task                what the explorer asks to be done, as data
 *   fs/task_plan           from what is asked for to a plan
 *   fs/tasker              jobs: doing it
 *   fs/tempfile            a file that gets its name when it is whole
 *   fs/texts               jobs: the small files of a directory
 *   fs/thread              starting a thread
 *   fs/sizetree             a size tree, as data
 *   fs/sizetree_grow      making room in it
 *   fs/sizetree_live        which directories are in it
 *   fs/trash_all           every trash of this user
 *   fs/trash_dirs          the directories that are a trash, and which is for what
 *   fs/trash_dirs_could    whether there can be a trash, without making one
 *   fs/trash_empty         emptying one: what is old, large, or all
 *   fs/trash_list          what is in one
 *   fs/trash_put           putting something into one
 *   fs/trash_news          what is told of all of them, as data
 *   fs/trash_reader        what is in one, told some things at a time
 *   fs/trash_restore       taking something out again, or for good
 *   fs/trash_scales        what directories in one take, weighed in the background
 *   fs/trash_sizes         how much the directories in one take
 *   fs/trashes             jobs: what is in all of them
 *   fs/trusted             reading files that nobody else may have written
 *   fs/walk                iterator over a tree
 *   fs/watch               changes, from inotify
 *   fs/whole               calls that may do less than asked, done wholly
 *
 * model: the state, without terminal, threads or clock
 *   model/aim              the cursor on a name that is still to come
 *   model/bookmarks        a letter for a directory, and their file
 *   model/check            the invariants of the model, for tests
 *   model/complete         completion of a path being typed
 *   model/dump             the model as text, for scenario tests
 *   model/fact             facts in words
 *   model/follow           lists that are open follow a changed setting
 *   model/found_rows       the largest files, or extensions, below a directory of a size tree
 *   model/history          where a tab was
 *   model/info              the info pane: what it is about, when it asks
 *   model/list             rows in their order, cursor, filter
 *   model/list_draft       what an order is asked for with, collected in slices
 *   model/list_find        looking for rows
 *   model/list_merge       a new order under the same cursor
 *   model/list_order       how the order of a list is made
 *   model/listing          a directory as a source of rows
 *   model/listing_apply    what arrives for it
 *   model/listing_index    its names by hash, for changes
 *   model/marking          marking rows
 *   model/marks            what is marked, across directories
 *   model/model            tabs, history, requests to fs
 *   model/mounts_rows      the mount table as a source of rows
 *   model/nav              moving about
 *   model/notice           what the person is told
 *   model/owners           names of users and groups, each asked for once
 *   model/past             the view of the history: what was done
 *   model/past_rows        actions, or the steps of one, as a source of rows
 *   model/places           directories that were visited, and finding one again
 *   model/reason           errors in words
 *   model/request          what the model wants from the file system
 *   model/rows             what a source of rows is
 *   model/search           looking for the next row that fits, in slices
 *   model/session          tabs and places as text, to go on from another time
 *   model/settings         the values of the options
 *   model/settle           what follows from whatever happened
 *   model/slices           work that is too long for a key to wait for
 *   model/sizes            a view of what takes the space: the scan, moving about in its tree
 *   model/sizes_again      its directories that are scanned again
 *   model/sizes_pass       how what is known of a directory of a size tree grows
 *   model/sizes_rows       one directory of a size tree as rows, while the tree grows
 *   model/sorting          sort, filter, hidden files
 *   model/survey           all files of a size tree: which are largest, what extensions take up
 *   model/tab              a tab: the directory shown and the one that is coming
 *   model/trashed          the view of the trash
 *   model/trashed_rows     what is in it as a source of rows
 *   model/trashed_take     what those rows are told
 *   model/viewer           the full-screen viewer: a window on a file of any size
 *   model/viewer_find      searching it, and counting its lines
 *   model/viewer_go        what its keys do
 *   model/viewer_hits      what matches on its screen
 *   model/viewer_rows      where the rows of its screen begin
 *   model/views            tabs, and the views on the stack of one
 *
 * ui: the terminal
 *   ui/canvas              a grid of cells, the only way to the screen
 *   ui/canvas_cost         what a frame costs on the wire
 *   ui/colour              colours, and what stands for them where there are fewer
 *   ui/csi                 control sequences as keys
 *   ui/decoder             bytes of the terminal to events
 *   ui/icons               signs of kinds before names
 *   ui/input               reading the terminal
 *   ui/key                 keys and their notation
 *   ui/layout              where things go on a screen of a given size
 *   ui/lineedit            editing one line
 *   ui/osc                 what the terminal itself is told: clipboard, directory, title
 *   ui/restore             the terminal as it was, at any moment
 *   ui/scene               what is on the screen besides the model
 *   ui/term                the terminal itself, through ncurses
 *   ui/terminfo            what terminfo promises and terminals do not keep
 *   ui/theme               colour roles and themes
 *   ui/theme_default       the theme that is built in
 *   ui/theme_ls            the looks that LS_COLORS gives
 *   ui/view                what the views share
 *   ui/view_columns        columns beside the names
 *   ui/view_footer         footer: what one may do with the current row, hints
 *   ui/view_header         header: who and where, what there is
 *   ui/view_help           the help
 *   ui/view_info           the info pane
 *   ui/view_list           the list
 *   ui/view_palette        the command palette
 *   ui/view_plan           a plan to agree to
 *   ui/view_plain          the linear mode for screen readers: lines, what is told on request
 *   ui/view_plain_over     its palette and help
 *   ui/view_preview        the preview in it
 *   ui/view_prompt         prompts
 *   ui/view_settings       the settings
 *   ui/view_strip          the keys that may follow a prefix
 *   ui/wide                a cell of the canvas as curses takes it
 *   ui/view_viewer         the viewer
 *
 * app: the only place that sees everything
 *   app/acting             doing things to files: what is asked for
 *   app/acting_plan        the plan that is to be agreed to
 *   app/acting_told        what came of it
 *   app/announce           directory and title for the terminal
 *   app/apply              options changed while the program runs
 *   app/choose             the explorer as a chooser for another program
 *   app/chooser            open with: a list of programs, and a line for another
 *   app/clipboard          paths and scp lines for the local clipboard
 *   app/cmd_act            command functions: act, change
 *   app/cmd_app            command functions: views, tabs, program
 *   app/cmd_list           command functions: mark, find, sort
 *   app/cmd_move           command functions: move, go
 *   app/cmd_pane           command functions: info pane, preview
 *   app/cmd_trash          commands: the trash, the history
 *   app/cmd_view           command functions: the viewer
 *   app/cmd_settings       command functions: settings
 *   app/commands           the command table: every action is one row
 *   app/config             the configuration file
 *   app/deed               what the verbs that change things share
 *   app/deed_out           what is printed of it
 *   app/deed_run           asking, running, signals
 *   app/dispatch           events of the terminal to commands
 *   app/dump               the tables as text, for people and documents
 *   app/explore            setting up and tearing down
 *   app/facts              all about one path, for `trowel info`
 *   app/facts_json         the same as JSON
 *   app/facts_text         the same as text
 *   app/handback           what is handed back to whoever started the explorer
 *   app/handoff            the terminal to another program and back
 *   app/items              rows of the command table for the screen
 *   app/jump               the prompt that goes to a visited directory
 *   app/keep               what is kept for the next time
 *   app/keymap             from keys to commands
 *   app/link               how much may be on its way to a slow terminal
 *   app/list_out           what trowel list prints: text, JSON, CSV, NUL
 *   app/loop               the one poll loop
 *   app/nearest            did you mean...
 *   app/open               which program opens a row, and starting it
 *   app/opening            asking what a file is before it is opened
 *   app/openers            the rules for that, from the configuration
 *   app/options            the option table (rows in options.def)
 *   app/overlay            help, and what overlays share
 *   app/pace               when to draw
 *   app/palette            the command palette
 *   app/programs           editor, pager, viewer and desktop without configuration
 *   app/prompt             prompts
 *   app/prompt_act         prompts of commands that change files
 *   app/refuse             why something is not taken
 *   app/save               changed options back into the configuration file
 *   app/serve              the model's requests to the file system
 *   app/settings_view      the settings, and what their keys do
 *   app/cmd_sizes          sizes
 *   app/sizes_kinds        the largest files, and what each extension takes up
 *   app/sizes_out          what trowel sizes prints
 *   app/themes             the themes there are
 *   app/trashed            all that is in the trash, as a list
 *   app/values             what may be given to the options of the command line
 *   app/verb               the command line: table of verbs, parsing of options
 *   app/verb_attrs         trowel chmod, chown
 *   app/verb_history       trowel history
 *   app/verb_info          trowel info
 *   app/verb_list          trowel list
 *   app/verb_make          trowel mkdir, touch
 *   app/verb_name          trowel rename, link, symlink
 *   app/verb_remove        trowel rm, delete, rmdir
 *   app/verb_restore       trowel restore, empty
 *   app/verb_sizes         trowel sizes
 *   app/verb_trash         trowel trash
 *   app/verb_undo          trowel undo, redo, recover
 *   app/words              words typed behind a command in the palette
 */
#include "app/config.h"
#include "app/dump.h"
#include "app/explore.h"
#include "app/nearest.h"
#include "app/verb.h"
#include "fs/homes.h"
#include "fs/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct call {
	struct explore_options explore;
	const char *config, *dump;
	const char **set;
	bool literal;     /* the path came behind "--" */
	bool has_options; /* that mean nothing to a verb */
};

/* A descriptor that is closed at the start would be given to the first file we open, and what is
 * printed would go there; programs started from here would have the same trouble, so they get it,
 * too. Writing to standard output fails all the same, as it does on a closed one. */
static int fill_standard_fds(void)
{
	for (int fd = 0; fd <= STDERR_FILENO; fd++) {
		int flags = fd == STDOUT_FILENO ? O_RDONLY : O_RDWR;

		if (fcntl(fd, F_GETFD) >= 0)
			continue;
		/* The lowest free one is taken: this one. */
		if (sys_openat(AT_FDCWD, "/dev/null", flags, 0) != fd || fcntl(fd, F_SETFD, 0) < 0)
			return -EBADF;
	}
	return 0;
}

/* The last one counts, as with any option given twice. */
static void choose(struct call *call, enum choosing what, const char *file)
{
	call->explore.choose = what;
	call->explore.choose_to = file;
}

static void take_option(struct call *call, int option, const char *value)
{
	/* --cwd-file is what the shell functions of doc/shell always give: with a verb there is
	 * nothing to write. */
	call->has_options |= option != EXPLORER_CWD_FILE;
	switch ((enum explorer_option)option) {
	case EXPLORER_CONFIG:
		call->config = value;
		break;
	case EXPLORER_CWD_FILE:
		call->explore.cwd_file = value;
		break;
	case EXPLORER_READ_ONLY:
		call->explore.read_only = true;
		break;
	case EXPLORER_PLAIN:
		call->set[call->explore.nset++] = "plain=yes";
		break;
	case EXPLORER_OPTION:
		call->set[call->explore.nset++] = value;
		break;
	case EXPLORER_DUMP:
		call->dump = value;
		break;
	case EXPLORER_CHOOSE_FILE:
		choose(call, CHOOSE_FILE, value);
		break;
	case EXPLORER_CHOOSE_FILES:
		choose(call, CHOOSE_FILES, value);
		break;
	case EXPLORER_CHOOSE_DIR:
		choose(call, CHOOSE_DIR, value);
		break;
	case EXPLORER_RESUME:
		call->explore.resume = true;
		break;
	case EXPLORER_NULL:
		call->explore.null = true;
		break;
	}
}

static const char *verb_name(const void *table, size_t i)
{
	return ((const struct verb *)table)[i].name;
}

/* A bare word that is no verb must be a file: otherwise it is more likely a verb mistyped. O_PATH
 * asks no file server that may hang; whatever it is that cannot be opened, the explorer says. */
static int check_word(const char *word)
{
	const char *near = nearest_name(word, verb_name, verbs, nverbs);
	int fd;

	if (strchr(word, '/'))
		return EXIT_ALL_DONE;
	fd = sys_openat(AT_FDCWD, word, O_PATH | O_CLOEXEC | O_NOFOLLOW, 0);
	if (fd >= 0)
		sys_close(fd);
	if (fd != -ENOENT)
		return EXIT_ALL_DONE;
	if (near)
		return verb_usage("",
				  "'%s' is neither a verb nor a file or directory here; did you "
				  "mean the verb '%s'?",
				  word, near);
	return verb_usage("", "'%s' is neither a verb nor a file or directory here", word);
}

/* The first operand is a verb, or the path. True when it is a verb. */
static bool take_operand(struct call *call, struct verb_args *args, const struct verb **ret_verb)
{
	const char *word = args->argv[args->at];

	if (!args->operands && !call->explore.path) {
		*ret_verb = verb_find(word);
		if (*ret_verb)
			return true;
	}
	call->literal = args->operands;
	call->explore.path = word;
	args->at++;
	return false;
}

/* Options stand before the path and behind it; what follows a verb is its own. VERB_ARGS_END, or
 * VERB_ARGS_EXIT. */
static int parse(struct call *call, struct verb_args *args, const struct verb **ret_verb)
{
	int option;

	do {
		while ((option = verb_args_next(args)) >= 0)
			take_option(call, option, args->value);
		if (option == VERB_ARGS_EXIT || args->at == args->argc)
			return option;
		if (call->explore.path)
			break;
		if (take_operand(call, args, ret_verb))
			return VERB_ARGS_END;
	} while (!args->operands);
	if (args->at == args->argc)
		return VERB_ARGS_END;
	args->status = verb_usage("", "one path only: '%s' is a second one", args->argv[args->at]);
	return VERB_ARGS_EXIT;
}

static int run_verb(const struct call *call, const struct verb *verb, struct verb_args *args)
{
	if (call->has_options)
		return verb_usage("",
				  "options before the verb '%s' are those of the explorer (a "
				  "directory of that name is ./%s)",
				  verb->name, verb->name);
	return verb->run(args->argc - args->at, args->argv + args->at);
}

/* A mistake on the command line is said at once, not in a corner of the screen. */
static int check_options(const struct call *call)
{
	CLEANUP(str_done) struct str err = STR_INIT;
	struct settings settings;
	int r = 0;

	settings_init(&settings);
	for (size_t i = 0; r == 0 && i < call->explore.nset; i++)
		r = option_assign(&settings, call->set[i], &err);
	settings_done(&settings);
	return r == 0 ? EXIT_ALL_DONE : verb_usage("", "--option: %s", err.buf);
}

/* --config is TROWEL_CONFIG for this run and for what is started from it. */
static int name_config(const char *file)
{
	return file && setenv("TROWEL_CONFIG", file, 1) < 0 ? -errno : 0;
}

static int start(struct call *call)
{
	int status = check_options(call);

	if (status != EXIT_ALL_DONE)
		return status;
	if (name_config(call->config) < 0)
		return EXIT_SOME_FAILED;
	if (call->dump)
		return dump_main(call->dump);
	if (call->explore.path && !call->literal) {
		status = check_word(call->explore.path);
		if (status != EXIT_ALL_DONE)
			return status;
	}
	return explore(&call->explore);
}

int main(int argc, char **argv)
{
	struct call call = {0};
	const struct verb *verb = NULL;
	struct verb_args args = {
		.name = "", .options = explorer_options, .argc = argc, .argv = argv, .stop = true};
	int status;

	if (fill_standard_fds() < 0 || homes_settle() < 0)
		return EXIT_SOME_FAILED;
	call.set = calloc((size_t)argc + 1, sizeof(*call.set));
	if (!call.set)
		return EXIT_SOME_FAILED;
	call.explore.set = call.set;
	/* How many columns a character takes; all else is the same everywhere. */
	setlocale(LC_CTYPE, "");
	if (parse(&call, &args, &verb) == VERB_ARGS_EXIT)
		status = args.status;
	else
		status = verb ? run_verb(&call, verb, &args) : start(&call);
	free(call.set);
	return status;
}
