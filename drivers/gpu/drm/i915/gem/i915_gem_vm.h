/* SPDX-License-Identifier: MIT */
#ifndef _I915_GEM_VM_H_
#define _I915_GEM_VM_H_

#include <linux/types.h>

struct drm_device;
struct drm_file;
struct i915_address_space;
struct i915_file;

struct i915_address_space *i915_gem_vm_lookup_user(struct i915_file *file, u32 id);
int i915_gem_vm_add_handle(struct i915_file *file, struct i915_address_space *vm, u32 *id);
int i915_gem_vm_create_ioctl(struct drm_device *dev, void *data, struct drm_file *file);
int i915_gem_vm_destroy_ioctl(struct drm_device *dev, void *data, struct drm_file *file);

#endif
