/* SPDX-License-Identifier: MIT */
#ifndef _I915_GEM_BUSY_H_
#define _I915_GEM_BUSY_H_

struct drm_device;
struct drm_file;

int i915_gem_busy_ioctl(struct drm_device *dev, void *data, struct drm_file *file);
int i915_gem_throttle_ioctl(struct drm_device *dev, void *data, struct drm_file *file);

#endif
