/* SPDX-License-Identifier: MIT */
#ifndef _I915_EB_VMA_H_
#define _I915_EB_VMA_H_

struct i915_execbuffer;

int i915_eb_lookup(struct i915_execbuffer *eb);
void i915_eb_honour_closes(struct i915_execbuffer *eb);
void i915_eb_release(struct i915_execbuffer *eb);

#endif
