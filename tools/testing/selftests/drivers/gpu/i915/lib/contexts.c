// SPDX-License-Identifier: GPL-2.0
/*
 * Contexts and address spaces.
 */
#include "../i915_util.h"

#define MAX_PARAMS	8

int i915_context_create_with(int fd, const struct drm_i915_gem_context_param *params,
			     unsigned int count, __u32 *id)
{
	struct drm_i915_gem_context_create_ext_setparam set[MAX_PARAMS] = {};
	struct drm_i915_gem_context_create_ext create = {};
	unsigned int n;
	int ret;

	i915_require(count <= MAX_PARAMS, "there are %u", count);
	for (n = 0; n < count; n++) {
		set[n].base.name = I915_CONTEXT_CREATE_EXT_SETPARAM;
		set[n].base.next_extension = n + 1 < count ? (uintptr_t)&set[n + 1] : 0;
		set[n].param = params[n];
	}
	if (count) {
		create.flags = I915_CONTEXT_CREATE_FLAGS_USE_EXTENSIONS;
		create.extensions = (uintptr_t)set;
	}

	ret = i915_ioctl(fd, DRM_IOCTL_I915_GEM_CONTEXT_CREATE_EXT, &create);
	*id = create.ctx_id;

	return ret;
}

__u32 i915_context_create(int fd)
{
	__u32 id;

	i915_require_ok(i915_context_create_with(fd, NULL, 0, &id));

	return id;
}

__u32 i915_context_create_in(int fd, __u32 vm)
{
	struct drm_i915_gem_context_param param = { .param = I915_CONTEXT_PARAM_VM, .value = vm };
	__u32 id;

	i915_require_ok(i915_context_create_with(fd, &param, 1, &id));

	return id;
}

int i915_context_destroy(int fd, __u32 id)
{
	struct drm_i915_gem_context_destroy destroy = { .ctx_id = id };

	return i915_ioctl(fd, DRM_IOCTL_I915_GEM_CONTEXT_DESTROY, &destroy);
}

int i915_context_set(int fd, __u32 id, __u64 param, __u64 value)
{
	struct drm_i915_gem_context_param set = { .ctx_id = id, .param = param, .value = value };

	return i915_ioctl(fd, DRM_IOCTL_I915_GEM_CONTEXT_SETPARAM, &set);
}

int i915_context_get(int fd, __u32 id, __u64 param, __u64 *value)
{
	struct drm_i915_gem_context_param get = { .ctx_id = id, .param = param };
	int ret = i915_ioctl(fd, DRM_IOCTL_I915_GEM_CONTEXT_GETPARAM, &get);

	*value = get.value;

	return ret;
}

int i915_reset_stats(int fd, __u32 id, struct drm_i915_reset_stats *stats)
{
	memset(stats, 0, sizeof(*stats));
	stats->ctx_id = id;

	return i915_ioctl(fd, DRM_IOCTL_I915_GET_RESET_STATS, stats);
}

struct drm_i915_reset_stats i915_stats_of(int fd, __u32 id)
{
	struct drm_i915_reset_stats stats;

	i915_require_ok(i915_reset_stats(fd, id, &stats));

	return stats;
}

__u32 i915_vm_create(int fd)
{
	struct drm_i915_gem_vm_control vm = {};

	i915_require_ok(i915_ioctl(fd, DRM_IOCTL_I915_GEM_VM_CREATE, &vm));

	return vm.vm_id;
}

int i915_vm_destroy(int fd, __u32 id)
{
	struct drm_i915_gem_vm_control vm = { .vm_id = id };

	return i915_ioctl(fd, DRM_IOCTL_I915_GEM_VM_DESTROY, &vm);
}
