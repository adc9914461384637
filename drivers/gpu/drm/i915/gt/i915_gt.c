// SPDX-License-Identifier: MIT

#include <linux/sched/signal.h>

#include "base/i915_drv.h"
#include "base/i915_params.h"
#include "gt/i915_engine_iter.h"
#include "gt/i915_engine_life.h"
#include "gt/i915_execlists.h"
#include "gt/i915_gt.h"
#include "gt/i915_gt_power.h"
#include "gt/i915_heartbeat.h"
#include "gt/i915_request_fence.h"
#include "gt/i915_reset_hw.h"
#include "gt/i915_retire.h"
#include "gt/i915_tlb.h"
#include "gt/i915_uevent.h"
#include "gt/i915_wedge.h"
#include "hw/i915_device_info.h"
#include "hw/i915_hw_layer.h"
#include "hw/i915_uncore.h"
#include "mem/i915_mem_layer.h"

/**
 * DOC: GT
 *
 * The engines and what they share, from load to unload. Everything else in this
 * directory is below: what an engine is and does, requests, the scheduler, and
 * the recovery from hangs.
 */

/**
 * i915_gt_listen - let every request interrupt at its end, or no longer
 * @gt: the GT
 * @by: 1: somebody counts interrupts; -1: no longer
 *
 * As a rule a request interrupts only if somebody waits for it; for whoever
 * counts interrupts to see the GPU at work all of them do.
 *
 * Context: any, outside engine->lock.
 */
void i915_gt_listen(struct i915_gt *gt, int by)
{
	struct i915_engine *engine;
	unsigned long flags;
	unsigned int id;

	for_each_engine(engine, gt, id) {
		spin_lock_irqsave(&engine->lock, flags);
		/* one for all of them: each for itself they would run over */
		if (!engine->listeners)
			engine->signals += I915_SIGNALS_ALL;
		engine->listeners += by;
		if (!engine->listeners)
			engine->signals -= I915_SIGNALS_ALL;
		/* what ended before it was unmasked is no news to anybody */
		engine->ops->update_irq(engine);
		spin_unlock_irqrestore(&engine->lock, flags);
	}
}

/**
 * i915_gt_engine - find an engine by its user API name
 * @gt: the GT
 * @uabi_class: I915_ENGINE_CLASS_*
 * @uabi_instance: instance within the class
 *
 * Context: any.
 * Return: the engine, or NULL.
 */
struct i915_engine *i915_gt_engine(struct i915_gt *gt, u16 uabi_class, u16 uabi_instance)
{
	struct i915_engine *engine;
	unsigned int id;

	for_each_engine(engine, gt, id) {
		if (engine->desc->uabi_class == uabi_class &&
		    engine->desc->uabi_instance == uabi_instance)
			return engine;
	}

	return NULL;
}

static void i915_gt_init_early(struct i915_gt *gt, struct drm_i915_private *i915)
{
	gt->i915 = i915;
	/* each mock device has a name of its own, and there are many */
	gt->driver_name = i915->mock ? DRIVER_NAME :
				       i915_request_driver_name(dev_name(i915->drm.dev));
	i915_gt_power_init(gt);
	INIT_WORK(&gt->uevent_work, i915_gt_announce_work);
	spin_lock_init(&gt->sched_lock);
	INIT_LIST_HEAD(&gt->raise);
	mutex_init(&gt->reset_mutex);
}

static void i915_gt_destroy_engines(struct i915_gt *gt)
{
	struct i915_engine *engine;
	unsigned int id;

	for_each_engine(engine, gt, id)
		i915_engine_destroy(engine);
	i915_gt_power_fini(gt);
	i915_retire_fini(gt);
	cancel_work_sync(&gt->uevent_work);
	mutex_destroy(&gt->reset_mutex);
}

/**
 * i915_gt_init_engines - make the engines
 * @gt: part of @i915
 * @i915: the device; the GGTT is up
 * @ops: how requests reach the engines
 *
 * The hardware is not touched.
 *
 * Context: process context, may sleep.
 * Return: 0 or a negative errno; on failure nothing is left.
 */
int i915_gt_init_engines(struct i915_gt *gt, struct drm_i915_private *i915,
			 const struct i915_engine_ops *ops)
{
	unsigned int id;
	int ret;

	i915_gt_init_early(gt, i915);
	ret = i915_retire_init(gt);
	for (id = 0; id < I915_ENGINES && !ret; id++) {
		if (i915->info->engine_mask & BIT(id))
			ret = i915_engine_create(gt, id, ops);
	}
	if (ret)
		i915_gt_destroy_engines(gt);

	return ret;
}

static int i915_gt_start(struct i915_gt *gt)
{
	int ret;

	ret = i915_inject_probe_error(gt->i915);
	if (ret)
		return ret;

	/* whatever firmware or an earlier driver left running */
	mutex_lock(&gt->reset_mutex);
	ret = i915_reset_hw_full(gt);
	if (!ret)
		i915_reset_start(gt);
	mutex_unlock(&gt->reset_mutex);
	if (ret)
		drm_err(&gt->i915->drm, "GPU reset failed at load\n");

	return ret;
}

/**
 * i915_gt_init - make the engines and reset the GPU
 * @gt: part of @i915
 * @i915: the device; registers and GGTT are up
 *
 * Nothing can run before i915_gt_irq_install().
 *
 * Context: process context, may sleep.
 * Return: 0 or a negative errno; on failure nothing is left.
 */
int i915_gt_init(struct i915_gt *gt, struct drm_i915_private *i915)
{
	int ret;

	ret = i915_inject_probe_error(i915);
	if (ret)
		return ret;

	ret = i915_gt_init_engines(gt, i915, &i915_execlists_ops);
	if (ret)
		return ret;

	i915_forcewake_get(to_uncore(i915));
	ret = i915_gt_start(gt);
	if (ret)
		i915_gt_destroy_engines(gt);
	else
		to_mm(i915)->invalidate_tlb = i915_gt_invalidate_tlb;
	i915_forcewake_put(to_uncore(i915));

	return ret;
}

/**
 * i915_gt_unplug - the device goes away
 * @gt: the GT
 *
 * No new work is taken, for good; what is in flight fails with -EIO. The GPU is
 * reset and may sleep. Contexts may still be on their way to their end on
 * i915->wq: see i915_device_quiesce().
 *
 * Context: process context, sleeps.
 */
void i915_gt_unplug(struct i915_gt *gt)
{
	set_bit(I915_GT_UNPLUGGED, &gt->flags);
	i915_gt_set_wedged(gt);

	flush_work(&gt->retire_work);
	i915_gt_retire(gt);
	i915_gt_park(gt);
}

/**
 * i915_gt_fini - free the engines
 * @gt: unplugged, interrupts are uninstalled, every context but the kernel's is gone
 *
 * Context: process context, sleeps.
 */
void i915_gt_fini(struct i915_gt *gt)
{
	struct i915_engine *engine;
	unsigned int id;

	to_mm(gt->i915)->invalidate_tlb = NULL;
	drm_WARN_ON(&gt->i915->drm, atomic_read(&gt->awake) ||
		    gt->forcewake_held || to_uncore(gt->i915)->wakeref);

	for_each_engine(engine, gt, id)
		i915_heartbeat_stop(engine);
	i915_gt_destroy_engines(gt);
}
