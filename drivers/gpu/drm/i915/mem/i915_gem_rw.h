/* SPDX-License-Identifier: MIT */
#ifndef _I915_GEM_RW_H_
#define _I915_GEM_RW_H_

#include <linux/types.h>

struct drm_device;
struct drm_file;
struct drm_i915_gem_object;

/**
 * struct i915_gem_copy - one PREAD or PWRITE
 */
struct i915_gem_copy {
	/** @offset: first byte in the object */
	u64 offset;
	/** @size: number of bytes */
	u64 size;
	/** @user: address in user space */
	void __user *user;
	/** @write: True if the copy goes into the object */
	bool write;
};

int i915_gem_object_copy(struct drm_i915_gem_object *obj, const struct i915_gem_copy *copy);
int i915_gem_pread_ioctl(struct drm_device *dev, void *data, struct drm_file *file);
int i915_gem_pwrite_ioctl(struct drm_device *dev, void *data, struct drm_file *file);

#endif
