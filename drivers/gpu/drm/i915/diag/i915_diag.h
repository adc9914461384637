/* SPDX-License-Identifier: MIT */
#ifndef _I915_DIAG_H_
#define _I915_DIAG_H_

struct drm_i915_private;

int i915_diag_register(struct drm_i915_private *i915);
void i915_diag_unregister(struct drm_i915_private *i915);

#endif
