/* SPDX-License-Identifier: MIT */
#ifndef _I915_RING_ROOM_H_
#define _I915_RING_ROOM_H_

#include "gt/i915_emit.h"
#include "gt/i915_gt_types.h"

/**
 * i915_lrc_has_room - is the ring known to have room for a request?
 * @lrc: the timeline
 *
 * Context: any; a look without a lock.
 * Return: false: i915_lrc_begin_turn() finds out, and waits.
 */
static inline bool i915_lrc_has_room(const struct i915_lrc *lrc)
{
	return READ_ONCE(lrc->ring.space) >= I915_EMIT_ROOM;
}

int i915_lrc_begin_turn(struct i915_lrc *lrc, bool nonblock);
void i915_lrc_end_turn(struct i915_lrc *lrc);
struct i915_request *i915_request_create(struct i915_lrc *lrc, unsigned int max_vmas);

#endif
