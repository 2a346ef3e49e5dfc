/* SPDX-License-Identifier: MIT */
#include "../../lib/test.h"

#include "base/crc32c.h"
#include "base/crc32c_table.h"

/* Bit by bit, as it is defined. */
static uint32_t by_bits(const uint8_t *bytes, size_t len)
{
	uint32_t crc = UINT32_MAX;

	for (size_t i = 0; i < len; i++) {
		crc ^= bytes[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78u : 0);
	}
	return ~crc;
}

/* RFC 3720, B.4. */
static void known_values(void **state)
{
	uint8_t bytes[32];

	(void)state;
	assert_int_equal(crc32c(0, "", 0), 0);
	assert_int_equal(crc32c(0, "123456789", 9), 0xe3069283);
	memset(bytes, 0, sizeof(bytes));
	assert_int_equal(crc32c(0, bytes, sizeof(bytes)), 0x8a9136aa);
	memset(bytes, 0xff, sizeof(bytes));
	assert_int_equal(crc32c(0, bytes, sizeof(bytes)), 0x62a8ab43);
	for (uint8_t i = 0; i < 32; i++)
		bytes[i] = i;
	assert_int_equal(crc32c(0, bytes, sizeof(bytes)), 0x46dd794e);
}

/* Every length, every cut. */
static void in_pieces(void **state)
{
	uint8_t bytes[67];

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 151 + 7);
	for (size_t len = 0; len <= sizeof(bytes); len++) {
		assert_int_equal(crc32c(0, bytes, len), by_bits(bytes, len));
		for (size_t cut = 0; cut <= len; cut++)
			assert_int_equal(crc32c(crc32c(0, bytes, cut), bytes + cut, len - cut),
					 by_bits(bytes, len));
	}
}

static void the_table(void **state)
{
	(void)state;
	for (unsigned row = 0; row < 8; row++) {
		for (unsigned i = 0; i < 256; i++) {
			uint32_t crc = i;

			for (unsigned bit = 0; bit < 8 * (row + 1); bit++)
				crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78u : 0);
			assert_int_equal(crc32c_table[row][i], crc);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_values),
		cmocka_unit_test(in_pieces),
		cmocka_unit_test(the_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
