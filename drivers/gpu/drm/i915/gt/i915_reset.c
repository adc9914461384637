// SPDX-License-Identifier: MIT

#include "base/i915_drv.h"
#include "base/i915_params.h"
#include "gt/i915_cancel.h"
#include "gt/i915_engine.h"
#include "gt/i915_engine_iter.h"
#include "gt/i915_gt_context.h"
#include "gt/i915_gt_power.h"
#include "gt/i915_ports.h"
#include "gt/i915_request.h"
#include "gt/i915_reset.h"
#include "gt/i915_reset_hw.h"
#include "gt/i915_retire.h"
#include "gt/i915_sched.h"
#include "gt/i915_uevent.h"
#include "gt/i915_verdict.h"
#include "gt/i915_watch.h"
#include "gt/i915_wedge.h"
#include "hw/i915_engine_regs.h"
#include "hw/i915_gt_regs.h"
#include "hw/i915_hw_layer.h"
#include "hw/i915_uncore.h"

/**
 * DOC: Reset
 *
 * One engine if possible, all of them if that fails, and if that fails, too,
 * the GPU is wedged (see i915_wedge.c). The module parameter i915.reset says
 * what is possible.
 *
 * A reset loses the ports, not the requests. The engine is stopped: from here
 * on nothing is submitted to it, and nothing it reports is taken in, whoever
 * comes by. Where it stands is looked at; if the request the reset is about
 * has ended meanwhile, it goes on as if nothing had been. Else the hardware is
 * reset, and in one section of engine->lock its last reports are taken in, it
 * is decided who is guilty (see i915_verdict.c), all that is not complete goes
 * back to the queue, and ports and context status buffer start anew. Then its
 * registers are written, and the queue is submitted again.
 */

/* What an engine did when it was stopped */
struct reset_stand {
	struct i915_lrc *running;	/* NULL: nothing; its context is referenced */
	u32 head;			/* its ring offset, bytes */
	bool gone;			/* the suspect has ended, or does not run */
};

static void i915_reset_hold(struct i915_engine *engine)
{
	spin_lock_irq(&engine->lock);
	engine->stopped = true;
	spin_unlock_irq(&engine->lock);
}

static void i915_reset_release(struct i915_engine *engine, bool was_reset)
{
	unsigned long flags;

	spin_lock_irqsave(&engine->lock, flags);
	engine->stopped = false;
	engine->ops->process(engine);
	/* after a reset it is one from before, which came late */
	if (was_reset)
		engine->error_missed = false;
	else
		i915_engine_ask_again(engine);
	i915_ports_submit(engine);
	i915_sched_unlock(engine, flags);
}

/* Has what the reset is about ended by itself? engine->lock held, reports taken in */
static bool i915_reset_suspect_is_gone(struct i915_engine *engine, const struct i915_reset *reset,
				       struct i915_lrc *running)
{
	struct i915_request *rq = i915_lrc_on_hardware(running);

	if (!reset->fence_context || !(reset->engines & BIT(engine->id)))
		return false;
	if (rq && i915_is_suspect(reset, rq))
		return false;
	/* who is not on the hardware now needs no reset: it is taken care of elsewhere */
	if (reset->cause != I915_RESET_HANG)
		return true;

	/* given to the hardware, which does not run it: a reset helps, but nobody is guilty */
	list_for_each_entry(rq, &engine->executing, link) {
		if (i915_is_suspect(reset, rq))
			return false;
	}

	return true;
}

/* Stop at the next command */
static void i915_reset_stop(struct i915_engine *engine)
{
	unsigned long timeout_ms = READ_ONCE(engine->props.stop_timeout_ms);

	i915_reset_hw_stop(engine, timeout_ms * USEC_PER_MSEC);
}

/* Where does it stand? What it completed is taken in first. */
static void i915_reset_examine(struct i915_engine *engine, const struct i915_reset *reset,
			       struct reset_stand *stand)
{
	unsigned long flags;

	spin_lock_irqsave(&engine->lock, flags);
	engine->ops->drain(engine);
	stand->running = i915_engine_running_lrc(engine);
	stand->gone = i915_reset_suspect_is_gone(engine, reset, stand->running);
	if (stand->running)
		i915_gt_context_get(stand->running->ctx);
	stand->head = i915_engine_read(engine, RING_HEAD) & RING_HEAD_MASK;
	i915_sched_unlock(engine, flags);
}

/* Nothing was reset: go on. An error that came meanwhile has masked all further ones. */
static void i915_reset_go_on(struct i915_engine *engine)
{
	i915_engine_write(engine, RING_MI_MODE, i915_masked_disable(MI_MODE_STOP_RING));
	i915_engine_watch_errors(engine);
	i915_reset_release(engine, false);
}

/*
 * The hardware was reset: everything it did not complete goes back to the
 * queue, but what is not to run again. It stays stopped.
 */
static void i915_reset_rewind(struct i915_engine *engine, const struct i915_reset *reset,
			      struct reset_stand *stand)
{
	struct i915_lrc *running = stand->running;
	struct i915_request *rq;
	unsigned long flags;

	spin_lock_irqsave(&engine->lock, flags);
	engine->ops->drain(engine);
	/* else it ended between the look and the reset, and was saved */
	if (running && i915_engine_in_port(engine, running)) {
		/* HEAD in the image is old, also if nothing is left to do */
		running->rewind = true;
		rq = i915_lrc_on_hardware(running);
		if (rq)
			i915_judge(reset, rq, stand->head);
	}
	i915_sched_unwind(engine, NULL);
	i915_engine_forget(engine);
	if (running && i915_lrc_is_dead(running))
		i915_sched_fail_all(running);
	i915_sched_unlock(engine, flags);
}

/* Before anything is stopped: is it about what runs? */
static bool i915_reset_is_due(struct i915_engine *engine, const struct i915_reset *reset)
{
	unsigned long flags;
	bool gone;

	spin_lock_irqsave(&engine->lock, flags);
	engine->ops->process(engine);
	gone = i915_reset_suspect_is_gone(engine, reset, i915_engine_running_lrc(engine));
	i915_sched_unlock(engine, flags);

	return !gone;
}

static int i915_reset_engine(struct i915_engine *engine, const struct i915_reset *reset,
			     struct reset_stand *stand)
{
	int ret;

	if (!i915_reset_is_due(engine, reset))
		return -EAGAIN;

	i915_reset_hold(engine);
	i915_reset_stop(engine);
	i915_reset_examine(engine, reset, stand);
	if (stand->gone) {
		i915_reset_go_on(engine);
		return -EAGAIN;
	}

	i915_reset_report_fault(engine->gt);
	ret = engine->ops->reset(engine);
	if (ret)
		return ret;

	drm_notice(&engine->gt->i915->drm, "%s reset: %s\n", engine->desc->name, reset->why);
	i915_reset_rewind(engine, reset, stand);
	WRITE_ONCE(engine->reset_count, engine->reset_count + 1);
	engine->ops->resume(engine);
	i915_reset_release(engine, true);

	return 0;
}

static int i915_reset_full(struct i915_gt *gt, const struct i915_reset *reset,
			   struct reset_stand stand[I915_ENGINES])
{
	struct i915_engine *engine;
	unsigned int id;
	bool gone = false;
	int ret;

	for_each_engine(engine, gt, id)
		i915_reset_hold(engine);
	for_each_engine(engine, gt, id)
		i915_reset_stop(engine);
	for_each_engine(engine, gt, id) {
		i915_reset_examine(engine, reset, &stand[id]);
		gone |= stand[id].gone;
	}
	if (gone) {
		for_each_engine(engine, gt, id)
			i915_reset_go_on(engine);
		return -EAGAIN;
	}

	i915_reset_report_fault(gt);
	ret = i915_reset_hw_full(gt);
	if (ret)
		return ret;

	drm_notice(&gt->i915->drm, "GPU reset: %s\n", reset->why);
	for_each_engine(engine, gt, id)
		i915_reset_rewind(engine, reset, &stand[id]);
	i915_reset_resume(gt);
	atomic_inc(&gt->reset_count);
	for_each_engine(engine, gt, id)
		i915_reset_release(engine, true);

	return 0;
}

/* Who was banned just now may have work on other engines, too */
static void i915_reset_stand_end(struct i915_gt *gt, struct reset_stand *stand)
{
	struct i915_gt_context *ctx = stand->running ? stand->running->ctx : NULL;
	struct i915_engine *engine;
	unsigned int id;

	if (ctx && test_bit(I915_CTX_BANNED, &ctx->flags)) {
		for_each_engine(engine, gt, id)
			i915_engine_cancel(engine, ctx);
	}
	if (ctx)
		i915_gt_context_put(ctx);
}

static int i915_reset_engines(struct i915_gt *gt, const struct i915_reset *reset)
{
	struct i915_engine *engine;
	struct reset_stand stand;
	unsigned int id;
	int ret = 0;

	for_each_engine(engine, gt, id) {
		if (!(reset->engines & BIT(id)))
			continue;
		memset(&stand, 0, sizeof(stand));
		ret = i915_reset_engine(engine, reset, &stand);
		i915_reset_stand_end(gt, &stand);
		if (ret)
			break;
	}

	return ret;
}

static int i915_reset_all(struct i915_gt *gt, const struct i915_reset *reset)
{
	struct reset_stand stand[I915_ENGINES] = { };
	unsigned int id;
	int ret;

	ret = i915_reset_full(gt, reset, stand);
	for (id = 0; id < I915_ENGINES; id++)
		i915_reset_stand_end(gt, &stand[id]);
	if (ret == -EIO) {
		drm_err(&gt->i915->drm, "GPU reset failed, declaring the GPU wedged\n");
		i915_wedge_locked(gt);
	}

	return ret;
}

/* Module parameter i915.reset: 0 never, 1 only all engines, 2 and more one engine */
static int i915_reset_locked(struct i915_gt *gt, const struct i915_reset *reset)
{
	unsigned int how = READ_ONCE(i915_params.reset);
	int ret = -EIO;

	lockdep_assert_held(&gt->reset_mutex);

	if (!i915_gt_is_up(gt))
		return -EIO;
	if (i915_uncore_is_gone(to_uncore(gt->i915))) {
		i915_wedge_locked(gt);
		return -EIO;
	}
	/* what is to be cancelled goes on until the heartbeat finds fault with it */
	if (!how && reset->cause == I915_RESET_CANCEL)
		return -EAGAIN;
	if (!how) {
		drm_notice(&gt->i915->drm, "no reset, by i915.reset=0: %s\n", reset->why);
		i915_wedge_locked(gt);
		return -EIO;
	}

	i915_forcewake_get(to_uncore(gt->i915));
	if (how > 1 && reset->cause != I915_RESET_ASKED)
		ret = i915_reset_engines(gt, reset);
	if (ret == -EIO) {
		i915_gt_announce(gt, I915_EVENT_RESET);
		ret = i915_reset_all(gt, reset);
		if (ret != -EIO)
			i915_gt_announce(gt, I915_EVENT_RECOVERED);
	}
	i915_forcewake_put(to_uncore(gt->i915));

	return ret;
}

/**
 * i915_gt_reset - reset engines
 * @gt: the GT
 * @reset: which, why and because of whom
 *
 * Context: process context, sleeps; inside a section that fences wait for.
 * Return: 0; -EAGAIN: what the reset is about has ended, nothing happened;
 * -EIO: the GPU is wedged, or the system sleeps.
 */
int i915_gt_reset(struct i915_gt *gt, const struct i915_reset *reset)
{
	bool cookie;
	int ret;

	if (gt->i915->mock)
		return 0;

	cookie = dma_fence_begin_signalling();
	mutex_lock(&gt->reset_mutex);
	ret = i915_reset_locked(gt, reset);
	mutex_unlock(&gt->reset_mutex);
	dma_fence_end_signalling(cookie);

	return ret;
}

/**
 * i915_gt_reset_all - reset the whole GPU because somebody wants it
 * @gt: the GT
 * @engines: bit n: engine n is said to hang; the others are bystanders
 * @why: for the log; static
 *
 * Context: process context, sleeps.
 * Return: 0, or -EIO: the GPU is wedged.
 */
int i915_gt_reset_all(struct i915_gt *gt, u32 engines, const char *why)
{
	const struct i915_reset reset = {
		.cause = I915_RESET_ASKED,
		.engines = engines,
		.why = why,
	};

	return i915_gt_reset(gt, &reset);
}

static const struct {
	enum i915_reset_cause cause;
	const char *why;
} asks[] = {
	[I915_ASK_INSTRUCTION] = { I915_RESET_HANG, "invalid instruction" },
	[I915_ASK_PREEMPT] = { I915_RESET_HANG, "preemption timed out" },
	[I915_ASK_STRAY_ACK] = { I915_RESET_FAULT, "acknowledge without a submission" },
	[I915_ASK_STRAY_END] = { I915_RESET_FAULT, "completion without a context" },
	[I915_ASK_CSB_POINTER] = { I915_RESET_FAULT, "invalid context status pointer" },
	[I915_ASK_CSB_ENTRY] = { I915_RESET_FAULT, "context status entry missing" },
};

/**
 * i915_engine_reset_if_asked - do what i915_engine_want_reset() could not
 * @engine: the engine
 *
 * Context: process context, sleeps; inside a section that fences wait for.
 */
void i915_engine_reset_if_asked(struct i915_engine *engine)
{
	struct i915_reset reset = { .engines = BIT(engine->id) };
	enum i915_reset_ask ask;
	unsigned long flags;

	spin_lock_irq(&engine->lock);
	ask = engine->ask;
	engine->ask = I915_ASK_NOTHING;
	reset.cause = asks[ask].cause;
	reset.why = asks[ask].why;
	if (reset.cause == I915_RESET_HANG) {
		reset.fence_context = engine->suspect.fence_context;
		reset.seqno = engine->suspect.seqno;
	}
	spin_unlock_irq(&engine->lock);

	if (!ask)
		return;
	/* nothing was running: there is nobody it could be the fault of */
	if (!reset.fence_context)
		reset.cause = I915_RESET_FAULT;
	if (i915_gt_reset(engine->gt, &reset) != -EAGAIN)
		return;

	if (ask == I915_ASK_INSTRUCTION)
		i915_engine_watch_errors(engine);
	/* while this one was asked for there may have been an error */
	spin_lock_irqsave(&engine->lock, flags);
	engine->ops->process(engine);
	i915_engine_ask_again(engine);
	i915_sched_unlock(engine, flags);
}
