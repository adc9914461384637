/* SPDX-License-Identifier: MIT */
#ifndef _I915_GEM_CONTEXT_IOCTL_H_
#define _I915_GEM_CONTEXT_IOCTL_H_

struct drm_device;
struct drm_file;
struct i915_gem_timeline;

void i915_gem_timeline_init(struct i915_gem_timeline *timeline);
int i915_gem_context_create_ioctl(struct drm_device *dev, void *data, struct drm_file *file);
int i915_gem_context_destroy_ioctl(struct drm_device *dev, void *data, struct drm_file *file);

#endif
