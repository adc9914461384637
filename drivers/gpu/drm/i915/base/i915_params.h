/* SPDX-License-Identifier: MIT */
#ifndef _I915_PARAMS_H_
#define _I915_PARAMS_H_

#include <linux/errno.h>
#include <linux/types.h>

struct drm_i915_private;

/**
 * struct i915_params - the module parameters
 *
 * Set at load, some of them also while the driver runs; read without a lock.
 */
struct i915_params {
	/** @modeset: 0: do not load; -1: unless nomodeset is on the kernel command line */
	int modeset;
	/** @reset: what a hang may reset; 0: nothing, 1: the whole GPU, >= 2: one engine first */
	unsigned int reset;
	/** @enable_hangcheck: watch engines for progress and reset those that hang */
	bool enable_hangcheck;
	/** @request_timeout_ms: how long one batch may run, milliseconds; 0: no limit */
	unsigned int request_timeout_ms;
	/** @disable_display: accepted for test suites, not used */
	bool disable_display;
#if IS_ENABLED(CONFIG_DRM_I915_SELFTEST)
	/** @mock_selftests: 1: run them at load, -1: and nothing else; afterwards, the result */
	int mock_selftests;
	/** @st_filter: selftests to run, comma separated; NULL: all */
	char *st_filter;
	/** @st_random_seed: seed of the selftests; 0: the runner chooses one */
	unsigned int st_random_seed;
	/** @st_timeout: time limit of selftests that could run forever, milliseconds */
	unsigned int st_timeout;
	/** @st_fail: make a subtest fail: 1: by a check, 2: by a leak; 0: none */
	unsigned int st_fail;
	/** @inject_load_failure: number of the load step that is to fail; 0: none */
	unsigned int inject_load_failure;
	/** @inject_probe_failure: steps of load until one fails; 0: none, or it was hit */
	unsigned int inject_probe_failure;
#endif
};

extern struct i915_params i915_params;

#if IS_ENABLED(CONFIG_DRM_I915_SELFTEST)
int i915_inject_probe_error(struct drm_i915_private *i915);

/**
 * i915_inject_load_error - make a step of module load fail on demand
 * @row: number of the step, from 1
 *
 * Context: during load.
 * Return: 0 to continue, -ENOMEM to fail.
 */
static inline int i915_inject_load_error(unsigned int row)
{
	return row == i915_params.inject_load_failure ? -ENOMEM : 0;
}
#else
static inline int i915_inject_load_error(unsigned int row)
{
	return 0;
}

static inline int i915_inject_probe_error(struct drm_i915_private *i915)
{
	return 0;
}
#endif

#endif
