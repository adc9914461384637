// SPDX-License-Identifier: GPL-2.0
/*
 * i915_mark begin NAME | end | quiet: a section of the virtual GPU's counters around commands
 * of a shell (tools/testing/i915/gpu/README.md, "marker"). The device prints the section, in
 * order with the misuse it reports. "quiet" tells whether the GPU has been left in peace: exit
 * status 1 if not.
 */
#include <fcntl.h>
#include <glob.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define MARK_BASE	0x7f0000
#define MARK_SIZE	0x1000
#define MARK_MAGIC	0x4e554f43
#define MARK_CMD	(0x4 / 4)
#define MARK_BUSY	(0xc / 4)
#define MARK_NAME	(0x10 / 4)
#define MARK_NAME_SIZE	64

/* the first word of a file of the function in sysfs */
static unsigned long attribute(const char *dir, const char *name)
{
	char path[300], text[32] = "";
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "r");
	if (!f)
		return 0;
	if (!fgets(text, sizeof(text), f))
		text[0] = 0;
	fclose(f);

	return strtoul(text, NULL, 0);
}

/* nobody decodes the BAR before a driver enables the function */
static void decode_bars(const char *dir)
{
	char path[300];
	int fd;

	if (attribute(dir, "enable"))
		return;
	snprintf(path, sizeof(path), "%s/enable", dir);
	fd = open(path, O_WRONLY);
	if (fd < 0 || write(fd, "1", 1) != 1)
		fprintf(stderr, "%s: cannot be written\n", path);
	if (fd >= 0)
		close(fd);
}

/* each store is an access of its own, in this order */
static void store(uint32_t *to, uint32_t value)
{
	__atomic_store_n(to, value, __ATOMIC_RELEASE);
}

static uint32_t *map_marker(void)
{
	glob_t found;
	char path[300];
	size_t i;
	int fd;

	if (glob("/sys/bus/pci/devices/*", 0, NULL, &found))
		return NULL;
	for (i = 0; i < found.gl_pathc; i++) {
		uint32_t *map;

		if (attribute(found.gl_pathv[i], "vendor") != 0x8086 ||
		    attribute(found.gl_pathv[i], "class") >> 16 != 0x03)
			continue;
		decode_bars(found.gl_pathv[i]);
		snprintf(path, sizeof(path), "%s/resource0", found.gl_pathv[i]);
		fd = open(path, O_RDWR);
		if (fd < 0)
			continue;
		map = mmap(NULL, MARK_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, MARK_BASE);
		close(fd);
		if (map != MAP_FAILED && __atomic_load_n(map, __ATOMIC_ACQUIRE) == MARK_MAGIC)
			return map;
	}

	return NULL;
}

static int quiet(const uint32_t *mark)
{
	uint32_t busy = __atomic_load_n(&mark[MARK_BUSY], __ATOMIC_ACQUIRE);

	if (busy)
		printf("engines 0x%x run, interrupts %s, %s awake\n", busy & 0xf,
		       busy & 0x10 ? "on" : "off", busy & 0x20 ? "held" : "not held");
	else
		printf("no engine runs, interrupts are off, nothing holds it awake\n");

	return busy ? 1 : 0;
}

int main(int argc, char **argv)
{
	uint32_t name[MARK_NAME_SIZE / 4] = { 0 };
	uint32_t *mark;
	unsigned int i;
	int begin;

	begin = argc == 3 && !strcmp(argv[1], "begin");
	if (!begin && !(argc == 2 && (!strcmp(argv[1], "end") || !strcmp(argv[1], "quiet")))) {
		fprintf(stderr, "usage: i915_mark begin NAME | end | quiet\n");
		return 2;
	}
	mark = map_marker();
	if (!mark) {
		fprintf(stderr, "no marker window: is this the virtual GPU?\n");
		return 1;
	}
	if (!strcmp(argv[1], "quiet"))
		return quiet(mark);
	if (begin) {
		snprintf((char *)name, sizeof(name), "%s", argv[2]);
		for (i = 0; i < MARK_NAME_SIZE / 4; i++)
			store(&mark[MARK_NAME + i], name[i]);
	}
	store(&mark[MARK_CMD], begin ? 1 : 2);

	return 0;
}
