/* SPDX-License-Identifier: MIT
 *
 * Extended attributes of a step: name, NUL, length of the value in four bytes (little-endian),
 * value.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/step_inside.h"

#define NUMBER_LEN 4u

int step_xattrs_add(struct step_xattrs *x, const char *name, const void *value, size_t len)
{
	size_t name_len = strlen(name) + 1, size = name_len + NUMBER_LEN + len;
	char *at;

	if (name_len == 1)
		return -EINVAL;
	if (len > STEP_XATTRS_MAX || size > STEP_XATTRS_MAX - x->len)
		return -E2BIG;
	at = realloc(x->bytes, x->len + size);
	if (!at)
		return -ENOMEM;
	x->bytes = at;
	at += x->len;
	memcpy(at, name, name_len);
	at += name_len;
	for (unsigned i = 0; i < NUMBER_LEN; i++)
		*at++ = (char)(uint8_t)(len >> (8 * i));
	if (len)
		memcpy(at, value, len);
	x->len += size;
	return 0;
}

bool step_xattrs_next(const struct step_xattrs *x, size_t *at, struct step_xattr *ret)
{
	const char *bytes = x->bytes + *at;
	size_t left = x->len - *at, name, len = 0;

	name = left ? strnlen(bytes, left) : 0;
	if (name == 0 || left - name < 1 + NUMBER_LEN)
		return false;
	for (unsigned i = 0; i < NUMBER_LEN; i++)
		len |= (size_t)(uint8_t)bytes[name + 1 + i] << (8 * i);
	if (len > left - name - 1 - NUMBER_LEN)
		return false;
	*ret = (struct step_xattr){bytes, bytes + name + 1 + NUMBER_LEN, len};
	*at += name + 1 + NUMBER_LEN + len;
	return true;
}

bool step_xattrs_can_be(const struct step_xattrs *x)
{
	struct step_xattr one;
	size_t at = 0;

	if (x->len > STEP_XATTRS_MAX)
		return false;
	while (step_xattrs_next(x, &at, &one))
		;
	return at == x->len;
}

int step_xattrs_copy(struct step_xattrs *ret_copy, const char *bytes, size_t len)
{
	if (len == 0)
		return 0;
	ret_copy->bytes = memdup0(bytes, len);
	ret_copy->len = ret_copy->bytes ? len : 0;
	return ret_copy->bytes ? 0 : -ENOMEM;
}
