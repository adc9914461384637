/* SPDX-License-Identifier: MIT */
#ifndef _I915_VMA_INTERNAL_H_
#define _I915_VMA_INTERNAL_H_

#include <linux/types.h>

struct drm_i915_gem_object;
struct i915_address_space;
struct i915_vma;

/* between i915_vma.c and i915_vma_bind.c */
struct i915_vma *i915_vma_lookup(struct drm_i915_gem_object *obj,
				 const struct i915_address_space *vm);
bool i915_vma_busy(struct drm_i915_gem_object *obj, struct i915_address_space *vm);
int i915_vma_do_unbind(struct i915_vma *vma, int marks);

#endif
