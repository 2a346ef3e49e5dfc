/* SPDX-License-Identifier: MIT */
#include "ui/input.h"

#include <curses.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <term.h>
#include <time.h>
#include <unistd.h>

/* At most this much at a time, so that a flood cannot keep the program from drawing. */
#define READ_MAX (64 * 1024)
#define DROP_MAX (1024 * 1024)

struct input {
	int fd;
	struct decoder *decoder;
};

/* terminfo(5) names of the keys whose sequences differ between terminals. */
static const struct {
	const char *cap;
	struct key key;
} caps[] = {
	{"kcuu1", {KEYSYM_UP, 0}},
	{"kcud1", {KEYSYM_DOWN, 0}},
	{"kcub1", {KEYSYM_LEFT, 0}},
	{"kcuf1", {KEYSYM_RIGHT, 0}},
	{"khome", {KEYSYM_HOME, 0}},
	{"kend", {KEYSYM_END, 0}},
	{"kpp", {KEYSYM_PGUP, 0}},
	{"knp", {KEYSYM_PGDN, 0}},
	{"kich1", {KEYSYM_INSERT, 0}},
	{"kdch1", {KEYSYM_DELETE, 0}},
	{"kbs", {KEYSYM_BACKSPACE, 0}},
	{"kent", {KEYSYM_ENTER, 0}},
	{"kcbt", {KEYSYM_TAB, KEYMOD_SHIFT}},
	{"kri", {KEYSYM_UP, KEYMOD_SHIFT}},
	{"kind", {KEYSYM_DOWN, KEYMOD_SHIFT}},
	{"kLFT", {KEYSYM_LEFT, KEYMOD_SHIFT}},
	{"kRIT", {KEYSYM_RIGHT, KEYMOD_SHIFT}},
	{"kf1", {KEYSYM_F1, 0}},
	{"kf2", {KEYSYM_F1 + 1, 0}},
	{"kf3", {KEYSYM_F1 + 2, 0}},
	{"kf4", {KEYSYM_F1 + 3, 0}},
	{"kf5", {KEYSYM_F1 + 4, 0}},
	{"kf6", {KEYSYM_F1 + 5, 0}},
	{"kf7", {KEYSYM_F1 + 6, 0}},
	{"kf8", {KEYSYM_F1 + 7, 0}},
	{"kf9", {KEYSYM_F1 + 8, 0}},
	{"kf10", {KEYSYM_F1 + 9, 0}},
	{"kf11", {KEYSYM_F1 + 10, 0}},
	{"kf12", {KEYSYM_F1 + 11, 0}},
};

static int add_keys(struct decoder *d)
{
	for (size_t i = 0; i < ARRAY_LEN(caps); i++) {
		/* tigetstr(3x) reads only; its parameter is older than const. */
		const char *sequence = cur_term ? tigetstr((char *)(uintptr_t)caps[i].cap) : NULL;
		int r;

		if (!sequence || sequence == (const char *)-1)
			continue;
		r = decoder_add_key(d, sequence, caps[i].key);
		if (r == -ENOMEM)
			return r;
	}
	return 0;
}

int input_new(int fd, struct input **ret_input)
{
	struct input *in = calloc(1, sizeof(*in));
	int r;

	if (!in)
		return -ENOMEM;
	in->fd = fd;
	r = decoder_new(&in->decoder);
	if (r == 0)
		r = add_keys(in->decoder);
	if (r < 0) {
		input_free(in);
		return r;
	}
	*ret_input = in;
	return 0;
}

void input_free(struct input *in)
{
	if (!in)
		return;
	decoder_free(in->decoder);
	free(in);
}

struct decoder *input_decoder(struct input *in)
{
	return in->decoder;
}

/* Bytes read, 0: none there now, -EIO: the terminal is gone. */
static ssize_t read_some(int fd, char *buf, size_t size)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};
	ssize_t n;

	if (poll(&p, 1, 0) < 0)
		return errno == EINTR ? 0 : -EIO;
	if (p.revents & POLLNVAL)
		return -EIO;
	/* What was typed before a hang-up is still to be had; after it read(2) says so. */
	if (!(p.revents & (POLLIN | POLLHUP | POLLERR)))
		return 0;
	n = read(fd, buf, size);
	if (n > 0)
		return n;
	return n < 0 && (errno == EINTR || errno == EAGAIN) && !(p.revents & POLLHUP) ? 0 : -EIO;
}

int input_read(struct input *in, int64_t now_ms)
{
	char buf[4096];

	for (size_t total = 0; total < READ_MAX;) {
		ssize_t n = read_some(in->fd, buf, sizeof(buf));

		if (n <= 0)
			return (int)n;
		total += (size_t)n;
		/* Out of memory loses keys, not the program. */
		(void)decoder_feed(in->decoder, buf, (size_t)n, now_ms);
	}
	return 0;
}

/* What is read is decoded and then forgotten, rather than flushed: a flush could cut a sequence or
 * a paste in two, and its end would run as commands. */
void input_drop(struct input *in)
{
	struct input_event event;
	struct timespec now;
	char buf[4096];
	ssize_t n = 1;
	int64_t now_ms;

	clock_gettime(CLOCK_MONOTONIC, &now);
	now_ms = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;

	for (size_t total = 0; n > 0 && total < DROP_MAX; total += (size_t)n) {
		n = read_some(in->fd, buf, sizeof(buf));
		if (n > 0)
			(void)decoder_feed(in->decoder, buf, (size_t)n, now_ms);
		while (decoder_next(in->decoder, now_ms, &event))
			str_done(&event.paste);
		if (n < 0)
			break;
	}
}
