/* SPDX-License-Identifier: MIT */
#ifndef _I915_GEM_STATS_H_
#define _I915_GEM_STATS_H_

struct drm_device;
struct drm_file;

int i915_gem_context_reset_stats_ioctl(struct drm_device *dev, void *data, struct drm_file *file);
int i915_gem_get_aperture_ioctl(struct drm_device *dev, void *data, struct drm_file *file);
int i915_reg_read_ioctl(struct drm_device *dev, void *data, struct drm_file *file);

#endif
