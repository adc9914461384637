/* SPDX-License-Identifier: MIT */
#ifndef _I915_DEVICE_H_
#define _I915_DEVICE_H_

struct device;
struct drm_driver;
struct drm_gem_object_funcs;
struct drm_i915_private;

struct drm_i915_private *i915_device_alloc(struct device *parent, const struct drm_driver *driver);
int i915_device_init_mm(struct drm_i915_private *i915, const struct drm_gem_object_funcs *funcs);
int i915_device_adopt_ggtt(struct drm_i915_private *i915);
int i915_device_adopt_gt(struct drm_i915_private *i915);

void i915_device_quiesce(struct drm_i915_private *i915);

#endif
