// SPDX-License-Identifier: MIT

#include <linux/slab.h>
#include <linux/vmalloc.h>

#include <uapi/drm/i915_drm.h>

#include "base/i915_drv.h"
#include "base/i915_params.h"
#include "gt/i915_engine.h"
#include "hw/i915_engine_regs.h"
#include "hw/i915_gt_regs.h"
#include "hw/i915_hw_layer.h"
#include "hw/i915_mocs.h"
#include "hw/i915_uncore.h"
#include "hw/i915_workarounds.h"
#include "vm/i915_ggtt.h"

/**
 * DOC: Engines
 *
 * Every difference between one command streamer and another is a field of this
 * table. The second video engine of the GT3 variants is not used.
 */

const struct i915_engine_desc i915_engine_table[I915_ENGINES] = {
	[I915_RCS0] = {
		.name = "rcs0",
		.uabi_class = I915_ENGINE_CLASS_RENDER,
		.mmio_base = 0x02000,
		.reset_bit = GDRST_RENDER,
		.tlb_inv_reg = GEN8_RTCR,
		.mocs_base = GEN9_RCS_MOCS,
		.irq_bank = 0,
		.irq_shift = 0,
		.context_pages = { 20, 22 },
		.is_render = true,
	},
	[I915_BCS0] = {
		.name = "bcs0",
		.uabi_class = I915_ENGINE_CLASS_COPY,
		.mmio_base = 0x22000,
		.reset_bit = GDRST_BLT,
		.tlb_inv_reg = GEN8_BTCR,
		.mocs_base = GEN9_BCS0_MOCS,
		.irq_bank = 0,
		.irq_shift = 16,
		.context_pages = { 2, 2 },
	},
	[I915_VCS0] = {
		.name = "vcs0",
		.uabi_class = I915_ENGINE_CLASS_VIDEO,
		.mmio_base = 0x12000,
		.reset_bit = GDRST_MEDIA,
		.tlb_inv_reg = GEN8_M1TCR,
		.mocs_base = GEN9_VCS0_MOCS,
		.irq_bank = 1,
		.irq_shift = 0,
		.context_pages = { 2, 2 },
	},
	[I915_VECS0] = {
		.name = "vecs0",
		.uabi_class = I915_ENGINE_CLASS_VIDEO_ENHANCE,
		.mmio_base = 0x1a000,
		.reset_bit = GDRST_VECS,
		.tlb_inv_reg = GEN8_VTCR,
		.mocs_base = GEN9_VECS0_MOCS,
		.irq_bank = 3,
		.irq_shift = 0,
		.context_pages = { 2, 2 },
	},
};

/**
 * i915_engine_watch_errors - unmask the error interrupt of an engine
 * @engine: the engine
 *
 * The only error that the driver acts on is an invalid instruction.
 *
 * Context: any.
 */
void i915_engine_watch_errors(struct i915_engine *engine)
{
	i915_forcewake_get(to_uncore(engine->gt->i915));
	i915_engine_write(engine, RING_EMR, ~(u32)EMR_INVALID_INSTRUCTION);
	i915_forcewake_put(to_uncore(engine->gt->i915));
}

/**
 * i915_engine_resume_regs - write the registers that an engine loses in a reset
 * @engine: the engine, awake and idle
 *
 * All but the interrupt mask, which depends on who is waiting.
 *
 * Context: any.
 */
void i915_engine_resume_regs(struct i915_engine *engine)
{
	struct drm_i915_private *i915 = engine->gt->i915;
	const struct i915_wa_list *wa = i915_wa_engine(i915->info, engine->desc->is_render);
	u32 error;

	i915_engine_write(engine, RING_HWSTAM, ~0u);
	i915_engine_write(engine, RING_MODE, i915_masked_enable(RING_MODE_RUN_LIST));
	i915_engine_write(engine, RING_MI_MODE, i915_masked_disable(MI_MODE_STOP_RING));
	i915_engine_write(engine, RING_HWS_PGA, i915_ggtt_buf_offset(&engine->hwsp));
	i915_engine_read(engine, RING_HWS_PGA);

	i915_engine_write(engine, RING_EMR, ~0u);
	i915_engine_write(engine, RING_EIR, ~0u);
	error = i915_engine_read(engine, RING_ESR);
	if (error)
		drm_err(&i915->drm, "%s: error 0x%08x survives a reset\n", engine->desc->name,
			error);
	i915_engine_watch_errors(engine);

	i915_mocs_init_engine(to_uncore(i915), i915->info, engine->desc->mocs_base);
	if (engine->desc->is_render)
		i915_mocs_init_l3cc(to_uncore(i915), i915->info);
	i915_wa_apply(to_uncore(i915), wa);
	i915_wa_verify(to_uncore(i915), wa);
	i915_wa_whitelist(to_uncore(i915), i915->info, engine->desc->mmio_base,
			  engine->desc->is_render);
}

/**
 * i915_engine_run - note which context an engine runs from now on
 * @engine: the engine
 * @lrc: the context, NULL if the engine is idle
 *
 * The time until now is added to the runtime of the previous context and to the
 * busy time of the engine.
 *
 * Context: engine->lock held.
 */
void i915_engine_run(struct i915_engine *engine, struct i915_lrc *lrc)
{
	u64 now;

	lockdep_assert_held(&engine->lock);

	if (engine->running == lrc)
		return;

	now = ktime_get_ns();
	if (engine->running) {
		engine->running->runtime_ns += now - engine->busy_since;
		engine->busy_ns += now - engine->busy_since;
	}
	engine->running = lrc;
	engine->busy_since = lrc ? now : 0;
}

/**
 * i915_engine_busy_ns - get the time for which an engine has been busy
 * @engine: the engine
 *
 * Context: any, outside engine->lock.
 * Return: nanoseconds since load.
 */
u64 i915_engine_busy_ns(struct i915_engine *engine)
{
	unsigned long flags;
	u64 busy;

	spin_lock_irqsave(&engine->lock, flags);
	busy = engine->busy_ns;
	if (engine->running)
		busy += ktime_get_ns() - engine->busy_since;
	spin_unlock_irqrestore(&engine->lock, flags);

	return busy;
}

/**
 * i915_engine_timestamp - read the timestamp of an engine
 * @engine: the engine
 *
 * Context: any; may busy-wait for the GPU to wake.
 * Return: ticks of i915_device_info.timestamp_hz, 36 bits.
 */
u64 i915_engine_timestamp(struct i915_engine *engine)
{
	struct i915_uncore *uncore = to_uncore(engine->gt->i915);
	u32 upper, lower, again;

	i915_forcewake_get(uncore);
	upper = i915_engine_read(engine, RING_TIMESTAMP_UDW);
	do {
		again = upper;
		lower = i915_engine_read(engine, RING_TIMESTAMP);
		upper = i915_engine_read(engine, RING_TIMESTAMP_UDW);
	} while (upper != again);
	i915_forcewake_put(uncore);

	return (u64)upper << 32 | lower;
}
