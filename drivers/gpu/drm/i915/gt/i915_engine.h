/* SPDX-License-Identifier: MIT */
#ifndef _I915_ENGINE_H_
#define _I915_ENGINE_H_

#include "gt/i915_gt.h"
#include "gt/i915_ports.h"
#include "hw/i915_uncore.h"
#include "i915_drv.h"

struct i915_reset;

extern const struct i915_engine_ops i915_execlists_ops;

int i915_engine_create(struct i915_gt *gt, enum i915_engine_id id,
		       const struct i915_engine_ops *ops);
void i915_engine_destroy(struct i915_engine *engine);
void i915_engine_resume_regs(struct i915_engine *engine);
void i915_engine_watch_errors(struct i915_engine *engine);
void i915_engine_run(struct i915_engine *engine, struct i915_lrc *lrc);

/* heartbeat (i915_heartbeat.c) */
void i915_heartbeat_init(struct i915_engine *engine);
void i915_heartbeat_start(struct i915_engine *engine);
void i915_heartbeat_stop(struct i915_engine *engine);

/* cancelling (i915_cancel.c) */
void i915_cancel_init(struct i915_engine *engine);
void i915_cancel_stop(struct i915_engine *engine);
void i915_engine_cancel(struct i915_engine *engine, const struct i915_gt_context *ctx);

/* reset of the hardware (i915_reset_hw.c); gt->reset_mutex held where not said */
int i915_reset_hw(struct i915_gt *gt, u32 gdrst);
int i915_reset_hw_full(struct i915_gt *gt);
void i915_reset_resume(struct i915_gt *gt);
void i915_reset_start(struct i915_gt *gt);
void i915_reset_report_fault(struct i915_gt *gt);

/* reset (i915_reset.c, i915_wedge.c) */
int i915_gt_reset(struct i915_gt *gt, const struct i915_reset *reset);
void i915_engine_want_reset(struct i915_engine *engine, enum i915_reset_ask ask);
void i915_engine_reset_if_asked(struct i915_engine *engine);
bool i915_engine_in_port(const struct i915_engine *engine, const struct i915_lrc *lrc);
struct i915_lrc *i915_engine_running_lrc(struct i915_engine *engine);
void i915_wedge_locked(struct i915_gt *gt);

/* uevents (i915_uevent.c): bits of i915_gt.uevents */
#define I915_EVENT_RESET	BIT(0)	/* the GPU hangs and is reset */
#define I915_EVENT_RECOVERED	BIT(1)	/* it is back */
void i915_gt_announce(struct i915_gt *gt, unsigned int events);
void i915_gt_announce_work(struct work_struct *work);

/* i915_tlb.c */
void i915_gt_invalidate_tlb(struct drm_i915_private *i915);

/* life (i915_gt.c) */
int i915_gt_init_engines(struct i915_gt *gt, struct drm_i915_private *i915,
			 const struct i915_engine_ops *ops);

/* power (i915_gt.c) */
void i915_gt_get_awake(struct i915_gt *gt);
void i915_gt_put_awake(struct i915_gt *gt);

/* The hardware was reset: nothing it was given, and no old complaint, means anything any more */
static inline void i915_engine_forget(struct i915_engine *engine)
{
	i915_ports_clear(engine);
	engine->ask = I915_ASK_NOTHING;
}

static inline u32 i915_engine_read(struct i915_engine *engine, u32 reg)
{
	return i915_read(&engine->gt->i915->uncore, engine->desc->mmio_base + reg);
}

static inline void i915_engine_write(struct i915_engine *engine, u32 reg, u32 value)
{
	i915_write(&engine->gt->i915->uncore, engine->desc->mmio_base + reg, value);
}

#endif
