/* SPDX-License-Identifier: MIT */
#ifndef _I915_EB_BIND_H_
#define _I915_EB_BIND_H_

struct i915_execbuffer;

int i915_eb_bind(struct i915_execbuffer *eb);

#endif
