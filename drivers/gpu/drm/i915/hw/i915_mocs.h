/* SPDX-License-Identifier: MIT */
#ifndef _I915_MOCS_H_
#define _I915_MOCS_H_

#include <linux/types.h>

struct i915_device_info;
struct i915_uncore;

u32 i915_mocs_control(unsigned int index);
u32 i915_mocs_l3cc(unsigned int pair);
void i915_mocs_init_engine(struct i915_uncore *uncore, const struct i915_device_info *info,
			   u32 mocs_base);
void i915_mocs_init_l3cc(struct i915_uncore *uncore, const struct i915_device_info *info);

#endif
