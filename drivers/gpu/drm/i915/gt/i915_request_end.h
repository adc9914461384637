/* SPDX-License-Identifier: MIT */
#ifndef _I915_REQUEST_END_H_
#define _I915_REQUEST_END_H_

#include "gt/i915_gt_types.h"

struct i915_await;

void i915_await_stop(struct i915_await *await);
void i915_request_drop_awaits(struct i915_request *rq);
void i915_request_let_go(struct i915_request *rq);
void i915_request_abandon(struct i915_request *rq);
void i915_request_retire(struct i915_request *rq);
void i915_request_skip(struct i915_request *rq, int error);

#endif
