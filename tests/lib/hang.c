/* SPDX-License-Identifier: MIT */
#include "hang.h"

#include "as_user.h"
#include "test.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/fuse.h>
#include <poll.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/defs.h"

#define REQUEST_BYTES (1 << 20)
#define INO_SUB       2
#define INO_FIRST     10

enum command { CMD_STOP, CMD_GO, CMD_NAMES, CMD_AWAIT };

struct hang {
	char *path;
	pid_t server;
	int control; /* a byte of command and one of argument; answered by a byte */
};

struct server {
	int fuse, control;
	bool stopped;
	enum hang_names names;
	char *request;
};

static const char *const PLAIN[] = {"one", "two", "three"};

static void reply(const struct server *s, const struct fuse_in_header *in, int err,
		  const void *data, size_t len)
{
	struct fuse_out_header out = {.unique = in->unique, .error = err};
	char buf[sizeof(out) + 65536];

	out.len = (uint32_t)(sizeof(out) + len);
	memcpy(buf, &out, sizeof(out));
	if (len > 0)
		memcpy(buf + sizeof(out), data, len);
	/* ENOENT: the asking process is gone. */
	if (write(s->fuse, buf, out.len) < 0 && errno != ENOENT)
		_exit(1);
}

static struct fuse_attr attr_of(const struct server *s, uint64_t ino)
{
	bool dir = ino == FUSE_ROOT_ID || ino == INO_SUB;

	return (struct fuse_attr){
		.ino = dir && s->names == HANG_TWINS ? FUSE_ROOT_ID : ino,
		.size = dir ? 0 : ino,
		.mode = dir ? S_IFDIR | 0755 : S_IFREG | 0644,
		.nlink = 1,
		.blksize = 4096,
		.mtime = 1600000000,
	};
}

static uint64_t find(const char *name)
{
	if (!strcmp(name, "sub"))
		return INO_SUB;
	for (size_t i = 0; i < ARRAY_LEN(PLAIN); i++) {
		if (!strcmp(name, PLAIN[i]))
			return INO_FIRST + i;
	}
	return 0;
}

static void add_dirent(char *buf, size_t *len, uint64_t ino, unsigned type, const char *name)
{
	struct fuse_dirent d = {.ino = ino, .type = type, .namelen = (uint32_t)strlen(name)};

	d.off = *len + FUSE_DIRENT_ALIGN(FUSE_NAME_OFFSET + d.namelen);
	memcpy(buf + *len, &d, FUSE_NAME_OFFSET);
	memcpy(buf + *len + FUSE_NAME_OFFSET, name, d.namelen);
	*len = d.off;
}

static void add_hostile(char *buf, size_t *len, enum hang_names names)
{
	char longest[256];

	memset(longest, 'x', 255);
	longest[255] = '\0';
	add_dirent(buf, len, 50, DT_DIR, "liar");
	add_dirent(buf, len, 51, 77, "no-such-type");
	add_dirent(buf, len, 52, DT_REG, "twin");
	add_dirent(buf, len, 53, DT_REG, "twin");
	add_dirent(buf, len, 54, DT_REG, "\033[31m\r\n\xff\xe2\x80\xae");
	add_dirent(buf, len, 0, DT_LNK, longest);
	if (names == HANG_SLASHES)
		add_dirent(buf, len, 56, DT_REG, "../../etc/passwd");
}

static void read_dir(const struct server *s, const struct fuse_in_header *in,
		     const struct fuse_read_in *arg)
{
	char buf[8192] = {0};
	size_t len = 0;

	add_dirent(buf, &len, FUSE_ROOT_ID, DT_DIR, ".");
	add_dirent(buf, &len, FUSE_ROOT_ID, DT_DIR, "..");
	for (size_t i = 0; i < ARRAY_LEN(PLAIN); i++)
		add_dirent(buf, &len, INO_FIRST + i, DT_REG, PLAIN[i]);
	if (in->nodeid == FUSE_ROOT_ID)
		add_dirent(buf, &len, INO_SUB, DT_DIR, "sub");
	if (s->names == HANG_LIES || s->names == HANG_SLASHES)
		add_hostile(buf, &len, s->names);
	/* The offset of an entry is where the next begins. */
	if (arg->offset > len || len - arg->offset > arg->size)
		reply(s, in, -EINVAL, NULL, 0);
	else
		reply(s, in, 0, buf + arg->offset, len - arg->offset);
}

static void answer_init(const struct server *s, const struct fuse_in_header *in)
{
	struct fuse_init_out out = {.major = 7, .minor = 31, .max_write = 65536};

	reply(s, in, 0, &out, sizeof(out));
}

static void answer_lookup(const struct server *s, const struct fuse_in_header *in, const char *name)
{
	struct fuse_entry_out out = {.nodeid = find(name)};

	out.attr = attr_of(s, out.nodeid);
	reply(s, in, out.nodeid ? 0 : -ENOENT, &out, out.nodeid ? sizeof(out) : 0);
}

static void answer(const struct server *s)
{
	struct fuse_in_header in;
	const char *arg = s->request + sizeof(in);
	struct fuse_attr_out attr = {0};
	struct fuse_open_out opened = {0};
	struct fuse_statfs_out space = {.st = {.blocks = 100, .bsize = 4096, .frsize = 4096}};
	struct fuse_read_in read_in;

	memcpy(&in, s->request, sizeof(in));
	switch (in.opcode) {
	case FUSE_INIT:
		answer_init(s, &in);
		break;
	case FUSE_LOOKUP:
		answer_lookup(s, &in, arg);
		break;
	case FUSE_GETATTR:
		attr.attr = attr_of(s, in.nodeid);
		reply(s, &in, 0, &attr, sizeof(attr));
		break;
	case FUSE_OPENDIR:
		reply(s, &in, 0, &opened, sizeof(opened));
		break;
	case FUSE_READDIR:
		memcpy(&read_in, arg, sizeof(read_in));
		read_dir(s, &in, &read_in);
		break;
	case FUSE_STATFS:
		reply(s, &in, 0, &space, sizeof(space));
		break;
	case FUSE_RELEASEDIR:
		reply(s, &in, 0, NULL, 0);
		break;
	case FUSE_FORGET: /* these want no answer */
	case FUSE_BATCH_FORGET:
	case FUSE_INTERRUPT:
		break;
	default:
		reply(s, &in, -ENOSYS, NULL, 0);
	}
}

static void obey(struct server *s)
{
	struct pollfd fuse = {.fd = s->fuse, .events = POLLIN};
	unsigned char cmd[2];

	if (read(s->control, cmd, sizeof(cmd)) != sizeof(cmd))
		_exit(0);
	switch ((enum command)cmd[0]) {
	case CMD_STOP:
		s->stopped = true;
		break;
	case CMD_GO:
		s->stopped = false;
		break;
	case CMD_NAMES:
		s->names = cmd[1];
		break;
	case CMD_AWAIT:
		if (poll(&fuse, 1, -1) < 0)
			_exit(1);
		break;
	}
	if (write(s->control, cmd, 1) != 1)
		_exit(0);
}

static void serve(struct server *s)
{
	for (;;) {
		struct pollfd fds[] = {{.fd = s->control, .events = POLLIN},
				       {.fd = s->stopped ? -1 : s->fuse, .events = POLLIN}};

		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			_exit(1);
		if (fds[0].revents)
			obey(s);
		else if (fds[1].revents) {
			ssize_t n = read(s->fuse, s->request, REQUEST_BYTES);

			if (n > 0)
				answer(s);
			else if (n < 0 && errno != EINTR && errno != EAGAIN && errno != ENOENT)
				_exit(0); /* unmounted */
		}
	}
}

static void start_server(struct hang *h, int fuse)
{
	int pair[2];
	pid_t parent = getpid();

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
	h->server = fork();
	assert_true(h->server >= 0);
	if (h->server == 0) {
		struct server s = {
			.fuse = fuse, .control = pair[1], .request = malloc(REQUEST_BYTES)};

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != parent || !s.request)
			_exit(1);
		close(pair[0]);
		serve(&s);
	}
	close(pair[1]);
	h->control = pair[0];
}

struct hang *hang_new(void)
{
	const char *tmp = getenv("TMPDIR");
	char options[128];
	struct hang *h;
	int fuse, rc;

	fuse = geteuid() == 0 ? open("/dev/fuse", O_RDWR | O_CLOEXEC) : -1;
	if (fuse < 0) {
		print_message("SKIPPED: needs root and /dev/fuse\n");
		skip();
	}
	h = calloc(1, sizeof(*h));
	assert_non_null(h);
	assert_true(asprintf(&h->path, "%s/hang.XXXXXX", tmp ? tmp : "/tmp") > 0);
	assert_non_null(mkdtemp(h->path));
	snprintf(options, sizeof(options), "fd=%d,rootmode=40755,user_id=0,group_id=0,allow_other",
		 fuse);
	/* Who lists all mounts, as other tests do, is not to wait for this one. */
	rc = own_mounts();
	if (!rc && mount("hang", h->path, "fuse.hang", MS_NOSUID | MS_NODEV, options) < 0)
		rc = errno;
	if (rc) {
		print_message("SKIPPED: may not mount: %s\n", strerror(rc));
		rmdir(h->path);
		free(h->path);
		free(h);
		close(fuse);
		skip();
	}
	start_server(h, fuse);
	close(fuse);
	return h;
}

const char *hang_path(const struct hang *h)
{
	return h->path;
}

static void command(struct hang *h, enum command cmd, unsigned char arg)
{
	unsigned char bytes[2] = {(unsigned char)cmd, arg};

	assert_int_equal(write(h->control, bytes, 2), 2);
	assert_int_equal(read(h->control, bytes, 1), 1);
}

void hang_stop(struct hang *h)
{
	command(h, CMD_STOP, 0);
}

void hang_go(struct hang *h)
{
	command(h, CMD_GO, 0);
}

void hang_names(struct hang *h, enum hang_names names)
{
	command(h, CMD_NAMES, (unsigned char)names);
}

void hang_await_request(struct hang *h)
{
	command(h, CMD_AWAIT, 0);
}

void hang_free(struct hang *h)
{
	if (!h)
		return;
	kill(h->server, SIGKILL);
	waitpid(h->server, NULL, 0);
	umount2(h->path, MNT_DETACH);
	rmdir(h->path);
	close(h->control);
	free(h->path);
	free(h);
}
