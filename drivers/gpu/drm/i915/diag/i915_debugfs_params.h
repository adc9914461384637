/* SPDX-License-Identifier: MIT */
#ifndef _I915_DEBUGFS_PARAMS_H_
#define _I915_DEBUGFS_PARAMS_H_

struct drm_i915_private;

void i915_debugfs_params_register(struct drm_i915_private *i915);

#endif
