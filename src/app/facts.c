/* SPDX-License-Identifier: MIT */
#include "app/facts.h"

#include "base/fmt.h"
#include "fs/openpath.h"
#include "fs/scandir.h"
#include "fs/stat.h"
#include "fs/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/stat.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

const char *facts_type(enum entry_type type)
{
	static const char *const words[] = {
		[ENTRY_UNKNOWN] = "unknown",
		[ENTRY_FILE] = "regular file",
		[ENTRY_DIR] = "directory",
		[ENTRY_LINK] = "symbolic link",
		[ENTRY_FIFO] = "FIFO",
		[ENTRY_SOCKET] = "socket",
		[ENTRY_CHAR] = "character device",
		[ENTRY_BLOCK] = "block device",
	};

	return words[type];
}

const char *facts_attr(const struct facts *f, unsigned nth)
{
	static const struct {
		uint32_t bit;
		const char *word;
	} attrs[] = {
		{STATX_ATTR_IMMUTABLE, "immutable"},   {STATX_ATTR_APPEND, "append-only"},
		{STATX_ATTR_NODUMP, "no-dump"},        {STATX_ATTR_COMPRESSED, "compressed"},
		{STATX_ATTR_ENCRYPTED, "encrypted"},   {STATX_ATTR_VERITY, "verity"},
		{STATX_ATTR_AUTOMOUNT, "automount"},   {STATX_ATTR_DAX, "dax"},
		{STATX_ATTR_MOUNT_ROOT, "mount-root"},
	};

	for (size_t i = 0; i < ARRAY_LEN(attrs); i++) {
		if (f->meta.attrs & attrs[i].bit && nth-- == 0)
			return attrs[i].word;
	}
	return NULL;
}

bool facts_is_device(const struct facts *f)
{
	return S_ISCHR(f->meta.mode) || S_ISBLK(f->meta.mode);
}

int facts_sentence(const struct facts *f, const struct subject *self, bool ascii, struct str *out)
{
	char uid[FMT_MAX], gid[FMT_MAX];

	if (S_ISLNK(f->meta.mode))
		return 0;
	snprintf(uid, sizeof(uid), "%" PRIu32, f->meta.uid);
	snprintf(gid, sizeof(gid), "%" PRIu32, f->meta.gid);
	return perm_sentence(out, self, f->meta.mode, f->meta.uid, f->meta.gid,
			     f->owner ? f->owner : uid, f->group ? f->group : gid, ascii);
}

static int get_target(struct facts *f, int fd)
{
	struct meta meta;
	int r = stat_readlink(fd, "", &f->target);

	if (r < 0)
		return r;
	f->target_err = stat_follow(AT_FDCWD, f->path, &meta, NULL);
	if (f->target_err == 0)
		f->target_type = stat_type(meta.mode);
	return 0;
}

static int64_t count_entries(int dirfd)
{
	struct scandir scan;
	struct scan_entry entry;
	int64_t n = 0;
	int bad = 0, r = scandir_open(&scan, dirfd, ".", false);

	if (r < 0)
		return r;
	while ((r = scandir_next_usable(&scan, &entry, &bad)) > 0)
		n++;
	scandir_done(&scan);
	return r < 0 ? r : n;
}

static const struct mount *find_mount(const struct mount_list *list, uint64_t id)
{
	for (uint32_t i = 0; i < list->n; i++) {
		if (list->at[i].id == id)
			return &list->at[i];
	}
	return NULL;
}

static int ask(struct facts *f, int fd, struct owners *owners, const struct mount_list *mounts)
{
	enum entry_type type;
	int r = stat_fd(fd, &f->meta, &f->mnt_id);

	if (r < 0)
		return r;
	type = stat_type(f->meta.mode);
	if (type == ENTRY_LINK)
		r = get_target(f, fd);
	if (r < 0)
		return r;
	if (type == ENTRY_DIR)
		f->entries = count_entries(fd);
	/* A name service that fails leaves the number, which is always right. */
	if (owner_lookup(owners, false, f->meta.uid, &f->owner) < 0)
		f->owner = NULL;
	if (owner_lookup(owners, true, f->meta.gid, &f->group) < 0)
		f->group = NULL;
	f->mount = find_mount(mounts, f->mnt_id);
	f->mount_unlisted = !f->mount && mounts->n > 0 && f->mnt_id != 0;
	return 0;
}

int facts_get(struct facts *f, const char *path, struct owners *owners,
	      const struct mount_list *mounts)
{
	int fd = openpath(path, O_PATH | O_NOFOLLOW), r;

	if (fd < 0)
		return fd;
	*f = (struct facts){.path = path, .target = STR_INIT};
	r = ask(f, fd, owners, mounts);
	sys_close(fd);
	if (r < 0)
		facts_done(f);
	return r;
}

void facts_done(struct facts *f)
{
	if (!f)
		return;
	str_done(&f->target);
	free(f->owner);
	free(f->group);
	f->owner = f->group = NULL;
}
