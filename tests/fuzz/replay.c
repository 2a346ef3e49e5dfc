/* SPDX-License-Identifier: MIT
 *
 * Runs one fuzz target without a fuzzer, as a test: over every file of its corpus
 * (tests/fuzz/corpus/NAME), then over inputs made from them and from nothing by a generator with a
 * fixed seed. `make fuzz-NAME` looks for new inputs; what it finds goes into the corpus.
 */
#include "../lib/test.h"

#include <dirent.h>
#include <errno.h>

#define RANDOM_INPUTS 2000
#define INPUT_MAX     4096

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *target;

struct input {
	uint8_t *data;
	size_t size;
};

static struct {
	struct input *at;
	size_t n;
} corpus;

static void read_input(const char *path, struct input *ret_input)
{
	FILE *f = fopen(path, "rb");

	assert_non_null(f);
	ret_input->data = malloc(1 << 20);
	assert_non_null(ret_input->data);
	ret_input->size = fread(ret_input->data, 1, 1 << 20, f);
	fclose(f);
}

static int read_corpus(void **state)
{
	char path[1024];
	struct dirent *e;

	(void)state;
	snprintf(path, sizeof(path), "tests/fuzz/corpus/%s", target);
	DIR *d = opendir(path);
	if (!d) /* a target may begin without one */
		return 0;
	while ((e = readdir(d))) {
		if (e->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "tests/fuzz/corpus/%s/%s", target, e->d_name);
		corpus.at = realloc(corpus.at, (corpus.n + 1) * sizeof(*corpus.at));
		assert_non_null(corpus.at);
		read_input(path, &corpus.at[corpus.n++]);
	}
	closedir(d);
	return 0;
}

static int free_corpus(void **state)
{
	(void)state;
	for (size_t i = 0; i < corpus.n; i++)
		free(corpus.at[i].data);
	free(corpus.at);
	return 0;
}

/* The target gets memory of exactly the size, so that a sanitizer sees the first byte beyond. */
static void run(const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size ? size : 1);

	assert_non_null(copy);
	if (size)
		memcpy(copy, data, size);
	LLVMFuzzerTestOneInput(copy, size);
	free(copy);
}

static void test_corpus(void **state)
{
	(void)state;
	run(NULL, 0);
	for (size_t i = 0; i < corpus.n; i++)
		run(corpus.at[i].data, corpus.at[i].size);
}

static uint64_t next_random(uint64_t *s)
{
	*s ^= *s << 13;
	*s ^= *s >> 7;
	*s ^= *s << 17;
	return *s;
}

/* Changes a few bytes of an input: another value, one gone, one more. */
static size_t mutate(uint8_t *data, size_t size, uint64_t *seed)
{
	for (uint64_t n = 1 + next_random(seed) % 4; n > 0 && size > 0; n--) {
		size_t at = next_random(seed) % size;
		switch (next_random(seed) % 3) {
		case 0:
			data[at] = (uint8_t)next_random(seed);
			break;
		case 1:
			memmove(data + at, data + at + 1, --size - at);
			break;
		default:
			if (size < INPUT_MAX) {
				memmove(data + at + 1, data + at, size - at);
				data[at] = (uint8_t)next_random(seed);
				size++;
			}
		}
	}
	return size;
}

static void test_random(void **state)
{
	uint8_t data[INPUT_MAX];
	uint64_t seed = 0x9e3779b97f4a7c15;

	(void)state;
	for (int i = 0; i < RANDOM_INPUTS; i++) {
		size_t size;
		if (corpus.n > 0 && i % 2) {
			const struct input *from = &corpus.at[next_random(&seed) % corpus.n];
			size = from->size < INPUT_MAX ? from->size : INPUT_MAX;
			memcpy(data, from->data, size);
			size = mutate(data, size, &seed);
		} else {
			size = next_random(&seed) % 200;
			for (size_t k = 0; k < size; k++)
				data[k] = (uint8_t)next_random(&seed);
		}
		run(data, size);
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_corpus),
		cmocka_unit_test(test_random),
	};
	const char *name = argc > 0 ? strstr(argv[0], "replay_") : NULL;

	if (!name)
		return 2;
	target = name + strlen("replay_");
	return cmocka_run_group_tests(tests, read_corpus, free_corpus);
}
