// SPDX-License-Identifier: MIT

#include <linux/delay.h>
#include <linux/iopoll.h>

#include <drm/drm_device.h>
#include <drm/drm_print.h>

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
 * A table of two functions stands between the driver and the registers, so
 * that the mock device of the selftests needs no test in any caller.
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

static u32 mock_read(struct i915_uncore *uncore, u32 reg)
{
	return 0;
}

static void mock_write(struct i915_uncore *uncore, u32 reg, u32 value)
{
}

static const struct i915_uncore_ops mock_ops = {
	.read = mock_read,
	.write = mock_write,
};

/* Ends the list at once: the mock device never sleeps */
static const struct i915_forcewake_domain mock_domains[] = {
	{ }
};

/**
 * i915_uncore_wait - wait for bits of a register
 * @uncore: the GPU
 * @reg: byte offset in BAR0
 * @mask: bits to look at
 * @value: what they shall be
 * @timeout_us: how long to wait, microseconds
 *
 * Context: any; busy-waits.
 * Return: 0 or -ETIMEDOUT.
 */
int i915_uncore_wait(struct i915_uncore *uncore, u32 reg, u32 mask, u32 value,
		     unsigned int timeout_us)
{
	unsigned int waited;

	for (waited = 0; waited <= timeout_us; waited++) {
		if ((i915_read(uncore, reg) & mask) == value)
			return 0;
		udelay(1);
	}

	return -ETIMEDOUT;
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
	if (!domain_wait_ack(uncore, domain, FORCEWAKE_KERNEL, set))
		return 0;

	i915_write(uncore, domain->request, I915_MASKED_ENABLE(FORCEWAKE_FALLBACK));
	domain_wait_ack(uncore, domain, FORCEWAKE_FALLBACK, true);
	i915_write(uncore, domain->request, I915_MASKED_DISABLE(FORCEWAKE_FALLBACK));
	domain_wait_ack(uncore, domain, FORCEWAKE_FALLBACK, false);

	return domain_wait_ack(uncore, domain, FORCEWAKE_KERNEL, set);
}

static void domains_get(struct i915_uncore *uncore)
{
	const struct i915_forcewake_domain *domain;

	for (domain = uncore->domains; domain->request; domain++) {
		if (domain_wait_ack_fallback(uncore, domain, false))
			drm_err(uncore->drm, "forcewake 0x%05x: stale acknowledge\n",
				domain->request);
		i915_write(uncore, domain->request, I915_MASKED_ENABLE(FORCEWAKE_KERNEL));
	}

	for (domain = uncore->domains; domain->request; domain++) {
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

	for (domain = uncore->domains; domain->request; domain++)
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

static void uncore_init(struct i915_uncore *uncore, struct drm_device *drm,
			const struct i915_uncore_ops *ops,
			const struct i915_forcewake_domain *domains)
{
	uncore->drm = drm;
	uncore->ops = ops;
	uncore->domains = domains;
	uncore->wakeref = 0;
	spin_lock_init(&uncore->lock);
}

/**
 * i915_uncore_init - take over the registers of a GPU
 * @uncore: to set up
 * @drm: for messages
 * @regs: mapping of the first 2 MiB of BAR0; stays the caller's
 * @domains: forcewake domains of the model, ended by a zero entry
 *
 * Drops whatever forcewake firmware or an earlier driver left behind.
 *
 * Context: process context.
 * Return: 0, or -EIO when the GPU does not answer.
 */
int i915_uncore_init(struct i915_uncore *uncore, struct drm_device *drm, void __iomem *regs,
		     const struct i915_forcewake_domain *domains)
{
	const struct i915_forcewake_domain *domain;

	uncore->regs = regs;
	uncore_init(uncore, drm, &mmio_ops, domains);

	for (domain = domains; domain->request; domain++) {
		if (i915_read(uncore, domain->request) == ~0u) {
			drm_err(drm, "registers read all ones: the GPU is not there\n");
			return -EIO;
		}
		i915_write(uncore, domain->request, I915_MASKED_DISABLE(0xffff));
	}

	return 0;
}

/**
 * i915_uncore_init_mock - registers of the mock device: reads give 0, writes do nothing
 * @uncore: to set up
 * @drm: for messages
 *
 * Context: process context.
 */
void i915_uncore_init_mock(struct i915_uncore *uncore, struct drm_device *drm)
{
	uncore->regs = NULL;
	uncore_init(uncore, drm, &mock_ops, mock_domains);
}
