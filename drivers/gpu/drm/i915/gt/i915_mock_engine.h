/* SPDX-License-Identifier: MIT */
#ifndef _I915_MOCK_ENGINE_H_
#define _I915_MOCK_ENGINE_H_

#include <linux/types.h>

struct drm_i915_private;
struct i915_engine;
struct i915_gt;

int i915_gt_init_mock(struct i915_gt *gt, struct drm_i915_private *i915);

/* Nothing moves any more but by the functions below, until the engine is let run again */
void i915_mock_engine_hold(struct i915_engine *engine);
void i915_mock_engine_let_run(struct i915_engine *engine);
/* Each tells the driver of what it did. Return: false: there was nothing to do. */
bool i915_mock_engine_acknowledge(struct i915_engine *engine);
bool i915_mock_engine_complete(struct i915_engine *engine);

/* Ports written that hardware would not have understood, since load */
unsigned int i915_mock_engine_misuse(struct i915_engine *engine);

#endif
