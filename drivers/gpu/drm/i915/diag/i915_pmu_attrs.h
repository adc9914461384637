/* SPDX-License-Identifier: MIT */
#ifndef _I915_PMU_ATTRS_H_
#define _I915_PMU_ATTRS_H_

struct drm_i915_private;
struct i915_pmu;

void i915_pmu_make_attrs(struct i915_pmu *pmu, struct drm_i915_private *i915);

#endif
