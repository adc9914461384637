// SPDX-License-Identifier: GPL-2.0
/*
 * What a section cost: the virtual GPU's counters (tools/testing/i915/gpu/README.md, "marker"),
 * which include the guest's instructions under -icount (idle time left out; ns= is the guest's
 * clock and includes it).
 *
 * The same section is marked for the QEMU plugin (tools/testing/i915/profile/insn-count.c), which
 * counts the kernel's instructions one by one. It knows the section by a number, the FNV-1a hash of
 * the name.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "../../selftests/drivers/gpu/i915/i915_window.h"
#include "bench.h"

#define MARK_BASE	0x7f0000
#define MARK_SIZE	0x2000
#define MARK_MAGIC	0x4e554f43
#define MARK_CMD	0x004
#define MARK_COUNT	0x008
#define MARK_NAME	0x010
#define MARK_SECTION	0x800
#define MARK_LABEL	0x1000

#define SETTLE_US	100000
#define DRAINS		64

static uint32_t *mark;
static uint64_t begin_ns;

static uint32_t mark_read(unsigned int at)
{
	return i915_window_read(mark, at / 4);
}

static void mark_write(unsigned int at, uint32_t value)
{
	i915_window_write(mark, at / 4, value);
}

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ull + ts.tv_nsec;
}

/* Instructions that do nothing, which the plugin looks for. */
static __always_inline void plugin_mark(int n)
{
	asm volatile(".byte 0x0f, 0x1f, 0x80; .long 0x69390000 + %c0" : : "i"(n) : "memory");
}

#define PLUGIN_BEGIN	16
#define PLUGIN_END	17

#define FNV_BASIS	2166136261u
#define FNV_PRIME	16777619u

/* The digit is in the instruction, so each has one of its own. */
#define DIGIT(n) \
	enum { DIGIT_##n = (n) }; \
	static void plugin_##n(void) { plugin_mark(DIGIT_##n); }

DIGIT(0)
DIGIT(1)
DIGIT(2)
DIGIT(3)
DIGIT(4)
DIGIT(5)
DIGIT(6)
DIGIT(7)
DIGIT(8)
DIGIT(9)
DIGIT(10)
DIGIT(11)
DIGIT(12)
DIGIT(13)
DIGIT(14)
DIGIT(15)

static void (* const plugin_digit[16])(void) = {
	plugin_0, plugin_1, plugin_2, plugin_3, plugin_4, plugin_5, plugin_6, plugin_7,
	plugin_8, plugin_9, plugin_10, plugin_11, plugin_12, plugin_13, plugin_14, plugin_15,
};

/* Tell the plugin which section is to come. */
static void plugin_number(const char *name)
{
	uint32_t hash = FNV_BASIS;
	int shift;

	for (; *name; name++)
		hash = (hash ^ (unsigned char)*name) * FNV_PRIME;
	for (shift = 28; shift >= 0; shift -= 4)
		plugin_digit[hash >> shift & 15]();
}

int measure_init(void)
{
	mark = i915_window_map(MARK_BASE, MARK_SIZE, MARK_MAGIC);
	if (mark)
		return 0;
	fprintf(stderr, "no virtual GPU with a marker window\n");

	return -ENODEV;
}

/*
 * Time for what was put off: frees after a grace period, workers, the GPU going to sleep. Before a
 * section, so that it does not pay for others; at its end, so that it pays for its own. Waiting
 * itself takes no instructions.
 */
static void settle(void)
{
	usleep(SETTLE_US);
}

/*
 * Give back the pages that a CPU keeps at hand. The kernel does so in a worker that sleeps while
 * the CPU is idle, so what one row freed would be work in the next one. Each time takes an eighth
 * of what is left.
 */
static void drain_pages(void)
{
	int fd = open("/proc/sys/vm/stat_refresh", O_WRONLY);
	unsigned int i;

	for (i = 0; i < DRAINS && fd >= 0; i++) {
		if (pwrite(fd, "1", 1, 0) < 0)
			break;
	}
	if (i < DRAINS)
		fprintf(stderr, "/proc/sys/vm/stat_refresh: %s\n", strerror(errno));
	if (fd >= 0)
		close(fd);
}

void measure_begin(const char *name)
{
	uint32_t words[16] = { 0 };
	unsigned int i;

	snprintf((char *)words, sizeof(words), "%s", name);
	for (i = 0; i < 16; i++)
		mark_write(MARK_NAME + 4 * i, words[i]);
	plugin_number(name);
	settle();
	drain_pages();
	begin_ns = now_ns();
	plugin_mark(PLUGIN_BEGIN);
	mark_write(MARK_CMD, 1);
}

static void print_label(unsigned int i)
{
	uint32_t label[8];
	unsigned int w;

	for (w = 0; w < 8; w++)
		label[w] = mark_read(MARK_LABEL + 32 * i + 4 * w);
	printf(" %.31s=", (char *)label);
}

/* Prints one line: BENCH name n=N counter=value ... */
void measure_end(const char *name, unsigned int n)
{
	uint64_t counts[64], ns;
	unsigned int i, count;

	settle();
	ns = now_ns() - begin_ns;
	count = mark_read(MARK_COUNT);
	if (count > 64)
		count = 64;
	plugin_mark(PLUGIN_END);
	/* from the last one, the instructions, which our own reading adds to */
	for (i = count; i-- > 0; ) {
		counts[i] = mark_read(MARK_SECTION + 8 * i);
		counts[i] |= (uint64_t)mark_read(MARK_SECTION + 8 * i + 4) << 32;
	}
	mark_write(MARK_CMD, 2);

	printf("BENCH %s n=%u ns=%llu", name, n, (unsigned long long)ns);
	for (i = 0; i < count; i++) {
		print_label(i);
		printf("%llu", (unsigned long long)counts[i]);
	}
	printf("\n");
	fflush(stdout);
}
