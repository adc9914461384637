/* SPDX-License-Identifier: MIT */
#ifndef _I915_DIAG_LAYER_H_
#define _I915_DIAG_LAYER_H_

#include <linux/container_of.h>

#include "diag/i915_diag_types.h"
#include "gt/i915_gt_layer.h"

/**
 * struct i915_diag_layer - a device up to diag/: its diagnostics; the whole of it
 */
struct i915_diag_layer {
	/** @gt: what the layers below keep */
	struct i915_gt_layer gt;
	/** @diag: sysfs directories and PMU */
	struct i915_diag diag;
};

static inline struct i915_diag *to_diag(const struct drm_i915_private *i915)
{
	return &container_of(i915, struct i915_diag_layer, gt.vm.mem.hw.i915)->diag;
}

#endif
