/* SPDX-License-Identifier: MIT */
#ifndef _I915_HW_LAYER_H_
#define _I915_HW_LAYER_H_

#include <linux/container_of.h>

#include "base/i915_drv.h"
#include "hw/i915_topology_types.h"
#include "hw/i915_uncore_types.h"

/**
 * struct i915_hw_layer - a device up to hw/: registers, forcewake, and what the chip is
 */
struct i915_hw_layer {
	/** @i915: the device, as every layer knows it */
	struct drm_i915_private i915;
	/** @topology: slices, subslices and EUs that are not fused off; constant after probe */
	struct i915_topology topology;
	/** @uncore: registers and forcewake */
	struct i915_uncore uncore;
};

static inline struct i915_topology *to_topology(const struct drm_i915_private *i915)
{
	return &container_of(i915, struct i915_hw_layer, i915)->topology;
}

static inline struct i915_uncore *to_uncore(const struct drm_i915_private *i915)
{
	return &container_of(i915, struct i915_hw_layer, i915)->uncore;
}

#endif
