/* SPDX-License-Identifier: MIT */
#include "helper/budget.h"

#include <fcntl.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "helper/sandbox.h"

static uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* The second number of proc(5) statm: pages resident. getrusage(2) would tell the most there ever
 * were, including those of the program that started this one. */
static uint64_t resident_kb(const struct budget *b)
{
	char text[64];
	ssize_t n = b->statm < 0 ? 0 : pread(b->statm, text, sizeof(text) - 1, 0);
	char *at = text;

	if (n <= 0)
		return 0;
	text[n] = '\0';
	(void)strtoull(at, &at, 10);
	return strtoull(at, NULL, 10) * ((uint64_t)sysconf(_SC_PAGESIZE) / 1024);
}

void budget_open(struct budget *b)
{
	*b = (struct budget){.statm = -1};
	if (SANDBOX_FULL)
		b->statm = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
}

void budget_start(struct budget *b)
{
	b->until_ms = now_ms() + BUDGET_MS;
	b->most_kb = resident_kb(b) + BUDGET_GROW_KB;
	b->spent = NULL;
}

bool budget_spent(struct budget *b, uint64_t unpacked)
{
	if (b->spent)
		return true;
	if (unpacked > BUDGET_UNPACKED)
		b->spent = "only the first 256 MiB of it were unpacked";
	else if (now_ms() > b->until_ms)
		b->spent = "unpacking all of it would take too long";
	else if (resident_kb(b) > b->most_kb)
		b->spent = "unpacking all of it would take too much memory";
	return b->spent;
}
