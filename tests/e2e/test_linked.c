/* SPDX-License-Identifier: MIT
 *
 * What parses hostile content is linked into the helper alone, never into the program: read from
 * the two files as the linker left them.
 */
#include "../lib/test.h"

#include "base/defs.h"

#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct image {
	const char *bytes;
	size_t len;
};

/* `size` bytes of the file from `at`. */
static const void *part(const struct image *f, uint64_t at, uint64_t size)
{
	if (at > f->len || size > f->len - at)
		fail_msg("the file is cut off");
	return f->bytes + at;
}

static const ElfW(Shdr) * find_section(const struct image *f, uint32_t type)
{
	const ElfW(Ehdr) *head = part(f, 0, sizeof(*head));

	for (unsigned i = 0; i < head->e_shnum; i++) {
		const ElfW(Shdr) *s = part(f, head->e_shoff + i * sizeof(*s), sizeof(*s));

		if (s->sh_type == type)
			return s;
	}
	fail_msg("no section of type %u", type);
	return NULL;
}

/* Whether one of the libraries it needs has a name that begins so. */
static bool needs(const struct image *f, const char *library)
{
	const ElfW(Shdr) *dynamic = find_section(f, SHT_DYNAMIC);
	const ElfW(Ehdr) *head = part(f, 0, sizeof(*head));
	const ElfW(Shdr) *strings =
		part(f, head->e_shoff + dynamic->sh_link * sizeof(*strings), sizeof(*strings));
	const ElfW(Dyn) *d = part(f, dynamic->sh_offset, dynamic->sh_size);

	for (; d->d_tag != DT_NULL; d++) {
		if (d->d_tag != DT_NEEDED)
			continue;
		if (!strncmp(part(f, strings->sh_offset + d->d_un.d_val, strlen(library)), library,
			     strlen(library)))
			return true;
	}
	return false;
}

static struct image map(const char *suffix)
{
	const char *bin = getenv("TROWEL_BIN");
	char path[4096];
	struct image f;
	struct stat st;
	int fd;

	snprintf(path, sizeof(path), "%s%s", bin ? bin : "build/trowel", suffix);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &st), 0);
	f.len = (size_t)st.st_size;
	f.bytes = mmap(NULL, f.len, PROT_READ, MAP_PRIVATE, fd, 0);
	assert_true(f.bytes != MAP_FAILED);
	close(fd);
	if (f.len < SELFMAG || memcmp(f.bytes, ELFMAG, SELFMAG) != 0) {
		print_message("SKIPPED: %s is no program but a script\n", path);
		skip();
	}
	return f;
}

static void only_the_helper_parses_contents(void **state)
{
	static const char *const libraries[] = {"libmagic.", "libarchive.", "libseccomp."};
	struct image program = map(""), helper = map("-helper");

	(void)state;
	assert_true(needs(&program, "libc."));
	for (size_t i = 0; i < ARRAY_LEN(libraries); i++) {
		assert_false(needs(&program, libraries[i]));
		assert_true(needs(&helper, libraries[i]));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_the_helper_parses_contents),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
