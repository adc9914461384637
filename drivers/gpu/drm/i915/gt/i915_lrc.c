// SPDX-License-Identifier: MIT

#include <linux/delay.h>
#include <linux/slab.h>

#include "base/i915_audit.h"
#include "base/i915_drv.h"
#include "gt/i915_lrc.h"
#include "gt/i915_lrc_layout.h"
#include "gt/i915_ports.h"
#include "gt/i915_request.h"
#include "gt/i915_ring.h"
#include "hw/i915_device_info.h"
#include "vm/i915_gen8_ppgtt.h"
#include "vm/i915_ggtt.h"
#include "vm/i915_vm_layer.h"

/**
 * DOC: Logical ring contexts
 *
 * A logical ring context (lrc) is what the hardware needs to run one context on
 * one engine: an image that holds the engine's state while other contexts run,
 * and a ring of commands. Both are in one GGTT allocation, which is bound by
 * the first request. When the GGTT is full, idle contexts are unbound to make
 * room, and are bound again, at another address, by their next request: see
 * i915_lrc_bind(), called with i915_lrc.lock held. The move is not visible
 * elsewhere, because image and commands are written with the current address.
 *
 * Every context starts with the same state, no matter what previous contexts
 * left in the engine: the state of the engine's kernel context after its first
 * request, which set the workarounds. This is the engine's default image. It is
 * copied into each new image (18 pages of 4 KiB for the render engine, one for
 * the others), and into the image of a guilty context that is restarted after
 * the batch that hung. An innocent context keeps the image it last saved.
 *
 * The alternative, rejected: inhibit the restore of an image that was never
 * saved, and set the workarounds in the first request of each context. It saves
 * the copy (9,000 of 45,000 instructions for a context with one batch; the stock
 * driver takes 223,000), but leaks the state of other contexts, and a context
 * that is reset before it is first saved would run without its workarounds from
 * then on.
 *
 * The hardware may write the image for as long as the context is in a
 * submission port, which is slightly longer than until its last request
 * completes. Ports therefore hold a reference to the i915_gt_context, whose
 * final release destroys the lrc.
 */

static dma_addr_t i915_lrc_root(const struct i915_lrc *lrc)
{
	/* kernel contexts use the GGTT only: an empty page table will do */
	if (!lrc->ctx->vm)
		return to_vm_device(lrc->engine->gt->i915)->scratch_dma;

	return i915_ppgtt_root(lrc->ctx->vm);
}

/* Return: GGTT address of the ring, 0 if unbound */
static u32 i915_lrc_ring_start(const struct i915_lrc *lrc)
{
	if (!lrc->buf.bound)
		return 0;

	return i915_ggtt_buf_offset(&lrc->buf) + (lrc->buf.count - I915_LRC_RING_PAGES) * SZ_4K;
}

static struct i915_lrc_state i915_lrc_get_state(const struct i915_lrc *lrc, u32 head)
{
	return (struct i915_lrc_state){
		.ring_start = i915_lrc_ring_start(lrc),
		.ring_size = lrc->ring.size,
		.head = head,
		.root = i915_lrc_root(lrc),
	};
}

/* Copy the engine's default image; engine->default_valid must be set. */
static void i915_lrc_load_default(struct i915_lrc *lrc, u32 head)
{
	const struct i915_engine *engine = lrc->engine;
	const struct i915_lrc_state state = i915_lrc_get_state(lrc, head);
	unsigned int n;

	for (n = 1; n < i915_lrc_image_pages(engine); n++)
		copy_page(i915_ggtt_buf_vaddr(&lrc->buf, n),
			  engine->default_image + (n - 1) * PAGE_SIZE);
	i915_lrc_layout_adopt(lrc->regs, engine->gt->i915->info->gen, &state);
}

static void i915_lrc_init_image(struct i915_lrc *lrc)
{
	const struct i915_device_info *info = lrc->engine->gt->i915->info;
	const struct i915_lrc_state state = i915_lrc_get_state(lrc, 0);
	void *hwsp = i915_ggtt_buf_vaddr(&lrc->buf, 0);

	lrc->regs = i915_ggtt_buf_vaddr(&lrc->buf, 1);
	lrc->hwsp_seqno = hwsp + LRC_HWSP_SEQNO;
	if (lrc->engine->default_valid)
		i915_lrc_load_default(lrc, 0);
	else
		i915_lrc_layout_init(lrc->regs, lrc->engine->desc, info->gen, &state);
}

/*
 * Lock the context if it is idle: the engine does not access the image, and no
 * request is being built that would make it do so.
 */
static bool i915_lrc_trylock_idle(struct i915_lrc *lrc)
{
	struct i915_engine *engine = lrc->engine;
	unsigned int n;
	bool idle;

	if (!mutex_trylock(&lrc->lock))
		return false;

	spin_lock_irq(&engine->lock);
	idle = list_empty(&lrc->requests);
	for (n = 0; n < I915_PORTS; n++)
		idle &= i915_port_lrc(&engine->active[n]) != lrc &&
			i915_port_lrc(&engine->pending[n]) != lrc;
	spin_unlock_irq(&engine->lock);

	if (!idle)
		mutex_unlock(&lrc->lock);

	return idle;
}

static bool i915_lrc_buf_idle(struct i915_ggtt_buf *buf, unsigned long *since)
{
	struct i915_lrc *lrc = container_of(buf, struct i915_lrc, buf);

	if (!i915_lrc_trylock_idle(lrc))
		return false;

	*since = lrc->seqno ? lrc->emitted : buf->since;
	mutex_unlock(&lrc->lock);

	return true;
}

static bool i915_lrc_buf_evict(struct i915_ggtt_buf *buf)
{
	struct i915_lrc *lrc = container_of(buf, struct i915_lrc, buf);

	if (!i915_lrc_trylock_idle(lrc))
		return false;

	i915_ggtt_buf_unbind_locked(to_ggtt(lrc->engine->gt->i915), buf);
	mutex_unlock(&lrc->lock);

	return true;
}

static const struct i915_ggtt_buf_ops lrc_buf_ops = {
	.idle = i915_lrc_buf_idle,
	.evict = i915_lrc_buf_evict,
};

static int i915_lrc_init_memory(struct i915_lrc *lrc)
{
	struct drm_i915_private *i915 = lrc->engine->gt->i915;
	unsigned int pages = i915_lrc_image_pages(lrc->engine);
	unsigned int zeroed = lrc->engine->default_valid ? 1 : pages;
	int ret;

	/* pages that are not zeroed are overwritten by the default image */
	ret = i915_ggtt_buf_alloc(to_ggtt(i915), &lrc->buf, pages + I915_LRC_RING_PAGES,
				  zeroed, I915_LRC_RING_PAGES);
	if (ret)
		return ret;

	lrc->ring.vaddr = i915_ggtt_buf_vaddr(&lrc->buf, pages);
	lrc->ring.size = I915_LRC_RING_PAGES * SZ_4K;
	lrc->ring.space = i915_ring_space(0, 0, lrc->ring.size);

	return 0;
}

/**
 * i915_lrc_bind_new - bind a context in the GGTT
 * @lrc: the context, unbound
 *
 * Evicts idle contexts to make room. A context whose requests have completed
 * may still be in a port and therefore not be idle yet; i915_lrc_begin_turn()
 * deals with that.
 *
 * Context: lrc->lock held; does not wait for the GPU.
 * Return: 0, -ENOSPC if the GGTT is full of active contexts, -ENOMEM, or -EIO if
 * the GPU is gone.
 */
int i915_lrc_bind_new(struct i915_lrc *lrc)
{
	struct i915_gt *gt = lrc->engine->gt;
	u32 offset;
	int ret;

	ret = i915_ggtt_buf_bind(to_ggtt(gt->i915), &lrc->buf);
	if (ret)
		return ret == -ENODEV ? -EIO : ret;

	offset = i915_ggtt_buf_offset(&lrc->buf);
	lrc->hwsp_seqno_ggtt = offset + LRC_HWSP_SEQNO;
	lrc->desc = i915_lrc_layout_desc(offset, gt->i915->info->gen);
	lrc->regs[LRC_RING_START] = i915_lrc_ring_start(lrc);

	return 0;
}

/* Kernel contexts are bound for life: a heartbeat must not fail for want of GGTT space. */
static int i915_lrc_init_address(struct i915_lrc *lrc)
{
	int ret;

	if (lrc->ctx != &lrc->engine->kernel_ctx) {
		lrc->buf.ops = &lrc_buf_ops;
		return 0;
	}

	mutex_lock(&lrc->lock);
	ret = i915_lrc_bind_new(lrc);
	mutex_unlock(&lrc->lock);

	return ret;
}

/**
 * i915_lrc_create - create the image and ring of a context for an engine
 * @engine: the engine
 * @ctx: the context; it must outlive the lrc
 * @name: timeline name of its fences, truncated to I915_TIMELINE_NAME
 *
 * The lrc is not bound in the GGTT before its first request.
 *
 * Context: process context, may sleep.
 * Return: the lrc, or ERR_PTR(-ENOMEM); for a kernel context also -ENOSPC or
 * -EIO.
 */
struct i915_lrc *i915_lrc_create(struct i915_engine *engine, struct i915_gt_context *ctx,
				 const char *name)
{
	struct i915_lrc *lrc;
	int ret;

	lrc = kzalloc(sizeof(*lrc), GFP_KERNEL_ACCOUNT);
	if (!lrc)
		return ERR_PTR(-ENOMEM);

	lrc->engine = engine;
	lrc->ctx = ctx;
	strscpy(lrc->name, name, sizeof(lrc->name));
	mutex_init(&lrc->turn);
	mutex_init(&lrc->lock);
	INIT_LIST_HEAD(&lrc->requests);
	INIT_LIST_HEAD(&lrc->cancel_link);
	ret = i915_lrc_init_memory(lrc);
	if (ret)
		goto err_lrc;

	i915_lrc_init_image(lrc);
	ret = i915_lrc_init_address(lrc);
	if (ret)
		goto err_memory;

	lrc->fence_context = dma_fence_context_alloc(1);

	spin_lock_irq(&engine->lock);
	lrc->sw_id = i915_lrc_sw_id(engine->next_sw_id++);
	list_add_tail(&lrc->engine_link, &engine->lrcs);
	spin_unlock_irq(&engine->lock);

	i915_audit_inc(I915_AUDIT_LRC);

	return lrc;

err_memory:
	i915_ggtt_buf_fini(to_ggtt(engine->gt->i915), &lrc->buf);
err_lrc:
	mutex_destroy(&lrc->lock);
	mutex_destroy(&lrc->turn);
	kfree(lrc);
	return ERR_PTR(ret);
}

/**
 * i915_lrc_destroy - free the image and ring of a context
 * @lrc: the lrc, or NULL; no request is in flight or being built
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

	i915_ggtt_buf_fini(to_ggtt(i915), &lrc->buf);
	mutex_destroy(&lrc->lock);
	mutex_destroy(&lrc->turn);
	kfree(lrc);

	i915_audit_dec(I915_AUDIT_LRC);
}

/* Is the context in a port? Then the hardware owns its image. */
static bool i915_lrc_is_active(const struct i915_lrc *lrc)
{
	const struct i915_engine *engine = lrc->engine;

	return i915_port_lrc(&engine->active[0]) == lrc ||
	       i915_port_lrc(&engine->active[1]) == lrc;
}

/* Restart at the oldest request, or at @tail if there is none */
static void i915_lrc_rewind(struct i915_lrc *lrc, u32 tail)
{
	const struct i915_request *first = i915_lrc_first(lrc);
	u32 head = first ? first->head : tail;

	/* the reset hit within a batch: the state it left is undefined */
	if (first && test_bit(I915_RQ_SKIPPED, &first->state) && lrc->engine->default_valid)
		i915_lrc_load_default(lrc, head);
	else
		i915_lrc_layout_rewind(lrc->regs, head);
	lrc->rewind = false;
}

/**
 * i915_lrc_update - update the image for a submission
 * @lrc: the context, about to be submitted
 * @rq: the last request it is to run
 *
 * If the context was last submitted with the same TAIL, the TAIL after the
 * padding of the request is used instead, because the hardware must see a
 * different TAIL (WaIdleLiteRestore). A third submission has no further TAIL to
 * use; it sets FORCE_RESTORE, so that the image is loaded as if the context were
 * not running.
 *
 * Context: engine->lock held.
 * Return: lower half of the ELSP descriptor.
 */
u32 i915_lrc_update(struct i915_lrc *lrc, const struct i915_request *rq)
{
	u32 tail = rq->tail;
	u32 desc = lrc->desc;

	lockdep_assert_held(&lrc->engine->lock);

	/* the hardware never lost the context: it continues from its own HEAD */
	if (unlikely(lrc->rewind) && i915_lrc_is_active(lrc))
		lrc->rewind = false;

	if (unlikely(lrc->rewind)) {
		i915_lrc_rewind(lrc, tail);
		desc |= LRC_DESC_FORCE_RESTORE;
	} else if (lrc->regs[LRC_RING_TAIL] == rq->wa_tail) {
		tail = rq->wa_tail;
		desc |= LRC_DESC_FORCE_RESTORE;
	} else if (lrc->regs[LRC_RING_TAIL] == tail) {
		tail = rq->wa_tail;
	}
	WRITE_ONCE(lrc->regs[LRC_RING_TAIL], tail);

	return desc;
}

/**
 * i915_lrc_runtime_ns - get the time for which a context ran on its engine
 * @lrc: the context
 *
 * Context: any context outside engine->lock.
 * Return: nanoseconds, up to now if it is running.
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
