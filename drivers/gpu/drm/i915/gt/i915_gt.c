// SPDX-License-Identifier: MIT

#include <linux/sched/signal.h>

#include "gt/i915_engine.h"
#include "gt/i915_request.h"
#include "gt/i915_sched.h"
#include "hw/i915_workarounds.h"
#include "i915_params.h"

/**
 * DOC: GT
 *
 * The engines and what they share: power, interrupts, reset. The GPU is awake
 * (forcewake is held) from the first request in flight to a moment after the
 * last one retired; the moment spares a busy user the handshake for every
 * request, and i915_gt_park() ends it at once.
 */

#define GT_PARK_DELAY_MS	100
#define GT_IDLE_POLL_MS		50

static void gt_unpark(struct i915_gt *gt)
{
	unsigned long flags;

	spin_lock_irqsave(&gt->awake_lock, flags);
	if (!gt->forcewake_held) {
		i915_forcewake_get(&gt->i915->uncore);
		gt->awake_since = ktime_get_ns();
		WRITE_ONCE(gt->forcewake_held, true);
	}
	spin_unlock_irqrestore(&gt->awake_lock, flags);
}

/**
 * i915_gt_get_awake - a request is in flight
 * @gt: the GT
 *
 * Context: any.
 */
void i915_gt_get_awake(struct i915_gt *gt)
{
	atomic_inc(&gt->awake);
	/* pairs with i915_gt_park(): it sees the count, or we see that it parked */
	smp_mb__after_atomic();
	if (!READ_ONCE(gt->forcewake_held))
		gt_unpark(gt);
}

/**
 * i915_gt_put_awake - a request retired
 * @gt: the GT
 *
 * Context: any.
 */
void i915_gt_put_awake(struct i915_gt *gt)
{
	if (!atomic_dec_and_test(&gt->awake))
		return;

	if (wq_has_sleeper(&gt->idle_wq))
		wake_up_all(&gt->idle_wq);
	/* one that is queued already will do */
	queue_delayed_work(system_wq, &gt->park_work, msecs_to_jiffies(GT_PARK_DELAY_MS));
}

/**
 * i915_gt_park - let the GPU sleep now, if it is idle
 * @gt: the GT
 *
 * Context: any.
 */
void i915_gt_park(struct i915_gt *gt)
{
	unsigned long flags;

	spin_lock_irqsave(&gt->awake_lock, flags);
	if (gt->forcewake_held) {
		WRITE_ONCE(gt->forcewake_held, false);
		/* pairs with i915_gt_get_awake() */
		smp_mb();
		if (atomic_read(&gt->awake)) {
			WRITE_ONCE(gt->forcewake_held, true);
		} else {
			gt->awake_ns += ktime_get_ns() - gt->awake_since;
			i915_forcewake_put(&gt->i915->uncore);
		}
	}
	spin_unlock_irqrestore(&gt->awake_lock, flags);
}

/**
 * i915_gt_get_if_awake - keep the GPU awake if it is awake
 * @gt: the GT
 *
 * Context: any.
 * Return: true: the caller drops it with i915_forcewake_put(); false: it sleeps.
 */
bool i915_gt_get_if_awake(struct i915_gt *gt)
{
	unsigned long flags;
	bool awake;

	spin_lock_irqsave(&gt->awake_lock, flags);
	awake = gt->forcewake_held;
	if (awake)
		i915_forcewake_get(&gt->i915->uncore);
	spin_unlock_irqrestore(&gt->awake_lock, flags);

	return awake;
}

/**
 * i915_gt_awake_ns - how long requests kept the GPU awake
 * @gt: the GT
 *
 * Context: any.
 * Return: nanoseconds since load.
 */
u64 i915_gt_awake_ns(struct i915_gt *gt)
{
	unsigned long flags;
	u64 ns;

	spin_lock_irqsave(&gt->awake_lock, flags);
	ns = gt->awake_ns;
	if (gt->forcewake_held)
		ns += ktime_get_ns() - gt->awake_since;
	spin_unlock_irqrestore(&gt->awake_lock, flags);

	return ns;
}

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
		engine->signals += by * I915_SIGNALS_ALL;
		/* what ended before it was unmasked is no news to anybody */
		engine->ops->update_irq(engine);
		spin_unlock_irqrestore(&engine->lock, flags);
	}
}

static void park_worker(struct work_struct *work)
{
	i915_gt_park(container_of(work, struct i915_gt, park_work.work));
}

/**
 * i915_gt_retire_short - retire what is complete, on all engines, but long lists
 * @gt: the GT
 *
 * When it returns, nothing of any request that was complete before the call is
 * left, also if another CPU was in the middle of retiring it; except what is
 * left to i915_sched_retire_late(), which may take long and be another client's.
 *
 * Context: process context; not from i915_gt.retire_work.
 */
void i915_gt_retire_short(struct i915_gt *gt)
{
	struct i915_engine *engine;
	unsigned int id;

	for_each_engine(engine, gt, id) {
		do {
			i915_sched_retire(engine);
		} while (!list_empty_careful(&engine->done));
		while (atomic_read_acquire(&engine->retiring))
			cpu_relax();
	}
}

/**
 * i915_gt_retire - retire what is complete, on all engines
 * @gt: the GT
 *
 * i915_gt_retire_short(), and long lists.
 *
 * Context: process context, sleeps; not from i915_gt.retire_work.
 */
void i915_gt_retire(struct i915_gt *gt)
{
	i915_gt_retire_short(gt);
	i915_sched_retire_late(gt);
}

/* A portion of each engine; if that is not all, it is queued again */
static void retire_worker(struct work_struct *work)
{
	struct i915_gt *gt = container_of(work, struct i915_gt, retire_work);
	bool cookie = dma_fence_begin_signalling();
	struct i915_engine *engine;
	unsigned int id;

	for_each_engine(engine, gt, id)
		i915_sched_retire(engine);
	dma_fence_end_signalling(cookie);
}

static void late_worker(struct work_struct *work)
{
	i915_sched_retire_late(container_of(work, struct i915_gt, late_work));
}

/**
 * i915_gt_wait_for_idle - wait until nothing is in flight
 * @gt: the GT
 * @timeout: jiffies
 *
 * Does not count on interrupts: it also looks from time to time.
 *
 * Context: process context, sleeps; interruptible.
 * Return: 0, -ETIME or -ERESTARTSYS.
 */
int i915_gt_wait_for_idle(struct i915_gt *gt, long timeout)
{
	const long poll = msecs_to_jiffies(GT_IDLE_POLL_MS);
	long slice, ret;

	for (;;) {
		i915_gt_retire(gt);
		if (!atomic_read(&gt->awake))
			return 0;
		if (timeout <= 0)
			return -ETIME;

		slice = min(timeout, poll);
		ret = wait_event_interruptible_timeout(gt->idle_wq, !atomic_read(&gt->awake),
						       slice);
		if (ret < 0)
			return ret;
		if (timeout != MAX_SCHEDULE_TIMEOUT)
			timeout -= slice - ret;
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

static void gt_context_release(struct kref *ref)
{
	struct i915_gt_context *ctx = container_of(ref, struct i915_gt_context, ref);

	ctx->release(ctx);
}

/**
 * i915_gt_context_put - drop a reference of a context
 * @ctx: the context
 *
 * Context: any.
 */
void i915_gt_context_put(struct i915_gt_context *ctx)
{
	kref_put(&ctx->ref, gt_context_release);
}

static void gt_init_early(struct i915_gt *gt, struct drm_i915_private *i915)
{
	gt->i915 = i915;
	/* each mock device has a name of its own, and there are many */
	gt->driver_name = i915->mock ? DRIVER_NAME :
				       i915_request_driver_name(dev_name(i915->drm.dev));
	atomic_set(&gt->awake, 0);
	init_waitqueue_head(&gt->idle_wq);
	INIT_DELAYED_WORK(&gt->park_work, park_worker);
	INIT_WORK(&gt->retire_work, retire_worker);
	INIT_WORK(&gt->uevent_work, i915_gt_announce_work);
	INIT_WORK(&gt->late_work, late_worker);
	mutex_init(&gt->late_mutex);
	spin_lock_init(&gt->awake_lock);
	spin_lock_init(&gt->sched_lock);
	INIT_LIST_HEAD(&gt->raise);
	mutex_init(&gt->reset_mutex);
}

static void gt_destroy_engines(struct i915_gt *gt)
{
	struct i915_engine *engine;
	unsigned int id;

	for_each_engine(engine, gt, id)
		i915_engine_destroy(engine);
	cancel_delayed_work_sync(&gt->park_work);
	cancel_work_sync(&gt->retire_work);
	cancel_work_sync(&gt->uevent_work);
	cancel_work_sync(&gt->late_work);
	destroy_workqueue(gt->late_wq);
	mutex_destroy(&gt->late_mutex);
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

	gt_init_early(gt, i915);
	gt->late_wq = alloc_workqueue("i915-late", WQ_UNBOUND | WQ_HIGHPRI | WQ_MEM_RECLAIM, 1);
	if (!gt->late_wq)
		return -ENOMEM;

	for (id = 0; id < I915_ENGINES; id++) {
		if (!(i915->info->engine_mask & BIT(id)))
			continue;
		ret = i915_engine_create(gt, id, ops);
		if (ret) {
			gt_destroy_engines(gt);
			return ret;
		}
	}

	return 0;
}

static int gt_start(struct i915_gt *gt)
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
		drm_err(&gt->i915->drm, "the GPU does not reset\n");

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

	i915_forcewake_get(&i915->uncore);
	ret = gt_start(gt);
	if (ret)
		gt_destroy_engines(gt);
	else
		i915->mm.invalidate_tlb = i915_gt_invalidate_tlb;
	i915_forcewake_put(&i915->uncore);

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

	gt->i915->mm.invalidate_tlb = NULL;
	drm_WARN_ON(&gt->i915->drm, atomic_read(&gt->awake) ||
		    gt->forcewake_held || gt->i915->uncore.wakeref);

	for_each_engine(engine, gt, id)
		i915_heartbeat_stop(engine);
	gt_destroy_engines(gt);
}
