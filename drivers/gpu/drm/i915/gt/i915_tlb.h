/* SPDX-License-Identifier: MIT */
#ifndef _I915_TLB_H_
#define _I915_TLB_H_

#include "gt/i915_gt_types.h"

void i915_gt_invalidate_tlb(struct drm_i915_private *i915);

#endif
