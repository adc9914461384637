/* SPDX-License-Identifier: MIT */
#ifndef _I915_GEM_CREATE_H_
#define _I915_GEM_CREATE_H_

struct drm_device;
struct drm_file;

int i915_gem_create_ioctl(struct drm_device *dev, void *data, struct drm_file *file);
int i915_gem_create_ext_ioctl(struct drm_device *dev, void *data, struct drm_file *file);

#endif
