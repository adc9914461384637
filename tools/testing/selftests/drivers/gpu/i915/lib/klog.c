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

bool i915_klog_clean(int klog)
{
	char record[8192], *text;
	bool clean = true;
	ssize_t len;

	for (;;) {
		len = read(klog, record, sizeof(record) - 1);
		/* records were overwritten before they were read: go on with the oldest there is */
		if (len < 0 && errno == EPIPE)
			continue;
		if (len <= 0)
			return clean;

		record[len] = '\0';
		text = strchr(record, ';');
		if (!text || (atoi(record) & LEVEL) > WARNING)
			continue;
		/* a slow machine, no fault of the driver */
		if (!strncmp(text + 1, "hrtimer: interrupt took", 23))
			continue;
		i915_complain("kernel log", "%.*s", (int)strcspn(text + 1, "\n"), text + 1);
		clean = false;
	}
}
