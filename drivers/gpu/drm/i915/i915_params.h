/* SPDX-License-Identifier: MIT */
#ifndef _I915_PARAMS_H_
#define _I915_PARAMS_H_

#include <linux/types.h>

struct drm_i915_private;

/**
 * struct i915_params - the module parameters
 *
 * Set at load, some also while the driver runs; read without a lock.
 */
struct i915_params {
	/** @modeset: 0: do not load; -1: unless nomodeset is on the kernel command line */
	int modeset;
	/** @reset: what a hang may reset; 0: nothing, 1: the whole GPU, more: one engine first */
	unsigned int reset;
	/** @enable_hangcheck: watch engines for progress and reset those that hang */
	bool enable_hangcheck;
	/** @request_timeout_ms: how long one batch may run, milliseconds; 0: as long as it likes */
	unsigned int request_timeout_ms;
	/** @disable_display: taken for the sake of test suites, and not used */
	bool disable_display;
#if IS_ENABLED(CONFIG_DRM_I915_SELFTEST)
	/** @mock_selftests: run them at load; -1: and nothing else. Afterwards their result */
	int mock_selftests;
	/** @st_filter: selftests to run, comma separated; NULL: all */
	char *st_filter;
	/** @st_random_seed: 0: the runner takes one */
	unsigned int st_random_seed;
	/** @st_timeout: for one selftest that can go on for ever, milliseconds */
	unsigned int st_timeout;
	/** @inject_probe_failure: which step of load fails; 0: none, or it was hit */
	unsigned int inject_probe_failure;
#endif
};

extern struct i915_params i915_params;

#if IS_ENABLED(CONFIG_DRM_I915_SELFTEST)
int i915_inject_probe_error(struct drm_i915_private *i915);
#else
static inline int i915_inject_probe_error(struct drm_i915_private *i915)
{
	return 0;
}
#endif

#endif
