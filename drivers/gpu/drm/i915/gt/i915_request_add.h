/* SPDX-License-Identifier: MIT */
#ifndef _I915_REQUEST_ADD_H_
#define _I915_REQUEST_ADD_H_

#include "gt/i915_gt_types.h"

int i915_request_add(struct i915_request *rq);

#endif
