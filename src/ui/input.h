/* SPDX-License-Identifier: MIT
 *
 * Bytes of the terminal to events. The decoder is pure (bytes and times in, events out) and knows:
 * UTF-8; the terminal's own keys from terminfo; xterm's CSI and SS3 keys with modifiers; ESC before
 * a key as Alt; SGR mouse; bracketed paste. An escape sequence that arrives in pieces is one key:
 * the decoder waits escape_ms for its rest; when the rest comes later still, its letters are
 * recognised and dropped or made the key they are, never run as commands. Unknown sequences are
 * swallowed whole.
 *
 * Thread: UI. Owns: its buffer.
 */
#ifndef UI_INPUT_H
#define UI_INPUT_H

#include "ui/key.h"

struct decoder;

int decoder_new(struct decoder **ret_decoder);
void decoder_free(struct decoder *d);
void decoder_escape_ms(struct decoder *d, int ms);
/* Adds a terminfo sequence for a key (done by input_new()). */
int decoder_add_key(struct decoder *d, const char *sequence, struct key key);
int decoder_feed(struct decoder *d, const char *bytes, size_t len, int64_t now_ms);
/* The next event; false: none (yet). */
bool decoder_next(struct decoder *d, int64_t now_ms, struct input_event *ret_event);
/* When a waiting ESC becomes a key of its own; INT64_MAX: nothing waits. */
int64_t decoder_deadline(const struct decoder *d);

struct input;
/* On the terminal `fd` (set non-blocking reads are done with poll(2) first), with the keys of the
 * terminal that term_start() has set up. */
int input_new(int fd, struct input **ret_input);
void input_free(struct input *in);
struct decoder *input_decoder(struct input *in);
/* Reads all there is. 0, or -EIO when the terminal is gone (hang-up, end of file): the program must
 * leave, never spin. */
int input_read(struct input *in, int64_t now_ms);
/* Drops what was typed but not yet taken: before a dialog is answered. Times are CLOCK_MONOTONIC.
 */
void input_drop(struct input *in);

#endif
