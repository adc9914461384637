/* SPDX-License-Identifier: MIT */
#ifndef _I915_GEM_EXECBUFFER_H_
#define _I915_GEM_EXECBUFFER_H_

struct drm_device;
struct drm_file;

int i915_gem_execbuffer2_ioctl(struct drm_device *dev, void *data, struct drm_file *file);

#endif
