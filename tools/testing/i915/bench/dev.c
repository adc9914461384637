// SPDX-License-Identifier: GPL-2.0
/*
 * The ioctls the benchmark needs, each in one line for the caller.
 */
#include "bench.h"

#define MI_BATCH_BUFFER_END	(0x0au << 23)

/* The first card that an i915 drives; -ENODEV if there is none. */
int dev_open(void)
{
	return i915_open_node("card", 0, "i915");
}

int dev_create(int fd, uint64_t size, uint32_t *handle)
{
	struct drm_i915_gem_create create = { .size = size };
	int ret = i915_ioctl(fd, DRM_IOCTL_I915_GEM_CREATE, &create);

	*handle = create.handle;
	return ret;
}

void dev_close(int fd, uint32_t handle)
{
	struct drm_gem_close arg = { .handle = handle };

	i915_ioctl(fd, DRM_IOCTL_GEM_CLOSE, &arg);
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
	return i915_ioctl(fd, DRM_IOCTL_I915_GEM_PWRITE, &write);
}

int dev_exec(int fd, uint32_t ctx, uint32_t handle)
{
	struct drm_i915_gem_exec_object2 object = { .handle = handle };
	struct drm_i915_gem_execbuffer2 exec = {
		.buffers_ptr = (uintptr_t)&object,
		.buffer_count = 1,
		.rsvd1 = ctx,
	};

	return i915_ioctl(fd, DRM_IOCTL_I915_GEM_EXECBUFFER2, &exec);
}

int dev_wait(int fd, uint32_t handle)
{
	struct drm_i915_gem_wait wait = { .bo_handle = handle, .timeout_ns = -1 };

	return i915_ioctl(fd, DRM_IOCTL_I915_GEM_WAIT, &wait);
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
	ret = i915_ioctl(fd, DRM_IOCTL_I915_GEM_CONTEXT_CREATE_EXT, &create);

	*id = create.ctx_id;
	return ret;
}

void dev_context_destroy(int fd, uint32_t id)
{
	struct drm_i915_gem_context_destroy arg = { .ctx_id = id };

	i915_ioctl(fd, DRM_IOCTL_I915_GEM_CONTEXT_DESTROY, &arg);
}
