/* SPDX-License-Identifier: MIT */
#ifndef _I915_MEM_LAYER_H_
#define _I915_MEM_LAYER_H_

#include <linux/container_of.h>

#include "hw/i915_hw_layer.h"
#include "mem/i915_mm_types.h"

/**
 * struct i915_mem_layer - a device up to mem/: its GEM objects
 */
struct i915_mem_layer {
	/** @hw: what the layers below keep */
	struct i915_hw_layer hw;
	/** @mm: every GEM object of the device */
	struct i915_mm mm;
};

static inline struct i915_mm *to_mm(const struct drm_i915_private *i915)
{
	return &container_of(i915, struct i915_mem_layer, hw.i915)->mm;
}

#endif
