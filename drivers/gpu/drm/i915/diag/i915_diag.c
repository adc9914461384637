// SPDX-License-Identifier: MIT

#include "diag/i915_diag.h"
#include "i915_drv.h"
#include "mem/i915_gem_object.h"

/**
 * DOC: The diagnostics room
 *
 * Everything that shows the driver's state to people and tools: debugfs,
 * sysfs, the PMU, the memory and engine lines of fdinfo, and the leak audit.
 * It may look at every other room; none of them knows it, except for the
 * counters of the audit. So nothing here can be needed for the driver to work,
 * and all of it can be read to learn what a room's state means.
 */

/**
 * i915_diag_register - open the doors for people and tools
 * @i915: the device, registered
 *
 * Context: process context.
 * Return: 0, or the errno of the part that failed; nothing is left then but
 * the debugfs files, which go with the DRM minor.
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
 * i915_diag_unregister - close them
 * @i915: the device, still registered
 *
 * debugfs files go with the DRM minor.
 *
 * Context: process context; waits for readers that are inside.
 */
void i915_diag_unregister(struct drm_i915_private *i915)
{
	i915_pmu_unregister(i915);
	i915_sysfs_unregister(i915);
}
