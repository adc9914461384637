/* SPDX-License-Identifier: MIT */
#ifndef _I915_WORKAROUNDS_H_
#define _I915_WORKAROUNDS_H_

#include <linux/types.h>

struct i915_device_info;
struct i915_uncore;

/**
 * struct i915_wa - a register that a workaround changes
 */
struct i915_wa {
	/** @reg: byte offset in BAR0 */
	u32 reg;
	/** @clear: bits to clear */
	u32 clear;
	/** @set: bits to set */
	u32 set;
	/** @masked: True if the upper half of the register is a mask of the bits to change */
	bool masked;
};

/**
 * struct i915_wa_list - workarounds of one kind
 */
struct i915_wa_list {
	/** @name: for messages */
	const char *name;
	/** @wa: the table */
	const struct i915_wa *wa;
	/** @count: entries in @wa */
	unsigned int count;
};

const struct i915_wa_list *i915_wa_gt(const struct i915_device_info *info);
const struct i915_wa_list *i915_wa_engine(const struct i915_device_info *info, bool render);
const struct i915_wa_list *i915_wa_context(const struct i915_device_info *info, bool render);

/**
 * i915_wa_masked_value - what to write to a masked register
 * @wa: a workaround with i915_wa.masked
 *
 * Return: the value, with the mask of the bits it changes in the upper half.
 */
static inline u32 i915_wa_masked_value(const struct i915_wa *wa)
{
	return (wa->clear | wa->set) << 16 | wa->set;
}

void i915_wa_apply(struct i915_uncore *uncore, const struct i915_wa_list *list);
unsigned int i915_wa_verify(struct i915_uncore *uncore, const struct i915_wa_list *list);
void i915_wa_whitelist(struct i915_uncore *uncore, const struct i915_device_info *info,
		       u32 mmio_base, bool render);

#endif
