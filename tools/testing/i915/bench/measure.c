// SPDX-License-Identifier: GPL-2.0
/*
 * What a section cost: the virtual GPU's counters (tools/testing/i915/gpu/README.md, "marker"), which include the
 * guest's instructions under -icount (idle time left out; ns= is the guest's clock and includes it), and the kernel's allocations, counted by its own tracepoints.
 *
 * Allocations are counted in a run of their own: the tracepoints cost instructions.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"

#define MARK_BASE	0x7f0000
#define MARK_SIZE	0x2000
#define MARK_MAGIC	0x4e554f43
#define MARK_CMD	0x004
#define MARK_COUNT	0x008
#define MARK_NAME	0x010
#define MARK_SECTION	0x800
#define MARK_LABEL	0x1000

static volatile uint32_t *mark;
static uint64_t begin_ns;

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ull + ts.tv_nsec;
}

/* allocations: tracepoint, and what the row calls it */
static struct {
	const char *event;
	const char *label;
	int fd;
} allocations[] = {
	{ "kmem/kmalloc", "kmalloc", -1 },
	{ "kmem/kmem_cache_alloc", "slab", -1 },
	{ "kmem/mm_page_alloc", "pages", -1 },
};

#define ALLOCATIONS	(sizeof(allocations) / sizeof(allocations[0]))

static int read_number(const char *path, unsigned long *value)
{
	FILE *f = fopen(path, "r");
	int ok;

	if (!f)
		return -errno;
	ok = fscanf(f, "%li", (long *)value);
	fclose(f);

	return ok == 1 ? 0 : -EINVAL;
}

static int map_marker(void)
{
	char path[300];
	unsigned long vendor, class;
	struct dirent *entry;
	void *map;
	DIR *dir;
	int fd;

	dir = opendir("/sys/bus/pci/devices");
	if (!dir)
		return -errno;

	while ((entry = readdir(dir)) && !mark) {
		snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/vendor", entry->d_name);
		if (read_number(path, &vendor) || vendor != 0x8086)
			continue;
		snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/class", entry->d_name);
		if (read_number(path, &class) || class >> 16 != 0x03)
			continue;
		snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/resource0", entry->d_name);
		fd = open(path, O_RDWR | O_SYNC);
		if (fd < 0)
			continue;
		map = mmap(NULL, MARK_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, MARK_BASE);
		close(fd);
		if (map == MAP_FAILED)
			continue;
		mark = map;
		if (mark[0] != MARK_MAGIC)
			mark = NULL;
	}
	closedir(dir);

	return mark ? 0 : -ENODEV;
}

static void open_allocations(void)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_TRACEPOINT,
		.size = sizeof(attr),
		.disabled = 1,
	};
	char path[128];
	unsigned long id;
	unsigned int i;

	for (i = 0; i < ALLOCATIONS; i++) {
		snprintf(path, sizeof(path), "/sys/kernel/tracing/events/%s/id",
			 allocations[i].event);
		if (read_number(path, &id))
			continue;
		attr.config = id;
		allocations[i].fd = syscall(SYS_perf_event_open, &attr, 0, -1, -1,
					    PERF_FLAG_FD_CLOEXEC);
	}
}

int measure_init(void)
{
	int ret = map_marker();

	if (ret)
		fprintf(stderr, "no virtual GPU with a marker window: %s\n", strerror(-ret));
	open_allocations();

	return ret;
}

void measure_begin(const char *name)
{
	uint32_t words[16] = { 0 };
	unsigned int i;

	strncpy((char *)words, name, sizeof(words) - 1);
	for (i = 0; i < 16; i++)
		mark[MARK_NAME / 4 + i] = words[i];
	begin_ns = now_ns();
	mark[MARK_CMD / 4] = 1;
}

static void print_label(unsigned int i)
{
	uint32_t label[8];
	unsigned int w;

	for (w = 0; w < 8; w++)
		label[w] = mark[(MARK_LABEL + 32 * i) / 4 + w];
	printf(" %.31s=", (char *)label);
}

/* Prints one line: BENCH name n=N counter=value ... */
void measure_end(const char *name, unsigned int n, bool with_allocations)
{
	uint64_t value, counts[64], ns;
	unsigned int i, count;

	ns = now_ns() - begin_ns;
	count = mark[MARK_COUNT / 4];
	if (count > 64)
		count = 64;
	for (i = 0; i < count; i++) {
		counts[i] = mark[(MARK_SECTION + 8 * i) / 4];
		counts[i] |= (uint64_t)mark[(MARK_SECTION + 8 * i) / 4 + 1] << 32;
	}
	mark[MARK_CMD / 4] = 2;

	printf("%s %s n=%u ns=%" PRIu64, with_allocations ? "ALLOC" : "BENCH", name, n, ns);
	for (i = 0; i < count && !with_allocations; i++) {
		print_label(i);
		printf("%" PRIu64, counts[i]);
	}
	for (i = 0; i < ALLOCATIONS && with_allocations; i++) {
		if (allocations[i].fd < 0 ||
		    read(allocations[i].fd, &value, sizeof(value)) != sizeof(value))
			printf(" %s=unknown", allocations[i].label);
		else
			printf(" %s=%" PRIu64, allocations[i].label, value);
	}
	printf("\n");
	fflush(stdout);
}

void measure_allocations(bool on)
{
	unsigned int i;

	for (i = 0; i < ALLOCATIONS; i++) {
		if (allocations[i].fd < 0)
			continue;
		if (on)
			ioctl(allocations[i].fd, PERF_EVENT_IOC_RESET, 0);
		ioctl(allocations[i].fd, on ? PERF_EVENT_IOC_ENABLE : PERF_EVENT_IOC_DISABLE, 0);
	}
}
