// SPDX-License-Identifier: MIT

#include <linux/array_size.h>
#include <linux/slab.h>

#include "base/i915_drv.h"
#include "gt/i915_execlists.h"
#include "gt/i915_gt_layer.h"
#include "gt/i915_irq.h"
#include "gt/i915_mock_engine.h"
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

static const struct i915_subtest registers_subtests[] = {
	I915_SUBTEST(unmasking_is_posted),
	I915_SUBTEST(display_is_silenced),
};

const struct i915_suite i915_mock_registers_suite = {
	.name = "registers",
	.tests = registers_subtests,
	.count = ARRAY_SIZE(registers_subtests),
};
