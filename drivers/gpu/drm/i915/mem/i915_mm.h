/* SPDX-License-Identifier: MIT */
#ifndef _I915_MM_H_
#define _I915_MM_H_

#include <linux/types.h>

struct drm_gem_object_funcs;
struct drm_i915_gem_object;
struct drm_i915_private;
struct mem_cgroup;

int i915_mm_init(struct drm_i915_private *i915, const struct drm_gem_object_funcs *funcs);
void i915_mm_fini(struct drm_i915_private *i915);
void i915_mm_flush_free(struct drm_i915_private *i915);
void i915_mm_flush(struct drm_i915_private *i915);
void i915_mm_unmap_dma(struct drm_i915_private *i915);
void i915_mm_add(struct drm_i915_gem_object *obj);
void i915_mm_remove(struct drm_i915_gem_object *obj);
struct drm_i915_gem_object *i915_mm_next_object(struct drm_i915_private *i915,
						struct drm_i915_gem_object *prev);
void i915_mm_add_shrinkable(struct drm_i915_gem_object *obj);
void i915_mm_remove_shrinkable(struct drm_i915_gem_object *obj);
struct drm_i915_gem_object *i915_mm_next_shrinkable(struct drm_i915_private *i915, int nid,
						    struct mem_cgroup *memcg);
void i915_gem_object_put_maybe_last(struct drm_i915_gem_object *obj);

#endif
