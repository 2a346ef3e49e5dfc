/* SPDX-License-Identifier: MIT */
#include "app/config.h"

#include "app/refuse.h"
#include "base/conf.h"
#include "base/display.h"
#include "base/path.h"
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
#define THEME_MAX  (1u << 20)

/* Relative paths in these variables are to be ignored: xdg-basedir specification. */
static const char *absolute_env(const char *name)
{
	const char *value = getenv(name);

	return value && value[0] == '/' ? value : NULL;
}

static int base_dir(struct str *out, const char *variable, const char *below_home)
{
	const char *base = absolute_env(variable), *home = absolute_env("HOME");

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
		return keymap_set(l->keymap, context->context, item->name, item->value, err);
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

static const struct {
	const char *name;
	int (*set)(struct loading *l, const struct conf_item *item, struct str *err);
} sections[] = {
	{"options", set_option},
	{"keys", set_key},
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
		return refuse(err, "outside a section: [options] or [keys] comes first");
	r = display_add(&shown, item->section, strlen(item->section), false);
	if (r == 0)
		r = refuse(err, "no section [%s]: there are [options] and [keys]", shown.buf);
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
		 struct keymap *k, struct str *warnings)
{
	struct str shown = STR_INIT;
	struct loading l = {.settings = s, .keymap = k, .warnings = warnings};
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

int config_load(struct settings *s, struct keymap *k, struct str *warnings)
{
	struct str path = STR_INIT, text = STR_INIT, err = STR_INIT;
	bool named;
	int r = config_path(&path, &named);

	if (r == 0) {
		r = config_read_file(path.buf, CONFIG_MAX, &text, &err);
		r = r == 0 ? config_parse(path.buf, text.buf, text.len, s, k, warnings)
			   : not_read(path.buf, r, named, &err, warnings);
	}
	str_done(&path);
	str_done(&text);
	str_done(&err);
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

/* For a program that runs from the tree it was built in: beside its folder. */
static int tree_dir(struct str *out)
{
	char exe[4096];
	ssize_t n = sys_readlinkat(AT_FDCWD, "/proc/self/exe", exe, sizeof(exe));
	int r;

	if (n <= 0 || (size_t)n == sizeof(exe))
		return -ENOENT;
	r = str_add(out, exe, (size_t)n);
	for (int up = 0; r == 0 && up < 2; up++)
		str_cut(out, path_parent_len(out->buf));
	return r;
}

/* 1 when the file was there and is read, 0 when it was not, or -errno. */
static int read_theme(int (*dir)(struct str *out), const char *name, struct str *out,
		      struct str *err)
{
	struct str path = STR_INIT;
	int r = dir(&path);

	if (r == 0)
		r = str_addf(&path, "/themes/%s.theme", name);
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

	if (is_theme_name(name)) {
		r = read_theme(config_dir, name, out, err);
		if (r == 0)
			r = read_theme(installed_dir, name, out, err);
		if (r == 0)
			r = read_theme(tree_dir, name, out, err);
	}
	if (r == 0 && strcmp(name, "default") != 0)
		r = no_theme(name, err);
	if (r == 1 || r == -ENOMEM)
		return r == 1 ? 0 : r;
	return str_adds(out, theme_default_text);
}
