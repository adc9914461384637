// SPDX-License-Identifier: MIT

#include <linux/cpumask.h>
#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/workqueue.h>

#include <kunit/visibility.h>

#include "base/i915_drv.h"
#include "base/i915_params.h"
#include "gt/i915_engine.h"
#include "gt/i915_engine_iter.h"
#include "gt/i915_engine_life.h"
#include "gt/i915_irq.h"
#include "gt/i915_retire.h"
#include "gt/i915_watch.h"
#include "gt/i915_wedge.h"
#include "hw/i915_engine_regs.h"
#include "hw/i915_gt_regs.h"
#include "hw/i915_hw_layer.h"
#include "hw/i915_uncore.h"

/**
 * DOC: Interrupts
 *
 * One line for the GPU. A master register sums up four banks; a bank holds two
 * engines, each with the same bits. The handler touches five registers for an
 * interrupt of one bank: master off, which bank, which bits, clear them,
 * master on. The rest is in memory: context status buffer and seqnos.
 *
 * Everything is done in the handler: retiring, signalling, submitting.
 *
 * An interrupt is a message, and may still be pending in a processor when the GPU
 * is already quiet: synchronize_irq() knows only of handlers that have begun. The
 * vector is not given back before the processor it points to has taken what was
 * on its way to it, or the kernel would not know whose it is. On the way up the
 * GPU is quiet before there is a vector, whatever firmware left enabled.
 */

#define GT_IRQ_BANKS	4
#define GT_IRQ_BITS	(GT_IRQ_USER | GT_IRQ_CS_ERROR | GT_IRQ_CONTEXT_SWITCH)

static const u32 bank_master_bits[GT_IRQ_BANKS] = {
	[0] = MASTER_IRQ_RCS | MASTER_IRQ_BCS,
	[1] = MASTER_IRQ_VCS0 | MASTER_IRQ_VCS1,
	[3] = MASTER_IRQ_VECS,
};

/* The upper half of EIR says which bits are enabled. No more of them until the reset. */
static void i915_engine_error(struct i915_engine *engine)
{
	u32 error = i915_engine_read(engine, RING_EIR) & RING_EIR_BITS;

	if (!error)
		return;

	i915_engine_write(engine, RING_EMR, ~0u);
	i915_engine_write(engine, RING_EIR, error);
	spin_lock(&engine->lock);
	engine->ops->process(engine);
	i915_engine_want_reset(engine, I915_ASK_INSTRUCTION);
	spin_unlock(&engine->lock);
	/* what was found complete */
	queue_work(engine->gt->wq, &engine->gt->retire_work);
}

static void i915_engine_irq(struct i915_engine *engine, u32 bits)
{
	if (bits & GT_IRQ_CS_ERROR)
		i915_engine_error(engine);
	if (bits & (GT_IRQ_USER | GT_IRQ_CONTEXT_SWITCH))
		i915_sched_retire(engine);
}

static void i915_irq_bank(struct i915_gt *gt, unsigned int bank, u32 iir)
{
	struct i915_engine *engine;
	unsigned int id;

	for_each_engine(engine, gt, id) {
		if (engine->desc->irq_bank == bank)
			i915_engine_irq(engine, iir >> engine->desc->irq_shift & GT_IRQ_BITS);
	}
}

static irqreturn_t i915_irq_handler(int irq, void *arg)
{
	struct i915_gt *gt = arg;
	struct i915_uncore *uncore = to_uncore(gt->i915);
	irqreturn_t ret = IRQ_NONE;
	unsigned int bank;
	u32 master, iir;

	/* a line shared with another device, while ours is being taken down */
	if (!test_bit(I915_GT_IRQ_READY, &gt->flags))
		return IRQ_NONE;

	WRITE_ONCE(gt->irq_count, gt->irq_count + 1);
	i915_write(uncore, GEN8_MASTER_IRQ, 0);
	master = i915_read(uncore, GEN8_MASTER_IRQ) & ~MASTER_IRQ_ENABLE;

	for (bank = 0; bank < GT_IRQ_BANKS; bank++) {
		if (!(master & bank_master_bits[bank]))
			continue;
		iir = i915_read(uncore, GEN8_GT_IIR(bank));
		i915_write(uncore, GEN8_GT_IIR(bank), iir);
		i915_irq_bank(gt, bank, iir);
		ret = IRQ_HANDLED;
	}

	i915_write(uncore, GEN8_MASTER_IRQ, MASTER_IRQ_ENABLE);

	/* bits of units that are not driven are no reason to claim the interrupt */
	return ret;
}

/* The mask registers of one source of interrupts: IMR, IIR, IER follow each other */
static void i915_irq_reset_source(struct i915_uncore *uncore, u32 imr)
{
	unsigned int i;

	i915_write(uncore, imr, ~0u);
	i915_write(uncore, imr + 8, 0);
	/* an IIR bit remembers one more event behind the one it shows */
	for (i = 0; i < 2; i++) {
		i915_write(uncore, imr + 4, ~0u);
		i915_read(uncore, imr + 4);
	}
}

/*
 * Off, also what is not driven: firmware, or the kernel that crashed before
 * this one, may have left an interrupt of the display enabled, which nobody
 * here could ever acknowledge.
 */
static const u32 irq_unused_sources[] = {
	GEN8_PCU_IMR,
	GEN8_DE_PIPE_IMR(0),
	GEN8_DE_PIPE_IMR(1),
	GEN8_DE_PIPE_IMR(2),
	GEN8_DE_PORT_IMR,
	GEN8_DE_MISC_IMR,
	GEN8_SDE_IMR,
};

static void i915_irq_reset(struct i915_uncore *uncore)
{
	unsigned int i;

	i915_write(uncore, GEN8_MASTER_IRQ, 0);
	for (i = 0; i < GT_IRQ_BANKS; i++)
		i915_irq_reset_source(uncore, GEN8_GT_IMR(i));
	for (i = 0; i < ARRAY_SIZE(irq_unused_sources); i++)
		i915_irq_reset_source(uncore, irq_unused_sources[i]);
}

static void i915_irq_enable(struct i915_gt *gt)
{
	struct i915_uncore *uncore = to_uncore(gt->i915);
	u32 bits[GT_IRQ_BANKS] = { };
	struct i915_engine *engine;
	unsigned int id, bank;

	for_each_engine(engine, gt, id)
		bits[engine->desc->irq_bank] |= GT_IRQ_BITS << engine->desc->irq_shift;

	set_bit(I915_GT_IRQ_READY, &gt->flags);
	for (bank = 0; bank < GT_IRQ_BANKS; bank++) {
		i915_write(uncore, GEN8_GT_IER(bank), bits[bank]);
		i915_write(uncore, GEN8_GT_IMR(bank), ~bits[bank]);
	}
	i915_write(uncore, GEN8_MASTER_IRQ, MASTER_IRQ_ENABLE);
}

static void i915_irq_check_engines(struct i915_gt *gt)
{
	struct i915_engine *engine;
	unsigned int id;

	for_each_engine(engine, gt, id) {
		if (i915_engine_answers(engine))
			continue;
		drm_err(&gt->i915->drm, "%s did not complete its first request, declaring the GPU wedged\n",
			engine->desc->name);
		i915_gt_set_wedged(gt);
		return;
	}
}

static long i915_irq_nothing(void *unused)
{
	return 0;
}

/*
 * A thread runs on a processor only with interrupts enabled, thus after it took those that were
 * pending. Neither RCU, for which an idle processor is quiescent, nor another interrupt, which may
 * overtake, says so. A line that moves to another processor takes what is pending along.
 */
static void i915_irq_drain(int irq)
{
	const struct cpumask *cpus = irq_get_effective_affinity_mask(irq);
	unsigned int cpu;

	if (!cpus)
		return;
	for_each_cpu(cpu, cpus)
		work_on_cpu_safe(cpu, i915_irq_nothing, NULL);
}

/**
 * i915_gt_irq_reset - turn off every source of interrupts of the GPU
 * @gt: the GT; no handler is installed
 *
 * For before there is a vector.
 *
 * Context: process context.
 */
void i915_gt_irq_reset(struct i915_gt *gt)
{
	i915_irq_reset(to_uncore(gt->i915));
}

/**
 * i915_gt_irq_install - take interrupts and start the engines
 * @gt: initialised, after i915_gt_irq_reset(); gt->irq is the line to take
 *
 * Runs an empty request on every engine. One that does not answer leaves the
 * GPU wedged, not the device unusable: buffers still work.
 *
 * Context: process context, sleeps.
 * Return: 0 or a negative errno; on failure nothing is left.
 */
int i915_gt_irq_install(struct i915_gt *gt)
{
	struct drm_i915_private *i915 = gt->i915;
	int ret;

	ret = i915_inject_probe_error(i915);
	if (ret)
		return ret;

	ret = request_irq(gt->irq, i915_irq_handler, IRQF_SHARED, DRIVER_NAME, gt);
	if (ret) {
		gt->irq = 0;
		return ret;
	}

	i915_irq_enable(gt);
	i915_irq_check_engines(gt);

	return 0;
}

/**
 * i915_gt_irq_start - let the GPU interrupt again
 * @gt: the GT, after i915_gt_irq_stop(); its registers may be those of a power-on
 *
 * Context: process context.
 */
void i915_gt_irq_start(struct i915_gt *gt)
{
	i915_irq_reset(to_uncore(gt->i915));
	i915_irq_enable(gt);
}

/**
 * i915_gt_irq_recall - have an interrupt sent again, in case its message was lost
 * @gt: the GT
 *
 * The GPU sends a message when its line rises, and only the handler makes the line
 * fall: after a message that was lost there would never be another one. If anything
 * is pending, turning the master off and on makes the line rise again. A message
 * that is merely on its way then comes twice, and the second one finds nothing.
 *
 * Context: process context; gt->reset_mutex not held.
 */
void i915_gt_irq_recall(struct i915_gt *gt)
{
	struct i915_uncore *uncore = to_uncore(gt->i915);
	u32 master;

	/* keeps i915_gt_irq_stop() out; during a reset the next look is early enough */
	if (!mutex_trylock(&gt->reset_mutex))
		return;

	if (test_bit(I915_GT_IRQ_READY, &gt->flags)) {
		master = i915_read(uncore, GEN8_MASTER_IRQ);
		/* if the master is off the handler is at work, and nothing was lost */
		if (master & MASTER_IRQ_ENABLE && master & ~MASTER_IRQ_ENABLE) {
			i915_write(uncore, GEN8_MASTER_IRQ, 0);
			i915_write(uncore, GEN8_MASTER_IRQ, MASTER_IRQ_ENABLE);
		}
	}
	mutex_unlock(&gt->reset_mutex);
}

/* Did the GPU interrupt until now? No recall begins any more. */
static bool i915_irq_take_ready(struct i915_gt *gt)
{
	bool ready;

	if (!test_bit(I915_GT_IRQ_READY, &gt->flags))
		return false;

	mutex_lock(&gt->reset_mutex);
	ready = test_and_clear_bit(I915_GT_IRQ_READY, &gt->flags);
	mutex_unlock(&gt->reset_mutex);

	return ready;
}

/**
 * i915_gt_irq_stop - no more interrupts of the GPU
 * @gt: the GT; nothing happens if there are none
 *
 * The handler does not run any more when it returns; the line stays taken.
 *
 * Context: process context, sleeps; gt->reset_mutex not held.
 * Return: did the GPU interrupt until now?
 */
bool i915_gt_irq_stop(struct i915_gt *gt)
{
	if (!i915_irq_take_ready(gt))
		return false;

	/* the handler's last write enables the master again: wait for it first */
	synchronize_irq(gt->irq);
	i915_irq_reset(to_uncore(gt->i915));

	return true;
}

/**
 * i915_gt_irq_uninstall - take no more interrupts
 * @gt: the GT; without interrupts nothing is done
 *
 * None is on its way when it returns: the vector can be given back.
 *
 * Context: process context, sleeps; not under cpus_read_lock().
 */
void i915_gt_irq_uninstall(struct i915_gt *gt)
{
	i915_gt_irq_stop(gt);
	if (gt->irq) {
		i915_irq_drain(gt->irq);
		free_irq(gt->irq, gt);
	}
	gt->irq = 0;
}
EXPORT_SYMBOL_IF_KUNIT(i915_gt_irq_uninstall);
