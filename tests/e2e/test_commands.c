/* SPDX-License-Identifier: MIT
 *
 * Every row of the command table, by its keys, in the real program. A command without an exercise
 * here fails the last test.
 */
#include "../lib/explorer.h"
#include "../lib/test.h"

#include <unistd.h>

#define STEPS_MAX 7

struct step {
	const char *keys, *check; /* as explorer_do() */
};

struct exercise {
	const char *command;
	const char *start; /* below the tree, or NULL */
	struct step steps[STEPS_MAX];
};

static const char tree_text[] =
	"alpha/inner.txt 10\n"
	"alpha/deep/\n"
	"beta/\n"
	"home/homefile\n"
	"home/lines \"line-01\\nline-02\\nline-03\\nline-04\\nline-05\\nline-06\\nline-07\\n"
	"line-08\\nline-09\\nline-10\\nline-11\\nline-12\\nline-13\\nline-14\\nline-15\\n"
	"line-16\\nline-17\\nline-18\\nline-19\\nline-20\\nline-21\\nline-22\\nline-23\\n"
	"line-24\\nline-25\\nline-26\\nline-27\\nline-28\\nline-29\\nline-30\\n\"\n"
	"many/ *200\n"
	"repo/.git/\n"
	"repo/sub/file\n"
	"repo/sub/lines \""
	"L01\\nL02\\nL03\\nL04\\nL05\\nL06\\nL07\\nL08\\nL09\\nL10\\nL11\\nL12\\nL13\\nL14\\n"
	"L15\\nL16\\nL17\\nL18\\nL19\\nL20\\nL21\\nL22\\nL23\\nL24\\nL25\\nL26\\nL27\\nL28\\n"
	"L29\\nL30 banner\\nL31\\nL32\\nL33\\nL34\\nL35\\nL36\\nL37\\nL38\\nL39\\nL40\\n"
	"L41\\nL42\\nL43\\nL44\\nL45\\nL46\\nL47\\nL48\\nL49\\nL50 banner\\nL51\\nL52\\n"
	"L53\\nL54\\nL55\\nL56\\nL57\\nL58\\nL59\\nL60\\n"
	"\"\n"
	"repo/sub/wide \"x\\R70; wrapped part\\n\\xe9t\\xe9\\n\"\n"
	"a.txt \"hello\" :0600 @1000000000\n"
	"b.c 5000 @1000003000\n"
	"c.log 20 @1000002000\n"
	".hidden\n"
	"editor \"#!/bin/sh\\necho EDITING $1; read x\\n\" :0755\n"
	"zlink -> alpha\n";

/* In the home of the program only. */
static const char trash_text[] = "home/.local/share/Trash/files/report.txt 10\n"
				 "home/.local/share/Trash/files/orphan 10\n";

/* clang-format off */
static const struct exercise exercises[] = {
	{"help", NULL, {{"?", "next row"}, {"q", "~next row"}}},
	{"palette", NULL, {{":", "show all keys"}, {"sort-rev", "~show all keys"}, {"\r", "<zlink|a.txt"}}},
	{"set", NULL, {{":set ", "show-hidden +no"}, {"show-h\r", ": set show-hidden"}, {"y\r", "\\.hidden"}, {"", "show-hidden = yes"}}},
	{"settings", NULL, {{",", "Settings"}, {"", "@show-hidden"}, {" ", "show-hidden +yes"}, {"q", "\\.hidden"}}},
	{"theme", NULL, {{":theme", "default +now"}, {" li", "~default  "}, {"\r", "theme = light +\\(:save-settings"}}},
	{"save-settings", NULL, {{":set hints no\r", "hints = no"}, {":save-s\r", "saved 1 option in"}}},
	{"down", NULL, {{"gg", "@.."}, {"j", "@alpha"}, {"\033[B", "@beta"}, {"2j", "@many"}}},
	{"up", NULL, {{"ggjj", "@beta"}, {"k", "@alpha"}, {"\033OA", "@.."}}},
	{"parent", "alpha", {{"h", "@alpha"}, {"", "beta"}}},
	{"open", NULL, {{"ggj", "@alpha"}, {"l", "inner\\.txt"}}},
	{"top", NULL, {{"G", "@zlink"}, {"gg", "@.."}, {"3gg", "@beta"}}},
	{"bottom", NULL, {{"gg", "@.."}, {"G", "@zlink"}}},
	{"half-down", "many", {{"gg", "@.."}, {"\x04", "@f00000"}, {"", "~^. ?\\.\\./.*\n.*f0000000.*\n.*f0000001 +. *$"}}},
	{"half-up", "many", {{"G", "@f0000199"}, {"\x15", "@f000018"}}},
	{"page-down", "many", {{"gg", "@.."}, {"\x06", "f0000030"}, {"\033[6~", "f0000050"}}},
	{"page-up", "many", {{"G", "@f0000199"}, {"\x02", "@f00001"}, {"", "~f0000199"}}},
	{"next-group", NULL, {{"ggj", "@alpha"}, {"}", "@a.txt"}}},
	{"previous-group", NULL, {{"ggj}", "@a.txt"}, {"{", "@.."}}},
	{"back", NULL, {{"ggj", "@alpha"}, {"l", "inner\\.txt"}, {"H", "@alpha"}, {"", "beta"}}},
	{"forward", NULL, {{"ggj", "@alpha"}, {"l", "inner\\.txt"}, {"H", "beta"}, {"L", "inner\\.txt"}}},
	{"go-home", NULL, {{"gh", "homefile"}}},
	{"go-root", NULL, {{"g/", "etc/"}}},
	{"go-link", NULL, {{"G", "@zlink"}, {"gl", "inner\\.txt"}}},
	{"go-path", NULL, {{"gp", "go to"}, {"alpha\r", "inner\\.txt"}}},
	{"go-mounts", NULL, {{"gm", "Mounted file systems"}, {"q", "alpha"}}},
	{"go-repository", "repo/sub", {{"", "file"}, {"gr", "sub/"}}},
	{"go-last", NULL, {{"ggj", "@alpha"}, {"l", "inner\\.txt"}, {"g-", "beta"}, {"g-", "inner\\.txt"}}},
	{"jump", NULL, {{"", "zlink"}, {"Yd", "sent"}, {"gh", "homefile"}, {"ztree", "visited: tree"}, {"\r", "zlink"}}},
	{"bookmark", NULL, {{"mx", "x"}, {"gh", "homefile"}, {"'x", "beta"}}},
	{"go-bookmark", NULL, {{"'q", "q"}, {"mq", "q"}, {"gh", "homefile"}, {"'q", "beta"}}},
	{"mark", NULL, {{"ggj ", "1 marked"}, {"", "@beta"}, {"\033[2~", "2 marked"}, {"k ", "1 marked"}}},
	{"range", NULL, {{"ggjv", "@alpha"}, {"jj", "@home"}, {"v", "3 marked"}}},
	{"mark-all", NULL, {{"*a", "10 marked"}, {"*n", "~marked "}, {"\x01", "10 marked"}}},
	{"mark-invert", NULL, {{"ggj ", "1 marked"}, {"*i", "9 marked"}}},
	{"mark-none", NULL, {{"*a", "10 marked"}, {"*n", "~10 marked"}}},
	{"list-marked", NULL, {{"ggj ", "1 marked"}, {"*l", "Marked, in all"}, {"q", "beta"}}},
	{"mark-matching", NULL, {{"+", "mark"}, {"*.c\r", "1 marked"}}},
	{"unmark-matching", NULL, {{"*a", "10 marked"}, {"-", "unmark"}, {"*.c\r", "9 marked"}}},
	{"escape", NULL, {{"/b.c\r", "~a\\.txt"}, {"\033", "a\\.txt"}}},
	{"filter", NULL, {{"/", "filter"}, {"b.c", "~a\\.txt"}, {"\r", "9 filtered"}}},
	{"find-next", NULL, {{"/.l\r", "9 filtered"}, {"\033", "~filtered"}, {"gg", "@.."}, {"n", "@c.log"}}},
	{"find-previous", NULL, {{"/.l\r", "9 filtered"}, {"\033", "~filtered"}, {"gg", "@.."}, {"N", "@c.log"}}},
	{"find-letter", NULL, {{"gg", "@.."}, {"fb", "@beta"}, {"fb", "@b.c"}}},
	{"sort-name", NULL, {{"ss", "<b.c|a.txt"}, {"sn", "<a.txt|b.c"}}},
	{"sort-size", NULL, {{"", "<a.txt|b.c"}, {"ss", "<b.c|a.txt"}}},
	{"sort-modified", NULL, {{"", "<a.txt|c.log"}, {"sm", "<c.log|a.txt"}}},
	{"sort-changed", NULL, {{"sc", "by changed"}}},
	{"sort-born", NULL, {{"sb", "by born"}}},
	{"sort-extension", NULL, {{"", "<a.txt|c.log"}, {"se", "<c.log|a.txt"}}},
	{"sort-owner", NULL, {{"so", "Owner [^ ]"}, {"sn", "Name [^ ]"}}},
	{"sort-mode", NULL, {{"", "<a.txt|b.c"}, {"sp", "a\\.txt"}, {"sr", "a\\.txt"}}},
	{"sort-reverse", NULL, {{"", "<a.txt|b.c"}, {"sr", "<b.c|a.txt"}}},
	{"sort-directories", NULL, {{"", "<beta|a.txt"}, {"sd", "<a.txt|beta"}}},
	{"tab-new", NULL, {{"t", "\\[2\\]"}}},
	{"tab-close", NULL, {{"t", "\\[2\\]"}, {"T", "~\\[2\\]"}}},
	{"tab-next", NULL, {{"t", "\\[2\\]"}, {"]", "\\[1\\]"}}},
	{"tab-previous", NULL, {{"t", "\\[2\\]"}, {"[", "\\[1\\]"}}},
	{"tab", NULL, {{"t", "\\[2\\]"}, {"g1", "\\[1\\]"}, {"\033" "2", "\\[2\\]"}}},
	{"sort-items", NULL, {{"S", "scanned"}, {"si", "Items ↓"}, {"", "<alpha/|a.txt"}}},
	{"sort-freed", NULL, {{"S", "scanned"}, {"sf", "by freed ↓"}, {"", "<b.c|a.txt"}}},
	{"sizes", NULL, {{"S", "scanned 221 entries"}, {"", "disk"}, {"q", "Perm"}}},
	{"sizes-again", NULL, {{"S", "scanned"}, {"gR", "scanned"}}},
	{"sizes-largest", NULL, {{"S", "scanned"}, {"gt", "Largest files below"}, {"", "<b.c|c.log"}, {"q", "~Largest"}}},
	{"sizes-extensions", NULL, {{"S", "scanned"}, {"ge", "Extensions below"}, {"", "\\.txt"}, {"l", "Largest files without extension"}}},
	{"sizes-browse", NULL, {{"S", "scanned"}, {"l", "repo .*scanned"}, {"gb", "Perm"}, {"", "/repo "}}},
	{"sizes-apparent", NULL, {{"S", "disk"}, {"=", "length"}, {"=", "disk"}}},
	{"sizes-bars", NULL, {{"S", "\\[#"}, {"%", "~[0-9]%"}, {"%", "~\\[#"}, {"%", "\\[#"}}},
	{"sizes-shared", NULL, {{"S", "scanned"}, {"_", "Freed"}, {"_", "~Freed"}}},
	{"history", NULL, {{"U", "nothing was done yet"}, {"", "History"}, {"q", "beta"}}},
	{"history-undo", NULL, {{"gg}", "@a.txt"}, {"d", "trash a.txt: done"}, {"U", "trash a.txt +done"}, {"u", "this would\n +restore .*a.txt"}, {"y", "undo .*: done"}}},
	{"history-again", NULL, {{"U", "nothing was done yet"}, {"gR", "nothing was done yet"}, {"h", "beta"}}},
	{"trash-list", NULL, {{"wt", "Trash"}, {"", "<report|orphan"}, {"", "@report.txt"}, {"", "docs  "}, {"h", "beta"}}},
	{"trash-again", NULL, {{"wt", "report\\.txt"}, {"gR", "@report.txt"}, {"q", "~report"}}},
	{"sort-time", NULL, {{"wt", "<report|orphan"}, {"sr", "<orphan|report"}, {"sn", "Name ↑"}, {"st", "<report|orphan"}, {"", "Deleted ↓"}}},
	{"sort-origin", NULL, {{"wt", "report\\.txt"}, {"sw", "Was in ↑"}, {"", "<orphan|report"}}},
	{"hidden", NULL, {{"", "1 hidden"}, {".", "\\.hidden"}, {".", "~\\.hidden"}}},
	{"tell", NULL, {{"ggj", "@alpha"}, {"", "you: list change enter"}, {"\x07", "alpha: you: list"}}},
	{"tell-place", NULL, {{"gg", "@.."}, {"g\x07", "row 1"}}},
	{"info", NULL, {{"ggfa", "@alpha"}, {"fa", "@a.txt"}, {"i", "mode +u rw-"}, {"i", "~mode +u rw-"}}},
	{"preview", NULL, {{"ggfa", "@alpha"}, {"fa", "@a.txt"}, {"wv", "text +us-ascii"}, {"wv", "~text +us-ascii"}, {"", "mode +u rw-"}}},
	{"pane-larger", NULL, {{"i", "kind"}, {"", "~mount +"}, {"3w+", "mount +"}}},
	{"pane-smaller", NULL, {{"i", "kind"}, {"3w+", "mount +"}, {"3w-", "~mount +"}}},
	{"other-pane", "home", {{"G", "@lines"}, {"i", "line-01"}, {"\t", "Tab back"}, {"\t", "@lines"}}},
	{"preview-down", "home", {{"G", "@lines"}, {"i", "line-01"}, {"\tj", "~line-01"}, {"\033[B", "~line-02"}}},
	{"preview-up", "home", {{"G", "@lines"}, {"i", "line-01"}, {"\tjj", "~line-02"}, {"k", "line-02"}, {"\033[A", "line-01"}}},
	{"preview-half-down", "home", {{"G", "@lines"}, {"i", "line-01"}, {"\t\x04", "~line-03"}, {"", "line-04"}}},
	{"preview-half-up", "home", {{"G", "@lines"}, {"i", "line-01"}, {"\tG", "line-30"}, {"4\x15", "~line-30"}}},
	{"preview-page-down", "home", {{"G", "@lines"}, {"i", "line-01"}, {"\t\x06", "~line-06"}, {"", "line-07"}}},
	{"preview-page-up", "home", {{"G", "@lines"}, {"i", "line-01"}, {"\tG", "line-30"}, {"2\x02", "~line-30"}}},
	{"preview-top", "home", {{"G", "@lines"}, {"i", "line-01"}, {"\tG", "line-30"}, {"gg", "line-01"}, {"9gg", "~line-08"}}},
	{"preview-bottom", "home", {{"G", "@lines"}, {"i", "line-01"}, {"\tG", "line-30"}, {"2G", "~line-30"}, {"", "line-02"}}},
	{"preview-search", "home", {{"G", "@lines"}, {"i", "line-01"}, {"\t/", "search"}, {"21\r", "line-21"}}},
	{"preview-next", "home", {{"G", "@lines"}, {"i", "line-01"}, {"\t/-1\r", "~line-09"}, {"5n", "~line-14"}, {"", "line-15"}}},
	{"preview-previous", "home", {{"G", "@lines"}, {"i", "line-01"}, {"\t/-1\r", "~line-09"}, {"N", "~line-18"}, {"", "line-19"}}},
	{"preview-bytes", "home", {{"G", "@lines"}, {"i", "line-01"}, {"\tx", "00000000"}, {"x", "~00000000"}}},
	{"line-numbers", "home", {{"G", "@lines"}, {"i", "line-01"}, {"\t#", "1 line-01"}, {"#", "~1 line-01"}}},
	{"preview-leave", "home", {{"G", "@lines"}, {"i", "line-01"}, {"\t", "Tab back"}, {"q", "@lines"}, {"", "~Tab back"}}},
	{"redraw", NULL, {{"\x0c", "alpha"}}},
	{"edit", NULL, {{"gg", "@.."}, {"fa", "@alpha"}, {"fa", "@a.txt"}, {"e", "EDITING .*a\\.txt"}, {"\n", "beta"}}},
	{"shell", NULL, {{"!", "empty: shell"}, {"echo a$((1+1))b\r", "a2b\n+.*status 0: Enter"}, {"\r", "beta"}, {"!\r", "[#$] ?$"}, {"echo sh$((1+1))\n", "sh2$"}, {"exit\n", "beta"}}},
	{"open-with", NULL, {{"gg", "@.."}, {"fb", "@beta"}, {"fb", "@b.c"}, {"o", "open with: *\n.*editor"}, {"sh -c 'echo OP\"\"EN; read x' sh\r", "OPEN"}, {"\n", "beta"}}},
	{"choose", NULL, {{"gg}", "@a.txt"}, {"\x0f", "=0"}}},
	{"choose-here", NULL, {{"ggj", "@alpha"}, {"l", "inner"}, {"\x14", "=0"}}},
	{"copy-path", NULL, {{"G", "@zlink"}, {"Yp", "path sent to the clipboard"}}},
	{"copy-name", NULL, {{"G", "@zlink"}, {"Yn", "name sent to the clipboard: zlink"}}},
	{"copy-directory", NULL, {{"G", "@zlink"}, {"Yd", "directory sent to the clipboard"}}},
	{"copy-quoted", NULL, {{"G", "@zlink"}, {"Yq", "quoted path sent to the clipboard"}}},
	{"copy-scp", NULL, {{"G", "@zlink"}, {"", "[^ ]@[^ ]"}, {"Ys", "scp line sent to the clipboard: scp "}}},
	{"trash", NULL, {{"gg}", "@a.txt"}, {"d", "trash a.txt: done"}, {"", "@b.c"}}},
	{"trash-restore", NULL, {{"wt", "Trash"}, {"", "@report.txt"}, {"r", "make the directory"}, {"y", "restore .*: done"}, {"", "~report.txt  "}}},
	{"trash-erase", NULL, {{"wt", "Trash"}, {"", "@report.txt"}, {"X", "for good\\?"}, {"1\r", "~report.txt  "}}},
	{"delete", NULL, {{"gg}", "@a.txt"}, {"X", "for good\\?"}, {"7\r", "not the number"}, {"\x7f" "1\r", "delete a.txt: done"}, {"", "@b.c"}}},
	{"undo", NULL, {{"gg}", "@a.txt"}, {"d", "trash a.txt: done"}, {"u", "undo .*: done"}, {"", "<a.txt|b.c"}}},
	{"redo", NULL, {{"gg}", "@a.txt"}, {"d", "trash a.txt: done"}, {"u", "undo .*: done"}, {"\x12", "do .*: done \\(u"}, {"", "~a.txt +-rw"}}},
	{"add", NULL, {{"a", "new:"}, {"made/f\r", "@made/"}}},
	{"add-directory", NULL, {{"\033[18~", "new directory:"}, {"made\r", "@made/"}}},
	{"rename", NULL, {{"gg}", "@a.txt"}, {"r", "rename to: a.txt"}, {"2\r", "@a2.txt"}}},
	{"remove-empty", NULL, {{"ggj", "@alpha"}, {":remove-e\r", ": done"}}},
	{"change-mode", NULL, {{"gg}", "@a.txt"}, {"cm", "mode:"}, {"0640\r", "a.txt +-rw-r-----"}}},
	{"change-owner", NULL, {{"gg}", "@a.txt"}, {"co", "owner:"}, {"0\r", "nothing to do|permitted|owner"}}},
	{"change-group", NULL, {{"gg}", "@a.txt"}, {"cg", "group:"}, {"nosuchgroup\r", "nosuchgroup"}}},
	{"suspend", NULL, {{"\x1a", "[Ss]topped"}, {"echo sh$((1+1))\n", "sh2$"}, {"fg\n", "beta"}, {"G", "@zlink"}}},
	{"view", "repo/sub", {{"fl", "@lines"}, {"\033OR", "L01"}, {"", "34%"}}},
	{"view-help", "repo/sub", {{"fl", "@lines"}, {"\033OR", "L01"}, {"\033OP", "a line down"}, {"q", "L01"}}},
	{"view-palette", "repo/sub", {{"fl", "@lines"}, {"\033OR", "L01"}, {"\x10", "a line down"}, {"hex\r", "00000000"}}},
	{"view-down", "repo/sub", {{"fl", "@lines"}, {"\033OR", "L01"}, {"3j", "~L03"}, {"", "line 4"}, {"\033[B", "line 5"}}},
	{"view-up", "repo/sub", {{"fl", "@lines"}, {"\033OR", "L01"}, {"9j", "line 10"}, {"2k", "line 8"}}},
	{"view-half-down", "repo/sub", {{"fl", "@lines"}, {"\033OR", "L01"}, {"\x04", "line 12"}}},
	{"view-half-up", "repo/sub", {{"fl", "@lines"}, {"\033OR", "L01"}, {"\x04\x04", "line 23"}, {"\x15", "line 12"}}},
	{"view-page-down", "repo/sub", {{"fl", "@lines"}, {"\033OR", "L01"}, {"\x06", "line 22"}, {"gg ", "line 22"}}},
	{"view-page-up", "repo/sub", {{"fl", "@lines"}, {"\033OR", "L01"}, {"  ", "L60"}, {"b", "line 18"}}},
	{"view-top", "repo/sub", {{"fl", "@lines"}, {"\033OR", "L01"}, {"G", "L60"}, {"gg", "L01"}, {"20gg", "line 20"}}},
	{"view-end", "repo/sub", {{"fl", "@lines"}, {"\033OR", "L01"}, {"G", "L60"}, {"20G", "line 20"}}},
	{"view-percent", "repo/sub", {{"fl", "@lines"}, {"\033OR", "L01"}, {"50%", "line 31"}, {"%", "type a number"}}},
	{"view-line", "repo/sub", {{"fl", "@lines"}, {"\033OR", "L01"}, {":", "line:"}, {"33\r", "line 33"}, {":0x0\r", "line 1 "}, {":x\r", "neither"}}},
	{"view-left", "repo/sub", {{"fw", "@wide"}, {"\033OR", "xxx"}, {"\033[C", "column 41"}, {"\033[D", "~column"}}},
	{"view-right", "repo/sub", {{"fw", "@wide"}, {"\033OR", "xxx"}, {"", "wrapped"}, {"2\033[C", "column 81"}, {"", "~xxx"}}},
	{"view-search", "repo/sub", {{"fl", "@lines"}, {"\033OR", "L01"}, {"/", "search:"}, {"banner\r", "L30 banner"}, {"/\tL5.\r", "L50"}}},
	{"view-search-back", "repo/sub", {{"fl", "@lines"}, {"\033OR", "L01"}, {"G", "L60"}, {"?", "search back:"}, {"L02\r", "L02"}}},
	{"view-next", "repo/sub", {{"fl", "@lines"}, {"\033OR", "L01"}, {"/banner\r", "L30 banner"}, {"n", "L50 banner"}, {"n", "not found"}}},
	{"view-previous", "repo/sub", {{"fl", "@lines"}, {"\033OR", "L01"}, {"G/banner\r", "L50 banner"}, {"N", "L30 banner"}}},
	{"view-hex", "repo/sub", {{"fl", "@lines"}, {"\033OR", "L01"}, {"x", "4c 30 31 0a"}, {"x", "^L01"}}},
	{"view-wrap", "repo/sub", {{"fw", "@wide"}, {"\033OR", "xxx"}, {"w", "^ ?[a-z]*rt"}, {"w", "~^ ?rt"}}},
	{"view-numbers", "repo/sub", {{"fl", "@lines"}, {"\033OR", "L01"}, {"#", "^ +3 L03"}, {"#", "^L03"}}},
	{"view-encoding", "repo/sub", {{"fw", "@wide"}, {"\033OR", "xxx"}, {"", "windows-1252"}, {"E", "iso-8859-1"}}},
	{"view-follow", "repo/sub", {{"fl", "@lines"}, {"\033OR", "L01"}, {"F", "following"}, {"", "L60"}, {"\033", "~following"}}},
	{"view-escape", "repo/sub", {{"fl", "@lines"}, {"\033OR", "L01"}, {"\033", "@lines"}}},
	{"view-close", "repo/sub", {{"fl", "@lines"}, {"\033OR", "L01"}, {"q", "@lines"}, {"\033OR", "L01"}, {"\033OR", "@lines"}}},
	{"quit", NULL, {{"q", "=0"}}},
	{"quit-stay", NULL, {{"Q", "=0"}}},
};
/* clang-format on */
#define EXERCISES (sizeof(exercises) / sizeof(exercises[0]))

static void run_exercise(void **state)
{
	const struct exercise *x = *state;
	char home[4096], visual[4096];
	const char *args[] = {NULL, NULL};
	const char *env[] = {
		home, "XDG_CONFIG_HOME", "TROWEL_CONFIG", visual, "SHELL=/bin/sh", "ENV", NULL};

	if (strcmp(x->command, "suspend") == 0 && strstr(getenv("TROWEL_BIN"), ".valgrind")) {
		print_message("SKIPPED: under Valgrind a program cannot stop itself\n");
		skip();
	}
	/* These are there only in a mode. */
	if (strncmp(x->command, "choose", 6) == 0)
		args[0] = x->command[6] ? "--choose-dir" : "--choose-files";
	/* Nothing is written into a trash that is not ours, where it need not be. */
	if (strcmp(x->command, "trash-list") == 0 || strcmp(x->command, "trash-again") == 0)
		args[0] = "--read-only";
	struct tree *tools = tree_new(tree_text);

	/* What is restored goes where it is ours. */
	char info[4200];

	tree_add(tools, trash_text);
	snprintf(info, sizeof(info),
		 "home/.local/share/Trash/info/report.txt.trashinfo \"[Trash Info]\\n"
		 "Path=%s/docs/report.txt\\nDeletionDate=2037-01-01T10:00:00\\n\"\n",
		 tools->path);
	tree_add(tools, info);
	snprintf(home, sizeof(home), "HOME=%s", tree_path(tools, "home"));
	snprintf(visual, sizeof(visual), "VISUAL=%s", tree_path(tools, "editor"));
	struct explorer e = explorer_open(
		&(struct explorer_options){.tree = tree_text,
					   .start = x->start,
					   .args = args,
					   .env = env,
					   .shell = strcmp(x->command, "suspend") == 0});
	explorer_expect(&e, "~loading");
	for (size_t i = 0; i < STEPS_MAX && x->steps[i].keys; i++)
		explorer_do(&e, x->steps[i].keys, x->steps[i].check);
	explorer_close(&e);
	tree_free(tools);
}

static bool exercised(const char *name, size_t len)
{
	for (size_t i = 0; i < EXERCISES; i++)
		if (strlen(exercises[i].command) == len &&
		    !strncmp(exercises[i].command, name, len))
			return true;
	return false;
}

static void test_all_are_exercised(void **state)
{
	char command[4096], line[1024];
	int rows = 0;

	(void)state;
	snprintf(command, sizeof(command), "'%s' --dump=commands", getenv("TROWEL_BIN"));
	FILE *f = popen(command, "r");
	assert_non_null(f);
	while (fgets(line, sizeof(line), f)) {
		rows++;
		if (!exercised(line, strcspn(line, "\t\n")))
			fail_msg("a command without an exercise: %s", line);
	}
	assert_int_equal(pclose(f), 0);
	assert_true(rows > 50);
}

int main(void)
{
	struct CMUnitTest tests[EXERCISES + 1] = {{0}};

	for (size_t i = 0; i < EXERCISES; i++)
		tests[i] = (struct CMUnitTest){exercises[i].command, run_exercise, NULL, NULL,
					       (void *)(uintptr_t)&exercises[i]};
	tests[EXERCISES] = (struct CMUnitTest)cmocka_unit_test(test_all_are_exercised);
	return _cmocka_run_group_tests("commands", tests, EXERCISES + 1, NULL, NULL);
}
