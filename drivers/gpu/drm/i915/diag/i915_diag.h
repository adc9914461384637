/* SPDX-License-Identifier: MIT */
#ifndef _I915_DIAG_H_
#define _I915_DIAG_H_

struct drm_file;
struct drm_i915_gem_object;
struct drm_i915_private;
struct drm_printer;

/* i915_diag.c */
int i915_diag_register(struct drm_i915_private *i915);
void i915_diag_unregister(struct drm_i915_private *i915);

/* its parts */
void i915_debugfs_register(struct drm_i915_private *i915);
void i915_debugfs_params_register(struct drm_i915_private *i915);
int i915_sysfs_register(struct drm_i915_private *i915);
void i915_sysfs_unregister(struct drm_i915_private *i915);
int i915_pmu_register(struct drm_i915_private *i915);
void i915_pmu_unregister(struct drm_i915_private *i915);
void i915_pmu_exit(void);

void i915_control_debugfs_register(struct drm_i915_private *i915);

void i915_show_fdinfo(struct drm_printer *p, struct drm_file *file);

#endif
