/* SPDX-License-Identifier: MIT */
#ifndef _I915_UNCORE_H_
#define _I915_UNCORE_H_

#include <linux/rcupdate.h>
#include <linux/types.h>

#include "hw/i915_uncore_types.h"

struct drm_device;

int i915_uncore_init(struct i915_uncore *uncore, struct drm_device *drm, void __iomem *regs,
		     const struct i915_forcewake_domain *domains);
void i915_uncore_init_mock(struct i915_uncore *uncore, struct drm_device *drm);
int i915_uncore_open(struct i915_uncore *uncore);
void i915_uncore_close(struct i915_uncore *uncore);
bool i915_uncore_is_gone(struct i915_uncore *uncore);

void i915_forcewake_get(struct i915_uncore *uncore);
void i915_forcewake_put(struct i915_uncore *uncore);

int i915_uncore_wait(struct i915_uncore *uncore, u32 reg, u32 mask, u32 value,
		     unsigned int timeout_us);

/**
 * i915_read - read a 32-bit register
 * @uncore: the GPU
 * @reg: byte offset in BAR0
 *
 * Context: any. The caller holds forcewake if the register needs it.
 * Return: the value, or 0 after i915_uncore_close().
 */
static inline u32 i915_read(struct i915_uncore *uncore, u32 reg)
{
	u32 value;

	rcu_read_lock();
	value = READ_ONCE(uncore->ops)->read(uncore, reg);
	rcu_read_unlock();

	return value;
}

/**
 * i915_write - write a 32-bit register
 * @uncore: the GPU
 * @reg: byte offset in BAR0
 * @value: what to write
 *
 * Does nothing after i915_uncore_close().
 *
 * Context: any. The caller holds forcewake if the register needs it.
 */
static inline void i915_write(struct i915_uncore *uncore, u32 reg, u32 value)
{
	rcu_read_lock();
	READ_ONCE(uncore->ops)->write(uncore, reg, value);
	rcu_read_unlock();
}

#endif
