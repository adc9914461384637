/* SPDX-License-Identifier: MIT */
#ifndef _I915_TOPOLOGY_TYPES_H_
#define _I915_TOPOLOGY_TYPES_H_

#include <linux/types.h>

#define I915_MAX_SLICES		3
#define I915_MAX_SUBSLICES	4
#define I915_MAX_EUS		8

/**
 * struct i915_topology - slices, subslices and EUs that are not fused off
 */
struct i915_topology {
	/** @slice_mask: mask of the enabled slices */
	u8 slice_mask;
	/** @subslice_mask: mask of the enabled subslices, by slice */
	u8 subslice_mask[I915_MAX_SLICES];
	/** @eu_mask: mask of the enabled execution units, by slice and subslice */
	u8 eu_mask[I915_MAX_SLICES][I915_MAX_SUBSLICES];
	/** @max_subslices: subslices per slice in the fuse format: 3 on gen8, 4 on gen9 */
	u8 max_subslices;
};

#endif
