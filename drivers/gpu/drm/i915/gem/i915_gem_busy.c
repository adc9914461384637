// SPDX-License-Identifier: MIT

#include <linux/dma-resv.h>
#include <linux/jiffies.h>

#include <drm/drm_file.h>

#include <uapi/drm/i915_drm.h>

#include "base/i915_drv.h"
#include "gem/i915_gem_busy.h"
#include "gem/i915_gem_context_types.h"
#include "gem/i915_gem_file.h"
#include "gt/i915_gt_context.h"
#include "gt/i915_gt_layer.h"
#include "gt/i915_gt_power.h"
#include "gt/i915_request_fence.h"
#include "mem/i915_gem_object.h"

/**
 * DOC: BUSY and THROTTLE
 *
 * BUSY tests the fences of one object, THROTTLE waits for old requests of one
 * file. Neither takes an object lock.
 */

/* How far a client may be ahead of the GPU before THROTTLE makes it wait */
#define I915_THROTTLE_MS	20

static u32 i915_busy_class(const struct i915_request *rq)
{
	return rq->engine->desc->uabi_class;
}

/* Bits 31:16: mask of classes that read; bits 15:0: class that writes, plus one. */
static u32 i915_busy_of_fence(struct dma_fence *fence, enum dma_resv_usage usage)
{
	struct i915_request *rq = i915_fence_to_request(fence);
	u32 busy;

	if (!rq || i915_request_completed(rq))
		return 0;

	busy = BIT(16 + i915_busy_class(rq));
	if (usage <= DMA_RESV_USAGE_WRITE)
		busy |= i915_busy_class(rq) + 1;

	return busy;
}

static u32 i915_busy_of_object(struct drm_i915_gem_object *obj)
{
	struct dma_resv_iter cursor;
	struct dma_fence *fence;
	u32 busy = 0;

	dma_resv_iter_begin(&cursor, obj->base.resv, DMA_RESV_USAGE_READ);
	dma_resv_for_each_fence_unlocked(&cursor, fence) {
		u32 this;

		if (dma_resv_iter_is_restarted(&cursor))
			busy = 0;

		this = i915_busy_of_fence(fence, dma_resv_iter_usage(&cursor));
		busy |= this & GENMASK(31, 16);
		if (this & GENMASK(15, 0))
			busy = (busy & GENMASK(31, 16)) | (this & GENMASK(15, 0));
	}
	dma_resv_iter_end(&cursor);

	return busy;
}

/**
 * i915_gem_busy_ioctl - BUSY: which engines use an object
 * @dev: the device
 * @data: struct drm_i915_gem_busy
 * @file: whose object
 *
 * Context: process context, does not wait.
 * Return: 0 or -ENOENT.
 */
int i915_gem_busy_ioctl(struct drm_device *dev, void *data, struct drm_file *file)
{
	struct drm_i915_gem_busy *args = data;
	struct drm_i915_gem_object *obj;
	u32 busy = 0;

	obj = i915_gem_object_lookup(file, args->handle);
	if (!obj)
		return -ENOENT;

	if (!i915_gem_object_is_idle(obj))
		busy = i915_busy_of_object(obj);
	i915_gem_object_put(obj);

	args->busy = busy;
	return 0;
}

/* The latest request of an lrc that is older than @before and unfinished, referenced. */
static struct dma_fence *i915_lrc_oldish_fence(struct i915_lrc *lrc, unsigned long before)
{
	struct i915_engine *engine = lrc->engine;
	struct dma_fence *fence = NULL;
	struct i915_request *rq;
	unsigned long flags;

	spin_lock_irqsave(&engine->lock, flags);
	list_for_each_entry_reverse(rq, &lrc->requests, lrc_link) {
		if (time_after(rq->emitted, before))
			continue;
		if (!i915_request_completed(rq))
			fence = dma_fence_get_rcu(&rq->fence);
		break;
	}
	spin_unlock_irqrestore(&engine->lock, flags);

	return fence;
}

static int i915_gem_context_throttle(struct i915_gem_context *ctx, unsigned long before)
{
	unsigned int i;

	for (i = 0; i < ctx->num_engines; i++) {
		/* Pairs with i915_gem_context_lrc(). */
		struct i915_lrc *lrc = smp_load_acquire(&ctx->engines[i].lrc);
		struct dma_fence *fence;
		int ret;

		fence = lrc ? i915_lrc_oldish_fence(lrc, before) : NULL;
		if (!fence)
			continue;

		ret = dma_fence_wait(fence, true);
		dma_fence_put(fence);
		if (ret)
			return ret;
	}

	return 0;
}

/**
 * i915_gem_throttle_ioctl - THROTTLE: wait for old requests
 * @dev: the device
 * @data: not used
 * @file: whose requests
 *
 * Waits until every request of the file that is older than 20 ms has completed.
 *
 * Context: process context, sleeps interruptibly.
 * Return: 0, -EIO (GPU wedged), -ERESTARTSYS.
 */
int i915_gem_throttle_ioctl(struct drm_device *dev, void *data, struct drm_file *file)
{
	unsigned long before = jiffies - msecs_to_jiffies(I915_THROTTLE_MS);
	struct i915_file *fpriv = file->driver_priv;
	struct i915_gem_context *ctx;
	unsigned long id = 0;
	int ret = 0;

	if (i915_gt_is_wedged(to_gt(to_i915(dev))))
		return -EIO;

	for (; !ret && (ctx = i915_gem_file_next_context(fpriv, &id)); id++) {
		/* The engine map of a context that has run is fixed, that of others has no lrcs. */
		if (smp_load_acquire(&ctx->used))
			ret = i915_gem_context_throttle(ctx, before);
		i915_gt_context_put(&ctx->base);
	}

	return ret;
}
