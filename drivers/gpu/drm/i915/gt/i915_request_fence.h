/* SPDX-License-Identifier: MIT */
#ifndef _I915_REQUEST_FENCE_H_
#define _I915_REQUEST_FENCE_H_

#include <linux/mutex.h>

#include "gt/i915_gt_types.h"

extern struct mutex i915_driver_names_lock;
extern const struct dma_fence_ops i915_request_fence_ops;

struct i915_request *i915_fence_to_request(struct dma_fence *fence);
bool i915_fence_is_in_vm(struct dma_fence *fence, const struct i915_address_space *vm);
bool i915_request_completed(const struct i915_request *rq);
const char *i915_request_driver_name(const char *device);
void i915_request_names_exit(void);

#endif
