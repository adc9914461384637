/* SPDX-License-Identifier: MIT */
#ifndef _I915_GT_LAYER_H_
#define _I915_GT_LAYER_H_

#include <linux/container_of.h>

#include "gt/i915_gt_types.h"
#include "vm/i915_vm_layer.h"

/**
 * struct i915_gt_layer - a device up to gt/: its engines
 */
struct i915_gt_layer {
	/** @vm: what the layers below keep */
	struct i915_vm_layer vm;
	/** @gt: engines, interrupts, reset */
	struct i915_gt gt;
};

static inline struct i915_gt *to_gt(const struct drm_i915_private *i915)
{
	return &container_of(i915, struct i915_gt_layer, vm.mem.hw.i915)->gt;
}

#endif
