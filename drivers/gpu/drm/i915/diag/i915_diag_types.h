/* SPDX-License-Identifier: MIT */
#ifndef _I915_DIAG_TYPES_H_
#define _I915_DIAG_TYPES_H_

#include "gt/i915_gt_types.h"

struct i915_pmu;
struct kobject;

/**
 * struct i915_diag - diagnostics state of a device
 *
 * Written by i915_diag_register() and i915_diag_unregister() only.
 */
struct i915_diag {
	/** @engine_dir: sysfs engine/ */
	struct kobject *engine_dir;
	/** @engine: sysfs engine/NAME/, by i915_engine_id */
	struct kobject *engine[I915_ENGINES];
	/** @engine_defaults: sysfs engine/NAME/.defaults/, by i915_engine_id */
	struct kobject *engine_defaults[I915_ENGINES];
	/** @pmu: PMU of the slot, or NULL; it may outlive the device */
	struct i915_pmu *pmu;
};

#endif
