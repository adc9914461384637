/* SPDX-License-Identifier: MIT */
#ifndef _I915_MM_TLB_H_
#define _I915_MM_TLB_H_

#include <linux/types.h>

struct drm_i915_private;
struct i915_mm;

void i915_tlb_stamp(struct i915_mm *mm, u32 *stamp);
void i915_tlb_flush(struct drm_i915_private *i915, u32 stamp);

#endif
