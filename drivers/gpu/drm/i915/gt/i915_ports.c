// SPDX-License-Identifier: MIT

#include <linux/delay.h>

#include "base/i915_drv.h"
#include "gt/i915_engine.h"
#include "gt/i915_gt_context.h"
#include "gt/i915_ports.h"
#include "gt/i915_request.h"
#include "gt/i915_retire.h"
#include "gt/i915_sched.h"
#include "gt/i915_watch.h"
#include "hw/i915_device_info.h"

/**
 * DOC: Ports
 *
 * Which requests of the queue an engine is given. An engine has two ports; each
 * holds a context and the last request that context is to run. This file makes
 * the decision. Writing the ports and decoding what the hardware reports is the
 * job of the back end (struct i915_engine_ops): execlists, or the mock engine of
 * the selftests.
 *
 * @pending has been written but not acknowledged, @active has been acknowledged.
 * Nothing is written while an acknowledge is outstanding. The back end reports
 * acknowledges and completions from its process() and calls nothing else here.
 *
 * Consecutive requests of one context and one priority share a port. More work
 * for the running context only moves the end of its port. As TAIL must never move
 * back, what was in a port together stays together: when it is taken back it is
 * submitted as a whole, and a priority that is raised is raised for the whole (see
 * i915_priority.c). Otherwise the more important half would take the rest past
 * what that has to follow.
 *
 * Where the hardware can preempt (Skylake), a request of higher priority causes
 * what was submitted to be taken back and the ports to be written anew, and
 * contexts of equal priority take turns.
 */

/* A report outruns what the ring wrote by far less than this */
#define VISIBLE_US	20

static void i915_port_set(struct i915_port *port, struct i915_request *rq)
{
	i915_gt_context_get(rq->ctx);
	port->rq = i915_request_get(rq);
}

static void i915_port_clear(struct i915_port *port)
{
	struct i915_request *rq = port->rq;

	if (!rq)
		return;

	port->rq = NULL;
	port->tail = 0;
	i915_gt_context_put(rq->ctx);
	i915_request_put(rq);
}

/**
 * i915_ports_clear - forget what the hardware was given
 * @engine: reset
 *
 * Context: engine->lock held.
 */
void i915_ports_clear(struct i915_engine *engine)
{
	unsigned int n;

	lockdep_assert_held(&engine->lock);

	i915_engine_run(engine, NULL);
	for (n = 0; n < I915_PORTS; n++) {
		i915_port_clear(&engine->active[n]);
		i915_port_clear(&engine->pending[n]);
	}
	engine->pending_ack = false;
	engine->preempting = false;
	if (engine->ops->clear)
		engine->ops->clear(engine);
}

/* What runs now: the oldest request of the context in the first port */
static struct i915_request *i915_ports_running(struct i915_engine *engine)
{
	return i915_lrc_executing(i915_port_lrc(&engine->active[0]));
}

/* What runs after it: the oldest request of the context in the second port */
static struct i915_request *i915_ports_behind(struct i915_engine *engine)
{
	return i915_lrc_executing(i915_port_lrc(&engine->active[1]));
}

static struct i915_request *i915_queue_first(struct i915_engine *engine)
{
	return list_first_entry_or_null(&engine->queue, struct i915_request, link);
}

static bool i915_request_outranks(const struct i915_request *rq, const struct i915_request *other)
{
	return rq && other && rq->priority > other->priority;
}

/* Is there something in the queue, or in the second port, that must not wait for its turn? */
static bool i915_ports_want_preempt(struct i915_engine *engine)
{
	struct i915_request *next = i915_queue_first(engine);
	struct i915_request *running, *behind;

	if (!engine->gt->i915->info->has_preemption || !engine->active[0].rq)
		return false;

	running = i915_ports_running(engine);
	if (i915_request_outranks(next, running))
		return true;
	if (!engine->active[1].rq)
		return false;

	/* its priority was raised, or what was before it in the first port has ended */
	behind = i915_ports_behind(engine);
	if (i915_request_outranks(behind, running))
		return true;

	/* the second port may be changed without disturbing the first */
	return i915_request_outranks(next, behind);
}

/* Move a request from the queue to the hardware's list */
static void i915_ports_start(struct i915_engine *engine, struct i915_request *rq)
{
	clear_bit(I915_RQ_QUEUED, &rq->state);
	clear_bit(I915_RQ_RAISED, &rq->state);
	set_bit(I915_RQ_EXECUTING, &rq->state);
	set_bit(I915_RQ_SUBMITTED, &rq->state);
	list_move_tail(&rq->link, &engine->executing);
}

/*
 * Take the requests of one timeline that come next, as far as they have the
 * priority of the first. Those the hardware has been given before always go
 * along: TAIL must never move back. Return: the last one taken.
 */
static struct i915_request *i915_ports_take(struct i915_engine *engine, struct i915_lrc *lrc,
					    struct i915_request *last)
{
	struct i915_request *rq = last ? list_next_entry(last, lrc_link) :
		list_first_entry(&lrc->requests, struct i915_request, lrc_link);

	list_for_each_entry_from(rq, &lrc->requests, lrc_link) {
		if (!test_bit(I915_RQ_QUEUED, &rq->state))
			break;
		if (!test_bit(I915_RQ_SUBMITTED, &rq->state) &&
		    (rq != i915_queue_first(engine) || (last && rq->priority != last->priority)))
			break;
		i915_ports_start(engine, rq);
		last = rq;
	}

	return last;
}

/* Complete although it was taken back from the hardware: nothing left to run */
static void i915_queue_drop_completed(struct i915_engine *engine)
{
	struct i915_request *rq;

	while ((rq = i915_queue_first(engine)) && __i915_request_completed(rq))
		i915_sched_collect(engine, rq->lrc);
}

/* Fill the ports behind what is in @last, which says what each shall run up to */
static bool i915_ports_fill(struct i915_engine *engine, struct i915_request *last[I915_PORTS])
{
	struct i915_request *rq;
	bool taken = false;
	unsigned int n = 0;

	if (last[0]) {
		rq = last[0];
		/* retired meanwhile: what follows it on the timeline */
		last[0] = i915_ports_take(engine, rq->lrc,
					  test_bit(I915_RQ_DONE, &rq->state) ? NULL : rq) ?: rq;
		taken = last[0] != rq;
		n = 1;
		/* it is about to complete, or failed: no use in submitting it again */
		if (!taken && (test_bit(I915_RQ_DONE, &rq->state) || __i915_request_completed(rq)))
			return false;
	}

	for (; n < I915_PORTS; n++) {
		i915_queue_drop_completed(engine);
		rq = i915_queue_first(engine);
		if (!rq)
			break;
		last[n] = i915_ports_take(engine, rq->lrc, NULL);
		/* its context is in the first port, with other priorities */
		if (!last[n])
			break;
		taken = true;
	}

	return taken;
}

static void i915_ports_arm_timeslice(struct i915_engine *engine)
{
	unsigned long ms = READ_ONCE(engine->props.timeslice_duration_ms);

	if (ms && engine->gt->i915->info->has_preemption && !timer_pending(&engine->timeslice) &&
	    (engine->pending[1].rq || engine->active[1].rq || !list_empty(&engine->queue)))
		mod_timer(&engine->timeslice, jiffies + max(msecs_to_jiffies(ms), 1ul));
}

static void i915_ports_set_deadline(struct i915_engine *engine)
{
	unsigned long ms = READ_ONCE(engine->props.preempt_timeout_ms);

	engine->preempt_deadline = jiffies + msecs_to_jiffies(ms) + 1;
}

/* The acknowledge that is due must come in time */
static void i915_ports_arm_preempt(struct i915_engine *engine)
{
	if (!READ_ONCE(engine->props.preempt_timeout_ms) || engine->preempting ||
	    !engine->gt->i915->info->has_preemption)
		return;

	engine->preempting = true;
	i915_ports_set_deadline(engine);
	mod_timer(&engine->preempt_timer, engine->preempt_deadline);
}

static void i915_ports_write(struct i915_engine *engine, struct i915_request *last[I915_PORTS])
{
	bool idle = !engine->active[0].rq;
	unsigned int n;

	for (n = 0; n < I915_PORTS; n++) {
		if (last[n])
			i915_port_set(&engine->pending[n], last[n]);
	}
	engine->pending_ack = true;
	engine->ops->write(engine);
	engine->submitted++;

	if (idle) {
		i915_engine_run(engine, last[0]->lrc);
		i915_watch_start(engine);
	}
	i915_ports_arm_timeslice(engine);
	if (!idle && last[0]->lrc != i915_port_lrc(&engine->active[0]))
		i915_ports_arm_preempt(engine);
}

/* The queue has to wait: the hardware must tell of every change */
static void i915_ports_wait_for_room(struct i915_engine *engine)
{
	/* rare: it may have told already, and that interrupt was masked */
	if (engine->ops->update_irq(engine))
		queue_work(engine->gt->wq, &engine->gt->retire_work);
}

/**
 * i915_ports_submit - give the hardware of the queue what it can take
 * @engine: the engine
 *
 * Context: engine->lock held.
 */
void i915_ports_submit(struct i915_engine *engine)
{
	struct i915_request *last[I915_PORTS] = { };

	lockdep_assert_held(&engine->lock);

	if (engine->stopped)
		return;
	/* with nothing in the queue, only the order of the ports may have to change */
	if (list_empty(&engine->queue) &&
	    !(engine->active[1].rq && i915_ports_want_preempt(engine)))
		return;
	if (engine->pending_ack) {
		/* a stretch that cannot be preempted may be in the way of the acknowledge */
		if (i915_request_outranks(i915_queue_first(engine), i915_ports_running(engine)))
			i915_ports_arm_preempt(engine);
		i915_ports_wait_for_room(engine);
		return;
	}

	if (i915_ports_want_preempt(engine)) {
		i915_sched_collect(engine, i915_port_lrc(&engine->active[0]));
		i915_sched_unwind(engine, NULL);
	} else {
		if (engine->active[1].rq) {
			i915_ports_arm_timeslice(engine);
			i915_ports_wait_for_room(engine);
			return;
		}
		last[0] = engine->active[0].rq;
	}

	if (i915_ports_fill(engine, last))
		i915_ports_write(engine, last);
	else
		i915_ports_wait_for_room(engine);
}

/**
 * i915_ports_drop - take a context back without disturbing another one that runs
 * @engine: the engine, which can preempt
 * @lrc: in a port, not running, and never to be run again
 *
 * The ports are written anew without it. It may run until that is acknowledged;
 * while another acknowledge is due, or if there is nothing else to run, nothing
 * happens.
 *
 * Context: engine->lock held.
 */
void i915_ports_drop(struct i915_engine *engine, struct i915_lrc *lrc)
{
	struct i915_request *last[I915_PORTS] = { };
	struct i915_request *rq, *next;
	LIST_HEAD(held);
	bool alone;

	if (engine->stopped || engine->pending_ack)
		return;

	i915_ports_collect(engine);
	i915_sched_unwind(engine, NULL);
	list_for_each_entry(rq, &lrc->requests, lrc_link) {
		if (test_and_clear_bit(I915_RQ_QUEUED, &rq->state))
			list_move_tail(&rq->link, &held);
	}
	i915_queue_drop_completed(engine);
	alone = list_empty(&engine->queue);
	/* out of the queue they end with their timeline */
	list_for_each_entry_safe(rq, next, &held, link) {
		list_del_init(&rq->link);
		if (alone)
			i915_sched_queue(engine, rq, false);
	}

	if (i915_ports_fill(engine, last))
		i915_ports_write(engine, last);
}

/**
 * i915_ports_collect - take in what is complete of the contexts in the ports
 * @engine: the engine
 *
 * Context: engine->lock held.
 */
void i915_ports_collect(struct i915_engine *engine)
{
	unsigned int n;

	for (n = 0; n < I915_PORTS; n++) {
		if (engine->active[n].rq)
			i915_sched_collect(engine, engine->active[n].rq->lrc);
		if (engine->pending[n].rq)
			i915_sched_collect(engine, engine->pending[n].rq->lrc);
	}
}

/**
 * i915_ports_acknowledge - the hardware took what was written
 * @engine: the engine
 *
 * For the back end's process().
 *
 * Context: engine->lock held.
 */
void i915_ports_acknowledge(struct i915_engine *engine)
{
	unsigned int n;

	if (!engine->pending_ack) {
		i915_engine_want_reset(engine, I915_ASK_STRAY_ACK);
		return;
	}

	i915_engine_run(engine, i915_port_lrc(&engine->pending[0]));
	for (n = 0; n < I915_PORTS; n++) {
		if (engine->active[n].rq)
			i915_sched_collect(engine, engine->active[n].rq->lrc);
		i915_port_clear(&engine->active[n]);
		engine->active[n] = engine->pending[n];
		engine->pending[n].rq = NULL;
	}
	engine->pending_ack = false;
	if (unlikely(engine->preempting)) {
		engine->preempting = false;
		timer_delete(&engine->preempt_timer);
	}
}

/* What the ring wrote last may become visible a moment after the report of the switch */
static bool i915_port_ran_to_its_end(struct i915_request *rq)
{
	unsigned int us;

	for (us = 0; us < VISIBLE_US; us++) {
		i915_sched_collect(rq->engine, rq->lrc);
		if (test_bit(I915_RQ_DONE, &rq->state))
			return true;
		udelay(1);
	}

	return false;
}

/**
 * i915_ports_complete - the context in the first port ran up to its end
 * @engine: the engine
 *
 * For the back end's process(). A report of an end that has not come is an error,
 * and the port stays as it is: without a port nobody would look for its requests.
 *
 * Context: engine->lock held.
 */
void i915_ports_complete(struct i915_engine *engine)
{
	struct i915_lrc *next = i915_port_lrc(&engine->active[1]);

	if (!engine->active[0].rq) {
		i915_engine_want_reset(engine, I915_ASK_STRAY_END);
		return;
	}

	i915_sched_collect(engine, engine->active[0].rq->lrc);
	if (unlikely(!test_bit(I915_RQ_DONE, &engine->active[0].rq->state)) &&
	    !i915_port_ran_to_its_end(engine->active[0].rq)) {
		i915_engine_want_reset(engine, I915_ASK_STRAY_END);
		return;
	}
	if (!next && engine->pending_ack)
		next = i915_port_lrc(&engine->pending[0]);
	i915_engine_run(engine, next);
	i915_port_clear(&engine->active[0]);
	engine->active[0] = engine->active[1];
	engine->active[1].rq = NULL;
}

/* Does a request of another context rely on running after this one? */
static bool i915_lrc_has_followers(const struct i915_lrc *lrc)
{
	const struct i915_request *rq;

	list_for_each_entry(rq, &lrc->requests, lrc_link) {
		if (!list_empty(&rq->followers))
			return true;
	}

	return false;
}

/* Somebody waits who is at least as important as what runs */
static bool i915_ports_want_timeslice(struct i915_engine *engine)
{
	struct i915_request *running = i915_ports_running(engine);
	struct i915_request *behind = i915_ports_behind(engine);
	struct i915_request *next = i915_queue_first(engine);

	if (!running || i915_lrc_has_followers(running->lrc))
		return false;
	if (next && next->lrc != running->lrc && next->priority >= running->priority)
		return true;

	return behind && behind->priority >= running->priority;
}

/**
 * i915_ports_timeslice - end of a context's turn
 * @timer: i915_engine.timeslice
 *
 * Context: timer.
 */
void i915_ports_timeslice(struct timer_list *timer)
{
	struct i915_engine *engine = from_timer(engine, timer, timeslice);
	struct i915_request *last[I915_PORTS] = { };
	unsigned long flags;

	spin_lock_irqsave(&engine->lock, flags);
	engine->ops->process(engine);
	if (engine->stopped)
		goto unlock;

	if (engine->pending_ack) {
		i915_ports_arm_timeslice(engine);
	} else if (i915_ports_want_timeslice(engine)) {
		i915_sched_unwind(engine, i915_port_lrc(&engine->active[0]));
		if (i915_ports_fill(engine, last))
			i915_ports_write(engine, last);
	} else {
		/* what others follow is not interrupted, but the next one in its port may be */
		if (i915_ports_running(engine) != engine->active[0].rq)
			i915_ports_arm_timeslice(engine);
		i915_ports_submit(engine);
	}
unlock:
	i915_sched_unlock(engine, flags);
}

/**
 * i915_ports_preempt_timeout - what runs does not let itself be preempted
 * @timer: i915_engine.preempt_timer
 *
 * Context: timer.
 */
void i915_ports_preempt_timeout(struct timer_list *timer)
{
	struct i915_engine *engine = from_timer(engine, timer, preempt_timer);
	unsigned long flags;

	spin_lock_irqsave(&engine->lock, flags);
	engine->ops->process(engine);
	if (engine->preempting && !engine->stopped) {
		/* it may be a later submission than the one this timer was for */
		if (!time_before(jiffies, engine->preempt_deadline)) {
			i915_engine_want_reset(engine, I915_ASK_PREEMPT);
			/* the suspect may end before the reset, and the next one be in the way */
			i915_ports_set_deadline(engine);
		}
		mod_timer(timer, engine->preempt_deadline);
	}
	i915_ports_submit(engine);
	i915_sched_unlock(engine, flags);
}
