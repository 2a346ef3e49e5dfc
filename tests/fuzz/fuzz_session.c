/* SPDX-License-Identifier: MIT
 *
 * The file of the session: any text. What is taken is written, and read again the same; a model
 * takes it.
 */
#include "model/session.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str first = STR_INIT, second = STR_INIT;
	struct session s, again;
	struct model *m;

	if (session_load((const char *)data, size, &s) < 0)
		return 0;
	if (session_save(&s, &first) < 0 || session_load(first.buf, first.len, &again) < 0 ||
	    session_save(&again, &second) < 0 || strcmp(first.buf, second.buf) != 0)
		abort();
	if (model_new(&m) < 0 || model_resume(m, &s) < 0)
		abort();
	model_check(m);
	model_free(m);
	session_done(&s);
	session_done(&again);
	str_done(&first);
	str_done(&second);
	return 0;
}
