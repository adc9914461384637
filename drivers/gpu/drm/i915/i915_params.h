/* SPDX-License-Identifier: MIT */
#ifndef _I915_PARAMS_H_
#define _I915_PARAMS_H_

#include <linux/types.h>

struct drm_i915_private;

#if IS_ENABLED(CONFIG_DRM_I915_SELFTEST)
#define I915_SELFTEST_PARAMS(param) \
	param(int, mock_selftests, 0, 0400, \
	      "Run the mock selftests at load (0: no, 1: then load the driver, -1: only them)") \
	param(charp, st_filter, NULL, 0400, \
	      "Selftests to run, comma separated, ! excludes: caller/subtest or suite") \
	param(uint, st_random_seed, 0, 0400, \
	      "Seed of the selftests (0: take one and print it)") \
	param(uint, st_timeout, 500, 0400, \
	      "Time for one selftest that can go on for ever, milliseconds") \
	param(uint, inject_probe_failure, 0, 0600, \
	      "Fail the Nth step of load (0: none); reads 0 once it was hit")
#else
#define I915_SELFTEST_PARAMS(param)
#endif

/* type, name, default, mode in sysfs, what it does */
#define I915_PARAMS(param) \
	param(int, modeset, -1, 0400, \
	      "Use the driver (-1: unless nomodeset is on the kernel command line, 0: no, 1: yes)") \
	param(uint, reset, 3, 0600, \
	      "What a hang may reset (0: nothing, 1: the whole GPU, 2 and more: one engine first)") \
	param(bool, enable_hangcheck, true, 0600, \
	      "Watch engines for progress and reset those that hang") \
	param(bool, disable_display, false, 0400, \
	      "Accepted for the sake of test suites; the driver has no display part") \
	I915_SELFTEST_PARAMS(param)

typedef char *i915_param_charp;
typedef unsigned int i915_param_uint;
typedef int i915_param_int;
typedef bool i915_param_bool;

/**
 * struct i915_params - the module parameters
 *
 * One field per line of I915_PARAMS(), which says what each is for.
 */
struct i915_params {
	/* private: generated from the table */
#define I915_PARAM_FIELD(type, name, ...) i915_param_##type name;
	I915_PARAMS(I915_PARAM_FIELD)
#undef I915_PARAM_FIELD
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
