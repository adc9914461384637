// SPDX-License-Identifier: MIT

#include <linux/array_size.h>
#include <linux/slab.h>

#include "base/i915_drv.h"
#include "gt/i915_execlists.h"
#include "gt/i915_gt.h"
#include "gt/i915_gt_layer.h"
#include "gt/i915_irq.h"
#include "gt/i915_mock_engine.h"
#include "gt/i915_ports.h"
#include "gt/i915_request.h"
#include "gt/i915_reset.h"
#include "gt/i915_verdict.h"
#include "gt/i915_watch.h"
#include "hw/i915_engine_regs.h"
#include "hw/i915_gt_regs.h"
#include "hw/i915_hw_layer.h"
#include "selftests/i915_mock_selftests.h"
#include "selftests/mock_util.h"

/**
 * DOC: mock registers
 *
 * The order in which registers are written and read, where it matters for
 * hardware and no virtual GPU could tell: there a write has arrived when the
 * next instruction runs. The suite stands where the registers would be, and
 * writes down what it sees.
 */

#define ACCESSES	256

struct access {
	u32 reg;
	u32 value;
	bool write;
};

/* One subtest runs at a time */
static struct {
	struct access access[ACCESSES];
	unsigned int count;
} seen;

/* What happens when a register is written, to the engine the subtest is about */
static struct {
	u32 reg;
	void (*act)(void);
	struct i915_engine *engine;
} at_write;

static void note(u32 reg, u32 value, bool write)
{
	if (seen.count < ACCESSES)
		seen.access[seen.count] = (struct access){ reg, value, write };
	seen.count++;
}

static u32 noting_read(struct i915_uncore *uncore, u32 reg)
{
	note(reg, 0, false);

	return 0;
}

static void noting_write(struct i915_uncore *uncore, u32 reg, u32 value)
{
	note(reg, value, true);
	if (at_write.reg == reg)
		at_write.act();
}

static const struct i915_uncore_ops noting_ops = {
	.read = noting_read,
	.write = noting_write,
};

/* Return: what to put back with see_no_more(). */
static const struct i915_uncore_ops *see(struct i915_st *st)
{
	const struct i915_uncore_ops *ops = to_uncore(st->i915)->ops;

	seen.count = 0;
	WRITE_ONCE(to_uncore(st->i915)->ops, &noting_ops);

	return ops;
}

static void see_no_more(struct i915_st *st, const struct i915_uncore_ops *ops)
{
	WRITE_ONCE(to_uncore(st->i915)->ops, ops);
	st_true(st, "there is room for what was seen", seen.count <= ACCESSES);
}

/* Return: index of the first such access from @from on, or -1. */
static int find_access(unsigned int from, u32 reg, bool write)
{
	unsigned int n;

	for (n = from; n < min(seen.count, ACCESSES); n++) {
		if (seen.access[n].reg == reg && seen.access[n].write == write)
			return n;
	}

	return -1;
}

/*
 * Somebody begins to wait for a request in the middle: its interrupt is
 * unmasked, and memory is looked at after the mask has arrived. The engine is
 * the mock one up to here, and execlists from here on.
 */
static void unmasking_is_posted(struct i915_st *st)
{
	struct i915_engine *engine = to_gt(st->i915)->engine[I915_RCS0];
	u32 imr = engine->desc->mmio_base + RING_IMR;
	struct i915_request *first, *second;
	const struct i915_uncore_ops *ops;
	struct mock_client client;
	unsigned long flags;
	bool unmasked;
	int written;

	if (!mock_client_open(st, &client))
		return;
	i915_mock_engine_hold(engine);
	first = mock_request(st, &client, NULL, NULL);
	second = mock_request(st, &client, NULL, NULL);
	i915_mock_engine_acknowledge(engine);
	i915_mock_engine_acknowledge(engine);

	ops = see(st);
	spin_lock_irqsave(&engine->lock, flags);
	engine->csb_irq = false;
	engine->user_irq = false;
	engine->signals += I915_SIGNALS_ALL;
	unmasked = i915_execlists_ops.update_irq(engine);
	engine->signals -= I915_SIGNALS_ALL;
	spin_unlock_irqrestore(&engine->lock, flags);
	see_no_more(st, ops);

	st_true(st, "an interrupt was unmasked", unmasked);
	written = find_access(0, imr, true);
	st_true(st, "the mask was written", written >= 0);
	st_true(st, "and read back", find_access(written + 1, imr, false) >= 0);

	i915_mock_engine_let_run(engine);
	if (second)
		mock_request_finish(st, second);
	if (first)
		mock_request_finish(st, first);
	mock_client_close(&client);
}

/* What firmware may have left enabled, and nobody here could acknowledge */
static void display_is_silenced(struct i915_st *st)
{
	static const u32 sources[] = {
		GEN8_PCU_IMR,
		GEN8_DE_PIPE_IMR(0),
		GEN8_DE_PIPE_IMR(1),
		GEN8_DE_PIPE_IMR(2),
		GEN8_DE_PORT_IMR,
		GEN8_DE_MISC_IMR,
		GEN8_SDE_IMR,
	};
	struct i915_gt *gt = to_gt(st->i915);
	const struct i915_uncore_ops *ops = see(st);
	unsigned int n;
	int on;

	i915_gt_irq_start(gt);
	clear_bit(I915_GT_IRQ_READY, &gt->flags);
	see_no_more(st, ops);

	/* the last write of all */
	on = min(seen.count, ACCESSES) - 1;
	st_eq(st, "the master is enabled last", seen.access[on].reg, GEN8_MASTER_IRQ);
	for (n = 0; n < ARRAY_SIZE(sources); n++) {
		int mask = find_access(0, sources[n], true);
		int enable = find_access(0, sources[n] + 8, true);

		st_true(st, "a source is masked", mask >= 0 && seen.access[mask].value == ~0u);
		st_true(st, "and disabled", enable >= 0 && !seen.access[enable].value);
		st_true(st, "for good", find_access(mask + 1, sources[n], true) < 0);
	}
}

/* What runs ends, and what comes next meets a command the engine does not know. */
static void end_and_err(void)
{
	struct i915_engine *engine = at_write.engine;

	at_write.reg = 0;
	i915_mock_engine_complete(engine);
	spin_lock_irq(&engine->lock);
	i915_engine_want_reset(engine, I915_ASK_INSTRUCTION);
	spin_unlock_irq(&engine->lock);
}

/* A reset of the first request that begins when the first one is about to end */
static int reset_too_late(struct i915_st *st, struct i915_engine *engine, struct i915_request *rq)
{
	const struct i915_reset reset = {
		.cause = I915_RESET_HANG,
		.engines = BIT(engine->id),
		.fence_context = rq->fence.context,
		.seqno = rq->fence.seqno,
		.why = "selftest",
	};
	const struct i915_uncore_ops *ops = see(st);
	int ret;

	at_write.engine = engine;
	at_write.act = end_and_err;
	at_write.reg = engine->desc->mmio_base + RING_MI_MODE;
	st->i915->mock = false;
	ret = i915_gt_reset(engine->gt, &reset);
	st->i915->mock = true;
	at_write.reg = 0;
	see_no_more(st, ops);

	return ret;
}

/*
 * An error is reported of an engine that was stopped for a reset which then is not needed: it is
 * acted on when the engine goes on, and the next one is reported, too.
 */
static void error_while_stopped(struct i915_st *st)
{
	struct i915_engine *engine = to_gt(st->i915)->engine[I915_RCS0];
	u32 emr = engine->desc->mmio_base + RING_EMR;
	struct i915_request *first, *second;
	struct mock_client client;
	int written;

	if (!mock_client_open(st, &client))
		return;
	/* what it would do is looked at here */
	disable_delayed_work_sync(&engine->heartbeat);
	engine->props.stop_timeout_ms = 0;
	i915_mock_engine_hold(engine);
	first = mock_request(st, &client, NULL, NULL);
	second = mock_request(st, &client, NULL, NULL);
	i915_mock_engine_acknowledge(engine);
	i915_mock_engine_acknowledge(engine);

	if (first && second) {
		st_eq(st, "a reset that is not needed", reset_too_late(st, engine, first),
		      -EAGAIN);
		written = find_access(0, emr, true);
		st_true(st, "errors are reported again", written >= 0 &&
			seen.access[written].value == ~(u32)EMR_INVALID_INSTRUCTION);
		st_eq(st, "what is asked for", engine->ask, I915_ASK_INSTRUCTION);
		st_eq(st, "because of", engine->suspect.seqno, (u32)second->fence.seqno);
	}

	spin_lock_irq(&engine->lock);
	engine->ask = I915_ASK_NOTHING;
	spin_unlock_irq(&engine->lock);
	engine->props = engine->defaults;
	enable_delayed_work(&engine->heartbeat);
	i915_mock_engine_let_run(engine);
	if (second)
		mock_request_finish(st, second);
	if (first)
		mock_request_finish(st, first);
	mock_client_close(&client);
}

/* While another reset is asked for, too; if that takes place the error is of the past. */
static void error_behind_an_ask(struct i915_st *st)
{
	struct i915_engine *engine = to_gt(st->i915)->engine[I915_RCS0];

	disable_delayed_work_sync(&engine->heartbeat);
	spin_lock_irq(&engine->lock);
	i915_engine_want_reset(engine, I915_ASK_PREEMPT);
	i915_engine_want_reset(engine, I915_ASK_INSTRUCTION);
	st_eq(st, "the first one counts", engine->ask, I915_ASK_PREEMPT);
	/* the worker took it, and it was no longer needed */
	engine->ask = I915_ASK_NOTHING;
	i915_engine_ask_again(engine);
	st_eq(st, "the second is not forgotten", engine->ask, I915_ASK_INSTRUCTION);
	i915_engine_want_reset(engine, I915_ASK_INSTRUCTION);
	i915_engine_forget(engine);
	i915_engine_ask_again(engine);
	st_eq(st, "after a reset", engine->ask, I915_ASK_NOTHING);
	spin_unlock_irq(&engine->lock);
	enable_delayed_work(&engine->heartbeat);
}

#define LISTENERS	(1 + UINT_MAX / I915_SIGNALS_ALL)

/* However many count interrupts: every request interrupts until the last of them is gone. */
static void many_listen(struct i915_st *st)
{
	struct i915_gt *gt = to_gt(st->i915);
	struct i915_engine *engine = gt->engine[I915_RCS0];
	unsigned int n;

	for (n = 0; n < LISTENERS; n++)
		i915_gt_listen(gt, 1);
	st_true(st, "every request interrupts", engine->signals >= I915_SIGNALS_ALL);
	for (n = 1; n < LISTENERS; n++)
		i915_gt_listen(gt, -1);
	st_true(st, "for the last one, too", engine->signals >= I915_SIGNALS_ALL);
	i915_gt_listen(gt, -1);
	st_eq(st, "signals when nobody listens", engine->signals, 0);
}

static const struct i915_subtest registers_subtests[] = {
	I915_SUBTEST(unmasking_is_posted),
	I915_SUBTEST(display_is_silenced),
	I915_SUBTEST(many_listen),
	I915_SUBTEST(error_while_stopped),
	I915_SUBTEST(error_behind_an_ask),
};

const struct i915_suite i915_mock_registers_suite = {
	.name = "registers",
	.tests = registers_subtests,
	.count = ARRAY_SIZE(registers_subtests),
};
