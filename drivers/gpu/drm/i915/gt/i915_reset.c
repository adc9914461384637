// SPDX-License-Identifier: MIT

#include <linux/iopoll.h>
#include <linux/kobject.h>

#include "gt/i915_engine.h"
#include "gt/i915_ports.h"
#include "gt/i915_request.h"
#include "gt/i915_ring.h"
#include "gt/i915_sched.h"
#include "hw/i915_engine_regs.h"
#include "hw/i915_gt_regs.h"
#include "hw/i915_workarounds.h"
#include "i915_params.h"

/**
 * DOC: Reset
 *
 * One engine if possible, all of them if that fails, and if that fails, too,
 * the GPU is wedged (see i915_wedge.c).
 *
 * A reset loses the ports, not the requests. The engine is told to stop, what
 * it completed is taken in, and where it stands tells who is guilty: the
 * oldest request of the running context, if HEAD is at its batch. That batch
 * is taken out of the ring and the request runs again without it, so its seqno
 * and everything behind it come in order; its fence says -EIO. All other
 * requests are simply submitted again.
 *
 * A context that hangs often is banned; one that user space declared not
 * recoverable is banned at the first hang.
 */

#define GDRST_TIMEOUT_US	20000
#define RESET_READY_TIMEOUT_US	1000
#define RESET_TRIES		3
#define BAN_QUICK_HANGS		4
#define BAN_WINDOW_SECS		120
#define BAN_SAME_HANG_JIFFIES	(HZ / 20)

/* What an engine did when it was stopped */
struct reset_state {
	struct i915_lrc *running;	/* NULL: nothing */
	u32 head;			/* its ring offset, bytes */
};

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
	struct i915_uncore *uncore = &gt->i915->uncore;
	struct i915_engine *engine;
	unsigned int id;
	u32 value;
	int ret;

	lockdep_assert_held(&gt->reset_mutex);

	for_each_engine(engine, gt, id) {
		if (!(gdrst & (engine->desc->reset_bit | GDRST_FULL)))
			continue;
		i915_engine_write(engine, RING_RESET_CTL, I915_MASKED_ENABLE(RESET_CTL_REQUEST));
		ret = i915_uncore_wait(uncore, engine->desc->mmio_base + RING_RESET_CTL,
				       RESET_CTL_READY, RESET_CTL_READY, RESET_READY_TIMEOUT_US);
		if (ret)
			drm_notice(&gt->i915->drm, "%s is not ready for a reset\n",
				   engine->desc->name);
	}

	i915_write(uncore, GEN6_GDRST, gdrst);
	ret = read_poll_timeout(i915_read, value, !(value & gdrst), 20, GDRST_TIMEOUT_US, false,
				uncore, GEN6_GDRST);

	for_each_engine(engine, gt, id) {
		if (gdrst & (engine->desc->reset_bit | GDRST_FULL))
			i915_engine_write(engine, RING_RESET_CTL,
					  I915_MASKED_DISABLE(RESET_CTL_REQUEST));
	}

	return ret ? -EIO : 0;
}

/**
 * i915_reset_hw_full - reset the whole GPU, trying more than once
 * @gt: the GT, awake
 *
 * Context: process context, sleeps; gt->reset_mutex held.
 * Return: 0 or -EIO.
 */
int i915_reset_hw_full(struct i915_gt *gt)
{
	unsigned int tries;
	int ret = 0;

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

	i915_wa_apply(&gt->i915->uncore, wa);
	i915_wa_verify(&gt->i915->uncore, wa);
	for_each_engine(engine, gt, id)
		engine->ops->resume(engine);
}

static void engine_hold(struct i915_engine *engine)
{
	spin_lock_irq(&engine->lock);
	engine->stopped = true;
	spin_unlock_irq(&engine->lock);
}

static void engine_release(struct i915_engine *engine)
{
	unsigned long flags;

	spin_lock_irqsave(&engine->lock, flags);
	engine->stopped = false;
	i915_ports_submit(engine);
	i915_sched_unlock(engine, flags);
}

/**
 * i915_engine_running_lrc - which context does the hardware say it runs?
 * @engine: the engine, awake
 *
 * Context: engine->lock held.
 * Return: the context, or NULL if there is nothing in the ports.
 */
struct i915_lrc *i915_engine_running_lrc(struct i915_engine *engine)
{
	u32 id = i915_engine_read(engine, RING_EXECLIST_STATUS_HI);
	unsigned int n;

	for (n = 0; n < I915_PORTS; n++) {
		if (engine->active[n].rq && engine->active[n].rq->lrc->sw_id == id)
			return engine->active[n].rq->lrc;
		if (engine->pending[n].rq && engine->pending[n].rq->lrc->sw_id == id)
			return engine->pending[n].rq->lrc;
	}

	return engine->active[0].rq ? engine->active[0].rq->lrc : NULL;
}

/* Stop at the next command, take in what is complete, see where it stands */
static void engine_stop(struct i915_engine *engine, struct reset_state *state)
{
	unsigned long timeout = READ_ONCE(engine->props.stop_timeout_ms) * USEC_PER_MSEC;
	unsigned long flags;
	u32 mode;

	i915_engine_write(engine, RING_MI_MODE, I915_MASKED_ENABLE(MI_MODE_STOP_RING));
	read_poll_timeout(i915_engine_read, mode, mode & MI_MODE_IDLE, 20, timeout + 20, false,
			  engine, RING_MI_MODE);

	spin_lock_irqsave(&engine->lock, flags);
	engine->ops->process(engine);
	state->running = i915_engine_running_lrc(engine);
	state->head = i915_engine_read(engine, RING_HEAD) & RING_HEAD_MASK;
	i915_sched_unlock(engine, flags);
}

static void ban_if_due(struct i915_gt_context *ctx)
{
	unsigned long age = jiffies - ctx->guilty_stamp;

	/* hanging on several engines at once is one hang */
	if (!ctx->guilty_quick || age >= BAN_WINDOW_SECS * HZ)
		ctx->guilty_quick = 1;
	else if (age >= BAN_SAME_HANG_JIFFIES)
		ctx->guilty_quick++;
	ctx->guilty_stamp = jiffies;
	atomic_inc(&ctx->guilty_count);

	if (!test_bit(I915_CTX_BANNABLE, &ctx->flags))
		return;
	if (ctx->guilty_quick >= BAN_QUICK_HANGS || !test_bit(I915_CTX_RECOVERABLE, &ctx->flags))
		set_bit(I915_CTX_BANNED, &ctx->flags);
}

/* Blame the oldest request of the running context. engine->lock held */
static void blame(struct i915_engine *engine, const struct reset_state *state, bool hang)
{
	struct i915_request *rq = i915_lrc_first(state->running);
	u32 size = state->running->ring.size;

	if (!rq || !test_bit(I915_RQ_EXECUTING, &rq->state) || i915_gt_context_is_dead(rq->ctx))
		return;

	/* HEAD is behind the batch start while the batch runs */
	if (!hang && !i915_ring_within(state->head, rq->batch + 4,
				       rq->batch + 4 * rq->batch_dwords, size))
		return;

	if (engine->gt->on_hang)
		engine->gt->on_hang(engine, rq);
	if (!test_bit(I915_RQ_SKIPPED, &rq->state))
		ban_if_due(rq->ctx);
	i915_request_skip(rq, -EIO);
}

/* Contexts that are banned or closed for good end here. No port holds them. */
static void fail_dead_contexts(struct i915_engine *engine)
{
	struct i915_lrc *lrc;

	list_for_each_entry(lrc, &engine->lrcs, engine_link) {
		if (i915_gt_context_is_dead(lrc->ctx))
			i915_sched_fail_all(lrc);
	}
}

/* Count the contexts that were on the engine without being guilty */
static void count_innocent(struct i915_engine *engine, struct i915_gt_context *guilty)
{
	struct i915_gt_context *seen = guilty;
	unsigned int n;

	for (n = 0; n < I915_PORTS; n++) {
		struct i915_request *rq = engine->pending_ack ? engine->pending[n].rq :
								engine->active[n].rq;

		if (!rq || rq->ctx == seen || rq->ctx == guilty)
			continue;
		atomic_inc(&rq->ctx->active_count);
		seen = rq->ctx;
	}
}

/* After the hardware was reset: everything not complete goes back to the queue */
static void engine_replay(struct i915_engine *engine, const struct reset_state *state, bool hang)
{
	struct i915_gt_context *guilty = NULL;
	unsigned long flags;

	spin_lock_irqsave(&engine->lock, flags);
	if (state->running) {
		struct i915_request *rq = i915_lrc_first(state->running);

		/* it was not saved: HEAD in the image is old, also if nothing is left to do */
		state->running->rewind = true;
		blame(engine, state, hang);
		if (rq && test_bit(I915_RQ_SKIPPED, &rq->state))
			guilty = rq->ctx;
	}
	count_innocent(engine, guilty);
	i915_sched_unwind(engine, NULL);
	i915_ports_clear(engine);
	fail_dead_contexts(engine);
	engine->reset_count++;
	i915_sched_unlock(engine, flags);
}

/**
 * i915_engine_reset_locked - reset one engine
 * @engine: the engine
 * @target: only if this context runs, or NULL: whatever runs
 * @hang: what runs hangs; else it is guilty only if it is found in a batch
 * @why: for the log
 *
 * Context: process context, sleeps; gt->reset_mutex held.
 * Return: 0; -EAGAIN: @target does not run, nothing happened; -EIO: failed, the
 * engine stays stopped.
 */
int i915_engine_reset_locked(struct i915_engine *engine, struct i915_lrc *target, bool hang,
			     const char *why)
{
	struct i915_gt *gt = engine->gt;
	struct reset_state state = { };
	int ret;

	lockdep_assert_held(&gt->reset_mutex);

	engine_hold(engine);
	engine_stop(engine, &state);
	if (target && (state.running != target || list_empty_careful(&target->requests))) {
		i915_engine_write(engine, RING_MI_MODE, I915_MASKED_DISABLE(MI_MODE_STOP_RING));
		engine_release(engine);
		return -EAGAIN;
	}

	ret = engine->ops->reset(engine);
	if (ret)
		return ret;

	drm_notice(&gt->i915->drm, "%s reset: %s\n", engine->desc->name, why);
	engine_replay(engine, &state, hang);
	engine->ops->resume(engine);
	engine_release(engine);

	return 0;
}

static void send_uevent(struct i915_gt *gt, char *event)
{
	struct drm_device *drm = &gt->i915->drm;
	char *envp[2] = { event };

	if (drm->registered && drm->primary && drm->primary->kdev)
		kobject_uevent_env(&drm->primary->kdev->kobj, KOBJ_CHANGE, envp);
}

static int full_reset_locked(struct i915_gt *gt, u32 guilty_mask, const char *why)
{
	struct reset_state state[I915_ENGINES] = { };
	struct i915_engine *engine;
	unsigned int id;
	int ret;

	for_each_engine(engine, gt, id)
		engine_hold(engine);
	for_each_engine(engine, gt, id)
		engine_stop(engine, &state[id]);

	ret = i915_reset_hw_full(gt);
	if (ret)
		return ret;

	drm_notice(&gt->i915->drm, "GPU reset: %s\n", why);
	for_each_engine(engine, gt, id)
		engine_replay(engine, &state[id], guilty_mask & BIT(id));
	i915_reset_resume(gt);
	atomic_inc(&gt->reset_count);
	for_each_engine(engine, gt, id)
		engine_release(engine);

	return 0;
}

static int reset_engines(struct i915_gt *gt, u32 engine_mask, const char *why)
{
	bool cookie = dma_fence_begin_signalling();
	struct i915_engine *engine;
	unsigned int id;
	int ret = 0;

	i915_forcewake_get(&gt->i915->uncore);
	for_each_engine(engine, gt, id) {
		if (!ret && engine_mask & BIT(id))
			ret = i915_engine_reset_locked(engine, NULL, true, why);
	}
	i915_forcewake_put(&gt->i915->uncore);
	dma_fence_end_signalling(cookie);

	return ret;
}

/**
 * i915_reset_all_locked - reset the whole GPU, or give it up
 * @gt: the GT
 * @guilty_mask: bit n: engine n hangs; else guilty is who is found in a batch
 * @why: for the log
 *
 * Context: process context, sleeps; gt->reset_mutex held.
 * Return: 0, or -EIO: the GPU is wedged.
 */
int i915_reset_all_locked(struct i915_gt *gt, u32 guilty_mask, const char *why)
{
	bool cookie;
	int ret;

	/* user space that waits for hangs hears of it first; not in the critical section */
	send_uevent(gt, "ERROR=1");
	send_uevent(gt, "RESET=1");

	cookie = dma_fence_begin_signalling();
	i915_forcewake_get(&gt->i915->uncore);
	ret = full_reset_locked(gt, guilty_mask, why);
	if (ret) {
		drm_err(&gt->i915->drm, "the GPU does not reset: it is not used any more\n");
		i915_wedge_locked(gt);
	}
	i915_forcewake_put(&gt->i915->uncore);
	dma_fence_end_signalling(cookie);

	if (!ret)
		send_uevent(gt, "ERROR=0");

	return ret;
}

/**
 * i915_gt_reset - reset engines
 * @gt: the GT
 * @engine_mask: bit n: engine n hangs; ~0: the whole GPU, whoever is at fault
 * @why: for the log
 *
 * Context: process context, sleeps.
 * Return: 0, or -EIO: the GPU is wedged.
 */
int i915_gt_reset(struct i915_gt *gt, u32 engine_mask, const char *why)
{
	int ret = -EIO;

	if (gt->i915->mock)
		return 0;

	mutex_lock(&gt->reset_mutex);
	if (i915_gt_is_wedged(gt))
		goto unlock;

	/* module parameter i915.reset: 0 never, 1 only all engines, 2 and more one engine */
	if (!i915_params.reset) {
		drm_notice(&gt->i915->drm, "no reset, by i915.reset=0: %s\n", why);
		i915_wedge_locked(gt);
		goto unlock;
	}
	if (engine_mask != ~0u && i915_params.reset > 1)
		ret = reset_engines(gt, engine_mask, why);
	if (ret)
		ret = i915_reset_all_locked(gt, engine_mask == ~0u ? 0 : engine_mask, why);
unlock:
	mutex_unlock(&gt->reset_mutex);

	return ret;
}
