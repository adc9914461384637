/* SPDX-License-Identifier: MIT */
#ifndef _I915_WATCH_H_
#define _I915_WATCH_H_

#include "gt/i915_gt_types.h"

bool i915_engine_in_port(const struct i915_engine *engine, const struct i915_lrc *lrc);
struct i915_lrc *i915_engine_running_lrc(struct i915_engine *engine);
unsigned long i915_watch_interval(struct i915_engine *engine);
unsigned long i915_watch_timeout(void);
unsigned long i915_watch_delay(struct i915_engine *engine);
void i915_watch_start(struct i915_engine *engine);
void i915_engine_want_reset(struct i915_engine *engine, enum i915_reset_ask ask);
void i915_engine_ask_again(struct i915_engine *engine);

#endif
