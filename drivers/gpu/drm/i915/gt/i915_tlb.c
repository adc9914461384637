// SPDX-License-Identifier: MIT

#include "base/i915_drv.h"
#include "gt/i915_engine_iter.h"
#include "gt/i915_gt_layer.h"
#include "gt/i915_gt_power.h"
#include "gt/i915_tlb.h"
#include "hw/i915_hw_layer.h"
#include "hw/i915_uncore.h"

/**
 * DOC: TLB invalidation
 *
 * Every request begins by dropping the translations its engine remembers, so
 * moving and unbinding VMAs needs nothing here. Memory that goes back to the
 * system does, pages of objects and of page tables alike: a batch that runs
 * meanwhile, in the same address space, may still know the way to it. See
 * i915_tlb_flush().
 *
 * While no request is in flight nothing runs, and what runs next forgets first.
 */

#define TLB_TIMEOUT_US	4000

static bool i915_tlb_get_if_busy(struct i915_gt *gt)
{
	/* After a full barrier: a request that is not counted yet finds the new page tables. */
	return atomic_read(&gt->awake) && i915_gt_get_if_awake(gt);
}

/**
 * i915_gt_invalidate_tlb - make the engines forget every translation
 * @i915: the device
 *
 * A GPU without work has nothing to forget, nor has one that was given up: both
 * start anew. One that is only about to be wedged still runs.
 *
 * Context: any; busy-waits for some microseconds, allocates nothing.
 */
void i915_gt_invalidate_tlb(struct drm_i915_private *i915)
{
	struct i915_gt *gt = to_gt(i915);
	struct i915_engine *engine;
	unsigned int id;

	if (test_bit(I915_GT_GIVEN_UP, &gt->flags) || !i915_tlb_get_if_busy(gt))
		return;

	for_each_engine(engine, gt, id)
		i915_write(to_uncore(i915), engine->desc->tlb_inv_reg, 1);

	for_each_engine(engine, gt, id) {
		if (i915_uncore_wait(to_uncore(i915), engine->desc->tlb_inv_reg, 1, 0,
				     TLB_TIMEOUT_US))
			drm_err_ratelimited(&i915->drm, "%s: TLB invalidation timed out\n",
					    engine->desc->name);
	}

	i915_forcewake_put(to_uncore(i915));
}
