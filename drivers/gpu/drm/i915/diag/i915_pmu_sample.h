/* SPDX-License-Identifier: MIT */
#ifndef _I915_PMU_SAMPLE_H_
#define _I915_PMU_SAMPLE_H_

struct i915_engine;
struct i915_pmu;

void i915_pmu_sampling_init(struct i915_pmu *pmu);
void i915_pmu_sampling_stop(struct i915_pmu *pmu);
void i915_pmu_sampling_get(struct i915_pmu *pmu, struct i915_engine *engine, unsigned int what);
void i915_pmu_sampling_put(struct i915_pmu *pmu, struct i915_engine *engine, unsigned int what);

#endif
