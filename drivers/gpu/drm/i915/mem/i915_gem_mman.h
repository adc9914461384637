/* SPDX-License-Identifier: MIT */
#ifndef _I915_GEM_MMAN_H_
#define _I915_GEM_MMAN_H_

struct drm_i915_gem_object;

int i915_gem_object_create_mmap_offset(struct drm_i915_gem_object *obj);

#endif
