/* SPDX-License-Identifier: MIT */
#ifndef _I915_VMA_UNBIND_H_
#define _I915_VMA_UNBIND_H_

#include <linux/compiler_attributes.h>

struct drm_i915_gem_object;
struct i915_vma;

int i915_vma_do_unbind(struct i915_vma *vma, unsigned int own);
int __must_check __i915_vma_unbind_no_wait(struct i915_vma *vma);
unsigned int i915_vma_try_unbind_object(struct drm_i915_gem_object *obj);

/* only used by tests */
int __must_check i915_vma_unbind(struct i915_vma *vma);

#endif
