/* SPDX-License-Identifier: GPL-2.0 */
#ifndef I915_IOCTL_H
#define I915_IOCTL_H

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <drm/drm.h>

/*
 * How every program of the project calls the driver and finds its device: the
 * kselftests, those of tools/testing/i915/guest and of tools/testing/i915/bench.
 */

/* Nodes of a kind that there can be: devices that are gone have had the first ones */
#define I915_NODES	64

/* ioctl() once. Return: 0 or -errno, also -EINTR and -EAGAIN. */
static inline int i915_ioctl_once(int fd, unsigned long request, void *arg)
{
	return ioctl(fd, request, arg) ? -errno : 0;
}

/* ioctl() until it is not interrupted. Return: 0 or -errno. */
static inline int i915_ioctl(int fd, unsigned long request, void *arg)
{
	int ret;

	do {
		ret = i915_ioctl_once(fd, request, arg);
	} while (ret == -EINTR || ret == -EAGAIN);

	return ret;
}

/* Return: is @fd a file of a device with this driver? */
static inline bool i915_is_driver(int fd, const char *driver)
{
	char name[16] = "";
	struct drm_version version = { .name = name, .name_len = sizeof(name) - 1 };

	return !i915_ioctl(fd, DRM_IOCTL_VERSION, &version) && !strcmp(name, driver);
}

/*
 * Open the first node with this driver, of those named @prefix and a number from
 * @first up: "card" from 0, "renderD" from 128. Return: a new file, or -ENODEV.
 */
static inline int i915_open_node(const char *prefix, unsigned int first, const char *driver)
{
	unsigned int n;
	char path[32];
	int fd;

	for (n = first; n < first + I915_NODES; n++) {
		snprintf(path, sizeof(path), "/dev/dri/%s%u", prefix, n);
		fd = open(path, O_RDWR | O_CLOEXEC);
		if (fd < 0)
			continue;
		if (i915_is_driver(fd, driver))
			return fd;
		close(fd);
	}

	return -ENODEV;
}

#endif
