// SPDX-License-Identifier: MIT

#include "gt/i915_engine.h"
#include "gt/i915_lrc.h"
#include "gt/i915_lrc_layout.h"
#include "gt/i915_request.h"
#include "gt/i915_sched.h"
#include "hw/i915_engine_regs.h"
#include "hw/i915_gt_regs.h"
#include "vm/i915_ggtt.h"

/**
 * DOC: Execlists
 *
 * The hardware takes up to two contexts at a time: four writes to the
 * execlist submission port (ELSP). It runs each from its HEAD to the TAIL in
 * its image and reports in the context status buffer (CSB), in the status page
 * of the engine: one acknowledge for each submission, one completion for each
 * context that reached its TAIL. After a write, ELSP is not written again
 * before the acknowledge.
 *
 * Requests of one context that follow each other go together. More work for
 * the context that runs is a "lite restore": the same context is submitted
 * again, and the hardware only reads the longer TAIL.
 *
 * Interrupts cost more than anything else here. There are two kinds: the user
 * interrupt at the end of each request, and the context switch interrupt for
 * each CSB entry. A single request on an idle engine has the user interrupt
 * only: when it comes, the CSB holds the acknowledge and most likely the
 * completion, too. As soon as there is more to do, the context switch
 * interrupt is on, until the engine is idle again; then the user interrupt is
 * off but while somebody waits for a request that is not the last of its port,
 * and until a request completes that nobody waited for: whoever keeps so many
 * requests in flight waits for each in turn.
 * Everything the interrupt handler reads is memory.
 *
 * Where the hardware can preempt (Skylake), a more important request takes
 * back what was submitted and submits anew; equals take turns.
 */

#define CSB_ENTRIES		6
#define CSB_FIRST_DWORD		0x10
#define CSB_WRITE_DWORD		0x1f
#define CSB_EMPTY		(~0u)
#define CSB_ACKNOWLEDGE		(BIT(0) | BIT(1))	/* idle to active, preempted */
#define CSB_RESET_POINTER	(CSB_ENTRIES - 1)
#define CSB_SPINS		1000

static u32 *engine_hwsp(struct i915_engine *engine)
{
	return i915_ggtt_buf_vaddr(&engine->hwsp, 0);
}

static void port_set(struct i915_port *port, struct i915_request *rq)
{
	i915_gt_context_get(rq->ctx);
	port->rq = i915_request_get(rq);
}

static void port_clear(struct i915_port *port)
{
	struct i915_request *rq = port->rq;

	if (!rq)
		return;

	port->rq = NULL;
	port->tail = 0;
	i915_gt_context_put(rq->ctx);
	i915_request_put(rq);
}

static struct i915_lrc *port_lrc(const struct i915_port *port)
{
	return port->rq ? port->rq->lrc : NULL;
}

/**
 * i915_execlists_clear_ports - forget what the hardware was given
 * @engine: reset
 *
 * Context: engine->lock held.
 */
void i915_execlists_clear_ports(struct i915_engine *engine)
{
	unsigned int n;

	lockdep_assert_held(&engine->lock);

	i915_engine_run(engine, NULL);
	for (n = 0; n < I915_PORTS; n++) {
		port_clear(&engine->active[n]);
		port_clear(&engine->pending[n]);
	}
	engine->pending_ack = false;
}

/**
 * i915_execlists_reset_csb - start with an empty context status buffer
 * @engine: reset
 *
 * Context: any.
 */
void i915_execlists_reset_csb(struct i915_engine *engine)
{
	u32 *hwsp = engine_hwsp(engine);

	memset32(hwsp + CSB_FIRST_DWORD, CSB_EMPTY, 2 * CSB_ENTRIES);
	WRITE_ONCE(hwsp[CSB_WRITE_DWORD], CSB_RESET_POINTER);
	engine->csb_head = CSB_RESET_POINTER;
	/* read pointer 10:8, write pointer 2:0 */
	i915_engine_write(engine, RING_CSB_PTR,
			  0xffff << 16 | CSB_RESET_POINTER << 8 | CSB_RESET_POINTER);
}

/* Is somebody waiting for a request that is not the last of its port? */
static bool user_irq_wanted(const struct i915_engine *engine)
{
	const struct i915_port *port = engine->pending_ack ? engine->pending : engine->active;
	const struct i915_request *rq;

	if (!engine->signals)
		return false;

	list_for_each_entry(rq, &engine->executing, link) {
		if (test_bit(I915_RQ_SIGNAL, &rq->state) && rq != port[0].rq && rq != port[1].rq)
			return true;
	}

	return false;
}

static u32 engine_imr(const struct i915_engine *engine)
{
	u32 bits = GT_IRQ_CS_ERROR;

	if (engine->csb_irq)
		bits |= GT_IRQ_CONTEXT_SWITCH;
	if (engine->user_irq)
		bits |= GT_IRQ_USER;

	return ~(bits << engine->desc->irq_shift);
}

/* One request, nothing behind it: its own interrupt tells all there is to know */
static bool single_request(const struct i915_engine *engine)
{
	const struct i915_port *port = engine->pending_ack ? engine->pending : engine->active;

	return list_is_singular(&engine->executing) && list_empty(&engine->queue) &&
	       port[0].rq && !port[1].rq;
}

static bool execlists_update_irq(struct i915_engine *engine)
{
	bool idle = !engine->active[0].rq && !engine->pending_ack;
	bool starting = !engine->active[0].rq && engine->pending_ack;
	bool single = single_request(engine);
	bool csb = engine->csb_irq;
	bool user, unmasked;

	lockdep_assert_held(&engine->lock);

	if (idle)
		return false;

	/* to the user interrupt only from idle: changing to and fro would cost more */
	if (!single)
		csb = true;
	else if (starting)
		csb = false;
	user = !csb || (engine->user_irq && engine->user_irq_pays) || user_irq_wanted(engine);
	if (csb == engine->csb_irq && user == engine->user_irq)
		return false;

	unmasked = (csb && !engine->csb_irq) || (user && !engine->user_irq);
	engine->csb_irq = csb;
	engine->user_irq = user;
	i915_engine_write(engine, RING_IMR, engine_imr(engine));

	return unmasked;
}

static void write_port(struct i915_engine *engine, struct i915_port *port)
{
	struct i915_lrc *lrc = port_lrc(port);
	u32 desc = 0, id = 0;

	if (lrc) {
		desc = i915_lrc_update(lrc, port->rq);
		id = lrc->sw_id;
		port->tail = lrc->regs[LRC_RING_TAIL];
		/* the image before the doorbell */
		wmb();
	}
	i915_engine_write(engine, RING_ELSP, id);
	i915_engine_write(engine, RING_ELSP, desc);
}

static void write_elsp(struct i915_engine *engine)
{
	write_port(engine, &engine->pending[1]);
	write_port(engine, &engine->pending[0]);
	engine->pending_ack = true;
	engine->submitted++;
}

/* What runs now: the oldest request of the context in the first port */
static struct i915_request *running_request(struct i915_engine *engine)
{
	struct i915_lrc *lrc = port_lrc(&engine->active[0]);
	struct i915_request *rq = lrc ? i915_lrc_first(lrc) : NULL;

	return rq && test_bit(I915_RQ_EXECUTING, &rq->state) ? rq : NULL;
}

static struct i915_request *queue_first(struct i915_engine *engine)
{
	return list_first_entry_or_null(&engine->queue, struct i915_request, link);
}

/* Is there something in the queue that must not wait for its turn? */
static bool want_preempt(struct i915_engine *engine)
{
	struct i915_request *next = queue_first(engine);
	struct i915_request *running;

	if (!next || !engine->gt->i915->info->has_preemption || !engine->active[0].rq)
		return false;

	running = running_request(engine);
	if (running && next->priority > running->priority)
		return true;

	/* the second port may be changed without disturbing the first */
	return engine->active[1].rq && next->priority > engine->active[1].rq->priority;
}

/* Move a request from the queue to the hardware's list */
static void start_request(struct i915_engine *engine, struct i915_request *rq)
{
	clear_bit(I915_RQ_QUEUED, &rq->state);
	clear_bit(I915_RQ_RAISED, &rq->state);
	set_bit(I915_RQ_EXECUTING, &rq->state);
	set_bit(I915_RQ_SUBMITTED, &rq->state);
	list_move_tail(&rq->link, &engine->executing);
}

/*
 * Take the requests of one timeline that come next. Those the hardware has
 * been given before always go along: TAIL must never move back. Return: the
 * last one taken.
 */
static struct i915_request *take_context(struct i915_engine *engine, struct i915_lrc *lrc,
					 struct i915_request *last)
{
	struct i915_request *rq = last ? list_next_entry(last, lrc_link) :
		list_first_entry(&lrc->requests, struct i915_request, lrc_link);

	list_for_each_entry_from(rq, &lrc->requests, lrc_link) {
		if (!test_bit(I915_RQ_QUEUED, &rq->state))
			break;
		if (rq != queue_first(engine) && !test_bit(I915_RQ_SUBMITTED, &rq->state))
			break;
		start_request(engine, rq);
		last = rq;
	}

	return last;
}

/* Complete although it was taken back from the hardware: nothing left to run */
static void drop_completed(struct i915_engine *engine)
{
	struct i915_request *rq;

	while ((rq = queue_first(engine)) && __i915_request_completed(rq)) {
		i915_sched_collect(engine, rq->lrc);
		queue_work(system_highpri_wq, &engine->gt->retire_work);
	}
}

/* Fill the ports behind what is in @last, which says what each shall run up to */
static bool fill_ports(struct i915_engine *engine, struct i915_request *last[I915_PORTS])
{
	struct i915_request *rq;
	bool taken = false;
	unsigned int n = 0;

	if (last[0]) {
		rq = last[0];
		/* retired meanwhile: what follows it on the timeline */
		last[0] = take_context(engine, rq->lrc,
				       test_bit(I915_RQ_DONE, &rq->state) ? NULL : rq) ?: rq;
		taken = last[0] != rq;
		n = 1;
		/* it is about to complete: no use in submitting it again */
		if (!taken && __i915_request_completed(rq))
			return false;
	}

	for (; n < I915_PORTS; n++) {
		drop_completed(engine);
		rq = queue_first(engine);
		if (!rq)
			break;
		last[n] = take_context(engine, rq->lrc, NULL);
		taken = true;
	}

	return taken;
}

static void arm_timers(struct i915_engine *engine, bool preempting)
{
	unsigned long ms;

	if (!engine->gt->i915->info->has_preemption)
		return;

	ms = READ_ONCE(engine->props.timeslice_duration_ms);
	if (ms && !timer_pending(&engine->timeslice) &&
	    (engine->pending[1].rq || !list_empty(&engine->queue)))
		mod_timer(&engine->timeslice, jiffies + max(msecs_to_jiffies(ms), 1ul));

	ms = READ_ONCE(engine->props.preempt_timeout_ms);
	if (ms && preempting && !timer_pending(&engine->preempt_timer))
		mod_timer(&engine->preempt_timer, jiffies + msecs_to_jiffies(ms) + 1);
}

static void submit_ports(struct i915_engine *engine, struct i915_request *last[I915_PORTS])
{
	bool idle = !engine->active[0].rq;
	unsigned int n;

	for (n = 0; n < I915_PORTS; n++) {
		if (last[n])
			port_set(&engine->pending[n], last[n]);
	}
	engine->pending_since = jiffies;

	/* before the hardware can get there; the acknowledge shows what was missed */
	engine->pending_ack = true;
	execlists_update_irq(engine);
	write_elsp(engine);

	if (idle) {
		i915_engine_run(engine, last[0]->lrc);
		i915_heartbeat_start(engine);
	}
	arm_timers(engine, !idle && last[0]->lrc != port_lrc(&engine->active[0]));
}

/* The queue has to wait: the hardware must tell of every change */
static void wait_for_room(struct i915_engine *engine)
{
	/* rare: it may have told already, and that interrupt was masked */
	if (execlists_update_irq(engine))
		queue_work(system_highpri_wq, &engine->gt->retire_work);
}

static void execlists_submit(struct i915_engine *engine)
{
	struct i915_request *last[I915_PORTS] = { };

	lockdep_assert_held(&engine->lock);

	if (engine->stopped || list_empty(&engine->queue))
		return;
	if (engine->pending_ack) {
		wait_for_room(engine);
		return;
	}

	if (want_preempt(engine)) {
		i915_sched_collect(engine, port_lrc(&engine->active[0]));
		i915_sched_unwind(engine, NULL);
	} else {
		if (engine->active[1].rq) {
			arm_timers(engine, false);
			wait_for_room(engine);
			return;
		}
		last[0] = engine->active[0].rq;
	}

	if (fill_ports(engine, last))
		submit_ports(engine, last);
	else
		wait_for_room(engine);
}

static void collect_ports(struct i915_engine *engine)
{
	unsigned int n;

	for (n = 0; n < I915_PORTS; n++) {
		if (engine->active[n].rq)
			i915_sched_collect(engine, engine->active[n].rq->lrc);
		if (engine->pending[n].rq)
			i915_sched_collect(engine, engine->pending[n].rq->lrc);
	}
}

static void event_acknowledge(struct i915_engine *engine)
{
	unsigned int n;

	if (!engine->pending_ack) {
		i915_engine_want_reset(engine, "acknowledge without a submission");
		return;
	}

	i915_engine_run(engine, port_lrc(&engine->pending[0]));
	for (n = 0; n < I915_PORTS; n++) {
		if (engine->active[n].rq)
			i915_sched_collect(engine, engine->active[n].rq->lrc);
		port_clear(&engine->active[n]);
		engine->active[n] = engine->pending[n];
		engine->pending[n].rq = NULL;
	}
	engine->pending_ack = false;
}

static void event_complete(struct i915_engine *engine)
{
	struct i915_lrc *next = port_lrc(&engine->active[1]);

	if (!engine->active[0].rq) {
		i915_engine_want_reset(engine, "completion without a context");
		return;
	}

	i915_sched_collect(engine, engine->active[0].rq->lrc);
	if (!next && engine->pending_ack)
		next = port_lrc(&engine->pending[0]);
	i915_engine_run(engine, next);
	port_clear(&engine->active[0]);
	engine->active[0] = engine->active[1];
	engine->active[1].rq = NULL;
}

/* The pointer may be seen before the entry */
static u32 csb_take(u32 *entry)
{
	unsigned int spins = CSB_SPINS;
	u32 event;

	while ((event = READ_ONCE(*entry)) == CSB_EMPTY && --spins)
		cpu_relax();
	WRITE_ONCE(*entry, CSB_EMPTY);

	return event;
}

static void process_csb(struct i915_engine *engine)
{
	u32 *hwsp = engine_hwsp(engine);
	u32 write, event;

	write = READ_ONCE(hwsp[CSB_WRITE_DWORD]) & 7;
	if (write >= CSB_ENTRIES) {
		i915_engine_want_reset(engine, "invalid context status pointer");
		return;
	}

	/* the pointer before the entries, and before the seqnos */
	rmb();
	while (engine->csb_head != write) {
		engine->csb_head = (engine->csb_head + 1) % CSB_ENTRIES;
		event = csb_take(hwsp + CSB_FIRST_DWORD + 2 * engine->csb_head);
		if (event == CSB_EMPTY)
			i915_engine_want_reset(engine, "context status entry missing");
		else if (event & CSB_ACKNOWLEDGE)
			event_acknowledge(engine);
		else
			event_complete(engine);
	}

	collect_ports(engine);
}

static void execlists_process(struct i915_engine *engine)
{
	unsigned int signals = engine->signals;

	lockdep_assert_held(&engine->lock);

	/* again after unmasking: what came before it made no interrupt */
	do {
		process_csb(engine);
		if (engine->signals < signals)
			engine->user_irq_pays = true;
		else if (!list_empty(&engine->done))
			engine->user_irq_pays = false;
	} while (execlists_update_irq(engine));
}

static int execlists_resume(struct i915_engine *engine)
{
	engine->user_irq = false;
	engine->csb_irq = true;
	i915_execlists_reset_csb(engine);
	i915_engine_resume_regs(engine);
	i915_engine_write(engine, RING_IMR, engine_imr(engine));

	return 0;
}

static int execlists_reset(struct i915_engine *engine)
{
	return i915_reset_hw(engine->gt, engine->desc->reset_bit);
}

/* Does a request of another context rely on running after this one? */
static bool has_followers(const struct i915_lrc *lrc)
{
	const struct i915_request *rq;

	list_for_each_entry(rq, &lrc->requests, lrc_link) {
		if (!list_empty(&rq->followers))
			return true;
	}

	return false;
}

/* Somebody waits who is at least as important as what runs */
static bool want_timeslice(struct i915_engine *engine)
{
	struct i915_request *running = running_request(engine);
	struct i915_request *next = queue_first(engine);

	if (!running || has_followers(running->lrc))
		return false;
	if (next && next->lrc != running->lrc && next->priority >= running->priority)
		return true;

	return engine->active[1].rq && engine->active[1].rq->lrc != running->lrc &&
	       engine->active[1].rq->priority >= running->priority;
}

/**
 * i915_execlists_timeslice - end of a context's turn
 * @timer: i915_engine.timeslice
 *
 * Context: timer.
 */
void i915_execlists_timeslice(struct timer_list *timer)
{
	struct i915_engine *engine = from_timer(engine, timer, timeslice);
	struct i915_request *last[I915_PORTS] = { };
	unsigned long flags;

	spin_lock_irqsave(&engine->lock, flags);
	engine->ops->process(engine);
	if (engine->stopped)
		goto unlock;

	if (engine->pending_ack) {
		arm_timers(engine, false);
	} else if (want_timeslice(engine)) {
		i915_sched_unwind(engine, port_lrc(&engine->active[0]));
		if (fill_ports(engine, last))
			submit_ports(engine, last);
	} else {
		engine->ops->submit(engine);
	}
unlock:
	i915_sched_unlock(engine, flags);
}

/**
 * i915_execlists_preempt_timeout - what runs does not let itself be preempted
 * @timer: i915_engine.preempt_timer
 *
 * Context: timer.
 */
void i915_execlists_preempt_timeout(struct timer_list *timer)
{
	struct i915_engine *engine = from_timer(engine, timer, preempt_timer);
	unsigned long ms = READ_ONCE(engine->props.preempt_timeout_ms);
	unsigned long deadline, flags;

	spin_lock_irqsave(&engine->lock, flags);
	engine->ops->process(engine);
	deadline = engine->pending_since + msecs_to_jiffies(ms) + 1;
	if (engine->pending_ack && !engine->stopped && ms) {
		if (time_before(jiffies, deadline))
			mod_timer(timer, deadline);
		else
			i915_engine_want_reset(engine, "preemption timed out");
	}
	engine->ops->submit(engine);
	i915_sched_unlock(engine, flags);
}

const struct i915_engine_ops i915_execlists_ops = {
	.submit = execlists_submit,
	.process = execlists_process,
	.resume = execlists_resume,
	.update_irq = execlists_update_irq,
	.reset = execlists_reset,
};
