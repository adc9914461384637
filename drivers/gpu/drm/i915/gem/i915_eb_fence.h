/* SPDX-License-Identifier: MIT */
#ifndef _I915_EB_FENCE_H_
#define _I915_EB_FENCE_H_

struct i915_execbuffer;

void i915_eb_put_fences(struct i915_execbuffer *eb);
int i915_eb_reserve_fences(struct i915_execbuffer *eb);
int i915_eb_await(struct i915_execbuffer *eb);
int i915_eb_make_out_fence(struct i915_execbuffer *eb);
void i915_eb_publish_resv(struct i915_execbuffer *eb);
void i915_eb_publish_fences(struct i915_execbuffer *eb);
void i915_eb_unlock_timeline(struct i915_execbuffer *eb);

#endif
