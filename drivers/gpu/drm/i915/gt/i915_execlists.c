// SPDX-License-Identifier: MIT

#include "gt/i915_engine.h"
#include "gt/i915_execlists.h"
#include "gt/i915_lrc.h"
#include "gt/i915_lrc_layout.h"
#include "gt/i915_ports.h"
#include "gt/i915_reset_hw.h"
#include "gt/i915_watch.h"
#include "hw/i915_engine_regs.h"
#include "hw/i915_gt_regs.h"
#include "vm/i915_ggtt.h"

/**
 * DOC: Execlists
 *
 * The hardware accepts up to two contexts per submission, by four writes to the
 * execlist submission port (ELSP). It executes each from HEAD to the TAIL in the
 * context image and reports progress in the context status buffer (CSB) in the
 * engine's status page: one acknowledge per submission, and one completion per
 * context that reached its TAIL. ELSP must not be written again until the
 * previous submission has been acknowledged.
 *
 * Adding work to the running context is a "lite restore": the context is
 * submitted again and the hardware picks up the new TAIL without saving or
 * restoring state. i915_ports.c decides what goes into the ports.
 *
 * Interrupts dominate the cost of a submission, so both kinds are masked
 * whenever they are not needed: the user interrupt, raised at the end of every
 * request, and the context switch interrupt, raised for every CSB entry.
 *
 * - On an idle engine both masks are left as they are.
 * - For a single request submitted to an idle engine only the user interrupt is
 *   unmasked: when it arrives, the CSB holds the acknowledge and usually the
 *   completion, too.
 * - For anything more than that, until the engine is idle again, the context switch
 *   interrupt is unmasked, and the user interrupt only while somebody waits for a
 *   request that is not the last of its port.
 *
 * In the last state the user interrupt also stays on once it has woken a waiter,
 * until a request completes that nobody waited for: a client that keeps several
 * requests in flight usually waits for each of them in turn.
 *
 * The interrupt handler reads memory only, never a register of the engine.
 */

#define CSB_ENTRIES		6
#define CSB_FIRST_DWORD		0x10
#define CSB_WRITE_DWORD		0x1f
#define CSB_EMPTY		(~0u)
#define CSB_ACKNOWLEDGE		(BIT(0) | BIT(1))	/* idle to active, preempted */
#define CSB_RESET_POINTER	(CSB_ENTRIES - 1)
#define CSB_SPINS		1000

static u32 *i915_engine_hwsp(struct i915_engine *engine)
{
	return i915_ggtt_buf_vaddr(&engine->hwsp, 0);
}

/* Start with an empty context status buffer: the engine was reset */
static void i915_csb_clear(struct i915_engine *engine)
{
	u32 *hwsp = i915_engine_hwsp(engine);

	memset32(hwsp + CSB_FIRST_DWORD, CSB_EMPTY, 2 * CSB_ENTRIES);
	WRITE_ONCE(hwsp[CSB_WRITE_DWORD], CSB_RESET_POINTER);
	engine->csb_head = CSB_RESET_POINTER;
}

/* Does anybody wait for a request that is not the last of its port, or for every request? */
static bool i915_want_user_irq(const struct i915_engine *engine)
{
	const struct i915_port *port = engine->pending_ack ? engine->pending : engine->active;
	const struct i915_request *rq;

	if (!engine->signals)
		return false;
	if (engine->signals >= I915_SIGNALS_ALL)
		return true;

	list_for_each_entry(rq, &engine->executing, link) {
		if (test_bit(I915_RQ_SIGNAL, &rq->state) && rq != port[0].rq && rq != port[1].rq)
			return true;
	}

	return false;
}

static u32 i915_execlists_imr(const struct i915_engine *engine)
{
	u32 bits = GT_IRQ_CS_ERROR;

	if (engine->csb_irq)
		bits |= GT_IRQ_CONTEXT_SWITCH;
	if (engine->user_irq)
		bits |= GT_IRQ_USER;

	return ~(bits << engine->desc->irq_shift);
}

/* With one request and nothing queued behind it, the user interrupt reports everything. */
static bool i915_execlists_is_single(const struct i915_engine *engine)
{
	const struct i915_port *port = engine->pending_ack ? engine->pending : engine->active;

	return list_is_singular(&engine->executing) && list_empty(&engine->queue) &&
	       port[0].rq && !port[1].rq;
}

/* A posted write: later register writes arrive after it. Return: true if it unmasked anything. */
static bool i915_execlists_write_imr(struct i915_engine *engine)
{
	bool idle = !engine->active[0].rq && !engine->pending_ack;
	bool starting = !engine->active[0].rq && engine->pending_ack;
	bool single = i915_execlists_is_single(engine);
	bool csb = engine->csb_irq;
	bool user, unmasked;

	lockdep_assert_held(&engine->lock);

	/* the mask of a stopped engine is written when it resumes */
	if (idle || engine->stopped)
		return false;

	/* only an idle engine goes back to one interrupt: switching to and fro costs more */
	if (!single)
		csb = true;
	else if (starting)
		csb = false;
	user = !csb || (engine->user_irq && engine->user_irq_pays) || i915_want_user_irq(engine);
	if (csb == engine->csb_irq && user == engine->user_irq)
		return false;

	unmasked = (csb && !engine->csb_irq) || (user && !engine->user_irq);
	engine->csb_irq = csb;
	engine->user_irq = user;
	i915_engine_write(engine, RING_IMR, i915_execlists_imr(engine));

	return unmasked;
}

static bool i915_execlists_update_irq(struct i915_engine *engine)
{
	if (!i915_execlists_write_imr(engine))
		return false;

	/* The caller is about to look at memory: the mask has to be in place first. */
	i915_engine_read(engine, RING_IMR);

	return true;
}

static void i915_execlists_write_port(struct i915_engine *engine, struct i915_port *port)
{
	struct i915_lrc *lrc = i915_port_lrc(port);
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

static void i915_execlists_write(struct i915_engine *engine)
{
	lockdep_assert_held(&engine->lock);

	/* before the requests can complete; the acknowledge reports what was missed */
	i915_execlists_write_imr(engine);
	i915_execlists_write_port(engine, &engine->pending[1]);
	i915_execlists_write_port(engine, &engine->pending[0]);
}

/* The write pointer may become visible before the entry does. */
static u32 i915_csb_take(u32 *entry)
{
	unsigned int spins = CSB_SPINS;
	u32 event;

	while ((event = READ_ONCE(*entry)) == CSB_EMPTY && --spins)
		cpu_relax();
	WRITE_ONCE(*entry, CSB_EMPTY);

	return event;
}

static void i915_csb_process(struct i915_engine *engine)
{
	u32 *hwsp = i915_engine_hwsp(engine);
	u32 write, event;

	write = READ_ONCE(hwsp[CSB_WRITE_DWORD]) & 7;
	if (write >= CSB_ENTRIES) {
		i915_engine_want_reset(engine, I915_ASK_CSB_POINTER);
		return;
	}

	/* the pointer before the entries, and before the seqnos */
	rmb();
	while (engine->csb_head != write) {
		engine->csb_head = (engine->csb_head + 1) % CSB_ENTRIES;
		event = i915_csb_take(hwsp + CSB_FIRST_DWORD + 2 * engine->csb_head);
		if (event == CSB_EMPTY)
			i915_engine_want_reset(engine, I915_ASK_CSB_ENTRY);
		else if (event & CSB_ACKNOWLEDGE)
			i915_ports_acknowledge(engine);
		else
			i915_ports_complete(engine);
	}

	i915_ports_collect(engine);
}

static void i915_execlists_process(struct i915_engine *engine)
{
	unsigned int signals = engine->signals;

	lockdep_assert_held(&engine->lock);

	if (engine->stopped)
		return;

	/* again after unmasking: events from before it raised no interrupt */
	do {
		i915_csb_process(engine);
		if (engine->signals < signals)
			engine->user_irq_pays = true;
		else if (!list_empty(&engine->done))
			engine->user_irq_pays = false;
	} while (i915_execlists_update_irq(engine));
}

static void i915_execlists_clear(struct i915_engine *engine)
{
	i915_csb_clear(engine);
	engine->user_irq = false;
	engine->csb_irq = true;
}

static void i915_execlists_resume(struct i915_engine *engine)
{
	/* read pointer 10:8, write pointer 2:0 */
	i915_engine_write(engine, RING_CSB_PTR,
			  0xffff << 16 | CSB_RESET_POINTER << 8 | CSB_RESET_POINTER);
	i915_engine_resume_regs(engine);
	i915_engine_write(engine, RING_IMR, i915_execlists_imr(engine));
}

static int i915_execlists_reset(struct i915_engine *engine)
{
	return i915_reset_hw(engine->gt, engine->desc->reset_bit);
}

const struct i915_engine_ops i915_execlists_ops = {
	.write = i915_execlists_write,
	.process = i915_execlists_process,
	.drain = i915_csb_process,
	.clear = i915_execlists_clear,
	.resume = i915_execlists_resume,
	.update_irq = i915_execlists_update_irq,
	.reset = i915_execlists_reset,
};
