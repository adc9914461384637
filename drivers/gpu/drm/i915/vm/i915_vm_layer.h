/* SPDX-License-Identifier: MIT */
#ifndef _I915_VM_LAYER_H_
#define _I915_VM_LAYER_H_

#include <linux/container_of.h>

#include "mem/i915_mem_layer.h"
#include "vm/i915_ggtt_types.h"
#include "vm/i915_vm_device_types.h"

/**
 * struct i915_vm_layer - a device up to vm/: its address spaces
 */
struct i915_vm_layer {
	/** @mem: what the layers below keep */
	struct i915_mem_layer mem;
	/** @vm_device: state shared by its address spaces */
	struct i915_vm_device vm_device;
	/** @ggtt: the global address space and its page table */
	struct i915_ggtt ggtt;
};

static inline struct i915_vm_device *to_vm_device(const struct drm_i915_private *i915)
{
	return &container_of(i915, struct i915_vm_layer, mem.hw.i915)->vm_device;
}

static inline struct i915_ggtt *to_ggtt(const struct drm_i915_private *i915)
{
	return &container_of(i915, struct i915_vm_layer, mem.hw.i915)->ggtt;
}

#endif
