/* SPDX-License-Identifier: MIT */
#ifndef _I915_PORTS_H_
#define _I915_PORTS_H_

#include "gt/i915_gt_types.h"

/* engine->lock held */
void i915_ports_submit(struct i915_engine *engine);
void i915_ports_clear(struct i915_engine *engine);
void i915_ports_drop(struct i915_engine *engine, struct i915_lrc *lrc);
void i915_ports_collect(struct i915_engine *engine);

/* for the back end's process(); engine->lock held */
void i915_ports_acknowledge(struct i915_engine *engine);
void i915_ports_complete(struct i915_engine *engine);

/* timers of struct i915_engine */
void i915_ports_timeslice(struct timer_list *timer);
void i915_ports_preempt_timeout(struct timer_list *timer);

static inline struct i915_lrc *i915_port_lrc(const struct i915_port *port)
{
	return port->rq ? port->rq->lrc : NULL;
}

#endif
