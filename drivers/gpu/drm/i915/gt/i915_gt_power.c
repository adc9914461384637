// SPDX-License-Identifier: MIT

#include <linux/ktime.h>

#include "base/i915_drv.h"
#include "gt/i915_gt_power.h"
#include "hw/i915_hw_layer.h"
#include "hw/i915_uncore.h"

/**
 * DOC: Power
 *
 * The GPU is kept awake (forcewake is held) from the first request in flight until
 * shortly after the last one retired. The delay spares a busy client the wake-up
 * handshake for every request; i915_gt_park() cuts it short.
 */

#define GT_PARK_DELAY_MS	100

static void i915_gt_power_up(struct i915_gt *gt)
{
	unsigned long flags;

	spin_lock_irqsave(&gt->awake_lock, flags);
	if (!gt->forcewake_held) {
		i915_forcewake_get(to_uncore(gt->i915));
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
		i915_gt_power_up(gt);
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
			i915_forcewake_put(to_uncore(gt->i915));
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
		i915_forcewake_get(to_uncore(gt->i915));
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

static void i915_gt_park_worker(struct work_struct *work)
{
	i915_gt_park(container_of(work, struct i915_gt, park_work.work));
}

/**
 * i915_gt_power_init - set up waking and parking
 * @gt: the GT, new
 *
 * Context: process context.
 */
void i915_gt_power_init(struct i915_gt *gt)
{
	atomic_set(&gt->awake, 0);
	init_waitqueue_head(&gt->idle_wq);
	INIT_DELAYED_WORK(&gt->park_work, i915_gt_park_worker);
	spin_lock_init(&gt->awake_lock);
}

/**
 * i915_gt_power_fini - the GT goes away
 * @gt: the GT, without a request in flight
 *
 * Context: process context, sleeps.
 */
void i915_gt_power_fini(struct i915_gt *gt)
{
	cancel_delayed_work_sync(&gt->park_work);
}
