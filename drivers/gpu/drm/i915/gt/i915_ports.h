/* SPDX-License-Identifier: MIT */
#ifndef _I915_PORTS_H_
#define _I915_PORTS_H_

#include "gt/i915_gt_types.h"

void i915_ports_clear(struct i915_engine *engine);
void i915_ports_submit(struct i915_engine *engine);
void i915_ports_drop(struct i915_engine *engine, struct i915_lrc *lrc);
void i915_ports_collect(struct i915_engine *engine);
void i915_ports_acknowledge(struct i915_engine *engine);
void i915_ports_complete(struct i915_engine *engine);
void i915_ports_timeslice(struct timer_list *timer);
void i915_ports_preempt_timeout(struct timer_list *timer);

static inline struct i915_lrc *i915_port_lrc(const struct i915_port *port)
{
	return port->rq ? port->rq->lrc : NULL;
}

/* The hardware was reset: nothing it was given, and no old complaint, means anything any more */
static inline void i915_engine_forget(struct i915_engine *engine)
{
	i915_ports_clear(engine);
	engine->ask = I915_ASK_NOTHING;
	engine->error_missed = false;
}

#endif
