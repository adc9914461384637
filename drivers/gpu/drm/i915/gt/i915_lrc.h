/* SPDX-License-Identifier: MIT */
#ifndef _I915_LRC_H_
#define _I915_LRC_H_

#include "gt/i915_gt_types.h"

#define I915_LRC_RING_PAGES	4

/* in the status page of the context (page 0), bytes */
#define LRC_HWSP_SCRATCH	0x0d0
#define LRC_HWSP_SEQNO		0x100

u32 i915_lrc_update(struct i915_lrc *lrc, const struct i915_request *rq);

#endif
