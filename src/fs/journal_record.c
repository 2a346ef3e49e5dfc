/* SPDX-License-Identifier: MIT */
#include "fs/journal_inside.h"

#include <errno.h>
#include <string.h>

#include "base/crc32c.h"

#define FILE_MAGIC   "TRWLJRNL"
#define RECORD_MAGIC 0x524a5254u /* "TRJR" */
#define BEGIN_LEN    32u
#define FLAG_REDO    1u

static uint8_t *put16(uint8_t *at, uint16_t v)
{
	at[0] = (uint8_t)v;
	at[1] = (uint8_t)(v >> 8);
	return at + 2;
}

static uint8_t *put32(uint8_t *at, uint32_t v)
{
	return put16(put16(at, (uint16_t)v), (uint16_t)(v >> 16));
}

static uint8_t *put64(uint8_t *at, uint64_t v)
{
	return put32(put32(at, (uint32_t)v), (uint32_t)(v >> 32));
}

static uint16_t get16(const uint8_t *at)
{
	return (uint16_t)(at[0] | at[1] << 8);
}

static uint32_t get32(const uint8_t *at)
{
	return (uint32_t)get16(at) | (uint32_t)get16(at + 2) << 16;
}

static uint64_t get64(const uint8_t *at)
{
	return get32(at) | (uint64_t)get32(at + 4) << 32;
}

/* ---- the head of a file: magic 8, version 4, length 4, salt 8, boot 16, start 8, pid 4, zeros 8,
 * checksum 4 ---- */

void journal_put_head(uint8_t out[JOURNAL_HEAD_LEN], const struct journal_head *head)
{
	uint8_t *at = out + 8;

	memset(out, 0, JOURNAL_HEAD_LEN);
	memcpy(out, FILE_MAGIC, 8);
	at = put64(put32(put32(at, head->version), JOURNAL_HEAD_LEN), head->salt);
	memcpy(at, head->who.boot, sizeof(head->who.boot));
	put32(put64(at + sizeof(head->who.boot), head->who.start), head->who.pid);
	put32(out + JOURNAL_HEAD_LEN - 4, crc32c(0, out, JOURNAL_HEAD_LEN - 4));
}

int journal_get_head(const uint8_t bytes[JOURNAL_HEAD_LEN], struct journal_head *ret_head)
{
	struct journal_head head = {.version = get32(bytes + 8), .salt = get64(bytes + 16)};

	if (memcmp(bytes, FILE_MAGIC, 8) != 0 || get32(bytes + 12) != JOURNAL_HEAD_LEN ||
	    get32(bytes + JOURNAL_HEAD_LEN - 4) != crc32c(0, bytes, JOURNAL_HEAD_LEN - 4))
		return -EINVAL;
	memcpy(head.who.boot, bytes + 24, sizeof(head.who.boot));
	head.who.start = get64(bytes + 40);
	head.who.pid = get32(bytes + 48);
	*ret_head = head;
	return 0;
}

/* ---- the head of a record: magic 4, length 4, type 2, version 2, checksum of the payload 4,
 * sequence 8, action 8, checksum 4: of the salt, the place in the file and the bytes before ---- */

static uint32_t head_crc(const uint8_t *bytes, uint64_t salt, uint64_t at)
{
	uint8_t where[16];

	put64(put64(where, salt), at);
	return crc32c(crc32c(0, where, sizeof(where)), bytes, JOURNAL_RECORD_LEN - 4);
}

int journal_add_room(struct str *out)
{
	static const char room[JOURNAL_RECORD_LEN];

	return str_add(out, room, sizeof(room));
}

void journal_seal(struct str *out, size_t start, uint64_t salt, uint64_t at, uint16_t type,
		  uint64_t seq, uint64_t id)
{
	uint8_t *head = (uint8_t *)out->buf + start;
	const uint8_t *payload = head + JOURNAL_RECORD_LEN;
	size_t len = out->len - start - JOURNAL_RECORD_LEN;
	uint8_t *p = put32(put32(head, RECORD_MAGIC), (uint32_t)len);

	p = put32(put16(put16(p, type), JOURNAL_VERSION), crc32c(0, payload, len));
	p = put64(put64(p, seq), id);
	put32(p, head_crc(head, salt, at));
}

int journal_get_record(const uint8_t bytes[JOURNAL_RECORD_LEN], uint64_t salt, uint64_t at,
		       struct journal_record *ret_record)
{
	struct journal_record r = {
		.len = get32(bytes + 4),
		.type = get16(bytes + 8),
		.version = get16(bytes + 10),
		.payload_crc = get32(bytes + 12),
		.seq = get64(bytes + 16),
		.id = get64(bytes + 24),
	};

	if (get32(bytes) != RECORD_MAGIC ||
	    get32(bytes + JOURNAL_RECORD_LEN - 4) != head_crc(bytes, salt, at) ||
	    r.len > JOURNAL_RECORD_MAX || r.id == 0 || r.id > JOURNAL_ID_MAX ||
	    r.seq > JOURNAL_SEQ_MAX)
		return -EINVAL;
	*ret_record = r;
	return 0;
}

bool journal_payload_ok(const struct journal_record *r, const uint8_t *payload)
{
	return crc32c(0, payload, r->len) == r->payload_crc;
}

/* ---- payloads ---- */

int journal_add32(struct str *out, uint32_t v)
{
	uint8_t bytes[4];

	put32(bytes, v);
	return str_add(out, bytes, sizeof(bytes));
}

/* Steps 4, flags 4, undoes 8, begun 8, pid 4, length of the label 4, label. */
int journal_add_begin(struct str *out, const struct journal_begin *b)
{
	uint8_t bytes[BEGIN_LEN], *at = bytes;
	int r;

	at = put64(put32(put32(at, b->nsteps), b->redo ? FLAG_REDO : 0), b->undoes);
	put32(put32(put64(at, (uint64_t)b->begun), b->pid), (uint32_t)b->label_len);
	r = str_add(out, bytes, sizeof(bytes));
	return r == 0 ? str_add(out, b->label, b->label_len) : r;
}

int journal_add_step(struct str *out, const struct step *s)
{
	size_t start = out->len;
	int r = journal_add32(out, 0);

	if (r == 0)
		r = step_encode(s, out);
	if (r < 0)
		str_cut(out, start);
	else
		put32((uint8_t *)out->buf + start, (uint32_t)(out->len - start - 4));
	return r;
}

static const uint8_t *take(struct journal_bytes *b, size_t len)
{
	const uint8_t *at = b->at;

	if (b->len < len)
		return NULL;
	b->at += len;
	b->len -= len;
	return at;
}

int journal_take32(struct journal_bytes *b, uint32_t *ret)
{
	const uint8_t *at = take(b, 4);

	if (!at)
		return -EINVAL;
	*ret = get32(at);
	return 0;
}

int journal_take_begin(struct journal_bytes *b, struct journal_begin *ret)
{
	const uint8_t *at = take(b, BEGIN_LEN), *label;
	uint32_t len = at ? get32(at + 28) : 0;

	label = at && len <= JOURNAL_LABEL_MAX ? take(b, len) : NULL;
	if (!label || memchr(label, '\0', len) || (get32(at + 4) & ~FLAG_REDO))
		return -EINVAL;
	*ret = (struct journal_begin){
		.nsteps = get32(at),
		.redo = get32(at + 4) & FLAG_REDO,
		.undoes = get64(at + 8),
		.begun = (int64_t)get64(at + 16),
		.pid = get32(at + 24),
		.label = (const char *)label,
		.label_len = len,
	};
	return ret->nsteps > 0 && ret->nsteps <= JOURNAL_STEPS_MAX ? 0 : -EINVAL;
}

int journal_take_step(struct journal_bytes *b, struct step *ret_step)
{
	const uint8_t *at;
	uint32_t len;

	if (journal_take32(b, &len) < 0 || !(at = take(b, len)))
		return -EINVAL;
	return step_decode((const char *)at, len, ret_step);
}
