/* SPDX-License-Identifier: MIT */
#ifndef _I915_GEM_DOMAIN_H_
#define _I915_GEM_DOMAIN_H_

#include <uapi/drm/i915_drm.h>

/* Domains that an execbuffer may name; the others are for the CPU */
#define I915_GEM_GPU_DOMAINS \
	(I915_GEM_DOMAIN_RENDER | I915_GEM_DOMAIN_SAMPLER | I915_GEM_DOMAIN_COMMAND | \
	 I915_GEM_DOMAIN_INSTRUCTION | I915_GEM_DOMAIN_VERTEX)

struct drm_device;
struct drm_file;

int i915_gem_set_domain_ioctl(struct drm_device *dev, void *data, struct drm_file *file);
int i915_gem_sw_finish_ioctl(struct drm_device *dev, void *data, struct drm_file *file);
int i915_gem_set_caching_ioctl(struct drm_device *dev, void *data, struct drm_file *file);
int i915_gem_get_caching_ioctl(struct drm_device *dev, void *data, struct drm_file *file);
int i915_gem_madvise_ioctl(struct drm_device *dev, void *data, struct drm_file *file);
int i915_gem_wait_ioctl(struct drm_device *dev, void *data, struct drm_file *file);

#endif
