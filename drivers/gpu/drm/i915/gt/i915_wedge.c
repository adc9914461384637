// SPDX-License-Identifier: MIT

#include "gt/i915_engine.h"
#include "gt/i915_ports.h"
#include "gt/i915_request.h"
#include "gt/i915_sched.h"
#include "hw/i915_gt_regs.h"

/**
 * DOC: Wedged
 *
 * The last resort: a GPU that does not come back from a reset, or that goes
 * away, is not used any more. Every request ends at once with -EIO, whatever
 * it waits for, and new ones are refused; so nothing keeps a process, a
 * context or the module. User space may still use buffers.
 */

static void wedge_engine(struct i915_engine *engine)
{
	struct i915_lrc *lrc;
	unsigned long flags;

	spin_lock_irqsave(&engine->lock, flags);
	list_for_each_entry(lrc, &engine->lrcs, engine_link) {
		i915_sched_fail_all(lrc);
		/* one that was running was not saved */
		lrc->rewind = true;
	}
	i915_ports_clear(engine);
	i915_sched_unlock(engine, flags);
}

/**
 * i915_wedge_locked - give the GPU up
 * @gt: the GT
 *
 * Context: process context, sleeps; gt->reset_mutex held.
 */
void i915_wedge_locked(struct i915_gt *gt)
{
	struct i915_engine *engine;
	unsigned int id;

	lockdep_assert_held(&gt->reset_mutex);

	if (test_and_set_bit(I915_GT_WEDGED, &gt->flags))
		return;

	for_each_engine(engine, gt, id) {
		spin_lock_irq(&engine->lock);
		engine->stopped = true;
		spin_unlock_irq(&engine->lock);
	}

	/* stop the GPU's writes to memory that is about to be freed */
	if (!gt->i915->mock) {
		i915_forcewake_get(&gt->i915->uncore);
		i915_reset_hw_full(gt);
		i915_forcewake_put(&gt->i915->uncore);
	}

	for_each_engine(engine, gt, id)
		wedge_engine(engine);
	wake_up_all(&gt->idle_wq);
}

/**
 * i915_gt_set_wedged - give the GPU up
 * @gt: the GT; nothing happens if it is wedged already
 *
 * Context: process context, sleeps.
 */
void i915_gt_set_wedged(struct i915_gt *gt)
{
	mutex_lock(&gt->reset_mutex);
	i915_wedge_locked(gt);
	mutex_unlock(&gt->reset_mutex);
}

static int unwedge_locked(struct i915_gt *gt)
{
	struct i915_engine *engine;
	unsigned int id;
	int ret = 0;

	if (!gt->i915->mock) {
		i915_forcewake_get(&gt->i915->uncore);
		ret = i915_reset_hw_full(gt);
		if (!ret)
			i915_reset_resume(gt);
		i915_forcewake_put(&gt->i915->uncore);
	}
	if (ret)
		return ret;

	for_each_engine(engine, gt, id) {
		spin_lock_irq(&engine->lock);
		engine->stopped = false;
		spin_unlock_irq(&engine->lock);
	}
	clear_bit(I915_GT_WEDGED, &gt->flags);
	atomic_inc(&gt->reset_count);

	return 0;
}

/**
 * i915_gt_unset_wedged - give the GPU another chance
 * @gt: the GT; nothing happens if it is not wedged
 *
 * Context: process context, sleeps.
 * Return: 0, or -EIO: it still does not reset.
 */
int i915_gt_unset_wedged(struct i915_gt *gt)
{
	int ret = 0;

	mutex_lock(&gt->reset_mutex);
	if (i915_gt_is_wedged(gt))
		ret = unwedge_locked(gt);
	mutex_unlock(&gt->reset_mutex);

	return ret;
}
