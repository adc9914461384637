// SPDX-License-Identifier: MIT

#include "base/i915_drv.h"
#include "gt/i915_engine.h"
#include "gt/i915_engine_iter.h"
#include "gt/i915_gt_pm.h"
#include "gt/i915_gt_power.h"
#include "gt/i915_irq.h"
#include "gt/i915_ports.h"
#include "gt/i915_reset_hw.h"
#include "gt/i915_retire.h"
#include "gt/i915_sched.h"
#include "gt/i915_watch.h"
#include "gt/i915_wedge.h"
#include "hw/i915_engine_regs.h"
#include "hw/i915_gt_regs.h"
#include "hw/i915_hw_layer.h"
#include "hw/i915_uncore.h"

/**
 * DOC: System sleep
 *
 * A sleep costs no work. When the system goes to sleep user space is frozen;
 * what is in flight gets a moment to end by itself. What does not is taken back
 * from the hardware, as in a reset that nobody is to blame for: it stands in
 * the queues of its engines through the sleep, its fences unsignalled, and a
 * batch that had begun begins again when the system is back. The GPU is reset,
 * so that it does not write to memory that is being saved.
 *
 * Waking up takes nothing for granted. Registers may be those of a power-on, or
 * those of the kernel that loaded the image of a hibernated one. So it is a load
 * in small: forcewake, page table, reset, registers, interrupts; then the queues
 * are submitted.
 *
 * In between the gate of the registers is closed, see i915_uncore_close(), and
 * nobody resets anything, see i915_gt_is_up().
 */

/* For what is in flight to end by itself */
#define GT_SUSPEND_IDLE_MS	100

static void i915_gt_hold(struct i915_engine *engine)
{
	spin_lock_irq(&engine->lock);
	engine->stopped = true;
	spin_unlock_irq(&engine->lock);
}

/* What is not complete returns to the queue. */
static void i915_gt_take_back(struct i915_engine *engine)
{
	struct i915_lrc *running;
	unsigned long flags;

	spin_lock_irqsave(&engine->lock, flags);
	engine->ops->drain(engine);
	/* it was not saved: HEAD in its image is old */
	running = i915_engine_running_lrc(engine);
	if (running)
		running->rewind = true;
	i915_sched_unwind(engine, NULL);
	i915_engine_forget(engine);
	i915_sched_unlock(engine, flags);
}

static void i915_gt_stop(struct i915_gt *gt)
{
	struct i915_engine *engine;
	unsigned int id;

	i915_forcewake_get(to_uncore(gt->i915));
	for_each_engine(engine, gt, id)
		i915_gt_hold(engine);
	/* a command that does not end is ended by the reset */
	for_each_engine(engine, gt, id)
		i915_reset_hw_stop(engine, USEC_PER_MSEC);
	for_each_engine(engine, gt, id)
		i915_gt_take_back(engine);
	if (i915_reset_hw_full(gt)) {
		drm_err(&gt->i915->drm, "GPU reset failed, declaring the GPU wedged\n");
		i915_wedge_locked(gt);
	}
	i915_forcewake_put(to_uncore(gt->i915));
}

/**
 * i915_gt_suspend - the system goes to sleep
 * @gt: the GT
 *
 * What is in flight is kept for i915_gt_resume().
 *
 * Context: process context, sleeps; user space is frozen.
 */
void i915_gt_suspend(struct i915_gt *gt)
{
	bool cookie;

	/* how it ends is all the same: what is left is taken back */
	i915_gt_wait_for_idle(gt, msecs_to_jiffies(GT_SUSPEND_IDLE_MS));

	cookie = dma_fence_begin_signalling();
	mutex_lock(&gt->reset_mutex);
	if (!i915_gt_is_wedged(gt))
		i915_gt_stop(gt);
	set_bit(I915_GT_ASLEEP, &gt->flags);
	mutex_unlock(&gt->reset_mutex);
	dma_fence_end_signalling(cookie);

	i915_gt_irq_stop(gt);
	flush_work(&gt->retire_work);
	i915_gt_retire(gt);
	i915_gt_park(gt);
}

/* Submit what stood in the queue. The time that passed is nobody's hang. */
static void i915_gt_go_on(struct i915_engine *engine)
{
	struct i915_lrc *lrc;
	unsigned long flags;

	spin_lock_irqsave(&engine->lock, flags);
	list_for_each_entry(lrc, &engine->lrcs, engine_link)
		lrc->watch_since = jiffies;
	i915_ports_submit(engine);
	i915_sched_unlock(engine, flags);
}

/* Return: true if the engines may be given work again */
static bool i915_gt_restart(struct i915_gt *gt)
{
	struct i915_engine *engine;
	bool up, cookie;
	unsigned int id;

	cookie = dma_fence_begin_signalling();
	mutex_lock(&gt->reset_mutex);
	i915_forcewake_get(to_uncore(gt->i915));
	if (i915_reset_hw_full(gt)) {
		drm_err(&gt->i915->drm, "GPU reset failed, declaring the GPU wedged\n");
		i915_wedge_locked(gt);
	}
	i915_gt_irq_start(gt);
	up = !i915_gt_is_wedged(gt);
	if (up)
		i915_reset_start(gt);
	i915_forcewake_put(to_uncore(gt->i915));
	/* before its finding can reset anything */
	for_each_engine(engine, gt, id)
		WRITE_ONCE(engine->heartbeat_seen.since, jiffies);
	clear_bit(I915_GT_ASLEEP, &gt->flags);
	mutex_unlock(&gt->reset_mutex);
	dma_fence_end_signalling(cookie);

	return up;
}

/**
 * i915_gt_resume - the system is back
 * @gt: the GT; its registers answer, the global page table is written
 *
 * A GPU that was wedged stays so.
 *
 * Context: process context, sleeps.
 */
void i915_gt_resume(struct i915_gt *gt)
{
	struct i915_engine *engine;
	unsigned int id;

	if (!i915_gt_restart(gt))
		return;

	for_each_engine(engine, gt, id)
		i915_gt_go_on(engine);
}
