/* SPDX-License-Identifier: MIT */
#ifndef _I915_UNCORE_TYPES_H_
#define _I915_UNCORE_TYPES_H_

#include <linux/compiler_types.h>
#include <linux/spinlock.h>
#include <linux/types.h>

struct drm_device;
struct i915_uncore;

#define I915_FORCEWAKE_DOMAINS	3

/**
 * struct i915_uncore_ops - register accessors
 *
 * One table for hardware, and one for registers that are not accessible: those of
 * the mock device, and of any device after i915_uncore_close().
 */
struct i915_uncore_ops {
	/** @read: 32-bit read of register offset @reg (bytes from BAR0) */
	u32 (*read)(struct i915_uncore *uncore, u32 reg);
	/** @write: 32-bit write */
	void (*write)(struct i915_uncore *uncore, u32 reg, u32 value);
};

/**
 * struct i915_forcewake_domain - a power well that must be awake for register accesses
 */
struct i915_forcewake_domain {
	/** @request: masked request register, byte offset; 0 terminates the list */
	u32 request;
	/** @ack: register whose bits follow those of the request, byte offset */
	u32 ack;
	/** @thread_status: True if the driver also has to wait for the threads (Broadwell) */
	bool thread_status;
};

/**
 * struct i915_uncore - registers and forcewake of one GPU
 */
struct i915_uncore {
	/** @drm: for messages */
	struct drm_device *drm;
	/** @regs: mapping of the first 2 MiB of BAR0; NULL on the mock device */
	void __iomem *regs;
	/** @ops: accessors, the gate to the registers; written under @lock, read under RCU */
	const struct i915_uncore_ops *ops;
	/** @domains: forcewake domains of this model; constant after init */
	const struct i915_forcewake_domain *domains;
	/** @gone: True once the log says that the GPU is not there, see i915_uncore_is_gone() */
	bool gone;

	/** @lock: protects @wakeref and the request registers; irqsave */
	spinlock_t lock;
	/** @wakeref: number of forcewake references, for all domains together */
	unsigned int wakeref;
};

#endif
