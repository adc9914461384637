/* SPDX-License-Identifier: MIT */
#ifndef _I915_GEM_SHMEM_H_
#define _I915_GEM_SHMEM_H_

#include <linux/types.h>

struct drm_i915_gem_object;
struct drm_i915_private;

struct drm_i915_gem_object *i915_gem_object_create_shmem(struct drm_i915_private *i915, u64 size);
struct drm_i915_gem_object *i915_gem_object_create_internal(struct drm_i915_private *i915,
							    u64 size);

#endif
