/* SPDX-License-Identifier: MIT */
#ifndef _I915_EB_SYNCOBJ_H_
#define _I915_EB_SYNCOBJ_H_

struct i915_execbuffer;

int i915_eb_copy_fences(struct i915_execbuffer *eb);
void i915_eb_put_signals(struct i915_execbuffer *eb);
void i915_eb_publish_signals(struct i915_execbuffer *eb);

#endif
