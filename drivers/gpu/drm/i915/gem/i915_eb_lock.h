/* SPDX-License-Identifier: MIT */
#ifndef _I915_EB_LOCK_H_
#define _I915_EB_LOCK_H_

struct i915_execbuffer;

int i915_eb_lock(struct i915_execbuffer *eb);
void i915_eb_drop_marks(struct i915_execbuffer *eb);
void i915_eb_unlock(struct i915_execbuffer *eb);

#endif
