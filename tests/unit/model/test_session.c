/* SPDX-License-Identifier: MIT */
#include "../../lib/nomem.h"
#include "../../lib/test.h"

#include "model/session.h"
#include "model/state.h"

#include <errno.h>

#define HEAD "trowel session 1\n"

static const char whole[] = HEAD "tab /srv/a b\n"
				 "select end\\n\n"
				 "sort size reverse mixed\n"
				 "hidden\n"
				 "filter glob *.c \n"
				 "tab /\n"
				 "sort name\n"
				 "current\n"
				 "tab /b\\\\s\xff\n"
				 "sort mode mixed\n";

static void it_comes_back(void **state)
{
	struct session s;
	struct str text = STR_INIT;

	(void)state;
	assert_int_equal(session_load(whole, strlen(whole), &s), 0);
	assert_int_equal(s.n, 3);
	assert_int_equal(s.current, 1);
	assert_string_equal(s.tabs[0].path, "/srv/a b");
	assert_string_equal(s.tabs[0].select, "end\n");
	assert_string_equal(s.tabs[0].filter, "*.c ");
	assert_int_equal(s.tabs[0].filter_kind, MATCH_GLOB);
	assert_int_equal(s.tabs[0].sort.by, SORT_SIZE);
	assert_true(s.tabs[0].sort.reverse && !s.tabs[0].sort.dirs_first && s.tabs[0].hidden);
	assert_true(s.tabs[1].sort.dirs_first && !s.tabs[1].hidden);
	assert_string_equal(s.tabs[2].path, "/b\\s\xff");
	assert_int_equal(session_save(&s, &text), 0);
	assert_string_equal(text.buf, whole);
	str_done(&text);
	session_done(&s);
}

/* Half a session would be a wrong one. */
static void anything_else_is_refused(void **state)
{
	static const char *const texts[] = {
		"",
		HEAD,
		"trowel session 2\ntab /\n",
		"tab /\n",
		HEAD "select x\n",
		HEAD "tab \n",
		HEAD "tab relative\n",
		HEAD "tab /x",
		HEAD "tab /x\ntab /y\\\n",
		HEAD "tab /x\nselect a\nselect b\n",
		HEAD "tab /x\nselect a/b\n",
		HEAD "tab /x\nselect \n",
		HEAD "tab /x\nsort\n",
		HEAD "tab /x\nsort wrong\n",
		HEAD "tab /x\nsort name mixed reverse\n",
		HEAD "tab /x\nsort name\nsort size\n",
		HEAD "tab /x\nhidden yes\n",
		HEAD "tab /x\nhidden\nhidden\n",
		HEAD "tab /x\nfilter glob\n",
		HEAD "tab /x\nfilter glob \n",
		HEAD "tab /x\nfilter none x\n",
		HEAD "tab /x\ncurrent\ntab /y\ncurrent\n",
		HEAD "tab /x\n\n",
		HEAD "tab /x\nother\n",
		HEAD "tab /1\ntab /2\ntab /3\ntab /4\ntab /5\ntab /6\ntab /7\ntab /8\ntab /9\n"
		     "tab /10\n",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct session s;

		if (session_load(texts[i], strlen(texts[i]), &s) != -EINVAL)
			fail_msg("taken: %s", texts[i]);
		assert_int_equal(s.n, 0);
	}
}

/* What a model is resumed with is what it would save. */
static void a_model_goes_on(void **state)
{
	static const char text[] =
		HEAD "tab /srv\nsort size reverse\nhidden\nfilter substring a b\n"
		     "tab /var/log\nsort name mixed\ncurrent\n";
	struct session s, again;
	struct str out = STR_INIT;
	struct model *m;
	struct request r;
	int lists = 0;

	(void)state;
	assert_int_equal(session_load(text, strlen(text), &s), 0);
	assert_int_equal(model_new(&m), 0);
	assert_int_equal(model_resume(m, &s), 0);
	model_check(m);
	assert_int_equal(m->ntabs, 2);
	assert_string_equal(model_path(m), "/var/log");
	while (model_next_request(m, &r)) {
		lists += r.kind == REQ_LIST;
		request_done(&r);
	}
	assert_int_equal(lists, 2);
	assert_int_equal(session_take(m, &again), 0);
	assert_int_equal(session_save(&again, &out), 0);
	assert_string_equal(out.buf, text);
	session_done(&s);
	session_done(&again);
	str_done(&out);
	model_free(m);
}

static void memory_may_end_anywhere(void **state)
{
	(void)state;
	for (unsigned long nth = 1;; nth++) {
		struct session s, again = {0};
		struct str out = STR_INIT;
		struct model *m = NULL;
		bool failed;
		int err;

		nomem_arm(nth);
		err = session_load(whole, strlen(whole), &s);
		if (!err)
			err = model_new(&m);
		if (!err)
			err = model_resume(m, &s);
		if (!err)
			err = session_take(m, &again);
		if (!err)
			err = session_save(&again, &out);
		failed = nomem_disarm();
		if (!failed)
			assert_int_equal(err, 0);
		else
			assert_true(err == 0 || err == -ENOMEM);
		session_done(&s);
		session_done(&again);
		str_done(&out);
		model_free(m);
		if (!failed)
			break;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_comes_back),
		cmocka_unit_test(anything_else_is_refused),
		cmocka_unit_test(a_model_goes_on),
		cmocka_unit_test(memory_may_end_anywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
