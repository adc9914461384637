/* SPDX-License-Identifier: MIT */
#ifndef _I915_ENGINE_H_
#define _I915_ENGINE_H_

#include "gt/i915_gt.h"
#include "hw/i915_uncore.h"
#include "i915_drv.h"

extern const struct i915_engine_ops i915_execlists_ops;

int i915_engine_create(struct i915_gt *gt, enum i915_engine_id id,
		       const struct i915_engine_ops *ops);
void i915_engine_destroy(struct i915_engine *engine);
void i915_engine_resume_regs(struct i915_engine *engine);
void i915_engine_run(struct i915_engine *engine, struct i915_lrc *lrc);
void i915_engine_want_reset(struct i915_engine *engine, const char *why);

/* i915_execlists.c */
void i915_execlists_reset_csb(struct i915_engine *engine);

/* heartbeat (i915_heartbeat.c) */
void i915_heartbeat_init(struct i915_engine *engine);
void i915_heartbeat_start(struct i915_engine *engine);
void i915_heartbeat_stop(struct i915_engine *engine);

/* reset (i915_reset.c, i915_wedge.c); gt->reset_mutex held where not said */
int i915_reset_hw(struct i915_gt *gt, u32 gdrst);
int i915_reset_hw_full(struct i915_gt *gt);
void i915_reset_resume(struct i915_gt *gt);
void i915_wedge_locked(struct i915_gt *gt);
int i915_reset_all_locked(struct i915_gt *gt, u32 guilty_mask, const char *why);
int i915_engine_reset_locked(struct i915_engine *engine, struct i915_lrc *target, bool hang,
			     const char *why);
struct i915_lrc *i915_engine_running_lrc(struct i915_engine *engine);

/* i915_tlb.c */
void i915_gt_invalidate_tlb(struct drm_i915_private *i915);

/* life (i915_gt.c) */
int i915_gt_init_engines(struct i915_gt *gt, struct drm_i915_private *i915,
			 const struct i915_engine_ops *ops);

/* power (i915_gt.c) */
void i915_gt_get_awake(struct i915_gt *gt);
void i915_gt_put_awake(struct i915_gt *gt);

static inline u32 i915_engine_read(struct i915_engine *engine, u32 reg)
{
	return i915_read(&engine->gt->i915->uncore, engine->desc->mmio_base + reg);
}

static inline void i915_engine_write(struct i915_engine *engine, u32 reg, u32 value)
{
	i915_write(&engine->gt->i915->uncore, engine->desc->mmio_base + reg, value);
}

#endif
