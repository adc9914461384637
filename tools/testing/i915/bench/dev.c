// SPDX-License-Identifier: GPL-2.0
/*
 * The ioctls the benchmark needs, each in one line for the caller.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "bench.h"

#define MI_BATCH_BUFFER_END	(0x0au << 23)

int dev_call(int fd, unsigned long request, void *arg)
{
	int ret;

	do {
		ret = ioctl(fd, request, arg);
	} while (ret < 0 && (errno == EINTR || errno == EAGAIN));

	return ret < 0 ? -errno : 0;
}

/* The first card that an i915 drives; -1 if there is none. */
int dev_open(void)
{
	char path[32], name[16];
	unsigned int i;
	int fd;

	for (i = 0; i < 16; i++) {
		struct drm_version version = { .name = name, .name_len = sizeof(name) - 1 };

		snprintf(path, sizeof(path), "/dev/dri/card%u", i);
		fd = open(path, O_RDWR | O_CLOEXEC);
		if (fd < 0)
			continue;
		memset(name, 0, sizeof(name));
		if (!dev_call(fd, DRM_IOCTL_VERSION, &version) && !strcmp(name, "i915"))
			return fd;
		close(fd);
	}

	return -1;
}

int dev_create(int fd, uint64_t size, uint32_t *handle)
{
	struct drm_i915_gem_create create = { .size = size };
	int ret = dev_call(fd, DRM_IOCTL_I915_GEM_CREATE, &create);

	*handle = create.handle;
	return ret;
}

void dev_close(int fd, uint32_t handle)
{
	struct drm_gem_close arg = { .handle = handle };

	dev_call(fd, DRM_IOCTL_GEM_CLOSE, &arg);
}

int dev_batch(int fd, uint32_t *handle)
{
	uint32_t end[2] = { MI_BATCH_BUFFER_END };
	struct drm_i915_gem_pwrite write = { .size = sizeof(end), .data_ptr = (uintptr_t)end };
	int ret;

	ret = dev_create(fd, PAGE, handle);
	if (ret)
		return ret;

	write.handle = *handle;
	return dev_call(fd, DRM_IOCTL_I915_GEM_PWRITE, &write);
}

int dev_exec(int fd, uint32_t ctx, uint32_t handle)
{
	struct drm_i915_gem_exec_object2 object = { .handle = handle };
	struct drm_i915_gem_execbuffer2 exec = {
		.buffers_ptr = (uintptr_t)&object,
		.buffer_count = 1,
		.rsvd1 = ctx,
	};

	return dev_call(fd, DRM_IOCTL_I915_GEM_EXECBUFFER2, &exec);
}

int dev_wait(int fd, uint32_t handle)
{
	struct drm_i915_gem_wait wait = { .bo_handle = handle, .timeout_ns = -1 };

	return dev_call(fd, DRM_IOCTL_I915_GEM_WAIT, &wait);
}

int dev_context(int fd, uint32_t vm, uint32_t *id)
{
	struct drm_i915_gem_context_create_ext_setparam set = {
		.base.name = I915_CONTEXT_CREATE_EXT_SETPARAM,
		.param = { .param = I915_CONTEXT_PARAM_VM, .value = vm },
	};
	struct drm_i915_gem_context_create_ext create = { 0 };
	int ret;

	if (vm) {
		create.flags = I915_CONTEXT_CREATE_FLAGS_USE_EXTENSIONS;
		create.extensions = (uintptr_t)&set;
	}
	ret = dev_call(fd, DRM_IOCTL_I915_GEM_CONTEXT_CREATE_EXT, &create);

	*id = create.ctx_id;
	return ret;
}

void dev_context_destroy(int fd, uint32_t id)
{
	struct drm_i915_gem_context_destroy arg = { .ctx_id = id };

	dev_call(fd, DRM_IOCTL_I915_GEM_CONTEXT_DESTROY, &arg);
}
