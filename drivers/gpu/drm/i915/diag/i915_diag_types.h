/* SPDX-License-Identifier: MIT */
#ifndef _I915_DIAG_TYPES_H_
#define _I915_DIAG_TYPES_H_

#include "gt/i915_gt_types.h"

struct i915_pmu;
struct kobject;

/**
 * struct i915_diag - what the diagnostics room keeps per device
 *
 * Written by register and unregister only.
 */
struct i915_diag {
	/** @engine_dir: sysfs engine/ */
	struct kobject *engine_dir;
	/** @engine: sysfs engine/NAME/, by i915_engine_id */
	struct kobject *engine[I915_ENGINES];
	/** @engine_defaults: sysfs engine/NAME/.defaults/, by i915_engine_id */
	struct kobject *engine_defaults[I915_ENGINES];
	/** @pmu: the perf events, or NULL. Perf may hold it longer than the device lives. */
	struct i915_pmu *pmu;
};

#endif
