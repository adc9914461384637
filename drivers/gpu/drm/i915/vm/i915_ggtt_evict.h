/* SPDX-License-Identifier: MIT */
#ifndef _I915_GGTT_EVICT_H_
#define _I915_GGTT_EVICT_H_

#include <linux/types.h>

struct i915_ggtt;

int i915_ggtt_evict(struct i915_ggtt *ggtt, u64 size);

#endif
