/* SPDX-License-Identifier: MIT */
#ifndef _I915_PAT_H_
#define _I915_PAT_H_

struct i915_uncore;

void i915_pat_init(struct i915_uncore *uncore);

#endif
