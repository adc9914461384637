// SPDX-License-Identifier: MIT

#include <linux/atomic.h>
#include <linux/moduleparam.h>

#include <drm/drm_print.h>

#include "base/i915_drv.h"
#include "base/i915_params.h"

/**
 * DOC: Module parameters
 *
 * A parameter applies to all GPUs of the machine; there is no copy per device. Those
 * that may change while the driver runs can also be written in debugfs
 * i915_params/.
 */

struct i915_params i915_params __read_mostly = {
	.modeset = -1,
	.reset = 3,
	.enable_hangcheck = true,
	.request_timeout_ms = 20000,
#if IS_ENABLED(CONFIG_DRM_I915_SELFTEST)
	.st_timeout = 500,
#endif
};

module_param_named(modeset, i915_params.modeset, int, 0400);
MODULE_PARM_DESC(modeset, "Use the driver (-1: unless nomodeset is on the command line, 0: no, 1: yes)");

module_param_named(reset, i915_params.reset, uint, 0600);
MODULE_PARM_DESC(reset, "What a hang may reset (0: nothing, 1: the whole GPU, 2 and more: one engine)");

module_param_named(enable_hangcheck, i915_params.enable_hangcheck, bool, 0600);
MODULE_PARM_DESC(enable_hangcheck, "Watch engines for progress and reset those that hang");

module_param_named(request_timeout_ms, i915_params.request_timeout_ms, uint, 0600);
MODULE_PARM_DESC(request_timeout_ms, "How long one batch may run, milliseconds (0: no limit)");

module_param_named(disable_display, i915_params.disable_display, bool, 0400);
MODULE_PARM_DESC(disable_display, "Accepted for compatibility with test suites; there is no display support");

#if IS_ENABLED(CONFIG_DRM_I915_SELFTEST)
module_param_named(mock_selftests, i915_params.mock_selftests, int, 0400);
MODULE_PARM_DESC(mock_selftests, "Run mock selftests at load (0: no, 1: and then load the driver, -1: and nothing else)");

module_param_named(st_filter, i915_params.st_filter, charp, 0400);
MODULE_PARM_DESC(st_filter, "Selftests to run, comma separated, ! excludes: caller/subtest or suite");

module_param_named(st_random_seed, i915_params.st_random_seed, uint, 0400);
MODULE_PARM_DESC(st_random_seed, "Seed of the selftests (0: choose one and print it)");

module_param_named(st_timeout, i915_params.st_timeout, uint, 0400);
MODULE_PARM_DESC(st_timeout, "Time limit of selftests that could run forever, milliseconds");

module_param_named(st_fail, i915_params.st_fail, uint, 0400);
MODULE_PARM_DESC(st_fail, "Make every mock subtest fail (1: by a check, 2: by a leak), to test the runner");

module_param_named(inject_load_failure, i915_params.inject_load_failure, uint, 0400);
MODULE_PARM_DESC(inject_load_failure, "Fail the Nth step of module load (0: none)");

module_param_named(inject_probe_failure, i915_params.inject_probe_failure, uint, 0600);
MODULE_PARM_DESC(inject_probe_failure, "Fail the Nth step of a probe (0: none); counts down to 0");

/**
 * i915_inject_probe_error - make a step of a probe fail on demand
 * @i915: the device that is being set up
 *
 * Every step that can fail calls this first. The parameter inject_probe_failure
 * counts down with each call, whichever device it is for, and the call that makes
 * it zero fails. What is left of it after a load says that there are fewer steps.
 *
 * Context: process context, during probe.
 * Return: 0 to continue, -ENODEV to fail.
 */
int i915_inject_probe_error(struct drm_i915_private *i915)
{
	unsigned int left = READ_ONCE(i915_params.inject_probe_failure);

	/* Two GPUs may be probed at once, and the parameter be written meanwhile. */
	do {
		if (!left)
			return 0;
	} while (!try_cmpxchg(&i915_params.inject_probe_failure, &left, left - 1));

	if (left > 1)
		return 0;

	drm_info(&i915->drm, "inject_probe_failure: failing a step of the probe\n");

	return -ENODEV;
}
#endif
