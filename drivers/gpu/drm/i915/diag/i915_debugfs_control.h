/* SPDX-License-Identifier: MIT */
#ifndef _I915_DEBUGFS_CONTROL_H_
#define _I915_DEBUGFS_CONTROL_H_

struct drm_i915_private;

void i915_control_debugfs_register(struct drm_i915_private *i915);

#endif
