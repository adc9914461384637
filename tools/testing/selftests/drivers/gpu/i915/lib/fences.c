// SPDX-License-Identifier: GPL-2.0
/*
 * Fences: sync files, sync objects, and software fences.
 */
#include <linux/sync_file.h>

#include "../i915_util.h"

int i915_fence_status(int fence)
{
	struct sync_file_info info = {};

	i915_require_ok(i915_ioctl(fence, SYNC_IOC_FILE_INFO, &info));

	return info.status;
}

int i915_fence_wait(int fence, int limit_ms)
{
	struct pollfd wait = { .fd = fence, .events = POLLIN };
	__u64 until = i915_now_ms() + limit_ms;
	int left = limit_ms;

	while (poll(&wait, 1, left) < 0 && errno == EINTR) {
		left = until - i915_now_ms();
		if (left < 0)
			break;
	}

	return i915_fence_status(fence);
}

void i915_fence_names(int fence, char driver[32], char timeline[32])
{
	struct sync_fence_info first = {};
	struct sync_file_info info = { .num_fences = 1, .sync_fence_info = (uintptr_t)&first };

	i915_require_ok(i915_ioctl(fence, SYNC_IOC_FILE_INFO, &info));
	snprintf(driver, 32, "%.31s", first.driver_name);
	snprintf(timeline, 32, "%.31s", first.obj_name);
}

__u32 i915_syncobj_create(int fd)
{
	struct drm_syncobj_create create = {};

	i915_require_ok(i915_ioctl(fd, DRM_IOCTL_SYNCOBJ_CREATE, &create));

	return create.handle;
}

void i915_syncobj_destroy(int fd, __u32 handle)
{
	struct drm_syncobj_destroy destroy = { .handle = handle };

	i915_require_ok(i915_ioctl(fd, DRM_IOCTL_SYNCOBJ_DESTROY, &destroy));
}

void i915_syncobj_import(int fd, __u32 handle, int fence)
{
	struct drm_syncobj_handle import = {
		.handle = handle,
		.fd = fence,
		.flags = DRM_SYNCOBJ_FD_TO_HANDLE_FLAGS_IMPORT_SYNC_FILE,
	};

	i915_require_ok(i915_ioctl(fd, DRM_IOCTL_SYNCOBJ_FD_TO_HANDLE, &import));
}

int i915_syncobj_export(int fd, __u32 handle)
{
	struct drm_syncobj_handle export = {
		.handle = handle,
		.fd = -1,
		.flags = DRM_SYNCOBJ_HANDLE_TO_FD_FLAGS_EXPORT_SYNC_FILE,
	};
	int ret = i915_ioctl(fd, DRM_IOCTL_SYNCOBJ_HANDLE_TO_FD, &export);

	return ret ?: export.fd;
}

int i915_syncobj_wait(int fd, __u32 handle, __s64 timeout_ns)
{
	struct drm_syncobj_wait wait = {
		.handles = (uintptr_t)&handle,
		.count_handles = 1,
		.timeout_nsec = i915_now_ns() + timeout_ns,
	};

	return i915_ioctl(fd, DRM_IOCTL_SYNCOBJ_WAIT, &wait);
}

/* The kernel keeps these out of its user API, as they are for tests only. */
struct sw_sync_create {
	__u32 value;
	char name[32];
	__s32 fence;
};

#define SW_SYNC_CREATE_FENCE	_IOWR('W', 0, struct sw_sync_create)
#define SW_SYNC_INC		_IOW('W', 1, __u32)

int i915_sw_sync_open(void)
{
	int fd;

	i915_debugfs_mount();
	fd = open(I915_DEBUGFS "/sync/sw_sync", O_RDWR | O_CLOEXEC);
	if (fd < 0)
		i915_skip("no debugfs sync/sw_sync (CONFIG_SW_SYNC)");

	return fd;
}

int i915_sw_sync_fence(int timeline, unsigned int point)
{
	struct sw_sync_create create = { .value = point, .name = "i915 selftest" };

	i915_require_ok(i915_ioctl(timeline, SW_SYNC_CREATE_FENCE, &create));

	return create.fence;
}

void i915_sw_sync_advance(int timeline, unsigned int by)
{
	__u32 value = by;

	i915_require_ok(i915_ioctl(timeline, SW_SYNC_INC, &value));
}
