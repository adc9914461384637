/* SPDX-License-Identifier: MIT */
#ifndef _I915_REQUEST_AWAIT_H_
#define _I915_REQUEST_AWAIT_H_

#include <linux/rbtree.h>

#include "gt/i915_gt_types.h"

/**
 * struct i915_awaits - fences that a request is to wait for, collected before it is made
 */
struct i915_awaits {
	/**
	 * @tree: struct i915_await by dma_fence.context, the latest of each. Also long chains and
	 * arrays whose fences are in it, so that they are not walked again.
	 */
	struct rb_root tree;
};

int i915_awaits_add(struct i915_awaits *awaits, struct dma_fence *fence);
void i915_awaits_free(struct i915_awaits *awaits);
int i915_request_await_all(struct i915_request *rq, struct i915_awaits *awaits);
int i915_request_await(struct i915_request *rq, struct dma_fence *fence);

#endif
