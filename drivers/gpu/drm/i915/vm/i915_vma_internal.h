/* SPDX-License-Identifier: MIT */
#ifndef _I915_VMA_INTERNAL_H_
#define _I915_VMA_INTERNAL_H_

#include <linux/types.h>

struct drm_i915_gem_object;
struct i915_address_space;
struct i915_vma;

/* i915_vma.c, for those who bind and end */
struct i915_vma *i915_vma_find(struct drm_i915_gem_object *obj,
			       const struct i915_address_space *vm);
struct i915_vma *i915_vma_lookup(struct drm_i915_gem_object *obj,
				 const struct i915_address_space *vm);
struct i915_address_space *i915_vma_next_vm(struct drm_i915_gem_object *obj, u64 owner,
					    const struct i915_address_space *last);
void i915_vma_free(struct i915_vma *vma);

/* i915_vma_bind.c, for those who end */
int i915_vma_do_unbind(struct i915_vma *vma, unsigned int own);

#endif
