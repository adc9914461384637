// SPDX-License-Identifier: MIT

#include <linux/slab.h>
#include <linux/timer.h>

#include "base/i915_drv.h"
#include "gt/i915_engine_iter.h"
#include "gt/i915_engine_life.h"
#include "gt/i915_gt.h"
#include "gt/i915_lrc.h"
#include "gt/i915_lrc_layout.h"
#include "gt/i915_mock_engine.h"
#include "gt/i915_ports.h"
#include "gt/i915_request.h"
#include "gt/i915_retire.h"

/**
 * DOC: Mock engine
 *
 * A command streamer without hardware, for the selftests: it takes two
 * contexts, acknowledges them, runs the requests of the first up to the end it
 * was given by writing their seqnos where the GPU would, and reports it. What
 * is written to its ports, and when, is decided by the code that drives
 * hardware.
 *
 * Left alone it acknowledges and completes one request at each tick of a timer.
 * A test that wants to see the order of things holds it and steps it itself.
 *
 * It looks at what it is given and counts what hardware would not understand:
 * a port written while an acknowledge is due, a context in both ports, an end
 * that moved back.
 */

#define MOCK_TICKS	1
#define MOCK_EVENTS	8

/* One element of the port: a context, and the seqno it shall run up to */
struct mock_port {
	struct i915_lrc *lrc;
	u32 seqno;
};

/* Everything under engine->lock */
struct mock_engine {
	struct i915_engine *engine;
	struct timer_list timer;
	bool held;			/* by a test: the timer does nothing */
	bool written;			/* @next is to be acknowledged */
	struct mock_port next[I915_PORTS];
	struct mock_port run[I915_PORTS];
	/* reported and not yet taken in: true: an acknowledge, false: a completion */
	bool event[MOCK_EVENTS];
	unsigned int events;
	unsigned int misuse;
};

static void i915_mock_misuse(struct mock_engine *mock, const char *what)
{
	mock->misuse++;
	drm_err(&mock->engine->gt->i915->drm, "mock %s: %s\n", mock->engine->desc->name, what);
}

static void i915_mock_report(struct mock_engine *mock, bool acknowledge)
{
	if (mock->events == MOCK_EVENTS)
		i915_mock_misuse(mock, "reports are not taken in");
	else
		mock->event[mock->events++] = acknowledge;
}

static bool i915_mock_is_busy(const struct mock_engine *mock)
{
	return mock->written || mock->run[0].lrc;
}

static void i915_mock_kick(struct mock_engine *mock)
{
	if (!mock->held && i915_mock_is_busy(mock) && !timer_pending(&mock->timer))
		mod_timer(&mock->timer, jiffies + MOCK_TICKS);
}

static void i915_mock_check(struct mock_engine *mock, const struct mock_port *port)
{
	unsigned int n;

	for (n = 0; n < I915_PORTS; n++) {
		if (mock->run[n].lrc == port->lrc && (s32)(port->seqno - mock->run[n].seqno) < 0)
			i915_mock_misuse(mock, "the end of a context moved back");
	}
}

static void i915_mock_write(struct i915_engine *engine)
{
	struct mock_engine *mock = engine->backend;
	unsigned int n;

	lockdep_assert_held(&engine->lock);

	if (mock->written)
		i915_mock_misuse(mock, "written before the acknowledge");
	if (engine->pending[1].rq &&
	    engine->pending[1].rq->lrc == i915_port_lrc(&engine->pending[0]))
		i915_mock_misuse(mock, "one context in both ports");

	for (n = 0; n < I915_PORTS; n++) {
		struct i915_port *port = &engine->pending[n];

		mock->next[n] = (struct mock_port){ };
		if (!port->rq)
			continue;
		i915_lrc_update(port->rq->lrc, port->rq);
		port->tail = port->rq->lrc->regs[LRC_RING_TAIL];
		mock->next[n].lrc = port->rq->lrc;
		mock->next[n].seqno = port->rq->fence.seqno;
		i915_mock_check(mock, &mock->next[n]);
	}
	mock->written = true;
	i915_mock_kick(mock);
}

static void i915_mock_drain(struct i915_engine *engine)
{
	struct mock_engine *mock = engine->backend;
	unsigned int n;

	lockdep_assert_held(&engine->lock);

	for (n = 0; n < mock->events; n++) {
		if (mock->event[n])
			i915_ports_acknowledge(engine);
		else
			i915_ports_complete(engine);
	}
	mock->events = 0;
	i915_ports_collect(engine);
}

static void i915_mock_process(struct i915_engine *engine)
{
	if (!engine->stopped)
		i915_mock_drain(engine);
}

static void i915_mock_clear(struct i915_engine *engine)
{
	struct mock_engine *mock = engine->backend;

	if (!mock)
		return;

	memset(mock->next, 0, sizeof(mock->next));
	memset(mock->run, 0, sizeof(mock->run));
	mock->written = false;
	mock->events = 0;
}

static bool i915_mock_acknowledge(struct mock_engine *mock)
{
	if (!mock->written)
		return false;

	memcpy(mock->run, mock->next, sizeof(mock->run));
	mock->written = false;
	i915_mock_report(mock, true);

	return true;
}

/* The context in the first port is at its end */
static void i915_mock_switch(struct mock_engine *mock)
{
	i915_mock_report(mock, false);
	mock->run[0] = mock->run[1];
	mock->run[1] = (struct mock_port){ };
	/* what was written since counts more than the second port */
	i915_mock_acknowledge(mock);
}

static bool i915_mock_complete(struct mock_engine *mock)
{
	struct mock_port *port = &mock->run[0];
	u32 seqno = port->seqno;
	struct i915_request *rq;

	if (!port->lrc)
		return false;

	list_for_each_entry(rq, &port->lrc->requests, lrc_link) {
		if (__i915_request_completed(rq))
			continue;
		if ((s32)(seqno - (u32)rq->fence.seqno) > 0)
			seqno = rq->fence.seqno;
		break;
	}
	WRITE_ONCE(*port->lrc->hwsp_seqno, seqno);
	if (seqno == port->seqno)
		i915_mock_switch(mock);

	return true;
}

/* The interrupt handler's part. engine->lock is dropped. */
static void i915_mock_interrupt(struct mock_engine *mock, unsigned long flags)
	__releases(&mock->engine->lock)
{
	struct i915_engine *engine = mock->engine;

	engine->ops->process(engine);
	i915_ports_submit(engine);
	i915_mock_kick(mock);
	i915_sched_unlock(engine, flags);
}

static void i915_mock_tick(struct timer_list *timer)
{
	struct mock_engine *mock = from_timer(mock, timer, timer);
	unsigned long flags;

	spin_lock_irqsave(&mock->engine->lock, flags);
	if (!mock->held) {
		i915_mock_acknowledge(mock);
		i915_mock_complete(mock);
	}
	i915_mock_interrupt(mock, flags);
}

/**
 * i915_mock_engine_hold - let nothing move by itself
 * @engine: of the mock device
 *
 * Context: any.
 */
void i915_mock_engine_hold(struct i915_engine *engine)
{
	struct mock_engine *mock = engine->backend;
	unsigned long flags;

	spin_lock_irqsave(&engine->lock, flags);
	mock->held = true;
	spin_unlock_irqrestore(&engine->lock, flags);
}

/**
 * i915_mock_engine_let_run - undo i915_mock_engine_hold()
 * @engine: of the mock device
 *
 * Context: any.
 */
void i915_mock_engine_let_run(struct i915_engine *engine)
{
	struct mock_engine *mock = engine->backend;
	unsigned long flags;

	spin_lock_irqsave(&engine->lock, flags);
	mock->held = false;
	i915_mock_kick(mock);
	spin_unlock_irqrestore(&engine->lock, flags);
}

/**
 * i915_mock_engine_acknowledge - take what was written to the ports
 * @engine: of the mock device
 *
 * Context: any, no lock held.
 * Return: false: nothing was written since the last time.
 */
bool i915_mock_engine_acknowledge(struct i915_engine *engine)
{
	struct mock_engine *mock = engine->backend;
	unsigned long flags;
	bool did;

	spin_lock_irqsave(&engine->lock, flags);
	did = i915_mock_acknowledge(mock);
	i915_mock_interrupt(mock, flags);

	return did;
}

/**
 * i915_mock_engine_complete - run one request of the context in the first port
 * @engine: of the mock device
 *
 * If it was the last one that was asked for, the engine goes on to the next
 * context.
 *
 * Context: any, no lock held.
 * Return: false: no context was acknowledged that has something to run.
 */
bool i915_mock_engine_complete(struct i915_engine *engine)
{
	struct mock_engine *mock = engine->backend;
	unsigned long flags;
	bool did;

	spin_lock_irqsave(&engine->lock, flags);
	did = i915_mock_complete(mock);
	i915_mock_interrupt(mock, flags);

	return did;
}

/**
 * i915_mock_engine_misuse - how often hardware would have been confused
 * @engine: of the mock device
 *
 * Context: any.
 * Return: how many times; the log says why.
 */
unsigned int i915_mock_engine_misuse(struct i915_engine *engine)
{
	const struct mock_engine *mock = engine->backend;

	return READ_ONCE(mock->misuse);
}

static int i915_mock_init(struct i915_engine *engine)
{
	struct mock_engine *mock;

	mock = kzalloc(sizeof(*mock), GFP_KERNEL);
	if (!mock)
		return -ENOMEM;

	mock->engine = engine;
	timer_setup(&mock->timer, i915_mock_tick, 0);
	engine->backend = mock;

	return 0;
}

static void i915_mock_fini(struct i915_engine *engine)
{
	struct mock_engine *mock = engine->backend;

	timer_shutdown_sync(&mock->timer);
	engine->backend = NULL;
	kfree(mock);
}

static void i915_mock_resume(struct i915_engine *engine)
{
}

static bool i915_mock_update_irq(struct i915_engine *engine)
{
	return false;
}

static int i915_mock_reset(struct i915_engine *engine)
{
	return 0;
}

static const struct i915_engine_ops mock_engine_ops = {
	.init = i915_mock_init,
	.fini = i915_mock_fini,
	.write = i915_mock_write,
	.process = i915_mock_process,
	.drain = i915_mock_drain,
	.clear = i915_mock_clear,
	.update_irq = i915_mock_update_irq,
	.resume = i915_mock_resume,
	.reset = i915_mock_reset,
};

/**
 * i915_gt_init_mock - engines without hardware
 * @gt: part of @i915
 * @i915: the mock device
 *
 * Context: process context, may sleep.
 * Return: 0 or a negative errno; on failure nothing is left.
 */
int i915_gt_init_mock(struct i915_gt *gt, struct drm_i915_private *i915)
{
	struct i915_engine *engine;
	unsigned int id;
	int ret;

	ret = i915_gt_init_engines(gt, i915, &mock_engine_ops);
	if (ret)
		return ret;

	/* there is no state to save: as the driver filled it in */
	for_each_engine(engine, gt, id)
		i915_engine_record_default(engine);

	return 0;
}
