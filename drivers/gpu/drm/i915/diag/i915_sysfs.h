/* SPDX-License-Identifier: MIT */
#ifndef _I915_SYSFS_H_
#define _I915_SYSFS_H_

struct drm_i915_private;

int i915_sysfs_register(struct drm_i915_private *i915);
void i915_sysfs_unregister(struct drm_i915_private *i915);

#endif
