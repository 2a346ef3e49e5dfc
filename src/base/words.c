/* SPDX-License-Identifier: MIT */
#include "base/words.h"

#include "base/alloc.h"
#include "base/utf8.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct word {
	char *bytes; /* folded when the words fold */
	size_t len;
	bool ascii;
};

void words_done(struct words *w)
{
	for (size_t i = 0; i < w->n; i++)
		free(w->at[i].bytes);
	free(w->at);
	*w = (struct words){0};
}

static int add_folded(struct str *out, const char *s, size_t len)
{
	size_t n;

	for (size_t i = 0; i < len; i += n) {
		char text[4];
		uint32_t unit;

		n = utf8_unit(s + i, len - i, true, &unit);
		if (unit >= UTF8_RAW)
			str_addc(out, s[i]);
		else
			str_add(out, text, utf8_encode(unit, text));
	}
	return out->failed ? -ENOMEM : 0;
}

int words_add(struct words *w, const char *s, size_t len)
{
	CLEANUP(str_done) struct str text = STR_INIT;
	struct word word = {.ascii = true};
	int r = array_grow(&w->at, &w->cap, w->n + 1, sizeof(word));

	if (r == 0)
		r = w->fold ? add_folded(&text, s, len) : str_add(&text, s, len);
	if (r < 0)
		return r;
	for (size_t i = 0; i < text.len; i++)
		word.ascii &= (unsigned char)text.buf[i] < 0x80;
	word.len = text.len;
	word.bytes = str_take(&text);
	if (!word.bytes)
		return -ENOMEM;
	w->at[w->n++] = word;
	return 0;
}

static inline unsigned char fold_byte(char c)
{
	return (unsigned char)((unsigned char)(c - 'A') < 26 ? c | 32 : c);
}

static bool word_at(const char *name, const struct word *word)
{
	size_t i = 0;

	while (i < word->len && fold_byte(name[i]) == (unsigned char)word->bytes[i])
		i++;
	return i == word->len;
}

/* Eight bytes at a time: with bit 5 set a capital is its small letter, and a letter is nothing
 * else. Bytes that equal the first one of the word become 0, found by the borrow they cause;
 * a byte above a 0 may look like one, which word_at() sorts out. */
static const char *find_ascii(const char *name, size_t len, const struct word *word)
{
	const uint64_t ones = 0x0101010101010101;
	unsigned char first = (unsigned char)word->bytes[0];
	uint64_t bit5 = first >= 'a' && first <= 'z' ? ones * 0x20 : 0;
	size_t places = len - word->len + 1, at = 0;

	while (places - at >= 8) {
		uint64_t bytes, hits;

		memcpy(&bytes, name + at, 8);
		bytes = (bytes | bit5) ^ ones * first;
		hits = (bytes - ones) & ~bytes & ones * 0x80;
		if (hits) {
			for (size_t i = 0; i < 8; i++) {
				if (word_at(name + at + i, word))
					return name + at + i;
			}
		}
		at += 8;
	}
	for (; at < places; at++) {
		if (word_at(name + at, word))
			return name + at;
	}
	return NULL;
}

/* The bytes of the name that the folded word takes at its start, or 0. */
static size_t folded_prefix(const char *name, size_t len, const struct word *word)
{
	size_t at = 0, i = 0;

	while (i < word->len) {
		uint32_t wanted, unit;

		if (at >= len)
			return 0;
		i += utf8_unit(word->bytes + i, word->len - i, false, &wanted);
		at += utf8_unit(name + at, len - at, true, &unit);
		if (unit != wanted)
			return 0;
	}
	return at;
}

static const char *find_folded(const char *name, size_t len, const struct word *word,
			       size_t *ret_len)
{
	bool ascii = (unsigned char)word->bytes[0] < 0x80;

	for (size_t at = 0; at < len;) {
		uint32_t unit;
		size_t n;

		/* Folding never leads from ASCII out of it, nor into it. */
		if ((unsigned char)name[at] < 0x80 &&
		    (!ascii || fold_byte(name[at]) != (unsigned char)word->bytes[0])) {
			at++;
			continue;
		}
		n = folded_prefix(name + at, len - at, word);

		if (n) {
			*ret_len = n;
			return name + at;
		}
		at += utf8_unit(name + at, len - at, false, &unit);
	}
	return NULL;
}

static const char *find_word(const struct words *w, const struct word *word, const char *name,
			     size_t len, size_t *ret_len)
{
	*ret_len = word->len;
	if (w->fold && !word->ascii)
		return find_folded(name, len, word, ret_len);
	if (word->len > len)
		return NULL;
	return w->fold ? find_ascii(name, len, word) : memmem(name, len, word->bytes, word->len);
}

bool words_test(const struct words *w, const char *name, size_t len, struct match_spans *spans)
{
	for (size_t i = 0; i < w->n; i++) {
		size_t found_len;
		const char *found = find_word(w, &w->at[i], name, len, &found_len);

		if (!found) {
			if (spans)
				spans->n = 0;
			return false;
		}
		if (spans)
			match_add_span(spans, (size_t)(found - name), found_len);
	}
	return true;
}

bool words_find(const struct words *w, const char *s, size_t len, size_t *ret_at, size_t *ret_len)
{
	const char *found = w->n ? find_word(w, &w->at[0], s, len, ret_len) : NULL;

	if (found)
		*ret_at = (size_t)(found - s);
	return found != NULL;
}

/* The newer words as the older ones compare, in one text: each after a space, which no word has. */
bool words_narrow(const struct words *w, const struct words *older)
{
	CLEANUP(str_done) struct str text = STR_INIT;

	for (size_t i = 0; i < w->n; i++) {
		str_addc(&text, ' ');
		if (older->fold)
			add_folded(&text, w->at[i].bytes, w->at[i].len);
		else
			str_add(&text, w->at[i].bytes, w->at[i].len);
	}
	if (text.failed)
		return false;
	for (size_t i = 0; i < older->n; i++) {
		if (!memmem(text.buf, text.len, older->at[i].bytes, older->at[i].len))
			return false;
	}
	return true;
}
