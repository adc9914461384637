// SPDX-License-Identifier: MIT

#include <linux/delay.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "base/i915_drv.h"
#include "base/i915_params.h"
#include "gt/i915_cancel.h"
#include "gt/i915_engine.h"
#include "gt/i915_engine_life.h"
#include "gt/i915_gt_context.h"
#include "gt/i915_heartbeat.h"
#include "gt/i915_lrc.h"
#include "gt/i915_ports.h"
#include "gt/i915_request.h"
#include "gt/i915_request_add.h"
#include "gt/i915_retire.h"
#include "gt/i915_ring_room.h"
#include "hw/i915_device_info.h"
#include "vm/i915_ggtt.h"
#include "vm/i915_vm_layer.h"

/**
 * DOC: Life of an engine
 *
 * Creates an engine from parts that do not know each other: its row of the engine
 * table, a back end, the timers of the ports, the work items of the recovery, and
 * the kernel context, which runs the driver's own requests. The first such request
 * proves that the engine works, and the context image it leaves behind becomes the
 * initial image of every other context.
 */

/* For the first request of an engine to end */
#define ENGINE_ANSWER_MS	5000

/* Until the kernel context is saved, 100 ms at least */
#define DEFAULT_POLL_US	100
#define DEFAULT_TRIES	1000

static const struct i915_engine_props default_props = {
	.heartbeat_interval_ms = 2500,
	.preempt_timeout_ms = 640,
	.stop_timeout_ms = 100,
	.timeslice_duration_ms = 1,
};

/* Kernel contexts die with their engine, not with their count */
static void i915_kernel_ctx_release(struct i915_gt_context *ctx)
{
}

static void i915_engine_init(struct i915_engine *engine, struct i915_gt *gt, enum i915_engine_id id,
			     const struct i915_engine_ops *ops)
{
	engine->gt = gt;
	engine->id = id;
	engine->desc = &i915_engine_table[id];
	engine->ops = ops;
	spin_lock_init(&engine->lock);
	INIT_LIST_HEAD(&engine->queue);
	INIT_LIST_HEAD(&engine->executing);
	INIT_LIST_HEAD(&engine->done);
	INIT_LIST_HEAD(&engine->late);
	INIT_LIST_HEAD(&engine->released);
	INIT_LIST_HEAD(&engine->lrcs);
	engine->defaults = default_props;
	if (!gt->i915->info->has_preemption) {
		engine->defaults.preempt_timeout_ms = 0;
		engine->defaults.timeslice_duration_ms = 0;
	}
	engine->props = engine->defaults;
	i915_heartbeat_init(engine);
	i915_cancel_init(engine);
	timer_setup(&engine->timeslice, i915_ports_timeslice, 0);
	timer_setup(&engine->preempt_timer, i915_ports_preempt_timeout, 0);
	i915_gt_context_init(&engine->kernel_ctx, i915_kernel_ctx_release);
	/* without it no batch could be preempted any more, and every long one were a hang */
	clear_bit(I915_CTX_BANNABLE, &engine->kernel_ctx.flags);
}

/**
 * i915_engine_create - make one engine
 * @gt: whose
 * @id: which
 * @ops: how requests reach it
 *
 * Sets gt->engine[@id]. The hardware is not touched.
 *
 * Context: process context, may sleep.
 * Return: 0 or a negative errno.
 */
int i915_engine_create(struct i915_gt *gt, enum i915_engine_id id,
		       const struct i915_engine_ops *ops)
{
	struct i915_engine *engine;
	int ret;

	ret = i915_inject_probe_error(gt->i915);
	if (ret)
		return ret;

	engine = kzalloc(sizeof(*engine), GFP_KERNEL);
	if (!engine)
		return -ENOMEM;

	i915_engine_init(engine, gt, id, ops);
	ret = i915_ggtt_buf_init(to_ggtt(gt->i915), &engine->hwsp, 1, 1, 0);
	if (ret)
		goto err_engine;

	engine->default_image = vzalloc((i915_lrc_image_pages(engine) - 1) * PAGE_SIZE);
	if (!engine->default_image) {
		ret = -ENOMEM;
		goto err_hwsp;
	}

	engine->kernel_lrc = i915_lrc_create(engine, &engine->kernel_ctx, engine->desc->name);
	if (IS_ERR(engine->kernel_lrc)) {
		ret = PTR_ERR(engine->kernel_lrc);
		goto err_default;
	}

	if (ops->init) {
		ret = ops->init(engine);
		if (ret)
			goto err_kernel_lrc;
	}

	gt->engine[id] = engine;

	return 0;

err_kernel_lrc:
	i915_lrc_destroy(engine->kernel_lrc);
err_default:
	vfree(engine->default_image);
err_hwsp:
	i915_ggtt_buf_fini(to_ggtt(gt->i915), &engine->hwsp);
err_engine:
	kfree(engine);
	return ret;
}

/**
 * i915_engine_destroy - free an engine
 * @engine: nothing runs or is queued on it, the hardware is reset
 *
 * Context: process context, may sleep.
 */
void i915_engine_destroy(struct i915_engine *engine)
{
	struct i915_gt *gt = engine->gt;

	i915_heartbeat_stop(engine);
	i915_cancel_stop(engine);
	timer_shutdown_sync(&engine->timeslice);
	timer_shutdown_sync(&engine->preempt_timer);
	if (engine->ops->fini)
		engine->ops->fini(engine);

	spin_lock_irq(&engine->lock);
	i915_ports_clear(engine);
	spin_unlock_irq(&engine->lock);

	i915_lrc_destroy(engine->kernel_lrc);
	drm_WARN_ON(&gt->i915->drm, !list_empty(&engine->lrcs));
	vfree(engine->default_image);
	i915_ggtt_buf_fini(to_ggtt(gt->i915), &engine->hwsp);
	gt->engine[engine->id] = NULL;
	kfree(engine);
}

static bool i915_engine_is_idle(struct i915_engine *engine)
{
	unsigned long flags;
	bool idle;

	spin_lock_irqsave(&engine->lock, flags);
	engine->ops->process(engine);
	idle = !engine->active[0].rq && !engine->pending_ack;
	i915_sched_unlock(engine, flags);

	return idle;
}

/**
 * i915_engine_record_default - keep the state of the kernel context for all others
 * @engine: its first request, which set the workarounds, is complete
 *
 * The hardware saves a context before it reports that it is at its end. Once
 * is enough: nothing happens the next time.
 *
 * Context: process context, sleeps; nothing else is submitted yet.
 * Return: 0 or -ETIME: that report does not come.
 */
int i915_engine_record_default(struct i915_engine *engine)
{
	const struct i915_ggtt_buf *image = &engine->kernel_lrc->buf;
	unsigned int tries, n;

	if (engine->default_valid)
		return 0;

	for (tries = 0; !i915_engine_is_idle(engine); tries++) {
		if (tries == DEFAULT_TRIES)
			return -ETIME;
		usleep_range(DEFAULT_POLL_US, 2 * DEFAULT_POLL_US);
	}

	for (n = 1; n < i915_lrc_image_pages(engine); n++)
		copy_page(engine->default_image + (n - 1) * PAGE_SIZE,
			  i915_ggtt_buf_vaddr(image, n));
	engine->default_valid = true;

	return 0;
}

/**
 * i915_engine_answers - run an empty request on an engine
 * @engine: the engine, which has not run anything yet
 *
 * Registers, GGTT, status page, interrupts and command stream have to work
 * together for it. It sets the workarounds, and the image it leaves is what
 * every context begins with.
 *
 * Context: process context, sleeps.
 * Return: true if it ended, and the engine reported it.
 */
bool i915_engine_answers(struct i915_engine *engine)
{
	struct i915_request *rq;
	long left;

	rq = i915_request_create(engine->kernel_lrc, 0);
	if (IS_ERR(rq))
		return false;

	i915_request_add(rq);
	left = dma_fence_wait_timeout(&rq->fence, false, msecs_to_jiffies(ENGINE_ANSWER_MS));
	i915_request_put(rq);

	return left > 0 && !i915_engine_record_default(engine);
}
