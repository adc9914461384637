/* SPDX-License-Identifier: MIT */
#ifndef _I915_VM_DEVICE_H_
#define _I915_VM_DEVICE_H_

#include "vm/i915_vm_device_types.h"

struct drm_i915_private;
struct i915_address_space;

int i915_vm_device_init(struct drm_i915_private *i915);
void i915_vm_device_add(struct i915_address_space *vm);
void i915_vm_device_remove(struct i915_address_space *vm);
void i915_vm_device_unmap_dma(struct drm_i915_private *i915);
void i915_vm_device_fini(struct drm_i915_private *i915);

#endif
