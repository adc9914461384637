/* SPDX-License-Identifier: MIT */
#ifndef _I915_UEVENT_H_
#define _I915_UEVENT_H_

#include "gt/i915_gt_types.h"

/* bits of i915_gt.uevents */
#define I915_EVENT_RESET	BIT(0)	/* the GPU hangs and is reset */
#define I915_EVENT_RECOVERED	BIT(1)	/* it is back */

void i915_gt_announce_work(struct work_struct *work);
void i915_gt_announce(struct i915_gt *gt, unsigned int events);

#endif
