/* SPDX-License-Identifier: MIT */
#ifndef _I915_GEM_CONTEXT_PARAM_H_
#define _I915_GEM_CONTEXT_PARAM_H_

struct drm_device;
struct drm_file;
struct drm_i915_gem_context_param;
struct i915_file;
struct i915_gem_context;

int i915_gem_context_set_param(struct i915_file *file, struct i915_gem_context *ctx,
			       const struct drm_i915_gem_context_param *args);
int i915_gem_context_getparam_ioctl(struct drm_device *dev, void *data, struct drm_file *file);
int i915_gem_context_setparam_ioctl(struct drm_device *dev, void *data, struct drm_file *file);

#endif
