/* SPDX-License-Identifier: MIT */
#ifndef _I915_EXECLISTS_H_
#define _I915_EXECLISTS_H_

#include "gt/i915_gt_types.h"

extern const struct i915_engine_ops i915_execlists_ops;

#endif
