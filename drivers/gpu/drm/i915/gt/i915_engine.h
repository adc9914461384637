/* SPDX-License-Identifier: MIT */
#ifndef _I915_ENGINE_H_
#define _I915_ENGINE_H_

#include "base/i915_drv.h"
#include "gt/i915_gt_types.h"
#include "hw/i915_hw_layer.h"
#include "hw/i915_uncore.h"

extern const struct i915_engine_desc i915_engine_table[I915_ENGINES];

static inline u32 i915_engine_read(struct i915_engine *engine, u32 reg)
{
	return i915_read(to_uncore(engine->gt->i915), engine->desc->mmio_base + reg);
}

static inline void i915_engine_write(struct i915_engine *engine, u32 reg, u32 value)
{
	i915_write(to_uncore(engine->gt->i915), engine->desc->mmio_base + reg, value);
}

void i915_engine_watch_errors(struct i915_engine *engine);
void i915_engine_resume_regs(struct i915_engine *engine);
void i915_engine_run(struct i915_engine *engine, struct i915_lrc *lrc);
u64 i915_engine_busy_ns(struct i915_engine *engine);
u64 i915_engine_timestamp(struct i915_engine *engine);

#endif
