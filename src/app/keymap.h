/* SPDX-License-Identifier: MIT
 *
 * From keys to commands: a table of chords, first the defaults of the command table, then what the
 * configuration says. Each context (app/command.h) is a map of its own: the same chord may mean one
 * command in lists and another in the viewer. Within a context a later binding of the same chord
 * wins; a chord that is the beginning of another is refused (it could never be typed without
 * waiting).
 *
 * Thread: UI. Owns: its bindings.
 */
#ifndef APP_KEYMAP_H
#define APP_KEYMAP_H

#include "app/command.h"
#include "base/str.h"
#include "ui/key.h"

#define CHORD_MAX 4

struct binding {
	struct key keys[CHORD_MAX];
	unsigned nkeys;
	unsigned contexts; /* where it holds: some of the command's, at least one */
	const struct command *command;
};

struct keymap {
	struct binding *at;
	size_t n, cap;
};

int keymap_init(struct keymap *k); /* with the defaults */
void keymap_done(struct keymap *k);
/* Binds the chords in `keys` (separated by blanks) to the command in place of its present ones, in
 * those of its contexts that are in `contexts`; "none" unbinds it there. 0, -ENOMEM, or -EINVAL
 * with the reason in err (also when the command works in none of them): then nothing changed. */
int keymap_set(struct keymap *k, unsigned contexts, const char *command, const char *keys,
	       struct str *err);

enum keymap_answer { KEYMAP_NONE, KEYMAP_PREFIX, KEYMAP_COMMAND };
/* What the keys mean in one context. */
enum keymap_answer keymap_look(const struct keymap *k, enum command_context context,
			       const struct key *keys, unsigned nkeys,
			       const struct command **ret_command);
/* Appends the keys that a command has in any of the contexts, for people: alternatives separated by
 * two spaces: "j  Down"; three and more neighbours as "g1..g9". */
int keymap_keys(const struct keymap *k, unsigned contexts, const struct command *command,
		struct str *out);

#endif
