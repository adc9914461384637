/* SPDX-License-Identifier: MIT */
#ifndef _I915_GEM_PAGES_H_
#define _I915_GEM_PAGES_H_

#include <linux/types.h>

struct drm_i915_gem_object;
struct page;
struct sg_table;

int i915_gem_object_pin_pages_unlocked(struct drm_i915_gem_object *obj);
int i915_gem_object_set_pages(struct drm_i915_gem_object *obj, struct page **pages);
void i915_gem_object_unmap_pages(struct drm_i915_gem_object *obj);
void i915_gem_object_unplug_pages(struct drm_i915_gem_object *obj);
void i915_gem_object_adopt_dma(struct drm_i915_gem_object *obj, struct sg_table *sgt);
void i915_gem_object_forget_dma(struct drm_i915_gem_object *obj);
void i915_gem_object_unset_pages(struct drm_i915_gem_object *obj);
int i915_gem_object_pin_pages(struct drm_i915_gem_object *obj);
void i915_gem_object_unpin_pages(struct drm_i915_gem_object *obj);
int i915_gem_object_put_pages(struct drm_i915_gem_object *obj);
void *i915_gem_object_vmap(struct drm_i915_gem_object *obj);
void i915_gem_object_vunmap(struct drm_i915_gem_object *obj);
void i915_gem_object_set_madv(struct drm_i915_gem_object *obj, u32 madv, bool *retained);

#endif
