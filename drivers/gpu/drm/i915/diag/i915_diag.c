// SPDX-License-Identifier: MIT

#include "base/i915_drv.h"
#include "diag/i915_debugfs.h"
#include "diag/i915_diag.h"
#include "diag/i915_pmu.h"
#include "diag/i915_sysfs.h"

/**
 * DOC: Diagnostics
 *
 * Everything that shows the state of the driver to people and tools: debugfs,
 * sysfs, the PMU, the lines of fdinfo, and the leak audit. This layer may read the
 * state of all others, and none of them uses it except for the counters of the
 * audit. So the driver works without it.
 */

/**
 * i915_diag_register - create sysfs and debugfs files and the PMU
 * @i915: the device, registered
 *
 * Context: process context.
 * Return: 0, or the errno of the part that failed, after the others were undone.
 */
int i915_diag_register(struct drm_i915_private *i915)
{
	int ret;

	ret = i915_sysfs_register(i915);
	if (ret)
		return ret;

	ret = i915_pmu_register(i915);
	if (ret)
		goto err_sysfs;

	i915_debugfs_register(i915);

	return 0;

err_sysfs:
	i915_sysfs_unregister(i915);
	return ret;
}

/**
 * i915_diag_unregister - undo i915_diag_register()
 * @i915: the device, still registered
 *
 * debugfs files are removed with the DRM minor.
 *
 * Context: process context; waits for readers.
 */
void i915_diag_unregister(struct drm_i915_private *i915)
{
	i915_pmu_unregister(i915);
	i915_sysfs_unregister(i915);
}
