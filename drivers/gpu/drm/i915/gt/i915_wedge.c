// SPDX-License-Identifier: MIT

#include <linux/pci.h>

#include "base/i915_drv.h"
#include "gt/i915_engine_iter.h"
#include "gt/i915_gt_power.h"
#include "gt/i915_ports.h"
#include "gt/i915_reset_hw.h"
#include "gt/i915_retire.h"
#include "gt/i915_sched.h"
#include "gt/i915_wedge.h"
#include "hw/i915_hw_layer.h"
#include "hw/i915_uncore.h"

/* How long an engine that does not reset may take to stop, microseconds */
#define CUT_OFF_STOP_US		1000

/**
 * DOC: Wedged
 *
 * The last resort: a GPU that does not come back from a reset, or that goes
 * away, is not used any more. Every request ends with -EIO, whatever it waits
 * for, and new ones are refused; so nothing keeps a process, a context or the
 * module. User space may still use buffers.
 *
 * It takes three steps. First no new request is begun (I915_GT_WEDGED) and
 * nothing is submitted any more. Then the hardware is reset, or, if that fails,
 * stopped as far as it can be, and loses its way to memory until it was reset.
 * Only then do requests end (i915_engine.given_up), oldest first: what a request
 * keeps goes back to the system when it does, so no engine may write there. A
 * request that is added in between just waits for the third step.
 */

/* Who does not stop either finds nothing when it asks for memory. */
static void i915_wedge_cut_off(struct i915_gt *gt)
{
	struct i915_engine *engine;
	unsigned int id;

	drm_err(&gt->i915->drm, "GPU reset failed, disabling bus mastering\n");
	for_each_engine(engine, gt, id)
		i915_reset_hw_stop(engine, CUT_OFF_STOP_US);
	pci_clear_master(to_pci_dev(gt->i915->drm.dev));
}

/* The GPU must not write to memory that is about to be freed */
static void i915_wedge_silence(struct i915_gt *gt)
{
	struct drm_i915_private *i915 = gt->i915;

	if (!i915->mock) {
		i915_forcewake_get(to_uncore(i915));
		if (i915_reset_hw_full(gt))
			i915_wedge_cut_off(gt);
		i915_forcewake_put(to_uncore(i915));
	}

	set_bit(I915_GT_GIVEN_UP, &gt->flags);
}

/* What was in a port may have run, and was not saved */
static void i915_wedge_rewind_port(const struct i915_port *port)
{
	if (port->rq)
		port->rq->lrc->rewind = true;
}

/* One timeline at a time, so that interrupts come through */
static void i915_wedge_engine(struct i915_engine *engine)
{
	struct i915_lrc *lrc;
	unsigned long flags;
	unsigned int n;
	LIST_HEAD(todo);

	spin_lock_irqsave(&engine->lock, flags);
	engine->given_up = true;
	for (n = 0; n < I915_PORTS; n++) {
		i915_wedge_rewind_port(&engine->active[n]);
		i915_wedge_rewind_port(&engine->pending[n]);
	}
	i915_engine_forget(engine);
	list_splice_init(&engine->lrcs, &todo);
	while ((lrc = list_first_entry_or_null(&todo, struct i915_lrc, engine_link))) {
		list_move_tail(&lrc->engine_link, &engine->lrcs);
		if (list_empty(&lrc->requests))
			continue;
		i915_sched_fail_all(lrc);
		i915_sched_unlock(engine, flags);
		spin_lock_irqsave(&engine->lock, flags);
	}
	i915_sched_unlock(engine, flags);
}

/**
 * i915_wedge_locked - give the GPU up
 * @gt: the GT; nothing happens if it is wedged already
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

	i915_wedge_silence(gt);

	for_each_engine(engine, gt, id)
		i915_wedge_engine(engine);
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
	bool cookie = dma_fence_begin_signalling();

	mutex_lock(&gt->reset_mutex);
	i915_wedge_locked(gt);
	mutex_unlock(&gt->reset_mutex);
	dma_fence_end_signalling(cookie);
}

static int i915_unwedge_locked(struct i915_gt *gt)
{
	struct drm_i915_private *i915 = gt->i915;
	int ret = 0;

	/* did not wake up: behind the gate of its registers every reset seems to succeed */
	if (test_bit(I915_GT_ASLEEP, &gt->flags) || i915_uncore_is_gone(to_uncore(i915)))
		return -EIO;

	if (!i915->mock) {
		i915_forcewake_get(to_uncore(i915));
		ret = i915_reset_hw_full(gt);
		i915_forcewake_put(to_uncore(i915));
		if (ret)
			return ret;
		/* not before: what runs on would write to memory that is somebody else's */
		pci_set_master(to_pci_dev(i915->drm.dev));
	}

	i915_forcewake_get(to_uncore(i915));
	clear_bit(I915_GT_GIVEN_UP, &gt->flags);
	i915_reset_start(gt);
	i915_forcewake_put(to_uncore(i915));
	clear_bit(I915_GT_WEDGED, &gt->flags);
	atomic_inc(&gt->reset_count);

	return 0;
}

/**
 * i915_gt_unset_wedged - give the GPU another chance
 * @gt: the GT; nothing happens if it is not wedged
 *
 * Context: process context, sleeps.
 * Return: 0; -EIO: it still does not reset, or did not come back from a sleep of
 * the system; -ENODEV: it is on its way out.
 */
int i915_gt_unset_wedged(struct i915_gt *gt)
{
	int ret = 0;

	mutex_lock(&gt->reset_mutex);
	if (test_bit(I915_GT_UNPLUGGED, &gt->flags))
		ret = -ENODEV;
	else if (i915_gt_is_wedged(gt))
		ret = i915_unwedge_locked(gt);
	mutex_unlock(&gt->reset_mutex);

	return ret;
}
