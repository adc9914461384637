/* SPDX-License-Identifier: MIT */
#ifndef _I915_SHRINKER_H_
#define _I915_SHRINKER_H_

#include <linux/types.h>

struct drm_i915_private;

int i915_shrinker_register(struct drm_i915_private *i915);
void i915_shrinker_unregister(struct drm_i915_private *i915);
unsigned long i915_vm_shrink(struct drm_i915_private *i915, unsigned long target,
			     bool dontneed_only);

#endif
