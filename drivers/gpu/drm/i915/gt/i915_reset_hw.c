// SPDX-License-Identifier: MIT

#include <linux/iopoll.h>

#include "base/i915_drv.h"
#include "gt/i915_engine.h"
#include "gt/i915_engine_iter.h"
#include "gt/i915_ports.h"
#include "gt/i915_reset_hw.h"
#include "hw/i915_engine_regs.h"
#include "hw/i915_gt_regs.h"
#include "hw/i915_hw_layer.h"
#include "hw/i915_pat.h"
#include "hw/i915_uncore.h"
#include "hw/i915_workarounds.h"

/**
 * DOC: Reset of the hardware
 *
 * The registers' side of a reset: ask the engines to get ready, pull the
 * reset, write back what they lost. What it means for requests and contexts is
 * in i915_reset.c.
 */

#define GDRST_TIMEOUT_US	20000
#define RESET_READY_TIMEOUT_US	1000
#define RESET_TRIES		3

/**
 * i915_reset_hw_stop - stop an engine at its next command
 * @engine: the engine, awake
 * @timeout_us: how long that may take, microseconds
 *
 * An engine that was reset, or has loaded another context, goes on.
 *
 * Context: process context, sleeps.
 */
void i915_reset_hw_stop(struct i915_engine *engine, unsigned long timeout_us)
{
	u32 mode;

	i915_engine_write(engine, RING_MI_MODE, i915_masked_enable(MI_MODE_STOP_RING));
	read_poll_timeout(i915_engine_read, mode, mode & MI_MODE_IDLE, 20, timeout_us + 20, false,
			  engine, RING_MI_MODE);
}

/**
 * i915_reset_hw - reset parts of the GPU
 * @gt: the GT, awake; the engines concerned are stopped
 * @gdrst: GDRST_* bits
 *
 * Context: process context, sleeps; gt->reset_mutex held.
 * Return: 0 or -EIO.
 */
int i915_reset_hw(struct i915_gt *gt, u32 gdrst)
{
	struct i915_uncore *uncore = to_uncore(gt->i915);
	struct i915_engine *engine;
	unsigned int id;
	u32 value;
	int ret;

	lockdep_assert_held(&gt->reset_mutex);

	for_each_engine(engine, gt, id) {
		if (!(gdrst & (engine->desc->reset_bit | GDRST_FULL)))
			continue;
		i915_engine_write(engine, RING_RESET_CTL, i915_masked_enable(RESET_CTL_REQUEST));
		ret = i915_uncore_wait(uncore, engine->desc->mmio_base + RING_RESET_CTL,
				       RESET_CTL_READY, RESET_CTL_READY, RESET_READY_TIMEOUT_US);
		if (ret)
			drm_notice(&gt->i915->drm, "%s did not get ready for its reset, resetting it anyway\n",
				   engine->desc->name);
	}

	i915_write(uncore, GEN6_GDRST, gdrst);
	ret = read_poll_timeout(i915_read, value, !(value & gdrst), 20, GDRST_TIMEOUT_US, false,
				uncore, GEN6_GDRST);

	for_each_engine(engine, gt, id) {
		if (gdrst & (engine->desc->reset_bit | GDRST_FULL))
			i915_engine_write(engine, RING_RESET_CTL,
					  i915_masked_disable(RESET_CTL_REQUEST));
	}

	return ret ? -EIO : 0;
}

/**
 * i915_reset_hw_full - reset the whole GPU, trying more than once
 * @gt: the GT, awake
 *
 * Context: process context, sleeps; gt->reset_mutex held.
 * Return: 0, also for a GPU that is gone, which writes nowhere any more; or -EIO.
 */
int i915_reset_hw_full(struct i915_gt *gt)
{
	unsigned int tries;
	int ret = 0;

	if (i915_uncore_is_gone(to_uncore(gt->i915)))
		return 0;

	for (tries = 0; tries < RESET_TRIES; tries++) {
		ret = i915_reset_hw(gt, GDRST_FULL);
		if (!ret)
			break;
	}

	return ret;
}

/**
 * i915_reset_resume - bring registers back after a full reset
 * @gt: the GT, awake
 *
 * Context: process context; gt->reset_mutex held.
 */
void i915_reset_resume(struct i915_gt *gt)
{
	const struct i915_wa_list *wa = i915_wa_gt(gt->i915->info);
	struct i915_engine *engine;
	unsigned int id;

	i915_pat_init(to_uncore(gt->i915));
	i915_wa_apply(to_uncore(gt->i915), wa);
	i915_wa_verify(to_uncore(gt->i915), wa);
	for_each_engine(engine, gt, id)
		engine->ops->resume(engine);
}

/**
 * i915_reset_start - let engines that were reset run
 * @gt: the GT, awake; every engine was reset and holds nothing
 *
 * Context: process context; gt->reset_mutex held.
 */
void i915_reset_start(struct i915_gt *gt)
{
	struct i915_engine *engine;
	unsigned int id;

	for_each_engine(engine, gt, id) {
		spin_lock_irq(&engine->lock);
		engine->stopped = true;
		i915_engine_forget(engine);
		spin_unlock_irq(&engine->lock);
	}

	if (!gt->i915->mock)
		i915_reset_resume(gt);

	for_each_engine(engine, gt, id) {
		spin_lock_irq(&engine->lock);
		engine->given_up = false;
		engine->stopped = false;
		spin_unlock_irq(&engine->lock);
	}
}

/**
 * i915_reset_report_fault - tell of a translation the GPU did not find
 * @gt: the GT, awake
 *
 * The register keeps the first one until it is cleared, here.
 *
 * Context: any.
 */
void i915_reset_report_fault(struct i915_gt *gt)
{
	struct i915_uncore *uncore = to_uncore(gt->i915);
	u32 fault = i915_read(uncore, GEN8_RING_FAULT);
	u32 low, high;
	u64 address;

	if (!(fault & RING_FAULT_VALID))
		return;

	low = i915_read(uncore, GEN8_FAULT_TLB_DATA0);
	high = i915_read(uncore, GEN8_FAULT_TLB_DATA1);
	address = (u64)(high & FAULT_VA_HIGH_MASK) << 44 | (u64)low << 12;
	drm_notice(&gt->i915->drm, "page fault: %s address 0x%llx, engine %u, type %u\n",
		   high & FAULT_GGTT ? "global" : "process", address, RING_FAULT_ENGINE(fault),
		   RING_FAULT_TYPE(fault));
	i915_write(uncore, GEN8_RING_FAULT, fault & ~RING_FAULT_VALID);
}
