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

#define POINTS		4096
/* An ioctl that is faster than this is not quadratic, whatever else the machine does. ms */
#define POINTS_CHEAP	200

/* Signals @points of one syncobj in one execbuf, when @fence has signalled. Return: ns */
static __u64 submit_points(int fd, __u32 batch, __u32 syncobj, const __u64 *points,
			   unsigned int count, int fence)
{
	struct drm_i915_gem_execbuffer_ext_timeline_fences ext = {
		.base.name = DRM_I915_GEM_EXECBUFFER_EXT_TIMELINE_FENCES,
		.fence_count = count,
		.values_ptr = (uintptr_t)points,
	};
	struct drm_i915_gem_exec_fence *list = calloc(count, sizeof(*list));
	struct i915_exec exec;
	unsigned int n;
	__u64 took;

	i915_require(list, "no memory");
	for (n = 0; n < count; n++)
		list[n] = (struct drm_i915_gem_exec_fence){ syncobj, SIGNAL };
	ext.handles_ptr = (uintptr_t)list;
	i915_exec_init(&exec, 0,
		       I915_EXEC_RENDER | I915_EXEC_USE_EXTENSIONS | I915_EXEC_FENCE_IN);
	i915_exec_add(&exec, batch);
	exec.args.cliprects_ptr = (uintptr_t)&ext;
	exec.args.rsvd2 = fence;

	took = i915_now_ns();
	i915_require_ok(i915_exec_submit(fd, &exec));
	took = i915_now_ns() - took;
	free(list);

	return took;
}

/* Return: 0, -ETIME, or -EINVAL if there is no such point yet */
static int wait_point(int fd, __u32 syncobj, __u64 point, __s64 timeout_ns)
{
	struct drm_syncobj_timeline_wait wait = {
		.handles = (uintptr_t)&syncobj,
		.points = (uintptr_t)&point,
		.timeout_nsec = timeout_ns ? (__s64)i915_now_ns() + timeout_ns : 0,
		.count_handles = 1,
	};

	return i915_ioctl(fd, DRM_IOCTL_SYNCOBJ_TIMELINE_WAIT, &wait);
}

/* All points of one execbuf: they are there, and each waits for it. Return: ns */
static __u64 check_points(int fd, __u32 batch, const __u64 *points, unsigned int count)
{
	int sync = i915_sw_sync_open(), fence = i915_sw_sync_fence(sync, 1);
	__u32 syncobj = i915_syncobj_create(fd);
	__u64 took;

	took = submit_points(fd, batch, syncobj, points, count, fence);
	i915_expect_ret(wait_point(fd, syncobj, 1, 0), -ETIME);
	i915_expect_ret(wait_point(fd, syncobj, count, 0), -ETIME);
	i915_expect_ret(wait_point(fd, syncobj, count + 1, 0), -EINVAL);
	i915_sw_sync_advance(sync, 1);
	i915_expect_ret(wait_point(fd, syncobj, 1, 20000000000), 0);
	i915_expect_ret(wait_point(fd, syncobj, count, 20000000000), 0);
	i915_syncobj_destroy(fd, syncobj);
	close(fence);
	close(sync);

	return took;
}

static void many_points(int fd)
{
	__u64 *points = calloc(2 * POINTS, sizeof(*points)), took[2] = { -1, -1 };
	__u32 batch = i915_gem_create_batch(fd);
	unsigned int n, round;

	i915_require(points, "no memory");
	for (n = 0; n < 2 * POINTS; n++)
		points[n] = n + 1;
	for (round = 0; round < 3; round++) {
		for (n = 0; n < 2; n++) {
			__u64 ns = check_points(fd, batch, points, (n + 1) * POINTS);

			took[n] = ns < took[n] ? ns : took[n];
		}
	}
	i915_note("%u points in %llu us, %u in %llu us", POINTS, took[0] / 1000, 2 * POINTS,
		  took[1] / 1000);
	i915_expect(took[1] < 3 * took[0] || took[1] < POINTS_CHEAP * 1000000ull,
		    "twice the points took %llu us, expected less than 3 times %llu us",
		    took[1] / 1000, took[0] / 1000);
	free(points);
	i915_gem_close(fd, batch);
}

/* A syncobj is signalled as a binary one (point 0) and at points: in the order of the list */
static const struct in_order {
	__u64 point[3];
	unsigned int count;
	/* of a wait for point 3 */
	int want;
} in_orders[] = {
	{ { 3, 0 }, 2, -EINVAL },
	{ { 0, 3 }, 2, -ETIME },
	{ { 0, 3, 0 }, 3, -EINVAL },
	{ { 5, 0, 3 }, 3, -ETIME },
	{ { 4, 3 }, 2, -ETIME },
};

static void points_in_order(int fd)
{
	__u32 batch = i915_gem_create_batch(fd);
	unsigned int n;

	for (n = 0; n < ARRAY_SIZE(in_orders); n++) {
		const struct in_order *order = &in_orders[n];
		int sync = i915_sw_sync_open(), fence = i915_sw_sync_fence(sync, 1);
		__u32 syncobj = i915_syncobj_create(fd);

		submit_points(fd, batch, syncobj, order->point, order->count, fence);
		i915_expect_ret(wait_point(fd, syncobj, 3, 0), order->want);
		i915_expect_ret(i915_syncobj_wait(fd, syncobj, 0), -ETIME);
		i915_sw_sync_advance(sync, 1);
		i915_expect_ret(i915_syncobj_wait(fd, syncobj, 20000000000), 0);
		i915_syncobj_destroy(fd, syncobj);
		close(fence);
		close(sync);
	}
	i915_gem_close(fd, batch);
}

static const struct i915_case cases[] = {
	{ .name = "first-use", .run = first_use,
	  .what = "waits and signals of a syncobj without a fence" },
	{ .name = "too-many", .run = too_many, .what = "there is a limit to their number" },
	{ .name = "many-points", .run = many_points,
	  .what = "points of one syncobj cost in proportion to their number" },
	{ .name = "points-in-order", .run = points_in_order,
	  .what = "a syncobj is signalled as the list says, first to last" },
};

int main(int argc, char **argv)
{
	return i915_cases_main(argc, argv, cases, ARRAY_SIZE(cases),
			       "Lists of fences of an execbuf.");
}
