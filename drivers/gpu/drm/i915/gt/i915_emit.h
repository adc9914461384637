/* SPDX-License-Identifier: MIT */
#ifndef _I915_EMIT_H_
#define _I915_EMIT_H_

#include "gt/i915_gt_types.h"

/* The most bytes one request takes in the ring, all parts together */
#define I915_EMIT_MAX_BYTES	384
/* Room in which a request fits wherever the ring ends: what stands before the end may be skipped */
#define I915_EMIT_ROOM		(2 * I915_EMIT_MAX_BYTES)

/* i915_emit_batch_start() */
#define I915_BATCH_SECURE	BIT(0)	/* GGTT, privileged */
#define I915_BATCH_NO_PREEMPT	BIT(1)

u32 *i915_emit_invalidate(const struct i915_request *rq, u32 *cs);
u32 *i915_emit_context_wa(const struct i915_request *rq, u32 *cs);
u32 *i915_emit_batch_start(const struct i915_request *rq, u32 *cs, u64 addr, unsigned int flags);
u32 *i915_emit_breadcrumb(const struct i915_request *rq, u32 *cs);
u32 *i915_emit_wa_tail(u32 *cs);

#endif
