/* SPDX-License-Identifier: MIT */
#ifndef _I915_MOCK_SELFTESTS_H_
#define _I915_MOCK_SELFTESTS_H_

#include "selftests/i915_st.h"

extern const struct i915_suite i915_mock_sanitycheck_suite;
extern const struct i915_suite i915_mock_requests_suite;
extern const struct i915_suite i915_mock_objects_suite;
extern const struct i915_suite i915_mock_dmabuf_suite;
extern const struct i915_suite i915_mock_vma_suite;
extern const struct i915_suite i915_mock_evict_suite;
extern const struct i915_suite i915_mock_gtt_suite;
extern const struct i915_suite i915_mock_contexts_suite;
extern const struct i915_suite i915_mock_tlb_suite;
extern const struct i915_suite i915_mock_handles_suite;
extern const struct i915_suite i915_mock_ggtt_suite;
extern const struct i915_suite i915_mock_sched_suite;
extern const struct i915_suite i915_mock_awaits_suite;
extern const struct i915_suite i915_mock_registers_suite;
extern const struct i915_suite i915_mock_retire_suite;
extern const struct i915_suite i915_mock_wedge_suite;
extern const struct i915_suite i915_mock_execbuf_suite;

#endif
