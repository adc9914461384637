// SPDX-License-Identifier: GPL-2.0
/*
 * Lists of fences: what a timeline's entry may ask for, and how many there may be.
 */
#include "i915_util.h"

/* I915_EXEC_FENCE_ARRAY takes so many and no more, like the stock driver */
#define FENCES_MOST	131072

static int submit_array(int fd, __u32 batch, struct drm_i915_gem_exec_fence *fence,
			unsigned int count)
{
	struct i915_exec exec;

	i915_exec_init(&exec, 0, I915_EXEC_RENDER | I915_EXEC_FENCE_ARRAY);
	i915_exec_add(&exec, batch);
	exec.args.cliprects_ptr = (uintptr_t)fence;
	exec.args.num_cliprects = count;

	return i915_exec_submit(fd, &exec);
}

static int submit_timeline(int fd, __u32 batch, __u32 syncobj, __u32 flags, __u64 point)
{
	struct drm_i915_gem_exec_fence fence = { .handle = syncobj, .flags = flags };
	struct drm_i915_gem_execbuffer_ext_timeline_fences ext = {
		.base.name = DRM_I915_GEM_EXECBUFFER_EXT_TIMELINE_FENCES,
		.fence_count = 1,
		.handles_ptr = (uintptr_t)&fence,
		.values_ptr = (uintptr_t)&point,
	};
	struct i915_exec exec;

	i915_exec_init(&exec, 0, I915_EXEC_RENDER | I915_EXEC_USE_EXTENSIONS);
	i915_exec_add(&exec, batch);
	exec.args.cliprects_ptr = (uintptr_t)&ext;

	return i915_exec_submit(fd, &exec);
}

#define WAIT	I915_EXEC_FENCE_WAIT
#define SIGNAL	I915_EXEC_FENCE_SIGNAL

/* Each with a syncobj that has no fence yet */
static const struct first_use {
	bool timeline;
	__u32 flags;
	__u64 point;
	int want;
} first_uses[] = {
	{ true, WAIT | SIGNAL, 0, 0 },
	{ true, WAIT | SIGNAL, 1, -EINVAL },
	{ true, WAIT, 0, -EINVAL },
	{ true, WAIT, 1, -EINVAL },
	{ true, SIGNAL, 0, 0 },
	{ true, SIGNAL, 1, 0 },
	{ false, WAIT | SIGNAL, 0, -EINVAL },
	{ false, WAIT, 0, -EINVAL },
	{ false, SIGNAL, 0, 0 },
};

static void first_use(int fd)
{
	__u32 batch = i915_gem_create_batch(fd);
	unsigned int n;

	for (n = 0; n < ARRAY_SIZE(first_uses); n++) {
		const struct first_use *use = &first_uses[n];
		__u32 syncobj = i915_syncobj_create(fd);
		struct drm_i915_gem_exec_fence fence = { syncobj, use->flags };
		int ret;

		ret = use->timeline ?
		      submit_timeline(fd, batch, syncobj, use->flags, use->point) :
		      submit_array(fd, batch, &fence, 1);
		i915_expect(ret == use->want, "use %u is %d, expected %d", n, ret, use->want);
		if (!ret)
			i915_expect_ret(i915_syncobj_wait(fd, syncobj, 20000000000), 0);
		i915_syncobj_destroy(fd, syncobj);
	}
	i915_require_ok(i915_gem_wait(fd, batch, -1));
	i915_gem_close(fd, batch);
}

static void too_many(int fd)
{
	__u32 batch = i915_gem_create_batch(fd), syncobj = i915_syncobj_create(fd);
	struct drm_i915_gem_exec_fence *fence;
	unsigned int n;

	fence = calloc(FENCES_MOST + 1, sizeof(*fence));
	i915_require(fence, "no memory");
	for (n = 0; n <= FENCES_MOST; n++)
		fence[n] = (struct drm_i915_gem_exec_fence){ syncobj, SIGNAL };
	i915_expect_ret(submit_array(fd, batch, fence, FENCES_MOST + 1), -ENOMEM);
	i915_expect_ret(submit_array(fd, batch, fence, -1), -ENOMEM);
	i915_expect_ret(submit_array(fd, batch, fence, 1000), 0);
	i915_require_ok(i915_gem_wait(fd, batch, -1));
	free(fence);
	i915_syncobj_destroy(fd, syncobj);
	i915_gem_close(fd, batch);
}

static const struct i915_case cases[] = {
	{ .name = "first-use", .run = first_use,
	  .what = "waits and signals of a syncobj without a fence" },
	{ .name = "too-many", .run = too_many, .what = "there is a limit to their number" },
};

int main(int argc, char **argv)
{
	return i915_cases_main(argc, argv, cases, ARRAY_SIZE(cases),
			       "Lists of fences of an execbuf.");
}
