// SPDX-License-Identifier: GPL-2.0
/*
 * i915_mark begin NAME | end | quiet: a section of the virtual GPU's counters around commands
 * of a shell (tools/testing/i915/gpu/README.md, "marker"). The device prints the section, in
 * order with the misuse it reports. "quiet" tells whether the GPU has been left in peace: exit
 * status 1 if not.
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "../../selftests/drivers/gpu/i915/i915_window.h"

#define MARK_BASE	0x7f0000
#define MARK_SIZE	0x1000
#define MARK_MAGIC	0x4e554f43
#define MARK_CMD	(0x4 / 4)
#define MARK_BUSY	(0xc / 4)
#define MARK_NAME	(0x10 / 4)
#define MARK_NAME_SIZE	64

static int quiet(const uint32_t *mark)
{
	uint32_t busy = i915_window_read(mark, MARK_BUSY);

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
	mark = i915_window_map(MARK_BASE, MARK_SIZE, MARK_MAGIC);
	if (!mark) {
		fprintf(stderr, "no marker window: is this the virtual GPU?\n");
		return 1;
	}
	if (!strcmp(argv[1], "quiet"))
		return quiet(mark);
	if (begin) {
		snprintf((char *)name, sizeof(name), "%s", argv[2]);
		for (i = 0; i < MARK_NAME_SIZE / 4; i++)
			i915_window_write(mark, MARK_NAME + i, name[i]);
	}
	i915_window_write(mark, MARK_CMD, begin ? 1 : 2);

	return 0;
}
