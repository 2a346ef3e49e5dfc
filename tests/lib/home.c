/* SPDX-License-Identifier: MIT */
#include "home.h"

#include "test.h"
#include "tree.h"

#include <sys/stat.h>
#include <unistd.h>

static const char *const leading_elsewhere[] = {
	"XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME",
	"XDG_CACHE_HOME",  "TROWEL_CONFIG",  "TROWEL_LOG",
};

struct tree *home_new(uid_t uid)
{
	struct tree *home = tree_new("");

	assert_int_equal(chmod(home->path, 0700), 0);
	if (uid)
		assert_int_equal(chown(home->path, uid, uid), 0);
	return home;
}

void home_enter(const struct tree *home)
{
	if (setenv("HOME", home->path, 1) < 0)
		_exit(125);
	for (size_t i = 0; i < sizeof(leading_elsewhere) / sizeof(leading_elsewhere[0]); i++)
		unsetenv(leading_elsewhere[i]);
}
