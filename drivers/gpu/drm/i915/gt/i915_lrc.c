// SPDX-License-Identifier: MIT

#include <linux/slab.h>

#include "diag/i915_audit.h"
#include "gt/i915_gt.h"
#include "gt/i915_lrc.h"
#include "gt/i915_lrc_layout.h"
#include "gt/i915_sched.h"
#include "i915_drv.h"
#include "vm/i915_ggtt.h"
#include "vm/i915_vm.h"

/**
 * DOC: Logical ring contexts
 *
 * What the hardware needs to run one context on one engine: an image that
 * holds the engine's state while others run, and a ring of commands. Both get
 * their GGTT address at birth and keep it, so a request pins nothing.
 *
 * The image may be written by the hardware for as long as the context is in a
 * submission port, a moment longer than its last request: ports therefore hold
 * a reference of i915_gt_context, whose end destroys the lrc.
 */

static dma_addr_t lrc_root(const struct i915_lrc *lrc)
{
	/* kernel contexts only use the GGTT: a table without entries will do */
	if (!lrc->ctx->vm)
		return lrc->engine->gt->i915->vm_device.scratch_dma;

	return i915_ppgtt_root(lrc->ctx->vm);
}

static void lrc_init_image(struct i915_lrc *lrc)
{
	const struct i915_device_info *info = lrc->engine->gt->i915->info;
	const struct i915_lrc_state state = {
		.ring_start = i915_ggtt_buf_offset(&lrc->ring.buf),
		.ring_size = lrc->ring.size,
		.head = 0,
		.root = lrc_root(lrc),
	};
	void *hwsp = i915_ggtt_buf_vaddr(&lrc->image, 0);

	lrc->regs = i915_ggtt_buf_vaddr(&lrc->image, 1);
	lrc->hwsp_seqno = hwsp + LRC_HWSP_SEQNO;
	lrc->hwsp_seqno_ggtt = i915_ggtt_buf_offset(&lrc->image) + LRC_HWSP_SEQNO;
	lrc->desc = i915_lrc_layout_desc(i915_ggtt_buf_offset(&lrc->image), info->gen);
	i915_lrc_layout_init(lrc->regs, lrc->engine->desc, info->gen, &state);
}

static int lrc_init_memory(struct i915_lrc *lrc)
{
	struct drm_i915_private *i915 = lrc->engine->gt->i915;
	unsigned int pages = lrc->engine->desc->context_pages[i915->info->gen >= 9];
	int ret;

	/* The rest is the engine's own: it saves there before it restores, see CONTEXT_CONTROL. */
	ret = i915_ggtt_buf_init(&i915->ggtt, &lrc->image, pages, LRC_DRIVER_PAGES, false);
	if (ret)
		return ret;

	ret = i915_ggtt_buf_init(&i915->ggtt, &lrc->ring.buf, I915_LRC_RING_PAGES, 0, true);
	if (ret) {
		i915_ggtt_buf_fini(&i915->ggtt, &lrc->image);
		return ret;
	}

	lrc->ring.vaddr = i915_ggtt_buf_vaddr(&lrc->ring.buf, 0);
	lrc->ring.size = I915_LRC_RING_PAGES * SZ_4K;
	lrc->ring.space = i915_ring_space(0, 0, lrc->ring.size);

	return 0;
}

/**
 * i915_lrc_create - make a context able to run on an engine
 * @engine: where
 * @ctx: whose; it must outlive the lrc
 *
 * Context: process context, may sleep.
 * Return: the lrc, or ERR_PTR(-ENOMEM), ERR_PTR(-ENOSPC).
 */
struct i915_lrc *i915_lrc_create(struct i915_engine *engine, struct i915_gt_context *ctx)
{
	struct i915_lrc *lrc;
	int ret;

	lrc = kzalloc(sizeof(*lrc), GFP_KERNEL);
	if (!lrc)
		return ERR_PTR(-ENOMEM);

	lrc->engine = engine;
	lrc->ctx = ctx;
	ret = lrc_init_memory(lrc);
	if (ret) {
		kfree(lrc);
		return ERR_PTR(ret);
	}

	lrc_init_image(lrc);
	mutex_init(&lrc->turn);
	mutex_init(&lrc->lock);
	INIT_LIST_HEAD(&lrc->requests);
	INIT_LIST_HEAD(&lrc->cancel_link);
	lrc->fence_context = dma_fence_context_alloc(1);

	spin_lock_irq(&engine->lock);
	lrc->sw_id = i915_lrc_sw_id(engine->next_sw_id++);
	list_add_tail(&lrc->engine_link, &engine->lrcs);
	spin_unlock_irq(&engine->lock);

	i915_audit_inc(I915_AUDIT_LRC);

	return lrc;
}

/**
 * i915_lrc_destroy - free a context's image and ring
 * @lrc: no request is in flight and none is made; NULL does nothing
 *
 * Context: process context, may sleep.
 */
void i915_lrc_destroy(struct i915_lrc *lrc)
{
	struct i915_engine *engine;
	struct drm_i915_private *i915;

	if (!lrc)
		return;

	engine = lrc->engine;
	i915 = engine->gt->i915;
	drm_WARN_ON(&i915->drm, !list_empty(&lrc->requests));

	spin_lock_irq(&engine->lock);
	list_del(&lrc->engine_link);
	list_del(&lrc->cancel_link);
	spin_unlock_irq(&engine->lock);

	if (lrc->last)
		i915_request_put(lrc->last);
	i915_ggtt_buf_fini(&i915->ggtt, &lrc->ring.buf);
	i915_ggtt_buf_fini(&i915->ggtt, &lrc->image);
	mutex_destroy(&lrc->lock);
	mutex_destroy(&lrc->turn);
	kfree(lrc);

	i915_audit_dec(I915_AUDIT_LRC);
}

/**
 * i915_lrc_update - write the image for a submission
 * @lrc: the context, about to be given to a port
 * @rq: the last request it shall run
 *
 * A context that was submitted with this very TAIL before gets the TAIL behind
 * the padding of the request: the hardware must see a TAIL that differs
 * (WaIdleLiteRestore).
 *
 * Context: engine->lock held.
 * Return: lower half of the ELSP descriptor.
 */
u32 i915_lrc_update(struct i915_lrc *lrc, const struct i915_request *rq)
{
	u32 tail = rq->tail;
	u32 desc = lrc->desc;

	lockdep_assert_held(&lrc->engine->lock);

	if (lrc->rewind) {
		struct i915_request *first =
			list_first_entry(&lrc->requests, struct i915_request, lrc_link);

		i915_lrc_layout_rewind(lrc->regs, first->head);
		lrc->rewind = false;
		desc |= LRC_DESC_FORCE_RESTORE;
	} else if (lrc->regs[LRC_RING_TAIL] == tail || lrc->regs[LRC_RING_TAIL] == rq->wa_tail) {
		tail = rq->wa_tail;
	}
	WRITE_ONCE(lrc->regs[LRC_RING_TAIL], tail);

	return desc;
}

/**
 * i915_lrc_runtime_ns - how long a context was on the GPU
 * @lrc: the context
 *
 * Context: any context outside engine->lock.
 * Return: nanoseconds, including the turn it is in.
 */
u64 i915_lrc_runtime_ns(struct i915_lrc *lrc)
{
	struct i915_engine *engine = lrc->engine;
	unsigned long flags;
	u64 total;

	spin_lock_irqsave(&engine->lock, flags);
	total = lrc->runtime_ns;
	if (engine->running == lrc)
		total += ktime_get_ns() - engine->busy_since;
	spin_unlock_irqrestore(&engine->lock, flags);

	return total;
}
