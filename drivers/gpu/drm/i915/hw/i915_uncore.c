// SPDX-License-Identifier: MIT

#include <linux/delay.h>
#include <linux/rcupdate.h>

#include <drm/drm_device.h>
#include <drm/drm_print.h>

#include <kunit/visibility.h>

#include "hw/i915_gt_regs.h"
#include "hw/i915_uncore.h"

/**
 * DOC: Registers and forcewake
 *
 * Everything outside the GPU's cores ("uncore") is reached through registers
 * in BAR0. The engines sleep when they can; most of their registers may only
 * be touched while the driver holds their power wells awake: forcewake.
 *
 * Forcewake is one count for all power wells together. The driver holds it for
 * as long as requests are in flight, so that nothing in the submission path
 * asks for it, and the few other users are rare enough to wake all wells.
 *
 * A table of two functions stands between the driver and the registers. It is
 * also the gate that closes when the registers go away, at unbind, or lose
 * their meaning, while the system sleeps: i915_uncore_close() puts a table in
 * place that touches nothing, and waits for the accesses under way. So no
 * caller has to know whether the device is still there, neither an ioctl that
 * slept through an unbind nor memory reclaim nor a timer, and the mock device,
 * whose gate never opens, is the same case. The count of forcewake goes on
 * behind a closed gate, so that get and put always pair.
 */

#define FORCEWAKE_TIMEOUT_US	50000
#define THREAD_STATUS_TIMEOUT_US 5000

static u32 mmio_read(struct i915_uncore *uncore, u32 reg)
{
	return readl(uncore->regs + reg);
}

static void mmio_write(struct i915_uncore *uncore, u32 reg, u32 value)
{
	writel(value, uncore->regs + reg);
}

static const struct i915_uncore_ops mmio_ops = {
	.read = mmio_read,
	.write = mmio_write,
};

static u32 closed_read(struct i915_uncore *uncore, u32 reg)
{
	return 0;
}

static void closed_write(struct i915_uncore *uncore, u32 reg, u32 value)
{
}

/* Nothing is waited for in vain: bits that hardware clears when it is done read as cleared. */
static const struct i915_uncore_ops closed_ops = {
	.read = closed_read,
	.write = closed_write,
};

/* A closed gate, or the mock device: there is nothing to be woken. */
static const struct i915_forcewake_domain no_domains[] = {
	{ }
};

static const struct i915_forcewake_domain *domains_of(const struct i915_uncore *uncore)
{
	return uncore->ops == &mmio_ops ? uncore->domains : no_domains;
}

/**
 * i915_uncore_wait - wait for bits of a register
 * @uncore: the GPU
 * @reg: byte offset in BAR0
 * @mask: bits to look at
 * @value: what they shall be
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
	const struct i915_forcewake_domain *domain = domains_of(uncore);

	if (!domain->request || i915_read(uncore, domain->request) != ~0u)
		return false;

	if (!xchg(&uncore->gone, true))
		drm_err(uncore->drm, "registers read all ones: the GPU is not there\n");

	return true;
}

static int domain_wait_ack(struct i915_uncore *uncore, const struct i915_forcewake_domain *domain,
			   u32 bit, bool set)
{
	return i915_uncore_wait(uncore, domain->ack, bit, set ? bit : 0, FORCEWAKE_TIMEOUT_US);
}

/*
 * Skylake can lose the acknowledge of one bit. Asking with another one makes
 * the hardware look at all of them again.
 */
static int domain_wait_ack_fallback(struct i915_uncore *uncore,
				    const struct i915_forcewake_domain *domain, bool set)
{
	int ret = domain_wait_ack(uncore, domain, FORCEWAKE_KERNEL, set);

	if (ret != -ETIMEDOUT)
		return ret;

	i915_write(uncore, domain->request, I915_MASKED_ENABLE(FORCEWAKE_FALLBACK));
	domain_wait_ack(uncore, domain, FORCEWAKE_FALLBACK, true);
	i915_write(uncore, domain->request, I915_MASKED_DISABLE(FORCEWAKE_FALLBACK));
	domain_wait_ack(uncore, domain, FORCEWAKE_FALLBACK, false);

	return domain_wait_ack(uncore, domain, FORCEWAKE_KERNEL, set);
}

static void domains_get(struct i915_uncore *uncore)
{
	const struct i915_forcewake_domain *domain;
	int ret;

	for (domain = domains_of(uncore); domain->request; domain++) {
		ret = domain_wait_ack_fallback(uncore, domain, false);
		if (ret == -ENODEV && i915_uncore_is_gone(uncore))
			return;
		if (ret)
			drm_err(uncore->drm, "forcewake 0x%05x: stale acknowledge\n",
				domain->request);
		i915_write(uncore, domain->request, I915_MASKED_ENABLE(FORCEWAKE_KERNEL));
	}

	for (domain = domains_of(uncore); domain->request; domain++) {
		if (domain_wait_ack_fallback(uncore, domain, true))
			drm_err(uncore->drm, "forcewake 0x%05x: no acknowledge\n",
				domain->request);
		if (domain->thread_status &&
		    i915_uncore_wait(uncore, GEN8_GT_THREAD_STATUS, GT_THREAD_STATUS_CORE_MASK, 0,
				     THREAD_STATUS_TIMEOUT_US))
			drm_err(uncore->drm, "forcewake 0x%05x: threads stay asleep\n",
				domain->request);
	}
}

static void domains_put(struct i915_uncore *uncore)
{
	const struct i915_forcewake_domain *domain;

	for (domain = domains_of(uncore); domain->request; domain++)
		i915_write(uncore, domain->request, I915_MASKED_DISABLE(FORCEWAKE_KERNEL));
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
		domains_get(uncore);
	spin_unlock_irqrestore(&uncore->lock, flags);
}

/**
 * i915_forcewake_put - let the GPU sleep if nobody else needs it
 * @uncore: the GPU
 *
 * Context: any.
 */
void i915_forcewake_put(struct i915_uncore *uncore)
{
	unsigned long flags;

	spin_lock_irqsave(&uncore->lock, flags);
	if (!drm_WARN_ON(uncore->drm, !uncore->wakeref) && !--uncore->wakeref)
		domains_put(uncore);
	spin_unlock_irqrestore(&uncore->lock, flags);
}

/**
 * i915_uncore_open - begin, or go on, to use the registers
 * @uncore: the GPU, whose registers are mapped and answer
 *
 * Drops whatever forcewake firmware, an earlier driver or the time before a
 * sleep left behind, and wakes the GPU again if somebody holds it awake.
 *
 * Context: process context. Nobody else uses the registers yet.
 * Return: 0, or -EIO when the GPU does not answer: the gate stays closed then.
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
			i915_write(uncore, domain->request, I915_MASKED_DISABLE(0xffff));
		if (uncore->wakeref)
			domains_get(uncore);
	}
	spin_unlock_irqrestore(&uncore->lock, flags);

	return ret;
}

/**
 * i915_uncore_close - stop using the registers
 * @uncore: the GPU; nothing happens if its gate is closed already
 *
 * Lets the GPU sleep, whoever holds it awake. When it returns no access is under
 * way, and later ones read zero and write nothing.
 *
 * Context: process context, sleeps.
 */
void i915_uncore_close(struct i915_uncore *uncore)
{
	unsigned long flags;

	spin_lock_irqsave(&uncore->lock, flags);
	if (uncore->wakeref)
		domains_put(uncore);
	WRITE_ONCE(uncore->ops, &closed_ops);
	spin_unlock_irqrestore(&uncore->lock, flags);

	/* who saw the old table: i915_read(), i915_write() */
	synchronize_rcu();
}

static void uncore_init(struct i915_uncore *uncore, struct drm_device *drm, void __iomem *regs,
			const struct i915_forcewake_domain *domains)
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
 * @regs: mapping of the first 2 MiB of BAR0; stays the caller's, who unmaps it only after
 *	i915_uncore_close()
 * @domains: forcewake domains of the model, ended by a zero entry
 *
 * Context: process context.
 * Return: 0, or -EIO when the GPU does not answer.
 */
int i915_uncore_init(struct i915_uncore *uncore, struct drm_device *drm, void __iomem *regs,
		     const struct i915_forcewake_domain *domains)
{
	uncore_init(uncore, drm, regs, domains);

	return i915_uncore_open(uncore);
}

/**
 * i915_uncore_init_mock - registers of a device without hardware: reads give 0, writes do nothing
 * @uncore: to set up
 * @drm: for messages
 *
 * Context: process context.
 */
void i915_uncore_init_mock(struct i915_uncore *uncore, struct drm_device *drm)
{
	uncore_init(uncore, drm, NULL, no_domains);
}
EXPORT_SYMBOL_IF_KUNIT(i915_uncore_init_mock);
