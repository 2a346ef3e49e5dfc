/* SPDX-License-Identifier: MIT */
#include "app/config.h"

#include "app/refuse.h"
#include "base/conf.h"
#include "base/display.h"
#include "base/path.h"
#include "fs/browse.h"
#include "fs/homes.h"
#include "fs/sys.h"
#include "fs/trusted.h"
#include "ui/theme.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifndef TROWEL_DATADIR
#define TROWEL_DATADIR "/usr/local/share/trowel"
#endif

#define KEYS_IN    "keys."
#define CONFIG_MAX (1u << 20)
#define THEME_MAX  TEXTS_SIZE_MAX /* as in the list of themes */

static int base_dir(struct str *out, const char *variable, const char *below_home)
{
	const char *base = homes_get(variable), *home = homes_get("HOME");

	if (!base && !home)
		return -ENOENT;
	return str_addf(out, "%s%s/trowel", base ? base : home, base ? "" : below_home);
}

int config_dir(struct str *out)
{
	return base_dir(out, "XDG_CONFIG_HOME", "/.config");
}

int config_state_dir(struct str *out)
{
	return base_dir(out, "XDG_STATE_HOME", "/.local/state");
}

/* On a line of its own: callers gather the complaints of several files. Returns code, or -ENOMEM.
 */
static int say_path(struct str *err, const char *path, int code, const char *reason)
{
	struct str shown = STR_INIT;
	int r = display_add(&shown, path, strlen(path), false);

	if (r == 0 && err && err->len && err->buf[err->len - 1] != '\n')
		r = str_addc(err, '\n');
	if (r == 0)
		r = refuse(err, "%s: %s", shown.buf, reason ? reason : strerrordesc_np(-code));
	str_done(&shown);
	return r == -ENOMEM ? r : code;
}

int config_read_file(const char *path, size_t max, struct str *out, struct str *err)
{
	struct str why = STR_INIT;
	const char *reason = NULL;
	int r = trusted_read(AT_FDCWD, path, max, out, &reason);

	if (r == 0 || r == -ENOENT)
		return r;
	if (reason && str_addf(&why, "ignored: %s", reason) < 0)
		r = -ENOMEM;
	if (r != -ENOMEM)
		r = say_path(err, path, r, reason ? why.buf : NULL);
	str_done(&why);
	return r;
}

struct loading {
	struct settings *settings;
	struct keymap *keymap;
	struct openers *openers;
	struct str *warnings;
	const char *shown; /* the file's path, made safe */
};

static int set_option(struct loading *l, const struct conf_item *item, struct str *err)
{
	return option_set(l->settings, item->name, item->value, err);
}

static int set_key(struct loading *l, const struct conf_item *item, struct str *err)
{
	return keymap_set(l->keymap, CTX_ALL, item->name, item->value, err);
}

/* [keys.NAME]: the commands of one context. */
static int set_key_in(struct loading *l, const struct conf_item *item, struct str *err)
{
	const char *name = item->section + strlen(KEYS_IN);
	const struct context_info *context = context_find(name);
	struct str text = STR_INIT;
	int r;

	if (context)
		return keymap_set(l->keymap, context->context | context->also, item->name,
				  item->value, err);
	str_adds(&text, "no section [");
	display_add(&text, item->section, strlen(item->section), false);
	str_adds(&text, "]: keys are set in [keys]");
	for (size_t i = 0; i < ncontext_rows; i++)
		str_addf(&text, "%s[" KEYS_IN "%s]", i + 1 < ncontext_rows ? ", " : " and ",
			 context_rows[i].name);
	r = text.failed ? -ENOMEM : refuse(err, "%s", text.buf);
	str_done(&text);
	return r;
}

static int set_opener(struct loading *l, const struct conf_item *item, struct str *err)
{
	return openers_add(l->openers, item->name, item->value, err);
}

static const struct {
	const char *name;
	int (*set)(struct loading *l, const struct conf_item *item, struct str *err);
} sections[] = {
	{"options", set_option},
	{"keys", set_key},
	{"openers", set_opener},
};

static int set_item(void *ctx, const struct conf_item *item, struct str *err)
{
	struct str shown = STR_INIT;
	int r;

	for (size_t i = 0; i < ARRAY_LEN(sections); i++) {
		if (strcmp(item->section, sections[i].name) == 0)
			return sections[i].set(ctx, item, err);
	}
	if (strncmp(item->section, KEYS_IN, strlen(KEYS_IN)) == 0)
		return set_key_in(ctx, item, err);
	if (!item->section[0])
		return refuse(err, "outside a section: [options], [keys] or [openers] comes first");
	r = display_add(&shown, item->section, strlen(item->section), false);
	if (r == 0)
		r = refuse(err, "no section [%s]: there are [options], [keys] and [openers]",
			   shown.buf);
	str_done(&shown);
	return r;
}

static void bad_line(void *ctx, unsigned line, const char *reason)
{
	const struct loading *l = ctx;

	str_addf(l->warnings, "%s:%u: %s\n", l->shown, line, reason);
}

/* TROWEL_CONFIG, or the file in our directory; *ret_named: the user asked for this one. */
static int config_path(struct str *path, bool *ret_named)
{
	const char *named = getenv("TROWEL_CONFIG");
	int r;

	*ret_named = named && *named;
	if (*ret_named)
		return str_adds(path, named);
	r = config_dir(path);
	return r < 0 ? r : str_adds(path, "/config");
}

int config_parse(const char *path, const char *text, size_t len, struct settings *s,
		 struct keymap *k, struct openers *o, struct str *warnings)
{
	struct str shown = STR_INIT;
	struct loading l = {.settings = s, .keymap = k, .openers = o, .warnings = warnings};
	int r = display_add(&shown, path, strlen(path), false);

	l.shown = shown.buf;
	if (r == 0)
		r = conf_parse(text, len, set_item, bad_line, &l);
	str_done(&shown);
	return r < 0 || warnings->failed ? -ENOMEM : 0;
}

/* What could not be read is a warning, and no file at all is nothing to speak of, unless it was
 * named. */
static int not_read(const char *path, int r, bool named, const struct str *err,
		    struct str *warnings)
{
	if (r == -ENOMEM)
		return r;
	if (r == -ENOENT && named) {
		r = say_path(warnings, path, r, NULL);
		return r == -ENOMEM ? r : str_addc(warnings, '\n');
	}
	return err->len ? str_addf(warnings, "%s\n", err->buf) : 0;
}

/* Nobody changes the directory of the process, so this holds for its life. */
static int make_absolute(const char *path, struct str *out)
{
	char cwd[4096];
	ssize_t n = path[0] == '/' ? 0 : sys_getcwd(cwd, sizeof(cwd));

	if (n < 0)
		return (int)n;
	return str_addf(out, "%s%s%s", n ? cwd : "", n ? "/" : "", path);
}

static int read_config(struct config_file *f, const char *path, bool named, struct str *warnings)
{
	struct str err = STR_INIT;
	int r = config_read_file(path, CONFIG_MAX, &f->text, &err);

	f->exists = r == 0;
	if (r < 0 && r != -ENOENT && r != -ENOMEM)
		str_addf(&f->refused, "%s", err.buf);
	if (r < 0)
		r = not_read(path, r, named, &err, warnings);
	str_done(&err);
	return r < 0 || f->refused.failed ? -ENOMEM : 0;
}

static int open_file(struct config_file *f, struct str *path, struct str *warnings)
{
	bool named;
	int r = config_path(path, &named);

	*f = (struct config_file){.path = STR_INIT, .text = STR_INIT, .refused = STR_INIT};
	if (r == 0)
		r = read_config(f, path->buf, named, warnings);
	/* From a directory that no path leads to, a relative one can be read but not written back.
	 */
	if (r == 0 && make_absolute(path->buf, &f->path) == -ENOMEM)
		r = -ENOMEM;
	return r == -ENOMEM ? r : 0;
}

int config_open(struct config_file *f, struct str *warnings)
{
	struct str path = STR_INIT;
	int r = open_file(f, &path, warnings);

	str_done(&path);
	return r;
}

void config_close(struct config_file *f)
{
	str_done(&f->path);
	str_done(&f->text);
	str_done(&f->refused);
}

struct saying {
	struct settings *settings;
	uint64_t given;
};

static int note_option(void *ctx, const struct conf_item *item, struct str *err)
{
	struct saying *s = ctx;
	const struct option_row *row = option_find(item->name);
	int r = strcmp(item->section, "options") != 0 || !row
			? -ENOENT
			: option_set(s->settings, item->name, item->value, err);

	if (r == 0)
		s->given |= (uint64_t)1 << (row - option_rows);
	return r;
}

int config_says(const struct config_file *f, struct settings *ret_settings, uint64_t *ret_given)
{
	struct saying s = {.settings = ret_settings};
	int r;

	settings_init(ret_settings);
	r = conf_parse(f->text.buf, f->text.len, note_option, NULL, &s);
	*ret_given = s.given;
	return MIN(r, 0);
}

int config_load(struct settings *s, struct keymap *k, struct openers *o, struct str *warnings)
{
	struct str path = STR_INIT;
	struct config_file f;
	int r = open_file(&f, &path, warnings);

	if (r == 0 && f.exists)
		r = config_parse(path.buf, f.text.buf, f.text.len, s, k, o, warnings);
	config_close(&f);
	str_done(&path);
	return r == -ENOMEM ? r : 0;
}

/* A name is one component: it is no way out of the themes directories. */
static bool is_theme_name(const char *name)
{
	return name[0] && name[0] != '.' && !strchr(name, '/');
}

static int installed_dir(struct str *out)
{
	return str_adds(out, TROWEL_DATADIR);
}

/* For a program that runs from the tree it was built in: so many folders above it. */
static int above_program(unsigned up, struct str *out)
{
	char exe[4096];
	ssize_t n = sys_readlinkat(AT_FDCWD, "/proc/self/exe", exe, sizeof(exe));
	int r;

	if (n <= 0 || (size_t)n == sizeof(exe))
		return -ENOENT;
	r = str_add(out, exe, (size_t)n);
	for (; r == 0 && up > 0; up--)
		str_cut(out, path_parent_len(out->buf));
	return r;
}

static int tree_dir(struct str *out)
{
	return above_program(2, out);
}

/* Flavours are built in a folder of the build folder. */
static int flavour_tree_dir(struct str *out)
{
	return above_program(3, out);
}

int config_theme_dir(unsigned i, struct str *out)
{
	static int (*const dirs[THEME_DIRS])(struct str * out) = {config_dir, installed_dir,
								  tree_dir, flavour_tree_dir};
	int r = i < THEME_DIRS ? dirs[i](out) : -ENOENT;

	return r == 0 ? str_adds(out, "/themes") : r;
}

/* 1 when the file was there and is read, 0 when it was not, or -errno. */
static int read_theme(unsigned dir, const char *name, struct str *out, struct str *err)
{
	struct str path = STR_INIT;
	int r = config_theme_dir(dir, &path);

	if (r == 0)
		r = str_addf(&path, "/%s.theme", name);
	if (r == 0)
		r = config_read_file(path.buf, THEME_MAX, out, err);
	str_done(&path);
	return r == 0 ? 1 : r == -ENOENT ? 0 : r;
}

static int no_theme(const char *name, struct str *err)
{
	struct str shown = STR_INIT;
	int r = display_add(&shown, name, strlen(name), false);

	if (r == 0 && err && err->len && err->buf[err->len - 1] != '\n')
		r = str_addc(err, '\n');
	if (r == 0)
		r = refuse(err, "no theme '%s'; there is always 'default'", shown.buf);
	str_done(&shown);
	return r;
}

int config_theme(const char *name, struct str *out, struct str *err)
{
	int r = 0;

	for (unsigned i = 0; r == 0 && i < THEME_DIRS && is_theme_name(name); i++)
		r = read_theme(i, name, out, err);
	if (r == 0 && strcmp(name, "default") != 0)
		r = no_theme(name, err);
	if (r == 1 || r == -ENOMEM)
		return r == 1 ? 0 : r;
	return str_adds(out, theme_default_text);
}
