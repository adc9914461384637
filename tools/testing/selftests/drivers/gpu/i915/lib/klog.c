// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel log, where much of what goes wrong is seen first.
 */
#include "../i915_util.h"

/* Of a record's priority: 4 is a warning, 0 an emergency */
#define LEVEL		0x7
#define WARNING		4

int i915_klog_open(void)
{
	int klog = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	if (klog < 0 || lseek(klog, 0, SEEK_END) < 0)
		i915_fatal("/dev/kmsg: %s", strerror(errno));

	return klog;
}

/* Return: how many lines had @expected in them. Complains of others, and counts them in @bad. */
static unsigned int klog_read(int klog, const char *expected, unsigned int *bad)
{
	char record[8192], *text;
	unsigned int seen = 0;
	ssize_t len;

	for (;;) {
		len = read(klog, record, sizeof(record) - 1);
		/* records were overwritten before they were read: go on with the oldest there is */
		if (len < 0 && errno == EPIPE)
			continue;
		if (len <= 0)
			return seen;

		record[len] = '\0';
		text = strchr(record, ';');
		if (!text)
			continue;
		text[strcspn(text, "\n")] = '\0';
		if (expected && strstr(text, expected)) {
			seen++;
			continue;
		}
		if ((atoi(record) & LEVEL) > WARNING)
			continue;
		/* a slow machine, no fault of the driver */
		if (!strncmp(text + 1, "hrtimer: interrupt took", 23))
			continue;
		i915_complain("kernel log", "%s", text + 1);
		(*bad)++;
	}
}

bool i915_klog_clean(int klog)
{
	unsigned int bad = 0;

	klog_read(klog, NULL, &bad);

	return !bad;
}

unsigned int i915_klog_count(int klog, const char *expected)
{
	unsigned int bad = 0;

	return klog_read(klog, expected, &bad);
}
