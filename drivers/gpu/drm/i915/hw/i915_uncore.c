// SPDX-License-Identifier: MIT

#include <linux/delay.h>
#include <linux/io.h>
#include <linux/rcupdate.h>

#include <drm/drm_device.h>
#include <drm/drm_print.h>

#include <kunit/visibility.h>

#include "hw/i915_gt_regs.h"
#include "hw/i915_uncore.h"

/**
 * DOC: Registers and forcewake
 *
 * Everything outside the GPU's cores ("uncore") is accessed through registers in
 * BAR0. The engines sleep when they can, and most of their registers may be
 * accessed only while the driver keeps their power wells awake: forcewake.
 *
 * Forcewake is one count for all power wells together. The driver holds it while
 * requests are in flight, so the submission path never has to take it, and other
 * users are so rare that waking all wells does not matter.
 *
 * All register accesses go through a table of two functions. It also serves as a
 * gate: when the registers go away at unbind, or are not valid because the system
 * sleeps, i915_uncore_close() installs a table that accesses nothing and waits for
 * accesses in progress. So no caller has to know whether the device is still
 * there: neither an ioctl that slept through an unbind, nor memory reclaim, nor a
 * timer. The mock device is the same case: its gate never opens. Forcewake is
 * still counted behind a closed gate, so that get and put always pair.
 */

#define FORCEWAKE_TIMEOUT_US	50000
#define THREAD_STATUS_TIMEOUT_US 5000

static u32 i915_mmio_read(struct i915_uncore *uncore, u32 reg)
{
	return readl(uncore->regs + reg);
}

static void i915_mmio_write(struct i915_uncore *uncore, u32 reg, u32 value)
{
	writel(value, uncore->regs + reg);
}

static const struct i915_uncore_ops mmio_ops = {
	.read = i915_mmio_read,
	.write = i915_mmio_write,
};

static u32 i915_closed_read(struct i915_uncore *uncore, u32 reg)
{
	return 0;
}

static void i915_closed_write(struct i915_uncore *uncore, u32 reg, u32 value)
{
}

/* Reads 0, so polling for a bit that hardware clears when it is done ends at once. */
static const struct i915_uncore_ops closed_ops = {
	.read = i915_closed_read,
	.write = i915_closed_write,
};

/* Behind a closed gate there is nothing to wake. */
static const struct i915_forcewake_domain no_domains[] = {
	{ }
};

static const struct i915_forcewake_domain *i915_forcewake_domains(const struct i915_uncore *uncore)
{
	return uncore->ops == &mmio_ops ? uncore->domains : no_domains;
}

/**
 * i915_uncore_wait - wait for bits of a register
 * @uncore: the GPU
 * @reg: byte offset in BAR0
 * @mask: bits to compare
 * @value: their expected value
 * @timeout_us: how long to wait, microseconds
 *
 * Context: any; busy-waits.
 * Return: 0; -ETIMEDOUT; -ENODEV: the register reads all ones, waiting is in vain.
 */
int i915_uncore_wait(struct i915_uncore *uncore, u32 reg, u32 mask, u32 value,
		     unsigned int timeout_us)
{
	unsigned int waited;
	u32 seen;

	for (waited = 0; waited <= timeout_us; waited++) {
		seen = i915_read(uncore, reg);
		if ((seen & mask) == value)
			return 0;
		if (seen == ~0u)
			return -ENODEV;
		udelay(1);
	}

	return -ETIMEDOUT;
}

/**
 * i915_uncore_is_gone - has the GPU left the bus?
 * @uncore: the GPU
 *
 * Reads of a device that is not there give all ones, which the forcewake request
 * register never does. Says so in the log, once until i915_uncore_open().
 *
 * Context: any.
 * Return: true if no register can be reached; false also behind a closed gate.
 */
bool i915_uncore_is_gone(struct i915_uncore *uncore)
{
	const struct i915_forcewake_domain *domain = i915_forcewake_domains(uncore);

	if (!domain->request || i915_read(uncore, domain->request) != ~0u)
		return false;

	if (!xchg(&uncore->gone, true))
		drm_err(uncore->drm, "registers read all ones: the GPU is not there\n");

	return true;
}

static int i915_forcewake_wait_ack(struct i915_uncore *uncore,
				   const struct i915_forcewake_domain *domain, u32 bit, bool set)
{
	return i915_uncore_wait(uncore, domain->ack, bit, set ? bit : 0, FORCEWAKE_TIMEOUT_US);
}

/*
 * Skylake can lose the acknowledge of a bit. A request with another bit makes the hardware evaluate
 * all of them again.
 */
static int i915_forcewake_wait_ack_fallback(struct i915_uncore *uncore,
					    const struct i915_forcewake_domain *domain, bool set)
{
	int ret = i915_forcewake_wait_ack(uncore, domain, FORCEWAKE_KERNEL, set);

	if (ret != -ETIMEDOUT)
		return ret;

	i915_write(uncore, domain->request, i915_masked_enable(FORCEWAKE_FALLBACK));
	i915_forcewake_wait_ack(uncore, domain, FORCEWAKE_FALLBACK, true);
	i915_write(uncore, domain->request, i915_masked_disable(FORCEWAKE_FALLBACK));
	i915_forcewake_wait_ack(uncore, domain, FORCEWAKE_FALLBACK, false);

	return i915_forcewake_wait_ack(uncore, domain, FORCEWAKE_KERNEL, set);
}

static void i915_forcewake_domains_get(struct i915_uncore *uncore)
{
	const struct i915_forcewake_domain *domain;
	int ret;

	for (domain = i915_forcewake_domains(uncore); domain->request; domain++) {
		ret = i915_forcewake_wait_ack_fallback(uncore, domain, false);
		if (ret == -ENODEV && i915_uncore_is_gone(uncore))
			return;
		if (ret)
			drm_err(uncore->drm, "forcewake 0x%05x: stale acknowledge\n",
				domain->request);
		i915_write(uncore, domain->request, i915_masked_enable(FORCEWAKE_KERNEL));
	}

	for (domain = i915_forcewake_domains(uncore); domain->request; domain++) {
		if (i915_forcewake_wait_ack_fallback(uncore, domain, true))
			drm_err(uncore->drm, "forcewake 0x%05x: no acknowledge, registers may read wrong\n",
				domain->request);
		if (domain->thread_status &&
		    i915_uncore_wait(uncore, GEN8_GT_THREAD_STATUS, GT_THREAD_STATUS_CORE_MASK, 0,
				     THREAD_STATUS_TIMEOUT_US))
			drm_err(uncore->drm, "forcewake 0x%05x: threads did not wake up\n",
				domain->request);
	}
}

static void i915_forcewake_domains_put(struct i915_uncore *uncore)
{
	const struct i915_forcewake_domain *domain;

	for (domain = i915_forcewake_domains(uncore); domain->request; domain++)
		i915_write(uncore, domain->request, i915_masked_disable(FORCEWAKE_KERNEL));
}

/**
 * i915_forcewake_get - keep the GPU awake
 * @uncore: the GPU
 *
 * Pairs with i915_forcewake_put().
 *
 * Context: any. The first user busy-waits for the acknowledge.
 */
void i915_forcewake_get(struct i915_uncore *uncore)
{
	unsigned long flags;

	spin_lock_irqsave(&uncore->lock, flags);
	if (!uncore->wakeref++)
		i915_forcewake_domains_get(uncore);
	spin_unlock_irqrestore(&uncore->lock, flags);
}

/**
 * i915_forcewake_put - undo i915_forcewake_get()
 * @uncore: the GPU
 *
 * Context: any.
 */
void i915_forcewake_put(struct i915_uncore *uncore)
{
	unsigned long flags;

	spin_lock_irqsave(&uncore->lock, flags);
	if (!drm_WARN_ON(uncore->drm, !uncore->wakeref) && !--uncore->wakeref)
		i915_forcewake_domains_put(uncore);
	spin_unlock_irqrestore(&uncore->lock, flags);
}

/**
 * i915_uncore_open - start, or resume, using the registers
 * @uncore: the GPU, whose registers are mapped
 *
 * Drops forcewake that firmware, another driver or the time before a sleep has left
 * behind, and takes it again if somebody holds it.
 *
 * Context: process context. Nobody else uses the registers yet.
 * Return: 0, or -EIO if the GPU does not respond, with the gate still closed.
 */
int i915_uncore_open(struct i915_uncore *uncore)
{
	const struct i915_forcewake_domain *domain;
	unsigned long flags;
	int ret = 0;

	spin_lock_irqsave(&uncore->lock, flags);
	WRITE_ONCE(uncore->ops, &mmio_ops);
	WRITE_ONCE(uncore->gone, false);
	if (i915_uncore_is_gone(uncore)) {
		WRITE_ONCE(uncore->ops, &closed_ops);
		ret = -EIO;
	} else {
		for (domain = uncore->domains; domain->request; domain++)
			i915_write(uncore, domain->request, i915_masked_disable(0xffff));
		if (uncore->wakeref)
			i915_forcewake_domains_get(uncore);
	}
	spin_unlock_irqrestore(&uncore->lock, flags);

	return ret;
}

/**
 * i915_uncore_close - stop using the registers
 * @uncore: the GPU; nothing happens if its gate is closed
 *
 * Lets the GPU sleep even if somebody holds forcewake. On return no access is in
 * progress; later reads return 0 and later writes are dropped.
 *
 * Context: process context, sleeps.
 */
void i915_uncore_close(struct i915_uncore *uncore)
{
	unsigned long flags;

	spin_lock_irqsave(&uncore->lock, flags);
	if (uncore->wakeref)
		i915_forcewake_domains_put(uncore);
	WRITE_ONCE(uncore->ops, &closed_ops);
	spin_unlock_irqrestore(&uncore->lock, flags);

	/* Wait for i915_read() and i915_write() that use the old table. */
	synchronize_rcu();
}

static void i915_uncore_prepare(struct i915_uncore *uncore, struct drm_device *drm,
				void __iomem *regs, const struct i915_forcewake_domain *domains)
{
	uncore->drm = drm;
	uncore->regs = regs;
	uncore->ops = &closed_ops;
	uncore->domains = domains;
	uncore->gone = false;
	uncore->wakeref = 0;
	spin_lock_init(&uncore->lock);
}

/**
 * i915_uncore_init - take over the registers of a GPU
 * @uncore: to set up
 * @drm: for messages
 * @regs: mapping of the first 2 MiB of BAR0; the caller unmaps it after i915_uncore_close()
 * @domains: forcewake domains of the model, terminated by a zero entry
 *
 * Context: process context.
 * Return: 0, or -EIO if the GPU does not respond.
 */
int i915_uncore_init(struct i915_uncore *uncore, struct drm_device *drm, void __iomem *regs,
		     const struct i915_forcewake_domain *domains)
{
	i915_uncore_prepare(uncore, drm, regs, domains);

	return i915_uncore_open(uncore);
}

/**
 * i915_uncore_init_mock - set up registers that read 0 and drop writes
 * @uncore: to set up
 * @drm: for messages
 *
 * Context: process context.
 */
void i915_uncore_init_mock(struct i915_uncore *uncore, struct drm_device *drm)
{
	i915_uncore_prepare(uncore, drm, NULL, no_domains);
}
EXPORT_SYMBOL_IF_KUNIT(i915_uncore_init_mock);
