// SPDX-License-Identifier: MIT

#include <linux/kernel.h>

#include <kunit/visibility.h>

#include "base/i915_drv.h"
#include "gt/i915_emit.h"
#include "gt/i915_gpu_commands.h"
#include "gt/i915_lrc.h"
#include "hw/i915_device_info.h"
#include "hw/i915_workarounds.h"

/**
 * DOC: Commands of a request
 *
 * In ring order:
 *
 * 1. An invalidation of the read caches and the TLB, since page tables may have
 *    changed.
 * 2. In the first request of the kernel context, the context workarounds. From
 *    there they get into the image of every context, see i915_lrc.c.
 * 3. The batch. On Broadwell it runs with arbitration off, so it is never
 *    preempted; on Skylake with arbitration on, unless the caller asked for it
 *    to be off.
 * 4. The breadcrumb: a flush that writes the seqno to the context's status page.
 * 5. A user interrupt, which is masked unless somebody waits for it.
 * 6. Arbitration on: the hardware may switch contexts between requests.
 * 7. Two dwords of padding, see i915_lrc_update().
 */

static unsigned int i915_request_gen(const struct i915_request *rq)
{
	return rq->engine->gt->i915->info->gen;
}

static u32 *i915_emit_pipe_control(u32 *cs, u32 flags, u32 addr, u32 data)
{
	*cs++ = PIPE_CONTROL;
	*cs++ = flags;
	*cs++ = addr;
	*cs++ = 0;
	*cs++ = data;
	*cs++ = 0;

	return cs;
}

static u32 *i915_emit_flush_dw(u32 *cs, u32 flags, u32 addr, u32 data)
{
	*cs++ = MI_FLUSH_DW | flags;
	*cs++ = addr;
	*cs++ = 0;
	*cs++ = data;

	return cs;
}

/**
 * i915_emit_invalidate - emit an invalidation of read caches and TLB
 * @rq: the request
 * @cs: where to write in the ring
 *
 * Return: the position after the commands.
 */
u32 *i915_emit_invalidate(const struct i915_request *rq, u32 *cs)
{
	u32 flags = MI_FLUSH_DW_TLB_INVALIDATE | MI_FLUSH_DW_STORE_INDEX | MI_FLUSH_DW_WRITE;

	if (rq->engine->desc->is_render) {
		/* gen9: VF invalidation must follow an empty PIPE_CONTROL */
		if (i915_request_gen(rq) >= 9)
			cs = i915_emit_pipe_control(cs, 0, 0, 0);
		return i915_emit_pipe_control(cs, PIPE_CONTROL_CS_STALL |
					      PIPE_CONTROL_TLB_INVALIDATE |
					      PIPE_CONTROL_INSN_INVALIDATE |
					      PIPE_CONTROL_TEX_INVALIDATE |
					      PIPE_CONTROL_VF_INVALIDATE |
					      PIPE_CONTROL_CONST_INVALIDATE |
					      PIPE_CONTROL_STATE_INVALIDATE |
					      PIPE_CONTROL_QW_WRITE | PIPE_CONTROL_STORE_INDEX,
					      LRC_HWSP_SCRATCH, 0);
	}

	if (rq->engine->id == I915_VCS0)
		flags |= MI_FLUSH_DW_INVALIDATE_BSD;

	return i915_emit_flush_dw(cs, flags, LRC_HWSP_SCRATCH, 0);
}
EXPORT_SYMBOL_IF_KUNIT(i915_emit_invalidate);

/**
 * i915_emit_context_wa - emit the workarounds that are part of the context image
 * @rq: a request of a context that did not start from the default image
 * @cs: where to write in the ring
 *
 * Return: the position after the commands.
 */
u32 *i915_emit_context_wa(const struct i915_request *rq, u32 *cs)
{
	const struct i915_wa_list *list = i915_wa_context(rq->engine->gt->i915->info,
							  rq->engine->desc->is_render);
	unsigned int i;

	if (!list->count)
		return cs;

	*cs++ = MI_LOAD_REGISTER_IMM(list->count);
	for (i = 0; i < list->count; i++) {
		*cs++ = list->wa[i].reg;
		*cs++ = i915_wa_masked_value(&list->wa[i]);
	}
	*cs++ = MI_NOOP;

	return i915_emit_invalidate(rq, cs);
}
EXPORT_SYMBOL_IF_KUNIT(i915_emit_context_wa);

/**
 * i915_emit_batch_start - emit the call of a batch
 * @rq: the request
 * @cs: where to write in the ring
 * @addr: address of the batch in bytes, canonical or not
 * @flags: I915_BATCH_*
 *
 * Return: the position after the commands.
 */
u32 *i915_emit_batch_start(const struct i915_request *rq, u32 *cs, u64 addr, unsigned int flags)
{
	bool preempt = rq->engine->gt->i915->info->has_preemption &&
		       !(flags & I915_BATCH_NO_PREEMPT);

	*cs++ = preempt ? MI_ARB_ON : MI_ARB_OFF;
	*cs++ = MI_BATCH_BUFFER_START | (flags & I915_BATCH_SECURE ? 0 : MI_BATCH_PPGTT);
	*cs++ = lower_32_bits(addr);
	*cs++ = upper_32_bits(addr) & 0xffff;
	*cs++ = MI_ARB_OFF;
	*cs++ = MI_NOOP;

	return cs;
}
EXPORT_SYMBOL_IF_KUNIT(i915_emit_batch_start);

/**
 * i915_emit_breadcrumb - emit what reports the completion of a request
 * @rq: the request
 * @cs: where to write in the ring
 *
 * Return: the position after the commands, 8-byte aligned if @cs was.
 */
u32 *i915_emit_breadcrumb(const struct i915_request *rq, u32 *cs)
{
	const struct i915_lrc *lrc = rq->lrc;

	if (rq->engine->desc->is_render)
		cs = i915_emit_pipe_control(cs, PIPE_CONTROL_CS_STALL | PIPE_CONTROL_RT_FLUSH |
					    PIPE_CONTROL_DEPTH_FLUSH | PIPE_CONTROL_DC_FLUSH |
					    PIPE_CONTROL_FLUSH_ENABLE | PIPE_CONTROL_QW_WRITE |
					    PIPE_CONTROL_GGTT, lrc->hwsp_seqno_ggtt,
					    rq->fence.seqno);
	else
		cs = i915_emit_flush_dw(cs, MI_FLUSH_DW_WRITE,
					lrc->hwsp_seqno_ggtt | MI_FLUSH_DW_GGTT, rq->fence.seqno);

	*cs++ = MI_USER_INTERRUPT;
	*cs++ = MI_ARB_ON;

	return cs;
}
EXPORT_SYMBOL_IF_KUNIT(i915_emit_breadcrumb);

/**
 * i915_emit_wa_tail - emit the padding after a request
 * @cs: where to write in the ring
 *
 * Return: the position after the commands.
 */
u32 *i915_emit_wa_tail(u32 *cs)
{
	*cs++ = MI_ARB_CHECK;
	*cs++ = MI_NOOP;

	return cs;
}
EXPORT_SYMBOL_IF_KUNIT(i915_emit_wa_tail);
