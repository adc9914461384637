/* SPDX-License-Identifier: MIT */
#ifndef _I915_REQUEST_AWAIT_H_
#define _I915_REQUEST_AWAIT_H_

#include "gt/i915_gt_types.h"

int i915_request_await(struct i915_request *rq, struct dma_fence *fence);

#endif
