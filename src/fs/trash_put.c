/* SPDX-License-Identifier: MIT */
#include "fs/trash_put.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/path.h"
#include "fs/sys.h"
#include "fs/whole.h"

#define TRIES    1000u
#define IN_ORDER 100u /* then by chance: a trash may hold very many of one name */

#define NAME_LEAST 80u /* less is no file system's, and leaves no room */

static const size_t suffix_len = sizeof(TRASHINFO_SUFFIX) - 1;

/* T14: relative to what the trash is for, in the home absolute. */
static int write_text(const struct trash_put *p, struct str *out)
{
	struct str path = STR_INIT;
	int rc = p->from[0] ? path_join(&path, p->from, p->name, strlen(p->name))
			    : str_adds(&path, p->name);

	if (rc == 0)
		rc = trashinfo_write(out, path.buf, &p->when);
	str_done(&path);
	return rc;
}

/* Not within a character of UTF-8. */
static size_t cut_at(const char *name, size_t len)
{
	while (len > 0 && ((unsigned char)name[len] & 0xc0) == 0x80)
		len--;
	return len;
}

/* T9: "name.ext", then "name.2.ext" and so on, short enough that the information file still has
 * room for its suffix; the extension stays while it is not most of the name. */
static int make_name(const char *name, unsigned n, size_t name_max, struct str *out)
{
	size_t len = strlen(name), ext_len, room, stem;
	const char *ext = path_ext(name, len, &ext_len);
	char number[16] = "";

	if (n > 1)
		snprintf(number, sizeof(number), ".%u", n);
	room = name_max - suffix_len - strlen(number);
	if (ext_len > 0 && ext_len < 32)
		ext--, ext_len++;
	else
		ext = "", ext_len = 0;
	stem = len - ext_len;
	if (stem + ext_len > room)
		stem = cut_at(name, room - ext_len);
	str_clear(out);
	str_add(out, name, stem);
	str_adds(out, number);
	str_add(out, ext, ext_len);
	return out->failed ? -ENOMEM : 0;
}

/* T16: made by us, or not at all; whole before anything is moved. -EEXIST: the name is taken. */
static int make_info(const struct trash_dir *t, const char *info_name, const struct str *text)
{
	int fd = sys_openat(t->info, info_name,
			    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	int rc, closed;

	if (fd < 0)
		return fd;
	rc = whole_write(fd, text->buf, text->len);
	if (rc == 0)
		rc = whole_synced(sys_fsync(fd));
	/* Servers tell here that the disk is full. */
	closed = sys_close(fd);
	if (rc == 0)
		rc = closed;
	if (rc < 0)
		(void)sys_unlinkat(t->info, info_name, 0);
	return rc;
}

/* One name: 0, -EEXIST (another is to be tried), -errno. */
static int put_as(const struct trash_put *p, const char *name, const struct str *text,
		  struct str *info_name, struct renamed *ret)
{
	struct rename_place from = {p->dirfd, p->name, p->expect},
			    to = {p->trash->files, name, NULL};
	int rc;

	*ret = (struct renamed){0};
	str_clear(info_name);
	str_adds(info_name, name);
	str_adds(info_name, TRASHINFO_SUFFIX);
	if (info_name->failed)
		return -ENOMEM;
	rc = make_info(p->trash, info_name->buf, text);
	if (rc < 0)
		return rc;
	rc = p->intent ? p->intent(p->ctx, name) : 0;
	/* T9: -EEXIST is something without information, which is not to be lost. */
	if (rc == 0)
		rc = atomic_rename(&from, &to, p->flags, ret);
	if (rc != 0 && ret->state == RENAME_NOT_DONE)
		(void)sys_unlinkat(p->trash->info, info_name->buf, 0);
	return rc;
}

static int number(unsigned n, unsigned *ret_number)
{
	uint32_t chance;
	int rc;

	*ret_number = n;
	if (n <= IN_ORDER)
		return 0;
	rc = whole_random(&chance, sizeof(chance));
	if (rc == 0)
		*ret_number = IN_ORDER + 1 + chance % 1000000000u;
	return rc;
}

/* Some file systems (that encrypt names) take less than NAME_MAX. */
static size_t longest_name(const struct trash_dir *t)
{
	struct statvfs fs;

	if (sys_fstatvfs(t->info, &fs) < 0 || fs.f_namemax < NAME_LEAST || fs.f_namemax > NAME_MAX)
		return NAME_MAX;
	return fs.f_namemax;
}

int trash_put(const struct trash_put *put, struct str *ret_name, struct renamed *ret_how)
{
	struct str text = STR_INIT, info_name = STR_INIT;
	int rc = identity_component(put->name) ? write_text(put, &text) : -EINVAL;
	size_t longest = longest_name(put->trash);
	int again = -EEXIST;

	*ret_how = (struct renamed){0};
	for (unsigned n = 1; rc == 0 && again == -EEXIST && n < TRIES; n++) {
		unsigned tail;

		rc = number(n, &tail);
		if (rc == 0)
			rc = make_name(put->name, tail, longest, ret_name);
		if (rc == 0)
			again = put_as(put, ret_name->buf, &text, &info_name, ret_how);
	}
	if (rc == 0)
		rc = again;
	/* The information is on the disk before the thing is: its directory too. */
	if (rc == 0 && put->flags & RENAME_DURABLE)
		rc = MIN(atomic_rename_sync(put->trash->info), 0);
	str_done(&text);
	str_done(&info_name);
	return rc;
}
