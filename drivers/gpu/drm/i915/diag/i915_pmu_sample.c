// SPDX-License-Identifier: MIT

#include <linux/hrtimer.h>
#include <linux/ktime.h>
#include <linux/minmax.h>

#include <uapi/drm/i915_drm.h>

#include "base/i915_drv.h"
#include "diag/i915_pmu.h"
#include "diag/i915_pmu_sample.h"
#include "gt/i915_engine.h"
#include "gt/i915_engine_iter.h"
#include "gt/i915_gt_layer.h"
#include "gt/i915_gt_power.h"
#include "hw/i915_engine_regs.h"
#include "hw/i915_hw_layer.h"
#include "hw/i915_uncore.h"

/**
 * DOC: Sampled events
 *
 * Only the engine knows whether it waits for an event or a semaphore, and it does
 * not report it. So a timer reads its state 200 times a second, and charges the
 * time since the previous sample to what it sees. The timer runs only while an
 * event counts that needs it, reads only engines that run something, and does not
 * wake a GPU that sleeps.
 */

#define I915_PMU_SAMPLE_NS	(5 * NSEC_PER_MSEC)
/* A late sample must not charge more than this */
#define I915_PMU_SAMPLE_MAX_NS	(4 * I915_PMU_SAMPLE_NS)

static const u32 i915_pmu_ctl_bit[I915_PMU_SAMPLED] = {
	[I915_SAMPLE_WAIT - I915_SAMPLE_WAIT] = RING_CTL_WAIT,
	[I915_SAMPLE_SEMA - I915_SAMPLE_WAIT] = RING_CTL_WAIT_SEMAPHORE,
};

static bool i915_pmu_wants(const struct i915_pmu *pmu, unsigned int id)
{
	return pmu->enabled[id][0] || pmu->enabled[id][1];
}

static bool i915_pmu_wants_any(const struct i915_pmu *pmu)
{
	unsigned int id;

	for (id = 0; id < I915_ENGINES; id++) {
		if (i915_pmu_wants(pmu, id))
			return true;
	}

	return false;
}

/* pmu->lock held, the GPU is awake */
static void i915_pmu_sample_engines(struct i915_pmu *pmu, u64 ns)
{
	struct i915_engine *engine;
	unsigned int id, n;
	u32 ctl;

	for_each_engine(engine, to_gt(pmu->i915), id) {
		if (!i915_pmu_wants(pmu, id) || !READ_ONCE(engine->running))
			continue;

		ctl = i915_engine_read(engine, RING_CTL);
		for (n = 0; n < I915_PMU_SAMPLED; n++) {
			if (ctl & i915_pmu_ctl_bit[n])
				WRITE_ONCE(pmu->sampled_ns[id][n], pmu->sampled_ns[id][n] + ns);
		}
	}
}

static enum hrtimer_restart i915_pmu_sample(struct hrtimer *timer)
{
	struct i915_pmu *pmu = container_of(timer, struct i915_pmu, timer);
	u64 now = ktime_get_ns();
	unsigned long flags;
	bool again;

	spin_lock_irqsave(&pmu->lock, flags);
	again = pmu->i915 && i915_pmu_wants_any(pmu);
	if (again && i915_gt_get_if_awake(to_gt(pmu->i915))) {
		i915_pmu_sample_engines(pmu, min(now - pmu->sampled_at, I915_PMU_SAMPLE_MAX_NS));
		i915_forcewake_put(to_uncore(pmu->i915));
	}
	pmu->sampled_at = now;
	if (again)
		hrtimer_forward_now(timer, ns_to_ktime(I915_PMU_SAMPLE_NS));
	spin_unlock_irqrestore(&pmu->lock, flags);

	return again ? HRTIMER_RESTART : HRTIMER_NORESTART;
}

/**
 * i915_pmu_sampling_init - set up sampling
 * @pmu: the new PMU
 *
 * Context: any.
 */
void i915_pmu_sampling_init(struct i915_pmu *pmu)
{
	hrtimer_init(&pmu->timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
	pmu->timer.function = i915_pmu_sample;
}

/**
 * i915_pmu_sampling_stop - stop sampling for good
 * @pmu: the PMU, without a device, so the timer does not start again
 *
 * Context: process context, sleeps.
 */
void i915_pmu_sampling_stop(struct i915_pmu *pmu)
{
	hrtimer_cancel(&pmu->timer);
	memset(pmu->enabled, 0, sizeof(pmu->enabled));
}

/**
 * i915_pmu_sampling_get - start counting an event that is sampled
 * @pmu: the PMU, with a device
 * @engine: the engine
 * @what: I915_SAMPLE_WAIT or I915_SAMPLE_SEMA
 *
 * Context: pmu->lock held.
 */
void i915_pmu_sampling_get(struct i915_pmu *pmu, struct i915_engine *engine, unsigned int what)
{
	bool first = !i915_pmu_wants_any(pmu);

	lockdep_assert_held(&pmu->lock);

	pmu->enabled[engine->id][what - I915_SAMPLE_WAIT]++;
	if (!first)
		return;

	pmu->sampled_at = ktime_get_ns();
	/* Pinned, so that no other CPU is woken: a run queue is locked. */
	hrtimer_start(&pmu->timer, ns_to_ktime(I915_PMU_SAMPLE_NS), HRTIMER_MODE_REL_PINNED);
}

/**
 * i915_pmu_sampling_put - stop counting an event that is sampled
 * @pmu: the PMU, with a device
 * @engine: the engine
 * @what: as in i915_pmu_sampling_get()
 *
 * The timer stops by itself when no event needs it.
 *
 * Context: pmu->lock held.
 */
void i915_pmu_sampling_put(struct i915_pmu *pmu, struct i915_engine *engine, unsigned int what)
{
	lockdep_assert_held(&pmu->lock);

	pmu->enabled[engine->id][what - I915_SAMPLE_WAIT]--;
}
