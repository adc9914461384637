/* SPDX-License-Identifier: MIT */
#ifndef _I915_SHRINKER_H_
#define _I915_SHRINKER_H_

#include <linux/bits.h>
#include <linux/types.h>

struct drm_i915_private;

/* What i915_vm_shrink() may take */
#define I915_SHRINK_DONTNEED	BIT(0)	/* only contents user space does not need */
#define I915_SHRINK_BOUND	BIT(1)	/* also of objects that have to be unbound first */

void i915_shrinker_register(struct drm_i915_private *i915);
void i915_shrinker_unregister(struct drm_i915_private *i915);
unsigned long i915_vm_shrink(struct drm_i915_private *i915, unsigned long target,
			     unsigned int flags);

#endif
