/* SPDX-License-Identifier: MIT */
#include "base/crc32c.h"

#include "base/crc32c_table.h"

/* Eight bytes at a time: one look-up waits for the one before it only once in eight bytes. */
static uint32_t eight(uint32_t crc, const uint8_t *at)
{
	const uint32_t(*t)[256] = crc32c_table;

	crc ^= (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 |
	       (uint32_t)at[3] << 24;
	return t[7][crc & 0xff] ^ t[6][crc >> 8 & 0xff] ^ t[5][crc >> 16 & 0xff] ^ t[4][crc >> 24] ^
	       t[3][at[4]] ^ t[2][at[5]] ^ t[1][at[6]] ^ t[0][at[7]];
}

uint32_t crc32c(uint32_t crc, const void *bytes, size_t len)
{
	const uint8_t *at = bytes;

	crc = ~crc;
	for (; len >= 8; len -= 8, at += 8)
		crc = eight(crc, at);
	for (; len > 0; len--)
		crc = crc >> 8 ^ crc32c_table[0][(crc ^ *at++) & 0xff];
	return ~crc;
}
