// SPDX-License-Identifier: GPL-2.0
/*
 * Execution: one call of execbuffer2.
 */
#include "../i915_util.h"

const struct i915_engine i915_engines[I915_ENGINES] = {
	{ "rcs0", I915_EXEC_RENDER, I915_ENGINE_CLASS_RENDER },
	{ "bcs0", I915_EXEC_BLT, I915_ENGINE_CLASS_COPY },
	{ "vcs0", I915_EXEC_BSD, I915_ENGINE_CLASS_VIDEO },
	{ "vecs0", I915_EXEC_VEBOX, I915_ENGINE_CLASS_VIDEO_ENHANCE },
};

void i915_exec_init(struct i915_exec *exec, __u32 ctx, __u64 ring)
{
	memset(exec, 0, sizeof(*exec));
	exec->args.flags = ring | I915_EXEC_BATCH_FIRST;
	exec->args.rsvd1 = ctx;
}

struct drm_i915_gem_exec_object2 *i915_exec_add(struct i915_exec *exec, __u32 handle)
{
	struct drm_i915_gem_exec_object2 *object;

	i915_require(exec->args.buffer_count < I915_EXEC_OBJECTS, "too many objects");
	object = &exec->object[exec->args.buffer_count++];
	object->handle = handle;
	object->flags = EXEC_OBJECT_SUPPORTS_48B_ADDRESS;

	return object;
}

struct drm_i915_gem_exec_object2 *i915_exec_add_at(struct i915_exec *exec, __u32 handle,
						   __u64 address)
{
	struct drm_i915_gem_exec_object2 *object = i915_exec_add(exec, handle);

	object->offset = address;
	object->flags |= EXEC_OBJECT_PINNED;

	return object;
}

int i915_exec_submit(int fd, struct i915_exec *exec)
{
	exec->args.buffers_ptr = (uintptr_t)exec->object;

	return i915_ioctl(fd, DRM_IOCTL_I915_GEM_EXECBUFFER2, &exec->args);
}

int i915_exec_submit_once(int fd, struct i915_exec *exec)
{
	exec->args.buffers_ptr = (uintptr_t)exec->object;

	return i915_ioctl_once(fd, DRM_IOCTL_I915_GEM_EXECBUFFER2, &exec->args);
}

int i915_exec_submit_fence(int fd, struct i915_exec *exec)
{
	int ret;

	exec->args.buffers_ptr = (uintptr_t)exec->object;
	exec->args.flags |= I915_EXEC_FENCE_OUT;
	ret = i915_ioctl(fd, DRM_IOCTL_I915_GEM_EXECBUFFER2_WR, &exec->args);

	return ret ?: (int)(exec->args.rsvd2 >> 32);
}

int i915_exec_batch(int fd, __u32 ctx, __u64 ring, __u32 batch)
{
	struct i915_exec exec;

	i915_exec_init(&exec, ctx, ring);
	i915_exec_add(&exec, batch);

	return i915_exec_submit(fd, &exec);
}

int i915_exec_nop(int fd, __u32 ctx, __u64 ring)
{
	__u32 batch = i915_gem_create_batch(fd);
	int ret = i915_exec_batch(fd, ctx, ring, batch);

	if (!ret)
		ret = i915_gem_wait(fd, batch, -1);
	i915_gem_close(fd, batch);

	return ret;
}

__u64 i915_gem_exec(int fd, __u32 handle)
{
	struct drm_i915_gem_exec_object2 object = { .handle = handle };
	struct drm_i915_gem_execbuffer2 execbuf = {
		.buffers_ptr = (uintptr_t)&object,
		.buffer_count = 1,
	};
	int ret;

	object.offset = -1;
	ret = i915_ioctl(fd, DRM_IOCTL_I915_GEM_EXECBUFFER2, &execbuf);
	if (ret)
		i915_fatal("GEM_EXECBUFFER2: %s", strerror(-ret));
	if (object.offset == (__u64)-1)
		i915_fatal("GEM_EXECBUFFER2 did not say where the object is");

	i915_require_ok(i915_gem_wait(fd, handle, -1));

	return object.offset;
}
