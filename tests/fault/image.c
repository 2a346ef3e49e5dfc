/* SPDX-License-Identifier: MIT */
#include "image.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define IMAGE_SIZE        (16l << 20)
#define IOC_SHUTDOWN      0x8004587Du /* EXT4_IOC_SHUTDOWN of the kernel's fs/ext4 */
#define SHUTDOWN_NO_FLUSH 2u

static int PRINTF(2, 3) sh(struct str *said, const char *fmt, ...)
{
	struct str line = STR_INIT;
	char buf[4096];
	va_list args;
	size_t n;
	FILE *f;
	int status;

	va_start(args, fmt);
	str_vaddf(&line, fmt, args);
	va_end(args);
	str_adds(&line, " 2>&1 </dev/null");
	f = popen(line.buf, "re");
	assert_non_null(f);
	while ((n = fread(buf, 1, sizeof(buf), f)) > 0)
		if (said)
			str_add(said, buf, n);
	status = pclose(f);
	str_done(&line);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 255;
}

/* ---- copies ---- */

/* Only what is not a hole. */
static void copy_file(const char *from, const char *to)
{
	int in = open(from, O_RDONLY | O_CLOEXEC);
	int out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	char *buf = malloc(1 << 16);
	off_t at = 0, end;

	assert_true(in >= 0 && out >= 0 && buf);
	assert_int_equal(ftruncate(out, IMAGE_SIZE), 0);
	while ((at = lseek(in, at, SEEK_DATA)) >= 0) {
		end = lseek(in, at, SEEK_HOLE);
		while (at < end) {
			ssize_t n = pread(in, buf, (size_t)MIN(end - at, 1 << 16), at);

			assert_true(n > 0);
			assert_int_equal(pwrite(out, buf, (size_t)n, at), n);
			at += n;
		}
	}
	free(buf);
	close(in);
	close(out);
}

void image_copy(const struct image *i, const char *name)
{
	char to[160];

	snprintf(to, sizeof(to), "%s/%s", i->dir, name);
	copy_file(i->file, to);
}

/* ---- mounts ---- */

static bool mount_file(struct image *i, const char *file)
{
	i->mounted =
		sh(NULL, "mount -t ext4 -o loop,commit=600,noatime '%s' '%s'", file, i->mount) == 0;
	return i->mounted;
}

bool image_umount(struct image *i)
{
	if (!i->mounted)
		return true;
	/* For a moment somebody else may be looking at all mounts. */
	for (int n = 0; n < 1000; n++) {
		if (umount2(i->mount, 0) == 0) {
			i->mounted = false;
			return true;
		}
		if (errno != EBUSY)
			return false;
	}
	return false;
}

bool image_revive(struct image *i, const char *name, struct str *ret_said)
{
	char file[160];
	int rc;

	snprintf(file, sizeof(file), "%s/%s", i->dir, name);
	if (!image_umount(i))
		return false;
	/* The first plays the journal, as mounting would; 1: and something was repaired. */
	rc = sh(ret_said, "e2fsck -E journal_only -p '%s'", file);
	if (rc <= 1)
		rc = sh(ret_said, "e2fsck -fn '%s'", file);
	return rc == 0 && mount_file(i, file);
}

bool image_shutdown(const struct image *i)
{
	uint32_t how = SHUTDOWN_NO_FLUSH;
	int fd = open(i->mount, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool done = fd >= 0 && ioctl(fd, IOC_SHUTDOWN, &how) == 0;

	if (fd >= 0)
		close(fd);
	return done;
}

/* ---- making it ---- */

static char formatted[64]; /* an empty file system, made once */

static void forget_formatted(void)
{
	unlink(formatted);
}

static bool format(void)
{
	int fd;

	if (formatted[0])
		return true;
	snprintf(formatted, sizeof(formatted), "/%s/trowel-ext4.XXXXXX",
		 access("/dev/shm", W_OK | X_OK) == 0 ? "dev/shm" : "tmp");
	fd = mkostemp(formatted, O_CLOEXEC);
	assert_true(fd >= 0);
	atexit(forget_formatted);
	assert_int_equal(ftruncate(fd, IMAGE_SIZE), 0);
	close(fd);
	return sh(NULL, "mkfs.ext4 -q -F -I 256 -m 0 -E lazy_itable_init=0 '%s'", formatted) == 0;
}

static bool try(struct image *i)
{
	snprintf(i->dir, sizeof(i->dir), "/%s/trowel-image.XXXXXX",
		 access("/dev/shm", W_OK | X_OK) == 0 ? "dev/shm" : "tmp");
	assert_non_null(mkdtemp(i->dir));
	snprintf(i->mount, sizeof(i->mount), "%s/mnt", i->dir);
	snprintf(i->file, sizeof(i->file), "%s/file", i->dir);
	assert_int_equal(chmod(i->dir, 0755), 0);
	assert_int_equal(mkdir(i->mount, 0755), 0);
	copy_file(formatted, i->file);
	return mount_file(i, i->file);
}

const char *image_impossible(void)
{
	static const char *known;
	static bool asked;
	struct image i = {0};

	if (asked)
		return known;
	asked = true;
	if (!world_can_mount(&known))
		return known;
	if (!format())
		return known = "needs mkfs.ext4";
	if (!try(&i))
		known = "needs ext4 and a loop device";
	image_free(&i);
	return known;
}

void image_make(struct image *i)
{
	*i = (struct image){0};
	assert_true(format());
	if (!try(i))
		fail_msg("the image cannot be mounted");
}

void image_free(struct image *i)
{
	image_umount(i);
	if (i->mounted)
		umount2(i->mount, MNT_DETACH);
	sh(NULL, "rm -r --one-file-system '%s'", i->dir);
}
