/* SPDX-License-Identifier: MIT */
#ifndef _I915_IRQ_H_
#define _I915_IRQ_H_

#include "gt/i915_gt_types.h"

void i915_gt_irq_reset(struct i915_gt *gt);
int i915_gt_irq_install(struct i915_gt *gt);
void i915_gt_irq_start(struct i915_gt *gt);
void i915_gt_irq_recall(struct i915_gt *gt);
bool i915_gt_irq_stop(struct i915_gt *gt);
void i915_gt_irq_uninstall(struct i915_gt *gt);

#endif
