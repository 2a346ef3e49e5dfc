/* SPDX-License-Identifier: MIT
 *
 * CRC-32C (Castagnoli), which finds every damage of up to 32 bits in a row and nearly all others.
 *
 * Follows: RFC 3720, appendix B.4. Thread: any. Owns: nothing.
 */
#ifndef BASE_CRC32C_H
#define BASE_CRC32C_H

#include <stddef.h>
#include <stdint.h>

/* Of what gave `crc` (0: nothing yet) and these bytes behind it. */
uint32_t crc32c(uint32_t crc, const void *bytes, size_t len);

#endif
