/* SPDX-License-Identifier: MIT */
#include "app/verb.h"

#include "app/facts.h"
#include "base/json.h"
#include "fs/access.h"
#include "fs/event.h"
#include "fs/mounts.h"

#include <errno.h>
#include <string.h>

#define NAME "info"

const struct verb_option verb_info_options[] = {
	{"print", 'p', "[FORMAT]",
	 "text (the default), json, or nul: the paths that exist, each ended by a NUL byte"},
	{0},
};

/* One call of the verb. */
struct info {
	enum print_format format;
	bool ascii;
	struct subject self;
	struct owners *owners;
	struct mount_list mounts;
	struct str out;    /* text and nul: of this path; json: the whole document */
	struct str errors; /* json: the array of what failed */
	struct json json, errors_json;
	size_t printed, failed;
};

static int print_text(struct info *in, struct path_facts *f)
{
	str_clear(&in->out);
	if (in->printed)
		str_addc(&in->out, '\n');
	facts_text(f, &in->self, in->ascii, &in->out);
	return in->out.failed ? -ENOMEM : verb_write(NAME, in->out.buf, in->out.len);
}

static int print_json(struct info *in, struct path_facts *f)
{
	return facts_json(f, &in->self, &in->json);
}

static int print_nul(struct info *in, struct path_facts *f)
{
	(void)in;
	return verb_write(NAME, f->path, strlen(f->path) + 1);
}

static int (*const printers[PRINT_FORMATS])(struct info *in, struct path_facts *f) = {
	[PRINT_TEXT] = print_text,
	[PRINT_JSON] = print_json,
	[PRINT_NUL] = print_nul,
};

static void note_error(struct info *in, const char *path, int err)
{
	struct json *j = &in->errors_json;

	in->failed++;
	verb_error(NAME, path, err);
	if (in->format != PRINT_JSON)
		return;
	json_object(j);
	json_key(j, "path");
	json_cstr(j, path);
	json_key(j, "errno");
	json_cstr(j, strerrorname_np(-err));
	json_key(j, "reason");
	json_cstr(j, strerrordesc_np(-err));
	json_end(j);
}

/* 0, also when this path failed; -errno when nothing more can be printed. */
static int print_path(struct info *in, const char *path)
{
	struct path_facts facts;
	int r = facts_get(&facts, path, in->owners, &in->mounts);

	if (r < 0) {
		note_error(in, path, r);
		return 0;
	}
	r = printers[in->format](in, &facts);
	in->printed++;
	facts_done(&facts);
	return r;
}

static void json_begin(struct info *in)
{
	json_init(&in->json, &in->out);
	json_init(&in->errors_json, &in->errors);
	json_array(&in->errors_json);
	json_object(&in->json);
	json_key(&in->json, "items");
	json_array(&in->json);
}

/* The errors are JSON already: their array goes in as it is. */
static int json_finish(struct info *in)
{
	json_end(&in->json);
	json_end(&in->errors_json);
	str_adds(&in->out, ",\"errors\":");
	str_add(&in->out, in->errors.buf, in->errors.len);
	json_end(&in->json);
	str_addc(&in->out, '\n');
	if (in->out.failed || in->errors.failed)
		return -ENOMEM;
	return verb_write(NAME, in->out.buf, in->out.len);
}

static int print_all(struct info *in, int n, char **paths)
{
	int r = 0;

	if (in->format == PRINT_JSON)
		json_begin(in);
	for (int i = 0; r == 0 && i < n; i++)
		r = print_path(in, paths[i]);
	if (r == 0 && in->format == PRINT_JSON)
		r = json_finish(in);
	return r;
}

static int info_init(struct info *in)
{
	int r = owners_new(&in->owners);

	in->ascii = verb_ascii();
	if (r == 0)
		r = access_self(&in->self);
	/* Without /proc the rows about the mount are missing, and nothing else. */
	if (r == 0 && mounts_read(MOUNTS_FILE, &in->mounts) == -ENOMEM)
		r = -ENOMEM;
	return r;
}

static void info_done(struct info *in)
{
	owners_free(in->owners);
	fs_mounts_free(&in->mounts);
	str_done(&in->out);
	str_done(&in->errors);
}

int verb_info(int argc, char **argv)
{
	struct info in = {.out = STR_INIT, .errors = STR_INIT};
	struct verb_args args = {
		.name = NAME, .options = verb_info_options, .argc = argc, .argv = argv};
	int r;

	while ((r = verb_args_next(&args)) >= 0) {
		if (!print_parse(args.value, &in.format))
			return verb_usage(NAME, "--print: '%s' is none of: text json nul",
					  args.value);
	}
	if (r == VERB_ARGS_EXIT)
		return args.status;
	if (args.at == argc)
		return verb_usage(NAME, "a path is needed");
	r = info_init(&in);
	if (r == 0)
		r = print_all(&in, argc - args.at, argv + args.at);
	if (r == -ENOMEM)
		verb_error(NAME, "memory", r);
	info_done(&in);
	return r < 0 || in.failed ? EXIT_SOME_FAILED : EXIT_ALL_DONE;
}
