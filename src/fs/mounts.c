/* SPDX-License-Identifier: MIT */
#include "fs/mounts.h"

#include <errno.h>
#include <libmount.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>

#include "base/alloc.h"
#include "base/path.h"
#include "fs/event.h"
#include "fs/sys.h"

struct mounts {
	pthread_mutex_t lock;
	struct mount_list list;
};

static const char *const NETWORK[] = {
	"9p",       "acfs",   "afs",  "beegfs", "ceph",   "cifs",     "coda",   "gfs",
	"gfs2",     "gpfs",   "kafs", "lustre", "ncpfs",  "nfs",      "nfs4",   "ocfs2",
	"orangefs", "prl_fs", "smb3", "smbfs",  "vboxsf", "virtiofs", "vmhgfs",
};

/* The same by number, as far as they have one: statfs(2), linux/magic.h and the modules' sources.
 */
static const uint32_t MAGIC[] = {
	0x01021997, /* 9p */
	0x61636673, /* acfs */
	0x5346414f, /* afs */
	0x19830326, /* beegfs */
	0x00c36400, /* ceph */
	0xff534d42, /* cifs, smb3 */
	0x73757245, /* coda */
	0x65735546, /* fuse, fuseblk, virtiofs */
	0x01161970, /* gfs2 */
	0x47504653, /* gpfs */
	0x6b414653, /* kafs */
	0x0bd00bd0, /* lustre */
	0x0000564c, /* ncpfs */
	0x00006969, /* nfs */
	0x7461636f, /* ocfs2 */
	0x20030528, /* orangefs */
	0x7c7c6673, /* prl_fs */
	0xfe534d42, /* smb2 */
	0x0000517b, /* smbfs */
	0x786f4256, /* vboxsf */
	0xbacbacbc, /* vmhgfs */
};

/* autofs is here because asking it anything may mount something, and wait for a server. */
static const char *const KERNEL[] = {
	"autofs",     "binder",    "binfmt_misc", "bpf",      "cgroup",   "cgroup2", "configfs",
	"cpuset",     "debugfs",   "devpts",      "devtmpfs", "efivarfs", "fusectl", "hugetlbfs",
	"mqueue",     "nfsd",      "nsfs",        "proc",     "pstore",   "resctrl", "rpc_pipefs",
	"securityfs", "selinuxfs", "smackfs",     "sysfs",    "tracefs",
};

/* The same file systems by f_type; devtmpfs has that of tmpfs, and its files are like any. */
static const uint32_t KERNEL_MAGIC[] = {
	0x00000187, /* autofs */
	0x6c6f6f70, /* binder */
	0x42494e4d, /* binfmt_misc */
	0xcafe4a11, /* bpf */
	0x0027e0eb, /* cgroup */
	0x63677270, /* cgroup2 */
	0x62656570, /* configfs */
	0x64626720, /* debugfs */
	0x00001cd1, /* devpts */
	0xde5e81e4, /* efivarfs */
	0x65735543, /* fusectl */
	0x958458f6, /* hugetlbfs */
	0x19800202, /* mqueue */
	0x6e667364, /* nfsd */
	0x6e736673, /* nsfs */
	0x00009fa1, /* openprom */
	0x00009fa0, /* proc */
	0x6165676c, /* pstore */
	0x07655821, /* resctrl */
	0x67596969, /* rpc_pipefs */
	0x73636673, /* securityfs */
	0xf97cff8c, /* selinuxfs */
	0x43415d53, /* smackfs */
	0x62656572, /* sysfs */
	0x74726163, /* tracefs */
	0x00009fa2, /* usbdevfs */
	0xabba1974, /* xenfs */
};

static bool in_list(const char *const *list, size_t n, const char *s)
{
	for (size_t i = 0; i < n; i++) {
		if (!strcmp(list[i], s))
			return true;
	}
	return false;
}

/* fuseblk is a local disk, but served by a program all the same. */
bool mounts_network_type(const char *fstype)
{
	return !strcmp(fstype, "fuse") || !strcmp(fstype, "fuseblk") ||
	       !strncmp(fstype, "fuse.", 5) || in_list(NETWORK, ARRAY_LEN(NETWORK), fstype);
}

bool mounts_network_magic(uint32_t magic)
{
	for (size_t i = 0; i < ARRAY_LEN(MAGIC); i++) {
		if (MAGIC[i] == magic)
			return true;
	}
	return false;
}

bool mounts_kernel_magic(uint32_t magic)
{
	for (size_t i = 0; i < ARRAY_LEN(KERNEL_MAGIC); i++) {
		if (KERNEL_MAGIC[i] == magic)
			return true;
	}
	return false;
}

bool mounts_is_kernel(int fd)
{
	struct statfs fs;

	return sys_fstatfs(fd, &fs) == 0 && mounts_kernel_magic((uint32_t)fs.f_type);
}

bool mounts_kernel_type(const char *fstype)
{
	return in_list(KERNEL, ARRAY_LEN(KERNEL), fstype);
}

static char *copy_or_empty(const char *s)
{
	return s ? memdup0(s, strlen(s)) : memdup0("", 0);
}

static bool has_option(const char *options, const char *name)
{
	char *value;
	size_t len;

	return options && mnt_optstr_get_option(options, name, &value, &len) == 0;
}

static int fill_mount(struct libmnt_fs *fs, struct mount *m)
{
	const char *type = mnt_fs_get_fstype(fs);

	*m = (struct mount){
		.id = (uint64_t)(unsigned)mnt_fs_get_id(fs),
		.parent_id = (uint64_t)(unsigned)mnt_fs_get_parent_id(fs),
		.dev = mnt_fs_get_devno(fs),
		.path = copy_or_empty(mnt_fs_get_target(fs)),
		.fstype = copy_or_empty(type),
		.source = copy_or_empty(mnt_fs_get_source(fs)),
		.read_only = has_option(mnt_fs_get_vfs_options(fs), "ro") ||
			     has_option(mnt_fs_get_fs_options(fs), "ro"),
		.fs_read_only = has_option(mnt_fs_get_fs_options(fs), "ro"),
		.network = type && mounts_network_type(type),
		.kernel = type && mounts_kernel_type(type),
	};
	return m->path && m->fstype && m->source ? 0 : -ENOMEM;
}

static int fill_list(struct libmnt_table *table, struct mount_list *list)
{
	struct libmnt_iter *it = mnt_new_iter(MNT_ITER_FORWARD);
	int n = mnt_table_get_nents(table), rc = 0;
	struct libmnt_fs *fs;

	list->at = calloc((size_t)MAX(n, 1), sizeof(*list->at));
	if (!it || !list->at)
		rc = -ENOMEM;
	while (!rc && list->n < (uint32_t)n && mnt_table_next_fs(table, it, &fs) == 0)
		rc = fill_mount(fs, &list->at[list->n++]);
	mnt_free_iter(it);
	return rc;
}

static int skip_bad_line(struct libmnt_table *table UNUSED, const char *file UNUSED,
			 int line UNUSED)
{
	return 1;
}

int mounts_read(const char *file, struct mount_list *ret_list)
{
	struct libmnt_table *table = mnt_new_table();
	struct mount_list list = {0};
	int rc = table ? 0 : -ENOMEM;

	if (!rc)
		rc = mnt_table_set_parser_errcb(table, skip_bad_line);
	if (!rc)
		rc = mnt_table_parse_file(table, file);
	if (rc > 0)
		rc = -EIO;
	if (!rc)
		rc = fill_list(table, &list);
	mnt_unref_table(table);
	if (rc)
		fs_mounts_free(&list);
	else
		*ret_list = list;
	return rc;
}

/* Of several on the same path the last one covers the others. */
const struct mount *mounts_find(const struct mount_list *list, const char *path)
{
	const struct mount *best = NULL;
	size_t best_len = 0;

	for (uint32_t i = 0; i < list->n; i++) {
		const struct mount *m = &list->at[i];
		size_t len = strlen(m->path);

		if (len < best_len || !path_is_below(path, m->path))
			continue;
		best = m;
		best_len = len;
	}
	return best;
}

int mounts_new(struct mounts **ret_mounts)
{
	struct mounts *m = calloc(1, sizeof(*m));

	if (!m)
		return -ENOMEM;
	pthread_mutex_init(&m->lock, NULL);
	*ret_mounts = m;
	return 0;
}

void mounts_free(struct mounts *m)
{
	if (!m)
		return;
	fs_mounts_free(&m->list);
	pthread_mutex_destroy(&m->lock);
	free(m);
}

static int copy_list(const struct mount_list *from, struct mount_list *ret_list)
{
	struct mount_list list = {.at = calloc(MAX(from->n, 1), sizeof(*list.at))};

	if (!list.at)
		return -ENOMEM;
	for (; list.n < from->n; list.n++) {
		const struct mount *m = &from->at[list.n];
		struct mount *c = &list.at[list.n];

		*c = *m;
		c->path = copy_or_empty(m->path);
		c->fstype = copy_or_empty(m->fstype);
		c->source = copy_or_empty(m->source);
		if (!c->path || !c->fstype || !c->source) {
			list.n++;
			fs_mounts_free(&list);
			return -ENOMEM;
		}
	}
	*ret_list = list;
	return 0;
}

static void replace_snapshot(struct mounts *m, struct mount_list *list)
{
	struct mount_list old;

	pthread_mutex_lock(&m->lock);
	old = m->list;
	m->list = *list;
	pthread_mutex_unlock(&m->lock);
	fs_mounts_free(&old);
}

void mounts_keep(struct mounts *m, const struct mount_list *list)
{
	struct mount_list copy;

	if (copy_list(list, &copy) == 0)
		replace_snapshot(m, &copy);
}

int mounts_refresh(struct mounts *m)
{
	struct mount_list list;
	int rc = mounts_read(MOUNTS_FILE, &list);

	if (!rc)
		replace_snapshot(m, &list);
	return rc;
}

uint64_t mounts_lane(struct mounts *m, const char *path)
{
	const struct mount *found;
	uint64_t id;

	pthread_mutex_lock(&m->lock);
	found = mounts_find(&m->list, path);
	id = found ? found->id : 0;
	pthread_mutex_unlock(&m->lock);
	return id;
}

const struct mount *mounts_by_id(const struct mount_list *list, uint64_t id)
{
	for (uint32_t i = 0; i < list->n; i++)
		if (list->at[i].id == id)
			return &list->at[i];
	return NULL;
}

static int find_network(struct mounts *m, uint64_t id, bool *ret_network)
{
	const struct mount *found;

	pthread_mutex_lock(&m->lock);
	found = mounts_by_id(&m->list, id);
	if (found)
		*ret_network = found->network;
	pthread_mutex_unlock(&m->lock);
	return found ? 0 : -ENOENT;
}

bool mounts_is_network(struct mounts *m, uint64_t id, int fd)
{
	bool network = false;
	struct statfs v;

	if (id != 0 && find_network(m, id, &network) == 0)
		return network;
	return sys_fstatfs(fd, &v) == 0 && mounts_network_magic((uint32_t)v.f_type);
}

void mounts_learn(struct mounts *m, uint64_t id)
{
	bool network;

	if (id != 0 && find_network(m, id, &network) < 0)
		(void)!mounts_refresh(m); /* the older one stays */
}

int mounts_tell_from(const struct mount_list *list, struct facts *f)
{
	for (uint32_t i = 0; i < list->n; i++) {
		const struct mount *m = &list->at[i];

		if (m->id != f->mnt_id)
			continue;
		f->mount_path = copy_or_empty(m->path);
		f->mount_type = copy_or_empty(m->fstype);
		f->mount_read_only = m->read_only;
		return f->mount_path && f->mount_type ? 0 : -ENOMEM;
	}
	/* Without any table, as without /proc, nothing can be said. */
	f->mount_unlisted = list->n > 0 && f->mnt_id != 0;
	return 0;
}

int mounts_tell(struct mounts *m, struct facts *f)
{
	int r;

	mounts_learn(m, f->mnt_id);
	pthread_mutex_lock(&m->lock);
	r = mounts_tell_from(&m->list, f);
	pthread_mutex_unlock(&m->lock);
	return r;
}

bool mounts_path_is_far(struct mounts *m, const char *path, uint64_t own)
{
	const struct mount *found;
	bool far;

	pthread_mutex_lock(&m->lock);
	found = mounts_find(&m->list, path);
	far = found && found->id != own && (found->network || strcmp(found->fstype, "autofs") == 0);
	pthread_mutex_unlock(&m->lock);
	return far;
}
