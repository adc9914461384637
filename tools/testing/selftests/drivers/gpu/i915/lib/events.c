// SPDX-License-Identifier: GPL-2.0
/*
 * Performance events of the GPU.
 */
#include <linux/perf_event.h>
#include <sys/syscall.h>

#include "../i915_util.h"

/* The integrated GPU has the short name. */
static void source_path(int fd, const char *file, char *path, size_t size)
{
	struct i915_slot slot = i915_slot(fd);
	char *c;

	if (!strcmp(slot.name, "0000:00:02.0")) {
		snprintf(path, size, "/sys/bus/event_source/devices/i915/%s", file);
		return;
	}
	for (c = slot.name; *c; c++) {
		if (*c == ':')
			*c = '_';
	}
	snprintf(path, size, "/sys/bus/event_source/devices/i915_%s/%s", slot.name, file);
}

bool i915_event_source_exists(int fd)
{
	char path[128];

	source_path(fd, "type", path, sizeof(path));

	return !access(path, F_OK);
}

int i915_event_type(int fd)
{
	char path[128], text[16];

	source_path(fd, "type", path, sizeof(path));
	if (i915_read_file(path, text, sizeof(text)))
		i915_skip("the kernel has no performance events");

	return atoi(text);
}

int i915_event_open_attr(const struct perf_event_attr *attr)
{
	int event = syscall(__NR_perf_event_open, attr, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);

	return event < 0 ? -errno : event;
}

int i915_event_open(int fd, __u64 config)
{
	struct perf_event_attr attr = {
		.size = sizeof(attr),
		.type = i915_event_type(fd),
		.config = config,
	};

	return i915_event_open_attr(&attr);
}

__u64 i915_event_read(int event)
{
	__u64 value;

	i915_require(read(event, &value, sizeof(value)) == sizeof(value), "%s", strerror(errno));

	return value;
}
